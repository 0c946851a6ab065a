//! What no provider moves, and what only persons can say: cash, records of the printed code, decisions.

use crate::world::World;
use expect_test::expect;

const TILL: &str = r#""till":"00000000-0000-0000-0000-00000000000b""#;

/// Remembers the till's part of a body as `{at}`.
async fn world() -> World {
    let world = World::new().await;
    world.say("at", TILL);
    world.say("1000", r#"{"amount":1000,"currency":"CNY"}"#);
    world
}

#[tokio::test]
async fn cash_is_paid_because_a_person_counted_it() {
    let world = world().await;
    let played = world
        .play(
            r#"
            POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"CNY"}}}}
            POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"CNY"}}}}
            POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":5000,"currency":"CNY"}}}}
            POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{"amount":999,"currency":"CNY"}}}}
            POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"USD"}}}}
            POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{}}}
            POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{1000},"more":1}}}
            POST /v1/payments as:cashier key:c2 {"amount":{"amount":-1,"currency":"CNY"},"method":{"cash":{"tendered":{1000}}}}
            POST /v1/payments as:cashier key:c2 {"amount":{"amount":0,"currency":"CNY"},"method":{"cash":{"tendered":{1000}}}}
            POST /v1/payments as:support key:c2 {"amount":{1000},"method":{"cash":{"tendered":{1000}}}}
            POST /v1/payments as:cashier {"amount":{1000},"method":{"cash":{"tendered":{1000}}}}
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"CNY"}}}}
            201 paid
        POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"CNY"}}}}
            200 paid
        POST /v1/payments as:cashier key:c1 {"amount":{1000},"method":{"cash":{"tendered":{"amount":5000,"currency":"CNY"}}}}
            409 idempotency_key_reused_with_other_content
        POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{"amount":999,"currency":"CNY"}}}}
            422 tendered_too_little
        POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{"amount":2000,"currency":"USD"}}}}
            422 currency_not_accepted
        POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{}}}
            422 unacceptable_body
        POST /v1/payments as:cashier key:c2 {"amount":{1000},"method":{"cash":{"tendered":{1000},"more":1}}}
            422 unacceptable_body
        POST /v1/payments as:cashier key:c2 {"amount":{"amount":-1,"currency":"CNY"},"method":{"cash":{"tendered":{1000}}}}
            422 amount_must_be_positive
        POST /v1/payments as:cashier key:c2 {"amount":{"amount":0,"currency":"CNY"},"method":{"cash":{"tendered":{1000}}}}
            422 amount_must_be_positive
        POST /v1/payments as:support key:c2 {"amount":{1000},"method":{"cash":{"tendered":{1000}}}}
            403 not_allowed
        POST /v1/payments as:cashier {"amount":{1000},"method":{"cash":{"tendered":{1000}}}}
            400 idempotency_key_missing
    "#]].assert_eq(&played);
    let paid = world.send("GET /v1/payments/by-key/c1 as:cashier").await.json();
    assert_eq!((&paid["cash"]["change"]["amount"], &paid["method"]), (&1000.into(), &"cash".into()));
    assert_eq!(paid["explain"]["may_hand_over"], true);
    world.say("id", paid["id"].as_str().expect("an id"));
    let back = world
        .play(
            r#"
            POST /v1/payments/{id}/cancel as:cashier
            POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}
            POST /v1/payments/{id}/refunds as:owner key:r2 {"amount":{"amount":701,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/refunds as:owner key:r2 {"amount":{"amount":300,"currency":"CNY"},"way":"cheque"}
            POST /v1/payments/{id}/refunds as:cashier key:r2 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/refunds as:owner key:r3 {"amount":{"amount":700,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/acknowledge as:cashier
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments/{id}/cancel as:cashier
            409 cannot_cancel_a_finished_payment
        POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}
            422 refund_only_in_cash
        POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            201 paid
        POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            200 paid
        POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}
            409 idempotency_key_reused_with_other_content
        POST /v1/payments/{id}/refunds as:owner key:r2 {"amount":{"amount":701,"currency":"CNY"},"way":"cash"}
            422 refund_exceeds_what_is_left
        POST /v1/payments/{id}/refunds as:owner key:r2 {"amount":{"amount":300,"currency":"CNY"},"way":"cheque"}
            422 unacceptable_body
        POST /v1/payments/{id}/refunds as:cashier key:r2 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            403 not_allowed
        POST /v1/payments/{id}/refunds as:owner key:r3 {"amount":{"amount":700,"currency":"CNY"},"way":"cash"}
            201 returned
        POST /v1/payments/{id}/acknowledge as:cashier
            409 nothing_to_acknowledge
    "#]].assert_eq(&back);
    assert!(world.book.calls().is_empty(), "no provider was asked");
}

#[tokio::test]
async fn a_record_says_what_was_seen() {
    let world = world().await;
    let played = world
        .play(
            r#"
            POST /v1/payments as:cashier key:s1 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"支付成功 10.00","digits":"4321"}}}
            POST /v1/payments as:cashier key:s1 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"支付成功 10.00","digits":"4322"}}}
            POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":" "}}}
            POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"ok","digits":"12"}}}
            POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"ok","digits":"12a4"}}}
            POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"nobody","seen":"ok"}}}
            POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"seen":"ok"}}}
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments as:cashier key:s1 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"支付成功 10.00","digits":"4321"}}}
            201 recorded
        POST /v1/payments as:cashier key:s1 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"支付成功 10.00","digits":"4322"}}}
            409 idempotency_key_reused_with_other_content
        POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":" "}}}
            422 record_incomplete
        POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"ok","digits":"12"}}}
            422 record_incomplete
        POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"ok","digits":"12a4"}}}
            422 record_incomplete
        POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"wallet":"nobody","seen":"ok"}}}
            422 wallet_has_no_channel
        POST /v1/payments as:cashier key:s2 {"amount":{1000},"method":{"shop_code":{"seen":"ok"}}}
            422 unacceptable_body
    "#]].assert_eq(&played);
}

#[tokio::test]
async fn a_record_counts_only_once_it_is_verified_or_decided() {
    let world = world().await;
    let line = r#"POST /v1/payments as:cashier key:s1 {"amount":{1000},"method":{"shop_code":{"wallet":"scripted","seen":"支付成功"}}}"#;
    let recorded = world.send(line).await.json();
    assert_eq!(recorded["explain"]["may_hand_over"], false, "recorded is not paid");
    assert!(recorded["paid"].is_null() && recorded["record"]["verify_by"].is_string());
    world.say("id", recorded["id"].as_str().expect("an id"));
    let decided = world
        .play(
            r#"
            POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            POST /v1/payments/{id}/acknowledge as:cashier
            POST /v1/payments/{id}/settle as:cashier {"verdict":"paid","reason":"seen in the app"}
            POST /v1/payments/{id}/settle as:theirs {"verdict":"paid","reason":"seen in the app"}
            POST /v1/payments/{id}/settle as:owner {"verdict":"paid","reason":" "}
            POST /v1/payments/{id}/settle as:owner {"verdict":"maybe","reason":"seen in the app"}
            POST /v1/payments/{id}/settle as:owner {"verdict":"paid"}
            POST /v1/payments/{id}/settle as:owner {"verdict":"paid","reason":"seen in the app"}
            POST /v1/payments/{id}/settle as:owner {"verdict":"not_paid","reason":"no, it was not"}
            GET /v1/payments/{id} as:owner
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments/{id}/refunds as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"},"way":"cash"}
            422 nothing_to_refund
        POST /v1/payments/{id}/acknowledge as:cashier
            409 nothing_to_acknowledge
        POST /v1/payments/{id}/settle as:cashier {"verdict":"paid","reason":"seen in the app"}
            403 not_allowed
        POST /v1/payments/{id}/settle as:theirs {"verdict":"paid","reason":"seen in the app"}
            404 no_such_payment
        POST /v1/payments/{id}/settle as:owner {"verdict":"paid","reason":" "}
            422 reason_missing
        POST /v1/payments/{id}/settle as:owner {"verdict":"maybe","reason":"seen in the app"}
            422 unacceptable_body
        POST /v1/payments/{id}/settle as:owner {"verdict":"paid"}
            422 unacceptable_body
        POST /v1/payments/{id}/settle as:owner {"verdict":"paid","reason":"seen in the app"}
            200 paid
        POST /v1/payments/{id}/settle as:owner {"verdict":"not_paid","reason":"no, it was not"}
            409 nothing_to_settle
        GET /v1/payments/{id} as:owner
            200 paid
    "#]]
    .assert_eq(&decided);
    let settled = world.send("GET /v1/payments/{id} as:owner").await.json();
    assert_eq!(settled["record"]["settled"], "seen in the app");
}

#[tokio::test]
async fn an_ordinary_payment_has_nothing_to_decide() {
    let world = World::new().await;
    let paid = world.send(&crate::world::pay(1000, "sale-1")).await.json();
    world.say("id", paid["id"].as_str().expect("an id"));
    let played = world
        .play(
            r#"
            POST /v1/payments/{id}/settle as:owner {"verdict":"not_paid","reason":"I do not like it"}
            POST /v1/payments/{id}/acknowledge as:owner
            POST /v1/payments/x/settle as:owner {"verdict":"paid","reason":"x"}
            POST /v1/payments/00000000-0000-0000-0000-000000000099/acknowledge as:owner
            GET /v1/payments/by-key/sale-1 as:theirs
            GET /v1/payments/by-key/nobody as:owner
            POST /v1/payments/by-key/sale-1/cancel as:theirs
            POST /v1/payments/by-key/sale-1/undo as:cashier
            POST /v1/payments/by-key/nobody/refunds as:owner key:r {"amount":{"amount":1,"currency":"CNY"}}
            POST /v1/payments/by-key/sale-1/refunds as:owner {"amount":{"amount":1,"currency":"CNY"}}
            POST /v1/payments/by-key/sale-1/refunds as:owner key:r {"amount":{"amount":1001,"currency":"CNY"}}
            GET /v1/payments/{id} as:owner
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/payments/{id}/settle as:owner {"verdict":"not_paid","reason":"I do not like it"}
            409 nothing_to_settle
        POST /v1/payments/{id}/acknowledge as:owner
            409 nothing_to_acknowledge
        POST /v1/payments/x/settle as:owner {"verdict":"paid","reason":"x"}
            400 malformed_id
        POST /v1/payments/00000000-0000-0000-0000-000000000099/acknowledge as:owner
            404 no_such_payment
        GET /v1/payments/by-key/sale-1 as:theirs
            404 no_such_payment
        GET /v1/payments/by-key/nobody as:owner
            404 no_such_payment
        POST /v1/payments/by-key/sale-1/cancel as:theirs
            404 no_such_payment
        POST /v1/payments/by-key/sale-1/undo as:cashier
            403 not_allowed
        POST /v1/payments/by-key/nobody/refunds as:owner key:r {"amount":{"amount":1,"currency":"CNY"}}
            404 no_such_payment
        POST /v1/payments/by-key/sale-1/refunds as:owner {"amount":{"amount":1,"currency":"CNY"}}
            400 idempotency_key_missing
        POST /v1/payments/by-key/sale-1/refunds as:owner key:r {"amount":{"amount":1001,"currency":"CNY"}}
            422 refund_exceeds_what_is_left
        GET /v1/payments/{id} as:owner
            200 paid
    "#]]
    .assert_eq(&played);
}

#[tokio::test]
async fn late_money_is_shown_until_somebody_has_seen_it() {
    let world = World::new().await;
    let declined = world.send(&crate::world::pay(102, "sale-1")).await.json();
    world.say("id", declined["id"].as_str().expect("an id"));
    world.book.pay(declined["order_no"].as_str().expect("a number"));
    world.send("POST /v1/payments/{id}/look?wait=5 as:owner").await;
    world.send("GET /v1/payments/{id}?wait=5 as:owner").await;
    let found = world.send("GET /v1/payments/{id} as:owner").await.json();
    assert_eq!(found["found"]["how"], "too_late");
    assert!(found["found"]["seen_by"].is_null());
    for _ in 0..2 {
        let seen = world.send("POST /v1/payments/{id}/acknowledge as:cashier").await.json();
        assert_eq!(seen["found"]["seen_by"], "machine of cashier");
    }
}

#[tokio::test]
async fn one_sale_paid_by_two_scans_is_raised_and_the_second_goes_back_with_one_button() {
    let world = World::new().await;
    let scan = |key: &str, fen: i64, reference: &str| {
        let pay = crate::world::pay(fen, key);
        format!(r#"{},"reference":"{reference}"}}"#, pay.strip_suffix('}').expect("a body"))
    };
    let lines = [("a", 1000, "T-1"), ("b", 1000, "T-2"), ("c", 900, "T-1"), ("d", 1000, ""), ("e", 1000, "")];
    for (key, fen, reference) in lines {
        assert_eq!(world.send(&scan(key, fen, reference)).await.brief(), "201 paid", "{key}");
    }
    let second = world.send(&scan("f", 1000, "T-1")).await.json();
    let raised =
        crate::webhooks::until(&world, "GET /v1/alarms as:owner", |list| list["items"][0].is_object());
    let raised = raised.await;
    assert_eq!(raised["items"].as_array().map(Vec::len), Some(1), "{raised}");
    let alarm = &raised["items"][0];
    assert_eq!((&alarm["code"], &alarm["subject"]), (&"sale_paid_twice".into(), &second["id"]));
    world.say("alarm", &alarm["id"].to_string());
    let played = world
        .play(
            r#"
            POST /v1/alarms/{alarm}/give-back as:theirs
            POST /v1/alarms/{alarm}/give-back as:cashier
            POST /v1/alarms/x/give-back as:owner
            POST /v1/alarms/{alarm}/give-back?wait=5 as:owner
            POST /v1/alarms/{alarm}/give-back?wait=5 as:owner
            GET /v1/payments/by-key/a as:owner
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/alarms/{alarm}/give-back as:theirs
            404 no_such_alarm
        POST /v1/alarms/{alarm}/give-back as:cashier
            403 not_allowed
        POST /v1/alarms/x/give-back as:owner
            400 malformed_id
        POST /v1/alarms/{alarm}/give-back?wait=5 as:owner
            200 returned
        POST /v1/alarms/{alarm}/give-back?wait=5 as:owner
            200 returned
        GET /v1/payments/by-key/a as:owner
            200 paid
    "#]]
    .assert_eq(&played);
    let back = world.send("GET /v1/payments/by-key/f as:owner").await.json();
    assert_eq!(back["refunds"].as_array().map(Vec::len), Some(1), "pressed twice, given back once");
    assert_eq!(back["refunded"]["amount"], 1000);
    assert!(world.send("GET /v1/alarms as:owner").await.json()["items"][0]["seen_by"].is_string());
}

#[tokio::test]
async fn a_notification_for_an_order_nobody_knows_is_raised_once_and_a_forged_one_never() {
    let world = World::new().await;
    let order = "0123456789abcdef0123456789abcdef";
    for (sign, status) in [("wrong", 401), ("right", 200), ("right", 200)] {
        let address = "POST /notify/scripted/00000000-0000-0000-0000-000000000003";
        let mut request = world.request(&format!("{address} sign:{sign}"));
        *request.body_mut() = order.into();
        let reply = tower::ServiceExt::oneshot(world.router.clone(), request).await.expect("it answers");
        assert_eq!(reply.status().as_u16(), status);
        let alarms = world.send("GET /v1/alarms as:owner").await.json();
        let known: Vec<&str> = alarms["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["subject"].as_str())
            .collect();
        let expected: &[&str] = if sign == "right" { &[order] } else { &[] };
        assert_eq!(known, expected, "after one that is {sign}");
    }
    let alarm = world.send("GET /v1/alarms as:owner").await.json()["items"][0].clone();
    assert_eq!((&alarm["code"], &alarm["times"]), (&"unknown_order".into(), &1.into()));
    assert!(alarm["detail"].as_str().expect("text").contains("SUCCESS"));
    world.say("alarm", &alarm["id"].to_string());
    let none = world.send("POST /v1/alarms/{alarm}/give-back as:owner").await;
    assert_eq!(none.brief(), "409 nothing_to_give_back");
    assert!(
        world.send("GET /v1/alarms as:theirs").await.json()["items"].as_array().is_some_and(Vec::is_empty)
    );
}
