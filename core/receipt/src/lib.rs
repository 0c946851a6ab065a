//! What goes on paper: facts of a payment become a document, a document becomes rows of a given width.
//!
//! ```text
//!   ReceiptFacts --receipt--> Document --lay_out--> Layout { rows }
//!   (who, when, how much)     (lines, any width)    (32 or 48 columns; a printer or a page draws it)
//! ```
//!
//! It never prints, never asks what time it is and never adds up money; it says what it is told, in Chinese or
//! English, and nothing that a customer does not need: shop, time, amount, method and last digits, the order number
//! as a code to scan, and what to do for a refund.
//!
//! ```
//! use receipt::{Columns, Copy, ReceiptFacts, lay_out, receipt};
//! # use base::{Money, Text, Timestamp};
//! # use receipt::{Language, Outcome};
//! let facts = ReceiptFacts {
//!     shop: "小明便利店".into(),
//!     store: "南山店".into(),
//!     till: "2号收银".into(),
//!     cashier: "张敏".into(),
//!     time: Timestamp::parse("2026-11-23T14:31:05+08:00").unwrap(),
//!     amount: Money::cny(1250),
//!     outcome: Outcome::Paid { refunds: vec![] },
//!     counted: None,
//!     wallet: Text::new("顺手钱包", "Any Wallet"),
//!     last_digits: None,
//!     order_number: "018f3c1e5b7a7c3d9e2f0123456789ab".into(),
//!     provider_number: None,
//!     installments: None,
//!     receipt_url: None,
//!     bill: None,
//!     language: Language::Chinese,
//! };
//! let rows = lay_out(&receipt(&facts, Copy::Original), Columns::MM_58);
//! assert!(rows.to_text().contains("￥12.50"));
//! ```

mod cells;
mod document;
mod facts;
mod layout;
mod of_bill;
mod of_payment;
mod slip;

pub use cells::cells;
pub use document::{Align, Document, Fit, Line, Size};
pub use facts::{
    Bill, BillPart, Copy, Counted, Language, LastDigits, NotLastDigits, Outcome, ReceiptFacts, RefundFact,
};
pub use layout::{Columns, Layout, Row, TooNarrow, lay_out};
pub use of_bill::bill_of;
pub use of_payment::{Place, of_payment, of_refund};
pub use slip::receipt;
