//! As much of a zip as a bill needs: entries stored or deflated, no encryption, less than four gigabytes.

use crate::bill::details_mark;
use flate2::read::DeflateDecoder;
use flate2::{Compression, Crc, write::DeflateEncoder};
use provider_contract::bills::{BadBill, ReadSeek};
use std::io::{Read, SeekFrom, Write};

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// The end record and the longest comment behind it.
const TAIL: u64 = 22 + 65_535;
/// More entries than a bill's zip has.
const ENTRIES_MAX: u16 = 64;

/// One entry of the directory.
struct Entry {
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    at: u64,
}

/// Writes the detail file that the zip holds, whatever it is called and wherever it stands in it.
pub(super) fn unpack_detail(from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill> {
    for entry in directory(from)? {
        let mut head = vec![0; 4096.min(entry.size as usize)];
        open(from, &entry)?.read_exact(&mut head).map_err(broken)?;
        if details_mark().iter().any(|mark| memchr::memmem::find(&head, mark).is_some()) {
            return unpack(from, &entry, to);
        }
    }
    Err(BadBill::NotThisFormat("业务明细".to_owned()))
}

fn unpack(from: &mut dyn ReadSeek, entry: &Entry, to: &mut dyn Write) -> Result<(), BadBill> {
    let mut unpacked = open(from, entry)?;
    let (mut crc, mut size, mut buffer) = (Crc::new(), 0u64, vec![0; 1 << 16]);
    loop {
        let read = unpacked.read(&mut buffer).map_err(broken)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > entry.size {
            return Err(BadBill::CannotUnpack("it is longer than it says".to_owned()));
        }
        crc.update(&buffer[..read]);
        to.write_all(&buffer[..read]).map_err(broken)?;
    }
    if size != entry.size || crc.sum() != entry.crc {
        return Err(BadBill::WrongHash);
    }
    Ok(())
}

fn open<'a>(from: &'a mut dyn ReadSeek, entry: &Entry) -> Result<Box<dyn Read + 'a>, BadBill> {
    from.seek(SeekFrom::Start(entry.at)).map_err(broken)?;
    let mut local = [0; 30];
    from.read_exact(&mut local).map_err(broken)?;
    if local[..4] != LOCAL {
        return Err(BadBill::CannotUnpack("an entry is not where the directory says".to_owned()));
    }
    let skipped = i64::from(u16_at(&local, 26)) + i64::from(u16_at(&local, 28));
    from.seek(SeekFrom::Current(skipped)).map_err(broken)?;
    let packed = from.take(entry.packed);
    match entry.method {
        0 => Ok(Box::new(packed)),
        8 => Ok(Box::new(DeflateDecoder::new(packed))),
        other => Err(BadBill::CannotUnpack(format!("packing method {other} is not known"))),
    }
}

fn directory(from: &mut dyn ReadSeek) -> Result<Vec<Entry>, BadBill> {
    let no_zip = || BadBill::CannotUnpack("it is not a whole zip file".to_owned());
    let length = from.seek(SeekFrom::End(0)).map_err(broken)?;
    let tail_at = length.saturating_sub(TAIL);
    from.seek(SeekFrom::Start(tail_at)).map_err(broken)?;
    let mut tail = Vec::new();
    from.take(TAIL).read_to_end(&mut tail).map_err(broken)?;
    let end = memchr::memmem::rfind(&tail, &END).filter(|at| at + 22 <= tail.len()).ok_or_else(no_zip)?;
    let end = &tail[end..];
    let (count, at) = (u16_at(end, 10), u64::from(u32_at(end, 16)));
    if count > ENTRIES_MAX {
        return Err(BadBill::CannotUnpack(format!("it has {count} entries")));
    }
    from.seek(SeekFrom::Start(at)).map_err(broken)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let mut fixed = [0; 46];
        from.read_exact(&mut fixed).map_err(|_| no_zip())?;
        if fixed[..4] != ENTRY {
            return Err(no_zip());
        }
        let rest = [28, 30, 32].iter().map(|at| i64::from(u16_at(&fixed, *at))).sum();
        from.seek(SeekFrom::Current(rest)).map_err(broken)?;
        if u16_at(&fixed, 8) & 1 != 0 {
            return Err(BadBill::CannotUnpack("it is encrypted".to_owned()));
        }
        entries.push(Entry {
            method: u16_at(&fixed, 10),
            crc: u32_at(&fixed, 16),
            packed: u32_at(&fixed, 20).into(),
            size: u32_at(&fixed, 24).into(),
            at: u32_at(&fixed, 42).into(),
        });
    }
    Ok(entries)
}

/// A zip of these files, as the gateway packs: names in GBK, without the mark of UTF-8.
pub(crate) fn zipped(files: &[(&[u8], &[u8])]) -> Vec<u8> {
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

fn broken(error: std::io::Error) -> BadBill {
    BadBill::CannotUnpack(error.to_string())
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
