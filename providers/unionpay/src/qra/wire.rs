//! The calls of the gateway: what names them, what they say, what they are answered with. Everything is a flat text field.
//!
//! Sources: services and request fields from Javen205/IJPay (its QRA models); `status`, `result_code`, `err_code`,
//! `err_msg` likewise. Provisional, because no source that could be checked describes them: every other field of an answer,
//! which are named as API v2 of the wallet that this protocol was made after.

/// Where every call goes.
pub const PATH: &str = "/pay/gateway";
/// The root of requests, answers and notifications.
pub const ROOT: &str = "xml";
/// What they are sent as.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The calls we make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Charge a payer's code.
    Micropay,
    /// Open an order for a QR code.
    Native,
    /// Look at an order.
    Query,
    /// Undo a charge.
    Reverse,
    /// Close an order that was to be scanned.
    Close,
    /// Return money.
    Refund,
    /// Look at a return.
    RefundQuery,
}

impl Service {
    /// Every call.
    pub const ALL: [Service; 7] = [
        Service::Micropay,
        Service::Native,
        Service::Query,
        Service::Reverse,
        Service::Close,
        Service::Refund,
        Service::RefundQuery,
    ];

    /// Its name in `service`.
    pub fn name(self) -> &'static str {
        match self {
            Service::Micropay => "unified.trade.micropay",
            Service::Native => "unified.trade.native",
            Service::Query => "unified.trade.query",
            Service::Reverse => "unified.micropay.reverse",
            Service::Close => "unified.trade.close",
            Service::Refund => "unified.trade.refund",
            Service::RefundQuery => "unified.trade.refundquery",
        }
    }

    /// The call of that name.
    pub fn named(name: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.name() == name)
    }
}

/// `0`: the gateway understood; otherwise nothing is signed.
pub const STATUS: &str = "status";
/// Why it did not understand.
pub const MESSAGE: &str = "message";
/// `0`: done as asked.
pub const RESULT_CODE: &str = "result_code";
/// Why not: the wallet's own code.
pub const ERR_CODE: &str = "err_code";
/// The same in words.
pub const ERR_MSG: &str = "err_msg";
/// `0`: paid.
pub const PAY_RESULT: &str = "pay_result";
/// `Y`: only a look tells what became of the charge.
pub const NEED_QUERY: &str = "need_query";
/// The merchant.
pub const MCH_ID: &str = "mch_id";
/// A salt.
pub const NONCE_STR: &str = "nonce_str";
/// Merchant's order number.
pub const OUT_TRADE_NO: &str = "out_trade_no";
/// The gateway's order number, once paid.
pub const TRANSACTION_ID: &str = "transaction_id";
/// Merchant's number of a refund; listed with its place behind it.
pub const OUT_REFUND_NO: &str = "out_refund_no";
/// Fen of the order.
pub const TOTAL_FEE: &str = "total_fee";
/// The order's currency; yuan if absent.
pub const FEE_TYPE: &str = "fee_type";
/// Fen of a refund; listed with its place behind it.
pub const REFUND_FEE: &str = "refund_fee";
/// `SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED`, `REVERSE`, `REVOKED`, `USERPAYING`, `PAYERROR`.
pub const TRADE_STATE: &str = "trade_state";
/// When it was paid.
pub const TIME_END: &str = "time_end";
/// What it was paid with.
pub const BANK_TYPE: &str = "bank_type";
/// The text to draw as a QR code.
pub const CODE_URL: &str = "code_url";
/// How many refunds a look lists.
pub const REFUND_COUNT: &str = "refund_count";
/// `SUCCESS`, `PROCESSING`, `FAIL`, with the refund's place behind it.
pub const REFUND_STATUS: &str = "refund_status";
/// When a refund arrived, with its place behind it.
pub const REFUND_TIME: &str = "refund_time";
