//! What a Chinese sentence beside an unlisted code says, by the words in it. Gateways whose codes are in no open source are
//! read so: a definite state decides about the money, the sentence only chooses the reason that people are shown.

use crate::Trouble;
use payment::Reason;

/// Words of a failed payment's sentence. The first that fits decides; provisional.
const UNPAID: &[(&str, Reason)] = &[
    ("余额", Reason::InsufficientBalance),
    ("限额", Reason::PayerLimitExceeded),
    ("额度", Reason::PayerLimitExceeded),
    ("过期", Reason::CodeExpired),
    ("失效", Reason::CodeExpired),
    ("付款码", Reason::CodeInvalidOrUsed),
    ("条码", Reason::CodeInvalidOrUsed),
    ("授权码", Reason::CodeInvalidOrUsed),
    ("风险", Reason::RiskControl),
    ("风控", Reason::RiskControl),
    ("密码", Reason::PasswordWrong),
    ("冻结", Reason::PayerAccountAbnormal),
    ("注销", Reason::PayerAccountAbnormal),
    ("商户", Reason::MerchantConfig),
];

/// The same for a refund.
const NOT_RETURNED: &[(&str, Reason)] = &[
    ("余额", Reason::MerchantBalanceTooLow),
    ("期限", Reason::RefundTooLate),
    ("超期", Reason::RefundTooLate),
    ("注销", Reason::RefundNotTaken),
    ("冻结", Reason::RefundNotTaken),
];

/// Words of a sentence that nobody signed, which speak of what stands between us and the provider.
const BETWEEN: &[(&str, Trouble)] = &[
    ("签名", Trouble::OurSignature),
    ("验签", Trouble::OurSignature),
    ("解密", Trouble::OurSignature),
    ("权限", Trouble::NotPermitted),
    ("商户", Trouble::OurNumber),
    ("终端", Trouble::OurNumber),
    ("系统", Trouble::Failing),
];

/// Why a payment that failed did fail.
pub fn why_unpaid(sentence: &str) -> Reason {
    find(UNPAID, sentence).unwrap_or(Reason::PayerCancelledOrTimedOut)
}

/// Why a refund that failed did fail.
pub fn why_not_returned(sentence: &str) -> Reason {
    find(NOT_RETURNED, sentence).unwrap_or(Reason::RefundNotPossible)
}

/// What stands between us and a provider that says this unsigned.
pub fn trouble(sentence: &str) -> Option<Trouble> {
    find(BETWEEN, sentence)
}

/// Whether such a sentence speaks of our settings.
pub fn speaks_of_our_settings(sentence: &str) -> bool {
    matches!(trouble(sentence), Some(Trouble::OurSignature | Trouble::OurNumber))
}

fn find<T: Copy>(table: &[(&str, T)], sentence: &str) -> Option<T> {
    table.iter().find(|(word, _)| sentence.contains(word)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_chooses_the_reason() {
        assert_eq!(why_unpaid("用户额度超限"), Reason::PayerLimitExceeded);
        assert_eq!(why_unpaid("账户余额不足"), Reason::InsufficientBalance);
        assert_eq!(why_unpaid("付款码已过期"), Reason::CodeExpired);
        assert_eq!(why_unpaid("交易失败"), Reason::PayerCancelledOrTimedOut);
        assert_eq!(why_not_returned("商户余额不足"), Reason::MerchantBalanceTooLow);
        assert_eq!(why_not_returned("退款失败"), Reason::RefundNotPossible);
        assert_eq!(trouble("验证签名失败"), Some(Trouble::OurSignature));
        assert!(speaks_of_our_settings("商户号不存在") && !speaks_of_our_settings("系统繁忙"));
    }

    #[test]
    fn no_word_is_hidden_behind_another() {
        fn check<T>(table: &[(&str, T)]) {
            for (index, (word, _)) in table.iter().enumerate() {
                assert!(table[..index].iter().all(|(earlier, _)| !word.contains(earlier)), "{word}");
            }
        }
        check(UNPAID);
        check(NOT_RETURNED);
        check(BETWEEN);
    }
}
