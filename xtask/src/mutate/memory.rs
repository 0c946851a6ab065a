//! What was caught before, with the sources as they are now: a run that was stopped goes on where it stopped.

use super::list::{Line, List};
use crate::crates::folders_behind;
use crate::tree::Tree;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Lines by the state of the sources in which they were caught.
pub struct Memory {
    path: PathBuf,
    caught: BTreeMap<u64, Caught>,
}

/// How a line was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The words of the first failure.
    pub how: String,
    /// How long its ring took with the line removed.
    pub seconds: u64,
}

impl Memory {
    /// What is written in `folder`; nothing if nothing is. A line of it that cannot be read is forgotten.
    pub fn of(folder: &Path) -> Memory {
        let path = folder.join("caught");
        let text = fs::read_to_string(&path).unwrap_or_default();
        Memory { path, caught: text.lines().filter_map(read).collect() }
    }

    /// Empty, whatever was known.
    pub fn forget(self) -> Result<Memory> {
        let _ = fs::remove_file(&self.path);
        Ok(Memory { caught: BTreeMap::new(), ..self })
    }

    /// How this line was caught, if the sources have not changed since.
    pub fn caught(&self, state: u64) -> Option<&Caught> {
        self.caught.get(&state)
    }

    /// Keeps it at once, so that nothing is lost when the run is stopped.
    pub fn keep(&mut self, state: u64, caught: Caught) -> Result<()> {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        writeln!(file, "{state:016x} {} {}", caught.seconds, caught.how)?;
        self.caught.insert(state, caught);
        Ok(())
    }
}

/// A number for a line, its ring, and every source that the ring is built of: what changes elsewhere cannot make a
/// caught line survive.
pub fn state(tree: &Tree, list: &List, line: &Line) -> u64 {
    let command = &list.rings[&line.ring];
    let words: Vec<&str> = command.split_whitespace().collect();
    let packages: Vec<&str> = words.windows(2).filter(|pair| pair[0] == "-p").map(|pair| pair[1]).collect();
    let rooms: Vec<String> = folders_behind(tree, &packages).into_iter().map(|folder| folder + "/").collect();
    let mut hasher = DefaultHasher::new();
    (&line.file, &line.remove, &line.instead, command).hash(&mut hasher);
    let matters = |path: &str| path == "Cargo.lock" || rooms.iter().any(|room| path.starts_with(room));
    for file in tree.files.iter().filter(|file| matters(&file.path)) {
        (&file.path, &file.text).hash(&mut hasher);
    }
    hasher.finish()
}

fn read(line: &str) -> Option<(u64, Caught)> {
    let mut parts = line.splitn(3, ' ');
    let state = u64::from_str_radix(parts.next()?, 16).ok()?;
    let seconds = parts.next()?.parse().ok()?;
    Some((state, Caught { seconds, how: parts.next()?.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::super::LIST;
    use super::*;

    #[test]
    fn what_was_caught_is_known_until_a_source_of_its_ring_changes() {
        let line = "name = 'l'\nlaw = 'x'\nfile = 'core/a/a.rs'\nremove = 'here'\nring = 'r'\n";
        let list = format!("[rings]\nr = 'cargo test -p b'\n[[line]]\n{line}");
        let state = |source: &str, elsewhere: &str| {
            let tree = Tree::of(&[
                (LIST, &list),
                ("core/a/Cargo.toml", "[package]\nname = 'a'"),
                ("core/a/a.rs", source),
                ("core/b/Cargo.toml", "[package]\nname = 'b'\n[dependencies]\na.workspace = true"),
                ("core/c/Cargo.toml", "[package]\nname = 'c'"),
                ("core/c/c.rs", elsewhere),
            ]);
            let list: List = toml::from_str(&list).unwrap();
            super::state(&tree, &list, &list.lines[0])
        };
        assert_eq!(state("here", "one"), state("here", "two"));
        assert_ne!(state("here", "one"), state("here and there", "one"));
    }

    #[test]
    fn a_line_of_it_reads_back() {
        let caught = Caught { how: "a::test it was".to_owned(), seconds: 12 };
        assert_eq!(read("00000000000000ff 12 a::test it was"), Some((255, caught)));
        assert_eq!(read("00000000000000ff 12"), None);
    }
}
