//! What a request must have: numbers, amounts, times, codes of the right form.

use super::books::{NotifyTo, Phase, Refusal, Trade};
use super::gate::Admitted;
use super::treat;
use crate::wire::{Content, TIME_PATTERN};
use base::{Currency, Money, Timestamp, Zone};
use provider_contract::Treatment;
use std::time::Duration;

/// How long an order may stay unpaid if its opener does not say.
const UNPAID: Duration = Duration::from_secs(3 * 3600);
/// The longest that an opener may say.
const UNPAID_MAX: Duration = Duration::from_secs(15 * 86_400);
/// The most that one order may cost, in fen.
const TOTAL_MAX: i64 = 10_000_000_000;

/// A parameter of the wrong form.
pub(super) const fn invalid(sub_msg: &'static str) -> Refusal {
    Refusal { sub_code: "ACQ.INVALID_PARAMETER", sub_msg }
}

/// What an opening request wants sold.
pub(super) struct Sale {
    /// In fen.
    pub total: i64,
    /// What is bought.
    pub subject: String,
    /// When it lapses unpaid.
    pub expires_at: Timestamp,
}

impl Sale {
    /// Reads it, or says what is wrong with it.
    pub fn of(content: &Content, now: Timestamp) -> Result<Sale, Refusal> {
        let total = fen_of(
            content.total_amount.as_deref(),
            "total_amount 应在 0.01 到 100000000 之间，最多两位小数",
        )?;
        if content.trans_currency.as_deref().is_some_and(|currency| currency != "CNY") {
            return Err(Refusal {
                sub_code: "ACQ.CURRENCY_NOT_SUPPORT", sub_msg: "币种不支持，只支持 CNY"
            });
        }
        let subject = content.subject.clone().unwrap_or_default();
        if subject.is_empty() || subject.chars().count() > 256 {
            return Err(invalid("subject 应为 1 到 256 个字符"));
        }
        let is_seller = |id: &str| id.is_empty() || id.starts_with("2088") && id.len() == 16;
        if !content.seller_id.as_deref().is_none_or(is_seller) {
            return Err(invalid("seller_id 应为 2088 开头的 16 位数字"));
        }
        Ok(Sale { total, subject, expires_at: expiry(content, now)? })
    }

    /// The order as it begins.
    pub fn trade(
        &self,
        treatment: Treatment,
        content: u64,
        payer: u64,
        notify: Option<Box<NotifyTo>>,
        now: Timestamp,
    ) -> Trade {
        Trade {
            serial: 0,
            treatment,
            by_qr: false,
            content,
            total: self.total,
            created_at: now,
            phase: Phase::Unscanned,
            paid: None,
            charges: 0,
            reversed_at: None,
            cancels_to_repeat: treat::cancels_to_repeat(treatment),
            payer,
            returns: Vec::new(),
            notify,
        }
    }
}

pub(super) fn notify_to(call: &Admitted, sale: &Sale) -> Option<Box<NotifyTo>> {
    let url = call.notify_url.clone()?;
    Some(Box::new(NotifyTo { url, subject: sale.subject.clone() }))
}

pub(super) fn expiry(content: &Content, now: Timestamp) -> Result<Timestamp, Refusal> {
    if let Some(text) = content.time_expire.as_deref() {
        let pattern = if text.len() == 16 { "%Y-%m-%d %H:%M" } else { TIME_PATTERN };
        let at = Timestamp::parse_local(text, pattern, Zone::CHINA)
            .ok_or(invalid("time_expire 应为 yyyy-MM-dd HH:mm:ss"))?;
        let late = Refusal {
            sub_code: "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
            sub_msg: "订单超时时间早于当前时间",
        };
        return if at > now { Ok(at) } else { Err(late) };
    }
    match content.timeout_express.as_deref() {
        None => Ok(now + UNPAID),
        Some(text) => Ok(now + timeout(text).ok_or(invalid("timeout_express 应在 1m 到 15d 之间"))?),
    }
}

pub(super) fn timeout(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3600,
        "d" | "c" => 86_400,
        _ => return None,
    };
    let span = Duration::from_secs(number.parse::<u32>().ok()?.into()).checked_mul(seconds)?;
    (!span.is_zero() && span <= UNPAID_MAX).then_some(span)
}

pub(super) fn order_no_of(content: &Content) -> Result<&str, Refusal> {
    let number = content.out_trade_no.as_deref().ok_or(invalid("缺少 out_trade_no"))?;
    checked_no(number, "out_trade_no 应为 1 到 64 个字母、数字、下划线或连字符")
}

pub(super) fn checked_no<'a>(number: &'a str, why: &'static str) -> Result<&'a str, Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&number.len()) && number.bytes().all(allowed) {
        Ok(number)
    } else {
        Err(invalid(why))
    }
}

pub(super) fn fen_of(text: Option<&str>, why: &'static str) -> Result<i64, Refusal> {
    let amount = text.and_then(|text| Money::parse(text, Currency::Cny).ok());
    amount.map(Money::minor).filter(|fen| (1..=TOTAL_MAX).contains(fen)).ok_or(invalid(why))
}

/// A code of this wallet: 16 to 24 digits beginning with 25 to 30.
pub(super) fn is_payers_code(code: &str) -> bool {
    let prefix = code.get(..2).and_then(|two| two.parse::<u8>().ok());
    (16..=24).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && prefix.is_some_and(|two| (25..=30).contains(&two))
}

/// What an order was opened with, as a number. Amounts are compared as amounts: `1` is `1.00`.
pub(super) fn digest(api: &str, content: &Content, total: i64) -> u64 {
    let content = Content { total_amount: Some(total.to_string()), ..content.clone() };
    let text = serde_json::to_string(&content).expect("texts make JSON");
    fnv(format!("{api} {text}").as_bytes())
}

/// FNV-1a, Fowler-Noll-Vo, 64 bit.
pub(super) fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
