//! A day that does not add up, for the demo: yesterday's bills, which one simulator spoils a little.

use super::{Simulated, World};
use base::Timestamp;
use provider_contract::bill_faults::BillFault;
use reconcile::{ReconcileError, Reconciler};
use settlement::Day;

/// What is wrong with the first provider's bill; the others' are as they should be.
const FAULTS: &[BillFault] =
    &[BillFault::ExtraRow, BillFault::OtherAmount, BillFault::MissingRow, BillFault::DuplicateRow];

/// Holds yesterday against the bill of every provider that makes one, once.
pub async fn reconcile_yesterday(reconciler: &Reconciler, world: &World, now: Timestamp) {
    let yesterday = Day::of(now).previous();
    for (at, Simulated { known, channel, host }) in world.providers.iter().enumerate() {
        host.simulator().bills_at_once();
        if at == 0 {
            FAULTS.iter().for_each(|fault| host.simulator().spoil_bill(yesterday, *fault));
        }
        match reconciler.day(*channel, yesterday, None).await {
            // Not every provider makes bills.
            Ok(_) | Err(ReconcileError::NoBills) => {}
            Err(error) => tracing::warn!("the demo's {} bill: {error}", known.name()),
        }
    }
}
