//! A magnetic track, encrypted in part: eight bytes before the last one, so that the card's number stays readable for
//! routing and the rest is for the issuer.
//!
//! Source: public code of two terminals, csdn wxq_768992698 84757073. With SM4 sixteen bytes are taken; that is not
//! confirmed by any acquirer.

use crate::keys::Tdk;
use std::fmt;
use std::ops::Range;

/// A track with fewer bytes than are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackTooShort {
    /// Bytes that it has.
    pub is: usize,
    /// Bytes that it needs.
    pub needs: usize,
}

/// Encrypts a packed track in place: hex digits two to a byte, an odd one filled up with 0.
pub fn encrypt_track(key: &Tdk, packed: &mut [u8]) -> Result<(), TrackTooShort> {
    let covered = covered(key, packed.len())?;
    key.0.encrypt(&mut packed[covered]);
    Ok(())
}

/// The other way round: what an acquirer does.
pub fn decrypt_track(key: &Tdk, packed: &mut [u8]) -> Result<(), TrackTooShort> {
    let covered = covered(key, packed.len())?;
    key.0.decrypt(&mut packed[covered]);
    Ok(())
}

fn covered(key: &Tdk, length: usize) -> Result<Range<usize>, TrackTooShort> {
    let size = key.0.block_bytes();
    if length <= size {
        return Err(TrackTooShort { is: length, needs: size + 1 });
    }
    Ok(length - 1 - size..length - 1)
}

impl fmt::Display for TrackTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the track has {} bytes; {} are needed to encrypt it", self.is, self.needs)
    }
}

impl std::error::Error for TrackTooShort {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_key::Algorithm;
    use crate::{from_hex, to_hex};

    /// Computed for the project's notes; the rule's sources give no example.
    #[test]
    fn the_eight_bytes_before_the_last_are_encrypted() {
        let key = Tdk::new(Algorithm::TripleDes, &from_hex("89A4CB515B89230BAEA22C685D94A891"))
            .expect("a usable key");
        let clear = from_hex("6226090000000048D49122200000000000");
        let mut track = clear.clone();
        encrypt_track(&key, &mut track).expect("long enough");
        assert_eq!(to_hex(&track), "6226090000000048C65CB32EAD7ABCFA00");
        decrypt_track(&key, &mut track).expect("long enough");
        assert_eq!(track, clear);
    }

    #[test]
    fn a_short_track_is_refused_and_not_changed() {
        let key = Tdk::new(Algorithm::Sm4, &[7; 16]).expect("a usable key");
        let mut track = [1; 16];
        assert_eq!(encrypt_track(&key, &mut track), Err(TrackTooShort { is: 16, needs: 17 }));
        assert_eq!(track, [1; 16]);
    }
}
