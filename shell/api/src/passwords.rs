//! Passwords: which are good enough, how one is made for somebody, and how people change their own.

use crate::body::Strict;
use crate::guard::Caller;
use crate::people::{actor, by};
use crate::problem::{Code, Problem, ProblemBody};
use crate::proxies::Address;
use crate::secrets::{fresh_password, hash_password};
use crate::session::fitting;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use base::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

/// Fewest characters, as NIST SP 800-63B recommends length over rules of composition.
pub const PASSWORD_SHORTEST: usize = 10;
/// What is longer is not hashed.
const LONGEST: usize = 256;
/// The fewest different characters; fewer is a key held down.
const DIFFERENT: usize = 5;
/// What every list of guesses begins with, as it begins.
const GUESSED_FIRST: [&str; 10] = [
    "password",
    "1234567890",
    "12345678",
    "qwertyuiop",
    "1qaz2wsx",
    "admin",
    "paydesk",
    "11111111",
    "letmein",
    "iloveyou",
];

/// The own password, before and after.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwnPassword {
    /// The password until now.
    pub current: String,
    /// The password from now on, at least 10 characters.
    pub password: String,
}

/// A password's hash, and the password itself where the server made it.
pub(crate) struct Issued {
    pub(crate) hash: Secret<String>,
    pub(crate) told: Option<String>,
}

/// Changes the own password; sign-ins elsewhere end.
#[utoipa::path(post, path = "/v1/me/password", operation_id = "changeOwnPassword", tag = "people", request_body = NewOwnPassword, responses(
    (status = 204, description = "changed; this sign-in goes on, all others have ended"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "not_a_person"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "wrong_current_password, password_too_weak"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "too_many_attempts"),
))]
pub(crate) async fn change_own(
    State(state): State<ApiState>,
    Address(address): Address,
    caller: Caller,
    Strict(wanted): Strict<NewOwnPassword>,
) -> Result<StatusCode, Problem> {
    let (now, login) = (state.now(), caller.principal.login.clone());
    if login.is_empty() {
        return Err(Code::NotAPerson.into());
    }
    if let Some(wait) = state.attempts.wait(&login, &address, now) {
        return Err(Problem::from(Code::TooManyAttempts).retry_after(wait.as_secs() + 1));
    }
    if wanted.current.chars().count() > LONGEST {
        return Err(Code::WrongCurrentPassword.into());
    }
    let found = state.store().people().staff_by_login(&login).await?;
    if fitting(&state, found, Secret::new(wanted.current)).await?.is_none() {
        state.attempts.failed(&login, &address, now);
        return Err(Code::WrongCurrentPassword.into());
    }
    state.attempts.succeeded(&login, &address, now);
    let Issued { hash, .. } = issue(&state, Some(wanted.password), &login).await?;
    let (staff, by_whom) = (caller.principal.id, actor(&caller));
    let (people, keep) = (state.store().people(), caller.kept_session(staff));
    people.change_password(caller.principal.merchant, staff, &hash, keep, by(&by_whom, &state)).await?;
    state.admitted.forget_principal(staff);
    Ok(StatusCode::NO_CONTENT)
}

/// Checks and hashes the password somebody chose, or makes one.
pub(crate) async fn issue(state: &ApiState, chosen: Option<String>, login: &str) -> Result<Issued, Problem> {
    let told = chosen.is_none();
    let password = chosen.map_or_else(fresh_password, Secret::new);
    if is_weak_password(password.reveal(), login) {
        return Err(Code::PasswordTooWeak.into());
    }
    let _one_of_few = state.hashing.acquire().await.map_err(|_| Code::Stopping)?;
    let hashed = tokio::task::spawn_blocking(move || (hash_password(&password), password)).await;
    let (hash, password) = hashed.map_err(|_| Code::OurMistake)?;
    Ok(Issued { hash, told: told.then(|| password.reveal().clone()) })
}

/// Whether this password is refused for who signs in with `login`: too short or too long, the login in it, or among
/// the first that anybody guesses. The one rule, for pages and commands alike; [`crate::Code::PasswordTooWeak`] says it
/// in words.
pub fn is_weak_password(password: &str, login: &str) -> bool {
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    let length = different.len();
    different.sort_unstable();
    different.dedup();
    !(PASSWORD_SHORTEST..=LONGEST).contains(&length)
        || different.len() < DIFFERENT
        || lower.contains(&login.to_lowercase())
        || GUESSED_FIRST.iter().any(|guess| lower.starts_with(guess))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_weak() {
        for weak in [
            "",
            "short",
            "123456789",
            "aaaaaaaaaaaa",
            "Password2026!",
            "1234567890",
            "ab-zhang-cd",
            "zhang2026x",
            &"x".repeat(257),
        ] {
            assert!(is_weak_password(weak, "Zhang"), "{weak}");
        }
        for good in ["correct horse", "三碗不过冈景阳冈武松打虎", "k3-m9x-w7q", fresh_password().reveal()]
        {
            assert!(!is_weak_password(good, "zhang"), "{good}");
        }
    }
}
