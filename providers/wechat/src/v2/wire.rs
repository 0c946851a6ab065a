//! The calls of API v2: where they go, what they say, what they are answered with. Everything is a flat text field.
//!
//! Source of names: wechatpay-openapi, docs/definitions/{micropay, orderquery, reverse, closeorder, unifiedorder, refund,
//! refundquery}.yaml.

/// The root of requests, replies and notifications.
pub const ROOT: &str = "xml";

/// The calls we make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Charge a payer's code.
    Micropay,
    /// Look at an order.
    OrderQuery,
    /// Undo a charge: close it, or return its money.
    Reverse,
    /// Close an order that was to be scanned.
    CloseOrder,
    /// Open an order for a QR code.
    UnifiedOrder,
    /// Return money.
    Refund,
    /// Look at a return.
    RefundQuery,
}

impl Api {
    /// Every call.
    pub const ALL: [Api; 7] = [
        Api::Micropay,
        Api::OrderQuery,
        Api::Reverse,
        Api::CloseOrder,
        Api::UnifiedOrder,
        Api::Refund,
        Api::RefundQuery,
    ];

    /// Where it goes.
    pub fn path(self) -> &'static str {
        match self {
            Api::Micropay => "/pay/micropay",
            Api::OrderQuery => "/pay/orderquery",
            Api::Reverse => "/secapi/pay/reverse",
            Api::CloseOrder => "/pay/closeorder",
            Api::UnifiedOrder => "/pay/unifiedorder",
            Api::Refund => "/secapi/pay/refund",
            Api::RefundQuery => "/pay/refundquery",
        }
    }

    /// The call that goes there.
    pub fn at(path: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| api.path() == path)
    }

    /// Whether the merchant must show its certificate: what gives money back does.
    pub fn needs_certificate(self) -> bool {
        matches!(self, Api::Reverse | Api::Refund)
    }
}

/// How moments are written: Beijing wall clock.
pub const TIME_PATTERN: &str = "%Y%m%d%H%M%S";
/// How a return's moment is written.
pub const REFUND_TIME_PATTERN: &str = "%Y-%m-%d %H:%M:%S";

/// Whether WeChat understood: `SUCCESS`, or `FAIL`, and then nothing is signed.
pub const RETURN_CODE: &str = "return_code";
/// Why it did not.
pub const RETURN_MSG: &str = "return_msg";
/// Whether it did as asked: `SUCCESS` or `FAIL`.
pub const RESULT_CODE: &str = "result_code";
/// Why it did not: the code.
pub const ERR_CODE: &str = "err_code";
/// The same in words.
pub const ERR_CODE_DES: &str = "err_code_des";
/// The application.
pub const APPID: &str = "appid";
/// The merchant.
pub const MCH_ID: &str = "mch_id";
/// A salt.
pub const NONCE_STR: &str = "nonce_str";
/// `MD5` or `HMAC-SHA256`.
pub const SIGN_TYPE: &str = "sign_type";
/// Merchant's order number.
pub const OUT_TRADE_NO: &str = "out_trade_no";
/// WeChat's order number, once paid.
pub const TRANSACTION_ID: &str = "transaction_id";
/// Merchant's number of a refund.
pub const OUT_REFUND_NO: &str = "out_refund_no";
/// WeChat's number of a refund.
pub const REFUND_ID: &str = "refund_id";
/// Fen of the order.
pub const TOTAL_FEE: &str = "total_fee";
/// Fen of a refund.
pub const REFUND_FEE: &str = "refund_fee";
/// The order's currency; yuan if absent.
pub const FEE_TYPE: &str = "fee_type";
/// `Y`: the reversal is not finished and must be asked for again.
pub const RECALL: &str = "recall";
/// `SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED`, `REVOKED`, `USERPAYING`, `PAYERROR`, `ACCEPT`.
pub const TRADE_STATE: &str = "trade_state";
/// The state in words.
pub const TRADE_STATE_DESC: &str = "trade_state_desc";
/// When it was paid.
pub const TIME_END: &str = "time_end";
/// Who paid.
pub const OPENID: &str = "openid";
/// What it was paid with.
pub const BANK_TYPE: &str = "bank_type";
/// The text to draw as a QR code.
pub const CODE_URL: &str = "code_url";
/// What a refund's notification says, encrypted.
pub const REQ_INFO: &str = "req_info";
/// `SUCCESS`, `PROCESSING`, `REFUNDCLOSE`, `CHANGE`; in a query with the refund's place behind it: `refund_status_0`.
pub const REFUND_STATUS: &str = "refund_status";
/// How many refunds a query lists.
pub const REFUND_COUNT: &str = "refund_count";
/// When a listed refund arrived, with its place behind it.
pub const REFUND_SUCCESS_TIME: &str = "refund_success_time";
