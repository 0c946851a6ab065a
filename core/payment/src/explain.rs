//! Every state in words, Chinese and English: did the money arrive, may the goods go, may we charge again,
//! what is awaited and until when, and the one thing to do next.

use crate::{
    Action::*, Advice, Alarm, Ask, Charge, Doubt, Lost, Method, Next, Outcome, Payment, Policy, Reason,
    Refund, RefundState, Waiting, result_by,
};
use base::{Money, Text, Timestamp, Zone};

/// Where the money is, in one word and one color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoneyState {
    /// The customer has to do something.
    Waiting,
    /// We are finding out; neither hand over nor charge again.
    Verifying,
    /// A person recorded it by hand; not verified, so not ours yet.
    Recorded,
    /// Ours.
    Paid,
    /// Not taken.
    NotPaid,
    /// Taken and given back.
    Returned,
}

/// The one primary button of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Done: serve the next customer.
    NextCustomer,
    /// Nothing to do but wait.
    Wait,
    /// Ask the customer to look at the phone.
    AskCustomer,
    /// Ask for a fresh code and scan it.
    ScanNewCode,
    /// Take the money another way.
    OtherMethod,
    /// Try once more.
    TryAgain,
    /// Call whoever runs the shop.
    CallOwner,
    /// Show the QR to the customer.
    ShowQr,
}

/// A state in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Where the money is.
    pub money: MoneyState,
    /// What happened, in one line.
    pub headline: Text,
    /// What it means.
    pub detail: Text,
    /// What is awaited, if anything.
    pub awaiting: Option<Text>,
    /// What the cashier does next.
    pub next_step: Text,
    /// May the goods be handed over?
    pub may_hand_over: bool,
    /// May this sale be charged again, by any method?
    pub may_charge_again: bool,
    /// The primary button.
    pub action: Action,
    /// By when there will be a result, while there is none.
    pub until: Option<Timestamp>,
}

/// The state of `payment`, given what [`crate::next()`] says of it; `provider` is the provider's name for people.
pub fn explain(payment: &Payment, next: &Next, policy: &Policy, provider: &Text) -> Explanation {
    match next {
        Next::Rest(outcome) => at_rest(payment, *outcome),
        Next::Escalate { why, until } => raised(payment, *why, *until, provider),
        Next::Ask(ask) => under_way(payment, policy, provider, what_for(*ask)),
        Next::Wait { why, .. } => match (&payment.open_call, why) {
            (Some(open), Waiting::Reply) => under_way(payment, policy, provider, what_for(open.ask)),
            _ => under_way(payment, policy, provider, *why),
        },
    }
}

impl MoneyState {
    /// Where the money of `payment` is, given what [`crate::next()`] says of it: [`explain()`]'s `money` without
    /// its sentences.
    pub fn of(payment: &Payment, next: &Next) -> MoneyState {
        if let Charge::Recorded { .. } = payment.charge {
            return MoneyState::Recorded;
        }
        let awaiting_payer = matches!(payment.charge, Charge::AwaitingPayer { .. });
        match next {
            Next::Rest(Outcome::Paid) => MoneyState::Paid,
            Next::Rest(Outcome::NotPaid(_)) => MoneyState::NotPaid,
            Next::Rest(Outcome::Returned) => MoneyState::Returned,
            Next::Escalate { why, .. } => raised_money(payment, *why),
            Next::Ask(_) | Next::Wait { .. } if payment.owed_back() => MoneyState::Verifying,
            Next::Ask(_) | Next::Wait { .. } if matches!(payment.charge, Charge::Paid { .. }) => {
                // Asking about money that is in doubt does not make it certain meanwhile.
                match payment.trouble() {
                    Some(why) => raised_money(payment, why),
                    None if payment.all_refunded() => MoneyState::Returned,
                    None => MoneyState::Paid,
                }
            }
            Next::Ask(_) | Next::Wait { .. } if awaiting_payer && payment.undo.is_none() => {
                MoneyState::Waiting
            }
            Next::Ask(_) | Next::Wait { .. } => MoneyState::Verifying,
        }
    }

    /// The word for it, as on the till.
    pub fn text(self) -> Text {
        match self {
            MoneyState::Waiting => Text::new("等待顾客", "Waiting for customer"),
            MoneyState::Verifying => Text::new("正在核实", "Checking"),
            MoneyState::Recorded => Text::new("已登记，未核实", "Recorded, not verified"),
            MoneyState::Paid => Text::new("收款成功", "Paid"),
            MoneyState::NotPaid => Text::new("未收款", "Not paid"),
            MoneyState::Returned => Text::new("已退回", "Returned"),
        }
    }

    /// The state's name on the wire and in the store.
    pub fn code(self) -> &'static str {
        match self {
            MoneyState::Waiting => "waiting",
            MoneyState::Verifying => "verifying",
            MoneyState::Recorded => "recorded",
            MoneyState::Paid => "paid",
            MoneyState::NotPaid => "not_paid",
            MoneyState::Returned => "returned",
        }
    }
}

impl Action {
    /// The action's name on the wire.
    pub fn code(self) -> &'static str {
        match self {
            NextCustomer => "next_customer",
            Wait => "wait",
            AskCustomer => "ask_customer",
            ScanNewCode => "scan_new_code",
            OtherMethod => "other_method",
            TryAgain => "try_again",
            CallOwner => "call_owner",
            ShowQr => "show_qr",
        }
    }

    /// The words on the button.
    pub fn text(self) -> Text {
        match self {
            NextCustomer => Text::new("下一位", "Next customer"),
            Wait => Text::new("让顾客稍等", "Ask to wait"),
            AskCustomer => Text::new("请顾客看手机", "Ask to check the phone"),
            ScanNewCode => Text::new("重新扫码", "Scan a new code"),
            OtherMethod => Text::new("换一种付款方式", "Another way to pay"),
            TryAgain => Text::new("重新收款", "Charge again"),
            CallOwner => Text::new("联系店长", "Call the manager"),
            ShowQr => Text::new("请顾客扫码", "Ask to scan"),
        }
    }
}

fn at_rest(payment: &Payment, outcome: Outcome) -> Explanation {
    match outcome {
        Outcome::Paid if all_is_going_back(payment) => Explanation {
            may_hand_over: false,
            ..settled(
                MoneyState::Paid,
                headline(payment, "收款成功", "Paid"),
                Text::new(
                    "钱已到账，但正在全部退回顾客，不要交货",
                    "The money has arrived and all of it is going back to the customer; do not hand over the goods",
                ),
                NextCustomer,
            )
        },
        Outcome::Paid => {
            let refunded = payment.refunded();
            let detail = if refunded.is_zero() {
                arrived(payment)
            } else if payment.request.method.is_by_hand() {
                let sum = refunded.for_people();
                Text::new(
                    format!("钱已收下；其中 {sum} 已退现金给顾客"),
                    format!("The money was taken; {sum} of it went back in cash"),
                )
            } else {
                let (sum, wallet) = (refunded.for_people(), &payment.request.wallet_name);
                Text::new(
                    format!("钱已到账；其中 {sum} 已退回顾客的{}", wallet.zh),
                    format!("The money has arrived; {sum} of it went back to the customer's {}", wallet.en),
                )
            };
            settled(MoneyState::Paid, headline(payment, "收款成功", "Paid"), detail, NextCustomer)
        }
        Outcome::NotPaid(reason) => not_paid(payment, reason),
        Outcome::Returned => settled(
            MoneyState::Returned,
            headline(payment, "钱已退回顾客", "The money went back to the customer"),
            Text::new(
                "这笔钱不在本店；如果还要卖，请重新收款",
                "The shop does not have this money; to sell after all, charge again",
            ),
            NextCustomer,
        ),
    }
}

fn all_is_going_back(payment: &Payment) -> bool {
    payment.refundable().is_zero() && payment.refunds.iter().any(Refund::under_way)
}

/// What it means that the money is ours.
fn arrived(payment: &Payment) -> Text {
    match payment.request.method {
        Method::Cash { .. } => {
            let change = payment.request.change();
            if change.is_zero() {
                return Text::new("现金已点收，可以交货", "The cash was counted; hand over the goods");
            }
            let change = change.for_people();
            Text::new(
                format!("现金已点收，找零 {change}，可以交货"),
                format!("The cash was counted; give {change} change and hand over the goods"),
            )
        }
        Method::ShopCode { .. } if payment.matched.is_none() => {
            Text::new("由人工认定已收款", "A person decided that the money has arrived")
        }
        Method::ShopCode { .. } => Text::new(
            "手工登记的这笔已经在支付机构查到",
            "What was recorded by hand was found at the provider",
        ),
        Method::PayerCode { .. } | Method::ShownQr if payment.kept_late => Text::new(
            "放弃之后钱才到，店长决定收下；别再收一次，货还没给的可以给顾客",
            "The money came after this payment was given up, and the manager decided to keep it; do not charge again, and hand over the goods if the customer does not have them",
        ),
        Method::PayerCode { .. } | Method::ShownQr => {
            Text::new("钱已到账，可以交货", "The money has arrived; hand over the goods")
        }
    }
}

fn settled(money: MoneyState, headline: Text, detail: Text, action: Action) -> Explanation {
    let paid = money == MoneyState::Paid;
    Explanation {
        money,
        headline,
        detail,
        awaiting: None,
        next_step: action.text(),
        may_hand_over: paid,
        may_charge_again: !paid,
        action,
        until: None,
    }
}

fn not_paid(payment: &Payment, reason: Reason) -> Explanation {
    let action = match reason.advice() {
        Advice::NewCode => ScanNewCode,
        Advice::OtherMethod => OtherMethod,
        Advice::CallOwner => CallOwner,
        Advice::TryAgain => TryAgain,
    };
    let what = reason.text();
    let detail = if payment.request.method.is_by_hand() || reason == Reason::NeverVerified {
        Text::new(
            format!("{}。按没有收到处理；以后若在账单里查到，会自动认领并通知", what.zh),
            format!(
                "{}. It counts as not paid; should a bill show it later, it is taken in and you are told",
                what.en
            ),
        )
    } else {
        Text::new(
            format!("{}。没有扣顾客的钱，可以再收一次", what.zh),
            format!("{}. The customer was not charged; you may charge again", what.en),
        )
    };
    let next_step = match reason.advice() {
        Advice::NewCode => {
            Text::new("请顾客刷新付款码，再扫一次", "Ask the customer to refresh the code, then scan again")
        }
        Advice::OtherMethod => Text::new(
            "请顾客换一种付款方式：别的钱包、银行卡或现金",
            "Ask for another way to pay: another wallet, card or cash",
        ),
        Advice::CallOwner => Text::new(
            "先用别的方式收款，并告诉店长",
            "Take the money another way for now, and tell the manager",
        ),
        Advice::TryAgain => Text::new("可以重新收款", "You may charge again"),
    };
    let headline = headline(payment, "未收款", "Not paid");
    Explanation { next_step, ..settled(MoneyState::NotPaid, headline, detail, action) }
}

/// Something is being done or awaited.
fn under_way(payment: &Payment, policy: &Policy, provider: &Text, why: Waiting) -> Explanation {
    let until = Some(result_by(payment, policy));
    if let Charge::Recorded { .. } = payment.charge {
        return recorded(payment, policy, provider, until);
    }
    if payment.owed_back() {
        return giving_back(payment, provider, until);
    }
    if let Charge::Paid { .. } = payment.charge {
        let refunding = payment.refunds.iter().any(Refund::under_way);
        let what = if refunding { refund_awaited(payment) } else { awaited(Waiting::Inquiry, provider) };
        if let Some(why) = payment.trouble().filter(|why| !why.leaves_the_money()) {
            return Explanation { awaiting: Some(what), ..raised(payment, why, None, provider) };
        }
        let outcome = if payment.all_refunded() { Outcome::Returned } else { Outcome::Paid };
        return Explanation { awaiting: Some(what), ..at_rest(payment, outcome) };
    }
    let payer_acts = matches!(payment.charge, Charge::AwaitingPayer { .. }) && payment.undo.is_none();
    if payer_acts {
        return payer_must_act(payment, until);
    }
    let (zh, en) = (&provider.zh, &provider.en);
    let unsent = matches!(payment.charge, Charge::NeverLeft { .. }) && payment.open_call.is_none();
    let fresh = matches!(payment.charge, Charge::NotAsked | Charge::NeverLeft { .. });
    let (headline, detail) = match payment.undo {
        _ if unsent => (
            headline(payment, "正在收款", "Charging"),
            Text::new("请求还没有发出去，没有扣款", "The request has not left yet, so nothing was charged"),
        ),
        _ if fresh => (
            headline(payment, "正在收款", "Charging"),
            Text::new(format!("已发给{zh}，等回复"), format!("Sent to {en}; waiting for the reply")),
        ),
        _ if payment.keeps_what_comes() => {
            (headline(payment, "正在核实", "Checking"), kept_and_not_seen(provider))
        }
        Some(_) => (
            headline(payment, "正在撤销", "Undoing"),
            Text::new(
                format!("正在请{zh}撤销：若已扣款会退回顾客"),
                format!("Asking {en} to undo it: if money was taken, it goes back to the customer"),
            ),
        ),
        None => (
            headline(payment, "正在核实", "Checking"),
            Text::new(
                format!("{}，正在向{zh}查询", why_unclear(payment).zh),
                format!("{}; asking {en} what became of it", why_unclear(payment).en),
            ),
        ),
    };
    Explanation {
        money: MoneyState::Verifying,
        headline,
        detail,
        awaiting: Some(awaited(why, provider)),
        next_step: Text::new(
            "先不要交货，也不要再收",
            "Do not hand over the goods yet, and do not charge again",
        ),
        may_hand_over: false,
        may_charge_again: false,
        action: Wait,
        until,
    }
}

fn kept_and_not_seen(provider: &Text) -> Text {
    let (zh, en) = (&provider.zh, &provider.en);
    Text::new(
        format!("店长决定收下放弃之后才到的钱，正在向{zh}核实是否到账"),
        format!("The manager decided to keep money that came after giving up; asking {en} whether it came"),
    )
}

/// Recorded by hand: said plainly, so that nobody takes it for money.
fn recorded(payment: &Payment, policy: &Policy, provider: &Text, until: Option<Timestamp>) -> Explanation {
    let (zh, en) = (&provider.zh, &provider.en);
    let by = result_by(payment, policy).local("%m-%d %H:%M", Zone::CHINA);
    let allowed = policy.hand_over_recorded;
    let (detail, next_step, action) = if allowed {
        (
            Text::new(
                format!("只是登记，{zh}还没有证实收到钱；本店规定可以先交货，风险由本店承担"),
                format!(
                    "Only recorded; {en} has not confirmed the money. The shop's rule lets the goods go, at the shop's own risk"
                ),
            ),
            Text::new("按本店规定交货，下一位", "Hand over by the shop's rule; next customer"),
            NextCustomer,
        )
    } else {
        (
            Text::new(
                format!("只是登记，{zh}还没有证实收到钱；现在交货，风险由本店承担"),
                format!(
                    "Only recorded; {en} has not confirmed the money. Handing over now is at the shop's own risk"
                ),
            ),
            Text::new("请店长决定是否先交货", "Ask the manager whether the goods may go"),
            CallOwner,
        )
    };
    Explanation {
        money: MoneyState::Recorded,
        headline: headline(payment, "已登记，未核实", "Recorded, not verified"),
        detail,
        awaiting: Some(Text::new(
            format!("等{zh}的通知或账单核对，最迟 {by}"),
            format!("Waiting for a notification or bill of {en} to verify it, at the latest {by}"),
        )),
        next_step,
        may_hand_over: allowed,
        may_charge_again: false,
        action,
        until,
    }
}

fn payer_must_act(payment: &Payment, until: Option<Timestamp>) -> Explanation {
    let scans = !payment.request.method.is_payer_code();
    let (detail, awaiting, next_step, action) = if scans {
        (
            Text::new("请顾客用手机扫屏幕上的码", "The customer scans the code on the screen"),
            Text::new("等顾客扫码付款", "Waiting for the customer to scan and pay"),
            Text::new("把收款码给顾客扫", "Show the code to the customer"),
            ShowQr,
        )
    } else {
        (
            Text::new(
                "顾客手机上要输密码或确认",
                "The customer must enter a password or confirm on the phone",
            ),
            Text::new("等顾客在手机上确认", "Waiting for the customer to confirm"),
            Text::new(
                "请顾客看手机，输入支付密码",
                "Ask the customer to look at the phone and enter the password",
            ),
            AskCustomer,
        )
    };
    Explanation {
        money: MoneyState::Waiting,
        headline: headline(payment, "等待顾客", "Waiting for customer"),
        detail,
        awaiting: Some(awaiting),
        next_step,
        may_hand_over: false,
        may_charge_again: false,
        action,
        until,
    }
}

fn giving_back(payment: &Payment, provider: &Text, until: Option<Timestamp>) -> Explanation {
    Explanation {
        money: MoneyState::Verifying,
        headline: headline(payment, "迟到的钱正在退回", "Late money is going back"),
        detail: Text::new(
            format!("这笔已经放弃，但{}后来扣了款；正在退给顾客", provider.zh),
            format!(
                "This payment was given up, but {} took the money afterwards; it is going back",
                provider.en
            ),
        ),
        awaiting: Some(Text::new("等退回完成", "Waiting for the return to finish")),
        next_step: Text::new(
            "不要凭这笔交货；要卖请重新收款",
            "Do not hand over goods for this payment; to sell, charge anew",
        ),
        may_hand_over: false,
        may_charge_again: true,
        action: TryAgain,
        until,
    }
}

fn raised(payment: &Payment, why: Alarm, until: Option<Timestamp>, provider: &Text) -> Explanation {
    let (zh, en) = (&provider.zh, &provider.en);
    let (headline_text, detail) = match why {
        Alarm::StillUnclear => (
            headline(payment, "还没有核实清楚", "Still not settled"),
            Text::new(
                format!("{zh}一直没有明确答复；系统会继续查，结果出来会通知"),
                format!("{en} has not given a definite answer; Paydesk keeps asking and will tell you"),
            ),
        ),
        Alarm::WrongAmount => {
            let paid =
                payment.paid().map_or(Money::zero(payment.request.amount.currency()), |paid| paid.amount);
            (
                headline(payment, "收到的金额不对", "A different amount arrived"),
                Text::new(
                    format!("应收 {}，{zh}说收到 {}", payment.request.amount.for_people(), paid.for_people()),
                    format!(
                        "{} was due, {en} says {} arrived",
                        payment.request.amount.for_people(),
                        paid.for_people()
                    ),
                ),
            )
        }
        Alarm::CannotGiveBack => (
            headline(payment, "迟到的钱退不回去", "Late money cannot be given back"),
            Text::new(
                format!("{zh}拒绝了退回，需要人工处理"),
                format!("{en} refused to return it; a person must settle this"),
            ),
        ),
        Alarm::RefundStuck => (
            headline(payment, "退款还没有完成", "A refund is not finished"),
            Text::new(
                format!("{zh}还在处理退款；系统会继续查"),
                format!("{en} is still working on it; Paydesk keeps asking"),
            ),
        ),
        Alarm::NotVerified => return not_verified(payment, provider),
        Alarm::ProviderContradicts => (
            headline(payment, "支付机构改口了", "The provider contradicts itself"),
            Text::new(
                format!("{zh}先说已付，后来又说没有付；系统会继续查，期间不算收入"),
                format!(
                    "{en} said paid and denies it now; Paydesk keeps asking, and it does not count as takings meanwhile"
                ),
            ),
        ),
        Alarm::PaidTwice => (
            headline(payment, "同一笔付了两次", "Paid twice"),
            Text::new(
                format!("{zh}说同一订单有两笔付款；本单的钱已到，多付的一笔要退给顾客"),
                format!(
                    "{en} says two transactions paid this order; one is the sale's, the other must go back to the customer"
                ),
            ),
        ),
        Alarm::RefundDiffers => {
            let back = payment.refunded().for_people();
            (
                headline(payment, "退款金额对不上", "A refund was of another amount"),
                Text::new(
                    format!("{zh}说一共退了 {back}，与要求的不一样"),
                    format!("{en} says {back} went back in all, which is not what was asked for"),
                ),
            )
        }
    };
    let money = raised_money(payment, why);
    Explanation {
        money,
        headline: headline_text,
        detail,
        awaiting: until.map(|at| {
            let clock = at.local("%H:%M:%S", Zone::CHINA);
            Text::new(format!("{clock} 再试"), format!("Next try at {clock}"))
        }),
        next_step: Text::new(
            "请店长在后台查看这笔，并按订单号联系支付机构",
            "Ask the manager to open this payment in the console and call the provider with the order number",
        ),
        may_hand_over: money == MoneyState::Paid,
        may_charge_again: false,
        action: CallOwner,
        until,
    }
}

/// Where the money is while a person is called.
fn raised_money(payment: &Payment, why: Alarm) -> MoneyState {
    let gone = payment.paid().is_some_and(|paid| payment.refunded().minor() >= paid.amount.minor());
    match payment.charge {
        Charge::Returned { .. } => MoneyState::Returned,
        Charge::Paid { .. } if !why.leaves_the_money() || payment.undo.is_some() => MoneyState::Verifying,
        Charge::Paid { .. } if gone => MoneyState::Returned,
        Charge::Paid { .. } => MoneyState::Paid,
        _ => MoneyState::Verifying,
    }
}

fn not_verified(payment: &Payment, provider: &Text) -> Explanation {
    let (zh, en) = (&provider.zh, &provider.en);
    let at = payment.requested_at.local("%m-%d %H:%M", Zone::CHINA);
    Explanation {
        money: MoneyState::Recorded,
        headline: headline(payment, "登记的钱没有查到", "The recorded money was not found"),
        detail: Text::new(
            format!("{at} 手工登记，到期仍没有{zh}的通知或账单对上；不算收入"),
            format!(
                "Recorded by hand on {at}; no notification or bill of {en} has shown it in time, so it does not count as takings"
            ),
        ),
        awaiting: None,
        next_step: Text::new(
            "请店长核对顾客付款凭证和支付机构后台，然后认定收到或没有收到，写明原因",
            "Ask the manager to compare the customer's proof with the provider's back office, then decide paid or not paid and write down why",
        ),
        may_hand_over: false,
        may_charge_again: false,
        action: CallOwner,
        until: None,
    }
}

fn headline(payment: &Payment, zh: &str, en: &str) -> Text {
    let (amount, wallet) = (payment.request.amount.for_people(), &payment.request.wallet_name);
    Text::new(format!("{zh} {amount} {}", wallet.zh), format!("{en} {amount} {}", wallet.en))
}

fn why_unclear(payment: &Payment) -> Text {
    use crate::WhyUnclear;
    match payment.charge {
        Charge::Unclear { why: WhyUnclear::Lost(lost), .. } => lost_text(lost),
        Charge::Unclear { why: WhyUnclear::Doubt(doubt), .. } => doubt.text(),
        Charge::Unclear { why: WhyUnclear::NotFound, .. } => {
            Text::new("对方还没有这笔记录", "The provider has no record of it yet")
        }
        _ => Text::new("还没有结果", "There is no result yet"),
    }
}

pub(crate) fn lost_text(lost: Lost) -> Text {
    match lost {
        Lost::TimedOut => Text::new("没有等到回复", "No reply came in time"),
        Lost::ConnectionBroke => {
            Text::new("网络中断，回复丢了", "The connection broke and the reply was lost")
        }
        Lost::WeStopped => Text::new("系统中途重启过", "Paydesk was restarted in the middle"),
    }
}

impl Doubt {
    /// It in one short sentence.
    pub fn text(self) -> Text {
        match self {
            Doubt::ProviderError => Text::new("对方系统出错", "The provider's system failed"),
            Doubt::BadSignature => {
                Text::new("回复的签名不对，不予采信", "The reply's signature is wrong, so it is not believed")
            }
            Doubt::Garbled => Text::new("回复读不懂", "The reply cannot be read"),
            Doubt::UnknownCode => Text::new("回复的代码不认识", "The reply has a code we do not know"),
            Doubt::RateLimited => {
                Text::new("对方说请求太多", "The provider says there are too many requests")
            }
            Doubt::SaysPaid => {
                Text::new("对方说已付过，正在确认", "The provider says it is paid; confirming")
            }
            Doubt::CannotUndoYet => {
                Text::new("顾客正在付款，暂时不能撤销", "The customer is paying, so it cannot be undone yet")
            }
            Doubt::NotYetPaid => Text::new("订单还没有付款", "The order is not paid yet"),
            Doubt::OurSettings => {
                Text::new("本店的设置被对方拒绝", "The provider rejects the shop's settings")
            }
        }
    }
}

/// The reason to wait for which a question is put.
fn what_for(ask: Ask) -> Waiting {
    match ask {
        Ask::Charge | Ask::Present => Waiting::Reply,
        Ask::Inquire => Waiting::Inquiry,
        Ask::Reverse | Ask::Close => Waiting::UndoingAgain,
        Ask::Refund { .. } | Ask::InquireRefund { .. } => Waiting::Refund,
    }
}

fn awaited(why: Waiting, provider: &Text) -> Text {
    let (zh, en) = (&provider.zh, &provider.en);
    match why {
        Waiting::Reply => Text::new(format!("等{zh}回复"), format!("Waiting for {en} to reply")),
        Waiting::SendingAgain => {
            Text::new(format!("连不上{zh}，马上再试"), format!("{en} cannot be reached; trying again"))
        }
        Waiting::Inquiry | Waiting::PayerConfirms | Waiting::PayerScans => {
            Text::new(format!("向{zh}查询结果"), format!("Asking {en} for the result"))
        }
        Waiting::UndoAllowed | Waiting::UndoingAgain => {
            Text::new(format!("等{zh}撤销"), format!("Waiting for {en} to undo it"))
        }
        Waiting::LostRequest => {
            Text::new("确认丢失的请求不会再到达", "Making sure that the lost request cannot arrive any more")
        }
        Waiting::Refund => Text::new(format!("等{zh}退款"), format!("Waiting for {en} to refund")),
        Waiting::Verification => Text::new(
            format!("等{zh}的通知或账单核对"),
            format!("Waiting for a notification or bill of {en} to verify it"),
        ),
    }
}

fn refund_awaited(payment: &Payment) -> Text {
    let zero = Money::zero(payment.request.amount.currency());
    let open = payment.refunds.iter().filter(|refund| refund.under_way());
    let sum = open.fold(zero, |sum, refund| sum.plus(refund.amount).unwrap_or(sum)).for_people();
    Text::new(format!("正在退款 {sum}"), format!("Refunding {sum}"))
}

/// A refund in words.
pub fn refund_text(refund: &Refund) -> Text {
    let amount = refund.amount.for_people();
    if refund.in_cash() {
        return Text::new(format!("已退现金 {amount}"), format!("Gave back {amount} in cash"));
    }
    match refund.state {
        RefundState::Wanted | RefundState::Unclear | RefundState::Processing => Text::new(
            format!("正在退款 {amount}，钱原路退回，完成后会显示"),
            format!("Refunding {amount}; it goes back the way it came"),
        ),
        RefundState::Done { .. } => Text::new(format!("已退款 {amount}"), format!("Refunded {amount}")),
        RefundState::Refused(reason) if refund.found.is_some() => {
            let why = reason.text();
            Text::new(
                format!("退款 {amount} 后来查明没有退成（{}），这笔钱还在本店；要退请重新退", why.zh),
                format!(
                    "The refund of {amount} turned out not to have happened ({}); the shop still has the money. To give it back, refund again",
                    why.en
                ),
            )
        }
        RefundState::Refused(reason) => {
            let (why, help) = (reason.text(), after_refused_refund(reason));
            Text::new(
                format!("退款 {amount} 被拒绝：{}。{}", why.zh, help.zh),
                format!("The refund of {amount} was refused: {}. {}", why.en, help.en),
            )
        }
    }
}

/// What helps after a refund was refused.
fn after_refused_refund(reason: Reason) -> Text {
    match reason {
        Reason::MerchantBalanceTooLow => Text::new(
            "给商户账户充值后重新退，或者退现金",
            "Top up the shop's account and refund again, or give cash back",
        ),
        Reason::MerchantConfig | Reason::MerchantFrozen => Text::new(
            "请店长处理商户账户的限制，急用先退现金",
            "The manager must settle it with the provider; give cash back meanwhile",
        ),
        _ => Text::new("可以退现金，或稍后重新退", "Give cash back, or refund again later"),
    }
}
