//! What the gateway's methods do to the books.

use super::Simulator;
use super::answers::{
    add_money, charge_answer, named, named_only, qr_answer, refund_answer, success, time, yuan,
};
use super::books::{Phase, Refusal, Return, Step, Trade};
use super::checks::{Sale, checked_no, digest, fen_of, fnv, invalid, is_payers_code, notify_to, order_no_of};
use super::gate::Admitted;
use super::outbox::Letter;
use super::treat::{self, Opening, Payer, Spoilt};
use crate::wire::{Content, Response};
use base::{Timestamp, Zone};
use provider_contract::Treatment;
use std::time::Duration;

/// From an event to its notification.
const NOTIFY_AFTER: Duration = Duration::from_secs(1);
/// The same when the notification is late.
const NOTIFY_LATE: Duration = Duration::from_secs(180);

const NOT_FOUND: Refusal = Refusal { sub_code: "ACQ.TRADE_NOT_EXIST", sub_msg: "交易不存在" };

/// What a method came to.
pub(super) enum Outcome {
    /// An answer.
    Answer(Response),
    /// The answer to the request that opened an order, and how it is spoilt.
    Opened(Spoilt, Response),
    /// The request did nothing, in one of three ways.
    Nothing(Opening),
}

impl Simulator {
    /// Charges a payer's code.
    pub(super) fn pay(&mut self, call: &Admitted, now: Timestamp) -> Result<Outcome, Refusal> {
        let content = &call.content;
        let order_no = order_no_of(content)?;
        let sale = Sale::of(content, now)?;
        match content.scene.as_deref() {
            Some("bar_code" | "wave_code" | "security_code") => {}
            _ => return Err(invalid("scene 应为 bar_code、wave_code 或 security_code")),
        }
        let code = content.auth_code.as_deref().ok_or(invalid("缺少 auth_code"))?;
        let digest = digest("pay", content, sale.total);
        if let Some(trade) = self.books.trade(order_no) {
            return repeated(trade, digest).map(|()| Outcome::Answer(charge_answer(order_no, trade)));
        }
        let treatment = self.treatment_of(order_no, Treatment::of_code(code));
        match self.opening(order_no, treatment) {
            Opening::Handled => {}
            nothing => return Ok(Outcome::Nothing(nothing)),
        }
        let refused = self.code_refused(code);
        let notify = notify_to(call, &sale);
        let trade =
            self.books.open(order_no, sale.trade(treatment, digest, fnv(code.as_bytes()), notify, now));
        if let Some(refusal) = refused {
            trade.phase = Phase::Refused(refusal);
        } else {
            self.payer_acts(order_no, now, sale.expires_at);
        }
        let trade = self.books.trade(order_no).expect("it was opened above");
        match trade.phase {
            Phase::Refused(refusal) => Err(refusal),
            _ => Ok(Outcome::Opened(treat::spoilt(treatment), charge_answer(order_no, trade))),
        }
    }

    fn code_refused(&mut self, code: &str) -> Option<Refusal> {
        let (sub_code, sub_msg) =
            ("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款");
        (!is_payers_code(code) || !self.books.spend(code)).then_some(Refusal { sub_code, sub_msg })
    }

    /// Opens an order for a QR code.
    pub(super) fn precreate(&mut self, call: &Admitted, now: Timestamp) -> Result<Outcome, Refusal> {
        let order_no = order_no_of(&call.content)?;
        let sale = Sale::of(&call.content, now)?;
        let digest = digest("precreate", &call.content, sale.total);
        if let Some(trade) = self.books.trade(order_no) {
            return repeated(trade, digest).and_then(|()| match trade.phase {
                Phase::Success => Err(already_paid()),
                _ => Ok(Outcome::Answer(qr_answer(order_no, trade))),
            });
        }
        let treatment = self.treatment_of(order_no, Treatment::Normal);
        match self.opening(order_no, treatment) {
            Opening::Handled => {}
            nothing => return Ok(Outcome::Nothing(nothing)),
        }
        let notify = notify_to(call, &sale);
        let payer = fnv(order_no.as_bytes());
        let trade = sale.trade(treatment, digest, payer, notify, now);
        let trade = self.books.open(order_no, Trade { by_qr: true, ..trade });
        let answer = qr_answer(order_no, trade);
        self.books.plan(sale.expires_at, order_no, Step::Expires);
        Ok(Outcome::Opened(treat::spoilt_qr(treatment), answer))
    }

    /// The order is in front of its payer.
    pub(super) fn payer_acts(&mut self, order_no: &str, now: Timestamp, expires_at: Timestamp) {
        let trade = self.books.trade_mut(order_no).expect("a payer acts on an open order");
        let step = match treat::payer(trade.treatment) {
            Payer::Pays => return self.paid(order_no, now),
            Payer::Cannot(refusal) => {
                trade.phase = Phase::Refused(refusal);
                return;
            }
            Payer::TypesPassword => Some(Step::PayerPays),
            Payer::Refuses => Some(Step::PayerRefuses),
            Payer::Sleeps => None,
        };
        trade.phase = Phase::Waiting;
        self.books.plan(expires_at, order_no, Step::Expires);
        if let Some(step) = step {
            self.books.plan(now + treat::PAYER_TAKES, order_no, step);
        }
    }

    /// The payer is charged, and the merchant will be told.
    pub(super) fn paid(&mut self, order_no: &str, at: Timestamp) {
        let trade = self.books.trade_mut(order_no).expect("a payer pays an open order");
        trade.pay(at);
        self.tell(order_no, None, at);
    }

    fn tell(&mut self, order_no: &str, refund: Option<(Box<str>, i64, Timestamp)>, at: Timestamp) {
        let trade = self.books.trade(order_no).expect("it is told of an order that is there");
        if trade.notify.is_none() {
            return;
        }
        let after = if trade.treatment == Treatment::NotifyLate { NOTIFY_LATE } else { NOTIFY_AFTER };
        let copies = if trade.treatment == Treatment::NotifyTwice { 2 } else { 1 };
        let status = trade.status().expect("a paid order has a status");
        let spoilt = if trade.by_qr { treat::spoilt(trade.treatment) } else { Spoilt::Not };
        let forged = matches!(spoilt, Spoilt::WrongSignature | Spoilt::SignatureOfAnotherText);
        self.outbox.post(at + after, Letter { order_no: order_no.into(), status, refund, copies, forged });
    }

    /// Looks at an order.
    pub(super) fn query(&self, call: &Admitted) -> Result<Response, Refusal> {
        let (order_no, trade) = self.find(&call.content)?;
        let status = trade.status().ok_or(NOT_FOUND)?;
        let mut response = named(&order_no, trade);
        response.trade_status = Some(status.to_owned());
        response.total_amount = Some(yuan(trade.total));
        if let Some((_, at)) = trade.paid {
            response.send_pay_date = Some(time(at));
            add_money(&mut response, trade);
        }
        Ok(response)
    }

    /// Undoes an order. Nothing is refused to an order that does not exist; it is answered without an action.
    pub(super) fn cancel(&mut self, call: &Admitted, now: Timestamp) -> Result<Response, Refusal> {
        let done = |order_no: &str, trade: Option<&Trade>, action: Option<&str>, again: bool| Response {
            trade_no: trade.map(Trade::trade_no),
            out_trade_no: Some(order_no.to_owned()),
            retry_flag: Some(if again { "Y" } else { "N" }.to_owned()),
            action: action.map(str::to_owned),
            ..success()
        };
        let order_no = match self.find(&call.content) {
            Ok((order_no, _)) => order_no,
            Err(NOT_FOUND) => {
                return Ok(done(call.content.out_trade_no.as_deref().unwrap_or_default(), None, None, false));
            }
            Err(refusal) => return Err(refusal),
        };
        let trade = self.books.trade_mut(&order_no).expect("it was found above");
        if trade.cancels_to_repeat > 0 {
            trade.cancels_to_repeat -= 1;
            return Ok(done(&order_no, Some(trade), None, true));
        }
        let action = match trade.phase {
            Phase::Refused(_) => return Ok(done(&order_no, None, None, false)),
            Phase::Unscanned | Phase::Lapsed | Phase::Waiting => {
                trade.phase = Phase::Closed;
                if trade.treatment == Treatment::PaidAfterReverse {
                    self.books.plan(now + treat::LATE_SUCCESS, &order_no, Step::PayerPays);
                }
                "close"
            }
            Phase::Success => {
                cancel_paid(trade, now)?;
                "refund"
            }
            Phase::Closed if trade.reversed_at.is_some() => "refund",
            Phase::Closed if trade.paid.is_none() => "close",
            Phase::Closed => return Err(not_cancelable("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")),
        };
        Ok(done(&order_no, self.books.trade(&order_no), Some(action), false))
    }

    /// Closes an order that a payer has in front of them. One that nobody scanned does not exist here.
    pub(super) fn close(&mut self, call: &Admitted) -> Result<Response, Refusal> {
        let (order_no, _) = self.find(&call.content)?;
        let trade = self.books.trade_mut(&order_no).expect("it was found above");
        match trade.phase {
            Phase::Unscanned | Phase::Lapsed | Phase::Refused(_) => Err(NOT_FOUND),
            Phase::Waiting => {
                trade.phase = Phase::Closed;
                Ok(named_only(&order_no, trade))
            }
            Phase::Closed if trade.paid.is_none() => Ok(named_only(&order_no, trade)),
            Phase::Success | Phase::Closed => {
                Err(Refusal { sub_code: "ACQ.TRADE_STATUS_ERROR", sub_msg: "交易状态不合法" })
            }
        }
    }

    /// Returns money.
    pub(super) fn refund(&mut self, call: &Admitted, now: Timestamp) -> Result<Response, Refusal> {
        let (order_no, trade) = self.find(&call.content)?;
        let fen = fen_of(
            call.content.refund_amount.as_deref(),
            "refund_amount 应为不小于 0.01 的金额，最多两位小数",
        )?;
        let request_no = match call.content.out_request_no.as_deref() {
            Some(number) => checked_no(number, "out_request_no 应为 1 到 64 个字母、数字、下划线或连字符")?,
            // Without a number of its own a return is known by the order's, and must be of all the money.
            None if fen == trade.paid_fen() => order_no.as_str(),
            None => return Err(invalid("部分退款必须有 out_request_no")),
        };
        if let Some(known) = trade.returns.iter().find(|known| *known.request_no == *request_no) {
            if known.fen != fen {
                return Err(Refusal {
                    sub_code: "ACQ.DISCORDANT_REPEAT_REQUEST", sub_msg: "不一致的请求"
                });
            }
            return Ok(refund_answer(&order_no, trade, false));
        }
        refundable(trade, fen)?;
        let slow = trade.treatment == Treatment::RefundSlow;
        let request_no: Box<str> = request_no.into();
        let trade = self.books.trade_mut(&order_no).expect("it was found above");
        trade.returns.push(Return { request_no: request_no.clone(), fen, done_at: None });
        if slow {
            self.books.plan(now + treat::SLOW_RETURN, &order_no, Step::ReturnDone(request_no));
        } else {
            self.return_done(&order_no, &request_no, now);
        }
        let trade = self.books.trade(&order_no).expect("it was found above");
        Ok(refund_answer(&order_no, trade, !slow))
    }

    /// A return is paid out, and the merchant will be told.
    pub(super) fn return_done(&mut self, order_no: &str, request_no: &str, at: Timestamp) {
        let trade = self.books.trade_mut(order_no).expect("money is returned of an order");
        trade.finish_return(request_no, at);
        let total = trade.returned_fen();
        self.tell(order_no, Some((request_no.into(), total, at)), at);
    }

    /// Looks at a return. One that is not finished looks like one that never was.
    pub(super) fn refund_query(&self, call: &Admitted) -> Result<Response, Refusal> {
        let (order_no, trade) = self.find(&call.content)?;
        let request_no = call.content.out_request_no.as_deref().ok_or(invalid("缺少 out_request_no"))?;
        let Some((fen, at)) = trade
            .returns
            .iter()
            .find(|known| *known.request_no == *request_no)
            .and_then(|known| known.done_at.map(|at| (known.fen, at)))
        else {
            return Ok(success());
        };
        let asked_when = call.content.query_options.iter().flatten().any(|option| option == "gmt_refund_pay");
        Ok(Response {
            out_request_no: Some(request_no.to_owned()),
            total_amount: Some(yuan(trade.paid_fen())),
            refund_amount: Some(yuan(fen)),
            refund_status: Some("REFUND_SUCCESS".to_owned()),
            gmt_refund_pay: asked_when.then(|| time(at)),
            ..named_only(&order_no, trade)
        })
    }

    /// The order a request speaks of, by either number.
    fn find(&self, content: &Content) -> Result<(String, &Trade), Refusal> {
        let order_no = match (content.out_trade_no.as_deref(), content.trade_no.as_deref()) {
            (_, Some(trade_no)) if !trade_no.is_empty() => {
                self.books.order_no_of(trade_no).ok_or(NOT_FOUND)?
            }
            (Some(_), _) => order_no_of(content)?.to_owned(),
            (None, _) => return Err(invalid("out_trade_no 和 trade_no 不能同时为空")),
        };
        let trade = self.books.trade(&order_no).ok_or(NOT_FOUND)?;
        Ok((order_no, trade))
    }

    /// Whether the request that opens an order is handled, by its treatment and by what was lost of it before.
    fn opening(&mut self, order_no: &str, treatment: Treatment) -> Opening {
        let opening = treat::opening(treatment, self.met.contains(order_no));
        match opening {
            Opening::Handled => {
                self.met.remove(order_no);
                self.treatments.remove(order_no);
            }
            Opening::Lost | Opening::Broken | Opening::Maintenance => {
                self.met.insert(order_no.to_owned());
            }
        }
        opening
    }

    fn treatment_of(&self, order_no: &str, otherwise: Treatment) -> Treatment {
        self.treatments.get(order_no).copied().unwrap_or(otherwise)
    }
}

/// A repeated opening is the same order only with the same content.
fn repeated(trade: &Trade, digest: u64) -> Result<(), Refusal> {
    match trade.phase {
        Phase::Refused(refusal) if trade.content == digest => Err(refusal),
        Phase::Closed | Phase::Lapsed => {
            Err(Refusal { sub_code: "ACQ.TRADE_HAS_CLOSE", sub_msg: "交易已经关闭" })
        }
        _ if trade.content == digest => Ok(()),
        Phase::Success => Err(already_paid()),
        _ => Err(Refusal { sub_code: "ACQ.CONTEXT_INCONSISTENT", sub_msg: "交易信息被篡改" }),
    }
}

fn already_paid() -> Refusal {
    Refusal { sub_code: "ACQ.TRADE_HAS_SUCCESS", sub_msg: "交易已被支付" }
}

fn not_cancelable(sub_code: &'static str, sub_msg: &'static str) -> Refusal {
    Refusal { sub_code, sub_msg }
}

/// A paid order is canceled on the day it was paid, whole, and not if money was returned before.
fn cancel_paid(trade: &mut Trade, now: Timestamp) -> Result<(), Refusal> {
    let day = |at: Timestamp| at.local("%Y%m%d", Zone::CHINA);
    if trade.paid.is_some_and(|(_, at)| day(at) != day(now)) {
        return Err(not_cancelable("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围"));
    }
    if !trade.returns.is_empty() {
        return Err(not_cancelable("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效"));
    }
    trade.phase = Phase::Closed;
    trade.reversed_at = Some(now);
    Ok(())
}

fn refundable(trade: &Trade, fen: i64) -> Result<(), Refusal> {
    let refusal = |sub_code, sub_msg| Err(Refusal { sub_code, sub_msg });
    match trade.phase {
        Phase::Unscanned | Phase::Lapsed | Phase::Refused(_) => return Err(NOT_FOUND),
        Phase::Waiting | Phase::Closed => return refusal("ACQ.TRADE_STATUS_ERROR", "交易状态非法"),
        Phase::Success => {}
    }
    if trade.promised_fen() + fen > trade.paid_fen() {
        return refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限");
    }
    if trade.treatment == Treatment::RefundRefused {
        return refusal("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足");
    }
    Ok(())
}
