//! What a terminal says to its acquirer besides transactions: signing in and off, settling a batch. Without a MAC.
//!
//! Sources: csdn nocodelife 8454627 (sign-in); public code of two terminals (settlement, field 48).

use crate::acquirer::{Acquirer, Terminal};
use crate::outgoing::{CannotWrite, Outgoing};
use crate::transaction::Numbers;
use iso8583::Mti;

/// A terminal that wants working keys: at the beginning of the day, and whenever the host does not trust its keys.
pub struct SignIn<'a> {
    /// The batch it believes in, and the message's trace number.
    pub numbers: Numbers,
    /// Who signs in, two digits.
    pub operator: &'a str,
    /// What the acquirer wants to know of the terminal in field 62; empty if nothing.
    pub about: &'a str,
}

/// What one side counted of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sales and completions: fen, and how many.
    pub debit: (u64, u32),
    /// Voids, refunds and completions undone.
    pub credit: (u64, u32),
}

/// A batch that is to be held against the host's: domestic cards and foreign ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchTotals {
    /// Cards of this country's organization.
    pub domestic: Totals,
    /// All others.
    pub foreign: Totals,
}

/// What the host says of one half of the totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// The host counted the same.
    Balanced,
    /// It counted something else: the details are uploaded.
    Unbalanced,
    /// It could not count.
    Failed,
}

impl SignIn<'_> {
    /// The 0800.
    pub fn request(&self, acquirer: &Acquirer, terminal: &Terminal) -> Result<Vec<u8>, CannotWrite> {
        let mut outgoing = Outgoing::new(Mti::SIGN_IN);
        outgoing.put(11, format!("{:06}", self.numbers.trace)).put_terminal(terminal);
        outgoing.put(60, format!("00{:06}{}", self.numbers.batch, acquirer.sign_in.code()));
        outgoing.put_if(62, (!self.about.is_empty()).then_some(self.about));
        outgoing.put(63, format!("{:<3}", self.operator));
        outgoing.framed(acquirer, terminal, None)
    }
}

/// Signs off: the 0820 at the end of the day.
pub fn sign_off(acquirer: &Acquirer, terminal: &Terminal, numbers: Numbers) -> Result<Vec<u8>, CannotWrite> {
    let mut outgoing = Outgoing::new(Mti::MANAGEMENT);
    outgoing.put(11, format!("{:06}", numbers.trace)).put_terminal(terminal);
    outgoing.put(60, format!("00{:06}002", numbers.batch));
    outgoing.framed(acquirer, terminal, None)
}

/// Asks the host to hold the batch's totals against its own: the 0500.
pub fn settle(
    acquirer: &Acquirer,
    terminal: &Terminal,
    numbers: Numbers,
    totals: &BatchTotals,
    operator: &str,
) -> Result<Vec<u8>, CannotWrite> {
    let mut outgoing = Outgoing::new(Mti::SETTLEMENT);
    outgoing.put(11, format!("{:06}", numbers.trace)).put_terminal(terminal);
    outgoing.put(48, totals.field_48()).put(49, acquirer.currency);
    outgoing.put(60, format!("00{:06}201", numbers.batch)).put(63, format!("{operator:<3}"));
    outgoing.framed(acquirer, terminal, None)
}

/// What the host says in field 48 of its 0510, for domestic and foreign cards; nothing if it says neither.
pub fn balances(field_48: &str) -> Option<(Balance, Balance)> {
    let at = |place| field_48.as_bytes().get(place).copied().and_then(Balance::of);
    (field_48.len() == 62).then(|| at(30).zip(at(61))).flatten()
}

impl BatchTotals {
    /// Sixty-two digits; both results are 0, for the host to fill in.
    pub(crate) fn field_48(&self) -> String {
        let half = |totals: &Totals| {
            let ((debit, debits), (credit, credits)) = (totals.debit, totals.credit);
            format!("{debit:012}{debits:03}{credit:012}{credits:03}0")
        };
        half(&self.domestic) + &half(&self.foreign)
    }
}

impl Balance {
    fn of(digit: u8) -> Option<Balance> {
        match digit {
            b'1' => Some(Balance::Balanced),
            b'2' => Some(Balance::Unbalanced),
            b'3' => Some(Balance::Failed),
            _ => None,
        }
    }
}
