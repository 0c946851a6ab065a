//! Leases as text: who beats, who sleeps, who dies, and who takes over when.

use engine::lease::{Fence, Lease, Members, Out, Standing};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

const LASTS: Duration = Duration::from_secs(4);
const TICK: Duration = Duration::from_millis(100);

/// One server. Its steady clock began at another moment than everybody else's.
struct Node {
    name: &'static str,
    offset: Duration,
    lease: Option<Lease>,
    awake: bool,
    running: bool,
    beat_due: Duration,
    look_due: Duration,
}

#[derive(Default)]
struct World {
    members: Members,
    nodes: BTreeMap<&'static str, Node>,
    now: Duration,
    store_down: bool,
    trace: String,
}

impl World {
    fn say(&mut self, text: String) {
        writeln!(self.trace, "{:<5.1} {text}", self.now.as_secs_f64()).expect("text grows");
    }

    fn join(&mut self, name: &'static str) {
        let fence = self.members.join(name, "");
        let offset = Duration::from_secs(1_000 * (1 + name.as_bytes()[0] as u64));
        let began = self.now + offset;
        let lease = Some(Lease::new(fence, LASTS, began));
        self.say(format!("{name} joins as {fence}"));
        let node = Node { name, offset, lease, awake: true, running: true, beat_due: began, look_due: began };
        self.nodes.insert(name, node);
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.now += TICK;
            for name in self.nodes.keys().copied().collect::<Vec<_>>() {
                let node = &self.nodes[name];
                if node.running && node.awake && !self.store_down {
                    self.act(name);
                }
            }
        }
    }

    fn act(&mut self, name: &'static str) {
        let node = self.nodes.get_mut(known(name)).expect("a node");
        let clock = self.now + node.offset;
        let Some(lease) = node.lease.as_mut() else { return };
        if clock >= node.beat_due {
            node.beat_due = clock + lease.beat_every();
            if self.members.beat(lease.me()) {
                lease.beaten(clock);
            }
        }
        if clock < node.look_due {
            return;
        }
        node.look_due = clock + lease.look_every();
        match lease.look(&self.members, clock, clock) {
            Ok(suspects) => {
                for suspect in suspects {
                    if self.members.fence(suspect) {
                        self.say(format!("{name} fences {}", suspect.fence));
                    }
                }
            }
            Err(Out::Fenced) => {
                self.say(format!("{name} finds itself fenced"));
                self.join(name);
            }
            Err(Out::Replaced) => {
                node.lease = None;
                self.say(format!("{name} was started twice and ends"));
            }
        }
    }

    fn step(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["join", name] => self.join(known(name)),
            ["run", seconds] => self.run(Duration::from_secs_f64(seconds.parse().expect("seconds"))),
            ["kill", name] => self.nodes.get_mut(known(name)).expect("a node").running = false,
            ["sleep", name] => self.nodes.get_mut(known(name)).expect("a node").awake = false,
            ["wake", name] => self.nodes.get_mut(known(name)).expect("a node").awake = true,
            ["leave", name] => {
                let fence =
                    self.nodes.remove(known(name)).and_then(|node| node.lease).expect("a member").me();
                self.members.leave(fence);
            }
            ["store", "down"] => self.store_down = true,
            ["store", "up"] => self.store_down = false,
            other => panic!("not a step: {other:?}"),
        }
    }

    /// What must hold at every instant.
    fn must_hold(&self) {
        for node in self.nodes.values() {
            let Some(lease) = &node.lease else { continue };
            if lease.holds(self.now + node.offset)
                && self.members.iter().all(|other| other.name != node.name || other.fence <= lease.me())
            {
                assert!(self.members.may_commit(lease.me()), "{} is fenced and does not know", node.name);
            }
        }
        for name in self.nodes.keys() {
            let alive = self.members.iter().filter(|member| member.name == *name);
            assert!(alive.filter(|member| member.standing == Standing::Alive).count() <= 1);
        }
    }
}

fn known(name: &str) -> &'static str {
    ["A", "B", "C"].into_iter().find(|known| *known == name).expect("A, B or C")
}

fn check(script: &str, expected: Expect) {
    let mut world = World::default();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        world.step(line);
        world.must_hold();
    }
    expected.assert_eq(&world.trace);
}

#[test]
fn whoever_beats_is_left_alone() {
    check(
        "join A\n join B\n join C\n run 60\n leave C\n run 60",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
            0.0   C joins as #3
        "#]],
    );
}

#[test]
fn a_dead_one_is_fenced_within_five_seconds_and_once() {
    check(
        "join A\n join B\n join C\n run 10.3\n kill A\n run 20",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
            0.0   C joins as #3
            13.7  B fences #1
        "#]],
    );
}

#[test]
fn a_sleeper_finds_itself_fenced_and_joins_anew() {
    check(
        "join A\n join B\n run 10\n sleep A\n run 7\n wake A\n run 10",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
            13.7  B fences #1
            17.1  A finds itself fenced
            17.1  A joins as #3
        "#]],
    );
}

#[test]
fn a_short_sleep_costs_nothing() {
    check(
        "join A\n join B\n run 10\n sleep A\n run 2.5\n wake A\n run 10",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
        "#]],
    );
}

#[test]
fn while_the_store_is_away_nobody_dies_of_it() {
    check(
        "join A\n join B\n run 10\n store down\n run 30\n store up\n run 10",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
        "#]],
    );
}

#[test]
fn whoever_could_not_look_counts_anew() {
    let mut members = Members::default();
    let (me, other) = (members.join("A", ""), members.join("B", ""));
    let mut lease = Lease::new(me, LASTS, Duration::ZERO);
    let mut suspects = |tenths: u32| {
        let found = lease.look(&members, TICK * tenths, TICK * tenths).expect("it counts");
        found.iter().map(|suspect| suspect.fence).collect::<Vec<_>>()
    };
    assert_eq!(suspects(10), []);
    // Thirty-nine seconds in which the other may have been as unable to beat, and then a lease of its own.
    for tenths in [400, 415, 430, 439] {
        assert_eq!(suspects(tenths), [], "after {tenths} tenths of a second");
    }
    assert_eq!(suspects(440), [other]);
}

#[test]
fn one_that_slept_does_not_fence_those_who_could_not_know() {
    check(
        "join A\n join B\n run 5\n sleep B\n run 30\n wake B\n run 10",
        expect![[r#"
            0.0   A joins as #1
            0.0   B joins as #2
            9.3   A fences #2
            35.1  B finds itself fenced
            35.1  B joins as #3
        "#]],
    );
}

#[test]
fn a_restart_needs_no_waiting_for_its_own_old_lease() {
    check(
        "join A\n run 3\n kill A\n run 1\n join A\n run 5",
        expect![[r#"
            0.0   A joins as #1
            4.0   A joins as #2
        "#]],
    );
    let mut members = Members::default();
    let (before, after) = (members.join("A", ""), members.join("A", ""));
    assert!(!members.may_commit(before) && members.may_commit(after) && members.may_drive(after, before));
}

#[test]
fn a_server_started_twice_ends_instead_of_fencing_back() {
    let mut members = Members::default();
    let first = members.join("A", "");
    let mut lease = Lease::new(first, LASTS, Duration::ZERO);
    let second = members.join("A", "");
    assert_eq!(lease.look(&members, TICK, TICK), Err(Out::Replaced));
    members.leave(second);
    assert_eq!(lease.look(&members, TICK, TICK), Err(Out::Fenced));
}

#[test]
fn a_payment_is_driven_by_its_holder_or_after_the_holder_is_gone() {
    let mut members = Members::default();
    let (a, b) = (members.join("A", ""), members.join("B", ""));
    assert!(members.may_drive(a, a) && members.may_drive(a, Fence::NOBODY) && !members.may_drive(a, b));
    members.leave(b);
    assert!(members.may_drive(a, b) && !members.may_commit(b));
    assert!(!members.beat(b), "a member that left beats no more");
}

fn steps() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec!["A", "B", "C"]);
    let step = prop_oneof![
        4 => (1_u32..80).prop_map(|tenths| format!("run {}", f64::from(tenths) / 10.0)),
        2 => name.clone().prop_map(|name| format!("sleep {name}")),
        2 => name.clone().prop_map(|name| format!("wake {name}")),
        1 => Just("store down".to_owned()),
        2 => Just("store up".to_owned()),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    /// Whatever sleeps and breaks: whoever believes in its lease may commit, and when all is well again everybody
    /// is a member.
    #[test]
    fn whoever_holds_by_its_own_clock_is_not_fenced(steps in steps()) {
        let mut world = World::default();
        for name in ["A", "B", "C"] {
            world.join(name);
        }
        for step in &steps {
            match step.strip_prefix("run ") {
                Some(seconds) => {
                    let ticks = (seconds.parse::<f64>().expect("seconds") * 10.0) as u32;
                    for _ in 0..ticks {
                        world.run(TICK);
                        world.must_hold();
                    }
                }
                None => world.step(step),
            }
        }
        for step in ["store up", "wake A", "wake B", "wake C", "run 10"] {
            world.step(step);
        }
        for node in world.nodes.values() {
            let lease = node.lease.as_ref().expect("no server was started twice");
            prop_assert!(world.members.may_commit(lease.me()), "{}", world.trace);
        }
        world.trace.clear();
        world.run(Duration::from_secs(20));
        prop_assert_eq!(&world.trace, "", "nobody is fenced while all is well");
    }

    /// A dead member's payments are free within five seconds of its death.
    #[test]
    fn the_dead_are_found_in_time(until in 10_u32..200) {
        let mut world = World::default();
        world.join("A");
        world.join("B");
        world.run(TICK * until);
        let dead = world.nodes["A"].lease.as_ref().expect("a member").me();
        world.step("kill A");
        world.run(Duration::from_secs(5));
        prop_assert!(!world.members.may_commit(dead), "{}", world.trace);
    }
}
