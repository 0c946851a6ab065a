//! Talking to one printer: look first, print, wait for the fence, and never send anything twice.
//!
//! ```text
//!   Down --connected--> Looking --can print--> Asking the host --recorded--> Printing --fence--> Looking ...
//!                         |  ^                  to record "sent"               |
//!              cannot     v  | a block, or time                                +-- link lost, or no answer: unknown
//!                        Resting
//! ```
//! While a job is under way the printer may run out of paper; it keeps what it has and goes on by itself, so the
//! session waits with it and sends nothing again.

mod looking;

use crate::profile::{Fence, Profile};
use base::Timestamp;
use device_contract::{Doubt, Event, JobEvent, JobId, PrinterState, Session, Wake};
use escpos::{Demux, DrawerPin, Op, ProcessId, Recovery, Reply, Sensors, encode};
use looking::{Look, Looked};
use std::collections::VecDeque;
use std::time::Duration;

/// The session of an ESC/POS printer.
#[derive(Clone, Debug)]
pub struct PrinterSession {
    profile: Profile,
    phase: Phase,
    state: PrinterState,
    sensors: Sensors,
    demux: Demux,
    queue: VecDeque<Queued>,
    fences: u32,
    silent_looks: u32,
    /// The last job whose process id was not answered; a late answer is still believed.
    doubted: Option<(JobId, ProcessId)>,
    /// `GS r` answers not yet heard on this connection. They carry no name, so only the last one counts.
    transmissions_owed: u32,
    events: VecDeque<Event>,
    transmits: VecDeque<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct Queued {
    job: JobId,
    page: Vec<u8>,
    held_by: Option<PrinterState>,
}

#[derive(Clone, Debug)]
enum Phase {
    /// No connection.
    Down,
    /// Nothing to do until then.
    Resting { until: Timestamp },
    /// Asking how the printer is, before printing or from time to time.
    Looking { look: Look },
    /// Waiting for the host to record that the first job in the queue is about to be sent.
    AwaitingRecord { job: JobId },
    /// The job has been sent.
    Printing(Printing),
}

#[derive(Clone, Debug)]
struct Printing {
    job: JobId,
    id: ProcessId,
    /// When to look what keeps the printer.
    look_at: Timestamp,
    /// How long silence is normal for this job.
    patience: Duration,
    /// The look that is going on.
    look: Option<Look>,
    /// The printer was ready at the last look and still owes the answer.
    overdue: bool,
    /// `GS r` was answered, which only says that the bytes were taken: the look that follows decides.
    taken: bool,
    /// That look found the printer stopped, so the last lines may not be on paper: ask again when it goes on.
    taken_while_stopped: bool,
}

/// How often a printer at rest is looked at when it reports changes by itself: often enough that printers which stop
/// answering after a minute and a half of silence do not.
const REST_WITH_AUTO_STATUS: Duration = Duration::from_secs(30);
const REST: Duration = Duration::from_secs(5);
/// How often a printer that cannot print is looked at.
const REST_WHEN_STOPPED: Duration = Duration::from_secs(1);
/// How often one that does not answer is looked at.
const REST_WHEN_SILENT: Duration = Duration::from_secs(3);
/// After so many looks without any answer the connection itself is suspected.
const SILENT_LOOKS_MAX: u32 = 3;
/// A slow printer takes this many bytes of text in a second.
const BYTES_PER_SECOND: u64 = 1000;

impl PrinterSession {
    /// A session for a printer of this model, not yet connected.
    pub fn new(profile: Profile) -> PrinterSession {
        PrinterSession {
            profile,
            phase: Phase::Down,
            state: PrinterState::Unknown,
            sensors: Sensors::default(),
            demux: Demux::new(),
            queue: VecDeque::new(),
            fences: 0,
            silent_looks: 0,
            doubted: None,
            transmissions_owed: 0,
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    fn say(&mut self, ops: &[Op]) {
        self.transmits.push_back(encode(ops).bytes);
    }

    fn tell(&mut self, job: JobId, event: JobEvent) {
        self.events.push_back(Event::Job(job, event));
    }

    fn become_state(&mut self, state: PrinterState) {
        if self.state != state {
            self.state = state;
            self.events.push_back(Event::State(state));
        }
        if !state.can_print() {
            self.hold_queue();
        }
    }

    /// Every waiting job learns what it waits for, once per reason.
    fn hold_queue(&mut self) {
        let why = self.state;
        for queued in self.queue.iter_mut().filter(|queued| queued.held_by != Some(why)) {
            queued.held_by = Some(why);
            self.events.push_back(Event::Job(queued.job, JobEvent::Held(why)));
        }
    }

    fn look(&mut self, now: Timestamp) {
        let look = Look::begin(now);
        self.say(&[Op::Ask(look.question())]);
        self.phase = Phase::Looking { look };
    }

    fn rest(&mut self, now: Timestamp) {
        let span = match self.state {
            PrinterState::Unknown => REST_WHEN_SILENT,
            state if !state.can_print() => REST_WHEN_STOPPED,
            _ if self.profile.auto_status => REST_WITH_AUTO_STATUS,
            _ => REST,
        };
        self.phase = Phase::Resting { until: now + span };
    }

    /// A look outside of a job is over: print if there is something to print and the printer can.
    fn after_look(&mut self, now: Timestamp) {
        match self.queue.front() {
            Some(first) if self.state.can_print() => {
                let job = first.job;
                self.phase = Phase::AwaitingRecord { job };
                self.events.push_back(Event::MayPrint(job));
            }
            _ => self.rest(now),
        }
    }

    /// Takes in what a look has found. `true` once it is over.
    fn learn(&mut self, looked: Looked) -> bool {
        match looked {
            Looked::AskNext(question) => {
                self.say(&[Op::Ask(question)]);
                false
            }
            Looked::Found(sensors) => {
                self.silent_looks = 0;
                self.sensors = sensors;
                self.become_state(self.profile.state(&sensors));
                true
            }
            Looked::Silence => {
                self.demux.give_up();
                self.silent_looks += 1;
                self.become_state(PrinterState::Unknown);
                if self.silent_looks.is_multiple_of(SILENT_LOOKS_MAX) {
                    self.events.push_back(Event::Reconnect);
                }
                true
            }
        }
    }

    fn send(&mut self, queued: Queued, now: Timestamp) {
        let id = ProcessId::numbered(self.fences);
        self.fences = self.fences.wrapping_add(1);
        let patience =
            self.profile.patience + Duration::from_secs(queued.page.len() as u64 / BYTES_PER_SECOND);
        self.transmits.push_back(queued.page);
        if self.profile.fence == Fence::Nothing {
            self.tell(queued.job, JobEvent::Doubted(Doubt::PrinterCannotTell));
            return self.rest(now);
        }
        self.raise_fence(id);
        self.phase = Phase::Printing(Printing {
            job: queued.job,
            id,
            look_at: now + patience,
            patience,
            look: None,
            overdue: false,
            taken: false,
            taken_while_stopped: false,
        });
    }

    fn raise_fence(&mut self, id: ProcessId) {
        match self.profile.fence {
            Fence::ProcessId => self.say(&[Op::Fence(id)]),
            Fence::Transmit => {
                self.demux.expect_transmission();
                self.transmissions_owed += 1;
                self.say(&[Op::TransmitPaper]);
            }
            Fence::Nothing => unreachable!("no fence is raised for a printer that answers none"),
        }
    }

    fn printed(&mut self, job: JobId, now: Timestamp) {
        self.tell(job, JobEvent::Printed);
        self.look(now);
    }

    fn hear(&mut self, reply: Reply, now: Timestamp) {
        match reply {
            Reply::RealTime(byte) => self.hear_answer(byte, now),
            Reply::AutoStatus(sensors) => self.hear_block(sensors, now),
            Reply::Fence(id) => self.hear_fence(id, now),
            Reply::Transmitted(_) => self.hear_taken(now),
            Reply::Response(_) | Reply::Identity(_) | Reply::Flow(_) | Reply::Noise(_) => {}
        }
    }

    fn hear_answer(&mut self, byte: u8, now: Timestamp) {
        let looked = match &mut self.phase {
            Phase::Looking { look } => look.hear(byte, now),
            Phase::Printing(Printing { look: Some(look), .. }) => look.hear(byte, now),
            _ => None,
        };
        self.go_on_looking(looked, now);
    }

    fn go_on_looking(&mut self, looked: Option<Looked>, now: Timestamp) {
        let Some(looked) = looked else { return };
        if !self.learn(looked) {
            return;
        }
        match self.phase.clone() {
            Phase::Looking { .. } => self.after_look(now),
            Phase::Printing(printing) => self.after_look_at_job(Printing { look: None, ..printing }, now),
            Phase::Down | Phase::Resting { .. } | Phase::AwaitingRecord { .. } => {}
        }
    }

    /// The answer to a job is late, or only half of it came: what keeps the printer?
    fn after_look_at_job(&mut self, mut printing: Printing, now: Timestamp) {
        if self.state == PrinterState::Unknown || (self.state.can_print() && printing.overdue) {
            return self.doubt(printing, now);
        }
        if printing.taken && self.state.can_print() {
            if !printing.taken_while_stopped {
                return self.printed(printing.job, now);
            }
            (printing.taken, printing.taken_while_stopped) = (false, false);
            self.raise_fence(printing.id);
        }
        printing.taken_while_stopped = printing.taken;
        // Stopped: it keeps the rest of the job and will go on by itself. Ready: it deserves one more wait.
        printing.overdue = self.state.can_print();
        printing.look_at = now + if self.state.can_print() { printing.patience } else { REST_WHEN_STOPPED };
        self.phase = Phase::Printing(printing);
    }

    fn doubt(&mut self, printing: Printing, now: Timestamp) {
        self.tell(printing.job, JobEvent::Doubted(Doubt::NoAnswer));
        match self.profile.fence {
            Fence::ProcessId => self.doubted = Some((printing.job, printing.id)),
            // Its answer may still come and would be taken for the next job's; on a new connection it does not.
            Fence::Transmit | Fence::Nothing => self.events.push_back(Event::Reconnect),
        }
        self.rest(now);
    }

    fn hear_block(&mut self, sensors: Sensors, now: Timestamp) {
        let could_print = self.state.can_print();
        self.sensors = sensors;
        self.silent_looks = 0;
        self.become_state(self.profile.state(&sensors));
        match &mut self.phase {
            Phase::Resting { .. } if self.state.can_print() && !self.queue.is_empty() => self.look(now),
            Phase::Resting { .. } => self.rest(now),
            Phase::Printing(printing) if self.state.can_print() && !could_print => {
                printing.overdue = false;
                let wait = if printing.taken { Duration::ZERO } else { printing.patience };
                printing.look_at = now + wait;
            }
            Phase::Down | Phase::Looking { .. } | Phase::AwaitingRecord { .. } | Phase::Printing(_) => {}
        }
    }

    fn hear_fence(&mut self, id: ProcessId, now: Timestamp) {
        match &self.phase {
            Phase::Printing(printing) if printing.id == id => {
                let job = printing.job;
                self.printed(job, now);
            }
            _ => {
                if let Some((job, _)) = self.doubted.take_if(|(_, doubted)| *doubted == id) {
                    self.tell(job, JobEvent::Printed);
                }
            }
        }
    }

    fn hear_taken(&mut self, now: Timestamp) {
        self.transmissions_owed = self.transmissions_owed.saturating_sub(1);
        if let Phase::Printing(printing) = &mut self.phase
            && self.transmissions_owed == 0
        {
            printing.taken = true;
            printing.overdue = false;
            self.look_at_job(now);
        }
    }

    fn look_at_job(&mut self, now: Timestamp) {
        if let Phase::Printing(printing) = &mut self.phase {
            let look = Look::begin(now);
            printing.look = Some(look.clone());
            self.say(&[Op::Ask(look.question())]);
        }
    }
}

impl Session for PrinterSession {
    fn submit(&mut self, job: JobId, page: Vec<u8>, now: Timestamp) {
        self.queue.push_back(Queued { job, page, held_by: None });
        match self.phase {
            Phase::Resting { .. } if self.state.can_print() => self.look(now),
            // The look that is going on will tell.
            Phase::Looking { .. } => {}
            _ if !self.state.can_print() => self.hold_queue(),
            _ => {}
        }
    }

    fn handle_recorded(&mut self, job: JobId, now: Timestamp) {
        match self.phase {
            Phase::AwaitingRecord { job: awaited } if awaited == job => {
                let queued = self.queue.pop_front().expect("the awaited job is the first in the queue");
                self.send(queued, now);
            }
            Phase::Down if self.queue.front().is_some_and(|first| first.job == job) => {
                self.tell(job, JobEvent::NeverLeft(self.state));
            }
            _ => {}
        }
    }

    fn handle_connected(&mut self, now: Timestamp) {
        self.demux = Demux::new();
        self.transmissions_owed = 0;
        self.transmits.clear();
        self.silent_looks = 0;
        if self.profile.auto_status {
            self.say(&[Op::AutoStatus(0x0f)]);
        }
        self.look(now);
    }

    fn handle_disconnected(&mut self, _now: Timestamp) {
        self.transmits.clear();
        self.doubted = None;
        if let Phase::Printing(printing) = std::mem::replace(&mut self.phase, Phase::Down) {
            self.tell(printing.job, JobEvent::Doubted(Doubt::LinkLost));
        }
        self.become_state(PrinterState::Unknown);
    }

    fn handle_received(&mut self, bytes: &[u8], now: Timestamp) {
        for reply in self.demux.push(bytes) {
            self.hear(reply, now);
        }
    }

    fn handle_tick(&mut self, now: Timestamp) {
        let looked = match &mut self.phase {
            Phase::Resting { until } if *until <= now => return self.look(now),
            Phase::Looking { look } => look.tick(now),
            Phase::Printing(Printing { look: Some(look), .. }) => look.tick(now),
            Phase::Printing(Printing { look_at, .. }) if *look_at <= now => return self.look_at_job(now),
            Phase::Down | Phase::Resting { .. } | Phase::AwaitingRecord { .. } | Phase::Printing(_) => None,
        };
        self.go_on_looking(looked, now);
    }

    fn open_drawer(&mut self) -> bool {
        if matches!(self.phase, Phase::Down) {
            return false;
        }
        self.say(&[Op::PulseNow { pin: DrawerPin::Two, on: 2 }]);
        true
    }

    fn handle_error_cleared(&mut self, now: Timestamp) {
        if matches!(self.phase, Phase::Down) {
            return;
        }
        self.say(&[Op::Recover(Recovery::Resume)]);
        match &mut self.phase {
            Phase::Resting { .. } => self.look(now),
            Phase::Printing(printing) => printing.look_at = now,
            Phase::Down | Phase::Looking { .. } | Phase::AwaitingRecord { .. } => {}
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    fn poll_wake(&self) -> Option<Wake> {
        let (at, why) = match &self.phase {
            Phase::Down | Phase::AwaitingRecord { .. } => return None,
            Phase::Resting { until } => (*until, "next look at the printer"),
            Phase::Looking { look } => (look.deadline(), "an answer to a status question"),
            Phase::Printing(Printing { look: Some(look), .. }) => {
                (look.deadline(), "why the printer is late")
            }
            Phase::Printing(printing) => (printing.look_at, "word that the job is on paper"),
        };
        Some(Wake { at, why })
    }

    fn state(&self) -> PrinterState {
        self.state
    }
}
