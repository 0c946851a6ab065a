//! UnionPay QR codes.

use super::{Field, Given, Known, json, kept_or_fresh};
use crate::simulate::{Fake, Wanted};
use ::unionpay::acp::{Acp, BadConfig, Config, GATEWAY_URL, Keys, SIGNER, Simulator};
use ::unionpay::qra::{self, Qra};
use anyhow::{Context, Result, ensure};
use base::Text;
use provider_contract::Provider;
use serde::Deserialize;
use std::sync::Arc;

/// The provider.
pub struct UnionPay;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    protocol: Protocol,
    gateway_url: Option<String>,
    mer_id: Option<String>,
    term_id: Option<String>,
    #[serde(default = "signer_name")]
    signer_name: String,
    mch_id: Option<String>,
    #[serde(default = "this_computer")]
    terminal_ip: String,
}

/// What the whole channel speaks.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    #[default]
    Acp,
    Qra,
}

fn this_computer() -> String {
    "127.0.0.1".to_owned()
}

fn signer_name() -> String {
    SIGNER.to_owned()
}

const FIELDS: &[Field] = &[
    Field::preset("gateway_url").also("base_url"),
    Field::preset("protocol"),
    Field::preset("signer_name"),
    Field::preset("terminal_ip"),
    Field::for_others("cert_id"),
    Field::setting("mer_id", "商户号，15 位", "the merchant's number, 15 letters and digits"),
    Field::setting("term_id", "终端号，8 位", "the terminal's number, 8 letters and digits").or_none(),
    Field::key_file(
        "private_key_pem",
        "商户私钥文件，从 .pfx 导出的 PEM",
        "the file with the merchant's private key, PEM taken out of the .pfx file",
    ),
    Field::key_file(
        "certificate_pem",
        "商户证书文件，从同一个 .pfx 导出的 PEM",
        "the file with the merchant's certificate, PEM taken out of the same .pfx file",
    ),
    Field::key_file(
        "root_certificate_pem",
        "银联根证书文件 acp_prod_root.cer",
        "the file acp_prod_root.cer, the root of UnionPay's authority",
    ),
    Field::key_file(
        "middle_certificate_pem",
        "银联中级证书文件 acp_prod_middle.cer",
        "the file acp_prod_middle.cer, the certificate under it",
    ),
    Field::setting(
        "mch_id",
        "前置平台（QRA）的商户号；只有 qra 要",
        "the merchant's number at the front platform; qra alone needs it",
    )
    .or_none(),
    Field::secret(
        "api_key",
        "前置平台（QRA）的签名密钥；只有 qra 要",
        "the signing key of the front platform; qra alone needs it",
    )
    .or_none(),
];

impl Known for UnionPay {
    fn name(&self) -> &'static str {
        "unionpay"
    }

    fn title(&self) -> Text {
        Text::new("银联云闪付", "UnionPay")
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        match settings.protocol {
            Protocol::Acp => Ok(Arc::new(national(settings, given)?)),
            Protocol::Qra => Ok(Arc::new(front_platform(settings, given)?)),
        }
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        let national = why.downcast_ref::<BadConfig>().map(|bad| bad.text());
        national.or_else(|| why.downcast_ref::<qra::BadConfig>().map(|bad| bad.text()))
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        ensure!(!wanted.certificates, "only WeChat Pay signs with certificates that are fetched");
        let keys = kept_or_fresh(wanted, "unionpay.json", Keys::generate)?;
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

fn national(settings: Settings, given: &Given<'_>) -> Result<Acp> {
    let pem = |name| Ok::<_, anyhow::Error>(given.secret(name)?.reveal().clone());
    let config = Config {
        settings: ::unionpay::acp::Settings {
            mer_id: settings.mer_id.context("mer_id is missing")?,
            gateway_url: settings.gateway_url.unwrap_or_else(|| GATEWAY_URL.to_owned()),
            notify_url: Some(given.notify_url.clone()),
            term_id: settings.term_id,
            signer_names: vec![settings.signer_name],
        },
        private_key_pem: given.secret("private_key_pem")?,
        certificate_pem: pem("certificate_pem")?,
        root_certificate_pem: pem("root_certificate_pem")?,
        middle_certificate_pem: pem("middle_certificate_pem")?,
    };
    Ok(Acp::new(config)?)
}

fn front_platform(settings: Settings, given: &Given<'_>) -> Result<Qra> {
    let config = qra::Config {
        gateway_url: settings.gateway_url.unwrap_or_else(|| qra::GATEWAY_URL.to_owned()),
        mch_id: settings.mch_id.context("mch_id is missing")?,
        api_key: given.secret("api_key")?,
        terminal_ip: settings.terminal_ip,
        notify_url: Some(given.notify_url.clone()),
    };
    Ok(Qra::new(config)?)
}
