//! The ESC/POS printer language as pure data: operations to bytes, bytes to operations, and the return channel.
//!
//! ```text
//!   [Op] --encode--> bytes -----> printer          what we say       (encode, text, raster)
//!   [Op] <--Decoder-- bytes <---- anybody          what was said     (decode: a virtual printer reads with it)
//!   Reply <--Demux-- bytes <----- printer          what it answers   (reply, sensors)
//! ```
//!
//! It never opens a port, waits or looks at a clock, and it knows nothing about receipts: that is `core/receipt`,
//! and turning one into the other is `devices/printer`.
//!
//! Text is GBK, because that is the font in Chinese printers. A character the printer has no glyph for is printed as
//! [`SUBSTITUTE`] and handed back to the caller; nothing disappears silently.
//!
//! ```
//! use escpos::{encode, Decoder, Op};
//!
//! let page = encode(&[Op::Init, Op::HanziMode(true), Op::text("收款¥12.50"), Op::LineFeed]);
//! assert_eq!(page.substituted, []);
//!
//! let mut decoder = Decoder::new();
//! let read = decoder.push(&page.bytes);
//! assert_eq!(read[2], Op::text("收款￥12.50")); // the half-width yen sign has no GBK code
//! ```
//!
//! Sources: Epson's public command reference and the TM-T88III, TM-T88IV, TM-L90, TM-U220, TM-U295 and TM-U375
//! manuals; SNBC BT-UR056, SPRT SP series and SURE SP91 for what Chinese makers do differently.

mod decode;
mod encode;
mod op;
mod raster;
mod reply;
mod sensors;
mod text;

pub use decode::Decoder;
pub use encode::{Encoded, encode};
pub use op::{Align, Cut, DrawerPin, Op, ProcessId, QrData, QrLevel, QrModule, Recovery, Refused, Scale};
pub use raster::{Bitmap, Raster, has_real_time_pair};
pub use reply::{Demux, Reply};
pub use sensors::{NotAStatus, Question, Sensors};
pub use text::{SUBSTITUTE, columns, gbk_bytes, printable};
