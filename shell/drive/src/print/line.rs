//! The connection to one printer: hosts the printer's session on a socket.

use super::slips::Slips;
use super::{Journal, PrinterSetup, lived};
use crate::Clock;
use device_contract::{Event, JobEvent, JobId, JobState, PrinterState, Session};
use printer::PrinterSession;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
const WRITE_PATIENCE: Duration = Duration::from_secs(5);
/// Between attempts to connect: short, because a printer that was switched on should print at once.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
/// Whether it is this server's turn is asked so often.
const TURN_EVERY: Duration = Duration::from_millis(200);
/// How many waiting jobs are handed to the session at a time.
const JOBS_AT_ONCE: u32 = 20;

/// One printer's task.
pub(super) struct PrinterLine {
    setup: PrinterSetup,
    slips: Slips,
    session: PrinterSession,
    /// Jobs given to the session, with their states.
    jobs: BTreeMap<i64, JobState>,
    journal: Journal,
    says: watch::Sender<PrinterState>,
    work: Arc<Notify>,
    stopped: watch::Receiver<bool>,
    clock: Arc<dyn Clock>,
}

/// Why a conversation ended.
enum Ended {
    /// The link broke, or the session wants a new one.
    Link,
    /// The server stops.
    Stopped,
}

impl PrinterLine {
    pub(super) fn new(
        setup: PrinterSetup,
        slips: Slips,
        says: watch::Sender<PrinterState>,
        work: Arc<Notify>,
        stopped: watch::Receiver<bool>,
        clock: Arc<dyn Clock>,
    ) -> PrinterLine {
        let session = PrinterSession::new(setup.profile.clone());
        let journal = Journal { store: slips.handle.store().clone() };
        PrinterLine { setup, slips, session, jobs: BTreeMap::new(), journal, says, work, stopped, clock }
    }

    /// Connects, converses, and connects again, until the server stops.
    pub(super) async fn run(mut self) {
        let mut reachable = true;
        let mut ours = false;
        loop {
            // A printer has one line; of several servers, one holds it.
            if !self.slips.handle.leads() {
                ours = false;
                tokio::select! {
                    () = sleep(TURN_EVERY) => continue,
                    _ = self.stopped.changed() => return,
                }
            }
            if !std::mem::replace(&mut ours, true) {
                self.jobs.clear();
                self.session = PrinterSession::new(self.setup.profile.clone());
                self.settle_last_life().await;
            }
            let connecting = timeout(CONNECT_PATIENCE, TcpStream::connect(&self.setup.address));
            match connecting.await {
                Ok(Ok(stream)) => {
                    reachable = true;
                    if let Ended::Stopped = self.converse(stream).await {
                        return;
                    }
                }
                Ok(Err(_)) | Err(_) => {
                    if std::mem::take(&mut reachable) {
                        tracing::warn!(address = %self.setup.address, "the printer cannot be reached; receipts wait and print later");
                    }
                }
            }
            tokio::select! {
                () = sleep(RECONNECT_AFTER) => {}
                _ = self.stopped.changed() => return,
            }
        }
    }

    /// What was sent and not answered before the server stopped is unknown.
    async fn settle_last_life(&mut self) {
        let waiting = self.journal.store.waiting_jobs(self.setup.till, u32::MAX).await.unwrap_or_default();
        for job in waiting {
            let state = lived(&job).after_restart();
            if matches!(state, JobState::Unknown { .. }) {
                self.journal.record(job.id, state, self.clock.now()).await;
            }
        }
    }

    async fn converse(&mut self, mut stream: TcpStream) -> Ended {
        let _ = stream.set_nodelay(true);
        self.session.handle_connected(self.clock.now());
        let ended = self.exchange(&mut stream).await;
        self.session.handle_disconnected(self.clock.now());
        self.tell_events().await;
        ended
    }

    async fn exchange(&mut self, stream: &mut TcpStream) -> Ended {
        let mut incoming = [0; 512];
        let mut stopped = self.stopped.clone();
        let work = self.work.clone();
        self.hand_over_jobs().await;
        loop {
            if self.tell_events().await || !self.slips.handle.leads() || !self.transmit(stream).await {
                return Ended::Link;
            }
            let wake = self.session.poll_wake().map(|wake| wake.at.since(self.clock.now()));
            tokio::select! {
                read = stream.read(&mut incoming) => match read {
                    Ok(0) | Err(_) => return Ended::Link,
                    Ok(count) => self.session.handle_received(&incoming[..count], self.clock.now()),
                },
                () = sleep(wake.unwrap_or(Duration::from_secs(1))) => self.session.handle_tick(self.clock.now()),
                () = work.notified() => self.hand_over_jobs().await,
                _ = stopped.changed() => return Ended::Stopped,
            }
        }
    }

    /// Gives waiting jobs to the session, in order, each once.
    async fn hand_over_jobs(&mut self) {
        let waiting = match self.journal.store.waiting_jobs(self.setup.till, JOBS_AT_ONCE).await {
            Ok(waiting) => waiting,
            Err(error) => return tracing::error!(%error, "cannot read the waiting receipts"),
        };
        for job in waiting {
            let state = lived(&job);
            if self.jobs.contains_key(&job.id) || !state.may_be_sent() {
                continue;
            }
            match self.slips.page(&job).await {
                Ok(Some(page)) => {
                    self.jobs.insert(job.id, state);
                    self.session.submit(JobId(job.id as u128), page, self.clock.now());
                }
                Ok(None) => {}
                Err(error) => tracing::error!(job = job.id, %error, "cannot read the payment of a receipt"),
            }
        }
    }

    /// Carries out what the session wants. True if it wants a new connection.
    async fn tell_events(&mut self) -> bool {
        let mut reconnect = false;
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::State(state) => {
                    self.says.send_replace(state);
                }
                Event::MayPrint(job) => {
                    if self.learn(job, JobEvent::Sent).await {
                        self.session.handle_recorded(job, self.clock.now());
                    }
                }
                Event::Job(job, event) => {
                    self.learn(job, event).await;
                }
                Event::Reconnect => reconnect = true,
            }
        }
        reconnect
    }

    /// Records what happened to a job; true once it is durable.
    async fn learn(&mut self, job: JobId, event: JobEvent) -> bool {
        let id = job.0 as i64;
        let now = self.clock.now();
        let Some(Ok(state)) = self.jobs.get(&id).map(|state| state.after(event, now)) else {
            tracing::warn!(job = id, ?event, "a print job was told something out of order");
            return false;
        };
        let recorded = self.journal.record(id, state, now).await;
        if recorded {
            self.remember(id, state);
        }
        recorded
    }

    fn remember(&mut self, id: i64, state: JobState) {
        if matches!(state, JobState::Printed { .. }) {
            self.jobs.remove(&id);
            // There may be more waiting than were handed over at once.
            self.work.notify_one();
        } else {
            self.jobs.insert(id, state);
        }
    }

    async fn transmit(&mut self, stream: &mut TcpStream) -> bool {
        while let Some(bytes) = self.session.poll_transmit() {
            let written = timeout(WRITE_PATIENCE, stream.write_all(&bytes)).await;
            if !matches!(written, Ok(Ok(()))) {
                return false;
            }
        }
        true
    }
}
