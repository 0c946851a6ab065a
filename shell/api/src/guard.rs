//! Who is asking, and whether they may: sessions and keys become a caller, roles become permissions.

use crate::problem::{Code, Problem};
use crate::secrets::{KEY_PREFIX, token_hash};
use crate::state::ApiState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use base::{StaffId, TillId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{MerchantScope, Principal, Role, StoreError};

/// The name of the session cookie; the prefix makes browsers insist that it is ours alone.
pub(crate) const COOKIE: &str = "__Host-paydesk";
/// A session ends so long after it was last used.
pub(crate) const SESSION_LIFETIME: Duration = Duration::from_secs(12 * 3_600);
/// A session's end is moved when it is nearer than this, so that not every request writes.
const EXTEND_BELOW: Duration = Duration::from_secs(11 * 3_600 + 50 * 60);
/// Who was let in is believed so long before the store is asked again.
const BELIEVED_FOR: Duration = Duration::from_secs(3);
/// More callers than this are not remembered.
const REMEMBERED_MAX: usize = 10_000;

/// What a caller may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Take money, cancel, look, print.
    Take,
    /// Return money.
    Refund,
    /// See every till.
    ViewAll,
    /// Change people, keys and settings.
    Admin,
}

/// Who is asking.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Arc<Principal>,
    /// The hash of the token or the key that let the caller in.
    credential: String,
}

/// Callers that were let in a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    known: Mutex<BTreeMap<String, (Arc<Principal>, Timestamp)>>,
}

impl Permission {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Permission::Take => "take",
            Permission::Refund => "refund",
            Permission::ViewAll => "view_all",
            Permission::Admin => "admin",
        }
    }
}

/// The table of roles.
pub(crate) fn permissions(role: Role) -> &'static [Permission] {
    use Permission::{Admin, Refund, Take, ViewAll};
    match role {
        Role::Owner => &[Take, Refund, ViewAll, Admin],
        Role::Manager => &[Take, Refund, ViewAll],
        Role::Cashier => &[Take],
        Role::Support => &[ViewAll],
        Role::Till => &[Take, Refund],
    }
}

impl Caller {
    pub(crate) fn may(&self, permission: Permission) -> bool {
        permissions(self.principal.role).contains(&permission)
    }

    /// Refuses unless the caller may.
    pub(crate) fn must(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) { Ok(()) } else { Err(Code::NotAllowed.into()) }
    }

    pub(crate) fn scope(&self) -> MerchantScope {
        MerchantScope(self.principal.merchant)
    }

    /// Whether the caller would be let in again: not signed out, not disabled.
    pub(crate) async fn still_admitted(&self, state: &ApiState) -> Result<bool, StoreError> {
        let people = state.store().people();
        let found = match self.principal.expires {
            Some(_) => people.session(&self.credential, state.now()).await?,
            None => people.api_key(&self.credential).await?,
        };
        Ok(found.is_some())
    }

    /// The sign-in that outlives a change of this person's password: the caller's own, if it is the same person.
    pub(crate) fn kept_session(&self, person: StaffId) -> Option<&str> {
        (person == self.principal.id).then_some(self.credential.as_str())
    }

    /// For facts and slips: a person's name; nothing for a machine.
    pub(crate) fn cashier(&self) -> String {
        if self.principal.login.is_empty() { String::new() } else { self.principal.name.clone() }
    }

    /// For the timeline: a person's or a machine's name.
    pub(crate) fn by(&self) -> String {
        self.principal.name.clone()
    }

    /// The till whose figures and payments the caller sees: the one asked for, or its own where it sees no other.
    pub(crate) fn seen_till(&self, asked: Option<TillId>) -> Result<Option<TillId>, Problem> {
        match (self.principal.till, asked) {
            _ if self.may(Permission::ViewAll) => Ok(asked),
            (Some(own), Some(asked)) if own != asked => Err(Code::NotAllowed.into()),
            (own, asked) => Ok(own.or(asked)),
        }
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Caller, Problem> {
        if let Some(key) = bearer(&parts.headers) {
            return by_key(state, key).await;
        }
        let token = session_token(&parts.headers).ok_or(Code::NotSignedIn)?;
        if !is_safe(&parts.method) {
            same_origin(&parts.headers, &parts.uri)?;
        }
        by_session(state, &token).await
    }
}

/// The session's token, if the request carries one.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// A browser tells where a request comes from; one that acts and does not come from our own pages is refused.
/// What is neither a browser nor says so sends a key instead of a cookie.
pub(crate) fn same_origin(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    match origin_of(headers, uri) {
        Origin::Ours => Ok(()),
        Origin::Another | Origin::Unsaid => Err(Code::CrossOriginRequest.into()),
    }
}

/// For signing in, where there is no cookie yet to be abused: refused only if it says that it is from elsewhere.
pub(crate) fn not_cross_origin(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    match origin_of(headers, uri) {
        Origin::Ours | Origin::Unsaid => Ok(()),
        Origin::Another => Err(Code::CrossOriginRequest.into()),
    }
}

enum Origin {
    Ours,
    Another,
    Unsaid,
}

fn origin_of(headers: &HeaderMap, uri: &Uri) -> Origin {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return if site == "same-origin" { Origin::Ours } else { Origin::Another };
    }
    let Some(origin) = text("origin") else { return Origin::Unsaid };
    let host = text("host").or(uri.authority().map(|authority| authority.as_str()));
    let from = origin.split_once("://").map(|(_, authority)| authority);
    if from.is_some() && from == host { Origin::Ours } else { Origin::Another }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, key) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" })
}

async fn by_key(state: &ApiState, key: &str) -> Result<Caller, Problem> {
    if !key.starts_with(KEY_PREFIX) {
        return Err(Code::UnknownApiKey.into());
    }
    let hash = token_hash(key);
    if let Some(principal) = state.admitted.recall(&hash, state.now()) {
        return Ok(Caller { principal, credential: hash });
    }
    let found = state.store().people().api_key(&hash).await?.ok_or(Code::UnknownApiKey)?;
    Ok(Caller { principal: state.admitted.remember(hash.clone(), found, state.now()), credential: hash })
}

async fn by_session(state: &ApiState, token: &str) -> Result<Caller, Problem> {
    let (hash, now) = (token_hash(token), state.now());
    if let Some(principal) = state.admitted.recall(&hash, now) {
        return Ok(Caller { principal, credential: hash });
    }
    let people = state.store().people();
    let found = people.session(&hash, now).await?.ok_or(Code::NotSignedIn)?;
    if found.expires.is_some_and(|end| end.since(now) < EXTEND_BELOW) {
        people.extend_session(&hash, now + SESSION_LIFETIME).await?;
    }
    Ok(Caller { principal: state.admitted.remember(hash.clone(), found, now), credential: hash })
}

impl Admitted {
    fn recall(&self, hash: &str, now: Timestamp) -> Option<Arc<Principal>> {
        let known = self.lock();
        let (principal, since) = known.get(hash)?;
        let fresh = now < *since + BELIEVED_FOR && now >= *since;
        let ended = principal.expires.is_some_and(|end| end <= now);
        (fresh && !ended).then(|| principal.clone())
    }

    fn remember(&self, hash: String, principal: Principal, now: Timestamp) -> Arc<Principal> {
        let principal = Arc::new(principal);
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(hash, (principal.clone(), now));
        principal
    }

    /// Signed out: no longer believed.
    pub(crate) fn forget(&self, hash: &str) {
        self.lock().remove(hash);
    }

    /// A person or a machine was changed: asked of the store again, whatever let it in.
    pub(crate) fn forget_principal(&self, id: StaffId) {
        self.lock().retain(|_, (principal, _)| principal.id != id);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (Arc<Principal>, Timestamp)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn check(headers: &[(&'static str, &'static str)], acts: bool, signs_in: bool) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let uri = Uri::from_static("/v1/payments");
        assert_eq!(same_origin(&headers, &uri).is_ok(), acts, "{headers:?}");
        assert_eq!(not_cross_origin(&headers, &uri).is_ok(), signs_in, "{headers:?}");
    }

    #[test]
    fn only_our_own_pages_act_with_a_cookie() {
        check(&[("sec-fetch-site", "same-origin")], true, true);
        check(&[("sec-fetch-site", "same-site")], false, false);
        check(&[("sec-fetch-site", "cross-site"), ("origin", "https://a"), ("host", "a")], false, false);
        check(&[("origin", "https://pay.example:8443"), ("host", "pay.example:8443")], true, true);
        check(&[("origin", "https://pay.example"), ("host", "pay.example:8443")], false, false);
        check(&[("origin", "null"), ("host", "pay.example")], false, false);
        check(&[("host", "pay.example")], false, true);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let headers: HeaderMap = [(header::COOKIE, HeaderValue::from_static("a=b; __Host-paydesk=tok; c=d"))]
            .into_iter()
            .collect();
        assert_eq!(session_token(&headers).as_deref(), Some("tok"));
        assert_eq!(session_token(&HeaderMap::new()), None);
    }

    #[test]
    fn roles_may_what_the_table_says() {
        let table: String = Role::ALL
            .iter()
            .map(|role| {
                let names: Vec<&str> = permissions(*role).iter().map(|p| p.name()).collect();
                format!("{}: {}\n", role.code(), names.join(" "))
            })
            .collect();
        expect_test::expect![[r#"
            owner: take refund view_all admin
            manager: take refund view_all
            cashier: take
            support: view_all
            till: take refund
        "#]]
        .assert_eq(&table);
    }
}
