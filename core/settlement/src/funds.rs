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

/// The account's movements against the trade bill of the same day: a sentence for everything that does not agree. Both
/// are the provider's own, so nothing here is a fact about a payment; it is a question to the provider.
pub fn hold_funds(trades: &Sums, funds: &Flows) -> Vec<Text> {
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
    differing.map(sentence).collect()
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
        assert_eq!(hold_funds(&trades, &funds), vec![]);
        funds.count(Flow::Withdrawal, 1000);
        assert_eq!(hold_funds(&trades, &funds), vec![]);
    }

    #[test]
    fn what_does_not_agree_is_said() {
        let (trades, mut funds) = day();
        funds.count(Flow::Fee, 1);
        funds.count(Flow::Payment, 1);
        let told: Vec<String> = hold_funds(&trades, &funds).into_iter().map(|text| text.en).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("The trade bill's payments add up to ￥25.00"), "{told:?}");
        assert!(told[1].contains("fees"), "{told:?}");
    }

    #[test]
    fn stretches_add_up() {
        let (_, funds) = day();
        assert_eq!(funds.plus(&Flows::default()), funds);
        assert_eq!(funds.plus(&funds).of(Flow::Fee), Sum { count: 4, amount: 30 });
    }
}
