//! Finds the file that is wanted in a bill's zip: names are GBK and the order of entries is not certain, so it is known
//! by its content.

use ::zip::ZipArchive;
use ::zip::result::ZipError;
use provider_contract::bills::{BadBill, ReadSeek, copy, unpacked_max};
use std::io::{Read, SeekFrom, Write};

/// More entries than a bill's zip has.
const ENTRIES_MAX: usize = 64;
/// By so many bytes at its beginning a file is known.
const HEAD: u64 = 4096;

/// Writes the one file of the zip whose first lines hold one of `marks`.
pub(super) fn unpack(from: &mut dyn ReadSeek, to: &mut dyn Write, marks: &[Vec<u8>]) -> Result<(), BadBill> {
    let packed = from.seek(SeekFrom::End(0)).map_err(|error| broken(error.into()))?;
    let mut zip = ZipArchive::new(from).map_err(broken)?;
    if zip.len() > ENTRIES_MAX {
        return Err(BadBill::CannotUnpack(format!("it has {} entries", zip.len())));
    }
    for at in 0..zip.len() {
        let mut head = Vec::new();
        let entry = zip.by_index(at).map_err(broken)?;
        // What is wrong with an entry is told when it is the one that is wanted.
        let _ = entry.take(HEAD).read_to_end(&mut head);
        if marks.iter().any(|mark| memchr::memmem::find(&head, mark).is_some()) {
            let entry = zip.by_index(at).map_err(broken)?;
            return copy(entry, to, unpacked_max(packed), |_| ()).map(|_| ());
        }
    }
    Err(BadBill::NotThisFormat("业务明细".to_owned()))
}

fn broken(error: ZipError) -> BadBill {
    BadBill::CannotUnpack(error.to_string())
}
