//! Bytes as hex digits, as hashes and keys are written.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The bytes in lower-case hex digits, without allocating for each byte: every signed message passes through here.
///
/// ```
/// assert_eq!(base::hex(&[0x00, 0x7f, 0xe9]), "007fe9");
/// ```
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        digits.push(char::from(DIGITS[usize::from(byte >> 4)]));
        digits.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_two_digits() {
        for byte in 0..=u8::MAX {
            assert_eq!(hex(&[byte]), format!("{byte:02x}"));
        }
        assert_eq!(hex(&[]), "");
    }
}
