//! Working keys that the simulated host draws for a terminal, and how it sends them.

use crate::acquirer::{Acquirer, SignInKind};
use crate::block_key::{Algorithm, BlockKey, KeyRefused};
use crate::keys::{CheckValue, Tak, Tdk, Tmk, Tpk};
use crate::mac::Mac;
use zeroize::Zeroizing;

/// What a terminal and the host share from a sign-in on.
pub(super) struct Issued {
    pub pin: Tpk,
    pub mac: Mac,
    pub track: Option<Tdk>,
    /// Field 62 of the answer.
    pub sealed: Vec<u8>,
}

/// Draws keys from 128 random bits and seals them under the master key, each followed by its check value.
pub(super) fn issue(acquirer: &Acquirer, tmk: &Tmk, nonce: u128) -> Issued {
    let algorithm = tmk.algorithm();
    let mut draw = Draw { source: source(nonce), drawn: 0 };
    let mut sealed = Vec::new();
    let pin = draw.key(algorithm, tmk, &mut sealed, Tpk::new, Tpk::check_value);
    let mac = draw.key(algorithm, tmk, &mut sealed, Tak::new, Tak::check_value);
    let wants_track = acquirer.sign_in != SignInKind::TripleDes;
    let track = wants_track.then(|| draw.key(algorithm, tmk, &mut sealed, Tdk::new, Tdk::check_value));
    let mac = Mac::new(mac, acquirer.mac).expect("an acquirer's rule goes with its own keys");
    Issued { pin, mac, track, sealed }
}

fn source(nonce: u128) -> BlockKey {
    BlockKey::new(Algorithm::Sm4, &nonce.to_be_bytes()).expect("SM4 has no weak keys")
}

struct Draw {
    source: BlockKey,
    drawn: u64,
}

impl Draw {
    fn key<K>(
        &mut self,
        algorithm: Algorithm,
        tmk: &Tmk,
        sealed: &mut Vec<u8>,
        of: impl Fn(Algorithm, &[u8]) -> Result<K, KeyRefused>,
        check: impl Fn(&K) -> CheckValue,
    ) -> K {
        loop {
            let mut bytes = self.bytes();
            // One in many millions is weak.
            let Ok(key) = of(algorithm, &*bytes) else { continue };
            bytes.chunks_exact_mut(algorithm.block_bytes()).for_each(|block| tmk.0.encrypt(block));
            sealed.extend_from_slice(&*bytes);
            sealed.extend_from_slice(&check(&key).0);
            return key;
        }
    }

    fn bytes(&mut self) -> Zeroizing<[u8; 16]> {
        self.drawn += 1;
        let mut block = Zeroizing::new(u128::from(self.drawn).to_be_bytes());
        self.source.encrypt(&mut *block);
        block
    }
}
