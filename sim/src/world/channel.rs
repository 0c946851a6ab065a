//! One way to one provider: our translation, the provider's honest fake, and how to turn a question about a
//! payment into an order.

use base::ChannelId;
use engine::CallOut;
use payment::Policy;
use provider_contract::{Order, Provider, Simulator};

/// A channel and the provider at its other end.
pub(super) struct Channel {
    pub id: ChannelId,
    pub policy: Policy,
    pub provider: Box<dyn Provider>,
    pub simulator: Box<dyn Simulator>,
    /// The moment the simulator's next tick is planned for.
    pub tick_at: Option<base::Timestamp>,
}

impl Channel {
    /// Every provider there is, with signatures that cost nothing.
    pub fn all(seed: u64) -> Vec<Channel> {
        let wechat = wechat::Simulator::cheap(seed);
        let ours = wechat.client("https://wechat.example", "https://shop.example/notify/wechat/1");
        let first = Channel::new(1, Box::new(ours), Box::new(wechat));
        let alipay = alipay::Simulator::cheap(seed);
        let ours = alipay.client("https://alipay.example", Some("https://shop.example/notify/alipay/2"));
        vec![first, Channel::new(2, Box::new(ours), Box::new(alipay))]
    }

    fn new(id: u128, provider: Box<dyn Provider>, simulator: Box<dyn Simulator>) -> Channel {
        let policy = provider.capabilities().policy;
        Channel { id: ChannelId::from_u128(id), policy, provider, simulator, tick_at: None }
    }

    /// What the provider may know of a payment.
    pub fn order(&self, out: &CallOut) -> Order {
        Order::of(&out.payment, &out.ask, out.code.clone(), &self.policy)
    }
}
