//! HTTP: what people's pages, shops' machines and providers speak to.
//!
//! Requests are parsed at the door into values that cannot be wrong, put to the drive, and told as views: a
//! payment, where its money is, and `explain`'s sentences. Whatever is refused is a [`Problem`] with a name for
//! programs and a sentence in both languages, and changes nothing.
//!
//! It never decides anything about money, never talks to a provider and never logs a body: a body may hold a
//! payer's code.
//!
//! ```no_run
//! # async fn serve(setup: api::Setup) -> Result<(), Box<dyn std::error::Error>> {
//! let state = api::ApiState::new(setup).await?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! let app = api::router(state).into_make_service_with_connect_info::<std::net::SocketAddr>();
//! axum::serve(listener, app).await?;
//! # Ok(())
//! # }
//! ```

mod agent;
mod alarms;
mod assets;
mod attempts;
mod attention;
mod body;
mod by_hand;
mod by_key;
mod changes;
mod day;
mod decisions;
mod demo;
mod events;
mod export;
mod guard;
mod health;
mod ids;
mod installments;
mod keys;
mod known;
mod notify;
mod openapi;
mod pass;
mod passwords;
mod payments;
mod people;
mod places;
mod problem;
mod proxies;
mod receipts;
mod reconcile;
mod refunds;
mod router;
mod routes;
mod sales;
mod seal;
mod secrets;
mod session;
mod state;
mod till;
mod tills;
mod timeline;
mod views;
mod waiting;
mod webhooks;

pub use agent::{
    AgentView, ConnectionView, CounterAgent, JournalView, Later, StandbyView, Standing, TakenOverView,
    Vouched,
};
pub use ids::fresh_id;
pub use openapi::openapi_json;
pub use passwords::{PASSWORD_SHORTEST, is_weak_password};
pub use people::{LOGIN_LENGTH, is_login};
pub use problem::{Code, Problem};
pub use proxies::{Network, NotANetwork};
pub use receipts::ReceiptLinks;
pub use router::router;
pub use secrets::{fresh_api_key, fresh_code, fresh_password, fresh_token, hash_password, token_hash};
pub use session::MeStaff;
pub use state::{
    ApiState, Asset, Assets, Config, Demo, DemoCode, DemoCredential, DemoInfo, NoPrinters, Paper,
    PrinterStatus, Printers, Route, Routing, Setup, Wallet,
};
pub use views::Named as NamedView;
