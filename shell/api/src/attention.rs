//! What waits for a person: payments that were raised, and payments found paid that nobody has seen yet.

use crate::body::{Asked, id};
use crate::guard::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::PaymentView;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// More than a handful is no longer a list that a person works through.
const ITEMS_MAX: u32 = 50;

/// Whose.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AttentionQuery {
    /// At this till only.
    pub till: Option<String>,
}

/// What waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attention {
    /// Payments that are `escalated`, or `found` and seen by nobody; newest first, at most 50.
    pub items: Vec<PaymentView>,
}

/// What waits for a person.
#[utoipa::path(get, path = "/v1/attention", operation_id = "listAttention", tag = "payments", params(AttentionQuery), responses(
    (status = 200, body = Attention),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<AttentionQuery>,
) -> Result<Json<Attention>, Problem> {
    let asked = query.till.as_deref().map(|text| id(text, "till")).transpose()?;
    let scope = caller.scope();
    let payments = state.store().attention(&scope, caller.seen_till(asked)?, ITEMS_MAX).await?;
    Ok(Json(Attention { items: state.views(&scope, &payments).await? }))
}
