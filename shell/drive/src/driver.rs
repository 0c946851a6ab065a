//! The loop that owns the engine: take in what happened, look up, make durable, then call and tell.

use crate::calls::{Calls, longest_call};
use crate::clock::Clock;
use crate::durable::{self, Durable, Permit};
use crate::handle::DriveError;
use crate::hear::Listeners;
use crate::housekeeping::keep_house;
use crate::node::words;
use crate::pace::Pace;
use crate::resume::Resuming;
use crate::watch::Changed;
use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use engine::lease::{Fence, Out};
use engine::{After, Batch, CallOut, Caller, Elsewhere, End, Engine, Told, Wake, Which};
use payment::{CallNo, Command, Notice, PayerCode, Refusal, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::{Found, Store, StoreError, Uncommitted};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Numbers reserved at a time: a server that stops skips no more than these.
const TRACES: u32 = 32;
/// Messages taken in for one transaction.
const ROUND_MAX: usize = 1_024;
/// The clock is looked at so often, should it have been set forward.
const NAP_MAX: Duration = Duration::from_secs(1);
/// While more calls than this are under way, what is due is looked at less often: whoever stands at a counter must not
/// wait for a place to be called from behind a thousand old payments.
const CALLS_MAX: u64 = 96;
const WHILE_BUSY: Duration = Duration::from_millis(100);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(5);

type Reply = oneshot::Sender<Result<Told, DriveError>>;

/// What reaches the loop.
pub(crate) enum Message {
    /// Somebody wants an amount taken. `again`: and was told before that somebody may have begun it under this key.
    Begin { request: Request, code: Option<PayerCode>, again: bool, reply: Reply },
    /// Somebody wants something of a payment.
    Command { payment: PaymentId, merchant: MerchantId, command: Command, reply: Reply },
    /// A call ended.
    Ended(Ended),
    /// A provider told us something, rightly signed; `done` hears what became of it.
    Noticed { channel: ChannelId, notice: Notice, done: oneshot::Sender<Heard> },
    /// Take these up; `done` hears whether they are.
    Resume { payments: Vec<PaymentId>, done: oneshot::Sender<bool> },
    /// Other servers are gone; what they drove is to be taken up.
    TakeOver,
    /// This server, being that member, counts no more.
    Out { me: Fence, why: Out },
    /// Take nothing new and come to an end.
    Stop,
}

/// What became of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is durable, or was known.
    Durable,
    /// It is about an order that nobody here has asked for.
    Unknown,
    /// It could not be recorded now.
    NotNow,
    /// The server at this address drives the payment.
    Elsewhere(String),
}

/// The end of a call.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    payment: PaymentId,
    call: CallNo,
    end: End,
}

/// The loop's own things.
pub(crate) struct Driver {
    engine: Engine,
    store: Store,
    calls: Calls,
    inbox: mpsc::Sender<Message>,
    messages: mpsc::Receiver<Message>,
    listeners: Listeners,
    round: Round,
    last_caller: Caller,
    failures: u32,
    pace: Pace,
    /// When what is due was last looked at.
    looked: Instant,
    stop_by: Option<Instant>,
    resuming: Option<JoinHandle<()>>,
    out: Option<Out>,
}

/// Who waits for this transaction, and what it must not lose if it fails.
#[derive(Default)]
struct Round {
    callers: BTreeMap<Caller, Reply>,
    confirm: Vec<oneshot::Sender<bool>>,
    notices: Vec<(PaymentId, oneshot::Sender<Heard>)>,
    ended: Vec<Ended>,
    resume: Vec<Which>,
    /// Keys that may have been used.
    doubted: BTreeSet<Which>,
}

/// What waits for the rows to be durable.
struct Held {
    tells: Vec<HeldTell>,
    calls: Vec<HeldCall>,
}

/// An answer to whoever asked us.
struct HeldTell {
    caller: Caller,
    answer: Result<Box<Told>, Refusal>,
}

/// A call that is being prepared. It leaves with its permit; when this is dropped, it never does.
struct HeldCall {
    payment: PaymentId,
    call: CallNo,
    leave: oneshot::Sender<Permit>,
}

impl Held {
    fn forget(&mut self, payments: &BTreeSet<PaymentId>) {
        let told_of = |tell: &HeldTell| tell.answer.as_ref().ok().map(|told| told.payment.request.id);
        self.tells.retain(|tell| told_of(tell).is_none_or(|id| !payments.contains(&id)));
        self.calls.retain(|call| !payments.contains(&call.payment));
    }

    fn tells(&self, who: Caller) -> bool {
        self.tells.iter().any(|tell| tell.caller == who)
    }
}

impl Driver {
    pub(crate) fn new(
        store: Store,
        calls: Calls,
        inbox: mpsc::Sender<Message>,
        messages: mpsc::Receiver<Message>,
        listeners: Listeners,
    ) -> Driver {
        let policies =
            calls.channels.iter().map(|(id, channel)| (*id, channel.setup.policy.clone())).collect();
        Driver {
            engine: Engine::new(policies),
            store,
            calls,
            inbox,
            messages,
            listeners,
            round: Round::default(),
            last_caller: 0,
            failures: 0,
            pace: Pace::default(),
            looked: Instant::now(),
            stop_by: None,
            resuming: None,
            out: None,
        }
    }

    /// Until it is told to stop and the calls under way have ended.
    pub(crate) async fn run(mut self) {
        self.join().await;
        let seat = Arc::clone(&self.calls.seat);
        let keeping = keep_house(self.store.clone(), Arc::clone(&self.calls.clock), Arc::clone(&seat));
        let background = [
            tokio::spawn(keeping),
            tokio::spawn(seat.keep(
                self.store.clone(),
                Arc::clone(&self.calls.clock),
                self.inbox.downgrade(),
            )),
            tokio::spawn(self.listeners.clone().follow(self.store.clone(), self.calls.clone())),
            tokio::spawn(Arc::clone(&self.calls.routes).keep(
                self.store.clone(),
                Arc::clone(&self.calls.clock),
                Arc::clone(&self.calls.seat),
            )),
        ];
        let renewing = crate::keys::keep_all(&self.calls);
        let mut messages = Vec::with_capacity(ROUND_MAX);
        while !self.has_stopped() {
            self.wait(&mut messages).await;
            messages.drain(..).for_each(|message| self.take_in(message));
            let now = self.now();
            if self.looks_at_due() && self.engine.next_due().is_some_and(|due| due <= now) {
                self.looked = Instant::now();
                self.engine.handle(Wake::Time, now);
            }
            if let Some(why) = self.out.take() {
                self.fenced(why).await;
                continue;
            }
            self.round_trip().await;
            if self.nothing_is_open() {
                self.calls.clock.agree();
            }
        }
        for task in background.into_iter().chain(self.resuming.take()).chain(renewing) {
            task.abort();
        }
        if let Err(error) = self.calls.routes.save(&self.store).await {
            tracing::warn!("what was learned of the channels last is forgotten: {error}");
        }
        self.calls.seat.leave(&self.store).await;
    }

    /// Looks up, makes durable, and only then carries out.
    async fn round_trip(&mut self) {
        let (mut batch, done) = self.settle().await;
        let mut held = self.hold(std::mem::take(&mut batch.after));
        let began = Instant::now();
        let done = match done {
            Ok(()) => self.commit(&mut batch, &mut held).await,
            Err(error) => Err(Uncommitted::Failed(error)),
        };
        self.pace.note(began);
        match done {
            Ok(durable) => self.carry_out(batch, held, durable),
            Err(Uncommitted::Failed(error)) => self.give_up(held, &error).await,
            Err(Uncommitted::Fenced | Uncommitted::Refused(_)) => {
                drop(held);
                let why = self.calls.seat.why_out(&self.store).await;
                self.fenced(why).await;
            }
        }
    }

    /// Makes durable what is ours; what turns out to be another server's is let go.
    async fn commit(&mut self, batch: &mut Batch, held: &mut Held) -> Result<Durable, Uncommitted> {
        loop {
            let done = durable::commit(&self.store, self.calls.seat.me(), batch, self.now()).await;
            let Err(Uncommitted::Refused(refused)) = done else { return done };
            batch.without(&refused);
            self.engine.let_go(&refused);
            held.forget(&refused);
            for waiting in std::mem::take(&mut self.round.callers) {
                let (caller, reply) = waiting;
                // Whoever was told nothing by what is left asks again.
                match held.tells(caller) {
                    true => drop(self.round.callers.insert(caller, reply)),
                    false => answer(reply, Err(DriveError::Moved)),
                }
            }
            for (_, done) in self.round.notices.extract_if(.., |(payment, _)| refused.contains(payment)) {
                let _ = done.send(Heard::NotNow);
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.calls.clock.now()
    }

    /// Whether no payment waits for anything, here or with a server that may leave it to this one.
    fn nothing_is_open(&self) -> bool {
        let all_taken_up = self.resuming.as_ref().is_some_and(JoinHandle::is_finished);
        let idle = self.calls_under_way() == 0 && self.engine.open_payments() == 0;
        !self.store.is_shared() && all_taken_up && idle
    }

    /// Whether it is time for what is due.
    fn looks_at_due(&self) -> bool {
        let calm = self.calls_under_way() < CALLS_MAX || self.looked.elapsed() >= WHILE_BUSY;
        self.stop_by.is_none() && calm
    }

    fn calls_under_way(&self) -> u64 {
        self.calls.counters.calls_in_flight.load(Ordering::Relaxed)
    }

    fn has_stopped(&self) -> bool {
        let idle = || self.calls_under_way() == 0 && self.messages.is_empty();
        self.stop_by.is_some_and(|by| Instant::now() >= by || idle())
    }

    /// Until something happens or something is due. All that has gathered comes at once.
    async fn wait(&mut self, messages: &mut Vec<Message>) {
        let under_way = self.calls_under_way();
        if let Some(until) = self.pace.gather_until(under_way) {
            tokio::time::sleep_until(until).await;
        }
        let nap = self.engine.next_due().map_or(NAP_MAX, |due| due.since(self.now()).min(NAP_MAX));
        let busy_until = self.looked + WHILE_BUSY;
        let nap = if under_way < CALLS_MAX { nap } else { nap.max(busy_until - Instant::now()) };
        // What is due stays due while it stops, so that must not cut the nap short.
        let nap = if self.stop_by.is_some() { Duration::from_millis(20) } else { nap };
        let nap = if self.round.ended.is_empty() { nap } else { Duration::ZERO };
        // No time at all means that the inbox is empty, or that there is work to do as well.
        let _ = tokio::time::timeout(nap, self.messages.recv_many(messages, ROUND_MAX)).await;
    }

    fn take_in(&mut self, message: Message) {
        let now = self.now();
        match message {
            Message::Begin { reply, .. } | Message::Command { reply, .. } if self.stop_by.is_some() => {
                answer(reply, Err(DriveError::Stopping));
            }
            Message::Begin { request, code, again, reply } => {
                let caller = self.await_answer(reply);
                if again {
                    self.round.doubted.insert(Which::Key(request.merchant, request.key.clone()));
                }
                self.engine.handle(Wake::Begin { request, code, caller }, now);
            }
            Message::Command { payment, merchant, command, reply } => {
                let caller = self.await_answer(reply);
                self.engine.handle(Wake::Command { payment, merchant, command, caller }, now);
            }
            Message::Ended(ended) => self.take_in_end(ended),
            Message::Noticed { channel, notice, done } => {
                self.round.notices.push((notice.order_no.id(), done));
                self.engine.handle(Wake::Noticed { channel, notice }, now);
            }
            Message::Resume { payments, done } => {
                self.round.confirm.push(done);
                self.round.resume.extend(payments.into_iter().map(Which::Id));
            }
            Message::TakeOver => self.resume_all(),
            Message::Out { me, why } => {
                if me == self.calls.seat.me() {
                    self.out = Some(why);
                }
            }
            Message::Stop => {
                let longest = longest_call(self.calls.channels.values().map(|channel| &channel.setup.policy));
                self.stop_by.get_or_insert(Instant::now() + longest);
            }
        }
    }

    fn take_in_end(&mut self, ended: Ended) {
        self.round.ended.push(ended.clone());
        let wake = Wake::Ended { payment: ended.payment, call: ended.call, end: ended.end };
        self.engine.handle(wake, self.now());
    }

    fn await_answer(&mut self, reply: Reply) -> Caller {
        self.last_caller += 1;
        self.round.callers.insert(self.last_caller, reply);
        self.last_caller
    }

    /// Looks up what the engine asks for until it asks for nothing more. What it came to until a look-up failed is
    /// in the batch all the same.
    async fn settle(&mut self) -> (Batch, Result<(), StoreError>) {
        let mut batch = Batch::default();
        loop {
            let work = self.engine.take();
            join(&mut batch, work.batch);
            let (fresh, mut loads): (Vec<Which>, Vec<Which>) =
                work.loads.into_iter().partition(|which| self.is_taken_for_fresh(which));
            loads.append(&mut self.round.resume);
            if fresh.is_empty() && loads.is_empty() && work.traces.is_empty() {
                return (batch, Ok(()));
            }
            self.take_in_found(fresh.into_iter().map(|which| (which, Found::Nothing)).collect());
            if let Err(error) = self.take_in_traces(work.traces).await {
                return (batch, Err(error));
            }
            if loads.is_empty() {
                continue;
            }
            match self.store.load_as(self.calls.seat.me(), &loads).await {
                Ok(found) => self.take_in_found(found),
                Err(error) => return (batch, Err(error)),
            }
        }
    }

    async fn take_in_traces(&mut self, channels: Vec<ChannelId>) -> Result<(), StoreError> {
        for channel in channels {
            let traces = self.store.reserve_traces(channel, TRACES).await?;
            let now = self.now();
            self.engine.handle(Wake::Traces { channel, traces }, now);
        }
        Ok(())
    }

    /// A key that no payment in memory has is new nearly always, so it is not looked up first. The store has no key
    /// twice: with one that was used nothing becomes durable, and its caller asks again and is looked up.
    fn is_taken_for_fresh(&self, which: &Which) -> bool {
        matches!(which, Which::Key(..)) && !self.round.doubted.contains(which)
    }

    fn take_in_found(&mut self, found: Vec<(Which, Found)>) {
        let now = self.now();
        for (which, found) in found {
            if let (Which::Id(id), Found::Nothing) = (&which, &found) {
                let id = *id;
                hear(self.round.notices.extract_if(.., |(about, _)| *about == id).collect(), &Heard::Unknown);
            }
            let wake = match found {
                Found::Nothing => Wake::Loaded { which, entries: None },
                Found::Here(entries) => Wake::Loaded { which, entries: Some(entries) },
                Found::Elsewhere { entries, holder } => Wake::Elsewhere { which, entries, holder },
            };
            self.engine.handle(wake, now);
        }
    }

    /// What waits for the rows to be durable. Calls are prepared meanwhile.
    fn hold(&self, after: Vec<After>) -> Held {
        let mut held = Held { tells: Vec::new(), calls: Vec::new() };
        for after in after {
            match after {
                After::Call(out) => held.calls.push(self.prepare(*out)),
                After::Tell { caller, answer } => held.tells.push(HeldTell { caller, answer }),
            }
        }
        held
    }

    /// The rows are durable: now, and only now, callers are told and calls leave.
    fn carry_out(&mut self, batch: Batch, held: Held, mut durable: Durable) {
        self.failures = 0;
        self.engine.committed(&batch);
        self.calls.counters.committed(batch.rows.len(), self.engine.open_payments());
        let mut round = std::mem::take(&mut self.round);
        for HeldTell { caller, answer: told } in held.tells {
            if let Some(reply) = round.callers.remove(&caller) {
                answer(reply, told.map(|told| *told).map_err(DriveError::Refused));
            }
        }
        self.send_elsewhere(&mut round, &batch.elsewhere);
        confirm(round.confirm, true);
        hear(round.notices, &Heard::Durable);
        self.publish(batch.changes, &durable.events);
        // The task that is woken last runs first, and the provider is farther away than all the others.
        for HeldCall { payment, call, leave } in held.calls {
            // A call whose task broke is ended by the engine when its time is over.
            let _ = leave.send(durable.permit(payment, call));
        }
    }

    /// Whoever wants something of a payment that another server drives is told where that is.
    fn send_elsewhere(&self, round: &mut Round, elsewhere: &[Elsewhere]) {
        // A server that has no address, or is not known here yet, may be gone in a moment.
        let address = |holder| self.calls.seat.address(holder);
        for sent in elsewhere {
            match *sent {
                Elsewhere::Caller { caller, holder } => {
                    if let Some(reply) = round.callers.remove(&caller) {
                        answer(reply, Err(address(holder).map_or(DriveError::Moved, DriveError::Elsewhere)));
                    }
                }
                Elsewhere::Notice { payment, holder } => {
                    let heard = address(holder).map_or(Heard::NotNow, Heard::Elsewhere);
                    let of_it = round.notices.extract_if(.., |(of, _)| *of == payment);
                    hear(of_it.collect(), &heard);
                }
            }
        }
    }

    fn publish(&self, changes: Vec<engine::Change>, events: &[store::EventId]) {
        let changed: Vec<Arc<Changed>> = changes
            .into_iter()
            .zip(events)
            .map(|(change, event)| Arc::new(Changed { event_id: *event, change }))
            .collect();
        self.listeners.publish(changed);
    }

    fn prepare(&self, out: CallOut) -> HeldCall {
        let (calls, inbox) = (self.calls.clone(), self.inbox.clone());
        let (payment, call) = (out.payment.request.id, out.call);
        let (leave, permit) = oneshot::channel();
        let counted = calls.count();
        // A task of its own, so that the batch is on its way to the disk before anybody signs.
        tokio::spawn(async move {
            if let Some(end) = calls.make(out, permit).await {
                // A closed inbox: the server stopped, and what was asked reads as lost when it is back.
                let _ = inbox.send(Message::Ended(Ended { payment, call, end })).await;
            }
            drop(counted);
        });
        HeldCall { payment, call, leave }
    }

    /// The rows could not be made durable. Nothing of the batch is carried out; the ends of calls are kept, all
    /// else is forgotten and read from the store again.
    async fn give_up(&mut self, held: Held, error: &StoreError) {
        self.failures += 1;
        self.calls.counters.store_failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!("nothing was sent or told, reading everything again: {error}");
        let mut round = std::mem::take(&mut self.round);
        for (_, reply) in std::mem::take(&mut round.callers) {
            answer(reply, Err(DriveError::StoreFailed(error.to_string())));
        }
        confirm(round.confirm, false);
        hear(round.notices, &Heard::NotNow);
        self.engine.forget();
        let unmade: Vec<Ended> = held.calls.into_iter().map(unmade).collect();
        self.pause(&mut round.ended).await;
        // A number that a call of the failed batch had is given again to the call that the kept ends lead to. What is
        // said of the former must be heard before those, while it can only mean a call that is durable after all.
        unmade.into_iter().chain(round.ended).for_each(|ended| self.take_in_end(ended));
        self.resume_all();
    }

    /// Others have taken this server for dead. What it knew is forgotten, and nothing of what it had decided happens; it
    /// begins anew as somebody else, or ends if somebody else has its name.
    async fn fenced(&mut self, why: Out) {
        tracing::error!("{}", words(why));
        let round = std::mem::take(&mut self.round);
        for (_, reply) in round.callers {
            answer(reply, Err(DriveError::Moved));
        }
        confirm(round.confirm, false);
        hear(round.notices, &Heard::NotNow);
        self.engine.forget();
        match why {
            Out::Fenced => self.join().await,
            Out::Replaced => {
                self.calls.seat.is_replaced_now();
                self.stop_by = Some(Instant::now());
            }
        }
        round.ended.into_iter().for_each(|ended| self.take_in_end(ended));
    }

    /// Becomes one of the servers, however long the database keeps it waiting, and takes up what nobody drives.
    async fn join(&mut self) {
        while let Err(error) = self.calls.seat.join(&self.store, &self.calls.clock).await {
            self.failures += 1;
            self.calls.counters.store_failures.fetch_add(1, Ordering::Relaxed);
            tracing::error!("this server cannot begin to drive payments: {error}");
            let mut ended = Vec::new();
            self.pause(&mut ended).await;
            self.round.ended.append(&mut ended);
            if self.stop_by.is_some() {
                return;
            }
        }
        self.failures = 0;
        self.resume_all();
    }

    /// Waits longer with every failure in a row. Meanwhile wishes are refused rather than kept waiting.
    async fn pause(&mut self, ended: &mut Vec<Ended>) {
        let pause = FIRST_PAUSE.saturating_mul(1 << (self.failures - 1).min(10)).min(PAUSE_MAX);
        let until = Instant::now() + pause;
        while let Ok(Some(message)) = tokio::time::timeout_at(until, self.messages.recv()).await {
            match message {
                Message::Begin { reply, .. } | Message::Command { reply, .. } => {
                    answer(reply, Err(DriveError::StoreFailed("the database fails just now".to_owned())));
                }
                Message::Ended(end) => ended.push(end),
                Message::Noticed { done, .. } => {
                    let _ = done.send(Heard::NotNow);
                }
                Message::Resume { done, .. } => confirm(vec![done], false),
                Message::TakeOver => {}
                other @ (Message::Stop | Message::Out { .. }) => self.take_in(other),
            }
        }
    }

    fn resume_all(&mut self) {
        if let Some(earlier) = self.resuming.take() {
            earlier.abort();
        }
        let resuming = Resuming {
            store: self.store.clone(),
            me: self.calls.seat.me(),
            driver: self.inbox.downgrade(),
            counters: Arc::clone(&self.calls.counters),
        };
        self.resuming = Some(tokio::spawn(resuming.run()));
    }
}

/// Adds what a second look at the engine brought to the same transaction. A payment changes once in it: the later
/// state holds, and what it came to on the way is not forgotten.
fn join(batch: &mut Batch, more: Batch) {
    batch.rows.extend(more.rows);
    batch.after.extend(more.after);
    batch.elsewhere.extend(more.elsewhere);
    if batch.changes.is_empty() {
        batch.changes = more.changes;
        return;
    }
    let places = batch.changes.iter().enumerate().map(|(place, change)| (change.payment.request.id, place));
    let places: BTreeMap<PaymentId, usize> = places.collect();
    for mut change in more.changes {
        match places.get(&change.payment.request.id) {
            Some(place) => {
                change.became = change.became.or(batch.changes[*place].became);
                batch.changes[*place] = change;
            }
            None => batch.changes.push(change),
        }
    }
}

/// A call that was decided on and did not get its permit: should its intent be durable after all, it never left.
fn unmade(held: HeldCall) -> Ended {
    let end = End::NeverLeft("it could not be recorded, so it was not sent".to_owned());
    Ended { payment: held.payment, call: held.call, end }
}

fn answer(reply: Reply, answer: Result<Told, DriveError>) {
    // Whoever asked may have gone; what was done stays done.
    let _ = reply.send(answer);
}

fn hear(waiting: Vec<(PaymentId, oneshot::Sender<Heard>)>, heard: &Heard) {
    for (_, waiter) in waiting {
        let _ = waiter.send(heard.clone());
    }
}

fn confirm(waiting: Vec<oneshot::Sender<bool>>, done: bool) {
    for waiter in waiting {
        let _ = waiter.send(done);
    }
}
