//! Messages made by others, read and written again.
//!
//! The sign-in is a published trace of a terminal of a Chinese acquirer (cnblogs, utank, 11935792). The sale was
//! encoded by the Python package pyiso8583 4.0.1 from a table of its own; its card is a test number.

use expect_test::{Expect, expect};
use iso8583::{Draft, Message, PosHeader, Spec, Tpdu};

const SIGN_IN: &str = "003B600006000060220000000008000020000000C00012001247\
    3538443031313135383837353844303438313635353535001100000001003000023031";

const SALE: &str = "60000600006031003110030200702406c020c09a1719622500000000000000100000000000000100000001\
    2349120510000100063762250000000000000\
    01d49122200000000000031303030303030313839383131303130303030303030313135360123456789abcdef\
    261000000000000001029f2608aabbccddeeff00119f2701809f101307010103a02000010a010000000000000000009f3704\
    123456789f36020001950500000000009a032611229c01009f02060000000100005f2a02015682027c009f1a0201569f0306\
    0000000000009f3303e0f1c80014220000010006010012534e303030303030303030310003303120a1b2c3d4e5f60718";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}

fn check(frame: &[u8], expected: Expect) {
    let spec = Spec::up_pos();
    let opened = spec.framing.open(frame).expect("a whole frame");
    let message = Message::decode(&spec, opened.message).expect("a message of this dialect");
    expected.assert_eq(&message.describe());

    let mut again = Vec::new();
    let tpdu = opened.tpdu.expect("this dialect has addresses");
    let written = spec.framing.write(tpdu, opened.header, &mut again, |out| {
        Draft::of(&message).encode(&spec, out).expect("what was read can be written");
        Ok::<(), iso8583::BadFrame>(())
    });
    written.expect("short enough");
    assert_eq!(again, frame, "what was read is written again, byte for byte");
}

#[test]
fn a_published_sign_in() {
    let frame = bytes(SIGN_IN);
    check(
        &frame,
        expect![[r#"
        0800
           11  Trace number                           001247
           41  Terminal                               58D01115
           42  Merchant                               88758D048165555
           60  Kind of transaction                    (11 digits)
         60.1  Kind                                   00
         60.2  Batch                                  000001
         60.3  Network management code                003
           63  Operator, notes                        (2 bytes)
         63.1  Operator or card organization          (2 hidden)
    "#]],
    );
    let spec = Spec::up_pos();
    let opened = spec.framing.open(&frame).expect("a whole frame");
    assert_eq!(opened.tpdu, Some(Tpdu { id: 0x60, destination: 6, source: 0 }));
    let header = PosHeader::of(opened.header.try_into().expect("six bytes"));
    assert_eq!((header.class, header.version, header.processing_request()), (0x60, 0x22, None));
}

#[test]
fn a_sale_that_another_codec_wrote() {
    let without_length = bytes(SALE);
    let mut frame = (without_length.len() as u16).to_be_bytes().to_vec();
    frame.extend(&without_length);
    check(
        &frame,
        expect![[r#"
        0200
            2  Primary account number                 622500*********0001
            3  Processing code                        000000
            4  Amount                                 000000010000
           11  Trace number                           000123
           14  Expiry                                 (4 hidden)
           22  Entry mode                             051
           23  Card sequence number                   001
           25  Condition code                         00
           26  PIN capture code                       06
           35  Track 2                                (37 hidden)
           41  Terminal                               10000001
           42  Merchant                               898110100000001
           49  Currency                               156
           52  PIN block                              (8 hidden)
           53  Security control information           2610000000000000
           55  Chip data                              (102 hidden)
           60  Kind of transaction                    (14 digits)
         60.1  Kind                                   22
         60.2  Batch                                  000001
         60.3  Network management code                000
         60.4  What the terminal can read             6
         60.5  Chip condition                         0
         60.6  Takes a part of the amount             1
           62  Keys, parameters, the terminal's data  (12 hidden)
           63  Operator, notes                        (3 bytes)
         63.1  Operator or card organization          01
           64  MAC                                    A1B2C3D4E5F60718
    "#]],
    );
}

#[test]
fn the_sale_s_fields_say_what_they_were_given() {
    let spec = Spec::up_pos();
    let frame = bytes(SALE);
    let message = Message::decode(&spec, &frame[11..]).expect("a message of this dialect");
    let says = |number| message.field(number).expect("it is there").to_text();
    assert_eq!(says(2), "6225000000000000001");
    assert_eq!(says(22), "051");
    assert_eq!(says(23), "001");
    assert_eq!(says(35), "6225000000000000001D49122200000000000".to_owned());
    assert_eq!(says(60), "22000001000601".get(..14).expect("ascii"));
    assert_eq!(message.field(4).and_then(|amount| amount.number()), Some(10_000));
    assert_eq!(message.fields().count(), 20);
    assert_eq!(message.before_mac().map(<[u8]>::len), Some(frame.len() - 11 - 8));
}
