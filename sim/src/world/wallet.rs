//! A provider without a wire: the same books, states and misbehavior as the providers' fakes, asked in values
//! instead of bytes. Everything that travels carries a keyed code over its content, which either side checks where
//! it would check a signature: what was changed on the way is not believed.
//!
//! It comes in two characters, after the two families of wallets: a *strict* one refuses to undo while the payer
//! types and shows an order as soon as it is opened; a *lenient* one undoes at any time and knows nothing of a QR
//! order that nobody has scanned.

use crate::by_id::ById;
use base::{Currency, Money, PaymentId, RefundId, Timestamp};
use payment::{Ask, Doubt, Notice, Paid, Reason, Verdict};
use provider_contract::Treatment;
use std::collections::BTreeMap;
use std::time::Duration;

/// A question as it travels.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub ask: Ask,
    pub order: PaymentId,
    pub fen: i64,
    pub by_qr: bool,
    /// Stands for the payer's code; 0 if none goes along.
    pub code: u64,
    /// A payer's code is good for so long, a shown QR payable until then.
    pub good_until: Timestamp,
    seal: u64,
}

/// An answer as it travels.
#[derive(Clone, Debug)]
pub(super) struct Echo {
    pub order: PaymentId,
    pub verdict: Verdict,
    pub seal: u64,
}

/// A notification as it travels.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub order: PaymentId,
    pub refund: Option<RefundId>,
    pub number: u64,
    pub seal: u64,
}

/// How a wallet fails as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Down {
    /// Drops everything.
    Silent,
    /// Answers that it failed inside.
    Failing,
}

/// One line of a provider's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub order: PaymentId,
    /// What the payer was charged, fen; nothing if never.
    pub paid: Option<i64>,
    pub charges: u32,
    /// Given back whole by reversal.
    pub reversed: bool,
    /// Given back by refunds; when, if the book says so.
    pub refunds: Vec<(RefundId, i64, Option<Timestamp>)>,
    /// When it was paid and reversed, if the book says so.
    pub paid_at: Option<Timestamp>,
    pub reversed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unscanned,
    Typing,
    Paid,
    Closed,
    Refused(Reason),
}

#[derive(Debug)]
struct Order {
    state: State,
    by_qr: bool,
    fen: i64,
    treatment: Treatment,
    opened_at: Timestamp,
    expires_at: Timestamp,
    paid: i64,
    paid_at: Timestamp,
    charges: u32,
    reversed: bool,
    reversed_at: Timestamp,
    undone: u32,
    refunds: Vec<(RefundId, i64, Timestamp)>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Pays(PaymentId),
    Refuses(PaymentId),
    Tells(PaymentId, Option<RefundId>, u64),
}

/// The wallet.
#[derive(Debug)]
pub(super) struct Wallet {
    key: u64,
    strict: bool,
    orders: ById<PaymentId, Order>,
    treatments: ById<PaymentId, Treatment>,
    spent: ById<u64, ()>,
    steps: BTreeMap<(Timestamp, u64), Step>,
    told: BTreeMap<u64, (PaymentId, Option<RefundId>, u32)>,
    numbers: u64,
    down: Option<Down>,
}

const SLOW: Duration = Duration::from_secs(8);
const TYPING: Duration = Duration::from_secs(6);
const UNDO_NOT_BEFORE: Duration = Duration::from_secs(15);
const LATE_PAYMENT: Duration = Duration::from_secs(5);
const NOTICE_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(180));
const NOTICE_AGAIN: Duration = Duration::from_secs(15);
const NOTICES_MAX: u32 = 6;
const REFUND_TAKES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(90));
const UNFINISHED: u32 = 2;

/// What becomes of a question: an answer after a while, and whether its seal is spoilt.
type Answered = Option<(Verdict, Duration, bool)>;

impl Wallet {
    pub fn new(key: u64, strict: bool) -> Wallet {
        Wallet {
            key,
            strict,
            orders: ById::default(),
            treatments: ById::default(),
            spent: ById::default(),
            steps: BTreeMap::new(),
            told: BTreeMap::new(),
            numbers: 0,
            down: None,
        }
    }

    pub fn treat(&mut self, order: PaymentId, treatment: Treatment) {
        self.treatments.insert(order, treatment);
    }

    pub fn set_down(&mut self, down: Option<Down>) {
        self.down = down;
    }

    /// Seals a question, as its sender does.
    pub fn letter(
        &self,
        ask: Ask,
        order: PaymentId,
        fen: i64,
        by_qr: bool,
        code: u64,
        good: Timestamp,
    ) -> Letter {
        let mut letter = Letter { ask, order, fen, by_qr, code, good_until: good, seal: 0 };
        letter.seal = self.seal_of_letter(&letter);
        letter
    }

    /// What an answer proves to whoever asked about `order`.
    pub fn open(&self, echo: &Echo, order: PaymentId, checked: bool) -> Verdict {
        if checked && echo.seal != self.seal_of_echo(echo) {
            return Verdict::Unclear(Doubt::BadSignature);
        }
        if echo.order != order { Verdict::Unclear(Doubt::Garbled) } else { echo.verdict.clone() }
    }

    /// What a notification says, if its seal is right.
    pub fn read(&self, note: &Note, checked: bool) -> Option<Notice> {
        (!checked || note.seal == self.seal_of_note(note)).then(|| Notice {
            order_no: note.order.into(),
            refund_no: note.refund.map(Into::into),
            claim: String::new(),
            notice_id: format!("{:x}", note.number),
        })
    }

    /// A question arrives.
    pub fn serve(&mut self, letter: &Letter, now: Timestamp) -> Option<(Echo, Duration)> {
        match self.down {
            Some(Down::Silent) => return None,
            Some(Down::Failing) => return Some(self.sealed(letter.order, failed(), Duration::ZERO, false)),
            None => {}
        }
        if letter.seal != self.seal_of_letter(letter) {
            return Some(self.sealed(
                letter.order,
                Verdict::Unclear(Doubt::OurSettings),
                Duration::ZERO,
                false,
            ));
        }
        self.advance(now);
        let answered = match letter.ask {
            Ask::Charge => self.charge(letter, now),
            Ask::Present => self.present(letter, now),
            Ask::Inquire => at_once(self.inquire(letter.order)),
            Ask::Reverse => at_once(self.reverse(letter.order, now)),
            Ask::Close => at_once(self.close(letter.order, now)),
            Ask::Refund { refund, amount } => at_once(self.refund(letter.order, refund, amount.minor(), now)),
            Ask::InquireRefund { refund } => at_once(self.inquire_refund(letter.order, refund, now)),
        };
        answered.map(|(verdict, delay, spoilt)| self.sealed(letter.order, verdict, delay, spoilt))
    }

    fn sealed(&self, order: PaymentId, verdict: Verdict, delay: Duration, spoilt: bool) -> (Echo, Duration) {
        let mut echo = Echo { order, verdict, seal: 0 };
        // Two bits, since damage on the way changes one and must not mend what was spoilt.
        echo.seal = self.seal_of_echo(&echo) ^ if spoilt { 3 } else { 0 };
        (echo, delay)
    }

    fn charge(&mut self, letter: &Letter, now: Timestamp) -> Answered {
        if self.orders.contains_key(&letter.order) {
            return at_once(self.standing(letter.order));
        }
        let treatment = self.treatments.get(&letter.order).copied().unwrap_or(Treatment::Normal);
        if let Some(ended) = self.ended_before_opening(letter.order, treatment) {
            return ended;
        }
        if now > letter.good_until {
            return at_once(Verdict::Declined(Reason::CodeExpired));
        }
        if self.spent.insert(letter.code, ()).is_some() {
            return at_once(Verdict::Declined(Reason::CodeInvalidOrUsed));
        }
        self.open_order(letter, treatment, State::Typing, now);
        match treatment {
            Treatment::PasswordThenPaid => self.plan(now + TYPING, Step::Pays(letter.order)),
            Treatment::PasswordThenRefused => self.plan(now + TYPING, Step::Refuses(letter.order)),
            Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => {}
            _ => match refused(treatment) {
                Some(reason) => self.order(letter.order).state = State::Refused(reason),
                None => self.pay(letter.order, now),
            },
        }
        let standing = self.standing(letter.order);
        spoilt(treatment, standing)
    }

    fn present(&mut self, letter: &Letter, now: Timestamp) -> Answered {
        let first = !self.orders.contains_key(&letter.order);
        if first {
            let treatment = self.treatments.get(&letter.order).copied().unwrap_or(Treatment::Normal);
            let unopened =
                matches!(treatment, Treatment::LostBefore | Treatment::ErrorNotPaid | Treatment::Maintenance);
            if unopened && let Some(ended) = self.ended_before_opening(letter.order, treatment) {
                return ended;
            }
            self.open_order(letter, treatment, State::Unscanned, now);
        }
        let order = self.order(letter.order);
        let shown = match order.state {
            State::Unscanned | State::Typing => {
                Verdict::QrReady { content: String::from("q"), expires_at: None }
            }
            State::Paid => Verdict::Unclear(Doubt::SaysPaid),
            State::Closed | State::Refused(_) => Verdict::Declined(Reason::OrderClosed),
        };
        let treatment = order.treatment;
        match treatment {
            Treatment::ErrorButPaid | Treatment::LostAfter | Treatment::Slow if first => {
                spoilt(treatment, shown)
            }
            _ => at_once(shown),
        }
    }

    fn open_order(&mut self, letter: &Letter, treatment: Treatment, state: State, now: Timestamp) {
        let order = Order {
            state,
            by_qr: letter.by_qr,
            fen: letter.fen,
            treatment,
            opened_at: now,
            expires_at: letter.good_until,
            paid: 0,
            paid_at: now,
            charges: 0,
            reversed: false,
            reversed_at: now,
            undone: 0,
            refunds: Vec::new(),
        };
        self.orders.insert(letter.order, order);
    }

    /// Treatments that end a first request before there is an order. A second try is treated normally.
    fn ended_before_opening(&mut self, order: PaymentId, treatment: Treatment) -> Option<Answered> {
        let ended = match treatment {
            Treatment::LostBefore => None,
            Treatment::ErrorNotPaid | Treatment::Maintenance => at_once(failed()),
            Treatment::CodeExpired | Treatment::CodeUsed | Treatment::CodeWrong => {
                at_once(Verdict::Declined(refused(treatment)?))
            }
            _ => return None,
        };
        self.treatments.insert(order, Treatment::Normal);
        Some(ended)
    }

    /// How an order stands, for its charge repeated and for an inquiry.
    fn standing(&self, id: PaymentId) -> Verdict {
        let order = &self.orders[&id];
        match order.state {
            State::Unscanned | State::Typing => Verdict::AwaitingPayer,
            State::Paid => paid(order.paid),
            State::Closed if order.reversed => Verdict::Returned,
            State::Closed => Verdict::Closed,
            State::Refused(reason) => Verdict::Declined(reason),
        }
    }

    fn inquire(&self, id: PaymentId) -> Verdict {
        match self.orders.get(&id) {
            None => Verdict::NotFound,
            Some(order) if !self.strict && order.state == State::Unscanned => Verdict::NotFound,
            Some(_) => self.standing(id),
        }
    }

    fn reverse(&mut self, id: PaymentId, now: Timestamp) -> Verdict {
        let strict = self.strict;
        let Some(order) = self.orders.get_mut(&id) else { return Verdict::NotFound };
        let young = now.since(order.opened_at) < UNDO_NOT_BEFORE;
        if strict && order.state == State::Typing && young {
            return Verdict::Unclear(Doubt::CannotUndoYet);
        }
        if !order.refunds.is_empty() {
            return Verdict::Unclear(Doubt::OurSettings);
        }
        if let Some(unfinished) = unfinished(order, strict) {
            return unfinished;
        }
        if order.state == State::Paid {
            order.reversed = true;
            order.reversed_at = now;
        }
        self.close_order(id, now)
    }

    fn close(&mut self, id: PaymentId, now: Timestamp) -> Verdict {
        let strict = self.strict;
        let Some(order) = self.orders.get_mut(&id) else { return Verdict::NotFound };
        if order.state == State::Paid {
            return Verdict::Unclear(Doubt::SaysPaid);
        }
        if !strict && order.state == State::Unscanned && order.expires_at > now {
            return Verdict::NotFound;
        }
        if let Some(unfinished) = unfinished(order, strict) {
            return unfinished;
        }
        self.close_order(id, now)
    }

    fn close_order(&mut self, id: PaymentId, now: Timestamp) -> Verdict {
        let order = self.order(id);
        let late = order.treatment == Treatment::PaidAfterReverse && order.undone == 1;
        order.state = State::Closed;
        let reversed = order.reversed;
        if late {
            self.plan(now + LATE_PAYMENT, Step::Pays(id));
        }
        if reversed { Verdict::Returned } else { Verdict::Closed }
    }

    fn refund(&mut self, id: PaymentId, refund: RefundId, fen: i64, now: Timestamp) -> Verdict {
        let strict = self.strict;
        let Some(order) = self.orders.get_mut(&id) else {
            return Verdict::RefundRefused(Reason::RefundNotPossible);
        };
        if order.refunds.iter().any(|(known, ..)| *known == refund) {
            return self.inquire_refund(id, refund, now);
        }
        let left = order.paid - order.refunds.iter().map(|(_, fen, _)| fen).sum::<i64>();
        if order.state != State::Paid || fen > left || order.treatment == Treatment::RefundRefused {
            return Verdict::RefundRefused(Reason::RefundNotPossible);
        }
        let takes = match (order.treatment == Treatment::RefundSlow, strict) {
            (true, _) => REFUND_TAKES.1,
            (false, true) => REFUND_TAKES.0,
            (false, false) => Duration::ZERO,
        };
        order.refunds.push((refund, fen, now + takes));
        self.notify(id, Some(refund), now + takes);
        self.inquire_refund(id, refund, now)
    }

    fn inquire_refund(&mut self, id: PaymentId, refund: RefundId, now: Timestamp) -> Verdict {
        let found =
            self.orders.get(&id).and_then(|order| order.refunds.iter().find(|(known, ..)| *known == refund));
        match found {
            None => Verdict::NotFound,
            Some((_, fen, done)) if *done <= now => Verdict::Refunded { amount: yuan(*fen), at: None },
            Some(_) => Verdict::RefundProcessing,
        }
    }

    /// The customer scans the shown QR. False if there is nothing to pay.
    pub fn scan(&mut self, id: PaymentId, now: Timestamp) -> bool {
        self.advance(now);
        let Some(order) = self.orders.get_mut(&id) else { return false };
        if order.state != State::Unscanned || !order.by_qr || order.expires_at <= now || self.down.is_some() {
            return false;
        }
        match order.treatment {
            Treatment::PasswordThenPaid => {
                order.state = State::Typing;
                self.plan(now + TYPING, Step::Pays(id));
            }
            Treatment::PasswordNeverTyped
            | Treatment::PasswordThenRefused
            | Treatment::InsufficientBalance
            | Treatment::PayerLimit
            | Treatment::Risk => return false,
            _ => self.pay(id, now),
        }
        true
    }

    fn pay(&mut self, id: PaymentId, now: Timestamp) {
        let order = self.order(id);
        let surplus = if order.treatment == Treatment::WrongAmount { 100 } else { 0 };
        order.paid = order.fen + surplus;
        order.paid_at = now;
        order.charges += 1;
        order.state = State::Paid;
        self.notify(id, None, now);
    }

    fn notify(&mut self, id: PaymentId, refund: Option<RefundId>, when: Timestamp) {
        let order = self.order(id);
        let late = order.treatment == Treatment::NotifyLate;
        let copies = if order.treatment == Treatment::NotifyTwice { 2 } else { 1 };
        if !order.by_qr && refund.is_none() {
            return;
        }
        let at = when + if late { NOTICE_AFTER.1 } else { NOTICE_AFTER.0 };
        self.numbers += 1;
        let number = self.numbers;
        for _ in 0..copies {
            self.plan(at, Step::Tells(id, refund, number));
        }
    }

    /// What has become due: payers who finish, notifications to send.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Note> {
        let mut notes = Vec::new();
        while let Some((&slot, &step)) = self.steps.first_key_value().filter(|((at, _), _)| *at <= now) {
            self.steps.remove(&slot);
            match step {
                Step::Tells(order, refund, number) if self.down.is_some() => {
                    self.plan(now + NOTICE_AGAIN, Step::Tells(order, refund, number));
                }
                Step::Tells(order, refund, number) => {
                    let known = self.told.entry(number).or_insert((order, refund, 0));
                    known.2 += 1;
                    let mut note = Note { order, refund, number, seal: 0 };
                    note.seal = self.seal_of_note(&note);
                    notes.push(note);
                }
                Step::Pays(id) => self.pays_late(id, slot.0),
                Step::Refuses(id) => self.gives_up(id),
            }
        }
        notes
    }

    /// Whether a notification was taken; if not it comes again, some times.
    pub fn notified(&mut self, number: u64, taken: bool, now: Timestamp) {
        let Some((order, refund, times)) = self.told.get(&number).copied() else { return };
        if !taken && times < NOTICES_MAX {
            self.plan(now + NOTICE_AGAIN, Step::Tells(order, refund, number));
        }
    }

    /// When [`Wallet::tick`] has something to do.
    pub fn due(&self) -> Option<Timestamp> {
        self.steps.first_key_value().map(|((at, _), _)| *at)
    }

    /// Payers act when they act, also while nobody ticks. Notifications wait for the tick.
    fn advance(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .steps
            .range(..=(now, u64::MAX))
            .filter(|(_, step)| !matches!(step, Step::Tells(..)))
            .map(|(slot, step)| (*slot, *step))
            .collect();
        for (slot, step) in due {
            self.steps.remove(&slot);
            match step {
                Step::Pays(id) => self.pays_late(id, slot.0),
                Step::Refuses(id) => self.gives_up(id),
                Step::Tells(..) => {}
            }
        }
    }

    fn pays_late(&mut self, id: PaymentId, when: Timestamp) {
        let order = self.order(id);
        let open = matches!(order.state, State::Typing | State::Unscanned);
        let slips_through = order.treatment == Treatment::PaidAfterReverse && order.state == State::Closed;
        if order.charges == 0 && (open || slips_through) {
            self.pay(id, when);
        }
    }

    fn gives_up(&mut self, id: PaymentId) {
        let order = self.order(id);
        if order.state == State::Typing {
            order.state = State::Refused(Reason::PayerCancelledOrTimedOut);
        }
    }

    fn plan(&mut self, at: Timestamp, step: Step) {
        self.numbers += 1;
        self.steps.insert((at, self.numbers), step);
    }

    fn order(&mut self, id: PaymentId) -> &mut Order {
        self.orders.get_mut(&id).expect("an order that was found stays")
    }

    /// One order's line.
    pub fn line(&self, id: PaymentId) -> Option<Line> {
        self.orders.get(&id).map(|order| line(id, order))
    }

    /// The books, by order.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let mut all: Vec<_> = self.orders.iter().collect();
        all.sort_unstable_by_key(|(id, _)| **id);
        all.into_iter().map(|(id, order)| line(*id, order))
    }

    fn seal_of_letter(&self, letter: &Letter) -> u64 {
        let (ask, about, fen) = match letter.ask {
            Ask::Charge => (1, 0, 0),
            Ask::Present => (2, 0, 0),
            Ask::Inquire => (3, 0, 0),
            Ask::Reverse => (4, 0, 0),
            Ask::Close => (5, 0, 0),
            Ask::Refund { refund, amount } => (6, refund.as_u128(), amount.minor()),
            Ask::InquireRefund { refund } => (7, refund.as_u128(), 0),
        };
        let good = letter.good_until.as_micros() as u64;
        self.seal(&[
            ask,
            low(letter.order.as_u128()),
            low(about),
            fen as u64,
            letter.fen as u64,
            letter.code,
            good,
        ])
    }

    fn seal_of_echo(&self, echo: &Echo) -> u64 {
        let (verdict, detail) = match &echo.verdict {
            Verdict::Paid(paid) => (1, paid.amount.minor() as u64),
            Verdict::AwaitingPayer => (2, 0),
            Verdict::QrReady { content, .. } => (3, content.len() as u64),
            Verdict::Declined(reason) => (4, *reason as u64),
            Verdict::NotFound => (5, 0),
            Verdict::Closed => (6, 0),
            Verdict::Returned => (7, 0),
            Verdict::AskAgain => (8, 0),
            Verdict::RefundProcessing => (9, 0),
            Verdict::Refunded { amount, .. } => (10, amount.minor() as u64),
            Verdict::RefundRefused(reason) => (11, *reason as u64),
            Verdict::Unclear(doubt) => (12, *doubt as u64),
        };
        self.seal(&[100, low(echo.order.as_u128()), verdict, detail])
    }

    fn seal_of_note(&self, note: &Note) -> u64 {
        let refund = note.refund.map_or(0, |refund| low(refund.as_u128()));
        self.seal(&[200, low(note.order.as_u128()), refund, note.number])
    }

    /// A keyed mixture of words: whoever lacks the key cannot make it, and every bit matters.
    fn seal(&self, words: &[u64]) -> u64 {
        words.iter().fold(self.key, |sum, word| {
            let mixed = (sum ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
            (mixed ^ (mixed >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53) ^ (mixed >> 29)
        })
    }
}

/// Both halves of an id in one word.
fn low(bits: u128) -> u64 {
    (bits >> 64) as u64 ^ bits as u64
}

fn line(id: PaymentId, order: &Order) -> Line {
    Line {
        order: id,
        paid: (order.charges > 0).then_some(order.paid),
        charges: order.charges,
        reversed: order.reversed,
        refunds: order.refunds.iter().map(|(refund, fen, done)| (*refund, *fen, Some(*done))).collect(),
        paid_at: Some(order.paid_at),
        reversed_at: Some(order.reversed_at),
    }
}

fn at_once(verdict: Verdict) -> Answered {
    Some((verdict, Duration::ZERO, false))
}

/// The answer to the request that opened an order, spoilt as the treatment wants it.
fn spoilt(treatment: Treatment, standing: Verdict) -> Answered {
    match treatment {
        Treatment::ErrorButPaid => at_once(failed()),
        Treatment::LostAfter => None,
        Treatment::Slow => Some((standing, SLOW, false)),
        Treatment::WrongSignature | Treatment::SignatureProbe => Some((standing, Duration::ZERO, true)),
        _ => at_once(standing),
    }
}

fn unfinished(order: &mut Order, strict: bool) -> Option<Verdict> {
    order.undone += 1;
    let unfinished = order.treatment == Treatment::ReverseNeedsRepeat && order.undone <= UNFINISHED;
    unfinished.then_some(if strict { failed() } else { Verdict::AskAgain })
}

fn failed() -> Verdict {
    Verdict::Unclear(Doubt::ProviderError)
}

/// The verdict of an order that was paid.
pub(super) fn paid(fen: i64) -> Verdict {
    let (transaction, payer, funds) = Default::default();
    Verdict::Paid(Paid { amount: yuan(fen), transaction, at: None, payer, funds })
}

fn yuan(fen: i64) -> Money {
    Money::new(fen, Currency::Cny)
}

fn refused(treatment: Treatment) -> Option<Reason> {
    Some(match treatment {
        Treatment::InsufficientBalance => Reason::InsufficientBalance,
        Treatment::CodeExpired => Reason::CodeExpired,
        Treatment::CodeUsed => Reason::CodeInvalidOrUsed,
        Treatment::CodeWrong => Reason::CodeOfAnotherWallet,
        Treatment::PayerLimit => Reason::PayerLimitExceeded,
        Treatment::Risk => Reason::RiskControl,
        _ => return None,
    })
}
