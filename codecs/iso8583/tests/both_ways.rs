//! What is written reads back the same; what is accepted is written again byte for byte; no bytes make it panic.

use iso8583::{Content, Count, Draft, FieldSpec, Form, Length, Message, Mti, Place, Spec};
use proptest::prelude::*;

/// A field's number and what it says, as characters.
type Said = (u8, Vec<u8>);

fn specs() -> impl Strategy<Value = Spec> {
    prop_oneof![Just(Spec::up_pos()), Just(Spec::ascii_1987())]
}

fn content(field: &FieldSpec) -> BoxedStrategy<Vec<u8>> {
    let layout = field.layout;
    let doubled =
        if layout.count == Count::Bytes && matches!(layout.form, Form::PackedDigits(..)) { 2 } else { 1 };
    let (min, max) = (usize::from(layout.min) * doubled, usize::from(layout.max) * doubled);
    let short = prop_oneof![4 => min..=max.min(min + 12), 1 => min..=max];
    let character = match layout.form {
        Form::PackedDigits(..) | Form::Digits => prop::char::range('0', '9').prop_map(|c| c as u8).boxed(),
        Form::PackedNibbles(..) | Form::Hex => prop::sample::select(b"0123456789ABCDEF".to_vec()).boxed(),
        Form::Text | Form::Binary => any::<u8>().boxed(),
    };
    let even = layout.form == Form::Hex;
    short
        .prop_flat_map(move |length| {
            prop::collection::vec(character.clone(), if even { length / 2 * 2 } else { length })
        })
        .boxed()
}

fn messages() -> impl Strategy<Value = (Spec, Mti, Vec<Said>)> {
    let types = [Mti::SALE, Mti::SALE.answer(), Mti::REVERSAL, Mti::SIGN_IN, Mti::ADVICE.answer()];
    (specs(), prop::sample::select(types.to_vec()), any::<prop::sample::Index>(), 0_usize..25).prop_flat_map(
        |(spec, mti, first, count)| {
            let fields = spec.fields().to_vec();
            let chosen = prop::sample::subsequence(fields.clone(), 0..=count.min(fields.len()));
            let _ = first;
            let said = chosen.prop_flat_map(|chosen| {
                chosen.iter().map(|field| (Just(field.number), content(field))).collect::<Vec<_>>()
            });
            (Just(spec), Just(mti), said)
        },
    )
}

fn encoded(spec: &Spec, mti: Mti, said: &[Said]) -> Vec<u8> {
    let mut draft = Draft::new(mti);
    for (number, characters) in said {
        draft.set(*number, characters.as_slice());
    }
    let mut bytes = Vec::new();
    draft.encode(spec, &mut bytes).unwrap_or_else(|cannot| panic!("{cannot} in {draft:?}"));
    bytes
}

fn reads_and_writes_again(spec: &Spec, bytes: &[u8]) {
    let Ok(message) = Message::decode(spec, bytes) else { return };
    let mut again = Vec::new();
    Draft::of(&message).encode(spec, &mut again).unwrap_or_else(|cannot| panic!("{cannot}"));
    assert_eq!(again, bytes, "accepted, so it is written again byte for byte");
    let _ = message.describe();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back((spec, mti, said) in messages()) {
        let bytes = encoded(&spec, mti, &said);
        let message = Message::decode(&spec, &bytes).unwrap_or_else(|bad| panic!("{bad}"));
        prop_assert_eq!(message.mti(), mti);
        let read: Vec<Said> = message.fields().map(|(number, value)| (number, value.characters().collect())).collect();
        prop_assert_eq!(read, said);
        reads_and_writes_again(&spec, &bytes);
    }

    #[test]
    fn damaged_messages_are_refused_or_are_others((spec, mti, said) in messages(), blows in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6)) {
        let mut bytes = encoded(&spec, mti, &said);
        for (index, byte, how) in blows {
            let at = index.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        reads_and_writes_again(&spec, &bytes);
    }

    #[test]
    fn any_bytes_are_refused_or_written_again(spec in specs(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        reads_and_writes_again(&spec, &bytes);
        let (partly, bad) = Message::decode_what_is_whole(&spec, &bytes);
        prop_assert!(bad.is_none_or(|bad| bad.offset <= bytes.len()));
        let _ = partly.describe();
        let _ = spec.framing.open(&bytes);
        let _ = spec.framing.whole(&bytes);
    }

    #[test]
    fn a_message_cut_short_is_never_taken_for_a_whole_one((spec, mti, said) in messages(), cut in any::<prop::sample::Index>()) {
        let bytes = encoded(&spec, mti, &said);
        let end = cut.index(bytes.len());
        let bad = Message::decode(&spec, &bytes[..end]).expect_err("a part is no message");
        prop_assert_ne!(bad.place, Place::End);
    }

    #[test]
    fn a_field_goes_from_one_dialect_to_another(digits in "[0-9]{12,19}", amount in 0_u64..1_000_000_000_000) {
        let (packed, plain) = (Spec::up_pos(), Spec::ascii_1987());
        let mut draft = Draft::new(Mti::SALE);
        draft.set(2, &digits).set(4, amount);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        draft.encode(&packed, &mut one).expect("it fits");
        let read = Message::decode(&packed, &one).expect("just written");
        Draft::of(&read).encode(&plain, &mut other).expect("it fits there too");
        let read = Message::decode(&plain, &other).expect("just written");
        prop_assert_eq!(read.field(4).and_then(|value| value.number()), Some(amount));
        prop_assert!(read.field(2).is_some_and(|value| value.is(&digits)));
    }
}

#[test]
fn every_field_of_both_tables_takes_its_shortest_and_its_longest() {
    for spec in [Spec::up_pos(), Spec::ascii_1987()] {
        for field in spec.fields() {
            for length in [field.layout.min, field.layout.max] {
                let said = [(field.number, vec![b'0'; usize::from(length)])];
                reads_and_writes_again(&spec, &encoded(&spec, Mti::SALE, &said));
                let written = field.layout.length != Length::Fixed;
                assert!(written || field.layout.min == field.layout.max, "field {}", field.number);
            }
        }
    }
}

#[test]
fn what_does_not_fit_changes_nothing_in_the_buffer() {
    let spec = Spec::up_pos();
    let cases: [(u8, Content<'_>, &str); 9] = [
        (2, "622609000000004x".into(), "field 2: holds something that is no decimal digit"),
        (2, "62260".into(), "field 2: is 5 long; at least 12 are needed"),
        (2, "62260900000000480000".into(), "field 2: is 20 long; at most 19 are allowed"),
        (3, "0000".into(), "field 3: is 4 long; at least 6 are needed"),
        (4, Content::Number(1_000_000_000_000), "field 4: is 13 long; at most 12 are allowed"),
        (35, "6226090000000048#4912".into(), "field 35: holds something that is none of 0 to 9 and A to F"),
        (41, "123456789".into(), "field 41: is 9 long; at most 8 are allowed"),
        (7, "1122".into(), "field 7: this dialect has no such field"),
        (52, Content::Mac, "field 52: a MAC is eight bytes in the last field of a message"),
    ];
    for (number, content, expected) in cases {
        let mut out = b"before".to_vec();
        let mut draft = Draft::new(Mti::SALE);
        draft.set(11, "000001").set(number, content).set(64, Content::Mac);
        let cannot = draft.encode(&spec, &mut out).expect_err("it does not fit");
        assert_eq!(cannot.to_string(), expected);
        assert_eq!(out, b"before");
    }
}

#[test]
fn a_mac_covers_all_that_is_before_it() {
    let spec = Spec::up_pos();
    let mut draft = Draft::new(Mti::SALE);
    draft.set(3, "000000").set(41, "ab").set(64, Content::Mac);
    let mut out = b"before".to_vec();
    draft.encode_with_mac(&spec, &mut out, |covered| [covered.len() as u8; 8]).expect("it fits");
    let message = Message::decode(&spec, &out[6..]).expect("just written");
    let covered = message.before_mac().expect("it has a MAC");
    assert_eq!(message.field(64).expect("it has a MAC").bytes(), [covered.len() as u8; 8]);
    assert_eq!(message.field(41).map(|value| value.to_text()).as_deref(), Some("ab      "));
    assert_eq!(
        Message::decode(&spec, &out[6..out.len() - 8]).expect_err("its MAC is gone").to_string(),
        "field 64 at byte 21: needs 8 bytes, 0 are left"
    );
}

#[test]
fn where_a_message_breaks_is_told_to_the_byte() {
    let spec = Spec::up_pos();
    let cases: [(&[u8], &str); 9] = [
        (b"", "the message type at byte 0: needs 2 bytes, 0 are left"),
        (b"\x02\x0A", "the message type at byte 0: holds something that is no decimal digit"),
        (b"\x02\x00\x20", "the bitmap at byte 2: needs 8 bytes, 1 are left"),
        (
            b"\x02\x00\xA0\0\0\0\0\0\0\0",
            "the bitmap at byte 10: announces fields above 64, which this dialect lacks",
        ),
        (b"\x02\x00\x20\0\0\0\0\0\0\0\0\0", "field 3 at byte 10: needs 3 bytes, 2 are left"),
        (
            b"\x02\x00\x20\0\0\0\0\0\0\0\0\0\xF0",
            "field 3 at byte 10: holds something that is no decimal digit",
        ),
        (b"\x02\x00\x20\0\0\0\0\0\0\0\0\0\0\0", "the end at byte 13: 1 bytes more than the bitmap lists"),
        (
            b"\x02\x00\x40\0\0\0\0\0\0\0\x20",
            "field 2 at byte 10: says that it is 20 long; at most 19 are allowed",
        ),
        (
            b"\x02\x00\0\0\x04\0\0\0\0\0\x05\x11",
            "field 22 at byte 10: an odd number of digits is filled up with the wrong one",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(Message::decode(&spec, bytes).expect_err("it is broken").to_string(), expected);
    }
}
