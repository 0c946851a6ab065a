//! Every state a payment can come to, in the words the till shows: a walk through everything that can happen
//! finds the states, and their words are kept in `explanations.txt` to be read as prose.
//! `UPDATE_EXPECT=1 cargo test -p payment --test explanations` writes them anew.

mod sale;

use base::{Money, RefundId, Text, Timestamp};
use payment::{
    Answer, Ask, Charge, Command, Doubt, Entry, Fact, FoundRefund, Lost, Match, Method, Next, Notice, Paid,
    Payment, Policy, Reason, RefundRequest, RefundWay, Said, Settled, Settlement, Source, Verdict,
    WithdrawnRefund, decide, explain, hear, next, refund_text,
};
use sale::{PRICE, by_code, proof, request};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How many happenings deep the walk goes.
const DEPTH: usize = 6;

#[test]
fn every_state_has_words_for_the_cashier() {
    let mut text = String::new();
    for (words, story) in states() {
        text.push_str(&format!("{words}  first seen after: {story}\n\n"));
    }
    expect_test::expect_file!["explanations.txt"].assert_eq(&text);
}

#[test]
fn no_state_lets_goods_go_and_charges_again() {
    for (words, story) in states() {
        assert!(!words.contains("hand over: yes, charge again: yes"), "{words} after {story}");
    }
}

/// Each distinct explanation with the shortest story that leads to it.
fn states() -> Vec<(String, String)> {
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let mut open: VecDeque<_> = methods().map(|method| (Life::begin(method), Vec::new())).into();
    while let Some((life, story)) = open.pop_front() {
        let order = found.len();
        found.entry(life.words()).or_insert_with(|| (order, story.join(", ")));
        let known = seen.insert(life.shape(), ()).is_some();
        if known || story.len() >= DEPTH {
            continue;
        }
        for (name, happening) in happenings() {
            if let Some(after) = life.after(&happening) {
                open.push_back((after, [story.as_slice(), &[name]].concat()));
            }
        }
    }
    let mut states: Vec<_> = found.into_iter().map(|(words, (order, story))| (order, words, story)).collect();
    states.sort();
    states.into_iter().map(|(_, words, story)| (words, story)).collect()
}

fn methods() -> [Method; 4] {
    [
        by_code(),
        Method::ShownQr,
        Method::Cash { tendered: Money::cny(2000) },
        Method::ShopCode { seen: "支付成功".into(), digits: "4321".into() },
    ]
}

#[derive(Clone)]
enum Happening {
    Answered(Verdict),
    Lost(Lost),
    NeverLeft,
    Noticed,
    Cancel,
    Refund(i64, RefundWay),
    Command(Command),
    TimePasses,
    AnHourPasses,
}

fn happenings() -> Vec<(String, Happening)> {
    let verdicts = [
        ("paid", Verdict::Paid(proof(PRICE))),
        ("paid another amount", Verdict::Paid(proof(1200))),
        ("paid by a second transaction", Verdict::Paid(Paid { transaction: "T2".into(), ..proof(PRICE) })),
        ("awaiting the payer", Verdict::AwaitingPayer),
        ("the QR is ready", Verdict::QrReady { content: "wallet://1".into(), expires_at: None }),
        ("not found", Verdict::NotFound),
        ("closed", Verdict::Closed),
        ("returned", Verdict::Returned),
        ("refund processing", Verdict::RefundProcessing),
        ("refunded", Verdict::Refunded { amount: Money::cny(500), at: None }),
        ("refund refused", Verdict::RefundRefused(Reason::MerchantBalanceTooLow)),
    ];
    let declined = Reason::ALL.iter().map(|reason| (reason.code(), Verdict::Declined(*reason)));
    let doubts = Doubt::ALL.iter().map(|doubt| (doubt.code(), Verdict::Unclear(*doubt)));
    let answers = verdicts.into_iter().chain(declined).chain(doubts);
    let mut all: Vec<_> =
        answers.map(|(name, verdict)| (name.to_owned(), Happening::Answered(verdict))).collect();
    all.extend([
        ("timed out".to_owned(), Happening::Lost(Lost::TimedOut)),
        ("the connection broke".to_owned(), Happening::Lost(Lost::ConnectionBroke)),
        ("Paydesk was restarted".to_owned(), Happening::Lost(Lost::WeStopped)),
        ("never left".to_owned(), Happening::NeverLeft),
        ("a notification came".to_owned(), Happening::Noticed),
        ("the cashier canceled".to_owned(), Happening::Cancel),
        ("5.00 to be refunded".to_owned(), Happening::Refund(500, RefundWay::Provider)),
        ("12.50 to be refunded".to_owned(), Happening::Refund(1250, RefundWay::Provider)),
        ("5.00 given back in cash".to_owned(), Happening::Refund(500, RefundWay::Cash)),
        ("matched".to_owned(), Happening::Command(matched(1250))),
        ("matched to another amount".to_owned(), Happening::Command(matched(125))),
        ("the match was withdrawn".to_owned(), Happening::Command(withdraw())),
        ("a person decided: paid".to_owned(), Happening::Command(settle(Settled::Paid))),
        ("a person decided: not paid".to_owned(), Happening::Command(settle(Settled::NotPaid))),
        ("keeping was decided elsewhere".to_owned(), Happening::Command(keep())),
        ("a person looks".to_owned(), Happening::Command(Command::Look { by: "Li".into() })),
        ("the provider returned 5.00 unasked".to_owned(), Happening::Command(found_refund())),
        ("that return was withdrawn".to_owned(), Happening::Command(withdraw_refund())),
        ("time passed".to_owned(), Happening::TimePasses),
        ("an hour passed".to_owned(), Happening::AnHourPasses),
    ]);
    all
}

#[derive(Clone)]
struct Life {
    now: Timestamp,
    payment: Payment,
}

impl Life {
    fn begin(method: Method) -> Life {
        let now = Timestamp::parse("2026-11-23T10:00:00+08:00").unwrap();
        let payment = Payment::begin(&Entry { at: now, fact: Fact::Requested(request(method).into()) });
        let mut life = Life { now, payment };
        life.ask();
        life
    }

    fn next(&self) -> Next {
        next(&self.payment, &Policy::default(), self.now)
    }

    fn learn(&mut self, fact: Fact) {
        self.payment.apply(&Entry { at: self.now, fact });
    }

    fn ask(&mut self) {
        if let Next::Ask(ask) = self.next() {
            let call = self.payment.history.calls + 1;
            self.learn(Fact::Asked { call, ask, trace: None });
        }
    }

    /// The life after something happened; nothing if it cannot happen now.
    fn after(&self, happening: &Happening) -> Option<Life> {
        let mut life = self.clone();
        life.now = life.now + Duration::from_millis(400);
        let fact = match happening {
            Happening::Answered(verdict) => {
                let open = self.payment.open_call.filter(|open| answers(open.ask, verdict))?;
                let answer = Answer { verdict: verdict.clone(), said: Said::default() };
                Some(Fact::Answered { call: open.call, answer })
            }
            Happening::Lost(why) => Some(Fact::Lost { call: self.payment.open_call?.call, why: *why }),
            Happening::NeverLeft => {
                Some(Fact::NeverLeft { call: self.payment.open_call?.call, why: "refused".into() })
            }
            Happening::Noticed => Some(hear(&self.payment, &notice(&self.payment))?),
            Happening::Cancel => Some(decide(&self.payment, &Command::Cancel { by: "Li".into() }).ok()??),
            Happening::Refund(fen, way) => Some(decide(&self.payment, &refund(*fen, *way)).ok()??),
            Happening::Command(command) => Some(decide(&self.payment, command).ok()??),
            Happening::TimePasses | Happening::AnHourPasses => {
                let Next::Wait { until, .. } = self.next() else { return None };
                self.payment.open_call.is_none().then_some(())?;
                let hour = matches!(happening, Happening::AnHourPasses);
                life.now = if hour { until + Duration::from_secs(3600) } else { until };
                None
            }
        };
        fact.into_iter().for_each(|fact| life.learn(fact));
        life.ask();
        Some(life)
    }

    /// What decides the words and what can follow, times left out.
    fn shape(&self) -> String {
        let payment = &self.payment;
        let charge = match &payment.charge {
            Charge::Unclear { why, .. } => format!("unclear {why:?}"),
            Charge::AwaitingPayer { qr, .. } => format!("awaiting {}", qr.is_some()),
            Charge::Paid { paid, .. } => format!("paid {}", paid.amount),
            Charge::NotPaid { reason, .. } => format!("not paid {reason:?}"),
            Charge::NeverLeft { tries, .. } => format!("never left {tries}"),
            Charge::NotAsked => "not asked".to_owned(),
            Charge::Recorded { .. } => "recorded".to_owned(),
            Charge::Returned { .. } => "returned".to_owned(),
        };
        let open = payment.open_call.map(|open| open.ask);
        let undo = payment.undo.map(|undo| undo.why);
        let refunds: Vec<_> = payment.refunds.iter().map(|refund| (refund.amount, refund.state)).collect();
        let words = self.words();
        let doubts = (
            payment.contradicted.is_some(),
            payment.second.is_some(),
            payment.look_wanted.is_some(),
            payment.keeps_what_comes(),
        );
        format!(
            "{charge} {open:?} {undo:?} {refunds:?} {:?} {doubts:?} {words}",
            payment.history.undo_tries.min(2)
        )
    }

    fn words(&self) -> String {
        let provider = Text::new("示例支付", "Example Pay");
        let said = explain(&self.payment, &self.next(), &Policy::default(), &provider);
        let mut lines = vec![said.headline, said.detail];
        // The moment of the next try is left out: it differs from story to story.
        lines.extend(said.awaiting.filter(|text| !text.en.starts_with("Next try at")));
        lines.push(said.next_step);
        // The newest refund stands for all: what any of them can say, the newest can.
        lines.extend(self.payment.refunds.last().map(refund_text));
        let yes = |may: bool| if may { "yes" } else { "no" };
        let mut words = format!(
            "[{}] button: {}, hand over: {}, charge again: {}\n",
            said.money.text().en,
            said.action.text().en,
            yes(said.may_hand_over),
            yes(said.may_charge_again)
        );
        lines.iter().for_each(|text| words.push_str(&format!("  {} | {}\n", text.zh, text.en)));
        words
    }
}

/// Whether a provider can answer this question so.
fn answers(ask: Ask, verdict: &Verdict) -> bool {
    let about_refund =
        matches!(verdict, Verdict::RefundProcessing | Verdict::Refunded { .. } | Verdict::RefundRefused(_));
    match ask {
        Ask::Refund { .. } => about_refund || matches!(verdict, Verdict::Unclear(_)),
        Ask::InquireRefund { .. } => {
            about_refund || matches!(verdict, Verdict::Unclear(_) | Verdict::NotFound)
        }
        Ask::Present => !about_refund && !matches!(verdict, Verdict::AwaitingPayer),
        Ask::Charge | Ask::Inquire | Ask::Reverse | Ask::Close => {
            !about_refund && !matches!(verdict, Verdict::QrReady { .. })
        }
    }
}

fn notice(payment: &Payment) -> Notice {
    Notice {
        order_no: payment.request.order_no(),
        refund_no: None,
        claim: "SUCCESS".into(),
        notice_id: "n1".into(),
    }
}

fn refund(fen: i64, way: RefundWay) -> Command {
    Command::Refund(RefundRequest {
        id: RefundId::from_u128(fen as u128),
        key: format!("refund {fen}"),
        content: [0; 32],
        amount: Money::cny(fen),
        reason: String::new(),
        by: "Li".into(),
        way,
    })
}

fn matched(fen: i64) -> Command {
    let source = Source::Bill { name: "2026-11-23".into(), row: 7 };
    Command::Match(Match { source, paid: proof(fen), by: String::new() })
}

fn found_refund() -> Command {
    Command::RecordRefund(FoundRefund {
        id: RefundId::from_u128(77),
        number: "R77".into(),
        amount: Money::cny(500),
        at: None,
        source: Source::Bill { name: "2026-11-23".into(), row: 9 },
    })
}

fn withdraw_refund() -> Command {
    let why = Reason::RefundNotPossible;
    Command::WithdrawRefund(WithdrawnRefund { number: "R77".into(), why, by: "server".into() })
}

fn keep() -> Command {
    let reason = "goods were handed over".into();
    Command::Keep(Settlement { verdict: Settled::Paid, reason, by: "Zhang".into() })
}

fn withdraw() -> Command {
    Command::WithdrawMatch { by: "Li".into(), reason: "another table's".into() }
}

fn settle(verdict: Settled) -> Command {
    Command::Settle(Settlement { verdict, reason: "proof shown".into(), by: "Li".into() })
}
