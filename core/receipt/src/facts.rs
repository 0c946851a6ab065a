//! What a slip is made from: plain facts that the caller takes from a payment.

use base::{Money, Text, Timestamp};
use std::num::NonZeroU32;

/// Everything a slip may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// Who takes the money, as customers know them.
    pub shop: String,
    /// Which of their stores; empty if there is only one.
    pub store: String,
    /// Which till.
    pub till: String,
    /// Who stood at it.
    pub cashier: String,
    /// When the money moved (or was found not to have). Printed on China's wall clock.
    pub time: Timestamp,
    /// What was asked for.
    pub amount: Money,
    /// How it ended.
    pub outcome: Outcome,
    /// What was counted, if it was cash.
    pub counted: Option<Counted>,
    /// The payer's wallet or card brand, in both languages.
    pub wallet: Text,
    /// The end of the payer's account or card number, where the provider tells it.
    pub last_digits: Option<LastDigits>,
    /// Our number of the payment, which the provider knows too.
    pub order_number: String,
    /// The provider's number of it, which the customer's phone shows.
    pub provider_number: Option<String>,
    /// The instalments that the customer was shown at the counter and chose, in both languages.
    pub installments: Option<Text>,
    /// Where the electronic receipt is. The slip's code leads there; without it the code is the order number.
    pub receipt_url: Option<String>,
    /// The bill that the payment is a part of, if several payments pay one.
    pub bill: Option<Bill>,
    /// The language of the slip.
    pub language: Language,
}

/// A bill that several payments pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What the whole comes to.
    pub total: Money,
    /// What people call it, such as a table; empty if nothing.
    pub note: String,
    /// What was paid of it, in the order in which it was asked for.
    pub parts: Vec<BillPart>,
    /// What is left to pay.
    pub left: Money,
    /// This slip is about the payment that completed the bill, so it speaks for the whole of it.
    pub completed: bool,
}

/// One payment of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillPart {
    /// How it was paid.
    pub wallet: Text,
    /// How much, less what went back.
    pub amount: Money,
    /// A person recorded it by hand, and nobody has verified it.
    pub recorded: bool,
}

/// How a payment ended, as far as a slip tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is the shop's, less what was refunded since.
    Paid {
        /// Refunds that have succeeded, oldest first.
        refunds: Vec<RefundFact>,
    },
    /// A person recorded it by hand; no provider has confirmed it.
    Recorded,
    /// No money moved.
    NotPaid {
        /// Why, in the words the till showed.
        reason: Text,
    },
    /// Money moved and went back without the shop having kept it.
    Returned {
        /// Why.
        reason: Text,
    },
    /// This slip is about one refund of the payment.
    Refunded {
        /// What went back.
        refund: RefundFact,
    },
}

/// One refund that has succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundFact {
    /// What went back.
    pub amount: Money,
    /// When.
    pub time: Timestamp,
    /// Our number of the refund.
    pub number: String,
    /// It was given back over the counter.
    pub in_cash: bool,
}

/// Cash over the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What the customer handed over.
    pub tendered: Money,
    /// What went back at once.
    pub change: Money,
}

/// Whether this is the first slip about the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copy {
    /// The first.
    Original,
    /// A later one; it says so and which.
    Reprint {
        /// The how-manieth reprint.
        count: NonZeroU32,
    },
}

/// The language of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

/// The last two to four characters of an account or card number: enough for its owner to know it, too little for
/// anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDigits(String);

/// More than an ending, or not digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLastDigits;

impl std::fmt::Display for NotLastDigits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("only the last two to four digits of an account may stand on a slip")
    }
}

impl std::error::Error for NotLastDigits {}

impl LastDigits {
    /// Two to four ASCII digits.
    pub fn new(digits: &str) -> Result<LastDigits, NotLastDigits> {
        let fits = (2..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(LastDigits(digits.to_owned())) } else { Err(NotLastDigits) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_account_number_cannot_get_onto_a_slip() {
        assert!(LastDigits::new("1234").is_ok());
        for whole in ["", "1", "12345", "6225880112341234", "12a4", "１２"] {
            assert_eq!(LastDigits::new(whole), Err(NotLastDigits), "{whole}");
        }
    }
}
