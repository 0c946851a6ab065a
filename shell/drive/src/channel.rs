//! A configured way to a provider, and how much may be under way on it.

use base::{ChannelId, MerchantId};
use payment::Policy;
use provider_contract::Provider;
use std::sync::Arc;
use tokio::sync::Semaphore;

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
}

impl Channel {
    pub(crate) fn new(setup: ChannelSetup) -> Channel {
        Channel { setup, places: Arc::new(Semaphore::new(IN_FLIGHT_MAX)) }
    }
}
