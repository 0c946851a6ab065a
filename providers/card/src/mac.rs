//! MACs: eight bytes that prove who wrote a message and that nothing of it was changed. Which rule an acquirer uses is
//! data.
//!
//! Sources: the POS rule csdn zfr_xuexiao66 94665452, 51cto xiaohaiwa 5379715 and gist yinheli 3b46200d, its form with
//! SM4 csdn qq_31143595 97785248 and qq_29537269 124672524; ISO/IEC 9797-1 algorithms 1 and 3 (X9.9, X9.19); NIST SP
//! 800-38B (CMAC).

use crate::block_key::{Algorithm, BLOCK_MAX, BlockKey};
use crate::keys::Tak;
use des::cipher::{Array, BlockCipherEncrypt};
use std::fmt;

/// How an acquirer's MACs are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacProfile {
    /// What is done with the blocks.
    pub rule: MacRule,
    /// How the last block is filled up.
    pub padding: Padding,
    /// How the result becomes the eight bytes of field 64.
    pub presented: Presented,
}

/// What is done with a message's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacRule {
    /// The POS rule, known as ECB: all blocks are added up without carry; the sum's hex characters are encrypted, the
    /// first half of them and then that with the second half. DES, 3DES and SM4.
    HexOfSum,
    /// Each block is added to the last result and encrypted (ISO/IEC 9797-1 algorithm 1): X9.9 with DES, and the same
    /// with 3DES, SM4, AES.
    Cbc,
    /// The same with the first half of a 3DES key, and all of it for the last block (algorithm 3): X9.19. 3DES only.
    Retail,
    /// CMAC; it has a padding of its own.
    Cmac,
}

/// How the last block is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// With zeros, and nothing if it is whole (ISO/IEC 9797-1 method 1).
    Zeros,
    /// With 0x80 and zeros, always (method 2).
    Bit,
}

/// How a result becomes the eight bytes of field 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Its first eight hex characters.
    HexCharacters,
    /// Its first eight bytes.
    Bytes,
}

/// A rule that does not go with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacRefused {
    /// A retail MAC needs a 3DES key.
    RetailNeedsTripleDes,
}

/// A key for MACs with the rule of its acquirer.
pub struct Mac {
    key: Tak,
    profile: MacProfile,
}

impl MacProfile {
    /// What terminals of Chinese acquirers do, with 3DES or SM4.
    pub const POS: MacProfile =
        MacProfile { rule: MacRule::HexOfSum, padding: Padding::Zeros, presented: Presented::HexCharacters };
    /// X9.9.
    pub const X9_9: MacProfile =
        MacProfile { rule: MacRule::Cbc, padding: Padding::Zeros, presented: Presented::Bytes };
    /// X9.19.
    pub const X9_19: MacProfile =
        MacProfile { rule: MacRule::Retail, padding: Padding::Zeros, presented: Presented::Bytes };
    /// CMAC, its first eight bytes.
    pub const CMAC: MacProfile =
        MacProfile { rule: MacRule::Cmac, padding: Padding::Bit, presented: Presented::Bytes };
}

impl Mac {
    /// A key with a rule, if they go together.
    pub fn new(key: Tak, profile: MacProfile) -> Result<Mac, MacRefused> {
        if profile.rule == MacRule::Retail && key.algorithm() != Algorithm::TripleDes {
            return Err(MacRefused::RetailNeedsTripleDes);
        }
        Ok(Mac { key, profile })
    }

    /// The key, for showing its check value.
    pub fn key(&self) -> &Tak {
        &self.key
    }

    /// Field 64 for what stands before it, from the message type on.
    pub fn field(&self, covered: &[u8]) -> [u8; 8] {
        let mac = self.whole(covered);
        match self.profile.presented {
            Presented::Bytes => std::array::from_fn(|at| mac[at]),
            Presented::HexCharacters => std::array::from_fn(|at| {
                let nibble = if at % 2 == 0 { mac[at / 2] >> 4 } else { mac[at / 2] & 0x0F };
                hex_character(nibble)
            }),
        }
    }

    /// Whether a field 64 is right. Compares it as one word, so that the time it takes tells nothing.
    pub fn accepts(&self, covered: &[u8], field: &[u8]) -> bool {
        let Ok(field) = <[u8; 8]>::try_from(field) else { return false };
        u64::from_be_bytes(field) == u64::from_be_bytes(self.field(covered))
    }

    /// One block, before it is presented; of an eight-byte cipher the first eight bytes count.
    pub(crate) fn whole(&self, covered: &[u8]) -> [u8; BLOCK_MAX] {
        let key = &self.key.0;
        match self.profile.rule {
            MacRule::HexOfSum => hex_of_sum(key, covered, self.profile.padding),
            MacRule::Cbc => cbc(key, covered, self.profile.padding, |_, _| false),
            MacRule::Retail => cbc(key, covered, self.profile.padding, single_des),
            MacRule::Cmac => cmac(key, covered),
        }
    }
}

/// Every whole block and then what is left, filled up; zeros if there is nothing at all.
fn for_each_block(bytes: &[u8], size: usize, padding: Padding, mut each: impl FnMut(&[u8], bool)) {
    let whole = match padding {
        Padding::Zeros if !bytes.is_empty() && bytes.len().is_multiple_of(size) => bytes.len() - size,
        Padding::Zeros | Padding::Bit => bytes.len() / size * size,
    };
    let (head, tail) = bytes.split_at(whole);
    head.chunks_exact(size).for_each(|block| each(block, false));
    let mut last = [0; BLOCK_MAX];
    last[..tail.len()].copy_from_slice(tail);
    if padding == Padding::Bit {
        last[tail.len()] = 0x80;
    }
    each(&last[..size], true);
}

fn add(sum: &mut [u8], block: &[u8]) {
    sum.iter_mut().zip(block).for_each(|(one, other)| *one ^= other);
}

fn hex_of_sum(key: &BlockKey, covered: &[u8], padding: Padding) -> [u8; BLOCK_MAX] {
    let size = key.block_bytes();
    let mut sum = [0; BLOCK_MAX];
    for_each_block(covered, size, padding, |block, _| add(&mut sum, block));
    let mut characters = [0; 2 * BLOCK_MAX];
    for (at, byte) in sum[..size].iter().enumerate() {
        characters[2 * at] = hex_character(byte >> 4);
        characters[2 * at + 1] = hex_character(byte & 0x0F);
    }
    let mut result = [0; BLOCK_MAX];
    for half in characters[..2 * size].chunks_exact(size) {
        add(&mut result, half);
        key.encrypt(&mut result[..size]);
    }
    result
}

/// `shortened` may encrypt a block that is not the last in a cheaper way; it says whether it did.
fn cbc(
    key: &BlockKey,
    covered: &[u8],
    padding: Padding,
    shortened: impl Fn(&BlockKey, &mut [u8]) -> bool,
) -> [u8; BLOCK_MAX] {
    let size = key.block_bytes();
    let mut result = [0; BLOCK_MAX];
    for_each_block(covered, size, padding, |block, last| {
        add(&mut result, block);
        if last || !shortened(key, &mut result[..size]) {
            key.encrypt(&mut result[..size]);
        }
    });
    result
}

fn single_des(key: &BlockKey, block: &mut [u8]) -> bool {
    let BlockKey::TripleDes { first, .. } = key else { return false };
    let block: &mut Array<u8, _> = block.try_into().expect("one block of DES");
    first.encrypt_block(block);
    true
}

fn cmac(key: &BlockKey, covered: &[u8]) -> [u8; BLOCK_MAX] {
    let size = key.block_bytes();
    let mut subkey = [0; BLOCK_MAX];
    key.encrypt(&mut subkey[..size]);
    let whole = !covered.is_empty() && covered.len().is_multiple_of(size);
    for _ in 0..if whole { 1 } else { 2 } {
        double(&mut subkey[..size]);
    }
    let padding = if whole { Padding::Zeros } else { Padding::Bit };
    let mut result = [0; BLOCK_MAX];
    for_each_block(covered, size, padding, |block, last| {
        add(&mut result, block);
        if last {
            add(&mut result, &subkey[..size]);
        }
        key.encrypt(&mut result[..size]);
    });
    result
}

/// Doubles in the field that CMAC calculates in.
fn double(block: &mut [u8]) {
    let polynomial = if block.len() == 8 { 0x1B } else { 0x87 };
    let carried = block[0] >> 7;
    for at in 0..block.len() {
        let next = block.get(at + 1).map_or(0, |byte| byte >> 7);
        block[at] = block[at] << 1 | next;
    }
    let last = block.len() - 1;
    block[last] ^= polynomial * carried;
}

const fn hex_character(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

impl fmt::Display for MacRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MacRefused::RetailNeedsTripleDes => f.write_str("a retail MAC needs a 3DES key"),
        }
    }
}

impl std::error::Error for MacRefused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_hex;

    fn mac(algorithm: Algorithm, key: &str, profile: MacProfile) -> Mac {
        Mac::new(Tak::new(algorithm, &from_hex(key)).expect("a usable key"), profile)
            .expect("they go together")
    }

    /// The whole block in hex, as far as the cipher's blocks go.
    fn whole(algorithm: Algorithm, key: &str, profile: MacProfile, covered: &[u8]) -> String {
        let block = mac(algorithm, key, profile).whole(covered);
        block[..algorithm.block_bytes()].iter().map(|byte| format!("{byte:02X}")).collect()
    }

    const DOUBLE: &str = "0123456789ABCDEFFEDCBA9876543210";
    /// csdn zfr_xuexiao66, 94665452: a download of chip parameters.
    const DOWNLOAD: &str = "08300000000002C000153030363730303436343238393733373031373933323330303200110000000137200277\
        319F0605A0000003339F220103DF050832303234313233319F0605A0000003339F220104DF050832303234313233\
        319F0605A0000003339F220102DF050832303231313233319F0605A0000000039F220107DF050832303137313233\
        319F0605A0000000039F220108DF050832303233313233319F0605A0000000039F220109DF050832303233313233\
        319F0605A0000000659F220110DF050832303232313233319F0605A0000000659F220112DF050832303232313233\
        319F0605A0000000659F220114DF050832303232313233319F0605A0000000049F220104DF050832303137313233\
        319F0605A0000000049F220105DF050832303231313233319F0605A0000000049F220106DF05083230323131323331";

    #[test]
    fn the_pos_rule_with_3des_as_published() {
        let key = "55036372B17543ECB173730768B8D6C4";
        assert_eq!(
            whole(Algorithm::TripleDes, key, MacProfile::POS, &from_hex(DOWNLOAD)),
            "5FE058DB90680D33"
        );
        let mac = mac(Algorithm::TripleDes, key, MacProfile::POS);
        assert_eq!(&mac.field(&from_hex(DOWNLOAD)), b"5FE058DB");
    }

    /// Computed for the project's notes by another program, twice; no published source.
    #[test]
    fn the_pos_rule_with_single_des() {
        let covered = "0200302004C020C0981100000000000000005100183402100006324392260009942820D1312101120084\
            393136363838303134303030303030303030303030303031313536ACF46E73838A82F92600000000000000000822000001";
        let mac = mac(Algorithm::Des, "C24A8FB57AA20123", MacProfile::POS);
        assert_eq!(&mac.field(&from_hex(covered)), b"8A9E91B8");
    }

    /// Key and text: csdn qq_30998053, 116263827; results computed for the project's notes.
    #[test]
    fn the_pos_rule_and_chaining_with_sm4() {
        let (key, text) = (
            "0A7B7FC042C83F5F75061D1ED7D3F778",
            b"SPA009622218600167014610294120210429000014000003239996938481210000",
        );
        assert_eq!(whole(Algorithm::Sm4, key, MacProfile::POS, text), "A3A22286521EA84D542C21EC621FE0A7");
        assert_eq!(&mac(Algorithm::Sm4, key, MacProfile::POS).field(text), b"A3A22286");
        assert_eq!(whole(Algorithm::Sm4, key, MacProfile::X9_9, text), "33140269390A5DBE36EA84AA0480F44E");
    }

    /// The example of FIPS 113 and ISO/IEC 9797-1, annex B.
    #[test]
    fn chaining_and_retail_macs_as_published() {
        let text = b"Now is the time for all ";
        assert_eq!(whole(Algorithm::Des, "0123456789ABCDEF", MacProfile::X9_9, text), "70A30640CC76DD8B");
        assert_eq!(whole(Algorithm::TripleDes, DOUBLE, MacProfile::X9_19, text), "A1C72E74EA3FA9B6");
    }

    /// NIST SP 800-38B, examples for AES-128; RustCrypto's value for SM4.
    #[test]
    fn cmac_as_published() {
        let aes = |covered: &str| {
            whole(Algorithm::Aes128, "2B7E151628AED2A6ABF7158809CF4F3C", MacProfile::CMAC, &from_hex(covered))
        };
        let text = "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E5130C81C46A35CE411";
        assert_eq!(aes(""), "BB1D6929E95937287FA37D129B756746");
        assert_eq!(aes(&text[..32]), "070A16B46B4D4144F79BDD9DD04A287C");
        assert_eq!(aes(text), "DFA66747DE9AE63030CA32611497C827");
        assert_eq!(
            whole(Algorithm::Sm4, DOUBLE, MacProfile::CMAC, b"abc"),
            "8E75238AC2672A6AEE408C1E251854D8"
        );
    }

    #[test]
    fn a_wrong_field_is_not_accepted() {
        let mac = mac(Algorithm::TripleDes, DOUBLE, MacProfile::POS);
        let field = mac.field(b"covered");
        assert!(mac.accepts(b"covered", &field));
        assert!(!mac.accepts(b"Covered", &field));
        assert!(!mac.accepts(b"covered", &field[..7]) && !mac.accepts(b"covered", &[]));
        assert!(!mac.accepts(b"covered", &field.map(|byte| byte.to_ascii_lowercase() ^ 1)));
    }

    #[test]
    fn a_retail_mac_needs_3des() {
        let key = Tak::new(Algorithm::Sm4, &from_hex(DOUBLE)).expect("a usable key");
        assert_eq!(Mac::new(key, MacProfile::X9_19).err(), Some(MacRefused::RetailNeedsTripleDes));
    }
}
