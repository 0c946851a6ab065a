//! One way to one provider: our translation, the provider's honest fake, and how to turn a question about a
//! payment into an order.

use base::{ChannelId, RefundNo};
use engine::CallOut;
use payment::{Ask, Policy};
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
        let payment = &out.payment;
        let (refund_no, refund_reason) = match out.ask {
            Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
                let request = payment.refund(refund).and_then(|refund| refund.request.as_ref());
                (Some(RefundNo::from(refund)), request.map_or(String::new(), |r| r.reason.clone()))
            }
            Ask::Charge | Ask::Present | Ask::Inquire | Ask::Reverse | Ask::Close => (None, String::new()),
        };
        Order {
            order_no: payment.request.order_no(),
            amount: payment.request.amount,
            description: payment.request.description.clone(),
            requested_at: payment.requested_at,
            expires_at: payment.requested_at + self.policy.qr_lifetime,
            terminal: "T1".to_owned(),
            shown_qr: !payment.request.method.is_payer_code(),
            payer_code: out.code.clone(),
            transaction: payment.paid().map(|paid| paid.transaction.clone()),
            refund_no,
            refund_reason,
        }
    }
}
