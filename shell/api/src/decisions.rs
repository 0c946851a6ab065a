//! What only persons can say: that a payment was settled, and that a found one has been seen.

use crate::body::{Asked, AtPath, Strict, line};
use crate::guard::{Caller, Permission};
use crate::payments::{WaitQuery, carry_out};
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::PaymentView;
use crate::waiting;
use axum::Json;
use axum::extract::State;
use payment::{Command, Settled, Settlement};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a person decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSettlement {
    /// What it is from now on.
    pub verdict: WantedVerdict,
    /// Why; kept in the timeline.
    pub reason: String,
}

/// What can be decided.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[schema(as = SettledVerdict)]
pub enum WantedVerdict {
    /// The money is the shop's.
    Paid,
    /// The money never came.
    NotPaid,
}

/// Decides what nothing else can: a record that nobody verified, or money that a person was called about.
#[utoipa::path(post, path = "/v1/payments/{id}/settle", operation_id = "settlePayment", tag = "payments", request_body = NewSettlement,
    params(("id" = String, Path), WaitQuery), responses(
    (status = 200, body = PaymentView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_settle"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "reason_missing"),
))]
pub(crate) async fn settle(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
    Asked(query): Asked<WaitQuery>,
    Strict(wanted): Strict<NewSettlement>,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Refund)?;
    let verdict = match wanted.verdict {
        WantedVerdict::Paid => Settled::Paid,
        WantedVerdict::NotPaid => Settled::NotPaid,
    };
    let reason = line(&wanted.reason, "reason", 200)?;
    let command = Command::Settle(Settlement { verdict, reason, by: caller.by() });
    let standing = carry_out(&state, &caller, &payment, command, query.wait, waiting::rests).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}

/// Says that a payment found paid has been seen, so that it is no longer announced.
#[utoipa::path(post, path = "/v1/payments/{id}/acknowledge", operation_id = "acknowledgePayment", tag = "payments",
    params(("id" = String, Path)), responses(
    (status = 200, body = PaymentView, description = "seen, now or before"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_acknowledge"),
))]
pub(crate) async fn acknowledge(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Take)?;
    let command = Command::Acknowledge { by: caller.by() };
    let standing = carry_out(&state, &caller, &payment, command, None, |_| true).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}
