//! The record of who changed what: of one person or key, and of everything at a merchant. For owners.

use crate::guard::{Caller, Permission};
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::time;
use axum::Json;
use axum::extract::State;
use base::StaffId;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{AuditEntry, StoreError};
use utoipa::ToSchema;

/// So many changes are told, the latest.
const TOLD_MAX: i64 = 200;

/// What was changed, by whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Story {
    /// The changes, newest first.
    pub items: Vec<ChangeView>,
}

/// One recorded change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordedChange)]
pub struct ChangeView {
    /// When (RFC 3339).
    pub at: String,
    /// Who did it: a login, a machine or a command.
    pub by: String,
    /// What was done, such as `staff.created`, `api_key.disabled`, `till.created` or `webhook.replayed`.
    pub action: String,
    /// The person, machine or till it was done to, by name; nothing if it was another thing, which `detail` then names.
    pub about: Option<String>,
    /// What is worth knowing about it; of `staff.changed` a line for each thing that differs, as
    /// `role: cashier → manager`.
    pub detail: String,
}

/// Everything that was changed at this merchant, by whom and when: the latest 200 changes.
#[utoipa::path(get, path = "/v1/changes", operation_id = "listChanges", tag = "people", responses(
    (status = 200, body = Story),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Story>, Problem> {
    caller.must(Permission::Admin)?;
    let entries = state.store().people().audit(caller.principal.merchant, TOLD_MAX).await?;
    told(&state, &caller, entries).await
}

/// What was changed about this person or key.
pub(crate) async fn story_of(
    state: &ApiState,
    caller: &Caller,
    subject: StaffId,
) -> Result<Json<Story>, Problem> {
    let people = state.store().people();
    let entries = people.story(caller.principal.merchant, &subject.to_string(), TOLD_MAX).await?;
    told(state, caller, entries).await
}

async fn told(state: &ApiState, caller: &Caller, entries: Vec<AuditEntry>) -> Result<Json<Story>, Problem> {
    let names = names(state, caller).await?;
    let view = |entry: AuditEntry| ChangeView {
        at: time(entry.at),
        by: entry.actor,
        about: names.get(&entry.subject).cloned(),
        action: entry.action,
        detail: entry.detail,
    };
    Ok(Json(Story { items: entries.into_iter().map(view).collect() }))
}

/// Whatever has a name at this merchant, by its id.
async fn names(state: &ApiState, caller: &Caller) -> Result<BTreeMap<String, String>, StoreError> {
    let (merchant, people) = (caller.principal.merchant, state.store().people());
    let mut names = BTreeMap::new();
    for person in people.staff(merchant).await? {
        names.insert(person.id.to_string(), person.name);
    }
    for key in people.api_keys(merchant).await? {
        names.insert(key.id.to_string(), key.name);
    }
    for till in state.places().tills_of(merchant) {
        names.insert(till.id.to_string(), till.name.clone());
    }
    Ok(names)
}
