//! The numbers that a terminal counts its messages by. An acquirer's host knows a message by its batch and its trace
//! number, six digits each, so neither can be made of an order number: somebody has to count, and to remember.
//!
//! A number is a fact that comes in: whoever keeps the count reserves some, and each is in the fact that records the
//! intent it was given to.

/// Which message of a terminal: what a reversal repeats, and what a void or a refund names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// The terminal's transactions between two settlements.
    pub batch: u32,
    /// The message's number: 1 to [`Trace::NUMBER_MAX`], then again from 1.
    pub number: u32,
}

impl Trace {
    /// Six digits: field 11 of ISO 8583:1987.
    pub const NUMBER_MAX: u32 = 999_999;
}

/// Numbers that nobody else will be given, to be drawn one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traces {
    /// What is drawn next.
    pub first: Trace,
    /// How many are left.
    pub left: u32,
}

impl Traces {
    /// The next of them, if one is left.
    pub fn draw(&mut self) -> Option<Trace> {
        self.left = self.left.checked_sub(1)?;
        let drawn = self.first;
        self.first.number = drawn.number % Trace::NUMBER_MAX + 1;
        Some(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_drawn_once_and_begin_again_after_the_last() {
        let mut traces = Traces { first: Trace { batch: 7, number: 999_998 }, left: 3 };
        let drawn: Vec<Trace> = std::iter::from_fn(|| traces.draw()).collect();
        assert_eq!(drawn, [999_998, 999_999, 1].map(|number| Trace { batch: 7, number }));
        assert_eq!(traces.draw(), None);
    }
}
