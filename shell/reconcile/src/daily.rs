//! The automatic run: every channel's yesterday once its bill is ready, and what was asked because of differences.

use crate::Reconciler;
use crate::funds::is_missing;
use drive::{ChannelSetup, Handle};
use settlement::Day;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{BillDay, BillState, MerchantScope};

/// Between two looks whether something is to be done.
const EVERY: Duration = Duration::from_secs(60);
/// Days back that are still fetched if they were missed, for instance because the server stood still.
const DAYS_BACK: u32 = 7;

/// The automatic run.
#[derive(Clone, Copy, Debug)]
pub struct Daily {
    /// Not before this hour of the morning, on China's clock.
    pub hour: u32,
}

impl Daily {
    /// Runs until the runtime ends.
    pub async fn run(self, reconciler: Reconciler) {
        loop {
            tokio::time::sleep(EVERY).await;
            // Of several servers one does it.
            if !reconciler.engine.as_ref().is_some_and(Handle::leads) {
                continue;
            }
            if let Err(error) = self.once(&reconciler).await {
                tracing::warn!("the daily reconciliation: {error}");
            }
        }
    }

    async fn once(self, reconciler: &Reconciler) -> Result<(), store::StoreError> {
        let now = reconciler.now();
        let setups: Vec<_> = reconciler.asker.channels().cloned().collect();
        let merchants: BTreeSet<_> = setups.iter().map(|setup| setup.merchant).collect();
        for setup in &setups {
            let Some(bills) = setup.provider.bills() else { continue };
            let mut day = Day::of(now);
            for _ in 0..DAYS_BACK {
                day = day.previous();
                let wanted_at =
                    bills.ready_at(day).max(day.end() + Duration::from_secs(u64::from(self.hour) * 3600));
                let known = reconciler.store.bill(&MerchantScope(setup.merchant), setup.id, day).await?;
                let wanted = match &known {
                    // A shop's first week has no bills before its first day; only yesterday is taken up by itself.
                    None if day == Day::of(now).previous() => Wanted::All,
                    None => Wanted::Nothing,
                    Some(bill) => wanted_again(setup, bill, now.since(bill.updated_at)),
                };
                let done = match wanted {
                    Wanted::All if now >= wanted_at => reconciler.day(setup.id, day, None).await.map(|_| ()),
                    Wanted::Funds if now >= wanted_at => reconciler.funds(setup.id, day).await,
                    Wanted::All | Wanted::Funds | Wanted::Nothing => Ok(()),
                };
                if let Err(error) = done {
                    tracing::warn!(channel = %setup.id, %day, "not reconciled: {error}");
                }
            }
        }
        for merchant in merchants {
            reconciler.follow_up(merchant).await?;
        }
        Ok(())
    }
}

/// What is still to be done about a day.
enum Wanted {
    All,
    /// Only the bill of the account's movements.
    Funds,
    Nothing,
}

fn wanted_again(setup: &ChannelSetup, bill: &BillDay, since: Duration) -> Wanted {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    match bill.state {
        BillState::NotReady if since > minutes(15) => Wanted::All,
        BillState::Failed if since > minutes(60) => Wanted::All,
        // Left over by a server that was stopped in the middle.
        BillState::Running if since > minutes(30) => Wanted::All,
        BillState::Done if since > minutes(60) && is_missing(setup, bill) => Wanted::Funds,
        BillState::NotReady
        | BillState::Failed
        | BillState::Running
        | BillState::Done
        | BillState::Nothing => Wanted::Nothing,
    }
}
