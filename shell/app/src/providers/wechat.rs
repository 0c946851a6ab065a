//! WeChat Pay.

use super::{Field, Given, Known, json, kept_or_fresh};
use crate::simulate::{Fake, Wanted};
use ::wechat::{BadConfig, Config, Keys, PlatformPem, Simulator, WeChat};
use anyhow::{Context, Result};
use base::Text;
use provider_contract::Provider;
use serde::Deserialize;
use std::sync::Arc;

/// The provider.
pub struct Wechat;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "base_url")]
    base_url: String,
    mchid: String,
    appid: String,
    merchant_serial: String,
    platform_public_key_id: Option<String>,
    #[serde(default = "one_store")]
    store_out_id: String,
}

fn base_url() -> String {
    "https://api.mch.weixin.qq.com".to_owned()
}

fn one_store() -> String {
    "S1".to_owned()
}

const FIELDS: &[Field] = &[
    Field::preset("base_url"),
    Field::setting("mchid", "商户号", "the merchant's number"),
    Field::setting(
        "appid",
        "AppID，商户号绑定的公众号或小程序",
        "the app that is bound to the merchant's number",
    ),
    Field::setting(
        "merchant_serial",
        "商户 API 证书序列号",
        "the serial number of the merchant's API certificate",
    ),
    Field::setting(
        "platform_public_key_id",
        "微信支付公钥 ID，PUB_KEY_ID_ 开头",
        "the id of WeChat Pay's public key",
    )
    .or_none(),
    Field::setting("store_out_id", "门店编号，本店自定", "your own number of the store").or_none(),
    Field::key_file(
        "merchant_private_key_pem",
        "商户私钥文件 apiclient_key.pem",
        "the file apiclient_key.pem",
    ),
    Field::secret("apiv3_key", "APIv3 密钥，32 位", "32 characters, set on the merchant platform"),
    Field::key_file(
        "platform_public_key_pem",
        "微信支付公钥文件 pub_key.pem",
        "the file pub_key.pem, WeChat Pay's public key",
    )
    .or_none(),
    Field::key_file(
        "platform_certificate_pem",
        "平台证书文件，没有公钥时用",
        "a file, where there is no public key",
    )
    .or_none(),
];

impl Known for Wechat {
    fn name(&self) -> &'static str {
        "wechat"
    }

    fn title(&self) -> Text {
        Text::new("微信支付", "WeChat Pay")
    }

    fn wallets(&self) -> &'static [&'static str] {
        &["wechat"]
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        let config = Config {
            base_url: settings.base_url,
            mchid: settings.mchid,
            appid: settings.appid,
            merchant_serial: settings.merchant_serial,
            apiv3_key: given.secret("apiv3_key")?,
            notify_url: given.notify_url.clone(),
            store_out_id: settings.store_out_id,
        };
        let merchant_key = given.secret("merchant_private_key_pem")?;
        // Without the public key, the platform's certificates are fetched; one that was sealed beforehand serves until
        // then.
        let pem = match &settings.platform_public_key_id {
            Some(_) => Some(given.secret("platform_public_key_pem")?),
            None => given.secret_if_there("platform_certificate_pem")?,
        };
        let platform = pem.as_ref().map(|pem| match &settings.platform_public_key_id {
            Some(id) => PlatformPem::PublicKey { id, pem: pem.reveal() },
            None => PlatformPem::Certificate(pem.reveal()),
        });
        Ok(Arc::new(WeChat::from_pem(config, merchant_key.reveal(), platform.as_slice())?))
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        why.downcast_ref::<BadConfig>().map(|bad| bad.text())
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        let keys = kept_or_fresh(wanted, "wechat.json", Keys::fresh)?;
        let mut simulator = Simulator::from_keys(&keys).context("the kept keys of the simulator")?;
        let credentials = keys.credentials(wanted.address).context("the kept keys of the simulator")?;
        let mut credentials = serde_json::to_value(&credentials).context("credentials are JSON")?;
        if wanted.certificates {
            simulator.answer_with_certificate();
            // A merchant without the public key: the certificates are all it can check answers with.
            let fields = credentials.as_object_mut().context("credentials are an object")?;
            fields.retain(|name, _| !name.starts_with("platform_public_key"));
        }
        Ok(Fake {
            base_url: wanted.address.to_owned(),
            credentials: json(&credentials)?,
            simulator: Box::new(simulator),
        })
    }
}
