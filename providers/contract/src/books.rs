//! The books of a simulated wallet: what really happened to every order, whatever was answered; and what each
//! [`Treatment`] does to an order, the same for every provider whose simulator keeps its books here.
//!
//! A simulator parses and signs; it asks these books what became of a charge, an undoing or a refund, and says so in its
//! provider's words.

mod outbox;
mod teller;
mod trade;

pub use outbox::{Letter, Outbox};
pub use teller::{Desk, Outcome, Stamp, Stamped, Teller, page};
pub use trade::{Cause, Phase, Return, Trade};

use crate::{Book, Treatment};
use base::{Timestamp, Zone};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a payer takes to type the password, or to refuse.
pub const PAYER_TAKES: Duration = Duration::from_secs(6);
/// How long a slow answer takes.
pub const SLOW_ANSWER: Duration = Duration::from_secs(8);
/// How long after an accepted reversal the payment succeeds after all.
const LATE_SUCCESS: Duration = Duration::from_secs(5);
/// How long a slow refund takes.
const SLOW_RETURN: Duration = Duration::from_secs(30);
/// From an event to its notification.
const NOTIFY_AFTER: Duration = Duration::from_secs(1);
/// The same when the notification is late.
const NOTIFY_LATE: Duration = Duration::from_secs(180);
/// How many reversals of an order do not finish.
const UNFINISHED: u8 = 2;

/// What an opening request wants sold.
#[derive(Clone, Debug)]
pub struct Sale<'a> {
    /// The merchant's number.
    pub order_no: &'a str,
    /// Everything that a repeat must say again; compared as text.
    pub content: &'a str,
    /// In fen.
    pub total: i64,
    /// When it lapses unpaid.
    pub expires_at: Timestamp,
    /// Where notifications go; none are sent without it.
    pub notify_url: Option<&'a str>,
}

/// What came of a request that opens an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was opened by this request; its answer is spoilt like this.
    New(Spoilt),
    /// It was opened before with the same content.
    Again,
    /// It was opened before with other content.
    OtherContent,
    /// The request did nothing at all.
    Nothing(Nothing),
}

/// How a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// Lost on its way.
    Lost,
    /// The provider failed inside.
    Failed,
    /// The provider is closed.
    Maintenance,
}

/// How the answer to the request that opened an order is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// Not at all.
    Not,
    /// It takes [`SLOW_ANSWER`].
    Slow,
    /// It never arrives.
    Lost,
    /// It says that the provider does not know.
    Failed,
    /// Its signature is no signature.
    WrongSignature,
    /// Its signature is another text's.
    SignatureOfAnotherText,
}

/// What came of an undoing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// There is no such order.
    NotFound,
    /// It did not finish; ask again.
    Again,
    /// No money moved and none can.
    Closed,
    /// The money went back.
    Returned,
    /// A part was refunded before, or the day of the payment is over.
    NotAllowed,
}

/// What came of a refund's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunding {
    /// There is no such order, or it was not paid.
    NotPaid,
    /// The same refund was accepted before.
    Again,
    /// The number was used for another refund.
    OtherContent,
    /// More than is left.
    TooMuch,
    /// The merchant's balance does not suffice.
    Refused,
    /// Accepted.
    Accepted,
}

/// Something that will happen to an order by itself.
#[derive(Clone, Debug)]
enum Step {
    PayerPays,
    PayerRefuses,
    Expires,
    ReturnDone(Box<str>),
}

/// All orders, the codes they spent, and what will happen next.
#[derive(Debug)]
pub struct Books {
    trades: BTreeMap<Box<str>, Trade>,
    by_serial: Vec<Box<str>>,
    by_refund: BTreeMap<Box<str>, Box<str>>,
    spent_codes: BTreeSet<Box<str>>,
    agenda: BTreeMap<(Timestamp, u64), (Box<str>, Step)>,
    planned: u64,
    treatments: BTreeMap<Box<str>, Treatment>,
    /// Orders whose first request came to nothing.
    met: BTreeSet<Box<str>>,
    /// What the merchant will be told.
    pub outbox: Outbox,
}

impl Books {
    /// Empty books of a provider that repeats a notification after these waits until it is taken.
    pub fn new(retries: &'static [Duration]) -> Books {
        Books {
            trades: BTreeMap::new(),
            by_serial: Vec::new(),
            by_refund: BTreeMap::new(),
            spent_codes: BTreeSet::new(),
            agenda: BTreeMap::new(),
            planned: 0,
            treatments: BTreeMap::new(),
            met: BTreeSet::new(),
            outbox: Outbox::new(retries),
        }
    }

    /// The order of that number.
    pub fn trade(&self, order_no: &str) -> Option<&Trade> {
        self.trades.get(order_no)
    }

    /// The order of that serial.
    pub fn trade_of_serial(&self, serial: u64) -> Option<&Trade> {
        self.trades.get(self.by_serial.get(usize::try_from(serial).ok()?)?)
    }

    /// The refund of that number, and its order.
    pub fn refund(&self, refund_no: &str) -> Option<(&Trade, &Return)> {
        let trade = self.trades.get(self.by_refund.get(refund_no)?)?;
        trade.returns.iter().find(|known| *known.number == *refund_no).map(|found| (trade, found))
    }

    /// How an order is treated from now on, open or not.
    pub fn treat(&mut self, order_no: &str, treatment: Treatment) {
        match self.trades.get_mut(order_no) {
            Some(trade) => {
                trade.treatment = treatment;
                trade.undos_to_repeat = undos_to_repeat(treatment);
            }
            None => {
                self.treatments.insert(order_no.into(), treatment);
            }
        }
    }

    /// Charges a payer's code; `is_ours` says whether it is one of this wallet.
    pub fn charge(&mut self, sale: &Sale<'_>, code: &str, is_ours: bool, now: Timestamp) -> Opened {
        let treatment = self.treatment_of(sale.order_no, Treatment::of_code(code));
        if let Some(known) = self.known(sale, treatment) {
            return known;
        }
        let fresh = is_ours && self.spent_codes.insert(code.into());
        self.open(sale, treatment, false, fnv(code.as_bytes()), now);
        if fresh {
            self.payer_acts(sale.order_no, now);
        } else {
            let cause = if is_ours { Cause::CodeUsed } else { Cause::CodeWrong };
            self.expect_mut(sale.order_no).phase = Phase::Refused(cause);
        }
        Opened::New(spoilt(treatment))
    }

    /// Opens an order that the customer scans. Where a signature shall be wrong it is the notification's.
    pub fn show(&mut self, sale: &Sale<'_>, now: Timestamp) -> Opened {
        let treatment = self.treatment_of(sale.order_no, Treatment::Normal);
        if let Some(known) = self.known(sale, treatment) {
            return known;
        }
        self.open(sale, treatment, true, fnv(sale.order_no.as_bytes()), now);
        self.plan(sale.expires_at, sale.order_no, Step::Expires);
        Opened::New(match spoilt(treatment) {
            Spoilt::WrongSignature | Spoilt::SignatureOfAnotherText => Spoilt::Not,
            other => other,
        })
    }

    /// The customer scans and pays; false if there is nothing to pay.
    pub fn scan(&mut self, order_no: &str, now: Timestamp) -> bool {
        self.settle(now);
        let Some(trade) = self.trades.get(order_no).filter(|trade| trade.shown) else { return false };
        if trade.slips_through() {
            self.paid(order_no, now);
            return true;
        }
        if trade.phase != Phase::Unscanned || refusal(trade.treatment).is_some() {
            return false;
        }
        self.payer_acts(order_no, now);
        true
    }

    /// Closes an order, or returns its money; `same_day` if the provider undoes only on the day of the payment.
    pub fn undo(&mut self, order_no: &str, same_day: bool, now: Timestamp) -> Undone {
        let Some(trade) = self.trades.get_mut(order_no) else { return Undone::NotFound };
        if trade.undos_to_repeat > 0 {
            trade.undos_to_repeat -= 1;
            return Undone::Again;
        }
        match trade.phase {
            Phase::Refused(_) => Undone::Closed,
            Phase::Unscanned | Phase::Waiting => {
                trade.phase = Phase::Closed;
                if trade.treatment == Treatment::PaidAfterReverse {
                    self.plan(now + LATE_SUCCESS, order_no, Step::PayerPays);
                }
                Undone::Closed
            }
            Phase::Closed if trade.reversed_at.is_some() => Undone::Returned,
            Phase::Closed => Undone::Closed,
            Phase::Paid if !trade.returns.is_empty() || same_day && !trade.was_paid_on(now) => {
                Undone::NotAllowed
            }
            Phase::Paid => {
                trade.phase = Phase::Closed;
                trade.reversed_at = Some(now);
                Undone::Returned
            }
        }
    }

    /// Returns a part or all of the money.
    pub fn return_money(&mut self, order_no: &str, refund_no: &str, fen: i64, now: Timestamp) -> Refunding {
        if let Some((trade, known)) = self.refund(refund_no) {
            let same = *trade.order_no == *order_no && known.fen == fen;
            return if same { Refunding::Again } else { Refunding::OtherContent };
        }
        let Some(trade) = self.trades.get_mut(order_no).filter(|trade| trade.phase == Phase::Paid) else {
            return Refunding::NotPaid;
        };
        if trade.promised_fen() + fen > trade.paid_fen() {
            return Refunding::TooMuch;
        }
        if trade.treatment == Treatment::RefundRefused {
            return Refunding::Refused;
        }
        let slow = trade.treatment == Treatment::RefundSlow;
        trade.returns.push(Return { number: refund_no.into(), fen, done_at: None });
        self.by_refund.insert(refund_no.into(), order_no.into());
        if slow {
            self.plan(now + SLOW_RETURN, order_no, Step::ReturnDone(refund_no.into()));
        } else {
            self.return_done(order_no, refund_no, now);
        }
        Refunding::Accepted
    }

    /// What was planned for a moment up to `now` happens.
    pub fn settle(&mut self, now: Timestamp) {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, _), (order_no, step)) = entry.remove_entry();
            self.happens(&order_no, step, at);
        }
    }

    /// When something happens or is to be told next.
    pub fn due(&self) -> Option<Timestamp> {
        let agenda = self.agenda.keys().next().map(|(at, _)| *at);
        [agenda, self.outbox.due()].into_iter().flatten().min()
    }

    /// Every order's line, in the order of order numbers.
    pub fn lines(&self) -> Vec<Book> {
        self.trades.values().map(Trade::line).collect()
    }

    /// The answer to an opening that needs no new order: it is open already, or its request comes to nothing.
    fn known(&mut self, sale: &Sale<'_>, treatment: Treatment) -> Option<Opened> {
        if let Some(trade) = self.trades.get(sale.order_no) {
            let same = *trade.content == *sale.content;
            return Some(if same { Opened::Again } else { Opened::OtherContent });
        }
        let nothing = match treatment {
            Treatment::LostBefore => Nothing::Lost,
            Treatment::ErrorNotPaid => Nothing::Failed,
            Treatment::Maintenance => Nothing::Maintenance,
            _ => return None,
        };
        let first = self.met.insert(sale.order_no.into());
        first.then_some(Opened::Nothing(nothing))
    }

    fn open(&mut self, sale: &Sale<'_>, treatment: Treatment, shown: bool, payer: u64, now: Timestamp) {
        let trade = Trade {
            order_no: sale.order_no.into(),
            serial: self.by_serial.len() as u64,
            treatment,
            shown,
            content: sale.content.into(),
            total: sale.total,
            opened_at: now,
            expires_at: sale.expires_at,
            phase: Phase::Unscanned,
            paid: None,
            charges: 0,
            reversed_at: None,
            undos_to_repeat: undos_to_repeat(treatment),
            payer,
            returns: Vec::new(),
            notify_url: sale.notify_url.map(Into::into),
        };
        self.by_serial.push(sale.order_no.into());
        self.met.remove(sale.order_no);
        self.treatments.remove(sale.order_no);
        let before = self.trades.insert(sale.order_no.into(), trade);
        assert!(before.is_none(), "an order number is opened once");
    }

    /// The order is in front of its payer.
    fn payer_acts(&mut self, order_no: &str, now: Timestamp) {
        let trade = self.expect_mut(order_no);
        if let Some(cause) = refusal(trade.treatment) {
            trade.phase = Phase::Refused(cause);
            return;
        }
        let step = match trade.treatment {
            Treatment::PasswordThenPaid => Some(Step::PayerPays),
            Treatment::PasswordThenRefused => Some(Step::PayerRefuses),
            Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => None,
            _ => return self.paid(order_no, now),
        };
        trade.phase = Phase::Waiting;
        let (shown, expires_at) = (trade.shown, trade.expires_at);
        if !shown {
            // A shown order's end was planned when it was opened.
            self.plan(expires_at, order_no, Step::Expires);
        }
        if let Some(step) = step {
            self.plan(now + PAYER_TAKES, order_no, step);
        }
    }

    fn paid(&mut self, order_no: &str, at: Timestamp) {
        self.expect_mut(order_no).pay(at);
        self.tell(order_no, None, at);
    }

    fn return_done(&mut self, order_no: &str, refund_no: &str, at: Timestamp) {
        let trade = self.expect_mut(order_no);
        if let Some(found) = trade.returns.iter_mut().find(|known| *known.number == *refund_no) {
            found.done_at = Some(at);
        }
        self.tell(order_no, Some(refund_no), at);
    }

    fn tell(&mut self, order_no: &str, refund_no: Option<&str>, at: Timestamp) {
        let trade = &self.trades[order_no];
        if trade.notify_url.is_none() {
            return;
        }
        let after = if trade.treatment == Treatment::NotifyLate { NOTIFY_LATE } else { NOTIFY_AFTER };
        let copies = if trade.treatment == Treatment::NotifyTwice { 2 } else { 1 };
        let forged = trade.shown
            && matches!(spoilt(trade.treatment), Spoilt::WrongSignature | Spoilt::SignatureOfAnotherText);
        let refund_no = refund_no.map(Into::into);
        self.outbox.post(at + after, Letter { order_no: order_no.into(), refund_no, copies, forged });
    }

    fn happens(&mut self, order_no: &str, step: Step, at: Timestamp) {
        let trade = self.expect_mut(order_no);
        match step {
            Step::PayerPays if trade.phase == Phase::Waiting || trade.slips_through() => {
                self.paid(order_no, at)
            }
            Step::PayerRefuses if trade.phase == Phase::Waiting => {
                trade.phase = Phase::Refused(Cause::PayerRefused)
            }
            Step::Expires if matches!(trade.phase, Phase::Waiting | Phase::Unscanned) => {
                trade.phase = Phase::Closed
            }
            Step::ReturnDone(refund_no) => self.return_done(order_no, &refund_no, at),
            Step::PayerPays | Step::PayerRefuses | Step::Expires => {}
        }
    }

    fn plan(&mut self, at: Timestamp, order_no: &str, step: Step) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), (order_no.into(), step));
    }

    fn treatment_of(&self, order_no: &str, otherwise: Treatment) -> Treatment {
        self.treatments.get(order_no).copied().unwrap_or(otherwise)
    }

    fn expect_mut(&mut self, order_no: &str) -> &mut Trade {
        self.trades.get_mut(order_no).expect("only open orders are acted on")
    }
}

fn undos_to_repeat(treatment: Treatment) -> u8 {
    if treatment == Treatment::ReverseNeedsRepeat { UNFINISHED } else { 0 }
}

/// Why this payer cannot pay, if so.
fn refusal(treatment: Treatment) -> Option<Cause> {
    match treatment {
        Treatment::InsufficientBalance => Some(Cause::InsufficientBalance),
        Treatment::CodeExpired => Some(Cause::CodeExpired),
        Treatment::CodeUsed => Some(Cause::CodeUsed),
        Treatment::CodeWrong => Some(Cause::CodeWrong),
        Treatment::PayerLimit => Some(Cause::PayerLimit),
        Treatment::Risk => Some(Cause::Risk),
        _ => None,
    }
}

fn spoilt(treatment: Treatment) -> Spoilt {
    match treatment {
        Treatment::Slow => Spoilt::Slow,
        Treatment::LostAfter => Spoilt::Lost,
        Treatment::ErrorButPaid => Spoilt::Failed,
        Treatment::WrongSignature => Spoilt::WrongSignature,
        Treatment::SignatureProbe => Spoilt::SignatureOfAnotherText,
        _ => Spoilt::Not,
    }
}

/// FNV-1a, Fowler-Noll-Vo, 64 bit.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The day of China's wall clock that a moment lies in.
fn day(at: Timestamp) -> String {
    at.local("%Y%m%d", Zone::CHINA)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_795_406_400_000_000);

    fn sale(order_no: &str) -> Sale<'_> {
        let expires_at = NOON + Duration::from_secs(300);
        Sale { order_no, content: "tea", total: 1250, expires_at, notify_url: Some("http://shop") }
    }

    fn books() -> Books {
        Books::new(&[])
    }

    #[test]
    fn a_code_pays_once() {
        let mut books = books();
        assert_eq!(books.charge(&sale("a"), "62", true, NOON), Opened::New(Spoilt::Not));
        assert_eq!(books.charge(&sale("a"), "62", true, NOON), Opened::Again);
        assert_eq!(
            books.charge(&Sale { content: "coffee", ..sale("a") }, "62", true, NOON),
            Opened::OtherContent
        );
        books.charge(&sale("b"), "62", true, NOON);
        assert_eq!(books.trade("b").unwrap().phase, Phase::Refused(Cause::CodeUsed));
        books.charge(&sale("c"), "13", false, NOON);
        assert_eq!(books.trade("c").unwrap().phase, Phase::Refused(Cause::CodeWrong));
        assert_eq!(books.lines().iter().map(|line| line.charges).collect::<Vec<_>>(), [1, 0, 0]);
    }

    #[test]
    fn refunds_never_exceed_the_payment_and_numbers_count_once() {
        let mut books = books();
        books.charge(&sale("a"), "62", true, NOON);
        assert_eq!(books.return_money("a", "r1", 1000, NOON), Refunding::Accepted);
        assert_eq!(books.return_money("a", "r1", 1000, NOON), Refunding::Again);
        assert_eq!(books.return_money("a", "r1", 999, NOON), Refunding::OtherContent);
        assert_eq!(books.return_money("a", "r2", 251, NOON), Refunding::TooMuch);
        assert_eq!(books.return_money("nobody", "r3", 1, NOON), Refunding::NotPaid);
        assert_eq!(books.undo("a", false, NOON), Undone::NotAllowed);
        assert_eq!(books.trade("a").unwrap().returned_fen(), 1000);
    }

    #[test]
    fn an_undone_order_stays_undone_unless_it_is_told_to_slip_through() {
        let mut books = books();
        books.treat("late", Treatment::PaidAfterReverse);
        for order in ["late", "sleepy"] {
            books.charge(&sale(order), &format!("62{order}"), true, NOON);
        }
        books.treat("sleepy", Treatment::PasswordNeverTyped);
        assert_eq!(books.undo("late", true, NOON), Undone::Closed);
        assert_eq!(books.undo("sleepy", true, NOON), Undone::Returned, "it was paid at once");
        books.settle(NOON + Duration::from_secs(600));
        assert_eq!(books.trade("late").unwrap().phase, Phase::Paid);
        assert_eq!(books.trade("sleepy").unwrap().line().charges, 1);
        assert_eq!(books.undo("late", true, NOON + Duration::from_secs(86_400)), Undone::NotAllowed);
    }
}
