//! What a day has come to, in one word: the one place that says whether anything is left to do about it.

use store::{BillDay, BillState, FundsDay, OpenDifferences};

/// What a day has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayVerdict {
    /// It is being read.
    Running,
    /// The provider has not made the bill yet.
    NotReady,
    /// The bill could not be fetched or used.
    Failed,
    /// A person must see to something.
    Raised,
    /// The provider is being asked, or a bill is awaited.
    Open,
    /// Nothing is left to do.
    Agrees,
    /// Nothing happened, on either side.
    Nothing,
}

impl DayVerdict {
    /// What a bill with so many open differences has come to.
    pub fn of(bill: &BillDay, open: OpenDifferences) -> DayVerdict {
        let funds = bill.funds.as_ref().map_or("", |funds| funds.problem.0.as_str());
        match bill.state {
            BillState::Running => DayVerdict::Running,
            BillState::NotReady => DayVerdict::NotReady,
            BillState::Failed => DayVerdict::Failed,
            BillState::Done | BillState::Nothing if open.raised > 0 || funds == FundsDay::DIFFER => {
                DayVerdict::Raised
            }
            BillState::Done | BillState::Nothing if open.under_way > 0 || !funds.is_empty() => {
                DayVerdict::Open
            }
            BillState::Done => DayVerdict::Agrees,
            BillState::Nothing => DayVerdict::Nothing,
        }
    }

    /// Its name on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            DayVerdict::Running => "running",
            DayVerdict::NotReady => "not_ready",
            DayVerdict::Failed => "failed",
            DayVerdict::Raised => "raised",
            DayVerdict::Open => "open",
            DayVerdict::Agrees => "agrees",
            DayVerdict::Nothing => "nothing",
        }
    }

    /// Nothing is left to do about the day.
    pub fn is_good(self) -> bool {
        matches!(self, DayVerdict::Agrees | DayVerdict::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{ChannelId, MerchantId, Text, Timestamp};
    use expect_test::expect;
    use settlement::Sums;

    fn bill(state: BillState, funds: &str) -> BillDay {
        BillDay {
            channel: ChannelId::from_u128(1),
            day: "2026-11-22".parse().expect("a day"),
            merchant: MerchantId::from_u128(2),
            state,
            problem: Default::default(),
            sums: Sums::default(),
            funds: Some(FundsDay { problem: (funds.to_owned(), Text::default()), ..FundsDay::default() }),
            updated_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_day_is_good_only_when_nothing_is_left_to_do() {
        let mut told = String::new();
        for state in BillState::ALL {
            for (raised, under_way, funds) in
                [(0, 0, ""), (0, 2, ""), (1, 2, ""), (0, 0, "funds_differ"), (0, 0, "funds_missing")]
            {
                let verdict = DayVerdict::of(&bill(*state, funds), OpenDifferences { raised, under_way });
                let good = if verdict.is_good() { " good" } else { "" };
                told += &format!("{} {raised} {under_way} {funds}: {}{good}\n", state.code(), verdict.code());
            }
        }
        expect![[r#"
            running 0 0 : running
            running 0 2 : running
            running 1 2 : running
            running 0 0 funds_differ: running
            running 0 0 funds_missing: running
            not_ready 0 0 : not_ready
            not_ready 0 2 : not_ready
            not_ready 1 2 : not_ready
            not_ready 0 0 funds_differ: not_ready
            not_ready 0 0 funds_missing: not_ready
            done 0 0 : agrees good
            done 0 2 : open
            done 1 2 : raised
            done 0 0 funds_differ: raised
            done 0 0 funds_missing: open
            nothing 0 0 : nothing good
            nothing 0 2 : open
            nothing 1 2 : raised
            nothing 0 0 funds_differ: raised
            nothing 0 0 funds_missing: open
            failed 0 0 : failed
            failed 0 2 : failed
            failed 1 2 : failed
            failed 0 0 funds_differ: failed
            failed 0 0 funds_missing: failed
        "#]]
        .assert_eq(&told);
    }
}
