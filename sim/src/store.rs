//! A store in memory: facts, what they are found by, who drives what. It keeps the rules that the real store keeps in
//! SQL, so that it refuses what that would refuse.

use crate::by_id::ById;
use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use engine::lease::{Fence, Members};
use engine::{Batch, Which};
use payment::{Entry, Fact, Trace, Traces};
use std::collections::{BTreeMap, BTreeSet};

/// Why a transaction changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Whoever offers it is no member any more.
    Fenced,
    /// Rows that no sound engine offers.
    Unsound(String),
}

/// Numbers reserved at a time.
const TRACES: u32 = 32;
/// Most payments have no more.
const USUAL_FACTS: usize = 8;

/// What is kept of one payment.
#[derive(Clone, Debug, Default)]
struct Record {
    facts: Vec<Entry>,
    due: Option<Timestamp>,
    holder: Fence,
}

/// Facts in memory, and what a store keeps beside them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    // Looked up for every row. Its order depends on nothing but the ids, and nobody may rely on it: see `all`.
    records: ById<PaymentId, Record>,
    keys: BTreeMap<MerchantId, ById<String, PaymentId>>,
    open: BTreeSet<PaymentId>,
    traces: BTreeMap<ChannelId, Traces>,
    /// Who may commit.
    pub members: Members,
    /// For the test that the checks can fail: nobody asks who commits.
    fencing_removed: bool,
}

impl Store {
    /// An empty store.
    pub fn new(fencing_removed: bool) -> Store {
        Store { fencing_removed, ..Store::default() }
    }

    /// For the test that the checks can fail: a payment vanishes.
    pub fn lose(&mut self, id: PaymentId) {
        self.records.remove(&id);
        self.open.remove(&id);
        self.keys.values_mut().for_each(|keys| keys.retain(|_, known| *known != id));
    }

    /// For the test that the checks can fail: the last fact of a payment vanishes.
    pub fn lose_last_fact(&mut self, id: PaymentId) {
        if let Some(record) = self.records.get_mut(&id) {
            record.facts.pop();
            self.open.insert(id);
        }
    }

    /// Numbers that nobody else is given.
    pub fn reserve_traces(&mut self, channel: ChannelId) -> Traces {
        let all = Traces { first: Trace { batch: 1, number: 1 }, left: u32::MAX };
        let unreserved = self.traces.entry(channel).or_insert(all);
        let first = unreserved.first;
        let left = (0..TRACES).filter_map(|_| unreserved.draw()).count() as u32;
        Traces { first, left }
    }

    /// The facts of one payment; none if it is unknown.
    pub fn facts(&self, id: PaymentId) -> &[Entry] {
        self.records.get(&id).map_or(&[], |record| &record.facts)
    }

    /// Every payment with its facts, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = (PaymentId, &[Entry])> {
        let mut all: Vec<_> =
            self.records.iter().map(|(id, record)| (*id, record.facts.as_slice())).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all.into_iter()
    }

    /// Who drives a payment, if a member that is alive does.
    pub fn driver(&self, id: PaymentId) -> Option<Fence> {
        let holder = self.records.get(&id)?.holder;
        self.members.may_commit(holder).then_some(holder)
    }

    /// The payment that a merchant's key belongs to.
    pub fn by_key(&self, merchant: MerchantId, key: &str) -> Option<PaymentId> {
        self.keys.get(&merchant)?.get(key).copied()
    }

    /// What a lookup finds.
    pub fn find(&self, which: &Which) -> Option<Vec<Entry>> {
        let id = match which {
            Which::Id(id) => *id,
            Which::Key(merchant, key) => self.by_key(*merchant, key)?,
        };
        self.records.get(&id).map(|record| record.facts.clone())
    }

    /// Open payments that `me` may take up.
    pub fn to_take_up(&self, me: Fence) -> Vec<PaymentId> {
        let mine =
            |id: &&PaymentId| self.fencing_removed || self.members.may_drive(me, self.records[*id].holder);
        self.open.iter().filter(mine).copied().collect()
    }

    /// One transaction of `me`. What other members hold is left out and named; everything else becomes durable.
    pub fn commit(&mut self, me: Fence, batch: &Batch) -> Result<BTreeSet<PaymentId>, Refused> {
        if !self.members.may_commit(me) && !self.fencing_removed {
            return Err(Refused::Fenced);
        }
        let elsewhere = self.elsewhere(me, batch);
        self.check(batch, &elsewhere).map_err(Refused::Unsound)?;
        for row in batch.rows.iter().filter(|row| !elsewhere.contains(&row.payment)) {
            if let Fact::Requested(request) = &row.entry.fact {
                self.keys.entry(request.merchant).or_default().insert(request.key.clone(), request.id);
            }
            let record = self.records.entry(row.payment).or_default();
            if record.facts.is_empty() {
                record.facts.reserve(USUAL_FACTS);
            }
            record.facts.push(row.entry.clone());
            record.holder = me;
        }
        for change in &batch.changes {
            let id = change.payment.request.id;
            let Some(record) = self.records.get_mut(&id).filter(|_| !elsewhere.contains(&id)) else {
                continue;
            };
            record.due = change.due;
            match change.due {
                Some(_) => self.open.insert(id),
                None => self.open.remove(&id),
            };
        }
        Ok(elsewhere)
    }

    /// Payments of the batch that others hold, by their ids or by the keys they would take a second time.
    fn elsewhere(&self, me: Fence, batch: &Batch) -> BTreeSet<PaymentId> {
        let held = |id: PaymentId| {
            self.records.get(&id).is_some_and(|record| !self.members.may_drive(me, record.holder))
        };
        let taken = |fact: &Fact| match fact {
            Fact::Requested(request) => self.by_key(request.merchant, &request.key).is_some_and(held),
            _ => false,
        };
        if self.fencing_removed {
            return BTreeSet::new();
        }
        let mut found = BTreeSet::new();
        for row in &batch.rows {
            if found.contains(&row.payment) || held(row.payment) || taken(&row.entry.fact) {
                found.insert(row.payment);
            }
        }
        found
    }

    /// What the constraints of a real store would refuse.
    fn check(&self, batch: &Batch, elsewhere: &BTreeSet<PaymentId>) -> Result<(), String> {
        let mut lengths: ById<PaymentId, usize> = ById::default();
        for row in batch.rows.iter().filter(|row| !elsewhere.contains(&row.payment)) {
            let length = lengths.entry(row.payment).or_insert_with(|| self.facts(row.payment).len());
            *length += 1;
            if row.seq as usize != *length {
                return Err(format!("fact {} of {} came where {length} was due", row.seq, row.payment));
            }
            if let Fact::Requested(request) = &row.entry.fact
                && self.by_key(request.merchant, &request.key).is_some()
            {
                return Err(format!("the key {} was used for a second payment", request.key));
            }
        }
        Ok(())
    }
}
