//! Truths that come late or contradict what was known. Each has one consequence, listed in `docs/late-truths.md`.

use crate::{
    Alarm, Charge, Fact, FoundRefund, Paid, Payment, Refund, RefundState, Refusal, Settled, Settlement, Undo,
    Verdict, WithdrawnRefund,
};
use base::{Money, Text, Timestamp};

/// How a payment was found paid after the till had lost sight of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It had been recorded by hand, and a bill or a notification showed the money.
    Matched,
    /// It had been given up, and the money came all the same: it goes back, or went.
    TooLate,
    /// It had been given up, the money came all the same, and a person decided that it is kept.
    Kept,
    /// Paydesk had been restarted while it was under way.
    AfterRestart,
}

impl Found {
    /// The name on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Found::Matched => "matched",
            Found::TooLate => "too_late",
            Found::Kept => "kept",
            Found::AfterRestart => "after_restart",
        }
    }

    /// What happened, in one sentence.
    pub fn text(self) -> Text {
        match self {
            Found::Matched => Text::new(
                "手工登记的这笔钱查到了，已到账",
                "The money that was recorded by hand was found; it has arrived",
            ),
            Found::TooLate => Text::new(
                "放弃之后顾客的钱才到，系统正在退回或已经退回，请告诉顾客",
                "The customer's money came after the payment was given up; it goes back or went back. Tell the customer",
            ),
            Found::Kept => Text::new(
                "放弃之后顾客的钱才到，店长决定收下；这笔算已收款，请别再收一次，并告诉顾客",
                "The customer's money came after the payment was given up, and the manager decided to keep it. It counts as paid: do not charge again, and tell the customer",
            ),
            Found::AfterRestart => Text::new(
                "重启之前的这笔，顾客已经付了款，钱已到账；请别再收一次",
                "The customer had paid before Paydesk was restarted, and the money has arrived; do not charge again",
            ),
        }
    }
}

/// The fact that a person's word "I have seen it" adds.
pub(crate) fn decide_acknowledgement(payment: &Payment, by: &str) -> Result<Option<Fact>, Refusal> {
    match payment.found() {
        None => Err(Refusal::NothingToAcknowledge),
        Some(_) if payment.acknowledged.is_some() => Ok(None),
        Some(_) => Ok(Some(Fact::FoundAcknowledged { by: by.to_owned() })),
    }
}

/// The fact that a decision to keep late money adds where the money has not been seen yet. It takes nobody's word that
/// money came: the provider is asked, and only what it then says to be paid is kept.
pub(crate) fn decide_keeping(payment: &Payment, decided: &Settlement) -> Result<Option<Fact>, Refusal> {
    let given_up = matches!(payment.charge, Charge::NotPaid { .. }) && !payment.request.method.is_by_hand();
    match () {
        () if decided.reason.trim().is_empty() => Err(Refusal::ReasonMissing),
        () if payment.settled.as_ref() == Some(decided) => Ok(None),
        () if given_up && decided.verdict == Settled::Paid => Ok(Some(Fact::Settled(decided.clone()))),
        () => Err(Refusal::NothingToSettle),
    }
}

/// The fact that a return made by the provider alone adds.
pub(crate) fn decide_found_refund(payment: &Payment, found: &FoundRefund) -> Result<Option<Fact>, Refusal> {
    let known = |refund: &Refund| {
        let same = refund.is_found_as(&found.number) && !matches!(refund.state, RefundState::Refused(_));
        same || base::RefundNo::from(refund.id).to_string() == found.number
    };
    if payment.refunds.iter().any(known) {
        return Ok(None);
    }
    if !found.amount.is_positive() {
        return Err(Refusal::AmountMustBePositive);
    }
    match payment.paid() {
        Some(paid) if paid.amount.currency() == found.amount.currency() => {
            Ok(Some(Fact::RefundFound(found.clone())))
        }
        Some(_) => Err(Refusal::CurrencyNotAccepted),
        None => Err(Refusal::NothingToRefund),
    }
}

/// The fact that the withdrawal of such a return adds.
pub(crate) fn decide_withdrawn_refund(
    payment: &Payment,
    withdrawn: &WithdrawnRefund,
) -> Result<Option<Fact>, Refusal> {
    match payment.refunds.iter().find(|refund| refund.is_found_as(&withdrawn.number)) {
        Some(refund) if !matches!(refund.state, RefundState::Refused(_)) => {
            Ok(Some(Fact::RefundWithdrawn(withdrawn.clone())))
        }
        Some(_) | None => Ok(None),
    }
}

impl Payment {
    /// A person decided to keep what comes for it, and nothing has been seen to come.
    pub fn keeps_what_comes(&self) -> bool {
        let kept = self.settled.as_ref().is_some_and(|settled| settled.verdict == Settled::Paid);
        kept && matches!(self.charge, Charge::NotPaid { .. })
    }

    /// What came after giving up is ours by the decision that was made before it was seen here.
    pub(crate) fn keep_late(&mut self, paid: &Paid, at: Timestamp) {
        (self.undo, self.look_wanted, self.kept_late) = (None, None, true);
        self.charge = Charge::Paid { paid: paid.clone(), at };
    }

    /// How this payment was found paid after the till had lost sight of it; nothing if the till saw it happen.
    pub fn found(&self) -> Option<Found> {
        let charged = self.paid().is_some_and(|paid| paid.amount.is_positive());
        match self.undo {
            _ if !charged => None,
            Some(Undo { .. }) => Some(Found::TooLate),
            None if self.kept_late => Some(Found::Kept),
            None if self.matched.is_some() => Some(Found::Matched),
            None if self.history.we_stopped => Some(Found::AfterRestart),
            None => None,
        }
    }

    /// What about money that is ours a person must know and has not settled.
    pub(crate) fn trouble(&self) -> Option<Alarm> {
        let paid = self.paid()?;
        let kept = matches!(self.charge, Charge::Paid { .. }) && self.undo.is_none();
        match () {
            () if self.accepted => None,
            () if self.second.is_some() => Some(Alarm::PaidTwice),
            () if self.contradicted.is_some() && kept => Some(Alarm::ProviderContradicts),
            () if kept && paid.amount != self.request.amount && !self.all_refunded() => {
                Some(Alarm::WrongAmount)
            }
            () if self.refunds_differ(paid.amount) => Some(Alarm::RefundDiffers),
            () => None,
        }
    }

    /// More went back than came, or a return was of another amount than was asked for.
    fn refunds_differ(&self, paid: Money) -> bool {
        let another = |refund: &Refund| {
            matches!(refund.state, RefundState::Done { .. }) && refund.returned != refund.amount
        };
        self.refunded().minor() > paid.minor() || self.refunds.iter().any(another)
    }

    /// What an inquiry says about money that counts as ours.
    pub(crate) fn kept_and_inquired(&mut self, verdict: &Verdict, at: Timestamp) {
        let Charge::Paid { paid: known, .. } = &mut self.charge else { return };
        match verdict {
            Verdict::Paid(paid) if same_transaction(known, paid) => {
                self.contradicted = None;
                if known.amount != paid.amount {
                    known.amount = paid.amount;
                    self.accepted = false;
                }
            }
            Verdict::Paid(paid) if self.second.as_ref() != Some(paid) => {
                self.second = Some(paid.clone());
                self.accepted = false;
            }
            Verdict::Declined(_) | Verdict::NotFound | Verdict::AwaitingPayer
                if self.contradicted.is_none() && !self.all_refunded() =>
            {
                self.contradicted = Some(at);
                self.accepted = false;
            }
            _ => {}
        }
    }

    pub(crate) fn refund_found(&mut self, found: &FoundRefund, at: Timestamp) {
        let refund = Refund::found(found, at);
        match self.refunds.iter_mut().find(|known| known.is_found_as(&found.number)) {
            Some(known) => *known = refund,
            None => self.refunds.push(refund),
        }
        self.accepted = false;
    }

    pub(crate) fn refund_withdrawn(&mut self, withdrawn: &WithdrawnRefund) {
        let found = self.refunds.iter_mut().filter(|refund| refund.is_found_as(&withdrawn.number));
        found.for_each(|refund| refund.state = RefundState::Refused(withdrawn.why));
        self.accepted = false;
    }
}

fn same_transaction(known: &Paid, said: &Paid) -> bool {
    known.transaction == said.transaction || known.transaction.is_empty() || said.transaction.is_empty()
}
