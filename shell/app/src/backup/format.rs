//! A backup's file: a header in clear, then records, each bound to everything before it by a hash, the last marked as such.
//!
//! ```text
//! "PAYDESK BACKUP\n"  header (one line of JSON)  record  record ...  last record
//! record: length (u32)  last (u8)  payload  SHA-256(hash before | length | last | payload)
//! ```
//!
//! The hash before the first record is that of the header. A payload is deflated lines, sealed with AES-256-GCM if the
//! header says so, under a key made of the master key for this one file; the hash before it is authenticated with it. So
//! a flipped bit, a missing or exchanged record, a missing end and another file's end are all found, and in a sealed file
//! nobody without the key can make them not be found.

use crate::sealed::MasterKey;
use anyhow::{Context, Result, bail, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read, Write};

/// The first line of every backup.
pub const MAGIC: &[u8] = b"PAYDESK BACKUP\n";
/// The version of this format.
pub const FORMAT: u32 = 1;
const PURPOSE: &str = "paydesk backup 1";
/// Lines are gathered to records of about this size before they are deflated.
const RECORD_BYTES: usize = 1 << 20;
/// Longer records are none of ours.
const RECORD_BYTES_MAX: usize = 64 << 20;
const HEADER_BYTES_MAX: u64 = 64 << 10;

type Hash = [u8; 32];

/// What a backup is, in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: u32,
    /// The program that wrote it.
    pub program: String,
    /// Names a whole backup and all that was added to it.
    pub chain: String,
    /// 0 for the whole backup, then 1, 2, 3 ... for what was added.
    pub number: u32,
    /// The last hash of the file before it in the chain; empty for the whole backup.
    pub previous: String,
    /// The moment the book is as of: microseconds since 1970.
    pub as_of: i64,
    /// The step of the database's schema.
    pub schema_step: i64,
    /// The last event of the book that is in it.
    pub event: i64,
    /// Whether the records are sealed.
    pub sealed: bool,
    /// Makes the sealing key this file's alone; hex.
    pub salt: String,
}

/// Writes a backup.
pub struct Writer<W: Write> {
    out: W,
    hash: Hash,
    seal: Option<LessSafeKey>,
    records: u64,
    lines: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins with the header. The key is needed if the header says that it is sealed.
    pub fn begin(mut out: W, header: &Header, key: Option<&MasterKey>) -> Result<Writer<W>> {
        let mut text = serde_json::to_vec(header).context("a header is JSON")?;
        text.push(b'\n');
        out.write_all(MAGIC).and_then(|()| out.write_all(&text)).context("cannot write the backup")?;
        let seal = sealing_key(header, key)?;
        Ok(Writer { out, hash: hash_of(&[MAGIC, &text]), seal, records: 0, lines: Vec::new() })
    }

    /// Adds a line.
    pub fn line(&mut self, line: &str) -> Result<()> {
        self.lines.extend_from_slice(line.as_bytes());
        self.lines.push(b'\n');
        if self.lines.len() >= RECORD_BYTES { self.record(false) } else { Ok(()) }
    }

    /// Writes the end. Gives what was written to, and the last hash.
    pub fn finish(mut self) -> Result<(W, String)> {
        self.record(true)?;
        self.out.flush().context("cannot write the backup")?;
        Ok((self.out, hex(&self.hash)))
    }

    fn record(&mut self, last: bool) -> Result<()> {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflated.write_all(&self.lines).context("cannot compress")?;
        let mut payload = deflated.finish().context("cannot compress")?;
        self.lines.clear();
        if let Some(key) = &self.seal {
            let aad = Aad::from(bound(&self.hash, last));
            key.seal_in_place_append_tag(nonce(self.records), aad, &mut payload)
                .ok()
                .context("cannot seal the backup")?;
        }
        self.records += 1;
        let head = head(payload.len(), last)?;
        self.hash = hash_of(&[&self.hash, &head, &payload]);
        let parts: [&[u8]; 3] = [&head, &payload, &self.hash];
        parts.iter().try_for_each(|part| self.out.write_all(part)).context("cannot write the backup")
    }
}

/// Reads a backup's header and leaves the reader at the first record. Gives the hash of the header too.
fn read_header(input: &mut impl BufRead) -> Result<(Header, Hash)> {
    let mut magic = [0; MAGIC.len()];
    let whole = input.read_exact(&mut magic).is_ok();
    ensure!(whole && magic == MAGIC, "this is not a backup of Paydesk");
    let mut text = Vec::new();
    input.by_ref().take(HEADER_BYTES_MAX).read_until(b'\n', &mut text).context("cannot read the backup")?;
    ensure!(text.ends_with(b"\n"), "the backup is truncated: it ends within its header");
    // A newer format may have other fields, so its number is read first.
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let version: Version = serde_json::from_slice(&text).context("the backup's header is damaged")?;
    if version.format != FORMAT {
        bail!(
            "the backup has format {}, which this version of Paydesk does not know (it knows {FORMAT}); use the version that made it, or a newer one",
            version.format
        );
    }
    let header = serde_json::from_slice(&text).context("the backup's header is damaged")?;
    Ok((header, hash_of(&[MAGIC, &text])))
}

/// A backup's header.
pub fn header(mut input: impl BufRead) -> Result<Header> {
    Ok(read_header(&mut input)?.0)
}

/// Reads a backup, record by record, and believes none before its hash is right.
pub struct Reader<R: BufRead> {
    input: R,
    header: Header,
    hash: Hash,
    seal: Option<LessSafeKey>,
    records: u64,
    ended: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header. The key is needed if it says that the records are sealed.
    pub fn begin(mut input: R, key: Option<&MasterKey>) -> Result<Reader<R>> {
        let (header, hash) = read_header(&mut input)?;
        let seal = sealing_key(&header, key)?;
        Ok(Reader { input, header, hash, seal, records: 0, ended: false })
    }

    /// What the backup is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The lines of the next record; nothing after the last.
    pub fn lines(&mut self) -> Result<Option<String>> {
        if self.ended {
            return Ok(None);
        }
        let mut payload = self.payload()?;
        let number = self.records;
        self.records += 1;
        if let Some(key) = &self.seal {
            // The hash before this record was authenticated; it is kept until here for that.
            let opened = key
                .open_in_place(nonce(number), Aad::from(bound(&payload.before, self.ended)), &mut payload.bytes)
                .ok()
                .context("the master key does not open the backup: it is another installation's key, or the file was changed")?
                .len();
            payload.bytes.truncate(opened);
        }
        let mut lines = String::new();
        DeflateDecoder::new(payload.bytes.as_slice())
            .take(RECORD_BYTES_MAX as u64)
            .read_to_string(&mut lines)
            .context("the backup is damaged: a record cannot be read")?;
        Ok(Some(lines))
    }

    /// The last hash, once everything was read.
    pub fn last_hash(&self) -> String {
        hex(&self.hash)
    }

    fn payload(&mut self) -> Result<Payload> {
        const TRUNCATED: &str = "the backup is truncated: its end is missing";
        let mut head = [0; 5];
        self.input.read_exact(&mut head).context(TRUNCATED)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        ensure!(
            length <= RECORD_BYTES_MAX && head[4] <= 1,
            "the backup is damaged: record {} has no sense",
            self.records + 1
        );
        let mut bytes = vec![0; length];
        self.input.read_exact(&mut bytes).context(TRUNCATED)?;
        let mut told = Hash::default();
        self.input.read_exact(&mut told).context(TRUNCATED)?;
        let before = self.hash;
        self.hash = hash_of(&[&before, &head, &bytes]);
        ensure!(
            self.hash == told,
            "the backup is damaged: record {} is not what was written",
            self.records + 1
        );
        self.ended = head[4] == 1;
        if self.ended {
            let more = self.input.fill_buf().context("cannot read the backup")?;
            ensure!(more.is_empty(), "the backup is damaged: something follows its end");
        }
        Ok(Payload { bytes, before })
    }
}

struct Payload {
    bytes: Vec<u8>,
    before: Hash,
}

fn sealing_key(header: &Header, key: Option<&MasterKey>) -> Result<Option<LessSafeKey>> {
    if !header.sealed {
        return Ok(None);
    }
    let key = key.context("the backup is sealed; the master key that sealed it is needed")?;
    let derived = key.derived(PURPOSE, header.salt.as_bytes());
    let key = UnboundKey::new(&AES_256_GCM, derived.reveal()).ok().context("a key of 32 bytes")?;
    Ok(Some(LessSafeKey::new(key)))
}

/// Each file has a key of its own, so a counter is never used twice with one.
fn nonce(record: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&record.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

fn bound(hash: &Hash, last: bool) -> [u8; 33] {
    let mut bound = [0; 33];
    bound[..32].copy_from_slice(hash);
    bound[32] = u8::from(last);
    bound
}

fn head(length: usize, last: bool) -> Result<[u8; 5]> {
    let length = u32::try_from(length).context("a record is smaller than 4 GiB")?.to_be_bytes();
    Ok([length[0], length[1], length[2], length[3], u8::from(last)])
}

fn hash_of(parts: &[&[u8]]) -> Hash {
    let whole = digest(&SHA256, &parts.concat());
    whole.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_header(sealed: bool) -> Header {
        Header {
            format: FORMAT,
            program: "0.0.0".into(),
            chain: "c".into(),
            number: 0,
            previous: String::new(),
            as_of: 5,
            schema_step: 2,
            event: 7,
            sealed,
            salt: "ab".into(),
        }
    }

    fn key() -> MasterKey {
        MasterKey::fresh_for_tests()
    }

    fn written(sealed: bool, key: &MasterKey) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), &some_header(sealed), Some(key)).unwrap();
        for number in 0..60_000 {
            writer.line(&format!("[\"a secret line\", {number}, \"{}\"]", "x".repeat(number % 50))).unwrap();
        }
        writer.finish().unwrap().0
    }

    fn read(bytes: &[u8], key: &MasterKey) -> Result<usize> {
        let mut reader = Reader::begin(bytes, Some(key))?;
        let mut lines = 0;
        while let Some(some) = reader.lines()? {
            lines += some.lines().count();
        }
        Ok(lines)
    }

    #[test]
    fn what_was_written_comes_back_sealed_or_not() {
        let key = key();
        for sealed in [false, true] {
            let bytes = written(sealed, &key);
            assert_eq!(read(&bytes, &key).unwrap(), 60_000);
            assert_eq!(header(bytes.as_slice()).unwrap(), some_header(sealed));
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("a secret line") && text.contains("\"schema_step\":2"));
        }
        let sealed = written(true, &key);
        let why = format!("{:#}", read(&sealed, &MasterKey::fresh_for_tests()).unwrap_err());
        assert!(why.contains("the master key does not open the backup"), "{why}");
        let why = Reader::begin(sealed.as_slice(), None).err().unwrap().to_string();
        assert!(why.contains("the master key that sealed it is needed"), "{why}");
    }

    #[test]
    fn every_damage_is_found() {
        let key = key();
        for sealed in [false, true] {
            let whole = written(sealed, &key);
            let step = (whole.len() / 97).max(1);
            for at in (0..whole.len()).step_by(step) {
                let mut flipped = whole.clone();
                flipped[at] ^= 1;
                assert!(read(&flipped, &key).is_err(), "a flipped bit at {at} of {}", whole.len());
                let why = format!("{:#}", read(&whole[..at], &key).unwrap_err());
                assert!(
                    why.contains("truncated") || why.contains("not a backup") || why.contains("header"),
                    "cut at {at}: {why}"
                );
            }
            let doubled = [whole.as_slice(), b"x"].concat();
            assert!(format!("{:#}", read(&doubled, &key).unwrap_err()).contains("something follows its end"));
        }
        let why = format!("{:#}", read(b"SQLite format 3\0 and more", &key).unwrap_err());
        assert!(why.contains("this is not a backup"), "{why}");
    }

    #[test]
    fn a_newer_format_is_named() {
        let newer = [MAGIC, b"{\"format\":9,\"something\":\"new\"}\n"].concat();
        let why = format!("{:#}", read(&newer, &key()).unwrap_err());
        assert!(why.contains("has format 9") && why.contains("it knows 1"), "{why}");
    }
}
