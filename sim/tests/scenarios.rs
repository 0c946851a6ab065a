//! Every scenario replays to its own text, and together they show every kind of fact and every fault.
//! `UPDATE_EXPECT=1 cargo test -p sim --test scenarios` writes the texts anew; read the difference as prose.

use sim::scenario::replay;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[test]
fn every_scenario_replays_to_its_own_text() {
    for path in scenarios() {
        let text = std::fs::read_to_string(&path).unwrap();
        let replayed = replay(&text).unwrap_or_else(|bad| panic!("{}: {bad}", path.display()));
        expect_test::expect_file![&path].assert_eq(&replayed.text);
    }
}

#[test]
fn every_kind_of_fact_is_in_a_scenario() {
    let texts = scenarios().into_iter().map(|path| std::fs::read_to_string(path).unwrap());
    let seen: BTreeSet<_> = texts.flat_map(|text| replay(&text).unwrap().facts).collect();
    let expected = [
        "Answered",
        "Asked",
        "CancelRequested",
        "FoundAcknowledged",
        "LookRequested",
        "Lost",
        "MatchWithdrawn",
        "Matched",
        "NeverLeft",
        "Noticed",
        "Raised",
        "RefundFound",
        "RefundRequested",
        "RefundWithdrawn",
        "Requested",
        "Settled",
    ];
    assert_eq!(seen, BTreeSet::from(expected));
}

#[test]
fn a_scenario_that_cannot_be_read_says_which_line_and_why() {
    let check = |line: &str, why: &str| {
        let text = format!("A sentence.\n\n10:00:00.0 request 12.50 by code\n{line}\n");
        let bad = replay(&text).unwrap_err();
        assert_eq!((bad.line, bad.why.as_str()), (4, why), "{line}");
    };
    check("10:00 cancel", "the time is not of the form 10:00:00.0");
    check("cancel", "a line is a time such as 10:00:00.0, and what happens");
    check("10:00:01.0 dance", "nothing of that kind can happen");
    check("10:00:01.0 answered: declined bad_weather", "nothing of that kind can happen");
    check("10:00:01.0 refund 1.234", "nothing of that kind can happen");
}

fn scenarios() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 20, "the scenarios are where they belong");
    paths
}

/// Each line of the table of late truths names a scenario that shows the alarm it promises.
#[test]
fn late_truths_are_what_their_scenarios_show() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("../docs/late-truths.md")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 20, "the table is where it belongs");
    for row in rows {
        let [truth, _, told, scenario] = row[..] else { panic!("four columns: {row:?}") };
        let path = root.join("scenarios").join(format!("{}.txt", scenario.trim_matches('`')));
        let story = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{truth}: no {scenario}"));
        if let Some(alarm) = told.strip_prefix("called: ") {
            assert!(story.contains(&format!("→ call a person: {alarm}")), "{truth}: {alarm} in {scenario}");
        }
        if told.starts_with("all") {
            assert!(
                story.contains("everybody is told") || story.contains(" returned "),
                "{truth}: {scenario}"
            );
        }
    }
}
