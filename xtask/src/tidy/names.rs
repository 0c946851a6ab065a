//! Where names may stand, and what files may be called.

use super::{Breach, Tree};

/// How providers are called, in lower case.
const PROVIDER_NAMES: &[&str] = &[
    "wechat",
    "weixin",
    "wxpay",
    "alipay",
    "微信",
    "支付宝",
    "unionpay",
    "云闪付",
    "jdpay",
    "baitiao",
    "白条",
    "lakala",
    "拉卡拉",
];

/// Where a provider may be named: its own crate, the binary that wires it, the world that simulates it, and words
/// for people. Tests and examples may too: what they show is data.
const MAY_NAME_PROVIDERS: &[&str] = &[
    "providers/wechat/",
    "providers/alipay/",
    "providers/unionpay/",
    "providers/jd/",
    "providers/lakala/",
    "shell/app/",
    "sim/",
    "docs/",
    "web/",
    "tests/",
    "xtask/",
    "README",
    "ARCHITECTURE",
    "CHANGELOG",
    "CONTRIBUTING",
    "Cargo.toml",
    "Cargo.lock",
    "paydesk",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["helper", "helpers", "util", "utils", "common", "manager", "misc", "transformers"];

/// Core, contracts and shell never name a provider: what they must know of one is a declared capability.
pub fn providers_stay_home(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in &tree.files {
        let source = [".rs", ".toml", ".sql", ".txt"].iter().any(|ending| file.path.ends_with(ending));
        let example = file.path.contains("/tests/") || file.path.contains("/examples/");
        if !source || example || MAY_NAME_PROVIDERS.iter().any(|home| file.path.starts_with(home)) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let line = line.to_lowercase();
            if let Some(name) = PROVIDER_NAMES.iter().find(|name| line.contains(**name)) {
                breaches.push(file.breach_at(number, format!(
                    "names the provider {name:?}; make it a capability, or data that comes in from shell/app"
                )));
            }
        }
    }
    breaches
}

/// A file is named for what a reader looks for in it.
pub fn files_are_named_for_what_is_in_them(tree: &Tree) -> Vec<Breach> {
    let stem =
        |path: &str| path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or("").to_lowercase();
    let empty = |path: &str| EMPTY_NAMES.contains(&stem(path).as_str());
    let files = tree.files.iter().filter(|file| empty(&file.path));
    files.map(|file| file.breach("says nothing; name it for what a reader looks for in it")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_provider_is_named_only_at_home() {
        let tree = Tree::of(&[
            ("core/payment/src/next.rs", "//! Next.\nfn f() { if provider == \"WeChat\" {} }\n"),
            ("providers/wechat/src/lib.rs", "//! WeChat Pay.\n"),
            ("shell/store/migrations/1.sql", "-- 支付宝\n"),
        ]);
        let breaches = told(&providers_stay_home(&tree));
        assert!(breaches.contains("core/payment/src/next.rs:2: names the provider \"wechat\""), "{breaches}");
        assert!(breaches.contains("1.sql:1"), "{breaches}");
        assert_eq!(breaches.lines().count(), 2);
    }

    #[test]
    fn a_file_named_utils_says_nothing() {
        let tree = Tree::of(&[("shell/api/src/utils.rs", ""), ("web/shared/money.ts", "")]);
        assert_eq!(files_are_named_for_what_is_in_them(&tree).len(), 1);
    }
}
