//! What each service does to the books, and what it is answered.

use super::{NOT_FOUND, Simulator};
use crate::envelope::{Fields, write};
use crate::wire::{Service, payment_status, refund_status};
use base::Timestamp;
use provider_contract::books::{Cause, Opened, Outcome, Phase, Refunding, Return, Sale, Trade, Undone};
use provider_contract::fields::china_time as time;
use std::time::Duration;
use strict_xml::{Element, escape};

/// How long an order made with a payer's code may stay unpaid.
const UNPAID: Duration = Duration::from_secs(180);
/// The most that one order may cost, in fen.
const TOTAL_MAX: i64 = 10_000_000_000;
/// Orders that cost less have no plans, in fen.
const PLANS_FROM: i64 = 10_000;

/// A code of ours and a description; JD's own codes are in no open source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(pub &'static str, pub &'static str);

pub(super) const DONE: Code = Code(crate::wire::DONE, "成功");
const DUPLICATE: Code = Code("PD0012", "交易号重复");

/// What an answer says: its code, and what stands behind it as XML.
pub struct Told(pub(super) Code, pub(super) String);

type Answered = Result<Outcome<Told>, Told>;

impl Simulator {
    pub(super) fn carry_out(&mut self, service: Service, message: &Element, now: Timestamp) -> Outcome<Told> {
        let answered = match service {
            Service::CodePay | Service::Order => self.open_order(service == Service::Order, message, now),
            Service::Query => self.query(message),
            Service::Refund => self.refund(message, now),
            Service::Revoke => self.revoke(message, now),
            Service::Plans => plans(message),
        };
        answered.unwrap_or_else(Outcome::Answer)
    }

    fn open_order(&mut self, shown: bool, message: &Element, now: Timestamp) -> Answered {
        let number = number(message, "tradeNum")?;
        let total = amount(message)?;
        let name = required(message, "tradeName")?;
        required(message, "tradeTime")?;
        let content = format!("{shown} {total} {name} {}", message.text_of("token").unwrap_or_default());
        let sale = Sale {
            order_no: number,
            content: &content,
            total,
            expires_at: now + if shown { lifetime(message)? } else { UNPAID },
            notify_url: message.text_of("notifyUrl"),
        };
        let opened = if shown {
            required(message, "userId")?;
            self.desk.books.show(&sale, now)
        } else {
            let code = required(message, "token")?;
            required(message, "device")?;
            let digits = code.bytes().all(|byte| byte.is_ascii_digit());
            self.desk.books.charge(&sale, code, digits && code.len() == 18 && code.starts_with("18"), now)
        };
        let told = |trade: &Trade| if shown { qr(trade) } else { standing(trade) };
        match (opened, self.desk.books.trade(number)) {
            (Opened::Nothing(how), _) => Ok(Outcome::Nothing(how)),
            (Opened::New(spoilt), Some(trade)) => Ok(Outcome::Opened(spoilt, told(trade))),
            (Opened::Again, Some(trade)) => Ok(Outcome::Answer(told(trade))),
            _ => Err(Told(DUPLICATE, text(&[("tradeNum", number.to_owned())]))),
        }
    }

    fn query(&self, message: &Element) -> Answered {
        let number = number(message, "tradeNum")?;
        match required(message, "tradeType")? {
            "0" => match self.desk.books.trade(number) {
                Some(trade) => Ok(Outcome::Answer(standing(trade))),
                None => Err(Told(NOT_FOUND, text(&[("tradeNum", number.to_owned())]))),
            },
            "1" => {
                let original = required(message, "oTradeNum")?;
                let found = self.desk.books.refund(number).filter(|(trade, _)| *trade.order_no == *original);
                let numbers = [("tradeNum", number.to_owned()), ("oTradeNum", original.to_owned())];
                found
                    .map(|(trade, back)| Outcome::Answer(return_standing(trade, back)))
                    .ok_or_else(|| Told(NOT_FOUND, text(&numbers)))
            }
            _ => Err(invalid("tradeType 应为 0 或 1")),
        }
    }

    fn refund(&mut self, message: &Element, now: Timestamp) -> Answered {
        let refund_no = number(message, "tradeNum")?;
        let original = required(message, "oTradeNum")?;
        let fen = amount(message)?;
        let failed = |description| {
            let mut told = pair(refund_no, original, fen);
            told.push(("status", refund_status::FAILED.to_owned()));
            Err(Told(Code("PD0036", description), text(&told)))
        };
        match self.desk.books.return_money(original, refund_no, fen, now) {
            Refunding::NotPaid => failed("原交易状态不允许退款"),
            Refunding::TooMuch => failed("退款金额超过可退金额"),
            Refunding::Refused => failed("商户账户余额不足"),
            Refunding::OtherContent => Err(Told(DUPLICATE, text(&pair(refund_no, original, fen)))),
            Refunding::Again | Refunding::Accepted => {
                let (trade, back) = self.desk.books.refund(refund_no).expect("it was accepted");
                Ok(Outcome::Answer(return_standing(trade, back)))
            }
        }
    }

    fn revoke(&mut self, message: &Element, now: Timestamp) -> Answered {
        let number = number(message, "tradeNum")?;
        let original = required(message, "oTradeNum")?;
        let mut told = pair(number, original, amount(message)?);
        let status = match self.desk.books.undo(original, false, now) {
            Undone::NotFound => return Err(Told(NOT_FOUND, text(&told))),
            Undone::Again => refund_status::PROCESSING,
            Undone::NotAllowed => refund_status::FAILED,
            Undone::Closed | Undone::Returned => refund_status::DONE,
        };
        told.push(("status", status.to_owned()));
        Ok(Outcome::Answer(Told(DONE, text(&told))))
    }
}

/// The plans that the demo's pages show: 3, 6, 12 and 24 instalments, half a percent a month.
fn plans(message: &Element) -> Answered {
    let number = number(message, "tradeNum")?;
    let total = amount(message)?;
    if total < PLANS_FROM {
        let numbers = text(&[("tradeNum", number.to_owned())]);
        return Err(Told(Code("PD0078", "订单金额不支持白条分期"), numbers));
    }
    let bills = [3, 6, 12, 24].map(|months| {
        let fee = total * months / 200;
        let later = (total + fee) / months;
        let bill = [
            ("plan", months.to_string()),
            ("rate", "0.5%".to_owned()),
            ("fee", fee.to_string()),
            ("planFee", (fee / months).to_string()),
            ("firstPay", (total + fee - later * (months - 1)).to_string()),
            ("laterPay", later.to_string()),
            ("total", (total + fee).to_string()),
        ];
        format!("<billsInfo>{}</billsInfo>", write(&bill))
    });
    let number = text(&[("tradeNum", number.to_owned())]);
    let body = format!("{number}<billsInfoList>{}</billsInfoList>", bills.concat());
    Ok(Outcome::Answer(Told(DONE, body)))
}

fn qr(trade: &Trade) -> Told {
    let fields = [
        ("orderId", format!("1029{:018}", trade.serial)),
        ("amount", trade.total.to_string()),
        ("expireTime", trade.expires_at.since(trade.opened_at).as_secs().to_string()),
        ("tradeNum", trade.order_no.to_string()),
        ("qrCode", format!("https://h5pay.jd.com/code?c={:08x}{:06}", trade.payer as u32, trade.serial)),
    ];
    Told(DONE, text(&fields))
}

/// How an order stands, as a charge and a look are answered.
fn standing(trade: &Trade) -> Told {
    let (status, code) = match trade.phase {
        Phase::Unscanned => (payment_status::CREATED, DONE),
        Phase::Waiting => (payment_status::PROCESSING, DONE),
        Phase::Paid => (payment_status::PAID, DONE),
        Phase::Closed => (payment_status::CLOSED, DONE),
        Phase::Refused(cause) => (payment_status::FAILED, refusal(cause)),
    };
    let fen = if trade.phase == Phase::Paid { trade.paid_fen() } else { trade.total };
    let mut body = text(&[
        ("tradeNum", trade.order_no.to_string()),
        ("tradeType", "0".to_owned()),
        ("amount", fen.to_string()),
        ("currency", "CNY".to_owned()),
        ("tradeTime", time(trade.paid.map_or(trade.opened_at, |(_, at)| at))),
        ("status", status.to_owned()),
    ]);
    if let (Phase::Paid, Some((fen, at))) = (trade.phase, trade.paid) {
        body.push_str(&pay_list(trade, fen, at));
    }
    Told(code, body)
}

/// Every third payer pays with Baitiao.
fn pay_list(trade: &Trade, fen: i64, at: Timestamp) -> String {
    let pay_type = if trade.payer.is_multiple_of(3) { "1" } else { "0" };
    let pay = [
        ("payType", pay_type.to_owned()),
        ("amount", fen.to_string()),
        ("currency", "CNY".to_owned()),
        ("tradeTime", time(at)),
    ];
    let detail = [("cardNo", format!("622126******{:04}", trade.payer % 10_000))];
    format!("<payList><pay>{}<detail>{}</detail></pay></payList>", write(&pay), write(&detail))
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

pub(super) fn return_standing(trade: &Trade, back: &Return) -> Told {
    let mut told = pair(&back.number, &trade.order_no, back.fen);
    let status = if back.done_at.is_some() { refund_status::DONE } else { refund_status::PROCESSING };
    told.extend([
        ("tradeType", "1".to_owned()),
        ("tradeTime", time(back.done_at.unwrap_or(trade.opened_at))),
        ("status", status.to_owned()),
    ]);
    Told(DONE, text(&told))
}

/// What a notification of a payment says.
pub(super) fn paid_notice(trade: &Trade) -> Told {
    standing(trade)
}

fn pair(number: &str, original: &str, fen: i64) -> Fields {
    vec![
        ("tradeNum", number.to_owned()),
        ("oTradeNum", original.to_owned()),
        ("amount", fen.to_string()),
        ("currency", "CNY".to_owned()),
    ]
}

fn text(fields: &[(&str, String)]) -> String {
    write(fields)
}

pub(super) fn invalid(why: &'static str) -> Told {
    Told(Code("PD0010", why), String::new())
}

fn required<'a>(message: &'a Element, name: &'static str) -> Result<&'a str, Told> {
    let missing = || Told(Code("PD0013", "缺少必填字段"), format!("<note>{}</note>", escape(name)));
    message.text_of(name).ok_or_else(missing)
}

fn number<'a>(message: &'a Element, name: &'static str) -> Result<&'a str, Told> {
    let number = required(message, name)?;
    let fits = number.len() <= 64 && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    fits.then_some(number).ok_or_else(|| invalid("交易号应为不超过 64 位的字母、数字或下划线"))
}

fn amount(message: &Element) -> Result<i64, Told> {
    if message.text_of("currency").is_some_and(|currency| currency != "CNY") {
        return Err(invalid("currency 应为 CNY"));
    }
    let digits = required(message, "amount")?;
    let fen = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    fen.filter(|fen| (1..=TOTAL_MAX).contains(fen)).ok_or_else(|| invalid("amount 应为以分为单位的正整数"))
}

fn lifetime(message: &Element) -> Result<Duration, Told> {
    let Some(text) = message.text_of("expireTime") else { return Ok(Duration::from_secs(600)) };
    let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| invalid("expireTime 应为 1 到 86400 秒"))
}
