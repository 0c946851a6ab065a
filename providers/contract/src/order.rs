//! What a provider may know of a payment: this, and never its history.

use base::{Money, OrderNo, RefundNo, Timestamp};
use payment::{Ask, PayerCode, Payment, Policy, Trace};
use std::time::Duration;

/// The order that a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our number.
    pub order_no: OrderNo,
    /// How much is to be paid; once it is paid, how much was, which is what refunds are a part of.
    pub amount: Money,
    /// What the payer sees.
    pub description: String,
    /// When it was requested; for questions about a refund, when that was. By the clock that payments are driven by, and
    /// the same at every asking: some providers know an order by its number and this moment together.
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
    /// The number that this question goes under, where the provider knows questions by numbers that are counted
    /// ([`payment::Policy::numbered`]): a reversal has its charge's, a refund that is asked for again its first.
    pub trace: Option<Trace>,
    /// For a refund: the charge's number.
    pub charge_trace: Option<Trace>,
}

impl Order {
    /// What the provider may know of `payment` for this question.
    pub fn of(payment: &Payment, ask: &Ask, payer_code: Option<PayerCode>, policy: &Policy) -> Order {
        let refund = match ask {
            Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => Some(*refund),
            Ask::Charge | Ask::Present | Ask::Inquire | Ask::Reverse | Ask::Close => None,
        };
        let known = refund.and_then(|id| payment.refund(id));
        let wish = known.and_then(|refund| refund.request.as_ref());
        Order {
            order_no: payment.request.order_no(),
            amount: payment.paid().map_or(payment.request.amount, |paid| paid.amount),
            description: payment.request.description.clone(),
            requested_at: known.map_or(payment.requested_at, |refund| refund.requested_at),
            expires_at: payment.requested_at + policy.qr_lifetime,
            terminal: format!("{:032x}", payment.request.till.as_u128()),
            shown_qr: !payment.request.method.is_payer_code(),
            payer_code,
            transaction: payment.paid().map(|paid| paid.transaction.clone()),
            refund_no: refund.map(RefundNo::from),
            refund_reason: wish.map(|request| request.reason.clone()).unwrap_or_default(),
            trace: payment.trace_of(ask),
            charge_trace: refund.and(payment.trace),
        }
    }

    /// The same with an end by the wall's clock. Payments are driven by one that does not leap, and lags while it follows
    /// a wall that was set. Moved by whole minutes, so that a question put again soon is the same question.
    pub fn in_time_of(mut self, wall: Timestamp, ours: Timestamp) -> Order {
        let minutes = |off: Duration| Duration::from_secs(off.as_secs() / 60 * 60);
        let (behind, ahead) = (minutes(wall.since(ours)), minutes(ours.since(wall)));
        self.expires_at = self.expires_at + behind - ahead;
        self
    }
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
