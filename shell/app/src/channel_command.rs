//! `paydesk channel`: another way to be paid for a shop that is there, and other keys for one it has.

use crate::channels::{check, secret_name, words};
use crate::cli::Verdict;
use crate::config::{Channel, Config};
use crate::files::write_private;
use crate::init::credentials::{asked_channel, asked_keys};
use crate::init::terminal::{Interrupt, called_as};
use crate::sealed::{MasterKey, SealedStore};
use crate::serve::open_store;
use crate::setup::{NewChannel, channel_from_json, known_fields, write_channel};
use anyhow::{Context, Result, anyhow, bail, ensure};
use base::{MerchantId, Secret, Text};
use clap::{Subcommand, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

const AFTER: &str = "\
Examples:
  paydesk channel add wechat --config shop/paydesk.toml
  paydesk channel add alipay --config shop/paydesk.toml --credentials alipay.json
  paydesk channel keys wechat --config shop/paydesk.toml

Without --credentials it asks, field by field. A credentials file is what `paydesk init --help` describes. Keys are sealed with
the master key; the configuration only gets what is no secret. Restart the server afterwards.";

/// What to do.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    #[command(subcommand)]
    what: What,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml", global = true)]
    config: PathBuf,
    /// The credentials as one JSON object
    #[arg(long, value_name = "FILE", global = true)]
    credentials: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Take a provider's money too
    #[command(after_help = "Example:\n  paydesk channel add alipay --config shop/paydesk.toml")]
    Add {
        /// Which provider
        provider: Provider,
    },
    /// Seal other keys for a channel, such as after a certificate was renewed
    #[command(after_help = "Example:\n  paydesk channel keys wechat --config shop/paydesk.toml")]
    Keys {
        /// The channel's name in the configuration
        channel: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Provider {
    /// WeChat Pay
    Wechat,
    /// Alipay
    Alipay,
}

impl Provider {
    fn name(self) -> &'static str {
        match self {
            Provider::Wechat => "wechat",
            Provider::Alipay => "alipay",
        }
    }
}

/// Asks, checks, seals, and says what next.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let key = MasterKey::load(&config.secrets.master_key_file)?;
    let asks = options.credentials.is_none();
    ensure!(
        !asks || std::io::stdin().is_terminal(),
        "there is nobody to ask: give the credentials as a file with --credentials"
    );
    let interrupt = asks.then(Interrupt::watch).transpose()?;
    let credentials = options.credentials.as_deref();
    let (new, added) = match &options.what {
        What::Add { provider } => (added(&config, provider.name(), credentials)?, true),
        What::Keys { channel } => (rekeyed(&config, channel, credentials, &key)?, false),
    };
    let Some((name, new)) = new else {
        println!("Nothing was changed. 什么都没有改。");
        return Ok(Verdict::Good);
    };
    if let Some(interrupt) = interrupt {
        interrupt.writing_begins();
    }
    seal(&config, &key, &name, &new)?;
    if added {
        append(&options.config, &new, merchant(&config)?)?;
    }
    let (paydesk, path) = (called_as(), options.config.display());
    println!("The keys of {name} are sealed. Restart the server, then:  {paydesk} doctor --config {path}");
    println!("{name} 的密钥已封存。请重启服务器，再运行上面的 doctor 检查一遍。");
    Ok(Verdict::Good)
}

type Found = Option<(String, NewChannel)>;

fn added(config: &Config, provider: &'static str, credentials: Option<&Path>) -> Result<Found> {
    if let Some(there) = config.channels.iter().find(|there| there.name == provider) {
        bail!(
            "channel {provider} is there already (line {}); paydesk channel keys {provider} gives it other keys",
            there.line
        );
    }
    // Before anything is asked or sealed.
    merchant(config)?;
    let new = match credentials {
        Some(path) => Some(channel_from_json(provider, path)?),
        None => asked_channel(provider)?,
    };
    if let Some(new) = &new {
        check(new).map_err(in_both_languages)?;
    }
    Ok(new.map(|new| (provider.to_owned(), new)))
}

fn rekeyed(config: &Config, name: &str, credentials: Option<&Path>, key: &MasterKey) -> Result<Found> {
    let channel = config.channels.iter().find(|channel| channel.name == name).with_context(|| {
        let names: Vec<&str> = config.channels.iter().map(|channel| channel.name.as_str()).collect();
        let names = if names.is_empty() { "none; add one first".to_owned() } else { names.join(", ") };
        format!("there is no channel \"{name}\" in the configuration; there are: {names}")
    })?;
    let as_it_is = as_it_is(channel, &SealedStore::read(&config.secrets.file)?, key)?;
    let provider = as_it_is.provider;
    let given = match credentials {
        Some(path) => channel_from_json(provider, path)?.secrets,
        None => asked_keys(provider)?,
    };
    if given.is_empty() {
        return Ok(None);
    }
    let kept = as_it_is.secrets.into_iter().filter(|(name, _)| given.iter().all(|(new, _)| new != name));
    let secrets = kept.chain(given.clone()).collect();
    let whole = NewChannel { provider, settings: as_it_is.settings, secrets };
    check(&whole).map_err(in_both_languages)?;
    Ok(Some((name.to_owned(), whole)))
}

/// What the configuration and the sealed file say of a channel now; a secret that cannot be opened counts as missing.
fn as_it_is(channel: &Channel, sealed: &SealedStore, key: &MasterKey) -> Result<NewChannel> {
    let provider = [Provider::Wechat, Provider::Alipay].map(Provider::name);
    let provider = provider.into_iter().find(|name| *name == channel.provider);
    let provider = provider.with_context(|| format!("there is no provider \"{}\"", channel.provider))?;
    let (settings, secrets) = known_fields(provider);
    let in_table = |name: &str| channel.settings.get(name)?.as_str().map(str::to_owned);
    let mut known: Vec<(&'static str, String)> =
        settings.iter().filter_map(|(_, key)| Some((*key, in_table(key)?))).collect();
    known.dedup_by_key(|(name, _)| *name);
    let open = |name: &&'static str| -> Option<(&'static str, Secret<String>)> {
        Some((*name, sealed.open(key, &secret_name(&channel.name, name)).ok()?))
    };
    Ok(NewChannel { provider, settings: known, secrets: secrets.iter().filter_map(open).collect() })
}

fn seal(config: &Config, key: &MasterKey, name: &str, new: &NewChannel) -> Result<()> {
    let mut sealed = SealedStore::read(&config.secrets.file)?;
    for (secret, value) in &new.secrets {
        sealed.seal(key, &secret_name(name, secret), value.reveal());
    }
    sealed.write(&config.secrets.file)
}

/// The configuration with the new channel at its end; what stands there already stays as it is.
fn append(path: &Path, new: &NewChannel, merchant: MerchantId) -> Result<()> {
    let mut text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    write_channel(&mut text, new, merchant);
    write_private(path, &text)
}

fn merchant(config: &Config) -> Result<MerchantId> {
    if let Some(channel) = config.channels.first() {
        return Ok(channel.merchant);
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = open_store(&config.database).await?;
        let merchants = store.people().places().await?.merchants;
        store.close().await;
        match merchants.as_slice() {
            [only] => Ok(only.id),
            several => bail!(
                "this database holds {} merchants, so it is not clear whose channel it is",
                several.len()
            ),
        }
    })
}

fn in_both_languages(why: anyhow::Error) -> anyhow::Error {
    let Text { zh, en } = words(&why);
    if zh == en { why } else { anyhow!("{en} / {zh}") }
}
