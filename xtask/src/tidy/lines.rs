//! What the lines of a source file may and must be.

use super::{Breach, File, Tree};

/// What is written while working and must not stay, in pieces so that this file does not breach its own law.
const LEFT_OVER: &[(&str, &str)] = &[
    (concat!("todo", "!("), "write it, or refuse by name"),
    (concat!("unimplemented", "!("), "write it, or refuse by name"),
    (concat!("dbg", "!("), "take it out"),
    (concat!("FIX", "ME"), "mend it, or open an issue"),
    (concat!("XX", "X:"), "mend it, or open an issue"),
    (concat!("#[ig", "nore"), "a test that does not run proves nothing; make it run or take it out"),
    (concat!("describe", ".skip("), "a test that does not run proves nothing"),
    (concat!("test", ".only("), "runs one test and hides the others"),
    (concat!("it", ".skip("), "a test that does not run proves nothing"),
];

/// Marks of one machine or one download place.
const ONE_PLACE: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("\"resolved\": \"ht", "tp"),
];

/// Every Rust file opens by saying what question it answers.
pub fn files_say_what_they_are(tree: &Tree) -> Vec<Breach> {
    let silent = |file: &&File| !file.text.starts_with("//! ");
    tree.ending(".rs")
        .filter(silent)
        .map(|file| file.breach("begin with `//! ` and what this file answers"))
        .collect()
}

/// Nothing that was only meant for a while.
pub fn nothing_is_left_over(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in sources(tree) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some((mark, instead)) = LEFT_OVER.iter().find(|(mark, _)| line.contains(mark)) {
                breaches.push(file.breach_at(number, format!("left over: {mark}; {instead}")));
            }
        }
    }
    breaches
}

/// Nothing that is true on one machine only.
pub fn no_addresses_of_one_place(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in &tree.files {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(mark) = ONE_PLACE.iter().find(|mark| line.contains(**mark)) {
                breaches
                    .push(file.breach_at(number, format!("{mark} is a place of one machine; leave it out")));
            }
        }
    }
    breaches
}

fn sources(tree: &Tree) -> impl Iterator<Item = &File> {
    let endings = [".rs", ".ts", ".tsx", ".py", ".mjs", ".sh"];
    tree.files.iter().filter(move |file| endings.iter().any(|ending| file.path.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_file_without_its_sentence_is_a_breach() {
        let tree = Tree::of(&[("a.rs", "use x;\n"), ("b.rs", "//! Says so.\n")]);
        assert_eq!(
            told(&files_say_what_they_are(&tree)),
            "a.rs: begin with `//! ` and what this file answers\n"
        );
    }

    #[test]
    fn left_overs_are_found_with_their_line() {
        let text = format!("//! A.\nfn f() {{ {}) }}\n", concat!("todo", "!("));
        let breaches = told(&nothing_is_left_over(&Tree::of(&[("a.rs", &text)])));
        assert!(breaches.starts_with("a.rs:2: left over"), "{breaches}");
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let text = format!("see {}me/notes", concat!("/ho", "me/"));
        assert_eq!(no_addresses_of_one_place(&Tree::of(&[("a.md", &text)])).len(), 1);
    }
}
