//! One call from intent to end: translate and sign, send, verify and understand. There are three ends and no
//! fourth; see [`engine::End`].
//!
//! Signing costs as much time as making the intent durable, so both happen side by side: a call is prepared while
//! its rows are being written, and leaves against the [`Permit`] that proves they are. Without one it comes to nothing.

use crate::channel::Channel;
use crate::clock::{Clock, PaymentClock, moment};
use crate::contact::Contact;
use crate::durable::Permit;
use crate::node::Seat;
use crate::signers::{Signers, run_here};
use crate::stats::Counters;
use crate::wire::{NoReply, Wire};
use base::ChannelId;
use engine::{CallOut, End};
use payment::{Answer, Ask, Doubt, Policy, Reason, Said, Verdict};
use provider_contract::{Call, CannotAsk, Moment, Order, Provider, Reply, Trouble};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// What calls need.
#[derive(Clone)]
pub(crate) struct Calls {
    pub(crate) channels: Arc<BTreeMap<ChannelId, Channel>>,
    pub(crate) signers: Signers,
    pub(crate) wire: Arc<Wire>,
    /// The wall, for whoever compares clocks with us.
    pub(crate) wall: Arc<dyn Clock>,
    /// What payments are driven by.
    pub(crate) clock: Arc<PaymentClock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) seat: Arc<Seat>,
}

impl Calls {
    /// The timing of a channel; the standard one if it is configured no more.
    pub(crate) fn policy(&self, id: ChannelId) -> Policy {
        self.channels.get(&id).map(|channel| channel.setup.policy.clone()).unwrap_or_default()
    }

    /// To be called before the call's task begins, and kept until its end is handed in.
    pub(crate) fn count(&self) -> InFlight {
        InFlight::begin(&self.counters)
    }

    /// Makes one call: prepares it now, and sends it when `permit` comes. Nothing, and nothing was sent, if none ever
    /// comes. Ends within one and a half of the channel's call timeout, not counting the time until the permit.
    pub(crate) async fn make(&self, out: CallOut, permit: oneshot::Receiver<Permit>) -> Option<End> {
        let prepared = self.prepare(&out).await;
        let permit = permit.await.ok()?;
        assert!(permit.is_for(out.payment.request.id, out.call), "a permit is for one call");
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        match prepared {
            Ok(prepared) => Some(self.send(prepared, permit).await),
            Err(end) => Some(end),
        }
    }

    /// The signed call, with all that is needed to send it; or the end that it comes to without being sent.
    async fn prepare(&self, out: &CallOut) -> Result<Prepared<'_>, End> {
        let channel = self.channels.get(&out.payment.request.channel);
        let channel = channel
            .ok_or_else(|| unaskable(&out.ask, Said::new("", "the channel is not configured any more")))?;
        let signed = self.sign(channel, out);
        let (place, order, call) = tokio::time::timeout(channel.setup.policy.call_timeout / 2, signed)
            .await
            .map_err(|_| End::NeverLeft("too many calls are under way to this provider".to_owned()))??;
        Ok(Prepared { channel, ask: out.ask, place, order, call })
    }

    /// A place among the calls under way, the order, and the signed call.
    async fn sign(
        &self,
        channel: &Channel,
        out: &CallOut,
    ) -> Result<(OwnedSemaphorePermit, Order, Call), End> {
        let place = Arc::clone(&channel.places).acquire_owned().await.expect("places are never closed");
        let (provider, ask, moment) = (channel.provider(), out.ask, self.moment());
        let order = Order::of(&out.payment, &out.ask, out.code.clone(), &channel.setup.policy)
            .in_time_of(moment.now, self.clock.now());
        let signed = self.signers.run(move || {
            let call = provider.call(&ask, &order, &moment);
            (order, call)
        });
        match signed.await {
            Some((order, Ok(call))) => Ok((place, order, call)),
            Some((_, Err(CannotAsk::PayerCodeGone))) if out.ask == Ask::Charge => {
                Err(End::NeverLeft(CannotAsk::PayerCodeGone.to_string()))
            }
            Some((_, Err(cannot))) => Err(unaskable(&out.ask, Said::new("", cannot.to_string()))),
            None => Err(End::NeverLeft("the request could not be made".to_owned())),
        }
    }

    /// Sends what was prepared and reads the reply.
    async fn send(&self, prepared: Prepared<'_>, permit: Permit) -> End {
        if !self.seat.holds() {
            // It was asleep for too long: others may be asking about this payment already.
            return End::NeverLeft("this server was silent for too long, so nothing was sent".to_owned());
        }
        let Prepared { channel, ask, place, order, call } = prepared;
        let sent = self.wire.send(permit, call, channel.setup.policy.call_timeout).await;
        drop(place);
        match sent {
            Ok(reply) => self.read(channel, &ask, &order, &reply),
            Err(no_reply) => {
                channel.heard(Contact::from(&no_reply), self.wall.now());
                no_reply_end(no_reply)
            }
        }
    }

    fn read(&self, channel: &Channel, ask: &Ask, order: &Order, reply: &Reply) -> End {
        let (provider, moment) = (channel.provider(), self.moment());
        // Verifying takes a thirtieth of signing: less than two threads take to wake each other.
        let read = run_here(|| {
            let answer = provider.answer(ask, order, reply, &moment);
            // An answer that settles something needs no second look.
            let suspect = matches!(answer.verdict, Verdict::Unclear(_) | Verdict::Declined(_));
            let trouble = suspect.then(|| provider.trouble(ask, order, reply, &moment)).flatten();
            (answer, trouble)
        });
        let Some((answer, trouble)) = read else {
            return End::Answered(Answer::unclear(Doubt::Garbled, Said::default()));
        };
        if trouble == Some(Trouble::UnknownKey) {
            channel.keys_wanted.notify_one();
        }
        channel.heard(Contact::from(trouble), self.wall.now());
        End::Answered(answer)
    }

    /// Verifies and reads a notification on a signing thread.
    pub(crate) async fn on_signer<T: Send + 'static>(
        &self,
        provider: Arc<dyn Provider>,
        task: impl FnOnce(&dyn Provider, &Moment) -> T + Send + 'static,
    ) -> Option<T> {
        let moment = self.moment();
        self.signers.run(move || task(provider.as_ref(), &moment)).await
    }

    pub(crate) fn moment(&self) -> Moment {
        moment(self.wall.as_ref())
    }
}

fn no_reply_end(no_reply: NoReply) -> End {
    match no_reply {
        NoReply::Lost(why) => End::Lost(why),
        NoReply::NeverLeft { why, .. } => End::NeverLeft(why),
        NoReply::TooLong => End::Answered(Answer::unclear(Doubt::Garbled, Said::default())),
    }
}

/// A signed call that has not left.
struct Prepared<'a> {
    channel: &'a Channel,
    ask: Ask,
    place: OwnedSemaphorePermit,
    order: Order,
    call: Call,
}

/// A question that was never put. For a charge that is certain: nothing was asked, so nothing was taken.
fn unaskable(ask: &Ask, said: Said) -> End {
    let verdict = match ask {
        Ask::Charge | Ask::Present => Verdict::Declined(Reason::MerchantConfig),
        Ask::Inquire | Ask::Reverse | Ask::Close | Ask::Refund { .. } | Ask::InquireRefund { .. } => {
            Verdict::Unclear(Doubt::OurSettings)
        }
    };
    End::Answered(Answer { verdict, said })
}

/// Counts a call from its preparation until its end has been handed in.
pub(crate) struct InFlight(Arc<Counters>);

impl InFlight {
    fn begin(counters: &Arc<Counters>) -> InFlight {
        counters.calls_in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(counters))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.calls_in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long the calls under way may take to end when the server stops.
pub(crate) fn longest_call<'a>(policies: impl Iterator<Item = &'a Policy>) -> Duration {
    policies.map(|policy| policy.call_timeout * 3 / 2).max().unwrap_or_default()
}
