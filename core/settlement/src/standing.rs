//! How a difference stands: what is done about it now, or how it ended.

use crate::Cure;

/// How a difference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceState {
    /// The provider is being asked.
    Asking,
    /// The next day's bill is awaited.
    Waiting,
    /// A person must decide.
    Raised,
    /// Cured: book and bill agree, or the money goes back.
    Cured,
    /// Kept on record; nothing is to be done.
    Noted,
    /// Settled by a person, with a reason.
    Settled,
    /// No longer in the bill when that was read again.
    Gone,
}

impl DifferenceState {
    /// Every one.
    pub const ALL: &[DifferenceState] = &[
        DifferenceState::Asking,
        DifferenceState::Waiting,
        DifferenceState::Raised,
        DifferenceState::Cured,
        DifferenceState::Noted,
        DifferenceState::Settled,
        DifferenceState::Gone,
    ];

    /// Its name in the store and on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            DifferenceState::Asking => "asking",
            DifferenceState::Waiting => "waiting",
            DifferenceState::Raised => "raised",
            DifferenceState::Cured => "cured",
            DifferenceState::Noted => "noted",
            DifferenceState::Settled => "settled",
            DifferenceState::Gone => "gone",
        }
    }

    /// The one with this name.
    pub fn from_code(code: &str) -> Option<DifferenceState> {
        DifferenceState::ALL.iter().copied().find(|known| known.code() == code)
    }

    /// Nothing is done about it any more.
    pub fn is_closed(self) -> bool {
        !matches!(self, DifferenceState::Asking | DifferenceState::Waiting | DifferenceState::Raised)
    }
}

impl Cure {
    /// How a difference stands when this cure has just begun.
    pub fn begins(self) -> DifferenceState {
        match self {
            Cure::Note | Cure::RecordFee => DifferenceState::Noted,
            Cure::Look | Cure::GiveBack => DifferenceState::Asking,
            Cure::AwaitNextBill => DifferenceState::Waiting,
            Cure::Person => DifferenceState::Raised,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_three_states_are_open() {
        let all = DifferenceState::ALL;
        assert!(all.iter().all(|state| DifferenceState::from_code(state.code()) == Some(*state)));
        assert_eq!(all.iter().filter(|state| !state.is_closed()).count(), 3);
        assert_eq!(DifferenceState::from_code("lost"), None);
    }
}
