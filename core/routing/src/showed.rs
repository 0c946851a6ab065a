//! What the end of a call shows of the way it took: only what the way is to blame for counts against it.

use base::Text;
use payment::{Answer, Ask, Doubt, Reason, Verdict};

/// What a call showed of its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showed {
    /// The provider did its work, whatever it said about the payer.
    Worked,
    /// The way failed.
    Failed(Failure),
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        /// How a way fails.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Failure { $($(#[$doc])* $name,)* }

        impl Failure {
            /// Every one.
            pub const ALL: &[Failure] = &[$(Failure::$name,)*];

            /// Its name in the store and on the wire. A promise: never changed.
            pub fn code(self) -> &'static str {
                match self { $(Failure::$name => $code,)* }
            }

            /// In words.
            pub fn text(self) -> Text {
                match self { $(Failure::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

failures! {
    /// No byte could be sent.
    NeverLeft, "never_left", "连不上，请求没有发出", "Not reached; nothing was sent";
    /// No whole answer came.
    NoAnswer, "no_answer", "请求发出了，没有等到应答", "Sent, and no answer came";
    /// The provider failed inside, or says that it is closed.
    ProviderFails, "provider_fails", "支付机构内部出错或在维护", "The provider failed inside or is closed";
    /// The answer cannot be read or is not rightly signed.
    Unreadable, "unreadable", "应答看不懂或签名不对", "The answer cannot be read or is signed wrongly";
    /// Too many requests.
    RateLimited, "rate_limited", "请求太多被限流", "Too many requests";
    /// The merchant's account or settings stand in the way.
    OurSettings, "our_settings", "本店在该通道的设置或账户有问题", "The shop's settings or account on this channel stand in the way";
}

impl Failure {
    /// The failure of this [`Failure::code`].
    pub fn from_code(code: &str) -> Option<Failure> {
        Failure::ALL.iter().copied().find(|failure| failure.code() == code)
    }
}

/// What an answer shows of the way; nothing unless it is to the first question of a payment.
pub fn showed(ask: &Ask, answer: &Answer) -> Option<Showed> {
    match ask {
        Ask::Charge | Ask::Present => of_verdict(&answer.verdict),
        Ask::Inquire | Ask::Reverse | Ask::Close | Ask::Refund { .. } | Ask::InquireRefund { .. } => None,
    }
}

/// What a call without an answer shows of the way; `left` says whether it was sent.
pub fn showed_by_silence(ask: &Ask, left: bool) -> Option<Showed> {
    let failure = if left { Failure::NoAnswer } else { Failure::NeverLeft };
    matches!(ask, Ask::Charge | Ask::Present).then_some(Showed::Failed(failure))
}

fn of_verdict(verdict: &Verdict) -> Option<Showed> {
    match verdict {
        Verdict::Paid(_) | Verdict::AwaitingPayer | Verdict::QrReady { .. } => Some(Showed::Worked),
        Verdict::Declined(reason) => Some(of_reason(*reason)),
        Verdict::Unclear(doubt) => Some(of_doubt(*doubt)),
        // Nothing that a provider says to a charge: it neither worked nor failed in a way that repeats.
        Verdict::NotFound
        | Verdict::Closed
        | Verdict::Returned
        | Verdict::AskAgain
        | Verdict::RefundProcessing
        | Verdict::Refunded { .. }
        | Verdict::RefundRefused(_) => None,
    }
}

fn of_reason(reason: Reason) -> Showed {
    match reason {
        Reason::ProviderMaintenance | Reason::ProviderUnreachable => Showed::Failed(Failure::ProviderFails),
        Reason::MerchantFrozen | Reason::MerchantConfig | Reason::MerchantLimitExceeded => {
            Showed::Failed(Failure::OurSettings)
        }
        // The payer's, the code's or the order's fault; or what only an undoing or a refund is told.
        Reason::InsufficientBalance
        | Reason::PayerLimitExceeded
        | Reason::CodeExpired
        | Reason::CodeInvalidOrUsed
        | Reason::CodeOfAnotherWallet
        | Reason::PayerCancelledOrTimedOut
        | Reason::PasswordWrong
        | Reason::CardNotSupported
        | Reason::RiskControl
        | Reason::PayerAccountAbnormal
        | Reason::OrderClosed
        | Reason::OrderNumberConflict
        | Reason::InstallmentUnavailable
        | Reason::NeverArrived
        | Reason::NotPaidInTime
        | Reason::CancelledByCashier
        | Reason::MerchantBalanceTooLow
        | Reason::RefundNotPossible
        | Reason::NeverVerified
        | Reason::RefundTooLate
        | Reason::RefundNotTaken => Showed::Worked,
    }
}

fn of_doubt(doubt: Doubt) -> Showed {
    match doubt {
        Doubt::ProviderError => Showed::Failed(Failure::ProviderFails),
        Doubt::BadSignature | Doubt::Garbled | Doubt::UnknownCode => Showed::Failed(Failure::Unreadable),
        Doubt::RateLimited => Showed::Failed(Failure::RateLimited),
        Doubt::OurSettings => Showed::Failed(Failure::OurSettings),
        Doubt::SaysPaid | Doubt::CannotUndoYet | Doubt::NotYetPaid => Showed::Worked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payment::Said;

    fn check(ask: Ask, verdict: Verdict, expected: Option<Showed>) {
        let answer = Answer { verdict: verdict.clone(), said: Said::default() };
        assert_eq!(showed(&ask, &answer), expected, "{verdict:?}");
    }

    #[test]
    fn a_payer_without_money_says_nothing_against_the_way() {
        check(Ask::Charge, Verdict::Declined(Reason::InsufficientBalance), Some(Showed::Worked));
        check(Ask::Charge, Verdict::Declined(Reason::RiskControl), Some(Showed::Worked));
        check(Ask::Present, Verdict::AwaitingPayer, Some(Showed::Worked));
    }

    #[test]
    fn what_the_way_is_to_blame_for_counts_against_it() {
        let failed = |failure| Some(Showed::Failed(failure));
        check(Ask::Charge, Verdict::Unclear(Doubt::ProviderError), failed(Failure::ProviderFails));
        check(Ask::Charge, Verdict::Unclear(Doubt::BadSignature), failed(Failure::Unreadable));
        check(Ask::Charge, Verdict::Declined(Reason::MerchantFrozen), failed(Failure::OurSettings));
        check(Ask::Present, Verdict::Declined(Reason::ProviderMaintenance), failed(Failure::ProviderFails));
    }

    #[test]
    fn only_the_first_question_counts() {
        check(Ask::Inquire, Verdict::Unclear(Doubt::ProviderError), None);
        check(Ask::Charge, Verdict::NotFound, None);
        assert_eq!(showed_by_silence(&Ask::Reverse, true), None);
        assert_eq!(showed_by_silence(&Ask::Charge, true), Some(Showed::Failed(Failure::NoAnswer)));
        assert_eq!(showed_by_silence(&Ask::Present, false), Some(Showed::Failed(Failure::NeverLeft)));
    }

    #[test]
    fn every_failure_has_one_name() {
        for failure in Failure::ALL {
            assert_eq!(Failure::from_code(failure.code()), Some(*failure));
        }
    }
}
