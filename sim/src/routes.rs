//! Two channels to one wallet, of which now one and now the other fails: what routing is worth, and that it charges
//! nobody twice.
//!
//! The very engine and the very choice that serve shops, over two providers with books of their own. A cashier whose
//! payment is known not to be paid takes the money again, as a new payment; nothing else is ever tried over another
//! channel. The same seed is the same shop, the same customers and the same outages, however channels are chosen.

use crate::random::Random;
use crate::server::{Fate, Server};
use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use engine::{After, CallOut, End, Wake};
use payment::{
    Answer, Ask, Doubt, Lost, Method, Outcome, Paid, PayerCode, Policy, Reason, Request, Said, Verdict,
};
use routing::{Counts, Showed, Slot, Tally, Way, Wish, choose, showed, showed_by_silence};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How a shop chooses among its two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// Always this one.
    Fixed(usize),
    /// By what is learned.
    Routed,
}

/// What became of a shop's sales.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// Sales whose customers had the money.
    pub sales: u64,
    /// Of these, paid before the customer lost patience.
    pub paid: u64,
    /// Sales of which providers hold more than one charge in the end.
    pub charged_twice: u64,
    /// Payments whose outcome is not what their provider's book says, or that have none.
    pub untrue: u64,
    /// Payments that reached a provider over another channel than their own.
    pub strayed: u64,
    /// Payments that tried whether a failed channel works again.
    pub probes: u64,
}

const MERCHANT: MerchantId = MerchantId::from_u128(1);
const NAMES: [&str; 2] = ["first", "second"];
/// Customers wait so long; then they leave their goods behind.
const PATIENCE: Duration = Duration::from_secs(75);
/// A sale is tried so often.
const TRIES: u32 = 3;
const AMOUNT: Money = Money::cny(1_250);

/// Lives one shop's day of so many sales.
pub fn live(seed: u64, sales: u64, choosing: Choosing) -> Lived {
    let mut shop = Shop::new(seed, sales, choosing);
    loop {
        let (due, next) =
            (shop.server.engine.next_due(), shop.events.first_key_value().map(|(key, _)| key.0));
        match (due, next) {
            (Some(due), next) if next.is_none_or(|next| due <= next) => {
                shop.server.handle(Wake::Time, due);
                shop.work(due);
            }
            (_, Some(_)) => {
                let ((now, _), event) = shop.events.pop_first().expect("it was there");
                shop.happen(event, now);
                shop.work(now);
            }
            (_, None) => break,
        }
    }
    shop.account()
}

enum Event {
    /// The cashier presses the button of a sale.
    Press { sale: usize },
    /// A call comes to its end.
    Ended { payment: PaymentId, call: u32, end: End },
}

struct Sale {
    began: Timestamp,
    has_money: bool,
    tries: u32,
    paid: bool,
}

/// What goes wrong with a provider for a while.
#[derive(Clone, Copy)]
enum Trouble {
    /// Nothing can be sent.
    Unreachable,
    /// What is sent may arrive, and nothing comes back.
    Silent,
    /// It answers that it failed inside, whether it did or not.
    Failing,
}

#[derive(Default)]
struct Provider {
    troubles: Vec<(Timestamp, Timestamp, Trouble)>,
    /// What it holds of each order: taken, and given back or closed.
    book: BTreeMap<PaymentId, Held>,
}

#[derive(Clone, Copy, Default)]
struct Held {
    taken: bool,
    over: bool,
}

struct Shop {
    random: Random,
    choosing: Choosing,
    server: Server,
    providers: [Provider; 2],
    tallies: [Tally; 2],
    sales: Vec<Sale>,
    /// Each payment's sale and channel.
    payments: BTreeMap<PaymentId, (usize, usize)>,
    outcomes: BTreeMap<PaymentId, Outcome>,
    events: BTreeMap<(Timestamp, u64), Event>,
    planned: u64,
    lived: Lived,
}

impl Shop {
    fn new(seed: u64, sales: u64, choosing: Choosing) -> Shop {
        let mut random = Random::new(seed);
        let began = Timestamp::from_micros(1_795_400_000_000_000);
        let policies = [(channel(0), Policy::default()), (channel(1), Policy::default())];
        let mut shop = Shop {
            choosing,
            server: Server::new(policies.into()),
            providers: Default::default(),
            tallies: Default::default(),
            sales: Vec::new(),
            payments: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            events: BTreeMap::new(),
            planned: 0,
            lived: Lived::default(),
            random: Random::new(seed),
        };
        let mut now = began;
        for sale in 0..sales as usize {
            now = now + Duration::from_millis(random.between(3_000, 40_000));
            let has_money = !random.permille(40);
            shop.sales.push(Sale { began: now, has_money, tries: 0, paid: false });
            shop.plan(now, Event::Press { sale });
        }
        for provider in &mut shop.providers {
            provider.troubles = troubles(&mut random, began, now);
        }
        shop.random = random;
        shop
    }

    fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    fn happen(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Press { sale } => self.press(sale, now),
            Event::Ended { payment, call, end } => {
                self.server.handle(Wake::Ended { payment, call, end }, now)
            }
        }
    }

    /// Another payment for a sale: its way is chosen now and never again.
    fn press(&mut self, number: usize, now: Timestamp) {
        let way = self.choose(now);
        let sale = &mut self.sales[number];
        sale.tries += 1;
        let id = PaymentId::from_u128((number as u128) << 8 | u128::from(sale.tries));
        let code = PayerCode::parse("134567890123456789").expect("a code");
        let request = Request {
            id,
            merchant: MERCHANT,
            store: StoreId::from_u128(2),
            till: TillId::from_u128(3),
            cashier: String::new(),
            key: id.to_string(),
            content: [0; 32],
            amount: AMOUNT,
            channel: channel(way),
            routed: None,
            wallet: "blue".to_owned(),
            wallet_name: Text::default(),
            method: Method::PayerCode { hint: code.hint() },
            description: "goods".to_owned(),
            reference: String::new(),
            part: None,
            installments: None,
        };
        self.payments.insert(id, (number, way));
        self.server.handle(Wake::Begin { request, code: Some(code), caller: self.planned }, now);
    }

    fn choose(&mut self, now: Timestamp) -> usize {
        let chance = self.random.between(0, 1_000) as u32;
        let way = match self.choosing {
            Choosing::Fixed(way) => way,
            Choosing::Routed => {
                let policy = routing::Policy::default();
                let ways = [0, 1].map(|way| Way {
                    channel: channel(way),
                    name: NAMES[way],
                    score: self.tallies[way].score(&policy, now),
                    order: None,
                });
                let wish =
                    Wish { amount: AMOUNT, wallet: "blue", till: TillId::from_u128(3), at: now, chance };
                let (chosen, routed) = choose(&wish, &ways, &[], &policy).expect("none is shut");
                self.lived.probes += u64::from(routed.why == payment::WhyRouted::Probe);
                usize::from(chosen == channel(1))
            }
        };
        self.tallies[way].add(Slot::of(now), Counts { asked: 1, ..Counts::default() });
        way
    }

    /// Does what the engine wants done, and what the cashier does about it.
    fn work(&mut self, now: Timestamp) {
        let done = self.server.work_off(now, Fate::Durable);
        for change in done.changes {
            if let Some(outcome) = change.became {
                self.comes_to(change.payment.request.id, outcome, now);
            }
        }
        for after in done.after {
            if let After::Call(out) = after {
                self.call(*out, now);
            }
        }
    }

    fn comes_to(&mut self, payment: PaymentId, outcome: Outcome, now: Timestamp) {
        self.outcomes.insert(payment, outcome);
        let (number, _) = self.payments[&payment];
        let sale = &mut self.sales[number];
        let waits = now < sale.began + PATIENCE;
        match outcome {
            Outcome::Paid => sale.paid |= waits,
            Outcome::NotPaid(Reason::InsufficientBalance) => {}
            // Known not to be paid, and only now: it is taken again.
            Outcome::NotPaid(_) | Outcome::Returned if waits && sale.tries < TRIES => {
                let pressed = now + Duration::from_millis(self.random.between(1_000, 4_000));
                self.plan(pressed, Event::Press { sale: number });
            }
            Outcome::NotPaid(_) | Outcome::Returned => {}
        }
    }

    fn call(&mut self, out: CallOut, now: Timestamp) {
        let id = out.payment.request.id;
        let (number, own) = self.payments[&id];
        let way = usize::from(out.payment.request.channel == channel(1));
        self.lived.strayed += u64::from(way != own);
        let has_money = self.sales[number].has_money;
        let draw = self.random.between(0, 1_000) as u32;
        let (took_ms, end) = self.providers[way].ask(id, &out.ask, has_money, draw, now);
        let at = now + Duration::from_millis(took_ms);
        let shown = match &end {
            End::Answered(answer) => showed(&out.ask, answer),
            End::Lost(_) => showed_by_silence(&out.ask, true),
            End::NeverLeft(_) => showed_by_silence(&out.ask, false),
        };
        let counts = match shown {
            Some(Showed::Worked) => Counts { worked: 1, ..Counts::default() },
            Some(Showed::Failed(_)) => Counts { failed: 1, ..Counts::default() },
            None => Counts::default(),
        };
        self.tallies[way].add(Slot::of(at), counts);
        self.plan(at, Event::Ended { payment: id, call: out.call, end });
    }

    /// Holds every book against every other.
    fn account(mut self) -> Lived {
        let held = |provider: &Provider, id| {
            provider.book.get(&id).is_some_and(|held: &Held| held.taken && !held.over)
        };
        let mut charges: BTreeMap<usize, u64> = BTreeMap::new();
        for (id, (sale, way)) in &self.payments {
            let charged = held(&self.providers[*way], *id);
            let elsewhere = self.providers[1 - way].book.contains_key(id);
            self.lived.strayed += u64::from(elsewhere);
            self.lived.untrue += u64::from((self.outcomes.get(id) == Some(&Outcome::Paid)) != charged);
            self.lived.untrue += u64::from(!self.outcomes.contains_key(id));
            *charges.entry(*sale).or_default() += u64::from(charged);
        }
        let twice: BTreeSet<usize> =
            charges.into_iter().filter(|(_, count)| *count > 1).map(|(sale, _)| sale).collect();
        let able = || self.sales.iter().filter(|sale| sale.has_money);
        Lived {
            sales: able().count() as u64,
            paid: able().filter(|sale| sale.paid).count() as u64,
            charged_twice: twice.len() as u64,
            ..self.lived
        }
    }
}

impl Provider {
    /// What a call comes to, and after how many milliseconds.
    fn ask(&mut self, id: PaymentId, ask: &Ask, has_money: bool, draw: u32, now: Timestamp) -> (u64, End) {
        let trouble = self.troubles.iter().find(|(from, to, _)| (*from..*to).contains(&now));
        match trouble.map(|(_, _, trouble)| *trouble) {
            Some(Trouble::Unreachable) => (200, End::NeverLeft("connection refused".to_owned())),
            Some(Trouble::Silent) => {
                if draw < 500 {
                    self.answer(id, ask, has_money);
                }
                (10_000, End::Lost(Lost::TimedOut))
            }
            Some(Trouble::Failing) => {
                if draw < 300 {
                    self.answer(id, ask, has_money);
                }
                (400, End::Answered(Answer::unclear(Doubt::ProviderError, Said::default())))
            }
            // Now and then a reply goes missing on the best of days.
            None if draw < 8 => {
                self.answer(id, ask, has_money);
                (10_000, End::Lost(Lost::ConnectionBroke))
            }
            None => {
                let verdict = self.answer(id, ask, has_money);
                (300, End::Answered(Answer { verdict, said: Said::default() }))
            }
        }
    }

    fn answer(&mut self, id: PaymentId, ask: &Ask, has_money: bool) -> Verdict {
        let known = self.book.get(&id).copied();
        let paid = Paid {
            amount: AMOUNT,
            transaction: id.to_string(),
            at: None,
            payer: String::new(),
            funds: String::new(),
        };
        match (ask, known) {
            (Ask::Charge | Ask::Present, None) => {
                self.book.insert(id, Held { taken: has_money, over: !has_money });
                if has_money { Verdict::Paid(paid) } else { Verdict::Declined(Reason::InsufficientBalance) }
            }
            (Ask::Inquire, None) => Verdict::NotFound,
            (Ask::Charge | Ask::Present | Ask::Inquire, Some(held)) => match held {
                Held { taken: true, over: false } => Verdict::Paid(paid),
                Held { taken: true, over: true } => Verdict::Returned,
                Held { taken: false, .. } => Verdict::Closed,
            },
            (Ask::Reverse | Ask::Close, _) => {
                let taken = known.is_some_and(|held| held.taken);
                self.book.insert(id, Held { taken, over: true });
                if taken { Verdict::Returned } else { Verdict::Closed }
            }
            (Ask::Refund { amount, .. }, _) => {
                self.book.insert(id, Held { taken: true, over: true });
                Verdict::Refunded { amount: *amount, at: None }
            }
            (Ask::InquireRefund { .. }, Some(Held { over: true, .. })) => {
                Verdict::Refunded { amount: AMOUNT, at: None }
            }
            (Ask::InquireRefund { .. }, _) => Verdict::NotFound,
        }
    }
}

/// A provider works for a while and fails for a while, in one of three ways.
fn troubles(random: &mut Random, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp, Trouble)> {
    let mut troubles = Vec::new();
    let mut now = from;
    while now < to {
        let begins = now + Duration::from_secs(random.between(300, 5_400));
        let ends = begins + Duration::from_secs(random.between(60, 1_200));
        troubles.push((
            begins,
            ends,
            random.pick(&[Trouble::Unreachable, Trouble::Silent, Trouble::Failing]),
        ));
        now = ends;
    }
    troubles
}

fn channel(way: usize) -> ChannelId {
    ChannelId::from_u128(10 + way as u128)
}
