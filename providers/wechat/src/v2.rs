//! API v2: flat XML, signed with a key that both sides know (MD5 or HMAC-SHA256). Most merchants have it in production.
//!
//! Reversal and refund go over connections on which the merchant's certificate is shown; the calls say so, and the
//! shell has the certificate. A reply to a reversal, a closing or a QR order names no order: whose it is follows from the
//! connection alone, as the documents have it.

mod config;
mod notify;
pub mod refund_info;
pub mod sign;
mod translate;
mod trouble;
pub mod wire;

pub use config::Config;

use crate::{BadConfig, capabilities};
use payment::{Answer, Ask, Notice};
use provider_contract::bills::Bills;
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};

/// WeChat Pay's API v2 with one merchant's credentials.
pub struct WeChatV2 {
    config: Config,
}

impl WeChatV2 {
    /// From a merchant's credentials.
    pub fn new(config: Config) -> Result<WeChatV2, BadConfig> {
        config.check()?;
        Ok(WeChatV2 { config })
    }
}

impl Provider for WeChatV2 {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(&self.config, ask, order, moment)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        translate::answer(&self.config, ask, order, reply)
    }

    fn notice(&self, request: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(&self.config, request)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        trouble::of(&self.config, reply)
    }

    /// The key is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    /// Its bills come without an address and without a hash, which is another way than [`Bills`] knows.
    fn bills(&self) -> Option<&dyn Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}
