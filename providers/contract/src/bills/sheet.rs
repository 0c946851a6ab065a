//! Reads a bill that is a table with a head and a foot: all of it that does not depend on whose bill it is.

use super::cells::{Cells, Names, Separator};
use super::{BadBill, BillReader, Flaw, Tally};
use base::Timestamp;
use settlement::{BillRow, Day, cell};
use std::borrow::Cow;
use std::sync::Arc;

/// A longer line is none of a bill.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// What is a provider's own about a sort of its files.
pub trait Form: Send + Sync + 'static {
    /// What stands between values.
    const SEPARATOR: Separator;
    /// Where the columns stand that are read.
    type Columns: Copy + Send + 'static;
    /// What the lines of a foot leave for each other.
    type Notes: Default + Send + 'static;

    /// What this line is, by its looks and by what came before it.
    fn kind_of(&self, number: u64, line: &[u8], part: Part) -> Result<LineKind, BadBill>;

    /// A line that is not a row, as text.
    fn text<'a>(&self, line: &'a [u8]) -> Result<Cow<'a, str>, BadBill>;

    /// Finds the columns.
    fn columns(&self, names: &Names<'_>) -> Result<Self::Columns, BadBill>;

    /// The column whose text the shop chose and which may look like several values; what stands behind it is counted
    /// from the end.
    fn free(columns: &Self::Columns) -> Option<usize>;

    /// Reads a row and counts it.
    fn row<'a>(&self, columns: &Self::Columns, row: &Row<'a, '_>, tally: &mut Tally) -> RowRead<'a>;

    /// Reads a line of the head or of the foot.
    fn aside(&self, number: u64, line: &[u8], reading: &mut Reading<Self::Notes>) -> Result<(), BadBill>;
}

/// What became of a row: a row of the bill, or one that is only counted.
pub type RowRead<'a> = Result<Option<BillRow<'a>>, BadBill>;

/// Which part of a file comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stands above the columns' names.
    Head,
    /// Rows.
    Rows,
    /// The sums below them.
    Foot,
    /// Nothing but what may follow a whole bill.
    End,
}

/// What a line of a bill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The columns' names.
    Header,
    /// A row.
    Row,
    /// A line of the head or of the foot.
    Aside,
    /// Empty, where it may be.
    Nothing,
}

/// How far a stretch of the file is read.
pub struct Reading<N> {
    /// Which part comes next.
    pub part: Part,
    /// What was counted.
    pub tally: Tally,
    /// What the lines of the foot leave for each other.
    pub notes: N,
}

/// Reads a bill of the form `F`.
pub struct Sheet<F: Form> {
    form: Arc<F>,
    expected: Arc<Expected>,
    table: Option<Table<F::Columns>>,
    reading: Reading<F::Notes>,
}

struct Expected {
    day: Day,
    /// The day as most rows begin their time.
    date: String,
}

#[derive(Clone, Copy)]
struct Table<C> {
    count: usize,
    free: usize,
    columns: C,
}

impl<F: Form> Sheet<F> {
    /// Nothing was read yet.
    pub fn new(form: F, day: Day) -> Sheet<F> {
        Sheet {
            form: Arc::new(form),
            expected: Arc::new(Expected { day, date: day.to_string() }),
            table: None,
            reading: Reading { part: Part::Head, tally: Tally::default(), notes: F::Notes::default() },
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), BadBill> {
        let text = self.form.text(line)?;
        let names = Names::of(&text);
        let columns = self.form.columns(&names)?;
        let free = F::free(&columns).unwrap_or(usize::MAX);
        self.table = Some(Table { count: names.count(), free, columns });
        self.reading.part = Part::Rows;
        Ok(())
    }
}

fn row<'a, F: Form>(
    (form, expected, table): (&F, &Expected, Option<&Table<F::Columns>>),
    number: u64,
    line: &'a [u8],
    tally: &mut Tally,
) -> RowRead<'a> {
    let broken = |why| BadBill::BrokenRow { line: number, why };
    let table = table.ok_or_else(|| broken(Flaw::AboveTheHeader))?;
    let cells = Cells::split(line, F::SEPARATOR).ok_or_else(|| broken(Flaw::TooManyValues))?;
    let surplus = cells.count().checked_sub(table.count).ok_or_else(|| broken(Flaw::TooFewValues))?;
    if surplus > 0 && table.free == usize::MAX {
        return Err(broken(Flaw::TooManyValues));
    }
    form.row(&table.columns, &Row { line: number, cells: &cells, free: table.free, surplus, expected }, tally)
}

fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<F: Form> BillReader for Sheet<F> {
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill> {
        if line.len() > LINE_BYTES_MAX {
            return Err(BadBill::LineTooLong { line: number });
        }
        let line = bare(line);
        match self.form.kind_of(number, line, self.reading.part)? {
            LineKind::Header => self.header(line).map(|()| None),
            LineKind::Row => {
                let of = (&*self.form, &*self.expected, self.table.as_ref());
                row(of, number, line, &mut self.reading.tally)
            }
            LineKind::Aside => self.form.aside(number, line, &mut self.reading).map(|()| None),
            LineKind::Nothing => Ok(None),
        }
    }

    fn again<'a>(&self, number: u64, line: &'a [u8]) -> RowRead<'a> {
        let of = (&*self.form, &*self.expected, self.table.as_ref());
        row(of, number, bare(line), &mut Tally::default())
    }

    fn is_past_head(&self) -> bool {
        self.table.is_some()
    }

    fn fork(&self) -> Box<dyn BillReader> {
        let reading =
            Reading { part: self.reading.part, tally: Tally::default(), notes: F::Notes::default() };
        Box::new(Sheet {
            form: Arc::clone(&self.form),
            expected: Arc::clone(&self.expected),
            table: self.table,
            reading,
        })
    }

    fn tally(&self) -> Tally {
        self.reading.tally.clone()
    }

    fn join(&mut self, next: &Tally) {
        self.reading.tally = self.reading.tally.plus(next);
        if next.foot {
            self.reading.part = Part::End;
        }
    }

    fn end(&self) -> Result<(), BadBill> {
        if self.table.is_none() {
            return Err(BadBill::Truncated);
        }
        self.reading.tally.check()
    }
}

/// One row: its values by their columns.
pub struct Row<'a, 'c> {
    /// Which line of the file it is, from 1.
    pub line: u64,
    cells: &'c Cells<'a>,
    free: usize,
    surplus: usize,
    expected: &'c Expected,
}

impl<'a> Row<'a, '_> {
    /// The value of a column.
    pub fn cell(&self, column: usize) -> &'a [u8] {
        self.cells.at(if column > self.free { column + self.surplus } else { column })
    }

    /// What is wrong with this row.
    pub fn broken(&self, why: Flaw) -> BadBill {
        BadBill::BrokenRow { line: self.line, why }
    }

    /// An amount of yuan, in fen.
    pub fn fen(&self, column: usize, why: Flaw) -> Result<i64, BadBill> {
        cell::yuan(self.cell(column)).ok_or_else(|| self.broken(why))
    }

    /// Counts what the account holds after a movement of so much (negative if it went out), if the row says it.
    pub fn hold(&self, column: Option<usize>, moved: i64, tally: &mut Tally) -> Result<(), BadBill> {
        match column.filter(|column| !self.cell(*column).trim_ascii().is_empty()) {
            Some(column) => tally.hold(moved, self.fen(column, Flaw::BalanceUnreadable)?),
            None => tally.unsaid = true,
        }
        Ok(())
    }

    /// When it was, on China's clock; counted by its day. A neighboring day's row is a difference; any other day's is
    /// another file.
    pub fn moment(&self, column: usize, tally: &mut Tally) -> Result<Timestamp, BadBill> {
        let text = self.cell(column);
        let at = cell::wall_clock(text).ok_or_else(|| self.broken(Flaw::TimeUnreadable))?;
        let Expected { day, date } = self.expected;
        if text.starts_with(date.as_bytes()) {
            tally.of_the_day += 1;
            return Ok(at);
        }
        let found = Day::of(at);
        if found != day.previous() && found != day.next() {
            return Err(BadBill::WrongDay { line: self.line, found: found.to_string() });
        }
        tally.of_another.get_or_insert((self.line, found));
        Ok(at)
    }
}
