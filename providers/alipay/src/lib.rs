//! Alipay, classic gateway: payer's code, shown QR, inquiry, cancel, close, refund, notifications.
//!
//! A pure translation between [`payment::Ask`]s and signed forms, and the gateway's honest fake
//! ([`Simulator`]). Nothing here has a socket or a clock. What a refusal means is one table,
//! [`codes::TABLE`]; what is signed is [`sign`]; names on the wire are [`wire`].
//!
//! ```
//! use alipay::{Alipay, Settings};
//! use provider_contract::signing::Checksum;
//! use provider_contract::Provider;
//! use std::sync::Arc;
//! let settings = Settings::new("2021000000000001", "https://openapi.alipay.com/gateway.do");
//! let key = Arc::new(Checksum { key: 1 });
//! let provider = Alipay::with_keys(settings, key.clone(), key);
//! assert!(provider.capabilities().payer_code);
//! ```

pub mod codes;
mod notify;
pub mod sign;
mod simulator;
mod translate;
pub mod wire;

pub use simulator::{APP_ID, BadKeys, Credentials, GATEWAY_PATH, Keys, Simulator};

use base::{Secret, Text};
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{BadKey, RsaSigner, RsaVerifier, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, Reply,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://openapi.alipay.com/gateway.do";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but the keys.
    pub settings: Settings,
    /// The application's private key: PEM (PKCS#8 or PKCS#1) or its bare base64.
    pub app_private_key_pem: Secret<String>,
    /// The provider's public key for this application: PEM or its bare base64. Not the application's own.
    pub alipay_public_key_pem: String,
}

/// What of the credentials is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The application.
    pub app_id: String,
    /// The gateway's full address.
    pub gateway_url: String,
    /// Where notifications shall arrive; none are asked for without it.
    pub notify_url: Option<String>,
    /// The merchant's own number (2088...); notifications for another one are refused.
    pub seller_id: Option<String>,
}

impl Settings {
    /// An application at a gateway, without notifications.
    pub fn new(app_id: impl Into<String>, gateway_url: impl Into<String>) -> Settings {
        Settings { app_id: app_id.into(), gateway_url: gateway_url.into(), notify_url: None, seller_id: None }
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `app_id` is not a number.
    AppIdIsNotANumber,
    /// `gateway_url` is no http address, or has a query.
    GatewayUrlIsNotAnAddress,
    /// `notify_url` is no http address.
    NotifyUrlIsNotAnAddress,
    /// `app_private_key_pem` cannot be used.
    AppPrivateKey(BadKey),
    /// `alipay_public_key_pem` cannot be used.
    AlipayPublicKey(BadKey),
    /// `alipay_public_key_pem` is the application's own public key: a mix-up that would make every answer
    /// look forged.
    AlipayPublicKeyIsTheApplicationsOwn,
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadConfig::AppIdIsNotANumber => f.write_str("app_id is not a number such as 2021000000000001"),
            BadConfig::GatewayUrlIsNotAnAddress => write!(f, "gateway_url is not an address such as {GATEWAY_URL}"),
            BadConfig::NotifyUrlIsNotAnAddress => f.write_str("notify_url is not an http or https address"),
            BadConfig::AppPrivateKey(why) => write!(f, "app_private_key_pem: {why}"),
            BadConfig::AlipayPublicKey(why) => write!(f, "alipay_public_key_pem: {why}"),
            BadConfig::AlipayPublicKeyIsTheApplicationsOwn => f.write_str(
                "alipay_public_key_pem is the application's own public key; the provider's is shown beside it in its console",
            ),
        }
    }
}

impl std::error::Error for BadConfig {}

/// One application at the gateway.
#[derive(Clone)]
pub struct Alipay {
    settings: Settings,
    ours: Arc<dyn Sign>,
    theirs: Arc<dyn Verify>,
}

impl fmt::Debug for Alipay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alipay").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Alipay {
    /// Reads the keys of `config`.
    pub fn new(config: Config) -> Result<Alipay, BadConfig> {
        check(&config.settings)?;
        let ours =
            RsaSigner::from_pem(config.app_private_key_pem.reveal()).map_err(BadConfig::AppPrivateKey)?;
        let theirs =
            RsaVerifier::from_pem(&config.alipay_public_key_pem).map_err(BadConfig::AlipayPublicKey)?;
        if theirs.verify(b"whose key is this?", &ours.sign(b"whose key is this?")) {
            return Err(BadConfig::AlipayPublicKeyIsTheApplicationsOwn);
        }
        Ok(Alipay::with_keys(config.settings, Arc::new(ours), Arc::new(theirs)))
    }

    /// With keys that are already at hand: `ours` signs requests, `theirs` verifies answers and notifications.
    pub fn with_keys(settings: Settings, ours: Arc<dyn Sign>, theirs: Arc<dyn Verify>) -> Alipay {
        Alipay { settings, ours, theirs }
    }
}

fn check(settings: &Settings) -> Result<(), BadConfig> {
    let is_address = |url: &str| {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
    };
    if settings.app_id.is_empty() || !settings.app_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadConfig::AppIdIsNotANumber);
    }
    if !is_address(&settings.gateway_url) || settings.gateway_url.contains(['?', '#', ' ']) {
        return Err(BadConfig::GatewayUrlIsNotAnAddress);
    }
    if settings.notify_url.as_deref().is_some_and(|url| !is_address(url)) {
        return Err(BadConfig::NotifyUrlIsNotAnAddress);
    }
    Ok(())
}

impl Provider for Alipay {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "alipay",
            title: Text::new("支付宝", "Alipay"),
            payer_code: true,
            shown_qr: true,
            reverse_returns_money: true,
            close: true,
            policy: policy(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(ask, order, moment, &self.settings, self.ours.as_ref())
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _moment: &Moment) -> Answer {
        translate::answer(ask, order, reply, self.theirs.as_ref())
    }

    fn notice(&self, request: &HttpRequest, _moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(request, &self.settings, self.theirs.as_ref())
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }
}

/// The timing of the official face-to-face demo, looked at a little sooner: inquiries every 3 s until 40 s,
/// the cancel right behind the last one and again every 2 s.
fn policy() -> Policy {
    Policy {
        inquiry_every: Duration::from_secs(3),
        give_up_after: Duration::from_secs(40),
        reverse_not_before: Duration::ZERO,
        reverse_backoff: [2, 2, 2, 5, 10, 30, 60].map(Duration::from_secs).to_vec(),
        ..Policy::default()
    }
}
