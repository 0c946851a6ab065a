//! Writes a zip as the gateway does: names in GBK without the mark of UTF-8, which no library writes.

use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::Write;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// A zip of these files: names and contents.
pub(super) fn zipped(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).expect("memory takes it");
        let packed = packer.finish().expect("memory takes it");
        let mut crc = Crc::new();
        crc.update(bytes);
        let at = zip.len() as u32;
        let mut common = Vec::new();
        for word in [20u16, 0, 8, 0, 0x21] {
            common.extend(word.to_le_bytes());
        }
        for word in [crc.sum(), packed.len() as u32, bytes.len() as u32] {
            common.extend(word.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        zip.extend(LOCAL);
        zip.extend(&common);
        zip.extend(*name);
        zip.extend(packed);
        directory.extend(ENTRY);
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(*name);
    }
    let (at, count) = (zip.len() as u32, files.len() as u16);
    zip.extend(&directory);
    zip.extend(END);
    zip.extend([0; 4]);
    zip.extend(count.to_le_bytes());
    zip.extend(count.to_le_bytes());
    zip.extend((directory.len() as u32).to_le_bytes());
    zip.extend(at.to_le_bytes());
    zip.extend([0; 2]);
    zip
}
