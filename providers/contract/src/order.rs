//! What a provider may know of a payment: this, and never its history.

use base::{Money, OrderNo, RefundNo, Timestamp};
use payment::PayerCode;

/// The order that a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our number.
    pub order_no: OrderNo,
    /// How much is to be paid.
    pub amount: Money,
    /// What the payer sees.
    pub description: String,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When a shown QR must stop being payable.
    pub expires_at: Timestamp,
    /// The till, as the provider shall show it: at most 32 letters, digits, `-`, `_`.
    pub terminal: String,
    /// The customer pays by scanning our QR (the order was opened by [`payment::Ask::Present`]); otherwise
    /// we scanned theirs. Some providers answer an open order of either kind with the same word.
    pub shown_qr: bool,
    /// The payer's code; there only for the charge itself.
    pub payer_code: Option<PayerCode>,
    /// The provider's transaction number once paid.
    pub transaction: Option<String>,
    /// For questions about a refund: its number.
    pub refund_no: Option<RefundNo>,
    /// For a refund: its reason, empty if none.
    pub refund_reason: String,
}

/// When and with what salt a call is made. The shell draws both; the simulated world derives them from its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// 128 random bits.
    pub nonce: u128,
}

impl Moment {
    /// The nonce as 32 upper-case hex digits, the form nonce strings take.
    pub fn nonce_str(&self) -> String {
        format!("{:032X}", self.nonce)
    }
}
