//! Every address and what surrounds every request: limits, time, headers, and words for what nobody handles.

use crate::body::BODY_MAX;
use crate::openapi::{Contract, openapi_json};
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::{
    agent, alarms, assets, attention, by_key, changes, day, decisions, demo, events, export, health,
    installments, keys, notify, pass, passwords, payments, people, receipts, reconcile, refunds,
    routes as ways, sales, seal, session, till, tills, timeline, webhooks,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use std::any::Any;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A request that takes longer than this is answered with a problem; what it began goes on.
const PATIENCE: Duration = Duration::from_secs(30);

/// On every answer.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // A receipt's address is its proof, so no page tells other sites where one came from.
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("geolocation=(), microphone=(), payment=()"),
    ),
];

/// The whole server.
pub fn router(state: ApiState) -> Router {
    let mut routes = routes();
    if state.setup.demo.is_some() {
        routes = routes.merge(demo_routes());
    }
    let (router, _) = routes.split_for_parts();
    router
        .route("/v1/openapi.json", get(contract))
        .route("/notify/{provider}/{channel}", any(notify::take))
        .fallback(assets::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(seal::seal))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(state.clone(), pass::to_holder))
        .layer(from_fn(surround))
        .layer(CatchPanicLayer::custom(our_mistake))
        .layer(CompressionLayer::new())
        .with_state(state)
}

/// The addresses of the contract.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Contract::openapi())
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(session::me))
        .routes(routes!(passwords::change_own))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::change))
        .routes(routes!(people::disable))
        .routes(routes!(people::enable))
        .routes(routes!(people::reset_password))
        .routes(routes!(people::story))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(keys::story))
        .routes(routes!(till::read))
        .routes(routes!(payments::create, payments::list))
        .routes(routes!(attention::list))
        .routes(routes!(payments::read))
        .routes(routes!(export::download))
        .routes(routes!(payments::by_key))
        .routes(routes!(by_key::cancel))
        .routes(routes!(by_key::undo))
        .routes(routes!(by_key::refund))
        .routes(routes!(tills::new_code))
        .routes(routes!(tills::pair))
        .routes(routes!(tills::beat))
        .routes(routes!(tills::journal))
        .routes(routes!(tills::take_over))
        .routes(routes!(tills::stand))
        .routes(routes!(tills::agents))
        .routes(routes!(agent::read))
        .routes(routes!(agent::take_over))
        .routes(routes!(payments::cancel))
        .routes(routes!(payments::look))
        .routes(routes!(refunds::create))
        .routes(routes!(installments::list))
        .routes(routes!(sales::list))
        .routes(routes!(sales::read))
        .routes(routes!(sales::refund))
        .routes(routes!(decisions::settle))
        .routes(routes!(decisions::acknowledge))
        .routes(routes!(receipts::print))
        .routes(routes!(receipts::of_payment))
        .routes(routes!(timeline::read))
        .routes(routes!(day::read))
        .routes(routes!(reconcile::days))
        .routes(routes!(reconcile::differences))
        .routes(routes!(reconcile::difference))
        .routes(routes!(reconcile::run))
        .routes(routes!(reconcile::act))
        .routes(routes!(changes::list))
        .merge(of_channels())
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::disable))
        .routes(routes!(webhooks::enable))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::messages))
        .routes(routes!(webhooks::replay))
        .routes(routes!(alarms::list))
        .routes(routes!(alarms::seen))
        .routes(routes!(alarms::give_back))
        .routes(routes!(events::stream))
        .routes(routes!(receipts::public))
        .routes(routes!(health::read))
        .routes(routes!(demo::info))
        .routes(routes!(demo::papers))
        .routes(routes!(demo::paper))
}

/// Which channels take which wallets' money.
fn of_channels() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(ways::list))
        .routes(routes!(ways::pin))
        .routes(routes!(ways::shut))
        .routes(routes!(ways::release))
}

/// What moves pretended money: where money is real, these addresses do not exist.
pub(crate) fn demo_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(demo::shown)).routes(routes!(demo::scan))
}

async fn contract() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json()).into_response()
}

async fn wrong_method() -> Problem {
    Code::MethodNotAllowed.into()
}

/// Time and headers. A stream of events answers at once, so the time is not for its length.
async fn surround(request: Request, next: Next) -> Response {
    let private = request.uri().path().starts_with("/v1/");
    let answered = tokio::time::timeout(PATIENCE, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| Problem::from(Code::TookTooLong).into_response());
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    if private && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn our_mistake(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    tracing::error!(panic = words, "a request handler broke");
    Problem::from(Code::OurMistake).into_response()
}
