//! Calls on their way to providers and back, and everything that can become of them.

use super::{Event, World};
use crate::Sabotage;
use engine::{CallOut, End, Wake};
use payment::{Answer, Ask, CallNo, Doubt, Lost, Reason, Said, Verdict};
use provider_contract::{Delivery, HttpReply, HttpRequest, Moment, Order, Reply, Treatment};
use std::time::Duration;

/// A call on its way.
pub(super) struct Flight {
    channel: usize,
    payment: base::PaymentId,
    call: CallNo,
    ask: Ask,
    order: Order,
    request: HttpRequest,
    /// The life of the server that made it; replies to an earlier life are heard by nobody.
    generation: u32,
    ended: bool,
    garbled: bool,
    sent_at: base::Timestamp,
}

/// What becomes of a request and its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    NeverLeaves,
    LostBefore,
    Stray,
    LostAfter,
    Garbled,
    Twice,
    Fine,
}

impl World {
    pub(super) fn send(&mut self, out: CallOut) {
        self.audit.call_leaves(self.now, &out, &self.server.store);
        let Some(&sale) = self.by_payment.get(&out.payment.request.id) else { return };
        let channel = self.sales[sale].channel;
        let order = self.channels[channel].order(&out);
        let moment = Moment { now: self.clock(), nonce: self.random.wide() };
        let made = self.channels[channel].provider.call(&out.ask, &order, &moment);
        if matches!(out.ask, Ask::Charge | Ask::Present) && out.call == 1 {
            let treatment = self.sales[sale].treatment;
            self.channels[channel].simulator.treat(order.order_no, treatment);
        }
        let flight = Flight {
            channel,
            payment: out.payment.request.id,
            call: out.call,
            ask: out.ask,
            request: made.as_ref().map_or_else(|_| nothing(), HttpRequest::from),
            order,
            generation: self.generation,
            ended: false,
            garbled: false,
            sent_at: self.now,
        };
        self.flights.push(flight);
        let passage = if made.is_ok() { self.passage(sale, out.ask) } else { Passage::NeverLeaves };
        self.depart(self.flights.len() - 1, passage);
    }

    fn passage(&mut self, sale: usize, ask: Ask) -> Passage {
        let weather = &self.weather;
        let chances = [
            (Passage::NeverLeaves, weather.never_left),
            (Passage::LostBefore, weather.lost_before),
            (Passage::Stray, weather.stray),
            (Passage::LostAfter, weather.lost_after),
            (Passage::Garbled, weather.garbled),
            (Passage::Twice, weather.twice),
        ];
        let drawn = chances.iter().find(|(_, chance)| self.random.permille(*chance));
        let passage = drawn.map_or(Passage::Fine, |(passage, _)| *passage);
        let repeat_is_another_charge = ask == Ask::Charge && forgets_refusals(self.sales[sale].treatment);
        if passage == Passage::Twice && repeat_is_another_charge { Passage::Fine } else { passage }
    }

    fn depart(&mut self, flight: usize, passage: Passage) {
        self.audit.count("calls");
        self.audit.note(self.flights[flight].payment, self.now, || format!("  on the wire: {passage:?}"));
        if passage == Passage::NeverLeaves {
            return self.plan_in_ms(1, 100, Event::Broken { flight, left: false });
        }
        self.audit.left(self.flights[flight].payment, self.flights[flight].ask);
        if self.forgotten_on_purpose(flight) {
            return;
        }
        let policy = &self.channels[self.flights[flight].channel].policy;
        let (timeout, horizon) = (policy.call_timeout, policy.in_flight_max.as_millis() as u64);
        self.plan(self.now + timeout, Event::TimedOut { flight });
        let breaks_early = self.random.permille(500);
        let slow = if self.random.permille(50) { 2_000 } else { 80 };
        match passage {
            Passage::NeverLeaves | Passage::LostBefore => {}
            Passage::Stray => self.plan_in_ms(500, horizon - 2_000, Event::Request { flight, heard: false }),
            Passage::LostAfter => self.plan_in_ms(5, slow, Event::Request { flight, heard: false }),
            Passage::Garbled | Passage::Twice | Passage::Fine => {
                self.plan_in_ms(5, slow, Event::Request { flight, heard: true })
            }
        }
        if passage == Passage::Twice {
            self.plan_in_ms(5, 5_000, Event::Request { flight, heard: false });
        }
        let unheard = matches!(passage, Passage::LostBefore | Passage::Stray | Passage::LostAfter);
        if unheard && breaks_early {
            self.plan_in_ms(100, 3_000, Event::Broken { flight, left: true });
        }
        self.flights[flight].garbled = passage == Passage::Garbled;
    }

    /// For the test that the checks can fail: the refund is never sent and yet said to be done.
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
        self.on_the_way -= 1;
        let moment = self.moment();
        let out = &self.flights[flight];
        let channel = out.channel;
        self.audit.note(out.payment, self.now, || format!("  reaches the provider: {:?}", out.ask));
        let delivery = self.channels[channel].simulator.serve(&out.request, &moment);
        self.plan_tick(channel);
        if let (Delivery::Reply { reply, delay }, true) = (delivery, heard) {
            let back = self.now + delay + Duration::from_micros(self.random.between(2_000, 40_000));
            self.plan(back, Event::Reply { flight, reply });
        }
    }

    pub(super) fn reply_arrives(&mut self, flight: usize, mut reply: HttpReply) {
        let garbled = self.flights[flight].garbled;
        if garbled {
            self.damage(&mut reply.body);
        }
        let moment = Moment { now: self.clock(), nonce: 0 };
        let out = &self.flights[flight];
        let provider = &self.channels[out.channel].provider;
        let mut answer = provider.answer(&out.ask, &out.order, &Reply::from(reply), &moment);
        let believed = garbled && !matches!(answer.verdict, Verdict::Unclear(_));
        if believed {
            let detail = format!("{:?} was answered {:?}", out.ask, answer.verdict);
            self.audit.violated(self.now, Some(out.payment), "a damaged reply proves nothing", detail);
        }
        if self.sabotaged(Sabotage::DoubtIsRefusal)
            && answer.verdict == Verdict::Unclear(Doubt::ProviderError)
        {
            answer.verdict = Verdict::Declined(Reason::ProviderMaintenance);
        }
        self.end(flight, End::Answered(answer));
    }

    /// Changes one byte or cuts the end off. A reply without a body has nothing to damage.
    fn damage(&mut self, body: &mut Vec<u8>) {
        if body.is_empty() {
            body.extend_from_slice(b"<html>bad gateway</html>");
            return;
        }
        let at = self.random.between(0, body.len() as u64) as usize;
        if self.random.permille(300) {
            body.truncate(at);
        } else {
            body[at] ^= 1 << self.random.between(0, 7);
        }
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
        let end = self.lost(flight, Lost::TimedOut);
        self.end(flight, end);
    }

    /// For the test that the checks can fail: the same sale as a second order, which nobody recorded.
    fn charge_again_on_purpose(&mut self, flight: usize) {
        let moment = Moment { now: self.clock(), nonce: self.random.wide() };
        let out = &self.flights[flight];
        let order_no = base::PaymentId::from_u128(!out.payment.as_u128()).into();
        let digits =
            self.channels[out.channel].simulator.code_for(Treatment::Normal, 1 << 20 | flight as u64);
        let payer_code = payment::PayerCode::parse(&digits).ok();
        let order = Order { order_no, payer_code, ..out.order.clone() };
        let channel = &mut self.channels[out.channel];
        let call = channel.provider.call(&out.ask, &order, &moment).expect("the first could be made");
        channel.simulator.serve(&HttpRequest::from(&call), &moment);
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

    /// Tells the server how a call ended, once, and only the server that made it.
    fn end(&mut self, flight: usize, end: End) {
        let out = &mut self.flights[flight];
        let heard = !out.ended && out.generation == self.generation;
        out.ended = true;
        let (payment, call) = (out.payment, out.call);
        let took = self.now.since(out.sent_at);
        if heard {
            self.audit.note(payment, self.now, || format!("  back after {took:?}"));
            self.reach_server(Wake::Ended { payment, call, end });
        }
    }
}

fn nothing() -> HttpRequest {
    HttpRequest { method: String::new(), target: String::new(), headers: Vec::new(), body: Vec::new() }
}

/// Refusals that a provider's fake gives once and does not remember under the order's number. A real one
/// refuses the repeat for the same reason: the code is still spent.
fn forgets_refusals(treatment: Treatment) -> bool {
    matches!(
        treatment,
        Treatment::CodeExpired | Treatment::CodeUsed | Treatment::CodeWrong | Treatment::Maintenance
    )
}
