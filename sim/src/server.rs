//! A server without a machine: the very same engine over a store in memory, driven by the rules that the
//! engine asks of every driver. It can be stopped and started at will, and its commits can fail.

use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use engine::{After, Batch, Caller, Change, Engine, Row, Wake, Which};
use payment::{Entry, Fact, Policy};
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
    /// The facts that became durable.
    pub rows: Vec<Row>,
    /// How payments stand after it.
    pub changes: Vec<Change>,
    /// What may happen now.
    pub after: Vec<After>,
    /// Callers who must be told that the server failed.
    pub failed: Vec<Caller>,
    /// The store refused rows that no sound engine offers.
    pub refused: Option<String>,
}

/// Facts in memory, and what a store keeps beside them to find them by.
#[derive(Debug, Default)]
pub(crate) struct Store {
    facts: BTreeMap<PaymentId, Vec<Entry>>,
    keys: BTreeMap<(MerchantId, String), PaymentId>,
    due: BTreeMap<PaymentId, Timestamp>,
}

/// The engine and its store.
#[derive(Debug)]
pub(crate) struct Server {
    pub engine: Engine,
    pub store: Store,
    policies: BTreeMap<ChannelId, Policy>,
}

impl Server {
    /// A server with an empty store.
    pub fn new(policies: BTreeMap<ChannelId, Policy>) -> Server {
        Server { engine: Engine::new(policies.clone()), store: Store::default(), policies }
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
        let batch = self.gather(now);
        if batch.rows.is_empty() {
            self.engine.committed(&batch);
            return Done { changes: batch.changes, after: batch.after, ..Done::default() };
        }
        let refused = if fate == Fate::Failed { None } else { self.store.commit(&batch).err() };
        if fate == Fate::Durable && refused.is_none() {
            self.engine.committed(&batch);
            return Done { rows: batch.rows, changes: batch.changes, after: batch.after, ..Done::default() };
        }
        self.engine.forget();
        self.load_open(now);
        let durable = fate == Fate::DurableButReportedFailed && refused.is_none();
        let (rows, changes) = if durable { (batch.rows, batch.changes) } else { Default::default() };
        Done { rows, changes, failed: callers(&batch.after), refused, ..Done::default() }
    }

    /// For the test that the checks can fail: keeps nothing, and lets everything happen all the same.
    pub fn pretend_to_work_off(&mut self, now: Timestamp) -> Done {
        let batch = self.gather(now);
        self.engine.committed(&batch);
        Done { changes: batch.changes, after: batch.after, ..Done::default() }
    }

    /// Everything the engine wants committed, once there is nothing left to load.
    fn gather(&mut self, now: Timestamp) -> Batch {
        let mut all = Batch::default();
        loop {
            let work = self.engine.take();
            all.rows.extend(work.batch.rows);
            all.changes.extend(work.batch.changes);
            all.after.extend(work.batch.after);
            if work.loads.is_empty() {
                return all;
            }
            for which in work.loads {
                let entries = self.store.find(&which);
                self.engine.handle(Wake::Loaded { which, entries }, now);
            }
        }
    }

    fn load_open(&mut self, now: Timestamp) {
        for id in self.store.due.keys() {
            let entries = self.store.facts.get(id).cloned();
            self.engine.handle(Wake::Loaded { which: Which::Id(*id), entries }, now);
        }
    }
}

impl Store {
    /// The facts of one payment; none if it is unknown.
    pub fn facts(&self, id: PaymentId) -> &[Entry] {
        self.facts.get(&id).map_or(&[], Vec::as_slice)
    }

    fn find(&self, which: &Which) -> Option<Vec<Entry>> {
        let id = match which {
            Which::Id(id) => id,
            Which::Key(merchant, key) => self.keys.get(&(*merchant, key.clone()))?,
        };
        self.facts.get(id).cloned()
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), String> {
        self.check(batch)?;
        for row in &batch.rows {
            if let Fact::Requested(request) = &row.entry.fact {
                self.keys.insert((request.merchant, request.key.clone()), request.id);
            }
            self.facts.entry(row.payment).or_default().push(row.entry.clone());
        }
        for change in &batch.changes {
            match change.due {
                Some(due) => self.due.insert(change.payment.request.id, due),
                None => self.due.remove(&change.payment.request.id),
            };
        }
        Ok(())
    }

    /// What the constraints of a real store would refuse.
    fn check(&self, batch: &Batch) -> Result<(), String> {
        let mut lengths = BTreeMap::new();
        for row in &batch.rows {
            let length = lengths.entry(row.payment).or_insert_with(|| self.facts(row.payment).len());
            *length += 1;
            if row.seq as usize != *length {
                return Err(format!("fact {} of {} came where {length} was due", row.seq, row.payment));
            }
            if let Fact::Requested(request) = &row.entry.fact
                && self.keys.contains_key(&(request.merchant, request.key.clone()))
            {
                return Err(format!("the key {} was used for a second payment", request.key));
            }
        }
        Ok(())
    }
}

fn callers(after: &[After]) -> Vec<Caller> {
    after
        .iter()
        .filter_map(|after| match after {
            After::Tell { caller, .. } => Some(*caller),
            After::Call(_) => None,
        })
        .collect()
}
