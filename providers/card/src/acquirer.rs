//! What a terminal and its acquirer have agreed on, as data: dialect, MAC rule, and how each kind of transaction is
//! written.
//!
//! Source of the table of kinds: 31ppt p-2398641 (a field description of 2002); csdn nocodelife 8454627, 8442390.

use crate::mac::MacProfile;
use iso8583::{Mti, PosHeader, Spec, Tpdu};

/// An acquirer's way of doing things.
#[derive(Clone, Debug)]
pub struct Acquirer {
    /// Its dialect.
    pub spec: Spec,
    /// How its MACs are made.
    pub mac: MacProfile,
    /// Which working keys a sign-in asks for: field 60.3.
    pub sign_in: SignInKind,
    /// The second digit of field 53: what PINs are encrypted with.
    pub pin_algorithm: char,
    /// The processing code of a refund; sources differ between 200000 and 000000.
    pub refund_processing: &'static str,
    /// What the terminal can read: field 60.4.
    pub reads: char,
    /// Whether a part of the amount may be approved: field 60.6, left out if not.
    pub takes_a_part: bool,
    /// Currency: field 49.
    pub currency: &'static str,
}

/// Which working keys a terminal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// 3DES without a key for tracks.
    TripleDes,
    /// 3DES with a key for tracks.
    TripleDesWithTrack,
    /// SM4. The code is known from one source, what comes back is not.
    Sm4,
}

/// A terminal, as its acquirer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Its number, eight characters.
    pub number: String,
    /// Its merchant's number, fifteen characters.
    pub merchant: String,
    /// Where its messages go.
    pub tpdu: Tpdu,
    /// Which software speaks.
    pub header: PosHeader,
}

/// What a card is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money now.
    Sale,
    /// A sale of the same batch is undone, whole.
    SaleVoid,
    /// Money of an earlier day goes back, whole or in part.
    Refund,
    /// The card's balance is asked for.
    Balance,
    /// Money is held.
    PreAuthorization,
    /// What is held is let go.
    PreAuthorizationVoid,
    /// What is held is taken, and the answer is waited for.
    Completion,
    /// That is undone.
    CompletionVoid,
    /// What is held is taken, told afterwards.
    CompletionAdvice,
}

/// How a kind is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Message type.
    pub mti: Mti,
    /// Field 3.
    pub processing: &'static str,
    /// Field 25.
    pub condition: &'static str,
    /// Field 60.1.
    pub kind: &'static str,
    /// Whether a lost answer is followed by a reversal.
    pub reversible: bool,
}

impl Acquirer {
    /// The dialect of Chinese acquirers with 3DES, as far as public sources agree.
    pub fn up_pos() -> Acquirer {
        Acquirer {
            spec: Spec::up_pos(),
            mac: MacProfile::POS,
            sign_in: SignInKind::TripleDesWithTrack,
            pin_algorithm: '6',
            refund_processing: "200000",
            reads: '6',
            takes_a_part: false,
            currency: "156",
        }
    }

    /// How a kind is written for this acquirer.
    pub fn written(&self, kind: Kind) -> Written {
        let written = |mti, processing, condition, kind, reversible| Written {
            mti,
            processing,
            condition,
            kind,
            reversible,
        };
        match kind {
            Kind::Sale => written(Mti::SALE, "000000", "00", "22", true),
            Kind::SaleVoid => written(Mti::SALE, "200000", "00", "23", true),
            Kind::Refund => written(Mti::ADVICE, self.refund_processing, "00", "25", false),
            Kind::Balance => written(Mti::SALE, "310000", "00", "01", false),
            Kind::PreAuthorization => written(Mti::AUTHORIZATION, "030000", "06", "10", true),
            Kind::PreAuthorizationVoid => written(Mti::AUTHORIZATION, "200000", "06", "11", true),
            Kind::Completion => written(Mti::SALE, "000000", "06", "20", true),
            Kind::CompletionVoid => written(Mti::SALE, "200000", "06", "21", true),
            Kind::CompletionAdvice => written(Mti::ADVICE, "000000", "06", "24", false),
        }
    }
}

impl SignInKind {
    /// Field 60.3.
    pub const fn code(self) -> &'static str {
        match self {
            SignInKind::TripleDes => "003",
            SignInKind::TripleDesWithTrack => "004",
            SignInKind::Sm4 => "006",
        }
    }
}
