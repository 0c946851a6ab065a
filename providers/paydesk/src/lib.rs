//! The Paydesk server as a till sees it: one more provider that can lose replies.
//!
//! A till asks the server what the server asks a wallet: charge, inquire, undo, refund. The attempt's own number is
//! the idempotency key, so that asking again is asking about the same attempt. Every reply carries a seal that only
//! the holders of the till's key can make; a reply without it proves nothing.
//!
//! Pure translation: it never opens a socket, reads a clock or keeps a state.
//!
//! ```
//! use provider_contract::Provider;
//! let simulator = paydesk_link::Simulator::fresh(7);
//! assert_eq!(simulator.client("http://127.0.0.1:8080").capabilities().name, "paydesk");
//! ```

mod notify;
mod simulator;
mod translate;
pub mod wire;

pub use simulator::Simulator;

use base::{Currency, Secret, Text};
use payment::{Answer, Ask, Notice, Policy};
use provider_contract::seal::Seal;
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a till reaches its server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is, without a slash at the end: `https://pay.example.cn`.
    pub server: String,
    /// The till's key.
    pub key: Secret<String>,
    /// The till's fence.
    pub fence: Fence,
    /// The wallet that is meant when a code is shown to the customer; for scanned codes the server knows it.
    pub wallet: String,
    /// Whether other wallets make codes like this one's, so that the server must be told which it is.
    pub says_wallet: bool,
    /// The currency that the server takes.
    pub currency: Currency,
}

/// The number that says who stands for the till: it grows whenever another device takes over, and a request that
/// carries an older one is refused. Shared by everything of one device that speaks for the till.
#[derive(Clone, Debug, Default)]
pub struct Fence(Arc<AtomicU64>);

impl Fence {
    /// A fence that stands at `number`.
    pub fn at(number: u64) -> Fence {
        Fence(Arc::new(AtomicU64::new(number)))
    }

    /// Where it stands.
    pub fn number(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Raises it; it never sinks.
    pub fn raise(&self, number: u64) {
        self.0.fetch_max(number, Ordering::AcqRel);
    }
}

/// The server, seen from one till.
pub struct Paydesk {
    config: Config,
    seal: Seal,
}

impl Paydesk {
    /// With a till's key.
    pub fn new(config: Config) -> Paydesk {
        let seal = Seal::of_key(config.key.reveal());
        Paydesk { config, seal }
    }
}

/// A server answers within seconds and knows more than the till: the till asks on and never gives up by itself.
pub fn policy() -> Policy {
    let seconds = Duration::from_secs;
    Policy {
        call_timeout: seconds(12),
        first_inquiry: seconds(1),
        inquiry_every: seconds(3),
        give_up_after: seconds(75),
        reverse_not_before: Duration::ZERO,
        reverse_backoff: [2, 4, 8, 15, 30].map(seconds).to_vec(),
        undo_at_deadline: false,
        ..Policy::default()
    }
}

impl Provider for Paydesk {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "paydesk",
            title: Text::new("收银服务器", "the server"),
            wallets: &[],
            qr_wallets: &[],
            payer_code: true,
            shown_qr: true,
            policy: policy(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        translate::call(self, ask, order)
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        translate::answer(self, ask, order, reply)
    }

    fn notice(&self, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(&self.seal, request, moment)
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        translate::trouble(self, order, reply)
    }

    /// Replies are sealed with the till's own key.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}
