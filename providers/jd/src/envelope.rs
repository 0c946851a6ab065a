//! How a message is put into its envelope and taken out: XML, signed over a hash, enciphered with 3DES, in other XML.
//!
//! Source: the official demo (`liangfahua/jdpayDemo`) and the Ruby gem `jd_pay`, which agree; the published exchanges in
//! `tests/golden` pass through here.

use aws_lc_rs::digest::{SHA256, digest};
use base::hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use des::TdesEde3;
use des::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use provider_contract::signing::{Sign, Verify};
use std::fmt;
use strict_xml::{Element, escape, parse};

/// The first line of every document.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
/// The same as JD's gateway writes it at times.
const HEAD_WITH_A_BLANK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>";

/// Longer messages are refused by JD's own software.
const LENGTH_MAX: usize = 16_384;

/// `des_key` is not base64 of 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadDesKey;

/// A merchant's 3DES key. Prints as nothing.
#[derive(Clone)]
pub struct DesKey(TdesEde3);

impl fmt::Debug for DesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DesKey")
    }
}

impl DesKey {
    /// Reads base64 of 24 bytes.
    pub fn from_base64(text: &str) -> Result<DesKey, BadDesKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| BadDesKey)?;
        TdesEde3::new_from_slice(&bytes).map(DesKey).map_err(|_| BadDesKey)
    }

    /// Enciphers: four bytes of length, the text, zeros to a whole number of blocks; hex digits; base64 of the digits.
    pub fn encrypt(&self, text: &str) -> String {
        let length = u32::try_from(text.len()).expect("a message is short");
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        STANDARD.encode(hex(&self.encrypt_blocks(bytes)))
    }

    /// Deciphers; nothing if it is no such cipher text.
    pub fn decrypt(&self, text: &str) -> Option<String> {
        let digits = STANDARD.decode(text.trim()).ok()?;
        let bytes = self.decrypt_blocks(unhex(&digits)?)?;
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > LENGTH_MAX || length > rest.len() || rest.len() - length >= 8 {
            return None;
        }
        let (message, padding) = rest.split_at(length);
        padding.iter().all(|byte| *byte == 0).then_some(())?;
        String::from_utf8(message.to_vec()).ok()
    }

    /// 3DES in blocks of eight, each for itself (ECB), without padding.
    pub fn encrypt_blocks(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for block in bytes.chunks_exact_mut(8) {
            let mut one = Array::try_from(&*block).expect("a block has eight bytes");
            self.0.encrypt_block(&mut one);
            block.copy_from_slice(&one);
        }
        bytes
    }

    fn decrypt_blocks(&self, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(8) {
            return None;
        }
        for block in bytes.chunks_exact_mut(8) {
            let mut one = Array::try_from(&*block).expect("a block has eight bytes");
            self.0.decrypt_block(&mut one);
            block.copy_from_slice(&one);
        }
        Some(bytes)
    }
}

/// A message's fields, in their order; a list's element has fields of its own.
pub type Fields = Vec<(&'static str, String)>;

/// Writes fields as XML.
pub fn write(fields: &[(&str, String)]) -> String {
    let plain = |value: &str| value.chars().filter(|c| !c.is_control()).collect::<String>();
    fields.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape(plain(value).trim()))).collect()
}

/// Signs and enciphers a message; `body` is XML already.
pub fn seal(body: &str, key: &dyn Sign, des: &DesKey) -> String {
    let unsigned = format!("{HEAD}<jdpay>{body}</jdpay>");
    let signature = key.sign(digits(&unsigned).as_bytes());
    des.encrypt(&format!("{HEAD}<jdpay>{body}<sign>{signature}</sign></jdpay>"))
}

/// Why a message cannot be taken out of its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// It cannot be deciphered with our key.
    CannotDecrypt,
    /// It is no XML, or has no signature.
    Garbled,
    /// The signature is wrong.
    WrongSignature,
}

/// Deciphers a message and verifies its signature.
pub fn open(encrypted: &str, key: &dyn Verify, des: &DesKey) -> Result<Element, NotOpened> {
    let text = des.decrypt(encrypted).ok_or(NotOpened::CannotDecrypt)?;
    let message = parse(text.as_bytes()).map_err(|_| NotOpened::Garbled)?;
    let signature = message.text_of("sign").ok_or(NotOpened::Garbled)?.to_owned();
    let signed = signed_texts(&text).ok_or(NotOpened::Garbled)?;
    let right = signed.iter().any(|text| key.verify(digits(text).as_bytes(), &signature));
    right.then_some(message).ok_or(NotOpened::WrongSignature)
}

/// What may have been signed: the text without its signature and without line ends, under either way of writing the head.
fn signed_texts(text: &str) -> Option<[String; 2]> {
    let (before, rest) = text.split_once("<sign>")?;
    let (_, after) = rest.split_once("</sign>")?;
    let lines = format!("{before}{after}");
    let joined: String = lines.lines().map(|line| line.trim().replace('\t', "")).collect();
    // A head of any other kind was not signed with the rest.
    let body = match [HEAD, HEAD_WITH_A_BLANK].iter().find_map(|head| joined.strip_prefix(head)) {
        Some(rest) => rest.trim_start().to_owned(),
        None if joined.starts_with("<?xml") => return None,
        None => joined,
    };
    Some([format!("{HEAD}{body}"), format!("{HEAD_WITH_A_BLANK}{body}")])
}

/// The 64 hex digits that a signature covers.
pub fn digits(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    // Lower case, as JD writes them: a message has one way to be written.
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_contract::signing::Checksum;

    /// Base64 of `123456789012345678901234`.
    const KEY: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0";

    #[test]
    fn a_text_is_enciphered_behind_its_length() {
        // Recomputed with the Python package `cryptography`: TripleDES in ECB of length, text and zeros.
        let expected = "db33e0d7414f09eb56c3f57cf29ad61d91871a2d3a36b83715f5a736f3e3e2e821fd487050118bb1";
        let sealed = DesKey::from_base64(KEY).unwrap().encrypt("This is a 3DES test. 测试abcdf");
        assert_eq!(STANDARD.decode(sealed).unwrap(), expected.as_bytes());
    }

    #[test]
    fn a_message_comes_out_as_it_went_in() {
        let (des, key) = (DesKey::from_base64(KEY).unwrap(), Checksum { key: 1 });
        let sealed = seal(&write(&[("tradeName", " a<&>b\n中 ".to_owned())]), &key, &des);
        assert_eq!(open(&sealed, &key, &des).unwrap().text_of("tradeName"), Some("a<&>b中"));
        assert_eq!(open(&sealed, &Checksum { key: 2 }, &des), Err(NotOpened::WrongSignature));
        let other = DesKey::from_base64("QUJDREVGR0hJSktMTU5PUFFSU1RVVldY").unwrap();
        assert_eq!(open(&sealed, &key, &other), Err(NotOpened::CannotDecrypt));
        assert_eq!(open(&des.encrypt("<jdpay></jdpay>"), &key, &des), Err(NotOpened::Garbled));
        assert_eq!(open(&des.encrypt("hello"), &key, &des), Err(NotOpened::Garbled));
    }

    #[test]
    fn the_head_may_have_a_blank_and_lines_may_be_broken() {
        let (des, key) = (DesKey::from_base64(KEY).unwrap(), Checksum { key: 1 });
        for head in [HEAD, HEAD_WITH_A_BLANK] {
            let signature = key.sign(digits(&format!("{head}<jdpay><a>1</a></jdpay>")).as_bytes());
            let text = format!("{head}\r\n<jdpay>\n\t<a>1</a>\n  <sign>{signature}</sign>\n</jdpay>");
            assert!(open(&des.encrypt(&text), &key, &des).is_ok(), "{head}");
        }
    }

    /// Found by the simulated world: a change within the head went unseen, because the head was put in anew.
    #[test]
    fn a_head_of_another_kind_was_not_signed() {
        let (des, key) = (DesKey::from_base64(KEY).unwrap(), Checksum { key: 1 });
        let signature = key.sign(digits(&format!("{HEAD}<jdpay><a>1</a></jdpay>")).as_bytes());
        let text =
            format!("{}<jdpay><a>1</a><sign>{signature}</sign></jdpay>", HEAD.replace("UTF-8", "UTF-9"));
        assert_eq!(open(&des.encrypt(&text), &key, &des), Err(NotOpened::Garbled));
    }

    #[test]
    fn what_is_no_cipher_text_is_nothing() {
        let key = DesKey::from_base64(KEY).unwrap();
        let sealed = key.encrypt("hello");
        assert_eq!(key.decrypt(&sealed).as_deref(), Some("hello"));
        for text in ["", "AAAA", "not base64!", &STANDARD.encode("0011"), &STANDARD.encode("zz".repeat(8))] {
            assert_eq!(key.decrypt(text), None, "{text}");
        }
        let long = hex(&key.encrypt_blocks([&[0xff; 4][..], &[0; 12]].concat()));
        assert_eq!(key.decrypt(&STANDARD.encode(long)), None, "a length beyond the end");
        assert_eq!(format!("{key:?}"), "DesKey");
    }
}
