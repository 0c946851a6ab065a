//! One world: tills with cashiers and customers, nodes over one store, the network, the providers, and one queue of
//! what happens when. Each node runs the very engine and lease that serve shops; everything around them fails as the
//! world's [`Weather`] draws it.

mod audit;
mod channel;
mod journals;
mod ledger;
mod network;
mod node;
mod provider_side;
mod restore;
mod settle;
mod story;
mod till;
mod troubles;
mod wallet;
mod weather;

pub(crate) use channel::Wire;
pub(crate) use weather::{Fault, Faults};

use crate::Sabotage;
use crate::by_id::ById;
use crate::random::Random;
use crate::report::{Report, Violation};
use crate::store::Store;
use audit::Audit;
use base::{ChannelId, PaymentId, Timestamp};
use channel::{Back, Channel, Post};
use engine::Caller;
use journals::Journals;
use network::Flight;
use node::Node;
use payment::Policy;
use provider_contract::Moment;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;
use till::{Sale, Wish};
use troubles::Trouble;
use weather::Weather;

/// What happens at some moment.
#[derive(Debug)]
enum Event {
    /// A cashier presses the button of a sale, or the till tries again.
    Press { sale: usize, how: Press },
    /// A cashier wants something of a payment.
    Want { sale: usize, want: Want },
    /// The customer scans the shown QR.
    Scan { sale: usize },
    /// A node works off what reached it.
    Round { node: usize },
    /// A node's transaction reaches the store.
    Commit { node: usize, life: u32 },
    /// A due time of a node's engine has come.
    Timer { node: usize },
    /// A node says that it is well, and looks at the others.
    Beat { node: usize, life: u32 },
    /// A node starts again.
    Start { node: usize },
    /// A node wakes from standing still.
    WakeUp { node: usize },
    /// A request reaches its provider.
    Request { flight: usize, heard: bool },
    /// A reply reaches the node.
    Reply { flight: usize, back: Box<Back> },
    /// A call breaks off without a reply, or before it left.
    Broken { flight: usize, left: bool },
    /// The node has waited long enough for a reply.
    TimedOut { flight: usize },
    /// A provider has something to do.
    Tick { channel: usize },
    /// A notification reaches a node.
    Notice { channel: usize, post: Box<Post>, kind: Delivered },
    /// A trouble begins or ends.
    Trouble { trouble: Trouble, begins: bool },
    /// Trouble ends; from here on everything must come to rest.
    ClearUp,
    /// An earlier state of the store is kept, as a backup.
    Backup,
    /// The providers' bills arrive and are held against the book.
    Bill { day: usize },
    /// A till hands its journal in.
    HandIn { till: usize },
    /// What a till handed in reaches a node.
    HandedIn { batch: Box<journals::Batch> },
    /// A till's disk is set back to an older state.
    SetBack { till: usize },
}

/// How the button is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Until a server has answered.
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
    /// The bill differs, so somebody looks.
    LookForTheBill,
}

/// In what manner a notification comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    AsSent,
    Twice,
    Late,
    Forged,
}

/// Everything that decides a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub seed: u64,
    pub sales: u64,
    pub wire: Wire,
    pub sabotage: Option<Sabotage>,
    /// Kinds of trouble that may be drawn.
    pub faults: Faults,
    /// Payments that leave a trace to read.
    pub traced: BTreeSet<PaymentId>,
}

/// When an event comes, in the order of planning among those of one moment, and where it is kept: in one number, since
/// what is sorted is moved about and compared a lot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Planned(u128);

impl Planned {
    /// Bits for the place; those above are for the order of planning, and above the lower half stands the moment.
    const SLOT: u32 = 24;

    fn new(at: Timestamp, number: u64, slot: usize) -> Planned {
        assert!(
            slot >> Planned::SLOT == 0 && number >> (64 - Planned::SLOT) == 0,
            "a world is not that large"
        );
        let at = u64::try_from(at.as_micros()).expect("worlds begin after 1970");
        Planned(u128::from(at) << 64 | u128::from(number << Planned::SLOT | slot as u64))
    }

    fn at(self) -> Timestamp {
        Timestamp::from_micros((self.0 >> 64) as i64)
    }

    fn slot(self) -> usize {
        self.0 as usize & ((1 << Planned::SLOT) - 1)
    }
}

/// The world.
pub(crate) struct World {
    random: Random,
    /// Where bytes are damaged, which may depend on keys that are drawn anew; nothing else may depend on it.
    byte_random: Random,
    weather: Weather,
    wire: Wire,
    sabotage: Option<Sabotage>,
    began: Timestamp,
    now: Timestamp,
    stormy: bool,
    /// Nothing goes wrong but clocks and how payers and providers behave.
    undisturbed: bool,
    clocks_interfere: bool,
    queue: BinaryHeap<Reverse<Planned>>,
    planned: u64,
    events: Vec<Option<Event>>,
    free_slots: Vec<usize>,
    store: Store,
    backup: Option<Store>,
    policies: BTreeMap<ChannelId, Policy>,
    nodes: Vec<Node>,
    channels: Vec<Channel>,
    flights: Vec<Flight>,
    tills_cut: [u32; till::TILLS],
    sales: Vec<Sale>,
    callers: ById<Caller, Wish>,
    journals: Option<Journals>,
    last_caller: Caller,
    audit: Audit,
}

/// From the end of trouble until every payment must rest.
const SETTLES_WITHIN: Duration = Duration::from_secs(3600);
/// From the end of trouble until the bills come.
const BILL_AFTER: Duration = Duration::from_secs(2400);
/// How long a world goes on after trouble.
const GOES_ON_FOR: Duration = Duration::from_secs(2400 + 3600);

/// Lives one world to its end.
pub(crate) fn live(plan: &Plan) -> (Report, BTreeMap<PaymentId, String>) {
    let mut world = World::new(plan);
    let end = world.begin(plan.sales);
    world.run_until(end);
    world.report(plan)
}

impl World {
    fn new(plan: &Plan) -> World {
        let mut random = Random::new(plan.seed);
        let weather = Weather::draw(&mut random, plan.faults);
        let channels = Channel::all(plan.wire, random.bits() >> 8);
        let policies: BTreeMap<ChannelId, Policy> =
            channels.iter().map(|channel| (channel.id, timing(channel, plan.sabotage))).collect();
        // A day's edge is passed, approached or far away.
        let began = random.pick(&[
            "2026-11-23T23:55:00+08:00",
            "2026-11-23T23:40:00+08:00",
            "2026-11-23T11:00:00+08:00",
        ]);
        let began = Timestamp::parse(began).expect("a moment");
        let mut world = World {
            undisturbed: weather.only_clocks(),
            clocks_interfere: weather.clocks_interfere(),
            weather,
            byte_random: Random::new(!plan.seed),
            random,
            wire: plan.wire,
            sabotage: plan.sabotage,
            began,
            now: began,
            stormy: true,
            queue: BinaryHeap::with_capacity(1024),
            planned: 0,
            events: Vec::with_capacity(1024),
            free_slots: Vec::new(),
            store: Store::new(plan.sabotage == Some(Sabotage::NobodyIsFenced)),
            backup: None,
            nodes: Vec::new(),
            flights: Vec::with_capacity(8 * plan.sales as usize),
            tills_cut: [0; till::TILLS],
            sales: Vec::with_capacity(plan.sales as usize),
            callers: ById::default(),
            journals: Journals::of(plan.seed, till::TILLS),
            last_caller: 0,
            audit: Audit::new(plan.traced.clone(), channels.len(), began),
            channels,
            policies,
        };
        world.audit.fault_if(world.began.as_seconds() % 86_400 != 3 * 3_600, "day_cut");
        world.audit.one_leg_only = plan.sabotage == Some(Sabotage::OneLegOnly);
        world.open_nodes();
        world
    }

    /// Plans the day; returns when it ends.
    fn begin(&mut self, sales: u64) -> Timestamp {
        let mut at = self.now;
        let gap_ms = self.random.pick(&[20, 100, 500]);
        for _ in 0..sales {
            at = at + Duration::from_millis(self.random.between(0, 2 * gap_ms));
            let sale = self.open_sale();
            self.plan(at, Event::Press { sale, how: Press::UntilAnswered });
        }
        let storm_ends = at + Duration::from_secs(150);
        self.plan_troubles(storm_ends.since(self.now));
        self.plan_journals(storm_ends.since(self.now));
        if self.random.permille(200) {
            let within = storm_ends.since(self.now).as_millis() as u64;
            self.plan_in_ms(0, within, Event::Backup);
        }
        self.plan(storm_ends, Event::ClearUp);
        for day in 0..2 {
            self.plan(
                storm_ends + BILL_AFTER + Duration::from_secs(300) * day,
                Event::Bill { day: day as usize },
            );
        }
        storm_ends + GOES_ON_FOR
    }

    fn run_until(&mut self, end: Timestamp) {
        while let Some(Reverse(planned)) = self.queue.pop() {
            if planned.at() > end {
                break;
            }
            self.now = planned.at();
            self.free_slots.push(planned.slot());
            let event = self.events[planned.slot()].take().expect("what is planned happens once");
            self.happen(event);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Press { sale, how } => self.press(sale, how),
            Event::Want { sale, want } => self.want(sale, want),
            Event::Scan { sale } => self.scan(sale),
            Event::Round { node } => self.round(node),
            Event::Commit { node, life } => self.commit(node, life),
            Event::Timer { node } => self.timer(node),
            Event::Beat { node, life } => self.beat(node, life),
            Event::Start { node } => self.start(node),
            Event::WakeUp { node } => self.wake_up(node),
            Event::Request { flight, heard } => self.request_arrives(flight, heard),
            Event::Reply { flight, back } => self.reply_arrives(flight, *back),
            Event::Broken { flight, left } => self.call_broken(flight, left),
            Event::TimedOut { flight } => self.call_timed_out(flight),
            Event::Tick { channel } => self.tick(channel),
            Event::Notice { channel, post, kind } => self.notice_arrives(channel, &post, kind),
            Event::Trouble { trouble, begins } => self.trouble(trouble, begins),
            Event::ClearUp => self.clear_up(),
            Event::Backup => self.backup = Some(self.store.clone()),
            Event::Bill { day } => self.compare_bills(day),
            Event::HandIn { till } => self.hand_in(till),
            Event::HandedIn { batch } => self.handed_in(&batch),
            Event::SetBack { till } => self.set_back(till),
        }
    }

    fn clear_up(&mut self) {
        self.weather.clear_up();
        self.end_troubles();
        self.stormy = false;
        self.audit.settle_by(self.now + SETTLES_WITHIN);
        self.audit.healthy_again(None, self.now);
    }

    fn report(mut self, plan: &Plan) -> (Report, BTreeMap<PaymentId, String>) {
        self.settle_accounts();
        let stories = self.audit.stories();
        let found = std::mem::take(&mut self.audit.found);
        let traces = self.audit.traces();
        let trace_of = |id: Option<PaymentId>| id.and_then(|id| traces.get(&id)).cloned().unwrap_or_default();
        let violations = found.into_iter().map(|found| Violation {
            seed: plan.seed,
            sales: plan.sales,
            trace: trace_of(found.payment),
            ..found
        });
        let violations = violations.collect();
        let mut report = self.audit.report(self.sales.len() as u64);
        report.violations = violations;
        if self.wire != Wire::None {
            report.over_wire = report.payments;
        }
        if self.wire == Wire::Rsa {
            report.over_rsa = report.payments;
        }
        (report, stories)
    }

    fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        let slot = self.free_slots.pop().unwrap_or(self.events.len());
        match self.events.get_mut(slot) {
            Some(free) => *free = Some(event),
            None => self.events.push(Some(event)),
        }
        self.queue.push(Reverse(Planned::new(at, self.planned, slot)));
    }

    fn plan_in_ms(&mut self, low: u64, high: u64, event: Event) {
        let at = self.now + Duration::from_micros(self.random.between(low * 1000, high * 1000));
        self.plan(at, event);
    }

    /// Whether this trouble happens now; counted if it does.
    fn happens(&mut self, fault: Fault) -> bool {
        let happens = self.random.permille(self.weather.of(fault));
        if happens {
            self.audit.fault(fault);
        }
        happens
    }

    /// The true moment, with a fresh salt.
    fn moment(&mut self) -> Moment {
        Moment { now: self.now, nonce: self.random.wide() }
    }

    fn sabotaged(&self, how: Sabotage) -> bool {
        self.sabotage == Some(how)
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
