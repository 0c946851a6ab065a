//! Each message as it is written, field by field; and which answers are trusted.

use card::{
    Acquirer, Algorithm, Balance, BatchTotals, CannotWrite, Card, HostAnswer, Kind, Mac, Mistrust, Numbers,
    Original, Pan, Read, ReversalReason, SignIn, Tak, Terminal, Totals, Transaction, balances, read_answer,
    settle, sign_off,
};
use expect_test::{Expect, expect};
use iso8583::{Content, Draft, Message, Mti, PosHeader, ProcessingRequest, Tpdu};

fn terminal() -> Terminal {
    Terminal {
        number: "10000001".to_owned(),
        merchant: "898110100000015".to_owned(),
        tpdu: Tpdu { id: 0x60, destination: 6, source: 0 },
        header: PosHeader { class: 0x60, version: 0x31, status: 0, request: 0, software: [0x31, 0x10, 0x03] },
    }
}

/// A key for tests.
fn mac() -> Mac {
    let key = [0x54, 2, 0x62, 0x73, 0xB0, 0x75, 0x43, 0xEC, 0xB1, 0x73, 0x73, 7, 0x68, 0xB9, 0xD6, 0xC4];
    let key = Tak::new(Algorithm::TripleDes, &key).expect("a usable key");
    Mac::new(key, Acquirer::up_pos().mac).expect("they go together")
}

/// A card for tests, inserted, with a PIN.
fn card() -> Card {
    Card {
        pan: Pan::parse("6226090000000048").expect("digits"),
        expiry: Some("4912".to_owned().into()),
        sequence: Some(1),
        track_2: Some("6226090000000048D49122200000000000".to_owned().into()),
        track_is_encrypted: false,
        chip: Some(vec![0x95, 5, 0, 0, 0, 0, 0].into()),
        read: Read::Inserted,
        fallback: false,
    }
}

fn sale() -> Transaction {
    Transaction {
        kind: Kind::Sale,
        amount: Some(10_000),
        numbers: Numbers { batch: 1, trace: 1234 },
        card: card(),
        pin_block: Some([1, 2, 3, 4, 5, 6, 7, 8]),
        original: None,
        organization: None,
    }
}

fn check(frame: Result<Vec<u8>, CannotWrite>, expected: Expect) {
    let acquirer = Acquirer::up_pos();
    let frame = frame.expect("it can be written");
    let opened = acquirer.spec.framing.open(&frame).expect("a frame");
    assert_eq!((opened.tpdu, opened.header), (Some(terminal().tpdu), terminal().header.bytes().as_slice()));
    let message = Message::decode(&acquirer.spec, opened.message).expect("a message");
    if let Some(field) = message.field(64) {
        assert!(mac().accepts(message.before_mac().expect("it has a MAC"), field.bytes()));
    }
    let fields: String = message
        .describe()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    expected.assert_eq(&fields);
}

#[test]
fn a_sale() {
    check(
        sale().request(&Acquirer::up_pos(), &terminal(), &mac()),
        expect![[r#"
        0200
        2 Primary account number 622609******0048
        3 Processing code 000000
        4 Amount 000000010000
        11 Trace number 001234
        14 Expiry (4 hidden)
        22 Entry mode 051
        23 Card sequence number 001
        25 Condition code 00
        26 PIN capture code 06
        35 Track 2 (34 hidden)
        41 Terminal 10000001
        42 Merchant 898110100000015
        49 Currency 156
        52 PIN block (8 hidden)
        53 Security control information 2600000000000000
        55 Chip data (7 hidden)
        60 Kind of transaction (13 digits)
        60.1 Kind 22
        60.2 Batch 000001
        60.3 Network management code 000
        60.4 What the terminal can read 6
        60.5 Chip condition 0
        64 MAC 4337384337344343
    "#]],
    );
}

#[test]
fn its_reversal_has_its_trace_number_and_neither_track_nor_pin() {
    let reversal = sale().reversal(ReversalReason::NoAnswer, &Acquirer::up_pos(), &terminal(), &mac());
    check(
        reversal,
        expect![[r#"
        0400
        2 Primary account number 622609******0048
        3 Processing code 000000
        4 Amount 000000010000
        11 Trace number 001234
        14 Expiry (4 hidden)
        22 Entry mode 051
        23 Card sequence number 001
        25 Condition code 00
        39 Response code 98
        41 Terminal 10000001
        42 Merchant 898110100000015
        49 Currency 156
        53 Security control information 2600000000000000
        60 Kind of transaction (13 digits)
        60.1 Kind 22
        60.2 Batch 000001
        60.3 Network management code 000
        60.4 What the terminal can read 6
        60.5 Chip condition 0
        61 Original transaction (12 digits)
        61.1 Original batch 000001
        61.2 Original trace number 001234
        64 MAC 3441323241373730
    "#]],
    );
}

#[test]
fn its_void_names_it() {
    let void = Transaction {
        kind: Kind::SaleVoid,
        numbers: Numbers { batch: 1, trace: 1240 },
        pin_block: None,
        original: Some(Original {
            numbers: Some(Numbers { batch: 1, trace: 1234 }),
            retrieval: Some("112233445566".to_owned()),
            authorization: Some("A1B2C3".to_owned()),
            date: None,
        }),
        ..sale()
    };
    check(
        void.request(&Acquirer::up_pos(), &terminal(), &mac()),
        expect![[r#"
        0200
        2 Primary account number 622609******0048
        3 Processing code 200000
        4 Amount 000000010000
        11 Trace number 001240
        14 Expiry (4 hidden)
        22 Entry mode 052
        23 Card sequence number 001
        25 Condition code 00
        35 Track 2 (34 hidden)
        37 Retrieval reference number 112233445566
        38 Authorization code A1B2C3
        41 Terminal 10000001
        42 Merchant 898110100000015
        49 Currency 156
        55 Chip data (7 hidden)
        60 Kind of transaction (13 digits)
        60.1 Kind 23
        60.2 Batch 000001
        60.3 Network management code 000
        60.4 What the terminal can read 6
        60.5 Chip condition 0
        61 Original transaction (12 digits)
        61.1 Original batch 000001
        61.2 Original trace number 001234
        64 MAC 3135323542433744
    "#]],
    );
}

#[test]
fn a_refund_names_the_day_of_its_original() {
    let refund = Transaction {
        kind: Kind::Refund,
        amount: Some(2_500),
        numbers: Numbers { batch: 2, trace: 7 },
        card: Card { read: Read::Swiped, chip: None, sequence: None, track_is_encrypted: true, ..card() },
        pin_block: None,
        original: Some(Original {
            numbers: Some(Numbers { batch: 1, trace: 1234 }),
            retrieval: Some("112233445566".to_owned()),
            authorization: None,
            date: Some("1122".to_owned()),
        }),
        organization: Some("CUP".to_owned()),
    };
    check(
        refund.request(&Acquirer::up_pos(), &terminal(), &mac()),
        expect![[r#"
        0220
        3 Processing code 200000
        4 Amount 000000002500
        11 Trace number 000007
        14 Expiry (4 hidden)
        22 Entry mode 022
        25 Condition code 00
        35 Track 2 (34 hidden)
        37 Retrieval reference number 112233445566
        41 Terminal 10000001
        42 Merchant 898110100000015
        49 Currency 156
        53 Security control information 0610000000000000
        60 Kind of transaction (13 digits)
        60.1 Kind 25
        60.2 Batch 000002
        60.3 Network management code 000
        60.4 What the terminal can read 6
        60.5 Chip condition 0
        61 Original transaction (16 digits)
        61.1 Original batch 000001
        61.2 Original trace number 001234
        61.3 Original date 1122
        63 Operator, notes (3 bytes)
        63.1 Operator or card organization CUP
        64 MAC 3935414446464231
    "#]],
    );
}

#[test]
fn signing_in_and_off() {
    let numbers = Numbers { batch: 1, trace: 9 };
    let sign_in = SignIn { numbers, operator: "01", about: "SN0000000001" };
    check(
        sign_in.request(&Acquirer::up_pos(), &terminal()),
        expect![[r#"
        0800
        11 Trace number 000009
        41 Terminal 10000001
        42 Merchant 898110100000015
        60 Kind of transaction (11 digits)
        60.1 Kind 00
        60.2 Batch 000001
        60.3 Network management code 004
        62 Keys, parameters, the terminal's data (12 hidden)
        63 Operator, notes (3 bytes)
        63.1 Operator or card organization 01
    "#]],
    );
    check(
        sign_off(&Acquirer::up_pos(), &terminal(), numbers),
        expect![[r#"
        0820
        11 Trace number 000009
        41 Terminal 10000001
        42 Merchant 898110100000015
        60 Kind of transaction (11 digits)
        60.1 Kind 00
        60.2 Batch 000001
        60.3 Network management code 002
    "#]],
    );
}

#[test]
fn settling_a_batch() {
    let totals = BatchTotals {
        domestic: Totals { debit: (123_400, 12), credit: (2_500, 1) },
        foreign: Totals { debit: (0, 0), credit: (0, 0) },
    };
    let settlement = settle(&Acquirer::up_pos(), &terminal(), Numbers { batch: 1, trace: 99 }, &totals, "01");
    let frame = settlement.expect("it can be written");
    let acquirer = Acquirer::up_pos();
    let message = acquirer.spec.framing.open(&frame).expect("a frame").message;
    let message = Message::decode(&acquirer.spec, message).expect("a message");
    let says = message.field(48).expect("its totals").to_text();
    assert_eq!(says, "00000012340001200000000250000100000000000000000000000000000000");
    assert_eq!(message.field(64), None);
}

#[test]
fn what_a_host_says_of_a_batch() {
    let says = |domestic: char, foreign: char| balances(&format!("{:030}{domestic}{:030}{foreign}", 0, 0));
    assert_eq!(says('1', '2'), Some((Balance::Balanced, Balance::Unbalanced)));
    assert_eq!(says('3', '1'), Some((Balance::Failed, Balance::Balanced)));
    assert_eq!(says('0', '1'), None);
    assert_eq!(balances("1"), None);
    assert_eq!(balances(&"一".repeat(62)), None);
}

/// The sale's answer, made by hand; `change` may spoil it before its MAC is made.
fn answered(question: &[u8], change: impl Fn(&mut Draft<'_>), with: &Mac) -> Vec<u8> {
    let acquirer = Acquirer::up_pos();
    let asked = acquirer.spec.framing.open(question).expect("a frame");
    let asked_message = Message::decode(&acquirer.spec, asked.message).expect("a message");
    let mut draft = Draft::new(asked_message.mti().answer());
    for number in [2, 3, 4, 11, 25, 41, 42, 49, 60] {
        draft.set(number, asked_message.field(number).expect("the sale has it"));
    }
    draft
        .set(12, "101530")
        .set(13, "1122")
        .set(15, "1123")
        .set(37, "112233445566")
        .set(39, "00")
        .set(64, Content::Mac);
    change(&mut draft);
    let mut frame = Vec::new();
    let header = PosHeader { request: 3, ..terminal().header }.bytes();
    let written = acquirer.spec.framing.write(terminal().tpdu.answer(), &header, &mut frame, |out| {
        draft.encode_with_mac(&acquirer.spec, out, |covered| with.field(covered)).map_err(CannotWrite::Field)
    });
    written.expect("it can be written");
    frame
}

fn read(change: impl Fn(&mut Draft<'_>), with: &Mac) -> Result<HostAnswer, Mistrust> {
    let question = sale().request(&Acquirer::up_pos(), &terminal(), &mac()).expect("it can be written");
    read_answer(&Acquirer::up_pos(), &question, &answered(&question, change, with), Some(&mac()))
}

#[test]
fn an_answer_to_this_question_is_trusted() {
    let answer = read(|_| {}, &mac()).expect("a right one");
    assert_eq!((answer.code.as_str(), answer.amount, answer.batch), ("00", Some(10_000), Some(1)));
    assert_eq!(answer.retrieval.as_deref(), Some("112233445566"));
    assert_eq!(answer.wants, Some(ProcessingRequest::SignInAgain));
}

#[test]
fn an_answer_to_another_question_is_not() {
    let other = |number, says: &'static str| {
        read(
            move |draft| {
                draft.set(number, says);
            },
            &mac(),
        )
        .err()
    };
    assert_eq!(other(3, "200000"), Some(Mistrust::OtherField(3)));
    assert_eq!(other(4, "000000010001"), Some(Mistrust::OtherField(4)));
    assert_eq!(other(11, "001235"), Some(Mistrust::OtherField(11)));
    assert_eq!(other(41, "10000002"), Some(Mistrust::OtherField(41)));
    assert_eq!(other(42, "898110100000016"), Some(Mistrust::OtherField(42)));
    let without = |number| {
        read(
            move |draft| {
                draft.remove(number);
            },
            &mac(),
        )
        .err()
    };
    assert_eq!(without(11), Some(Mistrust::OtherField(11)));
    assert_eq!(without(39), Some(Mistrust::NoResponseCode));
    assert_eq!(without(64), Some(Mistrust::WrongMac));
}

#[test]
fn an_approval_in_part_says_its_own_amount() {
    let part = read(
        |draft| {
            draft.set(4, "000000004000").set(39, "10");
        },
        &mac(),
    )
    .expect("a right one");
    assert_eq!((part.code.as_str(), part.amount), ("10", Some(4_000)));
}

#[test]
fn a_wrong_mac_a_wrong_type_and_noise_are_not_trusted() {
    let other_key =
        Tak::new(Algorithm::TripleDes, &[[1, 2, 3, 4, 5, 6, 7, 8], [9; 8]].concat()).expect("a usable key");
    let other_mac = Mac::new(other_key, Acquirer::up_pos().mac).expect("they go together");
    assert_eq!(read(|_| {}, &other_mac), Err(Mistrust::WrongMac));

    let acquirer = Acquirer::up_pos();
    let question = sale().request(&acquirer, &terminal(), &mac()).expect("it can be written");
    assert_eq!(read_answer(&acquirer, &question, &question, Some(&mac())), Err(Mistrust::OtherType));
    assert!(matches!(read_answer(&acquirer, &question, b"HTTP/1.1", Some(&mac())), Err(Mistrust::Frame(_))));
    let mut cut = answered(&question, |_| {}, &mac());
    cut[1] -= 1;
    cut.pop();
    assert!(matches!(read_answer(&acquirer, &question, &cut, Some(&mac())), Err(Mistrust::Message(_))));
}

#[test]
fn what_was_entered_wrongly_is_refused_with_its_field() {
    let wrong = Transaction { numbers: Numbers { batch: 1, trace: 1_234_567 }, ..sale() };
    let refused = wrong.request(&Acquirer::up_pos(), &terminal(), &mac()).expect_err("seven digits");
    assert_eq!(
        refused.to_string(),
        "the message cannot be written: field 11: is 7 long; at most 6 are allowed"
    );
    let wrong = Terminal { number: "100000012".to_owned(), ..terminal() };
    assert!(sale().request(&Acquirer::up_pos(), &wrong, &mac()).is_err());
    assert_eq!(Mti::SALE.answer().to_string(), "0210");
}
