//! The table: what each of WeChat's error codes means for the money, by what was asked. A code that is not
//! here proves nothing.
//!
//! The v3 pages of codepay list only general errors; production is known to use the v2 names, spelled with and
//! without underscores, so codes are compared without them. Sources: merchant manual v2 page 4011937125 (micropay),
//! wechatpay-openapi docs/definitions/micropay.yaml, wechatpay-go services/refunddomestic/api_refunds.go,
//! wechatpay-skills (finer error numbers), the v3 reverse page and the general table of HTTP statuses. `REFUNDNOTEXIST` is
//! known from v2's page on refund queries, and was not seen in a list that could be checked.

use payment::{Ask, Doubt, Reason, Verdict};
use provider_contract::Trouble;

use Means::{AwaitingPayer, Closed, No, NotFound, Unclear};

/// What a code proves about one kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Not taken, or not returned, and never will be under this number.
    No(Reason),
    /// The payer is typing a password.
    AwaitingPayer,
    /// There is no such order or refund.
    NotFound,
    /// The order is closed already.
    Closed,
    /// Nothing.
    Unclear(Doubt),
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The code's spellings, without underscores.
    pub codes: &'static [&'static str],
    /// As an answer to a charge, or to opening a QR order.
    pub charge: Means,
    /// As an answer to a question about an order or refund.
    pub look: Means,
    /// As an answer to a reversal or close.
    pub undo: Means,
    /// As an answer to a refund.
    pub refund: Means,
}

const fn row(codes: &'static [&'static str], charge: Means, look: Means, undo: Means, refund: Means) -> Row {
    Row { codes, charge, look, undo, refund }
}

const ODD: Means = Unclear(Doubt::UnknownCode);
const SETTINGS: Means = Unclear(Doubt::OurSettings);
const FAILED: Means = Unclear(Doubt::ProviderError);
const PAID: Means = Unclear(Doubt::SaysPaid);
const BUSY: Means = Unclear(Doubt::RateLimited);

use Reason as R;

/// The table. Columns: codes, charge, look, undo, refund.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // Nobody knows yet: ask again.
    row(&["SYSTEMERROR", "SERVICEUNAVAILABLE", "BANKERROR"], FAILED, FAILED, FAILED, FAILED),
    row(&["FREQUENCYLIMITED", "FREQUENCYLIMIT", "FREQUENCYLIMITEXCEED", "RATELIMITED", "RATELIMITEXCEEDED"], BUSY, BUSY, BUSY, BUSY),
    row(&["USERPAYING"], AwaitingPayer, AwaitingPayer, Unclear(Doubt::CannotUndoYet), ODD),
    row(&["TRADEERROR"], FAILED, FAILED, FAILED, FAILED),
    // Taken before, it says; only a question to the order proves it.
    row(&["ORDERPAID"], PAID, PAID, PAID, ODD),
    row(&["OUTTRADENOUSED"], PAID, ODD, ODD, ODD),
    // The payer's side.
    row(&["NOTENOUGH"], No(R::InsufficientBalance), ODD, ODD, No(R::MerchantBalanceTooLow)),
    row(&["AUTHCODEEXPIRE", "AUTHCODEEXPIRED"], No(R::CodeExpired), ODD, ODD, ODD),
    row(&["AUTHCODEERROR"], No(R::CodeInvalidOrUsed), ODD, ODD, ODD),
    row(&["AUTHCODEINVALID"], No(R::CodeOfAnotherWallet), ODD, ODD, ODD),
    row(&["NOTSUPORTCARD", "NOTSUPPORTCARD", "CARDNOTSUPPORT", "CARDNOTSUPPORTED"], No(R::CardNotSupported), ODD, ODD, ODD),
    row(&["RULELIMIT", "RISKCONTROL"], No(R::RiskControl), ODD, ODD, ODD),
    row(&["BUYERMISMATCH"], No(R::PayerAccountAbnormal), ODD, ODD, ODD),
    row(&["USERACCOUNTABNORMAL"], No(R::PayerAccountAbnormal), ODD, ODD, No(R::RefundNotTaken)),
    // The order's state. The first from the error codes of v2's refund document: the time for refunds is over.
    row(&["TRADEOVERDUE"], ODD, ODD, ODD, No(R::RefundTooLate)),
    row(&["ORDERCLOSED"], No(R::OrderClosed), Closed, Closed, No(R::RefundNotPossible)),
    row(&["ORDERREVERSED"], No(R::OrderClosed), Closed, Closed, No(R::RefundNotPossible)),
    row(&["REFUNDNOTEXIST"], ODD, NotFound, ODD, ODD),
    row(&["ORDERNOTEXIST", "ORDERNOTEXISTS", "RESOURCENOTEXIST", "RESOURCENOTEXISTS"], ODD, NotFound, NotFound, No(R::RefundNotPossible)),
    // Our side. An invalid request may be an order number with other content, so the order may be paid.
    row(&["INVALIDREQUEST"], SETTINGS, SETTINGS, SETTINGS, No(R::RefundNotPossible)),
    // A refund may be asked twice, and a second request that is turned away at the door says nothing of the first.
    row(&["PARAMERROR", "LACKPARAMS", "SIGNERROR", "XMLFORMATERROR", "REQUIREPOSTMETHOD", "POSTDATAEMPTY", "NOTUTF8"], No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
    row(&["NOAUTH", "APPIDMCHIDNOTMATCH", "APPIDNOTEXIST", "MCHIDNOTEXIST", "MCHNOTEXISTS"], No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
];

/// WeChat's finer error numbers, the tail of a Request-Id. They sharpen the reason of a refusal and never make one.
pub const NUMBERS: &[(&str, Reason)] = &[
    ("268443715", R::MerchantFrozen),
    ("268448010", R::MerchantFrozen),
    ("268498688", R::OrderNumberConflict),
];

/// Words in a message that sharpen the reason of a refusal and never make one: one code has several causes, and
/// WeChat is known to send an expired code's message under another code.
pub const WORDS: &[(Reason, &str, Reason)] = &[
    (R::CodeOfAnotherWallet, "过期", R::CodeExpired),
    (R::CodeOfAnotherWallet, "一次", R::CodeInvalidOrUsed),
    (R::CodeInvalidOrUsed, "过期", R::CodeExpired),
    (R::RiskControl, "限额", R::PayerLimitExceeded),
    (R::RiskControl, "上限", R::PayerLimitExceeded),
];

/// Codes that speak of us rather than of an order, without underscores.
const OURS: &[(&str, Trouble)] = &[
    ("SIGNERROR", Trouble::OurSignature),
    ("MCHIDNOTEXIST", Trouble::OurNumber),
    ("MCHNOTEXISTS", Trouble::OurNumber),
    ("APPIDNOTEXIST", Trouble::OurNumber),
    ("APPIDMCHIDNOTMATCH", Trouble::OurNumber),
    ("NOAUTH", Trouble::NotPermitted),
];

/// What `code` shows to be wrong between us and WeChat Pay; nothing if it speaks of an order.
pub fn trouble(code: &str) -> Option<Trouble> {
    debug_assert!(
        OURS.iter().all(|(ours, _)| TABLE.iter().any(|row| row.codes.contains(ours))),
        "every code here is in the table of codes"
    );
    let bare = bare(code);
    OURS.iter().find(|(ours, _)| *ours == bare).map(|(_, trouble)| *trouble)
}

/// `code` as the tables spell it.
fn bare(code: &str) -> String {
    code.replace('_', "").to_ascii_uppercase()
}

/// What `code` answers to `ask`; `number` is the tail of the Request-Id.
pub fn verdict(ask: &Ask, code: &str, message: &str, number: &str) -> Verdict {
    let bare = bare(code);
    let Some(row) = TABLE.iter().find(|row| row.codes.contains(&bare.as_str())) else {
        return Verdict::Unclear(Doubt::UnknownCode);
    };
    match (ask, row.meaning(ask)) {
        (Ask::Refund { .. }, No(reason)) => Verdict::RefundRefused(sharpened(reason, message, number)),
        (_, No(reason)) => Verdict::Declined(sharpened(reason, message, number)),
        (_, AwaitingPayer) => Verdict::AwaitingPayer,
        (_, NotFound) => Verdict::NotFound,
        (_, Closed) => Verdict::Closed,
        (_, Unclear(doubt)) => Verdict::Unclear(doubt),
    }
}

impl Row {
    /// The column for `ask`.
    pub fn meaning(&self, ask: &Ask) -> Means {
        match ask {
            Ask::Charge | Ask::Present => self.charge,
            Ask::Inquire | Ask::InquireRefund { .. } => self.look,
            Ask::Reverse | Ask::Close => self.undo,
            Ask::Refund { .. } => self.refund,
        }
    }
}

fn sharpened(reason: Reason, message: &str, number: &str) -> Reason {
    if let Some((_, finer)) = NUMBERS.iter().find(|(known, _)| *known == number) {
        return *finer;
    }
    let told = WORDS.iter().find(|(coarse, words, _)| *coarse == reason && message.contains(words));
    told.map_or(reason, |(_, _, finer)| *finer)
}
