//! Every kind of fact appears in a scenario that a cashier can read.

use super::{Breach, Tree};

const FACTS: &str = "core/payment/src/fact.rs";
const SCENARIOS: &str = "sim/scenarios/";

/// Every variant of `Fact` stands in the trace of some scenario, in lower case words: `never left`.
pub fn every_fact_has_a_scenario(tree: &Tree) -> Vec<Breach> {
    let Some(facts) = tree.file(FACTS) else { return Vec::new() };
    let scenarios = tree.files.iter().filter(|file| file.path.starts_with(SCENARIOS));
    let told: String = scenarios.map(|file| file.text.to_lowercase()).collect();
    let missing = variants(&facts.text).into_iter().filter(|variant| !told.contains(&words(variant)));
    missing
        .map(|variant| {
            facts.breach(format!(
                "no scenario under {SCENARIOS} shows the fact {variant} ({:?})",
                words(&variant)
            ))
        })
        .collect()
}

fn variants(source: &str) -> Vec<String> {
    let body = source.split("pub enum Fact {").nth(1).unwrap_or("");
    let body = body.split("\n}").next().unwrap_or("");
    let is_variant =
        |line: &&str| line.starts_with("    ") && line.trim_start().starts_with(char::is_uppercase);
    let top = body.lines().filter(|line| line.len() - line.trim_start().len() == 4).filter(is_variant);
    top.map(|line| line.trim().chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

fn words(variant: &str) -> String {
    let mut words = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_fact_nobody_plays_is_a_breach() {
        let facts = "pub enum Fact {\n    /// A.\n    Requested(Request),\n    /// B.\n    NeverLeft {\n        why: String,\n    },\n}\n";
        let tree = Tree::of(&[(FACTS, facts), ("sim/scenarios/one.txt", "requested 12.50\n")]);
        let breaches = told(&every_fact_has_a_scenario(&tree));
        assert!(breaches.contains("NeverLeft (\"never left\")"), "{breaches}");
        assert_eq!(breaches.lines().count(), 1);
    }
}
