//! A provider that cannot say what became of an order: what is unclear is undone at once and until that is confirmed, and
//! nothing is ever asked that it cannot answer.

mod sale;

use base::{Money, RefundId, Timestamp};
use payment::{
    Alarm, Answer, Ask, Doubt, Entry, Fact, Lost, Next, Outcome, Payment, Policy, Reason, RefundRequest,
    RefundWay, Said, Verdict, next,
};
use proptest::prelude::*;
use sale::{PRICE, by_code, proof, request};
use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn policy() -> Policy {
    Policy { can_inquire: false, reverse_not_before: Duration::ZERO, ..Policy::default() }
}

struct Life {
    payment: Payment,
    policy: Policy,
    now: Timestamp,
    asked: Vec<Ask>,
}

impl Life {
    fn asked_to_charge() -> Life {
        let now = Timestamp::from_micros(1_795_400_000_000_000);
        let payment = Payment::begin(&Entry { at: now, fact: Fact::Requested(request(by_code()).into()) });
        let mut life = Life { payment, policy: policy(), now, asked: Vec::new() };
        life.learn(Fact::Asked { call: 1, ask: Ask::Charge, trace: None });
        life
    }

    /// A charge whose reply was lost.
    fn lost() -> Life {
        let mut life = Life::asked_to_charge();
        life.learn(Fact::Lost { call: 1, why: Lost::TimedOut });
        life
    }

    fn paid() -> Life {
        let mut life = Life::asked_to_charge();
        life.learn(answered(1, Verdict::Paid(proof(PRICE))));
        life
    }

    fn learn(&mut self, fact: Fact) {
        self.payment.apply(&Entry { at: self.now, fact });
    }

    /// For so long every question ends like this.
    fn pass(&mut self, span: Duration, verdict: Option<&Verdict>) {
        let end = self.now + span;
        while self.now < end {
            match next(&self.payment, &self.policy, self.now) {
                Next::Ask(ask) => {
                    let call = self.payment.history.calls + 1;
                    self.asked.push(ask);
                    self.learn(Fact::Asked { call, ask, trace: None });
                    self.now = self.now + seconds(1);
                    self.learn(match verdict {
                        Some(verdict) => answered(call, verdict.clone()),
                        None => Fact::Lost { call, why: Lost::ConnectionBroke },
                    });
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

fn answered(call: u32, verdict: Verdict) -> Fact {
    Fact::Answered { call, answer: Answer { verdict, said: Said::default() } }
}

#[test]
fn a_lost_charge_is_undone_at_once() {
    assert_eq!(Life::lost().next(), Next::Ask(Ask::Reverse));
}

#[test]
fn an_unclear_answer_is_undone_at_once_too() {
    let mut life = Life::asked_to_charge();
    life.learn(answered(1, Verdict::Unclear(Doubt::BadSignature)));
    assert_eq!(life.next(), Next::Ask(Ask::Reverse));
}

#[test]
fn undoing_goes_on_until_it_is_confirmed() {
    let mut life = Life::lost();
    life.pass(seconds(3600), None);
    assert!(life.asked.iter().all(|ask| *ask == Ask::Reverse), "{:?}", life.asked);
    assert!((40..80).contains(&life.asked.len()), "asked {} times in an hour", life.asked.len());
    assert!(matches!(life.next(), Next::Escalate { why: Alarm::StillUnclear, until: Some(_) }));
    life.pass(seconds(61), Some(&Verdict::Closed));
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::NotPaidInTime)));
}

#[test]
fn no_such_order_is_final_once_nothing_can_arrive_any_more() {
    let mut life = Life::lost();
    life.pass(life.policy.in_flight_max - seconds(2), Some(&Verdict::NotFound));
    assert!(!matches!(life.next(), Next::Rest(_)), "{:?}", life.next());
    life.pass(seconds(20), Some(&Verdict::NotFound));
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::NeverArrived)));
    assert!(life.asked.iter().all(|ask| *ask == Ask::Reverse), "{:?}", life.asked);
}

#[test]
fn what_is_known_is_left_alone() {
    assert_eq!(Life::paid().next(), Next::Rest(Outcome::Paid));
    let mut life = Life::asked_to_charge();
    life.learn(answered(1, Verdict::Declined(Reason::InsufficientBalance)));
    assert_eq!(life.next(), Next::Rest(Outcome::NotPaid(Reason::InsufficientBalance)));
}

#[test]
fn a_wanted_look_changes_nothing() {
    let mut life = Life::paid();
    life.learn(Fact::LookRequested { by: "wang".to_owned() });
    assert_eq!(life.next(), Next::Rest(Outcome::Paid));
}

#[test]
fn a_refund_without_an_answer_is_asked_for_again_as_the_same() {
    let mut life = Life::paid();
    let (refund, amount) = (RefundId::from_u128(9), Money::cny(PRICE));
    life.learn(Fact::RefundRequested(RefundRequest {
        id: refund,
        key: "r".to_owned(),
        content: [1; 32],
        amount,
        reason: String::new(),
        by: "wang".to_owned(),
        way: RefundWay::Provider,
    }));
    life.pass(seconds(30), None);
    assert!(life.asked.len() > 1, "{:?}", life.asked);
    assert!(life.asked.iter().all(|ask| *ask == Ask::Refund { refund, amount }), "{:?}", life.asked);
    life.pass(seconds(60), Some(&Verdict::Refunded { amount, at: None }));
    assert_eq!(life.next(), Next::Rest(Outcome::Returned));
}

fn verdicts() -> Vec<Option<Verdict>> {
    vec![
        None,
        Some(Verdict::Paid(proof(PRICE))),
        Some(Verdict::AwaitingPayer),
        Some(Verdict::Declined(Reason::RiskControl)),
        Some(Verdict::NotFound),
        Some(Verdict::Closed),
        Some(Verdict::Returned),
        Some(Verdict::AskAgain),
        Some(Verdict::RefundProcessing),
        Some(Verdict::RefundRefused(Reason::RefundNotPossible)),
        Some(Verdict::Unclear(Doubt::SaysPaid)),
        Some(Verdict::Unclear(Doubt::ProviderError)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_asked_that_cannot_be_answered(
        first in prop::sample::select(verdicts()),
        story in prop::collection::vec((prop::sample::select(verdicts()), 1u64..90, 0u8..4), 1..20),
    ) {
        let mut life = Life::asked_to_charge();
        life.learn(first.map_or(Fact::Lost { call: 1, why: Lost::TimedOut }, |verdict| answered(1, verdict)));
        for (verdict, span, wish) in &story {
            match wish {
                0 => life.learn(Fact::LookRequested { by: "wang".to_owned() }),
                1 => life.learn(Fact::CancelRequested { by: "wang".to_owned() }),
                2 => life.learn(match verdict {
                    Some(verdict) => answered(life.payment.history.calls, verdict.clone()),
                    None => Fact::Lost { call: life.payment.history.calls, why: Lost::WeStopped },
                }),
                _ => {}
            }
            life.pass(seconds(*span), verdict.as_ref());
        }
        let inquired = |ask: &Ask| matches!(ask, Ask::Inquire | Ask::InquireRefund { .. });
        prop_assert!(!life.asked.iter().any(inquired), "{:?}", life.asked);
    }
}
