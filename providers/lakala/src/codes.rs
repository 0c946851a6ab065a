//! What the platform's response codes and trade states mean. What is not listed is unclear.
//!
//! The platform's full list of codes is in no open source. `BBS00000`, and that `BBS11112`, `BBS11105` and `BBS10000` leave
//! a trade open, two public connectors agree on; the three that a refund is waited for with are from one of them alone.
//! No code says that a payment failed: that is a signed `trade_state`, or a look. The states are from one source
//! (AgPay's list of them); all provisional.

/// What a response code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Done as asked.
    Done,
    /// Under way; a look tells.
    UnderWay,
    /// The platform does not know itself; a look tells.
    Unknown,
}

/// Every code that is known, the end of the list being about refunds only.
pub const TABLE: &[(&str, Meaning)] = &[
    ("BBS00000", Meaning::Done),
    ("BBS11112", Meaning::UnderWay),
    ("BBS11105", Meaning::UnderWay),
    ("BBS10000", Meaning::Unknown),
    ("BPS10034", Meaning::UnderWay),
    ("BBS00100", Meaning::UnderWay),
    ("BBS00101", Meaning::UnderWay),
];

/// What a code says; nothing if it is not listed.
pub fn meaning(code: &str) -> Option<Meaning> {
    TABLE.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// Where a trade, payment or refund, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not finished.
    Open,
    /// Done.
    Done,
    /// Paid, and returned in part.
    PartlyReturned,
    /// Failed for good.
    Failed,
    /// The platform does not know.
    Unknown,
    /// Closed unpaid.
    Closed,
    /// Returned whole, or revoked: the word is the same.
    Returned,
}

/// Every `trade_state`.
pub const STATES: &[(&str, State)] = &[
    ("INIT", State::Open),
    ("CREATE", State::Open),
    ("DEAL", State::Open),
    ("SUCCESS", State::Done),
    ("PART_REFUND", State::PartlyReturned),
    ("FAIL", State::Failed),
    ("UNKNOWN", State::Unknown),
    ("CLOSE", State::Closed),
    ("REFUND", State::Returned),
];

/// Where that state leaves a trade; nothing if it is not listed.
pub fn state(name: &str) -> Option<State> {
    STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_code_and_state_is_there_once_and_no_other() {
        let codes: Vec<&str> = TABLE.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.join(" "), "BBS00000 BBS11112 BBS11105 BBS10000 BPS10034 BBS00100 BBS00101");
        let states: Vec<&str> = STATES.iter().map(|(name, _)| *name).collect();
        assert_eq!(states.join(" "), "INIT CREATE DEAL SUCCESS PART_REFUND FAIL UNKNOWN CLOSE REFUND");
        assert_eq!((meaning("BBS99999"), state("PAID")), (None, None));
        assert_eq!(meaning("BBS10000"), Some(Meaning::Unknown));
    }
}
