//! Our side of a day, packed: 24 bytes a row, found by number in one or two looks at memory.

use crate::{BookRow, Kind, Place, State};
use base::Currency;
use std::collections::BTreeMap;

/// Rows are kept in so many piles by the first bits of their mixed numbers, so that they can be sorted side by side.
const PILES: usize = 16;
/// About so many rows share one entry of a pile's index.
const ROWS_PER_ENTRY: usize = 8;

/// Three words: two of the mixed number, one of everything else.
type Packed = [u64; 3];

/// Our rows while they come in, in any order.
#[derive(Debug, Default)]
pub struct Book {
    tables: [Table; 2],
}

/// Our rows, ready to be looked up.
#[derive(Debug)]
pub struct SealedBook {
    tables: [Table; 2],
}

/// The rows of one kind.
#[derive(Debug, Default)]
struct Table {
    piles: [Pile; PILES],
    /// What does not fit into one word.
    large: BTreeMap<u128, BookRow>,
}

#[derive(Debug, Default)]
struct Pile {
    rows: Vec<Packed>,
    /// Where the rows begin whose next bits are 0, 1, 2 ...; sealed piles only.
    index: Vec<u32>,
    bits: u32,
}

impl Book {
    /// With room for so many sales and refunds; more are welcome.
    pub fn with_capacity(sales: usize, refunds: usize) -> Book {
        let mut book = Book::default();
        for (table, rows) in book.tables.iter_mut().zip([sales, refunds]) {
            for pile in &mut table.piles {
                pile.rows.reserve_exact(rows / PILES + rows / PILES / 32 + 16);
            }
        }
        book
    }

    /// Takes a row in. A number that comes twice is one row: the first.
    pub fn push(&mut self, row: &BookRow) {
        let table = &mut self.tables[row.kind as usize];
        let mixed = mix(row.id);
        let detail = Detail::of(row).unwrap_or_else(|| {
            table.large.entry(row.id).or_insert(*row);
            Detail::LARGE
        });
        table.piles[pile_of(mixed)].rows.push([(mixed >> 64) as u64, mixed as u64, detail.0]);
    }

    /// How many rows came in.
    pub fn len(&self) -> usize {
        self.tables.iter().flat_map(|table| &table.piles).map(|pile| pile.rows.len()).sum()
    }

    /// Nothing came in.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Parts that can be put in order independently of each other, for whoever has several cores: call each once, then
    /// [`Book::seal`].
    pub fn parts(&mut self) -> impl Iterator<Item = impl FnOnce() + Send + '_> {
        self.tables.iter_mut().flat_map(|table| &mut table.piles).map(|pile| move || pile.sort())
    }

    /// Puts the rows in order.
    pub fn seal(mut self) -> SealedBook {
        for pile in self.tables.iter_mut().flat_map(|table| &mut table.piles) {
            if pile.index.is_empty() {
                pile.sort();
            }
        }
        SealedBook { tables: self.tables }
    }
}

/// Where a row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pile: usize,
    at: usize,
}

impl SealedBook {
    /// The row of this number.
    pub(crate) fn find(&self, kind: Kind, id: u128) -> Option<Found> {
        let mixed = mix(id);
        let pile = pile_of(mixed);
        let at = self.tables[kind as usize].piles[pile].find([(mixed >> 64) as u64, mixed as u64])?;
        Some(Found { pile, at })
    }

    /// What stands there.
    pub(crate) fn row(&self, kind: Kind, found: Found) -> BookRow {
        let table = &self.tables[kind as usize];
        table.unpack(kind, &table.piles[found.pile].rows[found.at])
    }

    /// Marks the row as seen in the bill; tells whether it was marked before.
    pub(crate) fn mark(&mut self, kind: Kind, found: Found) -> bool {
        let detail = &mut self.tables[kind as usize].piles[found.pile].rows[found.at][2];
        let before = Detail(*detail).seen();
        *detail |= Detail::SEEN;
        before
    }

    /// Every row with whether it was seen in the bill, sales first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (BookRow, bool)> + '_ {
        [Kind::Sale, Kind::Refund].into_iter().flat_map(move |kind| {
            let table = &self.tables[kind as usize];
            let rows = table.piles.iter().flat_map(|pile| &pile.rows);
            rows.map(move |packed| (table.unpack(kind, packed), Detail(packed[2]).seen()))
        })
    }
}

impl Table {
    fn unpack(&self, kind: Kind, packed: &Packed) -> BookRow {
        let id = unmix(u128::from(packed[0]) << 64 | u128::from(packed[1]));
        let detail = Detail(packed[2]);
        if detail.is_large() {
            return self.large[&id];
        }
        detail.row(kind, id)
    }
}

impl Pile {
    fn sort(&mut self) {
        // By number alone and keeping the order, so that of two rows with one number the first stays.
        self.rows.sort_by_key(|row| (row[0], row[1]));
        self.rows.dedup_by_key(|row| (row[0], row[1]));
        assert!(self.rows.len() < u32::MAX as usize, "a pile holds at most four billion rows");
        let entries = (self.rows.len() / ROWS_PER_ENTRY).next_power_of_two();
        self.bits = entries.trailing_zeros();
        self.index = vec![0; entries + 1];
        let mut next = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let entry = entry_of(row[0], self.bits);
            while next <= entry {
                self.index[next] = at as u32;
                next += 1;
            }
        }
        self.index[next..].fill(self.rows.len() as u32);
    }

    fn find(&self, number: [u64; 2]) -> Option<usize> {
        let entry = entry_of(number[0], self.bits);
        let (from, to) = (*self.index.get(entry)? as usize, *self.index.get(entry + 1)? as usize);
        self.rows[from..to]
            .iter()
            .position(|row| row[0] == number[0] && row[1] == number[1])
            .map(|at| from + at)
    }
}

fn pile_of(mixed: u128) -> usize {
    (mixed >> 124) as usize
}

/// Which entry of a pile's index: the bits after those that chose the pile.
fn entry_of(high: u64, bits: u32) -> usize {
    if bits == 0 { 0 } else { ((high << 4) >> (64 - bits)) as usize }
}

/// Odd, with bits all over.
const FACTOR: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;

/// Spreads numbers evenly, which ids that begin with their time are not. Every number has its own mixed one, so
/// nothing can be taken for something else, and [`unmix`] leads back.
fn mix(id: u128) -> u128 {
    let mut mixed = id ^ id >> 64;
    mixed = mixed.wrapping_mul(FACTOR);
    mixed ^= mixed >> 64;
    mixed = mixed.wrapping_mul(FACTOR);
    mixed ^ mixed >> 64
}

fn unmix(mixed: u128) -> u128 {
    const BACK: u128 = inverse(FACTOR);
    let mut id = mixed ^ mixed >> 64;
    id = id.wrapping_mul(BACK);
    id ^= id >> 64;
    id = id.wrapping_mul(BACK);
    id ^ id >> 64
}

/// What undoes a multiplication by an odd number: each step of Newton's method doubles the bits that are right.
const fn inverse(odd: u128) -> u128 {
    let mut back: u128 = 1;
    let mut step = 0;
    while step < 7 {
        back = back.wrapping_mul(2u128.wrapping_sub(odd.wrapping_mul(back)));
        step += 1;
    }
    back
}

/// Amount, fee, currency, state and place in one word.
///
/// ```text
///  bit 63      62       61..28      27..6      5..4       3..2    1..0
///      seen    large    amount      fee + 1    currency   state   place
/// ```
#[derive(Clone, Copy)]
struct Detail(u64);

const AMOUNT_BITS: u32 = 34;
const FEE_BITS: u32 = 22;

impl Detail {
    const SEEN: u64 = 1 << 63;
    const LARGE: Detail = Detail(1 << 62);

    /// The word for this row, unless a number in it is too large.
    fn of(row: &BookRow) -> Option<Detail> {
        let amount = u64::try_from(row.amount).ok().filter(|amount| *amount < 1 << AMOUNT_BITS)?;
        let fee = match row.fee {
            None => 0,
            Some(fee) => u64::try_from(fee).ok().filter(|fee| *fee < (1 << FEE_BITS) - 1)? + 1,
        };
        let currency = Currency::ALL.iter().position(|known| *known == row.currency)? as u64;
        let state = STATES.iter().position(|known| *known == row.state)? as u64;
        let place = PLACES.iter().position(|known| *known == row.place)? as u64;
        Some(Detail(amount << 28 | fee << 6 | currency << 4 | state << 2 | place))
    }

    fn row(self, kind: Kind, id: u128) -> BookRow {
        let fee = self.0 >> 6 & ((1 << FEE_BITS) - 1);
        BookRow {
            kind,
            id,
            amount: (self.0 >> 28 & ((1 << AMOUNT_BITS) - 1)) as i64,
            currency: Currency::ALL[(self.0 >> 4 & 3) as usize],
            fee: fee.checked_sub(1).map(|fee| fee as i64),
            state: STATES[(self.0 >> 2 & 3) as usize],
            place: PLACES[(self.0 & 3) as usize],
        }
    }

    fn seen(self) -> bool {
        self.0 & Detail::SEEN != 0
    }

    fn is_large(self) -> bool {
        self.0 & Detail::LARGE.0 != 0
    }
}

const STATES: [State; 4] = [State::Moved, State::Open, State::NotMoved, State::Recorded];
const PLACES: [Place; 4] = [Place::Before, Place::Inside, Place::NearTheEnd, Place::After];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = BookRow> {
        let amounts = prop_oneof![0..1_000_000i64, Just(i64::MAX), Just(1 << 34)];
        let fees = prop_oneof![Just(None), (0..9_000_000i64).prop_map(Some), Just(Some(-5))];
        (any::<bool>(), any::<u128>(), amounts, fees, 0..4usize, 0..4usize, 0..4usize).prop_map(
            |(sale, id, amount, fee, currency, state, place)| BookRow {
                kind: if sale { Kind::Sale } else { Kind::Refund },
                id,
                amount,
                currency: Currency::ALL[currency],
                fee,
                state: STATES[state],
                place: PLACES[place],
            },
        )
    }

    proptest! {
        #[test]
        fn every_row_is_found_as_it_was(rows in proptest::collection::vec(row(), 0..300)) {
            let mut book = Book::default();
            rows.iter().for_each(|row| book.push(row));
            let book = book.seal();
            for row in &rows {
                let found = book.find(row.kind, row.id).expect("it was put in");
                let first = rows.iter().find(|other| other.kind == row.kind && other.id == row.id);
                prop_assert_eq!(Some(&book.row(row.kind, found)), first);
            }
            prop_assert_eq!(book.find(Kind::Sale, 0x1234).is_some(), rows.iter().any(|r| r.kind == Kind::Sale && r.id == 0x1234));
        }

        #[test]
        fn mixing_can_be_undone(id in any::<u128>()) {
            prop_assert_eq!(unmix(mix(id)), id);
        }
    }

    #[test]
    fn a_row_takes_twenty_four_bytes() {
        assert_eq!(size_of::<Packed>(), 24);
    }
}
