//! What people may want of a payment, and why they may not.

use crate::by_hand::{decide_match, decide_settlement, decide_withdrawal};
use crate::late::{decide_acknowledgement, decide_found_refund, decide_keeping, decide_withdrawn_refund};
use crate::{
    Charge, ContentHash, Fact, FoundRefund, Match, Method, Notice, Payment, RefundRequest, RefundWay,
    Request, Settlement, WithdrawnRefund,
};
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
    /// A payment recorded by hand was found at the provider.
    Match(Match),
    /// It was not: the match belongs to something else.
    WithdrawMatch {
        /// Who says so.
        by: String,
        /// Why; never empty.
        reason: String,
    },
    /// Decide what nothing else can decide.
    Settle(Settlement),
    /// Money that came after giving up was kept by a decision elsewhere; here it is still to be seen that it came, so
    /// the provider is asked.
    Keep(Settlement),
    /// The provider returned money without being asked by us.
    RecordRefund(FoundRefund),
    /// It did not: what was found to be returned did not go back.
    WithdrawRefund(WithdrawnRefund),
    /// "I have seen that it was found paid."
    Acknowledge {
        /// Who has.
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
    /// Less cash was handed over than is due.
    TenderedTooLittle,
    /// Only a payment recorded by hand is matched; any other is asked about.
    OnlyARecordCanBeMatched,
    /// It was matched to another transaction already.
    MatchedOtherwise,
    /// Some of it was given back already.
    RefundedAlready,
    /// There is nothing for a person to decide.
    NothingToSettle,
    /// It was not found paid after the till had lost sight of it.
    NothingToAcknowledge,
    /// A decision needs its reason.
    ReasonMissing,
    /// No provider can return this money; it goes back in cash.
    RefundOnlyInCash,
    /// No such payment, or not one of yours.
    NoSuchPayment,
}

/// Whether this amount may be charged at all.
pub fn check_amount(request: &Request, max: Money) -> Result<(), Refusal> {
    check_money(request.amount, max)?;
    check_tendered(request)
}

/// The same, before anybody said how it would be paid.
pub fn check_money(amount: Money, max: Money) -> Result<(), Refusal> {
    if amount.currency() != max.currency() {
        return Err(Refusal::CurrencyNotAccepted);
    }
    if !amount.is_positive() {
        return Err(Refusal::AmountMustBePositive);
    }
    if amount.minor() > max.minor() {
        return Err(Refusal::AmountTooLarge { max });
    }
    Ok(())
}

fn check_tendered(request: &Request) -> Result<(), Refusal> {
    let Method::Cash { tendered } = &request.method else { return Ok(()) };
    if tendered.currency() != request.amount.currency() {
        return Err(Refusal::CurrencyNotAccepted);
    }
    if tendered.minor() < request.amount.minor() {
        return Err(Refusal::TenderedTooLittle);
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
        Command::Look { .. } if payment.request.method.is_by_hand() => Ok(None),
        Command::Look { by } => Ok(Some(Fact::LookRequested { by: by.clone() })),
        Command::Match(found) => decide_match(payment, found),
        Command::WithdrawMatch { by, reason } => decide_withdrawal(payment, by, reason),
        Command::Settle(settlement) => decide_settlement(payment, settlement),
        Command::Keep(settlement) => decide_keeping(payment, settlement),
        Command::RecordRefund(found) => decide_found_refund(payment, found),
        Command::WithdrawRefund(withdrawn) => decide_withdrawn_refund(payment, withdrawn),
        Command::Acknowledge { by } => decide_acknowledgement(payment, by),
    }
}

/// The fact that a notification adds, or nothing if the same one came before.
pub fn hear(payment: &Payment, notice: &Notice) -> Option<Fact> {
    let known = payment.notices.contains(&notice.notice_id) || payment.request.method.is_by_hand();
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
        | Charge::AwaitingPayer { .. }
        | Charge::Recorded { .. } => Ok(Some(Fact::CancelRequested { by: by.to_owned() })),
    }
}

fn refund(payment: &Payment, wanted: &RefundRequest) -> Result<Option<Fact>, Refusal> {
    let earlier =
        payment.refunds.iter().filter_map(|refund| refund.request.as_ref()).find(|r| r.key == wanted.key);
    if let Some(earlier) = earlier {
        let same = earlier.content == wanted.content;
        return if same { Ok(None) } else { Err(Refusal::IdempotencyKeyReusedWithOtherContent) };
    }
    let currency = payment.paid().map_or(payment.request.amount, |paid| paid.amount).currency();
    if wanted.amount.currency() != currency {
        return Err(Refusal::CurrencyNotAccepted);
    }
    if !wanted.amount.is_positive() {
        return Err(Refusal::AmountMustBePositive);
    }
    let nobody_to_ask = payment.request.method.is_by_hand() || payment.cannot_give_back();
    if wanted.way == RefundWay::Provider && nobody_to_ask {
        return Err(Refusal::RefundOnlyInCash);
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
            Refusal::TenderedTooLittle => "tendered_too_little",
            Refusal::OnlyARecordCanBeMatched => "only_a_record_can_be_matched",
            Refusal::MatchedOtherwise => "matched_otherwise",
            Refusal::RefundedAlready => "refunded_already",
            Refusal::NothingToSettle => "nothing_to_settle",
            Refusal::NothingToAcknowledge => "nothing_to_acknowledge",
            Refusal::ReasonMissing => "reason_missing",
            Refusal::RefundOnlyInCash => "refund_only_in_cash",
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
            Refusal::TenderedTooLittle => Text::new(
                "收到的现金少于应收金额，请再数一遍",
                "Less cash was handed over than is due; count again",
            ),
            Refusal::OnlyARecordCanBeMatched => Text::new(
                "这笔不是手工登记的，不能和账单认领，没有改变；要知道结果请用“立即查询”",
                "This payment was not recorded by hand, so it cannot be matched and nothing was changed; ask the provider what became of it instead",
            ),
            Refusal::MatchedOtherwise => Text::new(
                "这笔登记已经对上另一笔交易，没有改变；若对错了，先撤回再对",
                "This record is matched to another transaction, so nothing was changed; if that is wrong, withdraw it first",
            ),
            Refusal::RefundedAlready => Text::new(
                "这笔已经退过款，不能再撤回对账结果；若对错了，请写明原因结案并联系顾客",
                "Money of this payment went back already, so its match cannot be withdrawn; if the match is wrong, settle it with the reason and call the customer",
            ),
            Refusal::NothingToSettle => Text::new(
                "这笔没有需要人工认定的，没有改变；请刷新看它现在的情况",
                "There is nothing about this payment for a person to decide, so nothing was changed; look at it afresh",
            ),
            Refusal::NothingToAcknowledge => {
                Text::new("这笔没有需要确认的提醒", "There is nothing about this payment to acknowledge")
            }
            Refusal::ReasonMissing => Text::new("请写明原因", "Write down the reason"),
            Refusal::RefundOnlyInCash => Text::new(
                "这笔没有经过支付机构，只能退现金",
                "No provider moved this money; it can only be refunded in cash",
            ),
            Refusal::NoSuchPayment => Text::new("找不到这笔收款", "There is no such payment"),
        }
    }
}
