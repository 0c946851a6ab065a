//! A line of a bill as values, and a header as names: newer files add and move columns, so they are found by name.

use super::BadBill;

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
                each(line, b',', |at| cells.begin(at + 1))?;
            }
            Separator::BackTick => {
                each(line, b'`', |at| {
                    let begins = at == 0 || line[at - 1] == b',';
                    if begins { cells.begin(at + 1) } else { Some(()) }
                })?;
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

/// Tells every place of `byte` in `line`, until `found` has enough. Values are so short that a search for each next one
/// would cost more than it finds: eight bytes are compared at a time, and a bit says of each whether it is equal.
fn each(line: &[u8], byte: u8, mut found: impl FnMut(usize) -> Option<()>) -> Option<()> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const SEVEN_BITS: u64 = 0x7f * ONES;
    let (words, rest) = line.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let differs = u64::from_le_bytes(*word) ^ (ONES * u64::from(byte));
        // The top bit of a byte stays 0 only if all its bits are 0: adding cannot carry into the next.
        let mut equal = !(((differs & SEVEN_BITS) + SEVEN_BITS) | differs | SEVEN_BITS);
        while equal != 0 {
            found(number * 8 + equal.trailing_zeros() as usize / 8)?;
            equal &= equal - 1;
        }
    }
    let begun = line.len() - rest.len();
    rest.iter().enumerate().filter(|(_, there)| **there == byte).try_for_each(|(at, _)| found(begun + at))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes that differ in one bit.
    fn near() -> impl Strategy<Value = u8> {
        proptest::sample::select(vec![b',', b'-', b',' ^ 0x80, b'`', b'a', 0, 1, 0x80, 0xff])
    }

    proptest! {
        #[test]
        fn every_place_of_a_byte_is_found(line in proptest::collection::vec(near(), 0..60), byte in near()) {
            let mut places = Vec::new();
            each(&line, byte, |at| { places.push(at); Some(()) });
            let plain: Vec<usize> = (0..line.len()).filter(|at| line[*at] == byte).collect();
            prop_assert_eq!(places, plain);
        }
    }
}
