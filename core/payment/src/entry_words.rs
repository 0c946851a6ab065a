//! Every fact in words, Chinese and English, for the evidence timeline.

use crate::explain::lost_text;
use crate::{
    Ask, Entry, Fact, Installments, Match, Method, RefundRequest, RefundWay, Request, Settled, Settlement,
    Source, Verdict,
};
use base::Text;

/// One fact in words, for the evidence timeline.
pub fn entry_text(entry: &Entry, provider: &Text) -> Text {
    let (zh, en) = (&provider.zh, &provider.en);
    match &entry.fact {
        Fact::Requested(request) => with_its_way(request, with_its_terms(request, request_text(request))),
        Fact::Asked { ask, .. } => ask_text(ask, provider),
        Fact::Answered { answer, .. } => {
            let what = verdict_text(&answer.verdict);
            Text::new(format!("{zh}回复：{}", what.zh), format!("{en} replied: {}", what.en))
        }
        Fact::Lost { why, .. } => {
            let what = lost_text(*why);
            Text::new(
                format!("{}；这次请求可能生效，也可能没有", what.zh),
                format!("{}; the call may or may not have taken effect", what.en),
            )
        }
        Fact::NeverLeft { why, .. } => Text::new(
            format!("请求没有发出去（{why}），一定没有生效"),
            format!("The call never left ({why}), so it had no effect"),
        ),
        Fact::Noticed(notice) => Text::new(
            format!("收到{zh}的通知：{}；将向{zh}核实", notice.claim),
            format!("{en} sent a notification: {}; checking it with {en}", notice.claim),
        ),
        Fact::CancelRequested { by } => Text::new(format!("{by} 要求取消"), format!("{by} asked to cancel")),
        Fact::RefundRequested(request) => refund_request_text(request),
        Fact::LookRequested { by } => {
            Text::new(format!("{by} 要求马上查询"), format!("{by} asked to check now"))
        }
        Fact::Matched(found) => match_text(found, provider),
        Fact::MatchWithdrawn { by, reason } => {
            Text::new(format!("{by} 撤回了对账结果：{reason}"), format!("{by} withdrew the match: {reason}"))
        }
        Fact::Settled(settlement) => settlement_text(settlement),
        Fact::RefundFound(found) => {
            let (amount, number) = (found.amount.for_people(), &found.number);
            Text::new(
                format!("{zh}退了 {amount}（退款号 {number}），不是从这里发起的"),
                format!("{en} returned {amount} (refund {number}); it was not asked for from here"),
            )
        }
        Fact::RefundWithdrawn(withdrawn) => {
            let (by, number, why) = (&withdrawn.by, &withdrawn.number, withdrawn.why.text());
            Text::new(
                format!("{by} 说退款 {number} 其实没有退成（{}），这笔钱还在本店", why.zh),
                format!(
                    "{by} says that refund {number} did not happen after all ({}); the shop still has that money",
                    why.en
                ),
            )
        }
        Fact::FoundAcknowledged { by } => {
            Text::new(format!("{by} 看过了这条提醒"), format!("{by} has seen the notice"))
        }
        Fact::Raised(alarm) => {
            let what = alarm.text();
            Text::new(format!("已提醒店长：{}", what.zh), format!("A person was called: {}", what.en))
        }
    }
}

/// The same, with why it goes over its channel where there were several.
fn with_its_way(request: &Request, text: Text) -> Text {
    let Some(routed) = &request.routed else { return text };
    let way = routed.text(request.channel);
    Text::new(format!("{}；{}", text.zh, way.zh), format!("{}; {}", text.en, way.en))
}

/// The same, with the instalments that the customer was shown.
fn with_its_terms(request: &Request, text: Text) -> Text {
    let Some(terms) = request.installments.as_ref().map(Installments::text) else { return text };
    Text::new(
        format!("{}；顾客看过并选了分期 {}", text.zh, terms.zh),
        format!("{}; the customer was shown and chose {}", text.en, terms.en),
    )
}

fn request_text(request: &Request) -> Text {
    let amount = request.amount.for_people();
    match &request.method {
        Method::PayerCode { hint } => Text::new(
            format!("要求收款 {amount}，扫了顾客的付款码 {hint}"),
            format!("Asked to take {amount} with the customer's code {hint}"),
        ),
        Method::ShownQr => Text::new(
            format!("要求收款 {amount}，出示收款码"),
            format!("Asked to take {amount} by showing a QR code"),
        ),
        Method::Cash { tendered } => {
            let (who, tendered, change) =
                (&request.cashier, tendered.for_people(), request.change().for_people());
            Text::new(
                format!("{who} 收现金 {tendered}，应收 {amount}，找零 {change}"),
                format!("{who} counted {tendered} in cash for {amount} and gave {change} change"),
            )
        }
        Method::ShopCode { seen, digits } => {
            let who = &request.cashier;
            let (zh, en) = if digits.is_empty() {
                (String::new(), String::new())
            } else {
                (format!("，交易号尾数 {digits}"), format!(", transaction ending {digits}"))
            };
            Text::new(
                format!("{who} 手工登记固定码收款 {amount}，顾客手机显示“{seen}”{zh}"),
                format!(
                    "{who} recorded {amount} by the shop's printed code; the customer's phone showed \"{seen}\"{en}"
                ),
            )
        }
    }
}

fn refund_request_text(request: &RefundRequest) -> Text {
    let (by, amount) = (&request.by, request.amount.for_people());
    match request.way {
        RefundWay::Provider => {
            Text::new(format!("{by} 要求退款 {amount}"), format!("{by} asked to refund {amount}"))
        }
        RefundWay::Cash => {
            Text::new(format!("{by} 退了现金 {amount}"), format!("{by} gave back {amount} in cash"))
        }
    }
}

fn match_text(found: &Match, provider: &Text) -> Text {
    let (zh, en) = (&provider.zh, &provider.en);
    let (amount, number) = (found.paid.amount.for_people(), &found.paid.transaction);
    match &found.source {
        Source::Bill { name, row } => Text::new(
            format!("在{zh}账单 {name} 第 {row} 行查到 {amount}，交易号 {number}"),
            format!("Found {amount} in the bill {name} of {en}, row {row}, transaction {number}"),
        ),
        Source::Notice { .. } => Text::new(
            format!("{zh}的通知证实收到 {amount}，交易号 {number}"),
            format!("A notification of {en} says {amount} arrived, transaction {number}"),
        ),
    }
}

fn settlement_text(settlement: &Settlement) -> Text {
    let (by, reason) = (&settlement.by, &settlement.reason);
    match settlement.verdict {
        Settled::Paid => {
            Text::new(format!("{by} 认定已收款：{reason}"), format!("{by} decided that it is paid: {reason}"))
        }
        Settled::NotPaid => Text::new(
            format!("{by} 认定没有收款：{reason}"),
            format!("{by} decided that it is not paid: {reason}"),
        ),
    }
}

fn ask_text(ask: &Ask, provider: &Text) -> Text {
    let (zh, en) = (&provider.zh, &provider.en);
    match ask {
        Ask::Charge => Text::new(format!("请{zh}扣款"), format!("Asked {en} to charge")),
        Ask::Present => Text::new(format!("请{zh}开收款码"), format!("Asked {en} for a QR code")),
        Ask::Inquire => Text::new(format!("向{zh}查询这笔"), format!("Asked {en} what became of it")),
        Ask::Reverse => Text::new(format!("请{zh}撤销"), format!("Asked {en} to undo it")),
        Ask::Close => Text::new(format!("请{zh}关闭订单"), format!("Asked {en} to close the order")),
        Ask::Refund { amount, .. } => Text::new(
            format!("请{zh}退款 {}", amount.for_people()),
            format!("Asked {en} to refund {}", amount.for_people()),
        ),
        Ask::InquireRefund { .. } => {
            Text::new(format!("向{zh}查询退款"), format!("Asked {en} about the refund"))
        }
    }
}

fn verdict_text(verdict: &Verdict) -> Text {
    match verdict {
        Verdict::Paid(paid) => {
            let amount = paid.amount.for_people();
            Text::new(format!("已付款 {amount}"), format!("paid {amount}"))
        }
        Verdict::AwaitingPayer => Text::new("等顾客确认", "waiting for the customer"),
        Verdict::QrReady { .. } => Text::new("收款码已开好", "the QR code is ready"),
        Verdict::Declined(reason) => {
            let why = reason.text();
            Text::new(format!("没有扣款，{}", why.zh), format!("not charged: {}", why.en))
        }
        Verdict::NotFound => Text::new("没有这笔订单", "no such order"),
        Verdict::Closed => Text::new("订单已关闭，没有扣款", "the order is closed, nothing was charged"),
        Verdict::Returned => Text::new("钱已退回顾客", "the money went back to the customer"),
        Verdict::AskAgain => Text::new("还没撤销完，请再要求一次", "not undone yet; ask again"),
        Verdict::RefundProcessing => Text::new("退款处理中", "the refund is being processed"),
        Verdict::Refunded { amount, .. } => {
            let amount = amount.for_people();
            Text::new(format!("已退款 {amount}"), format!("refunded {amount}"))
        }
        Verdict::RefundRefused(reason) => {
            let why = reason.text();
            Text::new(format!("拒绝退款，{}", why.zh), format!("refund refused: {}", why.en))
        }
        Verdict::Unclear(doubt) => doubt.text(),
    }
}
