//! Calls on their way to providers and back, and everything that can become of them.

use super::channel::{Back, Cargo, damage};
use super::till::sale_of;
use super::{Event, Fault, World};
use crate::Sabotage;
use base::{PaymentId, RefundId};
use engine::{CallOut, End};
use payment::{Answer, Ask, CallNo, Doubt, Lost, Reason, Said, Verdict};
use provider_contract::{Moment, Treatment};
use std::time::Duration;

/// A call on its way.
pub(super) struct Flight {
    node: usize,
    life: u32,
    channel: usize,
    payment: PaymentId,
    call: CallNo,
    ask: Ask,
    cargo: Cargo,
    ended: bool,
    damaged: bool,
}

impl World {
    /// A node sends a call.
    pub(super) fn send(&mut self, node: usize, out: CallOut) {
        let me = self.nodes[node].me;
        self.audit.call_leaves(self.now, me, &out, &self.store);
        let id = out.payment.request.id;
        let Some(sale) = self.sales.get(sale_of(id)) else { return };
        let (channel, treatment, good_until) = (sale.channel, sale.treatment, sale.code_good_until);
        let moment = Moment { now: self.clock(node), nonce: self.random.wide() };
        let cargo = self.channels[channel].cargo(&out, good_until, &moment);
        if matches!(out.ask, Ask::Charge | Ask::Present) && out.call == 1 {
            self.channels[channel].treat(id, treatment);
        }
        let asked = !matches!(cargo, Cargo::Nothing);
        self.flights.push(Flight {
            node,
            life: self.nodes[node].life,
            channel,
            payment: id,
            call: out.call,
            ask: out.ask,
            cargo,
            ended: false,
            damaged: false,
        });
        self.audit.count("calls");
        let flight = self.flights.len() - 1;
        if !asked || self.happens(Fault::NeverLeft) {
            return self.plan_in_ms(1, 100, Event::Broken { flight, left: false });
        }
        self.depart(flight, treatment);
    }

    /// The call's bytes leave. What becomes of them is drawn, one trouble for each call.
    fn depart(&mut self, flight: usize, treatment: Treatment) {
        let (node, channel, ask) =
            (self.flights[flight].node, self.flights[flight].channel, self.flights[flight].ask);
        let policy = &self.channels[channel].policy;
        let (timeout, horizon) = (policy.call_timeout, policy.in_flight_max.as_millis() as u64);
        if self.nodes[node].provider_cut[channel] > 0 {
            // A cut link refuses at once or swallows.
            if self.random.permille(500) {
                return self.plan_in_ms(1, 100, Event::Broken { flight, left: false });
            }
            self.audit.left(self.flights[flight].payment, ask);
            return self.plan(self.now + timeout, Event::TimedOut { flight });
        }
        self.audit.left(self.flights[flight].payment, ask);
        if self.forgotten_on_purpose(flight) {
            return;
        }
        self.plan(self.now + timeout, Event::TimedOut { flight });
        let slow = if self.random.permille(30) { 2_000 } else { 80 };
        let unheard = if self.happens(Fault::RequestLost) {
            true
        } else if self.happens(Fault::RequestLate) {
            self.plan_in_ms(500, horizon - 2_000, Event::Request { flight, heard: false });
            true
        } else if self.happens(Fault::ReplyLost) {
            self.plan_in_ms(5, slow, Event::Request { flight, heard: false });
            true
        } else {
            self.flights[flight].damaged = self.happens(Fault::ReplyDamaged);
            self.plan_in_ms(5, slow, Event::Request { flight, heard: true });
            let other_charge = ask == Ask::Charge && forgets_refusals(treatment);
            if !other_charge && self.happens(Fault::RequestTwice) {
                self.plan_in_ms(5, 5_000, Event::Request { flight, heard: false });
            }
            false
        };
        if unheard && self.random.permille(500) {
            self.plan_in_ms(100, 3_000, Event::Broken { flight, left: true });
        }
    }

    /// For the test that the checks can fail: a refund is asked for a second time, under another number.
    fn refund_again_on_purpose(&mut self, flight: usize) {
        let Ask::Refund { refund, amount } = self.flights[flight].ask else { return };
        if !self.sabotaged(Sabotage::RefundedUnderAnotherNumber) {
            return;
        }
        let other = Ask::Refund { refund: RefundId::from_u128(!refund.as_u128()), amount };
        let out = &self.flights[flight];
        let Cargo::Letter(letter) = &out.cargo else { return };
        let (channel, again) =
            (out.channel, self.channels[out.channel].letter_again(letter, other, out.payment, 0));
        let moment = self.moment();
        self.channels[channel].serve(&again, &moment);
    }

    /// For the test that the checks can fail: a refund is taken for done and never sent.
    fn forgotten_on_purpose(&mut self, flight: usize) -> bool {
        let Ask::Refund { amount, .. } = self.flights[flight].ask else { return false };
        if !self.sabotaged(Sabotage::RefundForgotten) {
            return false;
        }
        let verdict = Verdict::Refunded { amount, at: None };
        self.end(flight, End::Answered(Answer { verdict, said: Said::default() }));
        true
    }

    pub(super) fn request_arrives(&mut self, flight: usize, heard: bool) {
        let moment = self.moment();
        let out = &self.flights[flight];
        let channel = out.channel;
        self.audit.note(out.payment, self.now, || format!("  reaches the provider: {:?}", out.ask));
        if !heard {
            self.audit.arrived_late(out.payment, self.now);
        }
        let served = self.channels[channel].serve(&out.cargo, &moment);
        self.refund_again_on_purpose(flight);
        self.plan_tick(channel);
        if let (Some((back, delay)), true) = (served, heard) {
            let at = self.now + delay + Duration::from_micros(self.random.between(2_000, 40_000));
            self.plan(at, Event::Reply { flight, back: Box::new(back) });
        }
    }

    pub(super) fn reply_arrives(&mut self, flight: usize, mut back: Back) {
        let (node, channel, damaged) =
            (self.flights[flight].node, self.flights[flight].channel, self.flights[flight].damaged);
        if self.nodes[node].provider_cut[channel] > 0 {
            return;
        }
        if damaged {
            damage(&mut back, &mut self.byte_random);
        }
        let moment = Moment { now: self.clock(node), nonce: 0 };
        let out = &self.flights[flight];
        let checked = !self.sabotaged(Sabotage::SignaturesAreNotChecked);
        let mut answer =
            self.channels[channel].answer(&out.ask, out.payment, &out.cargo, back, &moment, checked);
        self.audit.heard(out.payment, out.call, damaged, &answer);
        if damaged {
            let believed = !matches!(answer.verdict, Verdict::Unclear(_));
            self.audit.damaged_reply(self.now, out.payment, out.ask, &answer, believed);
        }
        if self.sabotaged(Sabotage::ReasonsAreMixedUp)
            && answer.verdict == Verdict::Declined(Reason::InsufficientBalance)
        {
            answer.verdict = Verdict::Declined(Reason::PayerLimitExceeded);
        }
        let doubt = answer.verdict == Verdict::Unclear(Doubt::ProviderError);
        if doubt && self.sabotaged(Sabotage::DoubtIsRefusal) {
            answer.verdict = Verdict::Declined(Reason::ProviderMaintenance);
        }
        self.end(flight, End::Answered(answer));
    }

    pub(super) fn call_broken(&mut self, flight: usize, left: bool) {
        let end = if left {
            self.lost(flight, Lost::ConnectionBroke)
        } else {
            End::NeverLeft("connection refused".to_owned())
        };
        self.end(flight, end);
    }

    pub(super) fn call_timed_out(&mut self, flight: usize) {
        if self.flights[flight].ended {
            return;
        }
        let end = self.lost(flight, Lost::TimedOut);
        self.end(flight, end);
    }

    fn lost(&mut self, flight: usize, why: Lost) -> End {
        let charge = self.flights[flight].ask == Ask::Charge;
        if charge && self.sabotaged(Sabotage::ChargedAgainUnderAnotherNumber) {
            self.charge_again_on_purpose(flight);
        }
        if charge && self.sabotaged(Sabotage::SilenceIsRefusal) {
            let verdict = Verdict::Declined(Reason::ProviderUnreachable);
            return End::Answered(Answer { verdict, said: Said::default() });
        }
        End::Lost(why)
    }

    /// For the test that the checks can fail: the same question once more, under a number that nobody recorded.
    fn charge_again_on_purpose(&mut self, flight: usize) {
        let moment = self.moment();
        let out = &self.flights[flight];
        let Cargo::Letter(letter) = &out.cargo else { return };
        let code = letter.code ^ (1 << 60);
        let stranger = PaymentId::from_u128(!out.payment.as_u128());
        let again = self.channels[out.channel].letter_again(letter, letter.ask, stranger, code);
        self.channels[out.channel].serve(&again, &moment);
    }

    /// Tells the node how a call ended, once, and only in the life that made it.
    fn end(&mut self, flight: usize, end: End) {
        let out = &mut self.flights[flight];
        if std::mem::replace(&mut out.ended, true) {
            return;
        }
        let (node, life, payment, call) = (out.node, out.life, out.payment, out.call);
        if life != self.nodes[node].life {
            return;
        }
        self.call_ended(node, payment, call, end);
    }
}

/// Refusals that a provider's fake gives once and does not remember under the order's number. A real one
/// refuses the repeat for the same reason: the code is still spent.
fn forgets_refusals(treatment: Treatment) -> bool {
    matches!(
        treatment,
        Treatment::CodeExpired | Treatment::CodeUsed | Treatment::CodeWrong | Treatment::Maintenance
    )
}
