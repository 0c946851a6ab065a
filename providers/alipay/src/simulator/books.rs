//! What really happened to every order, whatever was answered.

use base::{Money, Timestamp};
use provider_contract::{Book, Treatment};
use std::collections::{BTreeMap, BTreeSet};

/// One order.
#[derive(Debug)]
pub(super) struct Trade {
    /// Which one it is: 0, 1, 2 ... The gateway's number of the trade is made of it.
    pub serial: u64,
    /// How it is treated.
    pub treatment: Treatment,
    /// Whether the payer scans a QR code of ours; otherwise theirs was scanned.
    pub by_qr: bool,
    /// What the order was opened with; a repeat must be the same.
    pub content: u64,
    /// What is to be paid, in fen.
    pub total: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// How far it got.
    pub phase: Phase,
    /// What was paid, in fen, and when.
    pub paid: Option<(i64, Timestamp)>,
    /// How often the payer was charged.
    pub charges: u32,
    /// When it was given back by a cancel, if it was.
    pub reversed_at: Option<Timestamp>,
    /// Cancels that will still be answered with "again".
    pub cancels_to_repeat: u8,
    /// The payer, as a number to make an account of.
    pub payer: u64,
    /// Given back by refunds, in the order they came.
    pub returns: Vec<Return>,
    /// Where and with which words notifications go; none if there is no address.
    pub notify: Option<Box<NotifyTo>>,
}

/// How far an order got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its QR code is shown and nobody has scanned it: for inquiries it does not exist.
    Unscanned,
    /// Its QR code lapsed before anybody scanned it: it never existed.
    Lapsed,
    /// The payer is typing the password.
    Waiting,
    /// Paid.
    Success,
    /// Never to be paid, or paid and given back whole.
    Closed,
    /// The charge was refused: there is no trade.
    Refused(Refusal),
}

/// Why a request is refused: the finer code and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `ACQ.TRADE_NOT_EXIST`
    pub sub_code: &'static str,
    /// As the gateway words it, in Chinese.
    pub sub_msg: &'static str,
}

/// One return of money.
#[derive(Debug)]
pub(super) struct Return {
    /// The merchant's number of it.
    pub request_no: Box<str>,
    /// How much, in fen.
    pub fen: i64,
    /// When it was paid out; nothing while it is under way.
    pub done_at: Option<Timestamp>,
}

/// Where notifications go.
#[derive(Debug)]
pub(super) struct NotifyTo {
    /// The address.
    pub url: String,
    /// What was bought.
    pub subject: String,
}

/// Something that will happen to an order by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The payer confirms.
    PayerPays,
    /// The payer refuses.
    PayerRefuses,
    /// Nobody paid in time.
    Expires,
    /// A return under way is paid out.
    ReturnDone(Box<str>),
}

/// All orders, the codes they spent, and what will happen next.
#[derive(Debug, Default)]
pub(super) struct Books {
    trades: BTreeMap<Box<str>, Trade>,
    by_serial: Vec<Box<str>>,
    spent_codes: BTreeSet<u128>,
    agenda: BTreeMap<(Timestamp, u64), (Box<str>, Step)>,
    planned: u64,
}

impl Books {
    /// The order of that number.
    pub fn trade(&self, order_no: &str) -> Option<&Trade> {
        self.trades.get(order_no)
    }

    /// The order of that number, to be changed.
    pub fn trade_mut(&mut self, order_no: &str) -> Option<&mut Trade> {
        self.trades.get_mut(order_no)
    }

    /// The order number that the gateway's own number stands for.
    pub fn order_no_of(&self, trade_no: &str) -> Option<String> {
        let serial = trade_no.get(trade_no.len().checked_sub(SERIAL_DIGITS)?..)?.parse::<usize>().ok()?;
        let order_no = self.by_serial.get(serial)?;
        let trade = self.trades.get(order_no)?;
        (trade.trade_no() == trade_no).then(|| order_no.to_string())
    }

    /// Enters a new order.
    pub fn open(&mut self, order_no: &str, mut trade: Trade) -> &mut Trade {
        trade.serial = self.by_serial.len() as u64;
        self.by_serial.push(order_no.into());
        let before = self.trades.insert(order_no.into(), trade);
        assert!(before.is_none(), "an order number is opened once");
        self.trades.get_mut(order_no).expect("it was put in just now")
    }

    /// Spends a payer's code; false if it is spent already.
    pub fn spend(&mut self, code: &str) -> bool {
        // A digit before the code keeps its leading zeros and its length.
        format!("1{code}").parse().is_ok_and(|number: u128| self.spent_codes.insert(number))
    }

    /// Puts something on the agenda.
    pub fn plan(&mut self, at: Timestamp, order_no: &str, step: Step) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), (order_no.into(), step));
    }

    /// When the agenda has something next.
    pub fn due(&self) -> Option<Timestamp> {
        self.agenda.keys().next().map(|(at, _)| *at)
    }

    /// The next thing due by `now`, with the moment it was planned for.
    pub fn next_due(&mut self, now: Timestamp) -> Option<(Timestamp, Box<str>, Step)> {
        let entry = self.agenda.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((at, _), (order_no, step)) = entry.remove_entry();
        Some((at, order_no, step))
    }

    /// Every order with its number.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Trade)> {
        self.trades.iter().map(|(order_no, trade)| (order_no.as_ref(), trade))
    }

    /// Every order's line.
    pub fn lines(&self) -> Vec<Book> {
        self.trades.iter().map(|(order_no, trade)| trade.line(order_no)).collect()
    }
}

const SERIAL_DIGITS: usize = 15;

impl Trade {
    /// The gateway's number: the day, a constant, the serial.
    pub fn trade_no(&self) -> String {
        let day = self.created_at.local("%Y%m%d", base::Zone::CHINA);
        format!("{day}22001{:0width$}", self.serial, width = SERIAL_DIGITS)
    }

    /// The status an inquiry shows; nothing where an inquiry finds no trade.
    pub fn status(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Waiting => Some("WAIT_BUYER_PAY"),
            Phase::Success => Some("TRADE_SUCCESS"),
            Phase::Closed => Some("TRADE_CLOSED"),
            Phase::Unscanned | Phase::Lapsed | Phase::Refused(_) => None,
        }
    }

    /// The payer is charged.
    pub fn pay(&mut self, at: Timestamp) {
        let surplus = if self.treatment == Treatment::WrongAmount { 1 } else { 0 };
        self.phase = Phase::Success;
        self.paid = Some((self.total + surplus, at));
        self.charges += 1;
    }

    /// It was closed, and is paid all the same if the payer still pays.
    pub fn slips_through(&self) -> bool {
        self.treatment == Treatment::PaidAfterReverse && self.phase == Phase::Closed && self.paid.is_none()
    }

    /// What was paid, in fen.
    pub fn paid_fen(&self) -> i64 {
        self.paid.map_or(0, |(fen, _)| fen)
    }

    /// Given back by finished refunds, in fen.
    pub fn returned_fen(&self) -> i64 {
        self.returns.iter().filter(|r| r.done_at.is_some()).map(|r| r.fen).sum()
    }

    /// Given back or promised, in fen.
    pub fn promised_fen(&self) -> i64 {
        self.returns.iter().map(|r| r.fen).sum()
    }

    /// A return is paid out; the last one closes the trade.
    pub fn finish_return(&mut self, request_no: &str, at: Timestamp) {
        if let Some(found) = self.returns.iter_mut().find(|r| *r.request_no == *request_no) {
            found.done_at = Some(at);
        }
        if self.returned_fen() == self.paid_fen() {
            self.phase = Phase::Closed;
        }
    }

    /// The order's line in the books.
    pub fn line(&self, order_no: &str) -> Book {
        let done = self.returns.iter().filter(|r| r.done_at.is_some());
        Book {
            order_no: order_no.to_owned(),
            paid: self.paid.map(|(fen, _)| Money::cny(fen)),
            charges: self.charges,
            reversed: self.reversed_at.is_some(),
            refunds: done.map(|r| (r.request_no.to_string(), Money::cny(r.fen))).collect(),
            closed: matches!(self.phase, Phase::Closed | Phase::Lapsed | Phase::Refused(_)),
        }
    }
}
