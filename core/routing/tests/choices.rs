//! What is chosen among ways in every standing: a shut one never, always one while one is open, and what was given up
//! comes back.

use base::{ChannelId, Money, TillId, Timestamp};
use payment::WhyRouted;
use proptest::prelude::*;
use routing::{
    Counts, Hours, NoneOpen, Order, Policy, Rule, Score, Slot, Standing, Tally, Then, Way, When, Wish, Word,
    choose,
};

const SOUND: Score = Score { rate_permille: 1_000, known_from: 50_000, standing: Standing::Sound };
const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];

fn id(number: usize) -> ChannelId {
    ChannelId::from_u128(number as u128)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn wish(fen: i64) -> Wish<'static> {
    Wish {
        amount: Money::cny(fen),
        wallet: "blue",
        till: TillId::from_u128(9),
        at: Timestamp::parse("2026-11-23T12:00:00+08:00").expect("a time"),
        chance: 999,
    }
}

fn way(number: usize, score: Score) -> Way<'static> {
    Way { channel: id(number), name: NAMES[number], score, order: None }
}

fn bad(rate_permille: u32, probe_due: bool) -> Score {
    Score { rate_permille, known_from: 9_000, standing: Standing::Eliminated { probe_due, worked: 0 } }
}

/// `second: better_rate`, or `none`.
fn check(wish: &Wish<'_>, ways: &[Way<'_>], rules: &[Rule], expected: &str) {
    let said = match choose(wish, ways, rules, &Policy::default()) {
        Ok((chosen, routed)) => {
            assert_eq!(routed.ways.len(), ways.len(), "every way is in the evidence");
            let name = &routed.ways.iter().find(|way| way.channel == chosen).expect("one of them").name;
            format!("{name}: {}", routed.why.code())
        }
        Err(NoneOpen) => "none".to_owned(),
    };
    assert_eq!(said, expected);
}

fn order(word: Word, until: Option<Timestamp>) -> Order {
    Order { word, until, by: "Wang".into() }
}

fn prefer(channel: usize, when: When) -> Rule {
    Rule { name: "large amounts".into(), when, then: Then::Prefer(id(channel)) }
}

#[test]
fn the_first_is_taken_until_another_is_clearly_better() {
    check(&wish(1), &[way(0, SOUND), way(1, SOUND)], &[], "first: preferred");
    let rate = |rate_permille| Score { rate_permille, ..SOUND };
    check(&wish(1), &[way(0, rate(920)), way(1, SOUND)], &[], "first: preferred");
    check(&wish(1), &[way(0, rate(900)), way(1, SOUND)], &[], "second: better_rate");
    check(&wish(1), &[way(0, bad(100, false)), way(1, rate(700))], &[], "second: preferred");
}

#[test]
fn a_way_out_of_use_is_probed_while_another_works_and_used_when_none_does() {
    check(&wish(1), &[way(0, bad(100, true)), way(1, SOUND)], &[], "first: probe");
    check(&wish(1), &[way(0, bad(100, true)), way(1, bad(200, false))], &[], "second: least_bad");
}

#[test]
fn little_known_ways_are_tried_by_a_few_payments() {
    let unknown = Score { rate_permille: 1_000, known_from: 0, standing: Standing::Sound };
    let lucky = Wish { chance: 9, ..wish(1) };
    check(&lucky, &[way(0, SOUND), way(1, unknown)], &[], "second: trial");
    check(&Wish { chance: 10, ..lucky }, &[way(0, SOUND), way(1, unknown)], &[], "first: preferred");
    check(&lucky, &[way(0, SOUND), way(1, SOUND)], &[], "first: preferred");
}

#[test]
fn rules_come_before_what_was_learned_and_yield_to_failure() {
    let large = When { amount_from: Some(100_000), ..When::default() };
    let rules = [prefer(1, large)];
    check(&wish(99_999), &[way(0, SOUND), way(1, SOUND)], &rules, "first: preferred");
    check(&wish(100_000), &[way(0, SOUND), way(1, SOUND)], &rules, "second: rule");
    check(&wish(100_000), &[way(0, SOUND), way(1, bad(0, false))], &rules, "first: preferred");
    let avoid = Rule { then: Then::Avoid(id(0)), ..prefer(0, When::default()) };
    check(&wish(1), &[way(0, SOUND), way(1, SOUND)], std::slice::from_ref(&avoid), "second: preferred");
    check(&wish(1), &[way(0, SOUND)], &[avoid], "none");
}

#[test]
fn every_condition_of_a_rule_must_fit() {
    let whens = [
        When { wallet: Some("red".into()), ..When::default() },
        When { tills: vec![TillId::from_u128(8)], ..When::default() },
        When { amount_below: Some(100), ..When::default() },
        When { hours: Some(Hours { from: 13 * 60, to: 14 * 60 }), ..When::default() },
    ];
    for when in whens {
        check(&wish(100), &[way(0, SOUND), way(1, SOUND)], &[prefer(1, when)], "first: preferred");
    }
    let all = When {
        wallet: Some("blue".into()),
        tills: vec![TillId::from_u128(8), TillId::from_u128(9)],
        amount_from: Some(100),
        amount_below: Some(101),
        hours: Some(Hours { from: 12 * 60, to: 13 * 60 }),
    };
    check(&wish(100), &[way(0, SOUND), way(1, SOUND)], &[prefer(1, all)], "second: rule");
}

#[test]
fn a_persons_word_stands_above_everything_while_it_holds() {
    let (now, later) = (wish(1).at, wish(1).at + std::time::Duration::from_secs(60));
    let pin = order(Word::Pin, Some(later));
    let pinned = |score| Way { order: Some(&pin), ..way(1, score) };
    check(&wish(1), &[way(0, SOUND), pinned(bad(0, false))], &[], "second: pinned");
    let avoid = Rule { name: "no".into(), when: When::default(), then: Then::Avoid(id(1)) };
    check(&wish(1), &[way(0, SOUND), pinned(SOUND)], &[avoid], "second: pinned");
    let over = order(Word::Pin, Some(now));
    check(&wish(1), &[way(0, SOUND), Way { order: Some(&over), ..way(1, SOUND) }], &[], "first: preferred");
    let shut = order(Word::Shut, None);
    let closed = Way { order: Some(&shut), ..way(0, SOUND) };
    check(&wish(1), &[closed.clone(), way(1, bad(0, false))], &[], "second: least_bad");
    check(&wish(1), &[closed], &[], "none");
}

#[test]
fn the_choice_reads_as_a_sentence_in_both_languages() {
    let shut = order(Word::Shut, None);
    let ways = [Way { order: Some(&shut), ..way(0, SOUND) }, way(1, SOUND), way(2, bad(125, false))];
    let (chosen, routed) = choose(&wish(1), &ways, &[], &Policy::default()).expect("one is open");
    let text = routed.text(chosen);
    assert_eq!(
        text.zh,
        "走通道 second：首选通道，工作正常；另有 first（Wang 关闭了它）、third（故障停用，成功率 12.5%）"
    );
    assert_eq!(
        text.en,
        "over channel second: it is the first choice and works well; \
         there was also first (shut by Wang), third (out of use, 12.5% worked)"
    );
}

fn any_score() -> impl Strategy<Value = Score> {
    let standing = prop_oneof![
        Just(Standing::Sound),
        any::<bool>().prop_map(|probe_due| Standing::Eliminated { probe_due, worked: 0 })
    ];
    (0..=1_000_u32, 0..20_000_u64, standing).prop_map(|(rate_permille, known_from, standing)| Score {
        rate_permille,
        known_from,
        standing,
    })
}

fn any_order() -> impl Strategy<Value = Option<Order>> {
    let word = prop_oneof![Just(Word::Pin), Just(Word::Shut)];
    proptest::option::of((word, proptest::option::of(0..4_000_000_000_i64)).prop_map(|(word, until)| Order {
        word,
        until: until.map(at),
        by: "Li".into(),
    }))
}

fn any_rule() -> impl Strategy<Value = Rule> {
    (any::<bool>(), 0..4_usize, proptest::option::of(0..2_000_i64)).prop_map(
        |(avoid, channel, amount_from)| {
            let then = if avoid { Then::Avoid(id(channel)) } else { Then::Prefer(id(channel)) };
            Rule { name: "any".into(), when: When { amount_from, ..When::default() }, then }
        },
    )
}

proptest! {
    /// Whatever is chosen is open, something is chosen while one is open, and the same again is chosen the same.
    #[test]
    fn a_shut_way_is_never_chosen_and_an_open_one_always(
        known in proptest::collection::vec((any_score(), any_order()), 1..4),
        rules in proptest::collection::vec(any_rule(), 0..4),
        fen in 1..2_000_i64,
        chance in 0..1_000_u32,
    ) {
        let wish = Wish { chance, ..wish(fen) };
        let ways: Vec<Way<'_>> = known
            .iter()
            .enumerate()
            .map(|(number, (score, order))| Way { order: order.as_ref(), ..way(number, *score) })
            .collect();
        let ordered = |way: &Way<'_>, word| {
            way.order.is_some_and(|order| order.word == word && order.holds(wish.at))
        };
        let avoided = |way: &Way<'_>| {
            rules.iter().any(|rule| rule.then == Then::Avoid(way.channel) && rule.when.fits(&wish))
        };
        let is_open = |way: &Way<'_>| {
            ordered(way, Word::Pin) || !ordered(way, Word::Shut) && !avoided(way)
        };
        let chosen = choose(&wish, &ways, &rules, &Policy::default());
        prop_assert_eq!(&chosen, &choose(&wish, &ways, &rules, &Policy::default()));
        match chosen {
            Err(NoneOpen) => prop_assert!(!ways.iter().any(is_open), "one was open"),
            Ok((chosen, routed)) => {
                let way = ways.iter().find(|way| way.channel == chosen).expect("one of them");
                prop_assert!(is_open(way), "a shut way was chosen: {:?}", routed);
                if ways.iter().any(|way| ordered(way, Word::Pin)) {
                    prop_assert!(ordered(way, Word::Pin), "a pinned way was passed over");
                }
                let sound = |way: &&Way<'_>| is_open(way) && way.score.standing == Standing::Sound;
                let failing = way.score.standing != Standing::Sound && !ordered(way, Word::Pin);
                let excused = matches!(routed.why, WhyRouted::Probe | WhyRouted::LeastBad);
                prop_assert!(!failing || excused, "a way out of use was taken for {:?}", routed.why);
                prop_assert!(
                    routed.why != WhyRouted::LeastBad || ways.iter().find(sound).is_none(),
                    "a sound way was passed over"
                );
            }
        }
    }

    /// Within a slot, and among servers, the order of what happened changes nothing.
    #[test]
    fn the_order_of_outcomes_changes_no_score(
        happened in proptest::collection::vec((0..40_i64, 0..3_u32, 0..3_u32), 0..40),
        turn in 0..40_usize,
        now in 600..1_500_i64,
    ) {
        let mut turned = happened.clone();
        turned.rotate_left(turn.min(happened.len()));
        turned.reverse();
        let tally = |list: &[(i64, u32, u32)]| {
            let mut tally = Tally::default();
            for (slot, worked, failed) in list {
                tally.add(Slot(*slot), Counts { asked: 1, worked: *worked, failed: *failed });
            }
            tally
        };
        let policy = Policy::default();
        prop_assert_eq!(tally(&happened).score(&policy, at(now)), tally(&turned).score(&policy, at(now)));
    }

    /// A way that works again is back in use after a bounded number of payments, however badly it had failed.
    #[test]
    fn a_way_that_works_again_comes_back(failures in 3..500_u32, every_s in 1..20_i64) {
        let policy = Policy::default();
        let mut tallies = [Tally::default(), Tally::default()];
        tallies[0].add(Slot(0), Counts { asked: failures, worked: 0, failed: failures });
        let mut now = 15;
        let back = loop {
            prop_assert!(now < 300, "it did not come back");
            let ways: Vec<Way<'_>> =
                (0..2).map(|number| way(number, tallies[number].score(&policy, at(now)))).collect();
            let wish = Wish { at: at(now), ..wish(1) };
            let (chosen, routed) = choose(&wish, &ways, &[], &policy).expect("both are open");
            if chosen == id(0) && routed.why != WhyRouted::Probe {
                break now;
            }
            let worked = Counts { asked: 1, worked: 1, failed: 0 };
            tallies[if chosen == id(0) { 0 } else { 1 }].add(Slot::of(at(now)), worked);
            now += every_s;
        };
        prop_assert!(back >= 15);
    }
}
