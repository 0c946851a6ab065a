//! Our own HTTP API as far as a till needs it. Fields that a till does not use are not read; the API may grow.

use serde::{Deserialize, Serialize};

/// The body of `POST /v1/payments`.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewPayment {
    /// How much.
    pub amount: Amount,
    /// How the customer pays.
    pub method: Method,
    /// What is bought.
    pub description: String,
}

/// An amount in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 letters.
    pub currency: String,
}

/// How the customer pays.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// We scanned the customer's code.
    PayerCode {
        /// Its digits.
        code: String,
        /// Which wallet's, where the digits leave it open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wallet: Option<String>,
    },
    /// The customer scans ours.
    ShowQr {
        /// Of which wallet.
        wallet: String,
    },
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Method::PayerCode { .. } => f.write_str("PayerCode(…)"),
            Method::ShowQr { wallet } => write!(f, "ShowQr({wallet})"),
        }
    }
}

/// The body of a refund request.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewRefund {
    /// How much.
    pub amount: Amount,
    /// Why; nothing if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A payment as the server shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payment {
    /// The number the wallet knows it by.
    pub order_no: String,
    /// How much was asked for.
    pub amount: Amount,
    /// How much came.
    pub paid: Option<Amount>,
    /// `waiting`, `verifying`, `paid`, `not_paid`, `returned`.
    pub money: String,
    /// Why it was not taken.
    pub reason: Option<String>,
    /// What to show the customer.
    pub qr: Option<Qr>,
    /// The wallet's number for the transaction.
    pub provider_transaction: Option<String>,
    /// The wallet's last code about the charge.
    pub provider_code: Option<String>,
    /// The wallet's last message about the charge.
    pub provider_message: Option<String>,
    /// Our short name of the wallet.
    pub wallet: String,
    /// The money came after giving up and is going back.
    pub owed_back: bool,
    /// Its returns.
    pub refunds: Vec<Refund>,
}

/// A code to show.
#[derive(Debug, Serialize, Deserialize)]
pub struct Qr {
    /// The text to draw.
    pub content: String,
    /// When it stops being payable.
    pub expires_at: Option<String>,
}

/// A return of money.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refund {
    /// The key it was asked for with; nothing if the server returned late money by itself.
    pub key: Option<String>,
    /// How much.
    pub amount: Amount,
    /// `processing`, `done`, `refused`.
    pub state: String,
    /// Why it was refused.
    pub refuse_reason: Option<String>,
    /// When the payer had the money.
    pub done_at: Option<String>,
}

/// A refused request (RFC 9457).
#[derive(Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Its name.
    pub code: String,
    /// What happened and what to do.
    pub en: String,
}
