//! What a notification says, and how it is wrapped.

use super::outbox::About;
use super::{Simulator, Twist, handle};
use crate::resource;
use crate::wire::{Envelope, RefundNotice, RefundNoticeAmount, Transaction};
use base::{Timestamp, Zone};
use provider_contract::{Call, HttpMethod, Moment, Outgoing, Treatment};
use serde::Serialize;
use std::sync::Arc;

impl Simulator {
    /// The next notification that is due, built and signed.
    pub(super) fn send(&mut self, moment: &Moment) -> Option<Outgoing> {
        let (no, notice) = self.outbox.pop(moment.now)?;
        let (about, url, created, first) =
            (notice.about, Arc::clone(&notice.url), notice.created, notice.attempts == 1);
        let notice_id = notice_id(no, created);
        let (event, kind, plain) = match about {
            About::Order(at) => ("TRANSACTION.SUCCESS", "transaction", json(&self.payment_told(at))),
            About::Refund(at) => ("REFUND.SUCCESS", "refund", json(&self.refund_told(at))),
        };
        self.sequence += 1;
        let salt = moment.nonce.wrapping_add(u128::from(self.sequence) << 64);
        let nonce = format!("{:032x}", salt);
        let sealed = resource::seal(
            self.identity.apiv3_key.reveal().as_bytes(),
            Some(kind),
            kind,
            &nonce[8..20],
            &plain,
        );
        let body = json(&Envelope {
            id: notice_id.clone(),
            create_time: created.rfc3339(Zone::CHINA),
            resource_type: "encrypt-resource".to_owned(),
            event_type: event.to_owned(),
            summary: if kind == "refund" { "退款成功" } else { "支付成功" }.to_owned(),
            resource: sealed.expect("the key has 32 bytes and the nonce 12"),
        });
        let twist = match about {
            About::Order(at) if first => match self.books.order(at).treatment {
                Treatment::WrongSignature => Twist::WrongSignature,
                Treatment::SignatureProbe => Twist::Probe,
                _ => Twist::Honest,
            },
            _ => Twist::Honest,
        };
        let mut headers = self.signature_headers(self.default_key(), twist, &body, &nonce, moment.now);
        headers.push(("Content-Type", "application/json".to_owned()));
        let call = Call { method: HttpMethod::Post, url: url.to_string(), headers, body };
        Some(Outgoing { call, notice_id })
    }

    /// The payment as it was when it was made, whatever was refunded since.
    fn payment_told(&self, at: u32) -> Transaction {
        let state = ("SUCCESS".to_owned(), Some("支付成功".to_owned()));
        Transaction { trade_state: state.0, trade_state_desc: state.1, ..self.transaction(at) }
    }

    fn refund_told(&self, at: u32) -> RefundNotice {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        RefundNotice {
            mchid: self.identity.mchid.clone(),
            out_trade_no: order.number.to_string(),
            transaction_id: Some(self.books.transaction_id(refund.order)),
            out_refund_no: refund.number.to_string(),
            refund_id: Some(handle::refund_id(at)),
            refund_status: "SUCCESS".to_owned(),
            success_time: Some(refund.done_at.rfc3339(Zone::CHINA)),
            user_received_account: Some("支付用户零钱".to_owned()),
            amount: RefundNoticeAmount {
                total: order.paid,
                refund: refund.amount,
                payer_total: order.paid,
                payer_refund: refund.amount,
            },
        }
    }
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types are plain JSON")
}

/// Looks like the UUID the real one sends; its tail finds the notification again.
fn notice_id(no: u64, created: Timestamp) -> String {
    format!("{:08x}-5349-5eec-ab1e-{no:012x}", created.as_seconds() as u32)
}
