//! A difference looked at again, after the provider was asked or with what the book knows of other days.

use crate::matcher::compare;
use crate::{BookRow, Class, Difference, Moved, Ours, State};

/// How a difference stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// Book and bill agree now.
    Agrees,
    /// The money that the bill counts was not ours, and it is on its way back or back.
    GoesBack,
    /// Nothing new is known yet.
    Waits,
    /// It differs like this, and no inquiry will change it.
    Differs(Difference),
}

/// How `difference` stands with the row as the book has it `now`. `asked` tells that the provider has answered since
/// it was found; `owed` that the payment's money is owed to the payer.
pub fn judge_again(difference: &Difference, now: Option<&BookRow>, asked: bool, owed: bool) -> Again {
    let Some(now) = now else { return Again::Differs(difference.clone()) };
    if owed {
        return Again::GoesBack;
    }
    let Some(theirs) = &difference.theirs else {
        return match now.state {
            // What we took for moved has not moved after all, so the bill is right to lack it.
            State::NotMoved => Again::Agrees,
            _ if asked => Again::Differs(difference.clone()),
            _ => Again::Waits,
        };
    };
    match compare(now, &theirs.row(difference.kind, difference.id)) {
        None => Again::Agrees,
        Some(Class::Late) if difference.class != Class::MissingHere => Again::Agrees,
        Some(class) if asked || class != difference.class => {
            Again::Differs(Difference { class, ours: Some(Ours::of(now)), ..difference.clone() })
        }
        Some(_) => Again::Waits,
    }
}

impl Difference {
    /// Whether the bill counts money as taken that our book does not own.
    pub fn is_money_nobody_owns(&self) -> bool {
        self.class == Class::Status
            && self.ours.is_some_and(|ours| ours.state == State::NotMoved)
            && self.theirs.as_ref().is_some_and(|theirs| theirs.moved == Moved::Yes)
    }
}
