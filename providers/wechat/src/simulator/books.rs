//! What really happened, whatever was answered: the orders and refunds of the simulated WeChat Pay.

use crate::v2::sign::SignType;
use base::{Currency, Money, Timestamp, Zone};
use provider_contract::{Book, Treatment};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// In which protocol something was asked for, and is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// XML, signed so.
    V2(SignType),
    /// JSON.
    V3,
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By the customer's code.
    Micropay,
    /// By scanning our QR.
    Native,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Open, nobody has paid.
    NotPay,
    /// The payer is typing a password.
    UserPaying,
    /// Paid.
    Success,
    /// Paid by nobody, closed.
    Closed,
    /// Reversed; the money, if any, went back.
    Revoked,
    /// The payment failed.
    PayError,
}

/// One order.
pub(super) struct Order {
    pub number: Arc<str>,
    pub face: Face,
    pub kind: Kind,
    /// What was asked for, fen.
    pub amount: i64,
    /// Hash of the request, by which a repeat is told from a conflict.
    pub content: u64,
    /// Hash of the payer's code; 0 if there was none.
    pub code: u64,
    pub attach: Option<Box<str>>,
    pub notify_url: Option<Arc<str>>,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: State,
    pub treatment: Treatment,
    /// What the payer paid, fen; 0 if nothing.
    pub paid: i64,
    pub paid_at: Timestamp,
    pub charges: u32,
    pub reversals: u32,
    /// When the money went back by reversal, if it did.
    pub returned_at: Option<Timestamp>,
    pub refunds: Vec<u32>,
}

impl Order {
    /// An open order of `amount` fen that nobody has paid.
    pub fn new(number: &str, face: Face, kind: Kind, amount: i64, now: Timestamp) -> Order {
        Order {
            number: Arc::from(number),
            face,
            kind,
            amount,
            content: 0,
            code: 0,
            attach: None,
            notify_url: None,
            asked_at: now,
            expires_at: Timestamp::MAX,
            state: State::NotPay,
            treatment: Treatment::Normal,
            paid: 0,
            paid_at: now,
            charges: 0,
            reversals: 0,
            returned_at: None,
            refunds: Vec::new(),
        }
    }

    /// Its state as queries show it, and in words.
    pub fn told(&self) -> (&'static str, &'static str) {
        match self.state {
            State::Success if !self.refunds.is_empty() => ("REFUND", "转入退款"),
            State::Success => ("SUCCESS", "支付成功"),
            State::NotPay => ("NOTPAY", "订单未支付"),
            State::UserPaying => ("USERPAYING", "需要用户输入支付密码"),
            State::Closed => ("CLOSED", "订单已关闭"),
            State::Revoked => ("REVOKED", "订单已撤销"),
            State::PayError => ("PAYERROR", "支付失败"),
        }
    }

    /// How it is paid, as queries show it.
    pub fn trade_type(&self) -> &'static str {
        match self.kind {
            Kind::Micropay => "MICROPAY",
            Kind::Native => "NATIVE",
        }
    }

    /// The payer's id within the application.
    pub fn openid(&self) -> String {
        format!("oSim{:024}", self.code % 1000)
    }

    /// Its reversal was accepted, and it is paid all the same if the payer still pays.
    pub fn slips_through(&self) -> bool {
        let undone = matches!(self.state, State::Revoked | State::Closed);
        self.treatment == Treatment::PaidAfterReverse && undone && self.charges == 0
    }
}

/// One refund. Refunds that are accepted always arrive, at `done_at`.
pub(super) struct Refund {
    pub number: Arc<str>,
    pub face: Face,
    pub order: u32,
    pub amount: i64,
    pub content: u64,
    pub asked_at: Timestamp,
    pub done_at: Timestamp,
}

/// All orders and refunds. Numbers are whatever the client chose.
#[derive(Default)]
pub(super) struct Books {
    orders: Vec<Order>,
    by_number: BTreeMap<Arc<str>, u32>,
    refunds: Vec<Refund>,
    refund_by_number: BTreeMap<Arc<str>, u32>,
    spent_codes: BTreeSet<u64>,
}

impl Books {
    pub fn find(&self, number: &str) -> Option<u32> {
        self.by_number.get(number).copied()
    }

    pub fn order(&self, at: u32) -> &Order {
        &self.orders[at as usize]
    }

    pub fn order_mut(&mut self, at: u32) -> &mut Order {
        &mut self.orders[at as usize]
    }

    pub fn open(&mut self, order: Order) -> u32 {
        let at = u32::try_from(self.orders.len()).expect("fewer than four thousand million orders");
        self.by_number.insert(Arc::clone(&order.number), at);
        self.orders.push(order);
        at
    }

    /// Spends a payer's code, given by its hash; false if it was spent before.
    pub fn spend(&mut self, code: u64) -> bool {
        self.spent_codes.insert(code)
    }

    /// The payer pays. A second payment of one order would be our own fault, so it is counted.
    pub fn pay(&mut self, at: u32, when: Timestamp) {
        let order = self.order_mut(at);
        let surplus = if order.treatment == Treatment::WrongAmount { 100 } else { 0 };
        order.paid = order.amount + surplus;
        order.paid_at = when;
        order.charges += 1;
        order.state = State::Success;
    }

    pub fn refund_no(&self, number: &str) -> Option<u32> {
        self.refund_by_number.get(number).copied()
    }

    pub fn refund(&self, at: u32) -> &Refund {
        &self.refunds[at as usize]
    }

    pub fn add_refund(&mut self, refund: Refund) -> u32 {
        let at = u32::try_from(self.refunds.len()).expect("fewer than four thousand million refunds");
        self.refund_by_number.insert(Arc::clone(&refund.number), at);
        self.orders[refund.order as usize].refunds.push(at);
        self.refunds.push(refund);
        at
    }

    /// Fen of an order that can still be refunded.
    pub fn refundable(&self, at: u32) -> i64 {
        let order = self.order(at);
        if order.state != State::Success {
            return 0;
        }
        order.paid - order.refunds.iter().map(|&refund| self.refund(refund).amount).sum::<i64>()
    }

    /// WeChat's number of a paid order: 28 digits.
    pub fn transaction_id(&self, at: u32) -> String {
        format!("4200{}{:016}", self.order(at).paid_at.local("%Y%m%d", Zone::CHINA), at)
    }

    /// WeChat's number of a refund: 29 digits.
    pub fn refund_id(&self, at: u32) -> String {
        format!("5030{at:025}")
    }

    /// The text of an order's QR code.
    pub fn code_url(&self, at: u32) -> String {
        format!("weixin://wxpay/bizpayurl?pr={at:010}")
    }

    /// The order with that WeChat number.
    pub fn by_transaction_id(&self, id: &str) -> Option<u32> {
        let at: u32 = id.get(12..)?.parse().ok()?;
        let known = (at as usize) < self.orders.len() && self.order(at).charges > 0;
        (known && self.transaction_id(at) == id).then_some(at)
    }

    /// One line of the books.
    pub fn line(&self, at: u32) -> Book {
        let order = self.order(at);
        let money = |fen| Money::new(fen, Currency::Cny);
        let refunds = order.refunds.iter().map(|&refund| self.refund(refund));
        Book {
            order_no: order.number.to_string(),
            paid: (order.charges > 0).then(|| money(order.paid)),
            charges: order.charges,
            reversed: order.returned_at.is_some(),
            refunds: refunds.map(|refund| (refund.number.to_string(), money(refund.amount))).collect(),
            closed: matches!(order.state, State::Closed | State::Revoked | State::PayError),
        }
    }

    /// Every order, in the order they came.
    pub fn orders(&self) -> impl Iterator<Item = (u32, &Order)> {
        (0..).zip(&self.orders)
    }

    /// Every refund, in the order they came.
    pub fn refunds(&self) -> impl Iterator<Item = (u32, &Refund)> {
        (0..).zip(&self.refunds)
    }

    /// All lines, by order number.
    pub fn lines(&self) -> Vec<Book> {
        self.by_number.values().map(|&at| self.line(at)).collect()
    }
}
