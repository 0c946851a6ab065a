//! A terminal at the simulated host: what it sends, and what it makes of the answer.

use base::Timestamp;
use card::simulator::Host;
use card::{
    Acquirer, Algorithm, Card, HostAnswer, Kind, Mac, Mistrust, NotSignedIn, Numbers, Original, Pan, Pin,
    Read, ReversalReason, SignIn, Tdk, Terminal, Tmk, Tpk, Transaction, encrypt_track, read_answer,
    signed_in,
};
use iso8583::{PosHeader, Tpdu};
use std::time::Duration;

pub const TERMINAL: &str = "10000001";
const MERCHANT: &str = "898110100000015";
/// A card's number for tests.
pub const CARD: &str = "6226090000000048";

/// What came of a question.
#[derive(Debug, PartialEq)]
pub enum End {
    Lost,
    Mistrusted(Mistrust),
    Answered(HostAnswer),
}

impl End {
    /// The response code, or why there is none.
    pub fn code(&self) -> String {
        match self {
            End::Lost => "lost".to_owned(),
            End::Mistrusted(why) => format!("{why:?}"),
            End::Answered(answer) => answer.code.clone(),
        }
    }

    pub fn answer(self) -> HostAnswer {
        match self {
            End::Answered(answer) => answer,
            other => panic!("an answer, not {other:?}"),
        }
    }
}

pub struct Counter {
    pub host: Host,
    pub acquirer: Acquirer,
    pub terminal: Terminal,
    pub tmk: Tmk,
    pub mac: Option<Mac>,
    pub pin: Option<Tpk>,
    pub track: Option<Tdk>,
    pub batch: u32,
    pub trace: u32,
    now: Timestamp,
}

/// A master key for tests.
pub fn tmk() -> Tmk {
    let key = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();
    Tmk::new(Algorithm::TripleDes, &key).expect("a usable key")
}

pub fn card() -> Card {
    Card {
        pan: Pan::parse(CARD).expect("digits"),
        expiry: Some("4912".to_owned().into()),
        sequence: None,
        track_2: None,
        track_is_encrypted: false,
        chip: None,
        read: Read::Inserted,
        fallback: false,
    }
}

impl Counter {
    /// A terminal that has not signed in.
    pub fn closed() -> Counter {
        let acquirer = Acquirer::up_pos();
        let mut host = Host::new(acquirer.clone());
        host.enroll(TERMINAL, MERCHANT, tmk());
        Counter {
            host,
            acquirer,
            terminal: Terminal {
                number: TERMINAL.to_owned(),
                merchant: MERCHANT.to_owned(),
                tpdu: Tpdu { id: 0x60, destination: 6, source: 0 },
                header: PosHeader {
                    class: 0x60,
                    version: 0x31,
                    status: 0,
                    request: 0,
                    software: [0x31, 0x10, 0x03],
                },
            },
            tmk: tmk(),
            mac: None,
            pin: None,
            track: None,
            batch: 0,
            trace: 0,
            now: Timestamp::from_micros(1_795_400_000_000_000),
        }
    }

    /// One that has.
    pub fn open() -> Counter {
        let mut counter = Counter::closed();
        counter.sign_in().expect("it signs in");
        counter
    }

    pub fn next_trace(&mut self) -> u32 {
        self.trace += 1;
        self.trace
    }

    pub fn send(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        self.now = self.now + Duration::from_secs(1);
        let nonce = u128::from(self.trace) << 64 | self.now.as_micros() as u128;
        self.host.serve(frame, self.now, nonce)
    }

    pub fn sign_in(&mut self) -> Result<(), NotSignedIn> {
        let numbers = Numbers { batch: self.batch, trace: self.next_trace() };
        let question = SignIn { numbers, operator: "01", about: "" }.request(&self.acquirer, &self.terminal);
        let question = question.expect("it can be written");
        let answer = self.send(&question).expect("a host that is up answers");
        let signed = signed_in(&self.acquirer, &self.tmk, &question, &answer)?;
        self.mac = Some(Mac::new(signed.keys.mac, self.acquirer.mac).expect("they go together"));
        (self.pin, self.track) = (Some(signed.keys.pin), signed.keys.track);
        self.batch = signed.batch.expect("the host says which");
        Ok(())
    }

    /// A transaction with the next trace number.
    pub fn transaction(&mut self, kind: Kind, fen: u64) -> Transaction {
        Transaction {
            kind,
            amount: Some(fen),
            numbers: Numbers { batch: self.batch, trace: self.next_trace() },
            card: card(),
            pin_block: None,
            original: None,
            organization: None,
        }
    }

    /// One that rests on an earlier one.
    pub fn resting_on(
        &mut self,
        first: &Transaction,
        answer: &HostAnswer,
        kind: Kind,
        fen: u64,
    ) -> Transaction {
        let original = Original {
            numbers: Some(first.numbers),
            retrieval: answer.retrieval.clone(),
            authorization: answer.authorization.clone(),
            date: answer.date.clone(),
        };
        Transaction { original: Some(original), ..self.transaction(kind, fen) }
    }

    pub fn ask(&mut self, transaction: &Transaction) -> End {
        let mac = self.mac.as_ref().expect("it has signed in");
        let frame = transaction.request(&self.acquirer, &self.terminal, mac).expect("it can be written");
        self.exchange(&frame)
    }

    pub fn reverse(&mut self, transaction: &Transaction) -> End {
        let mac = self.mac.as_ref().expect("it has signed in");
        let reason = ReversalReason::NoAnswer;
        let frame =
            transaction.reversal(reason, &self.acquirer, &self.terminal, mac).expect("it can be written");
        self.exchange(&frame)
    }

    pub fn exchange(&mut self, frame: &[u8]) -> End {
        let Some(answer) = self.send(frame) else { return End::Lost };
        let read = read_answer(&self.acquirer, frame, &answer, self.mac.as_ref());
        read.map_or_else(End::Mistrusted, End::Answered)
    }

    /// What is sent without a MAC is answered without one.
    pub fn exchange_unsigned(&mut self, frame: &[u8]) -> End {
        let Some(answer) = self.send(frame) else { return End::Lost };
        read_answer(&self.acquirer, frame, &answer, None).map_or_else(End::Mistrusted, End::Answered)
    }

    /// What the merchant has of every sale, fen.
    pub fn kept(&self) -> Vec<u64> {
        self.host.sales(TERMINAL).iter().map(|line| line.kept).collect()
    }

    /// The card's track as it goes into a message.
    pub fn encrypted_track(&self) -> String {
        let clear = format!("{CARD}D49122200000000000");
        let byte = |at: usize| u8::from_str_radix(&clear[at..at + 2], 16).expect("hex digits");
        let mut packed: Vec<u8> = (0..clear.len()).step_by(2).map(byte).collect();
        encrypt_track(self.track.as_ref().expect("it came"), &mut packed).expect("long enough");
        packed.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    pub fn pin_block(&self, digits: &str, pan: &str) -> [u8; 8] {
        let (pin, pan) = (Pin::parse(digits).expect("digits"), Pan::parse(pan).expect("digits"));
        self.pin.as_ref().expect("it came").format_0(&pin, &pan).expect("blocks of eight")
    }
}
