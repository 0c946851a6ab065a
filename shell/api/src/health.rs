//! Whether this server can take money, for whoever watches over it. Says nothing secret.

use crate::state::ApiState;
use crate::views::{TextView, time};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use drive::{ChannelSetup, Handle};
use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`; `degraded` if it cannot take money; `draining` if it is about to end and others should be asked.
    #[schema(value_type = String)]
    pub status: &'static str,
    /// Its version.
    pub version: String,
    /// `ok` or `failing`.
    #[schema(value_type = String)]
    pub database: &'static str,
    /// `ok` or `stopped`.
    #[schema(value_type = String)]
    pub engine: &'static str,
    /// Payments that have no result yet.
    pub open_payments: u64,
    /// Questions to providers under way.
    pub calls_in_flight: u64,
    /// Ways to providers.
    pub providers: Vec<ProviderHealth>,
}

/// A way to a provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderHealth {
    /// The channel.
    pub channel: String,
    /// Whose it is.
    pub provider: String,
    /// What the last exchange with it showed. `unknown` until the first; `answering` if all is well; otherwise what is
    /// wrong: `no_address`, `no_connection`, `no_trust`, `silent`, `our_signature`, `our_number`, `clock`,
    /// `not_permitted`, `unknown_key`, `their_signature`, `failing`, `not_the_provider`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// The same in a sentence.
    pub found: TextView,
    /// What to do; empty if nothing needs to be done.
    pub next_step: TextView,
    /// When the last exchange was.
    pub checked_at: Option<String>,
    /// Since when every exchange has shown this.
    pub since: Option<String>,
}

/// How the server is.
#[utoipa::path(get, path = "/v1/health", operation_id = "readHealth", tag = "server", responses(
    (status = 200, body = Health),
    (status = 503, body = Health, description = "it cannot take money now"),
))]
pub(crate) async fn read(State(state): State<ApiState>) -> (StatusCode, Json<Health>) {
    let handle = state.handle();
    let database = state.store().ping().await.is_ok();
    let engine = handle.is_running();
    let stats = handle.stats();
    let health = Health {
        status: match (database && engine, handle.drains()) {
            (_, true) => "draining",
            (true, false) => "ok",
            (false, false) => "degraded",
        },
        version: state.setup.config.version.clone(),
        database: if database { "ok" } else { "failing" },
        engine: if engine { "ok" } else { "stopped" },
        open_payments: stats.open_payments,
        calls_in_flight: stats.calls_in_flight,
        providers: handle.channels().map(|channel| provider_health(channel, handle)).collect(),
    };
    let status = if health.status == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

/// The words of a failed connection name addresses, which are nobody's business but the owner's: `doctor` tells them.
fn provider_health(channel: &ChannelSetup, handle: &Handle) -> ProviderHealth {
    let seen = handle.seen(channel.id).unwrap_or_default();
    let contact = seen.contact.without_details();
    ProviderHealth {
        channel: channel.id.to_string(),
        provider: channel.provider.capabilities().name.to_owned(),
        state: contact.code(),
        found: contact.found().into(),
        next_step: contact.next_step().into(),
        checked_at: seen.at.map(time),
        since: seen.since.map(time),
    }
}
