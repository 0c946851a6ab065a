//! What of a payment's facts others want to hear: news, each told once and in the order in which it was learnt.
//!
//! News is a function of the facts, like everything else here. Whoever tells it needs no list of its own beside them,
//! and whoever tells it again after a crash tells the very same.

use crate::{Alarm, Entry, Fact, Found, MoneyState, Payment, Policy, RefundState, next};
use base::{RefundId, Timestamp};

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What there is to tell.
    pub what: What,
    /// When it was learnt.
    pub at: Timestamp,
    /// The payment as it stood then; its version is the number of the fact that brought the news.
    pub payment: Payment,
}

/// What there can be to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A person recorded it by hand; nobody has verified it.
    Recorded,
    /// The money is ours.
    Paid,
    /// No money was taken.
    NotPaid,
    /// All of it went back.
    Returned,
    /// It was found paid after the till had lost sight of it.
    FoundPaid,
    /// A person must know about it.
    Raised(Alarm),
    /// A refund is done.
    RefundDone(RefundId),
    /// A refund will not happen.
    RefundRefused(RefundId),
}

impl What {
    /// The name of every kind of news, in the order of the documentation.
    pub const CODES: &[&str] = &[
        "payment.paid",
        "payment.not_paid",
        "payment.returned",
        "payment.recorded",
        "payment.found_paid",
        "payment.raised",
        "refund.done",
        "refund.refused",
    ];

    /// The kind's name on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            What::Paid => "payment.paid",
            What::NotPaid => "payment.not_paid",
            What::Returned => "payment.returned",
            What::Recorded => "payment.recorded",
            What::FoundPaid => "payment.found_paid",
            What::Raised(_) => "payment.raised",
            What::RefundDone(_) => "refund.done",
            What::RefundRefused(_) => "refund.refused",
        }
    }

    /// The refund it is about, if it is about one.
    pub fn refund(self) -> Option<RefundId> {
        match self {
            What::RefundDone(id) | What::RefundRefused(id) => Some(id),
            What::Recorded
            | What::Paid
            | What::NotPaid
            | What::Returned
            | What::FoundPaid
            | What::Raised(_) => None,
        }
    }
}

/// Everything there was to tell of a payment, in the order in which it was learnt.
pub fn news(entries: &[Entry], policy: &Policy) -> Vec<News> {
    let Some((first, rest)) = entries.split_first() else { return Vec::new() };
    let mut telling = Telling { policy, told: None, news: Vec::new() };
    let mut payment = Payment::begin(first);
    telling.state(&payment);
    for entry in rest {
        let before = payment.clone();
        payment.apply(entry);
        telling.fact(&before, &payment, &entry.fact);
    }
    telling.news
}

struct Telling<'p> {
    policy: &'p Policy,
    /// What was last told of where the money is, if it still stands.
    told: Option<MoneyState>,
    news: Vec<News>,
}

impl Telling<'_> {
    fn fact(&mut self, before: &Payment, after: &Payment, fact: &Fact) {
        self.state(after);
        // Whoever decides to keep late money knew of it, and was told of it when it came.
        let kept = after.found() == Some(Found::Kept);
        if after.found().is_some() && after.found() != before.found() && !kept {
            self.tell(after, What::FoundPaid);
        }
        for refund in &after.refunds {
            let was = before.refund(refund.id).map(|refund| refund.state);
            match refund.state {
                RefundState::Done { .. } if !matches!(was, Some(RefundState::Done { .. })) => {
                    self.tell(after, What::RefundDone(refund.id));
                }
                RefundState::Refused(why) if was != Some(RefundState::Refused(why)) => {
                    self.tell(after, What::RefundRefused(refund.id));
                }
                RefundState::Wanted
                | RefundState::Unclear
                | RefundState::Processing
                | RefundState::Done { .. }
                | RefundState::Refused(_) => {}
            }
        }
        if let Fact::Raised(alarm) = fact {
            self.tell(after, What::Raised(*alarm));
            // What was told before is in doubt now, so it is told again when it holds after all.
            self.told = self.told.filter(|_| alarm.leaves_the_money());
        }
    }

    /// Tells where the money is, if that is definite and not what was told last.
    fn state(&mut self, payment: &Payment) {
        let state = MoneyState::of(payment, &next(payment, self.policy, payment.updated_at));
        let what = match state {
            MoneyState::Waiting | MoneyState::Verifying => return,
            MoneyState::Recorded => What::Recorded,
            MoneyState::Paid => What::Paid,
            MoneyState::NotPaid => What::NotPaid,
            MoneyState::Returned => What::Returned,
        };
        if self.told != Some(state) {
            self.told = Some(state);
            self.tell(payment, what);
        }
    }

    fn tell(&mut self, payment: &Payment, what: What) {
        self.news.push(News { what, at: payment.updated_at, payment: payment.clone() });
    }
}
