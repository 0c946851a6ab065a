//! The server's life: rounds of work, transactions that fail, power cuts, a clock that is set.

use super::{Event, World};
use crate::Sabotage;
use crate::server::{Done, Fate};
use base::Timestamp;
use engine::{After, Change, Wake};
use payment::{Charge, Outcome};
use std::time::Duration;

/// Where in a round the power goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PowerCut {
    BeforeTheCommit,
    AfterTheCommit,
    Midway,
}

impl World {
    /// Hands something to the server; false if nobody is there.
    pub(super) fn reach_server(&mut self, wake: Wake) -> bool {
        if self.up {
            self.inbox.push(wake);
            self.plan_round();
        }
        self.up
    }

    pub(super) fn round(&mut self) {
        self.round_planned = false;
        if !self.up {
            return;
        }
        let cut = self.random.permille(self.weather.crash).then(|| {
            self.random.pick(&[PowerCut::BeforeTheCommit, PowerCut::AfterTheCommit, PowerCut::Midway])
        });
        if cut == Some(PowerCut::BeforeTheCommit) {
            return self.crash();
        }
        let now = self.clock();
        for wake in std::mem::take(&mut self.inbox) {
            self.server.handle(wake, now);
        }
        let fate = self.fate();
        let done = if fate == Fate::Failed && self.sabotaged(Sabotage::FailedCommitIsIgnored) {
            self.server.pretend_to_work_off(now)
        } else {
            self.server.work_off(now, fate)
        };
        self.audit.committed(self.now, &done, &self.server.store);
        if fate != Fate::Durable {
            self.plan_round();
        }
        for change in &done.changes {
            self.seen(change);
        }
        match cut {
            Some(PowerCut::AfterTheCommit) => self.crash(),
            Some(_) => self.carry_out(done, true),
            None => self.carry_out(done, false),
        }
        self.plan_timer();
    }

    fn fate(&mut self) -> Fate {
        if !self.random.permille(self.weather.commit_fails) {
            return Fate::Durable;
        }
        self.audit.count("commits_failed");
        self.random.pick(&[Fate::Failed, Fate::Failed, Fate::DurableButReportedFailed])
    }

    fn carry_out(&mut self, done: Done, dies_midway: bool) {
        let last = if dies_midway { self.random.between(0, done.after.len() as u64 + 1) } else { u64::MAX };
        for (position, after) in done.after.into_iter().enumerate() {
            if position as u64 >= last {
                break;
            }
            match after {
                After::Call(out) => self.send(*out),
                After::Tell { caller, answer } => self.told(caller, answer),
            }
        }
        if dies_midway {
            self.crash();
        }
    }

    fn seen(&mut self, change: &Change) {
        let Some(&sale) = self.by_payment.get(&change.payment.request.id) else { return };
        if let Charge::AwaitingPayer { qr: Some(_), .. } = change.payment.charge {
            self.qr_shown(sale);
        }
        if change.became == Some(Outcome::Paid) {
            self.customer_thinks_again(sale);
        }
    }

    fn crash(&mut self) {
        self.audit.count("crashes");
        self.up = false;
        self.generation += 1;
        self.inbox.clear();
        let dark_ms = self.random.pick(&[500, 5_000, 60_000]);
        self.plan_in_ms(100, dark_ms, Event::Start);
    }

    pub(super) fn start(&mut self) {
        self.up = true;
        let now = self.clock();
        self.server.restart(now);
        self.plan_round();
    }

    fn plan_round(&mut self) {
        if !self.round_planned {
            self.round_planned = true;
            let at = self.now + Duration::from_micros(self.random.between(100, 4_000));
            self.plan(at, Event::Round);
        }
    }

    fn plan_timer(&mut self) {
        let Some(due) = self.server.engine.next_due().filter(|_| self.up) else { return };
        let at = Timestamp::from_micros(due.as_micros() - self.clock_offset_us).max(self.now);
        if self.timer_at.is_none_or(|planned| at < planned) {
            self.timer_at = Some(at);
            self.plan(at, Event::Timer);
        }
    }

    pub(super) fn timer(&mut self) {
        if self.timer_at != Some(self.now) {
            return;
        }
        self.timer_at = None;
        if self.server.engine.next_due().is_some_and(|due| due <= self.clock()) {
            self.reach_server(Wake::Time);
        }
        self.plan_timer_unless_due();
    }

    /// A due time that has passed is worked off in the round just planned.
    fn plan_timer_unless_due(&mut self) {
        if !self.round_planned {
            self.plan_timer();
        }
    }

    pub(super) fn step_clock(&mut self) {
        let wanted = self.clock_wanted_us;
        if wanted == self.clock_offset_us {
            return;
        }
        if wanted > self.clock_offset_us && self.on_the_way > 0 {
            return self.plan_in_ms(20, 60, Event::ClockRetry);
        }
        self.audit.count("clock_steps");
        self.clock_offset_us = wanted;
        self.timer_at = None;
        self.plan_timer();
    }

    pub(super) fn sabotaged(&self, how: Sabotage) -> bool {
        self.sabotage == Some(how)
    }
}
