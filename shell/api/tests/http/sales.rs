//! Sales that several payments pay: parts by any method, never more than the sale comes to, given back as they came.

use crate::world::{CODE, World};
use expect_test::{Expect, expect};
use serde_json::Value;

const SALE: &str = "0193a0b0-0000-7000-8000-000000000001";

/// A part's line: so many fen of a sale of 50 yuan. 1.01 waits for the payer, 1.02 is declined.
fn part(fen: i64, key: &str) -> String {
    line(fen, key, SALE, 5_000, &format!(r#"{{"payer_code":{{"code":"{CODE}"}}}}"#))
}

fn cash(fen: i64, key: &str) -> String {
    line(fen, key, SALE, 5_000, &format!(r#"{{"cash":{{"tendered":{{"amount":{fen},"currency":"CNY"}}}}}}"#))
}

fn line(fen: i64, key: &str, sale: &str, total: i64, method: &str) -> String {
    format!(
        r#"POST /v1/payments?wait=5 as:owner key:{key} {{"till":"00000000-0000-0000-0000-00000000000b","amount":{{"amount":{fen},"currency":"CNY"}},"method":{method},"sale":{{"id":"{sale}","total":{{"amount":{total},"currency":"CNY"}},"note":"5号桌"}}}}"#
    )
}

fn fen(value: &Value, name: &str) -> i64 {
    value[name]["amount"].as_i64().unwrap_or(-1)
}

/// How the sale stands, in one line.
async fn standing(world: &World) -> String {
    let sale = world.send(&format!("GET /v1/sales/{SALE} as:owner")).await.json();
    let sums: Vec<String> = ["paid", "returned", "open", "left", "over", "refundable"]
        .iter()
        .filter(|name| fen(&sale, name) != 0)
        .map(|name| format!("{name} {}", fen(&sale, name)))
        .collect();
    let state = sale["state"].as_str().unwrap_or("no sale");
    format!(
        "{state}: {} ({})",
        sale["explain"]["headline"]["zh"].as_str().unwrap_or_default(),
        sums.join(", ")
    )
}

/// Sends lines one by one and tells after each how the sale stands.
async fn check(world: &World, lines: &[String], expected: Expect) {
    let mut told = String::new();
    for line in lines {
        let key = line.split("key:").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or(line);
        let answer = world.send(line).await.brief();
        told.push_str(&format!("{key:<8} {answer}\n         {}\n", standing(world).await));
    }
    expected.assert_eq(&told);
}

#[tokio::test]
async fn a_bill_is_paid_in_parts_and_never_beyond_its_total() {
    let world = World::new().await;
    let steps = [
        part(102, "refused"),
        part(3_000, "li"),
        part(3_000, "too-much"),
        part(101, "waits"),
        cash(2_000, "beside"),
        cash(1_899, "rest"),
        cash(1, "one-more"),
        part(3_000, "li"),
    ];
    check(
        &world,
        &steps,
        expect![[r#"
        refused  201 not_paid
                 open: 还差 ￥50.00 (left 5000)
        li       201 paid
                 open: 还差 ￥20.00 (paid 3000, left 2000, refundable 3000)
        too-much 422 part_exceeds_what_is_left
                 open: 还差 ￥20.00 (paid 3000, left 2000, refundable 3000)
        waits    201 waiting
                 open: 还差 ￥18.99 (paid 3000, open 101, left 1899, refundable 3000)
        beside   422 part_exceeds_what_is_left
                 open: 还差 ￥18.99 (paid 3000, open 101, left 1899, refundable 3000)
        rest     201 paid
                 waiting: ￥1.01 还没有结果 (paid 4899, open 101, refundable 4899)
        one-more 409 open_parts_may_pay_the_rest
                 waiting: ￥1.01 还没有结果 (paid 4899, open 101, refundable 4899)
        li       200 paid
                 waiting: ￥1.01 还没有结果 (paid 4899, open 101, refundable 4899)
    "#]],
    )
    .await;
    let sale = world.send(&format!("GET /v1/sales/{SALE} as:owner")).await.json();
    let waits = &sale["payments"].as_array().expect("a list")[2];
    assert_eq!((waits["part"]["number"].as_u64(), waits["part"]["note"].as_str()), (Some(3), Some("5号桌")));
    world.say("id", waits["id"].as_str().expect("an id"));
    world.book.pay(waits["order_no"].as_str().expect("a number"));
    let looked = world.send("POST /v1/payments/{id}/look?wait=5 as:owner").await;
    assert_eq!(looked.brief(), "200 paid");
    expect!["settled: 整单已付清 ￥50.00 (paid 5000, refundable 5000)"].assert_eq(&standing(&world).await);
    let more = world.send(&cash(1, "after")).await;
    assert_eq!(more.brief(), "409 sale_is_paid_in_full");
}

#[tokio::test]
async fn a_sale_goes_back_by_the_ways_it_came_and_once() {
    let world = World::new().await;
    let back = |fen: i64, key: &str| {
        format!(
            r#"POST /v1/sales/{SALE}/refunds?wait=5 as:owner key:{key} {{"amount":{{"amount":{fen},"currency":"CNY"}},"reason":"太咸"}}"#
        )
    };
    let steps = [
        part(3_000, "li"),
        cash(2_000, "wang"),
        back(2_500, "back-1"),
        back(2_500, "back-1"),
        back(2_501, "back-1"),
        back(2_501, "back-2"),
        back(0, "back-3"),
        back(2_500, "back-4"),
        back(1, "back-5"),
    ];
    check(
        &world,
        &steps,
        expect![[r#"
        li       201 paid
                 open: 还差 ￥20.00 (paid 3000, left 2000, refundable 3000)
        wang     201 paid
                 settled: 整单已付清 ￥50.00 (paid 5000, refundable 5000)
        back-1   201
                 settled: 整单已付清 ￥50.00 (paid 5000, returned 2500, refundable 2500)
        back-1   200
                 settled: 整单已付清 ￥50.00 (paid 5000, returned 2500, refundable 2500)
        back-1   409 idempotency_key_reused_with_other_content
                 settled: 整单已付清 ￥50.00 (paid 5000, returned 2500, refundable 2500)
        back-2   422 refund_exceeds_what_is_left
                 settled: 整单已付清 ￥50.00 (paid 5000, returned 2500, refundable 2500)
        back-3   422 amount_must_be_positive
                 settled: 整单已付清 ￥50.00 (paid 5000, returned 2500, refundable 2500)
        back-4   201
                 returned: 整单已退回 (paid 5000, returned 5000)
        back-5   422 nothing_to_refund
                 returned: 整单已退回 (paid 5000, returned 5000)
    "#]],
    )
    .await;
    let sale = world.send(&format!("GET /v1/sales/{SALE} as:owner")).await.json();
    let refunds: Vec<String> = sale["payments"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|payment| payment["refunds"].as_array().expect("a list"))
        .map(|refund| format!("{} cash {}", fen(refund, "amount"), refund["in_cash"]))
        .collect();
    assert_eq!(refunds, ["500 cash false", "2500 cash false", "2000 cash true"]);
    let calls = world.book.calls();
    assert_eq!(calls.iter().filter(|call| *call == "refund").count(), 2);
}

#[tokio::test]
async fn of_many_who_would_pay_the_rest_at_once_one_does() {
    let world = World::new().await;
    let lines: Vec<String> = (0..4).map(|n| part(5_000, &format!("at-once-{n}"))).collect();
    let (a, b, c, d) = tokio::join!(
        world.send(&lines[0]),
        world.send(&lines[1]),
        world.send(&lines[2]),
        world.send(&lines[3])
    );
    let mut answers = [a.status, b.status, c.status, d.status];
    answers.sort_unstable();
    assert_eq!(answers, [201, 409, 409, 409]);
    assert_eq!(world.book.calls(), ["charge"]);
}

#[tokio::test]
async fn what_is_wrong_about_a_sale_is_refused_by_name_and_changes_nothing() {
    let world = World::new().await;
    let method = format!(r#"{{"payer_code":{{"code":"{CODE}"}}}}"#);
    let refused = |fen: i64, sale: &str, total: i64| line(fen, "wrong", sale, total, &method);
    let long = "0193a0b0-0000-7000-8000-00000000000";
    for (line, brief) in [
        (refused(5_001, SALE, 5_000), "422 part_exceeds_what_is_left"),
        (refused(1, SALE, 0), "422 part_exceeds_what_is_left"),
        (refused(0, SALE, 5_000), "422 amount_must_be_positive"),
        (refused(1, long, 5_000), "400 malformed_id"),
        (refused(1, SALE, 5_000).replace("5号桌", &"桌".repeat(41)), "422 text_too_long"),
        (
            refused(1, SALE, 5_000).replace(
                r#""total":{"amount":5000,"currency":"CNY"}"#,
                r#""total":{"amount":5000,"currency":"USD"}"#,
            ),
            "422 part_exceeds_what_is_left",
        ),
        (format!("GET /v1/sales/{SALE} as:owner"), "404 no_such_sale"),
        (
            format!(
                r#"POST /v1/sales/{SALE}/refunds as:owner key:r {{"amount":{{"amount":1,"currency":"CNY"}}}}"#
            ),
            "404 no_such_sale",
        ),
    ] {
        assert_eq!(world.send(&line).await.brief(), brief, "{line}");
    }
    assert_eq!(world.send(&part(1_000, "first")).await.brief(), "201 paid");
    for (line, brief) in [
        (line(1_000, "other", SALE, 6_000, &method), "409 total_of_the_sale_is_another"),
        (line(1_000, "first", SALE, 6_000, &method), "409 idempotency_key_reused_with_other_content"),
        (format!("GET /v1/sales/{SALE} as:theirs"), "404 no_such_sale"),
        (
            format!(
                r#"POST /v1/sales/{SALE}/refunds as:cashier key:r {{"amount":{{"amount":1,"currency":"CNY"}}}}"#
            ),
            "403 not_allowed",
        ),
    ] {
        assert_eq!(world.send(&line).await.brief(), brief, "{line}");
    }
    assert_eq!(world.book.calls(), ["charge"], "nothing else was sent");
}

#[tokio::test]
async fn a_sale_that_is_not_paid_in_full_is_found_from_another_till() {
    let world = World::new().await;
    world.send(&part(1_000, "first")).await;
    let listed = |answer: &Value| answer["items"].as_array().map(Vec::len);
    let unpaid = world.send("GET /v1/sales as:cashier").await.json();
    assert_eq!((listed(&unpaid), fen(&unpaid["items"][0], "left")), (Some(1), 4_000));
    let elsewhere =
        world.send("GET /v1/sales?till=00000000-0000-0000-0000-00000000000c as:owner").await.json();
    assert_eq!(listed(&elsewhere), Some(0));
    assert_eq!(listed(&world.send("GET /v1/sales as:theirs").await.json()), Some(0));
    let at_another = cash(4_000, "rest").replace("00000000000b", "00000000000c");
    assert_eq!(world.send(&at_another).await.brief(), "201 paid");
    assert_eq!(listed(&world.send("GET /v1/sales as:owner").await.json()), Some(0));
}
