//! Holds bill rows against the book and says at the end what differs.
//!
//! Finding a row and comparing it depends on nothing that came before, so stretches of a bill can have their
//! [`Verdict`]s found side by side; only whether a row was there before is decided in the bill's order.

use crate::book::{Found, Search, Seen};
use crate::{BillRow, Book, BookRow, Class, Difference, Kind, Moved, Place, SealedBook, State};
use base::Currency;

/// So many rows are looked up before the first of them is compared.
const ROWS_AT_A_TIME: usize = 64;

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

/// What a row of the bill is in the book, whatever rows stand before it.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    kind: Kind,
    found: Option<Found>,
    class: Option<Class>,
}

/// Holds bill rows against a book, in the bill's order.
#[derive(Debug)]
pub struct Matcher<'b> {
    book: &'b SealedBook,
    seen: Seen,
    rules: Rules,
    found: Reconciled,
}

/// Small days in one call: what differs between `bill` and `book`.
pub fn reconcile(bill: &[BillRow<'_>], book: &[BookRow]) -> Vec<Difference> {
    let mut ours = Book::with_capacity(book.len(), 0);
    book.iter().for_each(|row| ours.push(row));
    let ours = ours.seal();
    let mut matcher = Matcher::new(&ours, Rules::default());
    matcher.bill(bill);
    matcher.finish().differences
}

impl SealedBook {
    /// Holds rows against the book and puts a verdict on each into `verdicts`.
    pub fn judge(&self, rows: &[BillRow<'_>], verdicts: &mut Vec<Verdict>) {
        for rows in rows.chunks(ROWS_AT_A_TIME) {
            let mut searches: [Option<Search>; ROWS_AT_A_TIME] = [None; ROWS_AT_A_TIME];
            for (row, search) in rows.iter().zip(&mut searches) {
                *search = row.id.map(|id| self.search(row.kind, id));
            }
            let judged = rows.iter().zip(&searches).map(|(row, search)| self.verdict(row, search.as_ref()));
            verdicts.extend(judged);
        }
    }

    fn verdict(&self, row: &BillRow<'_>, search: Option<&Search>) -> Verdict {
        let found = search.and_then(|search| self.find(row.kind, search));
        let class = match found {
            None => Some(Class::MissingHere),
            Some(found) => compare(&self.row(row.kind, found), row),
        };
        Verdict { kind: row.kind, found, class }
    }
}

impl<'b> Matcher<'b> {
    /// Nothing of the bill was seen yet.
    pub fn new(book: &'b SealedBook, rules: Rules) -> Matcher<'b> {
        Matcher { book, seen: Seen::none_of(book), rules, found: Reconciled::default() }
    }

    /// The next rows of the bill.
    pub fn bill(&mut self, rows: &[BillRow<'_>]) {
        let (mut verdicts, mut sums) = (Vec::new(), Sums::default());
        self.book.judge(rows, &mut verdicts);
        rows.iter().for_each(|row| sums.count(row));
        self.add(&sums);
        for (row, verdict) in rows.iter().zip(verdicts) {
            self.take(verdict, || *row);
        }
    }

    /// What the next stretch of the bill adds up to.
    pub fn add(&mut self, stretch: &Sums) {
        self.found.sums = self.found.sums.with_bill(stretch);
    }

    /// The verdict on the next row; `row` is asked for if it differs.
    pub fn take<'r>(&mut self, verdict: Verdict, row: impl FnOnce() -> BillRow<'r>) {
        let Some(found) = verdict.found else {
            return self.differs(|_| Difference::new(Class::MissingHere, None, Some(&row())));
        };
        let repeated = self.seen.mark(verdict.kind, found).then_some(Class::Duplicate);
        match repeated.or(verdict.class) {
            None => self.found.sums.equal += 1,
            Some(class) => self
                .differs(|book| Difference::new(class, Some(&book.row(verdict.kind, found)), Some(&row()))),
        }
    }

    /// The bill is at its end: what of the book was not in it.
    pub fn finish(self) -> Reconciled {
        let Matcher { book, seen, rules, mut found } = self;
        for (row, seen) in book.rows(&seen) {
            let without_number = row.without_number();
            count_ours(&mut found.sums, &without_number);
            if let Some(class) = (!seen).then(|| absent(&without_number)).flatten() {
                push(&mut found, rules, || Difference::new(class, Some(&row.whole()), None));
            }
        }
        found.differences.sort_by_cached_key(|difference| {
            let line = difference.theirs.as_ref().map_or(0, |theirs| theirs.line);
            (difference.id.is_none(), difference.id, difference.kind, difference.class, line)
        });
        found
    }

    fn differs(&mut self, difference: impl FnOnce(&SealedBook) -> Difference) {
        let book = self.book;
        push(&mut self.found, self.rules, || difference(book));
    }
}

impl Sums {
    /// Counts a row of the bill.
    pub fn count(&mut self, row: &BillRow<'_>) {
        if row.moved == Moved::Yes && row.currency == Currency::Cny {
            let sum = if row.kind == Kind::Sale { &mut self.bill_sales } else { &mut self.bill_refunds };
            *sum = sum.plus(row.amount);
            self.fees = self.fees.saturating_add(row.fee);
        }
    }

    /// With what another stretch of the bill adds up to.
    fn with_bill(self, stretch: &Sums) -> Sums {
        Sums {
            bill_sales: self.bill_sales.and(stretch.bill_sales),
            bill_refunds: self.bill_refunds.and(stretch.bill_refunds),
            fees: self.fees.saturating_add(stretch.fees),
            ..self
        }
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
    pub(crate) fn and(self, other: Sum) -> Sum {
        Sum { count: self.count + other.count, amount: self.amount.saturating_add(other.amount) }
    }

    /// One row more.
    pub fn plus(self, amount: i64) -> Sum {
        Sum { count: self.count + 1, amount: self.amount.saturating_add(amount) }
    }
}
