//! The device at work: signs of life, handing the journal in, taking over and being taken over.

use crate::adopt::adopt;
use crate::learn::{Learning, Told};
use crate::link::{Link, LinkError, Stand};
use crate::opening::{begin, link_to};
use crate::standing::State;
use crate::upload::{Progress, Upload, UploadError};
use crate::{Identity, IdentityError, IdentityFile};
use api::{AgentView, Code, CounterAgent, Later, MeStaff, NamedView, Problem, Standing, Vouched};
use base::{AgentId, Secret, Text, Timestamp};
use drive::Handle;
use journal::Why;
use payment::Policy;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use store::{Store, StoreError};
use tokio::task::JoinHandle;

/// Between signs of life.
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// After taking over, the other device's last attempts are looked for so long.
const LOOK_FOR_MORE: Duration = Duration::from_secs(30);

/// How a device is set up.
pub struct Options {
    /// The file that says who it is.
    pub identity_file: IdentityFile,
    /// The file that says how far its journal was handed in.
    pub upload_hint: PathBuf,
    /// Whether it prints receipts itself.
    pub prints: bool,
    /// A spare device takes over by itself after so long without a sign of life; nothing if never.
    pub takes_over_after: Option<Duration>,
    /// The timing of the server's channel.
    pub policy: Policy,
    /// What was found wrong with the journal.
    pub flaw: Option<Text>,
    /// Called with the fence number whenever this device begins to stand for the till.
    pub raise_fence: Box<dyn Fn(u64) + Send + Sync>,
    /// Draws ids.
    pub fresh: Box<dyn Fn() -> u128 + Send + Sync>,
}

/// The device at the counter. Cheap to clone.
#[derive(Clone)]
pub struct Agent(Arc<Inner>);

struct Inner {
    options: Options,
    identity: Mutex<Identity>,
    state: Mutex<State>,
    link: Link,
    store: Store,
    handle: OnceLock<Handle>,
    took_over: Mutex<Option<Instant>>,
    learning: tokio::sync::Mutex<Learning>,
    /// Taking over is one thing at a time.
    turning: tokio::sync::Mutex<()>,
}

#[derive(Debug, thiserror::Error)]
enum TurnError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Agent {
    /// A device that is not at work yet.
    pub fn new(identity: Identity, store: Store, options: Options, now: Timestamp) -> Agent {
        let standing = if identity.current { Standing::Selling } else { Standing::Standby };
        let state = State {
            till: NamedView { id: identity.till.id.clone(), name: identity.till.name.clone() },
            standing,
            taken_over: None,
            reachable: None,
            since: now,
            why: None,
            other: None,
            takes_over_after: options.takes_over_after,
            unsent: 0,
            flaw: options.flaw.clone(),
        };
        Agent(Arc::new(Inner {
            link: Link::new(&identity),
            identity: Mutex::new(identity),
            state: Mutex::new(state),
            store,
            handle: OnceLock::new(),
            took_over: Mutex::new(None),
            learning: tokio::sync::Mutex::default(),
            turning: tokio::sync::Mutex::new(()),
            options,
        }))
    }

    /// Begins to give signs of life and to hand the journal in.
    pub fn start(&self, handle: Handle) -> Vec<JoinHandle<()>> {
        let _ = self.0.handle.set(handle);
        let (beating, uploading) = (self.clone(), self.clone());
        vec![
            tokio::spawn(async move { beating.beat_on().await }),
            tokio::spawn(async move { uploading.upload_on().await }),
        ]
    }

    async fn beat_on(&self) {
        loop {
            if let Err(error) = self.beat().await {
                tracing::error!("this till's state could not be recorded: {error}");
            }
            tokio::time::sleep(BEAT_EVERY).await;
        }
    }

    async fn beat(&self) -> Result<(), TurnError> {
        let standing = self.state().standing;
        let fence = self.identity().fence;
        let (head, mark) = match standing {
            Standing::Selling => {
                let mark = self.0.learning.lock().await.mark(&self.0.store).await?;
                (self.0.store.journal_head().await?, Some(mark))
            }
            _ => (None, None),
        };
        match self.0.link.beat(fence, self.0.options.prints, head, mark).await {
            Ok(stand) => {
                self.state().heard(self.now());
                self.told(stand).await
            }
            Err(LinkError::Refused { code, .. })
                if code == "unknown_api_key" || code == "not_a_tills_device" =>
            {
                self.state().heard(self.now());
                self.state().standing = Standing::Refused;
                Ok(())
            }
            Err(error) => {
                self.state().unheard(&error, self.now());
                Ok(())
            }
        }
    }

    /// Who stands for the till, from the server's own mouth.
    async fn told(&self, mut stand: Stand) -> Result<(), TurnError> {
        let standing = self.state().standing;
        let known = stand.known.take();
        self.watch(&stand);
        match (standing, stand.current) {
            (Standing::Selling, true) => {
                if matches!(stand.journal.as_str(), "rolled_back" | "forked") {
                    self.begin_segment(Why::RolledBack).await?;
                }
                self.look_for_more().await?;
                self.learn(known).await
            }
            (Standing::Standby | Standing::TakenOver | Standing::Refused, true) => {
                self.become_the_till(stand.fence).await
            }
            (Standing::Selling | Standing::Refused, false) => self.was_taken_over(&stand),
            (Standing::Standby, false) => self.take_over_if_silent().await,
            (Standing::TakenOver | Standing::Server, _) => Ok(()),
        }
    }

    /// What the server knows of the till's attempts and a copy that rests here may not.
    async fn learn(&self, known: Option<Told>) -> Result<(), TurnError> {
        let (Some(told), Some(handle)) = (known, self.0.handle.get()) else { return Ok(()) };
        self.0.learning.lock().await.take(&self.0.store, handle, told).await?;
        Ok(())
    }

    fn watch(&self, stand: &Stand) {
        let mut state = self.state();
        let unchanged = state.other.as_ref().filter(|(known, _)| {
            (known.fence, known.beat) == (stand.fence, stand.beat) && known.name == stand.name
        });
        let since = unchanged.map_or_else(Instant::now, |(_, since)| *since);
        state.other = Some((stand.clone(), since));
    }

    fn was_taken_over(&self, stand: &Stand) -> Result<(), TurnError> {
        let mut identity = self.identity();
        identity.current = false;
        self.0.options.identity_file.write(&identity)?;
        let mut state = self.state();
        state.standing = Standing::TakenOver;
        state.taken_over = Some((stand.name.clone(), stand.since.clone()));
        tracing::warn!("this till was taken over by {} at {}", stand.name, stand.since);
        Ok(())
    }

    async fn take_over_if_silent(&self) -> Result<(), TurnError> {
        let (silent, after, beat) = {
            let state = self.state();
            (state.silent(), state.takes_over_after, state.other.as_ref().map(|(stand, _)| stand.beat))
        };
        if after.is_some_and(|after| silent >= after) {
            match self.turn(beat).await {
                // Somebody was faster, or the other device is alive again.
                Err(TurnError::Link(error)) => tracing::warn!("not taken over: {error}"),
                other => return other,
            }
        }
        Ok(())
    }

    /// Takes the till over, if its fence is what was last heard, and, with `beat`, its device has been silent since.
    async fn turn(&self, beat: Option<u64>) -> Result<(), TurnError> {
        let fence = match &self.state().other {
            Some((stand, _)) => stand.fence,
            None => return Err(LinkError::Unreachable("it has not answered yet".to_owned()).into()),
        };
        let taken = self.0.link.take_over(fence, beat).await?;
        self.become_the_till(taken.fence).await
    }

    /// From now on this device stands for the till: durable first, then a fresh segment, then the open payments.
    async fn become_the_till(&self, fence: u64) -> Result<(), TurnError> {
        let _one_at_a_time = self.0.turning.lock().await;
        if self.state().standing == Standing::Selling {
            return Ok(());
        }
        let identity = {
            let mut identity = self.identity();
            identity.fence = fence;
            identity.current = true;
            self.0.options.identity_file.write(&identity)?;
            identity.clone()
        };
        (self.0.options.raise_fence)(fence);
        self.begin_segment(Why::TookOver).await?;
        *self.lock(&self.0.took_over) = Some(Instant::now());
        self.take_in_open(&identity).await?;
        self.state().standing = Standing::Selling;
        tracing::warn!("this device stands for the till from now on, with fence {fence}");
        Ok(())
    }

    async fn look_for_more(&self) -> Result<(), TurnError> {
        let recent = self.lock(&self.0.took_over).is_some_and(|at| at.elapsed() < LOOK_FOR_MORE);
        if !recent {
            return Ok(());
        }
        let identity = self.identity().clone();
        self.take_in_open(&identity).await
    }

    /// What the other device began and the server knows to be open.
    async fn take_in_open(&self, identity: &Identity) -> Result<(), TurnError> {
        let Some(handle) = self.0.handle.get() else { return Ok(()) };
        let open = self.0.link.take_over(identity.fence, None).await?.open;
        let adopted = adopt(&self.0.store, identity, &open, &self.0.options.policy, self.now()).await?;
        if !adopted.is_empty() && !handle.take_up(adopted).await {
            tracing::error!("the open payments are taken up at the next start");
        }
        Ok(())
    }

    async fn begin_segment(&self, why: Why) -> Result<(), TurnError> {
        let identity = self.identity().clone();
        let after = self.0.store.journal_last().await?;
        begin(&self.0.store, &identity, why, link_to(after.as_ref()), &self.0.options.fresh).await?;
        Ok(())
    }

    async fn upload_on(&self) {
        let mut upload = Upload::new(self.0.options.upload_hint.clone());
        loop {
            let (standing, fence) = (self.state().standing, self.identity().fence);
            // A spare may have stood for the till before and still have something to hand in.
            let handing_in = standing != Standing::Selling;
            let step = match standing {
                Standing::Refused | Standing::Server => Ok(Progress::Complete),
                Standing::Selling | Standing::TakenOver | Standing::Standby => {
                    upload.step(&self.0.store, &self.0.link, fence, handing_in).await
                }
            };
            match step {
                Ok(Progress::Some) => {}
                Ok(Progress::Complete) => tokio::time::sleep(BEAT_EVERY).await,
                Err(error) => {
                    self.not_taken(&error, &mut upload);
                    tokio::time::sleep(BEAT_EVERY).await;
                }
            }
            if let Ok(left) = upload.left(&self.0.store).await {
                self.state().unsent = left;
            }
        }
    }

    fn not_taken(&self, error: &UploadError, upload: &mut Upload) {
        match error {
            UploadError::Link(LinkError::Unreachable(_)) => {}
            UploadError::Flawed { seq, .. } => {
                upload.begin_again();
                self.state().flaw = Some(Text::new(
                    format!("服务器不收第 {seq} 条流水；重新启动收银机会自检"),
                    format!(
                        "The server refuses entry {seq} of the journal; restart this device to have it checked"
                    ),
                ));
                tracing::error!("{error}");
            }
            UploadError::Link(_) | UploadError::Store(_) => tracing::warn!("the journal waits: {error}"),
        }
    }

    fn now(&self) -> Timestamp {
        self.0.handle.get().map_or(Timestamp::from_micros(0), |handle| handle.clock().now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.lock(&self.0.state)
    }

    fn identity(&self) -> MutexGuard<'_, Identity> {
        self.lock(&self.0.identity)
    }

    fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CounterAgent for Agent {
    fn identity(&self) -> (AgentId, Secret<String>) {
        let identity = self.lock(&self.0.identity);
        (identity.agent(), Secret::new(api::token_hash(identity.key().reveal())))
    }

    fn view(&self) -> AgentView {
        self.state().view()
    }

    fn may_act(&self) -> Result<(), Problem> {
        self.state().may_act()
    }

    fn take_over(&self) -> Later<'_, Result<(), Problem>> {
        Box::pin(async move {
            match self.turn(None).await {
                Ok(()) => Ok(()),
                Err(TurnError::Link(LinkError::Refused { code, .. })) if code == "takeover_too_late" => {
                    Err(Code::TakeoverTooLate.into())
                }
                Err(TurnError::Link(error)) => Err(Problem::with(Code::ServerNotReached, &error, &error)),
                Err(error) => {
                    tracing::error!("taken over, and not recorded: {error}");
                    Err(Code::StoreFailed.into())
                }
            }
        })
    }

    fn vouch(&self, login: String, password: Secret<String>) -> Later<'_, Vouched> {
        Box::pin(async move {
            match self.0.link.sign_in(&login, &password).await {
                Ok(let_in) => {
                    let staff = let_in.staff;
                    let staff =
                        MeStaff { id: staff.id, login: staff.login, name: staff.name, role: staff.role };
                    Vouched::Yes(staff)
                }
                Err(LinkError::Refused { code, .. }) if code == "wrong_login_or_password" => Vouched::No,
                Err(_) => Vouched::Unknown,
            }
        })
    }
}
