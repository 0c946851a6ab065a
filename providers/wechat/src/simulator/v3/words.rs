//! How API v3 words what happened: JSON, with the HTTP status for the outcome.

use super::super::books::State;
use super::super::checks::Refusal;
use super::super::orders::{Done, SYSTEM_ERROR, What};
use super::super::{Simulator, Twist};
use crate::order::CNY;
use crate::v3::wire::{
    Failure, NativeReply, PaidAmount, Payer, Refund, RefundedAmount, ReverseReply, Transaction,
};
use base::{Timestamp, Zone};
use serde::Serialize;
use std::time::Duration;

/// What a request is answered, before it is signed.
pub(super) struct Outcome {
    pub status: u16,
    pub body: Vec<u8>,
    pub number: &'static str,
    pub twist: Twist,
    pub delay: Duration,
}

impl Outcome {
    pub fn json(status: u16, body: &impl Serialize) -> Outcome {
        let body = serde_json::to_vec(body).expect("wire types are plain JSON");
        Outcome { body, ..Outcome::empty(status) }
    }

    pub fn empty(status: u16) -> Outcome {
        Outcome { status, body: Vec::new(), number: "0", twist: Twist::Honest, delay: Duration::ZERO }
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Outcome {
        let failure =
            Failure { code: refusal.code.to_owned(), message: refusal.message.to_owned(), detail: None };
        Outcome { number: refusal.number, ..Outcome::json(refusal.status, &failure) }
    }
}

impl Simulator {
    /// What came of a request, in JSON.
    pub(super) fn worded(&self, done: Done, now: Timestamp) -> Outcome {
        let outcome = match done.what {
            What::Charged(at) if self.books.order(at).state == State::UserPaying => {
                Outcome::json(202, &self.transaction(at))
            }
            What::Charged(at) | What::Order(at) => Outcome::json(200, &self.transaction(at)),
            What::Shown(at) => Outcome::json(200, &NativeReply { code_url: self.books.code_url(at) }),
            What::Reversed(at) => Outcome::json(200, &self.reversed(at)),
            What::Closed => Outcome::empty(204),
            What::Unfinished => Outcome::from(SYSTEM_ERROR),
            What::Refund(at) | What::Refunds(at) => Outcome::json(200, &self.refund(at, now)),
            What::Nothing => Outcome::empty(500),
        };
        Outcome { twist: done.twist, delay: done.delay, ..outcome }
    }

    /// An order as its query shows it now.
    pub(super) fn transaction(&self, at: u32) -> Transaction {
        let order = self.books.order(at);
        let (state, told) = order.told();
        let paid = order.charges > 0;
        Transaction {
            appid: Some(self.identity.appid.clone()),
            mchid: self.identity.mchid.clone(),
            out_trade_no: order.number.to_string(),
            transaction_id: paid.then(|| self.books.transaction_id(at)),
            trade_type: paid.then(|| order.trade_type().to_owned()),
            trade_state: state.to_owned(),
            trade_state_desc: Some(told.to_owned()),
            bank_type: paid.then(|| "OTHERS".to_owned()),
            attach: order.attach.as_deref().map(str::to_owned),
            success_time: paid.then(|| order.paid_at.rfc3339(Zone::CHINA)),
            payer: paid.then(|| Payer { openid: Some(order.openid()) }),
            amount: Some(PaidAmount {
                total: Some(if paid { order.paid } else { order.amount }),
                payer_total: paid.then_some(order.paid),
                currency: Some(CNY.to_owned()),
                payer_currency: Some(CNY.to_owned()),
            }),
        }
    }

    fn reversed(&self, at: u32) -> ReverseReply {
        ReverseReply {
            appid: Some(self.identity.appid.clone()),
            mchid: Some(self.identity.mchid.clone()),
            out_trade_no: self.books.order(at).number.to_string(),
            recall: None,
        }
    }

    fn refund(&self, at: u32, now: Timestamp) -> Refund {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        let done = refund.done_at <= now;
        Refund {
            refund_id: Some(self.books.refund_id(at)),
            out_refund_no: refund.number.to_string(),
            transaction_id: Some(self.books.transaction_id(refund.order)),
            out_trade_no: order.number.to_string(),
            channel: Some("ORIGINAL".to_owned()),
            user_received_account: Some("支付用户零钱".to_owned()),
            success_time: done.then(|| refund.done_at.rfc3339(Zone::CHINA)),
            create_time: Some(refund.asked_at.rfc3339(Zone::CHINA)),
            status: if done { "SUCCESS" } else { "PROCESSING" }.to_owned(),
            funds_account: Some("AVAILABLE".to_owned()),
            amount: Some(RefundedAmount {
                total: order.paid,
                refund: refund.amount,
                payer_total: order.paid,
                payer_refund: refund.amount,
                settlement_refund: refund.amount,
                settlement_total: order.paid,
                discount_refund: 0,
                currency: Some(CNY.to_owned()),
            }),
        }
    }
}
