//! Functions fit a screen. A ratchet: only the band just above the line is refused, so that short functions cannot
//! creep over it while an honest long one (a table, a match over everything) may stand.

use super::{Breach, Tree};

const SCREEN: usize = 70;
const BAND: usize = 15;

/// No function has grown just past a screen.
pub fn functions_do_not_creep(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in tree.ending(".rs") {
        for (start, length) in functions(&file.text) {
            if (SCREEN + 1..=SCREEN + BAND).contains(&length) {
                breaches.push(file.breach_at(
                    start,
                    format!(
                        "{length} lines; cut the function where the question changes (a screen is {SCREEN})"
                    ),
                ));
            }
        }
    }
    breaches
}

/// First line and length of every function, by the indentation that rustfmt gives.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| {
        let words = line.trim_start();
        let only_declared = words.ends_with(';');
        if only_declared {
            return false;
        }
        words.starts_with("fn ")
            || words.contains(" fn ") && words.starts_with("pub")
            || words.starts_with("async fn ")
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        let closing = format!("{}}}", " ".repeat(indent(line)));
        let end = lines[start..].iter().position(|line| *line == closing);
        if let Some(length) = end {
            found.push((start, length + 1));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_creep_is_refused() {
        let with = |lines: usize| {
            let text = format!("//! A.\npub fn f() {{\n{}}}\n", "    x();\n".repeat(lines - 2));
            functions_do_not_creep(&Tree::of(&[("a.rs", &text)])).len()
        };
        assert_eq!([with(70), with(71), with(85), with(86)], [0, 1, 1, 0]);
    }

    #[test]
    fn a_declaration_has_no_length() {
        let text = format!("//! A.\n    fn f();\n{}    }}\n", "// x\n".repeat(75));
        assert_eq!(functions(&text), []);
    }
}
