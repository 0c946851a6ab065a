//! Whole conversations between the session and the virtual printer, as text: what is done to them, what they say.
//!
//! The host of these tests records "sent" the moment it is asked to, unless the script says `slow disk`.

use base::Timestamp;
use device_contract::{Event, JobEvent, JobId, JobState, Session};
use expect_test::{Expect, expect};
use printer::{Fault, Model, Paper, PrinterSession, Profile, VirtualPrinter, page};
use proptest::prelude::*;
use receipt::{Document, Line};
use std::collections::BTreeMap;
use std::time::Duration;

/// A till's host, a cable and a printer on a clock of their own.
struct Counter {
    now: Timestamp,
    profile: Profile,
    session: PrinterSession,
    printer: VirtualPrinter,
    plugged: bool,
    records_at_once: bool,
    to_record: Option<JobId>,
    jobs: BTreeMap<JobId, JobState>,
    trace: String,
}

const START: Timestamp = Timestamp::from_micros(0);

impl Counter {
    fn new(profile: Profile) -> Counter {
        Counter {
            now: START,
            session: PrinterSession::new(profile.clone()),
            printer: VirtualPrinter::new(Model::of(&profile)),
            profile,
            plugged: false,
            records_at_once: true,
            to_record: None,
            jobs: BTreeMap::new(),
            trace: String::new(),
        }
    }

    fn note(&mut self, words: &str) {
        let seconds = self.now.since(START).as_millis() as f64 / 1000.0;
        self.trace += &format!("{seconds:<8.3}{words}\n");
    }

    fn act(&mut self, line: &str) {
        self.note(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["plug", "in"] => self.plug_in(),
            ["pull", "plug"] => self.pull_plug(),
            ["power", "cycle"] => {
                self.printer.power_cycle();
                self.pull_plug();
            }
            ["print", ref names @ ..] => names.iter().for_each(|name| self.print(name)),
            ["wait", seconds] => self.wait(Duration::from_secs(seconds.parse().expect("seconds"))),
            ["roll", dots] => self.printer.load_roll(dots.parse().ok()),
            ["slow", "disk"] => self.records_at_once = false,
            ["recorded"] => self.record(),
            ["drawer"] => assert!(self.session.open_drawer()),
            ["handled"] => self.session.handle_error_cleared(self.now),
            [fault] => self.printer.set(fault_named(fault), true),
            ["no", fault] => self.printer.set(fault_named(fault), false),
            _ => panic!("no such act: {line}"),
        }
        self.settle();
    }

    fn plug_in(&mut self) {
        self.plugged = true;
        self.session.handle_connected(self.now);
    }

    fn pull_plug(&mut self) {
        self.plugged = false;
        self.session.handle_disconnected(self.now);
    }

    fn print(&mut self, name: &str) {
        let lines = vec![Line::text(format!("slip {name}")), Line::text("thank you"), Line::Cut];
        let job = JobId(name.bytes().fold(0, |id, byte| id * 256 + u128::from(byte)));
        self.jobs.insert(job, JobState::Queued);
        self.session.submit(job, page(&Document { lines }, &self.profile).bytes, self.now);
    }

    fn record(&mut self) {
        let job = self.to_record.take().expect("something to record");
        self.apply(job, JobEvent::Sent);
        self.session.handle_recorded(job, self.now);
    }

    fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(wake) = self.session.poll_wake().filter(|wake| wake.at <= end) {
            self.now = self.now.max(wake.at);
            self.session.handle_tick(self.now);
            self.settle();
        }
        self.now = end;
    }

    /// Carries events and bytes until nothing moves any more.
    fn settle(&mut self) {
        loop {
            let mut moved = false;
            while let Some(event) = self.session.poll_event() {
                self.hear(event);
                moved = true;
            }
            while let Some(bytes) = self.session.poll_transmit() {
                assert!(self.plugged, "bytes without a cable");
                assert_eq!(
                    self.printer.receive(&bytes),
                    bytes.len(),
                    "the buffer is large enough for these tests"
                );
                moved = true;
            }
            let answers = self.printer.take_answers();
            if self.plugged && !answers.is_empty() {
                self.session.handle_received(&answers, self.now);
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::State(state) => self.note(&format!("    printer {state:?}")),
            Event::Reconnect => {
                self.note("    reconnect");
                self.pull_plug();
                self.plug_in();
            }
            Event::MayPrint(job) => {
                self.to_record = Some(job);
                if self.records_at_once {
                    self.record();
                }
            }
            Event::Job(job, event) => {
                self.note(&format!("    {} {event:?}", name(job)));
                self.apply(job, event);
            }
        }
    }

    fn apply(&mut self, job: JobId, event: JobEvent) {
        let state = self.jobs.get_mut(&job).expect("a job of this test");
        *state = state.after(event, self.now).unwrap_or_else(|_| panic!("{event:?} in {state:?}"));
    }

    fn slips(&self) -> Vec<String> {
        let text: String = self.printer.papers().map(Paper::to_text).collect();
        text.lines().filter_map(|line| line.strip_prefix("slip ")).map(str::to_owned).collect()
    }
}

fn name(job: JobId) -> String {
    job.0.to_be_bytes().into_iter().filter(|byte| *byte != 0).map(char::from).collect()
}

fn fault_named(name: &str) -> Fault {
    match name {
        "near-end" => Fault::NearEnd,
        "paper-out" => Fault::PaperOut,
        "cover-open" => Fault::CoverOpen,
        "stuck" => Fault::CutterStuck,
        "hot" => Fault::Hot,
        "off-line" => Fault::OffLine,
        "mute" => Fault::Mute,
        _ => panic!("no such fault: {name}"),
    }
}

fn check(profile: Profile, script: &str, expected: Expect) {
    let mut counter = Counter::new(profile);
    script.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| counter.act(line));
    let slips = counter.slips().join(" ");
    let drawer = match counter.printer.drawer_openings() {
        0 => String::new(),
        times => format!("drawer opened {times}\n"),
    };
    expected.assert_eq(&format!("{}on paper: {slips}\n{drawer}", counter.trace));
}

#[test]
fn three_slips_on_a_good_day() {
    let script = "plug in
                  print A
                  print B C";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   print A
            0.000       A Printed
            0.000   print B C
            0.000       B Printed
            0.000       C Printed
            on paper: A B C
        "#]],
    );
    check(
        Profile::generic_58(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   print A
            0.000       A Printed
            0.000   print B C
            0.000       B Printed
            0.000       C Printed
            on paper: A B C
        "#]],
    );
}

#[test]
fn out_of_paper_before_the_job_holds_it_until_the_roll_is_changed() {
    let script = "plug in
                  paper-out
                  print A B
                  wait 5
                  no paper-out
                  wait 2";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   paper-out
            0.000       printer PaperOut
            0.000   print A B
            0.000       A Held(PaperOut)
            0.000       B Held(PaperOut)
            0.000   wait 5
            5.000   no paper-out
            5.000       printer Ready
            5.000       A Printed
            5.000       B Printed
            5.000   wait 2
            on paper: A B
        "#]],
    );
    let poor = Profile { auto_status: false, ..Profile::generic_58() };
    check(
        poor,
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   paper-out
            0.000   print A B
            0.000       printer PaperOut
            0.000       A Held(PaperOut)
            0.000       B Held(PaperOut)
            0.000   wait 5
            5.000   no paper-out
            5.000   wait 2
            6.000       printer Ready
            6.000       A Printed
            6.000       B Printed
            on paper: A B
        "#]],
    );
}

#[test]
fn out_of_paper_in_the_middle_of_a_job_waits_and_does_not_send_it_again() {
    let script = "roll 40
                  plug in
                  print A
                  wait 120
                  roll endless
                  wait 60
                  print B";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   roll 40
            0.000   plug in
            0.000       printer NearEnd
            0.000   print A
            0.000       printer PaperOut
            0.000   wait 120
            120.000 roll endless
            120.000     printer Ready
            120.000     A Printed
            120.000 wait 60
            180.000 print B
            180.000     B Printed
            on paper: A B
        "#]],
    );
    check(
        Profile::generic_58(),
        script,
        expect![[r#"
            0.000   roll 40
            0.000   plug in
            0.000       printer NearEnd
            0.000   print A
            0.000       printer PaperOut
            0.000   wait 120
            120.000 roll endless
            120.000     printer Ready
            120.000     A Printed
            120.000 wait 60
            180.000 print B
            180.000     B Printed
            on paper: A B
        "#]],
    );
    check(
        Profile { auto_status: false, ..Profile::generic_80() },
        script,
        expect![[r#"
            0.000   roll 40
            0.000   plug in
            0.000       printer NearEnd
            0.000   print A
            0.000   wait 120
            15.000      printer PaperOut
            120.000 roll endless
            120.000     printer Ready
            120.000     A Printed
            120.000 wait 60
            180.000 print B
            180.000     B Printed
            on paper: A B
        "#]],
    );
}

#[test]
fn a_cable_pulled_before_the_answer_leaves_the_job_unknown_and_it_is_not_sent_again() {
    let script = "slow disk
                  plug in
                  print A B
                  mute
                  recorded
                  pull plug
                  no mute
                  wait 9
                  plug in
                  recorded";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   slow disk
            0.000   plug in
            0.000       printer Ready
            0.000   print A B
            0.000   mute
            0.000   recorded
            0.000   pull plug
            0.000       A Doubted(LinkLost)
            0.000       printer Unknown
            0.000       B Held(Unknown)
            0.000   no mute
            0.000   wait 9
            9.000   plug in
            9.000       printer Ready
            9.000   recorded
            9.000       B Printed
            on paper: A B
        "#]],
    );
    let script = "roll 40
                  plug in
                  print A B
                  power cycle
                  roll endless
                  plug in";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   roll 40
            0.000   plug in
            0.000       printer NearEnd
            0.000   print A B
            0.000       printer PaperOut
            0.000       B Held(PaperOut)
            0.000   power cycle
            0.000       A Doubted(LinkLost)
            0.000       printer Unknown
            0.000       B Held(Unknown)
            0.000   roll endless
            0.000   plug in
            0.000       printer Ready
            0.000       B Printed
            on paper: A B
        "#]],
    );
}

#[test]
fn silence_becomes_unknown_in_a_stated_time_and_asks_for_a_new_connection() {
    let script = "plug in
                  slow disk
                  print A
                  mute
                  recorded
                  wait 60";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   slow disk
            0.000   print A
            0.000   mute
            0.000   recorded
            0.000   wait 60
            16.500      printer Unknown
            16.500      A Doubted(NoAnswer)
            25.500      reconnect
            36.000      reconnect
            46.500      reconnect
            57.000      reconnect
            on paper: A
        "#]],
    );
}

#[test]
fn a_printer_that_takes_bytes_but_never_raises_the_fence_is_doubted_after_two_waits() {
    let no_fence = Profile { fence: printer::Fence::ProcessId, ..Profile::generic_80() };
    let mut counter = Counter::new(no_fence.clone());
    counter.printer = VirtualPrinter::new(Model { process_id: false, ..Model::of(&no_fence) });
    for line in ["plug in", "print A", "wait 60"] {
        counter.act(line);
    }
    expect![[r#"
        0.000   plug in
        0.000       printer Ready
        0.000   print A
        0.000   wait 60
        30.000      A Doubted(NoAnswer)
    "#]]
    .assert_eq(&counter.trace);
}

#[test]
fn an_answer_that_may_belong_to_an_earlier_job_proves_nothing() {
    let script = "slow disk
                  plug in
                  print A B
                  mute
                  recorded
                  no mute
                  wait 40
                  recorded";
    check(
        Profile::generic_80(),
        script,
        expect![[r#"
        0.000   slow disk
        0.000   plug in
        0.000       printer Ready
        0.000   print A B
        0.000   mute
        0.000   recorded
        0.000   no mute
        0.000   wait 40
        30.000      A Doubted(NoAnswer)
        30.000      reconnect
        30.000      printer Unknown
        30.000      B Held(Unknown)
        30.000      printer Ready
        40.000  recorded
        40.000      B Printed
        on paper: A B
    "#]],
    );
}

#[test]
fn nothing_leaves_before_it_is_recorded() {
    let script = "slow disk
                  plug in
                  print A
                  wait 60
                  recorded";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   slow disk
            0.000   plug in
            0.000       printer Ready
            0.000   print A
            0.000   wait 60
            60.000  recorded
            60.000      A Printed
            on paper: A
        "#]],
    );
    let script = "slow disk
                  plug in
                  print A
                  pull plug
                  recorded
                  plug in
                  recorded";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   slow disk
            0.000   plug in
            0.000       printer Ready
            0.000   print A
            0.000   pull plug
            0.000       printer Unknown
            0.000       A Held(Unknown)
            0.000   recorded
            0.000       A NeverLeft(Unknown)
            0.000   plug in
            0.000       printer Ready
            0.000   recorded
            0.000       A Printed
            on paper: A
        "#]],
    );
}

#[test]
fn a_stuck_cutter_goes_on_when_a_person_says_it_is_free() {
    let script = "plug in
                  stuck
                  print A
                  no stuck
                  wait 5
                  handled
                  wait 2";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   stuck
            0.000       printer CutterError
            0.000   print A
            0.000       A Held(CutterError)
            0.000   no stuck
            0.000   wait 5
            5.000   handled
            5.000       printer Ready
            5.000       A Printed
            5.000   wait 2
            on paper: A
        "#]],
    );
}

#[test]
fn the_drawer_does_not_wait_for_paper() {
    let script = "plug in
                  paper-out
                  drawer";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   paper-out
            0.000       printer PaperOut
            0.000   drawer
            on paper: 
            drawer opened 1
        "#]],
    );
}

#[test]
fn a_warm_head_and_a_short_roll() {
    let script = "plug in
                  near-end
                  print A
                  hot
                  print B
                  wait 60
                  no hot
                  wait 1";
    check(
        Profile::epson_80(),
        script,
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   near-end
            0.000       printer NearEnd
            0.000   print A
            0.000       A Printed
            0.000   hot
            0.000       printer Hot
            0.000   print B
            0.000       B Held(Hot)
            0.000   wait 60
            60.000  no hot
            60.000      printer NearEnd
            60.000      B Printed
            60.000  wait 1
            on paper: A B
        "#]],
    );
}

#[test]
fn a_printer_that_cannot_answer_leaves_every_job_unknown() {
    let mute = Profile { fence: printer::Fence::Nothing, ..Profile::generic_58() };
    check(
        mute,
        "plug in\nprint A",
        expect![[r#"
            0.000   plug in
            0.000       printer Ready
            0.000   print A
            0.000       A Doubted(PrinterCannotTell)
            on paper: A
        "#]],
    );
}

fn acts() -> impl Strategy<Value = Vec<String>> {
    let fault = prop_oneof![
        Just("paper-out"),
        Just("cover-open"),
        Just("hot"),
        Just("near-end"),
        Just("mute"),
        Just("stuck")
    ];
    let act = prop_oneof![
        4 => Just("print".to_owned()),
        3 => (1u32..40).prop_map(|seconds| format!("wait {seconds}")),
        2 => fault.clone().prop_map(str::to_owned),
        3 => fault.prop_map(|fault| format!("no {fault}")),
        1 => Just("handled".to_owned()),
        1 => Just("replug".to_owned()),
        1 => Just("power cycle".to_owned()),
        1 => (10u32..400).prop_map(|dots| format!("roll {dots}")),
        1 => Just("roll endless".to_owned()),
    ];
    proptest::collection::vec(act, 1..40)
}

proptest! {
    /// Whatever happens at the counter: no slip twice, "printed" is true, nothing waits for ever once all is well.
    #[test]
    fn no_slip_comes_out_twice_and_printed_means_printed(acts in acts(), which in 0usize..4, auto_status: bool) {
        let profile = Profile { auto_status, ..Profile::all()[which].clone() };
        let mut counter = Counter::new(profile);
        counter.act("plug in");
        for (number, act) in acts.iter().enumerate() {
            match act.as_str() {
                "print" => counter.act(&format!("print J{number}")),
                "replug" => {
                    counter.act("pull plug");
                    counter.act("plug in");
                }
                "power cycle" => {
                    counter.act("power cycle");
                    counter.act("plug in");
                }
                other => counter.act(other),
            }
        }
        for line in ["no paper-out", "no cover-open", "no hot", "no mute", "no stuck", "roll endless", "handled", "wait 200"] {
            counter.act(line);
        }
        let slips = counter.slips();
        for (job, state) in &counter.jobs {
            let copies = slips.iter().filter(|slip| **slip == name(*job)).count();
            prop_assert!(copies <= 1, "{} came out {copies} times\n{}", name(*job), counter.trace);
            match state {
                JobState::Printed { .. } => prop_assert_eq!(copies, 1, "{}\n{}", name(*job), counter.trace),
                JobState::Unknown { .. } => {}
                waiting => prop_assert!(false, "{} still {waiting:?}\n{}", name(*job), counter.trace),
            }
        }
    }
}
