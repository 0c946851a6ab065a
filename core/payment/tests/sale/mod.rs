//! One sale, as every test of this crate asks for it and is told that it is paid.

use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId};
use payment::{Method, Paid, Request};

/// What it costs, fen.
pub const PRICE: i64 = 1250;

/// By the customer's code.
pub fn by_code() -> Method {
    Method::PayerCode { hint: "13••89".into() }
}

/// The request for it.
pub fn request(method: Method) -> Request {
    Request {
        id: PaymentId::from_u128(1),
        merchant: MerchantId::from_u128(2),
        store: StoreId::from_u128(3),
        till: TillId::from_u128(4),
        cashier: "Li".into(),
        key: "sale".into(),
        content: [0; 32],
        amount: Money::cny(PRICE),
        channel: ChannelId::from_u128(5),
        routed: None,
        wallet: "wallet".into(),
        wallet_name: Text::new("示例钱包", "Example Wallet"),
        method,
        description: "goods".into(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}

/// The provider's word that so much was paid by its transaction `T1`.
pub fn proof(fen: i64) -> Paid {
    Paid {
        amount: Money::cny(fen),
        transaction: "T1".into(),
        at: None,
        payer: String::new(),
        funds: String::new(),
    }
}
