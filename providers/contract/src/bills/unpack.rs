//! Unpacks what was downloaded, with an eye on how large it becomes.

use super::BadBill;
use std::io::{Error, ErrorKind, Read, Write};

/// The largest bill that is read: fifty million rows.
pub const BILL_BYTES_MAX: u64 = 16 << 30;
/// A packed file may unpack to so many times its size ...
const RATIO_MAX: u64 = 200;
/// ... and to so much in any case.
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// How much a packed file of this size may unpack to: a bill's lines are alike, but not as alike as those of a file
/// that was made to fill the disk.
pub fn unpacked_max(packed: u64) -> u64 {
    packed.saturating_mul(RATIO_MAX).clamp(ALWAYS_ALLOWED, BILL_BYTES_MAX)
}

/// Copies `from` to `to`, at most `max` bytes, and shows each stretch to `each`. Gives how many there were.
pub fn copy(
    mut from: impl Read,
    to: &mut dyn Write,
    max: u64,
    mut each: impl FnMut(&[u8]),
) -> Result<u64, BadBill> {
    let (mut size, mut buffer) = (0, vec![0; 1 << 16]);
    loop {
        let read = from.read(&mut buffer).map_err(cannot_unpack)?;
        if read == 0 {
            return Ok(size);
        }
        size += read as u64;
        if size > max {
            return Err(BadBill::TooLarge { max });
        }
        each(&buffer[..read]);
        to.write_all(&buffer[..read]).map_err(cannot_unpack)?;
    }
}

/// Reading or writing failed underneath; what reads packed files calls it invalid data when their checksum is another.
pub fn cannot_unpack(error: Error) -> BadBill {
    match error.kind() {
        ErrorKind::InvalidData => BadBill::WrongHash,
        _ => BadBill::CannotUnpack(error.to_string()),
    }
}
