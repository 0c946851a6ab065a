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
use crate::routes::Routes;
use crate::signers::{Signers, run_here};
use crate::stats::Counters;
use crate::wire::{NoReply, Wire};
use base::{ChannelId, PaymentId};
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
    pub(crate) routes: Arc<Routes>,
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
        let (payment, ask, out_channel) = (out.payment.request.id, out.ask, out.payment.request.channel);
        let permit = permit.await.ok()?;
        assert!(permit.is_for(out.payment.request.id, out.call), "a permit is for one call");
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        match prepared {
            Ok(prepared) => Some(self.send(prepared, permit).await),
            Err(end) => {
                // Only what cannot be asked at all is the channel's fault; who waited for a place in vain met a crowd.
                if let End::Answered(_) = &end {
                    self.learn(out_channel, payment, &ask, &end);
                }
                Some(end)
            }
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
        Ok(Prepared { channel, payment: out.payment.request.id, ask: out.ask, place, order, call })
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
        let sign = move || {
            let call = provider.call(&ask, &order, &moment);
            (order, call)
        };
        let signed = if self.counters.calls_in_flight.load(Ordering::Relaxed) > 1 {
            self.signers.run(sign).await
        } else {
            // Nobody else waits for this thread, and to wake another takes longer than it saves. The database's may
            // have been given this processor, and goes first: it needs it for a moment, and then waits for the disk.
            std::thread::yield_now();
            run_here(sign)
        };
        match signed {
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
        let Prepared { channel, payment, ask, place, order, call } = prepared;
        let wire = channel.wire(&self.wire);
        let sent = wire.send(permit, call, channel.setup.policy.call_timeout).await;
        drop(place);
        let end = match sent {
            Ok(reply) => self.read(channel, &ask, &order, &reply),
            Err(no_reply) => {
                channel.heard(Contact::from(&no_reply), self.wall.now());
                no_reply_end(no_reply)
            }
        };
        self.learn(channel.setup.id, payment, &ask, &end);
        end
    }

    /// Counts what the end of a call shows of its channel.
    fn learn(&self, channel: ChannelId, payment: PaymentId, ask: &Ask, end: &End) {
        let showed = match end {
            End::Answered(answer) => routing::showed(ask, answer),
            End::Lost(_) => routing::showed_by_silence(ask, true),
            End::NeverLeft(_) => routing::showed_by_silence(ask, false),
        };
        if let Some(showed) = showed {
            self.routes.saw(channel, payment, showed, self.clock.now());
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
    payment: PaymentId,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::ChannelSetup;
    use crate::clock::SystemClock;
    use crate::durable;
    use crate::node::NodeSetup;
    use base::{MerchantId, Money, StoreId, Text, TillId};
    use engine::{After, Batch, Engine, Wake};
    use payment::{Method, Notice, PayerCode, Request};
    use provider_contract::bills::Bills;
    use provider_contract::{BadNotice, Capabilities, HttpMethod, HttpReply, HttpRequest, RenewsKeys};
    use std::path::PathBuf;
    use store::{Store, StoreConfig};
    use tokio::net::TcpListener;

    const CHANNEL: ChannelId = ChannelId::from_u128(9);
    const SHOP: MerchantId = MerchantId::from_u128(1);

    /// The rows are durable and the call is signed; whether it leaves is decided by the lease alone, at the very last.
    #[tokio::test]
    async fn whoever_was_silent_for_a_lease_sends_nothing() {
        let (end, somebody_came) = charged_within(Duration::from_secs(600)).await;
        assert!(matches!(end, End::Lost(_)), "the provider hangs up: {end:?}");
        assert!(somebody_came);
        let (end, somebody_came) = charged_within(Duration::ZERO).await;
        assert!(matches!(&end, End::NeverLeft(why) if why.contains("silent for too long")), "{end:?}");
        assert!(!somebody_came);
    }

    /// What a charge comes to that is made by a server with this lease, and whether the provider, who hangs up on
    /// everybody, was called. The database counts as one that other servers share.
    async fn charged_within(lease: Duration) -> (End, bool) {
        let folder = Folder::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let provider = HangsUp(format!("http://{}/", listener.local_addr().expect("an address")));
        let called = tokio::spawn(async move { drop(listener.accept().await) });
        let store = Store::open(&StoreConfig { database: folder.database() }).await.expect("a database");
        let calls = calls(provider, NodeSetup { lease, ..NodeSetup::default() });
        let me = calls.seat.join(&store, &calls.clock).await.expect("it joins");

        let (batch, out) = charge(calls.clock.now());
        let mut durable = durable::commit(&store, me, &batch, calls.clock.now()).await.expect("durable");
        let (leave, permit) = oneshot::channel();
        leave.send(durable.permit(out.payment.request.id, out.call)).expect("it waits for its permit");
        let end = calls.make(out, permit).await.expect("it was permitted");
        let somebody_came = called.is_finished();
        called.abort();
        (end, somebody_came)
    }

    fn calls(provider: HangsUp, node: NodeSetup) -> Calls {
        let policy = Policy::default();
        let provider = Arc::new(provider);
        let setup = ChannelSetup { id: CHANNEL, merchant: SHOP, provider, policy, identity: None };
        let wall: Arc<dyn Clock> = Arc::new(SystemClock);
        Calls {
            channels: Arc::new([(CHANNEL, Channel::new(setup))].into()),
            signers: Signers::start(),
            wire: Arc::new(Wire::new()),
            clock: Arc::new(PaymentClock::new(Arc::clone(&wall))),
            wall,
            counters: Arc::default(),
            seat: Arc::new(Seat::new(node, true)),
            routes: Arc::default(),
        }
    }

    /// A new payment's rows, and the charge that they permit.
    fn charge(now: base::Timestamp) -> (Batch, CallOut) {
        let code = PayerCode::parse("134567890123456789").expect("a code");
        let request = Request {
            id: PaymentId::from_u128(1),
            merchant: SHOP,
            store: StoreId::from_u128(2),
            till: TillId::from_u128(3),
            cashier: String::new(),
            key: "sale".into(),
            content: [7; 32],
            amount: Money::cny(1250),
            channel: CHANNEL,
            routed: None,
            wallet: String::new(),
            wallet_name: Text::default(),
            method: Method::PayerCode { hint: code.hint() },
            description: "goods".into(),
            reference: String::new(),
            part: None,
            installments: None,
        };
        let mut engine = Engine::new(BTreeMap::new());
        engine.handle(Wake::Begin { request, code: Some(code), caller: 1 }, now);
        for which in engine.take().loads {
            engine.handle(Wake::Loaded { which, entries: None }, now);
        }
        let mut batch = engine.take().batch;
        let after = std::mem::take(&mut batch.after);
        let out = after.into_iter().find_map(|after| match after {
            After::Call(out) => Some(*out),
            After::Tell { .. } => None,
        });
        (batch, out.expect("a new payment is charged"))
    }

    /// A provider at this address, from which no reply ever comes.
    struct HangsUp(String);

    impl Provider for HangsUp {
        fn capabilities(&self) -> Capabilities {
            Capabilities {
                name: "hangs up",
                title: Text::default(),
                wallets: &[],
                qr_wallets: &[],
                payer_code: true,
                shown_qr: true,
                policy: Policy::default(),
            }
        }

        fn call(&self, _: &Ask, _: &Order, _: &Moment) -> Result<Call, CannotAsk> {
            let url = self.0.clone();
            let (headers, body) = (Vec::new(), Vec::new());
            Ok(Call { method: HttpMethod::Post, url, headers, body, client_certificate: false })
        }

        fn answer(&self, _: &Ask, _: &Order, _: &Reply, _: &Moment) -> Answer {
            Answer::unclear(Doubt::Garbled, Said::default())
        }

        fn notice(&self, _: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
            Err(BadNotice::Garbled)
        }

        fn acknowledge(&self, _: Result<(), &BadNotice>) -> HttpReply {
            HttpReply::new(400, "text/plain", "")
        }

        fn trouble(&self, _: &Ask, _: &Order, _: &Reply, _: &Moment) -> Option<Trouble> {
            None
        }

        fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
            None
        }

        fn bills(&self) -> Option<&dyn Bills> {
            None
        }

        fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
            None
        }
    }

    /// A folder that is gone when the test is over.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Folder {
            use std::sync::atomic::AtomicU32;
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("paydesk-calls-{}-{number}", std::process::id()));
            std::fs::create_dir(&path).expect("the temporary folder takes a folder");
            Folder(path)
        }

        fn database(&self) -> String {
            format!("sqlite:{}/paydesk.db", self.0.display())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
