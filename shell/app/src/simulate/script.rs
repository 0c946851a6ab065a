//! A script of misbehavior for a simulator on a port: which orders are treated how, when the provider is down.
//!
//! ```text
//! # one rule a line; orders are counted as they first arrive, from 1
//! treat 1 lost_after
//! treat 3-5 password_then_paid
//! treat * normal
//! down 20s for 10s
//! ```

use base::OrderNo;
use provider_contract::{HttpRequest, Treatment};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A script being followed.
#[derive(Debug, Default)]
pub struct Script {
    rules: Vec<Rule>,
    outages: Vec<Outage>,
    seen: BTreeMap<OrderNo, u64>,
    was_down: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Rule {
    first: u64,
    last: u64,
    treatment: Treatment,
}

#[derive(Debug, PartialEq, Eq)]
struct Outage {
    from: Duration,
    until: Duration,
}

/// A line that is no rule.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it and what to write.
    pub why: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for BadLine {}

impl Script {
    /// Reads a script.
    pub fn parse(text: &str) -> Result<Script, BadLine> {
        let mut script = Script::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            script.add(&words).map_err(|why| BadLine { line: index + 1, why })?;
        }
        Ok(script)
    }

    fn add(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            [] => Ok(()),
            ["treat", which, treatment] => {
                let (first, last) = orders(which)?;
                let treatment = Treatment::named(treatment).ok_or_else(|| {
                    format!("'{treatment}' is no treatment; they are: {}", treatment_names())
                })?;
                self.rules.push(Rule { first, last, treatment });
                Ok(())
            }
            ["down", from, "for", span] => {
                let (from, span) = (seconds(from)?, seconds(span)?);
                self.outages.push(Outage { from, until: from + span });
                Ok(())
            }
            _ => Err("write 'treat ORDERS TREATMENT' or 'down 20s for 10s'".to_owned()),
        }
    }

    /// How the order this request first mentions shall be treated; nothing for orders already seen or unruled.
    pub fn wanted(&mut self, request: &HttpRequest) -> Option<(OrderNo, Treatment)> {
        if self.rules.is_empty() {
            return None;
        }
        let order_no = order_mentioned(request)?;
        let count = self.seen.len() as u64 + 1;
        if *self.seen.entry(order_no).or_insert(count) != count {
            return None;
        }
        let rule = self.rules.iter().find(|rule| (rule.first..=rule.last).contains(&count))?;
        Some((order_no, rule.treatment))
    }

    /// Whether the provider goes down or comes back at this time after the start; nothing if it stays as it is.
    pub fn down(&mut self, elapsed: Duration) -> Option<bool> {
        let down = self.outages.iter().any(|outage| outage.from <= elapsed && elapsed < outage.until);
        (std::mem::replace(&mut self.was_down, down) != down).then_some(down)
    }

    /// How long until [`Script::down`] has news.
    pub fn next_change(&self, elapsed: Duration) -> Option<Duration> {
        let edges = self.outages.iter().flat_map(|outage| [outage.from, outage.until]);
        edges.filter(|edge| *edge > elapsed).min().map(|edge| edge - elapsed)
    }
}

fn treatment_names() -> String {
    Treatment::ALL.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn orders(text: &str) -> Result<(u64, u64), String> {
    if text == "*" {
        return Ok((1, u64::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if 1 <= first && first <= last => Ok((first, last)),
        _ => Err(format!("'{text}' names no orders; write a number from 1, a range such as 3-5, or *")),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').and_then(|digits| digits.parse::<u32>().ok());
    number.map(|n| Duration::from_secs(n.into())).ok_or_else(|| format!("'{text}' is no time; write 20s"))
}

/// The order number in a body of JSON, or of JSON inside a form, wherever it stands. Only our own numbers
/// are found: those are the ones a script is about.
fn order_mentioned(request: &HttpRequest) -> Option<OrderNo> {
    let decoded = percent_decoded(&request.body);
    let target = percent_decoded(request.target.as_bytes());
    [decoded, target].iter().find_map(|text| {
        let (_, rest) = text.split_once("\"out_trade_no\"")?;
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        value.split('"').next()?.parse().ok()
    })
}

fn percent_decoded(bytes: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = (byte == b'%').then(|| tail.get(..2)).flatten();
        let value = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        decoded.push(value.unwrap_or(byte));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(order: u128, form: bool) -> HttpRequest {
        let json = format!(r#"{{"x":1,"out_trade_no": "{order:032x}"}}"#);
        let body = if form { format!("biz_content={}", json.replace('"', "%22")) } else { json };
        HttpRequest { method: "POST".into(), target: "/pay".into(), headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn orders_are_counted_as_they_first_arrive() {
        let mut script =
            Script::parse("treat 1 lost_after # the first\n\ntreat 3-4 slow\ntreat * risk\n").unwrap();
        let mut wanted = |order, form| script.wanted(&request(order, form)).map(|(_, t)| t.name());
        assert_eq!(wanted(7, false), Some("lost_after"));
        assert_eq!(wanted(7, false), None, "a repeat is the same order");
        assert_eq!(wanted(8, true), Some("risk"));
        assert_eq!(wanted(9, true), Some("slow"));
        assert_eq!(wanted(10, false), Some("slow"));
        assert_eq!(wanted(11, false), Some("risk"));
    }

    #[test]
    fn outages_begin_and_end_once() {
        let mut script = Script::parse("down 20s for 10s").unwrap();
        let at = Duration::from_secs;
        assert_eq!((script.down(at(0)), script.next_change(at(0))), (None, Some(at(20))));
        assert_eq!((script.down(at(20)), script.next_change(at(20))), (Some(true), Some(at(10))));
        assert_eq!(script.down(at(25)), None);
        assert_eq!((script.down(at(30)), script.next_change(at(30))), (Some(false), None));
    }

    #[test]
    fn a_line_that_is_no_rule_says_its_number_and_what_to_write() {
        let why = |text| Script::parse(text).unwrap_err().to_string();
        assert_eq!(why("\nfoo"), "line 2: write 'treat ORDERS TREATMENT' or 'down 20s for 10s'");
        assert!(why("treat 0 slow").starts_with("line 1: '0' names no orders"));
        assert!(why("treat 5-3 slow").contains("'5-3' names no orders"));
        assert!(why("treat 1 magic").contains("'magic' is no treatment; they are: normal,"));
        assert_eq!(why("down 5m for 1s"), "line 1: '5m' is no time; write 20s");
    }
}
