//! What every provider must be able to say: an [`payment::Ask`] becomes a [`Call`], a [`Reply`] becomes an
//! [`payment::Answer`], a notification becomes a [`payment::Notice`]; and its honest [`Simulator`].
//!
//! A provider is a pure translation. It never sees a socket, a clock or a payment's history: the moment and
//! the nonce come in with each call, and the shell carries the bytes. Nothing on the trait has a default
//! body: what a provider cannot do is declared in its [`Capabilities`].

pub mod apart;
pub mod bill_desk;
pub mod bill_faults;
pub mod bills;
pub mod books;
pub mod conformance;
pub mod fields;
pub mod form;
mod frame;
mod http;
mod installments;
mod keys;
mod order;
pub mod seal;
pub mod signing;
mod simulator;
mod trouble;
pub mod words;
pub mod world;

pub use frame::{FRAME_BYTES_MAX, FRAME_LENGTH_BYTES, frame_bytes, is_frame};
pub use http::{CLIENT_CERTIFICATE, Call, HttpMethod, HttpReply, HttpRequest, Reply};
pub use installments::{NoPlans, OffersInstallments};
pub use keys::{CannotRenew, KeyInUse, Renewed, RenewsKeys};
pub use order::{Moment, Order};
pub use simulator::{Book, Delivery, Outgoing, Simulator, Treatment};
pub use trouble::Trouble;

use base::Text;
use payment::{Answer, Ask, Notice, Policy};

/// One provider, configured with one merchant's credentials.
pub trait Provider: Send + Sync {
    /// What it can do and how it likes to be asked.
    fn capabilities(&self) -> Capabilities;

    /// The call that asks `ask` about `order`. Signs, so it costs a fraction of a millisecond: the shell
    /// runs it on its signing threads. Calling it twice makes the same request with another nonce, which
    /// the provider treats as the same order or refund.
    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk>;

    /// What `reply` to `ask` proves. Total: whatever it cannot read or trust is [`payment::Verdict::Unclear`].
    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, moment: &Moment) -> Answer;

    /// What an unasked request to our notification address says, once its signature is found right.
    fn notice(&self, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice>;

    /// What to answer to a notification: taken, or not.
    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply;

    /// What `reply` to `ask` shows to be wrong between us and the provider; nothing if it was ours to ask and its
    /// to answer, whatever became of the order.
    fn trouble(&self, ask: &Ask, order: &Order, reply: &Reply, moment: &Moment) -> Option<Trouble>;

    /// The way to renew the keys it trusts; nothing if they are configured once and for all.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys>;

    /// Its daily bills; nothing if it makes none.
    fn bills(&self) -> Option<&dyn bills::Bills>;

    /// Its plans for paying in instalments; nothing if its wallet lends no money, or tells no plans.
    fn installments(&self) -> Option<&dyn OffersInstallments>;
}

/// What a provider can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// Our short name of the provider, as in configuration and addresses.
    pub name: &'static str,
    /// Its name for people.
    pub title: Text,
    /// The wallets whose money it takes, by our short names of them: one, or several if it gathers them. Empty if that is
    /// decided behind it.
    pub wallets: &'static [&'static str],
    /// The wallets that can pay its QR codes: some gather several wallets' codes, and make QR codes of one.
    pub qr_wallets: &'static [&'static str],
    /// Takes a payer's code.
    pub payer_code: bool,
    /// Makes a QR code for the customer to scan.
    pub shown_qr: bool,
    /// Timing that its own documents suggest.
    pub policy: Policy,
}

impl Capabilities {
    /// Whether it takes this wallet's money in that way: by the payer's code, or else by a QR code that is shown.
    pub fn take(&self, wallet: &str, payer_code: bool) -> bool {
        let (able, wallets) =
            if payer_code { (self.payer_code, self.wallets) } else { (self.shown_qr, self.qr_wallets) };
        able && (wallets.is_empty() || wallets.contains(&wallet))
    }
}

/// A question that cannot be put: our settings or the order's content do not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotAsk {
    /// The provider has no such function.
    NotSupported,
    /// A charge without the payer's code; codes are not kept, so a charge cannot be asked twice after a restart.
    PayerCodeGone,
    /// Something in the order breaks the provider's rules: which, for people.
    OrderNotAcceptable(String),
}

impl std::fmt::Display for CannotAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CannotAsk::NotSupported => f.write_str("the provider has no such function"),
            CannotAsk::PayerCodeGone => f.write_str("the payer's code is gone, so it cannot be charged"),
            CannotAsk::OrderNotAcceptable(why) => write!(f, "the order breaks a rule of the provider: {why}"),
        }
    }
}

impl std::error::Error for CannotAsk {}

/// Why a request to our notification address is refused. It changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadNotice {
    /// A header or field that must be there is not.
    Incomplete(&'static str),
    /// Signed by a key we do not know.
    UnknownKey,
    /// The signature is wrong.
    WrongSignature,
    /// Older or newer than the provider's clocks allow.
    Stale,
    /// Cannot be decrypted with our key.
    CannotDecrypt,
    /// Decrypts or parses to something that is no notification.
    Garbled,
    /// Meant for another merchant or application.
    NotOurs,
    /// Its kind is none that we handle; acknowledged so that it is not repeated.
    OfNoInterest,
}

impl std::fmt::Display for BadNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadNotice::Incomplete(what) => write!(f, "the notification lacks {what}"),
            BadNotice::UnknownKey => f.write_str("the notification is signed by an unknown key"),
            BadNotice::WrongSignature => f.write_str("the notification's signature is wrong"),
            BadNotice::Stale => f.write_str("the notification's time is more than five minutes off"),
            BadNotice::CannotDecrypt => f.write_str("the notification cannot be decrypted with our key"),
            BadNotice::Garbled => f.write_str("the notification cannot be read"),
            BadNotice::NotOurs => f.write_str("the notification is meant for another merchant"),
            BadNotice::OfNoInterest => f.write_str("the notification is of a kind that we do not use"),
        }
    }
}

impl std::error::Error for BadNotice {}
