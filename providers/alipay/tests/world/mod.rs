//! A client and the simulator in one room, with a clock that the test turns.

#![allow(dead_code)] // every test file uses its own part of the room

use alipay::{Alipay, Simulator};
use base::{Money, OrderNo, PaymentId, RefundId, Timestamp};
use payment::{Answer, Ask, PayerCode, Verdict};
use provider_contract::{
    Call, Delivery, HttpReply, HttpRequest, Moment, Order, Outgoing, Provider, Reply, Simulator as _,
    Treatment,
};
use std::time::Duration;

pub const ORIGIN: &str = "http://127.0.0.1:9002";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/alipay/1";

pub struct World {
    pub simulator: Simulator,
    pub client: Alipay,
    pub now: Timestamp,
    nonce: u128,
}

impl World {
    pub fn new(simulator: Simulator) -> World {
        let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
        let now = Timestamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        World { simulator, client, now, nonce: 0 }
    }

    pub fn cheap() -> World {
        World::new(Simulator::cheap(1))
    }

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
            payer_code: Some(PayerCode::parse(&code).unwrap()),
            transaction: None,
            refund_no: None,
            refund_reason: "cold".to_owned(),
        }
    }

    pub fn call(&mut self, order: &Order, ask: &Ask) -> Call {
        let moment = self.moment();
        self.client.call(ask, order, &moment).expect("the order is acceptable")
    }

    pub fn serve(&mut self, request: &HttpRequest) -> Delivery {
        let moment = self.moment();
        self.simulator.serve(request, &moment)
    }

    pub fn reply_to(&mut self, request: &HttpRequest) -> HttpReply {
        match self.serve(request) {
            Delivery::Reply { reply, .. } => reply,
            Delivery::Nothing => panic!("no reply"),
        }
    }

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

    pub fn read(&mut self, order: &Order, ask: &Ask, reply: &Reply) -> Answer {
        let moment = self.moment();
        self.client.answer(ask, order, reply, &moment)
    }

    pub fn verdict(&mut self, order: &Order, ask: &Ask) -> Verdict {
        self.ask(order, ask).expect("it is answered").verdict
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    pub fn tick(&mut self) -> Vec<Outgoing> {
        let moment = self.moment();
        self.simulator.tick(&moment)
    }
}

pub fn refund(number: u128, fen: i64) -> Ask {
    Ask::Refund { refund: RefundId::from_u128(number), amount: Money::cny(fen) }
}

pub fn refund_query(number: u128) -> Ask {
    Ask::InquireRefund { refund: RefundId::from_u128(number) }
}
