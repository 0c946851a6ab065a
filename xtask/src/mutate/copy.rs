//! A copy of the tree to break things in, with a build folder of its own so that each try builds little.

use crate::tree::Tree;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy.
pub struct Copy {
    /// Its root.
    pub tree: PathBuf,
    logs: PathBuf,
    target: PathBuf,
}

/// How long a ring may take, its first build included, in seconds: a removed line may be what ends a loop.
const LIMIT: &str = "1800";

/// What `timeout` of coreutils exits with when the command did not end by itself.
const OVERDUE: i32 = 124;

/// How a ring ended.
pub struct Run {
    /// With exit code 0.
    pub passed: bool,
    /// It was ended because it did not end by itself.
    pub overdue: bool,
    /// What it printed.
    pub log: PathBuf,
}

impl Copy {
    /// The tree as it is now, below `folder`. A file that is there already and the same keeps its time, so that
    /// nothing is built for it.
    pub fn make(tree: &Tree, folder: &Path) -> Result<Copy> {
        let copy =
            Copy { tree: folder.join("tree"), logs: folder.join("logs"), target: folder.join("target") };
        fs::create_dir_all(&copy.logs).with_context(|| format!("cannot create {}", copy.logs.display()))?;
        let mut kept = BTreeSet::new();
        for file in &tree.files {
            let from = crate::tree::root().join(&file.path);
            let to = copy.tree.join(&file.path);
            let bytes = fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
            if fs::read(&to).ok().as_ref() != Some(&bytes) {
                fs::create_dir_all(to.parent().expect("a file is in a folder"))?;
                fs::write(&to, &bytes).with_context(|| format!("cannot write {}", to.display()))?;
                fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
            }
            kept.insert(to);
        }
        drop_others(&copy.tree, &kept)?;
        Ok(copy)
    }

    /// Runs a ring's command in it.
    pub fn run(&self, command: &str, name: &str) -> Result<Run> {
        self.run_within(LIMIT, command, name)
    }

    fn run_within(&self, seconds: &str, command: &str, name: &str) -> Result<Run> {
        let log = self.logs.join(format!("{name}.log"));
        let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        // `timeout` ends all that the ring started, not the shell alone.
        let status = Command::new("timeout")
            .args(["--kill-after=5", seconds, "sh", "-c", command])
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // Snapshot tests look for their file from here; the outermost workspace is another one.
            .env("CARGO_WORKSPACE_DIR", &self.tree)
            .env("CARGO_TERM_COLOR", "never")
            // Nobody looks at these programs but by their tests' names.
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .context("cannot run timeout (coreutils)")?;
        Ok(Run { passed: status.success(), overdue: status.code() == Some(OVERDUE), log })
    }
}

/// Removes sources that the tree no longer has.
fn drop_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            drop_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_that_does_not_end_is_ended() {
        let folder = std::env::temp_dir().join(format!("paydesk-ring-{}", std::process::id()));
        let copy = Copy { tree: folder.clone(), logs: folder.clone(), target: folder.clone() };
        fs::create_dir_all(&folder).unwrap();
        let endless = copy.run_within("0.2", "while :; do sleep 0.1; done", "endless").unwrap();
        let failing = copy.run_within("60", "exit 1", "failing").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(endless.overdue && !endless.passed);
        assert!(!failing.overdue && !failing.passed);
    }
}
