//! Signing in: cookies, roles, and how often one may be wrong.

use crate::world::{PASSWORD, World};
use serde_json::Value;

async fn sign_in(world: &World, login: &str, password: &str, words: &str) -> crate::world::Answer {
    let line = format!(r#"POST /v1/session {words} {{"login":"{login}","password":"{password}"}}"#);
    world.send(&line).await
}

#[tokio::test]
async fn a_session_lasts_from_signing_in_to_signing_out() {
    let world = World::new().await;
    let answer = sign_in(&world, "li", PASSWORD, "site:same-origin").await;
    assert_eq!(answer.status, 200);
    let me = answer.json();
    assert_eq!(me["staff"]["role"], "cashier");
    assert_eq!((&me["till"]["name"], &me["permissions"]), (&"1号".into(), &serde_json::json!(["take"])));
    let cookie = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    let token = cookie.split(['=', ';']).nth(1).expect("a token").to_owned();
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!answer.text.contains(&token), "scripts never see the token");
    world.say("token", &token);

    let me = world.send("GET /v1/me cookie:{token}").await;
    assert_eq!(me.json()["staff"]["login"], "li");
    let line = r#"POST /v1/payments?wait=5 cookie:{token} {words} {"amount":{"amount":100,"currency":"CNY"},"method":{"show_qr":{"wallet":"scripted"}}}"#;
    for (words, seen) in [
        ("key:a", "403 cross_origin_request"),
        ("key:a site:same-site", "403 cross_origin_request"),
        ("key:a origin:https://evil.test", "403 cross_origin_request"),
        ("key:a origin:https://pay.test", "201 waiting"),
    ] {
        assert_eq!(world.send(&line.replace("{words}", words)).await.brief(), seen, "{words}");
    }
    let payment = world.send("GET /v1/payments cookie:{token}").await.json();
    assert_eq!(payment["items"][0]["cashier"], "LI");
    assert_eq!(world.send("DELETE /v1/session cookie:{token}").await.brief(), "403 cross_origin_request");
    let gone = world.send("DELETE /v1/session cookie:{token} site:same-origin").await;
    assert_eq!(gone.status, 204);
    assert!(gone.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    assert_eq!(world.send("GET /v1/me cookie:{token}").await.brief(), "401 not_signed_in");
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down_and_tell_nothing() {
    let world = World::new().await;
    let stranger = sign_in(&world, "nobody", "x", "").await;
    let wrong = sign_in(&world, "zhang", "x", "").await;
    assert_eq!((stranger.status, &stranger.text), (wrong.status, &wrong.text));
    assert_eq!(wrong.brief(), "401 wrong_login_or_password");
    for _ in 0..4 {
        assert_eq!(sign_in(&world, "zhang", "x", "").await.brief(), "401 wrong_login_or_password");
    }
    let slowed = sign_in(&world, "zhang", PASSWORD, "").await;
    assert_eq!(slowed.brief(), "429 too_many_attempts");
    let wait: u64 = slowed.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=31).contains(&wait), "{wait}");
    assert_eq!(sign_in(&world, "li", PASSWORD, "").await.status, 200, "others are not slowed down");
    assert_eq!(sign_in(&world, "li", PASSWORD, "site:cross-site").await.brief(), "403 cross_origin_request");
    assert_eq!(sign_in(&world, &"x".repeat(300), PASSWORD, "").await.brief(), "401 wrong_login_or_password");
}

#[tokio::test]
async fn a_machine_is_told_who_it_is_and_a_till_what_it_needs() {
    let world = World::new().await;
    let me = world.send("GET /v1/me as:owner").await.json();
    assert_eq!((&me["staff"]["login"], &me["till"]), (&"".into(), &Value::Null));
    assert_eq!(me["tills"].as_array().expect("tills").len(), 2);
    let till = world.send("GET /v1/till as:cashier").await.json();
    assert_eq!(till["methods"].as_array().expect("methods").len(), 1);
    let wallets: Vec<(&str, bool)> = till["wallets"]
        .as_array()
        .expect("wallets")
        .iter()
        .map(|w| (w["wallet"].as_str().expect("a name"), w["available"].as_bool().expect("yes or no")))
        .collect();
    assert_eq!(wallets, [("scripted", true), ("other", false), ("scripted", true), ("twin", false)]);
    assert_eq!(
        (&till["limits"]["max"]["amount"], &till["printer"]["state"]),
        (&5_000_000.into(), &"none".into())
    );
}

#[tokio::test]
async fn no_log_holds_a_password_a_token_or_a_code() {
    let world = World::new().await;
    sign_in(&world, "zhang", "a wrong passphrase", "").await;
    let answer = sign_in(&world, "zhang", PASSWORD, "").await;
    let cookie = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    let token = cookie.split(['=', ';']).nth(1).expect("a token");
    world.say("token", token);
    world.send("GET /v1/me cookie:{token}").await;
    world.send(&crate::world::pay(1250, "sale-1")).await;
    world.send(&crate::world::pay(0, "sale-2")).await;
    let written = crate::world::log();
    assert!(written.contains("a sign-in was refused"), "something is logged at all");
    for secret in ["a wrong passphrase", PASSWORD, token, crate::world::CODE] {
        assert!(!written.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn behind_a_proxy_everybody_is_counted_by_their_own_address() {
    let world = World::new().await;
    for _ in 0..5 {
        sign_in(&world, "zhang", "x", "from:127.0.0.1 via:203.0.113.7").await;
    }
    let check = async |words: &str| sign_in(&world, "zhang", PASSWORD, words).await.status;
    assert_eq!(check("from:127.0.0.1 via:203.0.113.7").await, 429);
    assert_eq!(
        check("from:127.0.0.1 via:198.51.100.1,_203.0.113.7").await,
        429,
        "forged entries do not help"
    );
    assert_eq!(
        check("from:127.0.0.1 via:198.51.100.1,_203.0.113.7,_10.0.0.9").await,
        429,
        "over two proxies"
    );
    assert_eq!(check("from:203.0.113.7 via:198.51.100.1").await, 429, "a stranger is no proxy");
    assert_eq!(check("from:127.0.0.1 via:203.0.113.8").await, 200, "the neighbor is not slowed down");
}

#[tokio::test]
async fn one_address_may_not_try_everybody() {
    let world = World::new().await;
    for n in 0..30 {
        sign_in(&world, &format!("nobody{n}"), "x", "from:203.0.113.7").await;
    }
    assert_eq!(sign_in(&world, "li", PASSWORD, "from:203.0.113.7").await.brief(), "429 too_many_attempts");
    assert_eq!(sign_in(&world, "li", PASSWORD, "from:203.0.113.8").await.status, 200);
}
