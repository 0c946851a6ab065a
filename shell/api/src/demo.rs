//! What only a demo shows: who may sign in, codes that play every case, and what the virtual printer printed.

use crate::body::AtPath;
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::{ApiState, Demo, DemoInfo};
use crate::views::{self, AmountView, TextView, time};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::OrderNo;
use payment::MoneyState;
use serde::Serialize;
use store::{MerchantScope, PaymentFilter};
use utoipa::ToSchema;

/// What the virtual printer printed, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Papers {
    /// The pieces of paper.
    pub items: Vec<PaperView>,
}

/// A piece of paper.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Paper)]
pub struct PaperView {
    /// Its name.
    pub id: String,
    /// When it was cut off.
    pub at: String,
    /// Its picture.
    pub svg: String,
}

/// More shown codes than this are not listed.
const SHOWN_MAX: u32 = 50;

/// QR codes that tills show now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownCodes {
    /// Newest first.
    pub items: Vec<ShownCode>,
}

/// A QR code that a till shows now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShownCode {
    /// The order that it pays.
    pub order_no: String,
    /// The wallet that can scan it.
    pub wallet_label: TextView,
    /// How much.
    pub amount: AmountView,
}

/// Who may sign in and what can be tried, if this is a demo.
#[utoipa::path(get, path = "/v1/demo", operation_id = "readDemo", tag = "demo", responses(
    (status = 200, body = DemoInfo),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_a_demo"),
))]
pub(crate) async fn info(State(state): State<ApiState>) -> Result<Json<DemoInfo>, Problem> {
    Ok(Json(demo(&state)?.info()))
}

/// What the virtual printer printed, if this is a demo.
#[utoipa::path(get, path = "/v1/printer/papers", operation_id = "listPapers", tag = "demo", responses(
    (status = 200, body = Papers),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_a_demo"),
))]
pub(crate) async fn papers(State(state): State<ApiState>) -> Result<Json<Papers>, Problem> {
    let papers = demo(&state)?.papers().into_iter();
    let items = papers.map(|paper| PaperView { id: paper.id, at: time(paper.at), svg: paper.svg });
    Ok(Json(Papers { items: items.collect() }))
}

/// One piece of paper as a picture: `{file}` is its name and `.svg`.
#[utoipa::path(get, path = "/v1/printer/papers/{file}", operation_id = "readPaper", tag = "demo", params(("file" = String, Path)), responses(
    (status = 200, description = "the picture", content_type = "image/svg+xml", body = String),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_a_demo, no_such_paper"),
))]
pub(crate) async fn paper(State(state): State<ApiState>, AtPath(file): AtPath) -> Result<Response, Problem> {
    let papers = demo(&state)?.papers();
    let id = file.strip_suffix(".svg").ok_or(Code::NoSuchPaper)?;
    let paper = papers.into_iter().find(|paper| paper.id == id).ok_or(Code::NoSuchPaper)?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        // A picture opened by itself is a page; this one may draw and nothing else.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    Ok((headers, paper.svg).into_response())
}

/// The QR codes that tills show now, newest first. There only in a demo.
#[utoipa::path(get, path = "/v1/demo/scan", operation_id = "listShownCodes", tag = "demo", responses(
    (status = 200, body = ShownCodes),
))]
pub(crate) async fn shown(State(state): State<ApiState>) -> Result<Json<ShownCodes>, Problem> {
    let scope = MerchantScope(demo(&state)?.merchant());
    let waiting = PaymentFilter { state: Some(MoneyState::Waiting), ..PaymentFilter::default() };
    let page = state.store().page(&scope, &waiting, None, SHOWN_MAX).await?;
    let shown = page.items.iter().filter(|payment| views::qr(payment).is_some());
    let items = shown.map(|payment| ShownCode {
        order_no: OrderNo::from(payment.request.id).to_string(),
        wallet_label: payment.request.wallet_name.clone().into(),
        amount: payment.request.amount.into(),
    });
    Ok(Json(ShownCodes { items: items.collect() }))
}

/// Pretends to be the customer: scans the QR of this order and pays. There only in a demo.
#[utoipa::path(post, path = "/v1/demo/scan/{order_no}", operation_id = "scanShownCode", tag = "demo",
    params(("order_no" = String, Path)), responses(
    (status = 204, description = "scanned; the payment goes on by itself"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_scan"),
))]
pub(crate) async fn scan(
    State(state): State<ApiState>,
    AtPath(order_no): AtPath,
) -> Result<StatusCode, Problem> {
    let malformed = || Problem::with(Code::MalformedId, "order_no", "order_no has 32 lower-case hex digits");
    let order_no = order_no.parse().map_err(|_| malformed())?;
    if demo(&state)?.scan(order_no) { Ok(StatusCode::NO_CONTENT) } else { Err(Code::NothingToScan.into()) }
}

fn demo(state: &ApiState) -> Result<&dyn Demo, Problem> {
    state.setup.demo.as_deref().ok_or_else(|| Code::NotADemo.into())
}
