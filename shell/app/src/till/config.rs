//! A device's configuration: TOML, without secrets; who the device is lies beside it.

use crate::config::{Printer, Timing, slip_language};
use crate::sealed::{MASTER_KEY_VARIABLE, MasterKey};
use anyhow::{Context, Result, ensure};
use base::TillId;
use printer::Profile;
use receipt::Language;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use till::{IdentityFile, KeySeal};

/// The name under which systemd hands the master key over.
const CREDENTIAL: &str = "paydesk.key";

/// A device at a counter.
pub struct Config {
    /// Where its files lie.
    pub folder: PathBuf,
    /// Where its pages are.
    pub listen: SocketAddr,
    /// A spare takes over by itself after so long; nothing if never.
    pub takes_over_after: Option<Duration>,
    /// The file with the master key that seals the device's own; nothing if there is none.
    pub master_key_file: Option<PathBuf>,
    /// Its printer; nothing if the server prints for it.
    pub printer: Option<OwnPrinter>,
    /// Waiting times that differ from the usual.
    pub timing: Timing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: SocketAddr,
    #[serde(default)]
    takes_over_after_s: u64,
    master_key_file: Option<PathBuf>,
    printer: Option<PrinterFile>,
    #[serde(default)]
    timing: Timing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrinterFile {
    address: String,
    profile: String,
    language: Option<String>,
}

/// The printer at a device; which till it stands at is known once the device is paired.
pub struct OwnPrinter {
    /// Host and port.
    pub address: String,
    profile: Profile,
    language: Language,
}

impl Config {
    /// Reads the file.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("cannot read the till's configuration {}; paydesk till init writes one", path.display())
        })?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Config::parse(&text, folder).with_context(|| format!("in the configuration {}", path.display()))
    }

    fn parse(text: &str, folder: PathBuf) -> Result<Config> {
        let file: File = toml::from_str(text)?;
        ensure!(
            file.listen.ip().is_loopback(),
            "listen: {} can be reached by others; a till's pages are for its own screen, write 127.0.0.1 and a port",
            file.listen
        );
        Ok(Config {
            master_key_file: file.master_key_file.map(|path| folder.join(path)),
            folder,
            listen: file.listen,
            takes_over_after: (file.takes_over_after_s > 0)
                .then(|| Duration::from_secs(file.takes_over_after_s)),
            printer: file.printer.map(own_printer).transpose()?,
            timing: file.timing,
        })
    }

    /// The file that says who the device is. The key in it is sealed if a master key is given: by the environment, by
    /// the configuration, or by systemd as the credential `paydesk.key`.
    pub fn identity(&self) -> Result<IdentityFile> {
        let credential =
            std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(CREDENTIAL));
        let file = self.master_key_file.clone().or(credential.filter(|file| file.exists()));
        let seal = match (file, std::env::var_os(MASTER_KEY_VARIABLE).is_some()) {
            (None, false) => None,
            (file, _) => {
                let key = MasterKey::load(&file.unwrap_or_default())?;
                Some(Arc::new(key) as Arc<dyn KeySeal>)
            }
        };
        Ok(IdentityFile::new(self.folder.join("till.identity"), seal))
    }

    /// The journal and everything else that is durable.
    pub fn database(&self) -> PathBuf {
        self.folder.join("till.sqlite")
    }

    /// The printer at this till.
    pub fn printer(&self, till: TillId) -> Option<Printer> {
        let OwnPrinter { address, profile, language } = self.printer.as_ref()?;
        Some(Printer { till, address: address.clone(), profile: profile.clone(), language: *language })
    }
}

fn own_printer(file: PrinterFile) -> Result<OwnPrinter> {
    let profile = Profile::named(&file.profile)
        .with_context(|| format!("printer.profile: there is no model \"{}\"", file.profile))?;
    let language = file.language.unwrap_or_else(|| "zh".to_owned());
    let language = slip_language(&language).with_context(|| {
        format!("printer.language: slips are written in \"zh\" or \"en\", not \"{language}\"")
    })?;
    Ok(OwnPrinter { address: file.address, profile, language })
}

/// The text of a new configuration.
pub fn text(listen: &str, takes_over_after_s: u64, printer: Option<(&str, &str)>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "# A till's own device. Who it is, and its key, lie beside this file in till.identity.\n\
         # 收银机的配置。它的身份和密钥在旁边的 till.identity 里。\n\n\
         # Its pages; only for its own screen.\nlisten = {}\n\n\
         # A spare takes over by itself after so many seconds without a sign of life from the other; 0 is never.\n\
         takes_over_after_s = {takes_over_after_s}\n\n\
         # Seals the device's key in till.identity (64 hex digits, readable by the owner alone); the environment variable\n\
         # PAYDESK_MASTER_KEY or systemd's credential paydesk.key do too. Without any, the key lies there as it is.\n\
         # 用它加密 till.identity 里的设备密钥；不设则明文存放，仅本用户可读。\n\
         # master_key_file = \"till.key\"\n",
        quoted(listen)
    );
    if let Some((address, model)) = printer {
        text.push_str(&format!("\n[printer]\naddress = {}\nprofile = {}\n", quoted(address), quoted(model)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_init_writes_is_read_back() {
        let written = text("127.0.0.1:8090", 15, Some(("10.0.0.9:9100", "generic-58")));
        let config = Config::parse(&written, PathBuf::from("/x")).expect("it is good");
        assert_eq!(config.takes_over_after, Some(Duration::from_secs(15)));
        assert_eq!(config.database(), Path::new("/x/till.sqlite"));
        let printer = config.printer.expect("one");
        assert_eq!((printer.profile.name, printer.language), ("generic-58", Language::Chinese));
        let never = Config::parse(&text("127.0.0.1:8090", 0, None), PathBuf::new()).expect("it is good");
        assert!(never.takes_over_after.is_none() && never.printer.is_none());
    }

    #[test]
    fn a_mistake_says_what_to_write() {
        let said =
            |text: &str| format!("{:#}", Config::parse(text, PathBuf::new()).err().expect("a mistake"));
        assert!(said("listen = \"0.0.0.0:80\"").contains("write 127.0.0.1"));
        assert!(said("listen = \"127.0.0.1:80\"\nx = 1").contains("unknown field `x`"));
        let printer = "listen = \"127.0.0.1:80\"\n[printer]\naddress = \"a:1\"\nprofile = \"typewriter\"";
        assert!(said(printer).contains("no model \"typewriter\""));
        let printer = "listen = \"127.0.0.1:80\"\n[printer]\naddress = \"a:1\"\nprofile = \"epson-80\"\nlanguage = \"latin\"";
        assert!(said(printer).contains("slips are written in \"zh\" or \"en\", not \"latin\""));
    }
}
