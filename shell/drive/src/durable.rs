//! The proof that an intent is durable. Nothing but [`commit`] makes one, and the wire asks for it, so that a call
//! which is signed and ready beforehand still cannot leave before its rows are on disk.

use base::{PaymentId, Timestamp};
use engine::Batch;
use engine::lease::Fence;
use payment::{CallNo, Fact};
use std::collections::BTreeSet;
use store::{EventId, Store, Uncommitted};

/// A batch that is durable.
pub(crate) struct Durable {
    /// The event of each of the batch's changes, in their order.
    pub(crate) events: Vec<EventId>,
    asked: BTreeSet<(PaymentId, CallNo)>,
}

/// Permits one call to leave, once.
#[derive(Debug)]
pub(crate) struct Permit {
    payment: PaymentId,
    call: CallNo,
}

/// Makes `batch` durable as member `me`, or nothing of it that could be relied on.
pub(crate) async fn commit(
    store: &Store,
    me: Fence,
    batch: &Batch,
    at: Timestamp,
) -> Result<Durable, Uncommitted> {
    let events = store.commit_as(me, batch, at).await?;
    let asked = batch.rows.iter().filter_map(|row| match row.entry.fact {
        Fact::Asked { call, .. } => Some((row.payment, call)),
        _ => None,
    });
    Ok(Durable { events, asked: asked.collect() })
}

impl Durable {
    /// The permit for a call whose intent was in the batch; for any other there is none to be had.
    pub(crate) fn permit(&mut self, payment: PaymentId, call: CallNo) -> Permit {
        assert!(self.asked.remove(&(payment, call)), "a call may leave only behind its own durable intent");
        Permit { payment, call }
    }
}

impl Permit {
    /// Whether it is this call's.
    pub(crate) fn is_for(&self, payment: PaymentId, call: CallNo) -> bool {
        (self.payment, self.call) == (payment, call)
    }
}
