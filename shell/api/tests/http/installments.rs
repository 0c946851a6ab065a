//! Paying in instalments: the plans are shown before, the chosen one stands with the payment and on its slip.

use crate::world::{World, pay};
use expect_test::expect;
use serde_json::{Value, json};

const PLANS: &str = "GET /v1/installments?wallet=scripted&currency=CNY&amount=";

/// A payment with the plan that was shown for it.
fn pay_in(plan: &Value, fen: i64, key: &str) -> String {
    let line = pay(fen, key);
    let open = line.strip_suffix('}').expect("an object");
    format!(r#"{open},"installments":{plan}}}"#)
}

/// As it is posted: without its sentence.
fn as_chosen(shown: &Value) -> Value {
    let mut plan = shown.clone();
    plan.as_object_mut().expect("a plan").remove("text");
    plan
}

#[tokio::test]
async fn a_plan_is_shown_chosen_and_stands_with_the_payment() {
    let world = World::new().await;
    let till = world.send("GET /v1/till?till=00000000-0000-0000-0000-00000000000b as:owner").await.json();
    assert_eq!(till["methods"][0]["installments"], true);
    let shown = world.send(&format!("{PLANS}30000 as:cashier")).await.json();
    let plan = &shown["items"][0];
    expect![[r#"
        2 期，每期 ￥150.05，手续费 ￥0.10，共还 ￥300.10
        2 × ￥150.05, fee ￥0.10, ￥300.10 in all
        请顾客看清分期方案；收款时顾客在手机的脚本钱包里选同样的期数"#]]
    .assert_eq(
        &[&plan["text"]["zh"], &plan["text"]["en"], &shown["text"]["zh"]]
            .map(|text| text.as_str().expect("a sentence").to_owned())
            .join("\n"),
    );
    let plan = as_chosen(plan);
    let paid = world.send(&pay_in(&plan, 30_000, "one")).await;
    assert_eq!(paid.brief(), "201 paid");
    assert_eq!(paid.json()["installments"]["count"], 2);
    assert_eq!(world.send(&pay_in(&plan, 30_000, "one")).await.brief(), "200 paid", "the same again");
    let other = world.send(&pay(30_000, "one")).await.brief();
    assert_eq!(other, "409 idempotency_key_reused_with_other_content");

    world.say("id", paid.json()["id"].as_str().expect("an id"));
    let timeline = world.send("GET /v1/payments/{id}/timeline as:owner").await.json();
    let asked = timeline["entries"][0]["text"]["zh"].as_str().expect("a sentence");
    assert!(
        asked.ends_with("顾客看过并选了分期 2 期，每期 ￥150.05，手续费 ￥0.10，共还 ￥300.10"),
        "{asked}"
    );
    let plain = world.send(&pay(30_000, "two")).await.json();
    assert_eq!(plain["installments"], Value::Null);
    assert_eq!(world.book.calls(), ["plans", "charge", "charge"]);
}

#[tokio::test]
async fn what_is_not_offered_or_not_told_is_said() {
    let world = World::new().await;
    let none = world.send(&format!("{PLANS}200 as:owner")).await.json();
    assert_eq!(none["items"], json!([]));
    assert_eq!(
        none["text"]["en"],
        "Script Wallet: too little for instalments. Take it in one payment, or another way"
    );
    let asked = |rest: &str| format!("GET /v1/installments?{rest} as:owner");
    for (line, answer) in [
        (format!("{PLANS}104 as:owner"), "503 installments_not_told"),
        (format!("{PLANS}0 as:owner"), "422 amount_must_be_positive"),
        (format!("{PLANS}9000000 as:owner"), "422 amount_too_large"),
        (format!("{PLANS}30000 as:support"), "403 not_allowed"),
        (asked("wallet=other&currency=CNY&amount=30000"), "422 no_installments"),
        (asked("wallet=nobody&currency=CNY&amount=30000"), "422 no_installments"),
        (asked("wallet=scripted&currency=JPY&amount=30000"), "422 currency_not_accepted"),
        (asked("wallet=scripted&amount=30000"), "400 unacceptable_query"),
    ] {
        assert_eq!(world.send(&line).await.brief(), answer, "{line}");
    }
    let away = World::with_a_spare().await;
    assert_eq!(away.send(&format!("{PLANS}30000 as:owner")).await.brief(), "503 installments_not_told");
}

#[tokio::test]
async fn a_plan_that_does_not_add_up_charges_nothing() {
    let world = World::new().await;
    let shown = world.send(&format!("{PLANS}30000 as:owner")).await.json();
    let plan = as_chosen(&shown["items"][0]);
    let changed = |name: &str, value: Value| {
        let mut plan = plan.clone();
        plan[name] = value;
        plan
    };
    let yen = json!({"amount": 10, "currency": "JPY"});
    for (plan, answer) in [
        (changed("count", json!(3)), "422 installments_do_not_add_up"),
        (changed("count", json!(0)), "422 installments_do_not_add_up"),
        (changed("rate", json!("9".repeat(17))), "422 installments_do_not_add_up"),
        (changed("fee", yen), "422 installments_do_not_add_up"),
        (changed("more", json!(1)), "422 unacceptable_body"),
    ] {
        assert_eq!(world.send(&pay_in(&plan, 30_000, "one")).await.brief(), answer, "{plan}");
    }
    assert_eq!(world.send(&pay_in(&plan, 30_001, "one")).await.brief(), "422 installments_do_not_add_up");
    assert_eq!(world.book.calls(), ["plans"]);
}
