//! One charge: once a charge may have left, nothing that happens afterwards makes `next` ask for another. Only a call
//! that ended before its first byte permits the next try.

mod sale;

use base::{Money, RefundId, Timestamp};
use payment::{
    Alarm, Answer, Ask, CallNo, Doubt, Entry, Fact, FoundRefund, Lost, Match, Next, Notice, Payment, Policy,
    Reason, RefundRequest, RefundWay, Said, Settled, Settlement, Source, Verdict, WithdrawnRefund, next,
};
use proptest::prelude::*;
use sale::{PRICE, by_code, proof, request};
use std::time::Duration;

/// One step of a story. Nothing checks whether it fits: a book must bear whatever was once written into it.
#[derive(Clone, Debug)]
enum Step {
    /// The last call but so many ends, perhaps for the second time.
    Ends { last_but: CallNo, how: End },
    /// A fact that is no call's end.
    Learnt(Fact),
    /// A question that was not due, as a version with other rules may have asked it.
    AskedAnyway(Ask),
    /// So many seconds.
    TimePasses(u64),
}

/// How a call ends.
#[derive(Clone, Debug)]
enum End {
    Answered(Verdict),
    Lost(Lost),
    NeverLeft,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_may_have_left_is_never_charged_again(
        policy in policy(),
        story in prop::collection::vec((step(), prop::bool::weighted(0.9)), 0..50),
    ) {
        let mut life = Life::begin(policy);
        life.ask_what_is_due();
        for (step, asks) in &story {
            life.take(step);
            life.check();
            if *asks {
                life.ask_what_is_due();
            }
        }
        // Whatever the story left behind is followed for a day, while calls break off and time passes.
        for _ in 0..40 {
            life.take(&Step::Ends { last_but: 0, how: End::Lost(Lost::ConnectionBroke) });
            life.take(&Step::TimePasses(2160));
            life.check();
            life.ask_what_is_due();
        }
    }
}

#[test]
fn every_end_but_never_left_is_the_last_word_on_charging() {
    for how in ends() {
        let mut life = Life::begin(Policy::default());
        life.ask_what_is_due();
        life.take(&Step::Ends { last_but: 0, how: how.clone() });
        for _ in 0..200 {
            life.check();
            life.ask_what_is_due();
            life.take(&Step::Ends { last_but: 0, how: how.clone() });
            life.take(&Step::TimePasses(7));
        }
        assert_eq!(life.charges(), 1, "after {how:?}");
    }
}

#[test]
fn what_never_left_is_tried_as_often_as_the_policy_says() {
    let mut life = Life::begin(Policy { send_tries: 4, ..Policy::default() });
    for _ in 0..20 {
        life.check();
        life.ask_what_is_due();
        life.take(&Step::Ends { last_but: 0, how: End::NeverLeft });
        life.take(&Step::TimePasses(2));
    }
    assert_eq!(life.charges(), 4);
}

/// The oracle: how many charges may have taken effect, by the facts alone. Only a call's first end counts.
fn may_have_left(entries: &[Entry]) -> usize {
    let ended = |call: CallNo| {
        entries.iter().find(|entry| match &entry.fact {
            Fact::Answered { call: this, .. }
            | Fact::Lost { call: this, .. }
            | Fact::NeverLeft { call: this, .. } => *this == call,
            _ => false,
        })
    };
    let may_have_left = |entry: &&Entry| {
        let Fact::Asked { call, ask: Ask::Charge, .. } = entry.fact else { return false };
        !ended(call).is_some_and(|end| matches!(end.fact, Fact::NeverLeft { .. }))
    };
    entries.iter().filter(may_have_left).count()
}

/// One payment by the customer's code, its facts, and whoever does what `next` says.
struct Life {
    now: Timestamp,
    policy: Policy,
    entries: Vec<Entry>,
    payment: Payment,
}

impl Life {
    fn begin(policy: Policy) -> Life {
        let now = Timestamp::parse("2026-11-23T10:00:00+08:00").unwrap();
        let first = Entry { at: now, fact: Fact::Requested(request(by_code()).into()) };
        let payment = Payment::begin(&first);
        Life { now, policy, entries: vec![first], payment }
    }

    fn learn(&mut self, fact: Fact) {
        let entry = Entry { at: self.now, fact };
        self.payment.apply(&entry);
        self.entries.push(entry);
    }

    fn ask_what_is_due(&mut self) {
        if let Next::Ask(ask) = next(&self.payment, &self.policy, self.now) {
            self.ask(ask);
        }
    }

    fn ask(&mut self, ask: Ask) {
        let call = self.payment.history.calls + 1;
        self.learn(Fact::Asked { call, ask, trace: None });
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Ends { last_but, how } => {
                // A call that was never made has no end.
                let Some(call) = self.payment.history.calls.checked_sub(*last_but).filter(|call| *call > 0)
                else {
                    return;
                };
                self.learn(match how.clone() {
                    End::Answered(verdict) => {
                        Fact::Answered { call, answer: Answer { verdict, said: Said::default() } }
                    }
                    End::Lost(why) => Fact::Lost { call, why },
                    End::NeverLeft => Fact::NeverLeft { call, why: "connection refused".into() },
                });
            }
            Step::Learnt(fact) => self.learn(fact.clone()),
            Step::AskedAnyway(ask) if self.payment.open_call.is_none() => self.ask(*ask),
            Step::AskedAnyway(_) => {}
            Step::TimePasses(seconds) => self.now = self.now + Duration::from_secs(*seconds),
        }
    }

    fn charges(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry.fact, Fact::Asked { ask: Ask::Charge, .. })).count()
    }

    /// The promise, now and at every moment until something else happens.
    fn check(&self) {
        if may_have_left(&self.entries) == 0 {
            return;
        }
        for later in [0, 1, 60, 3600, 86_400] {
            let next = next(&self.payment, &self.policy, self.now + Duration::from_secs(later));
            assert_ne!(
                next,
                Next::Ask(Ask::Charge),
                "a second charge, {later} s later: {:#?}",
                &self.entries[1..]
            );
        }
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    (1u32..6, any::<bool>(), any::<bool>()).prop_map(|(send_tries, undo_at_deadline, can_inquire)| Policy {
        send_tries,
        undo_at_deadline,
        can_inquire,
        ..Policy::default()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (prop_oneof![9 => Just(0), 1 => 1u32..4], prop::sample::select(all_ends()))
            .prop_map(|(last_but, how)| Step::Ends { last_but, how }),
        3 => Just(Step::Ends { last_but: 0, how: End::NeverLeft }),
        3 => prop::sample::select(facts()).prop_map(Step::Learnt),
        1 => prop::sample::select(vec![Ask::Inquire, Ask::Reverse, Ask::Close]).prop_map(Step::AskedAnyway),
        5 => (0u64..90).prop_map(Step::TimePasses),
    ]
}

fn all_ends() -> Vec<End> {
    let mut all = ends();
    all.push(End::NeverLeft);
    all
}

/// Every way a call can end that may have left.
fn ends() -> Vec<End> {
    let paid = |fen: i64| Verdict::Paid(proof(fen));
    let mut verdicts = vec![
        paid(PRICE),
        paid(1),
        Verdict::AwaitingPayer,
        Verdict::QrReady { content: "wallet://1".into(), expires_at: None },
        Verdict::NotFound,
        Verdict::Closed,
        Verdict::Returned,
        Verdict::AskAgain,
        Verdict::RefundProcessing,
        Verdict::Refunded { amount: Money::cny(PRICE), at: None },
        Verdict::RefundRefused(Reason::CodeExpired),
        Verdict::Declined(Reason::CodeExpired),
        Verdict::Declined(Reason::ProviderUnreachable),
    ];
    verdicts.extend(Doubt::ALL.iter().copied().map(Verdict::Unclear));
    let lost = [Lost::TimedOut, Lost::ConnectionBroke, Lost::WeStopped];
    verdicts.into_iter().map(End::Answered).chain(lost.map(End::Lost)).collect()
}

/// Facts that are no call's end, one of each kind or more.
fn facts() -> Vec<Fact> {
    let by = || "Li".to_owned();
    let source = || Source::Bill { name: "2026-11-23".into(), row: 9 };
    let settled = |verdict| Fact::Settled(Settlement { verdict, reason: "seen".into(), by: by() });
    vec![
        Fact::Noticed(Notice {
            order_no: request(by_code()).order_no(),
            refund_no: None,
            claim: "SUCCESS".into(),
            notice_id: "n1".into(),
        }),
        Fact::CancelRequested { by: by() },
        Fact::LookRequested { by: by() },
        Fact::RefundRequested(RefundRequest {
            id: RefundId::from_u128(1000),
            key: "refund".into(),
            content: [1; 32],
            amount: Money::cny(PRICE),
            reason: String::new(),
            by: by(),
            way: RefundWay::Provider,
        }),
        Fact::Matched(Match { source: source(), paid: proof(PRICE), by: by() }),
        Fact::MatchWithdrawn { by: by(), reason: "not ours".into() },
        settled(Settled::Paid),
        settled(Settled::NotPaid),
        Fact::Raised(Alarm::StillUnclear),
        Fact::RefundFound(FoundRefund {
            id: RefundId::from_u128(2000),
            number: "R1".into(),
            amount: Money::cny(PRICE),
            at: None,
            source: source(),
        }),
        Fact::RefundWithdrawn(WithdrawnRefund {
            number: "R1".into(),
            why: Reason::RefundNotPossible,
            by: by(),
        }),
        Fact::FoundAcknowledged { by: by() },
    ]
}
