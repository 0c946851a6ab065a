//! What only a demo shows: who may sign in, codes that play every case, and what the virtual printer printed.

use crate::body::AtPath;
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::{ApiState, Demo, DemoInfo};
use crate::views::time;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
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

/// Who may sign in and what can be tried, if this is a demo.
#[utoipa::path(get, path = "/v1/demo", tag = "demo", responses(
    (status = 200, body = DemoInfo),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_a_demo"),
))]
pub(crate) async fn info(State(state): State<ApiState>) -> Result<Json<DemoInfo>, Problem> {
    Ok(Json(demo(&state)?.info()))
}

/// What the virtual printer printed, if this is a demo.
#[utoipa::path(get, path = "/v1/printer/papers", tag = "demo", responses(
    (status = 200, body = Papers),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "not_a_demo"),
))]
pub(crate) async fn papers(State(state): State<ApiState>) -> Result<Json<Papers>, Problem> {
    let papers = demo(&state)?.papers().into_iter();
    let items = papers.map(|paper| PaperView { id: paper.id, at: time(paper.at), svg: paper.svg });
    Ok(Json(Papers { items: items.collect() }))
}

/// One piece of paper as a picture: `{file}` is its name and `.svg`.
#[utoipa::path(get, path = "/v1/printer/papers/{file}", tag = "demo", params(("file" = String, Path)), responses(
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

fn demo(state: &ApiState) -> Result<&dyn Demo, Problem> {
    state.setup.demo.as_deref().ok_or_else(|| Code::NotADemo.into())
}
