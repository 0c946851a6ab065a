//! What the gateway truthfully answers, and what its notifications say.

use super::SELLER_ID;
use super::books::{Refusal, Trade};
use super::outbox::Letter;
use crate::wire::{FundBill, Response, TIME_PATTERN};
use base::{Money, Timestamp, Zone};

pub(super) fn success() -> Response {
    Response { code: Some("10000".to_owned()), msg: Some("Success".to_owned()), ..Response::default() }
}

pub(super) fn refused(refusal: Refusal) -> Response {
    Response {
        code: Some("40004".to_owned()),
        msg: Some("Business Failed".to_owned()),
        sub_code: Some(refusal.sub_code.to_owned()),
        sub_msg: Some(refusal.sub_msg.to_owned()),
        ..Response::default()
    }
}

pub(super) fn unknown() -> Response {
    Response {
        code: Some("20000".to_owned()),
        msg: Some("Service Currently Unavailable".to_owned()),
        sub_code: Some("aop.ACQ.SYSTEM_ERROR".to_owned()),
        sub_msg: Some("系统异常".to_owned()),
        ..Response::default()
    }
}

pub(super) fn named_only(order_no: &str, trade: &Trade) -> Response {
    Response { trade_no: Some(trade.trade_no()), out_trade_no: Some(order_no.to_owned()), ..success() }
}

pub(super) fn named(order_no: &str, trade: &Trade) -> Response {
    Response {
        buyer_logon_id: Some(buyer_logon_id(trade)),
        buyer_user_id: Some(buyer_id(trade)),
        ..named_only(order_no, trade)
    }
}

pub(super) fn charge_answer(order_no: &str, trade: &Trade) -> Response {
    let mut response = named(order_no, trade);
    match trade.paid {
        Some((_, at)) => {
            response.gmt_payment = Some(time(at));
            add_money(&mut response, trade);
        }
        None => {
            response.code = Some("10003".to_owned());
            response.msg = Some("order success pay inprocess".to_owned());
            response.total_amount = Some(yuan(trade.total));
        }
    }
    response
}

pub(super) fn qr_answer(order_no: &str, trade: &Trade) -> Response {
    Response {
        out_trade_no: Some(order_no.to_owned()),
        qr_code: Some(format!("https://qr.alipay.com/bax{:08x}{:013}", trade.payer as u32, trade.serial)),
        ..success()
    }
}

pub(super) fn refund_answer(order_no: &str, trade: &Trade, moved: bool) -> Response {
    let last = trade.returns.iter().filter_map(|done| done.done_at).max();
    Response {
        fund_change: Some(if moved { "Y" } else { "N" }.to_owned()),
        refund_fee: Some(yuan(trade.returned_fen())),
        gmt_refund_pay: last.map(time),
        ..named(order_no, trade)
    }
}

pub(super) fn add_money(response: &mut Response, trade: &Trade) {
    let paid = yuan(trade.paid_fen());
    response.total_amount = Some(paid.clone());
    response.receipt_amount = Some(paid.clone());
    response.buyer_pay_amount = Some(paid.clone());
    response.invoice_amount = Some(paid.clone());
    response.point_amount = Some("0.00".to_owned());
    response.fund_bill_list =
        Some(vec![FundBill { fund_channel: Some("ALIPAYACCOUNT".to_owned()), amount: Some(paid) }]);
}

/// What a notification says of an order, besides the common fields.
pub(super) fn notice_fields(order_no: &str, trade: &Trade, letter: &Letter) -> Vec<(&'static str, String)> {
    let paid = yuan(trade.paid_fen());
    let mut fields = vec![
        ("trade_no", trade.trade_no()),
        ("out_trade_no", order_no.to_owned()),
        ("trade_status", letter.status.to_owned()),
        ("total_amount", paid.clone()),
        ("receipt_amount", paid.clone()),
        ("buyer_pay_amount", paid.clone()),
        ("invoice_amount", paid.clone()),
        ("point_amount", "0.00".to_owned()),
        ("fund_bill_list", format!("[{{\"amount\":\"{paid}\",\"fundChannel\":\"ALIPAYACCOUNT\"}}]")),
        ("buyer_id", buyer_id(trade)),
        ("buyer_logon_id", buyer_logon_id(trade)),
        ("seller_id", SELLER_ID.to_owned()),
        ("gmt_create", time(trade.created_at)),
    ];
    if let Some((_, at)) = trade.paid {
        fields.push(("gmt_payment", time(at)));
    }
    if let Some((request_no, total, at)) = &letter.refund {
        fields.push(("out_biz_no", request_no.to_string()));
        fields.push(("refund_fee", yuan(*total)));
        fields.push(("gmt_refund", time(*at)));
    }
    if let Some(to) = &trade.notify {
        fields.push(("subject", to.subject.clone()));
    }
    fields
}

pub(super) fn buyer_id(trade: &Trade) -> String {
    format!("2088{:012}", trade.payer % 1_000_000_000_000)
}

pub(super) fn buyer_logon_id(trade: &Trade) -> String {
    format!("1{:02}****{:04}", trade.payer % 70 + 30, trade.payer / 70 % 10_000)
}

pub(super) fn yuan(fen: i64) -> String {
    Money::cny(fen).to_string()
}

pub(super) fn time(at: Timestamp) -> String {
    at.local(TIME_PATTERN, Zone::CHINA)
}
