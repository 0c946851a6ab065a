//! A virtual receipt printer: honest about paper, cover, cutter and buffers, and free of sockets and clocks.
//!
//! ```text
//!   receive --> [receive buffer] --work--> [line] --line feed--> Paper        stops while something is wrong
//!      |                                                                       and goes on where it stopped
//!      +------> real-time questions, answered at once
//! ```
//! Like the real thing it keeps what it has been sent while it cannot print and prints it once afterwards, loses it
//! when its power goes, takes no more bytes when its buffer is full, and forgets automatic status at `ESC @`.

mod modes;

pub(crate) use modes::error_correction;

use crate::paper::Paper;
use crate::profile::{Fence, Profile, Sensor};
use escpos::{Cut, Decoder, Op, ProcessId, Question, Recovery, Sensors};
use modes::Typesetter;
use std::collections::VecDeque;

/// What kind of printer is simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Printable dots across.
    pub dots: u32,
    /// Answers `GS ( H`.
    pub process_id: bool,
    /// Answers `GS r`.
    pub transmit: bool,
    /// Pushes status blocks when asked to.
    pub auto_status: bool,
    /// Has a cutter.
    pub cutter: bool,
    /// Has a near-end sensor.
    pub near_end_sensor: bool,
    /// Bytes it holds before it stops taking more.
    pub buffer_bytes: usize,
    /// Old firmware: obeys real-time commands even inside image data.
    pub real_time_inside_data: bool,
}

impl Model {
    /// The printer a profile describes.
    pub fn of(profile: &Profile) -> Model {
        Model {
            dots: profile.dots,
            process_id: profile.fence == Fence::ProcessId,
            transmit: profile.fence != Fence::Nothing,
            auto_status: profile.auto_status,
            cutter: profile.cutter,
            near_end_sensor: profile.near_end_sensor != Sensor::Absent,
            buffer_bytes: 64 * 1024,
            real_time_inside_data: false,
        }
    }
}

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The roll is nearly used up.
    NearEnd,
    /// There is no paper.
    PaperOut,
    /// The lid is up.
    CoverOpen,
    /// The cutter is stuck. After the cause is gone it waits to be told how to go on.
    CutterStuck,
    /// The head is too warm.
    Hot,
    /// Somebody pressed the button that takes it off line.
    OffLine,
    /// It reads and prints but answers nothing.
    Mute,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Fault; 7] = [
        Fault::NearEnd,
        Fault::PaperOut,
        Fault::CoverOpen,
        Fault::CutterStuck,
        Fault::Hot,
        Fault::OffLine,
        Fault::Mute,
    ];
}

/// A virtual printer. Feed it bytes, take its answers, look at its paper.
#[derive(Clone, Debug)]
pub struct VirtualPrinter {
    model: Model,
    faults: Vec<Fault>,
    cutter_waits: bool,
    roll_dots: Option<u32>,
    drawer_openings: u32,
    decoder: Decoder,
    /// The last two bytes received, for firmware that looks for commands everywhere.
    tail: [u8; 2],
    waiting: VecDeque<Op>,
    buffered: usize,
    auto_status: u8,
    reported: Option<[u8; 4]>,
    answers: Vec<u8>,
    typesetter: Typesetter,
    papers: Vec<Paper>,
}

/// On a roll of known length, this much left is "nearly used up": about 2 m.
const NEAR_END_DOTS: u32 = 16_000;

impl VirtualPrinter {
    /// Switched on, with an endless roll and nothing wrong.
    pub fn new(model: Model) -> VirtualPrinter {
        VirtualPrinter {
            typesetter: Typesetter::new(model.dots),
            model,
            faults: Vec::new(),
            cutter_waits: false,
            roll_dots: None,
            drawer_openings: 0,
            decoder: Decoder::new(),
            tail: [0; 2],
            waiting: VecDeque::new(),
            buffered: 0,
            auto_status: 0,
            reported: None,
            answers: Vec::new(),
            papers: Vec::new(),
        }
    }

    /// Takes in bytes and prints what it can. Returns how many it took; the rest does not fit into its buffer now.
    pub fn receive(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.model.buffer_bytes - self.buffered);
        let bytes = &bytes[..taken];
        self.buffered += taken;
        let (real_time, printed): (Vec<Op>, Vec<Op>) =
            self.decoder.push(bytes).into_iter().partition(Op::is_real_time);
        if self.model.real_time_inside_data {
            self.obey_everywhere(bytes);
        } else {
            real_time.iter().for_each(|op| self.obey_at_once(op));
        }
        self.waiting.extend(printed);
        self.work();
        taken
    }

    /// What it has said since the last call.
    pub fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// Breaks or mends something.
    pub fn set(&mut self, fault: Fault, present: bool) {
        self.faults.retain(|other| *other != fault);
        if present {
            self.faults.push(fault);
        }
        self.cutter_waits |= fault == Fault::CutterStuck;
        self.report_changes();
        self.work();
    }

    /// Whether something is wrong in this way.
    pub fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault) || self.roll_says(fault)
    }

    /// Puts in a roll with this many dots of paper; `None` never ends.
    pub fn load_roll(&mut self, dots: Option<u32>) {
        self.roll_dots = dots;
        self.set(Fault::PaperOut, false);
    }

    /// Power off and on: everything not yet on paper is gone, and so are all modes.
    pub fn power_cycle(&mut self) {
        self.typesetter = Typesetter::new(self.model.dots).continuing(self.typesetter.take_paper());
        self.decoder = Decoder::new();
        self.waiting.clear();
        self.answers.clear();
        self.buffered = 0;
        self.auto_status = 0;
        self.reported = None;
        self.cutter_waits = self.faults.contains(&Fault::CutterStuck);
    }

    /// Pieces that have come out, oldest first. The last one may still be in the printer.
    pub fn papers(&self) -> impl Iterator<Item = &Paper> {
        self.papers.iter().chain(Some(self.typesetter.paper()).filter(|paper| !paper.lines.is_empty()))
    }

    /// Takes away the pieces that have come out, tearing off the one still in the printer.
    /// Whoever shows one picture per slip calls this after each; a printer without a cutter never separates them itself.
    pub fn take_papers(&mut self) -> Vec<Paper> {
        let torn = self.typesetter.take_paper();
        let mut papers = std::mem::take(&mut self.papers);
        papers.extend(Some(torn).filter(|paper| !paper.lines.is_empty()));
        papers
    }

    /// How often the drawer has been opened.
    pub fn drawer_openings(&self) -> u32 {
        self.drawer_openings
    }

    /// Its sensors, as it would report them.
    pub fn sensors(&self) -> Sensors {
        let stopped = self.stopped();
        let mut sensors = Sensors {
            offline: stopped,
            cover_open: self.has(Fault::CoverOpen),
            stopped_for_paper: self.has(Fault::PaperOut),
            cutter_error: self.has(Fault::CutterStuck) || self.cutter_waits,
            passing_error: self.has(Fault::Hot),
            near_end: self.model.near_end_sensor && (self.has(Fault::NearEnd) || self.has(Fault::PaperOut)),
            paper_out: self.has(Fault::PaperOut),
            ..Sensors::default()
        };
        sensors.error = sensors.has_error_cause();
        sensors
    }

    fn roll_says(&self, fault: Fault) -> bool {
        match fault {
            Fault::PaperOut => self.roll_dots == Some(0),
            Fault::NearEnd => self.roll_dots.is_some_and(|dots| dots < NEAR_END_DOTS),
            Fault::CoverOpen | Fault::CutterStuck | Fault::Hot | Fault::OffLine | Fault::Mute => false,
        }
    }

    fn stopped(&self) -> bool {
        self.cutter_waits
            || [Fault::PaperOut, Fault::CoverOpen, Fault::CutterStuck, Fault::Hot, Fault::OffLine]
                .into_iter()
                .any(|fault| self.has(fault))
    }

    fn say(&mut self, bytes: &[u8]) {
        if !self.has(Fault::Mute) {
            self.answers.extend(bytes);
        }
    }

    fn obey_at_once(&mut self, op: &Op) {
        match op {
            Op::Ask(question) => self.say(&[self.sensors().answer(*question)]),
            Op::PulseNow { .. } => self.drawer_openings += 1,
            Op::Recover(how) => self.recover(*how),
            _ => unreachable!("only real-time operations come here"),
        }
    }

    fn recover(&mut self, how: Recovery) {
        if !self.cutter_waits || self.has(Fault::CutterStuck) {
            return;
        }
        if how == Recovery::Clear {
            self.waiting.clear();
            self.typesetter.forget_line();
        }
        self.cutter_waits = false;
        self.report_changes();
    }

    /// Looks for real-time commands at every byte, as if other commands had no extent.
    fn obey_everywhere(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let [first, second] = self.tail;
            match (first, second, *byte) {
                (0x10, 0x04, n @ 1..=4) => self.obey_at_once(&Op::Ask(Question::ALL[usize::from(n) - 1])),
                (0x10, 0x05, 1) => self.recover(Recovery::Resume),
                (0x10, 0x05, 2) => self.recover(Recovery::Clear),
                (0x10, 0x14, 1) => self.drawer_openings += 1,
                _ => {}
            }
            self.tail = [second, *byte];
        }
    }

    /// Prints until nothing waits or something is wrong.
    fn work(&mut self) {
        while !self.stopped() {
            let Some(op) = self.waiting.pop_front() else { break };
            self.execute(op);
            self.report_changes();
        }
        if self.waiting.is_empty() {
            self.buffered = 0;
        }
    }

    fn execute(&mut self, op: Op) {
        match op {
            Op::Init => {
                self.auto_status = 0;
                self.typesetter.reset_modes();
            }
            Op::AutoStatus(mask) => self.switch_auto_status(mask),
            Op::TransmitPaper if self.model.transmit => {
                let sensors = self.sensors();
                self.say(&[
                    if sensors.near_end { 0x03 } else { 0 } | if sensors.paper_out { 0x0c } else { 0 }
                ]);
            }
            Op::TransmitDrawer if self.model.transmit => {
                self.say(&[u8::from(self.sensors().drawer_pin_high)])
            }
            Op::Fence(id) if self.model.process_id => self.answer_fence(id),
            Op::Identify(what) => self.identify(what),
            Op::Pulse { .. } => self.drawer_openings += 1,
            Op::Cut(cut) => self.cut(cut),
            printed => {
                let advance = self.typesetter.set(printed);
                self.roll_dots = self.roll_dots.map(|dots| dots.saturating_sub(advance));
            }
        }
    }

    fn answer_fence(&mut self, id: ProcessId) {
        let [a, b, c, d] = id.bytes();
        self.say(&[0x37, 0x22, a, b, c, d, 0]);
    }

    fn identify(&mut self, what: u8) {
        let text: &[u8] = match what {
            1 | 49 => return self.say(&[0x20]),
            2 | 50 => return self.say(&[u8::from(self.model.cutter) << 1]),
            65 => b"1.0",
            66 => b"Paydesk",
            67 if self.model.dots <= 384 => b"Virtual 58",
            67 => b"Virtual 80",
            68 => b"0001",
            _ => return,
        };
        self.say(&[b"\x5f", text, b"\0"].concat());
    }

    fn cut(&mut self, cut: Cut) {
        self.typesetter.end_line();
        if !self.model.cutter {
            return;
        }
        if let Cut::FeedFull(dots) | Cut::FeedPartial(dots) = cut {
            self.typesetter.set(Op::FeedDots(dots));
        }
        let paper = self.typesetter.take_paper();
        if !paper.lines.is_empty() {
            self.papers.push(Paper { cut: true, ..paper });
        }
    }

    fn switch_auto_status(&mut self, mask: u8) {
        self.auto_status = if self.model.auto_status { mask } else { 0 };
        self.reported = None;
        self.report_changes();
    }

    /// Pushes a status block if automatic status is on and the last block is no longer true.
    fn report_changes(&mut self) {
        let block = self.sensors().block();
        if self.auto_status != 0 && self.reported != Some(block) {
            self.reported = Some(block);
            self.say(&block);
        }
    }
}

#[cfg(test)]
mod tests;
