//! The account's movements of a day, sorted by what moved the money, and whether they are what the trade bill counts.

use crate::{Sum, Sums};
use base::{Money, Text};

/// What moved money on the merchant's account at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// A payment came in.
    Payment,
    /// A refund or a reversal went out.
    Refund,
    /// A fee was taken.
    Fee,
    /// A fee came back with a refund.
    FeeBack,
    /// Money left for the merchant's bank account.
    Withdrawal,
    /// Anything else, such as a deposit or a transfer.
    Other,
}

impl Flow {
    /// Every one with its name in the store and on the wire. A promise: never changed.
    pub const ALL: [(Flow, &'static str); 6] = [
        (Flow::Payment, "payments"),
        (Flow::Refund, "refunds"),
        (Flow::Fee, "fees"),
        (Flow::FeeBack, "fees_back"),
        (Flow::Withdrawal, "withdrawals"),
        (Flow::Other, "other"),
    ];
}

/// How often each flow moved money, and how much: minor units, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows([Sum; Flow::ALL.len()]);

impl Flows {
    /// One movement more.
    pub fn count(&mut self, flow: Flow, amount: i64) {
        let sum = &mut self.0[flow as usize];
        *sum = sum.plus(amount);
    }

    /// So many movements more, adding up to so much.
    pub fn add(&mut self, flow: Flow, sum: Sum) {
        let known = &mut self.0[flow as usize];
        *known = known.and(sum);
    }

    /// What this flow adds up to.
    pub fn of(&self, flow: Flow) -> Sum {
        self.0[flow as usize]
    }

    /// With what another stretch adds up to.
    pub fn plus(&self, next: &Flows) -> Flows {
        Flows(std::array::from_fn(|at| self.0[at].and(next.0[at])))
    }

    /// What the provider kept, less what it gave back.
    pub fn fees_kept(&self) -> i64 {
        self.of(Flow::Fee).amount.saturating_sub(self.of(Flow::FeeBack).amount)
    }
}

/// What the account held at both ends of a day and what moved between, by the account's own bill. Minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Before the first movement.
    pub opening: i64,
    /// Came in.
    pub came: i64,
    /// Went out.
    pub went: i64,
    /// After the last movement.
    pub closing: i64,
}

impl Balance {
    /// What the account must hold after these movements.
    pub fn expected(&self) -> i64 {
        self.opening.saturating_add(self.came).saturating_sub(self.went)
    }

    /// A sentence if the day does not open with what the last one before closed with.
    fn not_as_closed(&self, closed: i64) -> Option<Text> {
        let money = |minor: i64| Money::cny(minor).for_people();
        let (opening, off) = (money(self.opening), money(self.opening.saturating_sub(closed)));
        let closed_with = money(closed);
        (self.opening != closed).then(|| {
            Text::new(
                format!(
                    "资金账单的期初余额 {opening} 不等于上一份资金账单的期末余额 {closed_with}，相差 {off}：两份账单之间可能缺行；请把两天的资金账单各重新取一次，仍不一致就拿两份账单向支付方核实"
                ),
                format!(
                    "The account's bill opens with {opening}, but the last one before closed with {closed_with}, {off} off: rows may be missing between the two; fetch both days again, and ask the provider with both bills if it stays so"
                ),
            )
        })
    }

    /// A sentence if the bill says that it holds something else.
    fn unbalanced(&self) -> Option<Text> {
        let money = |minor: i64| Money::cny(minor).for_people();
        let (opening, came, went) = (money(self.opening), money(self.came), money(self.went));
        let (expected, closing) = (money(self.expected()), money(self.closing));
        let off = money(self.closing.saturating_sub(self.expected()));
        (self.expected() != self.closing).then(|| {
            Text::new(
                format!(
                    "资金账单自己对不平：期初余额 {opening}，收入 {came}，支出 {went}，应余 {expected}，账单写的期末余额是 {closing}，相差 {off}；账单可能缺行，请重新取一次，仍不平就拿账单向支付方核实"
                ),
                format!(
                    "The account's bill does not add up: it opens with {opening}, {came} came in and {went} went out, which leaves {expected}, but it closes with {closing}, {off} off; rows may be missing, so fetch it again, and ask the provider with the bill if it stays so"
                ),
            )
        })
    }
}

/// The account's movements against the trade bill of the same day, against the account's own balance, and against what
/// it held at the end of the last day before (`closed_before`, minor units; nothing if that is not known): a sentence for
/// everything that does not agree. All are the provider's own, so nothing here is a fact about a payment; it is a question
/// to the provider.
pub fn hold_funds(
    trades: &Sums,
    funds: &Flows,
    balance: Option<&Balance>,
    closed_before: Option<i64>,
) -> Vec<Text> {
    let sides = [
        ("收款", "payments", trades.bill_sales.amount, funds.of(Flow::Payment).amount),
        ("退款", "refunds", trades.bill_refunds.amount, funds.of(Flow::Refund).amount),
        ("手续费", "fees", trades.fees, funds.fees_kept()),
    ];
    let differing = sides.into_iter().filter(|(.., trades, funds)| trades != funds);
    let sentence = |(zh, en, trades, funds): (&str, &str, i64, i64)| {
        let (trades, funds) = (Money::cny(trades).for_people(), Money::cny(funds).for_people());
        Text::new(
            format!("交易账单的{zh}合计 {trades}，资金账单里是 {funds}；请拿两份账单向支付方核实"),
            format!(
                "The trade bill's {en} add up to {trades}, the account's movements to {funds}; ask the provider, with both bills"
            ),
        )
    };
    let unbalanced = balance.and_then(Balance::unbalanced);
    let moved_between =
        balance.zip(closed_before).and_then(|(balance, closed)| balance.not_as_closed(closed));
    differing.map(sentence).chain(unbalanced).chain(moved_between).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> (Sums, Flows) {
        let sum = |count, amount| Sum { count, amount };
        let trades =
            Sums { bill_sales: sum(2, 2500), bill_refunds: sum(1, 250), fees: 13, ..Sums::default() };
        let mut funds = Flows::default();
        for (flow, amount) in [(Flow::Payment, 1250), (Flow::Fee, 8), (Flow::Payment, 1250), (Flow::Fee, 7)] {
            funds.count(flow, amount);
        }
        funds.add(Flow::Refund, sum(1, 250));
        funds.add(Flow::FeeBack, sum(1, 2));
        (trades, funds)
    }

    #[test]
    fn movements_that_are_what_the_trades_say_agree_whatever_else_moved() {
        let (trades, mut funds) = day();
        assert_eq!(hold_funds(&trades, &funds, None, Some(7)), vec![]);
        funds.count(Flow::Withdrawal, 1000);
        let balance = Balance { opening: 5000, came: 2502, went: 1265, closing: 6237 };
        assert_eq!(hold_funds(&trades, &funds, Some(&balance), None), vec![]);
        assert_eq!(hold_funds(&trades, &funds, Some(&balance), Some(5000)), vec![]);
    }

    #[test]
    fn what_does_not_agree_is_said() {
        let (trades, mut funds) = day();
        funds.count(Flow::Fee, 1);
        funds.count(Flow::Payment, 1);
        let balance = Balance { opening: -100, came: 2503, went: 266, closing: 2037 };
        let told = hold_funds(&trades, &funds, Some(&balance), Some(-100));
        assert!(told.iter().all(|text| !text.zh.is_empty()), "{told:?}");
        let told: Vec<String> = told.into_iter().map(|text| text.en).collect();
        assert_eq!(told.len(), 3);
        assert!(told[2].contains("leaves ￥21.37, but it closes with ￥20.37, -￥1.00 off"), "{told:?}");
        assert!(told[0].starts_with("The trade bill's payments add up to ￥25.00"), "{told:?}");
        assert!(told[1].contains("fees"), "{told:?}");
    }

    #[test]
    fn a_day_opens_with_what_the_last_one_closed_with() {
        let (trades, funds) = day();
        let balance = Balance { opening: 5000, came: 2502, went: 265, closing: 7237 };
        let told = hold_funds(&trades, &funds, Some(&balance), Some(5010));
        let [said] = told.as_slice() else { panic!("one sentence, not {told:?}") };
        assert!(
            said.en.contains("opens with ￥50.00, but the last one before closed with ￥50.10, -￥0.10 off"),
            "{said:?}"
        );
        assert!(said.zh.contains("期初余额 ￥50.00 不等于"), "{said:?}");
    }

    #[test]
    fn stretches_add_up() {
        let (_, funds) = day();
        assert_eq!(funds.plus(&Flows::default()), funds);
        assert_eq!(funds.plus(&funds).of(Flow::Fee), Sum { count: 4, amount: 30 });
    }
}
