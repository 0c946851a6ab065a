//! A configured way to a provider, how much may be under way on it, and what was last heard from it.

use crate::contact::{Contact, Seen};
use crate::identity::ClientIdentity;
use crate::wire::Wire;
use base::{ChannelId, MerchantId, Timestamp};
use payment::Policy;
use provider_contract::Provider;
use std::sync::{Arc, Mutex, RwLock};
use tokio::sync::{Notify, Semaphore};

/// Calls of one channel that may be under way at once; more wait their turn, in order.
const IN_FLIGHT_MAX: usize = 256;

/// A way to a provider with one merchant's credentials.
#[derive(Clone)]
pub struct ChannelSetup {
    /// Its id.
    pub id: ChannelId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The translation, configured with the credentials.
    pub provider: Arc<dyn Provider>,
    /// Its timing.
    pub policy: Policy,
    /// What is shown to a provider that asks who is calling; nothing if it never does.
    pub identity: Option<ClientIdentity>,
}

impl std::fmt::Debug for ChannelSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChannelSetup({} {})", self.provider.capabilities().name, self.id)
    }
}

/// A channel in use.
pub(crate) struct Channel {
    pub(crate) setup: ChannelSetup,
    pub(crate) places: Arc<Semaphore>,
    /// Somebody met a key that the provider in use does not hold.
    pub(crate) keys_wanted: Notify,
    /// Connections that show the channel's own certificate; the others share theirs.
    own_wire: Option<Wire>,
    in_use: RwLock<Arc<dyn Provider>>,
    seen: Mutex<Seen>,
}

impl Channel {
    pub(crate) fn new(setup: ChannelSetup) -> Channel {
        let in_use = RwLock::new(Arc::clone(&setup.provider));
        let places = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
        let own_wire = setup.identity.as_ref().map(Wire::showing);
        Channel { setup, places, keys_wanted: Notify::new(), own_wire, in_use, seen: Mutex::default() }
    }

    /// The connections of this channel.
    pub(crate) fn wire<'a>(&'a self, shared: &'a Wire) -> &'a Wire {
        self.own_wire.as_ref().unwrap_or(shared)
    }

    /// The translation as it is now: the configured one, or the one with the newest keys.
    pub(crate) fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.in_use.read().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// From now on this one.
    pub(crate) fn take_into_use(&self, provider: Arc<dyn Provider>) {
        *self.in_use.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = provider;
    }

    /// Notes what an exchange showed.
    pub(crate) fn heard(&self, contact: Contact, at: Timestamp) {
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).now(contact, at);
    }

    /// What the last exchange showed.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}
