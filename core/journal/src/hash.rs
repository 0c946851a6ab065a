//! SHA-256 as a value, in 64 hex digits.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 hash. Prints as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// A text that is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedHash;

impl Hash {
    /// What the first entry of a segment follows.
    pub const NOTHING: Hash = Hash([0; 32]);

    /// The hash of these lines, each ended by a line feed.
    pub(crate) fn of(lines: &[&str]) -> Hash {
        let mut sha = Sha256::new();
        for line in lines {
            sha.update(line.as_bytes());
            sha.update(b"\n");
        }
        Hash(sha.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base::hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for MalformedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a hash of 64 hex digits in lower case")
    }
}

impl std::error::Error for MalformedHash {}

impl FromStr for Hash {
    type Err = MalformedHash;
    fn from_str(text: &str) -> Result<Hash, MalformedHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(MalformedHash),
        };
        let text: &[u8; 64] = text.as_bytes().try_into().map_err(|_| MalformedHash)?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Hash(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_and_has_one_spelling() {
        let hash = Hash::of(&["a"]);
        // echo a | sha256sum
        let known = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7";
        assert_eq!(hash.to_string(), known);
        assert_eq!(known.parse(), Ok(hash));
        for wrong in ["", &known[1..], &known.to_uppercase(), &known.replace('f', "g")] {
            assert_eq!(wrong.parse::<Hash>(), Err(MalformedHash), "{wrong}");
        }
    }
}
