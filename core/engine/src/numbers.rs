//! Numbers that were reserved and not given to a question yet, and who waits for more of them.

use crate::Caller;
use base::{ChannelId, PaymentId};
use payment::{Ask, Payment, Policy, Trace, Traces};
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of one engine. Those of an engine that is gone are skipped.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    left: BTreeMap<ChannelId, Traces>,
    /// Payments that go on when there are numbers again.
    waiting: BTreeMap<ChannelId, BTreeSet<PaymentId>>,
    /// Who is told how these payments stand then.
    pub untold: Vec<(Caller, PaymentId)>,
}

/// A question is to be given a number, and none is left.
pub(crate) struct NoneLeft;

impl Numbers {
    /// The number for `ask`; nothing if it is to be given none.
    pub fn draw(&mut self, policy: &Policy, payment: &Payment, ask: &Ask) -> Result<Option<Trace>, NoneLeft> {
        if !policy.numbered || !payment.wants_trace(ask) {
            return Ok(None);
        }
        let drawn = self.left.get_mut(&payment.request.channel).and_then(Traces::draw);
        drawn.map(Some).ok_or(NoneLeft)
    }

    /// Nothing is asked without its number. Whether it is the first of its channel to wait.
    pub fn wait(&mut self, payment: &Payment) -> bool {
        let waiting = self.waiting.entry(payment.request.channel).or_default();
        let first = waiting.is_empty();
        waiting.insert(payment.request.id);
        first
    }

    /// There are numbers again; gives who has waited for them.
    pub fn refill(&mut self, channel: ChannelId, traces: Traces) -> BTreeSet<PaymentId> {
        self.left.insert(channel, traces);
        self.waiting.remove(&channel).unwrap_or_default()
    }

    /// Whether it waits for a number.
    pub fn awaited_by(&self, id: PaymentId) -> bool {
        self.waiting.values().any(|waiting| waiting.contains(&id))
    }

    /// These payments are another node's.
    pub fn let_go(&mut self, payments: &BTreeSet<PaymentId>) {
        self.waiting.values_mut().for_each(|waiting| waiting.retain(|id| !payments.contains(id)));
        self.untold.retain(|(_, id)| !payments.contains(id));
    }
}
