//! DUKPT with AES: ANSI X9.24-3:2017.

use crate::block_key::{Algorithm, BlockKey, KeyRefused};
use crate::keys::{Tak, Tdk, Tpk};
use zeroize::Zeroizing;

/// A device's first AES key, with the eight bytes that name it. It has no `Clone` and no `Debug`, and is overwritten
/// when it goes.
pub struct AesInitialKey {
    key: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
    id: [u8; 8],
}

/// One transaction of a device: its keys are derived for the device's own cipher.
pub struct AesTransaction<'a> {
    device: &'a AesInitialKey,
    key: Zeroizing<Vec<u8>>,
    counter: u32,
}

/// What a derived key is for, as the standard numbers it.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Usage {
    Pin = 0x1000,
    MacMade = 0x2000,
    MacChecked = 0x2001,
    DataEncrypted = 0x3000,
    Derivation = 0x8000,
    Initial = 0x8001,
}

impl AesInitialKey {
    /// The key that a device was given, for one of the three AES.
    pub fn new(algorithm: Algorithm, key: &[u8], id: [u8; 8]) -> Result<AesInitialKey, KeyRefused> {
        // A derivation checks cipher and length; what it derives is not used.
        derive(algorithm, key, Usage::Derivation, id)?;
        Ok(AesInitialKey { key: Zeroizing::new(key.to_vec()), algorithm, id })
    }

    /// The key that the device of this name is given, of the acquirer's base key for one of the three AES.
    pub fn of_base(algorithm: Algorithm, base: &[u8], id: [u8; 8]) -> Result<AesInitialKey, KeyRefused> {
        let key = derive(algorithm, base, Usage::Initial, id)?;
        Ok(AesInitialKey { key, algorithm, id })
    }

    /// A transaction, by its counter, which starts at 1 and never comes twice.
    pub fn transaction(&self, counter: u32) -> Result<AesTransaction<'_>, KeyRefused> {
        let mut key = self.key.clone();
        let mut reached = 0;
        for place in (0..32).rev().filter(|place| counter >> place & 1 == 1) {
            reached |= 1 << place;
            key = derive(self.algorithm, &key, Usage::Derivation, self.with(reached))?;
        }
        Ok(AesTransaction { device: self, key, counter })
    }

    /// The last four bytes of the device's name, and a counter.
    fn with(&self, counter: u32) -> [u8; 8] {
        let [.., a, b, c, d] = self.id;
        let [e, f, g, h] = counter.to_be_bytes();
        [a, b, c, d, e, f, g, h]
    }
}

impl AesTransaction<'_> {
    /// For its PIN block.
    pub fn pin_key(&self) -> Result<Tpk, KeyRefused> {
        Tpk::new(self.device.algorithm, &self.derived(Usage::Pin)?)
    }

    /// For the MAC that the device makes.
    pub fn request_mac_key(&self) -> Result<Tak, KeyRefused> {
        Tak::new(self.device.algorithm, &self.derived(Usage::MacMade)?)
    }

    /// For the MAC that the device checks.
    pub fn answer_mac_key(&self) -> Result<Tak, KeyRefused> {
        Tak::new(self.device.algorithm, &self.derived(Usage::MacChecked)?)
    }

    /// For data that the device encrypts, such as tracks.
    pub fn request_data_key(&self) -> Result<Tdk, KeyRefused> {
        Tdk::new(self.device.algorithm, &self.derived(Usage::DataEncrypted)?)
    }

    fn derived(&self, usage: Usage) -> Result<Zeroizing<Vec<u8>>, KeyRefused> {
        derive(self.device.algorithm, &self.key, usage, self.device.with(self.counter))
    }
}

/// A key as long as the one that it is derived from: a description of it, encrypted, block by block.
fn derive(
    algorithm: Algorithm,
    from: &[u8],
    usage: Usage,
    what: [u8; 8],
) -> Result<Zeroizing<Vec<u8>>, KeyRefused> {
    let key = BlockKey::new(algorithm, from)?;
    let length = algorithm.key_bytes();
    let number: u16 = match algorithm {
        Algorithm::Des | Algorithm::TripleDes | Algorithm::Sm4 => {
            panic!("keys of this kind are derived with AES, not with {algorithm:?}")
        }
        Algorithm::Aes128 => 0x0002,
        Algorithm::Aes192 => 0x0003,
        Algorithm::Aes256 => 0x0004,
    };
    let mut derived = Zeroizing::new(Vec::with_capacity(32));
    for count in 1..=length.div_ceil(16) as u8 {
        let mut block = [0_u8; 16];
        block[0] = 1;
        block[1] = count;
        block[2..4].copy_from_slice(&(usage as u16).to_be_bytes());
        block[4..6].copy_from_slice(&number.to_be_bytes());
        block[6..8].copy_from_slice(&(8 * length as u16).to_be_bytes());
        block[8..].copy_from_slice(&what);
        key.encrypt(&mut block);
        derived.extend_from_slice(&block);
    }
    derived.truncate(length);
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{from_hex, to_hex};

    /// ANSI X9.24-3:2017, the test vectors that come with it.
    fn device() -> AesInitialKey {
        let base = from_hex("FEDCBA9876543210F1F1F1F1F1F1F1F1");
        let id = from_hex("1234567890123456").try_into().expect("eight bytes");
        AesInitialKey::of_base(Algorithm::Aes128, &base, id).expect("sixteen bytes")
    }

    #[test]
    fn the_standard_s_keys() {
        let device = device();
        assert_eq!(to_hex(&device.key), "1273671EA26AC29AFA4D1084127652A1");
        let first = device.transaction(1).expect("AES");
        let derived = |usage| to_hex(&first.derived(usage).expect("AES"));
        assert_eq!(derived(Usage::Pin), "AF8CB133A78F8DC2D1359F18527593FB");
        assert_eq!(derived(Usage::MacMade), "A2DC23DE6FDE0824A2BC321E08E4B8B7");
        assert_eq!(derived(Usage::DataEncrypted), "A35C412EFD41FDB98B69797C02DCD08F");
    }

    #[test]
    fn no_two_transactions_or_uses_share_a_key() {
        let device = device();
        let mut seen = std::collections::BTreeSet::new();
        for counter in [1, 2, 3, 0x10000, u32::MAX] {
            let transaction = device.transaction(counter).expect("AES");
            for usage in [Usage::Pin, Usage::MacMade, Usage::MacChecked, Usage::DataEncrypted] {
                assert!(seen.insert(to_hex(&transaction.derived(usage).expect("AES"))));
            }
        }
    }

    #[test]
    fn longer_keys_give_longer_keys() {
        let device = AesInitialKey::of_base(Algorithm::Aes256, &[7; 32], [1; 8]).expect("thirty-two bytes");
        let transaction = device.transaction(1).expect("AES");
        assert_eq!(transaction.derived(Usage::Pin).expect("AES").len(), 32);
        assert!(AesInitialKey::of_base(Algorithm::Aes256, &[7; 16], [1; 8]).is_err());
        let device = AesInitialKey::of_base(Algorithm::Aes192, &[7; 24], [1; 8]).expect("twenty-four bytes");
        assert_eq!(device.transaction(1).expect("AES").derived(Usage::Pin).expect("AES").len(), 24);
    }
}
