//! WeChat Pay, API v3: payment by the customer's code, by a QR code shown to the customer, query, reversal, close,
//! refund, notifications; and a simulator that real clients can be pointed at.
//!
//! Pure translation: it never opens a socket, reads a clock or keeps a state. What is supported, what it was checked
//! against and what was not is in `docs/providers/wechat.md`.
//!
//! ```
//! use provider_contract::{Moment, Provider};
//! use base::Timestamp;
//! // The simulated world's signature costs nothing; a shop's channel reads RSA keys with `WeChat::from_pem`.
//! let simulator = wechat::Simulator::cheap(7);
//! let client = simulator.client("http://127.0.0.1:9001", "http://127.0.0.1:8080/notify/wechat/1");
//! let moment = Moment { now: Timestamp::from_micros(1_795_400_000_000_000), nonce: 1 };
//! let call = client.certificates_call(&moment);
//! assert_eq!(call.url, "http://127.0.0.1:9001/v3/certificates");
//! ```

pub mod bill;
pub mod certificate;
pub mod codes;
mod config;
mod notify;
pub mod resource;
pub mod sign;
mod simulator;
mod translate;
mod trouble;
pub mod wire;

pub use config::{BadConfig, Config, PlatformPem};
pub use simulator::{BadKeys, Credentials, Keys, Simulator};

use base::{Text, Timestamp};
use certificate::BadCertificate;
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::signing::{RsaSigner, Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, CannotRenew, Capabilities, HttpMethod, HttpReply, HttpRequest, KeyInUse,
    Moment, Order, Provider, Renewed, RenewsKeys, Reply, Trouble,
};
use std::sync::Arc;
use std::time::Duration;

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

/// What WeChat's documents suggest: after an unclear charge ask every 5 s, give up after 45 s, reverse no sooner
/// than 15 s after the charge.
pub fn policy() -> Policy {
    let seconds = Duration::from_secs;
    Policy {
        call_timeout: seconds(10),
        first_inquiry: seconds(2),
        inquiry_every: seconds(5),
        give_up_after: seconds(45),
        reverse_not_before: seconds(15),
        reverse_backoff: [3, 6, 12, 24, 60].map(seconds).to_vec(),
        ..Policy::default()
    }
}

impl Provider for WeChat {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "wechat",
            title: Text::new("微信支付", "WeChat Pay"),
            payer_code: true,
            shown_qr: true,
            policy: policy(),
        }
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
