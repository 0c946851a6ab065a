//! A client and its simulator in one room, with a clock that a test turns: what the tests of every provider share.

use crate::{
    Call, Delivery, HttpReply, HttpRequest, Moment, Order, Outgoing, Provider, Reply, Simulator, Treatment,
};
use base::{Money, OrderNo, PaymentId, RefundId, Timestamp};
use payment::{Answer, Ask, PayerCode, Verdict};
use std::time::Duration;

/// The room: noon of an ordinary day in Beijing, and nothing asked yet.
pub struct World<P, S> {
    /// The simulator.
    pub simulator: S,
    /// Our client of it.
    pub client: P,
    /// What its clock shows.
    pub now: Timestamp,
    nonce: u128,
}

impl<P: Provider, S: Simulator> World<P, S> {
    /// With these two in it.
    pub fn new(client: P, simulator: S) -> World<P, S> {
        // 2026-11-23, 12:00 in Beijing.
        World { simulator, client, now: Timestamp::from_micros(1_795_406_400_000_000), nonce: 0 }
    }

    /// Now, with a nonce that was not used before.
    pub fn moment(&mut self) -> Moment {
        self.nonce += 1;
        Moment { now: self.now, nonce: self.nonce }
    }

    /// Order number `number`, 12.50 yuan, with a payer's code that asks for `treatment`.
    pub fn order(&self, number: u64, treatment: Treatment) -> Order {
        let code = self.simulator.code_for(treatment, number);
        Order {
            order_no: OrderNo::from(PaymentId::from_u128(number.into())),
            amount: Money::cny(1250),
            description: "拿铁 latte".to_owned(),
            requested_at: self.now,
            expires_at: self.now + Duration::from_secs(300),
            terminal: "till-1".to_owned(),
            shown_qr: false,
            payer_code: Some(PayerCode::parse(&code).expect("a simulator's codes are well-formed")),
            transaction: None,
            refund_no: None,
            refund_reason: "cold".to_owned(),
            trace: None,
            charge_trace: None,
        }
    }

    /// The call that asks `ask`.
    pub fn call(&mut self, order: &Order, ask: &Ask) -> Call {
        let moment = self.moment();
        self.client.call(ask, order, &moment).expect("the order is acceptable")
    }

    /// What becomes of a request.
    pub fn serve(&mut self, request: &HttpRequest) -> Delivery {
        let moment = self.moment();
        self.simulator.serve(request, &moment)
    }

    /// The reply to a request, which must not be lost.
    pub fn reply_to(&mut self, request: &HttpRequest) -> HttpReply {
        match self.serve(request) {
            Delivery::Reply { reply, .. } => reply,
            Delivery::Nothing => panic!("no reply"),
        }
    }

    /// The reply to a question.
    pub fn reply(&mut self, order: &Order, ask: &Ask) -> Reply {
        let call = self.call(order, ask);
        self.reply_to(&HttpRequest::from(&call)).into()
    }

    /// Asks and reads the answer; nothing if it was lost.
    pub fn ask(&mut self, order: &Order, ask: &Ask) -> Option<Answer> {
        let call = self.call(order, ask);
        match self.serve(&HttpRequest::from(&call)) {
            Delivery::Reply { reply, .. } => Some(self.read(order, ask, &reply.into())),
            Delivery::Nothing => None,
        }
    }

    /// What a reply is taken to prove.
    pub fn read(&mut self, order: &Order, ask: &Ask, reply: &Reply) -> Answer {
        let moment = self.moment();
        self.client.answer(ask, order, reply, &moment)
    }

    /// What a question's answer proves; it must not be lost.
    pub fn verdict(&mut self, order: &Order, ask: &Ask) -> Verdict {
        self.ask(order, ask).expect("it is answered").verdict
    }

    /// Time passes.
    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    /// What the simulator does by itself until now.
    pub fn tick(&mut self) -> Vec<Outgoing> {
        let moment = self.moment();
        self.simulator.tick(&moment)
    }
}

/// Refund number `number` of so many fen.
pub fn refund(number: u128, fen: i64) -> Ask {
    Ask::Refund { refund: RefundId::from_u128(number), amount: Money::cny(fen) }
}

/// The look at it.
pub fn refund_query(number: u128) -> Ask {
    Ask::InquireRefund { refund: RefundId::from_u128(number) }
}
