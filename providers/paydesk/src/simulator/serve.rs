//! The server's door: who asks, for what, and what is answered.

use super::book::{Refund, RefundState, State, refusal};
use super::{SLOW_REFUND, Simulator, TYPING};
use crate::wire::{Amount, Method, NewPayment, NewRefund};
use base::{Currency, Money, Timestamp};
use provider_contract::seal::{ABOUT, FENCE, HEADER};
use provider_contract::{Delivery, HttpReply, HttpRequest, Moment, Treatment};
use serde::Serialize;
use std::time::Duration;

/// What is answered, before it is sealed.
enum Said {
    View(u16, String),
    Problem(u16, &'static str),
    Lost,
    Failed(u16),
}

pub(super) fn serve(simulator: &mut Simulator, request: &HttpRequest, moment: &Moment) -> Delivery {
    let now = moment.now;
    simulator.books.finish_refunds(now);
    let said = answered(simulator, request, now);
    let treatment = match &said {
        Said::View(201, key) => simulator.treatment(key, None),
        _ => Treatment::Normal,
    };
    let begun = matches!(&said, Said::View(201, key) if simulator.books.get(key).is_some_and(|a| !a.shown));
    let (status, body) = match said {
        Said::Lost => return Delivery::Nothing,
        Said::Failed(status) => {
            let reply = HttpReply::new(status, "text/plain", "failed inside");
            return Delivery::Reply { reply, delay: Duration::ZERO };
        }
        Said::View(status, key) => {
            let view = simulator.books.get(&key).map(|attempt| attempt.view());
            (status, json(&view.expect("an attempt that was just found")))
        }
        Said::Problem(status, code) => {
            #[derive(Serialize)]
            struct Body {
                code: &'static str,
                en: &'static str,
            }
            (status, json(&Body { code, en: code }))
        }
    };
    let about = request.header(ABOUT).unwrap_or_default();
    let spoiled = begun && matches!(treatment, Treatment::WrongSignature | Treatment::SignatureProbe);
    let seal = simulator.seal.make(if spoiled { "spoiled" } else { about }, status, &body);
    let mut reply = HttpReply::new(status, "application/json", body);
    reply.headers.push((HEADER, seal));
    let slow = begun && treatment == Treatment::Slow;
    Delivery::Reply { reply, delay: if slow { Duration::from_secs(6) } else { Duration::from_millis(50) } }
}

fn answered(simulator: &mut Simulator, request: &HttpRequest, now: Timestamp) -> Said {
    let key = format!("Bearer {}", simulator.key.reveal());
    if request.header("authorization") != Some(&key) {
        return Said::Problem(401, "unknown_api_key");
    }
    let acts = request.method == "POST";
    let fence = request.header(FENCE).and_then(|fence| fence.parse::<u64>().ok());
    if acts && fence != Some(simulator.fence.number()) {
        return Said::Problem(409, "till_was_taken_over");
    }
    let path: Vec<&str> = request.path().split('/').skip(1).collect();
    match (acts, path.as_slice()) {
        (true, ["v1", "payments"]) => begin(simulator, request, now),
        (false, ["v1", "payments", "by-key", key]) => found(simulator, key, |_| None),
        (true, ["v1", "payments", "by-key", key, "undo"]) => undo(simulator, key, now, true),
        (true, ["v1", "payments", "by-key", key, "cancel"]) => undo(simulator, key, now, false),
        (true, ["v1", "payments", "by-key", key, "refunds"]) => refund(simulator, request, key, now),
        _ => Said::Problem(404, "no_such_page"),
    }
}

fn found(simulator: &Simulator, key: &str, or: impl Fn(&State) -> Option<Said>) -> Said {
    match simulator.books.get(key) {
        Some(attempt) => or(&attempt.state).unwrap_or(Said::View(200, key.to_owned())),
        None => Said::Problem(404, "no_such_payment"),
    }
}

fn begin(simulator: &mut Simulator, request: &HttpRequest, now: Timestamp) -> Said {
    let Some(key) = request.header("idempotency-key").map(str::to_owned) else {
        return Said::Problem(400, "idempotency_key_missing");
    };
    let Ok(wanted) = serde_json::from_slice::<NewPayment>(&request.body) else {
        return Said::Problem(422, "unacceptable_body");
    };
    if let Some(known) = simulator.books.get(&key) {
        let same = known.content == request.body;
        let conflict = Said::Problem(409, "idempotency_key_reused_with_other_content");
        return if same { Said::View(200, key) } else { conflict };
    }
    let Some(amount) = money(&wanted.amount) else { return Said::Problem(422, "currency_not_accepted") };
    let code = match &wanted.method {
        Method::PayerCode { code, .. } => Some(code.clone()),
        Method::ShowQr { .. } => None,
    };
    let treatment = simulator.treatment(&key, code.as_deref());
    let first = simulator.treatments.insert(key.clone(), treatment) != Some(Treatment::Normal);
    match treatment {
        Treatment::LostBefore | Treatment::ErrorNotPaid | Treatment::Maintenance if first => {
            simulator.treatments.insert(key, Treatment::Normal);
            return match treatment {
                Treatment::LostBefore => Said::Lost,
                Treatment::Maintenance => Said::Failed(503),
                _ => Said::Failed(500),
            };
        }
        _ => {}
    }
    let shown = code.is_none();
    simulator.books.open(&key, amount, request.body.clone(), shown, treatment);
    match code {
        Some(code) => charge(simulator, &key, code, treatment, now),
        None => Said::View(201, key),
    }
}

fn charge(simulator: &mut Simulator, key: &str, code: String, treatment: Treatment, now: Timestamp) -> Said {
    let fresh = simulator.books.spent.insert(code);
    let attempt = simulator.books.get_mut(key).expect("just opened");
    match treatment {
        _ if !fresh => attempt.refuse("code_invalid_or_used"),
        Treatment::PasswordThenPaid | Treatment::PasswordThenRefused => {
            let pays = treatment == Treatment::PasswordThenPaid;
            simulator.payers.insert((now + TYPING, key.to_owned()), pays);
        }
        Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => {}
        other => match refusal(other) {
            Some(reason) => attempt.refuse(reason),
            None => attempt.pay(),
        },
    }
    match treatment {
        Treatment::LostAfter => Said::Lost,
        Treatment::ErrorButPaid => Said::Failed(500),
        _ => Said::View(201, key.to_owned()),
    }
}

fn undo(simulator: &mut Simulator, key: &str, now: Timestamp, whatever: bool) -> Said {
    let Some(attempt) = simulator.books.get_mut(key) else { return Said::Problem(404, "no_such_payment") };
    attempt.undone += 1;
    let once_more = attempt.treatment == Treatment::ReverseNeedsRepeat && attempt.undone == 1;
    let slips = attempt.treatment == Treatment::PaidAfterReverse && attempt.charges == 0;
    match attempt.state {
        State::Waiting => attempt.state = State::NotPaid("cancelled_by_cashier"),
        State::Paid if !whatever => return Said::Problem(409, "cannot_cancel_a_finished_payment"),
        State::Paid if once_more => {}
        State::Paid => attempt.state = State::Returned,
        State::NotPaid(_) | State::Returned => {}
    }
    if slips {
        simulator.payers.insert((now + Duration::from_secs(20), key.to_owned()), true);
    }
    Said::View(200, key.to_owned())
}

fn refund(simulator: &mut Simulator, request: &HttpRequest, key: &str, now: Timestamp) -> Said {
    let number = request.header("idempotency-key").unwrap_or_default().to_owned();
    let Ok(wanted) = serde_json::from_slice::<NewRefund>(&request.body) else {
        return Said::Problem(422, "unacceptable_body");
    };
    let Some(attempt) = simulator.books.get_mut(key) else { return Said::Problem(404, "no_such_payment") };
    if attempt.refunds.iter().any(|refund| refund.key == number) {
        return Said::View(200, key.to_owned());
    }
    let Some(amount) = money(&wanted.amount) else { return Said::Problem(422, "currency_not_accepted") };
    if attempt.left() == 0 {
        return Said::Problem(422, "nothing_to_refund");
    }
    if amount.minor() > attempt.left() {
        return Said::Problem(422, "refund_exceeds_what_is_left");
    }
    let state = match attempt.treatment {
        Treatment::RefundRefused => RefundState::Refused,
        Treatment::RefundSlow => RefundState::Processing { until: now + SLOW_REFUND },
        _ => RefundState::Done,
    };
    attempt.refunds.push(Refund { key: number, amount, state });
    attempt.settle();
    Said::View(201, key.to_owned())
}

fn money(amount: &Amount) -> Option<Money> {
    Some(Money::new(amount.amount, Currency::from_code(&amount.currency)?))
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types are plain JSON")
}
