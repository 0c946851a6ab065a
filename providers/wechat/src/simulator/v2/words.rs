//! How API v2 words what happened: flat fields, and codes spelled its own way.

use super::super::Simulator;
use super::super::books::State;
use super::super::checks::{Refusal, refusal};
use super::super::orders::{SYSTEM_ERROR, What};
use crate::order::CNY;
use crate::v2::wire::{
    Api, BANK_TYPE, CODE_URL, ERR_CODE, ERR_CODE_DES, FEE_TYPE, OPENID, OUT_REFUND_NO, OUT_TRADE_NO, RECALL,
    REFUND_COUNT, REFUND_FEE, REFUND_ID, REFUND_STATUS, REFUND_SUCCESS_TIME, REFUND_TIME_PATTERN,
    RESULT_CODE, TIME_END, TIME_PATTERN, TOTAL_FEE, TRADE_STATE, TRADE_STATE_DESC, TRANSACTION_ID,
};
use base::{Timestamp, Zone};
use strict_xml::flat::Fields;

/// Codes that v2 spells in another way than v3.
const SPELLINGS: &[(&str, &str)] = &[
    ("SYSTEM_ERROR", "SYSTEMERROR"),
    ("SERVICE_UNAVAILABLE", "SYSTEMERROR"),
    ("NOT_ENOUGH", "NOTENOUGH"),
    ("AUTH_CODE_EXPIRE", "AUTHCODEEXPIRE"),
    ("RULE_LIMIT", "RULELIMIT"),
    ("RISK_CONTROL", "RISKCONTROL"),
    ("ORDER_CLOSED", "ORDERCLOSED"),
    ("ORDER_REVERSED", "ORDERREVERSED"),
    ("ORDER_NOT_EXIST", "ORDERNOTEXIST"),
];

const PASSWORD_NEEDED: Refusal = refusal(200, "USERPAYING", "需要用户输入支付密码");
const NOT_PAID: Refusal = refusal(200, "TRADE_ERROR", "支付失败");

/// What is not there, by what was asked: v3 has one word for both.
fn not_there(api: Api) -> &'static str {
    if api == Api::RefundQuery { "REFUNDNOTEXIST" } else { "ORDERNOTEXIST" }
}

/// Puts a field; an empty one is left out, as the signature leaves it out.
pub(super) fn put(fields: &mut Fields, name: &str, value: &str) {
    if !value.is_empty() {
        fields.insert(name.to_owned(), value.to_owned());
    }
}

impl Simulator {
    /// What came of a request, in fields; those that every reply has are added by who signs it.
    pub(super) fn worded_v2(&self, api: Api, what: Result<What, Refusal>, now: Timestamp) -> Fields {
        let mut fields = Fields::new();
        let refused = match what {
            Ok(what) => self.add_told(&mut fields, what, now),
            Err(refusal) => Some(refusal),
        };
        if api == Api::Reverse {
            let again = what == Ok(What::Unfinished);
            put(&mut fields, RECALL, if again { "Y" } else { "N" });
        }
        put(&mut fields, RESULT_CODE, if refused.is_some() { "FAIL" } else { "SUCCESS" });
        if let Some(refusal) = refused {
            let spelled = SPELLINGS.iter().find(|(v3, _)| *v3 == refusal.code);
            let code = match refusal.code {
                "RESOURCE_NOT_EXISTS" => not_there(api),
                code => spelled.map_or(code, |(_, v2)| v2),
            };
            put(&mut fields, ERR_CODE, code);
            put(&mut fields, ERR_CODE_DES, refusal.message);
        }
        fields
    }

    /// Adds what is told of something that was done; a refusal if v2 calls it one.
    fn add_told(&self, fields: &mut Fields, what: What, now: Timestamp) -> Option<Refusal> {
        match what {
            What::Charged(at) => match self.books.order(at).state {
                State::Success => self.add_payment(fields, at),
                State::PayError => return Some(NOT_PAID),
                _ => return Some(PASSWORD_NEEDED),
            },
            What::Order(at) => self.add_order(fields, at),
            What::Shown(at) => {
                put(fields, "trade_type", self.books.order(at).trade_type());
                put(fields, "prepay_id", &format!("wx{at:034}"));
                put(fields, CODE_URL, &self.books.code_url(at));
            }
            What::Refund(at) => self.add_refund(fields, at),
            What::Reversed(_) | What::Closed | What::Nothing => {}
            What::Unfinished => return Some(SYSTEM_ERROR),
            What::Refunds(at) => self.add_refunds(fields, at, now),
        }
        None
    }

    /// A payment, as the charge's reply, the query and the notification tell it.
    pub(super) fn add_payment(&self, fields: &mut Fields, at: u32) {
        let order = self.books.order(at);
        put(fields, OUT_TRADE_NO, &order.number);
        put(fields, TRANSACTION_ID, &self.books.transaction_id(at));
        put(fields, "trade_type", order.trade_type());
        put(fields, OPENID, &order.openid());
        put(fields, "is_subscribe", "N");
        put(fields, BANK_TYPE, "OTHERS");
        put(fields, FEE_TYPE, CNY);
        put(fields, TOTAL_FEE, &order.paid.to_string());
        put(fields, "cash_fee", &order.paid.to_string());
        put(fields, "attach", order.attach.as_deref().unwrap_or_default());
        put(fields, TIME_END, &order.paid_at.local(TIME_PATTERN, Zone::CHINA));
    }

    fn add_order(&self, fields: &mut Fields, at: u32) {
        let order = self.books.order(at);
        let (state, told) = order.told();
        if order.charges > 0 {
            self.add_payment(fields, at);
        } else {
            put(fields, OUT_TRADE_NO, &order.number);
            put(fields, TOTAL_FEE, &order.amount.to_string());
        }
        put(fields, TRADE_STATE, state);
        put(fields, TRADE_STATE_DESC, told);
    }

    fn add_refund(&self, fields: &mut Fields, at: u32) {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        put(fields, OUT_TRADE_NO, &order.number);
        put(fields, TRANSACTION_ID, &self.books.transaction_id(refund.order));
        put(fields, OUT_REFUND_NO, &refund.number);
        put(fields, REFUND_ID, &self.books.refund_id(at));
        put(fields, REFUND_FEE, &refund.amount.to_string());
        put(fields, TOTAL_FEE, &order.paid.to_string());
        put(fields, "cash_fee", &order.paid.to_string());
    }

    /// One refund of its order, as a query for it lists it.
    fn add_refunds(&self, fields: &mut Fields, at: u32, now: Timestamp) {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        let done = refund.done_at <= now;
        put(fields, OUT_TRADE_NO, &order.number);
        put(fields, TRANSACTION_ID, &self.books.transaction_id(refund.order));
        put(fields, TOTAL_FEE, &order.paid.to_string());
        put(fields, "cash_fee", &order.paid.to_string());
        put(fields, REFUND_COUNT, "1");
        let mut listed = |name: &str, value: &str| put(fields, &format!("{name}_0"), value);
        listed(OUT_REFUND_NO, &refund.number);
        listed(REFUND_ID, &self.books.refund_id(at));
        listed("refund_channel", "ORIGINAL");
        listed(REFUND_FEE, &refund.amount.to_string());
        listed(REFUND_STATUS, if done { "SUCCESS" } else { "PROCESSING" });
        listed("refund_recv_accout", "支付用户零钱");
        if done {
            listed(REFUND_SUCCESS_TIME, &refund.done_at.local(REFUND_TIME_PATTERN, Zone::CHINA));
        }
    }
}
