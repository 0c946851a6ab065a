//! The one table from the gateway's error codes to what they mean for the money. What it does not list is unclear.
//!
//! The gateway passes on the wallet's own codes (Javen205/IJPay); no list of its own is public. The names here are those
//! of the wallet whose protocol it was made after, compared without underscores. All of it is provisional.

use payment::{Ask, Doubt, Reason, Verdict};
use provider_contract::Trouble;

use Means::{AwaitingPayer, Closed, No, NotFound, Unclear};
use Reason as R;

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
    /// The code without underscores.
    pub code: &'static str,
    /// As an answer to a charge, or to opening a QR order.
    pub charge: Means,
    /// As an answer to a look.
    pub look: Means,
    /// As an answer to a reversal or a closing.
    pub undo: Means,
    /// As an answer to a refund.
    pub refund: Means,
}

const fn row(code: &'static str, charge: Means, look: Means, undo: Means, refund: Means) -> Row {
    Row { code, charge, look, undo, refund }
}

/// A payer's trouble, which only a charge can be answered with.
const fn payers(code: &'static str, reason: Reason) -> Row {
    row(code, No(reason), ODD, ODD, ODD)
}

/// The same to every question.
const fn any(code: &'static str, means: Means) -> Row {
    row(code, means, means, means, means)
}

const ODD: Means = Unclear(Doubt::UnknownCode);
const SETTINGS: Means = Unclear(Doubt::OurSettings);
const FAILED: Means = Unclear(Doubt::ProviderError);
const PAID: Means = Unclear(Doubt::SaysPaid);

/// The table.
pub const TABLE: &[Row] = &[
    any("SYSTEMERROR", FAILED),
    any("BANKERROR", FAILED),
    any("TRADEERROR", FAILED),
    row("USERPAYING", AwaitingPayer, AwaitingPayer, Unclear(Doubt::CannotUndoYet), ODD),
    row("ORDERPAID", PAID, PAID, PAID, ODD),
    row("OUTTRADENOUSED", PAID, ODD, ODD, ODD),
    row("NOTENOUGH", No(R::InsufficientBalance), ODD, ODD, No(R::MerchantBalanceTooLow)),
    payers("AUTHCODEEXPIRE", R::CodeExpired),
    payers("AUTHCODEERROR", R::CodeInvalidOrUsed),
    payers("AUTHCODEINVALID", R::CodeOfAnotherWallet),
    payers("NOTSUPORTCARD", R::CardNotSupported),
    payers("RULELIMIT", R::RiskControl),
    payers("BUYERMISMATCH", R::PayerAccountAbnormal),
    row("ORDERCLOSED", No(R::OrderClosed), Closed, Closed, No(R::RefundNotPossible)),
    row("ORDERREVERSED", No(R::OrderClosed), Closed, Closed, No(R::RefundNotPossible)),
    row("ORDERNOTEXIST", ODD, NotFound, NotFound, No(R::RefundNotPossible)),
    row("REFUNDNOTEXIST", ODD, NotFound, ODD, ODD),
    row("INVALIDREQUEST", SETTINGS, SETTINGS, SETTINGS, No(R::RefundNotPossible)),
    row("LACKPARAMS", No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
    row("PARAMERROR", No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
    row("SIGNERROR", No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
    row("NOAUTH", No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
    row("MCHIDNOTEXIST", No(R::MerchantConfig), SETTINGS, SETTINGS, SETTINGS),
];

/// `code` as the table spells it.
fn bare(code: &str) -> String {
    code.replace('_', "").to_ascii_uppercase()
}

/// What `code` shows to be wrong between us and the gateway; nothing if it speaks of an order.
pub fn trouble(code: &str) -> Option<Trouble> {
    match bare(code).as_str() {
        "SIGNERROR" => Some(Trouble::OurSignature),
        "MCHIDNOTEXIST" => Some(Trouble::OurNumber),
        "NOAUTH" => Some(Trouble::NotPermitted),
        _ => None,
    }
}

/// Words of the sentence beside it that sharpen the reason of a refusal and never make one.
pub const WORDS: &[(Reason, &str, Reason)] = &[(R::RiskControl, "限额", R::PayerLimitExceeded)];

fn sharpened(reason: Reason, message: &str) -> Reason {
    let told = WORDS.iter().find(|(coarse, words, _)| *coarse == reason && message.contains(words));
    told.map_or(reason, |(_, _, finer)| *finer)
}

/// What `code` with the sentence `message` answers to `ask`.
pub fn verdict(ask: &Ask, code: &str, message: &str) -> Verdict {
    let bare = bare(code);
    let Some(row) = TABLE.iter().find(|row| row.code == bare) else {
        return Verdict::Unclear(Doubt::UnknownCode);
    };
    match (ask, row.meaning(ask)) {
        (Ask::Refund { .. }, No(reason)) => Verdict::RefundRefused(reason),
        (_, No(reason)) => Verdict::Declined(sharpened(reason, message)),
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
