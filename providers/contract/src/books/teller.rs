//! All of a simulator but its provider's own language: a [`Teller`] says which requests are let in and how answers are
//! written and signed; what every simulated wallet does with that is here.

use super::{Books, Letter, Nothing, SLOW_ANSWER, Spoilt, Trade};
use crate::bill_faults::BillFault;
use crate::signing::Sign;
use crate::{Book, Call, Delivery, HttpReply, HttpRequest, Moment, Outgoing, Simulator, Treatment};
use base::{OrderNo, Timestamp};
use settlement::Day;
use std::time::Duration;

/// How an answer or a notification is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Rightly.
    Right,
    /// With what is no signature.
    Nonsense,
    /// With the signature of another text.
    OfAnotherText,
}

impl Stamp {
    /// A signer that signs so.
    pub fn with(self, key: &dyn Sign) -> Stamped<'_> {
        Stamped { stamp: self, key }
    }
}

/// Signs as a [`Stamp`] says.
pub struct Stamped<'a> {
    stamp: Stamp,
    key: &'a dyn Sign,
}

impl Sign for Stamped<'_> {
    fn sign(&self, text: &[u8]) -> String {
        match self.stamp {
            Stamp::Right => self.key.sign(text),
            Stamp::Nonsense => "AAAA".to_owned(),
            Stamp::OfAnotherText => self.key.sign(b"another text"),
        }
    }
}

/// What a request came to; `T` is what its answer says.
#[derive(Debug)]
pub enum Outcome<T> {
    /// An answer.
    Answer(T),
    /// The answer to the request that opened an order, and how it is spoilt.
    Opened(Spoilt, T),
    /// The request did nothing.
    Nothing(Nothing),
}

/// What every teller sits at: the books, and whether the provider is there at all.
#[derive(Debug)]
pub struct Desk {
    /// The books.
    pub books: Books,
    down: bool,
}

impl Desk {
    /// With empty books, of a provider that repeats a notification after these waits until it is taken.
    pub fn new(retries: &'static [Duration]) -> Desk {
        Desk { books: Books::new(retries), down: false }
    }
}

/// What of a simulator is its provider's own. Whoever is one is a [`Simulator`].
pub trait Teller: Send {
    /// What an answer says, before it is written.
    type Told;

    /// Where it sits.
    fn desk(&self) -> &Desk;

    /// The same, to write into the books.
    fn desk_mut(&mut self) -> &mut Desk;

    /// What a request comes to; or the reply to one that is let in no further.
    fn act(&mut self, request: &HttpRequest, moment: &Moment) -> Result<Outcome<Self::Told>, HttpReply>;

    /// An answer, written and signed.
    fn answer(&self, told: &Self::Told, stamp: Stamp, moment: &Moment) -> HttpReply;

    /// How a provider answers that does not know itself what became of the request.
    fn at_a_loss(&self, told: &Self::Told, moment: &Moment) -> HttpReply;

    /// A notification, written and signed; nothing if there is nobody to tell.
    fn notice(&self, letter: &Letter, stamp: Stamp, moment: &Moment) -> Option<Call>;

    /// Whether this ends a notification.
    fn is_taken(&self, reply: &HttpReply) -> bool;

    /// As [`Simulator::code_for`].
    fn payers_code(&self, treatment: Treatment, salt: u64) -> String;
}

impl<T: Teller> Simulator for T {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.desk().down {
            return Delivery::Nothing;
        }
        self.desk_mut().books.settle(moment.now);
        match self.act(request, moment) {
            Ok(outcome) => deliver(self, outcome, moment),
            Err(reply) => at_once(reply),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        if self.desk().down { None } else { self.desk().books.due() }
    }

    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        if self.desk().down {
            return outgoing;
        }
        self.desk_mut().books.settle(moment.now);
        while let Some((number, letter)) = self.desk_mut().books.outbox.next_due(moment.now) {
            let stamp = if letter.forged { Stamp::OfAnotherText } else { Stamp::Right };
            let Some(call) = self.notice(&letter, stamp, moment) else { continue };
            let written = Outgoing { call, notice_id: number.to_string() };
            outgoing.extend(std::iter::repeat_n(written, letter.copies.into()));
        }
        outgoing
    }

    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, _: Timestamp) {
        let taken = reply.is_some_and(|reply| self.is_taken(reply));
        if let (true, Ok(number)) = (taken, notice_id.parse()) {
            self.desk_mut().books.outbox.taken(number);
        }
    }

    fn treat(&mut self, order_no: OrderNo, treatment: Treatment) {
        self.desk_mut().books.treat(&order_no.to_string(), treatment);
    }

    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool {
        !self.desk().down && self.desk_mut().books.scan(&order_no.to_string(), now)
    }

    fn set_down(&mut self, down: bool) {
        self.desk_mut().down = down;
    }

    /// None of them publishes keys.
    fn rotate_keys(&mut self, _: Timestamp) -> bool {
        false
    }

    fn books(&self) -> Vec<Book> {
        self.desk().books.lines()
    }

    fn book(&self, order_no: OrderNo) -> Option<Book> {
        self.desk().books.trade(&order_no.to_string()).map(Trade::line)
    }

    /// None of them makes bills.
    fn spoil_bill(&mut self, _: Day, _: BillFault) {}

    fn bills_at_once(&mut self) {}

    fn code_for(&self, treatment: Treatment, salt: u64) -> String {
        self.payers_code(treatment, salt)
    }
}

fn deliver<T: Teller>(teller: &T, outcome: Outcome<T::Told>, moment: &Moment) -> Delivery {
    let said = |told, stamp| at_once(teller.answer(told, stamp, moment));
    match &outcome {
        Outcome::Answer(told) | Outcome::Opened(Spoilt::Not, told) => said(told, Stamp::Right),
        Outcome::Opened(Spoilt::Slow, told) => {
            Delivery::Reply { reply: teller.answer(told, Stamp::Right, moment), delay: SLOW_ANSWER }
        }
        Outcome::Opened(Spoilt::Lost, _) | Outcome::Nothing(Nothing::Lost) => Delivery::Nothing,
        Outcome::Opened(Spoilt::Failed, told) => at_once(teller.at_a_loss(told, moment)),
        Outcome::Opened(Spoilt::WrongSignature, told) => said(told, Stamp::Nonsense),
        Outcome::Opened(Spoilt::SignatureOfAnotherText, told) => said(told, Stamp::OfAnotherText),
        Outcome::Nothing(Nothing::Failed) => at_once(page(502, "Bad Gateway")),
        Outcome::Nothing(Nothing::Maintenance) => at_once(page(503, "系统维护中")),
    }
}

fn at_once(reply: HttpReply) -> Delivery {
    Delivery::Reply { reply, delay: Duration::ZERO }
}

/// A web page in the place of an answer.
pub fn page(status: u16, why: &str) -> HttpReply {
    HttpReply::new(status, "text/html;charset=UTF-8", format!("<html><body>{why}</body></html>"))
}
