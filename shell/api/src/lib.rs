//! HTTP: routes, auth, views, OpenAPI, events.
