//! Secrets at rest: one file, each secret sealed with AES-256-GCM under one master key.
//!
//! The master key is 64 hex digits, in a file that only its owner may read or in the environment variable
//! [`MASTER_KEY_VARIABLE`]. A secret's name is authenticated with it, so entries cannot be swapped.

use crate::files::{create_private, write_private};
use anyhow::{Context, Result, bail, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Holds the master key where a file is not wanted.
pub const MASTER_KEY_VARIABLE: &str = "PAYDESK_MASTER_KEY";

/// What a device's key is sealed as.
const DEVICE_KEY: &str = "till device key";

/// What seals and opens.
pub struct MasterKey(Secret<[u8; 32]>);

/// The sealed file's content: names in clear, values sealed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedStore {
    version: u32,
    secrets: BTreeMap<String, Sealed>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    nonce: String,
    value: String,
}

impl MasterKey {
    /// Draws a key and writes it to a new file that only its owner may read.
    pub fn create(path: &Path) -> Result<MasterKey> {
        let key: [u8; 32] = rand::random();
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        create_private(path, &format!("{hex}\n")).context("cannot create the master key")?;
        Ok(MasterKey(Secret::new(key)))
    }

    /// From the environment if it is there, else from the file.
    pub fn load(path: &Path) -> Result<MasterKey> {
        if let Ok(text) = std::env::var(MASTER_KEY_VARIABLE) {
            return MasterKey::parse(&text)
                .with_context(|| format!("in the environment: {MASTER_KEY_VARIABLE}"));
        }
        let meta = fs::metadata(path).with_context(|| {
            format!("there is no master key: neither {MASTER_KEY_VARIABLE} nor {}", path.display())
        })?;
        let mode = meta.permissions().mode() & 0o777;
        ensure!(
            mode & 0o077 == 0,
            "the master key file {} can be read by others (mode {mode:o}); run: chmod 600 {}",
            path.display(),
            path.display()
        );
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the master key {}", path.display()))?;
        MasterKey::parse(&text).with_context(|| format!("in the master key file {}", path.display()))
    }

    fn parse(text: &str) -> Result<MasterKey> {
        let text = text.trim();
        let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(digits, "a master key is 64 hex digits; this has another form");
        let mut key = [0; 32];
        for (index, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).context("hex digits")?;
        }
        Ok(MasterKey(Secret::new(key)))
    }

    /// A key of nobody's.
    #[cfg(test)]
    pub fn fresh_for_tests() -> MasterKey {
        MasterKey(Secret::new(rand::random()))
    }

    /// A key for one purpose and one file: whoever holds it learns nothing of the master key.
    pub fn derived(&self, purpose: &str, salt: &[u8]) -> Secret<[u8; 32]> {
        use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
        let master = Salt::new(HKDF_SHA256, salt).extract(self.0.reveal());
        let info = [purpose.as_bytes()];
        let okm = master.expand(&info, HKDF_SHA256).expect("32 bytes are not too many");
        let mut key = [0; 32];
        okm.fill(&mut key).expect("a key of 32 bytes is what was asked for");
        Secret::new(key)
    }

    fn seal_one(&self, name: &str, secret: &str) -> Sealed {
        let mut bytes = secret.as_bytes().to_vec();
        let nonce = self
            .cipher()
            .seal_in_place_append_tag(Aad::from(context(name)), &mut bytes)
            .expect("a secret is shorter than 64 GiB");
        Sealed { nonce: STANDARD.encode(nonce.as_ref()), value: STANDARD.encode(bytes) }
    }

    fn open_one(&self, name: &str, sealed: &Sealed) -> Result<Secret<String>> {
        let damaged = || format!("the sealed secret {name} is damaged");
        let nonce = STANDARD.decode(&sealed.nonce).with_context(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok().with_context(damaged)?;
        let mut bytes = STANDARD.decode(&sealed.value).with_context(damaged)?;
        let opened = self.cipher().open_in_place(nonce, Aad::from(context(name)), &mut bytes);
        let opened = opened.ok().with_context(|| {
            format!("the master key does not open the secret {name}: it is another installation's key, or the file was changed")
        })?;
        Ok(Secret::new(String::from_utf8(opened.to_vec()).ok().with_context(damaged)?))
    }

    fn cipher(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.reveal()).expect("AES-256 takes a key of 32 bytes")
    }
}

/// Secrets that are kept in the database: nonce and sealed value in one text, bound to their name like those of the file.
impl webhooks::Seal for MasterKey {
    fn seal(&self, name: &str, secret: &str) -> String {
        let Sealed { nonce, value } = self.seal_one(name, secret);
        format!("{nonce}.{value}")
    }

    fn open(&self, name: &str, sealed: &str) -> Option<Secret<String>> {
        let (nonce, value) = sealed.split_once('.')?;
        self.open_one(name, &Sealed { nonce: nonce.to_owned(), value: value.to_owned() }).ok()
    }
}

/// The key of a till's own device, in the file that says who the device is.
impl till::KeySeal for MasterKey {
    fn seal(&self, key: &str) -> String {
        webhooks::Seal::seal(self, DEVICE_KEY, key)
    }

    fn open(&self, sealed: &str) -> Option<Secret<String>> {
        webhooks::Seal::open(self, DEVICE_KEY, sealed)
    }
}

impl SealedStore {
    /// Nothing sealed yet.
    pub fn empty() -> SealedStore {
        SealedStore { version: 1, secrets: BTreeMap::new() }
    }

    /// Reads the file; nothing is opened yet.
    pub fn read(path: &Path) -> Result<SealedStore> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the sealed secrets {}", path.display()))?;
        let store: SealedStore = serde_json::from_str(&text)
            .with_context(|| format!("the sealed secrets {} are damaged", path.display()))?;
        if store.version != 1 {
            bail!(
                "the sealed secrets {} have version {}; this program knows version 1",
                path.display(),
                store.version
            );
        }
        Ok(store)
    }

    /// Writes the file whole, or leaves the old one.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("names and base64 are JSON");
        write_private(path, &text).context("cannot write the sealed secrets")
    }

    /// Seals a secret under this name, replacing an older one.
    pub fn seal(&mut self, key: &MasterKey, name: &str, secret: &str) {
        self.secrets.insert(name.to_owned(), key.seal_one(name, secret));
    }

    /// Whether a secret of this name is there.
    pub fn has(&self, name: &str) -> bool {
        self.secrets.contains_key(name)
    }

    /// Opens the secret of this name.
    pub fn open(&self, key: &MasterKey, name: &str) -> Result<Secret<String>> {
        let sealed = self.secrets.get(name).with_context(|| format!("there is no secret named {name}"))?;
        key.open_one(name, sealed)
    }
}

/// Binds a sealed value to its name and this format.
fn context(name: &str) -> Vec<u8> {
    [b"paydesk secret 1\0", name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("paydesk-sealed-{name}-{}", rand::random::<u64>()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_secret_comes_back_only_under_its_key_and_name() {
        let folder = folder("back");
        let key = MasterKey::create(&folder.join("key")).unwrap();
        let mut store = SealedStore::empty();
        store.seal(&key, "a", "hunter2");
        store.seal(&key, "b", "other");
        store.write(&folder.join("secrets")).unwrap();

        let text = fs::read_to_string(folder.join("secrets")).unwrap();
        assert!(!text.contains("hunter2") && !format!("{store:?}").contains("hunter2"));
        let mut read = SealedStore::read(&folder.join("secrets")).unwrap();
        let key = MasterKey::load(&folder.join("key")).unwrap();
        assert_eq!(read.open(&key, "a").unwrap().reveal(), "hunter2");

        let swapped = read.secrets.remove("b").unwrap();
        read.secrets.insert("a".to_owned(), swapped);
        assert!(read.open(&key, "a").unwrap_err().to_string().contains("does not open the secret a"));
        let other = MasterKey::create(&folder.join("other")).unwrap();
        assert!(store.open(&other, "a").is_err());
        assert_eq!(store.open(&key, "c").unwrap_err().to_string(), "there is no secret named c");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_the_database_keeps_opens_only_under_its_name() {
        use webhooks::Seal;
        let key = MasterKey::fresh_for_tests();
        let sealed = key.seal("webhook 1", "whsec_x");
        assert!(!sealed.contains("whsec"));
        assert_eq!(key.open("webhook 1", &sealed), Some(Secret::new("whsec_x".to_owned())));
        let other = MasterKey::fresh_for_tests();
        assert_eq!((key.open("webhook 2", &sealed), other.open("webhook 1", &sealed)), (None, None));
        for damaged in ["", ".", "a.b", &sealed[1..]] {
            assert_eq!(key.open("webhook 1", damaged), None, "{damaged}");
        }
    }

    #[test]
    fn a_master_key_that_cannot_serve_says_why() {
        let folder = folder("why");
        let path = folder.join("key");
        assert!(MasterKey::load(&path).err().unwrap().to_string().starts_with("there is no master key"));
        fs::write(&path, "abc").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(MasterKey::load(&path).err().unwrap().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(format!("{:#}", MasterKey::load(&path).err().unwrap()).contains("64 hex digits"));
        assert!(MasterKey::create(&path).is_err(), "an existing key is never overwritten");
        fs::remove_dir_all(folder).unwrap();
    }
}
