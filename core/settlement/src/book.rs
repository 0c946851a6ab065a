//! Our side of a day, packed: 24 bytes a row, found by number in one or two looks at memory.
//!
//! Once sealed it never changes, so that several stretches of a bill can be held against it at once; which rows were
//! seen is kept apart, in one bit a row.

use crate::{BookRow, Kind, Place, State};
use base::Currency;
use std::collections::BTreeMap;

/// Rows are kept in piles by so many first bits of their mixed numbers, so that they can be sorted side by side: enough
/// that a pile is sorted within a processor's cache.
const PILE_BITS: u32 = 9;
/// A table that is known to have no more rows is one pile: a small shop's day is done before the piles are laid out.
const ONE_PILE_MAX: usize = 4096;
/// About so many rows share one entry of a pile's index.
const ROWS_PER_ENTRY: usize = 8;

/// Three words: two of the mixed number, one of everything else.
type Packed = [u64; 3];

/// Our rows while they come in, in any order.
#[derive(Debug, Default)]
pub struct Book {
    tables: [Table; 2],
}

/// A row as the book keeps it.
#[derive(Clone, Copy, Debug)]
pub struct PackedRow {
    kind: Kind,
    packed: Packed,
    large: Option<(i64, Option<i64>)>,
}

/// Our rows, ready to be looked up.
#[derive(Debug)]
pub struct SealedBook {
    tables: [Table; 2],
}

/// The rows of one kind.
#[derive(Debug)]
struct Table {
    /// One for each value of the first `pile_bits` bits.
    piles: Vec<Pile>,
    pile_bits: u32,
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
        Book { tables: [Table::with_capacity(sales), Table::with_capacity(refunds)] }
    }

    /// Takes a row in. A number that comes twice is one row: the first.
    pub fn push(&mut self, row: &BookRow) {
        self.push_packed(&PackedRow::of(row));
    }

    /// Takes in a row that was packed before, perhaps on another thread.
    pub fn push_packed(&mut self, row: &PackedRow) {
        let table = &mut self.tables[row.kind as usize];
        if row.large.is_some() {
            let number = u128::from(row.packed[0]) << 64 | u128::from(row.packed[1]);
            table.large.entry(unmix(number)).or_insert_with(|| row.unpacked());
        }
        table.piles[pile_of(row.packed[0], table.pile_bits)].rows.push(row.packed);
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
        self.tables.iter_mut().flat_map(|table| {
            let pile_bits = table.pile_bits;
            table.piles.iter_mut().map(move |pile| move || pile.sort(pile_bits))
        })
    }

    /// Puts the rows in order.
    pub fn seal(mut self) -> SealedBook {
        for table in &mut self.tables {
            for pile in table.piles.iter_mut().filter(|pile| pile.index.is_empty()) {
                pile.sort(table.pile_bits);
            }
        }
        SealedBook { tables: self.tables }
    }
}

/// Where a row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pile: u16,
    at: u32,
}

/// Where a number can stand in the book, if it stands there at all: looked up for many numbers first and searched
/// afterwards, so that a processor waits for its memory once and not for each.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    number: [u64; 2],
    pile: u16,
    from: u32,
    to: u32,
}

/// Which rows of a book were seen in the bill.
#[derive(Debug)]
pub(crate) struct Seen {
    tables: [Vec<Vec<u64>>; 2],
}

impl PackedRow {
    /// The row, packed.
    pub fn of(row: &BookRow) -> PackedRow {
        let mixed = mix(row.id);
        let (detail, large) = match Detail::of(row) {
            Some(detail) => (detail, None),
            None => (Detail::large(row), Some((row.amount, row.fee))),
        };
        PackedRow { kind: row.kind, packed: [(mixed >> 64) as u64, mixed as u64, detail.0], large }
    }

    fn unpacked(&self) -> BookRow {
        let id = unmix(u128::from(self.packed[0]) << 64 | u128::from(self.packed[1]));
        let row = Detail(self.packed[2]).row(self.kind, id);
        let (amount, fee) = self.large.unwrap_or((row.amount, row.fee));
        BookRow { amount, fee, ..row }
    }
}

impl SealedBook {
    /// Where this number can stand.
    pub(crate) fn search(&self, kind: Kind, id: u128) -> Search {
        let mixed = mix(id);
        let number = [(mixed >> 64) as u64, mixed as u64];
        let table = &self.tables[kind as usize];
        let pile = pile_of(number[0], table.pile_bits);
        let (from, to) = table.piles[pile].stretch(number[0], table.pile_bits);
        Search { number, pile: pile as u16, from, to }
    }

    /// Where it stands.
    pub(crate) fn find(&self, kind: Kind, search: &Search) -> Option<Found> {
        let pile = &self.tables[kind as usize].piles[usize::from(search.pile)];
        let rows = &pile.rows[search.from as usize..search.to as usize];
        let at = rows.iter().position(|row| [row[0], row[1]] == search.number)?;
        Some(Found { pile: search.pile, at: search.from + at as u32 })
    }

    /// What stands there.
    pub(crate) fn row(&self, kind: Kind, found: Found) -> BookRow {
        let table = &self.tables[kind as usize];
        table.unpack(kind, &table.piles[usize::from(found.pile)].rows[found.at as usize])
    }

    /// Every row with whether it was seen, sales first. A row's number is worked out only if it is asked for.
    pub(crate) fn rows<'b>(&'b self, seen: &'b Seen) -> impl Iterator<Item = (LazyRow<'b>, bool)> + 'b {
        [Kind::Sale, Kind::Refund].into_iter().flat_map(move |kind| {
            let table = &self.tables[kind as usize];
            let piles = table.piles.iter().zip(&seen.tables[kind as usize]);
            piles.flat_map(move |(pile, seen)| {
                let rows = pile.rows.iter().enumerate();
                rows.map(move |(at, packed)| (LazyRow { table, kind, packed }, is_set(seen, at)))
            })
        })
    }
}

/// A row whose number was not worked out yet.
pub(crate) struct LazyRow<'b> {
    table: &'b Table,
    kind: Kind,
    packed: &'b Packed,
}

impl LazyRow<'_> {
    /// All of the row but its number, which is zero.
    pub fn without_number(&self) -> BookRow {
        let detail = Detail(self.packed[2]);
        if detail.is_large() { self.whole() } else { detail.row(self.kind, 0) }
    }

    /// The whole row.
    pub fn whole(&self) -> BookRow {
        self.table.unpack(self.kind, self.packed)
    }
}

impl Seen {
    /// None of the book's rows was seen.
    pub fn none_of(book: &SealedBook) -> Seen {
        let bits = |pile: &Pile| vec![0; pile.rows.len().div_ceil(64)];
        Seen { tables: [0, 1].map(|kind| book.tables[kind].piles.iter().map(bits).collect()) }
    }

    /// Marks the row as seen; tells whether it was marked before.
    pub fn mark(&mut self, kind: Kind, found: Found) -> bool {
        let bits = &mut self.tables[kind as usize][usize::from(found.pile)];
        let before = is_set(bits, found.at as usize);
        bits[found.at as usize / 64] |= 1 << (found.at % 64);
        before
    }
}

fn is_set(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

impl Default for Table {
    fn default() -> Table {
        Table::of_piles(PILE_BITS)
    }
}

impl Table {
    fn of_piles(pile_bits: u32) -> Table {
        let piles = (0..1 << pile_bits).map(|_| Pile::default()).collect();
        Table { piles, pile_bits, large: BTreeMap::new() }
    }

    fn with_capacity(rows: usize) -> Table {
        let mut table = Table::of_piles(if rows > ONE_PILE_MAX { PILE_BITS } else { 0 });
        let each = rows >> table.pile_bits;
        for pile in &mut table.piles {
            pile.rows.reserve_exact(each + each / 32 + 16);
        }
        table
    }

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
    fn sort(&mut self, pile_bits: u32) {
        if self.rows.is_empty() {
            return;
        }
        // A vector that grew by doubling holds twice what it needs.
        self.rows.shrink_to(self.rows.len() + self.rows.len() / 16);
        // By number alone and keeping the order, so that of two rows with one number the first stays.
        self.rows.sort_by_key(|row| (row[0], row[1]));
        self.rows.dedup_by_key(|row| (row[0], row[1]));
        assert!(self.rows.len() < u32::MAX as usize, "a pile holds at most four billion rows");
        let entries = (self.rows.len() / ROWS_PER_ENTRY).next_power_of_two();
        self.bits = entries.trailing_zeros();
        self.index = vec![0; entries + 1];
        let mut next = 0;
        for (at, row) in self.rows.iter().enumerate() {
            let entry = entry_of(row[0], pile_bits, self.bits);
            while next <= entry {
                self.index[next] = at as u32;
                next += 1;
            }
        }
        self.index[next..].fill(self.rows.len() as u32);
    }

    /// From where to where a number stands that begins like this, if it is there.
    fn stretch(&self, high: u64, pile_bits: u32) -> (u32, u32) {
        let entry = entry_of(high, pile_bits, self.bits);
        match (self.index.get(entry), self.index.get(entry + 1)) {
            (Some(from), Some(to)) => (*from, *to),
            _ => (0, 0),
        }
    }
}

fn pile_of(high: u64, pile_bits: u32) -> usize {
    first_bits(high, pile_bits)
}

/// Which entry of a pile's index: the bits after those that chose the pile.
fn entry_of(high: u64, pile_bits: u32, bits: u32) -> usize {
    first_bits(high << pile_bits, bits)
}

fn first_bits(word: u64, bits: u32) -> usize {
    if bits == 0 { 0 } else { (word >> (64 - bits)) as usize }
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
///  bit 62       61..28      27..6      5..4       3..2    1..0
///      large    amount      fee + 1    currency   state   place
/// ```
#[derive(Clone, Copy)]
struct Detail(u64);

const AMOUNT_BITS: u32 = 34;
const FEE_BITS: u32 = 22;

impl Detail {
    const LARGE: u64 = 1 << 62;

    /// The word for this row, unless a number in it is too large.
    fn of(row: &BookRow) -> Option<Detail> {
        let amount = u64::try_from(row.amount).ok().filter(|amount| *amount < 1 << AMOUNT_BITS)?;
        let fee = match row.fee {
            None => 0,
            Some(fee) => u64::try_from(fee).ok().filter(|fee| *fee < (1 << FEE_BITS) - 1)? + 1,
        };
        Some(Detail(amount << 28 | fee << 6 | Detail::words(row)))
    }

    /// The word for a row whose amount and fee are kept apart.
    fn large(row: &BookRow) -> Detail {
        Detail(Detail::LARGE | Detail::words(row))
    }

    fn words(row: &BookRow) -> u64 {
        fn place_of<T: PartialEq>(all: &[T], one: &T) -> u64 {
            all.iter().position(|known| known == one).expect("every value is listed") as u64
        }
        let currency = place_of(&Currency::ALL, &row.currency);
        currency << 4 | place_of(&STATES, &row.state) << 2 | place_of(&PLACES, &row.place)
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

    fn is_large(self) -> bool {
        self.0 & Detail::LARGE != 0
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

    fn find(book: &SealedBook, kind: Kind, id: u128) -> Option<Found> {
        book.find(kind, &book.search(kind, id))
    }

    proptest! {
        #[test]
        fn every_row_is_found_as_it_was(rows in proptest::collection::vec(row(), 0..300)) {
            for mut book in [Book::default(), Book::with_capacity(0, 0), Book::with_capacity(0, 1 << 20)] {
                rows.iter().for_each(|row| book.push(row));
                let book = book.seal();
                for row in &rows {
                    let found = find(&book, row.kind, row.id).expect("it was put in");
                    let first = rows.iter().find(|other| other.kind == row.kind && other.id == row.id);
                    prop_assert_eq!(Some(&book.row(row.kind, found)), first);
                }
                let there = rows.iter().any(|row| row.kind == Kind::Sale && row.id == 0x1234);
                prop_assert_eq!(find(&book, Kind::Sale, 0x1234).is_some(), there);
            }
        }

        #[test]
        fn mixing_can_be_undone(id in any::<u128>()) {
            prop_assert_eq!(unmix(mix(id)), id);
        }
    }

    #[test]
    fn a_row_is_seen_once() {
        let row = BookRow {
            kind: Kind::Sale,
            id: 7,
            amount: 1250,
            currency: Currency::Cny,
            fee: None,
            state: State::Moved,
            place: Place::Inside,
        };
        let mut book = Book::default();
        book.push(&row);
        book.push(&BookRow { id: 8, ..row });
        let book = book.seal();
        let mut seen = Seen::none_of(&book);
        let found = find(&book, Kind::Sale, 7).unwrap();
        assert_eq!([seen.mark(Kind::Sale, found), seen.mark(Kind::Sale, found)], [false, true]);
        let mut told: Vec<_> = book.rows(&seen).map(|(row, seen)| (row.whole().id, seen)).collect();
        told.sort_unstable();
        assert_eq!(told, [(7, true), (8, false)]);
    }

    #[test]
    fn a_row_takes_twenty_four_bytes() {
        assert_eq!(size_of::<Packed>(), 24);
    }
}
