//! One payment's story as text. A file opens with a sentence that says what it shows; then come lines of a
//! time and what happens, and under each, marked with an arrow, what Paydesk makes of it:
//!
//! ```text
//! The reply to the charge is lost; the inquiry finds the money.
//!
//! 10:00:00.0 request 12.50 by code
//! 10:00:00.0 → ask charge #1
//! 10:00:10.0 lost: timed out
//! 10:00:10.0 → wait until 10:00:12.0: inquiry
//! ```
//!
//! [`replay`] reads the events, drives the very engine that serves shops over a store in memory, and writes
//! the whole text anew; a test compares. Timers fire by themselves. The hours count on past midnight.

mod read;
mod write;

use crate::server::{Done, Fate, Server};
use base::{ChannelId, MerchantId, PaymentId, RefundId, StoreId, Text, TillId, Timestamp};
use engine::{After, Change, Wake};
use payment::{
    Command, Fact, FoundRefund, Method, Notice, PayerCode, Policy, Reason, RefundRequest, Request, Settled,
    Settlement, WithdrawnRefund,
};
use read::{Event, Line, Way};
use std::collections::{BTreeMap, BTreeSet};
use write::Trace;

/// A scenario as it turns out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The whole text: the sentence, the events, what came of them, and what the till says in the end.
    pub text: String,
    /// The names of the kinds of facts that were recorded on the way.
    pub facts: BTreeSet<&'static str>,
}

/// A scenario that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadScenario {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
    /// The story up to there, as it turned out.
    pub so_far: String,
}

impl std::fmt::Display for BadScenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}\n{}", self.line, self.why, self.so_far)
    }
}

impl std::error::Error for BadScenario {}

/// Replays a scenario with the standard timing. What the text says came of the events is not read.
pub fn replay(text: &str) -> Result<Replay, BadScenario> {
    let (title, lines) = read::lines(text)?;
    let mut stage = Stage::new(title);
    for line in lines {
        stage.pass_time(line.at);
        if let Err(why) = stage.play(&line) {
            return Err(BadScenario { line: line.number, why, so_far: stage.trace.text() });
        }
    }
    Ok(stage.end())
}

const MERCHANT: MerchantId = MerchantId::from_u128(1);
const CHANNEL: ChannelId = ChannelId::from_u128(2);
const OTHER_CHANNEL: ChannelId = ChannelId::from_u128(3);
const PAYMENT: PaymentId = PaymentId::from_u128(0x12);

/// One payment, one server, and the trace of what they do.
struct Stage {
    server: Server,
    running: bool,
    fate: Fate,
    callers: u64,
    refunds: BTreeMap<String, RefundId>,
    last: Option<Change>,
    trace: Trace,
}

impl Stage {
    fn new(title: &str) -> Stage {
        Stage {
            server: Server::new(BTreeMap::from([(CHANNEL, Policy::default())])),
            running: true,
            fate: Fate::Durable,
            callers: 0,
            refunds: BTreeMap::new(),
            last: None,
            trace: Trace::titled(title),
        }
    }

    /// Lets every timer fire that is due by `until`.
    fn pass_time(&mut self, until: Timestamp) {
        while let Some(due) = self.server.engine.next_due().filter(|due| *due <= until && self.running) {
            self.server.handle(Wake::Time, due);
            self.work(due);
        }
    }

    fn play(&mut self, line: &Line) -> Result<(), String> {
        self.trace.event(line.at, line.text);
        let lines_before = self.trace.lines();
        self.happen(&line.event, line.at)?;
        if let Event::NextCommit(_) = line.event {
            return Ok(());
        }
        if self.running {
            self.work(line.at);
        }
        if self.trace.lines() == lines_before {
            self.trace.outcome(line.at, "nothing new");
        }
        Ok(())
    }

    fn happen(&mut self, event: &Event, now: Timestamp) -> Result<(), String> {
        match event {
            Event::Stop => self.running = false,
            Event::Start => {
                self.running = true;
                self.server.restart(now);
            }
            Event::NextCommit(fate) => self.fate = *fate,
            Event::TimePasses => {}
            other => {
                let wake = self.wake(other)?;
                if self.running {
                    self.server.handle(wake, now);
                }
            }
        }
        Ok(())
    }

    fn wake(&mut self, event: &Event) -> Result<Wake, String> {
        self.callers += 1;
        let caller = self.callers;
        let command = |command| Ok(Wake::Command { payment: PAYMENT, merchant: MERCHANT, command, caller });
        match event {
            Event::Request { amount, by, content } => Ok(Wake::Begin {
                request: request(*amount, *by, *content),
                code: matches!(by, Way::Code).then(payer_code),
                caller,
            }),
            Event::Ended { call, end } => {
                let open = || self.last.as_ref().and_then(|change| change.payment.open_call).map(|o| o.call);
                let call = call.or_else(open).ok_or("no call is under way; name one, such as #1")?;
                Ok(Wake::Ended { payment: PAYMENT, call, end: end.clone() })
            }
            Event::Noticed { refund, claim, id, elsewhere } => Ok(Wake::Noticed {
                channel: if *elsewhere { OTHER_CHANNEL } else { CHANNEL },
                notice: Notice {
                    order_no: PAYMENT.into(),
                    refund_no: refund.as_ref().map(|key| self.refund_id(key).into()),
                    claim: claim.clone(),
                    notice_id: id.clone(),
                },
            }),
            Event::Cancel => command(Command::Cancel { by: "Li".into() }),
            Event::Look => command(Command::Look { by: "Li".into() }),
            Event::Refund { amount, key, way } => command(Command::Refund(RefundRequest {
                id: self.refund_id(key),
                key: key.clone(),
                content: [amount.minor() as u8; 32],
                amount: *amount,
                reason: String::new(),
                by: "Li".into(),
                way: *way,
            })),
            Event::Match(found) => command(Command::Match(found.clone())),
            Event::RefundFound { amount, number, source } => command(Command::RecordRefund(FoundRefund {
                id: self.refund_id(number),
                number: number.clone(),
                amount: *amount,
                at: None,
                source: source.clone(),
            })),
            Event::RefundWithdrawn { number } => command(Command::WithdrawRefund(WithdrawnRefund {
                number: number.clone(),
                why: Reason::RefundNotPossible,
                by: "server".into(),
            })),
            Event::Keep => command(Command::Keep(Settlement {
                verdict: Settled::Paid,
                reason: "the customer took the goods".into(),
                by: "Li".into(),
            })),
            Event::Acknowledge => command(Command::Acknowledge { by: "Li".into() }),
            Event::WithdrawMatch => {
                command(Command::WithdrawMatch { by: "Li".into(), reason: "another table's".into() })
            }
            Event::Settle(verdict) => command(Command::Settle(Settlement {
                verdict: *verdict,
                reason: "the customer showed the proof".into(),
                by: "Li".into(),
            })),
            Event::Stop | Event::Start | Event::NextCommit(_) | Event::TimePasses => {
                unreachable!("these wake nobody")
            }
        }
    }

    fn refund_id(&mut self, key: &str) -> RefundId {
        let next = RefundId::from_u128(0x100 + self.refunds.len() as u128);
        *self.refunds.entry(key.to_owned()).or_insert(next)
    }

    fn work(&mut self, now: Timestamp) {
        let fate = std::mem::replace(&mut self.fate, Fate::Durable);
        let done = self.server.work_off(now, fate);
        self.record(&done, now);
        if fate != Fate::Durable {
            self.trace.outcome(now, "the commit failed; what is durable is read again");
            self.work(now);
        }
    }

    fn record(&mut self, done: &Done, now: Timestamp) {
        assert_eq!(done.refused, None, "the engine offers rows that fit");
        for after in &done.after {
            match after {
                After::Call(call) => self.trace.asked(now, call.ask, call.call),
                After::Tell { answer: Err(refusal), .. } => self.trace.refused(now, refusal),
                After::Tell { answer: Ok(_), .. } => {}
            }
        }
        for _ in &done.failed {
            self.trace.outcome(now, "tell the till: the server failed; try again with the same key");
        }
        let calls = done.after.iter().any(|after| matches!(after, After::Call(_)));
        for change in &done.changes {
            if !calls {
                self.trace.stands(now, change);
            }
            self.last = Some(change.clone());
        }
    }

    fn end(mut self) -> Replay {
        if let Some(change) = &self.last {
            let provider = Text::new("示例支付", "Example Pay");
            self.trace.explain(change, &Policy::default(), &provider);
        }
        let facts = self.server.store.facts(PAYMENT).iter().map(|entry| kind(&entry.fact)).collect();
        Replay { text: self.trace.text(), facts }
    }
}

fn payer_code() -> PayerCode {
    PayerCode::parse("134567890123456789").expect("eighteen digits")
}

fn request(amount: base::Money, by: Way, content: u8) -> Request {
    let (method, wallet_name) = match by {
        Way::Code => (Method::PayerCode { hint: payer_code().hint() }, Text::new("钱包", "wallet")),
        Way::Qr => (Method::ShownQr, Text::new("钱包", "wallet")),
        Way::Cash { tendered } => (Method::Cash { tendered }, Text::new("现金", "cash")),
        Way::ShopCode => {
            let (seen, digits) = ("支付成功".to_owned(), "4321".to_owned());
            (Method::ShopCode { seen, digits }, Text::new("钱包", "wallet"))
        }
    };
    Request {
        id: PAYMENT,
        merchant: MERCHANT,
        store: StoreId::from_u128(4),
        till: TillId::from_u128(5),
        cashier: "Li".into(),
        key: "sale 1".into(),
        content: [content; 32],
        amount,
        channel: CHANNEL,
        routed: None,
        wallet: "wallet".into(),
        wallet_name,
        method,
        description: "goods".into(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}

/// The name of a fact's kind.
fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Requested(_) => "Requested",
        Fact::Asked { .. } => "Asked",
        Fact::Answered { .. } => "Answered",
        Fact::Lost { .. } => "Lost",
        Fact::NeverLeft { .. } => "NeverLeft",
        Fact::Noticed(_) => "Noticed",
        Fact::CancelRequested { .. } => "CancelRequested",
        Fact::RefundRequested(_) => "RefundRequested",
        Fact::LookRequested { .. } => "LookRequested",
        Fact::Matched(_) => "Matched",
        Fact::MatchWithdrawn { .. } => "MatchWithdrawn",
        Fact::Settled(_) => "Settled",
        Fact::Raised(_) => "Raised",
        Fact::RefundFound(_) => "RefundFound",
        Fact::RefundWithdrawn(_) => "RefundWithdrawn",
        Fact::FoundAcknowledged { .. } => "FoundAcknowledged",
    }
}
