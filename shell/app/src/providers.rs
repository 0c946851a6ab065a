//! The providers that this program knows: how each is configured, connected and simulated. Everything else in this crate
//! goes through the list here, so that another provider is one module more and one line in [`ALL`].

mod alipay;
mod jd;
mod lakala;
mod unionpay;
mod wechat;

use crate::simulate::tls::TlsTexts;
use crate::simulate::{Fake, Wanted};
use anyhow::{Context, Result, bail};
use base::{Secret, Text};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use drive::ClientIdentity;
use provider_contract::Provider;
use serde::Deserialize;
use std::fmt::Display;
use std::sync::Arc;

/// All of them, in the order in which they are offered.
pub const ALL: &[&'static dyn Known] =
    &[&wechat::Wechat, &alipay::Alipay, &unionpay::UnionPay, &jd::Jd, &lakala::Lakala];

/// A provider as a shop meets it.
pub trait Known: Sync {
    /// Its short name in configurations, commands and addresses.
    fn name(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> Text;

    /// What it must be told.
    fn fields(&self) -> &'static [Field];

    /// The connector that these answers make, or why none can be made of them.
    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>>;

    /// What is shown to it when it asks who is calling; nothing if it never does.
    fn identity(&self, _given: &Given<'_>) -> Result<Option<ClientIdentity>> {
        Ok(None)
    }

    /// Its own words, in both languages, about answers of which no connector can be made.
    fn words(&self, why: &anyhow::Error) -> Option<Text>;

    /// Its simulator.
    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake>;

    /// The same for a port with TLS, and what is shown and asked for there.
    fn fake_with_tls(&self, _wanted: &Wanted<'_>) -> Result<(Fake, TlsTexts)> {
        bail!("{} is simulated without TLS", self.title().en)
    }
}

/// One thing that a provider must be told, in the words of its own site.
pub struct Field {
    /// Its name, in the configuration and in a file of credentials.
    pub name: &'static str,
    /// Another name that it has in a file of credentials.
    pub also: Option<&'static str>,
    /// What it is and where a person finds it, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Where it is kept.
    pub kept: Kept,
    /// Whether a shop can do without it.
    pub optional: bool,
}

/// Where a field is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// In the configuration, in clear; people are asked for it.
    Setting,
    /// In the configuration, in clear; nobody is asked, since the usual value is right.
    Preset,
    /// Nowhere: a simulator's credentials have it for other clients, ours reads it out of another field.
    Nowhere,
    /// Sealed; typed unseen.
    Secret,
    /// Sealed; the content of a file.
    KeyFile,
}

impl Kept {
    /// It is sealed.
    pub fn is_sealed(self) -> bool {
        matches!(self, Kept::Secret | Kept::KeyFile)
    }
}

impl Field {
    const fn new(kept: Kept, name: &'static str, zh: &'static str, en: &'static str) -> Field {
        Field { name, also: None, zh, en, kept, optional: false }
    }

    const fn setting(name: &'static str, zh: &'static str, en: &'static str) -> Field {
        Field::new(Kept::Setting, name, zh, en)
    }

    const fn secret(name: &'static str, zh: &'static str, en: &'static str) -> Field {
        Field::new(Kept::Secret, name, zh, en)
    }

    const fn key_file(name: &'static str, zh: &'static str, en: &'static str) -> Field {
        Field::new(Kept::KeyFile, name, zh, en)
    }

    const fn preset(name: &'static str) -> Field {
        Field { optional: true, ..Field::new(Kept::Preset, name, "", "") }
    }

    const fn for_others(name: &'static str) -> Field {
        Field { optional: true, ..Field::new(Kept::Nowhere, name, "", "") }
    }

    const fn or_none(self) -> Field {
        Field { optional: true, ..self }
    }

    const fn also(self, name: &'static str) -> Field {
        Field { also: Some(name), ..self }
    }

    /// Whether a file of credentials may call it so.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.also == Some(name)
    }
}

/// What a connector is made of.
pub struct Given<'a> {
    /// Settings in clear.
    pub settings: &'a toml::Table,
    /// How a secret is come by; nothing if there is none of that name.
    pub secret: &'a dyn Fn(&str) -> Result<Option<Secret<String>>>,
    /// Where the provider shall send its notifications.
    pub notify_url: String,
}

impl Given<'_> {
    fn settings<'de, T: Deserialize<'de>>(&self) -> Result<T> {
        T::deserialize(self.settings.clone())
            .map_err(|error| anyhow::anyhow!("its settings: {}", error.message()))
    }

    fn secret(&self, name: &str) -> Result<Secret<String>> {
        (self.secret)(name)?.with_context(|| format!("{name} is missing"))
    }

    fn secret_if_there(&self, name: &str) -> Result<Option<Secret<String>>> {
        (self.secret)(name)
    }
}

/// The provider of that name.
pub fn named(name: &str) -> Result<&'static dyn Known> {
    match ALL.iter().find(|known| known.name() == name) {
        Some(known) => Ok(*known),
        None => bail!("there is no provider \"{name}\"; there are: {}", names()),
    }
}

/// All names, for a sentence.
pub fn names() -> String {
    ALL.iter().map(|known| known.name()).collect::<Vec<_>>().join(", ")
}

/// A provider as an argument of a command.
pub fn argument() -> impl TypedValueParser<Value = &'static dyn Known> {
    PossibleValuesParser::new(choices())
        .map(|name| named(&name).expect("only names of the list are accepted"))
}

/// The providers as choices of a command, with their names for people as help.
pub fn choices() -> Vec<PossibleValue> {
    ALL.iter().map(|known| PossibleValue::new(known.name()).help(known.title().en)).collect()
}

/// A provider's own words about credentials that cannot work; anything else as it is.
pub fn words(why: &anyhow::Error) -> Text {
    let own = ALL.iter().find_map(|known| known.words(why));
    own.unwrap_or_else(|| Text::new(format!("{why:#}"), format!("{why:#}")))
}

/// The same in one line, for a terminal.
pub fn words_in_one_line(why: &anyhow::Error) -> String {
    let Text { zh, en } = words(why);
    if zh == en { en } else { format!("{en} / {zh}") }
}

fn json(fields: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(fields).context("credentials are JSON")
}

/// Keys that a simulator keeps in a file: what stands there, or fresh ones that are written there first.
fn kept_or_fresh<K: serde::Serialize + serde::de::DeserializeOwned>(
    wanted: &Wanted<'_>,
    file: impl Display,
    fresh: fn() -> K,
) -> Result<K> {
    let Some(directory) = wanted.keys else { return Ok(fresh()) };
    let path = directory.join(file.to_string());
    if path.exists() {
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_str(&text)
            .with_context(|| format!("the kept keys {} are damaged", path.display()));
    }
    let keys = fresh();
    crate::files::write_private(&path, &json(&keys)?)?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::connector_to_simulator;

    #[test]
    fn every_simulator_writes_credentials_of_which_its_connector_is_made() {
        for known in ALL {
            let wanted = Wanted { keys: None, address: "http://127.0.0.1:1", certificates: false };
            let fake = known.fake(&wanted).unwrap();
            let made =
                connector_to_simulator(*known, &fake.credentials, "http://127.0.0.1:1/notify".to_owned());
            assert!(made.is_ok(), "{}: {}", known.name(), words(&made.err().unwrap()).en);
        }
    }
}
