//! Whatever is malformed, too large, forbidden or foreign gets its own problem and changes nothing.

use crate::world::{CODE, OURS, THEIRS, World};
use expect_test::{Expect, expect};
use store::{MerchantScope, PaymentFilter};

/// Plays the lines and makes sure that no payment exists and no provider was asked.
async fn check(lines: &str, expected: Expect) {
    let world = World::new().await;
    world.say("code", CODE);
    world.say("till", "00000000-0000-0000-0000-00000000000b");
    world.say("their_till", "00000000-0000-0000-0000-000000000015");
    world.say("key129", &"k".repeat(129));
    world.say("text121", &"x".repeat(121));
    world.say("text70000", &"x".repeat(70_000));
    let played = world.play(lines).await;
    expected.assert_eq(&played);
    for merchant in [OURS, THEIRS] {
        let page = world.store.page(&MerchantScope(merchant), &PaymentFilter::default(), None, 10).await;
        assert!(page.expect("the store answers").items.is_empty(), "a refused request made a payment");
    }
    assert_eq!(world.book.calls(), Vec::<String>::new(), "a refused request reached the provider");
}

#[tokio::test]
async fn amounts_codes_and_methods() {
    check(
        r#"
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":0,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":-5,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":5000001,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":12.5,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":99999999999999999999,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":"100","currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"USD"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"cny"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"https://example.com"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":""}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"6901234567892"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}1"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"994567890123456789"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"284567890123456789"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"show_qr":{"wallet":"other"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"show_qr":{"wallet":"nothing"}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"cash":{}}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"}}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}},"description":"{text121}"}
        POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}},"reference":"a\u0000b"}
        "#,
        expect![[r#"
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":0,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 amount_must_be_positive
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":-5,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 amount_must_be_positive
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":5000001,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 amount_too_large
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":12.5,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":99999999999999999999,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":"100","currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"USD"},"method":{"payer_code":{"code":"{code}"}}}
                422 currency_not_accepted
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"cny"},"method":{"payer_code":{"code":"{code}"}}}
                422 currency_not_accepted
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"https://example.com"}}}
                422 code_not_digits
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":""}}}
                422 code_not_digits
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"6901234567892"}}}
                422 code_wrong_length
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}1"}}}
                422 code_wrong_length
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"994567890123456789"}}}
                422 wallet_not_recognised
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"284567890123456789"}}}
                422 wallet_has_no_channel
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"show_qr":{"wallet":"other"}}}
                422 wallet_has_no_channel
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"show_qr":{"wallet":"nothing"}}}
                422 wallet_has_no_channel
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"cash":{}}}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"}}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}},"description":"{text121}"}
                422 text_too_long
            POST /v1/payments as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}},"reference":"a\u0000b"}
                422 text_not_printable
        "#]],
    )
    .await;
}

#[tokio::test]
async fn bodies_headers_and_addresses() {
    check(
        r#"
        POST /v1/payments as:owner key:a {"till":"{till}",
        POST /v1/payments as:owner key:a [1,2]
        POST /v1/payments as:owner key:a
        POST /v1/payments as:owner key:a type:text/plain {"till":"{till}"}
        POST /v1/payments as:owner key:a type:none {"till":"{till}"}
        POST /v1/payments as:owner key:a {"till":"{till}","unknown":1}
        POST /v1/payments as:owner key:a {"till":"{till}","till":"{till}"}
        POST /v1/payments as:owner key:a {"description":"{text70000}"}
        POST /v1/payments as:owner {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:{key129} {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:two_words {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments?wait=soon as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments?wait=11 as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments?wiat=1 as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"1","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:owner key:a {"till":"{their_till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        GET /v1/payments/1 as:owner
        GET /v1/payments/%ff as:owner
        GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab as:owner
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/cancel as:owner
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/look as:owner
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/print as:owner
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/refunds as:owner key:r {"amount":{"amount":1,"currency":"CNY"}}
        GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/timeline as:owner
        GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/receipt as:owner
        GET /v1/payments?limit=0 as:owner
        GET /v1/payments?limit=201 as:owner
        GET /v1/payments?cursor=abc as:owner
        GET /v1/payments?state=rich as:owner
        GET /v1/payments?from=yesterday as:owner
        GET /v1/payments?colour=red as:owner
        GET /v1/day?date=2026-02-30 as:owner
        GET /v1/day?till=x as:owner
        GET /v1/till?till={their_till} as:owner
        GET /v1/till as:owner
        GET /v1/events last:abc as:owner
        GET /v1/receipts/abc
        GET /v1/demo
        GET /v1/printer/papers
        GET /v1/nothing
        GET /nothing
        GET /assets/old.js
        DELETE /v1/payments as:owner
        POST /till/
        POST /notify/scripted/1
        POST /notify/other/00000000-0000-0000-0000-000000000003
        POST /notify/scripted/00000000-0000-0000-0000-000000000003 sign:wrong
        "#,
        expect![[r#"
            POST /v1/payments as:owner key:a {"till":"{till}",
                400 malformed_json
            POST /v1/payments as:owner key:a [1,2]
                422 unacceptable_body
            POST /v1/payments as:owner key:a
                415 content_type_not_json
            POST /v1/payments as:owner key:a type:text/plain {"till":"{till}"}
                415 content_type_not_json
            POST /v1/payments as:owner key:a type:none {"till":"{till}"}
                415 content_type_not_json
            POST /v1/payments as:owner key:a {"till":"{till}","unknown":1}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"till":"{till}","till":"{till}"}
                422 unacceptable_body
            POST /v1/payments as:owner key:a {"description":"{text70000}"}
                413 body_too_large
            POST /v1/payments as:owner {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 idempotency_key_missing
            POST /v1/payments as:owner key:{key129} {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 idempotency_key_malformed
            POST /v1/payments as:owner key:two_words {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 idempotency_key_malformed
            POST /v1/payments?wait=soon as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 unacceptable_query
            POST /v1/payments?wait=11 as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 unacceptable_query
            POST /v1/payments?wiat=1 as:owner key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 unacceptable_query
            POST /v1/payments as:owner key:a {"amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 till_not_chosen
            POST /v1/payments as:owner key:a {"till":"1","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                400 malformed_id
            POST /v1/payments as:owner key:a {"till":"{their_till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                404 no_such_till
            GET /v1/payments/1 as:owner
                400 malformed_id
            GET /v1/payments/%ff as:owner
                404 no_such_page
            GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab as:owner
                404 no_such_payment
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/cancel as:owner
                404 no_such_payment
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/look as:owner
                404 no_such_payment
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/print as:owner
                404 no_such_payment
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/refunds as:owner key:r {"amount":{"amount":1,"currency":"CNY"}}
                404 no_such_payment
            GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/timeline as:owner
                404 no_such_payment
            GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/receipt as:owner
                404 no_such_payment
            GET /v1/payments?limit=0 as:owner
                400 unacceptable_query
            GET /v1/payments?limit=201 as:owner
                400 unacceptable_query
            GET /v1/payments?cursor=abc as:owner
                400 unacceptable_query
            GET /v1/payments?state=rich as:owner
                400 unacceptable_query
            GET /v1/payments?from=yesterday as:owner
                400 unacceptable_query
            GET /v1/payments?colour=red as:owner
                400 unacceptable_query
            GET /v1/day?date=2026-02-30 as:owner
                400 unacceptable_query
            GET /v1/day?till=x as:owner
                400 malformed_id
            GET /v1/till?till={their_till} as:owner
                404 no_such_till
            GET /v1/till as:owner
                422 till_not_chosen
            GET /v1/events last:abc as:owner
                400 unacceptable_query
            GET /v1/receipts/abc
                404 no_such_receipt
            GET /v1/demo
                404 not_a_demo
            GET /v1/printer/papers
                404 not_a_demo
            GET /v1/nothing
                404 no_such_page
            GET /nothing
                404 no_such_page
            GET /assets/old.js
                404 no_such_page
            DELETE /v1/payments as:owner
                405 method_not_allowed
            POST /till/
                405 method_not_allowed
            POST /notify/scripted/1
                404 no_such_channel
            POST /notify/other/00000000-0000-0000-0000-000000000003
                404 no_such_channel
            POST /notify/scripted/00000000-0000-0000-0000-000000000003 sign:wrong
                401
        "#]],
    )
    .await;
}

#[tokio::test]
async fn strangers_and_other_sites() {
    check(
        r#"
        POST /v1/payments key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a bearer:pk_unknown {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a bearer:something {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a cookie:unknown origin:http://pay.test {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a cookie:unknown origin:http://evil.test {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a cookie:unknown site:cross-site {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments key:a cookie:unknown {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        GET /v1/payments
        GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab
        GET /v1/me
        GET /v1/till
        GET /v1/day
        GET /v1/events
        DELETE /v1/session
        "#,
        expect![[r#"
            POST /v1/payments key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                401 not_signed_in
            POST /v1/payments key:a bearer:pk_unknown {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                401 unknown_api_key
            POST /v1/payments key:a bearer:something {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                401 unknown_api_key
            POST /v1/payments key:a cookie:unknown origin:http://pay.test {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                401 not_signed_in
            POST /v1/payments key:a cookie:unknown origin:http://evil.test {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                403 cross_origin_request
            POST /v1/payments key:a cookie:unknown site:cross-site {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                403 cross_origin_request
            POST /v1/payments key:a cookie:unknown {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                403 cross_origin_request
            GET /v1/payments
                401 not_signed_in
            GET /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab
                401 not_signed_in
            GET /v1/me
                401 not_signed_in
            GET /v1/till
                401 not_signed_in
            GET /v1/day
                401 not_signed_in
            GET /v1/events
                401 not_signed_in
            DELETE /v1/session
                401 not_signed_in
        "#]],
    )
    .await;
}

#[tokio::test]
async fn those_who_may_not() {
    check(
        r#"
        POST /v1/payments as:support key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:theirs key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments as:theirs key:a {"till":"{their_till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/refunds as:cashier key:r {"amount":{"amount":1,"currency":"CNY"}}
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/cancel as:support
        POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/print as:support
        GET /v1/payments?till=00000000-0000-0000-0000-00000000000c as:cashier
        GET /v1/day?till=00000000-0000-0000-0000-00000000000c as:cashier
        "#,
        expect![[r#"
            POST /v1/payments as:support key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                403 not_allowed
            POST /v1/payments as:theirs key:a {"till":"{till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                404 no_such_till
            POST /v1/payments as:theirs key:a {"till":"{their_till}","amount":{"amount":100,"currency":"CNY"},"method":{"payer_code":{"code":"{code}"}}}
                422 wallet_has_no_channel
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/refunds as:cashier key:r {"amount":{"amount":1,"currency":"CNY"}}
                403 not_allowed
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/cancel as:support
                403 not_allowed
            POST /v1/payments/018f3c1e-5b7a-7c3d-9e2f-0123456789ab/print as:support
                403 not_allowed
            GET /v1/payments?till=00000000-0000-0000-0000-00000000000c as:cashier
                403 not_allowed
            GET /v1/day?till=00000000-0000-0000-0000-00000000000c as:cashier
                403 not_allowed
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_about_a_difference() {
    check(
        r#"
        POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"forget"}
        POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"look"}
        POST /v1/reconcile/acts as:owner {"channel":"4","day":"2026-11-23","key":"k","act":"look"}
        POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"yesterday","key":"k","act":"look"}
        POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k"}
        POST /v1/reconcile/acts as:cashier {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"look"}
        "#,
        expect![[r#"
            POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"forget"}
                422 unacceptable_body
            POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"look"}
                404 no_such_difference
            POST /v1/reconcile/acts as:owner {"channel":"4","day":"2026-11-23","key":"k","act":"look"}
                400 malformed_id
            POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"yesterday","key":"k","act":"look"}
                400 unacceptable_query
            POST /v1/reconcile/acts as:owner {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k"}
                422 unacceptable_body
            POST /v1/reconcile/acts as:cashier {"channel":"00000000-0000-0000-0000-000000000004","day":"2026-11-23","key":"k","act":"look"}
                403 not_allowed
        "#]],
    )
    .await;
}
