//! An acquirer's answer: trusted only if it answers this very question, and its MAC is right where there is one.

use crate::acquirer::Acquirer;
use crate::mac::Mac;
use iso8583::{BadFrame, BadMessage, Message, PosHeader, ProcessingRequest};
use std::fmt;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostAnswer {
    /// Field 39.
    pub code: String,
    /// What was approved, fen, if it says so.
    pub amount: Option<u64>,
    /// What the host knows the transaction by.
    pub retrieval: Option<String>,
    /// The issuer's authorization.
    pub authorization: Option<String>,
    /// Month and day at the host.
    pub date: Option<String>,
    /// Hour, minute and second there.
    pub time: Option<String>,
    /// Month and day on which it is settled.
    pub settled_on: Option<String>,
    /// The batch that a sign-in is answered with.
    pub batch: Option<u32>,
    /// What a settlement's totals were found to be, field 48: see [`crate::balances`].
    pub totals: Option<String>,
    /// What the issuer says to the chip.
    pub chip: Option<Vec<u8>>,
    /// What the host wants of the terminal next.
    pub wants: Option<ProcessingRequest>,
}

/// Why an answer is not trusted. It proves nothing about the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistrust {
    /// It is no frame.
    Frame(BadFrame),
    /// It is no message of the dialect.
    Message(BadMessage),
    /// It is no answer to this type of question.
    OtherType,
    /// This field is not as it was in the question.
    OtherField(u8),
    /// It has no response code.
    NoResponseCode,
    /// Its MAC is wrong or missing.
    WrongMac,
}

/// What an answer must repeat.
const REPEATED: [u8; 5] = [3, 4, 11, 41, 42];

/// Reads the answer to a question that was sent. With a MAC, the answer must have one too.
pub fn read_answer(
    acquirer: &Acquirer,
    question: &[u8],
    answer: &[u8],
    mac: Option<&Mac>,
) -> Result<HostAnswer, Mistrust> {
    let framing = &acquirer.spec.framing;
    let asked = framing.open(question).map_err(Mistrust::Frame)?;
    let asked = Message::decode(&acquirer.spec, asked.message).map_err(Mistrust::Message)?;
    let frame = framing.open(answer).map_err(Mistrust::Frame)?;
    let message = Message::decode(&acquirer.spec, frame.message).map_err(Mistrust::Message)?;
    if message.mti() != asked.mti().answer() {
        return Err(Mistrust::OtherType);
    }
    for number in REPEATED {
        // An approval in part says another amount, and then its code says so.
        let in_part = number == 4 && message.field(39).is_some_and(|code| code.is("10"));
        if asked.has(number) && !in_part && asked.field(number) != message.field(number) {
            return Err(Mistrust::OtherField(number));
        }
    }
    let code = message.field(39).ok_or(Mistrust::NoResponseCode)?.to_text();
    if let Some(mac) = mac
        && !mac_is_right(&message, mac)
    {
        return Err(Mistrust::WrongMac);
    }
    Ok(said(&message, frame.header, code))
}

fn mac_is_right(message: &Message<'_>, mac: &Mac) -> bool {
    let both = message.field(64).zip(message.before_mac());
    both.is_some_and(|(field, covered)| mac.accepts(covered, field.bytes()))
}

fn said(message: &Message<'_>, header: &[u8], code: String) -> HostAnswer {
    let text = |number| message.field(number).map(|value| value.to_text());
    let wants = <[u8; 6]>::try_from(header).ok().and_then(|bytes| PosHeader::of(bytes).processing_request());
    HostAnswer {
        code,
        amount: message.field(4).and_then(|value| value.number()),
        retrieval: text(37),
        authorization: text(38),
        date: text(13),
        time: text(12),
        settled_on: text(15),
        batch: message.field(60).and_then(|value| value.part(2, 6)).and_then(|batch| batch.parse().ok()),
        totals: text(48),
        chip: message.field(55).map(|value| value.bytes().to_vec()),
        wants,
    }
}

impl fmt::Display for Mistrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistrust::Frame(why) => write!(f, "the answer is no frame: {why}"),
            Mistrust::Message(why) => write!(f, "the answer is no message: {why}"),
            Mistrust::OtherType => f.write_str("the answer is of another type"),
            Mistrust::OtherField(number) => {
                write!(f, "the answer is to another question: field {number} differs")
            }
            Mistrust::NoResponseCode => f.write_str("the answer has no response code"),
            Mistrust::WrongMac => f.write_str("the answer's MAC is wrong or missing"),
        }
    }
}

impl std::error::Error for Mistrust {}
