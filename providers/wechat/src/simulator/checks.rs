//! The rules every request must keep, and the refusals that name the broken one.

use crate::order::CNY;
use base::Timestamp;
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

/// Orders without a time of their own stay open for seven days.
const ORDER_LIFE: Duration = Duration::from_secs(7 * 86_400);
/// The largest amount: a hundred million yuan.
const FEN_MAX: i64 = 10_000_000_000;

/// A refusal: HTTP status, code, message, WeChat's finer number. The codes are WeChat's; which status goes with
/// which code of codepay is ours, since its page does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
    pub number: &'static str,
}

pub(super) const fn refusal(status: u16, code: &'static str, message: &'static str) -> Refusal {
    Refusal { status, code, message, number: "268435455" }
}

pub(super) const fn param(message: &'static str) -> Refusal {
    refusal(400, "PARAM_ERROR", message)
}

pub(super) const fn invalid(message: &'static str, number: &'static str) -> Refusal {
    Refusal { status: 400, code: "INVALID_REQUEST", message, number }
}

pub(super) fn check_description(text: &str) -> Result<(), Refusal> {
    if text.is_empty() || text.chars().count() > 127 {
        return Err(param("description 应为 1 到 127 个字符"));
    }
    Ok(())
}

pub(super) fn check_number(
    number: &str,
    shortest: usize,
    longest: usize,
    marks: &[u8],
) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || marks.contains(&byte);
    if !(shortest..=longest).contains(&number.len()) || !number.bytes().all(allowed) {
        return Err(param("商户单号的长度或字符不符合要求"));
    }
    Ok(())
}

pub(super) fn check_amount(total: i64, currency: Option<&str>) -> Result<(), Refusal> {
    if currency.is_some_and(|currency| currency != CNY) {
        return Err(param("货币类型应为 CNY"));
    }
    if !(1..=FEN_MAX).contains(&total) {
        return Err(param("订单金额超出取值范围"));
    }
    Ok(())
}

pub(super) fn check_refund_amount(refund: i64, total: i64, currency: Option<&str>) -> Result<(), Refusal> {
    check_amount(total, currency)?;
    if !(1..=total).contains(&refund) {
        return Err(param("退款金额超出取值范围"));
    }
    Ok(())
}

pub(super) fn check_lengths(attach: Option<&str>, device_id: Option<&str>) -> Result<(), Refusal> {
    if attach.is_some_and(|text| text.chars().count() > 128) {
        return Err(param("attach 超过 128 个字符"));
    }
    if device_id.is_some_and(|text| text.chars().count() > 32) {
        return Err(param("device_id 超过 32 个字符"));
    }
    Ok(())
}

pub(super) fn check_notify_url(url: &str) -> Result<(), Refusal> {
    let http = url.starts_with("https://") || url.starts_with("http://");
    if !http || url.contains('?') || url.len() > 255 {
        return Err(param("notify_url 应为 http 或 https 地址，且不能带参数"));
    }
    Ok(())
}

/// Until when an order can be paid whose client says nothing of it.
pub(super) fn order_life(now: Timestamp) -> Timestamp {
    now + ORDER_LIFE
}

/// Tells a repeat from a conflict; never leaves this process.
pub(super) fn fingerprint(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    hasher.finish()
}
