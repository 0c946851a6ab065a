//! What providers do of their own accord: payers who finish, notifications, the bill of the day.

use super::{Event, Want, World};
use base::Timestamp;
use engine::Wake;
use provider_contract::{HttpRequest, Moment, Outgoing};
use std::time::Duration;

impl World {
    /// Plans the provider's next doing.
    pub(super) fn plan_tick(&mut self, channel: usize) {
        let now = self.now;
        let Some(due) = self.channels[channel].simulator.due().map(|due| due.max(now)) else { return };
        if self.channels[channel].tick_at.is_none_or(|planned| due < planned) {
            self.channels[channel].tick_at = Some(due);
            self.plan(due, Event::Tick { channel });
        }
    }

    pub(super) fn tick(&mut self, channel: usize) {
        if self.channels[channel].tick_at != Some(self.now) {
            return;
        }
        self.channels[channel].tick_at = None;
        let moment = self.moment();
        for outgoing in self.channels[channel].simulator.tick(&moment) {
            self.notify(channel, &outgoing);
        }
        self.plan_tick(channel);
    }

    fn notify(&mut self, channel: usize, outgoing: &Outgoing) {
        let request = HttpRequest::from(&outgoing.call);
        let trouble = self.random.permille(self.weather.notice_trouble);
        let kind = if trouble { self.random.between(0, 4) } else { u64::MAX };
        let true_one = |forged, request: &HttpRequest| Event::Notice {
            channel,
            request: Box::new(request.clone()),
            notice_id: outgoing.notice_id.clone(),
            forged,
        };
        match kind {
            0 => return self.channels[channel].simulator.notified(&outgoing.notice_id, None, self.now),
            1 => self.plan_in_ms(10, 5_000, true_one(false, &request)),
            2 => {
                if let Some(forged) = self.forge(&request) {
                    self.plan_in_ms(10, 1_000, true_one(true, &forged));
                }
            }
            3 => return self.plan_in_ms(10_000, 250_000, true_one(false, &request)),
            _ => {}
        }
        self.plan_in_ms(10, 800, true_one(false, &request));
    }

    /// The same notification with one digit of its body changed.
    fn forge(&mut self, request: &HttpRequest) -> Option<HttpRequest> {
        let mut forged = request.clone();
        let from = self.random.between(0, forged.body.len() as u64) as usize;
        let position = (from..forged.body.len()).find(|at| means_something(&forged.body, *at))?;
        let digit = forged.body[position];
        forged.body[position] = if digit == b'9' { b'0' } else { digit + 1 };
        Some(forged)
    }

    pub(super) fn notice_arrives(
        &mut self,
        channel: usize,
        request: &HttpRequest,
        notice_id: &str,
        forged: bool,
    ) {
        if !self.up {
            return self.acknowledge(channel, notice_id, None);
        }
        let moment = Moment { now: self.clock(), nonce: 0 };
        let provider = &self.channels[channel].provider;
        let read = provider.notice(request, &moment);
        let reply = provider.acknowledge(read.as_ref().map(|_| ()));
        match read {
            Ok(notice) if forged => {
                let detail = format!("{notice:?}");
                self.audit.violated(self.now, None, "a forged notification is refused", detail);
            }
            Ok(notice) => {
                self.audit.count("notices");
                let channel_id = self.channels[channel].id;
                self.reach_server(Wake::Noticed { channel: channel_id, notice });
                self.acknowledge(channel, notice_id, Some(reply));
            }
            Err(_) if forged => self.audit.count("forged_notices_refused"),
            Err(_) => self.acknowledge(channel, notice_id, Some(reply)),
        }
    }

    fn acknowledge(&mut self, channel: usize, notice_id: &str, reply: Option<provider_contract::HttpReply>) {
        let now: Timestamp = self.now;
        self.channels[channel].simulator.notified(notice_id, reply.as_ref(), now);
        self.plan_tick(channel);
    }

    /// Stands in for reconciliation: where the bill and our book differ, somebody looks.
    pub(super) fn compare_bills(&mut self) {
        let differing = self.audit.differing(&self.server, &self.channels, &self.by_payment);
        for payment in differing {
            let sale = self.by_payment[&payment];
            self.audit.found_by_bill(self.now, payment, self.sales[sale].treatment);
            self.sales[sale].payment = Some(payment);
            let at = self.now + Duration::from_millis(self.random.between(0, 60_000));
            self.plan(at, Event::Want { sale, want: Want::Look });
        }
    }
}

/// Whether the digit at this place is covered by the signature: neither half of an escape nor part of the
/// name of the signature's kind.
fn means_something(body: &[u8], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map(|at| body[at]);
    let escaped = before(1) == Some(b'%') || before(2) == Some(b'%');
    body[at].is_ascii_digit() && !escaped && before(1) != Some(b'A')
}
