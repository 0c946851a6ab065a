//! From what Paydesk does to a scenario's lines.

use super::read::day;
use base::{Text, Timestamp};
use engine::Change;
use payment::{Alarm, Ask, CallNo, Next, Outcome, Policy, Refusal, Waiting, explain, refund_text};

/// The text as it grows.
pub(super) struct Trace {
    text: String,
    stands: Option<String>,
}

impl Trace {
    pub fn titled(title: &str) -> Trace {
        Trace { text: format!("{title}\n\n"), stands: None }
    }

    pub fn event(&mut self, at: Timestamp, text: &str) {
        self.line(at, text);
    }

    pub fn outcome(&mut self, at: Timestamp, text: &str) {
        self.line(at, &format!("→ {text}"));
    }

    pub fn asked(&mut self, at: Timestamp, ask: Ask, call: CallNo) {
        self.outcome(at, &format!("ask {} #{call}", ask_word(ask)));
    }

    pub fn refused(&mut self, at: Timestamp, refusal: &Refusal) {
        self.outcome(at, &format!("refuse: {}", refusal.code()));
    }

    /// How the payment stands, unless it stood so before and nobody is told.
    pub fn stands(&mut self, at: Timestamp, change: &Change) {
        let told = if change.became.is_some() { ", and everybody is told" } else { "" };
        let stands = format!("{}{told}", next_words(&change.next));
        if change.became.is_some() || self.stands.as_ref() != Some(&stands) {
            self.outcome(at, &stands);
            self.stands = Some(stands);
        }
    }

    /// What the till says in the end.
    pub fn explain(&mut self, change: &Change, policy: &Policy, provider: &Text) {
        let said = explain(&change.payment, &change.next, policy, provider);
        let mut parts = vec![said.headline, said.detail];
        parts.extend(said.awaiting);
        parts.push(said.next_step);
        parts.extend(change.payment.refunds.iter().map(refund_text));
        let join = |pick: fn(&Text) -> &str, dot: &str| parts.iter().map(pick).collect::<Vec<_>>().join(dot);
        let (zh, en) = (join(|text| &text.zh, "。"), join(|text| &text.en, ". "));
        self.text.push_str(&format!("\n= {zh}。\n= {en}.\n"));
    }

    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    pub fn text(self) -> String {
        self.text
    }

    fn line(&mut self, at: Timestamp, text: &str) {
        self.text.push_str(&format!("{} {text}\n", clock(at)));
    }
}

fn clock(at: Timestamp) -> String {
    let tenths = at.since(day()).as_millis() / 100;
    let (seconds, tenths) = (tenths / 10, tenths % 10);
    format!("{:02}:{:02}:{:02}.{tenths}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn next_words(next: &Next) -> String {
    match next {
        Next::Ask(ask) => format!("about to ask {}", ask_word(*ask)),
        Next::Wait { until, why } => format!("wait until {}: {}", clock(*until), waiting_word(*why)),
        Next::Rest(Outcome::Paid) => "rest: paid".to_owned(),
        Next::Rest(Outcome::NotPaid(reason)) => format!("rest: not paid, {}", reason.code()),
        Next::Rest(Outcome::Returned) => "rest: returned".to_owned(),
        Next::Escalate { why, until } => {
            let then = until.map_or(String::new(), |until| format!(", next try at {}", clock(until)));
            format!("call a person: {}{then}", alarm_word(*why))
        }
    }
}

fn ask_word(ask: Ask) -> String {
    match ask {
        Ask::Charge => "charge".to_owned(),
        Ask::Present => "present".to_owned(),
        Ask::Inquire => "inquire".to_owned(),
        Ask::Reverse => "reverse".to_owned(),
        Ask::Close => "close".to_owned(),
        Ask::Refund { amount, .. } => format!("refund {amount}"),
        Ask::InquireRefund { .. } => "inquire refund".to_owned(),
    }
}

fn waiting_word(why: Waiting) -> &'static str {
    match why {
        Waiting::Reply => "reply",
        Waiting::SendingAgain => "sending again",
        Waiting::Inquiry => "inquiry",
        Waiting::PayerConfirms => "payer confirms",
        Waiting::PayerScans => "payer scans",
        Waiting::UndoAllowed => "undo allowed",
        Waiting::UndoingAgain => "undoing again",
        Waiting::LostRequest => "lost request",
        Waiting::Refund => "refund",
        Waiting::Verification => "verification",
    }
}

fn alarm_word(why: Alarm) -> &'static str {
    match why {
        Alarm::StillUnclear => "still unclear",
        Alarm::WrongAmount => "wrong amount",
        Alarm::CannotGiveBack => "cannot give back",
        Alarm::RefundStuck => "refund stuck",
        Alarm::NotVerified => "not verified",
        Alarm::ProviderContradicts => "the provider contradicts itself",
        Alarm::PaidTwice => "paid twice",
        Alarm::RefundDiffers => "a refund differs",
    }
}
