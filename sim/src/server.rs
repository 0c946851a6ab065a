//! A server without a machine: the very same engine over a store in memory, driven by the rules that the
//! engine asks of every driver. It can be stopped and started at will, and its commits can fail.

use crate::store::{Refused, Store};
use base::{ChannelId, Timestamp};
use engine::lease::Fence;
use engine::{After, Batch, Caller, Change, Engine, Wake, Which};
use payment::Policy;
use std::collections::BTreeMap;

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is durable, and the server knows.
    Durable,
    /// Nothing of it is durable, and the server knows.
    Failed,
    /// It is durable, but the server was told that it failed: the connection to the store broke too late.
    DurableButReportedFailed,
}

/// What one round of work came to.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// How payments stand after it.
    pub changes: Vec<Change>,
    /// What may happen now.
    pub after: Vec<After>,
    /// Callers who must be told that the server failed.
    pub failed: Vec<Caller>,
    /// The store refused rows that no sound engine offers.
    pub refused: Option<Refused>,
}

/// The engine and its store.
#[derive(Debug)]
pub(crate) struct Server {
    pub engine: Engine,
    pub store: Store,
    me: Fence,
    policies: BTreeMap<ChannelId, Policy>,
}

impl Server {
    /// A server with an empty store.
    pub fn new(policies: BTreeMap<ChannelId, Policy>) -> Server {
        let mut store = Store::default();
        let me = store.members.join("server", "");
        Server { engine: Engine::new(policies.clone()), store, me, policies }
    }

    /// A server over a store that was put back: whoever drove its payments is gone.
    pub fn over(mut store: Store, policies: BTreeMap<ChannelId, Policy>) -> Server {
        let gone: Vec<Fence> = store.members.iter().map(|member| member.fence).collect();
        gone.into_iter().for_each(|fence| store.members.leave(fence));
        let me = store.members.join("server", "");
        Server { engine: Engine::new(policies.clone()), store, me, policies }
    }

    /// Stops and starts again: only what is durable is left.
    pub fn restart(&mut self, now: Timestamp) {
        self.engine = Engine::new(self.policies.clone());
        self.load_open(now);
    }

    /// Takes one thing in.
    pub fn handle(&mut self, wake: Wake, now: Timestamp) {
        self.engine.handle(wake, now);
    }

    /// Does the loads, commits what came of it, and returns what is permitted by that.
    pub fn work_off(&mut self, now: Timestamp, fate: Fate) -> Done {
        let batch = gather(&mut self.engine, &mut self.store, now);
        if batch.rows.is_empty() {
            self.engine.committed(&batch);
            return Done { changes: batch.changes, after: batch.after, ..Done::default() };
        }
        let refused = if fate == Fate::Failed { None } else { self.store.commit(self.me, &batch).err() };
        if fate == Fate::Durable && refused.is_none() {
            self.engine.committed(&batch);
            return Done { changes: batch.changes, after: batch.after, ..Done::default() };
        }
        self.engine.forget();
        self.load_open(now);
        let durable = fate == Fate::DurableButReportedFailed && refused.is_none();
        let changes = if durable { batch.changes } else { Vec::new() };
        Done { changes, failed: callers(&batch.after), refused, ..Done::default() }
    }

    fn load_open(&mut self, now: Timestamp) {
        for id in self.store.to_take_up(self.me) {
            let entries = self.store.find(&Which::Id(id));
            self.engine.handle(Wake::Loaded { which: Which::Id(id), entries }, now);
        }
    }
}

/// Everything the engine wants committed, once there is nothing left to load.
pub(crate) fn gather(engine: &mut Engine, store: &mut Store, now: Timestamp) -> Batch {
    let mut all = Batch::default();
    loop {
        let work = engine.take();
        join(&mut all, work.batch);
        if work.loads.is_empty() && work.traces.is_empty() {
            return all;
        }
        for which in work.loads {
            let entries = store.find(&which);
            engine.handle(Wake::Loaded { which, entries }, now);
        }
        for channel in work.traces {
            engine.handle(Wake::Traces { channel, traces: store.reserve_traces(channel) }, now);
        }
    }
}

/// A payment changes once in a transaction: its later state holds, and what it came to on the way is not forgotten.
fn join(all: &mut Batch, more: Batch) {
    if all.rows.is_empty() && all.after.is_empty() && all.changes.is_empty() {
        *all = more;
        return;
    }
    all.rows.extend(more.rows);
    all.after.extend(more.after);
    for mut change in more.changes {
        let id = change.payment.request.id;
        match all.changes.iter_mut().find(|known| known.payment.request.id == id) {
            Some(known) => {
                change.became = change.became.or(known.became);
                *known = change;
            }
            None => all.changes.push(change),
        }
    }
}

/// Whoever waits for an answer of this batch.
pub(crate) fn callers(after: &[After]) -> Vec<Caller> {
    after
        .iter()
        .filter_map(|after| match after {
            After::Tell { caller, .. } => Some(*caller),
            After::Call(_) => None,
        })
        .collect()
}
