//! JD Pay's XML gateway: payer's code, shown QR, inquiry, revocation, refund, notifications, and Baitiao's instalment plans.
//!
//! A message is XML inside encrypted XML: signed by the private key over a hash's hex digits, then enciphered with 3DES
//! ([`envelope`]). Why a payment failed, its description says by words ([`codes`]). Nothing here has a socket or a clock.
//!
//! ```
//! use jd::{DesKey, Jd, Settings};
//! use provider_contract::{Provider, signing::Checksum};
//! use std::sync::Arc;
//! let key = Arc::new(Checksum { key: 1 });
//! let des = DesKey::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0").unwrap();
//! let provider = Jd::with_keys(Settings::new("22294531"), des, key.clone(), key);
//! assert!(provider.capabilities().payer_code);
//! ```

pub mod codes;
mod config;
pub mod envelope;
mod notify;
mod plans;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, GATEWAY_URL, JD_PUBLIC_KEY, Product, Settings};
pub use envelope::{BadDesKey, DesKey};
pub use simulator::{BadKeys, Credentials, Keys, MERCHANT, Simulator};

use base::Text;
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use std::fmt;
use std::sync::Arc;

/// One merchant at the gateway.
#[derive(Clone)]
pub struct Jd {
    settings: Settings,
    des: DesKey,
    ours: Arc<dyn Sign>,
    theirs: Arc<dyn Verify>,
}

impl fmt::Debug for Jd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jd").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Jd {
    /// Reads the keys of `config`.
    pub fn new(config: Config) -> Result<Jd, BadConfig> {
        config.settings.check()?;
        let des = DesKey::from_base64(config.des_key.reveal()).map_err(|BadDesKey| BadConfig::DesKey)?;
        let ours =
            sign::HexSigner::from_pem(config.private_key_pem.reveal()).map_err(BadConfig::PrivateKey)?;
        let theirs =
            sign::HexVerifier::from_pem(&config.jd_public_key_pem).map_err(BadConfig::JdPublicKey)?;
        if theirs.verify(b"whose key is this?", &ours.sign(b"whose key is this?")) {
            return Err(BadConfig::JdPublicKeyIsTheMerchantsOwn);
        }
        Ok(Jd::with_keys(config.settings, des, Arc::new(ours), Arc::new(theirs)))
    }

    /// With keys that are already at hand: `ours` signs requests, `theirs` verifies answers and notifications.
    pub fn with_keys(settings: Settings, des: DesKey, ours: Arc<dyn Sign>, theirs: Arc<dyn Verify>) -> Jd {
        Jd { settings, des, ours, theirs }
    }
}

impl Provider for Jd {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "jd",
            title: Text::new("京东支付", "JD Pay"),
            wallets: &["jd"],
            qr_wallets: &["jd"],
            payer_code: self.settings.product.takes_codes(),
            shown_qr: self.settings.product.shows_codes(),
            policy: Policy::default(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        translate::answer(self, ask, order, reply)
    }

    fn notice(&self, request: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(self, request)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        trouble::of(self, reply)
    }

    /// Its public key is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    /// The form of its daily files is in no open source.
    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        Some(self)
    }
}
