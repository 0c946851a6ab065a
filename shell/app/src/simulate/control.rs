//! Steering a hosted simulator over HTTP: what a person or a test does to it, and its books.
//!
//! ```text
//! POST /_simulator/scan/{order_no}                           the customer scans that order's QR and pays, if it was
//!                                                          to be paid_after_reverse also once it is closed
//! POST /_simulator/treat   {"order_no": "..", "treatment": "slow"}   from now on
//! POST /_simulator/down    {"down": true}
//! POST /_simulator/rotate_keys   the next step: a new certificate beside the old, it signs, the old one is gone
//! GET  /_simulator/books   and /_simulator/books/{order_no}
//! GET  /_simulator/codes   a payer's code for every treatment
//! ```

use super::host::Host;
use provider_contract::{Book, HttpReply, HttpRequest, Treatment};
use serde::Deserialize;
use serde_json::{Value, json};

/// Where steering lives.
pub const PREFIX: &str = "/_simulator/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Treat {
    order_no: String,
    treatment: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Down {
    down: bool,
}

/// Obeys one request.
pub fn answer(host: &Host, request: &HttpRequest) -> HttpReply {
    let path = request.path().strip_prefix(PREFIX).unwrap_or_default();
    let words: Vec<&str> = path.split('/').collect();
    let outcome = match (request.method.as_str(), words.as_slice()) {
        ("POST", ["scan", order_no]) => scan(host, order_no),
        ("POST", ["treat"]) => treat(host, &request.body),
        ("POST", ["down"]) => down(host, &request.body),
        ("POST", ["rotate_keys"]) => rotate_keys(host),
        ("GET", ["books"]) => Ok(host.simulator().books().iter().map(book).collect()),
        ("GET", ["books", order_no]) => one_book(host, order_no),
        ("GET", ["codes"]) => Ok(codes(host)),
        _ => {
            let known = "scan/{order_no}, treat, down, rotate_keys, books, books/{order_no} and codes";
            Err((404, format!("there is {known}")))
        }
    };
    let (status, body) = outcome.map_or_else(|(status, why)| (status, json!({ "error": why })), |v| (200, v));
    HttpReply::new(status, "application/json", body.to_string())
}

type Outcome = Result<Value, (u16, String)>;

fn order(text: &str) -> Result<base::OrderNo, (u16, String)> {
    text.parse()
        .map_err(|_| (422, format!("'{text}' is no order number of Paydesk: 32 lower-case hex digits")))
}

fn body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(bytes).map_err(|error| (400, error.to_string()))
}

fn scan(host: &Host, order_no: &str) -> Outcome {
    let order_no = order(order_no)?;
    if host.scan(order_no) {
        Ok(json!({ "scanned": true }))
    } else {
        Err((409, "there is nothing to pay".to_owned()))
    }
}

fn treat(host: &Host, bytes: &[u8]) -> Outcome {
    let wanted: Treat = body(bytes)?;
    let order_no = order(&wanted.order_no)?;
    let treatment = Treatment::named(&wanted.treatment)
        .ok_or_else(|| (422, format!("'{}' is no treatment; see codes", wanted.treatment)))?;
    host.simulator().treat(order_no, treatment);
    Ok(json!({ "treatment": treatment.name() }))
}

fn down(host: &Host, bytes: &[u8]) -> Outcome {
    let wanted: Down = body(bytes)?;
    host.simulator().set_down(wanted.down);
    Ok(json!({ "down": wanted.down }))
}

fn rotate_keys(host: &Host) -> Outcome {
    let now = host.now();
    let taken = host.simulator().rotate_keys(now);
    if taken {
        Ok(json!({ "rotated": true }))
    } else {
        Err((409, "this provider has no key that is published".to_owned()))
    }
}

fn one_book(host: &Host, order_no: &str) -> Outcome {
    let found = host.simulator().book(order(order_no)?);
    found.as_ref().map(book).ok_or_else(|| (404, "no such order in the books".to_owned()))
}

fn codes(host: &Host) -> Value {
    let salt = u64::from(rand::random::<u32>());
    let simulator = host.simulator();
    let code = |(treatment, name): &(Treatment, &str)| json!({ "treatment": name, "code": simulator.code_for(*treatment, salt) });
    Treatment::ALL.iter().map(code).collect()
}

fn book(book: &Book) -> Value {
    let refund =
        |(number, money): &(String, base::Money)| json!({ "refund_no": number, "amount": money.minor() });
    json!({
        "order_no": book.order_no,
        "paid": book.paid.map(base::Money::minor),
        "charges": book.charges,
        "reversed": book.reversed,
        "refunds": book.refunds.iter().map(refund).collect::<Value>(),
        "closed": book.closed,
    })
}
