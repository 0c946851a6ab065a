//! The stored form of sums and differences: versioned JSON that stays readable for ever.

use crate::{FundsDay, KeptDifference, StoreError};
use base::{Currency, PaymentId, Text, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use settlement::{
    Balance, Class, Difference, Flow, Flows, Kind, Moved, Ours, Place, State, Sum, Sums, Theirs,
};
use std::collections::BTreeMap;

/// Sums of a bill.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredSums {
    v: u8,
    book_sales: (u64, i64),
    book_refunds: (u64, i64),
    bill_sales: (u64, i64),
    bill_refunds: (u64, i64),
    fees: i64,
    equal: u64,
    funds: Option<StoredFunds>,
}

/// The account's movements of a bill's day.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct StoredFunds {
    flows: BTreeMap<String, (u64, i64)>,
    balance: Option<StoredBalance>,
    problem: String,
    problem_zh: String,
    problem_en: String,
}

/// What the account held at both ends of a day, and what moved between.
#[derive(Debug, Serialize, Deserialize)]
struct StoredBalance {
    opening: i64,
    came: i64,
    went: i64,
    closing: i64,
}

/// A difference.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredDifference {
    v: u8,
    class: String,
    kind: String,
    id: Option<String>,
    ours: Option<StoredOurs>,
    theirs: Option<StoredTheirs>,
    same_transaction: Option<bool>,
    #[serde(default)]
    candidates: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredOurs {
    amount: i64,
    currency: String,
    fee: Option<i64>,
    state: String,
    place: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTheirs {
    line: u64,
    order_no: String,
    refund_no: String,
    transaction: String,
    amount: i64,
    currency: String,
    fee: i64,
    moved: String,
    at: Option<i64>,
}

const STATES: &[(State, &str)] = &[
    (State::Moved, "moved"),
    (State::Open, "open"),
    (State::NotMoved, "not_moved"),
    (State::Recorded, "recorded"),
];
const PLACES: &[(Place, &str)] = &[
    (Place::Before, "before"),
    (Place::Inside, "inside"),
    (Place::NearTheEnd, "near_the_end"),
    (Place::After, "after"),
];
const MOVED: &[(Moved, &str)] = &[(Moved::Yes, "yes"), (Moved::UnderWay, "under_way"), (Moved::No, "no")];
const KINDS: &[(Kind, &str)] = &[(Kind::Sale, "sale"), (Kind::Refund, "refund")];

fn name<T: PartialEq + Copy>(table: &[(T, &'static str)], value: T) -> String {
    table.iter().find(|(known, _)| *known == value).expect("tables list every value").1.to_owned()
}

fn value<T: Copy>(table: &[(T, &'static str)], name: &str) -> Option<T> {
    table.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}

/// To text.
pub(crate) fn write(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structs make JSON")
}

/// From text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable(format!("in a bill: {error}")))
}

impl StoredSums {
    pub(crate) fn of(sums: &Sums, funds: Option<&FundsDay>) -> StoredSums {
        let pair = |sum: Sum| (sum.count, sum.amount);
        StoredSums {
            v: 1,
            book_sales: pair(sums.book_sales),
            book_refunds: pair(sums.book_refunds),
            bill_sales: pair(sums.bill_sales),
            bill_refunds: pair(sums.bill_refunds),
            fees: sums.fees,
            equal: sums.equal,
            funds: funds.map(StoredFunds::of),
        }
    }

    pub(crate) fn funds(&self) -> Option<FundsDay> {
        self.funds.as_ref().map(StoredFunds::funds)
    }

    pub(crate) fn sums(&self) -> Sums {
        let sum = |(count, amount): (u64, i64)| Sum { count, amount };
        Sums {
            book_sales: sum(self.book_sales),
            book_refunds: sum(self.book_refunds),
            bill_sales: sum(self.bill_sales),
            bill_refunds: sum(self.bill_refunds),
            fees: self.fees,
            equal: self.equal,
        }
    }
}

impl StoredFunds {
    fn of(funds: &FundsDay) -> StoredFunds {
        let sum = |sum: Sum| (sum.count, sum.amount);
        let (problem, text) = &funds.problem;
        StoredFunds {
            flows: Flow::ALL
                .iter()
                .map(|(flow, name)| ((*name).to_owned(), sum(funds.flows.of(*flow))))
                .collect(),
            balance: funds.balance.map(|Balance { opening, came, went, closing }| StoredBalance {
                opening,
                came,
                went,
                closing,
            }),
            problem: problem.clone(),
            problem_zh: text.zh.clone(),
            problem_en: text.en.clone(),
        }
    }

    fn funds(&self) -> FundsDay {
        let mut flows = Flows::default();
        for (flow, name) in Flow::ALL {
            let (count, amount) = self.flows.get(name).copied().unwrap_or_default();
            flows.add(flow, Sum { count, amount });
        }
        let text = Text::new(self.problem_zh.clone(), self.problem_en.clone());
        let balance = self.balance.as_ref().map(|&StoredBalance { opening, came, went, closing }| Balance {
            opening,
            came,
            went,
            closing,
        });
        FundsDay { flows, balance, problem: (self.problem.clone(), text) }
    }
}

impl StoredDifference {
    pub(crate) fn of(kept: &KeptDifference) -> StoredDifference {
        let difference = &kept.difference;
        StoredDifference {
            v: 1,
            class: difference.class.code().to_owned(),
            kind: name(KINDS, difference.kind),
            id: difference.id.map(|id| format!("{id:032x}")),
            ours: difference.ours.as_ref().map(|ours| StoredOurs {
                amount: ours.amount,
                currency: ours.currency.code().to_owned(),
                fee: ours.fee,
                state: name(STATES, ours.state),
                place: name(PLACES, ours.place),
            }),
            theirs: difference.theirs.as_ref().map(|theirs| StoredTheirs {
                line: theirs.line,
                order_no: theirs.order_no.clone(),
                refund_no: theirs.refund_no.clone(),
                transaction: theirs.transaction.clone(),
                amount: theirs.amount,
                currency: theirs.currency.code().to_owned(),
                fee: theirs.fee,
                moved: name(MOVED, theirs.moved),
                at: theirs.at.map(Timestamp::as_micros),
            }),
            same_transaction: difference.same_transaction,
            candidates: kept.candidates.iter().map(PaymentId::to_string).collect(),
        }
    }

    pub(crate) fn difference(&self) -> Option<(Difference, Vec<PaymentId>)> {
        let ours = match &self.ours {
            None => None,
            Some(ours) => Some(Ours {
                amount: ours.amount,
                currency: Currency::from_code(&ours.currency)?,
                fee: ours.fee,
                state: value(STATES, &ours.state)?,
                place: value(PLACES, &ours.place)?,
            }),
        };
        let theirs = match &self.theirs {
            None => None,
            Some(theirs) => Some(Theirs {
                line: theirs.line,
                order_no: theirs.order_no.clone(),
                refund_no: theirs.refund_no.clone(),
                transaction: theirs.transaction.clone(),
                amount: theirs.amount,
                currency: Currency::from_code(&theirs.currency)?,
                fee: theirs.fee,
                moved: value(MOVED, &theirs.moved)?,
                at: theirs.at.map(Timestamp::from_micros),
            }),
        };
        let id = match &self.id {
            None => None,
            Some(id) => Some(settlement::cell::our_number(id.as_bytes())?),
        };
        let difference = Difference {
            class: Class::from_code(&self.class)?,
            kind: value(KINDS, &self.kind)?,
            id,
            ours,
            theirs,
            same_transaction: self.same_transaction,
        };
        let candidates: Option<Vec<PaymentId>> = self.candidates.iter().map(|id| id.parse().ok()).collect();
        Some((difference, candidates?))
    }
}
