//! What the merchant must know that belongs to no payment, until somebody has seen it.

use crate::body::{Asked, AtPath, id};
use crate::guard::{Caller, Permission};
use crate::payments::{WaitQuery, carry_out};
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::{PaymentView, TextView, some_text, time};
use crate::waiting;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::Text;
use serde::Serialize;
use store::Alarm;
use utoipa::ToSchema;

const ALARMS_MAX: u32 = 200;

/// What the merchant must know.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmList {
    /// Those to be seen first, then the newest; at most 200.
    pub items: Vec<AlarmView>,
}

/// Something the merchant must know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alarm)]
pub struct AlarmView {
    /// Its number.
    pub id: i64,
    /// What it is, by its name for programs: `webhook_parked`, `webhook_gone`,
    /// `unknown_order` or `sale_paid_twice`.
    pub code: String,
    /// What happened, what it means, and what to do.
    pub text: TextView,
    /// What it is about: the webhook, the order, the second payment.
    pub subject: String,
    /// What is known of it.
    pub detail: String,
    /// How often it was raised.
    pub times: u32,
    /// When for the first time (RFC 3339).
    pub first_at: String,
    /// When last.
    pub last_at: String,
    /// Since when somebody has seen it; nothing if it is still to be seen.
    pub seen_at: Option<String>,
    /// Who has seen it.
    pub seen_by: Option<String>,
}

/// What the merchant must know.
#[utoipa::path(get, path = "/v1/alarms", operation_id = "listAlarms", tag = "server", responses(
    (status = 200, body = AlarmList),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<AlarmList>, Problem> {
    caller.must(Permission::ViewAll)?;
    let alarms = state.store().alarms(&caller.scope(), ALARMS_MAX).await?;
    Ok(Json(AlarmList { items: alarms.into_iter().map(view).collect() }))
}

/// Somebody has seen it. If it is raised again, it is to be seen again.
#[utoipa::path(post, path = "/v1/alarms/{id}/seen", operation_id = "seeAlarm", tag = "server", params(("id" = i64, Path)), responses(
    (status = 204),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_alarm"),
))]
pub(crate) async fn seen(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(alarm): AtPath,
) -> Result<StatusCode, Problem> {
    caller.must(Permission::Refund)?;
    let number: i64 =
        alarm.parse().map_err(|_| Problem::with(Code::MalformedId, "alarm", "an alarm's id is a number"))?;
    let seen = state.store().alarm_seen(&caller.scope(), number, &caller.by(), state.now()).await?;
    if seen { Ok(StatusCode::NO_CONTENT) } else { Err(Code::NoSuchAlarm.into()) }
}

/// Gives the second payment of a sale that was paid twice back: the one button of the alarm `sale_paid_twice`.
///
/// Pressing it again is harmless.
#[utoipa::path(post, path = "/v1/alarms/{id}/give-back", operation_id = "giveBackSecondPayment", tag = "server",
    params(("id" = i64, Path), WaitQuery), responses(
    (status = 200, body = PaymentView, description = "the second payment: its money is on its way back, or went back"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_alarm"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_give_back"),
))]
pub(crate) async fn give_back(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(alarm): AtPath,
    Asked(query): Asked<WaitQuery>,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Refund)?;
    let number = number(&alarm)?;
    let alarm = state.store().alarm(&caller.scope(), number).await?.ok_or(Code::NoSuchAlarm)?;
    if alarm.what != watch::SALE_PAID_TWICE {
        return Err(Code::NothingToGiveBack.into());
    }
    let second = state.read_payment(&caller.scope(), id(&alarm.subject, "payment")?).await?;
    let back = watch::give_back(&second, &caller.by());
    let standing = carry_out(&state, &caller, &alarm.subject, back, query.wait, waiting::rests).await?;
    state.store().alarm_seen(&caller.scope(), number, &caller.by(), state.now()).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}

fn number(alarm: &str) -> Result<i64, Problem> {
    alarm.parse().map_err(|_| Problem::with(Code::MalformedId, "alarm", "an alarm's id is a number"))
}

fn view(alarm: Alarm) -> AlarmView {
    AlarmView {
        id: alarm.no,
        text: words(&alarm.what).into(),
        code: alarm.what,
        subject: alarm.subject,
        detail: alarm.detail,
        times: alarm.times,
        first_at: time(alarm.first_at),
        last_at: time(alarm.last_at),
        seen_at: alarm.seen_at.map(time),
        seen_by: some_text(&alarm.seen_by),
    }
}

fn words(what: &str) -> Text {
    match what {
        "webhook_parked" => Text::new(
            "给你方系统的通知连续三天没有送达，已停发；请检查对方系统，修好后重发",
            "Messages to your own system failed for three days and were given up; mend the system, then send them again",
        ),
        "webhook_gone" => Text::new(
            "你方系统回复“不再接收”（410），已停用；如果不是有意的，请重新启用",
            "Your own system said that it is gone (410), so it is told nothing more; if that was not meant, enable it again",
        ),
        watch::SALE_PAID_TWICE => Text::new(
            "同一单号收了两笔相同金额的款。是分两笔付的，就不用退；是多收了一笔，就点“退回第二笔”",
            "Two payments of the same amount came for one sale. If it was meant to be paid in two parts, leave both; if one is too many, give the second back",
        ),
        "unknown_order" => Text::new(
            "支付机构通知了一笔本系统没有的订单，签名正确；可能是别的系统用了同一个商户号。请到支付机构后台核对这笔钱",
            "The provider told, rightly signed, of an order that Paydesk does not have; another system may use the same merchant number. Check this money in the provider's back office",
        ),
        other => Text::new(other, other),
    }
}
