//! What people may want of a payment, and why they may not.

use crate::{Charge, ContentHash, Fact, Notice, Payment, RefundRequest, Request};
use base::{Money, Text};

/// A wish about a payment that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Undo it; the customer has gone, or wants to pay otherwise.
    Cancel {
        /// Who wants it.
        by: String,
    },
    /// Return money.
    Refund(RefundRequest),
    /// Ask the provider now.
    Look {
        /// Who wants it.
        by: String,
    },
}

/// Why a wish is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Zero or less.
    AmountMustBePositive,
    /// More than the shop's limit for one payment.
    AmountTooLarge {
        /// The limit.
        max: Money,
    },
    /// Not the shop's currency.
    CurrencyNotAccepted,
    /// The key came before with other content.
    IdempotencyKeyReusedWithOtherContent,
    /// It ended already; there is nothing to cancel.
    CannotCancelAFinishedPayment,
    /// There is no money of this payment to return.
    NothingToRefund,
    /// More than is left of it.
    RefundExceedsWhatIsLeft {
        /// What is left.
        left: Money,
    },
    /// No such payment, or not one of yours.
    NoSuchPayment,
}

/// Whether this amount may be charged at all.
pub fn check_amount(request: &Request, max: Money) -> Result<(), Refusal> {
    if request.amount.currency() != max.currency() {
        return Err(Refusal::CurrencyNotAccepted);
    }
    if !request.amount.is_positive() {
        return Err(Refusal::AmountMustBePositive);
    }
    if request.amount.minor() > max.minor() {
        return Err(Refusal::AmountTooLarge { max });
    }
    Ok(())
}

/// Whether a request that came with a known key is the same request.
pub fn check_repeat(payment: &Payment, content: &ContentHash) -> Result<(), Refusal> {
    if payment.request.content != *content {
        return Err(Refusal::IdempotencyKeyReusedWithOtherContent);
    }
    Ok(())
}

/// The fact that `command` adds, nothing if it is a repeat, or why it is refused.
pub fn decide(payment: &Payment, command: &Command) -> Result<Option<Fact>, Refusal> {
    match command {
        Command::Cancel { by } => cancel(payment, by),
        Command::Refund(request) => refund(payment, request),
        Command::Look { by } => Ok(Some(Fact::LookRequested { by: by.clone() })),
    }
}

/// The fact that a notification adds, or nothing if the same one came before.
pub fn hear(payment: &Payment, notice: &Notice) -> Option<Fact> {
    let known = payment.notices.contains(&notice.notice_id);
    (!known).then(|| Fact::Noticed(notice.clone()))
}

fn cancel(payment: &Payment, by: &str) -> Result<Option<Fact>, Refusal> {
    if payment.undo.is_some() {
        return Ok(None);
    }
    match payment.charge {
        Charge::Paid { .. } | Charge::NotPaid { .. } | Charge::Returned { .. } => {
            Err(Refusal::CannotCancelAFinishedPayment)
        }
        Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. } => Ok(Some(Fact::CancelRequested { by: by.to_owned() })),
    }
}

fn refund(payment: &Payment, wanted: &RefundRequest) -> Result<Option<Fact>, Refusal> {
    let earlier =
        payment.refunds.iter().filter_map(|refund| refund.request.as_ref()).find(|r| r.key == wanted.key);
    if let Some(earlier) = earlier {
        let same = earlier.content == wanted.content;
        return if same { Ok(None) } else { Err(Refusal::IdempotencyKeyReusedWithOtherContent) };
    }
    if wanted.amount.currency() != payment.request.amount.currency() {
        return Err(Refusal::CurrencyNotAccepted);
    }
    if !wanted.amount.is_positive() {
        return Err(Refusal::AmountMustBePositive);
    }
    let left = payment.refundable();
    if left.is_zero() {
        return Err(Refusal::NothingToRefund);
    }
    if wanted.amount.minor() > left.minor() {
        return Err(Refusal::RefundExceedsWhatIsLeft { left });
    }
    Ok(Some(Fact::RefundRequested(wanted.clone())))
}

impl Refusal {
    /// The refusal's name on the wire. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::AmountMustBePositive => "amount_must_be_positive",
            Refusal::AmountTooLarge { .. } => "amount_too_large",
            Refusal::CurrencyNotAccepted => "currency_not_accepted",
            Refusal::IdempotencyKeyReusedWithOtherContent => "idempotency_key_reused_with_other_content",
            Refusal::CannotCancelAFinishedPayment => "cannot_cancel_a_finished_payment",
            Refusal::NothingToRefund => "nothing_to_refund",
            Refusal::RefundExceedsWhatIsLeft { .. } => "refund_exceeds_what_is_left",
            Refusal::NoSuchPayment => "no_such_payment",
        }
    }

    /// What happened and what to do, for people.
    pub fn text(&self) -> Text {
        match self {
            Refusal::AmountMustBePositive => {
                Text::new("金额必须大于零，请重新输入", "The amount must be more than zero; type it again")
            }
            Refusal::AmountTooLarge { max } => Text::new(
                format!("金额超过本店单笔上限 {}，请核对", max.for_people()),
                format!("The amount is above this shop's limit of {}; check it", max.for_people()),
            ),
            Refusal::CurrencyNotAccepted => {
                Text::new("本店不收这种货币", "This shop does not take that currency")
            }
            Refusal::IdempotencyKeyReusedWithOtherContent => Text::new(
                "同一个请求编号带来了不同的内容，没有执行；请重新发起",
                "The same request key came with other content, so nothing was done; start anew with a new key",
            ),
            Refusal::CannotCancelAFinishedPayment => Text::new(
                "这笔已经结束，不能取消；已收的钱请用退款",
                "This payment has ended and cannot be canceled; use a refund for money taken",
            ),
            Refusal::NothingToRefund => {
                Text::new("这笔没有可退的钱", "There is no money of this payment left to refund")
            }
            Refusal::RefundExceedsWhatIsLeft { left } => Text::new(
                format!("最多还能退 {}，请改小金额", left.for_people()),
                format!("At most {} can still be refunded; make the amount smaller", left.for_people()),
            ),
            Refusal::NoSuchPayment => Text::new("找不到这笔收款", "There is no such payment"),
        }
    }
}
