//! API v3: JSON, signed with RSA in headers, notifications under AES-256-GCM.

pub mod bill;
pub mod certificate;
mod config;
mod notify;
pub mod resource;
pub mod sign;
mod translate;
mod trouble;
pub mod wire;

pub use config::{Config, PlatformPem};

use crate::{BadConfig, capabilities};
use base::Timestamp;
use certificate::BadCertificate;
use payment::{Answer, Ask, Notice};
use provider_contract::signing::{RsaSigner, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, CannotRenew, Capabilities, HttpMethod, HttpReply, HttpRequest, KeyInUse,
    Moment, Order, Provider, Renewed, RenewsKeys, Reply, Trouble,
};
use std::sync::Arc;

/// A key WeChat signs with.
#[derive(Clone)]
pub struct PlatformKey {
    /// `PUB_KEY_ID_...` for the public key; the upper-case hex serial for a certificate.
    pub id: String,
    /// The key.
    pub verify: Arc<dyn Verify>,
    /// When a certificate's key may sign; a public key always may.
    pub valid: Option<Validity>,
}

/// From when to when a certificate is valid, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub from: Timestamp,
    /// The last moment.
    pub until: Timestamp,
}

impl PlatformKey {
    /// Whether its signature counts at `now`.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.valid.is_none_or(|valid| valid.from <= now && now <= valid.until)
    }

    /// Whether it is the public key, which never changes, rather than a certificate's.
    pub fn is_public_key(&self) -> bool {
        self.id.starts_with(sign::PUBLIC_KEY_ID)
    }
}

/// WeChat Pay with one merchant's credentials.
pub struct WeChat {
    config: Config,
    signer: Arc<dyn Sign>,
    platform: Vec<PlatformKey>,
}

impl WeChat {
    /// From keys that were read already. With no platform key every reply is unclear, so that certificates can be
    /// fetched first: [`WeChat::certificates_call`], [`WeChat::certificates_in`], [`WeChat::trusting`].
    pub fn new(
        config: Config,
        signer: Arc<dyn Sign>,
        platform: Vec<PlatformKey>,
    ) -> Result<WeChat, BadConfig> {
        config.check()?;
        Ok(WeChat { config, signer, platform })
    }

    /// From PEM texts.
    pub fn from_pem(
        config: Config,
        merchant_private_key: &str,
        platform: &[PlatformPem<'_>],
    ) -> Result<WeChat, BadConfig> {
        let signer = RsaSigner::from_pem(merchant_private_key).map_err(BadConfig::MerchantKey)?;
        let platform = platform.iter().map(PlatformPem::key).collect::<Result<Vec<_>, _>>()?;
        WeChat::new(config, Arc::new(signer), platform)
    }

    /// The same merchant, trusting these platform keys instead: certificates change every few years.
    pub fn trusting(&self, platform: Vec<PlatformKey>) -> WeChat {
        WeChat { config: self.config.clone(), signer: Arc::clone(&self.signer), platform }
    }

    /// The request for the platform's certificates.
    pub fn certificates_call(&self, moment: &Moment) -> Call {
        translate::signed(self, HttpMethod::Get, "/v3/certificates", Vec::new(), moment)
    }

    /// The keys in the reply to [`WeChat::certificates_call`].
    pub fn certificates_in(
        &self,
        reply: &Reply,
        moment: &Moment,
    ) -> Result<Vec<PlatformKey>, BadCertificate> {
        certificate::keys_in(reply, self.config.apiv3_key.reveal(), moment.now)
    }
}

impl Provider for WeChat {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order, moment)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, moment: &Moment) -> Answer {
        translate::answer(self, ask, order, reply, moment)
    }

    fn notice(&self, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(self, request, moment)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, moment: &Moment) -> Option<Trouble> {
        trouble::of(&self.platform, reply, moment.now)
    }

    /// Certificates change and are fetched; a merchant with the public key needs none.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        let public = self.platform.iter().any(PlatformKey::is_public_key);
        (!public).then_some(self as &dyn RenewsKeys)
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        Some(self)
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}

impl RenewsKeys for WeChat {
    fn keys_call(&self, moment: &Moment) -> Call {
        self.certificates_call(moment)
    }

    fn with_keys(&self, reply: &Reply, moment: &Moment) -> Result<Renewed, CannotRenew> {
        let found = self.certificates_in(reply, moment).map_err(|why| CannotRenew(why.text()))?;
        let in_use = |key: &PlatformKey| KeyInUse {
            id: key.id.clone(),
            until: key.valid.map_or(Timestamp::MAX, |valid| valid.until),
        };
        let keys = found.iter().map(in_use).collect();
        Ok(Renewed { provider: Arc::new(self.trusting(found)), keys })
    }
}
