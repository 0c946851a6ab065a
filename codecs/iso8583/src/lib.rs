//! ISO 8583 as pure data: what banks, acquirers and card terminals say to each other.
//!
//! ```text
//!   frame bytes --Framing::open--> Frame { tpdu, header, message bytes }        (frame, pos_header)
//!   message bytes --Message::decode(spec)--> Message --describe--> lines for people   (message, describe)
//!   Draft --encode(spec)--> message bytes                                        (draft)
//! ```
//!
//! The standard leaves to each acquirer how long a field is and how it is written, so a dialect is a table: a text
//! file under `profiles/` that [`Spec::parse`] reads. A new acquirer is a new table, not new code.
//!
//! Decoding copies nothing: a [`Message`] borrows the frame and knows where each field lies. What is accepted encodes
//! to the same bytes again; what is refused says which field and which byte. It knows nothing of keys, and prints
//! nothing of a card: a field that its table does not call harmless is hidden.
//!
//! ```
//! use iso8583::{Draft, Message, Mti, Spec};
//!
//! let spec = Spec::up_pos();
//! let mut draft = Draft::new(Mti::SALE);
//! draft.set(2, "6226090000000048").set(3, "000000").set(4, 10_000).set(41, "10000001");
//! let mut bytes = Vec::new();
//! draft.encode(&spec, &mut bytes).expect("each field fits its table");
//!
//! let message = Message::decode(&spec, &bytes).expect("it was just written");
//! assert_eq!(message.field(4).and_then(|amount| amount.number()), Some(10_000));
//! assert!(message.describe().contains("622609******0048"));
//! ```

mod bad_message;
mod bad_spec;
mod describe;
mod draft;
mod frame;
mod message;
mod mti;
mod pos_header;
mod read_spec;
mod spec;
mod value;

pub use bad_message::{BadMessage, Flaw, Place};
pub use bad_spec::BadSpec;
pub use draft::{CannotEncode, Content, Draft, Unfit};
pub use frame::{BadFrame, Frame, FrameLength, Framing, Tpdu};
pub use message::Message;
pub use mti::Mti;
pub use pos_header::{PosHeader, ProcessingRequest};
pub use spec::{Count, FieldSpec, Form, Layout, Length, Part, Prefix, Shown, Side, Spec};
pub use value::Value;
