//! What each kind of transaction does to the books, and what it is answered.

use super::Simulator;
use super::gate::{Admitted, Code, DONE, amount, format_error, moment, required};
use crate::acp::NO_NOTIFICATION_URL;
use crate::acp::sign::signed_text;
use crate::acp::wire::{Kind, TIME_PATTERN};
use base::{Timestamp, Zone};
use provider_contract::books::{Cause, Opened, Outcome, Phase, Refunding, Return, Sale, Trade, Undone};
use provider_contract::form::Fields;
use std::time::Duration;

/// How long an order made with a payer's code may stay unpaid.
const UNPAID: Duration = Duration::from_secs(180);

const DUPLICATE: Code = Code("12", "重复交易[1200001]");
const UNKNOWN_STATE: Code = Code("04", "交易状态未明，请查询对账结果[0400001]");
pub(super) const TIMED_OUT: Code = Code("03", "交易通讯超时，请发起查询交易[0300001]");
const ACCEPTED: Code = Code("05", "交易已受理，请稍后查询交易结果[0500001]");
const NO_SUCH: Code = Code("34", "查无此交易[3400001]");
const WRONG_STATE: Code = Code("35", "原交易不存在或状态不正确[3500001]");
const TOO_MUCH: Code = Code("36", "与原交易信息不符[3600001]");
const NO_BALANCE: Code = Code("64", "余额不足[6400001]");
const TAKEN_BACK: Code = Code("45", "原交易已被成功退货或已被成功撤销[4500001]");

/// What an answer says: its code and its fields.
type Said = (Code, Fields);
type Answered = Result<Outcome<Said>, Code>;

impl Simulator {
    pub(super) fn transact(&mut self, call: &Admitted, now: Timestamp) -> Outcome<Said> {
        let answered = match call.kind {
            Kind::Charge | Kind::Show => self.open(call, now),
            Kind::Query => self.query(&call.fields),
            Kind::Reversal => self.reverse(&call.fields, now),
            Kind::Refund => self.refund(&call.fields, now),
        };
        answered.unwrap_or_else(|code| Outcome::Answer((code, Fields::new())))
    }

    fn open(&mut self, call: &Admitted, now: Timestamp) -> Answered {
        let (fields, shown) = (&call.fields, call.kind == Kind::Show);
        let (order_no, content) = (required(fields, "orderId")?, content(fields));
        let notify_url = required(fields, "backUrl")?;
        let expires_at = match fields.get("payTimeout") {
            Some(_) => moment(fields, "payTimeout")?,
            None => now + UNPAID,
        };
        let sale = Sale {
            order_no,
            content: &content,
            total: amount(fields)?,
            expires_at,
            notify_url: Some(notify_url).filter(|url| *url != NO_NOTIFICATION_URL),
        };
        let opened = if shown {
            self.desk.books.show(&sale, now)
        } else {
            let code = required(fields, "qrNo")?;
            if !code.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format_error("qrNo 应为数字"));
            }
            let is_ours = code.len() == 19 && code.starts_with("62");
            self.desk.books.charge(&sale, code, is_ours, now)
        };
        let trade = self.desk.books.trade(order_no);
        match (opened, trade) {
            (Opened::Nothing(how), _) => Ok(Outcome::Nothing(how)),
            (Opened::New(spoilt), Some(trade)) => Ok(Outcome::Opened(spoilt, opening_answer(trade))),
            // The same QR again, as long as nobody paid it; every other number is used once.
            (Opened::Again, Some(trade)) if shown && trade.phase == Phase::Unscanned => {
                Ok(Outcome::Answer(opening_answer(trade)))
            }
            (Opened::Again | Opened::OtherContent | Opened::New(_), _) => Err(DUPLICATE),
        }
    }

    fn query(&self, fields: &Fields) -> Answered {
        let number = required(fields, "orderId")?;
        let time = required(fields, "txnTime")?;
        let (code, mut told) = match (self.desk.books.trade(number), self.desk.books.refund(number)) {
            (Some(trade), _) if time_of(trade) == time => standing(trade),
            (None, Some((trade, back))) if self.refund_times.get(number).is_some_and(|at| at == time) => {
                return_standing(trade, back)
            }
            _ => return Err(NO_SUCH),
        };
        // A look is answered with the types of what was found.
        let refund = self.desk.books.trade(number).is_none();
        let shown = self.desk.books.trade(number).is_some_and(|trade| trade.shown);
        let kind = if refund {
            Kind::Refund
        } else if shown {
            Kind::Show
        } else {
            Kind::Charge
        };
        told.insert("txnType".to_owned(), kind.types().0.to_owned());
        told.insert("txnSubType".to_owned(), kind.types().1.to_owned());
        told.insert("origRespCode".to_owned(), code.0.to_owned());
        told.insert("origRespMsg".to_owned(), code.1.to_owned());
        Ok(Outcome::Answer((DONE, told)))
    }

    fn reverse(&mut self, fields: &Fields, now: Timestamp) -> Answered {
        let number = required(fields, "orderId")?;
        let time = required(fields, "txnTime")?;
        if self.desk.books.trade(number).is_none_or(|trade| time_of(trade) != time) {
            return Err(NO_SUCH);
        }
        match self.desk.books.undo(number, true, now) {
            Undone::NotFound => Err(NO_SUCH),
            Undone::Again => Err(UNKNOWN_STATE),
            Undone::NotAllowed => Err(WRONG_STATE),
            Undone::Closed | Undone::Returned => Ok(Outcome::Answer((DONE, Fields::new()))),
        }
    }

    fn refund(&mut self, fields: &Fields, now: Timestamp) -> Answered {
        let fen = amount(fields)?;
        let number = required(fields, "orderId")?;
        required(fields, "backUrl")?;
        let original = required(fields, "origQryId")?;
        let trade = serial_of(original).and_then(|serial| self.desk.books.trade_of_serial(serial));
        let trade = trade.filter(|trade| query_id(trade) == original).ok_or(WRONG_STATE)?;
        let order_no = trade.order_no.clone();
        match self.desk.books.return_money(&order_no, number, fen, now) {
            Refunding::NotPaid => Err(WRONG_STATE),
            Refunding::Again | Refunding::OtherContent => Err(DUPLICATE),
            Refunding::TooMuch => Err(TOO_MUCH),
            Refunding::Refused => Err(NO_BALANCE),
            Refunding::Accepted => {
                let time = required(fields, "txnTime")?.to_owned();
                self.refund_times.insert(number.to_owned(), time);
                let (trade, back) = self.desk.books.refund(number).expect("it was accepted just now");
                let told = [("queryId", return_query_id(trade, back)), ("origQryId", query_id(trade))];
                Ok(Outcome::Answer((DONE, owned(told))))
            }
        }
    }
}

/// What an order was opened with; the moment first, since the gateway knows an order by it too.
fn content(fields: &Fields) -> String {
    let time = fields.get("txnTime").map(String::as_str).unwrap_or_default();
    format!("{time} {}", signed_text(fields))
}

/// The moment that the merchant gave an order.
pub(super) fn time_of(trade: &Trade) -> &str {
    trade.content.split(' ').next().unwrap_or_default()
}

fn opening_answer(trade: &Trade) -> (Code, Fields) {
    if trade.shown {
        let qr = format!("https://qr.95516.com/00010000/{:08x}{:06}", trade.payer as u32, trade.serial);
        return (DONE, owned([("qrCode", qr)]));
    }
    standing(trade)
}

/// How an order stands: the code that a charge is answered and a look calls the original's, and what is told with it.
fn standing(trade: &Trade) -> (Code, Fields) {
    let code = match trade.phase {
        Phase::Unscanned | Phase::Waiting => ACCEPTED,
        Phase::Paid => return (DONE, paid_fields(trade)),
        Phase::Closed => TAKEN_BACK,
        Phase::Refused(cause) => refusal(cause),
    };
    let total = trade.total.to_string();
    (code, owned([("txnAmt", total), ("settleAmt", "0".to_owned()), ("currencyCode", "156".to_owned())]))
}

fn refusal(cause: Cause) -> Code {
    match cause {
        Cause::InsufficientBalance => NO_BALANCE,
        Cause::CodeExpired => Code("30", "二维码已失效，请刷新后重试[3000001]"),
        Cause::CodeUsed | Cause::CodeWrong => Code("61", "输入的卡号无效，请确认后输入[6100001]"),
        Cause::PayerLimit => Code("33", "交易金额超限[3300001]"),
        Cause::Risk => Code("38", "交易存在风险，已被拒绝[3800001]"),
        Cause::PayerRefused => Code("69", "交易超时或持卡人取消[6900001]"),
    }
}

/// What only a finished payment has.
pub(super) fn paid_fields(trade: &Trade) -> Fields {
    let (fen, at) = trade.paid.unwrap_or((trade.total, trade.opened_at));
    let local = |pattern| at.local(pattern, Zone::CHINA);
    owned([
        ("txnAmt", fen.to_string()),
        ("currencyCode", "156".to_owned()),
        ("queryId", query_id(trade)),
        ("settleAmt", fen.to_string()),
        ("settleCurrencyCode", "156".to_owned()),
        ("settleDate", local("%m%d")),
        ("traceNo", format!("{:06}", trade.serial % 1_000_000)),
        ("traceTime", local("%m%d%H%M%S")),
        ("accNo", format!("621226******{:04}", trade.payer % 10_000)),
        ("issInsCode", "01020000".to_owned()),
    ])
}

/// What a finished refund has.
pub(super) fn return_fields(trade: &Trade, back: &Return) -> Fields {
    let at = back.done_at.unwrap_or(trade.opened_at);
    let local = |pattern| at.local(pattern, Zone::CHINA);
    owned([
        ("txnAmt", back.fen.to_string()),
        ("currencyCode", "156".to_owned()),
        ("queryId", return_query_id(trade, back)),
        ("origQryId", query_id(trade)),
        ("settleAmt", back.fen.to_string()),
        ("settleCurrencyCode", "156".to_owned()),
        ("settleDate", local("%m%d")),
        ("traceTime", local("%m%d%H%M%S")),
    ])
}

fn return_standing(trade: &Trade, back: &Return) -> (Code, Fields) {
    match back.done_at {
        Some(_) => (DONE, return_fields(trade, back)),
        None => (ACCEPTED, owned([("origQryId", query_id(trade))])),
    }
}

/// The gateway's own number of a payment: 14 digits of its moment and 7 of its place.
pub(super) fn query_id(trade: &Trade) -> String {
    format!("{}{:07}", trade.opened_at.local(TIME_PATTERN, Zone::CHINA), trade.serial)
}

fn serial_of(query_id: &str) -> Option<u64> {
    query_id.get(14..)?.parse().ok()
}

/// The same of a refund: with a 9 and its place among the order's refunds.
pub(super) fn return_query_id(trade: &Trade, back: &Return) -> String {
    let place = trade.returns.iter().position(|known| known.number == back.number).unwrap_or_default();
    format!("{}9{:07}{place:02}", trade.opened_at.local(TIME_PATTERN, Zone::CHINA), trade.serial)
}

pub(super) fn owned<const N: usize>(pairs: [(&str, String); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
