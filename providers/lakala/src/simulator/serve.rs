//! What each call does to the books, and what it is answered.

use super::{MERCHANT_NO, NOT_FOUND, Simulator, TERM_NO};
use crate::wire::{Api, account_of_code, text};
use base::Timestamp;
use provider_contract::books::{Cause, Opened, Outcome, Phase, Refunding, Return, Sale, Trade, Undone};
use provider_contract::fields::{china_time, fen};
use serde_json::{Value, json};
use std::time::Duration;

/// How long an order made with a payer's code may stay unpaid.
const UNPAID: Duration = Duration::from_secs(180);
/// How long a shown QR can be paid.
const SHOWN: Duration = Duration::from_secs(300);
/// The most that one order may cost, in fen.
const TOTAL_MAX: i64 = 10_000_000_000;

/// A response code and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(pub &'static str, pub &'static str);

const DONE: Code = Code("BBS00000", "成功");
const UNDER_WAY: Code = Code("BBS11105", "交易处理中，请查询");
const DUPLICATE: Code = Code("PD0012", "商户交易流水号重复");

/// What an answer says: its code and its data.
pub struct Told(pub(super) Code, pub(super) Value);

type Answered = Result<Outcome<Told>, Told>;

impl Simulator {
    pub(super) fn carry_out(&mut self, api: Api, data: &Value, now: Timestamp) -> Outcome<Told> {
        let answered = admitted(data).and_then(|()| match api {
            Api::Micropay | Api::Preorder => self.open_order(api == Api::Preorder, data, now),
            Api::Query => self.query(data),
            Api::Revoke | Api::Close => self.take_back(api, data, now),
            Api::Refund => self.refund(data, now),
        });
        answered.unwrap_or_else(Outcome::Answer)
    }

    fn open_order(&mut self, shown: bool, data: &Value, now: Timestamp) -> Answered {
        let number = number(data, "out_trade_no")?;
        let total = amount(data, "total_amount")?;
        let subject = required(data, "subject")?;
        let code = if shown { String::new() } else { required(data, "auth_code")? };
        let account = if shown { Some(required(data, "account_type")?) } else { None };
        if shown
            && (account.as_deref() == Some("WECHAT") || text(data, "trans_type").as_deref() != Some("41"))
        {
            return Err(invalid("trans_type 41 只支持 ALIPAY 和 UQRCODEPAY"));
        }
        let known = account_of_code(&code);
        let account = account.unwrap_or_else(|| known.unwrap_or("WECHAT").to_owned());
        let notify_url = text(data, "notify_url");
        let sale = Sale {
            order_no: &number,
            content: &format!("{account} {shown} {total} {subject} {code}"),
            total,
            expires_at: now + if shown { SHOWN } else { UNPAID },
            notify_url: notify_url.as_deref(),
        };
        let opened = if shown {
            self.desk.books.show(&sale, now)
        } else {
            self.desk.books.charge(&sale, &code, known.is_some(), now)
        };
        let told = |trade: &Trade| if shown { qr(trade) } else { charged(trade) };
        match (opened, self.desk.books.trade(&number)) {
            (Opened::Nothing(how), _) => Ok(Outcome::Nothing(how)),
            (Opened::New(spoilt), Some(trade)) => Ok(Outcome::Opened(spoilt, told(trade))),
            (Opened::Again, Some(trade)) => Ok(Outcome::Answer(told(trade))),
            _ => Err(Told(DUPLICATE, json!({ "out_trade_no": number }))),
        }
    }

    fn query(&self, data: &Value) -> Answered {
        let number = number(data, "out_trade_no")?;
        if let Some(trade) = self.desk.books.trade(&number) {
            return Ok(Outcome::Answer(standing(trade)));
        }
        match self.desk.books.refund(&number) {
            Some((trade, back)) => Ok(Outcome::Answer(return_standing(trade, back))),
            None => Err(Told(NOT_FOUND, json!({ "out_trade_no": number }))),
        }
    }

    fn take_back(&mut self, api: Api, data: &Value, now: Timestamp) -> Answered {
        let original = number(data, "origin_out_trade_no")?;
        let mut told = json!({ "origin_out_trade_no": original });
        if api == Api::Revoke {
            told["out_trade_no"] = json!(number(data, "out_trade_no")?);
        }
        let paid = self.desk.books.trade(&original).is_some_and(|trade| trade.phase == Phase::Paid);
        if api == Api::Close && paid {
            return Err(Told(Code("PD0035", "订单已支付，不能关单"), told));
        }
        match self.desk.books.undo(&original, api == Api::Revoke, now) {
            Undone::NotFound => Err(Told(NOT_FOUND, told)),
            Undone::Again => Err(Told(UNDER_WAY, told)),
            Undone::NotAllowed => Err(Told(Code("PD0036", "原交易状态不允许撤销"), told)),
            Undone::Closed | Undone::Returned => Ok(Outcome::Answer(Told(DONE, told))),
        }
    }

    fn refund(&mut self, data: &Value, now: Timestamp) -> Answered {
        let refund_no = number(data, "out_trade_no")?;
        let original = number(data, "origin_out_trade_no")?;
        let fen = amount(data, "refund_amount")?;
        let mut told = json!({ "out_trade_no": refund_no, "origin_out_trade_no": original });
        let failed = |sentence, mut told: Value| {
            told["trade_state"] = json!("FAIL");
            Err(Told(Code("PD0036", sentence), told))
        };
        match self.desk.books.return_money(&original, &refund_no, fen, now) {
            Refunding::NotPaid => failed("原交易状态不允许退款", told),
            Refunding::TooMuch => failed("退款金额超过可退金额", told),
            Refunding::Refused => failed("商户账户余额不足", told),
            Refunding::OtherContent => Err(Told(DUPLICATE, told)),
            Refunding::Again | Refunding::Accepted => {
                told["refund_amount"] = json!(fen.to_string());
                Ok(Outcome::Answer(Told(DONE, told)))
            }
        }
    }
}

/// What every request must say of whose it is, and where from.
fn admitted(data: &Value) -> Result<(), Told> {
    if required(data, "merchant_no")? != MERCHANT_NO || required(data, "term_no")? != TERM_NO {
        return Err(Told(Code("PD0031", "商户号或终端号不存在"), Value::Null));
    }
    Ok(())
}

fn qr(trade: &Trade) -> Told {
    let code = format!("https://qr.example/{:08x}{:06}", trade.payer as u32, trade.serial);
    let mut told = named(trade);
    told["acc_resp_fields"] = json!({ "code": code });
    Told(DONE, told)
}

/// What a charge is answered: the state is told only of what failed.
fn charged(trade: &Trade) -> Told {
    match trade.phase {
        Phase::Paid => Told(DONE, paid(trade)),
        Phase::Unscanned | Phase::Waiting => Told(UNDER_WAY, named(trade)),
        Phase::Closed | Phase::Refused(_) => standing(trade),
    }
}

/// How a payment stands, as a look is answered.
fn standing(trade: &Trade) -> Told {
    let (code, state) = match trade.phase {
        Phase::Unscanned => (DONE, "CREATE"),
        Phase::Waiting => (DONE, "DEAL"),
        Phase::Closed if trade.reversed_at.is_some() => (DONE, "REFUND"),
        Phase::Closed => (DONE, "CLOSE"),
        Phase::Refused(cause) => (refusal(cause), "FAIL"),
        Phase::Paid if trade.returned_fen() == 0 => (DONE, "SUCCESS"),
        Phase::Paid if trade.returned_fen() < trade.paid_fen() => (DONE, "PART_REFUND"),
        Phase::Paid => (DONE, "REFUND"),
    };
    let mut told = if trade.phase == Phase::Paid { paid(trade) } else { named(trade) };
    told["trade_state"] = json!(state);
    Told(code, told)
}

fn named(trade: &Trade) -> Value {
    json!({
        "merchant_no": MERCHANT_NO,
        "out_trade_no": trade.order_no,
        "trade_no": trade_no(trade),
        "account_type": account(trade),
        "total_amount": trade.total.to_string(),
    })
}

fn paid(trade: &Trade) -> Value {
    let (fen, at) = trade.paid.unwrap_or((trade.total, trade.opened_at));
    let mut told = named(trade);
    told["total_amount"] = json!(fen.to_string());
    told["payer_amount"] = json!(fen.to_string());
    told["trade_time"] = json!(china_time(at));
    told["log_no"] = json!(format!("{:014}", trade.serial));
    told["acc_resp_fields"] = json!({ "user_id": format!("2088{:012}", trade.payer % 1_000_000_000_000) });
    told
}

/// What a notification of a payment says.
pub(super) fn paid_notice(trade: &Trade) -> Value {
    let mut told = paid(trade);
    told["trade_status"] = json!("SUCCESS");
    told
}

/// The platform's own number of a payment.
fn trade_no(trade: &Trade) -> String {
    format!("{}{:010}", china_time(trade.opened_at), trade.serial)
}

/// The wallet that an order was opened with.
fn account(trade: &Trade) -> &str {
    trade.content.split(' ').next().unwrap_or_default()
}

fn refusal(cause: Cause) -> Code {
    match cause {
        Cause::InsufficientBalance => Code("PD0064", "用户账户余额不足"),
        Cause::CodeExpired => Code("PD0080", "付款码已过期，请刷新后重试"),
        Cause::CodeUsed => Code("PD0061", "付款码已使用，请刷新后重试"),
        Cause::CodeWrong => Code("PD0062", "付款码无效"),
        Cause::PayerLimit => Code("PD0033", "超过用户支付限额"),
        Cause::Risk => Code("PD0038", "交易存在风险，已被拒绝"),
        Cause::PayerRefused => Code("PD0069", "用户取消支付"),
    }
}

fn return_standing(trade: &Trade, back: &Return) -> Told {
    let state = if back.done_at.is_some() { "SUCCESS" } else { "DEAL" };
    let told = json!({
        "merchant_no": MERCHANT_NO,
        "out_trade_no": back.number,
        "origin_out_trade_no": trade.order_no,
        "trade_no": format!("{}{:02}", trade_no(trade), trade.returns.len()),
        "account_type": account(trade),
        "total_amount": back.fen.to_string(),
        "trade_time": china_time(back.done_at.unwrap_or(trade.opened_at)),
        "trade_state": state,
    });
    Told(DONE, told)
}

fn invalid(why: &'static str) -> Told {
    Told(Code("PD0010", why), Value::Null)
}

fn required(data: &Value, name: &'static str) -> Result<String, Told> {
    text(data, name).ok_or_else(|| Told(Code("PD0013", "缺少必填字段"), json!({ "note": name })))
}

fn number(data: &Value, name: &'static str) -> Result<String, Told> {
    let number = required(data, name)?;
    let fits = number.len() <= 32 && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(number) } else { Err(invalid("流水号应为不超过 32 位的字母或数字")) }
}

fn amount(data: &Value, name: &'static str) -> Result<i64, Told> {
    let amount = fen(&required(data, name)?).map(|amount| amount.minor());
    let ip = data.get("location_info").and_then(|place| text(place, "request_ip"));
    if ip.is_none() {
        return Err(invalid("缺少 location_info.request_ip"));
    }
    amount.filter(|fen| *fen <= TOTAL_MAX).ok_or_else(|| invalid("金额应为以分为单位的正整数"))
}
