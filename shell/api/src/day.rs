//! What a business day brought.

use crate::body::{Asked, id};
use crate::guard::Caller;
use crate::payments::wrong_parameter;
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::{AmountView, TextView};
use axum::Json;
use axum::extract::State;
use base::{Money, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{DayFigures, Sum};
use utoipa::{IntoParams, ToSchema};

const DAY: Duration = Duration::from_secs(86_400);

/// Which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// The day as `2026-11-23`; today unless said.
    pub date: Option<String>,
    /// Of this till only.
    pub till: Option<String>,
}

/// What a day brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct Day {
    /// The day.
    pub date: String,
    /// In whose midnight it begins.
    pub zone: String,
    /// What was paid of what was asked for that day.
    pub paid: CountAmount,
    /// What went back that day.
    pub refunded: CountAmount,
    /// What persons recorded by hand that day and nobody has verified: not in `paid`.
    pub recorded: CountAmount,
    /// How many payments ended without money.
    pub not_paid: u64,
    /// How many have no result yet.
    pub waiting: u64,
    /// Paid out of all that ended, 0 to 1; nothing if none did.
    pub success_rate: Option<f64>,
    /// Hours with sales.
    pub by_hour: Vec<HourSum>,
    /// Wallets with sales.
    pub by_wallet: Vec<WalletSum>,
    /// The same day of last week, whole.
    pub last_week_same_day: CountAmount,
}

/// So many, adding up to so much.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountAmount {
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: AmountView,
}

/// The sales of an hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourSum {
    /// 0 to 23.
    pub hour: u32,
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: AmountView,
}

/// The sales of a wallet.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletSum {
    /// The wallet.
    pub wallet: String,
    /// Its name.
    pub label: TextView,
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: AmountView,
}

/// What a day brought.
#[utoipa::path(get, path = "/v1/day", operation_id = "readDay", tag = "payments", params(DayQuery), responses(
    (status = 200, body = Day),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<DayQuery>,
) -> Result<Json<Day>, Problem> {
    let asked = query.till.as_deref().map(|text| id(text, "till")).transpose()?;
    let till = caller.seen_till(asked)?;
    let date = query.date.unwrap_or_else(|| state.now().local("%Y-%m-%d", Zone::CHINA));
    let from = midnight(&date).ok_or_else(|| wrong_parameter("date"))?;
    let week_ago = from - 7 * DAY;
    let (store, scope) = (state.store(), caller.scope());
    let figures = store.day(&scope, from, from + DAY, till).await?;
    let last_week = store.day(&scope, week_ago, week_ago + DAY, till).await?;
    Ok(Json(view(&state, state.limit(caller.principal.merchant), date, figures, last_week)))
}

fn view(state: &ApiState, unit: Money, date: String, figures: DayFigures, last_week: DayFigures) -> Day {
    let amount = |minor: i64| AmountView::from(Money::new(minor, unit.currency()));
    let both = |sum: Sum| CountAmount { count: sum.count, amount: amount(sum.amount) };
    let ended = figures.paid.count + figures.not_paid;
    Day {
        date,
        zone: "Asia/Shanghai".to_owned(),
        paid: both(figures.paid),
        refunded: both(figures.refunded),
        recorded: both(figures.recorded),
        not_paid: figures.not_paid,
        waiting: figures.waiting,
        success_rate: (ended > 0).then(|| figures.paid.count as f64 / ended as f64),
        by_hour: figures
            .by_hour
            .iter()
            .map(|hour| HourSum { hour: hour.hour, count: hour.paid.count, amount: amount(hour.paid.amount) })
            .collect(),
        by_wallet: figures
            .by_wallet
            .into_iter()
            .map(|row| WalletSum {
                label: state.wallet_label(&row.wallet).into(),
                wallet: row.wallet,
                count: row.paid.count,
                amount: amount(row.paid.amount),
            })
            .collect(),
        last_week_same_day: both(last_week.paid),
    }
}

/// When a day begins in China; nothing for a text that is no day.
fn midnight(date: &str) -> Option<Timestamp> {
    let shape = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    Timestamp::parse_local(&format!("{date} 00:00:00"), "%Y-%m-%d %H:%M:%S", Zone::CHINA).filter(|_| shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_chinas_midnight() {
        assert_eq!(midnight("2026-11-23").expect("a day").to_string(), "2026-11-22T16:00:00Z");
        for wrong in ["", "2026-02-30", "23.11.2026", "2026-1-1", "2026-11-23 ", "today"] {
            assert_eq!(midnight(wrong), None, "{wrong}");
        }
    }
}
