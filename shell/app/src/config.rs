//! The configuration file: TOML, one struct per concern, every mistake named with its line.
//!
//! It holds no secrets: those are sealed beside it (see [`crate::sealed`]) and named here.

use crate::providers;
use crate::routing_file::{self, RoutingFile, WalletFile};
use anyhow::{Context, Result};
use base::{ChannelId, Currency, MerchantId, Money, TillId};
use drive::NodeSetup;
use payment::Policy;
use printer::Profile;
use receipt::Language;
use serde::Deserialize;
use settlement::{FeeRule, Rounding};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;

/// An installation.
#[derive(Clone, Debug)]
pub struct Config {
    /// Relative paths in the file start here.
    pub folder: PathBuf,
    /// Where it listens and how it is reached.
    pub server: Server,
    /// Where facts are kept: `sqlite:FILE` or `postgres://USER@HOST/NAME`.
    pub database: String,
    /// How it appears to other servers on the same database.
    pub node: NodeSetup,
    /// Where secrets are kept.
    pub secrets: Secrets,
    /// What one payment may be at most; its currency is the shop's.
    pub payment_max: Money,
    /// The ways to the providers, preferred first.
    pub channels: Vec<Channel>,
    /// The printers at the tills.
    pub printers: Vec<Printer>,
    /// How backups are kept.
    pub backup: Backup,
    /// Where merchants' own systems may be told.
    pub webhooks: webhooks::Networks,
    /// What is done about sales that were paid twice.
    pub sales: watch::Policy,
    /// Wallets' codes that the table does not have.
    pub wallets: Vec<api::Wallet>,
    /// How one of several channels to a wallet is chosen.
    pub routing: api::Routing,
}

/// How backups are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The folder they go to.
    pub folder: PathBuf,
    /// Whether they are sealed with the master key.
    pub sealed: bool,
    /// So many whole backups stay, each with what was added to it.
    pub keep: usize,
}

/// Where the server listens and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// How customers' phones and providers reach it: `https://pay.example.cn`, no slash at the end.
    pub public_url: String,
    /// Proxies in front, believed about where a request came from.
    pub trusted_proxies: Vec<api::Network>,
    /// From which hour of the morning yesterday is held against the providers' bills, on China's clock.
    pub reconcile_hour: u32,
}

/// Where secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// The sealed file.
    pub file: PathBuf,
    /// The master key's file; the environment variable `PAYDESK_MASTER_KEY` comes first.
    pub master_key_file: PathBuf,
}

/// A way to a provider.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name; also the prefix of its secrets.
    pub name: String,
    /// Its id, part of the notification address.
    pub id: ChannelId,
    /// Whose money it takes.
    pub merchant: MerchantId,
    /// Which provider.
    pub provider: String,
    /// The wallets that go over it, where they are not all that its provider takes.
    pub wallets: Option<Vec<String>>,
    /// What that provider wants to know; no secrets.
    pub settings: toml::Table,
    /// Its timing, where it shall differ from what the provider's documents suggest.
    pub timing: Timing,
    /// What the provider is expected to keep of each payment, if the file says.
    pub fee: Option<FeeRule>,
    /// The line it begins on, for messages.
    pub line: usize,
}

/// Waiting times that differ from what a provider's documents suggest, in milliseconds, and whether goods may go for
/// what is only recorded by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    call_timeout_ms: Option<u32>,
    first_inquiry_ms: Option<u32>,
    inquiry_every_ms: Option<u32>,
    give_up_after_ms: Option<u32>,
    reverse_not_before_ms: Option<u32>,
    in_flight_max_ms: Option<u32>,
    qr_lifetime_ms: Option<u32>,
    qr_inquiry_every_ms: Option<u32>,
    escalate_after_ms: Option<u32>,
    bill_within_ms: Option<u32>,
    hand_over_recorded: Option<bool>,
}

impl Timing {
    /// The provider's own timing with these differences.
    pub fn over(&self, policy: Policy) -> Policy {
        let or = |ms: Option<u32>, usual: Duration| ms.map_or(usual, |ms| Duration::from_millis(ms.into()));
        Policy {
            call_timeout: or(self.call_timeout_ms, policy.call_timeout),
            first_inquiry: or(self.first_inquiry_ms, policy.first_inquiry),
            inquiry_every: or(self.inquiry_every_ms, policy.inquiry_every),
            give_up_after: or(self.give_up_after_ms, policy.give_up_after),
            reverse_not_before: or(self.reverse_not_before_ms, policy.reverse_not_before),
            in_flight_max: or(self.in_flight_max_ms, policy.in_flight_max),
            qr_lifetime: or(self.qr_lifetime_ms, policy.qr_lifetime),
            qr_inquiry_every: or(self.qr_inquiry_every_ms, policy.qr_inquiry_every),
            escalate_after: or(self.escalate_after_ms, policy.escalate_after),
            bill_within: or(self.bill_within_ms, policy.bill_within),
            hand_over_recorded: self.hand_over_recorded.unwrap_or(policy.hand_over_recorded),
            ..policy
        }
    }
}

/// A printer at a till.
#[derive(Clone, Debug)]
pub struct Printer {
    /// The till.
    pub till: TillId,
    /// Host and port, usually port 9100.
    pub address: String,
    /// Its model.
    pub profile: Profile,
    /// What its slips are written in.
    pub language: Language,
}

/// What is wrong with a configuration: where, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The key, such as `server.listen`; empty if the text itself is no TOML.
    pub key: String,
    /// What is wrong and what to write.
    pub why: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = if self.key.is_empty() { String::new() } else { format!("{}: ", self.key) };
        write!(f, "line {}: {key}{}", self.line, self.why)
    }
}

impl std::error::Error for Mistake {}

impl Config {
    /// The fees that are expected, by channel.
    pub fn fees(&self) -> BTreeMap<ChannelId, FeeRule> {
        self.channels.iter().filter_map(|channel| Some((channel.id, channel.fee?))).collect()
    }

    /// Reads the file.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("cannot read the configuration {}; paydesk init writes one", path.display())
        })?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        Config::parse(&text, folder).with_context(|| format!("in the configuration {}", path.display()))
    }

    /// Reads the text; relative paths start in `folder`.
    pub fn parse(text: &str, folder: PathBuf) -> Result<Config, Mistake> {
        let file: File = toml::from_str(text).map_err(|error| not_as_expected(text, &error))?;
        let at = Place { text };
        let currency = at.read(&file.shop.currency, "shop.currency", "write \"CNY\"", Currency::from_code)?;
        let max = *file.shop.payment_max.get_ref();
        if max <= 0 {
            return Err(at.mistake(
                &file.shop.payment_max,
                "shop.payment_max",
                "write an amount in fen, such as 5000000",
            ));
        }
        let channels: Vec<Channel> =
            file.channel.into_iter().map(|c| channel(&at, c)).collect::<Result<_, _>>()?;
        Ok(Config {
            wallets: routing_file::wallets(&at, &file.wallet)?,
            routing: routing_file::routing(&at, &file.routing, &channels)?,
            server: server(&at, &file.server)?,
            database: database(&at, &file.database.url, &folder)?,
            node: node(&at, file.node, listen_address(&file.server))?,
            secrets: Secrets {
                file: folder.join(&file.secrets.file),
                master_key_file: folder.join(&file.secrets.master_key_file),
            },
            payment_max: Money::new(max, currency),
            channels,
            printers: file.printer.iter().map(|p| printer(&at, p)).collect::<Result<_, _>>()?,
            backup: backup(&at, &file.backup, &folder)?,
            sales: watch::Policy { gives_back: file.shop.give_back_second_payment },
            webhooks: webhooks::Networks { private: file.webhooks.private_addresses },
            folder,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: ServerFile,
    database: DatabaseFile,
    #[serde(default)]
    node: NodeFile,
    secrets: SecretsFile,
    shop: ShopFile,
    #[serde(default)]
    channel: Vec<ChannelFile>,
    #[serde(default)]
    printer: Vec<PrinterFile>,
    #[serde(default)]
    backup: BackupFile,
    #[serde(default)]
    webhooks: WebhooksFile,
    #[serde(default)]
    wallet: Vec<WalletFile>,
    #[serde(default)]
    routing: RoutingFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhooksFile {
    #[serde(default)]
    private_addresses: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BackupFile {
    folder: Option<PathBuf>,
    sealed: Option<bool>,
    keep: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerFile {
    listen: Spanned<String>,
    public_url: Spanned<String>,
    #[serde(default)]
    trusted_proxies: Vec<Spanned<String>>,
    reconcile_hour: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseFile {
    url: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    name: Option<Spanned<String>>,
    address: Option<Spanned<String>>,
    lease_ms: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretsFile {
    file: PathBuf,
    master_key_file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopFile {
    currency: Spanned<String>,
    payment_max: Spanned<i64>,
    #[serde(default)]
    give_back_second_payment: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelFile {
    name: Spanned<String>,
    id: Spanned<String>,
    merchant: Spanned<String>,
    provider: Spanned<String>,
    wallets: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    settings: toml::Table,
    #[serde(default)]
    timing: Timing,
    fee: Option<FeeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeFile {
    basis_points: Spanned<u32>,
    rounding: Option<Spanned<String>>,
    given_back: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrinterFile {
    till: Spanned<String>,
    address: Spanned<String>,
    profile: Spanned<String>,
    language: Option<Spanned<String>>,
}

/// Finds the line of a value.
pub(crate) struct Place<'a> {
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        line_of(self.text, offset)
    }

    pub(crate) fn mistake<T>(&self, value: &Spanned<T>, key: &str, why: &str) -> Mistake {
        Mistake { line: self.line(value.span().start), key: key.to_owned(), why: why.to_owned() }
    }

    pub(crate) fn read<T>(
        &self,
        value: &Spanned<String>,
        key: &str,
        why: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Mistake> {
        let text = value.get_ref();
        parse(text).ok_or_else(|| self.mistake(value, key, &format!("\"{text}\" will not do; {why}")))
    }

    pub(crate) fn id<T: FromStr>(&self, value: &Spanned<String>, key: &str) -> Result<T, Mistake> {
        self.read(value, key, "copy the id from the console", |text| text.parse().ok())
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn not_as_expected(text: &str, error: &toml::de::Error) -> Mistake {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    Mistake { line, key: String::new(), why: error.message().replace('\n', "; ") }
}

/// Providers make their bills by nine or ten; a shop's people come about then.
const RECONCILE_HOUR: u32 = 10;

const PROXY: &str = "write an address or a network, such as \"127.0.0.1\" or \"10.0.0.0/8\"";

fn server(at: &Place<'_>, file: &ServerFile) -> Result<Server, Mistake> {
    let public = |url: &str| is_public_url(url).then(|| url.to_owned());
    Ok(Server {
        listen: at.read(
            &file.listen,
            "server.listen",
            "write an address and a port, such as \"127.0.0.1:8080\"",
            |text| text.parse().ok(),
        )?,
        public_url: at.read(
            &file.public_url,
            "server.public_url",
            "write http:// or https:// and a host, no path, such as \"https://pay.example.cn\"",
            public,
        )?,
        trusted_proxies: file
            .trusted_proxies
            .iter()
            .map(|text| at.read(text, "server.trusted_proxies", PROXY, |text| text.parse().ok()))
            .collect::<Result<_, _>>()?,
        reconcile_hour: reconcile_hour(at, file)?,
    })
}

fn reconcile_hour(at: &Place<'_>, file: &ServerFile) -> Result<u32, Mistake> {
    let Some(hour) = &file.reconcile_hour else { return Ok(RECONCILE_HOUR) };
    if *hour.get_ref() > 23 {
        let why = format!("{} will not do; write an hour of the day, 0 to 23", hour.get_ref());
        return Err(Mistake {
            line: at.line(hour.span().start),
            key: "server.reconcile_hour".to_owned(),
            why,
        });
    }
    Ok(*hour.get_ref())
}

/// Whether this is how people may reach a server: a scheme and a host, no path.
pub fn is_public_url(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ']))
}

/// Whether this is a host and a port.
pub fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn listen_address(file: &ServerFile) -> String {
    file.listen.get_ref().clone()
}

/// What is not written follows from this computer's name and the address that is listened on.
fn node(at: &Place<'_>, file: NodeFile, listen: String) -> Result<NodeSetup, Mistake> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "paydesk" } else { host.trim() };
    let port = listen.rsplit(':').next().unwrap_or_default();
    let anywhere = listen.starts_with("0.0.0.0:") || listen.starts_with("[::]:");
    let usual = NodeSetup::default();
    let name = file.name.map(|name| at.read(&name, "node.name", NODE_NAME, good_name)).transpose()?;
    let address =
        file.address.map(|text| at.read(&text, "node.address", NODE_ADDRESS, good_address)).transpose()?;
    let lease = match &file.lease_ms {
        Some(lease) if !(1_000..=60_000).contains(lease.get_ref()) => {
            return Err(at.mistake(lease, "node.lease_ms", "write between 1000 and 60000"));
        }
        Some(lease) => Duration::from_millis((*lease.get_ref()).into()),
        None => usual.lease,
    };
    Ok(NodeSetup {
        name: name.unwrap_or_else(|| format!("{host}:{port}")),
        address: address.unwrap_or_else(|| match anywhere {
            true => format!("http://{host}:{port}"),
            false => format!("http://{listen}"),
        }),
        lease,
    })
}

const NODE_NAME: &str = "write a name of at most 64 characters without spaces, another one for each server";
const NODE_ADDRESS: &str = "write how the other servers reach this one, such as http://10.0.0.5:8080";

fn good_name(text: &str) -> Option<String> {
    let good = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
    good.then(|| text.to_owned())
}

fn good_address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("http://").or(text.strip_prefix("https://"))?;
    (!rest.is_empty() && !rest.contains('/')).then(|| text.to_owned())
}

fn database(at: &Place<'_>, url: &Spanned<String>, folder: &Path) -> Result<String, Mistake> {
    let text = url.get_ref();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(text.clone());
    }
    if let Some(file) = text.strip_prefix("sqlite:").filter(|file| !file.is_empty()) {
        return Ok(format!("sqlite:{}", folder.join(file).display()));
    }
    let why = format!(
        "\"{}\" will not do; write \"sqlite:FILE\", such as \"sqlite:paydesk.sqlite\", or \
         \"postgres://USER@HOST/NAME\" with the password in PGPASSWORD",
        store::without_password(text)
    );
    Err(at.mistake(url, "database.url", &why))
}

fn channel(at: &Place<'_>, file: ChannelFile) -> Result<Channel, Mistake> {
    let name = at.read(&file.name, "channel.name", "use 1 to 32 letters, digits, - or _", |name| {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (!name.is_empty() && name.len() <= 32 && name.chars().all(good)).then(|| name.to_owned())
    })?;
    let wallets = file.wallets.map(|names| taken(at, &names)).transpose()?;
    Ok(Channel {
        name,
        wallets,
        id: at.id(&file.id, "channel.id")?,
        merchant: at.id(&file.merchant, "channel.merchant")?,
        provider: at.read(&file.provider, "channel.provider", &known_providers(), |name| {
            providers::named(name).ok().map(|known| known.name().to_owned())
        })?,
        line: at.line(file.name.span().start),
        settings: file.settings,
        timing: file.timing,
        fee: file.fee.map(|file| fee(at, &file)).transpose()?,
    })
}

/// The wallets that a channel is said to take; whether its provider can is seen when it is connected.
fn taken(at: &Place<'_>, names: &[Spanned<String>]) -> Result<Vec<String>, Mistake> {
    let why = "write a wallet's short name, such as \"unionpay\"";
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let name = |name: &str| (!name.is_empty() && name.chars().all(good)).then(|| name.to_owned());
    names.iter().map(|text| at.read(text, "channel.wallets", why, name)).collect()
}

fn known_providers() -> String {
    format!("the providers are: {}", providers::names())
}

fn fee(at: &Place<'_>, file: &FeeFile) -> Result<FeeRule, Mistake> {
    let rounding = match &file.rounding {
        None => Rounding::default(),
        Some(name) => {
            at.read(name, "channel.fee.rounding", "write \"half_up\", \"down\" or \"up\"", Rounding::named)?
        }
    };
    FeeRule::new(*file.basis_points.get_ref(), rounding, file.given_back.unwrap_or(true)).ok_or_else(|| {
        at.mistake(
            &file.basis_points,
            "channel.fee.basis_points",
            "write hundredths of a percent, at most 10000, such as 60 for 0.60%",
        )
    })
}

fn backup(at: &Place<'_>, file: &BackupFile, folder: &Path) -> Result<Backup, Mistake> {
    let keep = match &file.keep {
        None => 14,
        Some(keep) => usize::try_from(*keep.get_ref()).ok().filter(|keep| *keep > 0).ok_or_else(|| {
            at.mistake(keep, "backup.keep", "write how many whole backups stay, at least 1, such as 14")
        })?,
    };
    let into = file.folder.clone().unwrap_or_else(|| PathBuf::from("backups"));
    Ok(Backup { folder: folder.join(into), sealed: file.sealed.unwrap_or(true), keep })
}

fn printer(at: &Place<'_>, file: &PrinterFile) -> Result<Printer, Mistake> {
    let names = Profile::all().map(|profile| format!("\"{}\"", profile.name)).join(", ");
    Ok(Printer {
        till: at.id(&file.till, "printer.till")?,
        address: at.read(
            &file.address,
            "printer.address",
            "write a host and a port, such as \"192.168.1.50:9100\"",
            |text| is_host_and_port(text).then(|| text.to_owned()),
        )?,
        profile: at.read(
            &file.profile,
            "printer.profile",
            &format!("the models are {names}"),
            Profile::named,
        )?,
        language: match &file.language {
            Some(language) => {
                at.read(language, "printer.language", "slips are written in \"zh\" or \"en\"", slip_language)?
            }
            None => Language::Chinese,
        },
    })
}

/// What slips are written in, as configurations say it.
pub fn slip_language(text: &str) -> Option<Language> {
    match text {
        "zh" => Some(Language::Chinese),
        "en" => Some(Language::English),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[server]
listen = "127.0.0.1:8080"
public_url = "https://pay.example.cn"

[database]
url = "sqlite:paydesk.sqlite"

[secrets]
file = "paydesk.secrets"
master_key_file = "paydesk.key"

[shop]
currency = "CNY"
payment_max = 5000000

[[channel]]
name = "wechat"
id = "018f3c1e-5b7a-7c3d-9e2f-0123456789ab"
merchant = "018f3c1e-5b7a-7c3d-9e2f-0123456789ac"
provider = "wechat"
settings = { mchid = "1900000001" }

[[printer]]
till = "018f3c1e-5b7a-7c3d-9e2f-0123456789ad"
address = "192.168.1.50:9100"
profile = "generic-58"
"#;

    #[test]
    fn a_good_file_is_read_whole() {
        let config = Config::parse(GOOD, PathBuf::from("/etc/shop")).unwrap();
        assert_eq!(config.database, "sqlite:/etc/shop/paydesk.sqlite");
        assert_eq!(config.secrets.master_key_file, Path::new("/etc/shop/paydesk.key"));
        assert_eq!(config.payment_max.minor(), 5_000_000);
        assert_eq!((config.channels[0].name.as_str(), config.channels[0].line), ("wechat", 18));
        assert_eq!(config.printers[0].profile.name, "generic-58");
        assert_eq!(config.printers[0].language, Language::Chinese);
    }

    #[test]
    fn what_may_differ_is_read_and_the_rest_is_as_usual() {
        let read = |good: &str, written: &str| {
            Config::parse(&GOOD.replacen(good, written, 1), PathBuf::new()).expect("it is good")
        };
        let usual = read("", "");
        assert!(!usual.webhooks.private && !usual.sales.gives_back);
        let policy = usual.channels[0].timing.over(Policy::default());
        assert_eq!(policy, Policy::default());
        let own = read(
            "settings =",
            "timing = { bill_within_ms = 3600000, hand_over_recorded = true }\nsettings =",
        );
        let policy = own.channels[0].timing.over(Policy::default());
        assert_eq!((policy.bill_within, policy.hand_over_recorded), (Duration::from_secs(3600), true));
        assert!(read("[shop]", "[webhooks]\nprivate_addresses = true\n[shop]").webhooks.private);
        assert!(read("[shop]", "[shop]\ngive_back_second_payment = true").sales.gives_back);
    }

    /// What is said when `good` is written as `bad`.
    fn check(good: &str, bad: &str, said: &str) {
        assert!(GOOD.contains(good), "{good}");
        let mistake = Config::parse(&GOOD.replacen(good, bad, 1), PathBuf::new()).unwrap_err().to_string();
        assert!(mistake.starts_with(said), "{bad}:\n  said     {mistake}\n  expected {said}");
    }

    #[test]
    fn every_mistake_says_where_and_what_to_write() {
        check(
            "listen =",
            "lisen =",
            "line 3: unknown field `lisen`, expected one of `listen`, `public_url`, `trusted_proxies`, `reconcile_hour`",
        );
        check(
            "127.0.0.1:8080",
            "localhost",
            "line 3: server.listen: \"localhost\" will not do; write an address",
        );
        check(
            "https://pay.example.cn",
            "pay.example.cn",
            "line 4: server.public_url: \"pay.example.cn\" will not do",
        );
        check("https://pay.example.cn", "https://x/", "line 4: server.public_url:");
        check(
            "\n[database]",
            "trusted_proxies = [\"10.0.0.0/8\", \"proxy.local\"]\n[database]",
            "line 5: server.trusted_proxies: \"proxy.local\" will not do; write an address or a network",
        );
        check(
            "sqlite:paydesk.sqlite",
            "mysql://x",
            "line 7: database.url: \"mysql://x\" will not do; write \"sqlite:",
        );
        check(
            "sqlite:paydesk.sqlite",
            "mysql://me:secret@x",
            "line 7: database.url: \"mysql://…@x\" will not do; write \"sqlite:",
        );
        check("\"CNY\"", "\"DOGE\"", "line 14: shop.currency: \"DOGE\" will not do; write \"CNY\"");
        check("5000000", "0", "line 15: shop.payment_max: write an amount in fen");
        check("5000000", "12.5", "line 15: invalid type: floating point `12.5`");
        check("name = \"wechat\"", "name = \"we chat\"", "line 18: channel.name: \"we chat\" will not do");
        check("0123456789ab", "xyz", "line 19: channel.id:");
        check(
            "provider = \"wechat\"",
            "provider = \"paypal\"",
            "line 21: channel.provider: \"paypal\" will not do",
        );
        check(":9100", "", "line 26: printer.address: \"192.168.1.50\" will not do; write a host and a port");
        check(
            "generic-58",
            "typewriter",
            "line 27: printer.profile: \"typewriter\" will not do; the models are",
        );
        check(
            "\"generic-58\"",
            "\"generic-58\"\nlanguage = \"fr\"",
            "line 28: printer.language: \"fr\" will not do; slips are written in \"zh\" or \"en\"",
        );
        check("[shop]", "[shop", "line 13: ");
        check("[secrets]", "[secret]", "line 9: unknown field `secret`");
        check("[database]\nurl = \"sqlite:paydesk.sqlite\"\n", "", "line 1: missing field `database`");
    }

    #[test]
    fn a_mistake_in_what_is_optional_says_so_too() {
        check("settings =", "timing = { give_up_ms = 5 }\nsettings =", "line 22: unknown field `give_up_ms`");
        check(
            "[shop]",
            "[backup]\nkeep = 0\n[shop]",
            "line 14: backup.keep: write how many whole backups stay",
        );
        check("[shop]", "[webhooks]\nprivate = true\n[shop]", "line 14: unknown field `private`");
        check("[shop]", "[shop]\ngive_back_second_payment = 1", "line 14: invalid type: integer `1`");
        check(
            "settings =",
            "fee = { basis_points = 10001 }\nsettings =",
            "line 22: channel.fee.basis_points: write hundredths of a percent",
        );
        check(
            "settings =",
            "fee = { basis_points = 60, rounding = \"even\" }\nsettings =",
            "line 22: channel.fee.rounding: \"even\" will not do; write \"half_up\"",
        );
        check("settings =", "fee = { rate = 60 }\nsettings =", "line 22: unknown field `rate`");
    }
}
