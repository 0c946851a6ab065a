//! What really happened to each attempt, and how the server would show it.

use crate::wire;
use base::{Money, Timestamp};
use provider_contract::{Book, Treatment};
use std::collections::{BTreeMap, BTreeSet};

/// Where an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The payer has to do something.
    Waiting,
    /// Paid.
    Paid,
    /// Not paid, and why.
    NotPaid(&'static str),
    /// Paid, and all of it went back.
    Returned,
}

/// One attempt.
pub(super) struct Attempt {
    pub number: u64,
    pub amount: Money,
    pub content: Vec<u8>,
    pub shown: bool,
    pub state: State,
    pub treatment: Treatment,
    pub paid: Option<Money>,
    pub charges: u32,
    pub undone: u32,
    pub refunds: Vec<Refund>,
}

/// One refund.
pub(super) struct Refund {
    pub key: String,
    pub amount: Money,
    pub state: RefundState,
}

/// How far a refund is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RefundState {
    Processing { until: Timestamp },
    Done,
    Refused,
}

/// Every attempt, by its key.
#[derive(Default)]
pub(super) struct Books {
    attempts: BTreeMap<String, Attempt>,
    pub spent: BTreeSet<String>,
}

/// The reason for which the wallet refuses under this treatment.
pub(super) fn refusal(treatment: Treatment) -> Option<&'static str> {
    Some(match treatment {
        Treatment::InsufficientBalance => "insufficient_balance",
        Treatment::CodeExpired => "code_expired",
        Treatment::CodeUsed => "code_invalid_or_used",
        Treatment::CodeWrong => "code_of_another_wallet",
        Treatment::PayerLimit => "payer_limit_exceeded",
        Treatment::Risk => "risk_control",
        _ => return None,
    })
}

impl Books {
    pub fn get(&self, key: &str) -> Option<&Attempt> {
        self.attempts.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Attempt> {
        self.attempts.get_mut(key)
    }

    pub fn all(&self) -> impl Iterator<Item = (&String, &Attempt)> {
        self.attempts.iter()
    }

    pub fn open(&mut self, key: &str, amount: Money, content: Vec<u8>, shown: bool, treatment: Treatment) {
        let attempt = Attempt {
            number: self.attempts.len() as u64 + 1,
            amount,
            content,
            shown,
            state: State::Waiting,
            treatment,
            paid: None,
            charges: 0,
            undone: 0,
            refunds: Vec::new(),
        };
        self.attempts.insert(key.to_owned(), attempt);
    }

    /// When the next refund arrives.
    pub fn due(&self) -> Option<Timestamp> {
        let refunds = self.attempts.values().flat_map(|attempt| &attempt.refunds);
        let until = |refund: &Refund| match refund.state {
            RefundState::Processing { until } => Some(until),
            RefundState::Done | RefundState::Refused => None,
        };
        refunds.filter_map(until).min()
    }

    pub fn finish_refunds(&mut self, now: Timestamp) {
        for attempt in self.attempts.values_mut() {
            for refund in &mut attempt.refunds {
                if matches!(refund.state, RefundState::Processing { until } if until <= now) {
                    refund.state = RefundState::Done;
                }
            }
            attempt.settle();
        }
    }
}

impl Attempt {
    pub fn pay(&mut self) {
        let wrong = self.treatment == Treatment::WrongAmount;
        self.paid = Some(if wrong { Money::cny(self.amount.minor() - 1) } else { self.amount });
        self.charges += 1;
        self.state = State::Paid;
    }

    pub fn refuse(&mut self, reason: &'static str) {
        if self.state == State::Waiting {
            self.state = State::NotPaid(reason);
        }
    }

    /// Accepted the undoing, and is paid all the same.
    pub fn slips_through(&self) -> bool {
        self.treatment == Treatment::PaidAfterReverse && self.charges == 0 && self.undone > 0
    }

    /// What could still be asked back.
    pub fn left(&self) -> i64 {
        let claimed: i64 = self
            .refunds
            .iter()
            .filter(|refund| refund.state != RefundState::Refused)
            .map(|refund| refund.amount.minor())
            .sum();
        if self.state == State::Paid { self.paid.map_or(0, Money::minor) - claimed } else { 0 }
    }

    /// All of it went back by refunds.
    pub fn settle(&mut self) {
        let done = self.refunds.iter().filter(|refund| refund.state == RefundState::Done);
        let back: i64 = done.map(|refund| refund.amount.minor()).sum();
        if self.state == State::Paid && self.paid.is_some_and(|paid| paid.minor() == back) {
            self.state = State::Returned;
        }
    }

    pub fn line(&self, key: &str) -> Book {
        let done = self.refunds.iter().filter(|refund| refund.state == RefundState::Done);
        let refunds: Vec<(String, Money)> = done.map(|r| (r.key.clone(), r.amount)).collect();
        let back: i64 = refunds.iter().map(|(_, amount)| amount.minor()).sum();
        let reversed = self.state == State::Returned && self.paid.map_or(0, Money::minor) != back;
        let closed = matches!(self.state, State::NotPaid(_));
        Book { order_no: key.to_owned(), paid: self.paid, charges: self.charges, reversed, refunds, closed }
    }

    /// As the server shows it.
    pub fn view(&self) -> wire::Payment {
        let wrong = self.paid.is_some_and(|paid| paid != self.amount);
        let (money, reason) = match &self.state {
            State::Waiting => ("waiting", None),
            State::Paid if wrong => ("verifying", None),
            State::Paid => ("paid", None),
            State::NotPaid(reason) => ("not_paid", Some((*reason).to_owned())),
            State::Returned => ("returned", None),
        };
        let qr = self.shown && self.state == State::Waiting;
        wire::Payment {
            order_no: format!("{:032x}", self.number),
            amount: amount(self.amount),
            paid: self.paid.map(amount),
            money: money.to_owned(),
            reason,
            qr: qr
                .then(|| wire::Qr { content: format!("simulated://pay/{}", self.number), expires_at: None }),
            provider_transaction: self.paid.map(|_| format!("42{:010}", self.number)),
            provider_code: None,
            provider_message: None,
            wallet: "simulated".to_owned(),
            owed_back: false,
            refunds: self.refunds.iter().map(refund_view).collect(),
        }
    }
}

fn refund_view(refund: &Refund) -> wire::Refund {
    let (state, why) = match refund.state {
        RefundState::Processing { .. } => ("processing", None),
        RefundState::Done => ("done", None),
        RefundState::Refused => ("refused", Some("merchant_balance_too_low".to_owned())),
    };
    wire::Refund {
        key: Some(refund.key.clone()),
        amount: amount(refund.amount),
        state: state.to_owned(),
        refuse_reason: why,
        done_at: None,
    }
}

fn amount(money: Money) -> wire::Amount {
    wire::Amount { amount: money.minor(), currency: money.currency().code().to_owned() }
}
