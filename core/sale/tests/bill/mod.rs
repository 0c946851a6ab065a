//! A bill whose parts live by facts, for the tests of this folder.

use base::{ChannelId, MerchantId, Money, PaymentId, RefundId, SaleId, StoreId, Text, TillId, Timestamp};
use payment::{
    Answer, Ask, Entry, Fact, Lost, Method, Paid, Part, Payment, Reason, RefundRequest, RefundWay, Request,
    Said, Settled, Settlement, Verdict,
};
use sale::{Refusal, Sale, fold, place_for};

/// One sale and the facts of each of its payments.
pub struct Bill {
    pub total: Money,
    pub parts: Vec<Vec<Entry>>,
    /// Microseconds; grows with every fact.
    now: i64,
}

impl Bill {
    pub fn of(fen: i64) -> Bill {
        Bill { total: Money::cny(fen), parts: Vec::new(), now: 0 }
    }

    pub fn payments(&self) -> Vec<Payment> {
        self.parts.iter().map(|entries| payment::fold(entries)).collect()
    }

    pub fn sale(&self) -> Option<Sale> {
        fold(&self.payments())
    }

    /// Begins a part if the sale admits it; gives its place in `parts`.
    pub fn begin(&mut self, fen: i64, method: Method) -> Result<usize, Refusal> {
        let number = place_for(self.sale().as_ref(), self.total, Money::cny(fen))?;
        let by_hand = matches!(method, Method::Cash { .. } | Method::ShopCode { .. });
        let fact = Fact::Requested(request(number, fen, self.total, method).into());
        let at = self.tick();
        self.parts.push(vec![Entry { at, fact }]);
        let place = self.parts.len() - 1;
        if !by_hand {
            self.learn(place, Fact::Asked { call: 1, ask: Ask::Charge, trace: None });
        }
        Ok(place)
    }

    pub fn by_code(&mut self, fen: i64) -> Result<usize, Refusal> {
        self.begin(fen, Method::PayerCode { hint: "13••89".into() })
    }

    pub fn cash(&mut self, fen: i64) -> Result<usize, Refusal> {
        self.begin(fen, Method::Cash { tendered: Money::cny(fen) })
    }

    /// The provider says this to the last question, or to a new inquiry if there is none.
    pub fn answer(&mut self, part: usize, verdict: Verdict) {
        let payment = payment::fold(&self.parts[part]);
        if payment.request.method.is_by_hand() {
            return;
        }
        let call = payment.open_call.map_or(payment.history.calls + 1, |open| open.call);
        if payment.open_call.is_none() {
            self.learn(part, Fact::Asked { call, ask: Ask::Inquire, trace: None });
        }
        self.learn(part, Fact::Answered { call, answer: Answer { verdict, said: Said::default() } });
    }

    pub fn paid(&mut self, part: usize) {
        let amount = payment::fold(&self.parts[part]).request.amount;
        let paid = Paid {
            amount,
            transaction: part.to_string(),
            at: None,
            payer: String::new(),
            funds: String::new(),
        };
        self.answer(part, Verdict::Paid(paid));
    }

    pub fn declined(&mut self, part: usize) {
        self.answer(part, Verdict::Declined(Reason::InsufficientBalance));
    }

    pub fn lost(&mut self, part: usize) {
        if let Some(open) = payment::fold(&self.parts[part]).open_call {
            self.learn(part, Fact::Lost { call: open.call, why: Lost::TimedOut });
        }
    }

    /// Gives so much of one part back; done at once if it goes over the counter.
    pub fn refund(&mut self, part: usize, fen: i64, way: RefundWay) {
        let id = RefundId::from_u128(self.now as u128 + 1_000);
        let amount = Money::cny(fen);
        let wanted = RefundRequest {
            id,
            key: self.now.to_string(),
            content: [0; 32],
            amount,
            reason: String::new(),
            by: String::new(),
            way,
        };
        let payment = payment::fold(&self.parts[part]);
        if payment::decide(&payment, &payment::Command::Refund(wanted.clone())).is_err() {
            return;
        }
        self.learn(part, Fact::RefundRequested(wanted));
        if way == RefundWay::Provider {
            let call = payment.history.calls + 1;
            self.learn(part, Fact::Asked { call, ask: Ask::Refund { refund: id, amount }, trace: None });
            let answer = Answer { verdict: Verdict::Refunded { amount, at: None }, said: Said::default() };
            self.learn(part, Fact::Answered { call, answer });
        }
    }

    /// A person decides that what comes too late is kept.
    #[allow(dead_code, reason = "the properties are about sales where nobody does")]
    pub fn keep(&mut self, part: usize) {
        let settlement =
            Settlement { verdict: Settled::Paid, reason: "顾客同意".into(), by: "li".into() };
        let payment = payment::fold(&self.parts[part]);
        if let Ok(Some(fact)) = payment::decide(&payment, &payment::Command::Keep(settlement)) {
            self.learn(part, fact);
        }
    }

    pub fn learn(&mut self, part: usize, fact: Fact) {
        let at = self.tick();
        self.parts[part].push(Entry { at, fact });
    }

    fn tick(&mut self) -> Timestamp {
        self.now += 1;
        Timestamp::from_micros(self.now)
    }
}

fn request(number: u32, fen: i64, total: Money, method: Method) -> Request {
    Request {
        id: PaymentId::from_u128(u128::from(number)),
        merchant: MerchantId::from_u128(1),
        store: StoreId::from_u128(2),
        till: TillId::from_u128(3),
        cashier: String::new(),
        key: number.to_string(),
        content: [0; 32],
        amount: Money::cny(fen),
        channel: ChannelId::from_u128(4),
        routed: None,
        wallet: "blue".into(),
        wallet_name: Text::new("蓝钱包", "Blue"),
        method,
        description: String::new(),
        reference: String::new(),
        part: Some(Part { sale: SaleId::from_u128(9), number, total, note: "5号桌".into() }),
        installments: None,
    }
}
