//! Everything that can have happened to a payment. Facts are appended, never edited; what they add up to
//! is [`crate::Payment`].

use crate::{
    Alarm, Answer, Ask, FoundRefund, Installments, Match, Routed, Settlement, Trace, WithdrawnRefund,
};
use base::{
    ChannelId, MerchantId, Money, OrderNo, PaymentId, RefundId, RefundNo, SaleId, StoreId, Text, TillId,
    Timestamp,
};
use std::sync::Arc;

/// A fact and when we learnt it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When we learnt it, by our clock.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// Number of a call within its payment: 1, 2, 3 ...
pub type CallNo = u32;

/// Everything that can have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Somebody wants this amount taken. Always the first fact. Shared with every copy of the payment.
    Requested(Arc<Request>),
    /// We are about to ask the provider. Durable before a byte leaves; an Asked without an end reads as Lost.
    Asked {
        /// Which call this is.
        call: CallNo,
        /// What is asked.
        ask: Ask,
        /// The number it was given, where the provider knows questions by numbers that are counted; nothing for a
        /// question that repeats an earlier one's.
        trace: Option<Trace>,
    },
    /// A reply arrived and this is what it proves.
    Answered {
        /// The call it ends.
        call: CallNo,
        /// What it proves.
        answer: Answer,
    },
    /// No reply will come: the call may or may not have taken effect.
    Lost {
        /// The call it ends.
        call: CallNo,
        /// What went wrong on the way, for people.
        why: Lost,
    },
    /// The call ended before its first byte was sent: it cannot have taken effect.
    NeverLeft {
        /// The call it ends.
        call: CallNo,
        /// What went wrong, for people: `connection refused`.
        why: String,
    },
    /// The provider told us something of its own accord, and its signature is right. A reason to look;
    /// only an answer to our own question decides.
    Noticed(Notice),
    /// A person wants this payment undone.
    CancelRequested {
        /// Who.
        by: String,
    },
    /// A person wants money returned.
    RefundRequested(RefundRequest),
    /// A person wants to know now rather than at the next planned look.
    LookRequested {
        /// Who.
        by: String,
    },
    /// What was only recorded by hand was found at the provider.
    Matched(Match),
    /// That finding was wrong: what was found belongs to something else.
    MatchWithdrawn {
        /// Who says so.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person decided what nothing else could.
    Settled(Settlement),
    /// A person was called, because of this.
    Raised(Alarm),
    /// The provider returned money without being asked by us, as a person can in its back office.
    RefundFound(FoundRefund),
    /// What was found to be returned turned out not to have gone back.
    RefundWithdrawn(WithdrawnRefund),
    /// A person has seen that this payment was found paid after the till had lost sight of it.
    FoundAcknowledged {
        /// Who.
        by: String,
    },
}

/// What is wanted: one amount, by one method, over one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// This attempt.
    pub id: PaymentId,
    /// Whose money it will be.
    pub merchant: MerchantId,
    /// Where.
    pub store: StoreId,
    /// At which till.
    pub till: TillId,
    /// Who pressed the button; empty for a machine.
    pub cashier: String,
    /// The caller's idempotency key.
    pub key: String,
    /// Hash of what came with the key: the same key with other content is refused.
    pub content: ContentHash,
    /// How much.
    pub amount: Money,
    /// Which way to which provider; [`ChannelId::NONE`] for money that no provider moves.
    pub channel: ChannelId,
    /// Why over this channel, where there were several ways; it never changes, and neither does the channel.
    pub routed: Option<Routed>,
    /// Our short name of the wallet.
    pub wallet: String,
    /// The wallet's name for people.
    pub wallet_name: Text,
    /// How the customer pays.
    pub method: Method,
    /// What is bought, as the provider shows it to the payer.
    pub description: String,
    /// The caller's own number for the sale; empty if none.
    pub reference: String,
    /// Which part of a sale this is, if several payments pay one.
    pub part: Option<Part>,
    /// The terms that the customer was shown and chose, where the wallet lends the money.
    pub installments: Option<Installments>,
}

/// One payment of a sale that several pay. What the parts of a sale add up to, `core/sale` tells; a payment by itself
/// is driven as any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The sale.
    pub sale: SaleId,
    /// 1 for the first payment of the sale, and so on. A number is given once, so that two servers that would both
    /// charge the rest of a sale want the same number, and only one gets it.
    pub number: u32,
    /// What the whole sale comes to; the same in every part.
    pub total: Money,
    /// What people call the sale, such as a table; empty if nothing.
    pub note: String,
}

impl Request {
    /// The number the provider knows this payment by.
    pub fn order_no(&self) -> OrderNo {
        OrderNo::from(self.id)
    }
}

/// A 256-bit hash of a request's content, keyed by whoever parsed it: contents hold payer codes, which are few
/// enough to be guessed from a plain hash.
pub type ContentHash = [u8; 32];

/// How the customer pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// We scanned the customer's code. Only its hint is ever kept.
    PayerCode {
        /// Two digits at either end of the code.
        hint: String,
    },
    /// The customer scans ours.
    ShownQr,
    /// Notes and coins: paid because a person counted them. Asking for it is saying that it was done.
    Cash {
        /// What the customer handed over; what is above the amount went back as change.
        tendered: Money,
    },
    /// The customer scanned the shop's printed code over their own network, and a person recorded what they saw
    /// on the customer's phone. Recorded, not verified: no provider was asked.
    ShopCode {
        /// What the cashier saw, in the cashier's words.
        seen: String,
        /// The last digits of the transaction's number, as far as they were read; empty if not.
        digits: String,
    },
}

/// What went wrong between the first byte out and the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Nothing came within the time allowed.
    TimedOut,
    /// The connection broke.
    ConnectionBroke,
    /// This server stopped in the middle and read it so when it came back.
    WeStopped,
}

/// What a provider told us unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The order it speaks of.
    pub order_no: OrderNo,
    /// The refund it speaks of, if it is about a refund.
    pub refund_no: Option<RefundNo>,
    /// What it claims, in the provider's own word: `SUCCESS`.
    pub claim: String,
    /// The provider's id of this notice: the same for repeats.
    pub notice_id: String,
}

/// A wish to return money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// This return.
    pub id: RefundId,
    /// The caller's idempotency key.
    pub key: String,
    /// Hash of what came with the key.
    pub content: ContentHash,
    /// How much.
    pub amount: Money,
    /// Why, for the slip; empty if not said.
    pub reason: String,
    /// Who wants it.
    pub by: String,
    /// Which way the money goes.
    pub way: RefundWay,
}

/// Which way returned money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundWay {
    /// Back through the provider.
    Provider,
    /// Notes and coins over the counter: done because a person says so.
    Cash,
}
