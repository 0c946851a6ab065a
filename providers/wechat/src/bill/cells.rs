//! One line of back-ticked values into cells, and columns by their names: newer files add and move columns.

use memchr::memchr_iter;
use provider_contract::bills::BadBill;

/// More columns than any bill has.
const COLUMNS_MAX: usize = 48;

/// What stands before the header of a file.
pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The values of one line, by where they stand in it.
pub(super) struct Cells<'a> {
    line: &'a [u8],
    starts: [u32; COLUMNS_MAX],
    count: usize,
}

impl<'a> Cells<'a> {
    /// Splits a line at every comma that a back-tick follows; none if there are more values than a bill can have.
    pub fn split(line: &'a [u8]) -> Option<Cells<'a>> {
        let mut cells = Cells { line, starts: [0; COLUMNS_MAX], count: 0 };
        for at in memchr_iter(b'`', line) {
            if at == 0 || line[at - 1] == b',' {
                *cells.starts.get_mut(cells.count)? = at as u32 + 1;
                cells.count += 1;
            }
        }
        Some(cells)
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The value at this place; empty beyond the last.
    pub fn at(&self, at: usize) -> &'a [u8] {
        let end = match at + 1 {
            next if next < self.count => self.starts[next] as usize - 2,
            next if next == self.count => self.line.len(),
            _ => return b"",
        };
        &self.line[self.starts[at] as usize..end]
    }
}

/// A plain header line into its names.
pub(super) fn names(line: &[u8]) -> Result<Vec<&str>, BadBill> {
    let text = std::str::from_utf8(line).map_err(|_| BadBill::WrongEncoding)?;
    Ok(text.split(',').map(str::trim).collect())
}

/// Where the column of this name stands.
pub(super) fn column(names: &[&str], name: &str) -> Result<usize, BadBill> {
    let at = names.iter().position(|known| *known == name).filter(|at| *at < COLUMNS_MAX);
    at.ok_or_else(|| BadBill::NotThisFormat(name.to_owned()))
}

/// The line without the carriage return that some files have.
pub(super) fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
