//! A line of a bill as values, and a header as names: newer files add and move columns, so they are found by name.

use super::BadBill;
use memchr::memchr_iter;

/// More columns than any bill has.
pub const COLUMNS_MAX: usize = 48;

/// What stands between the values of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// A comma; texts may carry a tab behind them. A comma is never half of a GBK character.
    Comma,
    /// A back-tick before every value, a comma between them; so a value may hold commas.
    BackTick,
}

/// The values of one line, by where they stand in it.
pub(super) struct Cells<'a> {
    line: &'a [u8],
    separator: Separator,
    starts: [u32; COLUMNS_MAX],
    count: usize,
}

impl<'a> Cells<'a> {
    /// Splits a line; none if there are more values than a bill can have.
    pub fn split(line: &'a [u8], separator: Separator) -> Option<Cells<'a>> {
        let mut cells = Cells { line, separator, starts: [0; COLUMNS_MAX], count: 0 };
        match separator {
            Separator::Comma => {
                cells.count = 1;
                for at in memchr_iter(b',', line) {
                    cells.begin(at + 1)?;
                }
            }
            Separator::BackTick => {
                for at in memchr_iter(b'`', line) {
                    if at == 0 || line[at - 1] == b',' {
                        cells.begin(at + 1)?;
                    }
                }
            }
        }
        Some(cells)
    }

    fn begin(&mut self, at: usize) -> Option<()> {
        *self.starts.get_mut(self.count)? = at as u32;
        self.count += 1;
        Some(())
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The value at this place; empty beyond the last.
    pub fn at(&self, at: usize) -> &'a [u8] {
        let (gap, tab) = match self.separator {
            Separator::Comma => (1, true),
            Separator::BackTick => (2, false),
        };
        let end = match at + 1 {
            next if next < self.count => self.starts[next] as usize - gap,
            next if next == self.count => self.line.len(),
            _ => return b"",
        };
        let value = &self.line[self.starts[at] as usize..end];
        if tab { value.strip_suffix(b"\t").unwrap_or(value) } else { value }
    }
}

/// The names of a file's columns.
pub struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    /// Of a plain header line.
    pub fn of(line: &'a str) -> Names<'a> {
        Names(line.split(',').map(str::trim).collect())
    }

    /// How many columns there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Where the column of this name stands, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| *known == name).filter(|at| *at < COLUMNS_MAX)
    }

    /// Where the column stands that has one of these names; a file without it is not this provider's.
    pub fn column(&self, names: &[&str]) -> Result<usize, BadBill> {
        let found = names.iter().find_map(|name| self.find(name));
        found.ok_or_else(|| BadBill::NotThisFormat(names.first().copied().unwrap_or_default().to_owned()))
    }
}
