//! What each request does to the books, and what it is answered.

use super::books::{Kind, Order, Refund, State};
use super::checks::{
    Refusal, check_amount, check_description, check_lengths, check_notify_url, check_number,
    check_refund_amount, expiry, fingerprint, invalid, param, refusal,
};
use super::outbox::About;
use super::{Due, Outcome, Simulator, TYPING, Twist};
use crate::sign;
use crate::wire::{
    CNY, CloseRequest, CodepayRequest, NativeReply, NativeRequest, PaidAmount, Payer, RefundRequest,
    RefundedAmount, ReverseReply, ReverseRequest, Transaction,
};
use base::{Timestamp, Zone};
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
const SYSTEM_ERROR: Refusal = refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试");
const MAINTENANCE: Refusal = refusal(503, "SERVICE_UNAVAILABLE", "系统维护中，请稍后重试");

type Answered = Result<Outcome, Refusal>;

impl Simulator {
    /// `POST /v3/pay/transactions/codepay`
    pub(super) fn codepay(&mut self, request: &CodepayRequest, now: Timestamp) -> Answered {
        self.check_merchant(Some(&request.appid), &request.mchid)?;
        check_description(&request.description)?;
        check_number(&request.out_trade_no, 1, 32, b"_-*")?;
        check_amount(&request.amount)?;
        check_lengths(request.attach.as_deref(), request.scene_info.device_id.as_deref())?;
        let content = fingerprint(request);
        if let Some(at) = self.books.find(&request.out_trade_no) {
            return if self.books.order(at).content == content {
                self.standing(at)
            } else {
                Err(OTHER_CONTENT)
            };
        }
        let code = wallet_code(&request.payer.auth_code)?;
        let treatment = self.treatment(&request.out_trade_no, Some(&request.payer.auth_code));
        if let Some(ended) = self.ended_before_opening(&request.out_trade_no, treatment) {
            return ended;
        }
        if !self.books.spend(code) {
            return Err(refused(Treatment::CodeUsed).expect("a refusal"));
        }
        let order = Order::new(&request.out_trade_no, Kind::Micropay, request.amount.total, now);
        let at = self.books.open(Order {
            content,
            code,
            attach: request.attach.as_deref().map(Box::from),
            state: State::UserPaying,
            treatment,
            ..order
        });
        self.begin_charge(at, now)
    }

    fn begin_charge(&mut self, at: u32, now: Timestamp) -> Answered {
        let treatment = self.books.order(at).treatment;
        match treatment {
            Treatment::PasswordThenPaid => self.later(now + TYPING, Due::Pays(at)),
            Treatment::PasswordThenRefused => self.later(now + TYPING, Due::GivesUp(at)),
            Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => {}
            _ if refused(treatment).is_some() => self.books.order_mut(at).state = State::PayError,
            _ => self.books.pay(at, now),
        }
        let mut outcome = match treatment {
            Treatment::ErrorButPaid => return Err(SYSTEM_ERROR),
            _ => self.standing(at)?,
        };
        match treatment {
            Treatment::Slow => outcome.delay = SLOW,
            Treatment::LostAfter => outcome.twist = Twist::Lost,
            Treatment::WrongSignature => outcome.twist = Twist::WrongSignature,
            Treatment::SignatureProbe => outcome.twist = Twist::Probe,
            _ => {}
        }
        Ok(outcome)
    }

    /// What a charge, or its repeat, is answered now.
    fn standing(&self, at: u32) -> Answered {
        let order = self.books.order(at);
        match order.state {
            State::UserPaying => Ok(Outcome::json(202, &self.transaction(at))),
            State::PayError => match refused(order.treatment) {
                Some(refusal) => Err(refusal),
                None => Ok(Outcome::json(200, &self.transaction(at))),
            },
            State::NotPay | State::Success => Ok(Outcome::json(200, &self.transaction(at))),
            State::Closed => Err(refusal(400, "ORDER_CLOSED", "订单已关闭")),
            State::Revoked => Err(refusal(400, "ORDER_REVERSED", "订单已撤销")),
        }
    }

    /// Treatments that end a first request before there is an order. A second try is treated normally.
    fn ended_before_opening(&mut self, number: &str, treatment: Treatment) -> Option<Answered> {
        let ended = match treatment {
            Treatment::LostBefore => Ok(Outcome::lost()),
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

    /// `POST /v3/pay/transactions/native`
    pub(super) fn native(&mut self, request: &NativeRequest, now: Timestamp) -> Answered {
        self.check_merchant(Some(&request.appid), &request.mchid)?;
        check_description(&request.description)?;
        check_number(&request.out_trade_no, 6, 32, b"_-*|")?;
        check_amount(&request.amount)?;
        check_lengths(request.attach.as_deref(), None)?;
        check_notify_url(&request.notify_url)?;
        let expires_at = expiry(request.time_expire.as_deref(), now)?;
        let content = fingerprint(request);
        let at = match self.books.find(&request.out_trade_no) {
            Some(at) if self.books.order(at).content != content => return Err(OTHER_CONTENT),
            Some(at) => at,
            None => match self.open_native(request, content, expires_at, now)? {
                Opened::Order(at) => at,
                Opened::Ended(outcome) => return Ok(outcome),
            },
        };
        let order = self.books.order(at);
        match order.state {
            State::NotPay => {}
            State::Success => return Err(refusal(400, "ORDERPAID", "该订单已支付")),
            _ => return Err(refusal(400, "ORDER_CLOSED", "订单已关闭")),
        }
        let mut outcome =
            Outcome::json(200, &NativeReply { code_url: format!("weixin://wxpay/bizpayurl?pr={at:010}") });
        match order.treatment {
            Treatment::ErrorButPaid if order.asked_at == now => return Err(SYSTEM_ERROR),
            Treatment::LostAfter if order.asked_at == now => outcome.twist = Twist::Lost,
            Treatment::Slow => outcome.delay = SLOW,
            _ => {}
        }
        Ok(outcome)
    }

    fn open_native(
        &mut self,
        request: &NativeRequest,
        content: u64,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Opened, Refusal> {
        let treatment = self.treatment(&request.out_trade_no, None);
        let about_the_request =
            matches!(treatment, Treatment::LostBefore | Treatment::ErrorNotPaid | Treatment::Maintenance);
        if about_the_request && let Some(ended) = self.ended_before_opening(&request.out_trade_no, treatment)
        {
            return ended.map(Opened::Ended);
        }
        let url = self.shared_url(&request.notify_url);
        let order = Order::new(&request.out_trade_no, Kind::Native, request.amount.total, now);
        Ok(Opened::Order(self.books.open(Order {
            content,
            attach: request.attach.as_deref().map(Box::from),
            notify_url: Some(url),
            expires_at,
            treatment,
            ..order
        })))
    }

    /// `GET /v3/pay/transactions/out-trade-no/{n}` and `.../id/{id}`
    pub(super) fn query(&self, found: Option<u32>, mchid: &str) -> Answered {
        self.check_merchant(None, mchid)?;
        let at = found.ok_or(NO_SUCH_ORDER)?;
        Ok(Outcome::json(200, &self.transaction(at)))
    }

    /// `POST /v3/pay/transactions/out-trade-no/{n}/reverse`
    pub(super) fn reverse(&mut self, number: &str, request: &ReverseRequest, now: Timestamp) -> Answered {
        self.check_merchant(Some(&request.appid), &request.mchid)?;
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
            return Err(SYSTEM_ERROR);
        }
        if order.state == State::Success {
            order.returned_at = Some(now);
        }
        order.state = State::Revoked;
        if order.treatment == Treatment::PaidAfterReverse && order.reversals == 1 {
            self.later(now + LATE_PAYMENT, Due::Pays(at));
        }
        Ok(Outcome::json(
            200,
            &ReverseReply {
                appid: Some(self.identity.appid.clone()),
                mchid: Some(self.identity.mchid.clone()),
                out_trade_no: number.to_owned(),
                recall: None,
            },
        ))
    }

    /// `POST /v3/pay/transactions/out-trade-no/{n}/close`
    pub(super) fn close(&mut self, number: &str, request: &CloseRequest, now: Timestamp) -> Answered {
        self.check_merchant(None, &request.mchid)?;
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
            return Err(SYSTEM_ERROR);
        }
        order.state = State::Closed;
        if order.treatment == Treatment::PaidAfterReverse && order.reversals == 1 {
            self.later(now + LATE_PAYMENT, Due::Pays(at));
        }
        Ok(Outcome::empty(204))
    }

    /// `POST /v3/refund/domestic/refunds`
    pub(super) fn refund(&mut self, request: &RefundRequest, now: Timestamp) -> Answered {
        check_number(&request.out_refund_no, 1, 64, b"_-|*@")?;
        check_refund_amount(&request.amount)?;
        if let Some(url) = &request.notify_url {
            check_notify_url(url)?;
        }
        if request.reason.as_ref().is_some_and(|reason| reason.chars().count() > 80) {
            return Err(param("reason 超过 80 个字符"));
        }
        let content = fingerprint(request);
        if let Some(known) = self.books.refund_no(&request.out_refund_no) {
            let same = self.books.refund(known).content == content;
            return if same { self.refund_state(known, now) } else { Err(OTHER_CONTENT) };
        }
        let at = self.named(request.transaction_id.as_deref(), request.out_trade_no.as_deref())?;
        let at = at.ok_or(refusal(404, "RESOURCE_NOT_EXISTS", "订单不存在"))?;
        self.check_refundable(at, request, now)?;
        let slow = self.books.order(at).treatment == Treatment::RefundSlow;
        let done_at = now + if slow { REFUND_TIME.1 } else { REFUND_TIME.0 };
        let notify_url = request.notify_url.as_deref().map(|url| self.shared_url(url));
        let refund = self.books.add_refund(Refund {
            number: Arc::from(request.out_refund_no.as_str()),
            order: at,
            amount: request.amount.refund,
            content,
            asked_at: now,
            done_at,
        });
        if let Some(url) = notify_url {
            self.outbox.plan(About::Refund(refund), url, done_at, done_at + Duration::from_secs(1), false);
        }
        self.refund_state(refund, now)
    }

    /// The order both numbers mean; one is enough.
    fn named(&self, transaction_id: Option<&str>, number: Option<&str>) -> Result<Option<u32>, Refusal> {
        let by_id = transaction_id.map(|id| self.books.by_transaction_id(id));
        let by_number = number.map(|number| self.books.find(number));
        match (by_id, by_number) {
            (Some(one), Some(other)) => Ok(one.filter(|_| one == other)),
            (Some(one), None) | (None, Some(one)) => Ok(one),
            (None, None) => Err(param("transaction_id 与 out_trade_no 至少填写一个")),
        }
    }

    fn check_refundable(&self, at: u32, request: &RefundRequest, now: Timestamp) -> Result<(), Refusal> {
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
        if request.amount.total != order.paid {
            return Err(invalid("订单金额与原订单不一致", "268449646"));
        }
        if order.refunds.len() >= REFUNDS_MAX {
            return Err(invalid("该订单的退款次数已达上限", "268449647"));
        }
        if request.amount.refund > self.books.refundable(at) {
            return Err(invalid("退款金额大于可退金额", "268449648"));
        }
        Ok(())
    }

    /// `GET /v3/refund/domestic/refunds/{n}`
    pub(super) fn refund_query(&self, number: &str, now: Timestamp) -> Answered {
        let refund = self.books.refund_no(number);
        self.refund_state(refund.ok_or(refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在"))?, now)
    }

    fn refund_state(&self, at: u32, now: Timestamp) -> Answered {
        let refund = self.books.refund(at);
        let order = self.books.order(refund.order);
        let done = refund.done_at <= now;
        Ok(Outcome::json(
            200,
            &crate::wire::Refund {
                refund_id: Some(refund_id(at)),
                out_refund_no: refund.number.to_string(),
                transaction_id: Some(self.books.transaction_id(refund.order)),
                out_trade_no: order.number.to_string(),
                channel: Some("ORIGINAL".to_owned()),
                user_received_account: Some("支付用户零钱".to_owned()),
                success_time: done.then(|| refund.done_at.rfc3339(Zone::CHINA)),
                create_time: Some(refund.asked_at.rfc3339(Zone::CHINA)),
                status: if done { "SUCCESS" } else { "PROCESSING" }.to_owned(),
                funds_account: Some("AVAILABLE".to_owned()),
                amount: Some(RefundedAmount {
                    total: order.paid,
                    refund: refund.amount,
                    payer_total: order.paid,
                    payer_refund: refund.amount,
                    settlement_refund: refund.amount,
                    settlement_total: order.paid,
                    discount_refund: 0,
                    currency: Some(CNY.to_owned()),
                }),
            },
        ))
    }

    /// An order as its query shows it now.
    pub(super) fn transaction(&self, at: u32) -> Transaction {
        let order = self.books.order(at);
        let (state, told) = match order.state {
            State::Success if !order.refunds.is_empty() => ("REFUND", "转入退款"),
            State::Success => ("SUCCESS", "支付成功"),
            State::NotPay => ("NOTPAY", "订单未支付"),
            State::UserPaying => ("USERPAYING", "需要用户输入支付密码"),
            State::Closed => ("CLOSED", "订单已关闭"),
            State::Revoked => ("REVOKED", "订单已撤销"),
            State::PayError => ("PAYERROR", "支付失败"),
        };
        let paid = order.charges > 0;
        let trade_type = if order.kind == Kind::Micropay { "MICROPAY" } else { "NATIVE" };
        Transaction {
            appid: Some(self.identity.appid.clone()),
            mchid: self.identity.mchid.clone(),
            out_trade_no: order.number.to_string(),
            transaction_id: paid.then(|| self.books.transaction_id(at)),
            trade_type: paid.then(|| trade_type.to_owned()),
            trade_state: state.to_owned(),
            trade_state_desc: Some(told.to_owned()),
            bank_type: paid.then(|| "OTHERS".to_owned()),
            attach: order.attach.as_deref().map(str::to_owned),
            success_time: paid.then(|| order.paid_at.rfc3339(Zone::CHINA)),
            payer: paid.then(|| Payer { openid: Some(format!("oSim{:024}", order.code % 1000)) }),
            amount: Some(PaidAmount {
                total: Some(if paid { order.paid } else { order.amount }),
                payer_total: paid.then_some(order.paid),
                currency: Some(CNY.to_owned()),
                payer_currency: Some(CNY.to_owned()),
            }),
        }
    }

    fn check_merchant(&self, appid: Option<&str>, mchid: &str) -> Result<(), Refusal> {
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
    Ended(Outcome),
}

/// WeChat's number of a refund: 29 digits.
pub(super) fn refund_id(at: u32) -> String {
    format!("5030{at:025}")
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
    Ok(fingerprint(&text))
}

/// Whether `serial` names the public key rather than a certificate.
pub(super) fn names_public_key(serial: &str) -> bool {
    serial.starts_with(sign::PUBLIC_KEY_ID)
}
