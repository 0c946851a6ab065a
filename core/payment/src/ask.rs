//! The questions we put to a provider and the answers we understand.
//!
//! An answer says what is known about the money and nothing more. Whatever a provider's reply does not
//! prove is [`Answer::Unclear`], which never decides anything: it is a reason to ask again.

use crate::Reason;
use base::{Money, RefundId, Timestamp};

/// One thing asked of a provider. Asking the same thing twice must be harmless: orders and refunds are
/// known by our own numbers, so a repeat is the same order, the same refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Take the money with the payer's code.
    Charge,
    /// Open an order that the customer pays by scanning a QR code we show.
    Present,
    /// What has become of the order?
    Inquire,
    /// Undo the order: close it if it is unpaid, return the money if it is paid.
    Reverse,
    /// Close an unpaid order. Refused by the provider if it is paid.
    Close,
    /// Return part or all of the money.
    Refund {
        /// Which return; the provider knows it by its [`base::RefundNo`].
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// What has become of a return?
    InquireRefund {
        /// Which return.
        refund: RefundId,
    },
}

/// What a provider's reply proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What is now known.
    pub verdict: Verdict,
    /// The provider's own code and words, for the timeline and for reading to support.
    pub said: Said,
}

/// A provider's own words: shown one tap away, never decided on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Said {
    /// Its code, such as `NOTENOUGH`; empty if it gave none.
    pub code: String,
    /// Its message; empty if it gave none.
    pub message: String,
    /// Its reference for this exchange (request id), to quote to its support; empty if none.
    pub reference: String,
}

/// What is known after a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money is ours.
    Paid(Paid),
    /// The payer is confirming on the phone (password, face), or has not scanned our QR yet.
    AwaitingPayer,
    /// The order is open and a customer can pay it by scanning this.
    QrReady {
        /// The text to draw as a QR code.
        content: String,
        /// When it stops being payable, if the provider said.
        expires_at: Option<Timestamp>,
    },
    /// Definitely not taken, and this order never will be.
    Declined(Reason),
    /// The provider knows no such order (or refund).
    NotFound,
    /// The order is closed; no money moved and none can.
    Closed,
    /// Money was taken and has been given back, whole.
    Returned,
    /// The reversal did not finish; ask for it again.
    AskAgain,
    /// The provider accepted the refund and is working on it.
    RefundProcessing,
    /// The money is back with the payer.
    Refunded {
        /// How much this refund returned.
        amount: Money,
        /// When, if the provider said.
        at: Option<Timestamp>,
    },
    /// The refund was refused and will not happen under this number.
    RefundRefused(Reason),
    /// Nothing can be concluded.
    Unclear(Doubt),
}

/// Proof that money is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// What the order was paid with, as the provider counts it.
    pub amount: Money,
    /// The provider's number for the transaction.
    pub transaction: String,
    /// When, by the provider's clock, if it said.
    pub at: Option<Timestamp>,
    /// Who paid, masked by the provider or by us; empty if unknown.
    pub payer: String,
    /// With what: a bank, a balance; the provider's word, empty if unknown.
    pub funds: String,
}

/// Why a reply proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The provider said it does not know yet, or failed inside.
    ProviderError,
    /// The reply's signature is wrong or missing.
    BadSignature,
    /// The reply cannot be read, or speaks of another order.
    Garbled,
    /// A code that our table does not list.
    UnknownCode,
    /// Too many requests; nothing was done.
    RateLimited,
    /// It says the order is paid already, which an inquiry must confirm.
    SaysPaid,
    /// It refuses to undo just now, for instance while the payer types the password.
    CannotUndoYet,
    /// The order is open and unpaid.
    NotYetPaid,
    /// Our own settings made the question unaskable or refused; somebody must repair them.
    OurSettings,
}

macro_rules! doubt_codes {
    ($($name:ident = $code:literal),* $(,)?) => {
        impl Doubt {
            /// Every doubt.
            pub const ALL: &[Doubt] = &[$(Doubt::$name),*];
            /// The doubt's name in stored facts. A promise: never changed.
            pub fn code(self) -> &'static str {
                match self { $(Doubt::$name => $code),* }
            }
        }
    };
}

doubt_codes! {
    ProviderError = "provider_error", BadSignature = "bad_signature", Garbled = "garbled",
    UnknownCode = "unknown_code", RateLimited = "rate_limited", SaysPaid = "says_paid",
    CannotUndoYet = "cannot_undo_yet", NotYetPaid = "not_yet_paid", OurSettings = "our_settings",
}

impl Doubt {
    /// The doubt with this [`Doubt::code`].
    pub fn from_code(code: &str) -> Option<Doubt> {
        Doubt::ALL.iter().copied().find(|doubt| doubt.code() == code)
    }
}

impl Answer {
    /// An answer of which nothing can be concluded.
    pub fn unclear(doubt: Doubt, said: Said) -> Answer {
        Answer { verdict: Verdict::Unclear(doubt), said }
    }
}

impl Said {
    /// A code and its message.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Said {
        Said { code: code.into(), message: message.into(), reference: String::new() }
    }
}
