//! Questions into requests, replies into answers.

use super::sign::{self, TRACE_ID};
use super::wire::{AWAITING_PAYER, Failure, Said as Told, read};
use crate::Settings;
use crate::sign::encode_form;
use crate::translate::{api_of, content, judged, short};
use crate::wire::{Api, Content, Params, Response};
use payment::{Answer, Ask, Said, Verdict};
use provider_contract::signing::{Sign, Verify};
use provider_contract::{Call, CannotAsk, HttpMethod, Moment, Order, Reply, Trouble};

/// The call that asks `ask`.
pub(super) fn call(
    ask: &Ask,
    order: &Order,
    moment: &Moment,
    settings: &Settings,
    key: &dyn Sign,
) -> Result<Call, CannotAsk> {
    let api = api_of(ask, order);
    let mut content = content(ask, order)?;
    if matches!(api, Api::Pay | Api::Precreate) {
        content.notify_url = settings.notify_url.clone();
    }
    Ok(signed(api, &content, moment, settings, key))
}

/// A signed request for any method.
pub(super) fn signed(
    api: Api,
    content: &Content,
    moment: &Moment,
    settings: &Settings,
    key: &dyn Sign,
) -> Call {
    let (method, target, body) = match api {
        Api::BillAddress => {
            (HttpMethod::Get, format!("{}?{}", api.rest_path(), query(content)), String::new())
        }
        _ => (HttpMethod::Post, api.rest_path(), serde_json::to_string(content).expect("texts make JSON")),
    };
    let nonce = moment.nonce_str();
    let auth = sign::auth(&settings.app_id, &nonce, moment.now.as_micros() / 1000);
    let mut headers = vec![
        ("authorization", sign::authorization(&auth, method.as_str(), &target, &body, key)),
        ("accept", "application/json".to_owned()),
        ("alipay-request-id", nonce),
    ];
    if method == HttpMethod::Post {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let url = format!("{}{target}", settings.gateway_url);
    Call { method, url, headers, body: body.into_bytes(), client_certificate: false }
}

/// The content of a question that is asked with GET.
fn query(content: &Content) -> String {
    let pairs = [("bill_date", &content.bill_date), ("bill_type", &content.bill_type)];
    let params: Params =
        pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect();
    encode_form(&params)
}

/// What `reply` proves.
pub(super) fn answer(ask: &Ask, order: &Order, reply: &Reply, key: &dyn Verify) -> Answer {
    let mut answer = match read(reply, key) {
        Ok(Told::Done(response)) => done(ask, order, *response),
        Ok(Told::Refused(failure)) => refused(ask, order, failure),
        Err(doubted) => {
            let code = match doubted.failure.code.as_str() {
                "" => format!("HTTP {}", reply.status),
                code => short(code, order),
            };
            Answer::unclear(doubted.doubt, Said::new(code, short(&doubted.failure.message, order)))
        }
    };
    answer.said.reference = short(reply.header(TRACE_ID).unwrap_or_default(), order);
    answer
}

/// REST says by its status what the classic gateway says by a code.
fn done(ask: &Ask, order: &Order, mut response: Response) -> Answer {
    response.code.get_or_insert_with(|| "10000".to_owned());
    judged(ask, order, &response)
}

fn refused(ask: &Ask, order: &Order, failure: Failure) -> Answer {
    if *ask == Ask::Charge && failure.code == AWAITING_PAYER {
        let said = Said::new(short(&failure.code, order), short(&failure.message, order));
        return Answer { verdict: Verdict::AwaitingPayer, said };
    }
    // The codes that the classic gateway would write before this one. What the gateway itself finds wrong with a request
    // it refuses before anything is done; an error of its own says nothing of what was done.
    let code = match super::trouble::of_code(&failure.code) {
        Some(Trouble::Failing) => "20000",
        Some(_) => "40002",
        None => "40004",
    };
    let response = Response {
        code: Some(code.to_owned()),
        sub_code: Some(failure.code),
        sub_msg: Some(failure.message),
        ..Response::default()
    };
    judged(ask, order, &response)
}
