//! The suite every provider must pass against its own simulator, in memory, on a virtual clock.
//!
//! It asks every question under every [`Treatment`] and holds what the provider makes of the replies against the
//! simulator's books: an answer may leave things open, it may never contradict what happened. Call it with real
//! signatures and with [`crate::signing::Checksum`].

mod bills;
mod damage;
mod money;
mod notices;

use crate::{
    Book, Delivery, HttpReply, HttpRequest, Moment, Order, Outgoing, Provider, Reply, Simulator, Treatment,
};
use base::{Money, OrderNo, PaymentId, RefundId, RefundNo, Timestamp};
use payment::{Answer, Ask, PayerCode, Verdict};
use std::time::Duration;

/// Runs the whole suite; panics with what was expected and what was said. The simulator must be fresh, and
/// the provider configured for its merchant with a notification address.
pub fn check(provider: &dyn Provider, simulator: &mut dyn Simulator) {
    let mut world = World::new(provider, simulator);
    for &(treatment, name) in Treatment::ALL {
        money::charge_ends_definitely(&mut world, treatment, name);
        money::shown_order_ends_definitely(&mut world, treatment, name);
    }
    money::nothing_is_known_of_unknown_orders(&mut world);
    money::repeats_change_nothing(&mut world);
    money::conflicts_prove_nothing(&mut world);
    money::refunds_add_up(&mut world);
    money::impossible_questions_are_refused(&mut world);
    money::a_provider_that_is_down_proves_nothing(&mut world);
    damage::damaged_replies_prove_nothing(&mut world);
    damage::replies_about_others_prove_nothing(&mut world);
    notices::notices_are_verified(&mut world);
    notices::notices_are_repeated_until_acknowledged(&mut world);
    notices::treated_notices_arrive(&mut world);
    bills::bills_tell_what_happened(&mut world);
}

/// The virtual world: one provider, its simulator, a clock.
struct World<'a> {
    provider: &'a dyn Provider,
    simulator: &'a mut dyn Simulator,
    now: Timestamp,
    drawn: u128,
    mail: Vec<(Timestamp, Outgoing)>,
    /// Whether notifications are taken.
    listening: bool,
}

impl<'a> World<'a> {
    fn new(provider: &'a dyn Provider, simulator: &'a mut dyn Simulator) -> World<'a> {
        let now = Timestamp::from_micros(1_795_400_000_000_000);
        World { provider, simulator, now, drawn: 0, mail: Vec::new(), listening: true }
    }

    /// A number that was not drawn before.
    fn draw(&mut self) -> u128 {
        self.drawn += 1;
        self.drawn
    }

    fn moment(&mut self) -> Moment {
        // Odd, so that consecutive nonces look as different as random ones.
        Moment { now: self.now, nonce: self.draw().wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) }
    }

    /// A new order for 12.50; with a code that asks for `treatment` if the customer's code is scanned.
    fn order(&mut self, shown_qr: bool, treatment: Treatment) -> Order {
        let salt = self.draw();
        let payment = PaymentId::from_u128(0x018f_3c1e_5b7a_7c3d_9e2f << 48 | salt);
        let code = self.simulator.code_for(treatment, salt as u64);
        let payer_code = PayerCode::parse(&code).expect("the simulator's codes are well-formed");
        Order {
            order_no: OrderNo::from(payment),
            amount: Money::cny(1250),
            description: "小卖部 结账".to_owned(),
            requested_at: self.now,
            expires_at: self.now + Duration::from_secs(300),
            terminal: "T1".to_owned(),
            shown_qr,
            payer_code: (!shown_qr).then_some(payer_code),
            transaction: None,
            refund_no: None,
            refund_reason: String::new(),
            trace: None,
            charge_trace: None,
        }
    }

    /// Asks and lets the reply take its time; nothing if none comes. What the reply is taken to prove is held
    /// against the books.
    fn ask(&mut self, ask: Ask, order: &Order) -> Option<Answer> {
        let reply = self.exchange(ask, order)?;
        let moment = self.moment();
        let answer = self.provider.answer(&ask, order, &reply, &moment);
        self.must_agree(ask, order, &answer);
        Some(answer)
    }

    fn verdict(&mut self, ask: Ask, order: &Order) -> Verdict {
        self.ask(ask, order).map(|answer| answer.verdict).unwrap_or_else(|| panic!("{ask:?} was lost"))
    }

    /// The reply to a question, byte for byte.
    fn exchange(&mut self, ask: Ask, order: &Order) -> Option<Reply> {
        let moment = self.moment();
        let call = self.provider.call(&ask, order, &moment).unwrap_or_else(|why| panic!("{ask:?}: {why}"));
        let moment = self.moment();
        match self.simulator.serve(&HttpRequest::from(&call), &moment) {
            Delivery::Nothing => None,
            Delivery::Reply { reply, delay } => {
                self.pass(delay);
                Some(Reply::from(reply))
            }
        }
    }

    /// Time passes; payers act and notifications are delivered at their own times.
    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(due) = self.simulator.due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let moment = self.moment();
            for outgoing in self.simulator.tick(&moment) {
                self.deliver(outgoing);
            }
        }
        self.now = end;
    }

    fn deliver(&mut self, outgoing: Outgoing) {
        let reply = self.listening.then(|| self.taken(&outgoing));
        self.simulator.notified(&outgoing.notice_id, reply.as_ref(), self.now);
        self.mail.push((self.now, outgoing));
    }

    /// What we answer to a notification.
    fn taken(&mut self, outgoing: &Outgoing) -> HttpReply {
        let moment = self.moment();
        let notice = self.provider.notice(&HttpRequest::from(&outgoing.call), &moment);
        self.provider.acknowledge(notice.as_ref().map(|_| ()))
    }

    fn book(&self, order: &Order) -> Option<Book> {
        self.simulator.book(order.order_no)
    }

    /// What the merchant holds of this order, minor units.
    fn kept(&self, order: &Order) -> i64 {
        let Some(book) = self.book(order) else { return 0 };
        assert!(book.charges <= 1, "the payer was charged {} times: {book:?}", book.charges);
        let paid = book.paid.map_or(0, Money::minor);
        let refunded: i64 = book.refunds.iter().map(|(_, amount)| amount.minor()).sum();
        if book.reversed { 0 } else { paid - refunded }
    }

    fn refunded(&self, order: &Order, refund: RefundId) -> Option<Money> {
        let number = RefundNo::from(refund).to_string();
        let book = self.book(order)?;
        book.refunds.iter().find(|(known, _)| *known == number).map(|(_, amount)| *amount)
    }

    /// The law of the suite: no answer contradicts the books.
    fn must_agree(&self, ask: Ask, order: &Order, answer: &Answer) {
        let agrees = match (&answer.verdict, ask) {
            (Verdict::Paid(paid), _) => {
                let book = self.book(order);
                book.is_some_and(|book| book.paid == Some(paid.amount) && !book.reversed)
                    && !paid.transaction.is_empty()
            }
            (Verdict::NotFound, Ask::InquireRefund { refund }) => self.refunded(order, refund).is_none(),
            (Verdict::RefundRefused(_), Ask::Refund { refund, .. } | Ask::InquireRefund { refund }) => {
                self.refunded(order, refund).is_none()
            }
            (
                Verdict::Refunded { amount, .. },
                Ask::Refund { refund, .. } | Ask::InquireRefund { refund },
            ) => self.refunded(order, refund) == Some(*amount),
            (Verdict::Declined(_) | Verdict::NotFound | Verdict::Closed | Verdict::Returned, _) => {
                self.kept(order) == 0
            }
            _ => true,
        };
        assert!(agrees, "{ask:?} was answered {answer:?}, but the books say {:?}", self.book(order));
    }
}
