//! Who this device is: its till, its key, its fence, and what the server last said the till takes. One file that only
//! its owner may read; the key in it is sealed where there is something to seal it with.

use base::{AgentId, Currency, MerchantId, Secret, StoreId, TillId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A device that is paired with a till.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Where the server is, without a slash at the end.
    pub server: String,
    /// Where customers open their receipts; nothing if the server has not said.
    #[serde(default)]
    pub public_url: Option<String>,
    /// The device.
    pub agent: String,
    /// Its key; never in a file that has it sealed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The key as it lies in the file, where it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed_key: Option<String>,
    /// The fence number under which it stands for the till, or last did; of a spare the one it last heard.
    pub fence: u64,
    /// Whether it stands for the till; otherwise it is a spare, or was taken over.
    pub current: bool,
    /// Whose till it is.
    pub merchant: Named,
    /// Where it stands.
    pub store: Named,
    /// The till.
    pub till: Named,
    /// The most that one payment may be, in minor units.
    pub limit: i64,
    /// The currency.
    pub currency: String,
    /// The wallets that are known.
    pub wallets: Vec<WalletInfo>,
}

/// Seals the device's key where it lies.
pub trait KeySeal: Send + Sync {
    /// A text that only [`KeySeal::open`] understands.
    fn seal(&self, key: &str) -> String;
    /// The key; nothing if this was not sealed by the same.
    fn open(&self, sealed: &str) -> Option<Secret<String>>;
}

/// The file that says who the device is.
#[derive(Clone)]
pub struct IdentityFile {
    path: PathBuf,
    seal: Option<Arc<dyn KeySeal>>,
}

/// How a device's key lies on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLies {
    /// Sealed: worth nothing without what seals it.
    Sealed,
    /// As it is, in a file that only its owner may read.
    InClear,
    /// As it is, in a file that others on this machine may read too.
    ReadableByOthers,
}

/// Something with an id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// A wallet and how its codes look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletInfo {
    /// Our short name of it.
    pub wallet: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Its codes begin with one of these.
    pub prefixes: Vec<String>,
    /// Fewest digits.
    pub shortest: usize,
    /// Most digits.
    pub longest: usize,
    /// Where another wallet's codes begin just so, it is this one's.
    #[serde(default)]
    pub wins: bool,
    /// Whether this shop takes it.
    pub available: bool,
}

/// Why a device does not know who it is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("the till's identity {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The key in it is sealed, and what was given does not open it.
    #[error(
        "the key in {path} is sealed and {why}; give the master key that sealed it, or pair this device again with `paydesk till init`"
    )]
    Sealed {
        /// Which.
        path: String,
        /// Why it cannot be opened.
        why: &'static str,
    },
    /// The file is not one of ours.
    #[error("the till's identity {path} is damaged: {why}; pair this device again with `paydesk till init`")]
    Damaged {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
}

impl IdentityFile {
    /// The file at `path`; without something to seal with, the key lies in it as it is.
    pub fn new(path: PathBuf, seal: Option<Arc<dyn KeySeal>>) -> IdentityFile {
        IdentityFile { path, seal }
    }

    /// Whether a key that is written here is sealed.
    pub fn seals(&self) -> bool {
        self.seal.is_some()
    }

    /// How the key lies in the file.
    pub fn lies(&self) -> Result<KeyLies, IdentityError> {
        let shown = || self.path.display().to_string();
        let failed = |source| IdentityError::File { path: shown(), source };
        let text = fs::read_to_string(&self.path).map_err(failed)?;
        let identity: Identity = serde_json::from_str(&text)
            .map_err(|error| IdentityError::Damaged { path: shown(), why: error.to_string() })?;
        let mode = fs::metadata(&self.path).map_err(failed)?.permissions().mode();
        Ok(match identity.sealed_key {
            Some(_) => KeyLies::Sealed,
            None if mode & 0o077 != 0 => KeyLies::ReadableByOthers,
            None => KeyLies::InClear,
        })
    }

    /// Reads the file.
    pub fn read(&self) -> Result<Identity, IdentityError> {
        let shown = self.path.display().to_string();
        let text = fs::read_to_string(&self.path)
            .map_err(|source| IdentityError::File { path: shown.clone(), source })?;
        let damaged = |why: String| IdentityError::Damaged { path: shown.clone(), why };
        let mut identity: Identity =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if let Some(sealed) = identity.sealed_key.take() {
            identity.key = self.opened(&sealed, &shown)?;
        }
        let ids =
            [identity.merchant.id.parse::<MerchantId>().is_ok(), identity.till.id.parse::<TillId>().is_ok()];
        let others =
            [identity.store.id.parse::<StoreId>().is_ok(), identity.agent.parse::<AgentId>().is_ok()];
        let currency = Currency::from_code(&identity.currency).is_some();
        if !ids.into_iter().chain(others).all(|good| good) || !currency || identity.key.is_empty() {
            return Err(damaged("an id, the key or the currency cannot be read".to_owned()));
        }
        Ok(identity)
    }

    fn opened(&self, sealed: &str, path: &str) -> Result<String, IdentityError> {
        let refused = |why| IdentityError::Sealed { path: path.to_owned(), why };
        let seal = self.seal.as_ref().ok_or_else(|| refused("there is no master key"))?;
        let key = seal.open(sealed).ok_or_else(|| refused("the master key given does not open it"))?;
        Ok(key.reveal().clone())
    }

    /// Writes the file whole and durably, or leaves the old one.
    pub fn write(&self, identity: &Identity) -> Result<(), IdentityError> {
        let failed = |source| IdentityError::File { path: self.path.display().to_string(), source };
        let mut kept = identity.clone();
        if let Some(seal) = &self.seal {
            kept.sealed_key = Some(seal.seal(&kept.key));
            kept.key.clear();
        }
        let beside = self.path.with_extension("new");
        let text = serde_json::to_string_pretty(&kept).expect("an identity is plain JSON");
        let mut open = fs::OpenOptions::new();
        let mut file =
            open.write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &self.path).map_err(failed)?;
        let parent = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Identity {
    /// The till.
    pub fn till(&self) -> TillId {
        self.till.id.parse().expect("checked when it was read")
    }

    /// The merchant.
    pub fn merchant(&self) -> MerchantId {
        self.merchant.id.parse().expect("checked when it was read")
    }

    /// The store.
    pub fn store(&self) -> StoreId {
        self.store.id.parse().expect("checked when it was read")
    }

    /// The device.
    pub fn agent(&self) -> AgentId {
        self.agent.parse().expect("checked when it was read")
    }

    /// The key.
    pub fn key(&self) -> Secret<String> {
        Secret::new(self.key.clone())
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        Currency::from_code(&self.currency).expect("checked when it was read")
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity(till {}, fence {}, {:?})", self.till.id, self.fence, self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns a text round: enough to see who sealed and who did not.
    struct Reversed(char);

    impl KeySeal for Reversed {
        fn seal(&self, key: &str) -> String {
            format!("{}{}", self.0, key.chars().rev().collect::<String>())
        }

        fn open(&self, sealed: &str) -> Option<Secret<String>> {
            let reversed = sealed.strip_prefix(self.0)?;
            Some(Secret::new(reversed.chars().rev().collect()))
        }
    }

    fn identity() -> Identity {
        let named = || Named { id: "00000000-0000-0000-0000-000000000001".into(), name: "n".into() };
        Identity {
            server: "http://127.0.0.1:1".into(),
            public_url: None,
            agent: named().id,
            key: "pk_test_key".into(),
            sealed_key: None,
            fence: 3,
            current: true,
            merchant: named(),
            store: named(),
            till: named(),
            limit: 1,
            currency: "CNY".into(),
            wallets: Vec::new(),
        }
    }

    #[test]
    fn a_key_is_sealed_where_there_is_something_to_seal_with() {
        let path = std::env::temp_dir().join(format!("paydesk-identity-{}", std::process::id()));
        let file = |seal: Option<char>| {
            let seal = seal.map(|mark| Arc::new(Reversed(mark)) as Arc<dyn KeySeal>);
            IdentityFile::new(path.clone(), seal)
        };
        let text = || fs::read_to_string(&path).expect("it was written");
        file(None).write(&identity()).expect("written");
        assert!(text().contains("pk_test_key"));
        assert_eq!(file(None).lies().expect("it reads"), KeyLies::InClear);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
        assert_eq!(file(None).lies().expect("it reads"), KeyLies::ReadableByOthers);
        // A key that lay there in clear is read, and sealed when the file is written next.
        let read = file(Some('a')).read().expect("it reads");
        file(Some('a')).write(&read).expect("written");
        assert!(!text().contains("pk_test_key") && text().contains("sealed_key"), "{}", text());
        assert_eq!(file(Some('a')).read().expect("it reads").key, "pk_test_key");
        assert_eq!(file(None).lies().expect("it reads"), KeyLies::Sealed);
        for (seal, why) in [(None, "there is no master key"), (Some('b'), "does not open it")] {
            let refused = file(seal).read().expect_err("it is sealed").to_string();
            assert!(refused.contains(why) && !refused.contains("pk_"), "{refused}");
        }
        fs::remove_file(&path).expect("it is there");
    }
}
