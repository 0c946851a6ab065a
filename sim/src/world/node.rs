//! A node's life: rounds of work, transactions that are under way for a while and can fail, sleep, death, a lease that
//! is kept or lost, payments taken over from the dead.

use super::till::Wish;
use super::{Event, Fault, Want, World};
use crate::Sabotage;
use crate::server::gather;
use crate::store::Refused;
use base::{PaymentId, Timestamp};
use engine::lease::{Fence, Lease};
use engine::steady::Steady;
use engine::{After, Batch, Caller, Change, End, Engine, Wake, Which};
use payment::{CallNo, Charge, Fact, Outcome};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a node wants to be told again should its transaction fail.
type Ended = (PaymentId, CallNo, End);

/// One server.
pub(super) struct Node {
    pub engine: Engine,
    pub up: bool,
    pub asleep: bool,
    /// Counts its lives; what was begun in an earlier one is heard by nobody.
    pub life: u32,
    pub me: Fence,
    name: String,
    lease: Lease,
    clock: Steady,
    /// How far its wall clock is off.
    pub wall_off_us: i64,
    skew_us: i64,
    inbox: Vec<Wake>,
    ended: Vec<Ended>,
    /// What a failed transaction leaves to be said before anything else.
    unmade: Vec<Ended>,
    takes_up: bool,
    round_planned: bool,
    timer_at: Option<Timestamp>,
    committing: Option<Committing>,
    /// What came of the transaction while it slept.
    unheard: Option<Result<BTreeSet<PaymentId>, Failed>>,
    /// Permitted by a durable batch and not yet done.
    in_hand: Vec<After>,
    /// Troubles that cut it off from the store, and from each provider.
    pub store_cut: u32,
    pub provider_cut: [u32; 2],
}

/// A transaction under way.
struct Committing {
    batch: Batch,
    ended: Vec<Ended>,
    fate: Fate,
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Durable,
    Failed,
    DurableAndUntold,
}

/// Why a node takes its transaction for failed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failed {
    Store,
    Fenced,
}

impl World {
    /// One to three nodes; with one there is nobody to take over.
    pub(super) fn open_nodes(&mut self) {
        let count = self.random.pick(&[1, 2, 2, 3]);
        let differ = self.weather.of(Fault::ClockSkew);
        for number in 0..count {
            let skewed = self.random.permille(differ);
            let skew_us = if skewed { self.random.between(0, 3_000_000) as i64 - 1_500_000 } else { 0 };
            if skewed {
                self.audit.fault(Fault::ClockSkew);
            }
            let name = format!("node {number}");
            let me = self.store.members.join(&name, "");
            let steady = Duration::ZERO;
            let wall = Timestamp::from_micros(self.now.as_micros() + skew_us);
            self.nodes.push(Node {
                engine: Engine::new(self.policies.clone()),
                up: true,
                asleep: false,
                life: 0,
                me,
                name,
                lease: Lease::new(me, Lease::USUAL, steady),
                clock: Steady::new(wall, steady),
                wall_off_us: 0,
                skew_us,
                inbox: Vec::new(),
                ended: Vec::new(),
                unmade: Vec::new(),
                takes_up: false,
                round_planned: false,
                timer_at: None,
                committing: None,
                unheard: None,
                in_hand: Vec::new(),
                store_cut: 0,
                provider_cut: [0; 2],
            });
            self.plan(self.now, Event::Beat { node: number, life: 0 });
        }
    }

    /// A node's own steady clock.
    fn steady(&self) -> Duration {
        self.now.since(self.began)
    }

    /// What a node takes for the time.
    pub(super) fn clock(&mut self, node: usize) -> Timestamp {
        let (now, steady) = (self.now, self.steady());
        let leaps = self.sabotaged(Sabotage::ClockLeaps);
        let node = &mut self.nodes[node];
        let wall = Timestamp::from_micros(now.as_micros() + node.skew_us + node.wall_off_us);
        if leaps { wall } else { node.clock.now(wall, steady) }
    }

    /// Hands something to a node, or to whoever drives the payment already; false if nobody is there.
    pub(super) fn reach_node(&mut self, node: usize, wake: Wake) -> bool {
        if !self.nodes[node].up {
            return false;
        }
        let to = self.driver_of(&wake).unwrap_or(node);
        if to != node {
            self.audit.count("passed_to_another_node");
        }
        if !self.nodes[to].up {
            return false;
        }
        self.nodes[to].inbox.push(wake);
        self.plan_round(to);
        true
    }

    /// The node that holds the payment this is about.
    fn driver_of(&self, wake: &Wake) -> Option<usize> {
        let payment = match wake {
            Wake::Begin { request, .. } => self.store.by_key(request.merchant, &request.key)?,
            Wake::Command { payment, .. } => *payment,
            Wake::Noticed { notice, .. } => notice.order_no.id(),
            Wake::Ended { .. }
            | Wake::Loaded { .. }
            | Wake::Elsewhere { .. }
            | Wake::Traces { .. }
            | Wake::Time => return None,
        };
        let holder = self.store.driver(payment)?;
        self.nodes.iter().position(|node| node.me == holder)
    }

    /// The end of a call, for the node that made it.
    pub(super) fn call_ended(&mut self, node: usize, payment: PaymentId, call: CallNo, end: End) {
        self.nodes[node].ended.push((payment, call, end.clone()));
        self.nodes[node].inbox.push(Wake::Ended { payment, call, end });
        self.plan_round(node);
    }

    pub(super) fn round(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        node.round_planned = false;
        if !node.up || node.asleep || node.committing.is_some() {
            return;
        }
        if node.store_cut > 0 {
            return self.cannot_look_up(number);
        }
        let now = self.clock(number);
        let node = &mut self.nodes[number];
        for (payment, call, end) in std::mem::take(&mut node.unmade) {
            node.engine.handle(Wake::Ended { payment, call, end }, now);
        }
        if std::mem::take(&mut node.takes_up) {
            for id in self.store.to_take_up(node.me) {
                let (which, entries) = (Which::Id(id), self.store.find(&Which::Id(id)));
                node.engine.handle(Wake::Loaded { which, entries }, now);
            }
        }
        node.inbox.drain(..).for_each(|wake| node.engine.handle(wake, now));
        if node.engine.next_due().is_some_and(|due| due <= now) {
            node.engine.handle(Wake::Time, now);
        }
        let batch = gather(&mut node.engine, &mut self.store, now);
        let ended = std::mem::take(&mut node.ended);
        if batch.rows.is_empty() {
            node.engine.committed(&batch);
            self.carry_out(number, batch.after);
            return self.plan_timer(number);
        }
        let fate = self.fate();
        if fate == Fate::Failed && self.sabotaged(Sabotage::FailedCommitIsIgnored) {
            self.nodes[number].engine.committed(&batch);
            return self.carry_out(number, batch.after);
        }
        self.nodes[number].committing = Some(Committing { batch, ended, fate });
        let life = self.nodes[number].life;
        let at = self.now + Duration::from_micros(self.random.between(200, 4_000));
        self.plan(at, Event::Commit { node: number, life });
    }

    /// Without the store nothing can be done; who waits is told so, ends of calls are kept.
    fn cannot_look_up(&mut self, number: usize) {
        let waiting = std::mem::take(&mut self.nodes[number].inbox);
        for wake in waiting {
            match wake {
                Wake::Begin { caller, .. } | Wake::Command { caller, .. } => self.failed(caller),
                Wake::Ended { .. } => self.nodes[number].inbox.push(wake),
                Wake::Noticed { .. }
                | Wake::Loaded { .. }
                | Wake::Elsewhere { .. }
                | Wake::Traces { .. }
                | Wake::Time => {}
            }
        }
        let again = self.now + Duration::from_millis(500);
        self.nodes[number].round_planned = true;
        self.plan(again, Event::Round { node: number });
    }

    fn fate(&mut self) -> Fate {
        if self.happens(Fault::StoreFails) {
            return Fate::Failed;
        }
        if self.happens(Fault::StoreKeepsUntold) { Fate::DurableAndUntold } else { Fate::Durable }
    }

    /// The transaction reaches the store.
    pub(super) fn commit(&mut self, number: usize, life: u32) {
        let node = &self.nodes[number];
        if node.life != life || node.committing.is_none() {
            return;
        }
        let result = self.keep(number);
        if self.nodes[number].asleep {
            self.nodes[number].unheard = Some(result);
            return;
        }
        self.committed(number, result);
    }

    /// The store makes a node's transaction durable, or not.
    fn keep(&mut self, number: usize) -> Result<BTreeSet<PaymentId>, Failed> {
        let node = &self.nodes[number];
        let (me, cut) = (node.me, node.store_cut > 0);
        let mut committing = self.nodes[number].committing.take().expect("a transaction is under way");
        self.spoil_times(&mut committing.batch);
        let mut result = Err(Failed::Store);
        if committing.fate != Fate::Failed && !cut {
            match self.store.commit(me, &committing.batch) {
                Ok(elsewhere) => {
                    self.audit.committed(
                        self.now,
                        me,
                        &committing.batch,
                        &elsewhere,
                        &self.store,
                        &self.policies,
                    );
                    self.seen(&committing.batch.changes, &elsewhere);
                    result = Ok(elsewhere);
                }
                Err(Refused::Fenced) => {
                    self.audit.fenced_out(self.now);
                    result = Err(Failed::Fenced);
                }
                // Another node drove the payment on and died: what this one remembers is old, and the store refuses it.
                Err(Refused::Unsound(_)) if self.nodes.len() > 1 => self.audit.count("old_memories_refused"),
                Err(Refused::Unsound(why)) => self.audit.unsound(self.now, why),
            }
        }
        if committing.fate == Fate::DurableAndUntold && result.is_ok() {
            result = Err(Failed::Store);
        }
        self.nodes[number].committing = Some(committing);
        result
    }

    /// The node hears what became of its transaction.
    fn committed(&mut self, number: usize, result: Result<BTreeSet<PaymentId>, Failed>) {
        let Some(Committing { batch, ended, .. }) = self.nodes[number].committing.take() else { return };
        match result {
            Ok(elsewhere) if elsewhere.is_empty() => {
                self.nodes[number].engine.committed(&batch);
                self.carry_out(number, batch.after);
            }
            Ok(elsewhere) => {
                self.audit.count("payments_refused_to_a_node");
                self.nodes[number].engine.forget();
                let (ours, theirs) = batch.after.into_iter().partition(|after| !about(after, &elsewhere));
                self.give_up(theirs);
                self.take_up(number);
                self.carry_out(number, ours);
            }
            Err(Failed::Store) => {
                self.nodes[number].engine.forget();
                let unmade: Vec<Ended> = batch.after.iter().filter_map(unmade).collect();
                self.give_up(batch.after);
                // What is said of calls of the failed batch must be heard before their numbers are given again.
                let node = &mut self.nodes[number];
                for ended in unmade.into_iter().chain(ended) {
                    node.unmade.push(ended.clone());
                    node.ended.push(ended);
                }
                self.take_up(number);
            }
            Err(Failed::Fenced) => {
                self.give_up(batch.after);
                self.join_anew(number);
            }
        }
        self.plan_round(number);
        self.plan_timer(number);
    }

    /// A batch that was permitted nothing: whoever waits is told that it failed.
    fn give_up(&mut self, after: Vec<After>) {
        for caller in crate::server::callers(&after) {
            self.failed(caller);
        }
    }

    /// Carries out what durable rows permit.
    fn carry_out(&mut self, number: usize, after: Vec<After>) {
        if after.is_empty() {
            return;
        }
        if self.happens(Fault::CrashMidway) {
            let last = self.random.between(0, after.len() as u64 + 1) as usize;
            let life = self.nodes[number].life;
            self.carry_out_all(number, after.into_iter().take(last));
            if self.nodes[number].life == life {
                self.crash(number);
            }
            return;
        }
        if self.happens(Fault::PauseInHand) {
            self.nodes[number].in_hand = after;
            let asleep_ms = self.random.pick(&[2_000, 6_000, 40_000]);
            self.fall_asleep(number);
            return self.plan_in_ms(100, asleep_ms, Event::WakeUp { node: number });
        }
        self.carry_out_all(number, after.into_iter());
    }

    fn carry_out_all(&mut self, number: usize, after: impl Iterator<Item = After>) {
        for after in after {
            match after {
                After::Tell { caller, answer } => self.told(caller, answer),
                After::Call(out) if self.may_send(number) => self.send(number, *out),
                After::Call(out) => {
                    self.audit.count("calls_not_sent_for_want_of_a_lease");
                    let why = End::NeverLeft("the lease is over".to_owned());
                    self.call_ended(number, out.payment.request.id, out.call, why);
                }
            }
        }
    }

    /// Whether nobody can have taken over yet. When trouble is over nobody dies, and beats are no longer lived through.
    fn may_send(&self, number: usize) -> bool {
        !self.stormy
            || self.sabotaged(Sabotage::LeaseIsNotLookedAt)
            || self.nodes[number].lease.holds(self.steady())
    }

    /// What customers see of it.
    fn seen(&mut self, changes: &[Change], elsewhere: &BTreeSet<PaymentId>) {
        for change in changes.iter().filter(|change| !elsewhere.contains(&change.payment.request.id)) {
            let sale = super::till::sale_of(change.payment.request.id);
            if let Charge::AwaitingPayer { qr: Some(_), .. } = change.payment.charge {
                self.qr_shown(sale);
            }
            if change.became == Some(Outcome::Paid) {
                self.customer_thinks_again(sale);
            }
        }
    }

    /// A node dies. What it had offered to the store is kept or not, and nobody knows which.
    pub(super) fn crash(&mut self, number: usize) {
        if !self.nodes[number].up {
            return;
        }
        // What a sleeping node has not heard of yet is decided already.
        let offered = self.nodes[number].committing.is_some() && self.nodes[number].unheard.is_none();
        if offered && self.random.permille(500) {
            let _ = self.keep(number);
            self.audit.fault_if(true, "store_keeps_what_nobody_acknowledged");
        } else {
            self.audit.fault_if(offered, "store_drops_unacknowledged");
        }
        self.audit.count("nodes_died");
        self.spoil_the_store();
        let node = &mut self.nodes[number];
        node.up = false;
        node.asleep = false;
        node.life += 1;
        node.committing = None;
        node.unheard = None;
        node.ended.clear();
        node.unmade.clear();
        node.in_hand.clear();
        let waiting = std::mem::take(&mut node.inbox);
        drop(waiting);
        let dark_ms = self.random.pick(&[500, 5_000, 60_000]);
        self.plan_in_ms(100, dark_ms, Event::Start { node: number });
    }

    /// For the tests that the checks can fail: what the store keeps is not when it was learnt.
    fn spoil_times(&self, batch: &mut Batch) {
        let (rounded, behind) =
            (self.sabotaged(Sabotage::TimesAreRounded), self.sabotaged(Sabotage::ProvidersClockDates));
        if !rounded && !behind {
            return;
        }
        for row in &mut batch.rows {
            if rounded {
                row.entry.at = Timestamp::from_micros(row.entry.at.as_seconds() * 1_000_000);
            } else if matches!(row.entry.fact, Fact::Answered { .. }) {
                row.entry.at = row.entry.at - Duration::from_secs(30);
            }
        }
    }

    /// For the tests that the checks can fail.
    fn spoil_the_store(&mut self) {
        let announced = |sale: &super::audit::Watch| {
            sale.announced == [Outcome::Paid] && matches!(sale.stands, Some(payment::Next::Rest(_)))
        };
        if self.sabotaged(Sabotage::AcknowledgedIsForgotten) {
            let last =
                self.audit.watched.iter().rev().find(|sale| sale.acknowledged).and_then(|sale| sale.id);
            last.into_iter().for_each(|id| self.store.lose(id));
        }
        if self.sabotaged(Sabotage::FactsAreEdited) {
            let last = self.audit.watched.iter().rev().find(|sale| announced(sale)).and_then(|sale| sale.id);
            last.into_iter().for_each(|id| self.store.lose_last_fact(id));
        }
    }

    pub(super) fn start(&mut self, number: usize) {
        let (now, steady) = (self.now, self.steady());
        let node = &mut self.nodes[number];
        // A server that starts while its clock is wrong is not lived through: `docs/simulated-world.md`.
        let wall = Timestamp::from_micros(now.as_micros() + node.skew_us);
        node.up = true;
        node.asleep = false;
        node.clock = Steady::new(wall, steady);
        node.timer_at = None;
        self.audit.healthy_again(None, now);
        self.join_anew(number);
        let life = self.nodes[number].life;
        self.plan(now, Event::Beat { node: number, life });
    }

    /// A node joins, with nothing in memory, and takes up what nobody drives.
    fn join_anew(&mut self, number: usize) {
        let steady = self.steady();
        let me = self.store.members.join(&self.nodes[number].name, "");
        let node = &mut self.nodes[number];
        node.me = me;
        node.lease = Lease::new(me, Lease::USUAL, steady);
        node.engine = Engine::new(self.policies.clone());
        self.take_up(number);
    }

    /// With its next round a node loads every open payment that nobody alive drives, or that is its own.
    fn take_up(&mut self, number: usize) {
        self.nodes[number].takes_up = true;
        self.plan_round(number);
    }

    /// A node stands still: nothing is done, what reaches it waits.
    pub(super) fn fall_asleep(&mut self, number: usize) {
        self.nodes[number].asleep = self.nodes[number].up;
    }

    /// It goes on where it stood, as if no time had passed.
    pub(super) fn wake_up(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        if !node.up || !node.asleep {
            return;
        }
        node.asleep = false;
        let (in_hand, unheard) = (std::mem::take(&mut node.in_hand), node.unheard.take());
        self.audit.healthy_again(None, self.now);
        self.carry_out_all(number, in_hand.into_iter());
        if let Some(result) = unheard {
            self.committed(number, result);
        }
        self.plan_round(number);
        self.plan_timer(number);
    }

    /// A node says that it is well and looks whether the others are. In calm weather nobody needs to.
    pub(super) fn beat(&mut self, number: usize, life: u32) {
        let node = &self.nodes[number];
        if node.life != life || !node.up || !self.stormy {
            return;
        }
        if !node.asleep && node.store_cut == 0 {
            self.beat_and_look(number);
        }
        let every = self.nodes[number].lease.beat_every();
        self.plan(self.now + every, Event::Beat { node: number, life });
    }

    fn beat_and_look(&mut self, number: usize) {
        let steady = self.steady();
        let node = &mut self.nodes[number];
        if self.store.members.beat(node.me) {
            node.lease.beaten(steady);
        }
        match node.lease.look(&self.store.members, steady, steady) {
            Ok(suspects) => {
                let fenced =
                    suspects.into_iter().filter(|suspect| self.store.members.fence(*suspect)).count();
                if fenced > 0 {
                    self.audit.count("takeovers");
                    self.audit.healthy_again(None, self.now);
                    self.take_up(number);
                }
            }
            Err(_) => {
                self.audit.count("found_itself_fenced");
                self.join_anew(number);
            }
        }
    }

    pub(super) fn plan_round(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        if !node.round_planned && node.up && !node.asleep {
            node.round_planned = true;
            let at = self.now + Duration::from_micros(self.random.between(50, 1_000));
            self.plan(at, Event::Round { node: number });
        }
    }

    pub(super) fn plan_timer(&mut self, number: usize) {
        let Some(due) = self.nodes[number].engine.next_due() else { return };
        if !self.nodes[number].up || self.nodes[number].asleep {
            return;
        }
        let at = self.now + due.since(self.clock(number));
        let node = &mut self.nodes[number];
        if node.timer_at.is_none_or(|planned| at < planned) {
            node.timer_at = Some(at);
            self.plan(at, Event::Timer { node: number });
        }
    }

    pub(super) fn timer(&mut self, number: usize) {
        if self.nodes[number].timer_at != Some(self.now) {
            return;
        }
        self.nodes[number].timer_at = None;
        if !self.stormy && self.sabotaged(Sabotage::NothingIsDueAnyMore) {
            return;
        }
        let now = self.clock(number);
        if self.nodes[number].engine.next_due().is_some_and(|due| due <= now) {
            return self.plan_round(number);
        }
        self.plan_timer(number);
    }

    /// A node's clock is set; it follows slowly.
    pub(super) fn set_wall(&mut self, number: usize, off_us: i64) {
        self.nodes[number].wall_off_us = off_us;
        self.nodes[number].timer_at = None;
        self.plan_timer(number);
    }

    /// Somebody is told that a server failed. Tills press again by themselves, and whoever works off the bill does.
    fn failed(&mut self, caller: Caller) {
        if let Some(Wish::Want { sale, want: Want::LookForTheBill }) = self.callers.remove(&caller) {
            self.plan_in_ms(1_000, 5_000, Event::Want { sale, want: Want::LookForTheBill });
        }
    }
}

fn about(after: &After, payments: &BTreeSet<PaymentId>) -> bool {
    let id = match after {
        After::Call(out) => out.payment.request.id,
        After::Tell { answer: Ok(told), .. } => told.payment.request.id,
        After::Tell { answer: Err(_), .. } => return false,
    };
    payments.contains(&id)
}

/// A call that was decided on and not made: should its intent be durable after all, it never left.
fn unmade(after: &After) -> Option<Ended> {
    match after {
        After::Call(out) => {
            let why = "it could not be recorded, so it was not sent".to_owned();
            Some((out.payment.request.id, out.call, End::NeverLeft(why)))
        }
        After::Tell { .. } => None,
    }
}
