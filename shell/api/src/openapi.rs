//! The contract as a file: OpenAPI 3.1, generated from the handlers and checked in beside this crate.

use crate::router::{demo_routes, routes};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{Modify, OpenApi};

/// The contract's frame; its paths come from the router.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Paydesk",
        description = "Taking money at a counter: payments, refunds, receipts, live events. Amounts are integer minor units, \
                       times RFC 3339, refusals RFC 9457 problems with a code for programs and sentences for people.",
    ),
    modifiers(&Doors),
    tags(
        (name = "people", description = "Signing in and who one is"),
        (name = "till", description = "What a till needs to begin"),
        (name = "payments", description = "Taking money, returning it, looking at it"),
        (name = "reconcile", description = "Days held against providers' bills, and their differences"),
        (name = "webhooks", description = "Systems of the merchant's own that are told what became of payments"),
        (name = "events", description = "Everything live"),
        (name = "public", description = "For customers, without signing in"),
        (name = "routes", description = "Which channels take which wallets' money"),
        (name = "server", description = "How the server is"),
        (name = "demo", description = "Only in a demo"),
    )
)]
pub(crate) struct Contract;

/// How one is let in.
struct Doors;

impl Modify for Doors {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::guard::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("pk_...").build();
        components.add_security_scheme("api_key", SecurityScheme::Http(key));
    }
}

/// The contract as JSON, ending with a line break. The same text every time.
pub fn openapi_json() -> String {
    let (_, mut contract) = routes().merge(demo_routes()).split_for_parts();
    say_what_is_always_there(&mut contract);
    let mut text = contract.to_pretty_json().expect("a contract is plain JSON");
    text.push('\n');
    text
}

/// What we send has all its fields, the empty ones as null; what is sent to us may leave the optional ones out.
fn say_what_is_always_there(contract: &mut utoipa::openapi::OpenApi) {
    let Some(components) = &mut contract.components else { return };
    for (name, schema) in &mut components.schemas {
        let sent_to_us = name.starts_with("New");
        if let (RefOr::T(Schema::Object(object)), false) = (schema, sent_to_us) {
            object.required = object.properties.keys().cloned().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let contract: serde_json::Value = serde_json::from_str(&openapi_json()).expect("it is JSON");
        let mut names = std::collections::BTreeSet::new();
        for (path, methods) in contract["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
                // A handler's own name, such as `read`, says nothing outside its file.
                let telling = name.contains(char::is_uppercase);
                assert!(telling, "{method} {path} needs an operation_id such as readPayment, not {name:?}");
                assert!(names.insert(name.clone()), "{method} {path}: another operation is called {name}");
            }
        }
    }

    #[test]
    fn the_checked_in_contract_is_fresh() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(file, openapi_json()).expect("openapi.json can be written");
        }
        let checked_in = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            checked_in == openapi_json(),
            "shell/api/openapi.json is stale; run `UPDATE_EXPECT=1 cargo test -p api contract` \
             (or `paydesk openapi > shell/api/openapi.json`) and then `npm run gen` in web/"
        );
    }
}
