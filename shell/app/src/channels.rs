//! From configuration to ways of being paid: which channels work, and which wallet goes over which.

use crate::config::{Channel, Config};
use crate::providers::{Given, Known, named, words};
use crate::sealed::{MasterKey, SealedStore};
use crate::setup::{NewChannel, channel_from_text};
use anyhow::Result;
use base::{ChannelId, MerchantId, Secret, Text};
use drive::{ChannelSetup, ClientIdentity};
use provider_contract::Provider;
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

impl Channels {
    /// Opens the secrets and builds every channel that can be built. Only sealed secrets that cannot be opened
    /// at all are an error: then no channel works.
    pub fn build(config: &Config) -> Result<Channels> {
        let mut channels = Channels { setups: Vec::new(), routes: Vec::new(), faults: Vec::new() };
        if config.channels.is_empty() {
            return Ok(channels);
        }
        let key = MasterKey::load(&config.secrets.master_key_file)?;
        let sealed = SealedStore::read(&config.secrets.file)?;
        for channel in &config.channels {
            let secrets = |name: &str| -> Result<Option<Secret<String>>> {
                let name = secret_name(&channel.name, name);
                if sealed.has(&name) { sealed.open(&key, &name).map(Some) } else { Ok(None) }
            };
            match connected(channel, &secrets, &config.server.public_url) {
                Ok(connected) => channels.add(channel, connected),
                Err(why) => channels.faults.push(fault(channel, &words(&why))),
            }
        }
        Ok(channels)
    }

    fn add(&mut self, channel: &Channel, (provider, identity): Connected) {
        let can = wallets_of(provider.as_ref());
        let (takes, not): (Vec<String>, Vec<String>) = channel
            .wallets
            .clone()
            .unwrap_or_else(|| can.clone())
            .into_iter()
            .partition(|name| can.contains(name));
        if !not.is_empty() {
            let (not, can) = (not.join(", "), can.join(", "));
            let why = Text::new(format!("不收 {not}，只收 {can}"), format!("it takes {can}, not {not}"));
            self.faults.push(fault(channel, &why));
        }
        self.routes.extend(routes(takes, channel.merchant, channel.id, &channel.name));
        self.setups.push(ChannelSetup {
            id: channel.id,
            merchant: channel.merchant,
            policy: channel.timing.over(provider.capabilities().policy),
            provider,
            identity,
        });
    }
}

/// The wallets that a provider takes.
pub fn wallets_of(provider: &dyn Provider) -> Vec<String> {
    provider.capabilities().wallets.iter().map(|wallet| (*wallet).to_owned()).collect()
}

/// Each of these wallets over this channel.
pub fn routes(
    wallets: Vec<String>,
    merchant: MerchantId,
    channel: ChannelId,
    name: &str,
) -> impl Iterator<Item = api::Route> + use<> {
    let name = name.to_owned();
    wallets.into_iter().map(move |wallet| api::Route { merchant, wallet, channel, name: name.clone() })
}

fn fault(channel: &Channel, why: &Text) -> Text {
    let Channel { name, line, .. } = channel;
    Text::new(
        format!("通道 {name}（配置第 {line} 行）用不了：{}", why.zh),
        format!("channel {name} (line {line} of the configuration) cannot be used: {}", why.en),
    )
}

/// A connector, and what is shown to its provider.
type Connected = (Arc<dyn Provider>, Option<ClientIdentity>);

/// The connector that a configured channel's settings and secrets make.
fn connected(
    channel: &Channel,
    secret: &dyn Fn(&str) -> Result<Option<Secret<String>>>,
    public_url: &str,
) -> Result<Connected> {
    let known = named(&channel.provider)?;
    let notify_url = format!("{public_url}/notify/{}/{}", channel.provider, channel.id);
    let given = Given { settings: &channel.settings, secret, notify_url };
    Ok((known.connect(&given)?, known.identity(&given)?))
}

/// The connector that these answers make, before anything is written.
pub fn connector(new: &NewChannel, notify_url: String) -> Result<Connected> {
    let text = |(key, value): &(&str, String)| ((*key).to_owned(), toml::Value::String(value.clone()));
    let settings = new.settings.iter().map(text).collect();
    let secret = |name: &str| {
        let found = new.secrets.iter().find(|(known, _)| *known == name);
        Ok(found.map(|(_, secret)| secret.clone()))
    };
    let given = Given { settings: &settings, secret: &secret, notify_url };
    Ok((new.provider.connect(&given)?, new.provider.identity(&given)?))
}

/// Whether a connector can be made of these answers.
pub fn check(new: &NewChannel) -> Result<()> {
    connector(new, "https://shop.example/notify".to_owned()).map(|_| ())
}

/// The connector with the credentials that a simulator wrote.
pub fn connector_to_simulator(
    known: &'static dyn Known,
    credentials: &str,
    notify_url: String,
) -> Result<Arc<dyn Provider>> {
    connector(&channel_from_text(known, credentials)?, notify_url).map(|(provider, _)| provider)
}

/// The name that a channel's secret has in the sealed store.
pub fn secret_name(channel: &str, name: &str) -> String {
    format!("{channel}.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::words_in_one_line;
    use crate::simulate::Wanted;

    /// A channel of these credentials with one of them changed, or taken away: `works`, or what is said of it.
    fn tried(provider: &str, credentials: &str, name: &str, value: Option<&str>) -> String {
        let mut fields: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(credentials).expect("JSON");
        match value {
            Some(value) => drop(fields.insert(name.to_owned(), value.into())),
            None => drop(fields.remove(name)),
        }
        let text = serde_json::to_string(&fields).expect("JSON");
        let new = channel_from_text(named(provider).expect("it is known"), &text).expect("known fields");
        connector(&new, "https://shop.example/notify/1".to_owned())
            .map_or_else(|why| words_in_one_line(&why), |_| "works".to_owned())
    }

    #[test]
    fn a_channel_says_which_protocol_it_speaks() {
        let wanted = Wanted { keys: None, address: "https://127.0.0.1:1", certificates: false };
        let (fake, _) = named("wechat").expect("known").fake_with_tls(&wanted).expect("a simulator with TLS");
        let v3 = |name, value| tried("wechat", &fake.credentials, name, value);
        assert_eq!(v3("code_pay_protocol", Some("v3")), "works");
        assert_eq!(v3("api_key", None), "works", "v3 needs none of v2's keys");
        assert_eq!(v3("merchant_serial", None), "merchant_serial is missing");
        assert!(v3("code_pay_protocol", Some("v4")).contains("v4"));
        let mut old: serde_json::Value = serde_json::from_str(&fake.credentials).expect("JSON");
        old["code_pay_protocol"] = "v2".into();
        let old = old.to_string();
        let v2 = |name, value| tried("wechat", &old, name, value);
        assert_eq!(v2("merchant_serial", None), "works", "v2 needs none of v3's settings");
        assert_eq!(v2("apiv3_key", None), "works");
        assert_eq!(v2("api_key", None), "api_key is missing");
        assert!(v2("api_key", Some("short")).contains("APIv2"));
        assert_eq!(v2("merchant_certificate_pem", None), "merchant_certificate_pem is missing");
        assert!(v2("merchant_certificate_pem", Some("hello")).contains("apiclient_cert.pem"));
        assert!(v2("terminal_ip", Some("till")).contains("terminal_ip"));
        assert!(v2("sign_type", Some("SHA1")).contains("SHA1"));

        let wanted = Wanted { address: "http://127.0.0.1:1", ..wanted };
        let fake = named("alipay").expect("known").fake(&wanted).expect("a simulator");
        let alipay = |name, value| tried("alipay", &fake.credentials, name, value);
        assert_eq!(alipay("protocol", Some("classic")), "works");
        assert!(alipay("protocol", Some("v3")).contains("REST"), "the gateway's address has a path");
        let rest = fake.credentials.replace("/gateway.do", "");
        assert_eq!(tried("alipay", &rest, "protocol", Some("v3")), "works");

        let credentials = unionpay::qra::Simulator::cheap(1).credentials("http://127.0.0.1:1");
        let credentials = serde_json::to_string(&credentials).expect("JSON");
        let qra = |name, value| tried("unionpay", &credentials, name, value);
        assert_eq!(qra("terminal_ip", Some("192.168.1.9")), "works", "QRA needs none of ACP's certificates");
        assert_eq!(qra("mch_id", None), "mch_id is missing");
        assert_eq!(qra("api_key", None), "api_key is missing");
        assert!(qra("mch_id", Some("12 34")).contains("mch_id"));
        assert!(qra("protocol", Some("v5")).contains("v5"));
        assert_eq!(qra("protocol", Some("acp")), "mer_id is missing");
    }
}
