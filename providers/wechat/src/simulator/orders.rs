//! What each request does to the books, whichever protocol it came in, and what it came to.

use super::books::{Face, Kind, Order, Refund, State};
use super::checks::{
    Refusal, check_amount, check_description, check_lengths, check_notify_url, check_number,
    check_refund_amount, fingerprint, invalid, param, refusal,
};
use super::outbox::About;
use super::{Due, Simulator, TYPING, Twist};
use base::Timestamp;
use provider_contract::Treatment;
use std::sync::Arc;
use std::time::Duration;

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(8);
/// A charge younger than this cannot be reversed while the payer types.
const REVERSE_NOT_BEFORE: Duration = Duration::from_secs(15);
/// A payment that comes after its order was reversed comes so much later.
const LATE_PAYMENT: Duration = Duration::from_secs(5);
/// Orders are reversible for seven days.
const REVERSIBLE: Duration = Duration::from_secs(7 * 86_400);
/// Orders are refundable for a year.
const REFUNDABLE: Duration = Duration::from_secs(365 * 86_400);
/// How long a refund takes, normally and when slow.
const REFUND_TIME: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(90));
/// How many refunds one order may have.
const REFUNDS_MAX: usize = 50;
/// How many reversals stay unfinished under [`Treatment::ReverseNeedsRepeat`].
const UNFINISHED_REVERSALS: u32 = 2;

const OTHER_CONTENT: Refusal = invalid("请求重入时，参数与首次请求不一致", "268498688");
const NO_SUCH_ORDER: Refusal = refusal(404, "ORDER_NOT_EXIST", "订单不存在");
pub(super) const SYSTEM_ERROR: Refusal = refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试");
const MAINTENANCE: Refusal = refusal(503, "SERVICE_UNAVAILABLE", "系统维护中，请稍后重试");

/// A charge, as either protocol puts it.
pub(super) struct Charge<'a> {
    pub face: Face,
    pub number: &'a str,
    pub description: &'a str,
    pub total: i64,
    pub currency: Option<&'a str>,
    pub code: &'a str,
    pub attach: Option<&'a str>,
    pub device: Option<&'a str>,
    /// Hash of the whole request, by which a repeat is told from a conflict.
    pub content: u64,
}

/// An order to be shown as a QR code.
pub(super) struct Show<'a> {
    pub face: Face,
    pub number: &'a str,
    pub description: &'a str,
    pub total: i64,
    pub currency: Option<&'a str>,
    pub attach: Option<&'a str>,
    pub notify_url: &'a str,
    pub expires_at: Timestamp,
    pub content: u64,
}

/// A return of money.
pub(super) struct Giving<'a> {
    pub face: Face,
    pub number: &'a str,
    pub transaction_id: Option<&'a str>,
    pub order_no: Option<&'a str>,
    pub refund: i64,
    pub total: i64,
    pub currency: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub notify_url: Option<&'a str>,
    pub content: u64,
}

/// What a request came to, before a protocol words it.
pub(super) struct Done {
    pub what: What,
    pub twist: Twist,
    pub delay: Duration,
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// How the charge of this order stands.
    Charged(u32),
    /// The QR code of this order.
    Shown(u32),
    /// How this order stands.
    Order(u32),
    /// This order is reversed.
    Reversed(u32),
    /// This order is closed.
    Closed,
    /// Undoing this order did not finish.
    Unfinished,
    /// This refund is taken on; how it stands.
    Refund(u32),
    /// How this refund stands, as a query of v2 lists it.
    Refunds(u32),
    /// Nothing: the answer is lost.
    Nothing,
}

impl From<What> for Done {
    fn from(what: What) -> Done {
        Done { what, twist: Twist::Honest, delay: Duration::ZERO }
    }
}

type Came = Result<Done, Refusal>;

impl Simulator {
    /// Charges a payer's code.
    pub(super) fn charge(&mut self, asked: &Charge<'_>, now: Timestamp) -> Came {
        check_description(asked.description)?;
        check_number(asked.number, 1, 32, b"_-*")?;
        check_amount(asked.total, asked.currency)?;
        check_lengths(asked.attach, asked.device)?;
        if let Some(at) = self.books.find(asked.number) {
            let same = self.books.order(at).content == asked.content;
            return if same { self.standing(at) } else { Err(OTHER_CONTENT) };
        }
        let code = wallet_code(asked.code)?;
        let treatment = self.treatment(asked.number, Some(asked.code));
        if let Some(ended) = self.ended_before_opening(asked.number, treatment) {
            return ended;
        }
        if !self.books.spend(code) {
            return Err(refused(Treatment::CodeUsed).expect("a refusal"));
        }
        let order = Order::new(asked.number, asked.face, Kind::Micropay, asked.total, now);
        let at = self.books.open(Order {
            content: asked.content,
            code,
            attach: asked.attach.map(Box::from),
            state: State::UserPaying,
            treatment,
            ..order
        });
        self.begin_charge(at, now)
    }

    fn begin_charge(&mut self, at: u32, now: Timestamp) -> Came {
        let treatment = self.books.order(at).treatment;
        match treatment {
            Treatment::PasswordThenPaid => self.later(now + TYPING, Due::Pays(at)),
            Treatment::PasswordThenRefused => self.later(now + TYPING, Due::GivesUp(at)),
            Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => {}
            _ if refused(treatment).is_some() => self.books.order_mut(at).state = State::PayError,
            _ => self.books.pay(at, now),
        }
        let mut done = match treatment {
            Treatment::ErrorButPaid => return Err(SYSTEM_ERROR),
            _ => self.standing(at)?,
        };
        match treatment {
            Treatment::Slow => done.delay = SLOW,
            Treatment::LostAfter => done.twist = Twist::Lost,
            Treatment::WrongSignature => done.twist = Twist::WrongSignature,
            Treatment::SignatureProbe => done.twist = Twist::Probe,
            _ => {}
        }
        Ok(done)
    }

    /// What a charge, or its repeat, is answered now.
    fn standing(&self, at: u32) -> Came {
        let order = self.books.order(at);
        match order.state {
            State::PayError => match refused(order.treatment) {
                Some(refusal) => Err(refusal),
                None => Ok(What::Charged(at).into()),
            },
            State::UserPaying | State::NotPay | State::Success => Ok(What::Charged(at).into()),
            State::Closed => Err(refusal(400, "ORDER_CLOSED", "订单已关闭")),
            State::Revoked => Err(refusal(400, "ORDER_REVERSED", "订单已撤销")),
        }
    }

    /// Treatments that end a first request before there is an order. A second try is treated normally.
    fn ended_before_opening(&mut self, number: &str, treatment: Treatment) -> Option<Came> {
        let ended = match treatment {
            Treatment::LostBefore => Ok(Done { twist: Twist::Lost, ..What::Nothing.into() }),
            Treatment::ErrorNotPaid => Err(SYSTEM_ERROR),
            Treatment::Maintenance => Err(MAINTENANCE),
            Treatment::CodeExpired | Treatment::CodeUsed | Treatment::CodeWrong => {
                return refused(treatment).map(Err);
            }
            _ => return None,
        };
        self.treatments.insert(number.to_owned(), Treatment::Normal);
        Some(ended)
    }

    /// Opens an order for a QR code, or shows the code again.
    pub(super) fn show(&mut self, asked: &Show<'_>, now: Timestamp) -> Came {
        check_description(asked.description)?;
        check_number(asked.number, 6, 32, b"_-*|")?;
        check_amount(asked.total, asked.currency)?;
        check_lengths(asked.attach, None)?;
        check_notify_url(asked.notify_url)?;
        let at = match self.books.find(asked.number) {
            Some(at) if self.books.order(at).content != asked.content => return Err(OTHER_CONTENT),
            Some(at) => at,
            None => match self.open_shown(asked, now)? {
                Opened::Order(at) => at,
                Opened::Ended(done) => return Ok(done),
            },
        };
        let order = self.books.order(at);
        match order.state {
            State::NotPay => {}
            State::Success => return Err(refusal(400, "ORDERPAID", "该订单已支付")),
            _ => return Err(refusal(400, "ORDER_CLOSED", "订单已关闭")),
        }
        let mut done = Done::from(What::Shown(at));
        match order.treatment {
            Treatment::ErrorButPaid if order.asked_at == now => return Err(SYSTEM_ERROR),
            Treatment::LostAfter if order.asked_at == now => done.twist = Twist::Lost,
            Treatment::Slow => done.delay = SLOW,
            _ => {}
        }
        Ok(done)
    }

    fn open_shown(&mut self, asked: &Show<'_>, now: Timestamp) -> Result<Opened, Refusal> {
        let treatment = self.treatment(asked.number, None);
        let about_the_request =
            matches!(treatment, Treatment::LostBefore | Treatment::ErrorNotPaid | Treatment::Maintenance);
        if about_the_request && let Some(ended) = self.ended_before_opening(asked.number, treatment) {
            return ended.map(Opened::Ended);
        }
        let url = self.shared_url(asked.notify_url);
        let order = Order::new(asked.number, asked.face, Kind::Native, asked.total, now);
        Ok(Opened::Order(self.books.open(Order {
            content: asked.content,
            attach: asked.attach.map(Box::from),
            notify_url: Some(url),
            expires_at: asked.expires_at,
            treatment,
            ..order
        })))
    }

    /// Looks at an order.
    pub(super) fn look(&self, found: Option<u32>) -> Came {
        found.map(|at| What::Order(at).into()).ok_or(NO_SUCH_ORDER)
    }

    /// Undoes a charge.
    pub(super) fn reverse(&mut self, number: &str, now: Timestamp) -> Came {
        let at = self.books.find(number).ok_or(NO_SUCH_ORDER)?;
        let order = self.books.order_mut(at);
        if order.kind != Kind::Micropay {
            return Err(invalid("订单的支付场景不支持撤销", "268449640"));
        }
        if now.since(order.asked_at) > REVERSIBLE {
            return Err(invalid("订单已超过可撤销的期限", "268449642"));
        }
        if order.state == State::UserPaying && now.since(order.asked_at) < REVERSE_NOT_BEFORE {
            return Err(refusal(400, "USERPAYING", "用户支付中，不能撤销"));
        }
        if !order.refunds.is_empty() {
            return Err(invalid("订单已有退款，不能撤销", "268449643"));
        }
        order.reversals += 1;
        if order.treatment == Treatment::ReverseNeedsRepeat && order.reversals <= UNFINISHED_REVERSALS {
            return Ok(What::Unfinished.into());
        }
        if order.state == State::Success {
            order.returned_at = Some(now);
        }
        order.state = State::Revoked;
        if order.treatment == Treatment::PaidAfterReverse && order.reversals == 1 {
            self.later(now + LATE_PAYMENT, Due::Pays(at));
        }
        Ok(What::Reversed(at).into())
    }

    /// Closes an order that was to be scanned.
    pub(super) fn close(&mut self, number: &str, now: Timestamp) -> Came {
        let at = self.books.find(number).ok_or(NO_SUCH_ORDER)?;
        let order = self.books.order_mut(at);
        if order.kind == Kind::Micropay {
            return Err(invalid("付款码支付订单只能撤销，不能关闭", "268449641"));
        }
        if order.state == State::Success {
            return Err(refusal(400, "ORDERPAID", "该订单已支付，不能关闭"));
        }
        order.reversals += 1;
        if order.treatment == Treatment::ReverseNeedsRepeat && order.reversals <= UNFINISHED_REVERSALS {
            return Ok(What::Unfinished.into());
        }
        order.state = State::Closed;
        if order.treatment == Treatment::PaidAfterReverse && order.reversals == 1 {
            self.later(now + LATE_PAYMENT, Due::Pays(at));
        }
        Ok(What::Closed.into())
    }

    /// Returns money.
    pub(super) fn give_back(&mut self, asked: &Giving<'_>, now: Timestamp) -> Came {
        check_number(asked.number, 1, 64, b"_-|*@")?;
        check_refund_amount(asked.refund, asked.total, asked.currency)?;
        if let Some(url) = asked.notify_url {
            check_notify_url(url)?;
        }
        if asked.reason.is_some_and(|reason| reason.chars().count() > 80) {
            return Err(param("退款原因超过 80 个字符"));
        }
        if let Some(known) = self.books.refund_no(asked.number) {
            let same = self.books.refund(known).content == asked.content;
            return if same { Ok(What::Refund(known).into()) } else { Err(OTHER_CONTENT) };
        }
        let at = self.named(asked.transaction_id, asked.order_no)?;
        let at = at.ok_or(refusal(404, "RESOURCE_NOT_EXISTS", "订单不存在"))?;
        self.check_refundable(at, asked, now)?;
        let slow = self.books.order(at).treatment == Treatment::RefundSlow;
        let done_at = now + if slow { REFUND_TIME.1 } else { REFUND_TIME.0 };
        let notify_url = asked.notify_url.map(|url| self.shared_url(url));
        let refund = self.books.add_refund(Refund {
            number: Arc::from(asked.number),
            face: asked.face,
            order: at,
            amount: asked.refund,
            content: asked.content,
            asked_at: now,
            done_at,
        });
        if let Some(url) = notify_url {
            self.outbox.plan(About::Refund(refund), url, done_at, done_at + Duration::from_secs(1), false);
        }
        Ok(What::Refund(refund).into())
    }

    /// The order both numbers mean; one is enough.
    pub(super) fn named(
        &self,
        transaction_id: Option<&str>,
        number: Option<&str>,
    ) -> Result<Option<u32>, Refusal> {
        let by_id = transaction_id.map(|id| self.books.by_transaction_id(id));
        let by_number = number.map(|number| self.books.find(number));
        match (by_id, by_number) {
            (Some(one), Some(other)) => Ok(one.filter(|_| one == other)),
            (Some(one), None) | (None, Some(one)) => Ok(one),
            (None, None) => Err(param("transaction_id 与 out_trade_no 至少填写一个")),
        }
    }

    fn check_refundable(&self, at: u32, asked: &Giving<'_>, now: Timestamp) -> Result<(), Refusal> {
        let order = self.books.order(at);
        if order.state != State::Success {
            return Err(invalid("订单未支付或已撤销，不能退款", "268449644"));
        }
        if order.treatment == Treatment::RefundRefused {
            return Err(refusal(403, "NOT_ENOUGH", "商户基本账户余额不足，请充值后重新发起退款"));
        }
        if now.since(order.paid_at) > REFUNDABLE {
            return Err(invalid("订单已超过可退款的期限", "268449645"));
        }
        if asked.total != order.paid {
            return Err(invalid("订单金额与原订单不一致", "268449646"));
        }
        if order.refunds.len() >= REFUNDS_MAX {
            return Err(invalid("该订单的退款次数已达上限", "268449647"));
        }
        if asked.refund > self.books.refundable(at) {
            return Err(invalid("退款金额大于可退金额", "268449648"));
        }
        Ok(())
    }

    /// Looks at a refund.
    pub(super) fn look_at_refund(&self, number: &str) -> Came {
        let refund = self.books.refund_no(number);
        refund.map(|at| What::Refund(at).into()).ok_or(refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在"))
    }

    /// Whether a request speaks of this merchant and its application.
    pub(super) fn check_merchant(&self, appid: Option<&str>, mchid: &str) -> Result<(), Refusal> {
        if mchid != self.identity.mchid {
            return Err(param("mchid 与签名的商户号不一致"));
        }
        if appid.is_some_and(|appid| appid != self.identity.appid) {
            return Err(refusal(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配"));
        }
        Ok(())
    }
}

enum Opened {
    Order(u32),
    Ended(Done),
}

/// What a payment is refused with under `treatment`.
fn refused(treatment: Treatment) -> Option<Refusal> {
    Some(match treatment {
        Treatment::InsufficientBalance => refusal(403, "NOT_ENOUGH", "用户余额不足"),
        Treatment::CodeExpired => refusal(400, "AUTH_CODE_EXPIRE", "二维码已过期，请用户在微信上刷新后再试"),
        Treatment::CodeUsed => refusal(400, "AUTH_CODE_ERROR", "付款码无效，每个二维码仅限使用一次"),
        Treatment::CodeWrong => refusal(400, "AUTH_CODE_INVALID", "付款码不是微信支付的付款码"),
        Treatment::PayerLimit => refusal(403, "RULE_LIMIT", "用户支付金额超过限额"),
        Treatment::Risk => refusal(403, "RISK_CONTROL", "交易存在风险，已被拦截"),
        _ => return None,
    })
}

/// The code as the books keep it, once it is found to be one of WeChat's.
fn wallet_code(text: &str) -> Result<u64, Refusal> {
    let digits = text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let ours = digits && ("10".."16").contains(&&text[..2]);
    if !ours {
        return Err(refused(Treatment::CodeWrong).expect("a refusal"));
    }
    Ok(fingerprint(text.as_bytes()))
}
