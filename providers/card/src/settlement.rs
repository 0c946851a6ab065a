//! Settling a batch: totals, details where the host counted otherwise, the end. Whoever does it writes down how far it got
//! before each message; after a stop the same message is sent again, and the host takes a repeat for what it is.
//!
//! Sources: public code of two terminals (order of the steps, layout of field 48; the widths in it add up to its longest
//! length and are confirmed by nobody). Details of chip cards, 0320 with field 55, are not uploaded.

use crate::acquirer::{Acquirer, Terminal};
use crate::incoming::HostAnswer;
use crate::management::{Balance, BatchTotals, Totals, balances, settle};
use crate::outgoing::{CannotWrite, Outgoing};
use crate::pan::Pan;
use crate::transaction::Numbers;
use iso8583::Mti;
use std::fmt;
use zeroize::Zeroizing;

/// Details in one message.
const DETAILS_MAX: usize = 8;

/// One line of a batch: money that moved online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// A void, a refund or a completion undone; otherwise a sale or a completion.
    pub credit: bool,
    /// Of another organization's card.
    pub foreign: bool,
    /// Its trace number.
    pub trace: u32,
    /// The card's number.
    pub pan: Pan,
    /// Fen.
    pub fen: u64,
}

/// How far a settlement has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    batch: u32,
    stage: Stage,
}

/// What is to be said next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Totals,
    /// The details from this one on; of domestic cards, of foreign ones, or of both.
    Details {
        from: usize,
        which: Unbalanced,
    },
    End {
        uploaded: usize,
        balanced: bool,
    },
    Done,
}

/// Which halves the host counted otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unbalanced {
    domestic: bool,
    foreign: bool,
}

/// Why a settlement does not go on. It stays where it is, and the batch stays open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotSettle {
    /// The host refuses: its response code.
    Refused(String),
    /// The host does not say how the totals compare.
    NoResult,
    /// The host could not count.
    HostCannotCount,
}

impl BatchTotals {
    /// What the details add up to.
    pub fn of(details: &[Detail]) -> BatchTotals {
        let mut totals = BatchTotals::default();
        for detail in details {
            let half = if detail.foreign { &mut totals.foreign } else { &mut totals.domestic };
            let Totals { debit, credit } = half;
            let (fen, count) = if detail.credit { credit } else { debit };
            *fen += detail.fen;
            *count += 1;
        }
        totals
    }
}

impl Settlement {
    /// Of a batch, at its beginning.
    pub fn begin(batch: u32) -> Settlement {
        Settlement { batch, stage: Stage::Totals }
    }

    /// The batch that is settled.
    pub fn batch(&self) -> u32 {
        self.batch
    }

    /// Whether the host has closed the batch; then its lines can go, and the next one begins.
    pub fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }

    /// The message to be sent next, the same after a stop; nothing once it is done. `details` is the whole batch, in
    /// the same order each time.
    pub fn message(
        &self,
        details: &[Detail],
        trace: u32,
        acquirer: &Acquirer,
        terminal: &Terminal,
    ) -> Option<Result<Vec<u8>, CannotWrite>> {
        let numbers = Numbers { batch: self.batch, trace };
        Some(match self.stage {
            Stage::Totals => settle(acquirer, terminal, numbers, &BatchTotals::of(details), "01"),
            Stage::Details { from, which } => {
                let lines = which.lines(details).skip(from).take(DETAILS_MAX);
                upload(acquirer, terminal, numbers, "201", &written(lines.collect()))
            }
            Stage::End { uploaded, balanced } => {
                let how = if balanced { "207" } else { "202" };
                upload(acquirer, terminal, numbers, how, &Zeroizing::new(format!("{uploaded:04}")))
            }
            Stage::Done => return None,
        })
    }

    /// Where it stands after the answer to its message.
    pub fn heard(&self, details: &[Detail], answer: &HostAnswer) -> Result<Settlement, CannotSettle> {
        if answer.code != "00" {
            return Err(CannotSettle::Refused(answer.code.clone()));
        }
        let stage = match self.stage {
            Stage::Totals => after_totals(details, answer)?,
            Stage::Details { from, which } => which.stage(from + DETAILS_MAX, details),
            Stage::End { .. } | Stage::Done => Stage::Done,
        };
        Ok(Settlement { stage, ..*self })
    }

    /// As it is kept: no card's data is in it.
    pub fn to_text(&self) -> String {
        let digit = u8::from;
        let stage = match self.stage {
            Stage::Totals => "totals".to_owned(),
            Stage::Details { from, which } => {
                format!("details {from} {} {}", digit(which.domestic), digit(which.foreign))
            }
            Stage::End { uploaded, balanced } => format!("end {uploaded} {}", digit(balanced)),
            Stage::Done => "done".to_owned(),
        };
        format!("{} {stage}", self.batch)
    }

    /// Of what was kept; nothing if it is none.
    pub fn parse(text: &str) -> Option<Settlement> {
        let flag = |text: &str| match text {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        };
        let words: Vec<&str> = text.split(' ').collect();
        let (batch, stage) = words.split_first()?;
        let stage = match stage {
            ["totals"] => Stage::Totals,
            ["details", from, domestic, foreign] => Stage::Details {
                from: from.parse().ok()?,
                which: Unbalanced { domestic: flag(domestic)?, foreign: flag(foreign)? },
            },
            ["end", uploaded, balanced] => {
                Stage::End { uploaded: uploaded.parse().ok()?, balanced: flag(balanced)? }
            }
            ["done"] => Stage::Done,
            _ => return None,
        };
        Some(Settlement { batch: batch.parse().ok()?, stage })
    }
}

fn after_totals(details: &[Detail], answer: &HostAnswer) -> Result<Stage, CannotSettle> {
    let (domestic, foreign) = answer.totals.as_deref().and_then(balances).ok_or(CannotSettle::NoResult)?;
    if domestic == Balance::Failed || foreign == Balance::Failed {
        return Err(CannotSettle::HostCannotCount);
    }
    let unbalanced = |half| half == Balance::Unbalanced;
    Ok(Unbalanced { domestic: unbalanced(domestic), foreign: unbalanced(foreign) }.stage(0, details))
}

impl Unbalanced {
    fn lines(self, details: &[Detail]) -> impl Iterator<Item = &Detail> {
        details.iter().filter(move |detail| if detail.foreign { self.foreign } else { self.domestic })
    }

    /// What comes when so many details are uploaded.
    fn stage(self, from: usize, details: &[Detail]) -> Stage {
        let all = self.lines(details).count();
        if from < all {
            Stage::Details { from, which: self }
        } else {
            Stage::End { uploaded: all, balanced: !self.domestic && !self.foreign }
        }
    }
}

/// Field 48 of an upload: how many, and each line's class, trace number, card and amount.
fn written(lines: Vec<&Detail>) -> Zeroizing<String> {
    let mut field = Zeroizing::new(format!("{:02}", lines.len()));
    for line in lines {
        let card = Zeroizing::new(format!("{:0>20}", line.pan.reveal()));
        field.push_str(if line.foreign { "01" } else { "00" });
        field.push_str(&format!("{:06}", line.trace));
        field.push_str(&card);
        field.push_str(&format!("{:012}", line.fen));
    }
    field
}

fn upload(
    acquirer: &Acquirer,
    terminal: &Terminal,
    numbers: Numbers,
    what: &str,
    field_48: &Zeroizing<String>,
) -> Result<Vec<u8>, CannotWrite> {
    let mut outgoing = Outgoing::new(Mti::BATCH_UPLOAD);
    outgoing.put(11, format!("{:06}", numbers.trace)).put_terminal(terminal);
    outgoing.put(48, field_48.as_bytes()).put(60, format!("00{:06}{what}", numbers.batch));
    outgoing.framed(acquirer, terminal, None)
}

impl fmt::Display for CannotSettle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotSettle::Refused(code) => write!(f, "the host refuses to settle with code {code}"),
            CannotSettle::NoResult => f.write_str("the host does not say how the totals compare"),
            CannotSettle::HostCannotCount => f.write_str("the host could not count the batch"),
        }
    }
}

impl std::error::Error for CannotSettle {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_got_is_kept_as_text() {
        let which = Unbalanced { domestic: true, foreign: false };
        for (stage, text) in [
            (Stage::Totals, "7 totals"),
            (Stage::Details { from: 8, which }, "7 details 8 1 0"),
            (Stage::End { uploaded: 11, balanced: false }, "7 end 11 0"),
            (Stage::Done, "7 done"),
        ] {
            let settlement = Settlement { batch: 7, stage };
            assert_eq!(settlement.to_text(), text);
            assert_eq!(Settlement::parse(text), Some(settlement));
        }
        for wrong in ["", "7", "x totals", "7 totals 1", "7 details 8 1", "7 details 8 2 0", "7 end -1 0"] {
            assert_eq!(Settlement::parse(wrong), None, "{wrong}");
        }
    }
}
