//! A payment's facts as a scenario that can be replayed: what happened to it, without what Paydesk made of it.

use base::{Timestamp, Zone};
use payment::{Entry, Fact, Lost, Method, Verdict};
use std::fmt::Write;

/// The scenario of these facts under a title of one sentence.
pub(super) fn scenario(title: &str, facts: &[Entry]) -> String {
    let mut text = format!("{title}\n\n");
    let Some(first) = facts.first() else { return text };
    let began = Timestamp::from_micros(first.at.as_micros() / 100_000 * 100_000);
    let midnight = Timestamp::parse_local(
        &format!("{} 00:00:00", began.local("%Y-%m-%d", Zone::CHINA)),
        "%Y-%m-%d %H:%M:%S",
        Zone::CHINA,
    )
    .expect("a date has a midnight");
    for entry in facts {
        let tenths = entry.at.since(midnight).as_micros().div_ceil(100_000) as u64;
        for line in lines(&entry.fact) {
            let seconds = tenths / 10;
            let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let _ = writeln!(text, "{h:02}:{m:02}:{s:02}.{} {line}", tenths % 10);
        }
    }
    text
}

fn lines(fact: &Fact) -> Vec<String> {
    let line = match fact {
        Fact::Requested(request) => {
            let by = if matches!(request.method, Method::PayerCode { .. }) { "code" } else { "qr" };
            format!("request {} by {by}", yuan(request.amount.minor()))
        }
        // What Paydesk decides itself happens by itself; bills and hand counts do not occur in the world.
        Fact::Asked { .. }
        | Fact::Matched(_)
        | Fact::MatchWithdrawn { .. }
        | Fact::Settled(_)
        | Fact::Raised(_)
        | Fact::RefundFound(_)
        | Fact::RefundWithdrawn(_)
        | Fact::FoundAcknowledged { .. } => return Vec::new(),
        Fact::Answered { call, answer } => format!("answered #{call}: {}", verdict(&answer.verdict)),
        Fact::Lost { why: Lost::WeStopped, .. } => {
            return vec!["the server stops".to_owned(), "the server starts".to_owned()];
        }
        Fact::Lost { call, why: Lost::TimedOut } => format!("lost #{call}: timed out"),
        Fact::Lost { call, why: Lost::ConnectionBroke } => format!("lost #{call}: connection broke"),
        Fact::NeverLeft { call, why } => format!("never left #{call}: {why}"),
        Fact::Noticed(notice) => {
            let about = if notice.refund_no.is_some() { " about refund 1" } else { "" };
            format!("noticed SUCCESS n{}{about}", notice.notice_id)
        }
        Fact::CancelRequested { .. } => "cancel".to_owned(),
        Fact::RefundRequested(request) => {
            format!("refund {} as {}", yuan(request.amount.minor()), request.key)
        }
        Fact::LookRequested { .. } => "look".to_owned(),
    };
    vec![line]
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Paid(paid) => format!("paid {}", yuan(paid.amount.minor())),
        Verdict::AwaitingPayer => "awaiting payer".to_owned(),
        Verdict::QrReady { .. } => "qr ready".to_owned(),
        Verdict::Declined(reason) => format!("declined {}", reason.code()),
        Verdict::NotFound => "not found".to_owned(),
        Verdict::Closed => "closed".to_owned(),
        Verdict::Returned => "returned".to_owned(),
        Verdict::AskAgain => "ask again".to_owned(),
        Verdict::RefundProcessing => "refund processing".to_owned(),
        Verdict::Refunded { amount, .. } => format!("refunded {}", yuan(amount.minor())),
        Verdict::RefundRefused(reason) => format!("refund refused {}", reason.code()),
        Verdict::Unclear(doubt) => format!("unclear {}", doubt.code()),
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
