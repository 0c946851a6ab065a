//! One order of a simulated wallet: how far it got and what moved.

use super::day;
use crate::{Book, Treatment, apart};
use base::{Money, Timestamp};

/// One order.
#[derive(Clone, Debug)]
pub struct Trade {
    /// The merchant's number.
    pub order_no: Box<str>,
    /// Which one it is: 0, 1, 2 ... The provider's own number is made of it.
    pub serial: u64,
    /// How it is treated.
    pub treatment: Treatment,
    /// Whether the customer scans; otherwise their code was scanned.
    pub shown: bool,
    /// What it was opened with.
    pub content: Box<str>,
    /// What is to be paid, in fen.
    pub total: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it lapses unpaid.
    pub expires_at: Timestamp,
    /// How far it got.
    pub phase: Phase,
    /// What was paid, in fen, and when.
    pub paid: Option<(i64, Timestamp)>,
    /// How often the payer was charged.
    pub charges: u32,
    /// When it was given back by a reversal, if it was.
    pub reversed_at: Option<Timestamp>,
    /// Reversals that will still not finish.
    pub undos_to_repeat: u8,
    /// The payer, as a number to make an account of.
    pub payer: u64,
    /// Refunds, in the order they came.
    pub returns: Vec<Return>,
    /// Where notifications go.
    pub notify_url: Option<Box<str>>,
}

/// How far an order got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its QR code is shown and nobody has scanned it.
    Unscanned,
    /// The payer is typing the password.
    Waiting,
    /// Paid.
    Paid,
    /// Never to be paid, or paid and given back by a reversal.
    Closed,
    /// The charge was refused.
    Refused(Cause),
}

/// Why a charge was refused; each provider has its own word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Not enough money.
    InsufficientBalance,
    /// The code is too old.
    CodeExpired,
    /// The code was used before.
    CodeUsed,
    /// Not a code of this wallet.
    CodeWrong,
    /// Above a limit of the payer.
    PayerLimit,
    /// Risk control.
    Risk,
    /// The payer was asked for the password and refused.
    PayerRefused,
}

/// One refund.
#[derive(Clone, Debug)]
pub struct Return {
    /// The merchant's number of it.
    pub number: Box<str>,
    /// How much, in fen.
    pub fen: i64,
    /// When it was paid out; nothing while it is under way.
    pub done_at: Option<Timestamp>,
}

impl Trade {
    /// What was paid, in fen.
    pub fn paid_fen(&self) -> i64 {
        self.paid.map_or(0, |(fen, _)| fen)
    }

    /// Given back by finished refunds, in fen.
    pub fn returned_fen(&self) -> i64 {
        self.returns.iter().filter(|back| back.done_at.is_some()).map(|back| back.fen).sum()
    }

    /// Given back or promised, in fen.
    pub fn promised_fen(&self) -> i64 {
        self.returns.iter().map(|back| back.fen).sum()
    }

    /// Whether it was paid on the day that `now` lies in.
    pub fn was_paid_on(&self, now: Timestamp) -> bool {
        self.paid.is_some_and(|(_, at)| day(at) == day(now))
    }

    /// The order's line in the books.
    pub fn line(&self) -> Book {
        let done = self.returns.iter().filter(|back| back.done_at.is_some());
        Book {
            order_no: self.order_no.to_string(),
            paid: self.paid.map(|(fen, _)| Money::cny(fen)),
            charges: self.charges,
            reversed: self.reversed_at.is_some(),
            refunds: done.map(|back| (self.number_here(&back.number), Money::cny(back.fen))).collect(),
            closed: matches!(self.phase, Phase::Closed | Phase::Refused(_)),
        }
    }

    /// The number that the merchant knows a refund by.
    fn number_here(&self, number: &str) -> String {
        let known = apart::refund_no(number, &self.order_no);
        known.map_or_else(|| number.to_owned(), |refund_no| refund_no.to_string())
    }

    /// It was closed, and is paid all the same if the payer still pays.
    pub(super) fn slips_through(&self) -> bool {
        self.treatment == Treatment::PaidAfterReverse && self.phase == Phase::Closed && self.paid.is_none()
    }

    /// The payer is charged.
    pub(super) fn pay(&mut self, at: Timestamp) {
        let surplus = if self.treatment == Treatment::WrongAmount { 1 } else { 0 };
        self.phase = Phase::Paid;
        self.paid = Some((self.total + surplus, at));
        self.charges += 1;
    }
}
