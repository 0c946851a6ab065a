//! Whole lives of payments, as a till lives them.

use crate::world::{CODE, World, pay};
use expect_test::expect;
use serde_json::Value;
use std::time::{Duration, Instant};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_code_is_charged_once_whatever_is_sent_again() {
    let world = World::new().await;
    let first = world.send(&pay(1250, "sale-1")).await;
    assert_eq!(first.brief(), "201 paid");
    let payment = first.json();
    assert_eq!(payment["paid"]["amount"], 1250);
    assert_eq!(text(&payment, "code_hint"), "13••••••••••••••89");
    assert_eq!(payment["explain"]["action"], "next_customer");
    assert!(text(&payment, "receipt_url").starts_with("https://pay.test/r/"));
    assert_eq!(payment["store"]["name"], "南山店");

    let again = world.send(&pay(1250, "sale-1")).await;
    assert_eq!((again.brief().as_str(), &again.json()["id"]), ("200 paid", &payment["id"]));
    let other = world.send(&pay(1251, "sale-1")).await;
    assert_eq!(other.brief(), "409 idempotency_key_reused_with_other_content");
    assert_eq!(world.book.calls(), ["charge"]);

    world.say("id", text(&payment, "id"));
    let foreign = world
        .play(
            r#"
            GET /v1/payments/{id} as:theirs
            GET /v1/payments/{id}/timeline as:theirs
            GET /v1/payments/{id}/receipt as:theirs
            POST /v1/payments/{id}/cancel as:theirs
            POST /v1/payments/{id}/look as:theirs
            POST /v1/payments/{id}/print as:theirs
            POST /v1/payments/{id}/refunds as:theirs key:r {"amount":{"amount":1,"currency":"CNY"}}
            POST /v1/payments/{id}/cancel as:owner
            POST /v1/payments/{id}/print as:owner
            "#,
        )
        .await;
    expect![[r#"
        GET /v1/payments/{id} as:theirs
            404 no_such_payment
        GET /v1/payments/{id}/timeline as:theirs
            404 no_such_payment
        GET /v1/payments/{id}/receipt as:theirs
            404 no_such_payment
        POST /v1/payments/{id}/cancel as:theirs
            404 no_such_payment
        POST /v1/payments/{id}/look as:theirs
            404 no_such_payment
        POST /v1/payments/{id}/print as:theirs
            404 no_such_payment
        POST /v1/payments/{id}/refunds as:theirs key:r {"amount":{"amount":1,"currency":"CNY"}}
            404 no_such_payment
        POST /v1/payments/{id}/cancel as:owner
            409 cannot_cancel_a_finished_payment
        POST /v1/payments/{id}/print as:owner
            409 no_printer
    "#]]
    .assert_eq(&foreign);
    let after = world.send("GET /v1/payments/{id} as:owner").await;
    assert_eq!(after.json()["version"], payment["version"], "refused requests add no fact");
}

#[tokio::test]
async fn a_waiting_payment_is_told_as_soon_as_it_is_paid() {
    let world = World::new().await;
    let begun = world.send(&pay(101, "sale-1")).await;
    assert_eq!(begun.brief(), "201 waiting");
    let payment = begun.json();
    assert_eq!(payment["explain"]["action"], "ask_customer");
    assert!(payment["until"].is_string() && payment["receipt_url"].is_null());
    world.say("id", text(&payment, "id"));
    world.say("version", &payment["version"].to_string());

    let wait = world.send("GET /v1/payments/{id}?wait=5&after={version} as:cashier");
    let confirm = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.book.pay(text(&payment, "order_no"));
        world.send("POST /v1/payments/{id}/look?wait=5 as:owner").await
    };
    let began = Instant::now();
    let (news, looked) = tokio::join!(wait, confirm);
    assert!(began.elapsed() < Duration::from_secs(4), "waiting ends with the news");
    assert!(news.json()["version"].as_u64() > payment["version"].as_u64());
    assert_eq!(looked.brief(), "200 paid");
}

#[tokio::test]
async fn a_notification_makes_us_look_and_is_taken_once() {
    let world = World::new().await;
    let payment = world.send(&pay(101, "sale-1")).await.json();
    let order = text(&payment, "order_no").to_owned();
    world.book.pay(&order);
    world.say("id", text(&payment, "id"));
    let address = "POST /notify/scripted/00000000-0000-0000-0000-000000000003";
    for (sign, status) in [("wrong", 401), ("right", 200), ("right", 200)] {
        let mut request = world.request(&format!("{address} sign:{sign}"));
        *request.body_mut() = order.clone().into();
        let reply = tower::ServiceExt::oneshot(world.router.clone(), request).await.expect("it answers");
        assert_eq!(reply.status().as_u16(), status);
    }
    let paid = world.send("GET /v1/payments/{id}?wait=5 as:owner").await;
    assert_eq!(paid.brief(), "200 paid");
    let timeline = world.send("GET /v1/payments/{id}/timeline as:owner").await.json();
    let entries = timeline["entries"].as_array().expect("entries");
    let told: Vec<String> =
        entries.iter().map(|e| format!("{} {} {}", e["seq"], text(e, "who"), text(e, "kind"))).collect();
    expect![[r#"
        1 cashier requested
        2 paydesk asked
        3 provider answered
        4 provider noticed
        5 paydesk asked
        6 provider answered"#]]
    .assert_eq(&told.join("\n"));
    assert!(!timeline.to_string().contains(&CODE[..8]), "the code is nowhere");
}

#[tokio::test]
async fn a_refusal_names_its_reason_and_the_next_step() {
    let world = World::new().await;
    let refused = world.send(&pay(102, "sale-1")).await;
    assert_eq!(refused.brief(), "201 not_paid");
    let payment = refused.json();
    assert_eq!(text(&payment, "reason"), "insufficient_balance");
    assert_eq!(payment["explain"]["action"], "other_method");
    assert_eq!(payment["explain"]["may_charge_again"], true);
    assert_eq!(text(&payment, "provider_code"), "DECLINED");
}

#[tokio::test]
async fn a_shown_code_can_be_canceled() {
    let world = World::new().await;
    let line = r#"POST /v1/payments?wait=5 as:cashier key:qr {"amount":{"amount":500,"currency":"CNY"},"method":{"show_qr":{"wallet":"scripted"}},"reference":"T-9"}"#;
    let shown = world.send(line).await;
    assert_eq!(shown.brief(), "201 waiting");
    let payment = shown.json();
    assert_eq!(payment["qr"]["content"], "scripted://pay");
    assert_eq!(text(&payment, "reference"), "T-9");
    assert_eq!(text(&payment, "description"), "小明便利店");
    world.say("id", text(&payment, "id"));
    let canceled = world.send("POST /v1/payments/{id}/cancel?wait=5 as:cashier").await;
    assert_eq!(canceled.brief(), "200 not_paid");
    assert_eq!(canceled.json()["reason"], "cancelled_by_cashier");
    assert!(canceled.json()["qr"].is_null());
    assert_eq!(world.book.calls(), ["present", "close"]);
}

#[tokio::test]
async fn money_goes_back_once_and_never_more_than_came() {
    let world = World::new().await;
    let payment = world.send(&pay(1000, "sale-1")).await.json();
    world.say("id", text(&payment, "id"));
    let played = world
        .play(
            r#"
            POST /v1/payments/{id}/refunds?wait=5 as:owner {"amount":{"amount":300,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":0,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":300,"currency":"USD"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":1001,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"reason":"退货"}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"reason":"退货"}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":301,"currency":"CNY"},"reason":"退货"}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r2 {"amount":{"amount":701,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r2 {"amount":{"amount":700,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds?wait=5 as:owner key:r3 {"amount":{"amount":1,"currency":"CNY"}}
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments/{id}/refunds?wait=5 as:owner {"amount":{"amount":300,"currency":"CNY"}}
            400 idempotency_key_missing
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":0,"currency":"CNY"}}
            422 amount_must_be_positive
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":300,"currency":"USD"}}
            422 currency_not_accepted
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r0 {"amount":{"amount":1001,"currency":"CNY"}}
            422 refund_exceeds_what_is_left
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"reason":"退货"}
            201 paid
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"reason":"退货"}
            200 paid
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":301,"currency":"CNY"},"reason":"退货"}
            409 idempotency_key_reused_with_other_content
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r2 {"amount":{"amount":701,"currency":"CNY"}}
            422 refund_exceeds_what_is_left
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r2 {"amount":{"amount":700,"currency":"CNY"}}
            201 returned
        POST /v1/payments/{id}/refunds?wait=5 as:owner key:r3 {"amount":{"amount":1,"currency":"CNY"}}
            422 nothing_to_refund
    "#]].assert_eq(&played);
    let after = world.send("GET /v1/payments/{id} as:owner").await.json();
    assert_eq!((&after["refunded"]["amount"], &after["refundable"]["amount"]), (&1000.into(), &0.into()));
    let refunds: Vec<&str> =
        after["refunds"].as_array().expect("refunds").iter().map(|refund| text(refund, "state")).collect();
    assert_eq!(refunds, ["done", "done"]);
    assert_eq!(world.book.calls(), ["charge", "refund", "refund"]);
}

#[tokio::test]
async fn lists_are_found_by_what_stands_on_a_slip() {
    let world = World::new().await;
    for (fen, key) in [(1250, "a"), (102, "b"), (800, "c")] {
        world.send(&pay(fen, key)).await;
    }
    let amounts = async |line: &str| -> Vec<i64> {
        let page = world.send(line).await.json();
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["amount"]["amount"].as_i64().expect("minor units")).collect()
    };
    assert_eq!(amounts("GET /v1/payments as:owner").await, [800, 102, 1250]);
    assert_eq!(amounts("GET /v1/payments?state=not_paid as:support").await, [102]);
    assert_eq!(amounts("GET /v1/payments?q=12.50 as:owner").await, [1250]);
    assert_eq!(amounts("GET /v1/payments?till=00000000-0000-0000-0000-00000000000c as:owner").await, [0; 0]);
    assert_eq!(amounts("GET /v1/payments as:theirs").await, [0; 0]);
    let page = world.send("GET /v1/payments?limit=2 as:cashier").await.json();
    world.say("next", text(&page, "next"));
    assert_eq!(amounts("GET /v1/payments?limit=2&cursor={next} as:cashier").await, [1250]);
    let day = world.send("GET /v1/day as:owner").await.json();
    assert_eq!((&day["paid"]["count"], &day["paid"]["amount"]["amount"]), (&2.into(), &2050.into()));
    assert_eq!((&day["not_paid"], text(&day, "zone")), (&1.into(), "Asia/Shanghai"));
    assert_eq!(day["by_wallet"][0]["label"]["zh"], "脚本钱包");
}

#[tokio::test]
async fn a_customer_sees_the_receipt_by_its_address_alone() {
    let world = World::new().await;
    let payment = world.send(&pay(1250, "sale-1")).await.json();
    let token = text(&payment, "receipt_url").rsplit('/').next().expect("a token").to_owned();
    world.say("token", &token);
    world.say("id", text(&payment, "id"));
    let receipt = world.send("GET /v1/receipts/{token}").await;
    let json = receipt.json();
    assert_eq!((text(&json, "merchant"), text(&json, "store")), ("小明便利店", "南山店"));
    assert_eq!(
        (&json["payment"]["amount"]["amount"], &json["payment"]["state"]),
        (&1250.into(), &"paid".into())
    );
    assert!(receipt.text.contains("￥12.50"));
    let slip = world.send("GET /v1/payments/{id}/receipt as:cashier").await.json();
    assert_eq!((&slip["lines"], &slip["reprint"]), (&json["lines"], &0.into()));

    let waiting = world.send(&pay(101, "sale-2")).await.json();
    world.say("waiting", text(&waiting, "id"));
    let early = world.send("GET /v1/payments/{waiting}/receipt as:owner").await;
    assert_eq!(early.brief(), "409 nothing_to_print_yet");
}

#[tokio::test]
async fn a_key_tells_whether_its_request_arrived() {
    let world = World::new().await;
    let absent = world.send("GET /v1/payments/by-key/sale-1 as:cashier").await;
    assert_eq!(absent.brief(), "404 no_such_payment");
    let sold = world.send(&pay(1250, "sale-1")).await.json();
    let found = world.send("GET /v1/payments/by-key/sale-1 as:cashier").await;
    assert_eq!((found.brief().as_str(), &found.json()["id"]), ("200 paid", &sold["id"]));
    let refused = world.send(&pay(0, "sale-2")).await;
    assert_eq!(refused.brief(), "422 amount_must_be_positive");
    assert_eq!(world.send("GET /v1/payments/by-key/sale-2 as:cashier").await.brief(), "404 no_such_payment");
    assert_eq!(world.send("GET /v1/payments/by-key/sale-1 as:theirs").await.brief(), "404 no_such_payment");
    assert_eq!(world.send("GET /v1/payments/by-key/sale-1").await.brief(), "401 not_signed_in");
    for wrong in ["%20", "two%20words", "%E9%94%AE", &"k".repeat(129)] {
        let answer = world.send(&format!("GET /v1/payments/by-key/{wrong} as:cashier")).await;
        assert_eq!(answer.brief(), "400 idempotency_key_malformed", "{wrong}");
    }
    world.send(&pay(300, "odd/key?%25")).await;
    let odd = world.send("GET /v1/payments/by-key/odd%2Fkey%3F%2525 as:cashier").await;
    assert_eq!(odd.brief(), "200 paid", "any key that may be sent can be asked for");
    assert_eq!(world.book.calls().len(), 2, "asking for a key asks no provider");
}

#[tokio::test]
async fn payments_are_exported_for_spreadsheets_with_the_filters_of_the_list() {
    let world = World::new().await;
    for (fen, key) in [(1250, "one"), (102, "two"), (300, "three")] {
        world.send(&pay(fen, key)).await;
    }
    let file = world.send("GET /v1/payments/export as:support").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .expect("text")
            .starts_with("attachment; filename=\"payments-20")
    );
    let lines: Vec<&str> = file.text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}时间,状态,金额,实收,已退,币种,方式,门店,收银台,收银员,订单号,支付平台单号,流水"
    );
    assert_eq!((lines.len(), lines[4]), (5, ""));
    assert!(lines[1].contains(",收款成功,3.00,3.00,0.00,CNY,脚本钱包,南山店,1号,,\t"), "{}", lines[1]);
    assert!(lines[2].contains(",未收款,1.02,,0.00,CNY,"), "{}", lines[2]);
    let paid = world.send("GET /v1/payments/export?lang=en&state=paid&q=12.50 as:owner").await;
    let lines: Vec<&str> = paid.text.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}Time,State,Amount,Received"), "{}", lines[0]);
    assert!(lines.len() == 3 && lines[1].contains(",Paid,12.50,12.50,"), "{lines:?}");
    let theirs = world.send("GET /v1/payments/export as:theirs").await;
    assert_eq!(theirs.text.split("\r\n").count(), 2, "only the titles");
    for (line, seen) in [
        ("GET /v1/payments/export", "401 not_signed_in"),
        ("GET /v1/payments/export?lang=fr as:owner", "400 unacceptable_query"),
        ("GET /v1/payments/export?state=gone as:owner", "400 unacceptable_query"),
        ("GET /v1/payments/export?limit=5 as:owner", "400 unacceptable_query"),
        ("GET /v1/payments/export?till=00000000-0000-0000-0000-00000000000c as:cashier", "403 not_allowed"),
    ] {
        assert_eq!(world.send(line).await.brief(), seen, "{line}");
    }
}

#[tokio::test]
async fn an_export_of_many_pages_is_whole() {
    let world = World::new().await;
    for n in 0..205 {
        world.send(&pay(102, &format!("sale-{n}"))).await;
    }
    let file = world.send("GET /v1/payments/export as:owner").await;
    let orders: std::collections::BTreeSet<&str> =
        file.text.split("\r\n").skip(1).filter_map(|line| line.split(',').nth(10)).collect();
    assert_eq!(orders.len(), 205, "each once");
}
