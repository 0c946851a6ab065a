//! Payments as a file for spreadsheets: CSV (RFC 4180) that begins with a byte order mark, so that Excel reads it as
//! UTF-8, sent page by page as it is read.

use crate::body::Asked;
use crate::guard::Caller;
use crate::payments::{ListQuery, filter_of, wrong_parameter};
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::PlaceNames;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::{OrderNo, Text, Zone};
use futures_util::stream::{self, Stream, StreamExt};
use payment::{MoneyState, Payment};
use serde::Deserialize;
use store::{Cursor, MerchantScope, PaymentFilter, StoreError};
use utoipa::IntoParams;

/// Payments read at a time.
const PAGE: u32 = 200;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Whose words the file is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Zh,
    En,
}

/// Which payments, as [`ListQuery`] says it, and in which language.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Requested then or later (RFC 3339).
    pub from: Option<String>,
    /// Requested before (RFC 3339).
    pub to: Option<String>,
    /// `waiting`, `verifying`, `paid`, `not_paid` or `returned`.
    pub state: Option<String>,
    /// Our short name of the wallet.
    pub wallet: Option<String>,
    /// At this till.
    pub till: Option<String>,
    /// An order number, a provider's transaction number, an amount such as 12.50, or a reference; whole.
    pub q: Option<String>,
    /// `zh` or `en`; Chinese unless said.
    pub lang: Option<String>,
}

/// The columns' titles, in the order of [`cells`].
const TITLES: [(&str, &str); 13] = [
    ("时间", "Time"),
    ("状态", "State"),
    ("金额", "Amount"),
    ("实收", "Received"),
    ("已退", "Refunded"),
    ("币种", "Currency"),
    ("方式", "Wallet"),
    ("门店", "Store"),
    ("收银台", "Till"),
    ("收银员", "Cashier"),
    ("订单号", "Order number"),
    ("支付平台单号", "Provider's number"),
    ("流水", "Reference"),
];

/// Payments as CSV, newest first, by the filters of the list.
///
/// Amounts are in yuan with two decimals; times on the shop's clock. Numbers of orders begin with a tab, which keeps
/// spreadsheets from rounding them.
#[utoipa::path(get, path = "/v1/payments/export", operation_id = "exportPayments", tag = "payments", params(ExportQuery), responses(
    (status = 200, description = "the file; cut short if the database fails midway", content_type = "text/csv", body = String),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn download(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<ExportQuery>,
) -> Result<Response, Problem> {
    let language = match query.lang.as_deref() {
        None | Some("zh") => Language::Zh,
        Some("en") => Language::En,
        Some(_) => return Err(wrong_parameter("lang")),
    };
    let ExportQuery { from, to, state: money, wallet, till, q, .. } = query;
    let list = ListQuery { from, to, state: money, wallet, till, q, limit: None, cursor: None };
    let filter = filter_of(&caller, list)?;
    let name = format!("payments-{}.csv", state.now().local("%Y-%m-%d", Zone::CHINA));
    let head = stream::once(std::future::ready(Ok(head(language))));
    let lines = lines(state, caller.scope(), filter, language);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(head.chain(lines))).into_response())
}

/// What is read next: the first page, the page after, or nothing more.
enum Next {
    First,
    After(Cursor),
    Nothing,
}

/// The lines, a page at a time. A page that cannot be read breaks the file off, so that nobody takes it for whole.
fn lines(
    state: ApiState,
    scope: MerchantScope,
    filter: PaymentFilter,
    language: Language,
) -> impl Stream<Item = Result<String, StoreError>> {
    stream::try_unfold(Next::First, move |next| {
        let (state, filter) = (state.clone(), filter.clone());
        async move {
            let cursor = match next {
                Next::First => None,
                Next::After(cursor) => Some(cursor),
                Next::Nothing => return Ok(None),
            };
            let page = state.store().page(&scope, &filter, cursor, PAGE).await?;
            let mut text = String::new();
            for payment in &page.items {
                let names = state.names(payment).await?;
                push_line(&mut text, cells(&state, payment, names, language));
            }
            Ok(Some((text, page.next.map_or(Next::Nothing, Next::After))))
        }
    })
}

fn head(language: Language) -> String {
    let mut text = BYTE_ORDER_MARK.to_owned();
    push_line(&mut text, TITLES.map(|(zh, en)| language.of(&Text::new(zh, en))));
    text
}

fn cells(state: &ApiState, payment: &Payment, names: PlaceNames, language: Language) -> [String; 13] {
    let request = &payment.request;
    let paid = payment.paid();
    [
        payment.requested_at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA),
        language.of(&MoneyState::of(payment, &state.next(payment)).text()),
        request.amount.to_string(),
        paid.map(|paid| paid.amount.to_string()).unwrap_or_default(),
        payment.refunded().to_string(),
        request.amount.currency().code().to_owned(),
        language.of(&request.wallet_name),
        plain(&names.store.name),
        plain(&names.till.name),
        plain(&request.cashier),
        number(&OrderNo::from(request.id).to_string()),
        number(paid.map(|paid| paid.transaction.as_str()).unwrap_or_default()),
        number(&request.reference),
    ]
}

impl Language {
    fn of(self, text: &Text) -> String {
        if self == Language::Zh { text.zh.to_string() } else { text.en.to_string() }
    }
}

/// Long digits stay text: without the tab a spreadsheet rounds them to 15 places, or reads `1e5` as a number.
fn number(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\t{text}") }
}

/// A name that begins like a formula would be carried out by the spreadsheet that opens the file.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn push_line(text: &mut String, cells: [String; 13]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_can_neither_break_its_line_nor_be_carried_out() {
        let mut text = String::new();
        let mut cells = [const { String::new() }; 13];
        cells[0] = plain("=HYPERLINK(\"http://evil\",\"x\")");
        cells[1] = plain("a\"b\nc");
        cells[2] = number("4200001234567890123456789012");
        cells[3] = plain("@SUM(A1)");
        push_line(&mut text, cells);
        let expected = "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",\"a\"\"b\nc\",\t4200001234567890123456789012,'@SUM(A1),,,,,,,,,\r\n";
        assert_eq!(text, expected);
    }
}
