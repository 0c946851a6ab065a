//! Several channels to one wallet: the failing one is passed over, persons have the last word, and the evidence says why.

use crate::world::{CHANNEL, CODE, SPARE, World, pay};
use expect_test::expect;
use serde_json::Value;

/// The wallet's channels: `first eliminated 0/3, second in_use 1/0`.
fn brief(list: &Value) -> String {
    let routes = list["items"][0]["routes"].as_array().expect("a list");
    let one = |route: &Value| {
        let word = |name: &str| route[name].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}/{}", word("name"), word("state"), route["worked"], route["failed"])
    };
    routes.iter().map(one).collect::<Vec<_>>().join(", ")
}

async fn listed(world: &World) -> String {
    brief(&world.send("GET /v1/routes as:owner").await.json())
}

#[tokio::test]
async fn a_channel_that_cannot_be_reached_is_passed_over() {
    let world = World::with_a_spare().await;
    assert_eq!(listed(&world).await, "first in_use 0/0, second in_use 0/0");
    let first = world.send(&pay(1250, "one")).await;
    assert_eq!(first.brief(), "201 not_paid");
    let first = first.json();
    let second = world.send(&pay(1250, "two")).await;
    assert_eq!(second.brief(), "201 paid");
    assert_eq!(listed(&world).await, "first eliminated 0/3, second in_use 1/0");
    let list = world.send("GET /v1/routes as:support").await.json();
    let failure = &list["items"][0]["routes"][0]["failures"][0];
    assert_eq!((&failure["code"], &failure["payment"]), (&"never_left".into(), &first["id"]));

    world.say("id", second.json()["id"].as_str().expect("an id"));
    let timeline = world.send("GET /v1/payments/{id}/timeline as:owner").await.json();
    let asked = timeline["entries"][0]["text"]["zh"].as_str().expect("a sentence").to_owned();
    assert!(asked.contains("走通道 second：首选通道，工作正常；另有 first（故障停用，成功率 "), "{asked}");
    assert_eq!(world.book.calls(), ["charge"], "each payment went over one channel");
}

#[tokio::test]
async fn a_channel_that_makes_no_qr_codes_of_a_wallet_is_no_way_to_one() {
    let world = World::with_a_spare().await;
    let shown = pay(1250, "one")
        .replace(&format!(r#""payer_code":{{"code":"{CODE}"}}"#), r#""show_qr":{"wallet":"scripted"}"#);
    assert_eq!(world.send(&shown).await.brief(), "201 waiting");
    assert_eq!(world.book.calls(), ["present"]);
}

#[tokio::test]
async fn a_persons_word_stands_until_it_is_taken_back() {
    let world = World::with_a_spare().await;
    world.say("first", &CHANNEL.to_string());
    world.say("second", &SPARE.to_string());
    let order =
        |word: &str, channel: &str| format!("POST /v1/routes/scripted/{{{channel}}}/{word} as:owner {{}}");
    let pinned = world.send(&order("pin", "second")).await;
    assert_eq!(brief(&pinned.json()), "first passed_over 0/0, second pinned 0/0");
    assert_eq!(world.send(&pay(1250, "one")).await.brief(), "201 paid");
    let shut = world.send(&order("shut", "first")).await;
    assert_eq!(brief(&shut.json()), "first shut 0/0, second pinned 1/0");
    let all_shut = world.send(&order("shut", "second")).await;
    assert_eq!(brief(&all_shut.json()), "first shut 0/0, second shut 1/0");
    let ordered = &all_shut.json()["items"][0]["routes"][1]["order"];
    assert_eq!((&ordered["word"], &ordered["by"]), (&"shut".into(), &"machine of owner".into()));

    assert_eq!(world.send(&pay(1250, "two")).await.brief(), "422 no_route_open");
    assert_eq!(world.send(&pay(1250, "one")).await.brief(), "200 paid", "what was begun is told as it is");
    let other = world.send(&pay(1251, "one")).await.brief();
    assert_eq!(other, "409 idempotency_key_reused_with_other_content");
    let release = "POST /v1/routes/scripted/{second}/release as:owner";
    assert_eq!(brief(&world.send(release).await.json()), "first shut 0/0, second in_use 1/0");
    assert_eq!(world.send(release).await.status, 200, "the same again changes nothing");
    assert_eq!(world.send(&pay(1250, "two")).await.brief(), "201 paid");
    assert_eq!(world.book.calls(), ["charge", "charge"]);
    let changes = world.send("GET /v1/changes as:owner").await.json();
    let actions: Vec<&str> = changes["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|change| change["action"].as_str())
        .filter(|action| action.starts_with("route."))
        .collect();
    assert_eq!(actions, ["route.order_taken_back", "route.shut", "route.shut", "route.pinned"]);
}

#[tokio::test]
async fn who_may_not_and_what_cannot_be_ordered_is_refused() {
    let world = World::with_a_spare().await;
    world.say("first", &CHANNEL.to_string());
    let played = world
        .play(
            r#"
            GET /v1/routes
            GET /v1/routes as:cashier
            POST /v1/routes/scripted/{first}/shut as:cashier {}
            POST /v1/routes/scripted/{first}/shut as:support {}
            POST /v1/routes/scripted/{first}/shut as:theirs {}
            POST /v1/routes/other/{first}/shut as:owner {}
            POST /v1/routes/scripted/7/shut as:owner {}
            POST /v1/routes/scripted/{first}/shut as:owner {"minutes":0}
            POST /v1/routes/scripted/{first}/pin as:owner {"minutes":10081}
            POST /v1/routes/scripted/{first}/pin as:owner {"hours":1}
            POST /v1/routes/scripted/{first}/release as:support
            "#,
        )
        .await;
    expect![[r#"
        GET /v1/routes
            401 not_signed_in
        GET /v1/routes as:cashier
            403 not_allowed
        POST /v1/routes/scripted/{first}/shut as:cashier {}
            403 not_allowed
        POST /v1/routes/scripted/{first}/shut as:support {}
            403 not_allowed
        POST /v1/routes/scripted/{first}/shut as:theirs {}
            404 no_such_route
        POST /v1/routes/other/{first}/shut as:owner {}
            404 no_such_route
        POST /v1/routes/scripted/7/shut as:owner {}
            400 malformed_id
        POST /v1/routes/scripted/{first}/shut as:owner {"minutes":0}
            422 unacceptable_body
        POST /v1/routes/scripted/{first}/pin as:owner {"minutes":10081}
            422 unacceptable_body
        POST /v1/routes/scripted/{first}/pin as:owner {"hours":1}
            422 unacceptable_body
        POST /v1/routes/scripted/{first}/release as:support
            403 not_allowed
    "#]]
    .assert_eq(&played);
    assert_eq!(listed(&world).await, "first in_use 0/0, second in_use 0/0", "nothing was changed");
}

#[tokio::test]
async fn a_code_of_several_wallets_is_asked_about() {
    let world = World::with_a_spare().await;
    let shared = pay(1250, "one").replace(CODE, "774567890123456789");
    let said = |wallet: &str| shared.replace("\"}}", &format!("\",\"wallet\":\"{wallet}\"}}}}"));
    let refused = world.send(&shared).await;
    assert_eq!(refused.brief(), "422 wallet_ambiguous");
    let zh = refused.json()["zh"].as_str().expect("a sentence").to_owned();
    assert!(zh.ends_with("：脚本钱包、孪生钱包"), "{zh}");
    assert_eq!(world.send(&said("other")).await.brief(), "422 wallet_ambiguous");
    let taken = world.send(&said("twin")).await;
    assert_eq!((taken.brief().as_str(), &taken.json()["wallet"]), ("201 paid", &"twin".into()));
    let otherwise = world.send(&said("scripted")).await.brief();
    assert_eq!(otherwise, "409 idempotency_key_reused_with_other_content");
    let plain = World::new().await;
    assert_eq!(plain.send(&shared).await.brief(), "201 paid", "where one of them is taken nobody is asked");
}
