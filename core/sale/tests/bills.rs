//! Bills as a cashier lives them: what is done, and how the sale stands after it.

mod bill;

use bill::Bill;
use expect_test::{Expect, expect};
use payment::{Method, RefundWay};
use sale::{explain, give_back};

/// Plays lines and writes after each how the sale stands. Words: `code FEN`, `cash FEN`, `record FEN` begin a part; `paid N`,
/// `declined N`, `lost N`, `kept N` tell what became of the Nth; `refund N FEN` gives some of it back.
fn check(total: i64, story: &str, expected: Expect) {
    let mut bill = Bill::of(total);
    let mut told = String::new();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<i64>().expect("a number");
        let place = || usize::try_from(number(1)).expect("a place") - 1;
        let begun = match words[0] {
            "code" => bill.by_code(number(1)),
            "cash" => bill.cash(number(1)),
            "record" => {
                let method = Method::ShopCode { seen: "付款成功".into(), digits: String::new() };
                bill.begin(number(1), method)
            }
            what => {
                match what {
                    "paid" => bill.paid(place()),
                    "declined" => bill.declined(place()),
                    "lost" => bill.lost(place()),
                    "kept" => bill.keep(place()),
                    "refund" => bill.refund(place(), number(2), way(&bill, place())),
                    unknown => panic!("nothing is {unknown}"),
                }
                Ok(place())
            }
        };
        let standing = match (begun, bill.sale()) {
            (Err(refusal), _) => format!("{}: {}", refusal.code(), refusal.text().zh),
            (Ok(_), Some(sale)) => {
                let words = explain(&sale);
                let hand_over = if words.may_hand_over { " ✓" } else { "" };
                format!("{}{hand_over} ({}) → {}", words.headline.zh, words.detail.zh, words.next_step.zh)
            }
            (Ok(_), None) => "no sale".to_owned(),
        };
        told.push_str(&format!("{line:<12} {standing}\n"));
    }
    expected.assert_eq(&told);
}

fn way(bill: &Bill, place: usize) -> RefundWay {
    let by_hand = bill.payments()[place].request.method.is_by_hand();
    if by_hand { RefundWay::Cash } else { RefundWay::Provider }
}

#[test]
fn three_friends_pay_three_ways() {
    check(
        10_000,
        "code 3334\npaid 1\ncode 3333\nlost 2\ncash 3334\ncash 3333\ncash 1\npaid 2\ncode 1",
        expect![[r#"
        code 3334    还差 ￥66.66 (总共 ￥100.00，正在核实 ￥33.34，还差 ￥66.66) → 剩下的可以接着收；正在核实的那部分先不要再收
        paid 1       还差 ￥66.66 (总共 ￥100.00，已收 ￥33.34，还差 ￥66.66) → 请收剩下的钱，可以换一种方式
        code 3333    还差 ￥33.33 (总共 ￥100.00，已收 ￥33.34，正在核实 ￥33.33，还差 ￥33.33) → 剩下的可以接着收；正在核实的那部分先不要再收
        lost 2       还差 ￥33.33 (总共 ￥100.00，已收 ￥33.34，正在核实 ￥33.33，还差 ￥33.33) → 剩下的可以接着收；正在核实的那部分先不要再收
        cash 3334    part_exceeds_what_is_left: 这一单最多还能收 ￥33.33，没有收款；请改小金额
        cash 3333    ￥33.33 还没有结果 (总共 ￥100.00，已收 ￥66.67，正在核实 ￥33.33) → 先不要交货，也不要再收
        cash 1       open_parts_may_pay_the_rest: 这一单还有 ￥33.33 正在核实，可能就是剩下的钱，没有再收；请等结果，或先撤销那一笔
        paid 2       整单已付清 ￥100.00 ✓ (总共 ￥100.00，已收 ￥100.00) → 可以交货，接待下一位
        code 1       sale_is_paid_in_full: 这一单已经付清，没有再收；请接待下一位
    "#]],
    );
}

#[test]
fn another_method_after_a_refusal_and_never_beside_an_open_one() {
    check(
        5_000,
        "code 5000\ncash 5000\ndeclined 1\ncash 5000\nrefund 2 2000\ncash 2000\nrefund 2 3000",
        expect![[r#"
        code 5000    ￥50.00 还没有结果 (总共 ￥50.00，正在核实 ￥50.00) → 先不要交货，也不要再收
        cash 5000    open_parts_may_pay_the_rest: 这一单还有 ￥50.00 正在核实，可能就是剩下的钱，没有再收；请等结果，或先撤销那一笔
        declined 1   还差 ￥50.00 (总共 ￥50.00，还差 ￥50.00) → 请收剩下的钱，可以换一种方式
        cash 5000    整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00) → 可以交货，接待下一位
        refund 2 2000 整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00，已退 ￥20.00) → 可以交货，接待下一位
        cash 2000    sale_is_paid_in_full: 这一单已经付清，没有再收；请接待下一位
        refund 2 3000 整单已退回 (总共 ￥50.00，已收 ￥50.00，已退 ￥50.00) → 这一单结束了；再卖请开新的一单
    "#]],
    );
}

#[test]
fn money_that_comes_too_late_goes_back_and_is_not_counted_unless_a_person_keeps_it() {
    check(
        5_000,
        "code 5000\ndeclined 1\ncash 5000\npaid 1\nrefund 2 5000",
        expect![[r#"
        code 5000    ￥50.00 还没有结果 (总共 ￥50.00，正在核实 ￥50.00) → 先不要交货，也不要再收
        declined 1   还差 ￥50.00 (总共 ￥50.00，还差 ￥50.00) → 请收剩下的钱，可以换一种方式
        cash 5000    整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00) → 可以交货，接待下一位
        paid 1       整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00) → 可以交货，接待下一位
        refund 2 5000 整单已退回 (总共 ￥50.00，已收 ￥50.00，已退 ￥50.00) → 这一单结束了；再卖请开新的一单
    "#]],
    );
}

#[test]
fn what_a_person_keeps_beside_another_method_is_too_much_and_asks_to_be_given_back() {
    check(
        5_000,
        "code 5000\ndeclined 1\ncash 5000\nkept 1\npaid 1\nrefund 2 5000",
        expect![[r#"
        code 5000    ￥50.00 还没有结果 (总共 ￥50.00，正在核实 ￥50.00) → 先不要交货，也不要再收
        declined 1   还差 ￥50.00 (总共 ￥50.00，还差 ￥50.00) → 请收剩下的钱，可以换一种方式
        cash 5000    整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00) → 可以交货，接待下一位
        kept 1       整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥50.00) → 可以交货，接待下一位
        paid 1       多收了 ￥50.00 ✓ (总共 ￥50.00，已收 ￥100.00) → 可以交货；请把多收的 ￥50.00 退给顾客
        refund 2 5000 整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥100.00，已退 ￥50.00) → 可以交货，接待下一位
    "#]],
    );
}

#[test]
fn whoever_changes_the_mind_before_the_end_pays_anew() {
    check(
        5_000,
        "code 2000\npaid 1\nrefund 1 2000\ncode 5000\npaid 2\nrefund 2 1",
        expect![[r#"
        code 2000    还差 ￥30.00 (总共 ￥50.00，正在核实 ￥20.00，还差 ￥30.00) → 剩下的可以接着收；正在核实的那部分先不要再收
        paid 1       还差 ￥30.00 (总共 ￥50.00，已收 ￥20.00，还差 ￥30.00) → 请收剩下的钱，可以换一种方式
        refund 1 2000 还差 ￥50.00 (总共 ￥50.00，已收 ￥20.00，已退 ￥20.00，还差 ￥50.00) → 请收剩下的钱，可以换一种方式
        code 5000    ￥50.00 还没有结果 (总共 ￥50.00，已收 ￥20.00，已退 ￥20.00，正在核实 ￥50.00) → 先不要交货，也不要再收
        paid 2       整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥70.00，已退 ￥20.00) → 可以交货，接待下一位
        refund 2 1   整单已付清 ￥50.00 ✓ (总共 ￥50.00，已收 ￥70.00，已退 ￥20.01) → 可以交货，接待下一位
    "#]],
    );
}

#[test]
fn a_record_by_hand_counts_as_taken_and_not_as_paid() {
    check(
        5_000,
        "record 5000\ncash 1",
        expect![[r#"
        record 5000  ￥50.00 已登记，未核实 (总共 ￥50.00，已登记未核实 ￥50.00) → 不要再收；支付机构的通知或账单到了就核实
        cash 1       open_parts_may_pay_the_rest: 这一单还有 ￥50.00 正在核实，可能就是剩下的钱，没有再收；请等结果，或先撤销那一笔
    "#]],
    );
}

#[test]
fn a_sale_is_given_back_by_the_ways_it_came_newest_first() {
    let mut bill = Bill::of(10_000);
    let first = bill.by_code(6_000).expect("it fits");
    bill.paid(first);
    bill.cash(4_000).expect("it fits");
    let shares = |bill: &Bill, fen| {
        give_back(&bill.payments(), base::Money::cny(fen)).map(|shares| {
            shares.iter().map(|one| (one.payment.as_u128(), one.amount.minor(), one.way)).collect::<Vec<_>>()
        })
    };
    assert_eq!(shares(&bill, 3_000), Ok(vec![(2, 3_000, RefundWay::Cash)]));
    assert_eq!(shares(&bill, 9_999), Ok(vec![(2, 4_000, RefundWay::Cash), (1, 5_999, RefundWay::Provider)]));
    assert_eq!(shares(&bill, 10_001), Err(base::Money::cny(10_000)));
    bill.refund(1, 1_000, RefundWay::Cash);
    assert_eq!(shares(&bill, 9_001), Err(base::Money::cny(9_000)));
}
