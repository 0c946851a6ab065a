//! The only place that decides. `next` is a function of what is known, the channel's timing and the clock:
//! calling it twice gives the same, and it always says why.

use crate::by_hand::{recorded, verify_by};
use crate::policy::step;
use crate::{Ask, Charge, Payment, Policy, Reason, Refund, RefundState, WhyUndo};
use base::{Text, Timestamp};
use std::time::Duration;

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the provider this.
    Ask(Ask),
    /// Nothing until then.
    Wait {
        /// When to decide again, if nothing happens before.
        until: Timestamp,
        /// What is waited for.
        why: Waiting,
    },
    /// Nothing more, unless something new is learnt.
    Rest(Outcome),
    /// A person must know. Work goes on by itself at `until`, if there is anything left to try.
    Escalate {
        /// What is wrong.
        why: Alarm,
        /// When the next try is, if any.
        until: Option<Timestamp>,
    },
}

/// How a payment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is ours.
    Paid,
    /// No money was taken.
    NotPaid(Reason),
    /// Money was taken and all of it went back.
    Returned,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The reply to a call under way.
    Reply,
    /// The moment to try again a call that never left.
    SendingAgain,
    /// The moment to ask again what became of the order.
    Inquiry,
    /// The payer, who must confirm on the phone.
    PayerConfirms,
    /// The payer, who must scan our QR.
    PayerScans,
    /// The moment from which the provider allows undoing.
    UndoAllowed,
    /// The moment to try again to undo.
    UndoingAgain,
    /// The moment from which a lost request can no longer arrive.
    LostRequest,
    /// A refund on its way.
    Refund,
    /// The bill or notification that verifies what was recorded by hand.
    Verification,
}

/// Why a person must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Still no definite end, long after giving up.
    StillUnclear,
    /// The provider took another amount than was asked.
    WrongAmount,
    /// Late money could not be given back.
    CannotGiveBack,
    /// A refund is under way for very long.
    RefundStuck,
    /// What was recorded by hand was not found at the provider in time.
    NotVerified,
    /// The provider denies what it had said to be paid.
    ProviderContradicts,
    /// The provider says that two transactions paid the same order.
    PaidTwice,
    /// Another amount went back than was asked for, or more than came.
    RefundDiffers,
}

impl Alarm {
    /// Every alarm.
    pub const ALL: &[Alarm] = &[
        Alarm::StillUnclear,
        Alarm::WrongAmount,
        Alarm::CannotGiveBack,
        Alarm::RefundStuck,
        Alarm::NotVerified,
        Alarm::ProviderContradicts,
        Alarm::PaidTwice,
        Alarm::RefundDiffers,
    ];

    /// The alarm's name in stored facts and on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Alarm::StillUnclear => "still_unclear",
            Alarm::WrongAmount => "wrong_amount",
            Alarm::CannotGiveBack => "cannot_give_back",
            Alarm::RefundStuck => "refund_stuck",
            Alarm::NotVerified => "not_verified",
            Alarm::ProviderContradicts => "provider_contradicts",
            Alarm::PaidTwice => "paid_twice",
            Alarm::RefundDiffers => "refund_differs",
        }
    }

    /// The alarm with this [`Alarm::code`].
    pub fn from_code(code: &str) -> Option<Alarm> {
        Alarm::ALL.iter().copied().find(|alarm| alarm.code() == code)
    }

    /// The payment itself is ours whatever comes of this.
    pub fn leaves_the_money(self) -> bool {
        matches!(self, Alarm::RefundStuck | Alarm::PaidTwice | Alarm::RefundDiffers)
    }

    /// What is wrong, in a few words.
    pub fn text(self) -> Text {
        match self {
            Alarm::StillUnclear => Text::new("一直没有核实清楚", "it is still not settled"),
            Alarm::WrongAmount => Text::new("收到的金额不对", "a different amount arrived"),
            Alarm::CannotGiveBack => Text::new("迟到的钱退不回去", "late money cannot be given back"),
            Alarm::RefundStuck => Text::new("退款迟迟没有完成", "a refund is not finished"),
            Alarm::ProviderContradicts => {
                Text::new("支付机构先说已付，后来又说没有付", "the provider said paid and denies it now")
            }
            Alarm::PaidTwice => Text::new("同一订单有两笔付款", "two transactions paid the same order"),
            Alarm::RefundDiffers => {
                Text::new("退款金额对不上", "another amount went back than was asked for")
            }
            Alarm::NotVerified => {
                Text::new("手工登记的钱到期没有查到", "what was recorded by hand was not found in time")
            }
        }
    }
}

/// What to do about `payment` at `now`.
pub fn next(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    if let Some(open) = payment.open_call {
        return Next::Wait { until: open.at + policy.call_timeout, why: Waiting::Reply };
    }
    match &payment.charge {
        Charge::NotAsked => match payment.undo {
            None => Next::Ask(first_ask(payment)),
            Some(undo) => look_or_rest(payment, policy, now, Outcome::NotPaid(undo.why.reason())),
        },
        Charge::NeverLeft { tries, at } => send_again(payment, policy, now, *tries, *at),
        Charge::Unclear { .. } | Charge::AwaitingPayer { .. } => pursue(payment, policy, now),
        Charge::Recorded { .. } => recorded(payment, policy, now),
        Charge::Paid { .. } if payment.undo.is_some() => give_back(payment, policy, now),
        Charge::Paid { .. } => {
            let settled = payment.trouble().map_or(Settled::Paid, Settled::Troubled);
            settle_refunds(payment, policy, now, settled)
        }
        Charge::NotPaid { reason, .. } => look_or_rest(payment, policy, now, Outcome::NotPaid(*reason)),
        Charge::Returned { .. } => {
            let settled = payment.trouble().map_or(Settled::Returned, Settled::Troubled);
            settle_refunds(payment, policy, now, settled)
        }
    }
}

/// By when a payment that is not at rest is expected to have a definite end, if providers answer.
pub fn result_by(payment: &Payment, policy: &Policy) -> Timestamp {
    if let Charge::Recorded { .. } = payment.charge {
        return verify_by(payment.requested_at, policy);
    }
    match payment.undo {
        Some(undo) => {
            (undo.since + policy.call_timeout).max(undo_allowed_at(payment, policy)) + policy.call_timeout
        }
        None => deadline(payment, policy) + policy.call_timeout,
    }
}

fn first_ask(payment: &Payment) -> Ask {
    if payment.request.method.is_payer_code() { Ask::Charge } else { Ask::Present }
}

fn send_again(payment: &Payment, policy: &Policy, now: Timestamp, tries: u32, last: Timestamp) -> Next {
    if tries >= policy.send_tries {
        return look_or_rest(payment, policy, now, Outcome::NotPaid(Reason::ProviderUnreachable));
    }
    if let Some(undo) = payment.undo {
        return look_or_rest(payment, policy, now, Outcome::NotPaid(undo.why.reason()));
    }
    at(now, last + policy.send_again_after, first_ask(payment), Waiting::SendingAgain)
}

/// Not known to be paid, not known not to be: ask until the deadline, then undo until that is definite.
fn pursue(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    if !policy.can_inquire {
        return raise_if_old(payment, policy, now, undo_unasked(payment, policy, now));
    }
    let deadline = deadline(payment, policy);
    if payment.undo.is_none() && now < deadline {
        return await_payer(payment, policy, now, deadline);
    }
    if payment.undo.is_none() && !policy.undo_at_deadline {
        return ask_on(payment, policy, now, deadline);
    }
    let last_look_done = payment.history.inquiry_asked.is_some_and(|asked| asked >= deadline);
    if payment.undo.is_none() && !last_look_done {
        return Next::Ask(Ask::Inquire);
    }
    raise_if_old(payment, policy, now, undo_unpaid(payment, policy, now))
}

/// Past the deadline of a charge that is not ours to undo: ask on, ever more slowly, until the end is definite.
fn ask_on(payment: &Payment, policy: &Policy, now: Timestamp, deadline: Timestamp) -> Next {
    let horizon = cannot_arrive_after(payment, policy);
    if payment.history.missing_at.is_some_and(|asked| asked >= horizon) {
        return look_or_rest(payment, policy, now, Outcome::NotPaid(Reason::NeverArrived));
    }
    let again_at = payment.history.inquiry_ended.map_or(deadline, |ended| ask_again(policy, deadline, ended));
    let due = look_due(payment, policy, again_at).unwrap_or(again_at);
    raise_if_old(payment, policy, now, at(now, due, Ask::Inquire, Waiting::Inquiry))
}

fn await_payer(payment: &Payment, policy: &Policy, now: Timestamp, deadline: Timestamp) -> Next {
    if let (Charge::Unclear { since, .. }, false) = (&payment.charge, payment.request.method.is_payer_code())
    {
        // A QR that did not arrive is asked for again: the same order, and nobody can have paid what nobody saw.
        return at(
            now,
            (*since).max(last_charge(payment)) + policy.first_inquiry,
            Ask::Present,
            Waiting::SendingAgain,
        );
    }
    let why = match &payment.charge {
        Charge::AwaitingPayer { qr: Some(_), .. } => Waiting::PayerScans,
        Charge::AwaitingPayer { qr: None, .. } => Waiting::PayerConfirms,
        _ => Waiting::Inquiry,
    };
    let regular = match payment.history.inquiry_ended {
        Some(ended) if why == Waiting::PayerScans => ended + scan_pace(payment, policy, ended),
        Some(ended) => ended + policy.inquiry_every,
        None => unsettled_since(payment) + policy.first_inquiry,
    };
    let due = look_due(payment, policy, regular).unwrap_or(regular);
    at(now, due.min(deadline), Ask::Inquire, why)
}

/// How soon to ask again whether a shown QR was paid: a notification tells it anyway, most customers scan within half
/// a minute, and providers count questions; so the longer it is shown the more seldom, down to a third as often.
fn scan_pace(payment: &Payment, policy: &Policy, asked: Timestamp) -> Duration {
    (asked.since(payment.requested_at) / 10).clamp(policy.qr_inquiry_every, policy.qr_inquiry_every * 3)
}

/// One step of undoing what is not known to be paid: look, undo, and again with growing waits.
fn undo_unpaid(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    let history = &payment.history;
    if never_arrived(payment, policy) {
        let why = payment.undo.map_or(WhyUndo::Deadline, |undo| undo.why);
        let reason = if why == WhyUndo::Cashier { why.reason() } else { Reason::NeverArrived };
        return look_or_rest(payment, policy, now, Outcome::NotPaid(reason));
    }
    let Some(ended) = history.undo_ended else {
        return at(now, undo_allowed_at(payment, policy), undo_ask(payment), Waiting::UndoAllowed);
    };
    if missing(payment) {
        let due = look_for_lost_request(payment, policy, ended);
        return at(now, due, Ask::Inquire, Waiting::LostRequest);
    }
    undo_again(payment, policy, now, ended)
}

/// The provider cannot say what became of the order: undoing is the only question whose answer is definite, so it is put
/// as soon as anything is unclear. Only a payer who has still to act is waited for.
fn undo_unasked(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    if never_arrived(payment, policy) {
        let why = payment.undo.map_or(WhyUndo::Deadline, |undo| undo.why);
        let reason = if why == WhyUndo::Cashier { why.reason() } else { Reason::NeverArrived };
        return Next::Rest(Outcome::NotPaid(reason));
    }
    let awaits = matches!(payment.charge, Charge::AwaitingPayer { .. }) && payment.undo.is_none();
    let (due, why) = match payment.history.undo_ended {
        None if awaits => (deadline(payment, policy), Waiting::PayerConfirms),
        None => (undo_allowed_at(payment, policy), Waiting::UndoAllowed),
        // "No such order" is final from the moment on at which nothing can arrive any more.
        Some(ended) if missing(payment) => {
            (look_for_lost_request(payment, policy, ended), Waiting::LostRequest)
        }
        Some(ended) => {
            (ended + step(&policy.reverse_backoff, payment.history.undo_tries), Waiting::UndoingAgain)
        }
    };
    at(now, due, undo_ask(payment), why)
}

/// When to look for a request that the provider did not know when undoing ended, at `undone`: now and then, because it
/// may only be late, and once at the moment from which it cannot arrive any more, because that answer is the end.
fn look_for_lost_request(payment: &Payment, policy: &Policy, undone: Timestamp) -> Timestamp {
    let horizon = cannot_arrive_after(payment, policy);
    let looked = payment.history.inquiry_ended.unwrap_or(undone).max(undone);
    if looked < horizon {
        ask_again(policy, undone, looked).min(horizon)
    } else {
        ask_again(policy, horizon, looked)
    }
}

/// After a failed try to undo, which ended at `ended`: look how the order stands, then try again.
fn undo_again(payment: &Payment, policy: &Policy, now: Timestamp, ended: Timestamp) -> Next {
    let history = &payment.history;
    let again_at = ended + step(&policy.reverse_backoff, history.undo_tries);
    let looked_since = history.inquiry_asked.is_some_and(|looked| looked >= ended);
    if looked_since || !policy.can_inquire {
        return at(
            now,
            again_at.max(undo_allowed_at(payment, policy)),
            undo_ask(payment),
            Waiting::UndoingAgain,
        );
    }
    at(now, look_due(payment, policy, again_at).unwrap_or(again_at), Ask::Inquire, Waiting::UndoingAgain)
}

/// Late money goes back: by reversal where a payer's code was charged, otherwise, or when that keeps failing,
/// by a refund of the whole.
fn give_back(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    let history = &payment.history;
    let reversible = payment.request.method.is_payer_code() && history.undo_tries < policy.reverse_tries;
    if reversible && payment.refunds.is_empty() {
        let next = match history.undo_ended {
            None => at(now, undo_allowed_at(payment, policy), Ask::Reverse, Waiting::UndoAllowed),
            Some(ended) => undo_again(payment, policy, now, ended),
        };
        return raise_if_old(payment, policy, now, next);
    }
    if payment.refund(payment.give_back_id()).is_none() {
        let amount = payment.paid().expect("money is owed back because it was paid").amount;
        return Next::Ask(Ask::Refund { refund: payment.give_back_id(), amount });
    }
    settle_refunds(payment, policy, now, Settled::OwedBack)
}

/// How the charge itself stands while refunds are looked after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settled {
    Paid,
    Returned,
    Troubled(Alarm),
    OwedBack,
}

fn settle_refunds(payment: &Payment, policy: &Policy, now: Timestamp, settled: Settled) -> Next {
    let soonest = payment
        .refunds
        .iter()
        .filter(|refund| if policy.can_inquire { refund.to_be_asked() } else { refund.under_way() })
        .min_by_key(|refund| refund_due(refund, policy));
    if let Some(refund) = soonest {
        return pursue_refund(refund, policy, now);
    }
    match settled {
        Settled::Paid if payment.all_refunded() => look_or_rest(payment, policy, now, Outcome::Returned),
        Settled::Paid => look_or_rest(payment, policy, now, Outcome::Paid),
        Settled::Returned => look_or_rest(payment, policy, now, Outcome::Returned),
        Settled::Troubled(Alarm::ProviderContradicts) => ask_who_contradicts(payment, policy, now),
        Settled::Troubled(alarm) => look_or_raise(payment, policy, now, alarm),
        Settled::OwedBack => look_or_raise(payment, policy, now, Alarm::CannotGiveBack),
    }
}

/// A provider that changed its mind may change it again: it is asked on, ever more rarely.
fn ask_who_contradicts(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    if !policy.can_inquire {
        return Next::Escalate { why: Alarm::ProviderContradicts, until: None };
    }
    let since = payment.contradicted.unwrap_or(now);
    let ended = payment.history.inquiry_ended.unwrap_or(since);
    let longest = step(&policy.refund_backoff, u32::MAX).max(policy.inquiry_every);
    let due = ended + ended.since(since).clamp(policy.inquiry_every, longest);
    match at(now, due, Ask::Inquire, Waiting::Inquiry) {
        Next::Wait { until, .. } => Next::Escalate { why: Alarm::ProviderContradicts, until: Some(until) },
        ask => ask,
    }
}

/// A person must know, unless somebody wants a fresh look first.
fn look_or_raise(payment: &Payment, policy: &Policy, now: Timestamp, why: Alarm) -> Next {
    match look_due(payment, policy, regular_look(payment, policy, now)) {
        Some(due) => at(now, due, Ask::Inquire, Waiting::Inquiry),
        None => Next::Escalate { why, until: None },
    }
}

fn pursue_refund(refund: &Refund, policy: &Policy, now: Timestamp) -> Next {
    let ask = match refund.state {
        RefundState::Wanted => Ask::Refund { refund: refund.id, amount: refund.amount },
        // Asked again under its own number it is the same refund.
        _ if !policy.can_inquire => Ask::Refund { refund: refund.id, amount: refund.amount },
        _ => Ask::InquireRefund { refund: refund.id },
    };
    let due = refund_due(refund, policy);
    if refund.under_way() && now < due && now >= refund.requested_at + policy.escalate_after {
        return Next::Escalate { why: Alarm::RefundStuck, until: Some(due) };
    }
    at(now, due, ask, Waiting::Refund)
}

fn refund_due(refund: &Refund, policy: &Policy) -> Timestamp {
    let regular = refund.ended.map(|ended| ended + step(&policy.refund_backoff, refund.tries));
    match (regular, refund.look_wanted) {
        (None, wanted) => wanted.unwrap_or(refund.requested_at),
        // Once asked in vain, a wanted look waits like any other, so that silence is not hammered.
        (Some(regular), Some(wanted)) if refund.ended.is_some_and(|ended| ended < wanted) => {
            wanted.min(regular)
        }
        (Some(regular), _) => regular,
    }
}

/// Settled, unless somebody wants a fresh look: then the provider is asked until it answers.
fn look_or_rest(payment: &Payment, policy: &Policy, now: Timestamp, outcome: Outcome) -> Next {
    match look_due(payment, policy, regular_look(payment, policy, now)) {
        Some(due) => at(now, due, Ask::Inquire, Waiting::Inquiry),
        None => Next::Rest(outcome),
    }
}

fn regular_look(payment: &Payment, policy: &Policy, now: Timestamp) -> Timestamp {
    let wanted = payment.look_wanted.unwrap_or(now);
    payment.history.inquiry_ended.map_or(now, |ended| ask_again(policy, wanted, ended))
}

/// After an inquiry that told nothing: the regular wait, growing with the time since an answer was first due,
/// so that a provider that is down for hours is not asked every few seconds.
fn ask_again(policy: &Policy, due_since: Timestamp, ended: Timestamp) -> Timestamp {
    let longest = step(&policy.reverse_backoff, u32::MAX).max(policy.inquiry_every);
    ended + (ended.since(due_since) / 4).clamp(policy.inquiry_every, longest)
}

/// When a wanted look is due: at once, or at the regular time if the last try did not satisfy it; never where nobody can
/// be asked.
fn look_due(payment: &Payment, policy: &Policy, regular: Timestamp) -> Option<Timestamp> {
    let wanted = payment.look_wanted.filter(|_| policy.can_inquire)?;
    let tried = payment.history.inquiry_asked.is_some_and(|asked| asked >= wanted);
    Some(if tried { regular } else { wanted.min(regular) })
}

fn undo_ask(payment: &Payment) -> Ask {
    if payment.request.method.is_payer_code() { Ask::Reverse } else { Ask::Close }
}

/// The provider knows no such order, and no request of ours can still be on its way there.
fn never_arrived(payment: &Payment, policy: &Policy) -> bool {
    let horizon = cannot_arrive_after(payment, policy);
    missing(payment) && payment.history.missing_at.is_some_and(|asked| asked >= horizon)
}

/// Undoing was tried, and the provider's last word is that it knows no such order.
fn missing(payment: &Payment) -> bool {
    payment.history.undo_tries > 0 && payment.history.missing_at.is_some()
}

fn cannot_arrive_after(payment: &Payment, policy: &Policy) -> Timestamp {
    let payable_until = if payment.request.method.is_payer_code() {
        last_charge(payment)
    } else {
        payment.requested_at + policy.qr_lifetime
    };
    payable_until + policy.in_flight_max
}

fn undo_allowed_at(payment: &Payment, policy: &Policy) -> Timestamp {
    let young: Duration =
        if payment.request.method.is_payer_code() { policy.reverse_not_before } else { Duration::ZERO };
    last_charge(payment) + young
}

fn last_charge(payment: &Payment) -> Timestamp {
    payment.history.charged_at.unwrap_or(payment.requested_at)
}

fn deadline(payment: &Payment, policy: &Policy) -> Timestamp {
    if payment.request.method.is_payer_code() {
        last_charge(payment) + policy.give_up_after
    } else {
        payment.requested_at + policy.qr_lifetime
    }
}

fn unsettled_since(payment: &Payment) -> Timestamp {
    match payment.charge {
        Charge::Unclear { since, .. } | Charge::AwaitingPayer { since, .. } => since,
        _ => payment.requested_at,
    }
}

fn raise_if_old(payment: &Payment, policy: &Policy, now: Timestamp, next: Next) -> Next {
    let since = payment.undo.map_or(deadline(payment, policy), |undo| undo.since);
    match next {
        Next::Wait { until, .. } if now >= since + policy.escalate_after => {
            Next::Escalate { why: Alarm::StillUnclear, until: Some(until) }
        }
        other => other,
    }
}

fn at(now: Timestamp, due: Timestamp, ask: Ask, why: Waiting) -> Next {
    if now >= due { Next::Ask(ask) } else { Next::Wait { until: due, why } }
}
