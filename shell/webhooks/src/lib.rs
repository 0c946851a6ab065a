//! Tells merchants' own systems what became of payments.
//!
//! Every change of a payment is an event in the store, in the transaction of the facts that made it: the outbox. One
//! server turns events into messages ([`payment::news()`] says which), each kept until the system has taken it, and
//! sends them, signed the way of the Standard Webhooks specification (<https://www.standardwebhooks.com>): at least
//! once, and in order for each payment. What is refused is tried again with growing pauses, for three days; then it is
//! parked, and the merchant's owner is told by name.
//!
//! It decides nothing about money, and what it cannot send holds up no payment. An address inside a private network is
//! refused unless the configuration allows it, when it is registered and again at every connection, so that a name
//! that changes its mind opens no door.

mod address;
mod message;
mod pauses;
mod post;
mod send;
mod sign;
mod spread;
mod why;

pub use address::{Networks, NotAnAddress, check_address};
pub use message::{Tell, Telling, message_id};
pub use sign::SigningSecret;
pub use why::why_not;

use base::{Secret, WebhookId};
use drive::Handle;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Seals secrets for the store, and opens them again.
pub trait Seal: Send + Sync {
    /// Seals a secret under this name; it opens under no other.
    fn seal(&self, name: &str, secret: &str) -> String;
    /// Opens it; nothing if it was sealed with another key or under another name, or was changed.
    fn open(&self, name: &str, sealed: &str) -> Option<Secret<String>>;
}

/// What is needed to tell anybody. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    seal: Option<Arc<dyn Seal>>,
    networks: Networks,
    changed: Arc<Notify>,
}

/// The kind of a message that is sent to see whether the system takes messages.
pub const TEST: &str = "webhook.test";

impl Webhooks {
    /// Without something that seals, no system can be registered and none is told.
    pub fn new(seal: Option<Arc<dyn Seal>>, networks: Networks) -> Webhooks {
        Webhooks { seal, networks, changed: Arc::new(Notify::new()) }
    }

    /// What seals, if there is something.
    pub fn sealing(&self) -> Option<&dyn Seal> {
        self.seal.as_deref()
    }

    /// Where messages may go.
    pub fn networks(&self) -> Networks {
        self.networks
    }

    /// A system or what is to be sent changed: it is looked at now rather than soon.
    pub fn poke(&self) {
        self.changed.notify_one();
    }

    /// Sends until the task is ended; of several servers on one database, the leading one does.
    pub fn start(&self, handle: Handle, telling: Arc<dyn Telling>) -> Option<JoinHandle<()>> {
        let seal = Arc::clone(self.seal.as_ref()?);
        let sender = send::Sender::new(handle, seal, telling, self.networks);
        Some(tokio::spawn(sender.run(Arc::clone(&self.changed))))
    }
}

/// The name under which a webhook's secret is sealed.
pub fn secret_name(webhook: WebhookId) -> String {
    format!("webhook {webhook}")
}
