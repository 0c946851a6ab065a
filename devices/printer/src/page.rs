//! A document becomes the bytes of one page for one model of printer.

use crate::profile::Profile;
use escpos::{Align, Cut, Op, QrData, QrLevel, QrModule, Scale, encode};
use qrcode::{EcLevel, QrCode};
use receipt::{Document, Layout, Row, Size, lay_out};

/// The bytes of a page, and what could not be put on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What to send, without a fence: the session adds it.
    pub bytes: Vec<u8>,
    /// Characters the printer's font does not have; each is printed as a mark.
    pub substituted: Vec<char>,
    /// Codes that cannot be drawn on this paper; their text is printed instead.
    pub undrawable_codes: Vec<String>,
}

/// Bits of automatic status wanted: drawer, online, errors, paper.
const AUTO_STATUS: u8 = 0x0f;

/// Dots between the last line printed and the tear bar or cutter of the usual mechanism, about 15 mm.
const DOTS_TO_TEAR_BAR: u8 = 120;

/// The page of a document.
///
/// It begins from known modes whatever was printed before. `ESC @` also switches automatic status off, so it is
/// switched on again at once. Hanzi mode is always asked for, because foreign printers start without it and some
/// garble the first line otherwise.
pub fn page(document: &Document, profile: &Profile) -> Page {
    let layout = lay_out(document, profile.columns);
    let mut undrawable_codes = Vec::new();
    let mut ops = vec![Op::Init];
    if profile.auto_status {
        ops.push(Op::AutoStatus(AUTO_STATUS));
    }
    ops.extend([Op::HanziMode(true), Op::HanziSpacing { left: 0, right: 0 }]);
    for row in &layout.rows {
        match row {
            Row::Text { text, align, size, bold } => {
                ops.extend(text_row(text, align_of(*align), *size, *bold))
            }
            Row::Rule => ops.extend(rule(&layout)),
            Row::Qr { content } => match code(content, profile) {
                Some(code) => ops.extend(code),
                None => {
                    undrawable_codes.push(content.clone());
                    ops.extend(text_row(content, Align::Left, Size::Normal, false));
                }
            },
            Row::Blank => ops.push(Op::LineFeed),
            Row::Cut => ops.extend(end_of_piece(profile)),
        }
    }
    let encoded = encode(&ops);
    Page { bytes: encoded.bytes, substituted: encoded.substituted, undrawable_codes }
}

/// Every row states its own modes, so that no row depends on the one before it.
fn text_row(text: &str, align: Align, size: Size, bold: bool) -> [Op; 5] {
    let scale = Scale::new(size.times() as u8).expect("sizes are one to three times");
    [Op::Align(align), Op::Size { width: scale, height: scale }, Op::Bold(bold), Op::text(text), Op::LineFeed]
}

fn rule(layout: &Layout) -> [Op; 5] {
    text_row(&"-".repeat(layout.columns.count()), Align::Left, Size::Normal, false)
}

/// A QR code in the middle, or nothing if it says nothing, cannot be said, or is wider than the paper.
fn code(content: &str, profile: &Profile) -> Option<Vec<Op>> {
    let data = QrData::new(content).ok()?;
    let modules = QrCode::with_error_correction_level(content, EcLevel::M).ok()?.width() as u32;
    let with_quiet_zone = modules + 8;
    let dots = u32::from(profile.qr_module_dots).min(profile.dots / with_quiet_zone);
    // A phone camera does not reliably read modules of a single dot.
    let module = QrModule::new(u8::try_from(dots).ok().filter(|dots| *dots >= 2)?).ok()?;
    Some(vec![
        Op::Align(Align::Center),
        Op::QrModel2,
        Op::QrModule(module),
        Op::QrLevel(QrLevel::M),
        Op::QrStore(data),
        // The rim a reader needs to find the code: four modules of white.
        Op::FeedDots(4 * module.dots()),
        Op::QrPrint,
        Op::LineFeed,
    ])
}

fn end_of_piece(profile: &Profile) -> Vec<Op> {
    let back_to_normal =
        [Op::Align(Align::Left), Op::Size { width: Scale::ONE, height: Scale::ONE }, Op::Bold(false)];
    let end = if profile.cutter { Op::Cut(Cut::FeedPartial(0)) } else { Op::FeedDots(DOTS_TO_TEAR_BAR) };
    back_to_normal.into_iter().chain([end]).collect()
}

fn align_of(align: receipt::Align) -> Align {
    match align {
        receipt::Align::Left => Align::Left,
        receipt::Align::Center => Align::Center,
        receipt::Align::Right => Align::Right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use escpos::Decoder;
    use proptest::prelude::*;
    use receipt::Line;

    fn ops(lines: Vec<Line>, profile: &Profile) -> Vec<Op> {
        let mut decoder = Decoder::new();
        let mut ops = decoder.push(&page(&Document { lines }, profile).bytes);
        ops.extend(decoder.finish());
        ops
    }

    #[test]
    fn a_page_starts_from_known_modes_and_keeps_automatic_status() {
        let first: Vec<Op> = ops(vec![], &Profile::generic_58());
        assert_eq!(first[..3], [Op::Init, Op::AutoStatus(AUTO_STATUS), Op::HanziMode(true)]);
    }

    #[test]
    fn a_printer_without_a_cutter_feeds_past_the_tear_bar() {
        let end = |profile| ops(vec![Line::Cut], &profile).pop();
        assert_eq!(end(Profile::generic_58()), Some(Op::FeedDots(DOTS_TO_TEAR_BAR)));
        assert_eq!(end(Profile::generic_80()), Some(Op::Cut(Cut::FeedPartial(0))));
    }

    #[test]
    fn a_long_code_gets_smaller_modules_and_an_impossible_one_is_printed_as_text() {
        let module = |length: usize| {
            let line = Line::Qr { content: "x".repeat(length) };
            ops(vec![line], &Profile::generic_58()).into_iter().find_map(|op| match op {
                Op::QrModule(module) => Some(module.dots()),
                _ => None,
            })
        };
        assert_eq!(module(30), Some(6));
        assert_eq!(module(300), Some(4));
        assert_eq!(module(1500), Some(2));
        assert_eq!(module(2400), None);
        let page =
            page(&Document { lines: vec![Line::Qr { content: "a\tb".into() }] }, &Profile::generic_58());
        assert_eq!(page.undrawable_codes, ["a\tb"]);
    }

    #[test]
    fn what_the_font_lacks_is_reported() {
        let document = Document { lines: vec![Line::text("𠮷野家"), Line::text("😀")] };
        assert_eq!(page(&document, &Profile::generic_58()).substituted, ['𠮷', '😀']);
    }

    proptest! {
        /// Layout and codec count columns separately, because neither may know the other; they must agree.
        #[test]
        fn the_layout_and_the_codec_count_columns_alike(text in "\\PC{0,40}") {
            let document = Document { lines: vec![Line::text(text)] };
            for row in lay_out(&document, receipt::Columns::MM_58).rows {
                if let Row::Text { text, .. } = row {
                    prop_assert_eq!(receipt::cells(&text), escpos::columns(&text));
                }
            }
        }
    }
}
