//! A client and the simulator in one room, with a clock that the test turns.

#![allow(dead_code)] // every test file uses its own part of the room

use base::{Money, OrderNo, PaymentId, RefundId, Timestamp};
use jd::{Jd, Simulator};
use payment::{Answer, Ask, PayerCode, Verdict};
use provider_contract::{
    Call, Delivery, HttpReply, HttpRequest, Moment, Order, Provider, Reply, Simulator as _, Treatment,
};
use std::time::Duration;

pub const ORIGIN: &str = "http://127.0.0.1:9004";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/jd/1";

pub struct World {
    pub simulator: Simulator,
    pub client: Jd,
    pub now: Timestamp,
    nonce: u128,
}

impl World {
    pub fn cheap() -> World {
        let simulator = Simulator::cheap(1);
        let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
        let now = Timestamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        World { simulator, client, now, nonce: 0 }
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

    pub fn reply_to(&mut self, request: &HttpRequest) -> HttpReply {
        let moment = self.moment();
        match self.simulator.serve(request, &moment) {
            Delivery::Reply { reply, .. } => reply,
            Delivery::Nothing => panic!("no reply"),
        }
    }

    pub fn verdict(&mut self, order: &Order, ask: &Ask) -> Verdict {
        let call = self.call(order, ask);
        let reply = self.reply_to(&HttpRequest::from(&call)).into();
        self.read(order, ask, &reply).verdict
    }

    pub fn read(&mut self, order: &Order, ask: &Ask, reply: &Reply) -> Answer {
        let moment = self.moment();
        self.client.answer(ask, order, reply, &moment)
    }
}

pub fn refund(number: u128, fen: i64) -> Ask {
    Ask::Refund { refund: RefundId::from_u128(number), amount: Money::cny(fen) }
}

pub fn refund_query(number: u128) -> Ask {
    Ask::InquireRefund { refund: RefundId::from_u128(number) }
}
