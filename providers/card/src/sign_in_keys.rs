//! The working keys that a host sends when a terminal signs in: field 62 of the 0810.
//!
//! Source: public code of two terminals and csdn nocodelife 8454627. Each key is encrypted under the master key block by
//! block and followed by its check value; all of them are taken, or none.

use crate::block_key::{Algorithm, KeyRefused};
use crate::keys::{CheckValue, Tak, Tdk, Tmk, Tpk};
use std::fmt;
use zeroize::Zeroizing;

/// What a terminal works with until it signs in again.
pub struct WorkingKeys {
    /// For PINs.
    pub pin: Tpk,
    /// For MACs.
    pub mac: Tak,
    /// For tracks, where the acquirer wants them encrypted.
    pub track: Option<Tdk>,
}

/// One of the working keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkingKey {
    /// For PINs.
    Pin,
    /// For MACs.
    Mac,
    /// For tracks.
    Track,
}

/// Why the keys cannot be used. The terminal forgets all of them and stays signed off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadWorkingKeys {
    /// The field has a length that goes with no layout of this master key.
    Length(usize),
    /// This key may not be used.
    Refused(WorkingKey, KeyRefused),
}

/// The bytes of each check value.
const CHECK: usize = 4;

impl Tmk {
    /// Opens field 62: 24 bytes with keys for DES, 40 or 60 with keys for the master key's own cipher. In the 40 bytes
    /// some hosts send a MAC key for DES, filled up with zeros.
    pub fn open_working_keys(&self, field: &[u8]) -> Result<WorkingKeys, BadWorkingKeys> {
        let (algorithm, key_bytes, count) = match (self.algorithm(), field.len()) {
            (Algorithm::Des | Algorithm::TripleDes, 24) => (Algorithm::Des, 8, 2),
            (Algorithm::TripleDes | Algorithm::Sm4, 40) => (self.algorithm(), 16, 2),
            (Algorithm::TripleDes | Algorithm::Sm4, 60) => (self.algorithm(), 16, 3),
            (_, length) => return Err(BadWorkingKeys::Length(length)),
        };
        let sealed = |at: usize| &field[at * (key_bytes + CHECK)..(at + 1) * (key_bytes + CHECK)];
        let refused = |which| move |why| BadWorkingKeys::Refused(which, why);
        let pin = self.opened(algorithm, sealed(0), Tpk::checked).map_err(refused(WorkingKey::Pin))?;
        let mac = self.mac_key(algorithm, sealed(1)).map_err(refused(WorkingKey::Mac))?;
        let track = (count == 3).then(|| self.opened(algorithm, sealed(2), Tdk::checked)).transpose();
        Ok(WorkingKeys { pin, mac, track: track.map_err(refused(WorkingKey::Track))? })
    }

    fn mac_key(&self, algorithm: Algorithm, sealed: &[u8]) -> Result<Tak, KeyRefused> {
        match sealed.split_at(sealed.len() - CHECK) {
            ([first @ .., 0, 0, 0, 0, 0, 0, 0, 0], check) if algorithm == Algorithm::TripleDes => {
                let narrow = [first, check].concat();
                self.opened(Algorithm::Des, &narrow, Tak::checked)
            }
            _ => self.opened(algorithm, sealed, Tak::checked),
        }
    }

    fn opened<K>(
        &self,
        algorithm: Algorithm,
        sealed: &[u8],
        of: impl Fn(Algorithm, &[u8], CheckValue) -> Result<K, KeyRefused>,
    ) -> Result<K, KeyRefused> {
        let (sealed, check) = sealed.split_at(sealed.len() - CHECK);
        let mut key = Zeroizing::new(sealed.to_vec());
        self.0.decrypt_all(&mut key);
        of(algorithm, &key, CheckValue(check.try_into().expect("four bytes")))
    }
}

impl fmt::Display for BadWorkingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadWorkingKeys::Length(is) => {
                write!(f, "working keys of {is} bytes go with no layout that is known")
            }
            BadWorkingKeys::Refused(which, why) => {
                let which = match which {
                    WorkingKey::Pin => "PINs",
                    WorkingKey::Mac => "MACs",
                    WorkingKey::Track => "tracks",
                };
                write!(f, "the working key for {which}: {why}")
            }
        }
    }
}

impl std::error::Error for BadWorkingKeys {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mac, MacProfile, Pan, Pin, encrypt_track, from_hex, to_hex};

    /// Test keys, made for the project's notes by another program.
    const FIELD_62: &str = "20B8F49A36BB00C1E8EE71115541AC7CDC22304EBAE0DADC44D47B87021D1583395F93D3D1345931\
        1274C3FA127B91FA336C07336966273EF2EEF1BA";

    fn tmk() -> Tmk {
        Tmk::new(Algorithm::TripleDes, &from_hex("0123456789ABCDEFFEDCBA9876543210")).expect("a usable key")
    }

    #[test]
    fn keys_arrive_and_work_together() {
        let keys = tmk().open_working_keys(&from_hex(FIELD_62)).expect("good keys");
        let (pin, pan) =
            (Pin::parse("123456").expect("digits"), Pan::parse("6226090000000048").expect("digits"));
        assert_eq!(to_hex(&keys.pin.format_0(&pin, &pan).expect("blocks of eight")), "76434BCE46CDB7B6");

        let mut track = from_hex("6226090000000048D49122200000000000");
        encrypt_track(keys.track.as_ref().expect("it came"), &mut track).expect("long enough");
        assert_eq!(to_hex(&track), "6226090000000048C65CB32EAD7ABCFA00");

        let covered =
            from_hex("0200702406C020C09A1719622500000000000000100000000000000100000001234912051000010006");
        let field = |profile| {
            let keys = tmk().open_working_keys(&from_hex(FIELD_62)).expect("good keys");
            Mac::new(keys.mac, profile).expect("3DES").field(&covered)
        };
        assert_eq!(&field(MacProfile::POS), b"FE3023F6");
        assert_eq!(to_hex(&field(MacProfile::X9_19)), "19ACDEF90A919F9B");
    }

    #[test]
    fn a_layout_without_a_track_key() {
        let keys = tmk().open_working_keys(&from_hex(&FIELD_62[..80])).expect("good keys");
        assert!(keys.track.is_none());
        assert_eq!(keys.mac.check_value().to_string(), "D1345931");
    }

    #[test]
    fn one_wrong_key_and_none_is_taken() {
        for (byte, which) in
            [(0, WorkingKey::Pin), (17, WorkingKey::Pin), (25, WorkingKey::Mac), (59, WorkingKey::Track)]
        {
            let mut field = from_hex(FIELD_62);
            field[byte] ^= 0x10;
            let refused = tmk().open_working_keys(&field).err();
            assert_eq!(
                refused,
                Some(BadWorkingKeys::Refused(which, KeyRefused::CheckValueDiffers)),
                "byte {byte}"
            );
        }
        for length in [0, 23, 25, 41, 61] {
            assert_eq!(tmk().open_working_keys(&vec![0; length]).err(), Some(BadWorkingKeys::Length(length)));
        }
    }

    /// A master key and a working key for DES: csdn zhu244912654, 80005341. The MAC key is filled up with zeros.
    #[test]
    fn a_mac_key_for_des_may_come_filled_up() {
        let tmk = Tmk::new(Algorithm::TripleDes, &from_hex("70F2A84CCBC2AE8625CBB0F2C22AB923"))
            .expect("a usable key");
        let plain = Tak::new(Algorithm::Des, &from_hex("C24A8FB57AA20123")).expect("a usable key");
        let check = plain.check_value();
        let sealed = [from_hex("96D605EA176B7E9E0000000000000000"), check.0.to_vec()].concat();
        assert_eq!(tmk.mac_key(Algorithm::TripleDes, &sealed).map(|key| key.check_value()), Ok(check));
    }

    /// csdn qq_30998053, 116263827.
    #[test]
    fn a_master_key_for_sm4_opens_sm4_keys() {
        let tmk =
            Tmk::new(Algorithm::Sm4, &from_hex("42314631354338344444363831374239")).expect("a usable key");
        let sealed = from_hex("89A4CA515B89220AAFA32D695D95A89008EEDEC7");
        let field = [sealed.as_slice(), &sealed].concat();
        let keys = tmk.open_working_keys(&field).expect("good keys");
        assert_eq!(keys.pin.check_value().to_string(), "08EEDEC7");
        assert_eq!(keys.mac.algorithm(), Algorithm::Sm4);
    }
}
