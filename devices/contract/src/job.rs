//! The life of one print job. What is not known to be on paper is called unknown and is never sent again by itself.
//!
//! ```text
//!              held by paper, cover ...
//!            +--------------------------> Held --+
//!            |                                   |
//!   Queued --+-----------------------------------+--> Sent --+--> Printed
//!            ^                                        |  |   |
//!            +--- never left -------------------------+  |   +--> Unknown   (a person may ask for a copy: a new job)
//!                                                        |           |
//!                                                        +- answer --+--> Printed, if the printer says so after all
//! ```

use crate::state::PrinterState;
use base::{Text, Timestamp};

/// Names one print job. The shell makes it, once per slip asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u128);

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nothing has left for the printer.
    Queued,
    /// Nothing has left for the printer, and it cannot print now.
    Held {
        /// What it waits for.
        why: PrinterState,
    },
    /// The bytes have left, or are about to; the printer has not said that they are on paper.
    Sent {
        /// When that was recorded.
        at: Timestamp,
    },
    /// The printer said that it is on paper.
    Printed {
        /// When it said so.
        at: Timestamp,
    },
    /// It may be on paper and it may not.
    Unknown {
        /// Why nobody knows.
        why: Doubt,
    },
}

/// Why it is not known whether a job is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The connection broke, or the printer lost its power, before the printer had answered.
    LinkLost,
    /// The printer is there but did not answer in time.
    NoAnswer,
    /// This printer has no way to answer.
    PrinterCannotTell,
    /// Our own program was restarted while it waited for the answer.
    WeRestarted,
}

impl Doubt {
    /// The doubt's name in the store. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Doubt::LinkLost => "link_lost",
            Doubt::NoAnswer => "no_answer",
            Doubt::PrinterCannotTell => "printer_cannot_tell",
            Doubt::WeRestarted => "we_restarted",
        }
    }
}

/// What can happen to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// The printer cannot take it now.
    Held(PrinterState),
    /// About to be sent: to be recorded before a byte leaves.
    Sent,
    /// Recorded as sent, but certainly not a byte left.
    NeverLeft(PrinterState),
    /// The printer says it is on paper.
    Printed,
    /// Nobody will ever know.
    Doubted(Doubt),
}

/// An event that cannot happen to a job in this state; the state stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfOrder;

impl std::fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this cannot happen to a print job in its present state")
    }
}

impl std::error::Error for OutOfOrder {}

impl JobState {
    /// The state after an event.
    pub fn after(self, event: JobEvent, now: Timestamp) -> Result<JobState, OutOfOrder> {
        match (self, event) {
            (JobState::Queued | JobState::Held { .. }, JobEvent::Held(why)) => Ok(JobState::Held { why }),
            (JobState::Queued | JobState::Held { .. }, JobEvent::Sent) => Ok(JobState::Sent { at: now }),
            (JobState::Sent { .. }, JobEvent::NeverLeft(why)) => Ok(JobState::Held { why }),
            (JobState::Sent { .. }, JobEvent::Printed) => Ok(JobState::Printed { at: now }),
            (JobState::Sent { .. }, JobEvent::Doubted(why)) => Ok(JobState::Unknown { why }),
            (JobState::Unknown { why: Doubt::NoAnswer }, JobEvent::Printed) => {
                Ok(JobState::Printed { at: now })
            }
            (
                JobState::Queued
                | JobState::Held { .. }
                | JobState::Sent { .. }
                | JobState::Printed { .. }
                | JobState::Unknown { .. },
                JobEvent::Held(_)
                | JobEvent::Sent
                | JobEvent::NeverLeft(_)
                | JobEvent::Printed
                | JobEvent::Doubted(_),
            ) => Err(OutOfOrder),
        }
    }

    /// How a stored job reads after our program was restarted: what was sent and unanswered is unknown, what was
    /// waiting waits again.
    pub fn after_restart(self) -> JobState {
        match self {
            JobState::Sent { .. } => JobState::Unknown { why: Doubt::WeRestarted },
            JobState::Held { .. } => JobState::Queued,
            JobState::Queued | JobState::Printed { .. } | JobState::Unknown { .. } => self,
        }
    }

    /// Whether it may be given to a printer without anybody asking again.
    pub fn may_be_sent(self) -> bool {
        matches!(self, JobState::Queued | JobState::Held { .. })
    }

    /// The state in words for the till.
    pub fn sentence(self) -> Text {
        match self {
            JobState::Queued => Text::new("小票在排队。", "The receipt is queued."),
            JobState::Held { why } => {
                let cause = why.sentence();
                Text::new(
                    format!("小票等着打印：{}", cause.zh),
                    format!("The receipt is waiting: {}", cause.en),
                )
            }
            JobState::Sent { .. } => Text::new("小票正在打印。", "The receipt is printing."),
            JobState::Printed { .. } => Text::new("小票已打印。", "The receipt is printed."),
            JobState::Unknown { .. } => Text::new(
                "不知道小票打出来没有。请看一眼打印机；没有就按“补打”。",
                "Nobody knows whether the receipt came out. Look at the printer; if not, press “Reprint”.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(7);

    fn run(events: &[JobEvent]) -> Result<JobState, OutOfOrder> {
        events.iter().try_fold(JobState::Queued, |state, event| state.after(*event, NOW))
    }

    #[test]
    fn a_job_waits_for_paper_and_prints_once() {
        let life = [JobEvent::Held(PrinterState::PaperOut), JobEvent::Sent, JobEvent::Printed];
        assert_eq!(run(&life), Ok(JobState::Printed { at: NOW }));
        assert_eq!(run(&[&life[..], &[JobEvent::Sent]].concat()), Err(OutOfOrder));
    }

    #[test]
    fn what_is_unknown_is_never_sent_again() {
        for why in [Doubt::LinkLost, Doubt::NoAnswer, Doubt::PrinterCannotTell] {
            let state = run(&[JobEvent::Sent, JobEvent::Doubted(why)]).expect("in order");
            assert!(!state.may_be_sent());
            assert_eq!(state.after(JobEvent::Sent, NOW), Err(OutOfOrder));
        }
    }

    #[test]
    fn a_restart_makes_the_unanswered_unknown_and_nothing_else() {
        let sent = run(&[JobEvent::Sent]).expect("in order");
        assert_eq!(sent.after_restart(), JobState::Unknown { why: Doubt::WeRestarted });
        let held = run(&[JobEvent::Held(PrinterState::CoverOpen)]).expect("in order");
        assert!(held.after_restart().may_be_sent());
    }

    #[test]
    fn a_late_answer_is_believed() {
        let doubted = [JobEvent::Sent, JobEvent::Doubted(Doubt::NoAnswer), JobEvent::Printed];
        assert_eq!(run(&doubted), Ok(JobState::Printed { at: NOW }));
    }

    #[test]
    fn a_job_that_never_left_may_leave_later() {
        let life =
            [JobEvent::Sent, JobEvent::NeverLeft(PrinterState::Unknown), JobEvent::Sent, JobEvent::Printed];
        assert_eq!(run(&life), Ok(JobState::Printed { at: NOW }));
    }
}
