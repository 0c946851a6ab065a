//! JD Pay with Baitiao.

use super::{Field, Given, Known, json, kept_or_fresh};
use crate::simulate::{Fake, Wanted};
use ::jd::{BadConfig, Config, GATEWAY_URL, JD_PUBLIC_KEY, Keys, Product, Simulator};
use anyhow::{Context, Result, ensure};
use base::Text;
use provider_contract::Provider;
use serde::Deserialize;
use std::sync::Arc;

/// The provider.
pub struct Jd;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "gateway_url")]
    gateway_url: String,
    merchant: String,
    #[serde(default = "product")]
    product: String,
    #[serde(default)]
    not_found_codes: String,
}

fn gateway_url() -> String {
    GATEWAY_URL.to_owned()
}

fn product() -> String {
    "payer_code".to_owned()
}

const FIELDS: &[Field] = &[
    Field::preset("gateway_url").also("base_url"),
    Field::preset("product"),
    Field::setting("merchant", "商户号；付款码和收款码是两个商户号", "the merchant's number"),
    Field::setting(
        "not_found_codes",
        "京东“交易不存在”的返回码，逗号分隔，问京东要",
        "JD's codes for a trade it does not know, with commas between them; ask JD",
    )
    .or_none(),
    Field::key_file("private_key_pem", "商户 RSA 私钥文件", "the file with the merchant's RSA private key"),
    Field::secret("des_key", "DES 密钥，32 个字符", "the DES key, 32 characters"),
    Field::key_file(
        "jd_public_key_pem",
        "京东公钥文件；京东没有另给就不用",
        "the file with JD's public key, only if JD gave another than it publishes",
    )
    .or_none(),
];

impl Known for Jd {
    fn name(&self) -> &'static str {
        "jd"
    }

    fn title(&self) -> Text {
        Text::new("京东支付", "JD Pay")
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        let product = Product::named(&settings.product)
            .context("product must be \"payer_code\", \"shown_qr\" or \"both\"")?;
        let codes = settings.not_found_codes.split(',').map(str::trim).filter(|code| !code.is_empty());
        let public = given.secret_if_there("jd_public_key_pem")?;
        let config = Config {
            settings: ::jd::Settings {
                merchant: settings.merchant,
                product,
                gateway_url: settings.gateway_url,
                notify_url: Some(given.notify_url.clone()),
                not_found_codes: codes.map(str::to_owned).collect(),
            },
            private_key_pem: given.secret("private_key_pem")?,
            des_key: given.secret("des_key")?,
            jd_public_key_pem: public.map_or_else(|| JD_PUBLIC_KEY.to_owned(), |pem| pem.reveal().clone()),
        };
        Ok(Arc::new(::jd::Jd::new(config)?))
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        why.downcast_ref::<BadConfig>().map(|bad| bad.text())
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        ensure!(!wanted.certificates, "only WeChat Pay signs with certificates that are fetched");
        let keys = kept_or_fresh(wanted, "jd.json", Keys::generate)?;
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
