//! What is encoded reads back as it was; whatever arrives is read without panic and in any chunks.

use escpos::{
    Align, Bitmap, Cut, Decoder, DrawerPin, Op, ProcessId, QrData, QrLevel, QrModule, Question, Recovery,
    Scale, encode, has_real_time_pair,
};
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> Vec<Op> {
    let mut decoder = Decoder::new();
    let mut ops = decoder.push(bytes);
    ops.extend(decoder.finish());
    ops
}

fn scale() -> impl Strategy<Value = Scale> {
    (1u8..=8).prop_map(|n| Scale::new(n).expect("in range"))
}

fn text() -> impl Strategy<Value = Op> {
    let character = prop_oneof![
        8 => proptest::char::range(' ', '~'),
        8 => proptest::char::range('一', '龥'),
        1 => Just('￥'),
        1 => Just('·'),
    ];
    proptest::collection::vec(character, 1..40)
        .prop_map(|characters| Op::Text(characters.into_iter().collect()))
}

fn printed_op() -> impl Strategy<Value = Op> {
    let modes = prop_oneof![
        Just(Op::Init),
        Just(Op::HanziMode(true)),
        prop_oneof![Just(Align::Left), Just(Align::Center), Just(Align::Right)].prop_map(Op::Align),
        any::<bool>().prop_map(Op::Bold),
        any::<bool>().prop_map(Op::Invert),
        (0u8..3).prop_map(Op::Underline),
        (scale(), scale()).prop_map(|(width, height)| Op::Size { width, height }),
        any::<Option<u8>>().prop_map(Op::LineSpacing),
        any::<[bool; 3]>().prop_map(|[double_width, double_height, underline]| Op::HanziPrint {
            double_width,
            double_height,
            underline
        }),
        any::<[u8; 2]>().prop_map(|[left, right]| Op::HanziSpacing { left, right }),
        any::<u8>().prop_map(Op::CodePage),
        (0u16..1000).prop_map(Op::Position),
    ];
    let moves = prop_oneof![
        Just(Op::LineFeed),
        Just(Op::CarriageReturn),
        Just(Op::Tab),
        any::<u8>().prop_map(Op::FeedLines),
        any::<u8>().prop_map(Op::FeedDots),
        prop_oneof![Just(Cut::Full), Just(Cut::Partial), any::<u8>().prop_map(Cut::FeedPartial)]
            .prop_map(Op::Cut),
    ];
    let pictures = prop_oneof![
        Just(Op::QrModel2),
        (1u8..=16).prop_map(|n| Op::QrModule(QrModule::new(n).expect("in range"))),
        prop_oneof![Just(QrLevel::L), Just(QrLevel::M), Just(QrLevel::Q), Just(QrLevel::H)]
            .prop_map(Op::QrLevel),
        "[ -~一-龥]{1,60}".prop_map(|s| Op::QrStore(QrData::new(s).expect("text"))),
        Just(Op::QrPrint),
        (1u16..8, proptest::collection::vec(any::<u8>(), 8..64)).prop_map(|(per_row, data)| {
            let whole = data.len() / usize::from(per_row) * usize::from(per_row);
            let bitmap = Bitmap::new(per_row, data[..whole].to_vec()).expect("a picture");
            Op::Raster(bitmap.bands(255).remove(0))
        }),
    ];
    let asks = prop_oneof![
        any::<u8>().prop_map(Op::AutoStatus),
        Just(Op::TransmitPaper),
        Just(Op::TransmitDrawer),
        any::<u8>().prop_map(Op::Identify),
        any::<u32>().prop_map(|n| Op::Fence(ProcessId::numbered(n))),
        (any::<u8>(), any::<u8>()).prop_map(|(on, off)| Op::Pulse { pin: DrawerPin::Two, on, off }),
    ];
    prop_oneof![3 => text(), 2 => modes, 2 => moves, 2 => pictures, 1 => asks]
}

fn op() -> impl Strategy<Value = Op> {
    let real_time = prop_oneof![
        (0usize..4).prop_map(|n| Op::Ask(Question::ALL[n])),
        Just(Op::Recover(Recovery::Resume)),
        Just(Op::Recover(Recovery::Clear)),
        (1u8..=8).prop_map(|on| Op::PulseNow { pin: DrawerPin::Five, on }),
    ];
    prop_oneof![6 => printed_op(), 1 => real_time]
}

/// Neighbouring texts are one text to whoever reads them.
fn joined(ops: Vec<Op>) -> Vec<Op> {
    let mut out: Vec<Op> = Vec::new();
    for op in ops {
        match (out.last_mut(), op) {
            (Some(Op::Text(before)), Op::Text(after)) => before.push_str(&after),
            (_, op) => out.push(op),
        }
    }
    out
}

proptest! {
    #[test]
    fn what_is_encoded_reads_back_as_it_was(ops in proptest::collection::vec(op(), 0..20)) {
        let encoded = encode(&ops);
        prop_assert_eq!(&encoded.substituted, &Vec::<char>::new());
        prop_assert_eq!(decode(&encoded.bytes), joined(ops));
    }

    #[test]
    fn any_bytes_are_read_and_reading_again_changes_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let ops = decode(&bytes);
        if !ops.iter().any(|op| matches!(op, Op::Oversized { .. })) {
            prop_assert_eq!(&decode(&encode(&ops).bytes), &ops);
        }
    }

    #[test]
    fn command_like_bytes_are_read_in_any_chunks(
        bytes in proptest::collection::vec(
            prop_oneof![
                Just(0x10u8), Just(0x1b), Just(0x1c), Just(0x1d), Just(b'('), Just(b'k'), Just(b'v'), Just(b'*'),
                Just(0), Just(4), Just(0x14), Just(0xca), Just(0xd5), any::<u8>(),
            ],
            0..300,
        ),
        cuts in proptest::collection::vec(1usize..9, 0..80),
    ) {
        let whole = decode(&bytes);
        let mut decoder = Decoder::new();
        let (mut pieces, mut rest) = (Vec::new(), &bytes[..]);
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            pieces.extend(decoder.push(now));
            rest = later;
        }
        pieces.extend(decoder.push(rest));
        pieces.extend(decoder.finish());
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn text_and_pictures_never_contain_a_real_time_command(
        lines in proptest::collection::vec(text(), 0..8),
        dots in proptest::collection::vec(prop_oneof![Just(0x10u8), Just(4), Just(5), Just(0x14)], 12..120),
        link in "[ -~]{1,200}",
    ) {
        let whole = dots.len() / 12 * 12;
        let picture = Bitmap::new(12, dots[..whole].to_vec()).expect("a picture");
        let mut ops = lines;
        ops.extend(picture.bands(24).into_iter().map(Op::Raster));
        ops.push(Op::QrStore(QrData::new(link).expect("text")));
        prop_assert!(!has_real_time_pair(&encode(&ops).bytes));
    }
}

#[test]
fn data_beyond_reason_is_passed_over_without_being_kept() {
    let mut decoder = Decoder::new();
    let head = [0x1d, b'v', b'0', 0, 0xff, 0xff, 0xff, 0xff];
    let skipped = 65535 * 65535;
    assert_eq!(decoder.push(&head), [Op::Oversized { head: head.to_vec(), skipped }]);
    assert_eq!(decoder.push(&[0x0a; 70_000]), []);
    assert_eq!(decoder.finish(), []);
}

#[test]
fn other_makers_spellings_mean_the_same() {
    assert_eq!(
        decode(b"\x1ba1\x1dV0\x1bE\x03\x1b-2"),
        [Op::Align(Align::Center), Op::Cut(Cut::Full), Op::Bold(true), Op::Underline(2)]
    );
}

#[test]
fn without_hanzi_mode_high_bytes_are_not_characters() {
    assert_eq!(
        decode(b"\x1c.\xca\xd5A"),
        [Op::HanziMode(false), Op::Stray(0xca), Op::Stray(0xd5), Op::text("A")]
    );
}

#[test]
fn unmodelled_commands_keep_the_stream_in_step() {
    let barcode = b"\x1dkI\x04{B12";
    let mut bytes = barcode.to_vec();
    bytes.extend(b"\x1c(A\x02\x000\x00ok\n");
    assert_eq!(
        decode(&bytes),
        [
            Op::Other(barcode.to_vec()),
            Op::Other(b"\x1c(A\x02\x000\x00".to_vec()),
            Op::text("ok"),
            Op::LineFeed
        ]
    );
}
