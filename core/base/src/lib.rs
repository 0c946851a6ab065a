//! The words everything else uses: [`Money`], ids, [`Timestamp`], [`Secret`].
//!
//! Nothing here fails quietly, reads a clock or draws a random number: values come in, values go out.
//!
//! ```
//! use base::{Currency, Money};
//! let price = Money::parse("12.50", Currency::Cny).unwrap();
//! assert_eq!(price.minor(), 1250);
//! assert_eq!(price.to_string(), "12.50");
//! ```

mod hex;
mod id;
mod money;
mod secret;
mod text;
mod time;

pub use hex::hex;
pub use id::{
    AgentId, ChannelId, MalformedId, MerchantId, OrderNo, PaymentId, RefundId, RefundNo, SaleId, SegmentId,
    StaffId, StoreId, TillId, WebhookId,
};
pub use money::{Currency, Money, MoneyError};
pub use secret::{Secret, mask_middle};
pub use text::Text;
pub use time::{Timestamp, Zone};
