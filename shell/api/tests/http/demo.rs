//! The customer who is pretended in a demo, and nowhere else.

use crate::world::World;

const SHOW: &str = r#"POST /v1/payments?wait=5 as:cashier key:a {"amount":{"amount":101,"currency":"CNY"},"method":{"show_qr":{"wallet":"scripted"}}}"#;

#[tokio::test]
async fn a_pretended_customer_scans_the_shown_code_and_pays_once() {
    let world = World::demo().await;
    assert_eq!(world.send("GET /v1/till as:cashier").await.json()["demo"], true);
    assert_eq!(world.send("GET /v1/demo/scan").await.json()["items"], serde_json::json!([]));
    let payment = world.send(SHOW).await.json();
    let order_no = payment["order_no"].as_str().expect("a number");
    world.say("order", order_no);
    world.say("id", payment["id"].as_str().expect("an id"));
    let shown = world.send("GET /v1/demo/scan").await.json();
    assert_eq!(
        (&shown["items"][0]["order_no"], &shown["items"][0]["amount"]["amount"]),
        (&order_no.into(), &101.into())
    );

    assert_eq!(world.send("POST /v1/demo/scan/{order}").await.status, 204);
    assert_eq!(world.send("POST /v1/payments/{id}/look?wait=5 as:cashier").await.brief(), "200 paid");
    assert_eq!(world.send("POST /v1/demo/scan/{order}").await.brief(), "409 nothing_to_scan");
    assert_eq!(world.send("GET /v1/demo/scan").await.json()["items"], serde_json::json!([]));
    for wrong in ["{id}", "x", "018F3C1E5B7A7C3D9E2F0123456789AB"] {
        assert_eq!(
            world.send(&format!("POST /v1/demo/scan/{wrong}")).await.brief(),
            "400 malformed_id",
            "{wrong}"
        );
    }
    let unknown = world.send("POST /v1/demo/scan/018f3c1e5b7a7c3d9e2f0123456789ab").await;
    assert_eq!(unknown.brief(), "409 nothing_to_scan");
}

#[tokio::test]
async fn where_money_is_real_nobody_is_pretended() {
    let world = World::new().await;
    assert_eq!(world.send("GET /v1/till as:cashier").await.json()["demo"], false);
    let payment = world.send(SHOW).await.json();
    world.say("order", payment["order_no"].as_str().expect("a number"));
    world.say("id", payment["id"].as_str().expect("an id"));
    assert_eq!(world.send("POST /v1/demo/scan/{order}").await.brief(), "404 no_such_page");
    assert_eq!(world.send("POST /v1/demo/scan/{order} as:owner").await.brief(), "404 no_such_page");
    assert_eq!(world.send("GET /v1/demo/scan").await.brief(), "404 no_such_page");
    assert_eq!(world.send("GET /v1/payments/{id} as:cashier").await.brief(), "200 waiting");
}
