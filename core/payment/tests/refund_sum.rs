//! What may have gone back counts as gone: while a refund is unclear, nobody can ask for its money a second time.

mod sale;

use base::{Money, RefundId, Timestamp};
use payment::{
    Answer, Ask, Command, Entry, Fact, Lost, Payment, Reason, RefundRequest, RefundWay, Refusal, Said,
    Verdict, decide,
};
use sale::{PRICE, by_code, proof, request};

/// A paid sale, and the refunds that are asked of it.
struct Till {
    payment: Payment,
    refunds: u8,
}

impl Till {
    fn with_a_paid_sale() -> Till {
        let payment = Payment::begin(&entry(Fact::Requested(request(by_code()).into())));
        let mut till = Till { payment, refunds: 0 };
        till.learn(Fact::Asked { call: 1, ask: Ask::Charge, trace: None });
        till.learn(answered(1, Verdict::Paid(proof(PRICE))));
        till
    }

    fn learn(&mut self, fact: Fact) {
        self.payment.apply(&entry(fact));
    }

    /// Asks for so much, fen; what is accepted is asked of the provider at once, by the call of this number.
    fn refund(&mut self, fen: i64, call: u32) -> Result<(), Refusal> {
        self.refunds += 1;
        let wanted = refund(fen, self.refunds);
        let fact = decide(&self.payment, &Command::Refund(wanted.clone()))?.expect("a refund that is new");
        self.learn(fact);
        self.learn(Fact::Asked {
            call,
            ask: Ask::Refund { refund: wanted.id, amount: wanted.amount },
            trace: None,
        });
        Ok(())
    }
}

fn entry(fact: Fact) -> Entry {
    Entry { at: Timestamp::from_micros(1_795_400_000_000_000), fact }
}

fn answered(call: u32, verdict: Verdict) -> Fact {
    Fact::Answered { call, answer: Answer { verdict, said: Said::default() } }
}

fn refund(fen: i64, no: u8) -> RefundRequest {
    RefundRequest {
        id: RefundId::from_u128(1000 + u128::from(no)),
        key: format!("refund {no}"),
        content: [no; 32],
        amount: Money::cny(fen),
        reason: String::new(),
        by: "Li".into(),
        way: RefundWay::Provider,
    }
}

fn only(fen: i64) -> Result<(), Refusal> {
    Err(Refusal::RefundExceedsWhatIsLeft { left: Money::cny(fen) })
}

#[test]
fn a_refund_without_an_answer_leaves_that_much_less() {
    let mut till = Till::with_a_paid_sale();
    assert_eq!(till.refund(800, 2), Ok(()));
    assert_eq!(till.refund(800, 3), only(PRICE - 800), "it is on its way");
    till.learn(Fact::Lost { call: 2, why: Lost::TimedOut });
    assert_eq!(till.refund(800, 3), only(PRICE - 800), "it may have happened");
    assert_eq!(till.refund(PRICE - 800, 3), Ok(()));
    assert_eq!(till.refund(1, 4), Err(Refusal::NothingToRefund));
}

#[test]
fn a_refund_that_was_refused_leaves_everything() {
    let mut till = Till::with_a_paid_sale();
    assert_eq!(till.refund(800, 2), Ok(()));
    till.learn(answered(2, Verdict::RefundRefused(Reason::ALL[0])));
    assert_eq!(till.payment.refundable(), Money::cny(PRICE));
}
