//! Alipay.

use super::{Field, Given, Known, json};
use crate::files::write_private;
use crate::simulate::{Fake, Wanted};
use ::alipay::{AlipayRest, BadConfig, Config, ENDPOINT_URL, GATEWAY_URL, Keys, Simulator};
use anyhow::{Context, Result, ensure};
use base::{Secret, Text};
use provider_contract::Provider;
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The provider.
pub struct Alipay;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    protocol: Protocol,
    gateway_url: Option<String>,
    app_id: String,
    seller_id: Option<String>,
}

/// What the whole channel speaks.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    #[default]
    Classic,
    V3,
}

impl Protocol {
    /// Where real money is taken.
    fn address(self) -> &'static str {
        match self {
            Protocol::Classic => GATEWAY_URL,
            Protocol::V3 => ENDPOINT_URL,
        }
    }
}

const FIELDS: &[Field] = &[
    Field::preset("gateway_url").also("base_url"),
    Field::preset("protocol"),
    Field::setting("app_id", "应用的 APPID", "the application's number"),
    Field::setting("seller_id", "收款账号，2088 开头", "the account that receives, begins with 2088")
        .or_none(),
    Field::key_file("app_private_key_pem", "应用私钥文件", "the file with the application's private key"),
    Field::key_file(
        "alipay_public_key_pem",
        "支付宝公钥文件，不是应用公钥",
        "the file with Alipay's public key, not the application's",
    ),
];

impl Known for Alipay {
    fn name(&self) -> &'static str {
        "alipay"
    }

    fn title(&self) -> Text {
        Text::new("支付宝", "Alipay")
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        let config = Config {
            settings: ::alipay::Settings {
                app_id: settings.app_id,
                gateway_url: settings.gateway_url.unwrap_or_else(|| settings.protocol.address().to_owned()),
                notify_url: Some(given.notify_url.clone()),
                seller_id: settings.seller_id,
            },
            app_private_key_pem: given.secret("app_private_key_pem")?,
            alipay_public_key_pem: given.secret("alipay_public_key_pem")?.reveal().clone(),
        };
        Ok(match settings.protocol {
            Protocol::Classic => Arc::new(::alipay::Alipay::new(config)?),
            Protocol::V3 => Arc::new(AlipayRest::new(config)?),
        })
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        why.downcast_ref::<BadConfig>().map(|bad| bad.text())
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        ensure!(!wanted.certificates, "only WeChat Pay signs with certificates that are fetched");
        let keys = match wanted.keys {
            None => Keys::generate(),
            Some(directory) => kept_keys(directory)?,
        };
        let simulator = Simulator::with_keys(keys).context("the kept keys of the simulator")?;
        let credentials =
            simulator.credentials(wanted.address).context("a simulator with keys has credentials")?;
        Ok(Fake {
            base_url: credentials.base_url.clone(),
            credentials: json(&credentials)?,
            simulator: Box::new(simulator),
        })
    }
}

fn kept_keys(directory: &Path) -> Result<Keys> {
    let file = |name: &str| directory.join(name);
    let read = |name: &str| {
        fs::read_to_string(file(name)).with_context(|| format!("cannot read {}", file(name).display()))
    };
    if !file("alipay-app.pem").exists() {
        let keys = Keys::generate();
        write_private(&file("alipay-gateway.pem"), keys.alipay_private_key_pem.reveal())?;
        write_private(&file("alipay-gateway-public.pem"), &keys.alipay_public_key_pem)?;
        write_private(&file("alipay-app.pem"), keys.app_private_key_pem.reveal())?;
    }
    Ok(Keys {
        app_private_key_pem: Secret::new(read("alipay-app.pem")?),
        alipay_private_key_pem: Secret::new(read("alipay-gateway.pem")?),
        alipay_public_key_pem: read("alipay-gateway-public.pem")?,
    })
}
