//! Lakala's open platform, an aggregator: one merchant number for the codes of several wallets. Payer's code, shown QR,
//! inquiry, revocation, refund, notifications.
//!
//! Requests and answers are JSON, signed with RSA over the body and four lines before it ([`sign`]). What its response codes
//! and states mean for the money is in [`codes`]; which of it one source alone has is said there. Nothing here has a socket
//! or a clock.
//!
//! ```
//! use lakala::{Lakala, Settings};
//! use provider_contract::{Provider, signing::Checksum};
//! use std::sync::Arc;
//! let key = Arc::new(Checksum { key: 1 });
//! let settings = Settings::new("OP00000003", "00dfba8194c41b84cf", "82229007392000A", "D9261076");
//! let provider = Lakala::with_keys(settings, key.clone(), key);
//! assert!(provider.capabilities().wallets.contains(&"wechat"));
//! ```

pub mod codes;
mod config;
mod notify;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, GATEWAY_URL, QrAccount, Settings};
pub use sign::verifier_of_certificate;
pub use simulator::{APP_ID, BadKeys, Credentials, Keys, MERCHANT_NO, SERIAL_NO, Simulator, TERM_NO};

use base::Text;
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{RsaSigner, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use std::fmt;
use std::sync::Arc;

/// One terminal of one merchant.
#[derive(Clone)]
pub struct Lakala {
    settings: Settings,
    ours: Arc<dyn Sign>,
    theirs: Arc<dyn Verify>,
}

impl fmt::Debug for Lakala {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lakala").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Lakala {
    /// Reads the key and the certificate of `config`.
    pub fn new(config: Config) -> Result<Lakala, BadConfig> {
        config.settings.check()?;
        let ours = RsaSigner::from_pem(config.private_key_pem.reveal()).map_err(BadConfig::PrivateKey)?;
        let theirs = verifier_of_certificate(&config.lakala_certificate_pem).ok_or(BadConfig::Certificate)?;
        if theirs.verify(b"whose key is this?", &ours.sign(b"whose key is this?")) {
            return Err(BadConfig::CertificateIsTheMerchantsOwn);
        }
        Ok(Lakala::with_keys(config.settings, Arc::new(ours), Arc::new(theirs)))
    }

    /// With keys that are already at hand: `ours` signs requests, `theirs` verifies answers and notifications.
    pub fn with_keys(settings: Settings, ours: Arc<dyn Sign>, theirs: Arc<dyn Verify>) -> Lakala {
        Lakala { settings, ours, theirs }
    }
}

impl Provider for Lakala {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "lakala",
            title: Text::new("拉卡拉", "Lakala"),
            wallets: &["wechat", "alipay", "unionpay", "ecny"],
            qr_wallets: self.settings.qr_account.wallets(),
            payer_code: true,
            shown_qr: true,
            policy: Policy::default(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order, moment)
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

    /// Its certificate is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    /// The form of its daily files is in no open source.
    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}
