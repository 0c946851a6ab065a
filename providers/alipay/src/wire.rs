//! The gateway's own words: methods, parameters, request contents and answers, as they are written on the
//! wire. The client and the simulator share these types; the golden files pin them to the world.
//!
//! Source of names and shapes: the classic gateway's public method pages as carried by the official SDKs
//! (`alipay/alipay-sdk-nodejs-all`) and `fzlee/alipay` (Python).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Request or notification parameters by name. The order of names is the order in which they are signed.
pub type Params = BTreeMap<String, String>;

/// How the gateway writes moments: Beijing wall clock, no zone.
pub const TIME_PATTERN: &str = "%Y-%m-%d %H:%M:%S";

/// The methods of the gateway that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Api {
    /// Charge a payer's code.
    Pay,
    /// Open an order for a QR code.
    Precreate,
    /// Look at an order.
    Query,
    /// Undo an order: close it, or return its money on the day it was paid.
    Cancel,
    /// Close an order that a payer has opened and not paid.
    Close,
    /// Return money.
    Refund,
    /// Look at a return.
    RefundQuery,
    /// Where a day's bill can be downloaded.
    BillAddress,
}

impl Api {
    /// Every method.
    pub const ALL: [Api; 8] = [
        Api::Pay,
        Api::Precreate,
        Api::Query,
        Api::Cancel,
        Api::Close,
        Api::Refund,
        Api::RefundQuery,
        Api::BillAddress,
    ];

    /// The value of the parameter `method`.
    pub fn name(self) -> &'static str {
        match self {
            Api::Pay => "alipay.trade.pay",
            Api::Precreate => "alipay.trade.precreate",
            Api::Query => "alipay.trade.query",
            Api::Cancel => "alipay.trade.cancel",
            Api::Close => "alipay.trade.close",
            Api::Refund => "alipay.trade.refund",
            Api::RefundQuery => "alipay.trade.fastpay.refund.query",
            Api::BillAddress => "alipay.data.dataservice.bill.downloadurl.query",
        }
    }

    /// The method of that name.
    pub fn named(name: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| api.name() == name)
    }

    /// Where REST has this method. All are asked with POST, but for the address of a bill.
    pub fn rest_path(self) -> String {
        format!("/v3/{}", self.name().replace('.', "/"))
    }

    /// The method at that path of REST.
    pub fn at(path: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| api.rest_path() == path)
    }

    /// The member of the reply that holds this method's answer.
    pub fn response_key(self) -> String {
        format!("{}_response", self.name().replace('.', "_"))
    }
}

/// Writes the structs below: every text member is optional, is left out when absent, and is read from a
/// JSON text or number (clients in loosely typed languages send amounts as numbers).
macro_rules! wire_object {
    ($(#[$doc:meta])* $name:ident { $($(#[$text_doc:meta])* $text:ident,)* }
     lists { $($(#[$list_doc:meta])* $list:ident: $of:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            $(
                $(#[$text_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text_or_number")]
                pub $text: Option<String>,
            )*
            $(
                $(#[$list_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $list: Option<Vec<$of>>,
            )*
        }
    };
}

wire_object! {
    /// `biz_content` of all methods together; each uses its few members.
    Content {
        /// The merchant's order number, up to 64 letters, digits, `_`.
        out_trade_no,
        /// The gateway's own number of the trade, instead of `out_trade_no`.
        trade_no,
        /// Pay: `bar_code`.
        scene,
        /// Pay: the payer's code.
        auth_code,
        /// Pay, precreate: what is bought, up to 256 characters.
        subject,
        /// Pay, precreate: longer description.
        body,
        /// Pay, precreate: yuan with two decimals, 0.01 to 100000000.
        total_amount,
        /// Pay, precreate: the amount's currency; yuan if absent.
        trans_currency,
        /// Pay: `FACE_TO_FACE_PAYMENT`.
        product_code,
        /// Pay, precreate: the payee, if it is not the application's owner.
        seller_id,
        /// Pay, precreate: the merchant's cashier.
        operator_id,
        /// Pay, precreate: the merchant's store.
        store_id,
        /// Pay, precreate: the merchant's till.
        terminal_id,
        /// Pay, precreate: how long the order may stay unpaid: `90m`.
        timeout_express,
        /// Precreate: until when the order may stay unpaid, Beijing time.
        time_expire,
        /// Refund: how much, in yuan.
        refund_amount,
        /// Refund: why.
        refund_reason,
        /// Refund, refund query: the merchant's number of this return; a repeat is the same return.
        out_request_no,
        /// Pay, precreate, by REST: where notifications shall go; the classic gateway has it beside the content.
        notify_url,
        /// Bill: `trade`.
        bill_type,
        /// Bill: `2026-11-22`.
        bill_date,
    }
    lists {
        /// Refund query: members that are answered only on request, such as `gmt_refund_pay`.
        query_options: String,
    }
}

wire_object! {
    /// The answer of any method: `code` always, `sub_code` when it is a refusal, the rest by method.
    Response {
        /// `10000` done, `10003` waiting for the payer, `20000` unknown, `4....` refused.
        code,
        /// English word for `code`.
        msg,
        /// The finer code: `ACQ.TRADE_NOT_EXIST`.
        sub_code,
        /// Chinese sentence for `sub_code`.
        sub_msg,
        /// The gateway's number of the trade.
        trade_no,
        /// The merchant's order number.
        out_trade_no,
        /// The payer's account, masked by the gateway.
        buyer_logon_id,
        /// The payer's number.
        buyer_user_id,
        /// Query: `WAIT_BUYER_PAY`, `TRADE_SUCCESS`, `TRADE_CLOSED`, `TRADE_FINISHED`.
        trade_status,
        /// What the order costs, in yuan.
        total_amount,
        /// The order's currency, answered for foreign ones only.
        trans_currency,
        /// What the merchant receives.
        receipt_amount,
        /// What the payer paid.
        buyer_pay_amount,
        /// Paid with points.
        point_amount,
        /// What an invoice may be made out for.
        invoice_amount,
        /// Pay: when it was paid.
        gmt_payment,
        /// Query: when it was paid.
        send_pay_date,
        /// Precreate: the text of the QR code.
        qr_code,
        /// Cancel: `Y` if the cancel must be asked for again.
        retry_flag,
        /// Cancel: `close` or `refund`; absent when there was nothing to cancel.
        action,
        /// Refund: `Y` if this very request moved money.
        fund_change,
        /// Refund: returned from this trade so far, all returns together.
        refund_fee,
        /// When a return was paid out.
        gmt_refund_pay,
        /// Refund query: the merchant's number of the return.
        out_request_no,
        /// Refund query: what this return gave back.
        refund_amount,
        /// Refund query: `REFUND_SUCCESS`; absent while the gateway knows of no finished return.
        refund_status,
        /// Bill: where it is, for half a minute.
        bill_download_url,
    }
    lists {
        /// With what the payer paid.
        fund_bill_list: FundBill,
    }
}

wire_object! {
    /// One source of the payer's money.
    FundBill {
        /// `ALIPAYACCOUNT`, `BANKCARD`, `PCREDIT` ...
        fund_channel,
        /// How much of it, in yuan.
        amount,
    }
    lists {}
}

fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<TextOrNumber>::deserialize(from)?.map(|value| match value {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    }))
}

/// A reply taken apart without changing a character: the signature covers the source text of the answer.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// The answer's source text, from its `{` to the matching `}`.
    pub response: &'a str,
    /// The signature, if the reply carries one.
    pub sign: Option<String>,
}

impl<'a> Envelope<'a> {
    /// Opens the reply whose answer stands under [`Api::response_key`]. A failure of the gateway itself may come as `error_response` instead.
    pub fn open(body: &'a str, response_key: &str) -> Option<Envelope<'a>> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(body).ok()?;
        let response = members.get(response_key).or_else(|| members.get("error_response"))?;
        let sign = match members.get("sign") {
            Some(raw) => Some(serde_json::from_str(raw.get()).ok()?),
            None => None,
        };
        let response = response.get();
        // A list would be read as members in their order.
        response.starts_with('{').then_some(Envelope { response, sign })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_text_is_the_source_text() {
        let check = |response: &str| {
            let body = format!(" {{\"alipay_trade_query_response\" :{response} ,\"sign\":\"c2lnbg==\"}} ");
            let envelope = Envelope::open(&body, &Api::Query.response_key()).expect("it is a reply");
            assert_eq!((envelope.response, envelope.sign.as_deref()), (response, Some("c2lnbg==")));
        };
        check(r#"{"code":"10000"}"#);
        check(r#"{ "url":"http:\/\/a.example\/b" , "n" : 1.50 }"#);
        check(r#"{"msg":"a } in a text, a \" and a { too","sign":"inner"}"#);
        check(r#"{"msg":"\u4e2d\u6587","list":[{"a":"]"},{}]}"#);
    }

    #[test]
    fn what_is_no_reply_is_nothing() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            "{\"alipay_trade_pay_response\":{}}",
            "{\"alipay_trade_query_response\":{",
            "{\"alipay_trade_query_response\":[\"10000\"]}",
        ] {
            assert!(Envelope::open(body, &Api::Query.response_key()).is_none(), "{body}");
        }
    }

    #[test]
    fn amounts_are_read_from_texts_and_numbers_and_nothing_else() {
        let read = |text: &str| serde_json::from_str::<Content>(text).map(|content| content.total_amount);
        assert_eq!(read(r#"{"total_amount":"0.10"}"#).unwrap().as_deref(), Some("0.10"));
        assert_eq!(read(r#"{"total_amount":0.1}"#).unwrap().as_deref(), Some("0.1"));
        assert_eq!(read(r#"{"total_amount":null}"#).unwrap(), None);
        assert!(read(r#"{"total_amount":[1]}"#).is_err());
        assert!(read(r#"{"total_amount":true}"#).is_err());
    }

    #[test]
    fn every_method_has_its_own_name() {
        for api in Api::ALL {
            assert_eq!(Api::named(api.name()), Some(api));
        }
        assert_eq!(Api::RefundQuery.response_key(), "alipay_trade_fastpay_refund_query_response");
        assert_eq!(Api::named("alipay.trade.create"), None);
    }
}
