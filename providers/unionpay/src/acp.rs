//! The national gateway (full-channel platform) in its version 5.1.0, one merchant's side of it, and its honest fake.
//!
//! A request is a form, an answer is the same without any escaping; both are signed over the hash of their sorted
//! fields ([`sign`]). An answer brings the certificate of its key along, which must come from the gateway's own authority
//! ([`certificate`]). What a code means for the money is one table, [`codes::TABLE`].

pub mod certificate;
pub mod codes;
mod config;
mod notify;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, GATEWAY_URL, NO_NOTIFICATION_URL, SIGNER, Settings};
pub use simulator::{BadKeys, CERT_ID, Credentials, Keys, MER_ID, Simulator};

use base::Text;
use certificate::{Chain, Trust};
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{RsaSigner, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use std::fmt;
use std::sync::Arc;

/// One merchant at the gateway.
#[derive(Clone)]
pub struct Acp {
    settings: Settings,
    cert_id: String,
    ours: Arc<dyn Sign>,
    theirs: Arc<dyn Trust>,
}

impl fmt::Debug for Acp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Acp {
    /// Reads the key and the certificates of `config`.
    pub fn new(config: Config) -> Result<Acp, BadConfig> {
        config.settings.check()?;
        let ours = RsaSigner::from_pem(config.private_key_pem.reveal()).map_err(BadConfig::PrivateKey)?;
        let own = certificate::read(&config.certificate_pem).map_err(|_| BadConfig::Certificate)?;
        if !own.key.verify(b"whose key is this?", &ours.sign(b"whose key is this?")) {
            return Err(BadConfig::CertificateOfAnotherKey);
        }
        let names = config.settings.signer_names.clone();
        let theirs = Chain::read(&config.root_certificate_pem, &config.middle_certificate_pem, names)
            .map_err(BadConfig::Chain)?;
        Ok(Acp::with_keys(config.settings, own.serial, Arc::new(ours), Arc::new(theirs)))
    }

    /// With keys that are already at hand: `ours` signs requests under the certificate number `cert_id`, `theirs` judges
    /// answers and notifications.
    pub fn with_keys(
        settings: Settings,
        cert_id: impl Into<String>,
        ours: Arc<dyn Sign>,
        theirs: Arc<dyn Trust>,
    ) -> Acp {
        Acp { settings, cert_id: cert_id.into(), ours, theirs }
    }
}

impl Provider for Acp {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "unionpay",
            title: Text::new("银联云闪付", "UnionPay"),
            wallets: &["unionpay"],
            qr_wallets: &["unionpay"],
            payer_code: true,
            shown_qr: true,
            policy: Policy::default(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, moment: &Moment) -> Answer {
        translate::answer(self, ask, order, reply, moment.now)
    }

    fn notice(&self, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(self, request, moment.now)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, moment: &Moment) -> Option<Trouble> {
        trouble::of(self, reply, moment.now)
    }

    /// Each answer brings its certificate along; what is trusted is the authority above it, and that is configured.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    /// Its daily files lie on another host, in a format that no open source describes.
    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}
