//! The pages, their headers, and every address of the contract.

use crate::world::World;
use serde_json::Value;

#[tokio::test]
async fn pages_come_with_headers_that_protect_them() {
    let world = World::new().await;
    let page = world.send("GET /till/today").await;
    assert_eq!((page.status, page.text.as_str()), (200, "<title>till</title>"));
    let header = |name: &str| page.headers[name].to_str().expect("text").to_owned();
    assert!(header("content-security-policy").contains("script-src 'self';"));
    assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-cache");
    let file = world.send("GET /assets/till-1a2b.js").await;
    assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(file.headers["content-type"], "text/javascript");

    let mut again = world.request("GET /till/today");
    again.headers_mut().insert("if-none-match", page.headers["etag"].clone());
    let unchanged = tower::ServiceExt::oneshot(world.router.clone(), again).await.expect("it answers");
    assert_eq!(unchanged.status().as_u16(), 304);
    for path in ["/", "/r/abc", "/demo/codes", "/status"] {
        assert_eq!(world.send(&format!("GET {path}")).await.text, "<title>public</title>", "{path}");
    }
    assert_eq!(world.send("GET /console/").await.brief(), "404 no_such_page", "this build has no console");
}

#[tokio::test]
async fn health_is_for_everybody_and_tells_no_secret() {
    let world = World::new().await;
    let health = world.send("GET /v1/health").await;
    let json = health.json();
    assert_eq!((health.status, &json["status"], &json["version"]), (200, &"ok".into(), &"0.0.0-test".into()));
    let provider = |json: &Value| {
        let it = &json["providers"][0];
        format!("{} {} {}", it["provider"], it["state"], it["found"]["zh"])
    };
    assert_eq!(provider(&json), r#""scripted" "unknown" "启动后还没有询问过它""#);
    assert!(json["providers"][0]["checked_at"].is_null());
    world.send(&crate::world::pay(100, "first")).await;
    let mut asked = world.send("GET /v1/health").await.json();
    for _ in 0..500 {
        if provider(&asked).contains("answering") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        asked = world.send("GET /v1/health").await.json();
    }
    assert!(provider(&asked).contains("answering") && asked["providers"][0]["checked_at"].is_string());
    world.handle.stop().await;
    let stopped = world.send("GET /v1/health").await;
    assert_eq!((stopped.status, &stopped.json()["engine"]), (503, &"stopped".into()));
    let refused = world.send(&crate::world::pay(100, "late")).await;
    assert_eq!(refused.brief(), "503 stopping");
}

#[tokio::test]
async fn every_address_of_the_contract_exists_and_asks_who_one_is() {
    let world = World::demo().await;
    let contract = world.send("GET /v1/openapi.json").await.json();
    let open = [
        "/v1/session post",
        "/v1/health get",
        "/v1/demo get",
        "/v1/receipts/{token} get",
        // A device says how it is before anybody signs in, and a spare takes over with one tap.
        "/v1/agent get",
        "/v1/agent/takeover post",
        // The code is the proof.
        "/v1/pairing post",
    ];
    let mut seen = 0;
    for (path, methods) in contract["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let id = "018f3c1e-5b7a-7c3d-9e2f-0123456789ab";
            let real = path.replace("{id}", id).replace("{token}", "x").replace("{key}", "x");
            let real = real.replace("{file}", "x.svg").replace("{order_no}", "x");
            let answer = world.send(&format!("{} {real} site:same-origin", method.to_uppercase())).await;
            let code = answer.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
            assert!(
                !["no_such_page", "method_not_allowed"].contains(&code.as_str()),
                "{method} {path}: {code}"
            );
            let is_open = open.contains(&format!("{path} {method}").as_str()) || path.contains("/printer/");
            let is_open = is_open || path.starts_with("/v1/demo");
            assert_eq!(answer.status == 401, !is_open, "{method} {path}: {}", answer.status);
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen}");
}
