//! What may depend on what: the tree is the dependency diagram.

use super::{Breach, Tree};
use crate::crates::{dependencies, manifests, packages};
use toml::Value;

/// What each crate of ours may use of ours. A crate that is missing here has not been thought about.
const ALLOWED: &[(&str, &[&str])] = &[
    ("core/base", &[]),
    ("core/payment", &["base"]),
    ("core/engine", &["base", "payment"]),
    ("core/sale", &["base", "payment"]),
    ("core/receipt", &["base", "payment", "sale"]),
    ("core/settlement", &["base", "payment"]),
    ("core/journal", &["base"]),
    ("core/routing", &["base", "payment"]),
    ("codecs/escpos", &[]),
    ("codecs/strict_xml", &[]),
    ("codecs/iso8583", &[]),
    ("codecs/ber_tlv", &[]),
    ("providers/contract", &["base", "payment", "settlement"]),
    ("providers/wechat", &["base", "payment", "settlement", "provider-contract", "strict-xml"]),
    ("providers/alipay", &["base", "payment", "settlement", "provider-contract"]),
    ("providers/unionpay", &["base", "payment", "settlement", "provider-contract", "strict-xml"]),
    ("providers/jd", &["base", "payment", "settlement", "provider-contract", "strict-xml"]),
    ("providers/lakala", &["base", "payment", "settlement", "provider-contract"]),
    ("providers/card", &["iso8583", "ber_tlv", "base", "payment", "settlement", "provider-contract"]),
    ("providers/paydesk", &["base", "payment", "settlement", "provider-contract"]),
    ("devices/contract", &["base"]),
    ("devices/printer", &["base", "escpos", "device-contract", "receipt"]),
    ("shell/store", &["base", "payment", "engine", "settlement", "journal", "routing"]),
    (
        "shell/drive",
        &[
            "base",
            "payment",
            "engine",
            "receipt",
            "routing",
            "store",
            "provider-contract",
            "device-contract",
            "printer",
            "escpos",
        ],
    ),
    ("shell/reconcile", &["base", "payment", "settlement", "provider-contract", "store", "drive"]),
    ("shell/watch", &["base", "payment", "store", "drive"]),
    ("shell/webhooks", &["base", "payment", "store", "drive"]),
    (
        "shell/api",
        &[
            "base",
            "payment",
            "engine",
            "receipt",
            "sale",
            "routing",
            "store",
            "drive",
            "provider-contract",
            "device-contract",
            "journal",
            "settlement",
            "reconcile",
            "watch",
            "webhooks",
        ],
    ),
    ("shell/till", &["base", "payment", "engine", "journal", "store", "drive", "api", "provider-contract"]),
    (
        "sim",
        &[
            "base",
            "payment",
            "engine",
            "receipt",
            "settlement",
            "journal",
            "routing",
            "provider-contract",
            "wechat",
            "alipay",
            "unionpay",
            "jd",
            "lakala",
            "device-contract",
            "printer",
        ],
    ),
    ("xtask", &[]),
];

/// The one crate that may use every other.
const APP: &str = "shell/app";

/// What core may use of others: values and arithmetic, nothing that reads a clock or a disk.
const CORE_MAY_USE: &[&str] = &["jiff", "uuid", "sha2"];

/// What core's tests may use besides.
const CORE_TESTS_MAY_USE: &[&str] = &["proptest", "expect-test"];

/// Crates depend only along the arrows.
pub fn arrows(tree: &Tree) -> Vec<Breach> {
    let ours = packages(tree);
    let mut breaches = Vec::new();
    for (folder, manifest, file) in manifests(tree) {
        if folder == APP {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == folder) else {
            breaches.push(
                file.breach("a new crate: decide what it may use and say so in xtask/src/tidy/arrows.rs"),
            );
            continue;
        };
        for name in dependencies(&manifest, &["dependencies", "build-dependencies"]) {
            if ours.contains_key(&name) && !allowed.contains(&name.as_str()) {
                breaches.push(file.breach(format!(
                    "must not depend on {name}: that arrow is not in ARCHITECTURE.md; move the code, or decide on the arrow there"
                )));
            }
        }
        for name in dependencies(&manifest, &["dev-dependencies"]) {
            if matches!(name.as_str(), "paydesk" | "api") && folder != "shell/api" {
                breaches
                    .push(file.breach(format!("must not test against {name}: test it below, or in tests/")));
            }
        }
    }
    breaches
}

/// Core has almost no dependencies; its manifests are the proof that it is pure. Codecs know nothing of ours.
pub fn core_is_pure(tree: &Tree) -> Vec<Breach> {
    let ours = packages(tree);
    let mut breaches = Vec::new();
    for (folder, manifest, file) in
        manifests(tree).into_iter().filter(|(folder, ..)| folder.starts_with("core/"))
    {
        for name in dependencies(&manifest, &["dependencies", "build-dependencies"]) {
            if !ours.contains_key(&name) && !CORE_MAY_USE.contains(&name.as_str()) {
                breaches.push(
                    file.breach(format!("{folder} must not use {name}: core may use only {CORE_MAY_USE:?}")),
                );
            }
        }
        for name in dependencies(&manifest, &["dev-dependencies"]) {
            let known = CORE_TESTS_MAY_USE.contains(&name.as_str()) || CORE_MAY_USE.contains(&name.as_str());
            if !ours.contains_key(&name) && !known {
                breaches.push(
                    file.breach(format!("{folder}'s tests must not use {name}: only {CORE_TESTS_MAY_USE:?}")),
                );
            }
        }
    }
    breaches
}

/// Every manifest inherits the lints, the edition and the versions, so that they cannot drift apart.
pub fn manifests_inherit(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (_, manifest, file) in manifests(tree) {
        let inherits = |table: &str, key: &str| {
            let value = manifest.get(table).and_then(|t| t.get(key));
            value.is_some_and(|v| {
                v == &Value::Boolean(true) || v.get("workspace") == Some(&Value::Boolean(true))
            })
        };
        if !inherits("lints", "workspace") {
            breaches.push(file.breach("add `[lints] workspace = true`"));
        }
        for key in ["version", "edition", "rust-version", "license"] {
            if !inherits("package", key) {
                breaches.push(file.breach(format!("write `{key}.workspace = true`")));
            }
        }
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = manifest.get(table).and_then(Value::as_table).into_iter().flatten();
            for (name, value) in entries {
                if value.get("workspace") != Some(&Value::Boolean(true)) {
                    breaches.push(file.breach(format!(
                        "{name}: give the version in the root manifest and write `workspace = true` here"
                    )));
                }
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    const BASE: (&str, &str) = ("core/base/Cargo.toml", "[package]\nname = \"base\"\n");

    #[test]
    fn an_arrow_upwards_is_a_breach() {
        let tree = Tree::of(&[
            ("core/base/Cargo.toml", "[package]\nname = \"base\"\n[dependencies]\napi.workspace = true\n"),
            ("shell/api/Cargo.toml", "[package]\nname = \"api\"\n[dependencies]\nbase.workspace = true\n"),
        ]);
        let breaches = told(&arrows(&tree));
        assert!(breaches.starts_with("core/base/Cargo.toml: must not depend on api"), "{breaches}");
        assert_eq!(breaches.lines().count(), 1);
    }

    #[test]
    fn a_provider_never_uses_another() {
        let tree = Tree::of(&[
            (
                "providers/wechat/Cargo.toml",
                "[package]\nname = \"wechat\"\n[dependencies]\nalipay.workspace = true\n",
            ),
            ("providers/alipay/Cargo.toml", "[package]\nname = \"alipay\"\n"),
        ]);
        assert!(told(&arrows(&tree)).contains("must not depend on alipay"));
    }

    #[test]
    fn a_crate_nobody_thought_about_is_a_breach() {
        let tree = Tree::of(&[BASE, ("core/magic/Cargo.toml", "[package]\nname = \"magic\"\n")]);
        assert!(told(&arrows(&tree)).contains("core/magic/Cargo.toml: a new crate"));
    }

    #[test]
    fn core_uses_almost_nothing() {
        let with = |what: &str| {
            let manifest = format!("[package]\nname = \"base\"\n[dependencies]\n{what}.workspace = true\n");
            told(&core_is_pure(&Tree::of(&[("core/base/Cargo.toml", &manifest)])))
        };
        assert_eq!(with("uuid"), "");
        assert!(with("tokio").contains("core/base must not use tokio"));
    }

    #[test]
    fn versions_are_given_once() {
        let loose = "[package]\nname = \"x\"\nversion = \"1\"\n[dependencies]\nserde = \"1\"\n";
        let breaches = told(&manifests_inherit(&Tree::of(&[("core/x/Cargo.toml", loose)])));
        for expected in ["add `[lints]", "write `version.workspace", "serde: give the version"] {
            assert!(breaches.contains(expected), "{breaches}");
        }
    }
}
