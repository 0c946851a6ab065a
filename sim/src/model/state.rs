//! A state of the small world, and what is true of it.

use base::{ChannelId, Currency, MerchantId, Money, PaymentId, RefundId, StoreId, Text, TillId, Timestamp};
use engine::lease::{Fence, Member, Members, Standing};
use payment::{
    Answer, Ask, CallNo, Entry, Fact, Lost, Method, Next, Outcome, Paid, Payment, Policy, Reason, Request,
    Said, Verdict, fold, next,
};
use std::sync::OnceLock;
use std::time::Duration;

/// Nodes.
pub(crate) const NODES: usize = 2;
/// What the sale costs, fen.
const FEN: i64 = 100;

/// The whole small world between two actions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// Seconds.
    pub now: u8,
    /// What is durable.
    pub facts: Vec<Kept>,
    /// Who holds the payment, by fence.
    pub holder: i64,
    pub members: Vec<Membership>,
    pub nodes: [Node; NODES],
    pub wire: Vec<Message>,
    pub provider: Provider,
    /// Presses that tills still make.
    pub presses: [u8; 2],
    pub cancels: u8,
    pub faults: u8,
    pub goods: bool,
    pub charges_left: u8,
    pub fenced_acted: bool,
}

/// A durable fact, small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kept {
    pub at: u8,
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What {
    Requested,
    Asked(u8, Question),
    Answered(u8, Reply),
    Lost(u8),
    NeverLeft(u8),
    CancelRequested,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Question {
    Charge,
    Inquire,
    Reverse,
    Refund,
    InquireRefund,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reply {
    Paid,
    Awaiting,
    Declined,
    NotFound,
    Closed,
    Returned,
    Refunded,
    RefundRefused,
}

/// A membership, small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Membership {
    pub node: u8,
    pub beat: u8,
    pub fenced: bool,
}

/// A node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub up: bool,
    pub asleep: bool,
    pub fence: i64,
    /// When its last beat was.
    pub beaten: u8,
    /// How many facts it remembers; nothing if the payment is not in its memory.
    pub memory: Option<u8>,
    /// A call that it made and waits for.
    pub waits: Option<u8>,
    /// A call that is durable and not sent.
    pub in_hand: Option<(u8, Question)>,
    /// The other's beat as it was last seen to move, and when.
    pub seen: (u8, u8),
    pub clock_off: i8,
    /// Since when it is dead or asleep.
    pub away_since: u8,
}

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    Request { call: u8, question: Question, node: u8, sent: u8, copy: bool, slow: bool },
    Answer { call: u8, reply: Reply, node: u8, sent: u8, slow: bool },
}

/// What the provider knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Provider {
    pub order: Order,
    pub charges: u8,
    /// Given back, fen.
    pub returned: i16,
    pub refunded: bool,
}

/// How the order stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    None,
    Typing,
    Paid,
    Closed,
    Declined,
}

impl Message {
    /// When it left, and whether it is late.
    pub fn sent(&self) -> (u8, bool) {
        let (Message::Request { sent, slow, .. } | Message::Answer { sent, slow, .. }) = *self;
        (sent, slow)
    }
}

impl State {
    pub fn first(faults: u8) -> State {
        let node = |fence| Node {
            up: true,
            asleep: false,
            fence,
            beaten: 0,
            memory: None,
            waits: None,
            in_hand: None,
            seen: (0, 0),
            clock_off: 0,
            away_since: 0,
        };
        let member = |node| Membership { node, beat: 0, fenced: false };
        State {
            now: 0,
            facts: Vec::new(),
            holder: 0,
            members: vec![member(0), member(1)],
            nodes: [node(1), node(2)],
            wire: Vec::new(),
            provider: Provider { order: Order::None, charges: 0, returned: 0, refunded: false },
            presses: [1, 1],
            cancels: 1,
            faults,
            goods: false,
            charges_left: 0,
            fenced_acted: false,
        }
    }

    /// Messages have no order on the wire.
    pub fn order(&mut self) {
        self.wire.sort_unstable();
    }

    /// The members as the real rules see them.
    pub fn real_members(&self) -> Members {
        Members::read(self.members.iter().enumerate().map(|(at, member)| Member {
            fence: Fence(at as i64 + 1),
            name: String::new(),
            address: String::new(),
            beat: i64::from(member.beat),
            standing: if member.fenced { Standing::Fenced } else { Standing::Alive },
        }))
    }

    /// What so many facts add up to.
    pub fn payment(&self, count: usize) -> Option<Payment> {
        let entries: Vec<Entry> = self.facts[..count].iter().map(Kept::entry).collect();
        (!entries.is_empty()).then(|| fold(&entries))
    }

    /// How the payment stands, by what is durable, if nothing is under way.
    pub fn stands(&self) -> Option<Next> {
        let payment = self.payment(self.facts.len())?;
        Some(next(&payment, policy(), second(self.now).max(payment.updated_at)))
    }

    pub fn charged_at_most_once(&self) -> bool {
        self.provider.charges <= 1 && self.charges_left <= 1
    }

    /// Goods left on the word that it is paid: then it is.
    pub fn goods_are_paid(&self) -> bool {
        !self.goods || (self.provider.order == Order::Paid && self.provider.returned == 0)
    }

    /// What the book says is what the provider knows.
    pub fn outcome_is_true(&self) -> bool {
        let kept =
            if self.provider.order == Order::Paid { i64::from(self.provider.returned) < FEN } else { false };
        match self.stands() {
            Some(Next::Rest(Outcome::Paid)) => kept,
            Some(Next::Rest(Outcome::NotPaid(_) | Outcome::Returned)) => !kept,
            _ => true,
        }
    }

    pub fn returned_within_paid(&self) -> bool {
        i64::from(self.provider.returned) <= i64::from(self.provider.charges) * FEN
    }

    /// The payment rests, or nobody ever asked for it.
    pub fn settled(&self) -> bool {
        self.facts.is_empty() || matches!(self.stands(), Some(Next::Rest(_)))
    }

    pub fn is_paid(&self) -> bool {
        matches!(self.stands(), Some(Next::Rest(Outcome::Paid)))
    }

    pub fn taken_over(&self) -> bool {
        self.facts.len() > 2 && self.members.iter().any(|member| member.fenced)
    }
}

impl Kept {
    /// The fact as the core knows it.
    pub fn entry(&self) -> Entry {
        let fact = match self.what {
            What::Requested => Fact::Requested(request().into()),
            What::Asked(call, question) => {
                Fact::Asked { call: call_no(call), ask: question.ask(), trace: None }
            }
            What::Answered(call, reply) => Fact::Answered {
                call: call_no(call),
                answer: Answer { verdict: reply.verdict(), said: Said::default() },
            },
            What::Lost(call) => Fact::Lost { call: call_no(call), why: Lost::TimedOut },
            What::NeverLeft(call) => Fact::NeverLeft { call: call_no(call), why: String::new() },
            What::CancelRequested => Fact::CancelRequested { by: String::new() },
        };
        Entry { at: second(self.at), fact }
    }
}

impl Question {
    fn ask(self) -> Ask {
        let refund = RefundId::from_u128(PAYMENT.as_u128());
        match self {
            Question::Charge => Ask::Charge,
            Question::Inquire => Ask::Inquire,
            Question::Reverse => Ask::Reverse,
            Question::Refund => Ask::Refund { refund, amount: Money::new(FEN, Currency::Cny) },
            Question::InquireRefund => Ask::InquireRefund { refund },
        }
    }

    pub fn of(ask: Ask) -> Question {
        match ask {
            Ask::Charge | Ask::Present => Question::Charge,
            Ask::Inquire => Question::Inquire,
            Ask::Reverse | Ask::Close => Question::Reverse,
            Ask::Refund { .. } => Question::Refund,
            Ask::InquireRefund { .. } => Question::InquireRefund,
        }
    }
}

impl Reply {
    fn verdict(self) -> Verdict {
        let amount = Money::new(FEN, Currency::Cny);
        match self {
            Reply::Paid => Verdict::Paid(Paid {
                amount,
                transaction: String::new(),
                at: None,
                payer: String::new(),
                funds: String::new(),
            }),
            Reply::Awaiting => Verdict::AwaitingPayer,
            Reply::Declined => Verdict::Declined(Reason::InsufficientBalance),
            Reply::NotFound => Verdict::NotFound,
            Reply::Closed => Verdict::Closed,
            Reply::Returned => Verdict::Returned,
            Reply::Refunded => Verdict::Refunded { amount, at: None },
            Reply::RefundRefused => Verdict::RefundRefused(Reason::RefundNotPossible),
        }
    }
}

const PAYMENT: PaymentId = PaymentId::from_u128(7);

/// Everything in seconds, as short as it can be with the same order of things.
pub(crate) fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    let one = Duration::from_secs(1);
    POLICY.get_or_init(|| Policy {
        call_timeout: 2 * one,
        first_inquiry: one,
        inquiry_every: one,
        give_up_after: 4 * one,
        reverse_not_before: one,
        reverse_backoff: vec![one],
        reverse_tries: 2,
        // Longer than a message can fly by more than a clock can be set.
        in_flight_max: 4 * one,
        send_tries: 2,
        send_again_after: one,
        refund_backoff: vec![one],
        escalate_after: 60 * one,
        ..Policy::default()
    })
}

/// How old a message can get on the wire: less than the policy's longest flight.
pub(crate) const FLIGHT_MAX: u8 = 2;
/// The lease, seconds.
pub(crate) const LEASE: u8 = 2;

pub(crate) fn second(n: u8) -> Timestamp {
    Timestamp::from_micros(i64::from(n) * 1_000_000)
}

pub(crate) fn call_no(call: u8) -> CallNo {
    CallNo::from(call)
}

fn request() -> Request {
    Request {
        id: PAYMENT,
        merchant: MerchantId::from_u128(1),
        store: StoreId::from_u128(1),
        till: TillId::from_u128(1),
        cashier: String::new(),
        key: String::new(),
        content: [0; 32],
        amount: Money::new(FEN, Currency::Cny),
        channel: ChannelId::from_u128(1),
        routed: None,
        wallet: String::new(),
        wallet_name: Text::default(),
        method: Method::PayerCode { hint: String::new() },
        description: String::new(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}
