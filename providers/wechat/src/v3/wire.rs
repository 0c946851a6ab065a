//! The JSON of API v3, field by field, as both the client and the simulator read and write it.
//!
//! What is sent carries nothing that was not asked for: the real server refuses unknown fields, so the request
//! types refuse them too when the simulator reads them. What is received may carry more than is named here.
//!
//! Sources: wechatpay-openapi (docs/v3/pay/transactions, docs/v3/refund), merchant manual pages 4012382150
//! (codepay) and 4013070356 (query), wechatpay-go (services/payments/native, services/refunddomestic).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST /v3/pay/transactions/codepay`: take money with the code a customer shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodepayRequest {
    /// Application the merchant is bound to.
    pub appid: String,
    /// Merchant.
    pub mchid: String,
    /// What is bought; at most 127 characters.
    pub description: String,
    /// Merchant's order number; at most 32 of letters, digits, `_-*`.
    pub out_trade_no: String,
    /// Handed back as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// Campaign mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_tag: Option<String>,
    /// Whether the payer may ask for an electronic invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_fapiao: Option<bool>,
    /// The customer's code.
    pub payer: CodepayPayer,
    /// How much.
    pub amount: OrderAmount,
    /// Where.
    pub scene_info: CodepayScene,
    /// Not in the documents, and nothing is sent there; the Python package wechatpayv3 always adds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// Goods, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Profit sharing, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_info: Option<Value>,
}

/// The payer of a codepay request. Has no `Debug`: the code is worth money.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodepayPayer {
    /// 18 digits beginning 10 to 15.
    pub auth_code: String,
}

/// What is to be paid.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderAmount {
    /// Fen.
    pub total: i64,
    /// `CNY`, also when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// Where a codepay order is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodepayScene {
    /// The till; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The till's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_ip: Option<String>,
    /// The store.
    pub store_info: CodepayStore,
}

/// The store of a codepay order. Elsewhere in the API `id` is the merchant's own number; here it is `out_id`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodepayStore {
    /// WeChat's number of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The merchant's own number of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_id: Option<String>,
}

/// `POST /v3/pay/transactions/native`: open an order the customer pays by scanning.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NativeRequest {
    /// Application.
    pub appid: String,
    /// Merchant.
    pub mchid: String,
    /// What is bought; at most 127 characters.
    pub description: String,
    /// Merchant's order number; 6 to 32 of letters, digits, `_-*|`.
    pub out_trade_no: String,
    /// When it stops being payable, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_expire: Option<String>,
    /// Handed back as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// Where to tell of the payment; no query string.
    pub notify_url: String,
    /// Campaign mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_tag: Option<String>,
    /// Whether the payer may ask for an electronic invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_fapiao: Option<bool>,
    /// How much.
    pub amount: OrderAmount,
    /// Goods, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Where, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scene_info: Option<Value>,
    /// Who must pay, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<Value>,
    /// Profit sharing, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_info: Option<Value>,
    /// Ways of paying that are not allowed, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_pay: Option<Value>,
}

/// What a native order is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NativeReply {
    /// The text to draw as a QR code: `weixin://wxpay/bizpayurl?pr=...`.
    pub code_url: String,
}

/// An order, as queries, codepay replies and payment notifications show it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Transaction {
    /// Application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<String>,
    /// Merchant.
    pub mchid: String,
    /// Merchant's order number.
    pub out_trade_no: String,
    /// WeChat's number, once paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// `MICROPAY` or `NATIVE`, once paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_type: Option<String>,
    /// `SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED`, `REVOKED`, `USERPAYING`, `PAYERROR`.
    pub trade_state: String,
    /// The state in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_state_desc: Option<String>,
    /// What it was paid with: `OTHERS`, `CMB_DEBIT` ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// What the order was opened with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// When it was paid, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<String>,
    /// Who paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<Payer>,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<PaidAmount>,
}

/// Who paid.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Payer {
    /// The payer's id within the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<String>,
}

/// How much was paid.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PaidAmount {
    /// The order's amount, fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// What the payer gave, after coupons, fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_total: Option<i64>,
    /// The order's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The payer's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_currency: Option<String>,
}

/// `POST .../out-trade-no/{n}/reverse`: undo a codepay order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReverseRequest {
    /// Application.
    pub appid: String,
    /// Merchant.
    pub mchid: String,
}

/// What a reversal is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReverseReply {
    /// Application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<String>,
    /// Merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mchid: Option<String>,
    /// Merchant's order number.
    pub out_trade_no: String,
    /// `Y`: not finished, ask again. v2 says it; v3 does not list it, and reading it costs nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall: Option<String>,
}

/// `POST .../out-trade-no/{n}/close`: close a native order. Answered with 204 and nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// Merchant.
    pub mchid: String,
}

/// `POST /v3/refund/domestic/refunds`: return money.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// WeChat's number of the order, or
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// the merchant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<String>,
    /// Merchant's number of the refund; at most 64 of letters, digits, `_-|*@`.
    pub out_refund_no: String,
    /// Why, for the payer; at most 80 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where to tell of the refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// `AVAILABLE`: out of the available balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funds_account: Option<String>,
    /// How much.
    pub amount: RefundAmount,
    /// Goods, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_detail: Option<Value>,
}

/// How much is returned of how much.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundAmount {
    /// Fen returned by this refund.
    pub refund: i64,
    /// Fen of the order.
    pub total: i64,
    /// `CNY`.
    pub currency: String,
    /// Accounts it is paid from, not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
}

/// A refund, as its own request and its query show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// WeChat's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<String>,
    /// Merchant's number.
    pub out_refund_no: String,
    /// WeChat's number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// Merchant's number of the order.
    pub out_trade_no: String,
    /// `ORIGINAL`, `BALANCE` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Where the money goes, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_received_account: Option<String>,
    /// When it arrived, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<String>,
    /// When it was asked for, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// `SUCCESS`, `PROCESSING`, `CLOSED`, `ABNORMAL`.
    pub status: String,
    /// Which balance it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funds_account: Option<String>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<RefundedAmount>,
}

/// How much a refund returned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RefundedAmount {
    /// Fen of the order.
    pub total: i64,
    /// Fen of this refund.
    pub refund: i64,
    /// Fen the payer gave.
    #[serde(default)]
    pub payer_total: i64,
    /// Fen that go back to the payer.
    #[serde(default)]
    pub payer_refund: i64,
    /// Fen taken out of the settlement.
    #[serde(default)]
    pub settlement_refund: i64,
    /// Fen of the order that count for the settlement.
    #[serde(default)]
    pub settlement_total: i64,
    /// Fen of coupons returned.
    #[serde(default)]
    pub discount_refund: i64,
    /// `CNY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A refund, as its notification shows it: there the state is called `refund_status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundNotice {
    /// Merchant.
    pub mchid: String,
    /// Merchant's number of the order.
    pub out_trade_no: String,
    /// WeChat's number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// Merchant's number of the refund.
    pub out_refund_no: String,
    /// WeChat's number of the refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<String>,
    /// `SUCCESS`, `CLOSED`, `ABNORMAL`.
    pub refund_status: String,
    /// When it arrived, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_time: Option<String>,
    /// Where the money went, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_received_account: Option<String>,
    /// How much.
    pub amount: RefundNoticeAmount,
}

/// How much a refund notification speaks of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundNoticeAmount {
    /// Fen of the order.
    pub total: i64,
    /// Fen of this refund.
    pub refund: i64,
    /// Fen the payer gave.
    pub payer_total: i64,
    /// Fen that go back to the payer.
    pub payer_refund: i64,
}

/// The outside of a notification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// The same for every repeat of one notification.
    pub id: String,
    /// RFC 3339.
    #[serde(default)]
    pub create_time: String,
    /// `encrypt-resource`.
    #[serde(default)]
    pub resource_type: String,
    /// `TRANSACTION.SUCCESS`, `REFUND.SUCCESS` ...
    pub event_type: String,
    /// In words.
    #[serde(default)]
    pub summary: String,
    /// The content, encrypted.
    pub resource: Resource,
}

/// Something encrypted with the APIv3 key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// `transaction`, `refund`; certificates have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_type: Option<String>,
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// Base64 of the cipher text and its 16-byte tag.
    pub ciphertext: String,
    /// Authenticated, not encrypted; may be empty or missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated_data: Option<String>,
    /// 12 ASCII characters.
    pub nonce: String,
}

/// What `GET /v3/certificates` answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificates {
    /// Every certificate that may sign now.
    pub data: Vec<EncryptedCertificate>,
}

/// A platform certificate, PEM encrypted with the APIv3 key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EncryptedCertificate {
    /// Upper-case hex.
    pub serial_no: String,
    /// RFC 3339.
    #[serde(default)]
    pub effective_time: String,
    /// RFC 3339.
    #[serde(default)]
    pub expire_time: String,
    /// The PEM text.
    pub encrypt_certificate: Resource,
}

/// Any error.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Failure {
    /// WeChat's code, such as `PARAM_ERROR`.
    pub code: String,
    /// In words.
    #[serde(default)]
    pub message: String,
    /// Where in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
}
