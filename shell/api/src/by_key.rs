//! Acting on a payment by the key it was asked for with: what a till has when the reply was lost.

use crate::body::{Asked, AtPath, Strict};
use crate::guard::{Caller, Permission};
use crate::payments::{WaitQuery, canceled, carry_out, of_key};
use crate::problem::{Problem, ProblemBody};
use crate::refunds::NewRefund;
use crate::secrets::mark;
use crate::state::ApiState;
use crate::views::PaymentView;
use crate::{refunds, tills, waiting};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::RefundId;
use payment::{Command, Payment, RefundRequest, Refusal};

/// Undoes the payment of a key, if it has not ended.
#[utoipa::path(post, path = "/v1/payments/by-key/{key}/cancel", operation_id = "cancelPaymentByKey", tag = "payments",
    params(("key" = String, Path), WaitQuery), responses(
    (status = 200, body = PaymentView, description = "being undone, or undone already"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "cannot_cancel_a_finished_payment, till_was_taken_over"),
))]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Take)?;
    tills::admit(&state, &caller, &headers).await?;
    let id = of_key(&state, &caller, &key).await?.request.id.to_string();
    canceled(&state, &caller, &id, query.wait).await
}

/// Ends the payment of a key without the money being the shop's: undone if it has not ended, returned if it is paid.
///
/// Asking again is harmless.
#[utoipa::path(post, path = "/v1/payments/by-key/{key}/undo", operation_id = "undoPaymentByKey", tag = "payments",
    params(("key" = String, Path), WaitQuery), responses(
    (status = 200, body = PaymentView, description = "being undone or returned, or that is done"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "till_was_taken_over"),
))]
pub(crate) async fn undo(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Take)?;
    caller.must(Permission::Refund)?;
    tills::admit(&state, &caller, &headers).await?;
    let payment = of_key(&state, &caller, &key).await?;
    let command = match payment.refundable() {
        left if left.is_positive() => return_all(&state, &caller, &payment),
        _ => Command::Cancel { by: caller.by() },
    };
    let id = payment.request.id.to_string();
    let undone = carry_out(&state, &caller, &id, command, query.wait, waiting::rests).await;
    match undone {
        Ok(standing) => Ok(Json(state.view(&standing.payment, &standing.next).await?)),
        // It ended meanwhile, or everything is on its way back already: tell how it stands.
        Err(problem) if ended_meanwhile(problem.code()) => {
            let payment = of_key(&state, &caller, &key).await?;
            Ok(Json(state.view(&payment, &state.next(&payment)).await?))
        }
        Err(problem) => Err(problem),
    }
}

/// Returns money of the payment of a key.
#[utoipa::path(post, path = "/v1/payments/by-key/{key}/refunds", operation_id = "refundPaymentByKey", tag = "payments",
    request_body = NewRefund,
    params(("key" = String, Path), WaitQuery, ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for every refund")),
    responses(
    (status = 201, body = PaymentView, description = "under way, or done"),
    (status = 200, body = PaymentView, description = "the same request came before; this is how it stands"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn refund(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
    Strict(wanted): Strict<NewRefund>,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    caller.must(Permission::Refund)?;
    tills::admit(&state, &caller, &headers).await?;
    let id = of_key(&state, &caller, &key).await?.request.id.to_string();
    refunds::refund(&state, &caller, &id, query, &headers, &wanted).await
}

/// The refund of everything that is left, the same one however often it is wanted.
fn return_all(state: &ApiState, caller: &Caller, payment: &Payment) -> Command {
    let key = format!("undo-{}", payment.request.id);
    let content = mark(&state.content_key, [b"undo".as_slice(), key.as_bytes()]);
    let bits = mark(&state.content_key, [b"undo refund".as_slice(), key.as_bytes()]);
    let half: [u8; 16] = bits[..16].try_into().expect("a mark has 32 bytes");
    Command::Refund(RefundRequest {
        id: RefundId::from_u128(u128::from_be_bytes(half)),
        key,
        content,
        amount: payment.refundable(),
        reason: String::new(),
        by: caller.by(),
        way: payment::RefundWay::Provider,
    })
}

fn ended_meanwhile(code: &str) -> bool {
    let ended = [Refusal::CannotCancelAFinishedPayment, Refusal::NothingToRefund];
    ended.iter().any(|refusal| refusal.code() == code)
}
