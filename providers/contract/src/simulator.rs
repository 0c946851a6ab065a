//! What every provider's simulator is: an honest fake with its own books, pure, so that the same code runs
//! in memory for the simulated world and behind a real port for people and third-party clients.
//!
//! Honest means: it checks what the real provider checks (signature, clock, fields, state of the order) and
//! signs what the real one signs. How it shall misbehave is chosen per order by a [`Treatment`].

use crate::bill_faults::BillFault;
use crate::{Call, HttpReply, HttpRequest, Moment};
use base::{Money, OrderNo, Timestamp};
use settlement::Day;
use std::time::Duration;

/// How one order is treated. A person chooses it with the payer's code or the amount, a script or a seed directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// Paid at once.
    Normal,
    /// The payer must type a password, and does after some seconds.
    PasswordThenPaid,
    /// The payer must type a password and never does.
    PasswordNeverTyped,
    /// The payer must type a password and refuses.
    PasswordThenRefused,
    /// Paid, but the answer takes long.
    Slow,
    /// The request is lost before it takes effect.
    LostBefore,
    /// It takes effect and the answer is lost.
    LostAfter,
    /// The notification comes twice.
    NotifyTwice,
    /// The notification comes minutes late.
    NotifyLate,
    /// Refused: not enough money.
    InsufficientBalance,
    /// Refused: the code is too old.
    CodeExpired,
    /// Refused: the code was used before.
    CodeUsed,
    /// Refused: not a code of this wallet.
    CodeWrong,
    /// Refused: above a limit of the payer.
    PayerLimit,
    /// Refused by risk control.
    Risk,
    /// The provider fails inside (5xx); the order is paid nevertheless.
    ErrorButPaid,
    /// The provider fails inside and nothing happened.
    ErrorNotPaid,
    /// Closed for maintenance.
    Maintenance,
    /// Paid, and the answer's signature is wrong.
    WrongSignature,
    /// Paid, and the answer carries the provider's deliberately wrong probe signature.
    SignatureProbe,
    /// Paid, with another amount than was asked.
    WrongAmount,
    /// The first reversals do not finish (`recall`, `retry_flag`).
    ReverseNeedsRepeat,
    /// Accepts the reversal, yet the payment succeeds afterwards.
    PaidAfterReverse,
    /// Refunds are accepted and take long.
    RefundSlow,
    /// Refunds are refused.
    RefundRefused,
}

impl Treatment {
    /// Every treatment with its short name, as scripts and pages write it.
    pub const ALL: &'static [(Treatment, &'static str)] = &[
        (Treatment::Normal, "normal"),
        (Treatment::PasswordThenPaid, "password_then_paid"),
        (Treatment::PasswordNeverTyped, "password_never_typed"),
        (Treatment::PasswordThenRefused, "password_then_refused"),
        (Treatment::Slow, "slow"),
        (Treatment::LostBefore, "lost_before"),
        (Treatment::LostAfter, "lost_after"),
        (Treatment::NotifyTwice, "notify_twice"),
        (Treatment::NotifyLate, "notify_late"),
        (Treatment::InsufficientBalance, "insufficient_balance"),
        (Treatment::CodeExpired, "code_expired"),
        (Treatment::CodeUsed, "code_used"),
        (Treatment::CodeWrong, "code_wrong"),
        (Treatment::PayerLimit, "payer_limit"),
        (Treatment::Risk, "risk"),
        (Treatment::ErrorButPaid, "error_but_paid"),
        (Treatment::ErrorNotPaid, "error_not_paid"),
        (Treatment::Maintenance, "maintenance"),
        (Treatment::WrongSignature, "wrong_signature"),
        (Treatment::SignatureProbe, "signature_probe"),
        (Treatment::WrongAmount, "wrong_amount"),
        (Treatment::ReverseNeedsRepeat, "reverse_needs_repeat"),
        (Treatment::PaidAfterReverse, "paid_after_reverse"),
        (Treatment::RefundSlow, "refund_slow"),
        (Treatment::RefundRefused, "refund_refused"),
    ];

    /// The treatment of that short name.
    pub fn named(name: &str) -> Option<Treatment> {
        Treatment::ALL.iter().find(|(_, known)| *known == name).map(|(treatment, _)| *treatment)
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        Treatment::ALL
            .iter()
            .find(|(known, _)| *known == self)
            .map(|(_, name)| *name)
            .expect("ALL lists every one")
    }

    /// The last six digits of a payer's code that asks for this treatment: a mark that codes made up by people and
    /// by other clients hardly ever have, then the position in [`Treatment::ALL`].
    pub fn code_ending(self) -> String {
        let position = Treatment::ALL.iter().position(|(known, _)| *known == self);
        format!("{MARK}{:02}", position.expect("ALL lists every one"))
    }

    /// The treatment a payer's code asks for by [`Treatment::code_ending`]; without that ending, and for an order
    /// shown as QR, orders are normal.
    pub fn of_code(code: &str) -> Treatment {
        let ending = code.len().checked_sub(6).and_then(|at| code.get(at..));
        let position =
            ending.and_then(|ending| ending.strip_prefix(MARK)).and_then(|d| d.parse::<usize>().ok());
        position.and_then(|at| Treatment::ALL.get(at)).map_or(Treatment::Normal, |(treatment, _)| *treatment)
    }
}

/// What marks a payer's code that asks for a treatment.
const MARK: &str = "7070";

/// What happens to a request that reached the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The reply goes out after `delay`.
    Reply {
        /// The reply.
        reply: HttpReply,
        /// How long the provider takes.
        delay: Duration,
    },
    /// No reply ever; the connection is dropped.
    Nothing,
}

/// A notification that the simulator wants delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The request to make.
    pub call: Call,
    /// Names this notification when its fate is reported back.
    pub notice_id: String,
}

/// One line of the simulator's own books: what really happened to an order, whatever was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The merchant's number: ours, or whatever another client of the simulator chose.
    pub order_no: String,
    /// What the payer paid; nothing if unpaid.
    pub paid: Option<Money>,
    /// How often the payer was charged for this order: never more than once.
    pub charges: u32,
    /// Given back by reversal.
    pub reversed: bool,
    /// Given back by refunds, each with its number.
    pub refunds: Vec<(String, Money)>,
    /// No longer payable.
    pub closed: bool,
}

/// A provider's simulator. Deterministic: the same requests at the same moments get the same replies.
pub trait Simulator: Send {
    /// Handles one request.
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery;

    /// When [`Simulator::tick`] has something to do next.
    fn due(&self) -> Option<Timestamp>;

    /// What has become due: payers who finish, notifications to send.
    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing>;

    /// Reports what a notification was answered; an answer that is no acknowledgement is repeated later.
    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, now: Timestamp);

    /// How the order will be treated from now on. Without it the payer's code decides when the order is opened.
    fn treat(&mut self, order_no: OrderNo, treatment: Treatment);

    /// The customer scans the QR of this order and pays; under [`Treatment::PaidAfterReverse`] also once it is closed.
    /// False if there is nothing to pay.
    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool;

    /// The whole provider is down (refuses or drops everything) until told otherwise.
    fn set_down(&mut self, down: bool);

    /// The next of three steps in changing the key that signs: a new one is published beside the old, then the new one
    /// signs, then the old one is gone. False if this provider has no key that is published.
    fn rotate_keys(&mut self, now: Timestamp) -> bool;

    /// The books, in the order of order numbers.
    fn books(&self) -> Vec<Book>;

    /// One order's line of the books.
    fn book(&self, order_no: OrderNo) -> Option<Book>;

    /// The bill of `day` will be spoilt like this.
    fn spoil_bill(&mut self, day: Day, fault: BillFault);

    /// Bills can be had at any time, also of the running day: for demonstrations and tests that cannot wait for the
    /// morning. Otherwise a bill is not ready before its hour.
    fn bills_at_once(&mut self);

    /// A payer's code of this wallet, well-formed, that asks for `treatment`; `salt` makes it unique.
    fn code_for(&self, treatment: Treatment, salt: u64) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_marked_code_asks_for_a_treatment() {
        for (treatment, _) in Treatment::ALL {
            assert_eq!(Treatment::of_code(&format!("130000000001{}", treatment.code_ending())), *treatment);
        }
        for code in ["130000000000000001", "134567890123456709", "7070", "707001", "13000000000170709x", ""] {
            let expected = if code == "707001" { Treatment::PasswordThenPaid } else { Treatment::Normal };
            assert_eq!(Treatment::of_code(code), expected, "{code}");
        }
    }
}
