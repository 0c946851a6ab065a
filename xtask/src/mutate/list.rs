//! The safety lines and the rings that guard them, read from their file and checked against the tree.

use super::LIST;
use crate::tree::Tree;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Fewer than this prove little.
const FEWEST: usize = 30;

/// The whole list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// A ring's name and the command that runs it, from the root of the tree.
    pub rings: BTreeMap<String, String>,
    /// The lines.
    #[serde(rename = "line")]
    pub lines: Vec<Line>,
}

/// One safety line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// What would no longer hold without it.
    pub law: String,
    /// Where it is.
    pub file: String,
    /// Its text, once in the file.
    pub remove: String,
    /// What stands there instead while it is gone.
    #[serde(default)]
    pub instead: String,
    /// Which ring must fail.
    pub ring: String,
}

impl List {
    /// The list of this tree, every line found in its file.
    pub fn read(tree: &Tree) -> Result<List> {
        let file = tree.file(LIST).with_context(|| format!("there is no {LIST}"))?;
        let list: List = toml::from_str(&file.text).with_context(|| format!("{LIST} cannot be read"))?;
        ensure!(
            list.lines.len() >= FEWEST,
            "{LIST} has {} lines; at least {FEWEST} are due",
            list.lines.len()
        );
        let mut names = BTreeSet::new();
        for line in &list.lines {
            ensure!(names.insert(&line.name), "{LIST}: {} is there twice", line.name);
            ensure!(
                list.rings.contains_key(&line.ring),
                "{LIST}: {}: there is no ring {}",
                line.name,
                line.ring
            );
            let Some(file) = tree.file(&line.file) else {
                bail!("{LIST}: {}: no file {}", line.name, line.file)
            };
            let found = file.text.matches(&line.remove).count();
            ensure!(found == 1, "{LIST}: {}: its text is {found} times in {}", line.name, line.file);
            ensure!(line.remove != line.instead, "{LIST}: {}: nothing would change", line.name);
        }
        Ok(list)
    }

    /// The lines with these names; all of them for none.
    pub fn named(&self, names: &[&str]) -> Result<Vec<&Line>> {
        if let Some(unknown) = names.iter().find(|name| !self.lines.iter().any(|line| line.name == **name)) {
            bail!("{LIST} has no line {unknown}; see: cargo xtask mutate --list");
        }
        Ok(self.lines.iter().filter(|line| names.is_empty() || names.contains(&line.name.as_str())).collect())
    }

    /// So many lines, chosen by `text`.
    pub fn sample(&self, count: usize, text: &str) -> Vec<&Line> {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_cached_key(|line| {
            let mut hasher = DefaultHasher::new();
            (text, &line.name).hash(&mut hasher);
            hasher.finish()
        });
        lines.truncate(count);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mutation whose text has moved on would test nothing.
    #[test]
    fn every_line_of_the_list_is_where_it_says() {
        List::read(&Tree::read().unwrap()).unwrap();
    }

    #[test]
    fn a_line_that_is_not_there_is_named() {
        let line = |number: usize| {
            format!("[[line]]\nname = 'l{number}'\nlaw = 'x'\nfile = 'a.rs'\nremove = 'here'\nring = 'r'\n")
        };
        let text: String = (0..FEWEST).map(line).collect();
        let text = format!("[rings]\nr = 'true'\n{text}");
        let read = |source: &str| List::read(&Tree::of(&[(LIST, &text), ("a.rs", source)]));
        assert_eq!(read("here").unwrap().lines.len(), FEWEST);
        let error = read("gone").unwrap_err().to_string();
        assert_eq!(error, "tests/mutations.toml: l0: its text is 0 times in a.rs");
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_text() {
        let list = List::read(&Tree::read().unwrap()).unwrap();
        let names = |text| list.sample(5, text).iter().map(|line| line.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("a"), names("a"));
        assert_ne!(names("a"), names("b"));
    }
}
