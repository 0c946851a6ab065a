//! Devices that stand for tills, from the server's side: pairing, signs of life, journals handed in, taking over.

use crate::body::{AtPath, Strict, id, line};
use crate::by_hand;
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::known::{self, KnownAttempts};
use crate::problem::{Code, Problem, ProblemBody};
use crate::proxies::Address;
use crate::secrets::{fresh_api_key, fresh_code, token_hash};
use crate::state::ApiState;
use crate::till::{TillInfo, info};
use crate::views::{AmountView, MethodView, Named, TextView, time};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use base::{AgentId, OrderNo, Secret, StaffId, TillId};
use journal::{Entry, Flaw, Head, Record};
use payment::{Fact, Method, Next, Payment};
use provider_contract::seal::FENCE;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Agent, Beat, By, MerchantScope, NewAgent, NewApiKey, PaymentFilter, Raised, Role, Stand, Till};
use utoipa::ToSchema;

/// How long a pairing code can be spent.
const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Wrong pairing codes are counted for each address under this name.
const PAIRING: &str = "\u{0}pairing";
/// Open attempts told to a device that takes over.
const OPEN_MAX: u32 = 200;

/// A code to pair a device with.
#[derive(Debug, Serialize, ToSchema)]
pub struct PairingCode {
    /// To be typed at the device.
    pub code: String,
    /// Until when.
    pub expires_at: String,
}

/// A device that wants to be paired.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDevice {
    /// The code that the server gave.
    pub code: String,
    /// What people call the device.
    pub name: String,
    /// Whether it prints receipts itself.
    pub prints: bool,
}

/// A device that is paired. The key is shown this once.
#[derive(Serialize, ToSchema)]
pub struct Paired {
    /// The device's id.
    pub agent: String,
    /// Its key.
    pub key: String,
    /// The till's fence number.
    pub fence: u64,
    /// Whether it stands for the till; otherwise it is a spare.
    pub current: bool,
    /// Whose till it is.
    pub merchant: Named,
    /// What the till needs to know.
    pub info: TillInfo,
}

/// A sign of life.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBeat {
    /// Whether the device prints receipts itself.
    pub prints: bool,
    /// The last entry of its journal; nothing if it has none.
    pub head: Option<NewHead>,
    /// How much it knows of what the server knows: the mark it was given last, empty if none. Left out by whoever does
    /// not want to be told.
    pub mark: Option<String>,
}

/// The last entry of a journal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHead {
    /// Its segment.
    pub segment: String,
    /// Its place there.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

/// What the server answers to a sign of life.
#[derive(Debug, Serialize, ToSchema)]
pub struct TillStand {
    /// The till's fence number.
    pub fence: u64,
    /// Whether the device that asks stands for the till.
    pub current: bool,
    /// What people call the device that does.
    pub name: String,
    /// Since when.
    pub since: String,
    /// Grows with that device's signs of life.
    pub beat: u64,
    /// When the server last heard of it.
    pub seen_at: String,
    /// How the journal of the device that asks stands: `level`, `till_ahead`, `rolled_back`, `forked`.
    #[schema(value_type = String)]
    pub journal: &'static str,
    /// The last place that is held of its segment.
    pub held: u64,
    /// The till's attempts that changed since the mark; told to the device that stands for the till, if it gave one.
    pub known: Option<KnownAttempts>,
}

/// Entries of a journal, in order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntries {
    /// The entries.
    pub entries: Vec<NewEntry>,
    /// The device was taken over and hands in what it still has: evidence, and nothing is done because of it.
    pub handing_in: bool,
}

/// An entry of a journal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// Its segment.
    pub segment: String,
    /// Its place there, from 1.
    pub seq: u64,
    /// The hash of the entry before it.
    pub prev: String,
    /// Its hash.
    pub hash: String,
    /// What it records.
    pub body: String,
}

/// What became of entries that were handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenIn {
    /// Taken in now.
    pub taken: u32,
    /// Were here before.
    pub known: u32,
    /// The first that was refused; those after it were not looked at.
    pub refused: Option<RefusedEntry>,
}

/// An entry that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedEntry {
    /// Its place.
    pub seq: u64,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub text: TextView,
    /// For a gap: the place to go on from.
    pub expected: Option<u64>,
}

/// A wish to take a till over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTakeover {
    /// The fence number that was last heard: if it has grown since, somebody else was faster.
    pub fence: u64,
    /// Only if the other device has given no sign of life since this one.
    pub beat: Option<u64>,
}

/// What a device that took over has to know.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenOver {
    /// The till's fence number from now on.
    pub fence: u64,
    /// The till's attempts that have no end yet.
    pub open: Vec<OpenAttempt>,
}

/// An attempt without an end.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenAttempt {
    /// Its number: the key it was asked for with.
    pub attempt: String,
    /// When it was asked for.
    pub created_at: String,
    /// How much.
    pub amount: AmountView,
    /// How the customer pays.
    pub method: MethodView,
    /// Two digits at either end of the payer's code.
    pub code_hint: String,
    /// Our short name of the wallet.
    pub wallet: String,
    /// Its name.
    pub wallet_label: TextView,
    /// What is bought.
    pub description: String,
}

/// A manager decides which device stands for a till.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStand {
    /// The device.
    pub agent: String,
}

/// The devices of a till.
#[derive(Debug, Serialize, ToSchema)]
pub struct TillDevices {
    /// The till's fence number; 0 if it has no device.
    pub fence: u64,
    /// The devices, oldest first.
    pub devices: Vec<TillDevice>,
    /// Entries of its journals that are held.
    pub entries_held: u64,
    /// What was found wrong, newest first.
    pub alarms: Vec<TillAlarmView>,
}

/// A device of a till.
#[derive(Debug, Serialize, ToSchema)]
pub struct TillDevice {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it stands for the till.
    pub current: bool,
    /// Whether it prints receipts itself.
    pub prints: bool,
    /// When it last gave a sign of life.
    pub seen_at: String,
    /// The key by which it is let in: revoking it shuts the device out.
    pub key: String,
    /// When the key was revoked, if it was.
    pub revoked_at: Option<String>,
}

/// Something wrong with a till's journal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TillAlarm)]
pub struct TillAlarmView {
    /// When it was found.
    pub at: String,
    /// What, for programs: `fork`, `rollback`, `broken`, `never_sent`.
    pub what: String,
    /// Where: a segment and a place, or an attempt.
    pub place: String,
    /// What it means.
    pub text: TextView,
}

/// Gives a code with which a device is paired with a till.
#[utoipa::path(post, path = "/v1/tills/{till}/pairing", operation_id = "newPairingCode", tag = "till", params(("till" = String, Path)), responses(
    (status = 200, body = PairingCode),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn new_code(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
) -> Result<Json<PairingCode>, Problem> {
    caller.must(Permission::Admin)?;
    let till = till_at(&state, &caller, &till)?;
    let (code, now) = (fresh_code(), state.now());
    let expires = now + CODE_LIFETIME;
    let kept = token_hash(&letters_of(code.reveal()));
    state.store().keep_pairing_code(&kept, (till.merchant, till.id), expires, now).await?;
    Ok(Json(PairingCode { code: code.reveal().clone(), expires_at: time(expires) }))
}

/// Pairs a device with a till. The first one stands for it, further ones are spares.
#[utoipa::path(post, path = "/v1/pairing", operation_id = "pairDevice", tag = "till", request_body = NewDevice, responses(
    (status = 200, body = Paired),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "pairing_code_wrong"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn pair(
    State(state): State<ApiState>,
    Address(address): Address,
    Strict(wanted): Strict<NewDevice>,
) -> Result<Json<Paired>, Problem> {
    let now = state.now();
    if let Some(wait) = state.attempts.wait(PAIRING, &address, now) {
        return Err(Problem::from(Code::TooManyAttempts).retry_after(wait.as_secs() + 1));
    }
    let name = line(&wanted.name, "name", 64)?;
    let code = token_hash(&letters_of(&wanted.code));
    let Some((merchant, till)) = state.store().spend_pairing_code(&code, now).await? else {
        state.attempts.failed(PAIRING, &address, now);
        return Err(Code::PairingCodeWrong.into());
    };
    let places = state.places_with(till).await?;
    let till = places.till(till).cloned().ok_or(Code::NoSuchTill)?;
    let key = fresh_api_key();
    let agent = NewAgent {
        id: AgentId::from_u128(fresh_id(now)),
        name: name.clone(),
        prints: wanted.prints,
        key: NewApiKey {
            id: StaffId::from_u128(fresh_id(now)),
            merchant,
            till: Some(till.id),
            name,
            role: Role::Till,
            key_hash: token_hash(key.reveal()),
            hint: key.reveal().chars().skip(key.reveal().len() - 4).collect(),
        },
    };
    let by = By { actor: "pairing", at: now };
    let stand = state.store().pair(&agent, till.id, by).await.map_err(|why| {
        tracing::error!(error = %why, "a device could not be paired");
        Problem::from(Code::StoreFailed)
    })?;
    Ok(Json(Paired {
        agent: agent.id.to_string(),
        key: key.reveal().clone(),
        fence: stand.fence,
        current: stand.agent == agent.id,
        merchant: places.merchant(merchant),
        info: info(&state, till),
    }))
}

/// A device's sign of life; tells it who stands for the till and what its journal lacks.
#[utoipa::path(post, path = "/v1/tills/{till}/beat", operation_id = "tillBeat", tag = "till", params(("till" = String, Path)), request_body = NewBeat, responses(
    (status = 200, body = TillStand),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "not_a_tills_device"),
))]
pub(crate) async fn beat(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
    Strict(wanted): Strict<NewBeat>,
) -> Result<Json<TillStand>, Problem> {
    let (agent, stand) = device(&state, &caller, &till).await?;
    let head = wanted.head.as_ref().map(head).transpose()?;
    let standing = state.store().till_beat(&agent, Beat { prints: wanted.prints, head }, state.now()).await?;
    let told = head.map_or(0, |(_, head)| head.seq);
    let (journal, held) = match standing {
        journal::Standing::Level => ("level", told),
        journal::Standing::TillAhead { after } => ("till_ahead", after),
        journal::Standing::RolledBack { held } => ("rolled_back", held),
        journal::Standing::Forked => ("forked", told),
    };
    let known = match &wanted.mark {
        Some(mark) if stand.agent == agent.id => {
            Some(known::since(&state, &caller.scope(), agent.till, mark).await?)
        }
        Some(_) | None => None,
    };
    let devices = state.store().agents(&caller.scope(), agent.till).await?;
    let current = devices.iter().find(|device| device.id == stand.agent).unwrap_or(&agent);
    Ok(Json(TillStand {
        fence: stand.fence,
        current: stand.agent == agent.id,
        name: current.name.clone(),
        since: time(stand.since),
        beat: current.beat,
        seen_at: time(current.seen_at),
        journal,
        held,
        known,
    }))
}

/// Takes entries of a till's journal into the book: in order, each once.
#[utoipa::path(post, path = "/v1/tills/{till}/journal", operation_id = "handInJournal", tag = "till", params(("till" = String, Path)), request_body = NewEntries, responses(
    (status = 200, body = TakenIn),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "not_a_tills_device"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "till_was_taken_over"),
))]
pub(crate) async fn journal(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
    headers: HeaderMap,
    Strict(wanted): Strict<NewEntries>,
) -> Result<Json<TakenIn>, Problem> {
    let (agent, stand) = device(&state, &caller, &till).await?;
    if !wanted.handing_in {
        fits(&state, &agent, stand, &headers).await?;
    }
    let entries = wanted.entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let now = state.now();
    let offered = state.store().take_entries(&agent, &entries, now).await?;
    for entry in &entries {
        raise_what_it_tells(&state, &agent, entry, wanted.handing_in).await?;
        by_hand::take_in(&state, &agent, entry).await?;
    }
    let refused = offered.refused.map(|(seq, flaw)| RefusedEntry {
        seq,
        code: flaw.code().to_owned(),
        text: flaw.text().into(),
        expected: match flaw {
            Flaw::Gap { expected, .. } => Some(expected),
            _ => None,
        },
    });
    Ok(Json(TakenIn { taken: offered.taken, known: offered.known, refused }))
}

/// The device that asks stands for the till from now on. For the one that does already: what is open.
#[utoipa::path(post, path = "/v1/tills/{till}/takeover", operation_id = "takeOverTill", tag = "till", params(("till" = String, Path)), request_body = NewTakeover, responses(
    (status = 200, body = TakenOver),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "not_a_tills_device"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "takeover_too_late"),
))]
pub(crate) async fn take_over(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
    Strict(wanted): Strict<NewTakeover>,
) -> Result<Json<TakenOver>, Problem> {
    let (agent, mut stand) = device(&state, &caller, &till).await?;
    if stand.agent != agent.id {
        let taken = state.store().take_over(&agent, wanted.fence, wanted.beat, state.now()).await?;
        stand = taken.ok_or(Code::TakeoverTooLate)?;
    }
    Ok(Json(TakenOver {
        fence: stand.fence,
        open: open_attempts(&state, &caller.scope(), agent.till).await?,
    }))
}

/// A manager lets another device stand for a till.
#[utoipa::path(post, path = "/v1/tills/{till}/stand", operation_id = "chooseTillDevice", tag = "till", params(("till" = String, Path)), request_body = NewStand, responses(
    (status = 200, body = TillDevices),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "takeover_too_late"),
))]
pub(crate) async fn stand(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
    Strict(wanted): Strict<NewStand>,
) -> Result<Json<TillDevices>, Problem> {
    caller.must(Permission::Refund)?;
    caller.must(Permission::ViewAll)?;
    let till = till_at(&state, &caller, &till)?;
    let wanted: AgentId = id(&wanted.agent, "agent")?;
    let devices = state.store().agents(&caller.scope(), till.id).await?;
    let device = devices.iter().find(|device| device.id == wanted).ok_or(Code::NoSuchTill)?;
    let stand = state.store().stand(till.id).await?.ok_or(Code::NoSuchTill)?;
    if stand.agent != wanted {
        let taken = state.store().take_over(device, stand.fence, None, state.now()).await?;
        taken.ok_or(Code::TakeoverTooLate)?;
    }
    Ok(Json(devices_of(&state, &caller, &till).await?))
}

/// The devices of a till, and what is wrong with their journals.
#[utoipa::path(get, path = "/v1/tills/{till}/agents", operation_id = "readTillDevices", tag = "till", params(("till" = String, Path)), responses(
    (status = 200, body = TillDevices),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn agents(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(till): AtPath,
) -> Result<Json<TillDevices>, Problem> {
    caller.must(Permission::ViewAll)?;
    let till = till_at(&state, &caller, &till)?;
    Ok(Json(devices_of(&state, &caller, &till).await?))
}

/// Lets only those act for a till who stand for it: on a till's own device whether it does, on the server whether a
/// device that asks does, by its key and its fence number.
pub(crate) async fn admit(state: &ApiState, caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(agent) = &state.setup.agent {
        agent.may_act()?;
    }
    if caller.principal.role != Role::Till && !headers.contains_key(FENCE) {
        return Ok(());
    }
    let agent = state.store().agent_of_key(caller.principal.id).await?.ok_or(Code::NotATillsDevice)?;
    let stand = state.store().stand(agent.till).await?.ok_or(Code::NotATillsDevice)?;
    fits(state, &agent, stand, headers).await
}

async fn fits(state: &ApiState, agent: &Agent, stand: Stand, headers: &HeaderMap) -> Result<(), Problem> {
    let fence = headers.get(FENCE).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stand.agent == agent.id && fence == Some(stand.fence) {
        return Ok(());
    }
    let devices = state.store().agents(&MerchantScope(agent.merchant), agent.till).await?;
    let name = devices.iter().find(|device| device.id == stand.agent).map_or("", |device| &device.name);
    let (zh, en) = (format!("{name}，{}", time(stand.since)), format!("{name}, {}", time(stand.since)));
    Err(Problem::with(Code::TillWasTakenOver, zh, en))
}

/// The device that asks, and who stands for its till.
async fn device(state: &ApiState, caller: &Caller, till: &str) -> Result<(Agent, Stand), Problem> {
    let till: TillId = id(till, "till")?;
    let agent = state.store().agent_of_key(caller.principal.id).await?;
    let agent = agent.filter(|agent| agent.till == till).ok_or(Code::NotATillsDevice)?;
    let stand = state.store().stand(till).await?.ok_or(Code::NotATillsDevice)?;
    Ok((agent, stand))
}

fn till_at(state: &ApiState, caller: &Caller, till: &str) -> Result<Till, Problem> {
    let till: TillId = id(till, "till")?;
    let places = state.places();
    let found = places.till(till).filter(|till| till.merchant == caller.principal.merchant);
    Ok(found.cloned().ok_or(Code::NoSuchTill)?)
}

fn head(head: &NewHead) -> Result<(base::SegmentId, Head), Problem> {
    let hash = head.hash.parse().map_err(|_| Problem::with(Code::UnacceptableBody, "hash", "hash"))?;
    Ok((id(&head.segment, "segment")?, Head { seq: head.seq, hash }))
}

fn entry(entry: &NewEntry) -> Result<Entry, Problem> {
    let hash = |text: &str| text.parse().map_err(|_| Problem::with(Code::UnacceptableBody, "hash", "hash"));
    Ok(Entry {
        segment: id(&entry.segment, "segment")?,
        seq: entry.seq,
        prev: hash(&entry.prev)?,
        hash: hash(&entry.hash)?,
        body: entry.body.clone(),
    })
}

/// What an entry tells that a person should know: a journal that broke, or an attempt that never came here.
async fn raise_what_it_tells(
    state: &ApiState,
    agent: &Agent,
    entry: &Entry,
    handing_in: bool,
) -> Result<(), Problem> {
    let now = state.now();
    match Record::read(&entry.body) {
        Some(Record::Open(opening)) => {
            let what = match opening.why {
                journal::Why::Broken => Raised::Broken,
                journal::Why::RolledBack => Raised::Rollback,
                journal::Why::First | journal::Why::TookOver | journal::Why::Imported => return Ok(()),
            };
            let place = opening.after.map_or("-".to_owned(), |link| format!("{}/{}", link.segment, link.seq));
            state.store().raise_till(agent, what, &place, now).await?;
        }
        Some(record @ Record::Fact { payment, place: 1, .. }) if handing_in && over_the_server(&record) => {
            let key = OrderNo::from(payment).to_string();
            let scope = MerchantScope(agent.merchant);
            if state.store().payment_of_key(&scope, &key).await?.is_none() {
                state.store().raise_till(agent, Raised::NeverSent, &key, now).await?;
            }
        }
        Some(Record::Fact { .. }) | None => {}
    }
    Ok(())
}

/// Whether a first fact is of a payment that a provider moves; what is done by hand is never sent.
fn over_the_server(record: &Record) -> bool {
    let fact = store::fact_of(record).map(|(_, _, entry)| entry.fact);
    matches!(fact, Some(Fact::Requested(request)) if !request.method.is_by_hand())
}

async fn open_attempts(
    state: &ApiState,
    scope: &MerchantScope,
    till: TillId,
) -> Result<Vec<OpenAttempt>, Problem> {
    let mut open = Vec::new();
    for money in [payment::MoneyState::Waiting, payment::MoneyState::Verifying] {
        let filter = PaymentFilter { state: Some(money), till: Some(till), ..PaymentFilter::default() };
        let page = state.store().page(scope, &filter, None, OPEN_MAX).await?;
        let attempts = page.items.iter().filter(|payment| !matches!(state.next(payment), Next::Rest(_)));
        open.extend(attempts.filter_map(attempt));
    }
    Ok(open)
}

/// A payment that a till asked for; one that was asked for at the server itself is not the till's to drive.
fn attempt(payment: &Payment) -> Option<OpenAttempt> {
    let request = &payment.request;
    request.key.parse::<OrderNo>().ok()?;
    let (method, code_hint) = match &request.method {
        Method::PayerCode { hint } => (MethodView::PayerCode, hint.clone()),
        Method::ShownQr => (MethodView::ShowQr, String::new()),
        // No provider moves this money, so there is nothing to ask.
        Method::Cash { .. } | Method::ShopCode { .. } => return None,
    };
    Some(OpenAttempt {
        attempt: request.key.clone(),
        created_at: time(payment.requested_at),
        amount: request.amount.into(),
        method,
        code_hint,
        wallet: request.wallet.clone(),
        wallet_label: request.wallet_name.clone().into(),
        description: request.description.clone(),
    })
}

async fn devices_of(state: &ApiState, caller: &Caller, till: &Till) -> Result<TillDevices, Problem> {
    let scope = caller.scope();
    let stand = state.store().stand(till.id).await?;
    let devices = state.store().agents(&scope, till.id).await?;
    let alarms = state.store().till_alarms(&scope, 100).await?;
    let keys = state.store().people().api_keys(till.merchant).await?;
    let revoked = |key| keys.iter().find(|known| known.id == key).and_then(|known| known.disabled).map(time);
    Ok(TillDevices {
        fence: stand.map_or(0, |stand| stand.fence),
        entries_held: state.store().entries_held(&scope, till.id).await?,
        devices: devices
            .into_iter()
            .map(|device| TillDevice {
                id: device.id.to_string(),
                current: stand.is_some_and(|stand| stand.agent == device.id),
                name: device.name,
                prints: device.prints,
                seen_at: time(device.seen_at),
                key: device.key.to_string(),
                revoked_at: revoked(device.key),
            })
            .collect(),
        alarms: alarms
            .into_iter()
            .filter(|alarm| alarm.till == till.id)
            .map(|alarm| TillAlarmView {
                at: time(alarm.at),
                text: alarm_text(&alarm.what),
                what: alarm.what,
                place: alarm.place,
            })
            .collect(),
    })
}

fn alarm_text(what: &str) -> TextView {
    let (zh, en) = match what {
        "fork" => (
            "收银机流水分叉：同一块磁盘被复制后两边都记了账。两边都已保存，请查清哪台在用",
            "The till's journal forked: its disk was copied and both went on. Both are kept; find out which is in use",
        ),
        "rollback" => (
            "收银机的磁盘被退回到旧状态。服务器保存的流水更全，没有丢失",
            "The till's disk was set back to an older state. The server's copy has more; nothing is lost",
        ),
        "broken" => (
            "收银机的流水损坏，已从完好的部分另起一段。请检查那块磁盘",
            "The till's journal was damaged; it went on in a fresh segment. Check that disk",
        ),
        "never_sent" => (
            "旧收银机里有一笔从未送到服务器的收款，没有收到钱",
            "An attempt on the old device never reached the server; no money was taken by it",
        ),
        _ => ("收银机报告了异常", "The till reported something unusual"),
    };
    TextView { zh: zh.to_owned(), en: en.to_owned() }
}

/// A code as people may type it: blanks, dashes and small letters do not matter.
fn letters_of(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Keeps a secret from being printed with a paired device.
impl std::fmt::Debug for Paired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paired({}, {:?})", self.agent, Secret::new(self.key.clone()))
    }
}
