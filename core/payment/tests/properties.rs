//! What must hold of any payment, whatever happens to it in whatever order.

mod sale;

use base::{Currency, Money, RefundId, Text, Timestamp};
use payment::{
    Answer, Ask, Charge, Command, Doubt, Entry, Fact, FoundRefund, Lost, Match, Method, Next, Notice,
    Outcome, Paid, Payment, Policy, Reason, Refund, RefundRequest, RefundState, RefundWay, Said, Settled,
    Settlement, Source, Verdict, WithdrawnRefund, decide, explain, hear, next,
};
use proptest::prelude::*;
use sale::{PRICE, by_code, proof, request};
use std::time::Duration;

/// Something that can happen while a payment waits.
#[derive(Clone, Debug)]
enum Happening {
    Answered(Verdict),
    Lost(Lost),
    NeverLeft,
    Noticed { about_refund: bool, id: u8 },
    Cancel,
    Look,
    Refund { fen: i64, key: u8, way: RefundWay },
    Matched { fen: i64, transaction: u8 },
    MatchWithdrawn,
    Settled(Settled),
    Acknowledge,
    RefundFound { fen: i64, number: u8 },
    RefundWithdrawn { number: u8 },
    Kept,
    TimePasses(u64),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing that happens breaks a promise, and deciding twice is deciding the same.
    #[test]
    fn promises_hold_whatever_happens(method in any_method(), story in prop::collection::vec(happening(), 0..40)) {
        let mut life = Life::begin(&method);
        for happening in &story {
            life.happen(happening);
            life.check();
        }
    }

    /// A provider that answers in the end brings every payment to rest, a shown QR after its lifetime.
    #[test]
    fn a_provider_that_answers_brings_rest(
        method in provided(),
        paid: bool,
        story in prop::collection::vec(trouble(), 0..25),
    ) {
        let mut life = Life::begin(&method);
        story.iter().for_each(|happening| life.happen(happening));
        let questions_before = life.payment.history.calls;
        let rests = life.settle_with_honest_provider(paid);
        prop_assert!(rests, "still {:?} after {:?}", life.next(), life.entries);
        prop_assert!(life.payment.history.calls - questions_before <= 120, "{:?}", life.entries);
    }

    /// A provider that says nothing for an hour is asked again and again, but ever more rarely.
    #[test]
    fn a_silent_provider_is_not_hammered(
        method in provided(),
        story in prop::collection::vec(prop_oneof![trouble(), not_found(), happening()], 0..25),
    ) {
        let mut life = Life::begin(&method);
        story.iter().for_each(|happening| life.happen(happening));
        let questions = life.silent_hour();
        prop_assert!(questions <= 300, "{questions} questions in an hour of silence: {:?}", life.payment);
    }

    /// Facts that come again, or ends of calls that are not open, are taken in without a stir.
    #[test]
    fn folding_is_total(method in any_method(), story in prop::collection::vec(happening(), 0..20), call in 0u32..9) {
        let mut life = Life::begin(&method);
        story.iter().for_each(|happening| life.happen(happening));
        let before = life.payment.clone();
        if before.open_call.is_none_or(|open| open.call != call) {
            let said = Said::default();
            let verdict = Verdict::Declined(Reason::CodeExpired);
            life.learn(Fact::Answered { call, answer: Answer { verdict, said } });
            prop_assert_eq!(&life.payment.charge, &before.charge);
            prop_assert_eq!(&life.payment.refunds, &before.refunds);
        }
        prop_assert_eq!(payment::fold(&life.entries), life.payment);
    }
}

/// One payment as the engine would drive it, without an engine.
struct Life {
    now: Timestamp,
    policy: Policy,
    entries: Vec<Entry>,
    payment: Payment,
}

impl Life {
    fn begin(method: &Method) -> Life {
        let now = Timestamp::parse("2026-11-23T10:00:00+08:00").unwrap();
        let first = Entry { at: now, fact: Fact::Requested(request(method.clone()).into()) };
        let payment = Payment::begin(&first);
        let mut life = Life { now, policy: Policy::default(), entries: vec![first], payment };
        life.ask();
        life
    }

    fn next(&self) -> Next {
        next(&self.payment, &self.policy, self.now)
    }

    fn learn(&mut self, fact: Fact) {
        let entry = Entry { at: self.now, fact };
        self.payment.apply(&entry);
        self.entries.push(entry);
    }

    /// Asks whatever is next to be asked.
    fn ask(&mut self) {
        if let Next::Ask(ask) = self.next() {
            assert!(self.payment.open_call.is_none(), "one call at a time");
            if ask == Ask::Charge {
                assert!(
                    matches!(self.payment.charge, Charge::NotAsked | Charge::NeverLeft { .. }),
                    "a charge is asked only if none can be out: {:?}",
                    self.payment.charge
                );
            }
            let call = self.payment.history.calls + 1;
            self.learn(Fact::Asked { call, ask, trace: None });
        }
        assert!(!matches!(self.next(), Next::Ask(_)), "an open call is waited for");
    }

    fn happen(&mut self, happening: &Happening) {
        self.now = self.now + Duration::from_millis(137);
        let open = self.payment.open_call.map(|open| open.call);
        match (happening, open) {
            (Happening::Answered(verdict), Some(call)) => {
                let answer = Answer { verdict: verdict.clone(), said: Said::default() };
                self.learn(Fact::Answered { call, answer });
            }
            (Happening::Lost(why), Some(call)) => self.lost(call, *why),
            (Happening::NeverLeft, Some(call)) => self.learn(Fact::NeverLeft { call, why: "refused".into() }),
            (Happening::TimePasses(seconds), _) => self.now = self.now + Duration::from_secs(*seconds),
            (Happening::Noticed { about_refund, id }, _) => self.noticed(*about_refund, *id),
            (Happening::Cancel, _) => self.command(&Command::Cancel { by: "Li".into() }),
            (Happening::Look, _) => self.command(&Command::Look { by: "Li".into() }),
            (Happening::Refund { fen, key, way }, _) => {
                self.command(&Command::Refund(RefundRequest { way: *way, ..refund(*fen, *key) }))
            }
            (Happening::Matched { fen, transaction }, _) => {
                self.command(&Command::Match(matched(*fen, *transaction)))
            }
            (Happening::Acknowledge, _) => self.command(&Command::Acknowledge { by: "Li".into() }),
            (Happening::RefundFound { fen, number }, _) => {
                self.command(&Command::RecordRefund(FoundRefund {
                    id: RefundId::from_u128(2000 + u128::from(*number)),
                    number: format!("R{number}"),
                    amount: Money::cny(*fen),
                    at: None,
                    source: Source::Bill { name: "2026-11-23".into(), row: 9 },
                }))
            }
            (Happening::RefundWithdrawn { number }, _) => {
                self.command(&Command::WithdrawRefund(WithdrawnRefund {
                    number: format!("R{number}"),
                    why: Reason::RefundNotPossible,
                    by: "server".into(),
                }))
            }
            (Happening::Kept, _) => {
                let before = self.payment.charge.clone();
                self.command(&Command::Keep(Settlement {
                    verdict: Settled::Paid,
                    reason: "seen".into(),
                    by: "Li".into(),
                }));
                assert_eq!(
                    self.payment.charge, before,
                    "a decision about money that was not seen is no money"
                );
            }
            (Happening::MatchWithdrawn, _) => {
                self.command(&Command::WithdrawMatch { by: "Li".into(), reason: "not ours".into() })
            }
            (Happening::Settled(verdict), _) => self.command(&Command::Settle(Settlement {
                verdict: *verdict,
                reason: "seen".into(),
                by: "Li".into(),
            })),
            (Happening::Answered(_) | Happening::Lost(_) | Happening::NeverLeft, None) => {}
        }
        self.ask();
    }

    fn lost(&mut self, call: u32, why: Lost) {
        let before = self.payment.charge.clone();
        self.learn(Fact::Lost { call, why });
        let settled = |charge: &Charge| {
            matches!(charge, Charge::Paid { .. } | Charge::NotPaid { .. } | Charge::Returned { .. })
        };
        assert!(settled(&before) || !settled(&self.payment.charge), "a lost reply settles nothing");
    }

    fn noticed(&mut self, about_refund: bool, id: u8) {
        let refund = self.payment.refunds.first().map(|refund| refund.id.into());
        let notice = Notice {
            order_no: self.payment.request.order_no(),
            refund_no: refund.filter(|_| about_refund),
            claim: "SUCCESS".into(),
            notice_id: format!("n{id}"),
        };
        let before = self.payment.charge.clone();
        if let Some(fact) = hear(&self.payment, &notice) {
            self.learn(fact);
        }
        assert_eq!(self.payment.charge, before, "a notification decides nothing");
        assert_eq!(hear(&self.payment, &notice), None, "the same notification is heard once");
    }

    fn command(&mut self, command: &Command) {
        self.put(command);
        assert!(
            !matches!(decide(&self.payment, command), Ok(Some(Fact::RefundRequested(_)))),
            "once is once"
        );
    }

    /// Whatever a refund's state, what may have gone back never exceeds what was paid when it is asked for.
    fn put(&mut self, command: &Command) {
        if let (Command::Refund(wanted), Ok(Some(_))) = (command, decide(&self.payment, command)) {
            let refused = |refund: &&Refund| matches!(refund.state, RefundState::Refused(_));
            let open = self.payment.refunds.iter().filter(|refund| !refused(refund));
            let claimed: i64 = open.map(|refund| refund.amount.minor()).sum();
            let paid = self.payment.paid().map_or(0, |paid| paid.amount.minor());
            assert!(claimed + wanted.amount.minor() <= paid, "{claimed} + {} of {paid}", wanted.amount);
        }
        if let Ok(Some(fact)) = decide(&self.payment, command) {
            self.learn(fact);
        }
    }

    /// The promises, now.
    fn check(&self) {
        let now = self.next();
        assert_eq!(now, self.next(), "deciding twice is deciding the same");
        let paid = self.payment.paid().map_or(0, |paid| paid.amount.minor());
        let returned = self.payment.refunded().minor();
        let decided = self.payment.settled.is_some();
        let told = decided || !matches!(now, Next::Rest(_));
        assert!(returned <= paid.max(0) || told, "refunded {returned} of {paid}, and nobody is called");
        if let Next::Rest(Outcome::Paid) = now {
            assert!(matches!(self.payment.charge, Charge::Paid { .. }), "paid rests on a proof");
            assert!(self.payment.undo.is_none(), "what is to be undone is not called paid");
        }
        if let Next::Wait { until, .. } = now {
            assert!(until > self.now || self.payment.open_call.is_some(), "a wait ends in the future");
        }
        if self.payment.request.method.is_by_hand() {
            assert_eq!(self.payment.history.calls, 0, "no provider is asked about what persons vouch for");
            let verified = self.payment.matched.is_some() || self.payment.settled.is_some();
            let cash = matches!(self.payment.request.method, Method::Cash { .. });
            assert!(
                cash || verified || self.payment.paid().is_none(),
                "a record is money only once verified"
            );
        }
        let words = explain(&self.payment, &now, &self.policy, &Text::new("示例支付", "Example Pay"));
        assert!(!words.may_hand_over || !words.may_charge_again, "{words:?}");
        assert!(!words.may_hand_over || matches!(self.payment.charge, Charge::Paid { .. }), "{words:?}");
        assert!(!words.headline.zh.is_empty() && !words.next_step.en.is_empty());
    }

    /// An hour in which every call breaks off; returns how many there were.
    fn silent_hour(&mut self) -> u32 {
        let (until, before) = (self.now + Duration::from_secs(3600), self.payment.history.calls);
        while self.now < until {
            self.ask();
            match (self.payment.open_call, self.next()) {
                (Some(open), _) => {
                    self.now = self.now + Duration::from_millis(300);
                    self.lost(open.call, Lost::ConnectionBroke);
                }
                (None, Next::Wait { until, .. } | Next::Escalate { until: Some(until), .. }) => {
                    self.now = until
                }
                (None, _) => break,
            }
        }
        self.payment.history.calls - before
    }

    /// Answers every question as a provider that knows: `paid` or not, and undoing works.
    fn settle_with_honest_provider(&mut self, paid: bool) -> bool {
        let mut honest = Honest { paid, closed: false };
        for _ in 0..400 {
            self.ask();
            match self.next() {
                Next::Wait { .. } | Next::Ask(_) if self.payment.open_call.is_some() => {
                    let open = self.payment.open_call.expect("it was just seen");
                    self.now = self.now + Duration::from_millis(300);
                    let answer = Answer { verdict: honest.verdict(open.ask), said: Said::default() };
                    self.learn(Fact::Answered { call: open.call, answer });
                }
                Next::Wait { until, .. } | Next::Escalate { until: Some(until), .. } => self.now = until,
                Next::Rest(_) | Next::Escalate { until: None, .. } => return true,
                Next::Ask(_) => unreachable!("whatever is to be asked was asked"),
            }
        }
        false
    }
}

/// What an order is at a provider that answers.
struct Honest {
    paid: bool,
    closed: bool,
}

impl Honest {
    fn verdict(&mut self, ask: Ask) -> Verdict {
        match ask {
            Ask::Reverse | Ask::Close if self.paid && ask == Ask::Close => Verdict::Unclear(Doubt::SaysPaid),
            Ask::Reverse | Ask::Close => {
                self.closed = true;
                if std::mem::take(&mut self.paid) { Verdict::Returned } else { Verdict::Closed }
            }
            Ask::Refund { amount, .. } => Verdict::Refunded { amount, at: None },
            Ask::InquireRefund { .. } => Verdict::NotFound,
            Ask::Charge | Ask::Present | Ask::Inquire if self.paid => Verdict::Paid(proof(PRICE)),
            Ask::Charge | Ask::Present | Ask::Inquire if self.closed => Verdict::Closed,
            Ask::Present => Verdict::QrReady { content: "wallet://1".into(), expires_at: None },
            Ask::Charge | Ask::Inquire => Verdict::AwaitingPayer,
        }
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => verdict().prop_map(Happening::Answered),
        4 => trouble(),
        1 => (any::<bool>(), 0u8..3).prop_map(|(about_refund, id)| Happening::Noticed { about_refund, id }),
        1 => (-1i64..2 * PRICE, 0u8..4, way()).prop_map(|(fen, key, way)| Happening::Refund { fen, key, way }),
        1 => prop_oneof![Just(PRICE), 1..2 * PRICE]
            .prop_flat_map(|fen| (0u8..3).prop_map(move |transaction| Happening::Matched { fen, transaction })),
        1 => Just(Happening::Acknowledge),
        1 => (1i64..PRICE, 0u8..2).prop_map(|(fen, number)| Happening::RefundFound { fen, number }),
        1 => (0u8..2).prop_map(|number| Happening::RefundWithdrawn { number }),
        1 => Just(Happening::Kept),
        1 => Just(Happening::MatchWithdrawn),
        1 => prop_oneof![Just(Settled::Paid), Just(Settled::NotPaid)].prop_map(Happening::Settled),
    ]
}

/// What happens without any proof about the money.
fn trouble() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => lost().prop_map(Happening::Lost),
        2 => Just(Happening::NeverLeft),
        3 => prop::sample::select(Doubt::ALL.to_vec())
            .prop_map(|doubt| Happening::Answered(Verdict::Unclear(doubt))),
        2 => Just(Happening::Answered(Verdict::AwaitingPayer)),
        1 => Just(Happening::Cancel),
        1 => Just(Happening::Look),
        6 => (0u64..90).prop_map(Happening::TimePasses),
    ]
}

fn way() -> impl Strategy<Value = RefundWay> {
    prop_oneof![3 => Just(RefundWay::Provider), 2 => Just(RefundWay::Cash)]
}

/// The methods for which a provider is asked.
fn provided() -> impl Strategy<Value = Method> {
    prop_oneof![Just(by_code()), Just(Method::ShownQr)]
}

fn any_method() -> impl Strategy<Value = Method> {
    prop_oneof![
        4 => provided(),
        1 => Just(Method::Cash { tendered: Money::cny(2 * PRICE) }),
        1 => Just(Method::ShopCode { seen: "paid".into(), digits: String::new() }),
    ]
}

fn matched(fen: i64, transaction: u8) -> Match {
    let paid = Paid { transaction: format!("T{transaction}"), ..proof(fen) };
    Match { source: Source::Notice { notice_id: "n1".into() }, paid, by: String::new() }
}

fn not_found() -> impl Strategy<Value = Happening> {
    Just(Happening::Answered(Verdict::NotFound))
}

fn lost() -> impl Strategy<Value = Lost> {
    prop::sample::select(vec![Lost::TimedOut, Lost::ConnectionBroke, Lost::WeStopped])
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        3 => (1i64..2 * PRICE).prop_map(|fen| Verdict::Paid(proof(fen))),
        3 => Just(Verdict::Paid(proof(PRICE))),
        1 => Just(Verdict::Paid(Paid { transaction: "T2".into(), ..proof(PRICE) })),
        1 => Just(Verdict::Paid(Paid { amount: Money::new(PRICE, Currency::Usd), ..proof(PRICE) })),
        2 => prop::sample::select(Reason::ALL.to_vec()).prop_map(Verdict::Declined),
        2 => Just(Verdict::NotFound),
        1 => Just(Verdict::Closed),
        1 => Just(Verdict::Returned),
        1 => Just(Verdict::AskAgain),
        1 => Just(Verdict::RefundProcessing),
        2 => (1i64..PRICE).prop_map(|fen| Verdict::Refunded { amount: Money::cny(fen), at: None }),
        1 => prop::sample::select(Reason::ALL.to_vec()).prop_map(Verdict::RefundRefused),
    ]
}

fn refund(fen: i64, key: u8) -> RefundRequest {
    RefundRequest {
        id: RefundId::from_u128(1000 + u128::from(key)),
        key: format!("refund {key}"),
        content: [key; 32],
        amount: Money::cny(fen),
        reason: String::new(),
        by: "Li".into(),
        way: RefundWay::Provider,
    }
}
