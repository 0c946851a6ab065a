//! Returning money, whole or in part.

use crate::body::{Asked, AtPath, Strict, idempotency_key, line};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::payments::{NewAmount, WaitQuery, carry_out, money};
use crate::problem::{Problem, ProblemBody};
use crate::secrets::mark;
use crate::state::ApiState;
use crate::tills;
use crate::views::PaymentView;
use crate::waiting::Standing;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::RefundId;
use payment::{Command, RefundRequest, RefundWay};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to go back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// How much; at most what is left of the payment.
    pub amount: NewAmount,
    /// Why, for the slip.
    pub reason: Option<String>,
    /// Which way the money goes; through the provider unless said.
    pub way: Option<WantedWay>,
}

/// Which way returned money goes.
#[derive(Deserialize, ToSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundWay)]
pub enum WantedWay {
    /// Back through the provider.
    #[default]
    Provider,
    /// Over the counter: the caller says that it was done.
    Cash,
}

impl From<WantedWay> for RefundWay {
    fn from(wanted: WantedWay) -> RefundWay {
        match wanted {
            WantedWay::Provider => RefundWay::Provider,
            WantedWay::Cash => RefundWay::Cash,
        }
    }
}

/// Returns money of a payment.
///
/// The same key with the same content is the same refund: sending again is safe and answers 200.
#[utoipa::path(post, path = "/v1/payments/{id}/refunds", operation_id = "createRefund", tag = "payments", request_body = NewRefund,
    params(("id" = String, Path), WaitQuery, ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for every refund")),
    responses(
    (status = 201, body = PaymentView, description = "under way, or done"),
    (status = 200, body = PaymentView, description = "the same request came before; this is how it stands"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "idempotency_key_reused_with_other_content"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "refund_exceeds_what_is_left, nothing_to_refund, amount_must_be_positive, refund_only_in_cash"),
))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
    Strict(wanted): Strict<NewRefund>,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    caller.must(Permission::Refund)?;
    tills::admit(&state, &caller, &headers).await?;
    refund(&state, &caller, &payment, query, &headers, &wanted).await
}

/// Asks for the refund and waits until it ends, or until the caller's patience is over.
pub(crate) async fn refund(
    state: &ApiState,
    caller: &Caller,
    payment: &str,
    query: WaitQuery,
    headers: &HeaderMap,
    wanted: &NewRefund,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    let request = RefundRequest {
        id: RefundId::from_u128(fresh_id(state.now())),
        key: idempotency_key(headers)?,
        content: content(state, caller, payment, wanted),
        amount: money(&wanted.amount)?,
        reason: line(wanted.reason.as_deref().unwrap_or_default(), "reason", 80)?,
        by: caller.by(),
        way: wanted.way.unwrap_or_default().into(),
    };
    let (id, key) = (request.id, request.key.clone());
    let ended = |standing: &Standing| {
        let mut refunds = standing.payment.refunds.iter();
        let this = refunds.find(|refund| refund.request.as_ref().is_some_and(|request| request.key == key));
        this.is_none_or(|refund| !refund.under_way())
    };
    let command = Command::Refund(request);
    let standing = carry_out(state, caller, payment, command, query.wait, ended).await?;
    let status = if standing.payment.refund(id).is_some() { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(state.view(&standing.payment, &standing.next).await?)))
}

fn content(state: &ApiState, caller: &Caller, payment: &str, wanted: &NewRefund) -> [u8; 32] {
    let merchant = caller.principal.merchant.to_string();
    let amount = wanted.amount.amount.to_be_bytes();
    let way = if matches!(wanted.way, Some(WantedWay::Cash)) { "cash" } else { "" };
    let parts: [&[u8]; 7] = [
        b"POST /v1/payments/refunds",
        merchant.as_bytes(),
        payment.as_bytes(),
        &amount,
        wanted.amount.currency.as_bytes(),
        wanted.reason.as_deref().unwrap_or_default().as_bytes(),
        way.as_bytes(),
    ];
    mark(&state.content_key, parts)
}
