//! Live events: in order, one's own only, and nothing missed after a break.

use crate::world::{World, pay};
use http_body_util::BodyExt;
use serde_json::Value;
use std::time::Duration;
use tower::ServiceExt;

/// An open stream.
struct Stream {
    body: axum::body::Body,
    text: String,
}

/// One event: its id, its name, its data.
type Event = (String, String, Value);

impl Stream {
    async fn open(world: &World, line: &str) -> Stream {
        let response = world.router.clone().oneshot(world.request(line)).await.expect("it answers");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { body: response.into_body(), text: String::new() }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                let data = serde_json::from_str(&field("data:")).unwrap_or(Value::Null);
                let event = (field("id:"), field("event:"), data);
                self.text = rest.to_owned();
                return event;
            }
            let frame = tokio::time::timeout(Duration::from_secs(5), self.body.frame()).await;
            let frame = frame.expect("an event in time").expect("an open stream").expect("a frame");
            self.text.push_str(&String::from_utf8_lossy(&frame.into_data().expect("data")));
        }
    }

    /// Events until a payment of this amount is in this state.
    async fn until(&mut self, fen: i64, money: &str) -> Vec<Event> {
        let mut heard = Vec::new();
        loop {
            let event = self.next().await;
            let reached = event.2["amount"]["amount"] == fen && event.2["money"] == money;
            heard.push(event);
            if reached {
                return heard;
            }
        }
    }
}

#[tokio::test]
async fn what_happens_is_heard_and_what_was_missed_is_told() {
    let world = World::new().await;
    world.send(&pay(900, "before")).await;
    let mut stream = Stream::open(&world, "GET /v1/events as:support").await;
    let (_, name, hello) = stream.next().await;
    assert_eq!((name.as_str(), &hello["resumed"]), ("hello", &false.into()));
    world.send(&pay(1250, "first")).await;
    let heard = stream.until(1250, "paid").await;
    assert!(heard.iter().all(|(_, name, data)| name == "payment" && data["amount"]["amount"] == 1250));
    let ids: Vec<i64> = heard.iter().map(|(id, ..)| id.parse().expect("a number")).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    drop(stream);

    world.send(&pay(102, "second")).await;
    world.send(&pay(300, "third")).await;
    world.say("last", &ids.last().expect("heard some").to_string());
    let mut resumed = Stream::open(&world, "GET /v1/events as:owner last:{last}").await;
    assert_eq!(resumed.next().await.2["resumed"], true);
    let missed = resumed.until(300, "paid").await;
    let told: Vec<(i64, &str)> = missed
        .iter()
        .map(|(_, _, data)| {
            (data["amount"]["amount"].as_i64().expect("fen"), data["money"].as_str().expect("a word"))
        })
        .collect();
    assert_eq!(told, [(102, "not_paid"), (300, "paid")], "each payment once, as it stands now");
    world.send(&pay(400, "fourth")).await;
    assert!(resumed.until(400, "paid").await.iter().all(|(_, _, data)| data["amount"]["amount"] == 400));
}

#[tokio::test]
async fn nobody_hears_of_anothers_payments() {
    let world = World::new().await;
    let mut theirs = Stream::open(&world, "GET /v1/events as:theirs last:0").await;
    assert_eq!(theirs.next().await.1, "hello");
    world.send(&pay(1250, "ours")).await;
    let heard = tokio::time::timeout(Duration::from_millis(300), theirs.body.frame()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn a_new_listener_goes_on_where_an_old_one_stopped() {
    let world = World::new().await;
    world.send(&pay(900, "before")).await;
    let mut stream = Stream::open(&world, "GET /v1/events as:owner").await;
    let (at, ..) = stream.next().await;
    assert!(at.parse::<i64>().expect("hello has an id") > 0, "even before the first payment is heard of");
    drop(stream);
    world.send(&pay(1250, "missed")).await;
    world.say("at", &at);
    let mut resumed = Stream::open(&world, "GET /v1/events?after={at} as:owner").await;
    assert_eq!(resumed.next().await.2["resumed"], true);
    assert!(resumed.until(1250, "paid").await.iter().all(|(_, _, data)| data["amount"]["amount"] == 1250));
    let mut newer = Stream::open(&world, "GET /v1/events?after=0 last:{at} as:owner").await;
    assert_eq!(newer.next().await.0, at, "the browser's own memory is newer than the address");

    let mut foreign = Stream::open(&world, "GET /v1/events?after=999999 as:owner").await;
    assert_eq!(foreign.next().await.2["resumed"], false, "an id of another database is not gone on from");
    world.send(&pay(400, "heard")).await;
    foreign.until(400, "paid").await;
    for wrong in ["after=x", "after=", "since=1"] {
        let answer = world.send(&format!("GET /v1/events?{wrong} as:owner")).await;
        assert_eq!(answer.brief(), "400 unacceptable_query", "{wrong}");
    }
}
