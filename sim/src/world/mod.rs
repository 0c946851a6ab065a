//! One world: tills with cashiers and customers, one server, the network, the providers' honest fakes, and
//! one queue of what happens when. The server is the very engine that serves shops; everything around it
//! fails as the world's [`Weather`] draws it.
//!
//! One thing is not drawn: the server's clock leaping forward while a request is still on its way to a
//! provider. Paydesk concludes from the time passed that a lost request can no longer arrive, so the clock
//! it is driven by must not run ahead of the network's; a driver owes that to the engine.

mod audit;
mod channel;
mod network;
mod provider_side;
mod server_side;
mod till;
mod weather;

use crate::Sabotage;
use crate::random::Random;
use crate::report::{Report, Violation};
use crate::server::Server;
use audit::Audit;
use base::{PaymentId, Timestamp};
use channel::Channel;
use engine::{Caller, Wake};
use network::Flight;
use payment::Policy;
use provider_contract::{HttpReply, HttpRequest, Moment};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;
use till::{Sale, Wish};
use weather::Weather;

/// What happens at some moment.
#[derive(Debug)]
pub(crate) enum Event {
    /// A cashier presses the button of a sale, or the till tries again.
    Press { sale: usize, how: Press },
    /// A cashier wants something of a payment.
    Want { sale: usize, want: Want },
    /// The customer scans the shown QR.
    Scan { sale: usize },
    /// The server works off what reached it.
    Round,
    /// A due time of the engine has come.
    Timer,
    /// The server starts again.
    Start,
    /// A request reaches its provider.
    Request { flight: usize, heard: bool },
    /// A reply reaches the server.
    Reply { flight: usize, reply: HttpReply },
    /// A call breaks off without a reply, or before it left.
    Broken { flight: usize, left: bool },
    /// The server has waited long enough for a reply.
    TimedOut { flight: usize },
    /// A provider has something to do.
    Tick { channel: usize },
    /// A notification reaches the server.
    Notice { channel: usize, request: Box<HttpRequest>, notice_id: String, forged: bool },
    /// A provider goes down or comes back.
    Down { channel: usize, down: bool },
    /// The server's clock shall be set so far off.
    ClockStep { to_offset_us: i64 },
    /// A step of the clock is still to be made.
    ClockRetry,
    /// Trouble ends; from here on everything must come to rest.
    ClearUp,
    /// The providers' bills of the day arrive and are compared.
    Bill,
}

/// How the button is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Until the server has answered.
    UntilAnswered,
    /// Once more for good measure.
    Again,
    /// With the same key and another amount.
    OtherContent,
}

/// What a cashier wants of a payment that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Cancel,
    Look,
    LookAsAnotherMerchant,
    Refund(usize),
}

struct Planned {
    at: Timestamp,
    number: u64,
    event: Event,
}

/// The world.
pub(crate) struct World {
    random: Random,
    weather: Weather,
    sabotage: Option<Sabotage>,
    now: Timestamp,
    clock_offset_us: i64,
    clock_wanted_us: i64,
    queue: BinaryHeap<Reverse<Planned>>,
    planned: u64,
    on_the_way: u32,
    server: Server,
    up: bool,
    generation: u32,
    inbox: Vec<Wake>,
    round_planned: bool,
    timer_at: Option<Timestamp>,
    channels: Vec<Channel>,
    flights: Vec<Flight>,
    sales: Vec<Sale>,
    by_payment: BTreeMap<PaymentId, usize>,
    callers: BTreeMap<Caller, Wish>,
    last_caller: Caller,
    audit: Audit,
}

/// From the end of trouble until every payment must rest.
const SETTLES_WITHIN: Duration = Duration::from_secs(3600);
/// From the end of trouble until the bills come.
const BILL_AFTER: Duration = Duration::from_secs(2400);
/// How long a world goes on after trouble.
const GOES_ON_FOR: Duration = Duration::from_secs(2400 + 3600);

/// Lives one world to its end. `traced` payments leave a trace to read.
pub(crate) fn live(seed: u64, sales: u64, sabotage: Option<Sabotage>, traced: BTreeSet<PaymentId>) -> Report {
    let mut world = World::new(seed, sabotage, traced);
    let end = world.begin(sales);
    world.run_until(end);
    world.report(seed)
}

impl World {
    fn new(seed: u64, sabotage: Option<Sabotage>, traced: BTreeSet<PaymentId>) -> World {
        let mut random = Random::new(seed);
        let weather = Weather::draw(&mut random);
        let channels = Channel::all(random.bits() >> 8);
        let policies = channels.iter().map(|channel| (channel.id, timing(channel, sabotage))).collect();
        World {
            random,
            weather,
            sabotage,
            now: Timestamp::parse("2026-11-23T23:55:00+08:00").expect("a moment"),
            clock_offset_us: 0,
            clock_wanted_us: 0,
            queue: BinaryHeap::new(),
            planned: 0,
            on_the_way: 0,
            server: Server::new(policies),
            up: true,
            generation: 0,
            inbox: Vec::new(),
            round_planned: false,
            timer_at: None,
            channels,
            flights: Vec::new(),
            sales: Vec::new(),
            by_payment: BTreeMap::new(),
            callers: BTreeMap::new(),
            last_caller: 0,
            audit: Audit::new(traced),
        }
    }

    /// Plans the day; returns when it ends. The day begins shortly before midnight, so that it has one.
    fn begin(&mut self, sales: u64) -> Timestamp {
        let mut at = self.now;
        let gap_ms = self.random.pick(&[50, 500, 2000]);
        for _ in 0..sales {
            at = at + Duration::from_millis(self.random.between(0, 2 * gap_ms));
            let sale = self.open_sale();
            self.plan(at, Event::Press { sale, how: Press::UntilAnswered });
        }
        let storm_ends = at + Duration::from_secs(180);
        let storm_ms = storm_ends.since(self.now).as_millis() as u64;
        self.plan_outages(storm_ms);
        self.plan_clock_steps(storm_ms);
        self.plan(storm_ends, Event::ClearUp);
        self.plan(storm_ends + BILL_AFTER, Event::Bill);
        storm_ends + GOES_ON_FOR
    }

    fn plan_outages(&mut self, storm_ms: u64) {
        for _ in 0..self.weather.outages {
            let channel = self.random.between(0, self.channels.len() as u64) as usize;
            let from = self.now + Duration::from_millis(self.random.between(0, storm_ms));
            let lasts_ms = self.random.pick(&[2_000, 20_000, 90_000]);
            self.plan(from, Event::Down { channel, down: true });
            self.plan(from + Duration::from_millis(lasts_ms), Event::Down { channel, down: false });
        }
    }

    fn plan_clock_steps(&mut self, storm_ms: u64) {
        for _ in 0..self.weather.clock_steps {
            let at = self.now + Duration::from_millis(self.random.between(0, storm_ms));
            let most_s = self.random.pick(&[5, 30, 200, 1200]);
            let seconds = self.random.between(0, 2 * most_s) as i64 - most_s as i64;
            self.plan(at, Event::ClockStep { to_offset_us: seconds * 1_000_000 });
            let repaired = at + Duration::from_millis(self.random.between(1_000, 90_000));
            self.plan(repaired, Event::ClockStep { to_offset_us: 0 });
        }
    }

    fn run_until(&mut self, end: Timestamp) {
        while let Some(Reverse(planned)) = self.queue.pop() {
            if planned.at > end {
                break;
            }
            self.now = planned.at;
            self.happen(planned.event);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Press { sale, how } => self.press(sale, how),
            Event::Want { sale, want } => self.want(sale, want),
            Event::Scan { sale } => self.scan(sale),
            Event::Round => self.round(),
            Event::Timer => self.timer(),
            Event::Start => self.start(),
            Event::Request { flight, heard } => self.request_arrives(flight, heard),
            Event::Reply { flight, reply } => self.reply_arrives(flight, reply),
            Event::Broken { flight, left } => self.call_broken(flight, left),
            Event::TimedOut { flight } => self.call_timed_out(flight),
            Event::Tick { channel } => self.tick(channel),
            Event::Notice { channel, request, notice_id, forged } => {
                self.notice_arrives(channel, &request, &notice_id, forged)
            }
            Event::Down { channel, down } => self.channels[channel].simulator.set_down(down),
            Event::ClockStep { to_offset_us } => {
                self.clock_wanted_us = to_offset_us;
                self.step_clock();
            }
            Event::ClockRetry => self.step_clock(),
            Event::ClearUp => self.clear_up(),
            Event::Bill => self.compare_bills(),
        }
    }

    fn clear_up(&mut self) {
        self.weather.clear_up();
        for channel in &mut self.channels {
            channel.simulator.set_down(false);
        }
        self.plan(self.now, Event::ClockStep { to_offset_us: 0 });
        self.audit.settle_by(self.now + SETTLES_WITHIN);
    }

    fn report(mut self, seed: u64) -> Report {
        let calm = self.weather.calm;
        self.audit.settle_accounts(&self.server, &mut self.channels, &self.sales, &self.by_payment, calm);
        let found = std::mem::take(&mut self.audit.found);
        let traces = self.audit.traces();
        let trace_of = |id: Option<PaymentId>| id.and_then(|id| traces.get(&id)).cloned().unwrap_or_default();
        let violations =
            found.into_iter().map(|found| Violation { seed, trace: trace_of(found.payment), ..found });
        Report { violations: violations.collect(), ..self.audit.report(self.sales.len() as u64) }
    }

    fn plan(&mut self, at: Timestamp, event: Event) {
        if matches!(event, Event::Request { .. }) {
            self.on_the_way += 1;
        }
        self.planned += 1;
        self.queue.push(Reverse(Planned { at, number: self.planned, event }));
    }

    fn plan_in_ms(&mut self, low: u64, high: u64, event: Event) {
        let at = self.now + Duration::from_micros(self.random.between(low * 1000, high * 1000));
        self.plan(at, event);
    }

    /// What the server takes for the time.
    fn clock(&self) -> Timestamp {
        Timestamp::from_micros(self.now.as_micros() + self.clock_offset_us)
    }

    /// The true moment, with a fresh salt.
    fn moment(&mut self) -> Moment {
        Moment { now: self.now, nonce: self.random.wide() }
    }
}

/// The engine's timing of a channel.
fn timing(channel: &Channel, sabotage: Option<Sabotage>) -> Policy {
    let mut policy = channel.policy.clone();
    if sabotage == Some(Sabotage::StrayRequestsAreForgotten) {
        policy.in_flight_max = Duration::ZERO;
    }
    policy
}

impl PartialEq for Planned {
    fn eq(&self, other: &Planned) -> bool {
        self.number == other.number
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Planned) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    fn cmp(&self, other: &Planned) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
