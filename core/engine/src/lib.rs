//! Many payments at once: a [`Wake`] comes in, a [`Work`] order goes out. The engine never awaits, reads a
//! clock or touches a disk, so a simulated world drives the very same engine as a server does.
//!
//! What it asks of whoever drives it:
//!
//! 1. After handling wakes, [`Engine::take`] the work: do the loads and [`Engine::handle`] each
//!    [`Wake::Loaded`] before anything else; repeat until there are none.
//!    Likewise for [`Work::traces`]: reserve numbers and say [`Wake::Traces`] of them.
//! 2. Make the batch's rows durable in one transaction. Only then carry out what comes `after`: calls leave
//!    and callers are told. Then [`Engine::committed`], and only then take the next batch.
//! 3. If the rows could not be made durable, nothing of `after` may happen: [`Engine::forget`] and tell the
//!    callers that it failed. What is true is read from the store again.
//! 4. Every call ends in exactly one [`Wake::Ended`]. A driver that dies instead needs to do nothing: loaded
//!    again, a call without an end reads as lost.
//! 5. [`Wake::Time`] when the clock passes [`Engine::next_due`].
//! 6. Where several nodes share the store (see [`lease`]): say [`Wake::Elsewhere`] of what another one drives, and
//!    [`Engine::let_go`] of what turns out to be another's when it is to be made durable.
//!
//! Since calls exist only in `after`, no byte can leave before its intent is durable.

mod keys;
pub mod lease;
mod numbers;
mod open;
pub mod steady;

use crate::lease::Fence;
use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use keys::Keys;
use numbers::{NoneLeft, Numbers};
use open::Open;
use payment::{
    Answer, Ask, CallNo, Command, Entry, Fact, Lost, Next, Notice, Outcome, PayerCode, Payment, Policy,
    Refusal, Request, Traces, check_repeat, decide, hear,
};
use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::Arc;
use std::time::Duration;

/// Payments whose time has come are looked at so many at once; [`Engine::next_due`] stays in the past for the rest.
const DUE_MAX: usize = 128;

/// A payment that nothing happens to for so long leaves memory; its time, or whatever is said about it, has it looked up
/// again. Longer than any wait while somebody stands at a counter.
const SLEEPS: Duration = Duration::from_secs(45);

/// Who waits for an answer; the driver's own numbering.
pub type Caller = u64;

/// Everything that can wake the engine.
#[derive(Debug)]
pub enum Wake {
    /// Somebody wants an amount taken.
    Begin {
        /// What is wanted.
        request: Request,
        /// The payer's code, kept only until it is spent.
        code: Option<PayerCode>,
        /// Who is told.
        caller: Caller,
    },
    /// Somebody wants something of a payment.
    Command {
        /// Which payment.
        payment: PaymentId,
        /// Whose it must be.
        merchant: MerchantId,
        /// What is wanted.
        command: Command,
        /// Who is told.
        caller: Caller,
    },
    /// A call ended.
    Ended {
        /// Whose call.
        payment: PaymentId,
        /// Which call.
        call: CallNo,
        /// How.
        end: End,
    },
    /// A provider told us something, rightly signed. Told to nobody but the timeline.
    Noticed {
        /// The channel it came over; a notice about another channel's payment is not believed.
        channel: ChannelId,
        /// What it says.
        notice: Notice,
    },
    /// The store answered a load.
    Loaded {
        /// What was looked for.
        which: Which,
        /// The payment's facts, or nothing if there is none.
        entries: Option<Vec<Entry>>,
    },
    /// The store answered a load: another node drives this payment. Its facts are for answering alone.
    Elsewhere {
        /// What was looked for.
        which: Which,
        /// The payment's facts.
        entries: Vec<Entry>,
        /// Who drives it.
        holder: Fence,
    },
    /// Numbers were reserved: durably, so that nobody is ever given them again.
    Traces {
        /// For which channel.
        channel: ChannelId,
        /// The numbers.
        traces: Traces,
    },
    /// The clock passed a due time.
    Time,
}

/// How a call ended. There is no fourth way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A reply came; this is what it proves.
    Answered(Answer),
    /// No reply will come; it may have taken effect.
    Lost(Lost),
    /// No byte left; it cannot have taken effect.
    NeverLeft(String),
}

/// A payment to look up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// By its id.
    Id(PaymentId),
    /// By a merchant's idempotency key.
    Key(MerchantId, String),
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Work {
    /// Look these up first.
    pub loads: Vec<Which>,
    /// Reserve numbers for these channels first, too: there are none left in memory.
    pub traces: Vec<ChannelId>,
    /// Then make this durable, and do what comes after.
    pub batch: Batch,
}

/// Rows of one transaction and what they permit. `after` may be due although there are no rows.
#[derive(Debug, Default)]
pub struct Batch {
    /// New facts in order; `seq` counts from 1 within each payment.
    pub rows: Vec<Row>,
    /// How each changed payment stands after the batch; one for each.
    pub changes: Vec<Change>,
    /// What may happen once the rows are durable.
    pub after: Vec<After>,
    /// What is for other nodes; it waits for no rows.
    pub elsewhere: Vec<Elsewhere>,
}

impl Batch {
    /// Takes out everything about these payments; gives whom nobody will tell anything now.
    pub fn without(&mut self, payments: &BTreeSet<PaymentId>) -> Vec<Caller> {
        let of = |payment: &Payment| payments.contains(&payment.request.id);
        self.rows.retain(|row| !payments.contains(&row.payment));
        self.changes.retain(|change| !of(&change.payment));
        let mut untold = Vec::new();
        self.after.retain(|after| match after {
            After::Call(out) => !of(&out.payment),
            After::Tell { caller, answer: Ok(told) } if of(&told.payment) => {
                untold.push(*caller);
                false
            }
            After::Tell { .. } => true,
        });
        untold
    }
}

/// One new fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub payment: PaymentId,
    /// Its place among the payment's facts, from 1.
    pub seq: u32,
    /// The fact.
    pub entry: Entry,
}

/// How a payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What its facts add up to. Shared with the engine and with whoever is told: a payment is large, and a copy is made
    /// only when it learns something while somebody still reads how it stood.
    pub payment: Arc<Payment>,
    /// What is next.
    pub next: Next,
    /// When it must be looked at again, also after a restart; nothing if it rests.
    pub due: Option<Timestamp>,
    /// The outcome it came to in this batch, if it had not rested so before.
    pub became: Option<Outcome>,
}

/// What durable rows permit.
#[derive(Debug)]
pub enum After {
    /// Ask the provider.
    Call(Box<CallOut>),
    /// Tell a caller how the payment stands, or why not.
    Tell {
        /// Whom.
        caller: Caller,
        /// What.
        answer: Result<Box<Told>, Refusal>,
    },
}

/// What is for another node to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// This caller wants something of a payment that it drives.
    Caller {
        /// Who waits.
        caller: Caller,
        /// Which node.
        holder: Fence,
    },
    /// A provider told us something about a payment that it drives.
    Notice {
        /// Which payment.
        payment: PaymentId,
        /// Which node.
        holder: Fence,
    },
}

/// A call to make.
#[derive(Debug)]
pub struct CallOut {
    /// The payment as it stands.
    pub payment: Arc<Payment>,
    /// The call's number, for [`Wake::Ended`].
    pub call: CallNo,
    /// What to ask.
    pub ask: Ask,
    /// The payer's code, for the charge alone.
    pub code: Option<PayerCode>,
}

/// How a payment stands, for a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What its facts add up to.
    pub payment: Arc<Payment>,
    /// What is next.
    pub next: Next,
}

/// The open payments of one node.
#[derive(Debug, Default)]
pub struct Engine {
    policies: BTreeMap<ChannelId, Policy>,
    standard: Policy,
    // In boxes: the map moves its entries about, and a payment is large.
    open: BTreeMap<PaymentId, Box<Open>>,
    by_key: Keys,
    due: BTreeSet<(Timestamp, PaymentId)>,
    /// Payments that have left memory until their time, which stands among the others.
    asleep: BTreeMap<PaymentId, Timestamp>,
    in_flight: BTreeSet<(PaymentId, CallNo)>,
    loading: BTreeMap<Which, Vec<Wake>>,
    /// Whom something happened to since the last batch, in any order; see [`Open::touched`].
    touched: Vec<PaymentId>,
    numbers: Numbers,
    /// When something last happened.
    now: Option<Timestamp>,
    work: Work,
}

impl Engine {
    /// An engine that knows each channel's timing.
    pub fn new(policies: BTreeMap<ChannelId, Policy>) -> Engine {
        Engine { policies, ..Engine::default() }
    }

    /// The timing of a channel; a channel that is configured no more keeps the standard one.
    pub fn policy(&self, channel: ChannelId) -> &Policy {
        self.policies.get(&channel).unwrap_or(&self.standard)
    }

    /// When [`Wake::Time`] is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(due, _)| *due)
    }

    /// How many payments are in memory, or have left it only until their time comes.
    pub fn open_payments(&self) -> usize {
        self.open.len() + self.asleep.len()
    }

    /// How many payments have left memory until their time comes.
    pub fn sleeping_payments(&self) -> usize {
        self.asleep.len()
    }

    /// Takes in what happened.
    pub fn handle(&mut self, wake: Wake, now: Timestamp) {
        self.now = Some(now);
        match wake {
            Wake::Begin { request, code, caller } => self.begin(request, code, caller),
            Wake::Command { payment, merchant, command, caller } => {
                self.command(payment, merchant, command, caller, now)
            }
            Wake::Ended { payment, call, end } => self.ended(payment, call, end, now),
            Wake::Noticed { channel, notice } => self.noticed(channel, notice, now),
            Wake::Loaded { which, entries } => self.loaded(which, entries, now),
            Wake::Elsewhere { which, entries, holder } => self.found_elsewhere(which, &entries, holder, now),
            Wake::Traces { channel, traces } => self.go_on_with(channel, traces, now),
            Wake::Time => self.time(now),
        }
    }

    /// What is to be done because of it.
    pub fn take(&mut self) -> Work {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for id in touched {
            let Some(open) = self.open.get_mut(&id) else { continue };
            open.touched = false;
            if open.learnt {
                self.work.batch.changes.push(open.change());
            } else if open.rests() {
                self.drop_payment(id);
            } else {
                self.let_sleep(id);
            }
        }
        std::mem::take(&mut self.work)
    }

    /// The batch last taken is durable: payments that rest, or wait for long, may leave memory.
    pub fn committed(&mut self, batch: &Batch) {
        for change in &batch.changes {
            let id = change.payment.request.id;
            match self.open.get(&id).filter(|open| !open.touched) {
                Some(open) if open.rests() => self.drop_payment(id),
                Some(_) => self.let_sleep(id),
                None => {}
            }
        }
    }

    /// Lets a payment leave memory until its time, if that is far and nothing is known of it but what is stored.
    fn let_sleep(&mut self, id: PaymentId) {
        let due = self.open.get(&id).filter(|open| open.is_as_stored()).and_then(|open| open.due);
        if let Some(due) = due.filter(|due| self.now.is_some_and(|now| *due >= now + SLEEPS)) {
            self.drop_payment(id);
            self.asleep.insert(id, due);
        }
    }

    /// The batch last taken could not be made durable: everything in memory is doubted and will be loaded anew.
    pub fn forget(&mut self) {
        let in_flight = std::mem::take(&mut self.in_flight);
        let policies = std::mem::take(&mut self.policies);
        let standard = self.standard.clone();
        *self = Engine { policies, standard, in_flight, ..Engine::default() };
    }

    /// These payments are another node's: nothing that was decided about them here counts, and what is wanted of them
    /// is looked up anew.
    pub fn let_go(&mut self, payments: &BTreeSet<PaymentId>) {
        for id in payments {
            let asleep = self.asleep.remove(id);
            if let Some(due) = self.open.get(id).and_then(|open| open.due).or(asleep) {
                self.due.remove(&(due, *id));
            }
            self.drop_payment(*id);
        }
        self.touched.retain(|id| !payments.contains(id));
        self.in_flight.retain(|(id, _)| !payments.contains(id));
        self.numbers.let_go(payments);
        self.work.batch.without(payments);
    }

    fn begin(&mut self, request: Request, code: Option<PayerCode>, caller: Caller) {
        let Some(id) = self.by_key.get(request.merchant, &request.key) else {
            let which = Which::Key(request.merchant, request.key.clone());
            return self.load_then(which, Wake::Begin { request, code, caller });
        };
        let open = &self.open[&id];
        let answer = check_repeat(&open.payment, &request.content).map(|()| id);
        self.tell(caller, answer);
    }

    fn create(&mut self, request: Request, code: Option<PayerCode>, caller: Caller, now: Timestamp) {
        let id = request.id;
        self.by_key.insert(request.merchant, request.key.clone(), id);
        let first = Entry { at: now, fact: Fact::Requested(request.into()) };
        let payment = Payment::begin(&first);
        self.work.batch.rows.push(Row { payment: id, seq: 1, entry: first });
        self.open.insert(id, Box::new(Open::new(payment, code)));
        self.settle(id, now);
        self.tell(caller, Ok(id));
    }

    fn command(
        &mut self,
        id: PaymentId,
        merchant: MerchantId,
        command: Command,
        caller: Caller,
        now: Timestamp,
    ) {
        let Some(open) = self.open.get(&id) else {
            return self.load_then(Which::Id(id), Wake::Command { payment: id, merchant, command, caller });
        };
        if open.payment.request.merchant != merchant {
            return self.tell(caller, Err(Refusal::NoSuchPayment));
        }
        match decide(&open.payment, &command) {
            Ok(fact) => {
                if let Some(fact) = fact {
                    self.learn(id, fact, now);
                }
                self.settle(id, now);
                self.tell(caller, Ok(id));
            }
            Err(refusal) => {
                self.settle(id, now);
                self.tell(caller, Err(refusal));
            }
        }
    }

    fn ended(&mut self, id: PaymentId, call: CallNo, end: End, now: Timestamp) {
        let Some(open) = self.open.get(&id) else {
            return self.load_then(Which::Id(id), Wake::Ended { payment: id, call, end });
        };
        self.in_flight.remove(&(id, call));
        if open.payment.open_call.is_none_or(|open| open.call != call) {
            return;
        }
        let fact = match end {
            End::Answered(answer) => Fact::Answered { call, answer },
            End::Lost(why) => Fact::Lost { call, why },
            End::NeverLeft(why) => Fact::NeverLeft { call, why },
        };
        self.learn(id, fact, now);
        self.settle(id, now);
    }

    fn noticed(&mut self, channel: ChannelId, notice: Notice, now: Timestamp) {
        let id = notice.order_no.id();
        let Some(open) = self.open.get(&id) else {
            return self.load_then(Which::Id(id), Wake::Noticed { channel, notice });
        };
        let ours = open.payment.request.channel == channel;
        if let Some(fact) = hear(&open.payment, &notice).filter(|_| ours) {
            self.learn(id, fact, now);
        }
        self.settle(id, now);
    }

    fn loaded(&mut self, which: Which, entries: Option<Vec<Entry>>, now: Timestamp) {
        let waiting = self.loading.remove(&which).unwrap_or_default();
        let Some(entries) = entries else {
            return waiting.into_iter().for_each(|wake| self.found_nothing(wake, now));
        };
        let id = self.admit(&entries);
        for wake in waiting {
            self.handle(wake, now);
        }
        self.end_orphan_call(id, now);
        self.settle(id, now);
    }

    /// Whoever repeats a request is answered from the facts; whoever wants something is sent to the holder. The end of a
    /// call of ours that the holder has taken for lost is dropped.
    fn found_elsewhere(&mut self, which: Which, entries: &[Entry], holder: Fence, now: Timestamp) {
        let payment = Arc::new(payment::fold(entries));
        let id = payment.request.id;
        if self.open.contains_key(&id) || self.asleep.contains_key(&id) {
            self.let_go(&[id].into());
        }
        for wake in self.loading.remove(&which).unwrap_or_default() {
            match wake {
                Wake::Begin { request, caller, .. } => {
                    let next = payment::next(&payment, self.policy(payment.request.channel), now);
                    let told = Box::new(Told { payment: Arc::clone(&payment), next });
                    let answer = check_repeat(&payment, &request.content).map(|()| told);
                    self.work.batch.after.push(After::Tell { caller, answer });
                }
                Wake::Command { merchant, caller, .. } if merchant != payment.request.merchant => {
                    self.tell(caller, Err(Refusal::NoSuchPayment));
                }
                Wake::Command { caller, .. } => {
                    self.work.batch.elsewhere.push(Elsewhere::Caller { caller, holder });
                }
                Wake::Noticed { .. } => {
                    self.work.batch.elsewhere.push(Elsewhere::Notice { payment: id, holder });
                }
                Wake::Ended { call, .. } => {
                    self.in_flight.remove(&(id, call));
                }
                Wake::Loaded { .. } | Wake::Elsewhere { .. } | Wake::Traces { .. } | Wake::Time => {}
            }
        }
    }

    /// Puts a loaded payment into memory, unless it is there already.
    fn admit(&mut self, entries: &[Entry]) -> PaymentId {
        let Some(Entry { fact: Fact::Requested(request), .. }) = entries.first() else {
            panic!("the first fact of a payment is that it was requested")
        };
        self.by_key.insert(request.merchant, request.key.clone(), request.id);
        if let Some(due) = self.asleep.remove(&request.id) {
            self.due.remove(&(due, request.id));
        }
        let policy = self.policies.get(&request.channel).unwrap_or(&self.standard);
        self.open.entry(request.id).or_insert_with(|| Box::new(Open::loaded(entries, policy)));
        request.id
    }

    /// A call that nobody is making any more reads as lost: we stopped while it was under way.
    fn end_orphan_call(&mut self, id: PaymentId, now: Timestamp) {
        let orphan =
            self.open[&id].payment.open_call.filter(|open| !self.in_flight.contains(&(id, open.call)));
        if let Some(open) = orphan {
            self.learn(id, Fact::Lost { call: open.call, why: Lost::WeStopped }, now);
        }
    }

    fn found_nothing(&mut self, wake: Wake, now: Timestamp) {
        match wake {
            Wake::Begin { request, code, caller } => {
                let created_meanwhile = self.by_key.get(request.merchant, &request.key).is_some();
                if created_meanwhile {
                    self.begin(request, code, caller);
                } else {
                    self.create(request, code, caller, now);
                }
            }
            Wake::Command { caller, .. } => self.tell(caller, Err(Refusal::NoSuchPayment)),
            Wake::Ended { payment, call, .. } => {
                self.in_flight.remove(&(payment, call));
            }
            Wake::Noticed { .. }
            | Wake::Loaded { .. }
            | Wake::Elsewhere { .. }
            | Wake::Traces { .. }
            | Wake::Time => {}
        }
    }

    fn time(&mut self, now: Timestamp) {
        let due = self.due.iter().take_while(|(due, _)| *due <= now).take(DUE_MAX).copied();
        for (due, id) in due.collect::<Vec<_>>() {
            self.due.remove(&(due, id));
            if let Some(open) = self.open.get_mut(&id) {
                open.due = None;
                self.end_overdue_call(id, now);
                self.settle(id, now);
            } else if self.asleep.remove(&id).is_some() {
                self.look_up(Which::Id(id));
            }
        }
    }

    /// The driver ends every call in time; should it fail to, the call is lost all the same.
    fn end_overdue_call(&mut self, id: PaymentId, now: Timestamp) {
        let payment = &self.open[&id].payment;
        let patience = self.policy(payment.request.channel).call_timeout;
        if let Some(open) = payment.open_call.filter(|open| now >= open.at + patience + patience) {
            self.in_flight.remove(&(id, open.call));
            self.learn(id, Fact::Lost { call: open.call, why: Lost::TimedOut }, now);
        }
    }

    fn learn(&mut self, id: PaymentId, fact: Fact, now: Timestamp) {
        let open = self.open.get_mut(&id).expect("only open payments learn");
        self.work.batch.rows.push(open.learn(fact, now));
    }

    /// Does what is next until there is something to wait for.
    fn settle(&mut self, id: PaymentId, now: Timestamp) {
        let open = self.open.get_mut(&id).expect("only open payments settle");
        if !std::mem::replace(&mut open.touched, true) {
            self.touched.push(id);
        }
        let policy = self.policies.get(&open.payment.request.channel).unwrap_or(&self.standard);
        let batch = &mut self.work.batch;
        let (next, due) = loop {
            let next = payment::next(&open.payment, policy, now.max(open.payment.updated_at));
            let due = match next {
                Next::Ask(ask) => match self.numbers.draw(policy, &open.payment, &ask) {
                    Ok(trace) => {
                        let call = open.payment.history.calls + 1;
                        batch.rows.push(open.learn(Fact::Asked { call, ask, trace }, now));
                        self.in_flight.insert((id, call));
                        batch.after.push(After::Call(Box::new(open.call(call, ask))));
                        continue;
                    }
                    Err(NoneLeft) => {
                        if self.numbers.wait(&open.payment) {
                            self.work.traces.push(open.payment.request.channel);
                        }
                        Some(now)
                    }
                },
                // Past the reply's time the driver has some patience left; see end_overdue_call.
                Next::Wait { until, .. } if open.payment.open_call.is_some() => {
                    Some(until + policy.call_timeout)
                }
                Next::Wait { until, .. } => Some(until),
                // That a person is called is itself a fact: it is told once, and a restart does not tell it again.
                Next::Escalate { why, .. } if open.payment.raised != Some(why) => {
                    batch.rows.push(open.learn(Fact::Raised(why), now));
                    continue;
                }
                Next::Escalate { until, .. } => until,
                Next::Rest(_) => None,
            };
            break (next, due);
        };
        if open.due != due {
            open.due.map(|earlier| self.due.remove(&(earlier, id)));
            due.map(|due| self.due.insert((due, id)));
        }
        open.stand(next, due);
    }

    /// Whoever has waited for a number is asked about, and its callers are told.
    fn go_on_with(&mut self, channel: ChannelId, traces: Traces, now: Timestamp) {
        for id in self.numbers.refill(channel, traces) {
            if self.open.contains_key(&id) {
                self.settle(id, now);
            }
        }
        for (caller, id) in std::mem::take(&mut self.numbers.untold) {
            self.tell(caller, Ok(id));
        }
    }

    fn load_then(&mut self, which: Which, wake: Wake) {
        self.look_up(which).push(wake);
    }

    /// Asks for a payment once, whoever waits for it.
    fn look_up(&mut self, which: Which) -> &mut Vec<Wake> {
        match self.loading.entry(which) {
            btree_map::Entry::Occupied(waiting) => waiting.into_mut(),
            btree_map::Entry::Vacant(first) => {
                self.work.loads.push(first.key().clone());
                first.insert(Vec::new())
            }
        }
    }

    fn tell(&mut self, caller: Caller, answer: Result<PaymentId, Refusal>) {
        if let Ok(id) = answer
            && self.numbers.awaited_by(id)
        {
            return self.numbers.untold.push((caller, id));
        }
        let answer = answer.map(|id| {
            let open = &self.open[&id];
            Box::new(Told { payment: Arc::clone(&open.payment), next: open.next.clone() })
        });
        self.work.batch.after.push(After::Tell { caller, answer });
    }

    fn drop_payment(&mut self, id: PaymentId) {
        if let Some(open) = self.open.remove(&id) {
            self.by_key.remove(open.payment.request.merchant, &open.payment.request.key);
        }
    }
}
