//! What a notification says in API v2: of a payment signed, of a refund encrypted.

use super::super::outbox::{About, Sending};
use super::super::{Simulator, Twist};
use super::words::put;
use crate::v2::refund_info;
use crate::v2::sign::{SIGN, SignType};
use crate::v2::wire::{
    APPID, MCH_ID, NONCE_STR, OUT_REFUND_NO, OUT_TRADE_NO, REFUND_FEE, REFUND_ID, REFUND_STATUS,
    REFUND_TIME_PATTERN, REQ_INFO, RESULT_CODE, RETURN_CODE, ROOT, TOTAL_FEE, TRANSACTION_ID,
};
use base::Zone;
use provider_contract::{Call, HttpMethod, HttpReply, Moment};
use strict_xml::flat::{self, Fields};

impl Simulator {
    /// A notification, built and signed or encrypted.
    pub(in crate::simulator) fn write_v2(
        &mut self,
        sending: &Sending,
        sign_type: SignType,
        moment: &Moment,
    ) -> Call {
        let mut fields = Fields::new();
        put(&mut fields, RETURN_CODE, "SUCCESS");
        put(&mut fields, APPID, &self.identity.appid);
        put(&mut fields, MCH_ID, &self.identity.mchid);
        put(&mut fields, NONCE_STR, &format!("{:032X}", self.salt(moment)));
        match sending.about {
            About::Order(at) => {
                put(&mut fields, RESULT_CODE, "SUCCESS");
                self.add_payment(&mut fields, at);
                let signature = sign_type.sign(&fields, self.identity.api_key.reveal());
                let honest = sending.twist == Twist::Honest;
                put(&mut fields, SIGN, if honest { signature.as_str() } else { "0000" });
            }
            About::Refund(at) => {
                let sealed = refund_info::seal(&self.refund_told_v2(at), self.identity.api_key.reveal());
                put(&mut fields, REQ_INFO, &sealed);
            }
        }
        let body = flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Call {
            method: HttpMethod::Post,
            url: sending.url.to_string(),
            headers: vec![("Content-Type", "text/xml; charset=utf-8".to_owned())],
            body: body.into_bytes(),
            client_certificate: false,
        }
    }

    fn refund_told_v2(&self, at: u32) -> Fields {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        let mut fields = Fields::new();
        put(&mut fields, TRANSACTION_ID, &self.books.transaction_id(refund.order));
        put(&mut fields, OUT_TRADE_NO, &order.number);
        put(&mut fields, REFUND_ID, &self.books.refund_id(at));
        put(&mut fields, OUT_REFUND_NO, &refund.number);
        put(&mut fields, TOTAL_FEE, &order.paid.to_string());
        put(&mut fields, REFUND_FEE, &refund.amount.to_string());
        put(&mut fields, "settlement_total_fee", &order.paid.to_string());
        put(&mut fields, "settlement_refund_fee", &refund.amount.to_string());
        put(&mut fields, REFUND_STATUS, "SUCCESS");
        put(&mut fields, "success_time", &refund.done_at.local(REFUND_TIME_PATTERN, Zone::CHINA));
        put(&mut fields, "refund_recv_accout", "支付用户零钱");
        put(&mut fields, "refund_account", "REFUND_SOURCE_UNSETTLED_FUNDS");
        put(&mut fields, "refund_request_source", "API");
        fields
    }
}

/// Whether what a notification was answered takes it.
pub(in crate::simulator) fn is_taken(reply: &HttpReply) -> bool {
    let told = flat::read(ROOT, &reply.body).ok();
    reply.status == 200
        && told.is_some_and(|fields| fields.get(RETURN_CODE).is_some_and(|code| code == "SUCCESS"))
}
