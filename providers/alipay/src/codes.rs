//! The one table from the gateway's codes to what they mean for the money. What it does not list is unclear.
//!
//! `Declined` stands only where the gateway says that the payment was not taken and cannot be taken under
//! this order number. Left out on purpose, because they prove neither: `REFUND_CHARGE_ERROR`,
//! `DISCORDANT_REPEAT_REQUEST` (another return already has this number) and everything the gateway adds later.

use payment::{Ask, Doubt, Reason};

/// During which question a row holds; the same word can mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Taking money: charge, present.
    Taking,
    /// Undoing: reverse, close.
    Undoing,
    /// Returning money.
    Returning,
    /// Looking at an order or a return.
    Looking,
    /// Any of them.
    Always,
}

impl When {
    /// The column a question belongs to.
    pub fn of(ask: &Ask) -> When {
        match ask {
            Ask::Charge | Ask::Present => When::Taking,
            Ask::Reverse | Ask::Close => When::Undoing,
            Ask::Refund { .. } => When::Returning,
            Ask::Inquire | Ask::InquireRefund { .. } => When::Looking,
        }
    }
}

/// What a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Not taken, and never will be under this order number.
    Declined(Reason),
    /// The return will not happen under this number.
    RefundRefused(Reason),
    /// The gateway knows no such order.
    NotFound,
    /// Nothing.
    Unclear(Doubt),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// During which question.
    pub when: When,
    /// `sub_code` without its `ACQ.`, or a `code`.
    pub code: &'static str,
    /// What `sub_msg` must contain; empty if it does not matter.
    pub text: &'static str,
    /// What it proves.
    pub meaning: Meaning,
}

const fn declined(code: &'static str, reason: Reason) -> Row {
    Row { when: When::Taking, code, text: "", meaning: Meaning::Declined(reason) }
}

const fn refused(code: &'static str, reason: Reason) -> Row {
    Row { when: When::Returning, code, text: "", meaning: Meaning::RefundRefused(reason) }
}

const fn unclear(when: When, code: &'static str, doubt: Doubt) -> Row {
    Row { when, code, text: "", meaning: Meaning::Unclear(doubt) }
}

/// The table. The first row that fits decides.
pub const TABLE: &[Row] = &[
    // Taking: the payer
    declined("BUYER_BALANCE_NOT_ENOUGH", Reason::InsufficientBalance),
    declined("BUYER_BANKCARD_BALANCE_NOT_ENOUGH", Reason::InsufficientBalance),
    declined("NO_PAYMENT_INSTRUMENTS_AVAILABLE", Reason::InsufficientBalance),
    declined("BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", Reason::PayerLimitExceeded),
    declined("BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR", Reason::PayerLimitExceeded),
    Row {
        when: When::Taking,
        code: "PAYMENT_AUTH_CODE_INVALID",
        text: "SOUNDWAVE_PARSER_FAIL",
        meaning: Meaning::Declined(Reason::CodeExpired),
    },
    declined("SOUNDWAVE_PARSER_FAIL", Reason::CodeExpired),
    declined("PULL_MOBILE_CASHIER_FAIL", Reason::CodeExpired),
    declined("PAYMENT_AUTH_CODE_INVALID", Reason::CodeInvalidOrUsed),
    declined("AUTH_TOKEN_IS_NOT_EXIST", Reason::CodeInvalidOrUsed),
    declined("NOT_SUPPORT_PAYMENT_INST", Reason::CardNotSupported),
    declined("CARD_TYPE_ERROR", Reason::CardNotSupported),
    declined("ERROR_BALANCE_PAYMENT_DISABLE", Reason::CardNotSupported),
    declined("MOBILE_PAYMENT_SWITCH_OFF", Reason::CardNotSupported),
    declined("USER_FACE_PAYMENT_SWITCH_OFF", Reason::CardNotSupported),
    declined("PAYMENT_REQUEST_HAS_RISK", Reason::RiskControl),
    declined("BUYER_ENABLE_STATUS_FORBID", Reason::PayerAccountAbnormal),
    declined("BUYER_NOT_EXIST", Reason::PayerAccountAbnormal),
    declined("NOT_CERTIFIED_USER", Reason::PayerAccountAbnormal),
    declined("ERROR_BUYER_CERTIFY_LEVEL_LIMIT", Reason::PayerAccountAbnormal),
    declined("PAYER_UNMATCHED", Reason::PayerAccountAbnormal),
    declined("TRADE_BUYER_NOT_MATCH", Reason::PayerAccountAbnormal),
    declined("BUYER_SELLER_EQUAL", Reason::PayerAccountAbnormal),
    declined("ORDER_UNSUPPORT_ADVANCE", Reason::InstallmentUnavailable),
    declined("BUYER_UNSUPPORT_ADVANCE", Reason::InstallmentUnavailable),
    declined("MERCHANT_UNSUPPORT_ADVANCE", Reason::InstallmentUnavailable),
    declined("ZM_CREDIT_AUTH_FAIL", Reason::InstallmentUnavailable),
    // Taking: the merchant
    declined("BEYOND_PAY_RESTRICTION", Reason::MerchantLimitExceeded),
    declined("BEYOND_PER_RECEIPT_RESTRICTION", Reason::MerchantLimitExceeded),
    declined("BEYOND_PER_RECEIPT_DAY_RESTRICTION", Reason::MerchantLimitExceeded),
    declined("BEYOND_PER_RECEIPT_SINGLE_RESTRICTION", Reason::MerchantLimitExceeded),
    declined("MERCHANT_PERM_RECEIPT_DAY_LIMIT", Reason::MerchantLimitExceeded),
    declined("MERCHANT_PERM_RECEIPT_SINGLE_LIMIT", Reason::MerchantLimitExceeded),
    declined("MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT", Reason::MerchantLimitExceeded),
    declined("PRODUCT_AMOUNT_LIMIT_ERROR", Reason::MerchantLimitExceeded),
    declined("TOTAL_FEE_EXCEED", Reason::MerchantLimitExceeded),
    declined("RESTRICTED_MERCHANT_INDUSTRY", Reason::MerchantLimitExceeded),
    declined("SELLER_BEEN_BLOCKED", Reason::MerchantFrozen),
    declined("MERCHANT_STATUS_NOT_NORMAL", Reason::MerchantFrozen),
    declined("SECONDARY_MERCHANT_STATUS_ERROR", Reason::MerchantFrozen),
    declined("ACCESS_FORBIDDEN", Reason::MerchantConfig),
    declined("PARTNER_ERROR", Reason::MerchantConfig),
    declined("INVALID_PARAMETER", Reason::MerchantConfig),
    declined("MERCHANT_AGREEMENT_NOT_EXIST", Reason::MerchantConfig),
    declined("MERCHANT_AGREEMENT_INVALID", Reason::MerchantConfig),
    declined("INVALID_STORE_ID", Reason::MerchantConfig),
    declined("CURRENCY_NOT_SUPPORT", Reason::MerchantConfig),
    declined("NOW_TIME_AFTER_EXPIRE_TIME_ERROR", Reason::MerchantConfig),
    declined("EXIST_FORBIDDEN_WORD", Reason::MerchantConfig),
    // Taking: the order
    unclear(When::Taking, "TRADE_HAS_SUCCESS", Doubt::SaysPaid),
    declined("TRADE_HAS_CLOSE", Reason::OrderClosed),
    declined("CONTEXT_INCONSISTENT", Reason::OrderNumberConflict),
    // Undoing: money that was taken, or a payer in the middle of paying
    unclear(When::Undoing, "CANCEL_NOT_ALLOWED", Doubt::CannotUndoYet),
    unclear(When::Undoing, "REASON_TRADE_BEEN_FREEZEN", Doubt::CannotUndoYet),
    unclear(When::Undoing, "SELLER_BALANCE_NOT_ENOUGH", Doubt::CannotUndoYet),
    unclear(When::Undoing, "TRADE_CANCEL_TIME_OUT", Doubt::SaysPaid),
    unclear(When::Undoing, "TRADE_HAS_FINISHED", Doubt::SaysPaid),
    unclear(When::Undoing, "TRADE_STATUS_ERROR", Doubt::SaysPaid),
    unclear(When::Undoing, "REASON_TRADE_STATUS_INVALID", Doubt::SaysPaid),
    unclear(When::Undoing, "REASON_TRADE_REFUND_FEE_ERR", Doubt::SaysPaid),
    // Returning
    refused("SELLER_BALANCE_NOT_ENOUGH", Reason::MerchantBalanceTooLow),
    refused("REFUND_AMT_NOT_EQUAL_TOTAL", Reason::RefundNotPossible),
    refused("REASON_TRADE_REFUND_FEE_ERR", Reason::RefundNotPossible),
    refused("REFUND_FEE_ERROR", Reason::RefundNotPossible),
    // A finished trade is one whose time for refunds is over.
    refused("TRADE_HAS_FINISHED", Reason::RefundTooLate),
    refused("TRADE_HAS_CLOSE", Reason::RefundNotPossible),
    refused("TRADE_STATUS_ERROR", Reason::RefundNotPossible),
    refused("TRADE_NOT_ALLOW_REFUND", Reason::RefundNotPossible),
    refused("NOT_ALLOW_PARTIAL_REFUND", Reason::RefundNotPossible),
    refused("REASON_TRADE_BEEN_FREEZEN", Reason::RefundNotPossible),
    refused("TRADE_NOT_EXIST", Reason::RefundNotPossible),
    refused("BUYER_ENABLE_STATUS_FORBID", Reason::PayerAccountAbnormal),
    refused("BUYER_NOT_EXIST", Reason::PayerAccountAbnormal),
    // Any question
    Row { when: When::Undoing, code: "TRADE_NOT_EXIST", text: "", meaning: Meaning::NotFound },
    Row { when: When::Looking, code: "TRADE_NOT_EXIST", text: "", meaning: Meaning::NotFound },
    unclear(When::Always, "SYSTEM_ERROR", Doubt::ProviderError),
    unclear(When::Always, "INVALID_PARAMETER", Doubt::OurSettings),
    unclear(When::Always, "ACCESS_FORBIDDEN", Doubt::OurSettings),
    unclear(When::Always, "PARTNER_ERROR", Doubt::OurSettings),
    // The gateway's own codes, when the finer one is not listed above
    unclear(When::Always, "20000", Doubt::ProviderError),
    unclear(When::Always, "40005", Doubt::RateLimited),
    declined("20001", Reason::MerchantConfig),
    declined("40001", Reason::MerchantConfig),
    declined("40002", Reason::MerchantConfig),
    declined("40003", Reason::MerchantConfig),
    declined("40006", Reason::MerchantConfig),
    unclear(When::Always, "20001", Doubt::OurSettings),
    unclear(When::Always, "40001", Doubt::OurSettings),
    unclear(When::Always, "40002", Doubt::OurSettings),
    unclear(When::Always, "40003", Doubt::OurSettings),
    unclear(When::Always, "40006", Doubt::OurSettings),
];

/// What a refusal means: its finer code first, then the gateway's own. `20000` says that the gateway does
/// not know, whatever else it says.
pub fn meaning(when: When, code: &str, sub_code: &str, sub_msg: &str) -> Meaning {
    let find = |word: &str| {
        TABLE.iter().find(|row| {
            (row.when == when || row.when == When::Always) && row.code == word && sub_msg.contains(row.text)
        })
    };
    let finer = if code == "20000" { None } else { find(bare(sub_code)) };
    finer.or_else(|| find(code)).map_or(Meaning::Unclear(Doubt::UnknownCode), |row| row.meaning)
}

/// A finer code without its prefixes: `aop.ACQ.SYSTEM_ERROR`, `ACQ.SYSTEM_ERROR` and the gateway's own
/// misspelling `AQC.SYSTEM_ERROR` are one.
fn bare(sub_code: &str) -> &str {
    let code = sub_code.strip_prefix("aop.").unwrap_or(sub_code);
    code.strip_prefix("ACQ.").or_else(|| code.strip_prefix("AQC.")).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_what_its_question_makes_of_it() {
        let check = |when, code, sub_code, expected| {
            assert_eq!(meaning(when, code, sub_code, ""), expected, "{when:?} {sub_code}");
        };
        let declined = Meaning::Declined;
        let unclear = Meaning::Unclear;
        check(When::Taking, "40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", declined(Reason::InsufficientBalance));
        check(When::Looking, "40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH", unclear(Doubt::UnknownCode));
        check(When::Taking, "40004", "ACQ.TRADE_HAS_SUCCESS", unclear(Doubt::SaysPaid));
        check(When::Taking, "40004", "ACQ.NEW_IN_2030", unclear(Doubt::UnknownCode));
        check(When::Taking, "40004", "ACQ.TRADE_NOT_EXIST", unclear(Doubt::UnknownCode));
        check(When::Looking, "40004", "TRADE_NOT_EXIST", Meaning::NotFound);
        check(When::Undoing, "20000", "aop.ACQ.SYSTEM_ERROR", unclear(Doubt::ProviderError));
        check(When::Undoing, "40004", "AQC.SYSTEM_ERROR", unclear(Doubt::ProviderError));
        check(When::Taking, "20000", "ACQ.BUYER_BALANCE_NOT_ENOUGH", unclear(Doubt::ProviderError));
        check(When::Taking, "20000", "isp.unknow-error", unclear(Doubt::ProviderError));
        check(When::Taking, "40002", "isv.invalid-signature", declined(Reason::MerchantConfig));
        check(When::Looking, "40002", "isv.invalid-signature", unclear(Doubt::OurSettings));
        check(When::Returning, "40004", "ACQ.DISCORDANT_REPEAT_REQUEST", unclear(Doubt::UnknownCode));
        check(When::Taking, "40005", "isv.app-call-limited", unclear(Doubt::RateLimited));
    }

    #[test]
    fn an_old_code_and_a_wrong_code_differ_by_text_alone() {
        let invalid = |text| meaning(When::Taking, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", text);
        assert_eq!(invalid("SOUNDWAVE_PARSER_FAIL"), Meaning::Declined(Reason::CodeExpired));
        assert_eq!(invalid("支付授权码无效"), Meaning::Declined(Reason::CodeInvalidOrUsed));
    }

    #[test]
    fn no_row_is_hidden_behind_another() {
        for (index, row) in TABLE.iter().enumerate() {
            let earlier = TABLE[..index].iter().find(|e| {
                e.code == row.code
                    && (e.when == row.when || e.when == When::Always)
                    && row.text.contains(e.text)
            });
            assert!(earlier.is_none(), "{} {:?} can never be reached", row.code, row.when);
        }
    }
}
