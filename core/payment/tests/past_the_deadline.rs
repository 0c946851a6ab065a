//! Past the deadline: one last look, then undoing until that is definite. A provider that sees to a definite end itself
//! is only asked on, and nothing is undone behind its back.

mod sale;

use base::{Money, Timestamp};
use payment::{
    Alarm, Answer, Ask, Entry, Fact, Lost, Next, Notice, Outcome, Payment, Policy, Reason, Said, Verdict,
    next,
};
use sale::{PRICE, by_code, proof, request};
use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

struct Life {
    payment: Payment,
    policy: Policy,
    now: Timestamp,
    asked: Vec<Ask>,
}

impl Life {
    /// A charge whose reply was lost.
    fn lost() -> Life {
        let mut life = Life::asked_to_charge();
        life.learn(Fact::Lost { call: 1, why: Lost::TimedOut });
        life
    }

    fn asked_to_charge() -> Life {
        let now = Timestamp::from_micros(1_795_400_000_000_000);
        let payment = Payment::begin(&Entry { at: now, fact: Fact::Requested(request(by_code()).into()) });
        let policy = Policy { undo_at_deadline: false, ..Policy::default() };
        let mut life = Life { payment, policy, now, asked: Vec::new() };
        life.learn(Fact::Asked { call: 1, ask: Ask::Charge, trace: None });
        life
    }

    fn learn(&mut self, fact: Fact) {
        self.payment.apply(&Entry { at: self.now, fact });
    }

    /// For so long every question ends like this.
    fn pass(&mut self, span: Duration, verdict: Option<Verdict>) {
        let end = self.now + span;
        while self.now < end {
            match next(&self.payment, &self.policy, self.now) {
                Next::Ask(ask) => {
                    let call = self.payment.history.calls + 1;
                    self.asked.push(ask);
                    self.learn(Fact::Asked { call, ask, trace: None });
                    self.now = self.now + seconds(1);
                    match &verdict {
                        Some(verdict) => {
                            let answer = Answer { verdict: verdict.clone(), said: Said::default() };
                            self.learn(Fact::Answered { call, answer });
                        }
                        None => self.learn(Fact::Lost { call, why: Lost::ConnectionBroke }),
                    }
                }
                Next::Wait { until, .. } | Next::Escalate { until: Some(until), .. } => {
                    self.now = until.min(end);
                }
                Next::Rest(_) | Next::Escalate { until: None, .. } => return,
            }
        }
    }

    fn next(&self) -> Next {
        next(&self.payment, &self.policy, self.now)
    }
}

#[test]
fn at_the_deadline_a_last_look_comes_before_undoing() {
    let mut life = Life::lost();
    life.policy.undo_at_deadline = true;
    life.pass(life.policy.give_up_after, None);
    assert!(life.asked.iter().all(|ask| *ask == Ask::Inquire), "{:?}", life.asked);
    life.asked.clear();
    life.pass(seconds(5), None);
    assert_eq!(life.asked[..2], [Ask::Inquire, Ask::Reverse]);
}

#[test]
fn nothing_is_reversed_before_the_provider_allows_it() {
    let mut life = Life::lost();
    life.learn(Fact::CancelRequested { by: "wang".to_owned() });
    life.pass(life.policy.reverse_not_before - seconds(1), None);
    assert!(!life.asked.contains(&Ask::Reverse), "{:?}", life.asked);
    life.pass(seconds(3), None);
    assert!(life.asked.contains(&Ask::Reverse), "{:?}", life.asked);
}

#[test]
fn what_is_missing_is_not_called_unpaid_while_it_may_be_on_its_way() {
    let mut life = Life::lost();
    life.learn(Fact::CancelRequested { by: "wang".to_owned() });
    life.pass(life.policy.in_flight_max - seconds(3), Some(Verdict::NotFound));
    assert!(life.asked.contains(&Ask::Reverse), "{:?}", life.asked);
    assert!(!matches!(life.next(), Next::Rest(_)), "{:?}", life.next());
    life.pass(seconds(20), Some(Verdict::NotFound));
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::CancelledByCashier)));
}

/// A request that was only late is found soon after it arrived, and not when it could arrive no more.
#[test]
fn a_lost_request_is_looked_for_while_it_may_still_arrive() {
    let mut life = Life::lost();
    life.learn(Fact::CancelRequested { by: "wang".to_owned() });
    while !life.asked.contains(&Ask::Reverse) {
        life.pass(seconds(1), Some(Verdict::NotFound));
    }
    life.asked.clear();
    life.pass(life.policy.in_flight_max / 3, Some(Verdict::NotFound));
    assert!(!life.asked.is_empty() && life.asked.iter().all(|ask| *ask == Ask::Inquire), "{:?}", life.asked);
    life.asked.clear();
    life.pass(seconds(600), Some(Verdict::NotFound));
    assert!((1..9).contains(&life.asked.len()), "seldom, and once at the end: {:?}", life.asked);
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::CancelledByCashier)));
}

#[test]
fn late_money_that_cannot_be_reversed_is_refunded() {
    let mut life = Life::lost();
    life.learn(Fact::CancelRequested { by: "wang".to_owned() });
    life.pass(seconds(600), Some(Verdict::Paid(proof(PRICE))));
    let tries = |wanted: fn(&Ask) -> bool| life.asked.iter().filter(|ask| wanted(ask)).count();
    assert_eq!(tries(|ask| *ask == Ask::Reverse), life.policy.reverse_tries as usize, "{:?}", life.asked);
    assert_eq!(tries(|ask| matches!(ask, Ask::Refund { amount, .. } if *amount == Money::cny(PRICE))), 1);
}

#[test]
fn while_nothing_is_heard_it_is_asked_and_never_undone() {
    let mut life = Life::lost();
    life.pass(seconds(3600), None);
    assert!(life.asked.iter().all(|ask| *ask == Ask::Inquire), "{:?}", life.asked);
    assert!((50..200).contains(&life.asked.len()), "asked {} times in an hour", life.asked.len());
    assert!(life.payment.undo.is_none());
    assert!(matches!(life.next(), Next::Escalate { why: Alarm::StillUnclear, until: Some(_) }));
}

#[test]
fn what_never_arrived_ends_once_nothing_can_arrive() {
    let mut life = Life::lost();
    life.pass(seconds(20), Some(Verdict::NotFound));
    assert!(!matches!(life.next(), Next::Rest(_)), "{:?}", life.next());
    life.pass(seconds(60), Some(Verdict::NotFound));
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::NeverArrived)));
}

#[test]
fn a_notice_past_the_end_is_a_reason_to_look_and_decides_nothing() {
    let mut life = Life::lost();
    life.pass(seconds(120), Some(Verdict::NotFound));
    let (before, rests) = (life.payment.charge.clone(), life.next());
    assert!(matches!(rests, Next::Rest(Outcome::NotPaid(_))), "{rests:?}");
    life.learn(Fact::Noticed(Notice {
        order_no: life.payment.request.order_no(),
        refund_no: None,
        claim: "SUCCESS".to_owned(),
        notice_id: "n1".to_owned(),
    }));
    assert_eq!((&life.payment.charge, life.next()), (&before, Next::Ask(Ask::Inquire)));
}

#[test]
fn a_person_may_still_undo_it() {
    let mut life = Life::lost();
    life.pass(seconds(600), None);
    life.learn(Fact::CancelRequested { by: "wang".to_owned() });
    life.asked.clear();
    life.pass(seconds(60), Some(Verdict::Closed));
    assert!(life.asked.contains(&Ask::Reverse), "{:?}", life.asked);
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::CancelledByCashier)));
}

/// A book that was put back from a backup may say "never left" of what left afterwards; the bill is the reason to look.
#[test]
fn what_never_left_is_looked_for_when_somebody_has_a_reason_and_never_charged_again() {
    let check = |verdict: Verdict, outcome: Outcome| {
        let mut life = Life::asked_to_charge();
        life.policy.send_tries = 1;
        life.learn(Fact::NeverLeft { call: 1, why: "connection refused".to_owned() });
        let before = life.next();
        assert_eq!(before, Next::Rest(Outcome::NotPaid(Reason::ProviderUnreachable)));
        life.learn(Fact::LookRequested { by: "the bill".to_owned() });
        life.pass(seconds(30), Some(verdict));
        assert_eq!(life.asked, [Ask::Inquire]);
        assert_eq!(life.next(), Next::Rest(outcome));
    };
    check(Verdict::NotFound, Outcome::NotPaid(Reason::ProviderUnreachable));
    check(Verdict::Paid(proof(PRICE)), Outcome::Paid);
}
