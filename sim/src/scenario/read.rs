//! From a scenario's text to its events.

use super::BadScenario;
use crate::server::Fate;
use base::{Currency, Money, Timestamp};
use engine::End;
use payment::{Answer, CallNo, Doubt, Lost, Match, Paid, Reason, RefundWay, Said, Settled, Source, Verdict};

/// A line that says when and what.
pub(super) struct Line<'text> {
    pub number: usize,
    pub at: Timestamp,
    pub text: &'text str,
    pub event: Event,
}

/// What can happen.
pub(super) enum Event {
    Request { amount: Money, by: Way, content: u8 },
    Ended { call: Option<CallNo>, end: End },
    Noticed { refund: Option<String>, claim: String, id: String, elsewhere: bool },
    Cancel,
    Look,
    Refund { amount: Money, key: String, way: RefundWay },
    Match(Match),
    RefundFound { amount: Money, number: String, source: Source },
    RefundWithdrawn { number: String },
    Keep,
    Acknowledge,
    WithdrawMatch,
    Settle(Settled),
    Stop,
    Start,
    NextCommit(Fate),
    TimePasses,
}

/// How a scenario's customer pays.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Code,
    Qr,
    Cash { tendered: Money },
    ShopCode,
}

/// The opening sentence and the events. Lines that tell what came of them are skipped.
pub(super) fn lines(text: &str) -> Result<(&str, Vec<Line<'_>>), BadScenario> {
    let (title, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let skipped = title.lines().count() + 1;
    let events = rest.lines().enumerate().filter(|(_, line)| !is_outcome(line));
    let lines = events.map(|(index, line)| read_line(skipped + index + 1, line)).collect::<Result<_, _>>()?;
    Ok((title, lines))
}

fn is_outcome(line: &str) -> bool {
    line.is_empty() || line.starts_with("= ") || line.split(' ').nth(1) == Some("→")
}

fn read_line(number: usize, line: &str) -> Result<Line<'_>, BadScenario> {
    let bad = |why: &str| BadScenario { line: number, why: why.to_owned(), so_far: String::new() };
    let (clock, text) =
        line.split_once(' ').ok_or_else(|| bad("a line is a time such as 10:00:00.0, and what happens"))?;
    let at = read_clock(clock).ok_or_else(|| bad("the time is not of the form 10:00:00.0"))?;
    let event = read_event(text).ok_or_else(|| bad("nothing of that kind can happen"))?;
    Ok(Line { number, at, text, event })
}

/// The day all scenarios begin on, in China.
pub(super) fn day() -> Timestamp {
    Timestamp::parse("2026-11-23T00:00:00+08:00").expect("a moment")
}

fn read_clock(clock: &str) -> Option<Timestamp> {
    let (hms, tenths) = clock.split_once('.')?;
    let mut parts = hms.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let tenths: u64 = if tenths.len() == 1 { tenths.parse().ok()? } else { return None };
    let millis = ((hours * 60 + minutes) * 60 + seconds) * 1000 + tenths * 100;
    parts.next().is_none().then(|| day() + std::time::Duration::from_millis(millis))
}

fn read_event(text: &str) -> Option<Event> {
    match text {
        "cancel" => return Some(Event::Cancel),
        "look" => return Some(Event::Look),
        "the server stops" => return Some(Event::Stop),
        "the server starts" => return Some(Event::Start),
        "the next commit fails" => return Some(Event::NextCommit(Fate::Failed)),
        "the next commit succeeds but is reported failed" => {
            return Some(Event::NextCommit(Fate::DurableButReportedFailed));
        }
        "seen" => return Some(Event::Acknowledge),
        "time passes" => return Some(Event::TimePasses),
        "keeping is decided elsewhere" => return Some(Event::Keep),
        "the match is withdrawn" => return Some(Event::WithdrawMatch),
        "a person decides: paid" => return Some(Event::Settle(Settled::Paid)),
        "a person decides: not paid" => return Some(Event::Settle(Settled::NotPaid)),
        _ => {}
    }
    let (verb, rest) = text.split_once(' ')?;
    match verb {
        "request" => read_request(rest),
        "refund" => read_refund(rest),
        "noticed" => read_notice(rest),
        "matched" => read_match(rest),
        "returned" => read_found_refund(rest),
        "denied" => Some(Event::RefundWithdrawn { number: rest.to_owned() }),
        _ => read_end(text),
    }
}

fn read_request(rest: &str) -> Option<Event> {
    let (amount, how) = rest.split_once(" by ")?;
    let (method, content) = match how.strip_suffix(" with other content") {
        Some(method) => (method, 2),
        None => (how.strip_suffix(" again").unwrap_or(how), 1),
    };
    let by = match method.split_once(' ') {
        None if method == "code" => Way::Code,
        None if method == "qr" => Way::Qr,
        Some(("cash", tendered)) => Way::Cash { tendered: read_money(tendered)? },
        Some(("shop", "code")) => Way::ShopCode,
        _ => return None,
    };
    Some(Event::Request { amount: read_money(amount)?, by, content })
}

fn read_refund(rest: &str) -> Option<Event> {
    let (amount, key) = rest.split_once(" as ").unwrap_or((rest, "refund 1"));
    let (amount, way) = match amount.strip_suffix(" in cash") {
        Some(amount) => (amount, RefundWay::Cash),
        None => (amount, RefundWay::Provider),
    };
    Some(Event::Refund { amount: read_money(amount)?, key: key.to_owned(), way })
}

/// `12.50 T7 in bill 2026-11-23 row 7`, `12.50 T7 by notice n5`.
fn read_match(rest: &str) -> Option<Event> {
    let mut words = rest.split(' ');
    let (amount, transaction) = (read_money(words.next()?)?, words.next()?);
    let source = read_source(&words.collect::<Vec<_>>())?;
    Some(Event::Match(Match { source, paid: proof(amount, transaction), by: String::new() }))
}

/// `SUCCESS n1`, `SUCCESS n1 over another channel`, `SUCCESS n1 about refund 1`.
fn read_notice(rest: &str) -> Option<Event> {
    let (claim, rest) = rest.split_once(' ')?;
    let (id, about) = rest.split_once(' ').unwrap_or((rest, ""));
    let refund = about.strip_prefix("about ").map(str::to_owned);
    let elsewhere = about == "over another channel";
    let known = about.is_empty() || refund.is_some() || elsewhere;
    known.then(|| Event::Noticed { refund, claim: claim.to_owned(), id: id.to_owned(), elsewhere })
}

/// `5.00 R7 in bill 2026-11-23 row 9`: the provider returned money unasked.
fn read_found_refund(rest: &str) -> Option<Event> {
    let mut words = rest.split(' ');
    let (amount, number) = (read_money(words.next()?)?, words.next()?.to_owned());
    Some(Event::RefundFound { amount, number, source: read_source(&words.collect::<Vec<_>>())? })
}

fn read_source(words: &[&str]) -> Option<Source> {
    match *words {
        ["in", "bill", name, "row", row] => {
            Some(Source::Bill { name: name.to_owned(), row: row.parse().ok()? })
        }
        ["by", "notice", id] => Some(Source::Notice { notice_id: id.to_owned() }),
        _ => None,
    }
}

/// `answered: paid 12.50`, `lost: timed out`, `never left: connection refused`, each also with a call's
/// number: `answered #1: paid 12.50`.
fn read_end(text: &str) -> Option<Event> {
    let (head, what) = text.split_once(": ")?;
    let (how, call) = match head.split_once(" #") {
        Some((how, number)) => (how, Some(number.parse().ok()?)),
        None => (head, None),
    };
    let end = match how {
        "answered" => End::Answered(read_answer(what)?),
        "lost" => End::Lost(match what {
            "timed out" => Lost::TimedOut,
            "connection broke" => Lost::ConnectionBroke,
            _ => return None,
        }),
        "never left" => End::NeverLeft(what.to_owned()),
        _ => return None,
    };
    Some(Event::Ended { call, end })
}

fn read_answer(text: &str) -> Option<Answer> {
    Some(Answer { verdict: read_verdict(text)?, said: Said::new("", "") })
}

fn read_verdict(text: &str) -> Option<Verdict> {
    let fixed = match text {
        "awaiting payer" => Verdict::AwaitingPayer,
        "qr ready" => Verdict::QrReady { content: "wallet://pay/1".into(), expires_at: None },
        "not found" => Verdict::NotFound,
        "closed" => Verdict::Closed,
        "returned" => Verdict::Returned,
        "ask again" => Verdict::AskAgain,
        "refund processing" => Verdict::RefundProcessing,
        _ => return read_detailed_verdict(text),
    };
    Some(fixed)
}

fn read_detailed_verdict(text: &str) -> Option<Verdict> {
    let (verb, detail) = text.rsplit_once(' ')?;
    match verb {
        "paid" => Some(Verdict::Paid(proof(read_any_money(detail)?, "T1"))),
        "paid as T2" => Some(Verdict::Paid(proof(read_money(detail)?, "T2"))),
        "declined" => Some(Verdict::Declined(Reason::from_code(detail)?)),
        "refunded" => Some(Verdict::Refunded { amount: read_money(detail)?, at: None }),
        "refund refused" => Some(Verdict::RefundRefused(Reason::from_code(detail)?)),
        "unclear" => Some(Verdict::Unclear(Doubt::from_code(detail)?)),
        _ => None,
    }
}

fn proof(amount: Money, transaction: &str) -> Paid {
    let transaction = transaction.to_owned();
    Paid { amount, transaction, at: None, payer: String::new(), funds: String::new() }
}

/// `12.50`, or with another currency than the shop's, `USD12.50`.
fn read_any_money(text: &str) -> Option<Money> {
    match text.strip_prefix("USD") {
        Some(amount) => Money::parse(amount, Currency::Usd).ok(),
        None => read_money(text),
    }
}

fn read_money(text: &str) -> Option<Money> {
    Money::parse(text, Currency::Cny).ok()
}
