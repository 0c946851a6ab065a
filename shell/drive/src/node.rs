//! This server among others that share its database: it joins, beats, looks at the others, and says who is gone.
//!
//! The rules are [`engine::lease`]'s; here are the clock and the store that they need. A server whose database
//! nobody can share is a member too, but has nobody to beat for.

use crate::clock::PaymentClock;
use crate::driver::Message;
use engine::lease::{Fence, Lease, Members, Out};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use store::{Store, StoreError};
use tokio::sync::{mpsc, watch};

/// The name of a server that is alone with its database.
const ALONE: &str = "alone";

/// How this server appears to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSetup {
    /// Its name, the same after a restart. Two servers of one name put an end to each other.
    pub name: String,
    /// Where the others reach it: `http://10.0.0.5:8080`; empty if they cannot.
    pub address: String,
    /// How long its beat may stand still before others take its payments over.
    pub lease: Duration,
}

impl Default for NodeSetup {
    fn default() -> NodeSetup {
        NodeSetup { name: "paydesk".to_owned(), address: String::new(), lease: Lease::USUAL }
    }
}

/// This server's membership, for whoever must know of it.
#[derive(Debug)]
pub(crate) struct Seat {
    setup: NodeSetup,
    shared: bool,
    began: Instant,
    draining: watch::Sender<bool>,
    replaced: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lease: Option<Lease>,
    members: Members,
}

impl Seat {
    /// `shared` if other servers can be at the same database.
    pub(crate) fn new(setup: NodeSetup, shared: bool) -> Seat {
        Seat {
            setup,
            shared,
            began: Instant::now(),
            draining: watch::Sender::new(false),
            replaced: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    /// Joins, also after having been fenced.
    pub(crate) async fn join(&self, store: &Store, clock: &PaymentClock) -> Result<Fence, StoreError> {
        let began = self.clock();
        // A database that nobody can share has one server, whatever it is called this time.
        let name = if self.shared { &self.setup.name } else { ALONE };
        let fence = store.join(name, &self.setup.address).await?;
        let members = store.members().await?;
        if let Some(shown) = store.clock().await? {
            clock.follow(shown);
        }
        *self.state() = State { lease: Some(Lease::new(fence, self.setup.lease, began)), members };
        Ok(fence)
    }

    /// Which member this server is; nobody before it has joined.
    pub(crate) fn me(&self) -> Fence {
        self.state().lease.as_ref().map_or(Fence::NOBODY, Lease::me)
    }

    /// Whether nobody can have taken its payments over yet. Asked before anything leaves for a provider.
    pub(crate) fn holds(&self) -> bool {
        let now = self.clock();
        self.state().lease.as_ref().is_some_and(|lease| !self.shared || lease.holds(now))
    }

    /// Whether this server does what is to be done once and not on every server: of those alive, the first.
    pub(crate) fn leads(&self) -> bool {
        let state = self.state();
        let first = alive(&state.members).first().copied();
        first.is_some() && first == state.lease.as_ref().map(Lease::me)
    }

    /// Where a member is reached, if it can be.
    pub(crate) fn address(&self, fence: Fence) -> Option<String> {
        let state = self.state();
        state.members.member(fence).map(|member| member.address.clone()).filter(|address| !address.is_empty())
    }

    /// Why a commit was refused to this member.
    pub(crate) async fn why_out(&self, store: &Store) -> Out {
        let Ok(members) = store.members().await else { return Out::Fenced };
        let now = self.clock();
        let looked = self.state().lease.as_mut().map(|lease| lease.look(&members, now, now));
        looked.and_then(Result::err).unwrap_or(Out::Fenced)
    }

    /// Ends its membership: what it drove is nobody's at once.
    pub(crate) async fn leave(&self, store: &Store) {
        if let Err(error) = store.leave(self.me()).await {
            tracing::warn!("the other servers must wait for this one's lease to end: {error}");
        }
    }

    pub(crate) fn drain(&self) {
        self.draining.send_replace(true);
    }

    pub(crate) fn drains(&self) -> bool {
        *self.draining.borrow()
    }

    pub(crate) async fn draining(&self) {
        // The sender is this seat's own.
        let _ = self.draining.subscribe().wait_for(|draining| *draining).await;
    }

    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced.load(Ordering::Relaxed)
    }

    pub(crate) fn is_replaced_now(&self) {
        self.replaced.store(true, Ordering::Relaxed);
    }

    /// Beats and looks until the drive ends. The inbox hears when this server is out, and when others are gone.
    pub(crate) async fn keep(
        self: Arc<Self>,
        store: Store,
        clock: Arc<PaymentClock>,
        inbox: mpsc::WeakSender<Message>,
    ) {
        if !self.shared {
            return;
        }
        let mut beat_due = self.clock();
        loop {
            let Some((me, beat_every, look_every)) = self.pace() else { return };
            tokio::time::sleep(look_every).await;
            if self.clock() >= beat_due {
                beat_due = self.clock() + beat_every;
                self.beat(&store, me).await;
            }
            match store.clock().await {
                Ok(shown) => shown.into_iter().for_each(|shown| clock.follow(shown)),
                Err(error) => tracing::warn!("the database's clock cannot be read: {error}"),
            }
            let Some(message) = self.look(&store, me).await else { continue };
            let Some(inbox) = inbox.upgrade() else { return };
            let out = matches!(message, Message::Out { .. });
            if inbox.send(message).await.is_err() {
                return;
            }
            // Whoever is out joins anew as somebody else before it may beat again.
            while out && self.me() == me {
                tokio::time::sleep(look_every).await;
                if inbox.is_closed() {
                    return;
                }
            }
        }
    }

    fn pace(&self) -> Option<(Fence, Duration, Duration)> {
        let state = self.state();
        state.lease.as_ref().map(|lease| (lease.me(), lease.beat_every(), lease.look_every()))
    }

    async fn beat(&self, store: &Store, me: Fence) {
        let began = self.clock();
        match store.beat(me).await {
            Ok(true) => {
                if let Some(lease) = self.state().lease.as_mut().filter(|lease| lease.me() == me) {
                    lease.beaten(began);
                }
            }
            // The next look says why.
            Ok(false) => {}
            Err(error) => tracing::warn!("this server could not say that it is well: {error}"),
        }
    }

    async fn look(&self, store: &Store, me: Fence) -> Option<Message> {
        let began = self.clock();
        let members = match store.members().await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!("the other servers cannot be seen: {error}");
                return None;
            }
        };
        let ended = self.clock();
        let looked = {
            let mut state = self.state();
            let lease = state.lease.as_mut().filter(|lease| lease.me() == me)?;
            lease.look(&members, began, ended)
        };
        let suspects = match looked {
            Err(why) => return Some(Message::Out { me, why }),
            Ok(suspects) => suspects,
        };
        let mut gone: BTreeSet<Fence> =
            alive(&self.state().members).difference(&alive(&members)).copied().collect();
        for suspect in suspects {
            match store.fence(suspect).await {
                Ok(true) => {
                    tracing::warn!(node = %suspect.fence, "a server has been silent for too long; its payments are taken over");
                    gone.insert(suspect.fence);
                }
                Ok(false) => {}
                Err(error) => tracing::warn!("a silent server could not be fenced: {error}"),
            }
        }
        let mut left = alive(&members);
        left.retain(|fence| !gone.contains(fence));
        self.state().members = members;
        // One takes over for all; should it die at it, the next one sees that and takes over what is left.
        (!gone.is_empty() && left.first() == Some(&me)).then_some(Message::TakeOver)
    }

    fn clock(&self) -> Duration {
        self.began.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn alive(members: &Members) -> BTreeSet<Fence> {
    members.iter().map(|member| member.fence).filter(|fence| members.may_commit(*fence)).collect()
}

/// What to tell whoever runs a server that is out.
pub(crate) fn words(why: Out) -> &'static str {
    match why {
        Out::Fenced => {
            "this server was silent for too long, and others have taken its payments over; it joins anew"
        }
        Out::Replaced => {
            "another server was started under the same name, so this one ends; \
             give each server its own name (node.name in the configuration)"
        }
    }
}
