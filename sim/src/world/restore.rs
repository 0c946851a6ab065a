//! After a disaster: an earlier state of the store is put back and a server started over it. What was open then is
//! driven on; then the bills of the days are held against the book, and every difference is cured as it is for shops.

use super::channel::Cargo;
use super::settle::{kept_by_provider, kept_by_us};
use super::till::sale_of;
use super::wallet::Line;
use super::{Channel, World};
use crate::Sabotage;
use crate::promises::Promise;
use crate::server::{Fate, Server};
use base::{PaymentId, Timestamp};
use engine::{After, CallOut, End, Wake};
use payment::{Command, Lost};
use settlement::{Cure, Day};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// More than any day needs; whatever is not at rest after them is judged as it stands.
const ROUNDS_MAX: usize = 100_000;
/// Bills are fetched in the morning.
const MORNING: Duration = Duration::from_secs(9 * 3_600);
/// By then everything has come to rest.
const RESTS_WITHIN: Duration = Duration::from_secs(7_200);

impl World {
    /// Promise 15. Every payment that the earlier store knows ends as the provider says; every other is raised by name.
    pub(super) fn restored_is_the_same(&mut self, now: Timestamp) {
        let Some(backup) = self.backup.take() else { return };
        let mut server = Server::over(backup, self.policies.clone());
        server.restart(self.now);
        self.drive_to_rest(&mut server);
        let mut raised = BTreeSet::new();
        if !self.sabotaged(Sabotage::BillIsNotReadAfterRestore) {
            let first = Day::of(self.began);
            // By then whatever payers and providers were about has happened.
            self.now = self.now.max(first.next().end() + MORNING);
            let moment = self.moment();
            self.channels.iter_mut().for_each(|channel| drop(channel.tick(&moment)));
            // Read twice: what comes while the first bills are being gone through is in none of them.
            for day in [first, first.next(), first, first.next()] {
                self.cure_by_bill(&mut server, day, &mut raised);
            }
        }
        for (id, line) in self.books() {
            let facts = server.store.facts(id);
            let ours = if facts.is_empty() { 0 } else { kept_by_us(&payment::fold(facts)) };
            let same = ours == kept_by_provider(&line) || raised.contains(&id);
            self.audit.expect(Promise::RestoreAndBill, now, Some(id), same, || {
                format!("the earlier store says {ours} fen and nobody was told that it is {line:?}")
            });
        }
    }

    fn cure_by_bill(&mut self, server: &mut Server, day: Day, raised: &mut BTreeSet<PaymentId>) {
        let books = self.books();
        for difference in self.differences(&server.store, day) {
            let Some(order) = self.order_of(&difference, &books) else { continue };
            let known = !server.store.facts(order).is_empty();
            match difference.cure() {
                Cure::Look | Cure::GiveBack if known => {
                    let command = Command::Look { by: "the bill".to_owned() };
                    let merchant = super::till::MERCHANT;
                    let wake = Wake::Command { payment: order, merchant, command, caller: 0 };
                    server.handle(wake, self.now);
                }
                Cure::Look | Cure::GiveBack | Cure::Person => drop(raised.insert(order)),
                Cure::Note | Cure::RecordFee | Cure::AwaitNextBill => {}
            }
        }
        self.drive_to_rest(server);
    }

    fn books(&self) -> BTreeMap<PaymentId, Line> {
        self.channels.iter().flat_map(Channel::lines).map(|line| (line.order, line)).collect()
    }

    /// Nothing goes wrong any more: calls are answered at once, and time passes when nothing else is to be done.
    fn drive_to_rest(&mut self, server: &mut Server) {
        let until = self.now + RESTS_WITHIN;
        for _ in 0..ROUNDS_MAX {
            let done = server.work_off(self.now, Fate::Durable);
            let mut calls = 0;
            for after in done.after {
                if let After::Call(out) = after {
                    calls += 1;
                    let (payment, call) = (out.payment.request.id, out.call);
                    let end = self.answered_at_once(&out);
                    server.handle(Wake::Ended { payment, call, end }, self.now);
                }
            }
            if calls > 0 {
                continue;
            }
            let Some(due) = server.engine.next_due().filter(|due| *due <= until) else { return };
            self.now = self.now.max(due);
            server.handle(Wake::Time, self.now);
        }
    }

    fn answered_at_once(&mut self, out: &CallOut) -> End {
        let id = out.payment.request.id;
        let sale = &self.sales[sale_of(id)];
        let (channel, good_until) = (sale.channel, sale.code_good_until);
        let moment = self.moment();
        let channel = &mut self.channels[channel];
        let cargo = channel.cargo(out, good_until, &moment);
        if matches!(cargo, Cargo::Nothing) {
            return End::NeverLeft("it could not be asked".to_owned());
        }
        match channel.serve(&cargo, &moment) {
            Some((back, _)) => End::Answered(channel.answer(&out.ask, id, &cargo, back, &moment, true)),
            None => End::Lost(Lost::TimedOut),
        }
    }
}
