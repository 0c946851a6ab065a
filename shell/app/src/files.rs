//! Files that must outlive a power cut: each appears whole or not at all, and stays once it was reported written.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Writes `text` for its owner alone to read, in place of what was there.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_added_extension("new");
    let write = || -> io::Result<()> {
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        keep_names(path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// The same for a file that must not exist yet.
pub fn create_private(path: &Path, text: &str) -> Result<()> {
    ensure!(!path.exists(), "{} exists already", path.display());
    write_private(path, text)
}

/// Makes the folder and those above it, for its owner alone, and keeps it.
pub fn make_folder(path: &Path) -> Result<()> {
    let make = || -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        keep_names(path)
    };
    make().with_context(|| format!("cannot create the folder {}", path.display()))
}

/// A name is in its folder's own data, which must reach the disk too.
fn keep_names(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_private_file_is_for_its_owner_alone_and_is_not_written_over() {
        let folder = std::env::temp_dir().join(format!("paydesk-files-{}", std::process::id()));
        make_folder(&folder).unwrap();
        let path = folder.join("shop.key");
        create_private(&path, "first").unwrap();
        let refused = create_private(&path, "second").unwrap_err().to_string();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let text = fs::read_to_string(&path).unwrap();
        let names = fs::read_dir(&folder).unwrap().count();
        fs::remove_dir_all(&folder).unwrap();
        assert!(refused.ends_with("shop.key exists already"), "{refused}");
        assert_eq!((mode, text.as_str(), names), (0o600, "first", 1));
    }
}
