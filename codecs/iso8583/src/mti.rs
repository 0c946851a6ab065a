//! The message type: four digits that say which exchange this is and whether it asks or answers.

use std::fmt;

/// Four digits, packed: `0x0200` is 0200.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mti(u16);

impl Mti {
    /// 0100: asks for a pre-authorization.
    pub const AUTHORIZATION: Mti = Mti(0x0100);
    /// 0200: asks for money now: a sale, its void, a completion; or for a balance.
    pub const SALE: Mti = Mti(0x0200);
    /// 0220: tells of money that was taken or is to be given back: a refund, an advice.
    pub const ADVICE: Mti = Mti(0x0220);
    /// 0320: uploads a part of the batch.
    pub const BATCH_UPLOAD: Mti = Mti(0x0320);
    /// 0400: takes a request back of which nobody knows whether it arrived.
    pub const REVERSAL: Mti = Mti(0x0400);
    /// 0500: holds the batch's totals against the host's.
    pub const SETTLEMENT: Mti = Mti(0x0500);
    /// 0620: tells what the card did with the issuer's script.
    pub const SCRIPT_RESULT: Mti = Mti(0x0620);
    /// 0800: signs in and fetches keys.
    pub const SIGN_IN: Mti = Mti(0x0800);
    /// 0820: signs off, tests the line, downloads parameters.
    pub const MANAGEMENT: Mti = Mti(0x0820);

    /// Of packed digits; nothing if one of them is none.
    pub const fn packed(packed: u16) -> Option<Mti> {
        let mut rest = packed;
        while rest != 0 {
            if rest & 0xF > 9 {
                return None;
            }
            rest >>= 4;
        }
        Some(Mti(packed))
    }

    /// Of four digits as text.
    pub fn parse(text: &str) -> Option<Mti> {
        let four_digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        four_digits.then(|| u16::from_str_radix(text, 16).ok().map(Mti)).flatten()
    }

    /// The packed digits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether it answers: the third digit is odd.
    pub const fn is_answer(self) -> bool {
        self.0 & 0x0010 != 0
    }

    /// The type of its answer: 0210 for 0200. An answer's answer is itself.
    pub const fn answer(self) -> Mti {
        Mti(self.0 | 0x0010)
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}", self.0)
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_four_digits() {
        assert_eq!(Mti::parse("0200"), Some(Mti::SALE));
        assert_eq!(Mti::SALE.to_string(), "0200");
        for wrong in ["", "200", "02000", "02A0", "+200", "０２００"] {
            assert_eq!(Mti::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Mti::packed(0x02A0), None);
        assert_eq!(Mti::packed(0x0210), Some(Mti::SALE.answer()));
    }

    #[test]
    fn an_answer_answers_once() {
        assert_eq!(Mti::SALE.answer().to_string(), "0210");
        assert_eq!(Mti::ADVICE.answer().answer().to_string(), "0230");
        assert!(Mti::SALE.answer().is_answer() && !Mti::ADVICE.is_answer());
    }
}
