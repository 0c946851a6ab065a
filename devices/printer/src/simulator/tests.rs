//! The virtual printer against the behavior the makers' manuals and an independent emulator describe.

use super::*;
use crate::page::page;
use crate::picture::picture;
use escpos::{Bitmap, DrawerPin, encode};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use receipt::{Document, Line};

fn printer(profile: Profile) -> VirtualPrinter {
    VirtualPrinter::new(Model::of(&profile))
}

fn slip(words: &str, profile: &Profile) -> Vec<u8> {
    page(&Document { lines: vec![Line::text(words), Line::Cut] }, profile).bytes
}

fn asked(printer: &mut VirtualPrinter) -> [u8; 4] {
    printer.take_answers();
    printer.receive(&encode(&Question::ALL.map(Op::Ask)).bytes);
    printer.take_answers().try_into().expect("four answers of one byte")
}

fn check_answers(faults: &[Fault], expected: Expect) {
    let mut printer = printer(Profile::epson_80());
    faults.iter().for_each(|fault| printer.set(*fault, true));
    expected.assert_eq(&format!("{:02X?}", asked(&mut printer)));
}

#[test]
fn it_answers_as_printers_do() {
    check_answers(&[], expect!["[12, 12, 12, 12]"]);
    check_answers(&[Fault::NearEnd], expect!["[12, 12, 12, 1E]"]);
    check_answers(&[Fault::PaperOut], expect!["[1A, 32, 12, 7E]"]);
    check_answers(&[Fault::CoverOpen], expect!["[1A, 16, 12, 12]"]);
    check_answers(&[Fault::CutterStuck], expect!["[1A, 52, 1A, 12]"]);
    check_answers(&[Fault::Hot], expect!["[1A, 52, 52, 12]"]);
    check_answers(&[Fault::OffLine], expect!["[1A, 12, 12, 12]"]);
}

#[test]
fn without_a_near_end_sensor_paper_out_reads_differently() {
    let mut printer = printer(Profile { near_end_sensor: Sensor::Absent, ..Profile::generic_58() });
    printer.set(Fault::PaperOut, true);
    assert_eq!(asked(&mut printer)[3], 0x72);
}

#[test]
fn it_pushes_a_block_when_asked_and_on_every_change() {
    let mut printer = printer(Profile::epson_80());
    printer.receive(b"\x1da\x0f");
    assert_eq!(printer.take_answers(), [0x10, 0, 0, 0]);
    printer.set(Fault::NearEnd, true);
    assert_eq!(printer.take_answers(), [0x10, 0, 3, 0]);
    printer.set(Fault::PaperOut, true);
    assert_eq!(printer.take_answers(), [0x18, 0, 0x0f, 0]);
    printer.set(Fault::PaperOut, false);
    printer.take_answers();
    printer.receive(b"\x1b@");
    printer.set(Fault::NearEnd, false);
    assert_eq!(printer.take_answers(), [], "ESC @ switches automatic status off");
}

#[test]
fn a_job_sent_while_it_is_out_of_paper_comes_out_once_afterwards() {
    let profile = Profile::epson_80();
    let mut printer = printer(profile.clone());
    printer.set(Fault::PaperOut, true);
    printer.receive(&slip("一张小票", &profile));
    printer.receive(b"\x1bp\x00\x19\xfa\x1d(H\x06\x0000A001");
    assert_eq!((printer.papers().count(), printer.drawer_openings()), (0, 0));
    printer.take_answers();
    printer.load_roll(None);
    let papers: Vec<String> = printer.papers().map(Paper::to_text).collect();
    assert_eq!(papers, ["一张小票\n\n"]);
    assert_eq!(printer.drawer_openings(), 1, "the drawer opens only then");
    assert!(printer.take_answers().ends_with(b"\x37\x22A001\x00"), "and so does the fence answer");
}

#[test]
fn a_roll_that_ends_in_the_middle_of_a_job_continues_from_the_interrupted_line() {
    let profile = Profile::generic_58();
    let mut printer = printer(profile.clone());
    let lines: Vec<Line> = (1..=6).map(|n| Line::text(format!("第{n}行"))).collect();
    printer.load_roll(Some(100));
    printer.receive(&page(&Document { lines }, &profile).bytes);
    assert!(printer.has(Fault::PaperOut));
    let before = printer.papers().map(Paper::to_text).collect::<String>();
    printer.load_roll(None);
    let after = printer.papers().map(Paper::to_text).collect::<String>();
    assert_eq!(before, "第1行\n第2行\n第3行\n第4行\n");
    assert_eq!(after, "第1行\n第2行\n第3行\n第4行\n第5行\n第6行\n");
}

#[test]
fn the_drawer_opens_at_once_even_while_it_is_offline() {
    let mut printer = printer(Profile::generic_58());
    printer.set(Fault::PaperOut, true);
    printer.receive(&encode(&[Op::PulseNow { pin: DrawerPin::Two, on: 2 }]).bytes);
    assert_eq!(printer.drawer_openings(), 1);
}

#[test]
fn a_stuck_cutter_waits_to_be_told_how_to_go_on() {
    for (how, printed) in [(Recovery::Resume, 1), (Recovery::Clear, 0)] {
        let profile = Profile::epson_80();
        let mut printer = printer(profile.clone());
        printer.set(Fault::CutterStuck, true);
        printer.receive(&slip("小票", &profile));
        printer.receive(&encode(&[Op::Recover(how)]).bytes);
        assert_eq!(printer.papers().count(), 0, "nothing helps while the cause is there");
        printer.set(Fault::CutterStuck, false);
        assert_eq!(printer.papers().count(), 0, "it waits");
        printer.receive(&encode(&[Op::Recover(how)]).bytes);
        assert_eq!(printer.papers().count(), printed);
        assert_eq!(asked(&mut printer), [0x12; 4]);
    }
}

#[test]
fn losing_its_power_loses_what_is_not_on_paper() {
    let profile = Profile::epson_80();
    let mut printer = printer(profile.clone());
    printer.receive(&slip("甲", &profile));
    printer.set(Fault::CoverOpen, true);
    printer.receive(&slip("乙", &profile));
    printer.power_cycle();
    printer.set(Fault::CoverOpen, false);
    let papers: Vec<String> = printer.papers().map(Paper::to_text).collect();
    assert_eq!(papers, ["甲\n\n"]);
}

#[test]
fn a_full_buffer_takes_no_more() {
    let mut printer = VirtualPrinter::new(Model { buffer_bytes: 10, ..Model::of(&Profile::generic_58()) });
    printer.set(Fault::PaperOut, true);
    assert_eq!(printer.receive(b"12345678\n"), 9);
    assert_eq!(printer.receive(b"ab\n"), 1);
    printer.set(Fault::PaperOut, false);
    assert_eq!(printer.receive(b"b\n"), 2);
    assert_eq!(printer.papers().map(Paper::to_text).collect::<String>(), "12345678\nab\n");
}

#[test]
fn old_firmware_obeys_a_drawer_command_inside_a_picture_unless_the_picture_is_made_safe() {
    let mut old =
        VirtualPrinter::new(Model { real_time_inside_data: true, ..Model::of(&Profile::generic_58()) });
    old.receive(b"\x1dv0\x00\x06\x00\x01\x00\x10\x14\x01\x00\x01\x00");
    assert_eq!(old.drawer_openings(), 1);
    let picture =
        Bitmap::new(6, b"\x10\x14\x01\x00\x01\x00\x10\x04\x01\x00\x00\x00".to_vec()).expect("a picture");
    let bands: Vec<Op> = picture.bands(24).into_iter().map(Op::Raster).collect();
    old.receive(&encode(&bands).bytes);
    assert_eq!((old.drawer_openings(), old.take_answers()), (1, vec![]));
}

#[test]
fn type_stands_where_its_modes_put_it() {
    let mut printer = printer(Profile::generic_58());
    printer.receive(b"left\n\x1ba1mid\n\x1ba2\x1d!\x11R\n\x1ba0");
    printer.receive(b"0123456789012345678901234567890123\n");
    let lines: Vec<String> =
        printer.papers().flat_map(|paper| &paper.lines).map(|line| format!("{line:?}")).collect();
    let brief: Vec<String> =
        lines.iter().map(|line| line.replace(", bold: false, underline: false, invert: false", "")).collect();
    expect![[r#"
        Text { runs: [Run { x: 0, text: "left", ink: Ink { width: 1, height: 1 } }], advance: 30 }
        Text { runs: [Run { x: 174, text: "mid", ink: Ink { width: 1, height: 1 } }], advance: 30 }
        Text { runs: [Run { x: 360, text: "R", ink: Ink { width: 2, height: 2 } }], advance: 54 }
        Text { runs: [Run { x: 0, text: "0123456789012345", ink: Ink { width: 2, height: 2 } }], advance: 54 }
        Text { runs: [Run { x: 0, text: "6789012345678901", ink: Ink { width: 2, height: 2 } }], advance: 54 }
        Text { runs: [Run { x: 0, text: "23", ink: Ink { width: 2, height: 2 } }], advance: 54 }"#]]
    .assert_eq(&brief.join("\n"));
}

#[test]
fn it_says_who_it_is() {
    let mut printer = printer(Profile::generic_58());
    printer.receive(b"\x1dIC\x1dIB");
    assert_eq!(printer.take_answers(), b"\x5fVirtual 58\0\x5fPaydesk\0");
}

fn command_like_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        6 => prop::sample::select(&b"\x1b\x1d\x1c\x10\x0a\x09!aEk(v0dJVprIH"[..]),
        3 => prop::sample::select(&[0, 1, 2, 4, 5, 0x14, 0x31, 0x43, 0x50, 0x51, 0xca, 0xd5][..]),
        2 => any::<u8>(),
    ]
}

proptest! {
    /// Anything may arrive at an open port: it is printed somehow, drawn somehow, and never more paper than there is.
    #[test]
    fn whatever_arrives_is_printed_and_drawn_without_harm(
        chunks in proptest::collection::vec(proptest::collection::vec(command_like_byte(), 0..40), 0..12),
        old_firmware: bool,
        roll in proptest::option::of(0u32..2000),
    ) {
        let model = Model { real_time_inside_data: old_firmware, ..Model::of(&Profile::epson_58()) };
        let mut printer = VirtualPrinter::new(model);
        printer.load_roll(roll);
        for chunk in &chunks {
            prop_assert!(printer.receive(chunk) <= chunk.len());
        }
        prop_assert!(printer.has(Fault::PaperOut) || printer.receive(b"\n") == 1);
        for paper in printer.take_papers() {
            let svg = picture(&paper);
            prop_assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
            prop_assert!(!svg.chars().any(char::is_control), "a control character would not be XML");
        }
    }
}
