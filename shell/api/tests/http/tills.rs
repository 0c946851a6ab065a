//! Devices that stand for tills: pairing, fences, seals, acting by key, journals.

use crate::world::{CODE, World};
use provider_contract::seal::Seal;
use serde_json::{Value, json};

const TILL: &str = "00000000-0000-0000-0000-00000000000b";

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Pairs a device; gives what it is told.
async fn paired(world: &World, name: &str) -> Value {
    let code = world.send(&format!("POST /v1/tills/{TILL}/pairing as:owner")).await.json();
    // However it is typed.
    let typed = text(&code, "code").to_lowercase().replace('-', " ");
    let body = json!({ "code": typed, "name": name, "prints": false });
    let answer = world.send(&format!("POST /v1/pairing from:10.0.0.9 {body}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn sale(key: &str, fence: u64, attempt: &str, code: &str) -> String {
    let body = json!({
        "amount": { "amount": 1250, "currency": "CNY" },
        "method": { "payer_code": { "code": code } },
    });
    format!("POST /v1/payments?wait=5 bearer:{key} fence:{fence} about:{attempt} key:{attempt} {body}")
}

#[tokio::test]
async fn a_device_is_paired_once_and_its_replies_are_sealed() {
    let world = World::new().await;
    let wrong = json!({ "code": "AAAA-BBBB", "name": "x", "prints": false });
    let refused = world.send(&format!("POST /v1/pairing from:10.0.0.9 {wrong}")).await;
    assert_eq!(refused.brief(), "401 pairing_code_wrong");
    for (who, said) in [("cashier", "403 not_allowed"), ("theirs", "404 no_such_till")] {
        let answer = world.send(&format!("POST /v1/tills/{TILL}/pairing as:{who}")).await;
        assert_eq!(answer.brief(), said, "{who}");
    }
    let device = paired(&world, "counter").await;
    assert_eq!((&device["current"], &device["fence"]), (&json!(true), &json!(1)));
    assert_eq!(text(&device["info"]["till"], "id"), TILL);
    let key = text(&device, "key");
    let attempt = "0000000000000000000000000000000a";
    let paid = world.send(&sale(&key, 1, attempt, CODE)).await;
    assert_eq!(paid.brief(), "201 paid");
    let seal = paid.headers["paydesk-seal"].to_str().expect("text").to_owned();
    assert!(Seal::of_key(&key).fits(attempt, 201, paid.text.as_bytes(), &seal));
    assert!(!Seal::of_key(&key).fits(attempt, 200, paid.text.as_bytes(), &seal));
    let unsealed = world.send(&format!("GET /v1/payments/by-key/{attempt} bearer:{key}")).await;
    assert!(!unsealed.headers.contains_key("paydesk-seal"), "only whoever asks about something gets a seal");
    let spare = paired(&world, "spare").await;
    assert_eq!((&spare["current"], &spare["fence"]), (&json!(false), &json!(1)));
    let refused = world.send(&sale(&text(&spare, "key"), 1, "b", CODE)).await;
    assert_eq!(refused.brief(), "409 till_was_taken_over", "a spare takes no money");
}

#[tokio::test]
async fn what_a_till_asked_for_is_acted_on_by_its_number() {
    let world = World::new().await;
    let device = paired(&world, "counter").await;
    let (key, attempt) = (text(&device, "key"), "0000000000000000000000000000000a");
    let by_key = format!("/v1/payments/by-key/{attempt}");
    for line in [format!("GET {by_key} bearer:{key}"), format!("POST {by_key}/undo bearer:{key} fence:1")] {
        assert_eq!(world.send(&line).await.brief(), "404 no_such_payment", "{line}");
    }
    assert_eq!(world.send(&sale(&key, 1, attempt, CODE)).await.brief(), "201 paid");
    let cancel = world.send(&format!("POST {by_key}/cancel bearer:{key} fence:1")).await;
    assert_eq!(cancel.brief(), "409 cannot_cancel_a_finished_payment");
    let body = json!({ "amount": { "amount": 250, "currency": "CNY" } });
    let line = format!("POST {by_key}/refunds?wait=5 bearer:{key} fence:1 key:r1 {body}");
    let refunded = world.send(&line).await.json();
    assert_eq!(refunded["refunds"][0]["key"], "r1");
    assert_eq!(world.send(&line).await.status, 200, "the same refund");
    for _ in 0..2 {
        let undone = world.send(&format!("POST {by_key}/undo?wait=5 bearer:{key} fence:1")).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        assert_eq!(
            undone.json()["refunds"].as_array().map(Vec::len),
            Some(2),
            "undone once however often asked"
        );
    }
    let foreign = world.send(&format!("POST {by_key}/undo as:theirs")).await;
    assert_eq!(foreign.brief(), "404 no_such_payment");
}

#[tokio::test]
async fn whoever_was_taken_over_is_told_by_whom_and_may_hand_in() {
    let world = World::new().await;
    let (old, spare) = (paired(&world, "counter").await, paired(&world, "spare").await);
    let (old_key, spare_key) = (text(&old, "key"), text(&spare, "key"));
    let beat =
        |key: &str| format!(r#"POST /v1/tills/{TILL}/beat bearer:{key} {{"prints":false,"head":null}}"#);
    let stand = world.send(&beat(&spare_key)).await.json();
    assert_eq!((&stand["current"], &stand["name"]), (&json!(false), &json!("counter")));
    let body = json!({ "fence": stand["fence"], "beat": stand["beat"] });
    let take = format!("POST /v1/tills/{TILL}/takeover bearer:{spare_key} {body}");
    world.send(&beat(&old_key)).await;
    assert_eq!(world.send(&take).await.brief(), "409 takeover_too_late", "it has given a sign of life");
    let body = json!({ "fence": 1, "beat": null });
    let taken = world.send(&format!("POST /v1/tills/{TILL}/takeover bearer:{spare_key} {body}")).await.json();
    assert_eq!(taken["fence"], 2);
    assert_eq!(world.send(&beat(&old_key)).await.json()["name"], "spare");
    let refused = world.send(&sale(&old_key, 1, "x", CODE)).await;
    assert_eq!(refused.brief(), "409 till_was_taken_over");
    assert!(text(&refused.json(), "en").contains("spare"), "{}", refused.text);
    let old_fence = world.send(&sale(&spare_key, 1, "x", CODE)).await;
    assert_eq!(old_fence.brief(), "409 till_was_taken_over");
    assert_eq!(world.send(&sale(&spare_key, 2, "x", CODE)).await.brief(), "201 paid");
    let journal = |handing_in: bool| {
        format!(
            r#"POST /v1/tills/{TILL}/journal bearer:{old_key} fence:1 {{"entries":[],"handing_in":{handing_in}}}"#
        )
    };
    assert_eq!(world.send(&journal(false)).await.brief(), "409 till_was_taken_over");
    assert_eq!(world.send(&journal(true)).await.status, 200);
    let devices = world.send(&format!("GET /v1/tills/{TILL}/agents as:owner")).await.json();
    assert_eq!((devices["devices"].as_array().map(Vec::len), &devices["fence"]), (Some(2), &json!(2)));
    let back = json!({ "agent": old["agent"] });
    let stand = world.send(&format!("POST /v1/tills/{TILL}/stand as:owner {back}")).await.json();
    assert_eq!(stand["fence"], 3);
    assert_eq!(world.send(&sale(&spare_key, 2, "y", CODE)).await.brief(), "409 till_was_taken_over");
}

#[tokio::test]
async fn only_a_tills_own_device_hands_in_its_journal_and_bad_entries_change_nothing() {
    let world = World::new().await;
    let device = paired(&world, "counter").await;
    let key = text(&device, "key");
    let entry = json!({
        "segment": "00000000-0000-0000-0000-00000000005e", "seq": 1, "prev": "0".repeat(64),
        "hash": "1".repeat(64), "body": "open 00000000-0000-0000-0000-000000000007 1 first -",
    });
    let body = json!({ "entries": [entry], "handing_in": false });
    let line = format!("POST /v1/tills/{TILL}/journal bearer:{key} fence:1 {body}");
    let taken = world.send(&line).await.json();
    assert_eq!((&taken["taken"], &taken["refused"]["code"]), (&json!(0), &json!("edited")));
    for (line, said) in [
        (line.replace(&"1".repeat(64), "zz"), "422 unacceptable_body"),
        (line.replace("00000000005e", "x"), "400 malformed_id"),
        (line.replace(TILL, "00000000-0000-0000-0000-00000000000c"), "403 not_a_tills_device"),
        (format!("POST /v1/tills/{TILL}/journal as:owner {body}"), "403 not_a_tills_device"),
        (format!("GET /v1/tills/{TILL}/agents bearer:{key}"), "403 not_allowed"),
        ("POST /v1/agent/takeover".to_owned(), "404 not_an_agent"),
    ] {
        assert_eq!(world.send(&line).await.brief(), said, "{line}");
    }
    assert_eq!(world.send("GET /v1/agent").await.json()["standing"], "server");
}

#[tokio::test]
async fn the_receipt_on_a_devices_slip_opens_once_the_till_has_reported() {
    let world = World::new().await;
    let device = paired(&world, "counter").await;
    let (key, attempt) = (text(&device, "key"), "0000000000000000000000000000000a");
    let address = |agent: &str, key: &str, attempt: u128| {
        let agent = agent.parse().expect("an id");
        let payment = base::PaymentId::from_u128(attempt);
        api::ReceiptLinks::of_device("", agent, &base::Secret::new(api::token_hash(key))).url(payment)
    };
    let agent = text(&device, "agent");
    let open = |address: String| format!("GET {}", address.replace("/r/", "/v1/receipts/"));
    let ours = open(address(&agent, &key, 10));
    assert_eq!(world.send(&ours).await.brief(), "404 receipt_comes_later");
    assert_eq!(world.send(&sale(&key, 1, attempt, CODE)).await.brief(), "201 paid");
    let receipt = world.send(&ours).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    assert_eq!(receipt.json()["payment"]["amount"]["amount"], 1250);
    for forged in [
        open(address(&agent, "pk_guessed", 10)),
        open(address("00000000-0000-0000-0000-0000000000ff", &key, 10)),
        format!("{}{}", &ours[..ours.len() - 1], if ours.ends_with('A') { 'B' } else { 'A' }),
        ours[..ours.len() - 8].to_owned(),
    ] {
        assert_eq!(world.send(&forged).await.brief(), "404 no_such_receipt", "{forged}");
    }
}

#[tokio::test]
async fn a_sign_of_life_is_answered_with_what_changed_since_the_mark() {
    let world = World::new().await;
    let device = paired(&world, "counter").await;
    let (key, attempt) = (text(&device, "key"), "0000000000000000000000000000000a");
    let beat = |mark: &str| {
        let body = json!({ "prints": false, "head": null, "mark": mark });
        format!("POST /v1/tills/{TILL}/beat bearer:{key} {body}")
    };
    let known = async |mark: &str| world.send(&beat(mark)).await.json()["known"].clone();
    let old = format!(r#"POST /v1/tills/{TILL}/beat bearer:{key} {{"prints":false,"head":null}}"#);
    assert!(world.send(&old).await.json()["known"].is_null(), "whoever gives no mark is told nothing");
    let start = known("").await;
    assert_eq!(start["attempts"], json!([]));
    assert_eq!(world.send(&sale(&key, 1, attempt, CODE)).await.brief(), "201 paid");
    world.send(&crate::world::pay(700, "of-the-server-itself")).await;
    let paid = known(&text(&start, "mark")).await;
    assert_eq!(paid["attempts"].as_array().map(Vec::len), Some(1), "only what a device asked for: {paid}");
    assert_eq!(
        (&paid["attempts"][0]["attempt"], &paid["attempts"][0]["money"]),
        (&json!(attempt), &json!("paid"))
    );
    let by_key = world.send(&format!("GET /v1/payments/by-key/{attempt} as:owner")).await.json();
    let body = json!({ "amount": { "amount": 250, "currency": "CNY" } });
    let refund = format!("POST /v1/payments/{}/refunds?wait=5 as:owner key:r9 {body}", text(&by_key, "id"));
    assert_eq!(world.send(&refund).await.status, 201);
    let refunded = known(&text(&paid, "mark")).await;
    let refund = &refunded["attempts"][0]["refunds"][0];
    assert_eq!(
        (&refund["key"], &refund["amount"]["amount"], &refund["state"]),
        (&json!("r9"), &json!(250), &json!("done"))
    );
    let nothing = known(&text(&refunded, "mark")).await;
    assert_eq!((&nothing["attempts"], &nothing["mark"]), (&json!([]), &refunded["mark"]));
    assert_eq!(known("").await["attempts"].as_array().map(Vec::len), Some(1), "without a mark: everything");
    assert_eq!(world.send(&beat("yesterday")).await.brief(), "422 unacceptable_body");
    let spare = text(&paired(&world, "spare").await, "key");
    let body = json!({ "prints": false, "head": null, "mark": "" });
    let told = world.send(&format!("POST /v1/tills/{TILL}/beat bearer:{spare} {body}")).await.json();
    assert!(told["known"].is_null(), "a spare has no copies to correct");
}
