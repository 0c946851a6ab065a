//! People and keys: owners let in, change and shut out; nobody else does; every change is told.

use crate::world::{Answer, OURS, PASSWORD, World};
use expect_test::{Expect, expect};
use serde_json::Value;

/// The owner zhang and the cashier li, as the world settles them.
const ZHANG: &str = "00000000-0000-0000-0000-000000000001";
const LI: &str = "00000000-0000-0000-0000-000000000002";
const THEIR_KEY: &str = "00000000-0000-0000-0000-000000000067";

async fn world() -> World {
    let world = World::new().await;
    world.say("zhang", ZHANG);
    world.say("li", LI);
    world.say("their_key", THEIR_KEY);
    world.say("till", "00000000-0000-0000-0000-00000000000b");
    world.say("their_till", "00000000-0000-0000-0000-000000000015");
    world.say("long", &"x".repeat(65));
    world
}

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let body = format!(r#"{{"login":"{login}","password":"{password}"}}"#);
    world.send(&format!("POST /v1/session {body}")).await
}

fn token(answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().expect("text");
    cookie.split(['=', ';']).nth(1).expect("a token").to_owned()
}

async fn actions(world: &World, of: &str) -> Vec<String> {
    let story = world.send(&format!("GET {of}/story as:owner")).await.json();
    let items = story["items"].as_array().expect("changes").iter();
    let mut told: Vec<String> =
        items.map(|c| format!("{} {} by {}", c["action"], c["detail"], c["by"]).replace('"', "")).collect();
    told.sort();
    told
}

#[tokio::test]
async fn an_owner_lets_a_person_in_changes_and_shuts_out() {
    let world = world().await;
    let made = world
        .send(r#"POST /v1/people as:owner {"login":"wang","name":"王芳","role":"cashier","till":"{till}"}"#)
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (person, password) =
        (&made.json()["person"], made.json()["password"].as_str().expect("made").to_owned());
    assert_eq!(
        (&person["till"]["name"], &person["disabled_at"], &person["you"]),
        (&"1号".into(), &Value::Null, &false.into())
    );
    world.say("wang", person["id"].as_str().expect("an id"));
    let signed_in = sign_in(&world, "wang", &password).await;
    assert_eq!(signed_in.json()["permissions"], serde_json::json!(["take"]));
    world.say("token", &token(&signed_in));

    let changed =
        world.send(r#"PUT /v1/people/{wang} as:owner {"name":"王芳芳","role":"manager","till":null}"#).await;
    assert_eq!((&changed.json()["role"], &changed.json()["name"]), (&"manager".into(), &"王芳芳".into()));
    let me = world.send("GET /v1/me cookie:{token}").await.json();
    assert_eq!(
        me["permissions"],
        serde_json::json!(["take", "refund", "view_all"]),
        "from the next request on"
    );

    let disabled = world.send("POST /v1/people/{wang}/disable as:owner").await;
    assert!(disabled.json()["disabled_at"].is_string());
    assert_eq!(world.send("GET /v1/me cookie:{token}").await.brief(), "401 not_signed_in", "at once");
    assert_eq!(sign_in(&world, "wang", &password).await.brief(), "401 wrong_login_or_password");
    assert_eq!(world.send("POST /v1/people/{wang}/enable as:owner").await.json()["disabled_at"], Value::Null);
    let back = sign_in(&world, "wang", &password).await;
    world.say("token", &token(&back));
    let reset = world.send("POST /v1/people/{wang}/password as:owner {}").await.json();
    let fresh = reset["password"].as_str().expect("made").to_owned();
    assert_ne!(fresh, password);
    assert_eq!(world.send("GET /v1/me cookie:{token}").await.brief(), "401 not_signed_in", "sign-ins end");
    assert_eq!(sign_in(&world, "wang", &password).await.status, 401);
    assert_eq!(sign_in(&world, "wang", &fresh).await.status, 200);
    let chosen =
        world.send(r#"POST /v1/people/{wang}/password as:owner {"password":"three blind mice"}"#).await;
    assert_eq!(chosen.json()["password"], Value::Null, "a chosen password is not repeated");

    let by = "by api key machine of owner";
    assert_eq!(
        actions(&world, "/v1/people/{wang}").await,
        [
            format!(r"staff.changed name: 王芳 → 王芳芳\nrole: cashier → manager\ntill: 1号 →  {by}"),
            format!("staff.created wang cashier {by}"),
            format!("staff.disabled  {by}"),
            format!("staff.enabled  {by}"),
            format!("staff.password_changed  {by}"),
            format!("staff.password_changed  {by}"),
        ]
    );
    let list = world.send("GET /v1/people as:owner").await.json();
    let logins: Vec<&str> =
        list["items"].as_array().expect("people").iter().filter_map(|p| p["login"].as_str()).collect();
    assert_eq!(logins, ["zhang", "li", "wang"]);
    for secret in [password.as_str(), fresh.as_str(), "argon2"] {
        assert!(!list.to_string().contains(secret) && !crate::world::log().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_key_is_told_once_works_and_is_revoked() {
    let world = world().await;
    let made =
        world.send(r#"POST /v1/api-keys as:owner {"name":"自助机","role":"cashier","till":"{till}"}"#).await;
    let secret = made.json()["secret"].as_str().expect("told once").to_owned();
    assert_eq!((made.status, secret.starts_with("pk_")), (201, true));
    world.say("key", made.json()["key"]["id"].as_str().expect("an id"));
    world.say("secret", &secret);
    assert_eq!(world.send("GET /v1/me bearer:{secret}").await.json()["staff"]["name"], "自助机");
    let list = world.send("GET /v1/api-keys as:owner").await;
    assert!(!list.text.contains(&secret), "{}", list.text);
    let hint = list.json()["items"].as_array().expect("keys").last().expect("ours")["hint"].clone();
    assert!(secret.ends_with(hint.as_str().expect("letters")));
    let revoked = world.send("POST /v1/api-keys/{key}/revoke as:owner").await;
    assert!(revoked.json()["revoked_at"].is_string());
    assert_eq!(world.send("GET /v1/me bearer:{secret}").await.brief(), "401 unknown_api_key", "at once");
    assert_eq!(
        world.send("POST /v1/api-keys/{key}/revoke as:owner").await.status,
        200,
        "again changes nothing"
    );
    let by = "by api key machine of owner";
    let told = [format!("api_key.created 自助机 cashier {by}"), format!("api_key.disabled  {by}")];
    assert_eq!(actions(&world, "/v1/api-keys/{key}").await, told);
}

#[tokio::test]
async fn people_change_their_own_password_and_stay_signed_in_here() {
    let world = world().await;
    let (here, elsewhere) = (sign_in(&world, "li", PASSWORD).await, sign_in(&world, "li", PASSWORD).await);
    world.say("here", &token(&here));
    world.say("elsewhere", &token(&elsewhere));
    let check = async |current: &str, password: &str| {
        let body = format!(r#"{{"current":"{current}","password":"{password}"}}"#);
        world.send(&format!("POST /v1/me/password cookie:{{here}} site:same-origin {body}")).await.brief()
    };
    assert_eq!(check("not it", "a new and long one").await, "422 wrong_current_password");
    assert_eq!(check(PASSWORD, "short").await, "422 password_too_weak");
    assert_eq!(world.send("GET /v1/me cookie:{elsewhere}").await.status, 200, "nothing was changed so far");
    assert_eq!(check(PASSWORD, "a new and long one").await, "204");
    assert_eq!(world.send("GET /v1/me cookie:{here}").await.status, 200);
    assert_eq!(world.send("GET /v1/me cookie:{elsewhere}").await.brief(), "401 not_signed_in");
    assert_eq!(sign_in(&world, "li", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "li", "a new and long one").await.status, 200);
    assert_eq!(actions(&world, "/v1/people/{li}").await[1], "staff.password_changed  by li");
    for _ in 0..5 {
        check("guess", "a new and long one").await;
    }
    assert_eq!(check("a new and long one", "another long one").await, "429 too_many_attempts");
    let machine = r#"POST /v1/me/password as:owner {"current":"x","password":"a new and long one"}"#;
    assert_eq!(world.send(machine).await.brief(), "403 not_a_person");
    let foreign = r#"POST /v1/me/password cookie:{here} site:cross-site {"current":"x","password":"y"}"#;
    assert_eq!(world.send(foreign).await.brief(), "403 cross_origin_request");
}

#[tokio::test]
async fn nobody_shuts_out_oneself_or_the_last_owner() {
    let world = world().await;
    let owner = sign_in(&world, "zhang", PASSWORD).await;
    world.say("token", &token(&owner));
    let check = async |line: &str| world.send(line).await.brief();
    assert_eq!(
        check("POST /v1/people/{zhang}/disable cookie:{token} site:same-origin").await,
        "409 not_yourself"
    );
    let demote = r#"PUT /v1/people/{zhang} {who} {"name":"Z","role":"cashier"}"#;
    let own = demote.replace("{who}", "cookie:{token} site:same-origin");
    assert_eq!(check(&own).await, "409 not_your_own_role");
    assert_eq!(check("POST /v1/people/{zhang}/disable as:owner").await, "409 last_owner");
    assert_eq!(check(&demote.replace("{who}", "as:owner")).await, "409 last_owner");
    let rename = r#"PUT /v1/people/{zhang} cookie:{token} site:same-origin {"name":"张店主","role":"owner"}"#;
    assert_eq!(check(rename).await, "200", "one may call oneself something else");
    assert_eq!(check("POST /v1/people/{zhang}/password cookie:{token} site:same-origin {}").await, "200");
    assert_eq!(check("GET /v1/me cookie:{token}").await, "200", "the own sign-in outlives one's own reset");
    let own_key = world.send("GET /v1/me as:owner").await.json();
    world.say("own_key", own_key["staff"]["id"].as_str().expect("an id"));
    assert_eq!(check("POST /v1/api-keys/{own_key}/revoke as:owner").await, "409 not_yourself");
}

/// Plays the lines and makes sure that nobody's list has changed.
async fn check(lines: &str, expected: Expect) {
    let world = world().await;
    let people = world.store.people();
    let before = (people.staff(OURS).await.expect("read"), people.api_keys(OURS).await.expect("read"));
    let audit = people.audit(OURS, 100).await.expect("read").len();
    expected.assert_eq(&world.play(lines).await);
    let after = (people.staff(OURS).await.expect("read"), people.api_keys(OURS).await.expect("read"));
    assert_eq!(before, after, "a refused change changed something");
    assert_eq!(people.audit(OURS, 100).await.expect("read").len(), audit, "a refused change was recorded");
}

#[tokio::test]
async fn who_may_not_or_writes_nonsense_changes_nothing() {
    check(
        r#"
        GET /v1/people
        GET /v1/people as:cashier
        GET /v1/people as:support
        GET /v1/api-keys as:support
        POST /v1/people as:cashier {"login":"wang","name":"W","role":"owner"}
        PUT /v1/people/{li} as:cashier {"name":"L","role":"owner"}
        POST /v1/people/{li}/disable as:support
        POST /v1/people/{li}/password as:cashier {}
        POST /v1/api-keys as:cashier {"name":"kiosk","role":"owner"}
        GET /v1/people/{li}/story as:cashier
        POST /v1/people as:owner {"login":"li","name":"L","role":"cashier"}
        POST /v1/people as:theirs {"login":"li","name":"L","role":"cashier"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"boss"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"Owner"}
        POST /v1/people as:owner {"login":"w","name":"W","role":"cashier"}
        POST /v1/people as:owner {"login":"wang fang","name":"W","role":"cashier"}
        POST /v1/people as:owner {"login":"{long}","name":"W","role":"cashier"}
        POST /v1/people as:owner {"login":"wang","name":" ","role":"cashier"}
        POST /v1/people as:owner {"login":"wang","name":"{long}","role":"cashier"}
        POST /v1/people as:owner {"login":"wang","name":"a\u0000b","role":"cashier"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"short"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"password12345"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"i am wang of nanshan"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","till":"{their_till}"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","till":"1"}
        POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","owner":true}
        POST /v1/people as:owner {"login":"wang"}
        PUT /v1/people/{li} as:owner {"name":"L","role":"chef"}
        PUT /v1/people/{li} as:owner {"name":"L","role":"cashier","till":"{their_till}"}
        PUT /v1/people/{li} as:theirs {"name":"L","role":"owner"}
        POST /v1/people/{li}/disable as:theirs
        POST /v1/people/{li}/enable as:theirs
        POST /v1/people/{li}/password as:theirs {}
        POST /v1/people/{li}/password as:owner {"password":"li-li-li-li"}
        GET /v1/people/{li}/story as:theirs
        POST /v1/people/1/disable as:owner
        POST /v1/people/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/disable as:owner
        POST /v1/api-keys as:owner {"name":"","role":"cashier"}
        POST /v1/api-keys as:owner {"name":"kiosk","role":"robot"}
        POST /v1/api-keys as:owner {"name":"kiosk","role":"cashier","till":"{their_till}"}
        POST /v1/api-keys/{their_key}/revoke as:owner
        GET /v1/api-keys/{their_key}/story as:owner
        POST /v1/api-keys/x/revoke as:owner
        "#,
        expect![[r#"
            GET /v1/people
                401 not_signed_in
            GET /v1/people as:cashier
                403 not_allowed
            GET /v1/people as:support
                403 not_allowed
            GET /v1/api-keys as:support
                403 not_allowed
            POST /v1/people as:cashier {"login":"wang","name":"W","role":"owner"}
                403 not_allowed
            PUT /v1/people/{li} as:cashier {"name":"L","role":"owner"}
                403 not_allowed
            POST /v1/people/{li}/disable as:support
                403 not_allowed
            POST /v1/people/{li}/password as:cashier {}
                403 not_allowed
            POST /v1/api-keys as:cashier {"name":"kiosk","role":"owner"}
                403 not_allowed
            GET /v1/people/{li}/story as:cashier
                403 not_allowed
            POST /v1/people as:owner {"login":"li","name":"L","role":"cashier"}
                409 login_taken
            POST /v1/people as:theirs {"login":"li","name":"L","role":"cashier"}
                409 login_taken
            POST /v1/people as:owner {"login":"wang","name":"W","role":"boss"}
                422 unknown_role
            POST /v1/people as:owner {"login":"wang","name":"W","role":"Owner"}
                422 unknown_role
            POST /v1/people as:owner {"login":"w","name":"W","role":"cashier"}
                422 login_malformed
            POST /v1/people as:owner {"login":"wang fang","name":"W","role":"cashier"}
                422 login_malformed
            POST /v1/people as:owner {"login":"{long}","name":"W","role":"cashier"}
                422 login_malformed
            POST /v1/people as:owner {"login":"wang","name":" ","role":"cashier"}
                422 unacceptable_body
            POST /v1/people as:owner {"login":"wang","name":"{long}","role":"cashier"}
                422 text_too_long
            POST /v1/people as:owner {"login":"wang","name":"a\u0000b","role":"cashier"}
                422 text_not_printable
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"short"}
                422 password_too_weak
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"password12345"}
                422 password_too_weak
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","password":"i am wang of nanshan"}
                422 password_too_weak
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","till":"{their_till}"}
                404 no_such_till
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","till":"1"}
                400 malformed_id
            POST /v1/people as:owner {"login":"wang","name":"W","role":"cashier","owner":true}
                422 unacceptable_body
            POST /v1/people as:owner {"login":"wang"}
                422 unacceptable_body
            PUT /v1/people/{li} as:owner {"name":"L","role":"chef"}
                422 unknown_role
            PUT /v1/people/{li} as:owner {"name":"L","role":"cashier","till":"{their_till}"}
                404 no_such_till
            PUT /v1/people/{li} as:theirs {"name":"L","role":"owner"}
                404 no_such_person
            POST /v1/people/{li}/disable as:theirs
                404 no_such_person
            POST /v1/people/{li}/enable as:theirs
                404 no_such_person
            POST /v1/people/{li}/password as:theirs {}
                404 no_such_person
            POST /v1/people/{li}/password as:owner {"password":"li-li-li-li"}
                422 password_too_weak
            GET /v1/people/{li}/story as:theirs
                404 no_such_person
            POST /v1/people/1/disable as:owner
                400 malformed_id
            POST /v1/people/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/disable as:owner
                404 no_such_person
            POST /v1/api-keys as:owner {"name":"","role":"cashier"}
                422 unacceptable_body
            POST /v1/api-keys as:owner {"name":"kiosk","role":"robot"}
                422 unknown_role
            POST /v1/api-keys as:owner {"name":"kiosk","role":"cashier","till":"{their_till}"}
                404 no_such_till
            POST /v1/api-keys/{their_key}/revoke as:owner
                404 no_such_api_key
            GET /v1/api-keys/{their_key}/story as:owner
                404 no_such_api_key
            POST /v1/api-keys/x/revoke as:owner
                400 malformed_id
        "#]],
    )
    .await;
}
