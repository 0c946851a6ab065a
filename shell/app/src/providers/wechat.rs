//! WeChat Pay.

use super::{Field, Given, Known, json, kept_or_fresh};
use crate::simulate::tls::TlsTexts;
use crate::simulate::{Fake, Wanted};
use ::wechat::v2::sign::SignType;
use ::wechat::{BadConfig, Config, Keys, PlatformPem, Simulator, WeChat, WeChatV2};
use anyhow::{Context, Result};
use base::Text;
use drive::{BadIdentity, ClientIdentity};
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
    #[serde(default)]
    code_pay_protocol: Protocol,
    merchant_serial: Option<String>,
    platform_public_key_id: Option<String>,
    #[serde(default = "one_store")]
    store_out_id: String,
    #[serde(default)]
    sign_type: Signing,
    #[serde(default = "this_computer")]
    terminal_ip: String,
    tls_authority_pem: Option<String>,
}

/// What the whole channel speaks.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    V2,
    #[default]
    V3,
}

/// How v2 is signed.
#[derive(Clone, Copy, Default, Deserialize)]
enum Signing {
    #[serde(rename = "MD5")]
    Md5,
    #[default]
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

fn base_url() -> String {
    "https://api.mch.weixin.qq.com".to_owned()
}

fn one_store() -> String {
    "S1".to_owned()
}

fn this_computer() -> String {
    "127.0.0.1".to_owned()
}

const FIELDS: &[Field] = &[
    Field::preset("base_url"),
    Field::preset("code_pay_protocol"),
    Field::preset("sign_type"),
    Field::preset("terminal_ip"),
    Field::preset("tls_authority_pem"),
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
    Field::secret(
        "api_key",
        "APIv2 密钥，32 位；只有 v2 要",
        "32 characters, the key of API v2; v2 alone needs it",
    )
    .or_none(),
    Field::key_file(
        "merchant_certificate_pem",
        "商户证书文件 apiclient_cert.pem；只有 v2 的撤销和退款要",
        "the file apiclient_cert.pem; v2's reversals and refunds alone need it",
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

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        match settings.code_pay_protocol {
            Protocol::V2 => Ok(Arc::new(v2(settings, given)?)),
            Protocol::V3 => Ok(Arc::new(v3(settings, given)?)),
        }
    }

    /// Reversals and refunds of v2 are turned away without it, so there v2 is not used without it either.
    fn identity(&self, given: &Given<'_>) -> Result<Option<ClientIdentity>> {
        let settings: Settings = given.settings()?;
        let certificate = match settings.code_pay_protocol {
            Protocol::V2 => Some(given.secret("merchant_certificate_pem")?),
            Protocol::V3 => given.secret_if_there("merchant_certificate_pem")?,
        };
        let Some(certificate) = certificate else { return Ok(None) };
        let key = given.secret("merchant_private_key_pem")?;
        let authority = settings.tls_authority_pem.as_deref();
        Ok(Some(ClientIdentity::from_pem(certificate.reveal(), key.reveal(), authority)?))
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        let identity = |bad: &BadIdentity| {
            Text::new(
                format!("商户证书用不了，请用 apiclient_cert.pem 和同一套里的 apiclient_key.pem（{bad}）"),
                format!(
                    "The merchant's certificate cannot be used; take apiclient_cert.pem and the apiclient_key.pem that came with it ({bad})"
                ),
            )
        };
        let config = why.downcast_ref::<BadConfig>().map(|bad| bad.text());
        config.or_else(|| why.downcast_ref::<BadIdentity>().map(identity))
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        fake_of(&kept_or_fresh(wanted, "wechat.json", Keys::fresh)?, wanted, Vec::new())
    }

    fn fake_with_tls(&self, wanted: &Wanted<'_>) -> Result<(Fake, TlsTexts)> {
        let keys = kept_or_fresh(wanted, "wechat.json", Keys::fresh)?;
        let made = keys.tls().context("the kept keys of the simulator")?;
        let more = vec![
            ("merchant_certificate_pem", made.merchant_certificate_pem),
            ("tls_authority_pem", made.authority_pem.clone()),
        ];
        let tls = TlsTexts {
            certificate: made.server_certificate_pem,
            private_key: made.server_private_key_pem,
            clients_authority: made.authority_pem,
        };
        Ok((fake_of(&keys, wanted, more)?, tls))
    }
}

/// The simulator with these keys, whose client is given `more` than usual.
fn fake_of(keys: &Keys, wanted: &Wanted<'_>, more: Vec<(&str, String)>) -> Result<Fake> {
    let mut simulator = Simulator::from_keys(keys).context("the kept keys of the simulator")?;
    let credentials = keys.credentials(wanted.address).context("the kept keys of the simulator")?;
    let mut credentials = serde_json::to_value(&credentials).context("credentials are JSON")?;
    let fields = credentials.as_object_mut().context("credentials are an object")?;
    fields.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
    if wanted.certificates {
        simulator.answer_with_certificate();
        // A merchant without the public key: the certificates are all it can check answers with.
        fields.retain(|name, _| !name.starts_with("platform_public_key"));
    }
    Ok(Fake {
        base_url: wanted.address.to_owned(),
        credentials: json(&credentials)?,
        simulator: Box::new(simulator),
    })
}

fn v2(settings: Settings, given: &Given<'_>) -> Result<WeChatV2> {
    Ok(WeChatV2::new(::wechat::v2::Config {
        base_url: settings.base_url,
        mchid: settings.mchid,
        appid: settings.appid,
        api_key: given.secret("api_key")?,
        sign_type: match settings.sign_type {
            Signing::Md5 => SignType::Md5,
            Signing::HmacSha256 => SignType::HmacSha256,
        },
        terminal_ip: settings.terminal_ip,
        notify_url: given.notify_url.clone(),
    })?)
}

fn v3(settings: Settings, given: &Given<'_>) -> Result<WeChat> {
    let config = Config {
        base_url: settings.base_url,
        mchid: settings.mchid,
        appid: settings.appid,
        merchant_serial: settings.merchant_serial.context("merchant_serial is missing")?,
        apiv3_key: given.secret("apiv3_key")?,
        notify_url: given.notify_url.clone(),
        store_out_id: settings.store_out_id,
    };
    let merchant_key = given.secret("merchant_private_key_pem")?;
    // Without the public key, the platform's certificates are fetched; one that was sealed beforehand serves until then.
    let pem = match &settings.platform_public_key_id {
        Some(_) => Some(given.secret("platform_public_key_pem")?),
        None => given.secret_if_there("platform_certificate_pem")?,
    };
    let platform = pem.as_ref().map(|pem| match &settings.platform_public_key_id {
        Some(id) => PlatformPem::PublicKey { id, pem: pem.reveal() },
        None => PlatformPem::Certificate(pem.reveal()),
    });
    Ok(WeChat::from_pem(config, merchant_key.reveal(), platform.as_slice())?)
}
