//! A day that does not add up, for the demo: yesterday's bills, which one simulator spoils a little.

use super::World;
use base::Timestamp;
use provider_contract::bill_faults::BillFault;
use reconcile::Reconciler;
use settlement::Day;

/// What is wrong with the first wallet's bill; the other's is as it should be.
const FAULTS: &[BillFault] =
    &[BillFault::ExtraRow, BillFault::OtherAmount, BillFault::MissingRow, BillFault::DuplicateRow];

/// Holds yesterday against both wallets' bills, once.
pub async fn reconcile_yesterday(reconciler: &Reconciler, world: &World, now: Timestamp) {
    let yesterday = Day::of(now).previous();
    for (at, (name, host)) in world.wallets.iter().enumerate() {
        host.simulator().bills_at_once();
        if at == 0 {
            FAULTS.iter().for_each(|fault| host.simulator().spoil_bill(yesterday, *fault));
        }
        if let Err(error) = reconciler.day(super::shop::channel_id(name), yesterday, None).await {
            tracing::warn!("the demo's {name} bill: {error}");
        }
    }
}
