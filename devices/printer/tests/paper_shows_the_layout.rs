//! What lies on the paper is what the layout said: the same words on the same rows, whatever the document.

use printer::{Model, Paper, PaperLine, Profile, VirtualPrinter, page};
use proptest::prelude::*;
use receipt::{Document, Line, Row, Size, lay_out};

fn printed(document: &Document, profile: &Profile) -> Vec<Paper> {
    let mut printer = VirtualPrinter::new(Model::of(profile));
    let bytes = page(document, profile).bytes;
    assert_eq!(printer.receive(&bytes), bytes.len());
    printer.take_papers()
}

/// The words of each printed line, without the space before them.
fn words(papers: &[Paper]) -> Vec<String> {
    let lines = papers.iter().flat_map(|paper| &paper.lines);
    let text = lines.filter_map(|line| match line {
        PaperLine::Text { runs, .. } => Some(runs.iter().map(|run| run.text.as_str()).collect::<String>()),
        PaperLine::Qr { .. } | PaperLine::Dots { .. } | PaperLine::Feed { .. } => None,
    });
    text.collect()
}

fn expected(document: &Document, profile: &Profile) -> Vec<String> {
    let layout = lay_out(document, profile.columns);
    let rows = layout.rows.iter().filter_map(|row| match row {
        Row::Text { text, .. } if !text.is_empty() => Some(on_paper(text)),
        Row::Rule => Some("-".repeat(profile.columns.count())),
        Row::Text { .. } | Row::Qr { .. } | Row::Blank | Row::Cut => None,
    });
    rows.collect()
}

fn on_paper(text: &str) -> String {
    text.chars().map(|character| escpos::printable(character).unwrap_or(escpos::SUBSTITUTE)).collect()
}

fn line() -> impl Strategy<Value = Line> {
    let text = || "[ -~一-龥￥¥，。·𠮷😀]{0,60}";
    prop_oneof![
        text().prop_map(Line::text),
        text().prop_map(Line::centered),
        (text(), prop_oneof![Just(Size::Double), Just(Size::Triple)])
            .prop_map(|(text, size)| Line::headline(text, size)),
        (text(), text()).prop_map(|(label, value)| Line::pair(label, value)),
        Just(Line::Rule),
        Just(Line::Blank),
        Just(Line::Cut),
        "[a-z]{1,80}".prop_map(|content| Line::Qr { content }),
    ]
}

proptest! {
    #[test]
    fn rows_come_out_as_they_were_laid_out(
        lines in proptest::collection::vec(line(), 0..12),
        which in 0usize..4,
    ) {
        let profile = &Profile::all()[which];
        let document = Document { lines };
        prop_assert_eq!(words(&printed(&document, profile)), expected(&document, profile));
    }

    #[test]
    fn nothing_is_printed_beyond_the_edge(lines in proptest::collection::vec(line(), 0..12), which in 0usize..4) {
        let profile = &Profile::all()[which];
        for paper in printed(&Document { lines }, profile) {
            for line in &paper.lines {
                if let PaperLine::Text { runs, .. } = line {
                    prop_assert!(runs.iter().all(|run| run.x + run.dots() <= profile.dots), "{line:?}");
                }
            }
        }
    }
}
