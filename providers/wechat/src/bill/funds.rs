//! Reads the bill of the account's movements. Its rows bear no order number that a payment could be found by, so they
//! are only added up: what came in, what went out.

use super::cells::{BYTE_ORDER_MARK, Cells, bare, column, names};
use provider_contract::bills::{BadBill, BillReader, Stated, Tally};
use settlement::{BillRow, Day, cell};

/// Reads a fund-flow bill.
pub(super) struct Funds {
    day: Day,
    columns: Option<Columns>,
    part: Part,
    tally: Tally,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Rows,
    Sums,
    Nothing,
}

#[derive(Clone, Copy)]
struct Columns {
    at: usize,
    direction: usize,
    amount: usize,
    count: usize,
}

impl Funds {
    pub fn new(day: Day) -> Funds {
        Funds { day, columns: None, part: Part::Header, tally: Tally::default() }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), BadBill> {
        let names = names(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line))?;
        self.columns = Some(Columns {
            at: column(&names, "记账时间")?,
            direction: column(&names, "收支类型")?,
            amount: column(&names, "收支金额(元)").or_else(|_| column(&names, "收支金额（元）"))?,
            count: names.len(),
        });
        self.part = Part::Rows;
        Ok(())
    }

    fn row(&mut self, line: u64, text: &[u8]) -> Result<(), BadBill> {
        let columns = self.columns.expect("rows come after the header");
        let broken = |why| BadBill::BrokenRow { line, why };
        let cells = Cells::split(text).filter(|cells| cells.count() >= columns.count);
        let cells = cells.ok_or(broken("too few or too many values"))?;
        let at = cell::wall_clock(cells.at(columns.at)).ok_or(broken("the time is not a time"))?;
        let found = Day::of(at);
        if found == self.day {
            self.tally.of_the_day += 1;
        } else if found == self.day.previous() || found == self.day.next() {
            self.tally.of_another.get_or_insert((line, found));
        } else {
            return Err(BadBill::WrongDay { line, found: found.to_string() });
        }
        let amount = cell::yuan(cells.at(columns.amount)).ok_or(broken("the amount is not an amount"))?;
        let side = match std::str::from_utf8(cells.at(columns.direction)) {
            Ok("收入") => &mut self.tally.first,
            Ok("支出") => &mut self.tally.second,
            _ => return Err(broken("neither money in nor money out")),
        };
        *side = (side.0 + 1, side.1 + i128::from(amount));
        Ok(())
    }

    fn sums(&mut self, line: u64, text: &[u8]) -> Result<(), BadBill> {
        let broken = BadBill::BrokenRow { line, why: "the sums cannot be read" };
        let cells = Cells::split(text).filter(|cells| cells.count() >= 5).ok_or(broken.clone())?;
        let count = |at: usize| {
            let text = cells.at(at).strip_suffix(b".0").unwrap_or(cells.at(at));
            std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(broken.clone()).map(Some)
        };
        let amount =
            |at: usize| cell::yuan(cells.at(at)).map(|fen| Some(i128::from(fen))).ok_or(broken.clone());
        self.tally.stated = Some(Stated {
            rows: count(0)?,
            first_count: count(1)?,
            first_amount: amount(2)?,
            second_count: count(3)?,
            second_amount: amount(4)?,
            fees: None,
        });
        self.tally.foot = true;
        self.part = Part::Nothing;
        Ok(())
    }
}

impl BillReader for Funds {
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill> {
        let line = bare(line);
        match (self.part, line.first()) {
            (Part::Header, _) => self.header(line)?,
            (Part::Rows, Some(b'`')) => self.row(number, line)?,
            (Part::Rows, _) if names(line)?.first() == Some(&"资金流水总笔数") => {
                self.part = Part::Sums
            }
            (Part::Rows, _) => {
                return Err(BadBill::BrokenRow {
                    line: number,
                    why: "neither a row nor the header of the sums",
                });
            }
            (Part::Sums, Some(b'`')) => self.sums(number, line)?,
            (Part::Sums, _) => {
                return Err(BadBill::BrokenRow { line: number, why: "the sums are missing" });
            }
            (Part::Nothing, None) => {}
            (Part::Nothing, Some(_)) => return Err(BadBill::AfterTheFoot { line: number }),
        }
        Ok(None)
    }

    fn is_past_head(&self) -> bool {
        self.part != Part::Header
    }

    fn fork(&self) -> Box<dyn BillReader> {
        Box::new(Funds { day: self.day, columns: self.columns, part: self.part, tally: Tally::default() })
    }

    fn tally(&self) -> Tally {
        self.tally.clone()
    }

    fn join(&mut self, next: &Tally) {
        self.tally = self.tally.plus(next);
        if next.foot {
            self.part = Part::Nothing;
        }
    }

    fn end(&self) -> Result<(), BadBill> {
        if self.part == Part::Header {
            return Err(BadBill::Truncated);
        }
        self.tally.check()
    }
}
