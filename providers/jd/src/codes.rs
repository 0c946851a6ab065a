//! Why a payment or refund failed, in a shop's words.
//!
//! JD's error codes are in no open source, so none is listed here, and no code decides about money: what is definite is a
//! signed answer with a definite `status`. The description beside it chooses the reason, by the words below. Which codes
//! say that there is no such trade is a setting ([`crate::Settings::not_found_codes`]).

use payment::Reason;

/// Words of a description and the reason that they give a failed payment. The first that fits decides; provisional.
pub const REASONS: &[(&str, Reason)] = &[
    ("白条", Reason::InstallmentUnavailable),
    ("分期", Reason::InstallmentUnavailable),
    ("余额", Reason::InsufficientBalance),
    ("限额", Reason::PayerLimitExceeded),
    ("额度", Reason::PayerLimitExceeded),
    ("过期", Reason::CodeExpired),
    ("失效", Reason::CodeExpired),
    ("付款码", Reason::CodeInvalidOrUsed),
    ("风险", Reason::RiskControl),
    ("风控", Reason::RiskControl),
    ("密码", Reason::PasswordWrong),
    ("冻结", Reason::PayerAccountAbnormal),
    ("注销", Reason::PayerAccountAbnormal),
    ("商户", Reason::MerchantConfig),
];

/// The same for a refund.
pub const REFUND_REASONS: &[(&str, Reason)] = &[
    ("余额", Reason::MerchantBalanceTooLow),
    ("期限", Reason::RefundTooLate),
    ("超期", Reason::RefundTooLate),
    ("注销", Reason::RefundNotTaken),
    ("冻结", Reason::RefundNotTaken),
];

/// Why a payment whose status is failed did fail.
pub fn why_failed(description: &str) -> Reason {
    find(REASONS, description).unwrap_or(Reason::PayerCancelledOrTimedOut)
}

/// Why a refund whose status is failed did fail.
pub fn why_not_refunded(description: &str) -> Reason {
    find(REFUND_REASONS, description).unwrap_or(Reason::RefundNotPossible)
}

fn find(table: &[(&str, Reason)], description: &str) -> Option<Reason> {
    table.iter().find(|(word, _)| description.contains(word)).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_chooses_the_reason() {
        assert_eq!(why_failed("白条额度不足"), Reason::InstallmentUnavailable);
        assert_eq!(why_failed("用户额度超限"), Reason::PayerLimitExceeded);
        assert_eq!(why_failed("账户余额不足"), Reason::InsufficientBalance);
        assert_eq!(why_failed("付款码已过期"), Reason::CodeExpired);
        assert_eq!(why_failed("交易失败"), Reason::PayerCancelledOrTimedOut);
        assert_eq!(why_not_refunded("商户余额不足"), Reason::MerchantBalanceTooLow);
        assert_eq!(why_not_refunded("退款失败"), Reason::RefundNotPossible);
    }

    #[test]
    fn no_word_is_hidden_behind_another() {
        for table in [REASONS, REFUND_REASONS] {
            for (index, (word, _)) in table.iter().enumerate() {
                assert!(table[..index].iter().all(|(earlier, _)| !word.contains(earlier)), "{word}");
            }
        }
    }
}
