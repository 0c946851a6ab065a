//! A folder of one test, gone when the test is over, also when it fails.

use std::fs;
use std::path::PathBuf;

/// The folder.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one; the name says which test left it, should that be killed.
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("paydesk-{name}-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// The path of something in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file into it; gives its path.
    #[allow(dead_code, reason = "not every test writes files")]
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
