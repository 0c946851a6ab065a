//! Receipts on paper: one task per printer holds its connection, prints what is waiting for its till, each job
//! once, and says how the printer is.
//!
//! A sale never waits for paper: jobs lie in the store and are printed when the printer can. `Sent` is durable
//! before a byte leaves; a job that was under way when the server stopped reads as unknown afterwards, and only a
//! person asks for a copy of it.

mod line;
mod slips;

use crate::{Clock, Handle};
use base::{MerchantId, TillId};
use device_contract::PrinterState;
use line::PrinterLine;
use payment::Payment;
use printer::Profile;
use receipt::Place;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Every printer looks for work at least so often: another server may have queued a copy, which is no event.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Events that come this close together are looked at once.
const GATHER: Duration = Duration::from_millis(20);

/// One printer at one till.
#[derive(Clone)]
pub struct PrinterSetup {
    /// Whose.
    pub merchant: MerchantId,
    /// At which till.
    pub till: TillId,
    /// Host and port, usually port 9100.
    pub address: String,
    /// Its model.
    pub profile: Profile,
    /// What a payment does not know of itself: the shop's names and the electronic receipt's address.
    pub place: Arc<dyn Fn(&Payment) -> Place + Send + Sync>,
}

/// All printers of a server.
#[derive(Clone, Default)]
pub struct Printers {
    by_till: BTreeMap<TillId, Desk>,
}

#[derive(Clone)]
struct Desk {
    state: watch::Receiver<PrinterState>,
    work: Arc<Notify>,
    stop: watch::Sender<bool>,
}

impl Printers {
    /// Connects to every printer and keeps at it. `handle` tells of new receipts and of channels' timing.
    pub fn start(setups: Vec<PrinterSetup>, handle: &Handle, clock: Arc<dyn Clock>) -> Printers {
        let mut by_till = BTreeMap::new();
        for setup in setups {
            let (says, state) = watch::channel(PrinterState::Unknown);
            let (stop, stopped) = watch::channel(false);
            let work = Arc::new(Notify::new());
            let till = setup.till;
            let slips = slips::Slips { setup: setup.clone(), handle: handle.clone() };
            let line = PrinterLine::new(setup, slips, says, work.clone(), stopped, clock.clone());
            tokio::spawn(line.run());
            by_till.insert(till, Desk { state, work, stop });
        }
        let printers = Printers { by_till };
        printers.listen(handle.clone());
        printers
    }

    /// How the till's printer is; nothing if it has none.
    pub fn state(&self, till: TillId) -> Option<PrinterState> {
        self.by_till.get(&till).map(|desk| *desk.state.borrow())
    }

    /// Follows the state of every printer.
    pub fn watch(&self) -> Vec<(TillId, watch::Receiver<PrinterState>)> {
        self.by_till.iter().map(|(till, desk)| (*till, desk.state.clone())).collect()
    }

    /// A job was queued for this till.
    pub fn poke(&self, till: TillId) {
        if let Some(desk) = self.by_till.get(&till) {
            desk.work.notify_one();
        }
    }

    /// Closes every connection. A job under way stays recorded as sent and reads as unknown after the next start.
    pub fn stop(&self) {
        for desk in self.by_till.values() {
            desk.stop.send_replace(true);
        }
    }

    /// A payment that became paid has queued a receipt, whichever server took it. The jobs are read rather than the
    /// payments, and only where they are printed.
    fn listen(&self, handle: Handle) -> JoinHandle<()> {
        let printers = self.clone();
        tokio::spawn(async move {
            let mut stirred = handle.stirred();
            let mut newest = None;
            loop {
                tokio::select! {
                    () = sleep(LOOK_EVERY) => printers.poke_all(),
                    more = stirred.changed() => {
                        if more.is_err() {
                            return;
                        }
                        sleep(GATHER).await;
                        stirred.mark_unchanged();
                    }
                }
                newest = match handle.leads() {
                    true => printers.poke_for_jobs_after(newest, handle.store()).await,
                    false => None,
                };
            }
        })
    }

    /// Pokes whoever has a job newer than `newest`; gives the newest now. Whoever begins knows of no job: everybody
    /// is poked.
    async fn poke_for_jobs_after(&self, newest: Option<i64>, store: &Store) -> Option<i64> {
        let read = match newest {
            Some(newest) => store.jobs_after(newest).await,
            None => {
                self.poke_all();
                return store.newest_job().await.ok();
            }
        };
        match read {
            Ok(jobs) => {
                jobs.iter().for_each(|(_, till)| self.poke(*till));
                jobs.last().map(|(job, _)| *job).or(newest)
            }
            Err(error) => {
                tracing::warn!("whether there are new receipts cannot be read: {error}");
                newest
            }
        }
    }

    fn poke_all(&self) {
        self.by_till.keys().for_each(|till| self.poke(*till));
    }
}

/// The store's name of a job's state, and why.
fn stored(state: device_contract::JobState) -> (store::JobState, &'static str) {
    use device_contract::JobState;
    match state {
        JobState::Queued => (store::JobState::Queued, ""),
        JobState::Held { why } => (store::JobState::Held, why.code()),
        JobState::Sent { .. } => (store::JobState::Sent, ""),
        JobState::Printed { .. } => (store::JobState::Printed, ""),
        JobState::Unknown { why } => (store::JobState::Unknown, why.code()),
    }
}

/// The life of a stored job, as far as printing needs it.
fn lived(store: &store::PrintJob) -> device_contract::JobState {
    use device_contract::{JobState, PrinterState};
    match store.state {
        store::JobState::Queued => JobState::Queued,
        store::JobState::Held => JobState::Held { why: PrinterState::Unknown },
        store::JobState::Sent => JobState::Sent { at: store.updated_at },
        store::JobState::Printed => JobState::Printed { at: store.updated_at },
        store::JobState::Unknown => JobState::Unknown { why: device_contract::Doubt::NoAnswer },
    }
}

/// Whoever records what becomes of jobs.
struct Journal {
    store: Store,
}

impl Journal {
    async fn record(&self, job: i64, state: device_contract::JobState, now: base::Timestamp) -> bool {
        let (state, why) = stored(state);
        match self.store.move_job(job, state, why, now).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(job, %error, "cannot record what became of a print job");
                false
            }
        }
    }
}
