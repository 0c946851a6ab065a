//! Makes a new installation: configuration, master key, sealed secrets, database, shop, till, owner.
//!
//! Everything is checked before anything is written; what exists is never overwritten.

use crate::channels::{Channels, secret_name};
use crate::clock;
use crate::config::Config;
use crate::files::{make_folder, write_private};
use crate::providers::{Kept, Known};
use crate::sealed::{MasterKey, SealedStore};
use crate::serve::open_store;
use anyhow::{Context, Result, bail, ensure};
use api::{Code, is_weak_password};
use base::{ChannelId, MerchantId, Secret, StaffId, StoreId, Text, TillId};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use store::{By, Merchant, NewApiKey, NewStaff, Role, Shop, Store, Till};

/// What a new installation shall be.
pub struct Plan {
    /// Its folder.
    pub folder: PathBuf,
    /// Address and port.
    pub listen: String,
    /// How customers and providers reach it.
    pub public_url: String,
    /// Where the database is: [`IN_ONE_FILE`], or the address of a PostgreSQL database that is empty.
    pub database: String,
    /// The merchant's name.
    pub shop: String,
    /// The first store's name.
    pub store: String,
    /// The first till's name.
    pub till: String,
    /// What one payment may be at most, in fen.
    pub payment_max: i64,
    /// What the owner signs in with.
    pub login: String,
    /// The owner's password.
    pub password: Secret<String>,
    /// The ways to the providers.
    pub channels: Vec<NewChannel>,
    /// The till's printer: address and model.
    pub printer: Option<(String, String)>,
}

/// A way to a provider.
pub struct NewChannel {
    /// Which provider; its name is also the channel's.
    pub provider: &'static dyn Known,
    /// Settings in clear.
    pub settings: Vec<(&'static str, String)>,
    /// Secrets to be sealed.
    pub secrets: Vec<(&'static str, Secret<String>)>,
}

/// A new installation.
pub struct Installed {
    /// Its configuration file.
    pub config: PathBuf,
    /// The merchant.
    pub merchant: MerchantId,
    /// Its first till.
    pub till: TillId,
}

/// A database of its own beside the configuration.
pub const IN_ONE_FILE: &str = "sqlite:paydesk.sqlite";

/// A fresh id.
pub fn fresh_id() -> u128 {
    api::fresh_id(clock::now())
}

/// Makes it, or says what is in the way and has written nothing that matters.
pub async fn install(plan: &Plan) -> Result<Installed> {
    let config_path = refuse_to_overwrite(&plan.folder)?;
    check_people(plan)?;
    let merchant = MerchantId::from_u128(fresh_id());
    let till = TillId::from_u128(fresh_id());
    let text = config_text(plan, merchant, till);
    let config =
        Config::parse(&text, plan.folder.clone()).context("these answers do not make a configuration")?;

    make_folder(&plan.folder)?;
    let written = write(plan, &config, (merchant, till), (&config_path, &text)).await;
    if written.is_err() {
        take_back(&config);
    }
    written?;
    Ok(Installed { config: config_path, merchant, till })
}

/// Where the configuration will stand; an installation that is there already is left as it is.
pub fn refuse_to_overwrite(folder: &Path) -> Result<PathBuf> {
    let config_path = folder.join("paydesk.toml");
    ensure!(
        !config_path.exists(),
        "{} exists already; choose another folder with --dir",
        config_path.display()
    );
    for name in ["paydesk.key", "paydesk.secrets", "paydesk.sqlite"] {
        let path = folder.join(name);
        ensure!(
            !path.exists(),
            "{} exists, and no configuration beside it: a copy, or what an interrupted init left. Move it away, or choose another folder with --dir",
            path.display()
        );
    }
    Ok(config_path)
}

/// Everything, the configuration last: until it is there, there is no installation.
async fn write(
    plan: &Plan,
    config: &Config,
    (merchant, till): (MerchantId, TillId),
    (config_path, text): (&Path, &str),
) -> Result<()> {
    seal_secrets(plan, config)?;
    let built = Channels::build(config)?;
    if let Some(Text { zh, en }) = built.faults.first() {
        bail!("{en} / {zh}");
    }
    let store = open_store(&config.database).await?;
    open_shop(plan, &store, merchant, till).await?;
    store.close().await;
    write_private(config_path, text)
}

fn check_people(plan: &Plan) -> Result<()> {
    for (what, name) in [("shop", &plan.shop), ("store", &plan.store), ("till", &plan.till)] {
        ensure!(!name.trim().is_empty(), "the {what} needs a name");
        ensure!(name.chars().count() <= 64, "the {what}'s name is longer than 64 characters");
    }
    ensure!(api::is_login(&plan.login), "the owner's login: {}", Code::LoginMalformed.text().en);
    ensure!(
        !is_weak_password(plan.password.reveal(), &plan.login),
        "the owner's password: {}",
        Code::PasswordTooWeak.text().en
    );
    Ok(())
}

fn seal_secrets(plan: &Plan, config: &Config) -> Result<()> {
    let key = MasterKey::create(&config.secrets.master_key_file)?;
    let mut sealed = SealedStore::empty();
    for channel in &plan.channels {
        for (name, secret) in &channel.secrets {
            sealed.seal(&key, &secret_name(channel.provider.name(), name), secret.reveal());
        }
    }
    sealed.write(&config.secrets.file)
}

/// All of it was made a moment ago and holds nothing that anybody needs; none of it was there before.
fn take_back(config: &Config) {
    let _ = fs::remove_file(&config.secrets.master_key_file);
    let _ = fs::remove_file(&config.secrets.file);
    if let Some(database) = config.database.strip_prefix("sqlite:") {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{database}{ending}"));
        }
    }
}

async fn open_shop(plan: &Plan, store: &Store, merchant: MerchantId, till: TillId) -> Result<()> {
    let by = By { actor: "paydesk init", at: clock::now() };
    let people = store.people();
    people.create_merchant(&Merchant { id: merchant, name: plan.shop.clone() }, by).await?;
    let shop = Shop { id: StoreId::from_u128(fresh_id()), merchant, name: plan.store.clone() };
    people.create_store(&shop, by).await?;
    people.create_till(&Till { id: till, merchant, store: shop.id, name: plan.till.clone() }, by).await?;
    let owner = NewStaff {
        id: StaffId::from_u128(fresh_id()),
        merchant,
        till: None,
        login: plan.login.clone(),
        name: plan.login.clone(),
        role: Role::Owner,
        password_hash: api::hash_password(&plan.password),
    };
    people.create_staff(&owner, by).await?;
    Ok(())
}

/// Makes a key for a machine; the only time the key itself is seen.
pub async fn new_api_key(
    store: &Store,
    merchant: MerchantId,
    till: Option<TillId>,
    name: &str,
    role: Role,
) -> Result<Secret<String>> {
    let key = api::fresh_api_key();
    let hint = key.reveal().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    let row = NewApiKey {
        id: StaffId::from_u128(fresh_id()),
        merchant,
        till,
        name: name.to_owned(),
        role,
        key_hash: api::token_hash(key.reveal()),
        hint,
    };
    store.people().create_api_key(&row, By { actor: "paydesk init", at: clock::now() }).await?;
    Ok(key)
}

fn config_text(plan: &Plan, merchant: MerchantId, till: TillId) -> String {
    let mut text = format!(
        r#"# Paydesk's configuration. No secret stands here: they are sealed in the file named below.
# Paydesk 的配置。这里没有任何密钥：密钥都封存在下面的文件里。

[server]
# Where it listens. Put a TLS proxy in front and keep this on the loopback address.
listen = {listen}
# How customers' phones and the providers reach it; no slash at the end.
public_url = {public_url}
# Proxies whose X-Forwarded-For is believed when wrong passwords are counted: addresses or networks. Without it
# everybody behind a proxy counts as one. 反向代理的地址：按来访地址限制密码尝试次数时，相信它们写的来访地址。
# trusted_proxies = ["127.0.0.1"]

[database]
# One file beside this one ("sqlite:paydesk.sqlite"), or PostgreSQL, which several servers can share
# ("postgres://USER@HOST/NAME", the password in the environment variable PGPASSWORD).
url = {database}

[secrets]
file = "paydesk.secrets"
# Opens the secrets. Keep a copy elsewhere; the environment variable PAYDESK_MASTER_KEY comes first.
master_key_file = "paydesk.key"

[shop]
currency = "CNY"
# What one payment may be at most, in fen.
payment_max = {payment_max}
# Two payments of one sale (same reference, same amount) are raised to the owner, who gives the second back with one
# button; with true it goes back by itself where it is proved that one payer was charged twice.
# 同一单号收了两笔会提醒店主；改成 true，则能证实同一顾客被重复扣款时自动退回第二笔。
give_back_second_payment = false

[webhooks]
# Merchants' own systems are told over https at public addresses only. With true also inside private networks, and there
# without https. 只往公网 https 地址发通知；要发到内网的系统，改成 true。
private_addresses = false

[backup]
# paydesk backup writes here; a folder on another disk or machine is better.
folder = "backups"
# Sealed with the master key: without it nobody reads them, and nobody restores them.
sealed = true
# So many whole backups stay, each with what was added to it.
keep = 14
"#,
        listen = quoted(&plan.listen),
        public_url = quoted(&plan.public_url),
        database = quoted(&plan.database),
        payment_max = plan.payment_max,
    );
    for channel in &plan.channels {
        write_channel(&mut text, channel, merchant);
    }
    if let Some((address, model)) = &plan.printer {
        let (address, model) = (quoted(address), quoted(model));
        let _ = write!(
            text,
            "\n[[printer]]\ntill = \"{till}\"\naddress = {address}\nprofile = {model}\n\
             # What slips are written in: \"zh\" or \"en\". 小票的语言。\n\
             language = \"zh\"\n"
        );
    }
    text
}

/// Adds a channel to a configuration's text.
pub fn write_channel(text: &mut String, channel: &NewChannel, merchant: MerchantId) {
    let id = ChannelId::from_u128(fresh_id());
    let name = quoted(channel.provider.name());
    let _ = write!(
        text,
        "\n[[channel]]\nname = {name}\nid = \"{id}\"\nmerchant = \"{merchant}\"\nprovider = {name}\n\
             # Waiting times follow the provider's documents; to change one: timing = {{ give_up_after_ms = 45000 }}\n\
             # What your contract says is kept of each payment, so that a wrong fee is found: 60 is 0.60%.\n\
             # fee = {{ basis_points = 60, rounding = \"half_up\", given_back = true }}\n\
             [channel.settings]\n"
    );
    for (key, value) in &channel.settings {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Credentials in a simulator's or a person's JSON file, sorted into settings and secrets.
pub fn channel_from_json(provider: &'static dyn Known, path: &Path) -> Result<NewChannel> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the credentials {}", path.display()))?;
    channel_from_text(provider, &text).with_context(|| format!("the credentials {}", path.display()))
}

/// The same from the file's text.
pub fn channel_from_text(provider: &'static dyn Known, text: &str) -> Result<NewChannel> {
    let given: std::collections::BTreeMap<String, String> =
        serde_json::from_str(text).context("they are not one JSON object of texts")?;
    let mut channel = NewChannel { provider, settings: Vec::new(), secrets: Vec::new() };
    for (name, value) in given {
        match provider.fields().iter().find(|field| field.is_called(&name)) {
            Some(field) if field.kept == Kept::Nowhere => {}
            Some(field) if field.kept.is_sealed() => channel.secrets.push((field.name, Secret::new(value))),
            Some(field) => channel.settings.push((field.name, value)),
            None => bail!("they hold \"{name}\", which {} does not know", provider.name()),
        }
    }
    Ok(channel)
}
