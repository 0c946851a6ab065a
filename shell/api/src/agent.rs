//! The device at the counter, seen from its own pages: is it connected, does it stand for the till, is anything
//! wrong with its journal. On the server there is no such device, and it says so.

use crate::problem::{Code, Problem, ProblemBody};
use crate::session::MeStaff;
use crate::state::ApiState;
use crate::views::{Named, TextView};
use axum::Json;
use axum::extract::State;
use base::{AgentId, Secret};
use serde::Serialize;
use std::future::Future;
use std::pin::Pin;
use utoipa::ToSchema;

/// What will be known later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The device at the counter.
pub trait CounterAgent: Send + Sync {
    /// Who it is, and the hash of its key, which its server keeps too.
    fn identity(&self) -> (AgentId, Secret<String>);
    /// How it is.
    fn view(&self) -> AgentView;
    /// Whether it may take and return money now.
    fn may_act(&self) -> Result<(), Problem>;
    /// Takes the till over.
    fn take_over(&self) -> Later<'_, Result<(), Problem>>;
    /// Asks the server whether this is that person's password.
    fn vouch(&self, login: String, password: Secret<String>) -> Later<'_, Vouched>;
}

/// What the server says of somebody who signs in.
#[derive(Debug)]
pub enum Vouched {
    /// It is the right password; it may be kept for when the server cannot be asked.
    Yes(MeStaff),
    /// It is not.
    No,
    /// It could not be asked.
    Unknown,
}

/// How the device is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentView {
    /// What stands behind these pages.
    pub standing: Standing,
    /// The till; nothing on the server.
    pub till: Option<Named>,
    /// The way to the server; nothing on the server.
    pub server: Option<ConnectionView>,
    /// Who took the till over, if somebody did.
    pub taken_over: Option<TakenOverView>,
    /// For a spare device: who stands for the till.
    pub standby: Option<StandbyView>,
    /// Its journal; nothing on the server.
    pub journal: Option<JournalView>,
    /// How it is, in words.
    pub text: TextView,
}

/// What stands behind these pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AgentStanding)]
pub enum Standing {
    /// The server itself.
    Server,
    /// A till's device that takes money.
    Selling,
    /// A spare device.
    Standby,
    /// Another device has taken the till over; nothing is taken here.
    TakenOver,
    /// The server refuses this device's key.
    Refused,
}

/// The way to the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AgentConnection)]
pub struct ConnectionView {
    /// The server answered a moment ago.
    pub reachable: bool,
    /// Since when it is so.
    pub since: String,
    /// What is in the way, if anything.
    pub why: Option<TextView>,
}

/// Who took a till over.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AgentTakenOver)]
pub struct TakenOverView {
    /// The device.
    pub by: String,
    /// When, by the server's clock.
    pub at: String,
}

/// Who stands for the till that a spare device waits for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AgentStandby)]
pub struct StandbyView {
    /// The device.
    pub current: String,
    /// When the server last heard of it.
    pub seen_at: String,
    /// For so many seconds it has given no sign of life.
    pub silent_s: u64,
    /// It is taken over by itself after so many; nothing if never.
    pub takes_over_after_s: Option<u64>,
}

/// A device's journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AgentJournal)]
pub struct JournalView {
    /// Entries that the server does not have yet.
    pub unsent: u64,
    /// What was found wrong with it when the device started.
    pub flaw: Option<TextView>,
}

/// How the device at the counter is.
#[utoipa::path(get, path = "/v1/agent", operation_id = "readAgent", tag = "till", responses(
    (status = 200, body = AgentView),
))]
pub(crate) async fn read(State(state): State<ApiState>) -> Json<AgentView> {
    Json(state.setup.agent.as_ref().map_or_else(server, |agent| agent.view()))
}

/// This spare device stands for the till from now on.
#[utoipa::path(post, path = "/v1/agent/takeover", operation_id = "takeTillOver", tag = "till", responses(
    (status = 200, body = AgentView, description = "it stands for the till"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_an_agent"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "takeover_too_late"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "server_not_reached"),
))]
pub(crate) async fn take_over(
    State(state): State<ApiState>,
    headers: axum::http::HeaderMap,
    uri: axum::http::Uri,
) -> Result<Json<AgentView>, Problem> {
    crate::guard::not_cross_origin(&headers, &uri)?;
    let agent = state.setup.agent.clone().ok_or(Code::NotAnAgent)?;
    agent.take_over().await?;
    Ok(Json(agent.view()))
}

fn server() -> AgentView {
    AgentView {
        standing: Standing::Server,
        till: None,
        server: None,
        taken_over: None,
        standby: None,
        journal: None,
        text: TextView {
            zh: "直接连着服务器".to_owned(), en: "Connected to the server itself".to_owned()
        },
    }
}
