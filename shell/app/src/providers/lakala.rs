//! Lakala's open platform.

use super::{Field, Given, Known, json, kept_or_fresh};
use crate::simulate::{Fake, Wanted};
use ::lakala::{BadConfig, Config, GATEWAY_URL, Keys, QrAccount, Simulator};
use anyhow::{Context, Result, ensure};
use base::Text;
use provider_contract::Provider;
use serde::Deserialize;
use std::sync::Arc;

/// The provider.
pub struct Lakala;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "gateway_url")]
    gateway_url: String,
    appid: String,
    serial_no: String,
    merchant_no: String,
    term_no: String,
    #[serde(default = "qr_account")]
    qr_account: String,
    #[serde(default = "request_ip")]
    request_ip: String,
    #[serde(default)]
    not_found_codes: String,
}

fn gateway_url() -> String {
    GATEWAY_URL.to_owned()
}

fn qr_account() -> String {
    QrAccount::Alipay.account_type().to_owned()
}

fn request_ip() -> String {
    "127.0.0.1".to_owned()
}

const FIELDS: &[Field] = &[
    Field::preset("gateway_url").also("base_url"),
    Field::preset("qr_account"),
    Field::preset("request_ip"),
    Field::setting("appid", "应用编号，形如 OP00000003", "the application's number, such as OP00000003"),
    Field::setting("serial_no", "商户证书序列号", "the serial number of the merchant's certificate"),
    Field::setting("merchant_no", "拉卡拉商户号", "the merchant's number at Lakala"),
    Field::setting("term_no", "拉卡拉终端号", "the terminal's number at Lakala"),
    Field::setting(
        "not_found_codes",
        "拉卡拉“交易不存在”的返回码，逗号分隔，问拉卡拉要",
        "Lakala's codes for a trade it does not know, with commas between them; ask Lakala",
    )
    .or_none(),
    Field::key_file("private_key_pem", "商户私钥文件", "the file with the merchant's private key"),
    Field::key_file(
        "lakala_certificate_pem",
        "拉卡拉平台证书文件 (.cer)",
        "the file with Lakala's own certificate (.cer)",
    ),
];

impl Known for Lakala {
    fn name(&self) -> &'static str {
        "lakala"
    }

    fn title(&self) -> Text {
        Text::new("拉卡拉", "Lakala")
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn connect(&self, given: &Given<'_>) -> Result<Arc<dyn Provider>> {
        let settings: Settings = given.settings()?;
        let qr_account = QrAccount::named(&settings.qr_account)
            .context("qr_account must be \"ALIPAY\" or \"UQRCODEPAY\"")?;
        let codes = settings.not_found_codes.split(',').map(str::trim).filter(|code| !code.is_empty());
        let config = Config {
            settings: ::lakala::Settings {
                appid: settings.appid,
                serial_no: settings.serial_no,
                merchant_no: settings.merchant_no,
                term_no: settings.term_no,
                qr_account,
                request_ip: settings.request_ip,
                gateway_url: settings.gateway_url,
                notify_url: Some(given.notify_url.clone()),
                not_found_codes: codes.map(str::to_owned).collect(),
            },
            private_key_pem: given.secret("private_key_pem")?,
            lakala_certificate_pem: given.secret("lakala_certificate_pem")?.reveal().clone(),
        };
        Ok(Arc::new(::lakala::Lakala::new(config)?))
    }

    fn words(&self, why: &anyhow::Error) -> Option<Text> {
        why.downcast_ref::<BadConfig>().map(|bad| bad.text())
    }

    fn fake(&self, wanted: &Wanted<'_>) -> Result<Fake> {
        ensure!(!wanted.certificates, "only WeChat Pay signs with certificates that are fetched");
        let keys = kept_or_fresh(wanted, "lakala.json", Keys::generate)?;
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
