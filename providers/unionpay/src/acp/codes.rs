//! The one table from the gateway's response codes to what they mean for the money. What it does not list is unclear.
//!
//! The list of codes and their sentences is the official sample code's; which reason a code is to a shop is our reading of
//! those sentences. `Declined` stands only where the sentence says that the payment was not made. Provisional, because
//! one code says two things or its sentence is vague: 30, 33, 62, 63, 64 to a refund, 68, 78, and `45` for a look.

use payment::{Ask, Doubt, Reason};

/// During which question a row holds; the same code can mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Taking money: charge, present, and what a look says of either.
    Taking,
    /// Undoing: reverse, close.
    Undoing,
    /// Returning money, and what a look says of it.
    Returning,
    /// The look itself.
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
    /// The gateway knows no such transaction.
    NotFound,
    /// The payment was taken back or closed.
    TakenBack,
    /// Nothing.
    Unclear(Doubt),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// During which question.
    pub when: When,
    /// `respCode` or `origRespCode`.
    pub code: &'static str,
    /// What the sentence beside it must contain; empty if it does not matter.
    pub text: &'static str,
    /// What it proves.
    pub meaning: Meaning,
}

const fn declined(code: &'static str, reason: Reason) -> Row {
    Row { when: When::Taking, code, text: "", meaning: Meaning::Declined(reason) }
}

const fn declined_with(code: &'static str, text: &'static str, reason: Reason) -> Row {
    Row { when: When::Taking, code, text, meaning: Meaning::Declined(reason) }
}

const fn refused(code: &'static str, reason: Reason) -> Row {
    Row { when: When::Returning, code, text: "", meaning: Meaning::RefundRefused(reason) }
}

const fn row(when: When, code: &'static str, meaning: Meaning) -> Row {
    Row { when, code, text: "", meaning }
}

const fn unclear(when: When, code: &'static str, doubt: Doubt) -> Row {
    row(when, code, Meaning::Unclear(doubt))
}

/// The table. The first row that fits decides.
pub const TABLE: &[Row] = &[
    // Taking: the gateway and the merchant
    declined("02", Reason::ProviderMaintenance),
    declined("39", Reason::ProviderMaintenance),
    declined("10", Reason::MerchantConfig),
    declined("11", Reason::MerchantConfig),
    declined("13", Reason::MerchantConfig),
    declined("31", Reason::MerchantFrozen),
    declined("32", Reason::MerchantConfig),
    declined("40", Reason::MerchantConfig),
    declined("33", Reason::PayerLimitExceeded),
    declined("38", Reason::RiskControl),
    // Taking: the order
    unclear(When::Taking, "12", Doubt::SaysPaid),
    unclear(When::Taking, "42", Doubt::SaysPaid),
    declined("36", Reason::OrderNumberConflict),
    row(When::Taking, "45", Meaning::TakenBack),
    // Taking: the payer
    declined_with("30", "过期", Reason::CodeExpired),
    declined_with("30", "失效", Reason::CodeExpired),
    declined_with("30", "二维码", Reason::CodeInvalidOrUsed),
    declined_with("30", "付款码", Reason::CodeInvalidOrUsed),
    declined("30", Reason::CardNotSupported),
    declined("60", Reason::PayerAccountAbnormal),
    declined("61", Reason::CodeInvalidOrUsed),
    declined("62", Reason::CardNotSupported),
    declined("63", Reason::CardNotSupported),
    declined("64", Reason::InsufficientBalance),
    declined("65", Reason::PasswordWrong),
    declined("66", Reason::PayerAccountAbnormal),
    declined("67", Reason::PasswordWrong),
    declined("68", Reason::CardNotSupported),
    declined("69", Reason::PayerCancelledOrTimedOut),
    declined("73", Reason::CardNotSupported),
    declined("76", Reason::CardNotSupported),
    declined("77", Reason::CardNotSupported),
    declined("78", Reason::CardNotSupported),
    declined("80", Reason::CodeExpired),
    // Steps of card payments on web pages; here they say nothing.
    unclear(When::Taking, "70", Doubt::UnknownCode),
    unclear(When::Taking, "71", Doubt::UnknownCode),
    // Undoing
    row(When::Undoing, "34", Meaning::NotFound),
    unclear(When::Undoing, "12", Doubt::CannotUndoYet),
    unclear(When::Undoing, "35", Doubt::CannotUndoYet),
    unclear(When::Undoing, "36", Doubt::CannotUndoYet),
    unclear(When::Undoing, "45", Doubt::CannotUndoYet),
    // Returning
    unclear(When::Returning, "12", Doubt::ProviderError),
    refused("30", Reason::RefundNotPossible),
    refused("33", Reason::RefundNotPossible),
    refused("34", Reason::RefundNotPossible),
    refused("35", Reason::RefundNotPossible),
    refused("36", Reason::RefundNotPossible),
    refused("38", Reason::RefundNotPossible),
    refused("45", Reason::RefundNotPossible),
    refused("60", Reason::RefundNotTaken),
    refused("61", Reason::RefundNotTaken),
    refused("62", Reason::RefundNotTaken),
    refused("63", Reason::RefundNotTaken),
    refused("64", Reason::MerchantBalanceTooLow),
    // Looking
    row(When::Looking, "34", Meaning::NotFound),
    // Any question
    unclear(When::Always, "01", Doubt::ProviderError),
    unclear(When::Always, "02", Doubt::ProviderError),
    unclear(When::Always, "03", Doubt::ProviderError),
    unclear(When::Always, "04", Doubt::ProviderError),
    unclear(When::Always, "05", Doubt::ProviderError),
    unclear(When::Always, "39", Doubt::ProviderError),
    unclear(When::Always, "98", Doubt::ProviderError),
    unclear(When::Always, "99", Doubt::ProviderError),
    unclear(When::Always, "37", Doubt::RateLimited),
    unclear(When::Always, "10", Doubt::OurSettings),
    unclear(When::Always, "11", Doubt::OurSettings),
    unclear(When::Always, "13", Doubt::OurSettings),
    unclear(When::Always, "31", Doubt::OurSettings),
    unclear(When::Always, "32", Doubt::OurSettings),
];

/// What a code other than `00` means.
pub fn meaning(when: When, code: &str, text: &str) -> Meaning {
    let fits = |row: &&Row| {
        (row.when == when || row.when == When::Always) && row.code == code && text.contains(row.text)
    };
    TABLE.iter().find(fits).map_or(Meaning::Unclear(Doubt::UnknownCode), |row| row.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of the official list, but for 00, which means done.
    const LISTED: &str = "01 02 03 04 05 10 11 12 13 30 31 32 33 34 35 36 37 38 39 40 42 45 60 61 62 63 64 65 66 67 \
                          68 69 70 71 73 76 77 78 80 98 99";

    #[test]
    fn every_listed_code_is_in_the_table_and_no_other() {
        let listed: Vec<&str> = LISTED.split_whitespace().collect();
        for code in &listed {
            assert!(TABLE.iter().any(|row| row.code == *code), "{code} is not in the table");
        }
        for row in TABLE {
            assert!(listed.contains(&row.code), "{} is not in the list", row.code);
        }
    }

    #[test]
    fn a_code_means_what_its_question_makes_of_it() {
        let check = |when, code, expected| assert_eq!(meaning(when, code, ""), expected, "{when:?} {code}");
        let unclear = Meaning::Unclear;
        check(When::Taking, "64", Meaning::Declined(Reason::InsufficientBalance));
        check(When::Returning, "64", Meaning::RefundRefused(Reason::MerchantBalanceTooLow));
        check(When::Looking, "64", unclear(Doubt::UnknownCode));
        check(When::Taking, "34", unclear(Doubt::UnknownCode));
        check(When::Looking, "34", Meaning::NotFound);
        check(When::Taking, "12", unclear(Doubt::SaysPaid));
        check(When::Taking, "03", unclear(Doubt::ProviderError));
        check(When::Taking, "11", Meaning::Declined(Reason::MerchantConfig));
        check(When::Looking, "11", unclear(Doubt::OurSettings));
        check(When::Taking, "00", unclear(Doubt::UnknownCode));
        check(When::Taking, "1000", unclear(Doubt::UnknownCode));
    }

    #[test]
    fn one_code_for_three_things_is_told_apart_by_its_sentence() {
        let declined = |text| meaning(When::Taking, "30", text);
        assert_eq!(declined("二维码已失效"), Meaning::Declined(Reason::CodeExpired));
        assert_eq!(declined("付款码无效"), Meaning::Declined(Reason::CodeInvalidOrUsed));
        assert_eq!(
            declined("交易未通过，请尝试使用其他银联卡支付"),
            Meaning::Declined(Reason::CardNotSupported)
        );
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
