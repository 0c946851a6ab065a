//! What waits for a person: told to whom it concerns, until somebody has seen it.

use crate::world::{World, pay};

#[tokio::test]
async fn money_that_came_after_giving_up_waits_until_it_was_seen() {
    let world = World::new().await;
    let begun = world.send(&pay(101, "sale-1")).await.json();
    world.say("id", begun["id"].as_str().expect("an id"));
    let canceled = world.send("POST /v1/payments/{id}/cancel?wait=5 as:cashier").await;
    assert_eq!(canceled.brief(), "200 not_paid");
    let nothing = world.send("GET /v1/attention as:cashier").await.json();
    assert_eq!(nothing["items"], serde_json::json!([]));

    world.book.pay(begun["order_no"].as_str().expect("an order number"));
    let looked = world.send("POST /v1/payments/{id}/look?wait=5 as:cashier").await.json();
    assert_eq!(looked["found"]["how"], "too_late", "{looked}");
    for who in ["cashier", "owner", "support"] {
        let waiting = world.send(&format!("GET /v1/attention as:{who}")).await.json();
        assert_eq!(waiting["items"][0]["id"], begun["id"], "{who}");
    }
    let theirs = world.send("GET /v1/attention as:theirs").await.json();
    assert_eq!(theirs["items"], serde_json::json!([]));

    for (who, status) in [("support", 403), ("cashier", 200), ("owner", 200)] {
        let said = world.send(&format!("POST /v1/payments/{{id}}/acknowledge as:{who}")).await;
        assert_eq!(said.status, status, "{who}");
    }
    let after = world.send("GET /v1/attention as:owner").await.json();
    assert_eq!(after["items"], serde_json::json!([]));
    for (wrong, code) in [("till=nonsense", "400 malformed_id"), ("tills=1", "400 unacceptable_query")] {
        assert_eq!(world.send(&format!("GET /v1/attention?{wrong} as:owner")).await.brief(), code);
    }
}
