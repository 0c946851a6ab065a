//! Holds bill rows against the book, one after the other, and says at the end what differs.

use crate::{BillRow, Book, BookRow, Class, Day, Difference, Kind, Moved, Place, SealedBook, State};
use base::Currency;

/// What is asked of a reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// More differences than this are not a list for people but a sign of a wrong file; they are counted only.
    pub differences_max: usize,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { differences_max: 100_000 }
    }
}

/// So many rows, adding up to so much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// Minor units.
    pub amount: i64,
}

/// What a day adds up to. Rows in the book's currency, yuan; others are differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Money taken in that day, by our book.
    pub book_sales: Sum,
    /// Money given back in that day, by our book.
    pub book_refunds: Sum,
    /// Money taken, by the bill.
    pub bill_sales: Sum,
    /// Money given back, by the bill.
    pub bill_refunds: Sum,
    /// What the provider kept, by the bill, minor units.
    pub fees: i64,
    /// Rows that are equal on both sides.
    pub equal: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// What the day adds up to on either side.
    pub sums: Sums,
    /// Every difference, in the order of its number; at most [`Rules::differences_max`].
    pub differences: Vec<Difference>,
    /// Differences beyond that.
    pub more: u64,
}

/// Holds bill rows against a book.
#[derive(Debug)]
pub struct Matcher {
    book: SealedBook,
    rules: Rules,
    found: Reconciled,
}

/// Small days in one call: what differs between `bill` and `book` on `day`.
pub fn reconcile(bill: &[BillRow<'_>], book: &[BookRow], _day: Day) -> Vec<Difference> {
    let mut ours = Book::with_capacity(book.len(), 0);
    book.iter().for_each(|row| ours.push(row));
    let mut matcher = Matcher::new(ours.seal(), Rules::default());
    bill.iter().for_each(|row| matcher.bill(row));
    matcher.finish().differences
}

impl Matcher {
    /// Nothing of the bill was seen yet.
    pub fn new(book: SealedBook, rules: Rules) -> Matcher {
        Matcher { book, rules, found: Reconciled::default() }
    }

    /// One row of the bill.
    pub fn bill(&mut self, row: &BillRow<'_>) {
        self.count(row);
        let found = row.id.and_then(|id| self.book.find(row.kind, id));
        let Some(found) = found else {
            return self.differs(|| Difference::new(Class::MissingHere, None, Some(row)));
        };
        let ours = self.book.row(row.kind, found);
        if self.book.mark(row.kind, found) {
            return self.differs(|| Difference::new(Class::Duplicate, Some(&ours), Some(row)));
        }
        match compare(&ours, row) {
            Some(class) => self.differs(|| Difference::new(class, Some(&ours), Some(row))),
            None => self.found.sums.equal += 1,
        }
    }

    /// The bill is at its end: what of the book was not in it.
    pub fn finish(self) -> Reconciled {
        let Matcher { book, rules, mut found } = self;
        for (row, seen) in book.rows() {
            count_ours(&mut found.sums, &row);
            if let Some(class) = (!seen).then(|| absent(&row)).flatten() {
                push(&mut found, rules, || Difference::new(class, Some(&row), None));
            }
        }
        found.differences.sort_by_cached_key(|difference| {
            let line = difference.theirs.as_ref().map_or(0, |theirs| theirs.line);
            (difference.id.is_none(), difference.id, difference.kind, difference.class, line)
        });
        found
    }

    fn count(&mut self, row: &BillRow<'_>) {
        let sums = &mut self.found.sums;
        if row.moved == Moved::Yes && row.currency == Currency::Cny {
            let sum = if row.kind == Kind::Sale { &mut sums.bill_sales } else { &mut sums.bill_refunds };
            *sum = sum.plus(row.amount);
            sums.fees = sums.fees.saturating_add(row.fee);
        }
    }

    fn differs(&mut self, difference: impl FnOnce() -> Difference) {
        push(&mut self.found, self.rules, difference);
    }
}

fn push(found: &mut Reconciled, rules: Rules, difference: impl FnOnce() -> Difference) {
    if found.differences.len() < rules.differences_max {
        found.differences.push(difference());
    } else {
        found.more += 1;
    }
}

/// How two rows with one number differ, worst first; nothing if they say the same.
pub(crate) fn compare(ours: &BookRow, theirs: &BillRow<'_>) -> Option<Class> {
    if ours.currency != theirs.currency {
        return Some(Class::Currency);
    }
    if !same_state(ours.state, theirs.moved) {
        return Some(Class::Status);
    }
    if ours.amount != theirs.amount {
        return Some(Class::Amount);
    }
    if ours.fee.is_some_and(|fee| fee != theirs.fee) {
        return Some(Class::Fee);
    }
    (!matches!(ours.place, Place::Inside | Place::NearTheEnd)).then_some(Class::Late)
}

fn same_state(ours: State, theirs: Moved) -> bool {
    match (ours, theirs) {
        // What a person recorded is confirmed by a row that bears its number.
        (State::Moved | State::Recorded, Moved::Yes) => true,
        (State::Open, Moved::UnderWay) | (State::NotMoved, Moved::No) => true,
        (State::Moved | State::Recorded, Moved::UnderWay | Moved::No) => false,
        (State::Open, Moved::Yes | Moved::No) | (State::NotMoved, Moved::Yes | Moved::UnderWay) => false,
    }
}

/// What it means that the bill lacks this row; nothing if it may.
fn absent(row: &BookRow) -> Option<Class> {
    match (row.state, row.place) {
        (State::Moved, Place::Inside) => Some(Class::MissingThere),
        (State::Moved, Place::NearTheEnd) => Some(Class::DayCut),
        // Another bill's matter; or no money that a bill could count; or matched by amount and time, not by number.
        (State::Moved, Place::Before | Place::After) => None,
        (State::Open | State::NotMoved | State::Recorded, _) => None,
    }
}

fn count_ours(sums: &mut Sums, row: &BookRow) {
    let today = matches!(row.place, Place::Inside | Place::NearTheEnd);
    if today && row.state == State::Moved && row.currency == Currency::Cny {
        let sum = if row.kind == Kind::Sale { &mut sums.book_sales } else { &mut sums.book_refunds };
        *sum = sum.plus(row.amount);
    }
}

impl Sum {
    /// One row more.
    pub fn plus(self, amount: i64) -> Sum {
        Sum { count: self.count + 1, amount: self.amount.saturating_add(amount) }
    }
}
