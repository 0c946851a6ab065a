//! Small worlds: they keep every promise, replay identically, and the auditor notices when a safety line is
//! removed.

use sim::{Options, Report, Sabotage, run};
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn some_worlds_keep_every_promise() {
    for seed in [1, 2] {
        let report = run(&Options { seed, payments: 400, sabotage: None }, 2, &|_| ());
        assert_eq!(report.payments, 400, "every sale is recorded in the end");
        assert!(report.violations.is_empty(), "{}", report.violations[0]);
        let ended: u64 = report.outcomes.values().sum();
        assert_eq!(ended, 400);
        assert!(!report.outcomes.contains_key("open"));
    }
}

#[test]
fn the_same_seed_is_the_same_world_on_any_number_of_threads() {
    let options = Options { seed: 4, payments: 300, sabotage: None };
    let one = run(&options, 1, &|_| ());
    assert_eq!(one, run(&options, 2, &|_| ()));
    let other = run(&Options { seed: 5, ..options }, 2, &|_| ());
    assert_ne!(one.trace_hash, other.trace_hash);
}

#[test]
fn progress_is_told_until_the_last_sale() {
    let most = AtomicU64::new(0);
    let options = Options { seed: 6, payments: 250, sabotage: None };
    run(&options, 2, &|done| {
        most.fetch_max(done, Ordering::Relaxed);
    });
    assert_eq!(most.into_inner(), 250);
}

#[test]
fn the_auditor_notices_a_charge_read_as_refused_for_want_of_a_reply() {
    notices(Sabotage::SilenceIsRefusal, "our book equals the provider's");
}

#[test]
fn the_auditor_notices_a_doubtful_reply_read_as_refused() {
    notices(Sabotage::DoubtIsRefusal, "our book equals the provider's");
}

#[test]
fn the_auditor_notices_a_forgotten_refund() {
    notices(Sabotage::RefundForgotten, "our book equals the provider's");
}

#[test]
fn the_auditor_notices_a_commit_that_was_none() {
    notices(Sabotage::FailedCommitIsIgnored, "nothing is sent before its intent is durable");
}

#[test]
fn the_auditor_notices_a_lost_request_that_is_forgotten_too_soon() {
    notices(Sabotage::StrayRequestsAreForgotten, "our book equals the provider's");
}

#[test]
fn the_auditor_notices_a_charge_sent_twice() {
    notices(Sabotage::ChargedAgainUnderAnotherNumber, "the provider knows only what we recorded");
}

/// With the safety line removed, the rule is seen broken, with the seed and the payment's trace.
fn notices(sabotage: Sabotage, rule: &str) {
    let broken = (1..40).find_map(|seed| {
        let report: Report = run(&Options { seed, payments: 200, sabotage: Some(sabotage) }, 1, &|_| ());
        report.violations.into_iter().find(|violation| violation.rule.starts_with(rule))
    });
    let violation = broken.unwrap_or_else(|| panic!("nobody noticed {sabotage:?}"));
    assert!(violation.payment.is_none() || !violation.trace.is_empty(), "{violation}");
    assert!(violation.to_string().contains(&format!("seed {}", violation.seed)));
}
