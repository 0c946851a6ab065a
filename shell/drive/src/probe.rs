//! One harmless question to a provider: is there an order that cannot exist? The honest answer, that there is none,
//! proves network, clock, credentials and both signatures at once, and moves no money.

use crate::channel::ChannelSetup;
use crate::clock::Clock;
use crate::contact::Contact;
use crate::wire::Wire;
use base::{Money, OrderNo, PaymentId, Text};
use payment::{Ask, Verdict};
use provider_contract::{KeyInUse, Moment, Order, Provider, Trouble};
use std::sync::Arc;

/// What the question showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// How things stand.
    pub contact: Contact,
    /// The keys that were fetched on the way, if the provider's keys are fetched.
    pub keys: Vec<KeyInUse>,
    /// Why the keys could not be fetched, if that is what is wrong.
    pub keys_refused: Option<Text>,
    /// The provider's own words, if it refused.
    pub said: String,
    /// The time the answer carried, as HTTP writes it.
    pub date: Option<String>,
}

/// Asks. Ends within two of the channel's call timeouts.
pub async fn probe(setup: &ChannelSetup, clock: &dyn Clock) -> Probed {
    let wire = setup.identity.as_ref().map_or_else(Wire::new, Wire::showing);
    let mut probed = Probed::default();
    let Some(provider) = with_fresh_keys(setup, clock, &wire, &mut probed).await else { return probed };
    let (ask, order) = (Ask::Inquire, nobodys_order(clock));
    let call = match provider.call(&ask, &order, &moment(clock)) {
        Ok(call) => call,
        Err(why) => {
            probed.said = why.to_string();
            probed.contact = Contact::Troubled(Trouble::OurNumber);
            return probed;
        }
    };
    match wire.ask(call, setup.policy.call_timeout).await {
        Err(no_reply) => probed.contact = Contact::from(&no_reply),
        Ok(reply) => {
            let now = moment(clock);
            probed.date = reply.header("date").map(str::to_owned);
            let answer = provider.answer(&ask, &order, &reply, &now);
            let trouble = provider.trouble(&ask, &order, &reply, &now);
            // No trouble and yet another answer than that there is no such order: somebody else's words.
            let odd = (answer.verdict != Verdict::NotFound).then_some(Trouble::NotTheProvider);
            probed.contact = Contact::from(trouble.or(odd));
            probed.said = format!("{} {}", answer.said.code, answer.said.message).trim().to_owned();
        }
    }
    probed
}

/// The provider, with its keys fetched if it has such; nothing if that failed, which then is what was found.
async fn with_fresh_keys(
    setup: &ChannelSetup,
    clock: &dyn Clock,
    wire: &Wire,
    probed: &mut Probed,
) -> Option<Arc<dyn Provider>> {
    let Some(renewal) = setup.provider.renews_keys() else { return Some(Arc::clone(&setup.provider)) };
    let reply = match wire.ask(renewal.keys_call(&moment(clock)), setup.policy.call_timeout).await {
        Ok(reply) => reply,
        Err(no_reply) => {
            probed.contact = Contact::from(&no_reply);
            return None;
        }
    };
    let now = moment(clock);
    probed.date = reply.header("date").map(str::to_owned);
    match renewal.with_keys(&reply, &now) {
        Ok(renewed) => {
            probed.keys = renewed.keys;
            Some(renewed.provider)
        }
        Err(why) => {
            let trouble = setup.provider.trouble(&Ask::Inquire, &nobodys_order(clock), &reply, &now);
            let trouble = trouble.unwrap_or(Trouble::UnknownKey);
            // The door's own refusal says more than that no key came through it.
            if matches!(trouble, Trouble::UnknownKey | Trouble::TheirSignature | Trouble::NotPermitted) {
                probed.keys_refused = Some(why.0);
            }
            probed.contact = Contact::Troubled(trouble);
            None
        }
    }
}

fn moment(clock: &dyn Clock) -> Moment {
    Moment { now: clock.now(), nonce: rand::random() }
}

/// An order that nobody made: its number is drawn now, and it is never recorded.
fn nobodys_order(clock: &dyn Clock) -> Order {
    let now = clock.now();
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(rand::random())),
        amount: Money::cny(1),
        description: "paydesk doctor".to_owned(),
        requested_at: now,
        expires_at: now,
        terminal: String::new(),
        shown_qr: false,
        payer_code: None,
        transaction: None,
        refund_no: None,
        refund_reason: String::new(),
        trace: None,
        charge_trace: None,
    }
}
