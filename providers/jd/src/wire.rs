//! The gateway's own words: services, states, kinds of money.
//!
//! Source: the official demo (`liangfahua/jdpayDemo`): its models, and its pages, which say what each state is called.

/// The code of an answer that is none of failure.
pub const DONE: &str = "000000";

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Charge a payer's code.
    CodePay,
    /// Open an order for a QR code.
    Order,
    /// Look at a payment or a refund.
    Query,
    /// Return money.
    Refund,
    /// Take a payment back.
    Revoke,
    /// Baitiao's plans for an amount.
    Plans,
}

impl Service {
    /// Every service.
    pub const ALL: [Service; 6] =
        [Service::CodePay, Service::Order, Service::Query, Service::Refund, Service::Revoke, Service::Plans];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Service::CodePay => "/service/fkmPay",
            Service::Order => "/service/uniorder",
            Service::Query => "/service/query",
            Service::Refund => "/service/refund",
            Service::Revoke => "/service/revoke",
            Service::Plans => "/service/queryBaiTiaoFQ",
        }
    }

    /// The service at that path.
    pub fn at(path: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.path() == path)
    }
}

/// `status` of a payment.
pub mod payment_status {
    /// Created.
    pub const CREATED: &str = "0";
    /// The payer confirms.
    pub const PROCESSING: &str = "1";
    /// Paid.
    pub const PAID: &str = "2";
    /// Failed.
    pub const FAILED: &str = "3";
    /// Closed.
    pub const CLOSED: &str = "4";
}

/// `status` of a refund or a revocation: another scale, in which 1 is done and 2 is failed.
pub mod refund_status {
    /// Under way.
    pub const PROCESSING: &str = "0";
    /// Done.
    pub const DONE: &str = "1";
    /// Failed.
    pub const FAILED: &str = "2";
}

/// What `payType` says the payer paid with, as receipts shall have it; empty if it is none of the known.
pub fn funds(pay_type: &str) -> &'static str {
    match pay_type {
        "0" => "BANK_CARD",
        "1" => "BAITIAO",
        "2" => "BALANCE",
        "3" => "COUPON",
        "5" => "XIAOJINKU",
        _ => "",
    }
}
