//! From configuration to providers: the one place that knows which provider is which, and which codes are whose.

use crate::config::{Channel, Config, Timing};
use crate::sealed::{MasterKey, SealedStore};
use crate::setup::NewChannel;
use crate::simulate::Kind;
use anyhow::{Context, Result, bail};
use base::{ChannelId, MerchantId, Secret, Text};
use drive::ChannelSetup;
use payment::WalletRule;
use provider_contract::Provider;
use serde::Deserialize;
use std::sync::Arc;

/// The ways to the providers that can be used, and what is wrong with the others.
pub struct Channels {
    /// Usable ones, in the configuration's order.
    pub setups: Vec<ChannelSetup>,
    /// Which merchant takes which wallet over which channel.
    pub routes: Vec<api::Route>,
    /// What is wrong with each unusable one.
    pub faults: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WechatSettings {
    #[serde(default = "wechat_base_url")]
    base_url: String,
    mchid: String,
    appid: String,
    merchant_serial: String,
    platform_public_key_id: Option<String>,
    #[serde(default = "one_store")]
    store_out_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlipaySettings {
    #[serde(default = "alipay_gateway_url")]
    gateway_url: String,
    app_id: String,
    seller_id: Option<String>,
}

fn wechat_base_url() -> String {
    "https://api.mch.weixin.qq.com".to_owned()
}

fn alipay_gateway_url() -> String {
    alipay::GATEWAY_URL.to_owned()
}

fn one_store() -> String {
    "S1".to_owned()
}

/// The wallets, and how their payment codes look. From the providers' field descriptions; wallets change them
/// from time to time.
pub fn wallets() -> Vec<api::Wallet> {
    let wallet = |name: &str, zh: &str, en: &str, prefixes: &[&str], shortest, longest| api::Wallet {
        rule: WalletRule {
            wallet: name.to_owned(),
            prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
            shortest,
            longest,
        },
        label: Text::new(zh, en),
    };
    vec![
        wallet("wechat", "微信支付", "WeChat Pay", &["10", "11", "12", "13", "14", "15"], 18, 18),
        wallet("alipay", "支付宝", "Alipay", &["25", "26", "27", "28", "29", "30"], 16, 24),
        wallet("unionpay", "云闪付", "UnionPay", &["62"], 19, 19),
        wallet("ecny", "数字人民币", "e-CNY", &["01"], 19, 19),
    ]
}

impl Channels {
    /// Opens the secrets and builds every channel that can be built. Only sealed secrets that cannot be opened
    /// at all are an error: then no channel works.
    pub fn build(config: &Config) -> Result<Channels> {
        let mut channels = Channels { setups: Vec::new(), routes: Vec::new(), faults: Vec::new() };
        if config.channels.is_empty() {
            return Ok(channels);
        }
        let key = MasterKey::load(&config.secrets.master_key_file)?;
        let store = SealedStore::read(&config.secrets.file)?;
        for channel in &config.channels {
            let secrets = Secrets::Sealed { channel: &channel.name, store: &store, key: &key };
            match provider(channel, &secrets, &config.server.public_url) {
                Ok(provider) => channels.add(channel, provider),
                Err(why) => channels.faults.push(fault(channel, &words(&why))),
            }
        }
        Ok(channels)
    }

    /// Adds a channel whose provider is at hand; its wallet has the provider's name.
    pub fn add(&mut self, channel: &Channel, provider: Arc<dyn Provider>) {
        let capabilities = provider.capabilities();
        self.routes.push(api::Route {
            merchant: channel.merchant,
            wallet: capabilities.name.to_owned(),
            channel: channel.id,
        });
        self.setups.push(ChannelSetup {
            id: channel.id,
            merchant: channel.merchant,
            policy: channel.timing.over(capabilities.policy),
            provider,
        });
    }
}

fn fault(channel: &Channel, why: &Text) -> Text {
    let Channel { name, line, .. } = channel;
    Text::new(
        format!("通道 {name}（配置第 {line} 行）用不了：{}", why.zh),
        format!("channel {name} (line {line} of the configuration) cannot be used: {}", why.en),
    )
}

/// A provider's own words about credentials that cannot work; anything else as it is.
pub fn words(why: &anyhow::Error) -> Text {
    let wechat = why.downcast_ref::<wechat::BadConfig>().map(|bad| bad.text());
    let alipay = || why.downcast_ref::<alipay::BadConfig>().map(|bad| bad.text());
    wechat.or_else(alipay).unwrap_or_else(|| Text::new(format!("{why:#}"), format!("{why:#}")))
}

/// Whether a provider's connector can be made of these answers, before anything is written.
pub fn check(new: &NewChannel) -> Result<()> {
    let text = |(key, value): &(&str, String)| ((*key).to_owned(), toml::Value::String(value.clone()));
    let channel = Channel {
        name: new.provider.to_owned(),
        id: ChannelId::from_u128(0),
        merchant: MerchantId::from_u128(0),
        provider: new.provider.to_owned(),
        settings: new.settings.iter().map(text).collect(),
        timing: Timing::default(),
        fee: None,
        line: 0,
    };
    provider(&channel, &Secrets::AtHand(&new.secrets), "https://shop.example").map(|_| ())
}

/// One channel's secrets, opened one by one.
enum Secrets<'a> {
    Sealed { channel: &'a str, store: &'a SealedStore, key: &'a MasterKey },
    AtHand(&'a [(&'static str, Secret<String>)]),
}

impl Secrets<'_> {
    fn open(&self, name: &str) -> Result<Secret<String>> {
        match self {
            Secrets::Sealed { channel, store, key } => store.open(key, &secret_name(channel, name)),
            Secrets::AtHand(secrets) => {
                let found = secrets.iter().find(|(known, _)| *known == name);
                found.map(|(_, secret)| secret.clone()).with_context(|| format!("{name} is missing"))
            }
        }
    }

    fn open_if_there(&self, name: &str) -> Result<Option<Secret<String>>> {
        let there = match self {
            Secrets::Sealed { channel, store, .. } => store.has(&secret_name(channel, name)),
            Secrets::AtHand(secrets) => secrets.iter().any(|(known, _)| *known == name),
        };
        there.then(|| self.open(name)).transpose()
    }
}

/// The name that a channel's secret has in the sealed store.
pub fn secret_name(channel: &str, name: &str) -> String {
    format!("{channel}.{name}")
}

fn provider(channel: &Channel, secrets: &Secrets<'_>, public_url: &str) -> Result<Arc<dyn Provider>> {
    let notify_url = format!("{public_url}/notify/{}/{}", channel.provider, channel.id);
    match channel.provider.as_str() {
        "wechat" => wechat_provider(channel, secrets, notify_url),
        "alipay" => alipay_provider(channel, secrets, notify_url),
        other => bail!("there is no provider \"{other}\""),
    }
}

fn settings<'de, T: Deserialize<'de>>(channel: &Channel) -> Result<T> {
    T::deserialize(channel.settings.clone())
        .map_err(|error| anyhow::anyhow!("its settings: {}", error.message()))
}

fn wechat_provider(
    channel: &Channel,
    secrets: &Secrets<'_>,
    notify_url: String,
) -> Result<Arc<dyn Provider>> {
    let settings: WechatSettings = settings(channel)?;
    let config = wechat::Config {
        base_url: settings.base_url,
        mchid: settings.mchid,
        appid: settings.appid,
        merchant_serial: settings.merchant_serial,
        apiv3_key: secrets.open("apiv3_key")?,
        notify_url,
        store_out_id: settings.store_out_id,
    };
    let merchant_key = secrets.open("merchant_private_key_pem")?;
    // Without the public key, the platform's certificates are fetched; one that was sealed beforehand serves until then.
    let pem = match &settings.platform_public_key_id {
        Some(_) => Some(secrets.open("platform_public_key_pem")?),
        None => secrets.open_if_there("platform_certificate_pem")?,
    };
    let platform = pem.as_ref().map(|pem| match &settings.platform_public_key_id {
        Some(id) => wechat::PlatformPem::PublicKey { id, pem: pem.reveal() },
        None => wechat::PlatformPem::Certificate(pem.reveal()),
    });
    let platform = platform.as_slice();
    Ok(Arc::new(wechat::WeChat::from_pem(config, merchant_key.reveal(), platform)?))
}

/// The connector with the credentials that a simulator wrote.
pub fn provider_of(kind: Kind, credentials: &str, notify_url: String) -> Result<Arc<dyn Provider>> {
    match kind {
        Kind::Wechat => {
            let given: wechat::Credentials =
                serde_json::from_str(credentials).context("credentials are JSON")?;
            let platform = wechat::PlatformPem::PublicKey {
                id: &given.platform_public_key_id,
                pem: &given.platform_public_key_pem,
            };
            let config = wechat::Config {
                base_url: given.base_url,
                mchid: given.mchid,
                appid: given.appid,
                merchant_serial: given.merchant_serial,
                apiv3_key: Secret::new(given.apiv3_key),
                notify_url,
                store_out_id: one_store(),
            };
            Ok(Arc::new(wechat::WeChat::from_pem(config, &given.merchant_private_key_pem, &[platform])?))
        }
        Kind::Alipay => {
            let given: AlipayCredentials =
                serde_json::from_str(credentials).context("credentials are JSON")?;
            let settings = alipay::Settings {
                notify_url: Some(notify_url),
                ..alipay::Settings::new(given.app_id, given.base_url)
            };
            Ok(Arc::new(alipay::Alipay::new(alipay::Config {
                settings,
                app_private_key_pem: Secret::new(given.app_private_key_pem),
                alipay_public_key_pem: given.alipay_public_key_pem,
            })?))
        }
        Kind::Printer => bail!("a printer takes no money"),
    }
}

#[derive(Deserialize)]
struct AlipayCredentials {
    base_url: String,
    app_id: String,
    app_private_key_pem: String,
    alipay_public_key_pem: String,
}

fn alipay_provider(
    channel: &Channel,
    secrets: &Secrets<'_>,
    notify_url: String,
) -> Result<Arc<dyn Provider>> {
    let settings: AlipaySettings = settings(channel)?;
    let config = alipay::Config {
        settings: alipay::Settings {
            app_id: settings.app_id,
            gateway_url: settings.gateway_url,
            notify_url: Some(notify_url),
            seller_id: settings.seller_id,
        },
        app_private_key_pem: secrets.open("app_private_key_pem")?,
        alipay_public_key_pem: secrets.open("alipay_public_key_pem")?.reveal().clone(),
    };
    Ok(Arc::new(alipay::Alipay::new(config)?))
}
