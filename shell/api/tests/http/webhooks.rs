//! Merchants' own systems: registering them, what they are told, and a real system at the other end.

use crate::world::{CODE, World, pay};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::Timestamp;
use expect_test::expect;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use webhooks::SigningSecret;

/// So long is waited for what must come, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A system that answers by a list, and with 204 when the list is over.
#[derive(Clone, Default)]
struct Receiver {
    answers: Arc<Mutex<VecDeque<u16>>>,
    heard: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Receiver {
    async fn start(answers: &[u16]) -> (Receiver, String) {
        let receiver = Receiver::default();
        receiver.answers.lock().expect("nobody panics").extend(answers);
        let app = Router::new().fallback(hear).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    /// The messages, once there are so many.
    async fn heard(&self, count: usize) -> Vec<(HeaderMap, Bytes)> {
        let enough = async {
            loop {
                let heard = self.heard.lock().expect("nobody panics").clone();
                if heard.len() >= count {
                    return heard;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("messages come")
    }
}

async fn hear(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    receiver.heard.lock().expect("nobody panics").push((headers, body));
    let status = receiver.answers.lock().expect("nobody panics").pop_front().unwrap_or(204);
    (StatusCode::from_u16(status).expect("a status"), if status == 500 { "the stock is locked" } else { "" })
}

/// What a message says, after its signature was checked.
fn told(secret: &SigningSecret, (headers, body): &(HeaderMap, Bytes)) -> Value {
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    let seconds: i64 = header("webhook-timestamp").parse().expect("seconds");
    let at = Timestamp::from_micros(seconds * 1_000_000);
    let signature = secret.sign(&header("webhook-id"), at, body);
    assert!(header("webhook-signature").split(' ').any(|one| one == signature), "it is signed");
    assert!(header("webhook-id").starts_with("msg_"));
    assert!(!String::from_utf8_lossy(body).contains(&CODE[..8]), "a payer's code is never told");
    serde_json::from_slice(body).expect("it is JSON")
}

/// Registers a system; gives its id and its secret.
async fn register(world: &World, body: &str) -> (String, SigningSecret) {
    let made = world.send(&format!("POST /v1/webhooks as:owner {body}")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let secret = made["secret"].as_str().expect("the server made one");
    (made["webhook"]["id"].as_str().expect("an id").to_owned(), SigningSecret::parse(secret).expect("fit"))
}

pub async fn until(world: &World, line: &str, done: impl Fn(&Value) -> bool) -> Value {
    let wait = async {
        loop {
            let answer = world.send(line).await.json();
            if done(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it comes to that")
}

#[tokio::test]
async fn a_late_truth_reaches_the_merchants_own_system() {
    let world = World::new().await;
    let (receiver, url) = Receiver::start(&[]).await;
    let (_, secret) = register(&world, &format!(r#"{{"url":"{url}"}}"#)).await;
    let declined = world.send(&pay(102, "sale-1")).await;
    assert_eq!(declined.brief(), "201 not_paid");
    let order = declined.json()["order_no"].as_str().expect("a number").to_owned();
    world.say("id", declined.json()["id"].as_str().expect("an id"));
    receiver.heard(1).await;
    world.book.pay(&order);
    let mut notice = world.request("POST /notify/scripted/00000000-0000-0000-0000-000000000003 sign:right");
    *notice.body_mut() = order.into();
    let reply = tower::ServiceExt::oneshot(world.router.clone(), notice).await.expect("it answers");
    assert_eq!(reply.status(), 200);

    let heard = receiver.heard(3).await;
    let mut lines = String::new();
    for message in &heard {
        let told = told(&secret, message);
        let payment = &told["data"]["payment"];
        let found = payment["found"]["how"].as_str().unwrap_or("-");
        lines.push_str(&format!(
            "{} version {}: {} {found}\n",
            told["type"].as_str().expect("a type"),
            payment["version"],
            payment["money"].as_str().expect("a state"),
        ));
    }
    expect![[r#"
        payment.not_paid version 3: not_paid -
        payment.found_paid version 6: verifying too_late
        payment.returned version 8: returned too_late
    "#]]
    .assert_eq(&lines);
}

#[tokio::test]
async fn what_is_refused_comes_again_in_order_and_under_the_same_number() {
    let world = World::new().await;
    let (receiver, url) = Receiver::start(&[500]).await;
    let events = r#"["payment.paid","refund.done"]"#;
    let (id, secret) = register(&world, &format!(r#"{{"url":"{url}","events":{events}}}"#)).await;
    world.say("hook", &id);
    let payment = world.send(&pay(1000, "sale-1")).await.json();
    world.say("id", payment["id"].as_str().expect("an id"));
    receiver.heard(1).await;
    let refused =
        until(&world, "GET /v1/webhooks/{hook}/messages as:owner", |list| list["items"][0]["tries"] == 1)
            .await;
    let refused = &refused["items"][0];
    assert_eq!(
        (&refused["state"], &refused["status"], &refused["answer"]),
        (&"waiting".into(), &500.into(), &"the stock is locked".into())
    );
    assert!(
        refused["reason"]["en"].as_str().is_some_and(|why| why.starts_with("It answered 500")),
        "{refused}"
    );
    assert!(refused["next_at"].is_string());
    let back =
        r#"POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}"#;
    assert_eq!(world.send(back).await.status, 201);
    // The first is sent again when its pause is over, and the refund after it.
    let heard = receiver.heard(3).await;
    let told: Vec<Value> = heard.iter().map(|message| told(&secret, message)).collect();
    let kinds: Vec<&str> = told.iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["payment.paid", "payment.paid", "refund.done"]);
    assert_eq!(told[0], told[1], "the same message says the same");
    assert_eq!(heard[0].0["webhook-id"], heard[1].0["webhook-id"]);
    assert_eq!(told[2]["data"]["refund"]["amount"]["amount"], 300);
    let list = until(&world, "GET /v1/webhooks/{hook}/messages?state=delivered as:owner", |list| {
        list["items"].as_array().is_some_and(|items| items.len() == 2)
    })
    .await;
    assert_eq!(list["items"][1]["tries"], 2);
    assert!(list["items"][1]["reason"].is_null(), "what was taken needs no reason");

    let again =
        world.send(r#"POST /v1/webhooks/{hook}/replay as:owner {"since":"2026-01-01T00:00:00+08:00"}"#);
    assert_eq!(again.await.json()["messages"], 2);
    assert_eq!(receiver.heard(5).await.len(), 5);
    let record = world.send("GET /v1/changes as:owner").await.json();
    assert_eq!(record["items"][0]["action"], "webhook.replayed", "{record}");
    assert_eq!(record["items"][0]["detail"], format!("{url}\nsince 2026-01-01T00:00:00+08:00: 2"));
    assert!(record["items"][0]["by"].as_str().is_some_and(|by| !by.is_empty()), "{record}");
    for caller in ["cashier", "support"] {
        assert_eq!(world.send(&format!("GET /v1/changes as:{caller}")).await.brief(), "403 not_allowed");
    }
    let theirs = world.send("GET /v1/changes as:theirs").await.json();
    assert!(!theirs.to_string().contains("replayed"), "another merchant's record is its own");

    assert_eq!(world.send("DELETE /v1/webhooks/{hook} as:owner").await.status, 204);
    assert_eq!(world.send("DELETE /v1/webhooks/{hook} as:owner").await.brief(), "404 no_such_webhook");
    assert_eq!(world.send("GET /v1/webhooks as:owner").await.json()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_system_that_is_gone_is_told_no_more_and_the_owner_knows() {
    let world = World::new().await;
    let (receiver, url) = Receiver::start(&[410]).await;
    let (id, _) = register(&world, &format!(r#"{{"url":"{url}"}}"#)).await;
    world.say("hook", &id);
    world.send(&pay(1000, "sale-1")).await;
    receiver.heard(1).await;
    let alarms = until(&world, "GET /v1/alarms as:support", |list| list["items"][0].is_object()).await;
    let alarm = &alarms["items"][0];
    assert_eq!((&alarm["code"], &alarm["subject"]), (&"webhook_gone".into(), &id.as_str().into()));
    world.say("alarm", &alarm["id"].to_string());
    let hooks = world.send("GET /v1/webhooks as:owner").await.json();
    assert_eq!(hooks["items"][0]["disabled_because"], "410 Gone");
    let played = world
        .play(
            r#"
            POST /v1/alarms/{alarm}/seen as:theirs
            POST /v1/alarms/{alarm}/seen as:support
            POST /v1/alarms/x/seen as:owner
            POST /v1/alarms/{alarm}/seen as:owner
            POST /v1/webhooks/{hook}/enable as:owner
            "#,
        )
        .await;
    expect![[r#"
        POST /v1/alarms/{alarm}/seen as:theirs
            404 no_such_alarm
        POST /v1/alarms/{alarm}/seen as:support
            403 not_allowed
        POST /v1/alarms/x/seen as:owner
            400 malformed_id
        POST /v1/alarms/{alarm}/seen as:owner
            204
        POST /v1/webhooks/{hook}/enable as:owner
            200
    "#]]
    .assert_eq(&played);
    receiver.heard(2).await;
    let seen = world.send("GET /v1/alarms as:owner").await.json();
    assert!(seen["items"][0]["seen_at"].is_string());
}

/// What happened during a pause is never told, also when something happens to the same payment afterwards.
#[tokio::test]
async fn a_paused_system_is_told_only_of_what_happens_after_the_pause() {
    let world = World::new().await;
    let (receiver, url) = Receiver::start(&[]).await;
    let (id, secret) = register(&world, &format!(r#"{{"url":"{url}"}}"#)).await;
    world.say("hook", &id);
    assert_eq!(world.send("POST /v1/webhooks/{hook}/disable as:owner").await.status, 200);
    let paid = world.send(&pay(1000, "sale-1")).await;
    assert_eq!(paid.brief(), "201 paid");
    world.say("id", paid.json()["id"].as_str().expect("an id"));
    assert_eq!(world.send("POST /v1/webhooks/{hook}/enable as:owner").await.status, 200);
    let back =
        r#"POST /v1/payments/{id}/refunds?wait=5 as:owner key:r1 {"amount":{"amount":300,"currency":"CNY"}}"#;
    assert_eq!(world.send(back).await.status, 201);
    let heard = receiver.heard(1).await;
    assert_eq!(told(&secret, &heard[0])["type"], "refund.done", "what was paid in the pause was not kept");
    let list = world.send("GET /v1/webhooks/{hook}/messages as:owner").await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
}

#[tokio::test]
async fn a_test_is_sent_once_and_both_secrets_sign_for_a_day() {
    let world = World::new().await;
    let (receiver, url) = Receiver::start(&[404]).await;
    let (id, before) = register(&world, &format!(r#"{{"url":"{url}"}}"#)).await;
    world.say("hook", &id);
    let rotated = world.send("POST /v1/webhooks/{hook}/rotate as:owner").await.json();
    let after = SigningSecret::parse(rotated["secret"].as_str().expect("a new one")).expect("fit");
    assert!(rotated["webhook"]["both_secrets_until"].is_string());
    assert_eq!(world.send("POST /v1/webhooks/{hook}/test as:owner").await.status, 202);
    let heard = receiver.heard(1).await;
    for secret in [&before, &after] {
        assert_eq!(told(secret, &heard[0])["type"], "webhook.test");
    }
    let parked = "GET /v1/webhooks/{hook}/messages?state=parked as:owner";
    let list = until(&world, parked, |list| list["items"][0].is_object()).await;
    assert_eq!((&list["items"][0]["status"], &list["items"][0]["tries"]), (&404.into(), &1.into()));
    let quiet = world.send("GET /v1/alarms as:owner").await.json();
    assert_eq!(quiet["items"], serde_json::json!([]), "a test raises nothing");
}

#[tokio::test]
async fn only_owners_register_and_what_will_not_do_changes_nothing() {
    let world = World::new().await;
    let (id, _) = register(&world, r#"{"url":"https://shop.example/hook"}"#).await;
    world.say("hook", &id);
    let played = world
        .play(
            r#"
            GET /v1/webhooks
            GET /v1/webhooks as:cashier
            GET /v1/alarms as:cashier
            POST /v1/webhooks as:support {"url":"https://shop.example/2"}
            POST /v1/webhooks as:owner {"url":"https://shop.example/hook"}
            POST /v1/webhooks as:owner {"url":"shop.example"}
            POST /v1/webhooks as:owner {"url":"https://me:pw@shop.example/"}
            POST /v1/webhooks as:owner {"url":"https://169.254.169.254/latest"}
            POST /v1/webhooks as:owner {"url":"http://8.8.8.8/"}
            POST /v1/webhooks as:owner {"url":"https://shop.example/2","events":[]}
            POST /v1/webhooks as:owner {"url":"https://shop.example/2","events":["payment.paid","payment.lost"]}
            POST /v1/webhooks as:owner {"url":"https://shop.example/2","secret":"whsec_c2hvcnQ="}
            POST /v1/webhooks as:owner {"url":7}
            POST /v1/webhooks as:owner {"url":"https://shop.example/2","more":1}
            PUT /v1/webhooks/{hook} as:theirs {"url":"https://shop.example/2"}
            PUT /v1/webhooks/x as:owner {"url":"https://shop.example/2"}
            PUT /v1/webhooks/{hook} as:owner {"url":"ftp://shop.example"}
            POST /v1/webhooks/{hook}/disable as:theirs
            POST /v1/webhooks/{hook}/rotate as:cashier
            POST /v1/webhooks/{hook}/test as:theirs
            GET /v1/webhooks/{hook}/messages as:theirs
            GET /v1/webhooks/{hook}/messages?state=lost as:owner
            GET /v1/webhooks/{hook}/messages?limit=0 as:owner
            POST /v1/webhooks/{hook}/replay as:owner {}
            POST /v1/webhooks/{hook}/replay as:owner {"message":1,"parked":true}
            POST /v1/webhooks/{hook}/replay as:owner {"message":1}
            POST /v1/webhooks/{hook}/replay as:owner {"since":"yesterday"}
            POST /v1/webhooks/{hook}/replay as:owner {"parked":true}
            DELETE /v1/webhooks/{hook} as:cashier
            DELETE /v1/webhooks/{hook} as:theirs
            DELETE /v1/webhooks/x as:owner
            "#,
        )
        .await;
    expect![[r#"
        GET /v1/webhooks
            401 not_signed_in
        GET /v1/webhooks as:cashier
            403 not_allowed
        GET /v1/alarms as:cashier
            403 not_allowed
        POST /v1/webhooks as:support {"url":"https://shop.example/2"}
            403 not_allowed
        POST /v1/webhooks as:owner {"url":"https://shop.example/hook"}
            409 webhook_url_taken
        POST /v1/webhooks as:owner {"url":"shop.example"}
            422 webhook_url_unfit
        POST /v1/webhooks as:owner {"url":"https://me:pw@shop.example/"}
            422 webhook_url_unfit
        POST /v1/webhooks as:owner {"url":"https://169.254.169.254/latest"}
            422 webhook_url_unfit
        POST /v1/webhooks as:owner {"url":"http://8.8.8.8/"}
            422 webhook_url_unfit
        POST /v1/webhooks as:owner {"url":"https://shop.example/2","events":[]}
            422 unknown_event
        POST /v1/webhooks as:owner {"url":"https://shop.example/2","events":["payment.paid","payment.lost"]}
            422 unknown_event
        POST /v1/webhooks as:owner {"url":"https://shop.example/2","secret":"whsec_c2hvcnQ="}
            422 webhook_secret_unfit
        POST /v1/webhooks as:owner {"url":7}
            422 unacceptable_body
        POST /v1/webhooks as:owner {"url":"https://shop.example/2","more":1}
            422 unacceptable_body
        PUT /v1/webhooks/{hook} as:theirs {"url":"https://shop.example/2"}
            404 no_such_webhook
        PUT /v1/webhooks/x as:owner {"url":"https://shop.example/2"}
            400 malformed_id
        PUT /v1/webhooks/{hook} as:owner {"url":"ftp://shop.example"}
            422 webhook_url_unfit
        POST /v1/webhooks/{hook}/disable as:theirs
            404 no_such_webhook
        POST /v1/webhooks/{hook}/rotate as:cashier
            403 not_allowed
        POST /v1/webhooks/{hook}/test as:theirs
            404 no_such_webhook
        GET /v1/webhooks/{hook}/messages as:theirs
            404 no_such_webhook
        GET /v1/webhooks/{hook}/messages?state=lost as:owner
            400 unacceptable_query
        GET /v1/webhooks/{hook}/messages?limit=0 as:owner
            400 unacceptable_query
        POST /v1/webhooks/{hook}/replay as:owner {}
            422 unacceptable_body
        POST /v1/webhooks/{hook}/replay as:owner {"message":1,"parked":true}
            422 unacceptable_body
        POST /v1/webhooks/{hook}/replay as:owner {"message":1}
            404 no_such_message
        POST /v1/webhooks/{hook}/replay as:owner {"since":"yesterday"}
            422 unacceptable_body
        POST /v1/webhooks/{hook}/replay as:owner {"parked":true}
            202
        DELETE /v1/webhooks/{hook} as:cashier
            403 not_allowed
        DELETE /v1/webhooks/{hook} as:theirs
            404 no_such_webhook
        DELETE /v1/webhooks/x as:owner
            400 malformed_id
    "#]]
    .assert_eq(&played);
    let all = world.send("GET /v1/webhooks as:owner").await.json();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["items"][0]["url"], "https://shop.example/hook");
    let mine = r#"{"url":"https://shop.example/3","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#;
    let made = world.send(&format!("POST /v1/webhooks as:owner {mine}")).await;
    assert!(made.json()["secret"].is_null(), "what the caller chose is not told back");
    assert!(!world.send("GET /v1/webhooks as:owner").await.text.contains("whsec"));
    assert!(!crate::world::log().contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "nor logged");
}
