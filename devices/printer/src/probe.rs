//! Finding out what a printer can do, by asking it once: for a new installation and for the doctor.
//!
//! Makers' names say little, and a profile that promises answers which never come would leave every slip unknown. So
//! each capability is asked for, one question at a time, and silence means that it is not there.

use crate::profile::{Fence, Profile, Sensor};
use base::Timestamp;
use device_contract::{PrinterState, Wake};
use escpos::{Demux, Op, ProcessId, Question, Reply, Sensors, encode};
use std::time::Duration;

/// Asks a printer what it can do. The host carries bytes and moments, as for a session, until [`Probe::findings`].
#[derive(Clone, Debug)]
pub struct Probe {
    step: usize,
    deadline: Timestamp,
    tries: u32,
    demux: Demux,
    transmit: Option<Vec<u8>>,
    found: Findings,
}

/// What a printer has answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Its condition, if it answers real-time questions at all.
    pub sensors: Option<Sensors>,
    /// Its maker, as it says.
    pub maker: Option<String>,
    /// Its model, as it says.
    pub model: Option<String>,
    /// Its firmware, as it says.
    pub firmware: Option<String>,
    /// It pushes status blocks.
    pub auto_status: bool,
    /// It answers `GS r`.
    pub transmit: bool,
    /// It answers process ids.
    pub process_id: bool,
}

/// The questions in order. The process id comes last: a printer that does not know the command may print its letters.
const STEPS: [Step; 10] = [
    Step::Status(Question::Printer),
    Step::Status(Question::OfflineCause),
    Step::Status(Question::ErrorCause),
    Step::Status(Question::Paper),
    Step::Name(66),
    Step::Name(67),
    Step::Name(65),
    Step::AutoStatus,
    Step::Transmit,
    Step::ProcessId,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Status(Question),
    Name(u8),
    AutoStatus,
    Transmit,
    ProcessId,
}

const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// A busy printer may miss the first question; one that answered before is not asked again.
const FIRST_TRIES_MAX: u32 = 3;
const FENCE: &[u8; 4] = b"ABLE";

impl Probe {
    /// Begins on an open connection.
    pub fn begin(now: Timestamp) -> Probe {
        let mut probe = Probe {
            step: 0,
            deadline: now,
            tries: 0,
            demux: Demux::new(),
            transmit: None,
            found: Findings::default(),
        };
        probe.ask(now);
        probe
    }

    /// Everything that was found, once all questions are answered or have been waited for.
    pub fn findings(&self) -> Option<&Findings> {
        (self.step >= STEPS.len()).then_some(&self.found)
    }

    /// Bytes for the printer.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    /// When to call [`Probe::handle_tick`] next.
    pub fn poll_wake(&self) -> Option<Wake> {
        let waiting = self.step < STEPS.len();
        waiting.then_some(Wake {
            at: self.deadline,
            why: "an answer to a question about what the printer can do",
        })
    }

    /// The printer said something.
    pub fn handle_received(&mut self, bytes: &[u8], now: Timestamp) {
        for reply in self.demux.push(bytes) {
            if self.step < STEPS.len() && self.learn(reply) {
                self.next(now);
            }
        }
    }

    /// The moment of [`Probe::poll_wake`] has come.
    pub fn handle_tick(&mut self, now: Timestamp) {
        if self.step >= STEPS.len() || now < self.deadline {
            return;
        }
        self.demux.give_up();
        let never_answered = self.step == 0;
        if never_answered && self.tries < FIRST_TRIES_MAX { self.ask(now) } else { self.next(now) }
    }

    fn next(&mut self, now: Timestamp) {
        self.step += 1;
        self.tries = 0;
        if self.step < STEPS.len() {
            self.ask(now);
        }
    }

    fn ask(&mut self, now: Timestamp) {
        let op = match STEPS[self.step] {
            Step::Status(question) => Op::Ask(question),
            Step::Name(what) => Op::Identify(what),
            Step::AutoStatus => Op::AutoStatus(0xff),
            Step::Transmit => {
                self.demux.expect_transmission();
                Op::TransmitPaper
            }
            Step::ProcessId => Op::Fence(ProcessId::new(*FENCE).expect("four letters")),
        };
        self.tries += 1;
        self.deadline = now + ANSWER_WITHIN;
        self.transmit = Some(encode(&[op]).bytes);
    }

    /// `true` if this answers the question that is out.
    fn learn(&mut self, reply: Reply) -> bool {
        match (STEPS[self.step], reply) {
            (Step::Status(question), Reply::RealTime(byte)) => {
                self.found.sensors.get_or_insert_default().learn(question, byte).is_ok()
            }
            (Step::Name(what), Reply::Identity(text)) => {
                let name = Some(String::from_utf8_lossy(&text).trim().to_owned());
                match what {
                    66 => self.found.maker = name,
                    67 => self.found.model = name,
                    _ => self.found.firmware = name,
                }
                true
            }
            (Step::AutoStatus, Reply::AutoStatus(_)) => {
                self.found.auto_status = true;
                true
            }
            (Step::Transmit, Reply::Transmitted(_)) => {
                self.found.transmit = true;
                true
            }
            (Step::ProcessId, Reply::Fence(id)) if &id.bytes() == FENCE => {
                self.found.process_id = true;
                true
            }
            _ => false,
        }
    }
}

impl Findings {
    /// Whether it answered anything at all.
    pub fn answers(&self) -> bool {
        self.sensors.is_some() || self.auto_status || self.transmit || self.process_id || self.model.is_some()
    }

    /// The profile with what was found in place of what was assumed. A silent printer proves nothing, and an offline
    /// one answers only real-time questions, so what they did not answer stays as it was assumed.
    pub fn correct(&self, assumed: Profile) -> Profile {
        let Some(sensors) = self.sensors else {
            let silent = !self.answers();
            return if silent {
                assumed
            } else {
                Profile { fence: self.fence(), auto_status: self.auto_status, ..assumed }
            };
        };
        let near_end_sensor = if sensors.near_end { Sensor::Present } else { assumed.near_end_sensor };
        if !assumed.state(&sensors).can_print() {
            return Profile { near_end_sensor, ..assumed };
        }
        Profile { fence: self.fence(), auto_status: self.auto_status, near_end_sensor, ..assumed }
    }

    /// The state it was found in, read by this profile.
    pub fn state(&self, profile: &Profile) -> PrinterState {
        self.sensors.map_or(PrinterState::Unknown, |sensors| profile.state(&sensors))
    }

    fn fence(&self) -> Fence {
        match (self.process_id, self.transmit) {
            (true, _) => Fence::ProcessId,
            (false, true) => Fence::Transmit,
            (false, false) => Fence::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Model, VirtualPrinter};
    use expect_test::{Expect, expect};

    fn probed(mut printer: VirtualPrinter) -> (Findings, Duration) {
        let start = Timestamp::from_micros(0);
        let (mut now, mut probe) = (start, Probe::begin(start));
        while let Some(wake) = probe.poll_wake() {
            match probe.poll_transmit() {
                Some(bytes) => {
                    printer.receive(&bytes);
                    probe.handle_received(&printer.take_answers(), now);
                }
                None => {
                    now = wake.at;
                    probe.handle_tick(now);
                }
            }
        }
        (probe.findings().expect("no question is left").clone(), now.since(start))
    }

    fn check(model: Model, faults: &[Fault], expected: Expect) {
        let mut printer = VirtualPrinter::new(model);
        faults.iter().for_each(|fault| printer.set(*fault, true));
        let (found, took) = probed(printer);
        let profile = found.correct(Profile::epson_80());
        expected.assert_eq(&format!(
            "{:?} {:?}: {:?} blocks={} in {took:?}",
            found.model.as_deref().unwrap_or("nameless"),
            found.state(&profile),
            profile.fence,
            profile.auto_status,
        ));
    }

    #[test]
    fn capabilities_are_what_was_answered() {
        let full = Model::of(&Profile::epson_80());
        check(full.clone(), &[], expect![[r#""Virtual 80" Ready: ProcessId blocks=true in 0ns"#]]);
        check(
            Model { process_id: false, ..full.clone() },
            &[],
            expect![[r#""Virtual 80" Ready: Transmit blocks=true in 500ms"#]],
        );
        check(
            Model { process_id: false, auto_status: false, ..full.clone() },
            &[],
            expect![[r#""Virtual 80" Ready: Transmit blocks=false in 1s"#]],
        );
        check(full.clone(), &[Fault::Mute], expect![[r#""nameless" Unknown: ProcessId blocks=true in 6s"#]]);
        check(full, &[Fault::PaperOut], expect![[r#""nameless" PaperOut: ProcessId blocks=true in 3s"#]]);
    }

    #[test]
    fn a_near_end_sensor_that_speaks_is_there() {
        let mut printer = VirtualPrinter::new(Model::of(&Profile::generic_58()));
        printer.set(Fault::NearEnd, true);
        let (found, _) = probed(printer);
        assert_eq!(found.correct(Profile::generic_58()).near_end_sensor, Sensor::Present);
    }
}
