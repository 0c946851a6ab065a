//! Every kind of fact appears in a scenario that a cashier can read.

use super::{Breach, Tree};

const FACTS: &str = "core/payment/src/fact.rs";
const SCENARIOS: &str = "sim/scenarios/";

/// How each kind of fact reads in a scenario.
const WORDS: &[(&str, &str)] = &[
    ("Requested", "request "),
    ("Asked", "→ ask "),
    ("Answered", "answered: "),
    ("Lost", "lost: "),
    ("NeverLeft", "never left: "),
    ("Noticed", "noticed "),
    ("CancelRequested", " cancel"),
    ("RefundRequested", " as refund "),
    ("LookRequested", " look"),
    ("Matched", " matched "),
    ("MatchWithdrawn", "the match is withdrawn"),
    ("Raised", "→ call a person: "),
    ("RefundFound", " returned "),
    ("RefundWithdrawn", " denied "),
    ("FoundAcknowledged", " seen"),
    ("Settled", "a person decides: "),
];

/// Every variant of `Fact` stands in some scenario, in the words of the table above.
pub fn every_fact_has_a_scenario(tree: &Tree) -> Vec<Breach> {
    let Some(facts) = tree.file(FACTS) else { return Vec::new() };
    let scenarios = tree.files.iter().filter(|file| file.path.starts_with(SCENARIOS));
    let told: String = scenarios.map(|file| file.text.as_str()).collect();
    let breach = |variant: &String| match WORDS.iter().find(|(known, _)| known == variant) {
        None => Some(facts.breach(format!(
            "{variant} is new: say in xtask/src/tidy/scenarios.rs how it reads, and play it"
        ))),
        Some((_, words)) if told.contains(words) => None,
        Some((_, words)) => {
            Some(facts.breach(format!("no scenario under {SCENARIOS} shows {variant} ({words:?})")))
        }
    };
    variants(&facts.text).iter().filter_map(breach).collect()
}

fn variants(source: &str) -> Vec<String> {
    let body = source.split("pub enum Fact {").nth(1).unwrap_or("");
    let body = body.split("\n}").next().unwrap_or("");
    let is_variant =
        |line: &&str| line.starts_with("    ") && line.trim_start().starts_with(char::is_uppercase);
    let top = body.lines().filter(|line| line.len() - line.trim_start().len() == 4).filter(is_variant);
    top.map(|line| line.trim().chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::told;
    use super::*;

    #[test]
    fn a_fact_nobody_plays_is_a_breach() {
        let facts = "pub enum Fact {\n    /// A.\n    Requested(Request),\n    /// B.\n    NeverLeft {\n        why: String,\n    },\n    Vanished,\n}\n";
        let tree = Tree::of(&[(FACTS, facts), ("sim/scenarios/one.txt", "request 12.50\n")]);
        let breaches = told(&every_fact_has_a_scenario(&tree));
        assert!(breaches.contains("shows NeverLeft (\"never left: \")"), "{breaches}");
        assert!(breaches.contains("Vanished is new"), "{breaches}");
        assert_eq!(breaches.lines().count(), 2);
    }
}
