//! A transaction with a card, and the reversal that takes it back when nobody knows whether it arrived.
//!
//! Which fields go into which message: csdn nocodelife 8454627 and 8442390, 31ppt p-2398641.

use crate::acquirer::{Acquirer, Kind, Terminal};
use crate::mac::Mac;
use crate::outgoing::{CannotWrite, Outgoing};
use crate::pan::Pan;
use iso8583::Mti;
use zeroize::Zeroizing;

/// A card, as it was read. Overwritten when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub pan: Pan,
    /// Year and month, four digits, if they were read.
    pub expiry: Option<Zeroizing<String>>,
    /// Its sequence number, if the chip told.
    pub sequence: Option<u16>,
    /// The second track, if it goes into the message: digits and one `D` or `=`; encrypted already if the acquirer
    /// wants that.
    pub track_2: Option<Zeroizing<String>>,
    /// Whether that is encrypted.
    pub track_is_encrypted: bool,
    /// What the chip says, for field 55.
    pub chip: Option<Zeroizing<Vec<u8>>>,
    /// How it was read.
    pub read: Read,
    /// Whether the chip could not be read and the stripe stands in.
    pub fallback: bool,
}

/// How a card was read: the first two digits of field 22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Its number was typed.
    Typed,
    /// Swiped.
    Swiped,
    /// Inserted.
    Inserted,
    /// Tapped.
    Tapped,
}

/// Which transaction of this terminal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Six digits.
    pub batch: u32,
    /// Six digits; a reversal has its original's.
    pub trace: u32,
}

/// The transaction that another one undoes or completes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Original {
    /// Its batch and trace number.
    pub numbers: Option<Numbers>,
    /// What the host knows it by.
    pub retrieval: Option<String>,
    /// Its authorization code.
    pub authorization: Option<String>,
    /// Month and day, four digits.
    pub date: Option<String>,
}

/// What is asked of the acquirer.
#[derive(Clone)]
pub struct Transaction {
    /// What for.
    pub kind: Kind,
    /// Fen. Nothing for a question about the balance.
    pub amount: Option<u64>,
    /// Which one.
    pub numbers: Numbers,
    /// With what.
    pub card: Card,
    /// The PIN block, if a PIN was entered.
    pub pin_block: Option<[u8; 8]>,
    /// What it undoes or completes.
    pub original: Option<Original>,
    /// Field 63, where a kind has one: `000` or `CUP` with a refund.
    pub organization: Option<String>,
}

/// Why a transaction is taken back: field 39 of a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReversalReason {
    /// No answer in time.
    NoAnswer,
    /// The answer's MAC was wrong.
    WrongMac,
    /// Anything else: the card refused after the approval, the power failed.
    Other,
}

impl Transaction {
    /// The request, framed and with its MAC.
    pub fn request(
        &self,
        acquirer: &Acquirer,
        terminal: &Terminal,
        mac: &Mac,
    ) -> Result<Vec<u8>, CannotWrite> {
        let mut outgoing = self.same_in_its_reversal(acquirer, terminal, acquirer.written(self.kind).mti);
        outgoing.put_if(26, self.pin_block.map(|_| "06"));
        outgoing.put_if(35, self.card.track_2.as_ref().map(|track| track.as_bytes()));
        outgoing.put_if(52, self.pin_block);
        outgoing.put_if(55, self.card.chip.as_ref().map(|chip| chip.as_slice()));
        outgoing.put_if(63, self.organization.as_ref());
        if let Some(original) = &self.original {
            outgoing.put_if(37, original.retrieval.as_ref());
            outgoing.put_if(38, original.authorization.as_ref());
            outgoing.put_if(61, original.field_61());
        }
        outgoing.framed(acquirer, terminal, Some(mac))
    }

    /// The reversal: the same trace number, nothing of the track and nothing of the PIN.
    pub fn reversal(
        &self,
        reason: ReversalReason,
        acquirer: &Acquirer,
        terminal: &Terminal,
        mac: &Mac,
    ) -> Result<Vec<u8>, CannotWrite> {
        assert!(
            acquirer.written(self.kind).reversible,
            "transactions of this kind are not taken back by a reversal"
        );
        let mut outgoing = self.same_in_its_reversal(acquirer, terminal, Mti::REVERSAL);
        outgoing.put(39, reason.code());
        outgoing.put_if(38, self.original.as_ref().and_then(|original| original.authorization.as_ref()));
        let itself = Original { numbers: Some(self.numbers), ..Original::default() };
        outgoing.put_if(61, itself.field_61());
        outgoing.framed(acquirer, terminal, Some(mac))
    }

    /// The fields that a request and its reversal share.
    fn same_in_its_reversal(&self, acquirer: &Acquirer, terminal: &Terminal, mti: Mti) -> Outgoing {
        let written = acquirer.written(self.kind);
        let mut outgoing = Outgoing::new(mti);
        // A track or a chip tells the number itself.
        let told = self.card.track_2.is_some() && mti != Mti::REVERSAL && self.card.read == Read::Swiped;
        outgoing.put_if(2, (!told).then(|| self.card.pan.reveal()));
        outgoing.put(3, written.processing);
        outgoing.put_if(4, self.amount.map(|fen| format!("{fen:012}")));
        outgoing.put(11, format!("{:06}", self.numbers.trace));
        outgoing.put_if(14, self.card.expiry.as_ref().map(|expiry| expiry.as_bytes()));
        outgoing.put(22, self.entry_mode());
        outgoing.put_if(23, self.card.sequence.map(|sequence| format!("{sequence:03}")));
        outgoing.put(25, written.condition).put_terminal(terminal).put(49, acquirer.currency);
        outgoing.put_if(53, self.security(acquirer));
        outgoing.put(60, self.field_60(acquirer, written.kind));
        outgoing
    }

    /// Two digits for how the card was read, one for whether a PIN was entered.
    fn entry_mode(&self) -> String {
        let read = match self.card.read {
            Read::Typed => "01",
            Read::Swiped => "02",
            Read::Inserted => "05",
            Read::Tapped => "07",
        };
        format!("{read}{}", if self.pin_block.is_some() { 1 } else { 2 })
    }

    /// PIN format with card number, its algorithm, whether the track is encrypted; nothing if nothing is encrypted.
    fn security(&self, acquirer: &Acquirer) -> Option<String> {
        let encrypted = self.card.track_2.is_some() && self.card.track_is_encrypted;
        let (pin, track) = (self.pin_block.is_some(), u8::from(encrypted));
        (pin || encrypted).then(|| {
            let (format, algorithm) = (if pin { '2' } else { '0' }, acquirer.pin_algorithm);
            format!("{format}{algorithm}{track}0000000000000")
        })
    }

    fn field_60(&self, acquirer: &Acquirer, kind: &str) -> String {
        let chip = if self.card.fallback { 2 } else { 0 };
        let part = if acquirer.takes_a_part { "1" } else { "" };
        format!("{kind}{:06}000{}{chip}{part}", self.numbers.batch, acquirer.reads)
    }
}

impl Original {
    fn field_61(&self) -> Option<String> {
        let Numbers { batch, trace } = self.numbers?;
        Some(format!("{batch:06}{trace:06}{}", self.date.as_deref().unwrap_or_default()))
    }
}

impl ReversalReason {
    /// Field 39.
    pub const fn code(self) -> &'static str {
        match self {
            ReversalReason::NoAnswer => "98",
            ReversalReason::WrongMac => "A0",
            ReversalReason::Other => "06",
        }
    }
}
