//! DUKPT with 3DES: ANSI X9.24-1:2009.

use crate::block_key::{Algorithm, KeyRefused, des};
use crate::keys::{Tak, Tdk, Tpk};
use des::TdesEde2;
use des::cipher::{Array, BlockCipherEncrypt, KeyInit};
use std::fmt;
use zeroize::Zeroizing;

/// Ten bytes that go with each message: the base key's name, the device's number, a counter of 21 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySerialNumber(pub [u8; 10]);

/// A device's first key. It has no `Clone` and no `Debug`, and is overwritten when it goes.
pub struct InitialKey(Zeroizing<[u8; 16]>);

type Double = Zeroizing<[u8; 16]>;

/// What a derivation adds to a key to get its counterpart.
const COUNTERPART: [u8; 16] = [0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0, 0xC0, 0xC0, 0xC0, 0xC0, 0, 0, 0, 0];

/// The counter's bits.
const COUNTER: u32 = 0x001F_FFFF;

impl KeySerialNumber {
    /// How many transactions the device has made.
    pub const fn counter(self) -> u32 {
        let [.., a, b, c] = self.0;
        u32::from_be_bytes([0, a, b, c]) & COUNTER
    }

    /// The next one; nothing when the counter is used up and the device needs a new first key. Counters with more than
    /// ten bits set are left out, as the standard has it.
    pub fn next(self) -> Option<KeySerialNumber> {
        let mut counter = self.counter() + 1;
        while counter.count_ones() > 10 {
            // Adding the lowest set bit jumps over all that have the same ones and more.
            counter += counter & counter.wrapping_neg();
        }
        (counter <= COUNTER).then(|| self.with_counter(counter))
    }

    fn with_counter(self, counter: u32) -> KeySerialNumber {
        let mut bytes = self.0;
        let last = u32::from_be_bytes([0, bytes[7], bytes[8], bytes[9]]) & !COUNTER | counter;
        bytes[7..].copy_from_slice(&last.to_be_bytes()[1..]);
        KeySerialNumber(bytes)
    }

    /// The eight bytes that keys are derived with: the last eight.
    fn register(self) -> u64 {
        let [_, _, rest @ ..] = self.0;
        u64::from_be_bytes(rest)
    }
}

impl InitialKey {
    /// The key that a device was given.
    pub fn new(bytes: &[u8; 16]) -> InitialKey {
        InitialKey(Zeroizing::new(*bytes))
    }

    /// The key that a device with this number is given, of the acquirer's base key.
    pub fn of_base(base: &[u8; 16], number: KeySerialNumber) -> InitialKey {
        let [first @ .., _, _] = number.with_counter(0).0;
        let mut key = Zeroizing::new([0; 16]);
        key[..8].copy_from_slice(&encrypted(base, first));
        key[8..].copy_from_slice(&encrypted(&plus(base, &COUNTERPART), first));
        InitialKey(key)
    }

    /// The key for the PIN block of this transaction.
    pub fn pin_key(&self, number: KeySerialNumber) -> Result<Tpk, KeyRefused> {
        Tpk::new(Algorithm::TripleDes, &*self.variant(number, 0x0000_0000_0000_00FF))
    }

    /// The key for the MAC of its request.
    pub fn request_mac_key(&self, number: KeySerialNumber) -> Result<Tak, KeyRefused> {
        Tak::new(Algorithm::TripleDes, &*self.variant(number, 0x0000_0000_0000_FF00))
    }

    /// The key for the MAC of its answer.
    pub fn answer_mac_key(&self, number: KeySerialNumber) -> Result<Tak, KeyRefused> {
        Tak::new(Algorithm::TripleDes, &*self.variant(number, 0x0000_0000_FF00_0000))
    }

    /// The key for data in its request, such as tracks.
    pub fn request_data_key(&self, number: KeySerialNumber) -> Result<Tdk, KeyRefused> {
        let variant = self.variant(number, 0x0000_0000_00FF_0000);
        let (left, right) = halves(&variant);
        let mut key = Zeroizing::new([0; 16]);
        key[..8].copy_from_slice(&encrypted(&variant, left));
        key[8..].copy_from_slice(&encrypted(&variant, right));
        Tdk::new(Algorithm::TripleDes, &*key)
    }

    fn variant(&self, number: KeySerialNumber, mask: u64) -> Double {
        let mask = mask.to_be_bytes();
        let mut twice = [0; 16];
        twice[..8].copy_from_slice(&mask);
        twice[8..].copy_from_slice(&mask);
        plus(&self.derived(number), &twice)
    }

    /// The transaction's key: the first key, changed once for each bit of the counter, the highest first.
    fn derived(&self, number: KeySerialNumber) -> Double {
        let counter = number.counter();
        let mut register = number.with_counter(0).register();
        let mut key = self.0.clone();
        for place in (0..21).rev().filter(|place| counter >> place & 1 == 1) {
            register |= 1 << place;
            key = one_way(&key, register);
        }
        key
    }
}

/// A key of which nobody finds back to the one before.
fn one_way(key: &Double, register: u64) -> Double {
    let mut next = Zeroizing::new([0; 16]);
    next[8..].copy_from_slice(&half(key, register));
    next[..8].copy_from_slice(&half(&plus(key, &COUNTERPART), register));
    next
}

fn half(key: &Double, register: u64) -> [u8; 8] {
    let (left, right) = halves(key);
    let right = u64::from_be_bytes(right);
    let mut block = Array((register ^ right).to_be_bytes());
    des(&left).encrypt_block(&mut block);
    (u64::from_be_bytes(block.0) ^ right).to_be_bytes()
}

fn halves(key: &Double) -> ([u8; 8], [u8; 8]) {
    let (left, right) = key.split_at(8);
    (left.try_into().expect("eight bytes"), right.try_into().expect("eight bytes"))
}

fn plus(key: &[u8; 16], other: &[u8; 16]) -> Double {
    Zeroizing::new(std::array::from_fn(|at| key[at] ^ other[at]))
}

fn encrypted(key: &[u8; 16], block: [u8; 8]) -> [u8; 8] {
    let mut block = Array(block);
    TdesEde2::new(&Array(*key)).encrypt_block(&mut block);
    block.0
}

impl fmt::Debug for KeySerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mac, MacProfile, Pan, Pin, from_hex, to_hex};

    /// ANSI X9.24-1:2009, annex A.4.
    const BASE: &str = "0123456789ABCDEFFEDCBA9876543210";
    const FIRST: KeySerialNumber =
        KeySerialNumber([0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0x00, 0x01]);

    fn device() -> InitialKey {
        InitialKey::of_base(&from_hex(BASE).try_into().expect("sixteen bytes"), FIRST)
    }

    fn pin_block(number: KeySerialNumber) -> String {
        let key = device().pin_key(number).expect("a usable key");
        let (pin, pan) = (Pin::parse("1234").expect("digits"), Pan::parse("4012345678909").expect("digits"));
        to_hex(&key.format_0(&pin, &pan).expect("blocks of eight"))
    }

    #[test]
    fn the_standard_s_keys() {
        assert_eq!(to_hex(&*device().0), "6AC292FAA1315B4D858AB3A3D7D5933A");
        assert_eq!(to_hex(&*device().derived(FIRST)), "042666B49184CFA368DE9628D0397BC9");
        assert_eq!(to_hex(&*device().variant(FIRST, 0xFF)), "042666B49184CF5C68DE9628D0397B36");
    }

    #[test]
    fn the_standard_s_pin_blocks() {
        assert_eq!(pin_block(FIRST), "1B9C1845EB993A7A");
        let second = FIRST.next().expect("a million are left");
        assert_eq!(pin_block(second), "10A01C8D02C69107");
    }

    #[test]
    fn the_standard_s_macs() {
        let mac = |key| Mac::new(key, MacProfile::X9_19).expect("3DES").field(b"4012345678909D987");
        assert_eq!(to_hex(&mac(device().request_mac_key(FIRST).expect("usable"))), "9CCC78173FC4FB64");
        assert_eq!(to_hex(&mac(device().answer_mac_key(FIRST).expect("usable"))), "20364223C1FF00FA");
    }

    #[test]
    fn the_standard_s_data() {
        let key = device().request_data_key(FIRST).expect("usable");
        let mut before = [0; 8];
        let mut data = String::new();
        for block in b"4012345678909D987\0\0\0\0\0\0\0".chunks_exact(8) {
            before.iter_mut().zip(block).for_each(|(one, other)| *one ^= other);
            key.0.encrypt(&mut before);
            data += &to_hex(&before);
        }
        assert_eq!(data, "FC0D53B7EA1FDA9EE68AAF2E70D9B9506229BE2AA993F04F");
    }

    #[test]
    fn counters_with_too_many_ones_are_left_out_until_none_is_left() {
        let at = |counter| FIRST.with_counter(counter);
        assert_eq!(at(0).next().map(KeySerialNumber::counter), Some(1));
        assert_eq!(at(0x3FF).next().map(KeySerialNumber::counter), Some(0x400));
        assert_eq!(at(0x7FE).next().map(KeySerialNumber::counter), Some(0x800));
        assert_eq!(at(0x1F_F800).next(), None);
        assert_eq!(format!("{:?}", at(0x1F_FFFF)), "FFFF9876543210FFFFFF");
    }
}
