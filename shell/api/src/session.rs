//! Signing in and out, and who one is.

use crate::agent::Vouched;
use crate::body::Strict;
use crate::guard::{COOKIE, Caller, SESSION_LIFETIME, not_cross_origin, permissions, session_token};
use crate::problem::{Code, Problem, ProblemBody};
use crate::proxies::Address;
use crate::secrets::{fresh_token, hash_password, password_fits, token_hash};
use crate::state::ApiState;
use crate::views::Named;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base::Secret;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use store::{By, NewSession, NewStaff, Principal, Role, StaffLogin};
use utoipa::ToSchema;

/// Longer than any login or password of a person; what is longer is not hashed.
const CHARS_MAX: usize = 256;

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Who one is and what one may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person or the machine.
    pub staff: MeStaff,
    /// For whom one works.
    pub merchant: Named,
    /// The store of one's till, if that is always the same.
    pub store: Option<Named>,
    /// One's till, if it is always the same or there is only one.
    pub till: Option<Named>,
    /// The merchant's tills.
    pub tills: Vec<MeTill>,
    /// What one may do: `take`, `refund`, `view_all`, `admin`.
    pub permissions: Vec<String>,
}

/// A person or a machine.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeStaff {
    /// The id.
    pub id: String,
    /// The login; empty for a machine.
    pub login: String,
    /// The name.
    pub name: String,
    /// `owner`, `manager`, `cashier`, `support` or `till`.
    pub role: String,
}

/// A till one may choose.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeTill {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The store it stands in.
    pub store_id: String,
}

/// Signs in; sets the session cookie.
#[utoipa::path(post, path = "/v1/session", operation_id = "signIn", tag = "people", request_body = SignIn, responses(
    (status = 200, body = Me, description = "signed in"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "wrong_login_or_password"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "too_many_attempts"),
))]
pub(crate) async fn sign_in(
    State(state): State<ApiState>,
    Address(address): Address,
    headers: HeaderMap,
    uri: Uri,
    Strict(wanted): Strict<SignIn>,
) -> Result<Response, Problem> {
    not_cross_origin(&headers, &uri)?;
    let now = state.now();
    let login = wanted.login.trim().to_owned();
    if login.chars().count() > CHARS_MAX || wanted.password.chars().count() > CHARS_MAX {
        return Err(Code::WrongLoginOrPassword.into());
    }
    if let Some(wait) = state.attempts.wait(&login, &address, now) {
        return Err(Problem::from(Code::TooManyAttempts).retry_after(wait.as_secs() + 1));
    }
    let password = Secret::new(wanted.password);
    let known_here = !refused_by_server(&state, &login, &password).await?;
    let found = state.store().people().staff_by_login(&login).await?.filter(|_| known_here);
    let Some(staff) = fitting(&state, found, password).await? else {
        state.attempts.failed(&login, &address, now);
        tracing::info!(address, "a sign-in was refused");
        return Err(Code::WrongLoginOrPassword.into());
    };
    state.attempts.succeeded(&login, &address, now);
    let token = fresh_token();
    let hash = token_hash(token.reveal());
    let session =
        NewSession { token_hash: hash.clone(), staff: staff.staff, expires: now + SESSION_LIFETIME, address };
    let people = state.store().people();
    people.open_session(&session, now).await?;
    let principal = people.session(&hash, now).await?.ok_or(Code::NotSignedIn)?;
    let mut response = Json(me_of(&state, &principal)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(token.reveal(), SESSION_LIFETIME.as_secs()));
    Ok(response)
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", operation_id = "signOut", tag = "people", responses(
    (status = 204, description = "signed out"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "not_signed_in"),
))]
pub(crate) async fn sign_out(
    State(state): State<ApiState>,
    _: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = session_token(&headers) {
        let hash = token_hash(&token);
        state.store().people().close_session(&hash).await?;
        state.admitted.forget(&hash);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie("", 0));
    Ok(response)
}

/// Who one is.
#[utoipa::path(get, path = "/v1/me", operation_id = "readMe", tag = "people", responses(
    (status = 200, body = Me),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "not_signed_in"),
))]
pub(crate) async fn me(State(state): State<ApiState>, caller: Caller) -> Json<Me> {
    Json(me_of(&state, &caller.principal))
}

fn me_of(state: &ApiState, principal: &Principal) -> Me {
    let places = state.places();
    let tills = places.tills_of(principal.merchant);
    let own = principal.till.and_then(|id| places.till(id)).or(match tills.as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    Me {
        staff: MeStaff {
            id: principal.id.to_string(),
            login: principal.login.clone(),
            name: principal.name.clone(),
            role: principal.role.code().to_owned(),
        },
        merchant: places.merchant(principal.merchant),
        store: own.map(|till| places.shop(till.store)),
        till: own.map(|till| Named { id: till.id.to_string(), name: till.name.clone() }),
        tills: tills
            .iter()
            .map(|till| MeTill {
                id: till.id.to_string(),
                name: till.name.clone(),
                store_id: till.store.to_string(),
            })
            .collect(),
        permissions: permissions(principal.role).iter().map(|p| p.name().to_owned()).collect(),
    }
}

/// On a till's own device the server is asked first; whom it vouches for is known here from then on, for when it
/// cannot be asked. True if it says that this is not the person's password.
async fn refused_by_server(
    state: &ApiState,
    login: &str,
    password: &Secret<String>,
) -> Result<bool, Problem> {
    let Some(agent) = state.setup.agent.clone() else { return Ok(false) };
    let staff = match agent.vouch(login.to_owned(), password.clone()).await {
        Vouched::Yes(staff) => staff,
        Vouched::No => return Ok(true),
        Vouched::Unknown => return Ok(false),
    };
    let Some((merchant, role)) = state.places().only_merchant().zip(Role::from_code(&staff.role)) else {
        return Ok(true);
    };
    let (secret, id) = (password.clone(), staff.id.parse().map_err(|_| Code::OurMistake)?);
    let hash = tokio::task::spawn_blocking(move || hash_password(&secret)).await;
    let kept = NewStaff {
        id,
        merchant,
        till: None,
        login: staff.login,
        name: staff.name,
        role,
        password_hash: hash.map_err(|_| Code::OurMistake)?,
    };
    let by = By { actor: "the server", at: state.now() };
    state.store().people().keep_staff(&kept, by).await.map_err(|why| {
        tracing::error!(error = %why, "a person whom the server knows could not be kept");
        Problem::from(Code::StoreFailed)
    })?;
    Ok(false)
}

/// The person, if the password is right. Takes as long for a login that does not exist, so that nobody can find
/// out by the clock who works here.
pub(crate) async fn fitting(
    state: &ApiState,
    found: Option<StaffLogin>,
    password: Secret<String>,
) -> Result<Option<StaffLogin>, Problem> {
    let _one_of_few = state.hashing.acquire().await.map_err(|_| Code::Stopping)?;
    let checked = tokio::task::spawn_blocking(move || {
        let hash = match &found {
            Some(staff) => &staff.password_hash,
            None => nobodys_hash(),
        };
        let fits = password_fits(&password, hash);
        found.filter(|_| fits)
    });
    checked.await.map_err(|_| Code::OurMistake.into())
}

fn nobodys_hash() -> &'static Secret<String> {
    static HASH: OnceLock<Secret<String>> = OnceLock::new();
    HASH.get_or_init(|| hash_password(&fresh_token()))
}

fn cookie(token: &str, seconds: u64) -> HeaderValue {
    let text = format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&text).expect("a token is URL-safe text")
}
