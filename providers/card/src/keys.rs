//! The four kinds of key of a terminal, each a type of its own: a key for PINs cannot make a MAC.

use crate::block_key::{Algorithm, BlockKey, KeyRefused};
use std::fmt;

/// The first four bytes of encrypted zeros: tells keys apart and reveals nothing of them, so it may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CheckValue(pub [u8; 4]);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            /// It has no `Clone`, no `Debug` and no way to read it back, and is overwritten when it goes.
            pub struct $name(pub(crate) BlockKey);

            impl $name {
                /// Of its bytes; whoever has them overwrites them.
                pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<$name, KeyRefused> {
                    BlockKey::new(algorithm, bytes).map($name)
                }

                /// Of its bytes, if its check value is the one that came with it.
                pub fn checked(
                    algorithm: Algorithm,
                    bytes: &[u8],
                    expected: CheckValue,
                ) -> Result<$name, KeyRefused> {
                    let key = $name::new(algorithm, bytes)?;
                    if key.check_value().differs(expected) {
                        return Err(KeyRefused::CheckValueDiffers);
                    }
                    Ok(key)
                }

                /// The cipher it is for.
                pub fn algorithm(&self) -> Algorithm {
                    self.0.algorithm()
                }

                /// What may be shown of it.
                pub fn check_value(&self) -> CheckValue {
                    CheckValue(self.0.check_value())
                }
            }
        )*
    };
}

kinds! {
    /// The terminal's master key: opens the working keys that the host sends, and nothing else.
    Tmk;
    /// Encrypts PIN blocks.
    Tpk;
    /// Makes and checks MACs.
    Tak;
    /// Encrypts magnetic tracks.
    Tdk;
}

impl CheckValue {
    /// Compares whole words, so that the time it takes tells nothing.
    pub(crate) fn differs(self, other: CheckValue) -> bool {
        u32::from_be_bytes(self.0) != u32::from_be_bytes(other.0)
    }
}

impl fmt::Display for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for CheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBLE: &str = "0123456789ABCDEFFEDCBA9876543210";

    fn bytes(hex: &str) -> Vec<u8> {
        crate::from_hex(hex)
    }

    #[test]
    fn check_values_are_the_published_ones() {
        let check = |algorithm, key: &str| {
            Tmk::new(algorithm, &bytes(key)).expect("a usable key").check_value().to_string()
        };
        // X9.24's habit for DES, with four bytes; SM4 as PIN pads of two makers do it.
        assert_eq!(check(Algorithm::TripleDes, DOUBLE), "08D7B4FB");
        assert_eq!(check(Algorithm::Sm4, DOUBLE), "2677F46B");
        // csdn qq_30998053, 116263827.
        assert_eq!(check(Algorithm::Sm4, "376D90E7945AA5CFDB4C07CCB35CEFD3"), "08EEDEC7");
    }

    #[test]
    fn keys_that_protect_nothing_are_refused() {
        let refused = |algorithm, key: &str| Tak::new(algorithm, &bytes(key)).err();
        let des = Algorithm::Des;
        let triple = Algorithm::TripleDes;
        assert_eq!(refused(des, "0101010101010101"), Some(KeyRefused::Weak));
        assert_eq!(refused(des, "01FE01FE01FE01FE"), Some(KeyRefused::Weak));
        assert_eq!(refused(triple, "0123456789ABCDEF0101010101010101"), Some(KeyRefused::Weak));
        assert_eq!(refused(triple, "0123456789ABCDEF0123456789ABCDEF"), Some(KeyRefused::HalvesEqual));
        assert_eq!(refused(triple, "0123456789ABCDEF0022446688AACCEE"), Some(KeyRefused::HalvesEqual));
        assert_eq!(refused(triple, "0123456789ABCDEF"), Some(KeyRefused::WrongLength { is: 8, needs: 16 }));
        assert_eq!(refused(triple, DOUBLE), None);
    }

    #[test]
    fn a_key_with_another_check_value_is_refused() {
        let right = CheckValue([0x08, 0xD7, 0xB4, 0xFB]);
        assert!(Tpk::checked(Algorithm::TripleDes, &bytes(DOUBLE), right).is_ok());
        let wrong = CheckValue([0x08, 0xD7, 0xB4, 0xFA]);
        let refused = Tpk::checked(Algorithm::TripleDes, &bytes(DOUBLE), wrong).err();
        assert_eq!(refused, Some(KeyRefused::CheckValueDiffers));
    }

    /// `fits` is there for what is `Clone` or `Debug` and, with another signature, for everything: a call that is not
    /// ambiguous proves that the type is neither.
    #[test]
    fn a_key_cannot_be_copied_or_printed() {
        trait Neither<Witness> {
            fn fits() {}
        }
        struct Copies;
        struct Prints;
        impl<T> Neither<()> for T {}
        impl<T: Clone> Neither<Copies> for T {}
        impl<T: fmt::Debug> Neither<Prints> for T {}
        <Tmk as Neither<_>>::fits();
        <Tpk as Neither<_>>::fits();
        <Tak as Neither<_>>::fits();
        <Tdk as Neither<_>>::fits();
    }
}
