//! Keys that let machines in: made once, shown once, revoked for good. For owners; every change has its audit row.

use crate::body::{AtPath, Strict, id};
use crate::changes::{Story, story_of};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::people::{self, actor, by};
use crate::problem::{Code, Problem, ProblemBody};
use crate::secrets::{fresh_api_key, token_hash};
use crate::state::ApiState;
use crate::views::{Named, time};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::StaffId;
use serde::{Deserialize, Serialize};
use store::ApiKey;
use utoipa::ToSchema;

/// So many last characters tell keys apart in lists.
const HINT: usize = 4;

/// Every key of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// The keys, also revoked ones, oldest first.
    pub items: Vec<ApiKeyView>,
}

/// A key, without what opens the door.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyView {
    /// Names the key.
    pub id: String,
    /// What people call the machine.
    pub name: String,
    /// `owner`, `manager`, `cashier` or `support`.
    pub role: String,
    /// The till it acts as, if always the same.
    pub till: Option<Named>,
    /// The key's last characters.
    pub hint: String,
    /// Since when (RFC 3339).
    pub created_at: String,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<String>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiKey)]
pub struct WantedKey {
    /// What people call the machine.
    pub name: String,
    /// `owner`, `manager`, `cashier` or `support`.
    pub role: String,
    /// The till it acts as, if always the same.
    pub till: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub struct ApiKeyWithSecret {
    /// The key.
    pub key: ApiKeyView,
    /// What opens the door: `pk_...`. Told this once, and kept by nobody but the machine.
    pub secret: String,
}

/// Every key for machines.
#[utoipa::path(get, path = "/v1/api-keys", operation_id = "listApiKeys", tag = "people", responses(
    (status = 200, body = ApiKeyList),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<ApiKeyList>, Problem> {
    caller.must(Permission::Admin)?;
    let keys = state.store().people().api_keys(caller.principal.merchant).await?;
    Ok(Json(ApiKeyList { items: keys.iter().map(|key| view(&state, key)).collect() }))
}

/// Makes a key and tells it this once.
///
/// If the answer is lost, so is the key: revoke the one that the list shows, and make another.
#[utoipa::path(post, path = "/v1/api-keys", operation_id = "createApiKey", tag = "people", request_body = WantedKey, responses(
    (status = 201, body = ApiKeyWithSecret),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_till"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "unknown_role"),
))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Strict(wanted): Strict<WantedKey>,
) -> Result<(StatusCode, Json<ApiKeyWithSecret>), Problem> {
    caller.must(Permission::Admin)?;
    let merchant = caller.principal.merchant;
    let secret = fresh_api_key();
    let letters = secret.reveal().len();
    let key = store::NewApiKey {
        id: StaffId::from_u128(fresh_id(state.now())),
        merchant,
        name: people::name(&wanted.name)?,
        role: people::role(&wanted.role)?,
        till: people::till(&state, merchant, wanted.till.as_deref()).await?,
        key_hash: token_hash(secret.reveal()),
        hint: secret.reveal()[letters - HINT..].to_owned(),
    };
    let by_whom = actor(&caller);
    state.store().people().create_api_key(&key, by(&by_whom, &state)).await?;
    let made = view(&state, &find(&state, &caller, key.id).await?);
    Ok((StatusCode::CREATED, Json(ApiKeyWithSecret { key: made, secret: secret.reveal().clone() })))
}

/// Revokes a key for good.
#[utoipa::path(post, path = "/v1/api-keys/{id}/revoke", operation_id = "revokeApiKey", tag = "people", params(("id" = String, Path)), responses(
    (status = 200, body = ApiKeyView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_api_key"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "not_yourself"),
))]
pub(crate) async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
) -> Result<Json<ApiKeyView>, Problem> {
    caller.must(Permission::Admin)?;
    let key: StaffId = id(&key, "key")?;
    if key == caller.principal.id {
        return Err(Code::NotYourself.into());
    }
    let known = find(&state, &caller, key).await?;
    if known.disabled.is_none() {
        let by_whom = actor(&caller);
        let people = state.store().people();
        people.disable_api_key(caller.principal.merchant, key, by(&by_whom, &state)).await?;
        state.admitted.forget_principal(key);
    }
    Ok(Json(view(&state, &find(&state, &caller, key).await?)))
}

/// What was changed about a key, and by whom.
#[utoipa::path(get, path = "/v1/api-keys/{id}/story", operation_id = "readApiKeyStory", tag = "people", params(("id" = String, Path)), responses(
    (status = 200, body = Story),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_api_key"),
))]
pub(crate) async fn story(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
) -> Result<Json<Story>, Problem> {
    caller.must(Permission::Admin)?;
    let key = find(&state, &caller, id(&key, "key")?).await?;
    story_of(&state, &caller, key.id).await
}

async fn find(state: &ApiState, caller: &Caller, key: StaffId) -> Result<ApiKey, Problem> {
    let keys = state.store().people().api_keys(caller.principal.merchant).await?;
    keys.into_iter().find(|known| known.id == key).ok_or_else(|| Code::NoSuchApiKey.into())
}

fn view(state: &ApiState, key: &ApiKey) -> ApiKeyView {
    ApiKeyView {
        id: key.id.to_string(),
        name: key.name.clone(),
        role: key.role.code().to_owned(),
        till: key.till.and_then(|till| state.places().named_till(till)),
        hint: key.hint.clone(),
        created_at: time(key.created),
        revoked_at: key.disabled.map(time),
    }
}
