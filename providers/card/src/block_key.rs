//! One symmetric key ready for use: its schedule and nothing else, so that there is nothing to print or read back.

use crate::weak;
use aes::{Aes128, Aes192, Aes256};
use des::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use sm4::Sm4;
use std::fmt;

/// The ciphers that acquirers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// DES alone, eight bytes. Only for acquirers that know nothing better yet.
    Des,
    /// 3DES with two keys, sixteen bytes.
    TripleDes,
    /// SM4, sixteen bytes (GB/T 32907).
    Sm4,
    /// AES, sixteen bytes.
    Aes128,
    /// AES, twenty-four bytes.
    Aes192,
    /// AES, thirty-two bytes.
    Aes256,
}

/// Why bytes are no key that may be used. Says nothing of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefused {
    /// Another number of bytes than the cipher takes.
    WrongLength {
        /// As there are.
        is: usize,
        /// As the cipher takes.
        needs: usize,
    },
    /// One of the DES keys in it is weak or semi-weak: it undoes itself or another.
    Weak,
    /// Both halves are the same, so that 3DES would be DES.
    HalvesEqual,
    /// Its check value is another than the one that came with it.
    CheckValueDiffers,
}

/// A key's schedule. The schedules are overwritten when they go.
pub(crate) enum BlockKey {
    Des(Des),
    /// The first half alone too: retail MACs run it block by block.
    TripleDes {
        first: Des,
        both: TdesEde2,
    },
    Sm4(Sm4),
    Aes128(Aes128),
    Aes192(Box<Aes192>),
    Aes256(Box<Aes256>),
}

/// The longest block of any cipher here.
pub(crate) const BLOCK_MAX: usize = 16;

impl Algorithm {
    /// How many bytes a key has.
    pub const fn key_bytes(self) -> usize {
        match self {
            Algorithm::Des => 8,
            Algorithm::TripleDes | Algorithm::Sm4 | Algorithm::Aes128 => 16,
            Algorithm::Aes192 => 24,
            Algorithm::Aes256 => 32,
        }
    }

    /// How many bytes a block has.
    pub const fn block_bytes(self) -> usize {
        match self {
            Algorithm::Des | Algorithm::TripleDes => 8,
            Algorithm::Sm4 | Algorithm::Aes128 | Algorithm::Aes192 | Algorithm::Aes256 => 16,
        }
    }
}

impl BlockKey {
    /// A key of these bytes, if it may be used.
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<BlockKey, KeyRefused> {
        let wrong = KeyRefused::WrongLength { is: bytes.len(), needs: algorithm.key_bytes() };
        match algorithm {
            Algorithm::Des => {
                let key: &[u8; 8] = bytes.try_into().map_err(|_| wrong)?;
                if weak::is_weak(key) {
                    return Err(KeyRefused::Weak);
                }
                Ok(BlockKey::Des(des(key)))
            }
            Algorithm::TripleDes => triple_des(bytes.try_into().map_err(|_| wrong)?),
            Algorithm::Sm4 => Sm4::new_from_slice(bytes).map(BlockKey::Sm4).map_err(|_| wrong),
            Algorithm::Aes128 => Aes128::new_from_slice(bytes).map(BlockKey::Aes128).map_err(|_| wrong),
            Algorithm::Aes192 => {
                Aes192::new_from_slice(bytes).map(|key| BlockKey::Aes192(Box::new(key))).map_err(|_| wrong)
            }
            Algorithm::Aes256 => {
                Aes256::new_from_slice(bytes).map(|key| BlockKey::Aes256(Box::new(key))).map_err(|_| wrong)
            }
        }
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            BlockKey::Des(_) => Algorithm::Des,
            BlockKey::TripleDes { .. } => Algorithm::TripleDes,
            BlockKey::Sm4(_) => Algorithm::Sm4,
            BlockKey::Aes128(_) => Algorithm::Aes128,
            BlockKey::Aes192(_) => Algorithm::Aes192,
            BlockKey::Aes256(_) => Algorithm::Aes256,
        }
    }

    pub fn block_bytes(&self) -> usize {
        self.algorithm().block_bytes()
    }

    /// Encrypts one block in place.
    pub fn encrypt(&self, block: &mut [u8]) {
        match self {
            BlockKey::Des(key) => key.encrypt_block(block_of(block)),
            BlockKey::TripleDes { both, .. } => both.encrypt_block(block_of(block)),
            BlockKey::Sm4(key) => key.encrypt_block(block_of(block)),
            BlockKey::Aes128(key) => key.encrypt_block(block_of(block)),
            BlockKey::Aes192(key) => key.encrypt_block(block_of(block)),
            BlockKey::Aes256(key) => key.encrypt_block(block_of(block)),
        }
    }

    /// Decrypts one block in place.
    pub fn decrypt(&self, block: &mut [u8]) {
        match self {
            BlockKey::Des(key) => key.decrypt_block(block_of(block)),
            BlockKey::TripleDes { both, .. } => both.decrypt_block(block_of(block)),
            BlockKey::Sm4(key) => key.decrypt_block(block_of(block)),
            BlockKey::Aes128(key) => key.decrypt_block(block_of(block)),
            BlockKey::Aes192(key) => key.decrypt_block(block_of(block)),
            BlockKey::Aes256(key) => key.decrypt_block(block_of(block)),
        }
    }

    /// Decrypts block by block, each for itself (ECB); the length is whole blocks.
    pub fn decrypt_all(&self, bytes: &mut [u8]) {
        bytes.chunks_exact_mut(self.block_bytes()).for_each(|block| self.decrypt(block));
    }

    /// The first four bytes of encrypted zeros.
    pub fn check_value(&self) -> [u8; 4] {
        let mut block = [0; BLOCK_MAX];
        self.encrypt(&mut block[..self.block_bytes()]);
        let [a, b, c, d, ..] = block;
        [a, b, c, d]
    }
}

/// One DES key, whatever it is. For parts of 3DES and for keys that are derived and used once.
pub(crate) fn des(key: &[u8; 8]) -> Des {
    Des::new(&Array(*key))
}

fn triple_des(key: &[u8; 16]) -> Result<BlockKey, KeyRefused> {
    let (first, second) = halves(key);
    if weak::is_weak(first) || weak::is_weak(second) {
        return Err(KeyRefused::Weak);
    }
    if weak::same(first, second) {
        return Err(KeyRefused::HalvesEqual);
    }
    Ok(BlockKey::TripleDes { first: des(first), both: TdesEde2::new(&Array(*key)) })
}

fn halves(key: &[u8; 16]) -> (&[u8; 8], &[u8; 8]) {
    let (first, second) = key.split_at(8);
    (first.try_into().expect("eight bytes"), second.try_into().expect("eight bytes"))
}

fn block_of<N: des::cipher::array::ArraySize>(block: &mut [u8]) -> &mut Array<u8, N> {
    block.try_into().expect("one block of this cipher")
}

impl fmt::Display for KeyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyRefused::WrongLength { is, needs } => {
                write!(f, "the key has {is} bytes; this cipher takes {needs}")
            }
            KeyRefused::Weak => f.write_str("the key is one of DES's weak keys"),
            KeyRefused::HalvesEqual => f.write_str("both halves of the key are the same"),
            KeyRefused::CheckValueDiffers => f.write_str("the key's check value is another than expected"),
        }
    }
}

impl std::error::Error for KeyRefused {}
