//! Paper as a picture: an SVG at the printer's own dots, so that a browser shows what would lie on the counter.

use crate::paper::{GLYPH_HEIGHT_DOTS, Ink, Paper, PaperLine, Run, glyph_dots};
use crate::simulator::error_correction;
use escpos::{QrLevel, Raster};
use qrcode::{Color, QrCode};
use std::fmt::Write;

/// Paper around the print area: 384 dots on a roll of 58 mm leave 40 at each side, 576 on 80 mm leave 32.
const SIDE_DOTS: u32 = 40;
const TOP_DOTS: u32 = 36;
const BOTTOM_DOTS: u32 = 40;
/// Teeth of the torn or cut edge.
const TOOTH_DOTS: u32 = 8;

const INK: &str = "#26262b";
const PAPER: &str = "#fdfcf8";
const FONTS: &str = "'Noto Sans Mono CJK SC','Sarasa Mono SC','Source Han Mono SC','Noto Sans CJK SC','PingFang SC',\
'Microsoft YaHei','WenQuanYi Zen Hei Mono','WenQuanYi Zen Hei',monospace";

/// Draws one piece of paper. One unit is one dot, 8 to the millimeter.
pub fn picture(paper: &Paper) -> String {
    let (width, height) = (paper.dots + 2 * SIDE_DOTS, paper.length() + TOP_DOTS + BOTTOM_DOTS);
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"{FONTS}\" fill=\"{INK}\">"
    );
    let _ = write!(svg, "<title>{}</title>", escaped(&title(paper)));
    let _ = write!(svg, "<path fill=\"{PAPER}\" stroke=\"#d9d5cb\" d=\"{}\"/>", outline(width, height));
    let mut y = TOP_DOTS;
    for line in &paper.lines {
        draw_line(&mut svg, line, y);
        y += line.advance();
    }
    svg.push_str("</svg>");
    svg
}

/// What a screen reader says: the words on the paper.
fn title(paper: &Paper) -> String {
    paper.to_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Straight sides, teeth where the paper was separated.
fn outline(width: u32, height: u32) -> String {
    let mut path = format!("M0 {TOOTH_DOTS}");
    let teeth = width / TOOTH_DOTS;
    for tooth in 1..=teeth {
        let _ = write!(path, "L{} {}", tooth * width / teeth, if tooth % 2 == 1 { 0 } else { TOOTH_DOTS });
    }
    let _ = write!(path, "L{width} {}", height - TOOTH_DOTS);
    for tooth in (0..teeth).rev() {
        let y = if tooth % 2 == 1 { height } else { height - TOOTH_DOTS };
        let _ = write!(path, "L{} {y}", tooth * width / teeth);
    }
    path + "Z"
}

fn draw_line(svg: &mut String, line: &PaperLine, y: u32) {
    match line {
        PaperLine::Text { runs, .. } => {
            let height = runs.iter().map(|run| run.ink.height).max().unwrap_or(1) * GLYPH_HEIGHT_DOTS;
            runs.iter().for_each(|run| draw_run(svg, run, y, y + height));
        }
        PaperLine::Qr { content, x, module, level, .. } => {
            draw_code(svg, content, *level, x + SIDE_DOTS, y, *module)
        }
        PaperLine::Dots { band, x } => draw_dots(svg, band, x + SIDE_DOTS, y),
        PaperLine::Feed { .. } => {}
    }
}

/// Characters of different height stand on one base line, as in the printer.
fn draw_run(svg: &mut String, run: &Run, top: u32, bottom: u32) {
    let (x, width) = (run.x + SIDE_DOTS, run.dots());
    let color = if run.ink.invert { PAPER } else { INK };
    if run.ink.invert {
        let _ = write!(svg, "<path d=\"M{x} {top}h{width}V{bottom}h-{width}z\"/>");
    }
    let mut at = run.x;
    for piece in pieces(&run.text) {
        draw_piece(svg, &piece, run.ink, at + SIDE_DOTS, bottom, color);
        at += piece.chars().map(|character| glyph_dots(character, run.ink)).sum::<u32>();
    }
    if run.ink.underline {
        let _ = write!(svg, "<path fill=\"{color}\" d=\"M{x} {}h{width}v2h-{width}z\"/>", bottom - 2);
    }
}

/// Narrow and wide characters apart, and runs of spaces left out, so that each piece fills its cells exactly whatever
/// font the browser has.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if piece.chars().all(|other| kind(other) == kind(character)) => piece.push(character),
            _ => pieces.push(String::from(character)),
        }
    }
    pieces
}

fn kind(character: char) -> u8 {
    match character {
        ' ' => 0,
        _ if character.is_ascii() => 1,
        _ => 2,
    }
}

/// The font's size is chosen so that its own cells nearly are the printer's; `textLength` does the rest.
fn draw_piece(svg: &mut String, piece: &str, ink: Ink, x: u32, bottom: u32, color: &str) {
    if piece.starts_with(' ') {
        return;
    }
    let natural = Ink { width: 1, ..ink };
    let width: u32 = piece.chars().map(|character| glyph_dots(character, natural)).sum();
    let base_line = bottom - 4 * ink.height;
    let weight = if ink.bold { " font-weight=\"700\"" } else { "" };
    let _ = write!(
        svg,
        "<text transform=\"translate({x} {base_line}) scale({} {})\" font-size=\"23\" textLength=\"{width}\" \
         lengthAdjust=\"spacingAndGlyphs\" fill=\"{color}\"{weight}>{}</text>",
        ink.width,
        ink.height,
        escaped(piece)
    );
}

fn draw_code(svg: &mut String, content: &str, level: QrLevel, x: u32, y: u32, module: u32) {
    let Ok(code) = QrCode::with_error_correction_level(content, error_correction(level)) else { return };
    let side = code.width();
    let rows: Vec<bool> = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    let path = runs_path(side, side, |column, row| rows[row * side + column], module);
    let _ =
        write!(svg, "<path shape-rendering=\"crispEdges\" transform=\"translate({x} {y})\" d=\"{path}\"/>");
}

fn draw_dots(svg: &mut String, band: &Raster, x: u32, y: u32) {
    let (columns, rows) = (usize::from(band.bytes_per_row()) * 8, usize::from(band.rows()));
    let path = runs_path(columns, rows, |column, row| band.is_black(column, row), 1);
    let _ =
        write!(svg, "<path shape-rendering=\"crispEdges\" transform=\"translate({x} {y})\" d=\"{path}\"/>");
}

/// One rectangle for each run of black squares in a row.
fn runs_path(columns: usize, rows: usize, black: impl Fn(usize, usize) -> bool, square: u32) -> String {
    let mut path = String::new();
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let length = (column..columns).take_while(|at| black(*at, row)).count();
            if length > 0 {
                let (x, y, width) = (column as u32 * square, row as u32 * square, length as u32 * square);
                let _ = write!(path, "M{x} {y}h{width}v{square}h-{width}z");
            }
            column += length + 1;
        }
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Model, Profile, VirtualPrinter};
    use expect_test::expect;

    fn drawn(bytes: &[u8]) -> String {
        let mut printer = VirtualPrinter::new(Model::of(&Profile::generic_58()));
        printer.receive(bytes);
        printer.take_papers().iter().map(picture).collect()
    }

    #[test]
    fn text_becomes_cells_of_the_printers_own_size() {
        let svg = drawn("\x1d!\x11A".as_bytes());
        assert_eq!(svg, "", "a line is drawn when it is printed");
        let svg = drawn(b"\x1d!\x11A \xca\xd5<\n");
        let texts: Vec<&str> =
            svg.split("<text ").skip(1).map(|t| t.split("</text>").next().unwrap_or("")).collect();
        expect![[r##"
            transform="translate(40 76) scale(2 2)" font-size="23" textLength="12" lengthAdjust="spacingAndGlyphs" fill="#26262b">A
            transform="translate(88 76) scale(2 2)" font-size="23" textLength="24" lengthAdjust="spacingAndGlyphs" fill="#26262b">收
            transform="translate(136 76) scale(2 2)" font-size="23" textLength="12" lengthAdjust="spacingAndGlyphs" fill="#26262b">&lt;"##]].assert_eq(&texts.join("\n"));
    }

    #[test]
    fn words_on_paper_cannot_break_out_of_the_picture() {
        let svg = drawn(b"<script>&\"\n");
        assert!(!svg.contains("<script>"));
        assert!(svg.contains("&lt;script&gt;&amp;&quot;"));
    }

    #[test]
    fn dots_become_runs() {
        assert_eq!(runs_path(4, 2, |x, y| (x + y) % 4 < 2, 2), "M0 0h4v2h-4zM0 2h2v2h-2zM6 2h2v2h-2z");
    }
}
