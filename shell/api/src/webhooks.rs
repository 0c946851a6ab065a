//! Systems of the merchant's own that are told what became of payments: for owners. What is sent is told by the very
//! views that the API gives. Every change has its audit row; a secret is told once and kept sealed.

use crate::body::{Asked, AtPath, Strict, id};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::people::{actor, by};
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::{ApiState, Shared};
use crate::views::{PaymentView, RefundView, Subject, TextView, payment_view, refund_view, some_text, time};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Secret, Timestamp, WebhookId};
use payment::{News, What};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Again, Message, MessageState, NewMessage, StoreError, Webhook};
use utoipa::{IntoParams, ToSchema};
use webhooks::{SigningSecret, TEST, Tell, Telling, check_address, message_id, secret_name, why_not};

/// A merchant has at most so many.
const WEBHOOKS_MAX: usize = 20;
/// The secret before the last one signs as well for so long, so that a system can learn the new one in peace.
const BOTH_FOR: Duration = Duration::from_secs(24 * 3600);
const MESSAGES_MAX: u32 = 100;

/// A merchant's systems that are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// The systems, also disabled ones, oldest first.
    pub items: Vec<WebhookView>,
}

/// A system that is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// Its id.
    pub id: String,
    /// Where messages are sent.
    pub url: String,
    /// The kinds it is told.
    pub events: Vec<String>,
    /// Since when it is told (RFC 3339).
    pub created_at: String,
    /// Since when it is told no more.
    pub disabled_at: Option<String>,
    /// Why not: nothing if a person wanted it so, `410 Gone` if the system did.
    pub disabled_because: Option<String>,
    /// Until when the secret before the last one signs as well.
    pub both_secrets_until: Option<String>,
    /// Messages to be sent.
    pub waiting: i64,
    /// Messages that were given up, until they are sent again.
    pub parked: i64,
}

/// A system to tell.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub struct WantedWebhook {
    /// Where messages are sent: `https://` and a public address.
    pub url: String,
    /// The kinds it is told; every kind unless given.
    pub events: Option<Vec<String>>,
    /// What signs: `whsec_` and base64 of 24 to 64 bytes; made by the server unless given.
    pub secret: Option<String>,
}

/// What may change about a system; all of it is set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhookSettings)]
pub struct WantedSettings {
    /// Where messages are sent.
    pub url: String,
    /// The kinds it is told; every kind unless given.
    pub events: Option<Vec<String>>,
}

/// A system, and its secret where the server made it.
#[derive(Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The system.
    pub webhook: WebhookView,
    /// What signs, told this once; nothing if the caller chose it.
    pub secret: Option<String>,
}

/// What was or will be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookMessages {
    /// Newest first.
    pub items: Vec<MessageView>,
    /// What `before` must be for the next page; nothing if this is the last.
    pub next: Option<i64>,
}

/// A message and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookMessage)]
pub struct MessageView {
    /// Its place among this system's messages.
    pub number: i64,
    /// What it carries as `webhook-id`: the same for every try.
    pub id: String,
    /// What kind of event.
    pub event: String,
    /// Which payment; nothing for a test.
    pub payment: Option<String>,
    /// When what it tells was learnt.
    pub at: String,
    /// `waiting`, `delivered` or `parked`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// How often it was sent.
    pub tries: u32,
    /// When it was last sent.
    pub tried_at: Option<String>,
    /// The last answer's HTTP status; nothing if there was none.
    pub status: Option<u16>,
    /// How the last answer began, or why there was none.
    pub answer: Option<String>,
    /// Why it was not taken the last time, and what to do; nothing if it was taken or not sent yet.
    pub reason: Option<TextView>,
    /// When it is sent next; nothing if it is not to be.
    pub next_at: Option<String>,
}

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Only `waiting`, `delivered` or `parked` ones.
    pub state: Option<String>,
    /// Before this number.
    pub before: Option<i64>,
    /// At most so many, 1 to 100; 50 unless given.
    pub limit: Option<u32>,
}

/// Which messages to send again: exactly one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReplay)]
pub struct WantedReplay {
    /// The message of this number.
    pub message: Option<i64>,
    /// Everything that was learnt since then (RFC 3339), delivered or not.
    pub since: Option<String>,
    /// Everything that was given up.
    pub parked: Option<bool>,
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// So many messages.
    pub messages: u64,
}

/// What a message about a payment tells.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookData {
    /// The payment as it stood when this was learnt.
    pub payment: PaymentView,
    /// The refund it is about.
    pub refund: Option<RefundView>,
    /// What a person was called for.
    pub alarm: Option<AlarmNews>,
}

/// What a person was called for.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmNews {
    /// Its name for programs.
    pub code: String,
    /// It in words.
    pub text: TextView,
}

/// The systems that are told.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "listWebhooks", tag = "webhooks", responses(
    (status = 200, body = WebhookList),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Json<WebhookList>, Problem> {
    caller.must(Permission::Admin)?;
    let mut items = Vec::new();
    for webhook in state.store().webhooks(&caller.scope()).await? {
        items.push(view(&state, &webhook).await?);
    }
    Ok(Json(WebhookList { items }))
}

/// Registers a system and tells its secret this once.
///
/// Repeating it is refused as `webhook_url_taken`, so nobody is told twice.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "createWebhook", tag = "webhooks", request_body = WantedWebhook, responses(
    (status = 201, body = WebhookWithSecret),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "webhook_url_taken, too_many_webhooks, webhooks_not_set_up"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "webhook_url_unfit, unknown_event, webhook_secret_unfit"),
))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Strict(wanted): Strict<WantedWebhook>,
) -> Result<(StatusCode, Json<WebhookWithSecret>), Problem> {
    caller.must(Permission::Admin)?;
    let chosen = wanted.secret.map(Secret::new);
    let url = address(&state, &wanted.url)?;
    let kinds = kinds(wanted.events)?;
    let secret = match &chosen {
        Some(text) => SigningSecret::parse(text.reveal()).ok_or(Code::WebhookSecretUnfit)?,
        None => SigningSecret::fresh(),
    };
    if state.store().webhooks(&caller.scope()).await?.len() >= WEBHOOKS_MAX {
        return Err(Code::TooManyWebhooks.into());
    }
    let id = WebhookId::from_u128(fresh_id(state.now()));
    let webhook = Webhook {
        id,
        merchant: caller.principal.merchant,
        url,
        kinds,
        sealed: seal(&state, id, &secret)?,
        sealed_before: None,
        before_until: Timestamp::from_micros(0),
        created: state.now(),
        told_from: state.now(),
        disabled: None,
        why: String::new(),
    };
    state.store().create_webhook(&webhook, by(&actor(&caller), &state)).await.map_err(taken)?;
    state.setup.webhooks.poke();
    let told = chosen.is_none().then(|| secret.text().reveal().clone());
    Ok((
        StatusCode::CREATED,
        Json(WebhookWithSecret { webhook: view(&state, &webhook).await?, secret: told }),
    ))
}

/// Gives a system another address or other kinds.
#[utoipa::path(put, path = "/v1/webhooks/{id}", operation_id = "changeWebhook", tag = "webhooks", params(("id" = String, Path)),
    request_body = WantedSettings, responses(
    (status = 200, body = WebhookView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "webhook_url_taken"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "webhook_url_unfit, unknown_event"),
))]
pub(crate) async fn change(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
    Strict(wanted): Strict<WantedSettings>,
) -> Result<Json<WebhookView>, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let changed = Webhook { url: address(&state, &wanted.url)?, kinds: kinds(wanted.events)?, ..known };
    keep(&state, &caller, changed, "webhook.changed").await
}

/// Forgets a system, with all that was or was to be sent to it.
///
/// To stop for a while, disable it instead.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", operation_id = "removeWebhook", tag = "webhooks", params(("id" = String, Path)), responses(
    (status = 204),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
))]
pub(crate) async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
) -> Result<StatusCode, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let by_whom = actor(&caller);
    if !state.store().remove_webhook(&caller.scope(), known.id, by(&by_whom, &state)).await? {
        return Err(Code::NoSuchWebhook.into());
    }
    state.setup.webhooks.poke();
    Ok(StatusCode::NO_CONTENT)
}

/// Tells a system nothing more. What waits for it stays.
#[utoipa::path(post, path = "/v1/webhooks/{id}/disable", operation_id = "disableWebhook", tag = "webhooks", params(("id" = String, Path)), responses(
    (status = 200, body = WebhookView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
))]
pub(crate) async fn disable(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
) -> Result<Json<WebhookView>, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let disabled = known.disabled.or(Some(state.now()));
    keep(&state, &caller, Webhook { disabled, ..known }, "webhook.disabled").await
}

/// Tells a system again, also what waited meanwhile; what happened while it was disabled was not kept for it.
#[utoipa::path(post, path = "/v1/webhooks/{id}/enable", operation_id = "enableWebhook", tag = "webhooks", params(("id" = String, Path)), responses(
    (status = 200, body = WebhookView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
))]
pub(crate) async fn enable(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
) -> Result<Json<WebhookView>, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let told_from = known.disabled.map_or(known.told_from, |_| state.now());
    let enabled = Webhook { disabled: None, told_from, why: String::new(), ..known };
    keep(&state, &caller, enabled, "webhook.enabled").await
}

/// Makes a new secret and tells it this once; for a day both sign.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", operation_id = "rotateWebhookSecret", tag = "webhooks", params(("id" = String, Path)), responses(
    (status = 200, body = WebhookWithSecret),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "webhooks_not_set_up"),
))]
pub(crate) async fn rotate(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
) -> Result<Json<WebhookWithSecret>, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let secret = SigningSecret::fresh();
    let rotated = Webhook {
        sealed: seal(&state, known.id, &secret)?,
        sealed_before: Some(known.sealed.clone()),
        before_until: state.now() + BOTH_FOR,
        ..known
    };
    let Json(webhook) = keep(&state, &caller, rotated, "webhook.secret_changed").await?;
    Ok(Json(WebhookWithSecret { webhook, secret: Some(secret.text().reveal().clone()) }))
}

/// Sends a system one message that tells nothing, once. What came of it is the newest of its messages.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", operation_id = "testWebhook", tag = "webhooks", params(("id" = String, Path)), responses(
    (status = 202, body = Replayed),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
))]
pub(crate) async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let message = NewMessage {
        webhook: known.id,
        merchant: known.merchant,
        payment: None,
        version: 0,
        kind: TEST.to_owned(),
        subject: format!("{:032x}", fresh_id(state.now())),
        at: state.now(),
    };
    state.store().queue_message(&message, state.now()).await?;
    state.setup.webhooks.poke();
    Ok((StatusCode::ACCEPTED, Json(Replayed { messages: 1 })))
}

/// What was sent to a system, and what it answered last.
#[utoipa::path(get, path = "/v1/webhooks/{id}/messages", operation_id = "listWebhookMessages", tag = "webhooks",
    params(("id" = String, Path), MessageQuery), responses(
    (status = 200, body = WebhookMessages),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "unacceptable_query"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook"),
))]
pub(crate) async fn messages(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
    Asked(query): Asked<MessageQuery>,
) -> Result<Json<WebhookMessages>, Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let wrong = |name: &str| Problem::with(Code::UnacceptableQuery, name, name);
    let wanted = match query.state.as_deref() {
        None => None,
        Some(code) => Some(MessageState::from_code(code).ok_or_else(|| wrong("state"))?),
    };
    let limit = query.limit.unwrap_or(50);
    if !(1..=MESSAGES_MAX).contains(&limit) {
        return Err(wrong("limit"));
    }
    let found = state.store().messages(&caller.scope(), known.id, wanted, query.before, limit).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.no);
    Ok(Json(WebhookMessages { items: found.iter().map(message_view).collect(), next }))
}

/// Sends messages again.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", operation_id = "replayWebhook", tag = "webhooks", params(("id" = String, Path)),
    request_body = WantedReplay, responses(
    (status = 202, body = Replayed),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_webhook, no_such_message"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "unacceptable_body"),
))]
pub(crate) async fn replay(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(webhook): AtPath,
    Strict(wanted): Strict<WantedReplay>,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let known = find(&state, &caller, &webhook).await?;
    let which = match (wanted.message, wanted.since.as_deref(), wanted.parked) {
        (Some(number), None, None) => Again::One(number),
        (None, Some(since), None) => Again::Since(Timestamp::parse(since).ok_or_else(|| {
            Problem::with(
                Code::UnacceptableBody,
                "since",
                "since is a time such as 2026-11-23T10:00:00+08:00",
            )
        })?),
        (None, None, Some(true)) => Again::Parked,
        _ => {
            return Err(Problem::with(
                Code::UnacceptableBody,
                "message、since、parked 只填一个",
                "give exactly one of message, since and parked",
            ));
        }
    };
    let by_whom = actor(&caller);
    let by_whom = by(&by_whom, &state);
    let messages = state.store().send_again(&caller.scope(), known.id, which, by_whom).await?;
    if messages == 0 && matches!(which, Again::One(_)) {
        return Err(Code::NoSuchMessage.into());
    }
    state.setup.webhooks.poke();
    Ok((StatusCode::ACCEPTED, Json(Replayed { messages })))
}

impl Telling for ApiState {
    fn tell<'a>(&'a self, news: &'a News) -> Tell<'a> {
        Box::pin(async move {
            let data = self.webhook_data(news).await?;
            Ok(serde_json::to_value(data).expect("a view is plain JSON"))
        })
    }
}

impl Shared {
    /// What a message tells: the payment as it stood then, in the words of then, so that every try says the same.
    async fn webhook_data(&self, news: &News) -> Result<WebhookData, StoreError> {
        let payment = &news.payment;
        let policy = self.policy(payment);
        let subject = Subject {
            payment,
            next: &payment::next(payment, &policy, news.at),
            policy: &policy,
            provider: &self.provider_title(payment),
            printed: None,
            receipt_url: self.receipts.url(payment.request.id),
        };
        let alarm = match news.what {
            What::Raised(alarm) => {
                Some(AlarmNews { code: alarm.code().to_owned(), text: alarm.text().into() })
            }
            _ => None,
        };
        let refund = news.what.refund().and_then(|id| payment.refund(id)).map(refund_view);
        Ok(WebhookData { payment: payment_view(subject, self.names(payment).await?), refund, alarm })
    }
}

async fn find(state: &ApiState, caller: &Caller, webhook: &str) -> Result<Webhook, Problem> {
    caller.must(Permission::Admin)?;
    let webhook: WebhookId = id(webhook, "webhook")?;
    let all = state.store().webhooks(&caller.scope()).await?;
    all.into_iter().find(|known| known.id == webhook).ok_or_else(|| Code::NoSuchWebhook.into())
}

async fn keep(
    state: &ApiState,
    caller: &Caller,
    webhook: Webhook,
    action: &'static str,
) -> Result<Json<WebhookView>, Problem> {
    let by_whom = actor(caller);
    if !state.store().change_webhook(&webhook, action, by(&by_whom, state)).await.map_err(taken)? {
        return Err(Code::NoSuchWebhook.into());
    }
    state.setup.webhooks.poke();
    Ok(Json(view(state, &webhook).await?))
}

fn taken(why: store::PeopleError) -> Problem {
    match why {
        store::PeopleError::AlreadyThere => Code::WebhookUrlTaken.into(),
        why => why.into(),
    }
}

fn address(state: &ApiState, url: &str) -> Result<String, Problem> {
    let networks = state.setup.webhooks.networks();
    match check_address(url.trim(), networks) {
        Ok(_) => Ok(url.trim().to_owned()),
        Err(why) => Err(Problem::with(Code::WebhookUrlUnfit, why.text().zh, why.text().en)),
    }
}

fn kinds(wanted: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let Some(wanted) = wanted else { return Ok(What::CODES.iter().map(|&kind| kind.to_owned()).collect()) };
    let all = What::CODES.iter().filter(|kind| wanted.iter().any(|one| one == *kind));
    let kinds: Vec<String> = all.map(|&kind| kind.to_owned()).collect();
    let unknown = wanted.iter().any(|one| !What::CODES.contains(&one.as_str()));
    if unknown || kinds.is_empty() { Err(Code::UnknownEvent.into()) } else { Ok(kinds) }
}

fn seal(state: &ApiState, id: WebhookId, secret: &SigningSecret) -> Result<String, Problem> {
    let sealing = state.setup.webhooks.sealing().ok_or(Code::WebhooksNotSetUp)?;
    Ok(sealing.seal(&secret_name(id), secret.text().reveal()))
}

async fn view(state: &ApiState, webhook: &Webhook) -> Result<WebhookView, StoreError> {
    let backlog = state.store().backlog(webhook.id).await?;
    let both = webhook.sealed_before.is_some() && webhook.before_until > state.now();
    Ok(WebhookView {
        id: webhook.id.to_string(),
        url: webhook.url.clone(),
        events: webhook.kinds.clone(),
        created_at: time(webhook.created),
        disabled_at: webhook.disabled.map(time),
        disabled_because: some_text(&webhook.why),
        both_secrets_until: both.then(|| time(webhook.before_until)),
        waiting: backlog.waiting,
        parked: backlog.parked,
    })
}

fn message_view(message: &Message) -> MessageView {
    let not_taken = message.state != MessageState::Delivered && message.tries > 0;
    MessageView {
        number: message.no,
        id: message_id(message),
        event: message.kind.clone(),
        payment: message.payment.map(|id| id.to_string()),
        at: time(message.at),
        state: message.state.code(),
        tries: message.tries,
        tried_at: message.tried_at.map(time),
        status: message.status,
        answer: some_text(&message.answer),
        reason: not_taken.then(|| why_not(message.status, &message.answer).into()),
        next_at: (message.state == MessageState::Waiting).then(|| time(message.due_at)),
    }
}
