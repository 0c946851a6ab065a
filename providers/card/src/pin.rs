//! PIN blocks (ISO 9564-1 formats 0, 3 and 4): a PIN, bound to its card's number, for the issuer alone.
//!
//! A PIN belongs into a certified PIN pad and nowhere else. What reaches this code was typed into a test.

use crate::block_key::BLOCK_MAX;
use crate::keys::Tpk;
use crate::pan::Pan;
use std::fmt;
use zeroize::Zeroizing;

/// Four to twelve digits. It has no `Clone` and no `Debug`, and is overwritten when it goes.
pub struct Pin {
    digits: Zeroizing<[u8; 12]>,
    length: usize,
}

/// Why a text, or an opened block, is no PIN. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPin {
    /// Fewer than four or more than twelve digits.
    Length(usize),
    /// Something in it is no digit.
    NotDigits,
    /// The block is of another format, for another card, or encrypted with another key.
    NotThisBlock,
}

/// A format that does not go with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinRefused {
    /// Formats 0 and 3 are eight bytes, format 4 is sixteen; the key's cipher has other blocks.
    BlocksOfAnotherSize,
}

impl Pin {
    /// Of its digits; whoever has them overwrites them.
    pub fn parse(digits: &str) -> Result<Pin, BadPin> {
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadPin::NotDigits);
        }
        if !(4..=12).contains(&digits.len()) {
            return Err(BadPin::Length(digits.len()));
        }
        let mut pin = Pin { digits: Zeroizing::new([0; 12]), length: digits.len() };
        pin.digits.iter_mut().zip(digits.bytes()).for_each(|(digit, byte)| *digit = byte - b'0');
        Ok(pin)
    }

    /// Whether it is the same, found out in the same time whatever it is.
    pub fn is(&self, other: &Pin) -> bool {
        let differs = self.digits.iter().zip(other.digits.iter()).fold(0, |so_far, (a, b)| so_far | (a ^ b));
        std::hint::black_box(differs) == 0 && self.length == other.length
    }
}

impl Tpk {
    /// Format 0: eight bytes, the same for the same PIN and card. What acquirers in China call "with card number".
    pub fn format_0(&self, pin: &Pin, pan: &Pan) -> Result<[u8; 8], PinRefused> {
        self.eight(clear_format_0(pin, pan))
    }

    /// Format 3: the same filled up with ten random bytes instead.
    pub fn format_3(&self, pin: &Pin, pan: &Pan, random: &[u8; 10]) -> Result<[u8; 8], PinRefused> {
        self.eight(clear_format_3(pin, pan, random))
    }

    /// Format 4: sixteen bytes with eight random ones, for ciphers with blocks of sixteen.
    pub fn format_4(&self, pin: &Pin, pan: &Pan, random: &[u8; 8]) -> Result<[u8; 16], PinRefused> {
        if self.0.block_bytes() != BLOCK_MAX {
            return Err(PinRefused::BlocksOfAnotherSize);
        }
        let mut block = Zeroizing::new([0_u8; 16]);
        block[..8].copy_from_slice(&*pin_half(4, pin, |_| 0xA));
        block[8..].copy_from_slice(random);
        self.0.encrypt(&mut *block);
        add(&mut *block, &wide_pan(pan));
        self.0.encrypt(&mut *block);
        Ok(*block)
    }

    /// The PIN in a block of format 0 or 3: what an issuer does, here a simulated one.
    pub fn open_format_0_or_3(&self, block: &[u8; 8], pan: &Pan) -> Result<Pin, BadPin> {
        if self.0.block_bytes() != block.len() {
            return Err(BadPin::NotThisBlock);
        }
        let mut clear = Zeroizing::new(*block);
        self.0.decrypt(&mut *clear);
        add(&mut *clear, &narrow_pan(pan));
        match clear[0] >> 4 {
            0 => pin_in(&clear, |filler| filler == 0xF),
            3 => pin_in(&clear, |filler| filler >= 0xA),
            _ => Err(BadPin::NotThisBlock),
        }
    }

    /// The PIN in a block of format 4.
    pub fn open_format_4(&self, block: &[u8; 16], pan: &Pan) -> Result<Pin, BadPin> {
        if self.0.block_bytes() != block.len() {
            return Err(BadPin::NotThisBlock);
        }
        let mut clear = Zeroizing::new(*block);
        self.0.decrypt(&mut *clear);
        add(&mut *clear, &wide_pan(pan));
        self.0.decrypt(&mut *clear);
        let half = Zeroizing::new(<[u8; 8]>::try_from(&clear[..8]).expect("eight bytes"));
        if half[0] >> 4 != 4 {
            return Err(BadPin::NotThisBlock);
        }
        pin_in(&half, |filler| filler == 0xA)
    }

    fn eight(&self, clear: Zeroizing<[u8; 8]>) -> Result<[u8; 8], PinRefused> {
        if self.0.block_bytes() != clear.len() {
            return Err(PinRefused::BlocksOfAnotherSize);
        }
        let mut block = clear;
        self.0.encrypt(&mut *block);
        Ok(*block)
    }
}

/// Format 0 before it is encrypted. For tests: nothing else has a use for it.
pub fn clear_format_0(pin: &Pin, pan: &Pan) -> Zeroizing<[u8; 8]> {
    let mut block = pin_half(0, pin, |_| 0xF);
    add(&mut *block, &narrow_pan(pan));
    block
}

/// Format 3 before it is encrypted; each random byte makes one filler A to F. For tests.
pub fn clear_format_3(pin: &Pin, pan: &Pan, random: &[u8; 10]) -> Zeroizing<[u8; 8]> {
    let mut block = pin_half(3, pin, |place| 0xA + random[place] % 6);
    add(&mut *block, &narrow_pan(pan));
    block
}

/// Sixteen half bytes: format, length, PIN, fillers; `filler` is given its place among the fillers' ten at most.
fn pin_half(format: u8, pin: &Pin, filler: impl Fn(usize) -> u8) -> Zeroizing<[u8; 8]> {
    let mut nibbles = Zeroizing::new([0_u8; 16]);
    nibbles[0] = format;
    nibbles[1] = pin.length as u8;
    nibbles[2..14].copy_from_slice(&*pin.digits);
    for (place, nibble) in nibbles[2 + pin.length..].iter_mut().enumerate() {
        *nibble = filler(place);
    }
    let mut bytes = Zeroizing::new([0; 8]);
    for (byte, pair) in bytes.iter_mut().zip(nibbles.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    bytes
}

/// What [`pin_half`] made, read again.
fn pin_in(half: &[u8; 8], is_filler: impl Fn(u8) -> bool) -> Result<Pin, BadPin> {
    let nibble = |at: usize| if at.is_multiple_of(2) { half[at / 2] >> 4 } else { half[at / 2] & 0x0F };
    let length = usize::from(nibble(1));
    if !(4..=12).contains(&length) {
        return Err(BadPin::NotThisBlock);
    }
    let mut pin = Pin { digits: Zeroizing::new([0; 12]), length };
    for at in 0..length {
        pin.digits[at] = nibble(2 + at);
    }
    let digits = pin.digits.iter().all(|digit| *digit < 10);
    let filled = (2 + length..16).all(|at| is_filler(nibble(at)));
    if digits && filled { Ok(pin) } else { Err(BadPin::NotThisBlock) }
}

/// Four zeros and the twelve digits before the check digit.
fn narrow_pan(pan: &Pan) -> [u8; 8] {
    let digits = pan.reveal().as_bytes();
    let digits = &digits[..digits.len() - 1];
    packed_right(&digits[digits.len().saturating_sub(12)..])
}

/// How many digits more than twelve, the digits, zeros.
fn wide_pan(pan: &Pan) -> [u8; 16] {
    let digits = pan.reveal().as_bytes();
    let mut nibbles = [0_u8; 32];
    nibbles[0] = (digits.len() - 12) as u8;
    for (nibble, digit) in nibbles[1..].iter_mut().zip(digits) {
        *nibble = digit - b'0';
    }
    std::array::from_fn(|at| nibbles[2 * at] << 4 | nibbles[2 * at + 1])
}

fn packed_right(digits: &[u8]) -> [u8; 8] {
    let mut packed = 0_u64;
    for digit in digits {
        packed = packed << 4 | u64::from(digit - b'0');
    }
    packed.to_be_bytes()
}

fn add(sum: &mut [u8], block: &[u8]) {
    sum.iter_mut().zip(block).for_each(|(one, other)| *one ^= other);
}

impl fmt::Display for BadPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPin::Length(is) => write!(f, "a PIN has 4 to 12 digits, not {is}"),
            BadPin::NotDigits => f.write_str("a PIN has digits only"),
            BadPin::NotThisBlock => f.write_str("the PIN block is of another format, card or key"),
        }
    }
}

impl std::error::Error for BadPin {}

impl fmt::Display for PinRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PinRefused::BlocksOfAnotherSize => {
                f.write_str("this PIN format does not go with the key's cipher")
            }
        }
    }
}

impl std::error::Error for PinRefused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_key::Algorithm;
    use crate::{from_hex, to_hex};
    use proptest::prelude::*;

    fn pin(digits: &str) -> Pin {
        Pin::parse(digits).expect("digits")
    }

    fn pan(digits: &str) -> Pan {
        Pan::parse(digits).expect("digits")
    }

    /// The first two: ANSI X9.24-1, annex A, and its like for another card; the third computed for the project's notes.
    #[test]
    fn format_0_as_published() {
        let block = |digits: &str, card: &str| to_hex(&*clear_format_0(&pin(digits), &pan(card)));
        assert_eq!(block("1234", "43219876543210987"), "0412AC89ABCDEF67");
        assert_eq!(block("1234", "4012345678909"), "041274EDCBA9876F");
        assert_eq!(block("123456", "6226090000000048"), "061254C6FFFFFFFB");
    }

    /// Computed for the project's notes and by psec.
    #[test]
    fn format_3_with_its_fillers() {
        let random = [0, 1, 2, 3, 4, 5, 0, 1, 2, 3];
        let block = clear_format_3(&pin("1234"), &pan("4012345678909"), &random);
        assert_eq!(to_hex(&*block), "341274B9F9B9D35D");
    }

    /// From the documentation of psec, a package by others.
    #[test]
    fn format_4_as_published() {
        let key =
            Tpk::new(Algorithm::Aes128, &from_hex("00112233445566778899AABBCCDDEEFF")).expect("a usable key");
        let random = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
        let block = key.format_4(&pin("1234"), &pan("1234567890123456"), &random).expect("blocks of sixteen");
        assert_eq!(to_hex(&block), "7CDF645C86CAF763AE34637A66997534");
    }

    #[test]
    fn a_format_goes_with_its_ciphers() {
        let double = from_hex("0123456789ABCDEFFEDCBA9876543210");
        let (narrow, wide) = (Tpk::new(Algorithm::TripleDes, &double), Tpk::new(Algorithm::Sm4, &double));
        let (narrow, wide) = (narrow.expect("a usable key"), wide.expect("a usable key"));
        let (pin, pan) = (pin("123456"), pan("6226090000000048"));
        assert_eq!(narrow.format_4(&pin, &pan, &[0; 8]), Err(PinRefused::BlocksOfAnotherSize));
        assert_eq!(wide.format_0(&pin, &pan), Err(PinRefused::BlocksOfAnotherSize));
        assert_eq!(wide.format_3(&pin, &pan, &[0; 10]), Err(PinRefused::BlocksOfAnotherSize));
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        assert_eq!(Pin::parse("123").err(), Some(BadPin::Length(3)));
        assert_eq!(Pin::parse("1234567890123").err(), Some(BadPin::Length(13)));
        assert_eq!(Pin::parse("12 4").err(), Some(BadPin::NotDigits));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_issuer_finds_the_pin_again(digits in "[0-9]{4,12}", card in "[0-9]{12,19}", random: [u8; 10], other in "[0-9]{12,19}") {
            let double = from_hex("0123456789ABCDEFFEDCBA9876543210");
            let key = Tpk::new(Algorithm::TripleDes, &double).expect("a usable key");
            let wide = Tpk::new(Algorithm::Sm4, &double).expect("a usable key");
            let (entered, card) = (pin(&digits), pan(&card));
            let zero = key.format_0(&entered, &card).expect("blocks of eight");
            let three = key.format_3(&entered, &card, &random).expect("blocks of eight");
            let salt = random[..8].try_into().expect("eight bytes");
            let four = wide.format_4(&entered, &card, &salt).expect("blocks of sixteen");
            prop_assert!(key.open_format_0_or_3(&zero, &card).is_ok_and(|found| found.is(&entered)));
            prop_assert!(key.open_format_0_or_3(&three, &card).is_ok_and(|found| found.is(&entered)));
            prop_assert!(wide.open_format_4(&four, &card).is_ok_and(|found| found.is(&entered)));
            // Another card's number gives no PIN, or another one, or the twelve digits that count are the same.
            let other = pan(&other);
            if narrow_pan(&other)[3..] != narrow_pan(&card)[3..] {
                prop_assert!(!key.open_format_0_or_3(&zero, &other).is_ok_and(|found| found.is(&entered)));
            }
        }
    }
}
