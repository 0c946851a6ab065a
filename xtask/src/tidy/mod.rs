//! The laws of the tree, each a function from files to breaches, so that each is tested on a tree made up for it.

mod arrows;
mod lines;
mod long_functions;
mod names;
mod prose;
mod scenarios;

use anyhow::{Context, Result};
use std::fmt;
use std::path::Path;
use std::process::Command;

/// The files git knows, as text.
pub struct Tree {
    /// In git's order.
    pub files: Vec<File>,
}

/// One file.
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// Its text; empty for what is not text.
    pub text: String,
    /// Size in bytes.
    pub size: u64,
}

/// A law that is broken somewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Breach {
    /// Where: `path` or `path:line`.
    pub place: String,
    /// What is wrong and what to do instead.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl Tree {
    /// The tree around this crate: what git tracks and what it does not ignore.
    pub fn read() -> Result<Tree> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the root")?;
        let listing = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git to list the files")?;
        let listing = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
        let mut files = Vec::new();
        for path in listing.lines() {
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            let size = bytes.len() as u64;
            files.push(File {
                path: path.to_owned(),
                text: String::from_utf8(bytes).unwrap_or_default(),
                size,
            });
        }
        Ok(Tree { files })
    }

    /// The file at this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Files whose name ends so.
    pub fn ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.ends_with(ending))
    }

    /// A tree for a test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            size: text.len() as u64,
        };
        Tree { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// A breach of this whole file.
    pub fn breach(&self, what: impl Into<String>) -> Breach {
        Breach { place: self.path.clone(), what: what.into() }
    }

    /// A breach in one line, counted from 0.
    pub fn breach_at(&self, line: usize, what: impl Into<String>) -> Breach {
        Breach { place: format!("{}:{}", self.path, line + 1), what: what.into() }
    }
}

/// Every breach of every law.
pub fn check(tree: &Tree) -> Vec<Breach> {
    let laws = [
        arrows::arrows,
        arrows::core_is_pure,
        arrows::manifests_inherit,
        names::providers_stay_home,
        names::files_are_named_for_what_is_in_them,
        lines::files_say_what_they_are,
        lines::nothing_is_left_over,
        lines::no_addresses_of_one_place,
        long_functions::functions_do_not_creep,
        prose::one_title,
        prose::changelog_has_its_shape,
        prose::no_blobs,
        scenarios::every_fact_has_a_scenario,
    ];
    laws.iter().flat_map(|law| law(tree)).collect()
}

/// What the breaches of one law look like, for tests.
#[cfg(test)]
fn told(breaches: &[Breach]) -> String {
    breaches.iter().map(|breach| format!("{breach}\n")).collect()
}
