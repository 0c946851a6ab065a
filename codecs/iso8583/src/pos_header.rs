//! The header between a card terminal and its acquirer: twelve digits that say which software speaks, and in an answer
//! what the terminal shall do next.

/// Twelve digits, taken apart. A digit that is none is kept as it came; nothing depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PosHeader {
    /// 60 magnetic, 61 chip; packed digits.
    pub class: u8,
    /// The generation of the terminal's specification: 22, 30, 31; packed digits.
    pub version: u8,
    /// 0 in use, 1 under test.
    pub status: u8,
    /// What the host wants of the terminal: a half byte, see [`PosHeader::processing_request`].
    pub request: u8,
    /// Six digits of the software's own version, packed.
    pub software: [u8; 3],
}

/// What a host wants of a terminal as soon as the transaction under way is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessingRequest {
    /// Download parameters for magnetic cards.
    MagneticParameters,
    /// Upload its status.
    UploadStatus,
    /// Sign in again.
    SignInAgain,
    /// Renew the public keys that chip cards are checked with.
    PublicKeys,
    /// Download parameters for chip cards.
    ChipParameters,
    /// Download parameters from the terminals' manager.
    ManagedParameters,
    /// Download the list of blocked cards.
    BlockedCards,
    /// Download currency rates.
    CurrencyRates,
    /// Something that is not known here.
    Unknown(u8),
}

impl PosHeader {
    /// From its six bytes.
    pub const fn of(bytes: [u8; 6]) -> PosHeader {
        let [class, version, both, a, b, c] = bytes;
        PosHeader { class, version, status: both >> 4, request: both & 0x0F, software: [a, b, c] }
    }

    /// Its six bytes.
    pub const fn bytes(self) -> [u8; 6] {
        let [a, b, c] = self.software;
        [self.class, self.version, self.status << 4 | self.request & 0x0F, a, b, c]
    }

    /// What the host wants; nothing if it wants nothing.
    pub const fn processing_request(self) -> Option<ProcessingRequest> {
        match self.request {
            0 => None,
            1 => Some(ProcessingRequest::MagneticParameters),
            2 => Some(ProcessingRequest::UploadStatus),
            3 => Some(ProcessingRequest::SignInAgain),
            4 => Some(ProcessingRequest::PublicKeys),
            5 => Some(ProcessingRequest::ChipParameters),
            6 => Some(ProcessingRequest::ManagedParameters),
            7 => Some(ProcessingRequest::BlockedCards),
            8 => Some(ProcessingRequest::CurrencyRates),
            other => Some(ProcessingRequest::Unknown(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_taken_apart_and_put_together() {
        let bytes = [0x60, 0x31, 0x03, 0x31, 0x10, 0x03];
        let header = PosHeader::of(bytes);
        assert_eq!((header.class, header.version, header.status), (0x60, 0x31, 0));
        assert_eq!(header.processing_request(), Some(ProcessingRequest::SignInAgain));
        assert_eq!(header.bytes(), bytes);
        assert_eq!(PosHeader { request: 0, ..header }.processing_request(), None);
    }
}
