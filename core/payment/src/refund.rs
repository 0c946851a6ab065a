//! Returns of money: each known by its own number, driven until its end is definite, and never undone by a doubt.

use crate::{Ask, Reason, RefundRequest, RefundWay, Source, Trace, Verdict};
use base::{Money, RefundId, Timestamp};

/// One return of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The provider knows it by the number made of this.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// Who wanted it and why; nothing if Paydesk itself returns late money, or the
    /// provider made it unasked.
    pub request: Option<RefundRequest>,
    /// When it was wanted.
    pub requested_at: Timestamp,
    /// How far it is.
    pub state: RefundState,
    /// How often the provider was asked to return or how it stands.
    pub tries: u32,
    /// When such a question last ended.
    pub ended: Option<Timestamp>,
    /// Since when somebody or something wants it looked at afresh.
    pub look_wanted: Option<Timestamp>,
    /// What went back, by the provider's word; the amount that was asked for until it says otherwise.
    pub returned: Money,
    /// The provider made it without being asked by us, as a person can in its back office.
    pub found: Option<FoundRefund>,
    /// The number that the provider knows it by, where such numbers are counted: the same at every asking.
    pub trace: Option<Trace>,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// To be asked for, or asked again under the same number, which is harmless.
    Wanted,
    /// Asked; the reply proves nothing.
    Unclear,
    /// The provider is on it.
    Processing,
    /// The payer has the money.
    Done {
        /// When, by the provider's clock or ours.
        at: Timestamp,
    },
    /// It will not happen.
    Refused(Reason),
}

/// A return that a provider made without being asked by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRefund {
    /// Our id for it.
    pub id: RefundId,
    /// The provider's number of it: the same for repeats.
    pub number: String,
    /// How much went back.
    pub amount: Money,
    /// When, if the provider said.
    pub at: Option<Timestamp>,
    /// Where it was found.
    pub source: Source,
}

/// A return that was found, and did not happen after all: the provider denies what it had said to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawnRefund {
    /// The number it was found under.
    pub number: String,
    /// Why it did not happen.
    pub why: Reason,
    /// Who says so.
    pub by: String,
}

impl Refund {
    pub(crate) fn wanted(
        id: RefundId,
        amount: Money,
        request: Option<RefundRequest>,
        at: Timestamp,
    ) -> Refund {
        let in_cash = request.as_ref().is_some_and(|request| request.way == RefundWay::Cash);
        Refund {
            id,
            amount,
            request,
            requested_at: at,
            state: if in_cash { RefundState::Done { at } } else { RefundState::Wanted },
            tries: 0,
            ended: None,
            look_wanted: None,
            returned: amount,
            found: None,
            trace: None,
        }
    }

    pub(crate) fn found(found: &FoundRefund, at: Timestamp) -> Refund {
        let state = RefundState::Done { at: found.at.unwrap_or(at) };
        Refund { state, found: Some(found.clone()), ..Refund::wanted(found.id, found.amount, None, at) }
    }

    /// It was found under this number of the provider's.
    pub fn is_found_as(&self, number: &str) -> bool {
        self.found.as_ref().is_some_and(|found| found.number == number)
    }

    /// Paydesk itself returns money that came too late.
    pub fn gives_back(&self) -> bool {
        self.request.is_none() && self.found.is_none()
    }

    /// Given back over the counter; no provider was asked.
    pub fn in_cash(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.way == RefundWay::Cash)
    }

    /// Neither done nor refused.
    pub fn under_way(&self) -> bool {
        !matches!(self.state, RefundState::Done { .. } | RefundState::Refused(_))
    }

    /// The provider has something to say about it: under way, or to be looked at afresh.
    pub(crate) fn to_be_asked(&self) -> bool {
        self.under_way() || self.look_wanted.is_some()
    }

    /// What of the payment it claims: all that may have gone back, and nothing once it is refused.
    pub(crate) fn claims(&self) -> Money {
        let zero = Money::zero(self.amount.currency());
        match self.state {
            RefundState::Refused(_) => zero,
            RefundState::Wanted | RefundState::Unclear | RefundState::Processing => self.amount,
            RefundState::Done { .. } if self.returned.minor() < self.amount.minor() => self.amount,
            RefundState::Done { .. } => self.returned,
        }
    }

    /// Wants a fresh look, if the provider is who knows.
    pub(crate) fn look(&mut self, at: Timestamp) {
        if !self.in_cash() && self.found.is_none() {
            self.look_wanted = Some(at);
        }
    }

    /// Takes in what the provider says. What was definite is only changed by what is definite: a refusal can turn out
    /// to have worked, and a return that the provider takes back is asked about once more before it is believed.
    pub(crate) fn learn(&mut self, ask: Ask, verdict: &Verdict, at: Timestamp) {
        let inquired = matches!(ask, Ask::InquireRefund { .. });
        if inquired {
            self.look_wanted = None;
        }
        if let Verdict::Refunded { amount, .. } = verdict {
            self.returned = *amount;
        }
        self.state = match (self.state, verdict) {
            (RefundState::Done { at }, Verdict::Refunded { .. }) => RefundState::Done { at },
            (_, Verdict::Refunded { at: when, .. }) => RefundState::Done { at: when.unwrap_or(at) },
            (RefundState::Done { .. }, Verdict::RefundRefused(_) | Verdict::NotFound) => RefundState::Unclear,
            (RefundState::Done { at }, _) => RefundState::Done { at },
            (_, Verdict::RefundProcessing) => RefundState::Processing,
            (
                RefundState::Refused(why),
                Verdict::RefundRefused(_) | Verdict::NotFound | Verdict::Unclear(_),
            ) => RefundState::Refused(why),
            (_, Verdict::RefundRefused(reason)) => RefundState::Refused(*reason),
            (_, Verdict::NotFound) if inquired => RefundState::Wanted,
            (state, Verdict::Unclear(_)) if inquired => state,
            (RefundState::Refused(why), _) => RefundState::Refused(why),
            (RefundState::Wanted | RefundState::Unclear | RefundState::Processing, _) => RefundState::Unclear,
        };
    }
}
