//! `paydesk channel`: another way to be paid for a shop that is there, and other keys for one it has.

use crate::channels::{check, secret_name};
use crate::cli::Verdict;
use crate::config::{Channel, Config};
use crate::files::write_private;
use crate::init::credentials::{asked_channel, asked_keys};
use crate::init::terminal::{Interrupt, called_as};
use crate::providers::{Known, argument, named, words_in_one_line};
use crate::sealed::{MasterKey, SealedStore};
use crate::serve::open_store;
use crate::setup::{NewChannel, channel_from_json, write_channel};
use anyhow::{Context, Result, anyhow, bail, ensure};
use base::MerchantId;
use clap::Subcommand;
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
        #[arg(value_parser = argument())]
        provider: &'static dyn Known,
    },
    /// Seal other keys for a channel, such as after a certificate was renewed
    #[command(after_help = "Example:\n  paydesk channel keys wechat --config shop/paydesk.toml")]
    Keys {
        /// The channel's name in the configuration
        channel: String,
    },
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
        What::Add { provider } => (added(&config, *provider, credentials)?, true),
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

fn added(config: &Config, provider: &'static dyn Known, credentials: Option<&Path>) -> Result<Found> {
    let name = provider.name();
    if let Some(there) = config.channels.iter().find(|there| there.name == name) {
        bail!(
            "channel {name} is there already (line {}); paydesk channel keys {name} gives it other keys",
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
    Ok(new.map(|new| (name.to_owned(), new)))
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
    let provider = named(&channel.provider)?;
    let mut as_it_is = NewChannel { provider, settings: Vec::new(), secrets: Vec::new() };
    for field in provider.fields() {
        if field.kept.is_sealed() {
            let opened = sealed.open(key, &secret_name(&channel.name, field.name));
            as_it_is.secrets.extend(opened.ok().map(|secret| (field.name, secret)));
        } else {
            let set = channel.settings.get(field.name).and_then(toml::Value::as_str);
            as_it_is.settings.extend(set.map(|value| (field.name, value.to_owned())));
        }
    }
    Ok(as_it_is)
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
    anyhow!(words_in_one_line(&why))
}
