//! What an entry records, as one line of text. Lines are promises: what was ever written stays readable.

use crate::Hash;
use base::{AgentId, MerchantId, PaymentId, SegmentId, Timestamp};

/// What an entry records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A segment begins. Always the first entry of one, and nowhere else.
    Open(Opening),
    /// A fact about a payment.
    Fact {
        /// Which payment.
        payment: PaymentId,
        /// Its place among the payment's facts, from 1.
        place: u32,
        /// Whose money it is about.
        merchant: MerchantId,
        /// When it was learnt, by the till's clock.
        at: Timestamp,
        /// The fact as it is stored.
        text: String,
    },
}

/// How a segment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The device that writes it.
    pub agent: AgentId,
    /// The till's fence number at that time.
    pub fence: u64,
    /// Why it was begun.
    pub why: Why,
    /// What it follows; nothing for a till's very first.
    pub after: Option<Link>,
}

/// An entry of another segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The segment.
    pub segment: SegmentId,
    /// The entry's place; 0 for before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Why a segment was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The device is new.
    First,
    /// It stands for the till from now on.
    TookOver,
    /// An exported journal was carried to this disk.
    Imported,
    /// What was here before is broken from the link on.
    Broken,
    /// The server holds entries of this till that this disk does not: the disk is an old copy.
    RolledBack,
}

const WHYS: [(Why, &str); 5] = [
    (Why::First, "first"),
    (Why::TookOver, "took-over"),
    (Why::Imported, "imported"),
    (Why::Broken, "broken"),
    (Why::RolledBack, "rolled-back"),
];

impl Why {
    /// Its name in entries.
    pub fn code(self) -> &'static str {
        WHYS.iter().find(|(why, _)| *why == self).map(|(_, code)| *code).expect("WHYS lists every one")
    }
}

impl Record {
    /// The line.
    pub fn write(&self) -> String {
        match self {
            Record::Open(Opening { agent, fence, why, after }) => {
                let after = after
                    .map_or("-".to_owned(), |link| format!("{}/{}/{}", link.segment, link.seq, link.hash));
                format!("open {agent} {fence} {} {after}", why.code())
            }
            Record::Fact { payment, place, merchant, at, text } => {
                format!("fact {payment} {place} {merchant} {} {text}", at.as_micros())
            }
        }
    }

    /// What a line records; nothing if it is none of ours.
    pub fn read(line: &str) -> Option<Record> {
        match line.split_once(' ')? {
            ("open", rest) => opening(rest).map(Record::Open),
            ("fact", rest) => fact(rest),
            _ => None,
        }
    }
}

fn opening(rest: &str) -> Option<Opening> {
    let [agent, fence, why, after] = rest.split(' ').collect::<Vec<_>>().try_into().ok()?;
    Some(Opening {
        agent: agent.parse().ok()?,
        fence: fence.parse().ok()?,
        why: WHYS.iter().find(|(_, code)| *code == why)?.0,
        after: match after {
            "-" => None,
            after => Some(link(after)?),
        },
    })
}

fn link(text: &str) -> Option<Link> {
    let [segment, seq, hash] = text.split('/').collect::<Vec<_>>().try_into().ok()?;
    Some(Link { segment: segment.parse().ok()?, seq: seq.parse().ok()?, hash: hash.parse().ok()? })
}

fn fact(rest: &str) -> Option<Record> {
    let mut parts = rest.splitn(5, ' ');
    Some(Record::Fact {
        payment: parts.next()?.parse().ok()?,
        place: parts.next()?.parse().ok()?,
        merchant: parts.next()?.parse().ok()?,
        at: Timestamp::from_micros(parts.next()?.parse().ok()?),
        text: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_lines_that_read_back() {
        let agent = AgentId::from_u128(7);
        let link = Link { segment: SegmentId::from_u128(2), seq: 41, hash: Hash::NOTHING };
        let first = Opening { agent, fence: 1, why: Why::First, after: None };
        let mut records = vec![Record::Open(first.clone())];
        records
            .extend(WHYS.map(|(why, _)| Record::Open(Opening { why, after: Some(link), ..first.clone() })));
        records.push(Record::Fact {
            payment: PaymentId::from_u128(0x1a),
            place: 3,
            merchant: MerchantId::from_u128(9),
            at: Timestamp::from_micros(-5),
            text: r#"{"v":1,"fact":"a b"}"#.to_owned(),
        });
        for record in records {
            assert_eq!(Record::read(&record.write()), Some(record));
        }
        for wrong in ["", "open", "open x 1 first -", "fact 1", "close 1", "open  1 first -"] {
            assert_eq!(Record::read(wrong), None, "{wrong}");
        }
        expect_test::expect![[r#"
            open 00000000-0000-0000-0000-000000000007 1 first -"#]]
        .assert_eq(&Record::Open(first).write());
    }
}
