//! How a sale stands, for people: what happened, what it means, what to do.

use crate::sum::{Sale, State};
use base::{Money, Text};

/// A sale in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, in one line.
    pub headline: Text,
    /// What it means.
    pub detail: Text,
    /// What the cashier does next.
    pub next_step: Text,
    /// May the goods be handed over?
    pub may_hand_over: bool,
}

/// The words for how `sale` stands.
pub fn explain(sale: &Sale) -> Explanation {
    let (headline, next_step) = match sale.state() {
        State::Open => open(sale),
        State::Waiting => waiting(sale),
        State::Settled => settled(sale),
        State::Overpaid => overpaid(sale),
        State::Returned => (
            Text::new("整单已退回", "All of it went back"),
            Text::new(
                "这一单结束了；再卖请开新的一单",
                "This sale has ended; to sell again, begin a new one",
            ),
        ),
    };
    let may_hand_over = matches!(sale.state(), State::Settled | State::Overpaid);
    Explanation { headline, detail: detail(sale), next_step, may_hand_over }
}

fn open(sale: &Sale) -> (Text, Text) {
    let left = sale.left().for_people();
    let next = if sale.open.is_positive() {
        Text::new(
            "剩下的可以接着收；正在核实的那部分先不要再收",
            "The rest may be charged now; do not charge again what is still being found out",
        )
    } else {
        Text::new("请收剩下的钱，可以换一种方式", "Take the rest, by another method if need be")
    };
    (Text::new(format!("还差 {left}"), format!("{left} left to pay")), next)
}

fn waiting(sale: &Sale) -> (Text, Text) {
    let open = sale.open.for_people();
    if sale.recorded == sale.open {
        return (
            Text::new(format!("{open} 已登记，未核实"), format!("{open} recorded, not verified")),
            Text::new(
                "不要再收；支付机构的通知或账单到了就核实",
                "Do not charge again; the provider's notification or bill will verify it",
            ),
        );
    }
    (
        Text::new(format!("{open} 还没有结果"), format!("{open} without a result yet")),
        Text::new("先不要交货，也不要再收", "Do not hand over the goods yet, and do not charge again"),
    )
}

fn settled(sale: &Sale) -> (Text, Text) {
    let total = sale.total.for_people();
    (
        Text::new(format!("整单已付清 {total}"), format!("Paid in full, {total}")),
        Text::new("可以交货，接待下一位", "Hand over the goods and serve the next customer"),
    )
}

fn overpaid(sale: &Sale) -> (Text, Text) {
    let over = sale.over().for_people();
    (
        Text::new(format!("多收了 {over}"), format!("{over} too much was paid")),
        Text::new(
            format!("可以交货；请把多收的 {over} 退给顾客"),
            format!("Hand over the goods, and give {over} back to the customer"),
        ),
    )
}

/// The sum, item by item; what is nothing is not mentioned.
fn detail(sale: &Sale) -> Text {
    let verifying = sale.open.minus(sale.recorded).unwrap_or(sale.open);
    let items = [
        (sale.paid, "已收", "paid"),
        (sale.returned, "已退", "given back"),
        (verifying, "正在核实", "being found out"),
        (sale.recorded, "已登记未核实", "recorded, not verified"),
        (sale.left(), "还差", "left"),
    ];
    let said = |pick: fn(&(Money, &'static str, &'static str)) -> &'static str| {
        items
            .iter()
            .filter(|item| item.0.is_positive())
            .map(|item| format!("{} {}", pick(item), item.0.for_people()))
            .collect::<Vec<_>>()
    };
    let total = sale.total.for_people();
    let zh =
        std::iter::once(format!("总共 {total}")).chain(said(|item| item.1)).collect::<Vec<_>>().join("，");
    let en =
        std::iter::once(format!("total {total}")).chain(said(|item| item.2)).collect::<Vec<_>>().join(", ");
    Text::new(zh, en)
}
