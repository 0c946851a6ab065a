//! What a notification says, and how it is wrapped.

use super::super::Simulator;
use super::super::outbox::{About, Sending};
use crate::v3::resource;
use crate::v3::wire::{Envelope, RefundNotice, RefundNoticeAmount, Transaction};
use base::Zone;
use provider_contract::{Call, HttpMethod, Moment};
use serde::Serialize;

impl Simulator {
    /// A notification, built and signed.
    pub(in crate::simulator) fn write_v3(&mut self, sending: &Sending, moment: &Moment) -> Call {
        let (event, kind, plain) = match sending.about {
            About::Order(at) => ("TRANSACTION.SUCCESS", "transaction", json(&self.payment_told(at))),
            About::Refund(at) => ("REFUND.SUCCESS", "refund", json(&self.refund_told(at))),
        };
        let nonce = format!("{:032x}", self.salt(moment));
        let sealed = resource::seal(
            self.identity.apiv3_key.reveal().as_bytes(),
            Some(kind),
            kind,
            &nonce[8..20],
            &plain,
        );
        let body = json(&Envelope {
            id: sending.notice_id.clone(),
            create_time: sending.created.rfc3339(Zone::CHINA),
            resource_type: "encrypt-resource".to_owned(),
            event_type: event.to_owned(),
            summary: if kind == "refund" { "退款成功" } else { "支付成功" }.to_owned(),
            resource: sealed.expect("the key has 32 bytes and the nonce 12"),
        });
        let mut headers =
            self.signature_headers(self.default_key(), sending.twist, &body, &nonce, moment.now);
        headers.push(("Content-Type", "application/json".to_owned()));
        let url = sending.url.to_string();
        Call { method: HttpMethod::Post, url, headers, body, client_certificate: false }
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
            refund_id: Some(self.books.refund_id(at)),
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
