//! What each call does to the books, and what it is answered.

use super::Simulator;
use crate::qra::sign::{SIGN, signed_text};
use crate::qra::wire::{
    BANK_TYPE, CODE_URL, ERR_CODE, ERR_MSG, FEE_TYPE, NEED_QUERY, NONCE_STR, OUT_REFUND_NO, OUT_TRADE_NO,
    PAY_RESULT, REFUND_COUNT, REFUND_FEE, REFUND_STATUS, REFUND_TIME, RESULT_CODE, Service, TIME_END,
    TOTAL_FEE, TRADE_STATE, TRANSACTION_ID,
};
use base::Timestamp;
use provider_contract::books::{Cause, Opened, Outcome, Phase, Refunding, Sale, Trade, Undone};
use provider_contract::fields::{china_moment, china_time, fen};
use std::time::Duration;
use strict_xml::flat::Fields;

/// How long an order made with a payer's code may stay unpaid.
const UNPAID: Duration = Duration::from_secs(180);

/// A refusal: its code, its sentence, and whether only a look tells the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal(&'static str, &'static str, bool);

pub(super) const AT_A_LOSS: Refusal = Refusal("SYSTEMERROR", "系统繁忙，请查询订单结果", true);
const PAYING: Refusal = Refusal("USERPAYING", "用户支付中，需要输入密码", true);
const NO_SUCH: Refusal = Refusal("ORDERNOTEXIST", "订单不存在", false);
const NO_SUCH_REFUND: Refusal = Refusal("REFUNDNOTEXIST", "退款不存在", false);
const USED: Refusal = Refusal("OUT_TRADE_NO_USED", "商户订单号重复", true);
const IS_PAID: Refusal = Refusal("ORDERPAID", "订单已支付", true);
const WRONG_STATE: Refusal = Refusal("TRADE_ERROR", "订单状态不允许该操作", false);
const CANNOT_RETURN: Refusal = Refusal("INVALID_REQUEST", "订单未支付或退款金额大于可退金额", false);
const OTHER_REFUND: Refusal = Refusal("PARAM_ERROR", "退款单号已用于其他退款", false);
const NO_BALANCE: Refusal = Refusal("NOTENOUGH", "余额不足", false);

impl Refusal {
    pub(super) fn fields(self) -> Fields {
        let Refusal(code, message, look) = self;
        let look = if look { "Y" } else { "N" };
        owned([(RESULT_CODE, "1"), (ERR_CODE, code), (ERR_MSG, message), (NEED_QUERY, look)])
    }
}

type Answered = Result<Outcome<Fields>, Refusal>;

impl Simulator {
    pub(super) fn serve_admitted(
        &mut self,
        service: Service,
        asked: &Fields,
        now: Timestamp,
    ) -> Outcome<Fields> {
        let answered = match service {
            Service::Micropay | Service::Native => self.open(service, asked, now),
            Service::Query => self.look(asked),
            Service::Reverse => self.undo(asked, now),
            Service::Close => self.close(asked, now),
            Service::Refund => self.refund(asked, now),
            Service::RefundQuery => self.look_at_refund(asked),
        };
        answered.unwrap_or_else(|why| Outcome::Answer(why.fields()))
    }

    fn open(&mut self, service: Service, asked: &Fields, now: Timestamp) -> Answered {
        let (number, shown) = (required(asked, OUT_TRADE_NO)?, service == Service::Native);
        required(asked, "body")?;
        required(asked, "mch_create_ip")?;
        let sale = Sale {
            order_no: number,
            content: &content(asked),
            total: amount(asked, TOTAL_FEE)?,
            expires_at: if shown { moment(asked, "time_expire")? } else { now + UNPAID },
            notify_url: if shown { Some(required(asked, "notify_url")?) } else { None },
        };
        let opened = if shown {
            self.desk.books.show(&sale, now)
        } else {
            let code = required(asked, "auth_code")?;
            let is_ours = code.len() == 19 && code.starts_with("62");
            self.desk.books.charge(&sale, code, is_ours, now)
        };
        match (opened, self.desk.books.trade(number)) {
            (Opened::Nothing(how), _) => Ok(Outcome::Nothing(how)),
            (Opened::New(spoilt), Some(trade)) => Ok(Outcome::Opened(spoilt, opening(trade))),
            // The same QR again, as long as nobody paid it; every other number is used once.
            (Opened::Again, Some(trade)) if shown && trade.phase == Phase::Unscanned => {
                Ok(Outcome::Answer(opening(trade)))
            }
            (Opened::Again | Opened::OtherContent | Opened::New(_), _) => Err(USED),
        }
    }

    fn trade_of(&self, asked: &Fields) -> Result<&Trade, Refusal> {
        self.desk.books.trade(required(asked, OUT_TRADE_NO)?).ok_or(NO_SUCH)
    }

    fn look(&self, asked: &Fields) -> Answered {
        let trade = self.trade_of(asked)?;
        let state = match trade.phase {
            Phase::Unscanned => "NOTPAY",
            Phase::Waiting => "USERPAYING",
            Phase::Paid if trade.returns.is_empty() => "SUCCESS",
            Phase::Paid => "REFUND",
            Phase::Closed if trade.shown && trade.paid.is_none() => "CLOSED",
            Phase::Closed => "REVERSE",
            Phase::Refused(_) => "PAYERROR",
        };
        let mut told = if trade.paid.is_some() { paid_fields(trade) } else { named(trade) };
        told.insert(TRADE_STATE.to_owned(), state.to_owned());
        Ok(Outcome::Answer(told))
    }

    fn close(&mut self, asked: &Fields, now: Timestamp) -> Answered {
        if self.trade_of(asked)?.phase == Phase::Paid { Err(IS_PAID) } else { self.undo(asked, now) }
    }

    fn undo(&mut self, asked: &Fields, now: Timestamp) -> Answered {
        match self.desk.books.undo(required(asked, OUT_TRADE_NO)?, false, now) {
            Undone::NotFound => Err(NO_SUCH),
            Undone::Again => Err(AT_A_LOSS),
            Undone::NotAllowed => Err(WRONG_STATE),
            Undone::Closed | Undone::Returned => Ok(Outcome::Answer(named(self.trade_of(asked)?))),
        }
    }

    fn refund(&mut self, asked: &Fields, now: Timestamp) -> Answered {
        let (order, number) = (required(asked, OUT_TRADE_NO)?, required(asked, OUT_REFUND_NO)?);
        required(asked, "op_user_id")?;
        let (part, total) = (amount(asked, REFUND_FEE)?, amount(asked, TOTAL_FEE)?);
        let paid = self.trade_of(asked)?.paid_fen();
        if paid != 0 && paid != total {
            return Err(CANNOT_RETURN);
        }
        match self.desk.books.return_money(order, number, part, now) {
            Refunding::NotPaid | Refunding::TooMuch => Err(CANNOT_RETURN),
            Refunding::OtherContent => Err(OTHER_REFUND),
            Refunding::Refused => Err(NO_BALANCE),
            Refunding::Again | Refunding::Accepted => {
                let mut told = named(self.trade_of(asked)?);
                told.extend(owned([(OUT_REFUND_NO, number), (REFUND_FEE, &part.to_string())]));
                Ok(Outcome::Answer(told))
            }
        }
    }

    fn look_at_refund(&self, asked: &Fields) -> Answered {
        let number = required(asked, OUT_REFUND_NO)?;
        let (trade, back) = self.desk.books.refund(number).ok_or(NO_SUCH_REFUND)?;
        if *trade.order_no != *required(asked, OUT_TRADE_NO)? {
            return Err(NO_SUCH_REFUND);
        }
        let mut told = named(trade);
        let mut put = |name: &str, value: String| told.insert(format!("{name}_0"), value);
        put(OUT_REFUND_NO, number.to_owned());
        put(REFUND_FEE, back.fen.to_string());
        put(REFUND_STATUS, if back.done_at.is_some() { "SUCCESS" } else { "PROCESSING" }.to_owned());
        if let Some(at) = back.done_at {
            put(REFUND_TIME, china_time(at));
        }
        told.insert(REFUND_COUNT.to_owned(), "1".to_owned());
        Ok(Outcome::Answer(told))
    }
}

fn required<'a>(asked: &'a Fields, name: &str) -> Result<&'a str, Refusal> {
    let found = asked.get(name).map(String::as_str).filter(|value| !value.is_empty());
    found.ok_or(Refusal("LACK_PARAMS", "缺少参数", false))
}

fn amount(asked: &Fields, name: &str) -> Result<i64, Refusal> {
    let wrong = Refusal("PARAM_ERROR", "金额应为正整数，单位为分", false);
    Ok(fen(required(asked, name)?).ok_or(wrong)?.minor())
}

fn moment(asked: &Fields, name: &str) -> Result<Timestamp, Refusal> {
    let wrong = Refusal("PARAM_ERROR", "时间应为 yyyyMMddHHmmss", false);
    china_moment(required(asked, name)?).ok_or(wrong)
}

/// The request without what differs from try to try.
fn content(asked: &Fields) -> String {
    let mut same = asked.clone();
    same.remove(NONCE_STR);
    same.remove(SIGN);
    signed_text(&same)
}

fn opening(trade: &Trade) -> Fields {
    match trade.phase {
        Phase::Paid => paid_fields(trade),
        Phase::Refused(cause) => refusal(cause).fields(),
        Phase::Waiting | Phase::Closed => PAYING.fields(),
        Phase::Unscanned => {
            let mut told = named(trade);
            let url = format!("https://qr.95516.com/00010001/{:08x}{:06}", trade.payer as u32, trade.serial);
            told.insert(CODE_URL.to_owned(), url);
            told
        }
    }
}

fn refusal(cause: Cause) -> Refusal {
    match cause {
        Cause::InsufficientBalance => NO_BALANCE,
        Cause::CodeExpired => Refusal("AUTHCODEEXPIRE", "二维码已过期，请刷新后重试", false),
        Cause::CodeUsed => Refusal("AUTH_CODE_ERROR", "付款码无效或已使用", false),
        Cause::CodeWrong => Refusal("AUTH_CODE_INVALID", "付款码不是本渠道的付款码", false),
        Cause::PayerLimit => Refusal("RULELIMIT", "超出用户单笔限额", false),
        Cause::Risk => Refusal("RULELIMIT", "交易受限", false),
        Cause::PayerRefused => Refusal("TRADE_ERROR", "用户取消支付", true),
    }
}

fn named(trade: &Trade) -> Fields {
    owned([(RESULT_CODE, "0"), (OUT_TRADE_NO, &trade.order_no)])
}

/// What only a payment has.
pub(super) fn paid_fields(trade: &Trade) -> Fields {
    let (fen, at) = trade.paid.unwrap_or((trade.total, trade.opened_at));
    let mut told = named(trade);
    told.extend(owned([
        (PAY_RESULT, "0"),
        (TRANSACTION_ID, &format!("{}{:07}", china_time(trade.opened_at), trade.serial)),
        (TOTAL_FEE, &fen.to_string()),
        (FEE_TYPE, "CNY"),
        (TIME_END, &china_time(at)),
        (BANK_TYPE, "01020000"),
    ]));
    told
}

fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
