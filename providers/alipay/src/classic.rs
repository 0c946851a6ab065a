//! The classic gateway: one address, a signed form with the method's name in it, an answer that is signed inside.

use crate::translate::{api_of, content, doubt_of_status, judged, said, short};
use crate::wire::{Api, Content, Envelope, Params, Response, TIME_PATTERN};
use crate::{Settings, sign};
use base::Zone;
use payment::{Answer, Ask, Doubt, Said};
use provider_contract::signing::{Sign, Verify};
use provider_contract::{Call, CannotAsk, HttpMethod, Moment, Order, Reply};

/// The call that asks `ask`.
pub fn call(
    ask: &Ask,
    order: &Order,
    moment: &Moment,
    settings: &Settings,
    key: &dyn Sign,
) -> Result<Call, CannotAsk> {
    Ok(signed(api_of(ask, order), &content(ask, order)?, moment, settings, key))
}

/// A signed request for any method.
pub fn signed(api: Api, content: &Content, moment: &Moment, settings: &Settings, key: &dyn Sign) -> Call {
    let mut params = common(api, settings, moment);
    let content = serde_json::to_string(content).expect("texts make JSON");
    params.insert("biz_content".to_owned(), content);
    let signature = key.sign(sign::request_text(&params).as_bytes());
    let content = params.remove_entry("biz_content").expect("it was put in above");
    params.insert("sign".to_owned(), signature);
    // The charset must be known before the body is read, so everything but the content goes into the query.
    Call {
        method: HttpMethod::Post,
        url: format!("{}?{}", settings.gateway_url, sign::encode_form(&params)),
        headers: vec![("content-type", "application/x-www-form-urlencoded;charset=utf-8".to_owned())],
        body: sign::encode_form([(&content.0, &content.1)]).into_bytes(),
        client_certificate: false,
    }
}

fn common(api: Api, settings: &Settings, moment: &Moment) -> Params {
    let mut params = Params::new();
    let mut put = |name: &str, value: &str| {
        params.insert(name.to_owned(), value.to_owned());
    };
    put("app_id", &settings.app_id);
    put("method", api.name());
    put("format", "JSON");
    put("charset", "utf-8");
    put("sign_type", "RSA2");
    put("timestamp", &moment.now.local(TIME_PATTERN, Zone::CHINA));
    put("version", "1.0");
    if let (Api::Pay | Api::Precreate, Some(url)) = (api, &settings.notify_url) {
        put("notify_url", url);
    }
    params
}

/// What `reply` to `ask` proves.
pub fn answer(ask: &Ask, order: &Order, reply: &Reply, key: &dyn Verify) -> Answer {
    let mut answer = read(ask, order, reply, key);
    answer.said.reference = short(reply.header("trace_id").unwrap_or_default(), order);
    answer
}

fn read(ask: &Ask, order: &Order, reply: &Reply, key: &dyn Verify) -> Answer {
    if reply.status != 200 {
        let said = Said::new(format!("HTTP {}", reply.status), "");
        return Answer::unclear(doubt_of_status(reply.status), said);
    }
    let garbled = || Answer::unclear(Doubt::Garbled, Said::default());
    let Ok(body) = std::str::from_utf8(&reply.body) else { return garbled() };
    let Some(envelope) = Envelope::open(body, &api_of(ask, order).response_key()) else { return garbled() };
    let Ok(response) = serde_json::from_str::<Response>(envelope.response) else { return garbled() };
    let Some(signature) = envelope.sign else {
        return Answer::unclear(doubt_of_unsigned(&response), said(&response, order));
    };
    if !key.verify(envelope.response.as_bytes(), &signature) {
        return Answer::unclear(Doubt::BadSignature, said(&response, order));
    }
    judged(ask, order, &response)
}

/// The gateway cannot sign an answer to an application that it does not know.
fn doubt_of_unsigned(response: &Response) -> Doubt {
    match response.code.as_deref() {
        Some("20001" | "40001" | "40002" | "40003" | "40006") => Doubt::OurSettings,
        _ => Doubt::BadSignature,
    }
}
