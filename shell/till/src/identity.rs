//! Who this device is: its till, its key, its fence, and what the server last said the till takes. One file that only
//! its owner may read.

use base::{AgentId, Currency, MerchantId, Secret, StoreId, TillId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A device that is paired with a till.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Where the server is, without a slash at the end.
    pub server: String,
    /// The device.
    pub agent: String,
    /// Its key.
    pub key: String,
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
    /// The file is not one of ours.
    #[error("the till's identity {path} is damaged: {why}; pair this device again with `paydesk till init`")]
    Damaged {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
}

impl Identity {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Identity, IdentityError> {
        let shown = path.display().to_string();
        let text =
            fs::read_to_string(path).map_err(|source| IdentityError::File { path: shown.clone(), source })?;
        let damaged = |why: String| IdentityError::Damaged { path: shown.clone(), why };
        let identity: Identity = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        let ids =
            [identity.merchant.id.parse::<MerchantId>().is_ok(), identity.till.id.parse::<TillId>().is_ok()];
        let others =
            [identity.store.id.parse::<StoreId>().is_ok(), identity.agent.parse::<AgentId>().is_ok()];
        let currency = Currency::from_code(&identity.currency).is_some();
        if !ids.into_iter().chain(others).all(|good| good) || !currency {
            return Err(damaged("an id or the currency cannot be read".to_owned()));
        }
        Ok(identity)
    }

    /// Writes the file whole and durably, or leaves the old one.
    pub fn write(&self, path: &Path) -> Result<(), IdentityError> {
        let failed = |source| IdentityError::File { path: path.display().to_string(), source };
        let beside = path.with_extension("new");
        let text = serde_json::to_string_pretty(self).expect("an identity is plain JSON");
        let mut open = fs::OpenOptions::new();
        let mut file =
            open.write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

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
