//! A conversation with one printer, without its wires: bytes and moments in, bytes and events out.

use crate::job::{JobEvent, JobId};
use crate::state::PrinterState;
use base::Timestamp;

/// One printer's conversation. The host calls a `handle` and then polls until nothing more comes out:
/// [`Session::poll_event`] first, because an event may have to be recorded before bytes may leave.
pub trait Session {
    /// A job to print, as the bytes of its page. Jobs print in the order they come.
    fn submit(&mut self, job: JobId, page: Vec<u8>, now: Timestamp);

    /// `Sent` is durable for this job (the answer to [`Event::MayPrint`]); its bytes may leave now.
    ///
    /// A repeat, or a job that is not the one asked about, changes nothing.
    fn handle_recorded(&mut self, job: JobId, now: Timestamp);

    /// The port is open.
    fn handle_connected(&mut self, now: Timestamp);

    /// The port is closed, whoever closed it.
    fn handle_disconnected(&mut self, now: Timestamp);

    /// The printer said something.
    fn handle_received(&mut self, bytes: &[u8], now: Timestamp);

    /// The moment of [`Session::poll_wake`] has come. Early and repeated calls do no harm.
    fn handle_tick(&mut self, now: Timestamp);

    /// Open the cash drawer now, whatever the printer is doing. `false` if there is no connection: nothing was sent.
    fn open_drawer(&mut self) -> bool;

    /// A person says that the cause of a stuck cutter is removed; the printer may go on from the interrupted line.
    fn handle_error_cleared(&mut self, now: Timestamp);

    /// Something the host should know or do.
    fn poll_event(&mut self) -> Option<Event>;

    /// Bytes for the printer.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;

    /// When to call [`Session::handle_tick`] next, and what is awaited until then.
    fn poll_wake(&self) -> Option<Wake>;

    /// The printer's state as last known.
    fn state(&self) -> PrinterState;
}

/// What a session tells its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The printer's state has changed.
    State(PrinterState),
    /// The printer is ready for this job: record [`JobEvent::Sent`] durably, then call [`Session::handle_recorded`].
    MayPrint(JobId),
    /// Something happened to a job.
    Job(JobId, JobEvent),
    /// The printer no longer answers on this connection: close it and open a new one.
    Reconnect,
}

/// The next moment a session wants to be called, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// When.
    pub at: Timestamp,
    /// What is awaited, for logs and tests.
    pub why: &'static str,
}
