//! An honest fake of the server as tills see it, with its own books: a server and a wallet behind it in one.
//!
//! It checks what the server checks (key, fence, idempotency, amounts, the payment's state) and seals what it seals.
//! How one attempt is treated is chosen by [`Treatment`].

mod book;
mod outbox;
mod serve;

use crate::{Config, Fence, Paydesk};
use base::{Currency, OrderNo, Secret, Timestamp};
use book::{Books, State};
use outbox::Outbox;
use provider_contract::seal::Seal;
use provider_contract::{Book, Delivery, HttpReply, HttpRequest, Moment, Outgoing, Treatment};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a payer takes to type a password.
const TYPING: Duration = Duration::from_secs(6);
/// How long a slow refund takes.
const SLOW_REFUND: Duration = Duration::from_secs(300);

/// The simulated server of one till.
pub struct Simulator {
    key: Secret<String>,
    seal: Seal,
    fence: Fence,
    books: Books,
    treatments: BTreeMap<String, Treatment>,
    payers: BTreeMap<(Timestamp, String), bool>,
    outbox: Outbox,
    down: bool,
}

impl Simulator {
    /// With a key made of `seed`: a test key.
    pub fn fresh(seed: u64) -> Simulator {
        let key = format!("pk_simulated_{seed:016x}");
        Simulator {
            seal: Seal::of_key(&key),
            key: Secret::new(key),
            fence: Fence::at(1),
            books: Books::default(),
            treatments: BTreeMap::new(),
            payers: BTreeMap::new(),
            outbox: Outbox::default(),
            down: false,
        }
    }

    /// The till that this server knows, reaching it at `server`.
    pub fn client(&self, server: &str) -> Paydesk {
        Paydesk::new(Config {
            server: server.to_owned(),
            key: self.key.clone(),
            fence: Fence::at(self.fence.number()),
            wallet: "simulated".to_owned(),
            says_wallet: false,
            currency: Currency::Cny,
        })
    }

    /// Another device takes over: requests with the old fence are refused. Gives the new one.
    pub fn take_over(&mut self) -> u64 {
        self.fence.raise(self.fence.number() + 1);
        self.fence.number()
    }

    fn treatment(&self, key: &str, code: Option<&str>) -> Treatment {
        let chosen = self.treatments.get(key).copied();
        chosen.unwrap_or_else(|| code.map_or(Treatment::Normal, Treatment::of_code))
    }

    fn pay(&mut self, key: &str, now: Timestamp) {
        let Some(attempt) = self.books.get_mut(key) else { return };
        if matches!(attempt.state, State::Waiting) || attempt.slips_through() {
            attempt.pay();
            if attempt.shown {
                self.outbox.announce(key, attempt.treatment, now);
            }
        }
    }
}

impl provider_contract::Simulator for Simulator {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.down {
            return Delivery::Nothing;
        }
        serve::serve(self, request, moment)
    }

    fn due(&self) -> Option<Timestamp> {
        let payers = self.payers.keys().next().map(|(at, _)| *at);
        [payers, self.outbox.due(), self.books.due()].into_iter().flatten().min()
    }

    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing> {
        while let Some((at, key)) = self.payers.keys().next().filter(|(at, _)| *at <= moment.now).cloned() {
            let pays = self.payers.remove(&(at, key.clone())).unwrap_or(false);
            if pays {
                self.pay(&key, at);
            } else if let Some(attempt) = self.books.get_mut(&key) {
                attempt.refuse("payer_cancelled_or_timed_out");
            }
        }
        self.books.finish_refunds(moment.now);
        if self.down { Vec::new() } else { self.outbox.take(&self.seal, moment) }
    }

    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, _: Timestamp) {
        if reply.is_some_and(|reply| (200..300).contains(&reply.status)) {
            self.outbox.taken(notice_id);
        }
    }

    fn treat(&mut self, order_no: OrderNo, treatment: Treatment) {
        let key = order_no.to_string();
        match self.books.get_mut(&key) {
            Some(attempt) => attempt.treatment = treatment,
            None => drop(self.treatments.insert(key, treatment)),
        }
    }

    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool {
        let key = order_no.to_string();
        let Some(attempt) = self.books.get(&key) else { return false };
        if attempt.shown && attempt.slips_through() {
            self.pay(&key, now);
            return true;
        }
        if !attempt.shown || !matches!(attempt.state, State::Waiting) {
            return false;
        }
        match attempt.treatment {
            Treatment::PasswordThenPaid => {
                self.payers.insert((now + TYPING, key), true);
            }
            Treatment::PasswordThenRefused => {
                self.payers.insert((now + TYPING, key), false);
            }
            Treatment::PasswordNeverTyped => {}
            Treatment::PaidAfterReverse => return false,
            refusal if book::refusal(refusal).is_some() => return false,
            _ => self.pay(&key, now),
        }
        true
    }

    fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    /// A server publishes no keys.
    fn rotate_keys(&mut self, _: Timestamp) -> bool {
        false
    }

    fn books(&self) -> Vec<Book> {
        self.books.all().map(|(key, attempt)| attempt.line(key)).collect()
    }

    fn book(&self, order_no: OrderNo) -> Option<Book> {
        let key = order_no.to_string();
        self.books.get(&key).map(|attempt| attempt.line(&key))
    }

    fn spoil_bill(&mut self, _: settlement::Day, _: provider_contract::bill_faults::BillFault) {}

    fn bills_at_once(&mut self) {}

    fn code_for(&self, treatment: Treatment, salt: u64) -> String {
        format!("13{:010}{}", salt % 10_000_000_000, treatment.code_ending())
    }
}
