//! What can differ between book and bill, and what is done about it.

use crate::{BillRow, BookRow, Kind, Moved, Place, State};
use base::{Currency, Timestamp};

/// How book and bill differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The bill has a row that our book does not know.
    MissingHere,
    /// Our book has a row that the bill should have and has not.
    MissingThere,
    /// Another currency.
    Currency,
    /// Another amount.
    Amount,
    /// One says that money moved and the other does not.
    Status,
    /// Another fee than was expected.
    Fee,
    /// The bill has the row more than once.
    Duplicate,
    /// The bill of one day has a row that our book counts to another.
    Late,
    /// Not in this bill, and so near the end of the day that the next may have it.
    DayCut,
}

macro_rules! class_codes {
    ($($name:ident = $code:literal),* $(,)?) => {
        impl Class {
            /// Every class.
            pub const ALL: &[Class] = &[$(Class::$name),*];
            /// The class's name in the store and on the wire. A promise: never changed.
            pub fn code(self) -> &'static str {
                match self { $(Class::$name => $code),* }
            }
        }
    };
}

class_codes! {
    MissingHere = "missing_here", MissingThere = "missing_there", Currency = "currency", Amount = "amount",
    Status = "status", Fee = "fee", Duplicate = "duplicate", Late = "late", DayCut = "day_cut",
}

impl Class {
    /// The class with this [`Class::code`].
    pub fn from_code(code: &str) -> Option<Class> {
        Class::ALL.iter().copied().find(|class| class.code() == code)
    }
}

/// What is done about a difference. Everything that touches money goes through a payment's ordinary path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cure {
    /// Nothing: it is kept for whoever asks.
    Note,
    /// The fee is recorded as the provider took it.
    RecordFee,
    /// The provider is asked again what became of the order.
    Look,
    /// The provider is asked again; if it says paid, the money goes back, since nobody here owns it.
    GiveBack,
    /// The next day's bill is awaited; if it has not the row either, a person is told.
    AwaitNextBill,
    /// A person must decide.
    Person,
}

impl Cure {
    /// The cure's name in the store and on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Cure::Note => "note",
            Cure::RecordFee => "record_fee",
            Cure::Look => "look",
            Cure::GiveBack => "give_back",
            Cure::AwaitNextBill => "await_next_bill",
            Cure::Person => "person",
        }
    }

    /// The cure with this [`Cure::code`].
    pub fn from_code(code: &str) -> Option<Cure> {
        let all =
            [Cure::Note, Cure::RecordFee, Cure::Look, Cure::GiveBack, Cure::AwaitNextBill, Cure::Person];
        all.into_iter().find(|cure| cure.code() == code)
    }
}

/// What our book says of a row that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ours {
    /// Minor units.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
    /// The fee that was expected, if one was known.
    pub fee: Option<i64>,
    /// What is known of the money.
    pub state: State,
    /// Where it lies in time.
    pub place: Place,
}

/// What the bill says of a row that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    /// Which line of the file, from 1.
    pub line: u64,
    /// Our order number as the bill has it.
    pub order_no: String,
    /// Our refund number as the bill has it; empty for a sale.
    pub refund_no: String,
    /// The provider's number of the movement.
    pub transaction: String,
    /// Minor units.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
    /// The fee taken, minor units.
    pub fee: i64,
    /// Whether the money moved.
    pub moved: Moved,
    /// When, by the provider's clock.
    pub at: Option<Timestamp>,
}

/// Book and bill differ here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How.
    pub class: Class,
    /// Of a sale or of a refund.
    pub kind: Kind,
    /// The payment's id (of a sale) or the refund's id (of a refund), if the bill's number has our form.
    pub id: Option<u128>,
    /// Our side, if there is one.
    pub ours: Option<Ours>,
    /// The bill's side, if there is one.
    pub theirs: Option<Theirs>,
    /// For a repeated row: whether it bears the transaction number that our book knows, once somebody looked.
    pub same_transaction: Option<bool>,
}

impl Difference {
    /// What is done about it.
    pub fn cure(&self) -> Cure {
        match (self.class, self.kind) {
            (Class::Fee, _) => Cure::RecordFee,
            (Class::Late, _) => Cure::Note,
            (Class::DayCut, _) => Cure::AwaitNextBill,
            (Class::Duplicate, _) if self.same_transaction == Some(true) => Cure::Note,
            (Class::Duplicate | Class::Currency, _) => Cure::Person,
            (Class::MissingHere, _) => Cure::Person,
            (Class::MissingThere | Class::Amount, Kind::Sale) => Cure::Look,
            (Class::MissingThere | Class::Amount, Kind::Refund) => Cure::Person,
            (Class::Status, kind) => self.cure_of_status(kind),
        }
    }

    fn cure_of_status(&self, kind: Kind) -> Cure {
        let ours = self.ours.map(|ours| ours.state);
        let moved = self.theirs.as_ref().map(|theirs| theirs.moved);
        match (kind, ours, moved) {
            (Kind::Sale, Some(State::NotMoved), Some(Moved::Yes)) => Cure::GiveBack,
            (Kind::Sale, ..) => Cure::Look,
            (Kind::Refund, Some(State::Open), Some(Moved::Yes)) => Cure::Look,
            (Kind::Refund, _, Some(Moved::UnderWay)) => Cure::AwaitNextBill,
            (Kind::Refund, ..) => Cure::Person,
        }
    }

    /// What makes it the same difference when the same bill is read again: kind, number and class; for rows that
    /// bear no number of ours the provider's, and for repeated rows the line besides.
    pub fn key(&self) -> String {
        let kind = if self.kind == Kind::Sale { "sale" } else { "refund" };
        let number = match (self.id, &self.theirs) {
            (Some(id), _) => format!("{id:032x}"),
            (None, Some(theirs)) => format!("{}~{}", theirs.order_no, theirs.transaction),
            (None, None) => String::new(),
        };
        match (self.class, &self.theirs) {
            (Class::Duplicate, Some(theirs)) => {
                format!("{kind}/{number}/{}/{}", self.class.code(), theirs.transaction)
            }
            _ => format!("{kind}/{number}/{}", self.class.code()),
        }
    }

    pub(crate) fn new(class: Class, ours: Option<&BookRow>, theirs: Option<&BillRow<'_>>) -> Difference {
        let kind = ours.map(|row| row.kind).or(theirs.map(|row| row.kind)).unwrap_or(Kind::Sale);
        Difference {
            class,
            kind,
            id: ours.map(|row| row.id).or(theirs.and_then(|row| row.id)),
            ours: ours.map(Ours::of),
            theirs: theirs.map(Theirs::of),
            same_transaction: None,
        }
    }
}

impl Ours {
    /// What a book row says.
    pub fn of(row: &BookRow) -> Ours {
        Ours { amount: row.amount, currency: row.currency, fee: row.fee, state: row.state, place: row.place }
    }
}

impl Theirs {
    /// What a bill row says.
    pub fn of(row: &BillRow<'_>) -> Theirs {
        Theirs {
            line: row.line,
            order_no: shown(row.order_no),
            refund_no: shown(row.refund_no),
            transaction: shown(row.transaction),
            amount: row.amount,
            currency: row.currency,
            fee: row.fee,
            moved: row.moved,
            at: row.at,
        }
    }

    /// The row as it is held against a book row.
    pub fn row(&self, kind: Kind, id: Option<u128>) -> BillRow<'_> {
        BillRow {
            line: self.line,
            kind,
            id,
            order_no: self.order_no.as_bytes(),
            refund_no: self.refund_no.as_bytes(),
            transaction: self.transaction.as_bytes(),
            amount: self.amount,
            currency: self.currency,
            fee: self.fee,
            moved: self.moved,
            at: self.at,
        }
    }
}

/// A cell that people will see: at most 64 characters, nothing that a terminal, a page or a sheet would obey.
fn shown(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let fit = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().take(64).map(fit).collect()
}
