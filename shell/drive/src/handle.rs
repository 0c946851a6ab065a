//! What the rest of the server may ask of the drive.

use crate::calls::Calls;
use crate::channel::{Channel, ChannelSetup};
use crate::clock::{Clock, PaymentClock};
use crate::contact::Seen;
use crate::driver::{Driver, Heard, Message};
use crate::hear::Listeners;
use crate::node::{NodeSetup, Seat, words};
use crate::question::Asker;
use crate::routes::Routes;
use crate::signers::Signers;
use crate::stats::{Counters, Stats};
use crate::watch::{Changed, Watch, Watchers};
use crate::wire::Wire;
use base::{ChannelId, MerchantId, PaymentId};
use engine::Told;
use engine::lease::Out;
use payment::{Command, Notice, PayerCode, Policy, Refusal, Request};
use provider_contract::{BadNotice, Capabilities, HttpReply, HttpRequest, Reply};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{EventId, Store, StoreError, ToRaise};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinHandle};

/// Messages that may wait; whoever sends more waits too.
const INBOX: usize = 8_192;
/// Changes a slow listener may fall behind before it is told that it missed some.
const CHANGES: usize = 4_096;

/// A payment passes from one server to another within its lease; whoever wants something of it waits so long.
const MOVING_PATIENCE: Duration = Duration::from_secs(8);
/// A part of a sale is not tried for long under its number: another server may have given that to another part.
const PLACE_PATIENCE: Duration = Duration::from_millis(100);
const MOVING_PAUSE: Duration = Duration::from_millis(25);
/// For another server's answer.
const PASS_PATIENCE: Duration = Duration::from_secs(20);
/// On a request that another server handed over; it is not handed over again.
const PASSED: &str = "paydesk-passed";
/// Headers that belong to one connection and not to the request.
const OF_ONE_LINE: [&str; 6] =
    ["connection", "content-length", "host", "keep-alive", "transfer-encoding", "accept-encoding"];

/// Starts the engine.
#[derive(Debug)]
pub struct Drive;

/// A wish to take money.
#[derive(Debug)]
pub struct Begin {
    /// What is wanted.
    pub request: Request,
    /// The payer's code, if one was scanned. Kept in memory until it is spent, and nowhere else.
    pub code: Option<PayerCode>,
}

/// Why a wish was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// It may not be; nothing was changed.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// It could not be made durable, so nothing was sent to any provider. Asking again with the same key is safe.
    #[error("could not be recorded: {0}")]
    StoreFailed(String),
    /// The channel is not configured, or is another merchant's.
    #[error("no such channel")]
    NoSuchChannel,
    /// The server at this address drives the payment; nothing was changed here.
    #[error("the server at {0} drives this payment")]
    Elsewhere(String),
    /// Who drives the payment was changing just then, and nothing was changed here. Asking again is safe.
    #[error("the payment is passing from one server to another")]
    Moved,
    /// The server is shutting down.
    #[error("the server is stopping")]
    Stopping,
}

/// The running engine. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    inbox: mpsc::Sender<Message>,
    calls: Calls,
    store: Store,
    changes: broadcast::Sender<Arc<Changed>>,
    watchers: Arc<Watchers>,
    stirred: watch::Receiver<EventId>,
    counters: Arc<Counters>,
    end: watch::Receiver<Option<End>>,
}

/// How the engine's task ended.
#[derive(Clone, Debug)]
enum End {
    Stopped,
    Broke(String),
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handle({:?})", self.stats())
    }
}

impl Drive {
    /// Starts driving what `store` holds over `channels`. Serves at once; open payments are taken up in the
    /// background. Must be called inside a tokio runtime.
    pub fn start(store: Store, channels: Vec<ChannelSetup>, clock: Arc<dyn Clock>) -> Handle {
        Drive::start_as(NodeSetup::default(), store, channels, clock)
    }

    /// The same as one of several servers on one database.
    pub fn start_as(
        node: NodeSetup,
        store: Store,
        channels: Vec<ChannelSetup>,
        clock: Arc<dyn Clock>,
    ) -> Handle {
        let channels: BTreeMap<ChannelId, Channel> =
            channels.into_iter().map(|setup| (setup.id, Channel::new(setup))).collect();
        let counters = Arc::new(Counters::default());
        let seat = Arc::new(Seat::new(node, store.is_shared()));
        let calls = Calls {
            channels: Arc::new(channels),
            signers: Signers::start(),
            wire: Arc::new(Wire::new()),
            clock: Arc::new(PaymentClock::new(Arc::clone(&clock))),
            wall: clock,
            counters: Arc::clone(&counters),
            seat,
            routes: Arc::default(),
        };
        let (inbox, messages) = mpsc::channel(INBOX);
        let (changes, _) = broadcast::channel(CHANGES);
        let watchers = Arc::new(Watchers::default());
        let (stir, stirred) = watch::channel(EventId::default());
        let driver = Driver::new(
            store.clone(),
            calls.clone(),
            inbox.clone(),
            messages,
            Listeners::new(changes.clone(), Arc::clone(&watchers), stir, store.is_shared()),
        );
        let end = ending(tokio::spawn(driver.run()));
        Handle { shared: Arc::new(Shared { inbox, calls, store, changes, watchers, stirred, counters, end }) }
    }
}

/// Hears how `task` ended, once it has.
fn ending(task: JoinHandle<()>) -> watch::Receiver<Option<End>> {
    let (tell, end) = watch::channel(None);
    tokio::spawn(async move {
        let how = match task.await {
            Ok(()) => End::Stopped,
            Err(error) => End::Broke(why(error)),
        };
        tell.send_replace(Some(how));
    });
    end
}

/// What a task said as it broke.
fn why(error: JoinError) -> String {
    let said = error.try_into_panic().ok().and_then(|said| match said.downcast::<String>() {
        Ok(said) => Some(*said),
        Err(said) => said.downcast::<&'static str>().ok().map(|said| (*said).to_owned()),
    });
    said.unwrap_or_else(|| "it did not say why".to_owned())
}

impl Handle {
    /// Takes money. The answer comes when the wish and the first question to the provider are durable; what the
    /// provider says follows as a change. A repeat of a known key with the same content tells how that payment
    /// stands.
    pub async fn begin(&self, begin: Begin) -> Result<Told, DriveError> {
        let channel = self.channel(begin.request.channel);
        let none_needed = begin.request.method.is_by_hand() && begin.request.channel == ChannelId::NONE;
        if !none_needed && channel.is_none_or(|channel| channel.merchant != begin.request.merchant) {
            return Err(DriveError::NoSuchChannel);
        }
        let Begin { request, code } = begin;
        let patience = if request.part.is_some() { PLACE_PATIENCE } else { MOVING_PATIENCE };
        let begin =
            |reply, again| Message::Begin { request: request.clone(), code: code.clone(), again, reply };
        self.until_settled(patience, begin).await
    }

    /// Wants something of a payment that exists; another merchant's does not.
    pub async fn command(
        &self,
        payment: PaymentId,
        merchant: MerchantId,
        command: Command,
    ) -> Result<Told, DriveError> {
        let command = |reply, _| Message::Command { payment, merchant, command: command.clone(), reply };
        self.until_settled(MOVING_PATIENCE, command).await
    }

    /// Takes in a provider's notification: verified, made durable or known already, then acknowledged. Anything
    /// that is not rightly signed changes nothing.
    pub async fn notice(&self, channel: ChannelId, request: &HttpRequest) -> HttpReply {
        let Some(known) = self.shared.calls.channels.get(&channel) else {
            return HttpReply::new(404, "text/plain", "no such channel");
        };
        let (setup, provider, taken) = (&known.setup, known.provider(), request.clone());
        let read =
            self.shared.calls.on_signer(provider, move |provider, moment| provider.notice(&taken, moment));
        let notice = match read.await {
            Some(Ok(notice)) => notice,
            Some(Err(bad)) => {
                tracing::warn!(%channel, "notification refused: {bad}");
                if bad == BadNotice::UnknownKey {
                    known.keys_wanted.notify_one();
                }
                return setup.provider.acknowledge(Err(&bad));
            }
            None => return HttpReply::new(500, "text/plain", "the notification could not be read"),
        };
        let (done, heard) = oneshot::channel();
        let told = notice.clone();
        let sent = self.shared.inbox.send(Message::Noticed { channel, notice, done }).await;
        match (sent, heard.await) {
            (Ok(()), Ok(Heard::Durable)) => setup.provider.acknowledge(Ok(())),
            (Ok(()), Ok(Heard::Unknown)) => match self.raise_unknown(setup, &told).await {
                Ok(()) => setup.provider.acknowledge(Ok(())),
                Err(error) => {
                    tracing::error!(%channel, %error, "a notification about an unknown order cannot be kept");
                    not_recorded()
                }
            },
            (Ok(()), Ok(Heard::Elsewhere(address))) => match self.pass(&address, request).await {
                Some(reply) => HttpReply {
                    status: reply.status,
                    headers: reply
                        .header("content-type")
                        .map(|kind| ("content-type", kind.to_owned()))
                        .into_iter()
                        .collect(),
                    body: reply.body,
                },
                None => not_recorded(),
            },
            _ => not_recorded(),
        }
    }

    /// A provider told of an order that nobody here has asked for: somebody must look, since it may be money. The same
    /// notification again is the same.
    async fn raise_unknown(&self, setup: &ChannelSetup, notice: &Notice) -> Result<(), StoreError> {
        let Capabilities { name, .. } = setup.provider.capabilities();
        let refund = notice.refund_no.map_or(String::new(), |number| format!(" refund {number}"));
        let detail = format!("{name} {}{refund}, channel {}, {}", notice.claim, setup.id, notice.notice_id);
        let alarm = ToRaise {
            merchant: setup.merchant,
            what: "unknown_order",
            subject: &notice.order_no.to_string(),
            detail: &detail,
            once: true,
            at: self.clock().now(),
        };
        self.shared.store.raise(alarm).await
    }

    /// Takes up payments that were put into the store by something else than the engine. False if that must be tried
    /// again.
    pub async fn take_up(&self, payments: Vec<PaymentId>) -> bool {
        let (done, taken_up) = oneshot::channel();
        let sent = self.shared.inbox.send(Message::Resume { payments, done }).await;
        sent.is_ok() && taken_up.await.unwrap_or(false)
    }

    /// The newest event on this database. Costs nothing, unlike [`Handle::changes`]; for whoever reads what happened by
    /// itself and only wants to know when. Another server's is heard of a tenth of a second later.
    pub fn stirred(&self) -> watch::Receiver<EventId> {
        self.shared.stirred.clone()
    }

    /// Every change that becomes durable from now on: whoever listens has each of another server's read anew. For one
    /// payment, [`Handle::watch`] is far cheaper.
    pub fn changes(&self) -> broadcast::Receiver<Arc<Changed>> {
        self.shared.changes.subscribe()
    }

    /// The changes of one payment from now on. Watch first and ask afterwards, and nothing is missed.
    pub fn watch(&self, payment: PaymentId) -> Watch {
        self.shared.watchers.watch(payment)
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The clock that payments are driven by. It does not leap when the computer's is set.
    pub fn clock(&self) -> &dyn Clock {
        self.shared.calls.clock.as_ref()
    }

    /// A channel, if it is configured.
    pub fn channel(&self, id: ChannelId) -> Option<&ChannelSetup> {
        self.shared.calls.channels.get(&id).map(|channel| &channel.setup)
    }

    /// Every channel, in the order of their ids.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelSetup> {
        self.shared.calls.channels.values().map(|channel| &channel.setup)
    }

    /// What the last exchange over a channel showed; nothing of one that is not configured.
    pub fn seen(&self, id: ChannelId) -> Option<Seen> {
        self.shared.calls.channels.get(&id).map(Channel::seen)
    }

    /// How well the channels work, and the choice among several.
    pub fn routes(&self) -> &Routes {
        &self.shared.calls.routes
    }

    /// The timing of a channel; the standard one if it is configured no more.
    pub fn policy(&self, id: ChannelId) -> Policy {
        self.channel(id).map(|channel| channel.policy.clone()).unwrap_or_default()
    }

    /// What is going on.
    pub fn stats(&self) -> Stats {
        self.shared.counters.read()
    }

    /// Whether the engine runs; false after [`Handle::stop`], or if it broke.
    pub fn is_running(&self) -> bool {
        !self.shared.inbox.is_closed()
    }

    /// Takes nothing new, lets the calls under way end, makes their ends durable, and returns.
    pub async fn stop(&self) {
        // A closed inbox means that it has stopped already.
        let _ = self.shared.inbox.send(Message::Stop).await;
        self.end().await;
    }

    /// Resolves when the engine broke: something that cannot be is so, and it knows no more what is true. Or when another
    /// server was started under this one's name. Says which.
    /// Whoever runs it should end the process; the next one takes every payment up again from what is durable.
    pub async fn broke(&self) -> String {
        match self.end().await {
            End::Broke(why) => why,
            End::Stopped if self.shared.calls.seat.is_replaced() => words(Out::Replaced).to_owned(),
            End::Stopped => std::future::pending().await,
        }
    }

    async fn end(&self) -> End {
        let mut end = self.shared.end.clone();
        match end.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(end)) => end.clone(),
            // The runtime is going and has dropped the task that would have told.
            Ok(None) | Err(_) => End::Stopped,
        }
    }

    /// Hands a request as it came to the server that drives its payment, once: whoever it is handed to answers it or
    /// says that it cannot. It carries the caller's own proof of who it is, so servers need none among themselves.
    /// Nothing if it was handed over already, or that server does not answer.
    pub async fn pass(&self, address: &str, request: &HttpRequest) -> Option<Reply> {
        if request.header(PASSED).is_some() {
            return None;
        }
        let mut request = request.clone();
        request.headers.retain(|(name, _)| !OF_ONE_LINE.iter().any(|own| name.eq_ignore_ascii_case(own)));
        request.headers.push((PASSED.to_owned(), "1".to_owned()));
        self.shared.calls.wire.hand_over(address, request, PASS_PATIENCE).await.ok()
    }

    /// Says from now on that others should be asked instead; what comes all the same is still done.
    pub fn drain(&self) {
        self.shared.calls.seat.drain();
    }

    /// Whether this server is about to end.
    pub fn drains(&self) -> bool {
        self.shared.calls.seat.drains()
    }

    /// Resolves when this server is about to end.
    pub async fn draining(&self) {
        self.shared.calls.seat.draining().await;
    }

    /// Whether this server does what is to be done once and not on every server that shares the database.
    pub fn leads(&self) -> bool {
        self.shared.calls.seat.leads()
    }

    /// Leaves what this server drives to the others at once.
    pub async fn leave(&self) {
        self.shared.calls.seat.leave(&self.shared.store).await;
    }

    /// Asks again, the first time at once, while the payment passes from one server to another.
    async fn until_settled(
        &self,
        patience: Duration,
        message: impl Fn(oneshot::Sender<Result<Told, DriveError>>, bool) -> Message,
    ) -> Result<Told, DriveError> {
        let patience = tokio::time::Instant::now() + patience;
        let mut again = false;
        loop {
            let (reply, answer) = oneshot::channel();
            match self.ask(message(reply, again), answer).await {
                Err(DriveError::Moved) if tokio::time::Instant::now() < patience => {
                    if std::mem::replace(&mut again, true) {
                        tokio::time::sleep(MOVING_PAUSE).await;
                    }
                }
                told => return told,
            }
        }
    }

    /// Asks providers what is about no payment.
    pub fn asker(&self) -> Asker {
        Asker::of(&self.shared.calls)
    }

    async fn ask(
        &self,
        message: Message,
        answer: oneshot::Receiver<Result<Told, DriveError>>,
    ) -> Result<Told, DriveError> {
        self.shared.inbox.send(message).await.map_err(|_| DriveError::Stopping)?;
        answer.await.unwrap_or(Err(DriveError::Stopping))
    }
}

fn not_recorded() -> HttpReply {
    HttpReply::new(503, "text/plain", "not recorded; please send it again")
}
