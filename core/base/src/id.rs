//! Names of things: UUIDs in different types, so that a till cannot be passed for a store, and the
//! order numbers that providers know a payment and a refund by.

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedId;

impl fmt::Display for MalformedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of the form 018f3c1e-5b7a-7c3d-9e2f-0123456789ab")
    }
}

impl std::error::Error for MalformedId {}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        // Two words, since ids are compared far more often than they are written.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            high: u64,
            low: u64,
        }

        impl $name {
            /// The id with these 128 bits. New ids are UUIDv7, made in the shell.
            pub const fn from_u128(bits: u128) -> $name {
                $name { high: (bits >> 64) as u64, low: bits as u64 }
            }

            /// The 128 bits.
            pub const fn as_u128(self) -> u128 {
                (self.high as u128) << 64 | self.low as u128
            }

            const fn uuid(self) -> Uuid {
                Uuid::from_u128(self.as_u128())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.uuid(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.uuid())
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;
            /// Reads the hyphenated form only: one thing, one spelling.
            fn from_str(text: &str) -> Result<$name, MalformedId> {
                if text.len() != 36 {
                    return Err(MalformedId);
                }
                match Uuid::try_parse(text) {
                    Ok(uuid) => Ok($name::from_u128(uuid.as_u128())),
                    Err(_) => Err(MalformedId),
                }
            }
        }
    };
}

uuid_id!(
    /// A merchant: whoever the money belongs to.
    MerchantId
);
uuid_id!(
    /// A store of a merchant.
    StoreId
);
uuid_id!(
    /// A till in a store.
    TillId
);
uuid_id!(
    /// A person who works with Paydesk.
    StaffId
);
uuid_id!(
    /// A configured way to a provider: credentials, route, timing.
    ChannelId
);
uuid_id!(
    /// One attempt to take one amount by one method.
    PaymentId
);
uuid_id!(
    /// One return of money of a payment.
    RefundId
);

uuid_id!(
    /// A sale that several payments pay in parts.
    SaleId
);

uuid_id!(
    /// A device that stands for a till: the agent at the counter, or a spare one.
    AgentId
);
uuid_id!(
    /// An unbroken stretch of a till's journal, on one disk.
    SegmentId
);

uuid_id!(
    /// A merchant's system that is told what became of payments.
    WebhookId
);

impl ChannelId {
    /// No channel: money that no provider moves, such as cash.
    pub const NONE: ChannelId = ChannelId::from_u128(0);
}

/// The merchant order number (`out_trade_no`) a provider knows a payment by: the 32 hex digits of the
/// payment's id. No provider here allows fewer than 32
/// characters, so it always fits, and either finds the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNo(PaymentId);

/// The merchant refund number (`out_refund_no`, `out_request_no`): the 32 hex digits of the refund's id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefundNo(RefundId);

macro_rules! provider_number {
    ($number:ident, $id:ident) => {
        impl $number {
            /// The id this number was made from.
            pub fn id(self) -> $id {
                self.0
            }
        }

        impl From<$id> for $number {
            fn from(id: $id) -> $number {
                $number(id)
            }
        }

        impl fmt::Display for $number {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self.0.uuid().as_simple(), f)
            }
        }

        impl fmt::Debug for $number {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $number {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<$number, MalformedId> {
                let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() != 32 || !text.bytes().all(lower_hex) {
                    return Err(MalformedId);
                }
                match Uuid::try_parse(text) {
                    Ok(uuid) => Ok($number($id::from_u128(uuid.as_u128()))),
                    Err(_) => Err(MalformedId),
                }
            }
        }
    };
}

provider_number!(OrderNo, PaymentId);
provider_number!(RefundNo, RefundId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_leads_back_to_its_payment() {
        let payment = PaymentId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0123456789ab);
        let number = OrderNo::from(payment);
        assert_eq!(number.to_string(), "018f3c1e5b7a7c3d9e2f0123456789ab");
        assert_eq!(number.to_string().parse::<OrderNo>().map(OrderNo::id), Ok(payment));
    }

    #[test]
    fn only_one_spelling_is_an_id() {
        for wrong in ["", "018f3c1e5b7a7c3d9e2f0123456789ab", "{018f3c1e-5b7a-7c3d-9e2f-0123456789ab}", "x"] {
            assert_eq!(wrong.parse::<PaymentId>(), Err(MalformedId), "{wrong}");
        }
        assert_eq!("018F3C1E5B7A7C3D9E2F0123456789AB".parse::<OrderNo>(), Err(MalformedId));
    }
}
