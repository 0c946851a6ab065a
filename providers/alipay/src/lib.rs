//! Alipay: payer's code, shown QR, inquiry, cancel, close, refund, notifications.
//!
//! A pure translation between [`payment::Ask`]s and signed requests, and the provider's honest fake
//! ([`Simulator`]). Nothing here has a socket or a clock. It speaks two protocols, and a channel speaks one of them: the
//! classic gateway ([`Alipay`]) and REST, which Alipay calls OpenAPI v3 ([`rest::AlipayRest`]). Questions and answers are
//! the same in both; how they are wrapped and signed is not. What a refusal means is one table, [`codes::TABLE`]; what
//! forms are signed over is [`sign`]; names on the wire are [`wire`].
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

pub mod bill;
mod classic;
pub mod codes;
mod config;
mod notify;
pub mod rest;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, ENDPOINT_URL, GATEWAY_URL, Settings};
pub use rest::AlipayRest;
pub use simulator::{APP_ID, BadKeys, Credentials, GATEWAY_PATH, Keys, Simulator};

use base::Text;
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{RsaSigner, RsaVerifier, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
        config.settings.check()?;
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

impl Provider for Alipay {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        classic::call(ask, order, moment, &self.settings, self.ours.as_ref())
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _moment: &Moment) -> Answer {
        classic::answer(ask, order, reply, self.theirs.as_ref())
    }

    fn notice(&self, request: &HttpRequest, _moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(request, &self.settings, self.theirs.as_ref())
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        trouble::of(ask, order, reply, self.theirs.as_ref())
    }

    /// Its public key is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        Some(self)
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}

/// What Alipay can do, whichever protocol is spoken.
fn capabilities() -> Capabilities {
    Capabilities {
        name: "alipay",
        title: Text::new("支付宝", "Alipay"),
        wallets: &["alipay"],
        qr_wallets: &["alipay"],
        payer_code: true,
        shown_qr: true,
        policy: policy(),
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
