//! DES keys that must not be used: those that undo themselves or each other.

/// The four weak and twelve semi-weak keys of DES, without their parity bits. NIST SP 800-67, section 3.3.2.
const WEAK: [u64; 16] = [
    0x0000_0000_0000_0000,
    0xFEFE_FEFE_FEFE_FEFE,
    0xE0E0_E0E0_F0F0_F0F0,
    0x1E1E_1E1E_0E0E_0E0E,
    0x001E_001E_000E_000E,
    0x1E00_1E00_0E00_0E00,
    0x00E0_00E0_00F0_00F0,
    0xE000_E000_F000_F000,
    0x00FE_00FE_00FE_00FE,
    0xFE00_FE00_FE00_FE00,
    0x1EE0_1EE0_0EF0_0EF0,
    0xE01E_E01E_F00E_F00E,
    0x1EFE_1EFE_0EFE_0EFE,
    0xFE1E_FE1E_FE0E_FE0E,
    0xE0FE_E0FE_F0FE_F0FE,
    0xFEE0_FEE0_FEF0_FEF0,
];

/// The bits that count; the lowest of each byte is parity.
const EFFECTIVE: u64 = 0xFEFE_FEFE_FEFE_FEFE;

/// Whether one DES key is weak or semi-weak, whatever its parity.
pub fn is_weak(key: &[u8; 8]) -> bool {
    let effective = u64::from_be_bytes(*key) & EFFECTIVE;
    WEAK.iter().fold(false, |found, weak| found | (effective == *weak))
}

/// Whether two DES keys are the same key, whatever their parity.
pub fn same(one: &[u8; 8], other: &[u8; 8]) -> bool {
    (u64::from_be_bytes(*one) ^ u64::from_be_bytes(*other)) & EFFECTIVE == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use des::Des;
    use des::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

    fn encrypt(key: u64, block: u64) -> u64 {
        let mut block = Array(block.to_be_bytes());
        Des::new(&Array(key.to_be_bytes())).encrypt_block(&mut block);
        u64::from_be_bytes(block.0)
    }

    #[test]
    fn each_undoes_itself_or_another_of_them() {
        let block = 0x0123_4567_89AB_CDEF;
        for key in WEAK {
            let once = encrypt(key, block);
            assert!(WEAK.iter().any(|other| encrypt(*other, once) == block), "{key:016X}");
        }
    }

    #[test]
    fn parity_changes_nothing() {
        assert!(
            is_weak(&[1; 8])
                && is_weak(&[0; 8])
                && is_weak(&[0x01, 0xFE, 0x01, 0xFE, 0x01, 0xFE, 0x01, 0xFE])
        );
        assert!(!is_weak(&0x0123_4567_89AB_CDEF_u64.to_be_bytes()));
        assert!(same(&[2; 8], &[3; 8]) && !same(&[2; 8], &[4; 8]));
        let mut block = Array(1_u64.to_be_bytes());
        Des::new(&Array([2; 8])).encrypt_block(&mut block);
        Des::new(&Array([3; 8])).decrypt_block(&mut block);
        assert_eq!(u64::from_be_bytes(block.0), 1);
    }
}
