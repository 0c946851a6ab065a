//! The files of the tree, as git knows them.

use anyhow::{Context, Result};
use std::fs;
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

/// The folder that holds the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root")
}

impl Tree {
    /// The tree around this crate: what git tracks and what it does not ignore.
    pub fn read() -> Result<Tree> {
        let root = root();
        let listing = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("cannot run git to list the files")?;
        let listing = String::from_utf8(listing.stdout).context("a file name is not UTF-8")?;
        let mut files = Vec::new();
        for path in listing.lines() {
            let Ok(bytes) = fs::read(root.join(path)) else { continue };
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
