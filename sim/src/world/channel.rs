//! One way to one provider, in one of three manners: over the whole wire with RSA, over the whole wire with keyed
//! checksums in the place of RSA, or to a [`Wallet`] without a wire.

use super::wallet::{self, Down, Echo, Letter, Line, Note, Wallet};
use crate::random::Random;
use base::{ChannelId, OrderNo, PaymentId, RefundNo, Timestamp};
use engine::CallOut;
use payment::{Answer, Ask, Notice, PayerCode, Policy, Said, Verdict};
use provider_contract::{
    Delivery, HttpReply, HttpRequest, Moment, Order, Provider, Reply, Simulator, Treatment,
};
use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;
use wechat::v2::sign::SignType;

/// How a world's providers are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Signed bytes: RSA-2048 on both sides.
    Rsa,
    /// The same bytes, with checksums of a key in the place of RSA.
    Checksum,
    /// Values with a keyed seal.
    None,
}

/// A channel and the provider at its other end.
pub(super) struct Channel {
    pub id: ChannelId,
    pub policy: Policy,
    way: Way,
    /// The moment the provider's next tick is planned for.
    pub tick_at: Option<Timestamp>,
}

enum Way {
    Wire { provider: Box<dyn Provider>, simulator: Box<dyn Simulator> },
    Wallet(Wallet),
}

/// A question on its way.
pub(super) enum Cargo {
    Wire {
        order: Box<Order>,
        request: Box<HttpRequest>,
    },
    Letter(Letter),
    /// It could not be asked at all.
    Nothing,
}

/// An answer on its way.
#[derive(Debug)]
pub(super) enum Back {
    Wire(HttpReply),
    Echo(Echo),
}

/// A notification on its way.
#[derive(Clone, Debug)]
pub(super) enum Post {
    Wire { request: Box<HttpRequest>, notice_id: String },
    Note(Note),
}

/// What we answer to a notification.
pub(super) enum Receipt {
    Wire(HttpReply),
    Taken(bool),
}

/// A kind of provider.
#[derive(Clone, Copy)]
enum Kind {
    Wechat,
    Alipay,
    UnionPay,
    Jd,
    Lakala,
}

const KINDS: [Kind; 5] = [Kind::Wechat, Kind::Alipay, Kind::UnionPay, Kind::Jd, Kind::Lakala];

/// Where every provider is, as far as its channel knows.
const AT: &str = "https://provider.example";
const GOOD_KEYS: &str = "fresh keys are good keys";

impl Kind {
    /// A channel to a simulator of this kind. Keys are drawn once for all worlds of this process: drawing them takes a
    /// second.
    fn channel(self, id: u128, rsa: bool, seed: u64) -> Channel {
        let shop = format!("https://shop.example/notify/provider/{id}");
        match self {
            Kind::Wechat => wechat_channel(id, rsa, seed, &shop),
            Kind::Alipay => alipay_channel(id, rsa, seed, &shop),
            Kind::UnionPay => {
                use unionpay::acp::{Keys, Simulator};
                static KEYS: OnceLock<Keys> = OnceLock::new();
                let signing = || Simulator::with_keys(KEYS.get_or_init(Keys::generate).clone());
                let simulator = if rsa { signing().expect(GOOD_KEYS) } else { Simulator::cheap(seed) };
                Channel::wired(id, Box::new(simulator.client(AT, Some(&shop))), Box::new(simulator))
            }
            Kind::Jd => {
                use jd::{Keys, Simulator};
                static KEYS: OnceLock<Keys> = OnceLock::new();
                let signing = || Simulator::with_keys(KEYS.get_or_init(Keys::generate).clone());
                let simulator = if rsa { signing().expect(GOOD_KEYS) } else { Simulator::cheap(seed) };
                Channel::wired(id, Box::new(simulator.client(AT, Some(&shop))), Box::new(simulator))
            }
            Kind::Lakala => {
                use lakala::{Keys, Simulator};
                static KEYS: OnceLock<Keys> = OnceLock::new();
                let signing = || Simulator::with_keys(KEYS.get_or_init(Keys::generate).clone());
                let simulator = if rsa { signing().expect(GOOD_KEYS) } else { Simulator::cheap(seed) };
                Channel::wired(id, Box::new(simulator.client(AT, Some(&shop))), Box::new(simulator))
            }
        }
    }
}

fn wechat_channel(id: u128, rsa: bool, seed: u64, shop: &str) -> Channel {
    use wechat::{Keys, Simulator};
    static KEYS: OnceLock<Keys> = OnceLock::new();
    let signing = || Simulator::from_keys(KEYS.get_or_init(Keys::fresh));
    let simulator = if rsa { signing().expect(GOOD_KEYS) } else { Simulator::cheap(seed) };
    let ours: Box<dyn Provider> = match other_faces(seed).0 {
        Some(sign_type) => Box::new(simulator.client_v2(AT, shop, sign_type)),
        None => Box::new(simulator.client(AT, shop)),
    };
    Channel::wired(id, ours, Box::new(simulator))
}

fn alipay_channel(id: u128, rsa: bool, seed: u64, shop: &str) -> Channel {
    use alipay::{Keys, Simulator};
    static KEYS: OnceLock<Keys> = OnceLock::new();
    let signing = || Simulator::with_keys(KEYS.get_or_init(Keys::generate).clone());
    let simulator = if rsa { signing().expect(GOOD_KEYS) } else { Simulator::cheap(seed) };
    let ours: Box<dyn Provider> = if other_faces(seed).1 {
        Box::new(simulator.rest_client(AT, Some(shop)))
    } else {
        Box::new(simulator.client(AT, Some(shop)))
    };
    Channel::wired(id, ours, Box::new(simulator))
}

impl Channel {
    /// Two providers reached in this manner; which two, the seed says.
    pub fn all(wire: Wire, seed: u64) -> Vec<Channel> {
        if wire == Wire::None {
            return Channel::without_wire(seed);
        }
        let (kinds, drawn) = (KINDS.len() as u64, seed >> 8);
        let first = drawn % kinds;
        let second = (first + 1 + drawn / kinds % (kinds - 1)) % kinds;
        let channel = |id: u128, kind: u64| KINDS[kind as usize].channel(id, wire == Wire::Rsa, seed);
        vec![channel(1, first), channel(2, second)]
    }

    fn wired(id: u128, provider: Box<dyn Provider>, simulator: Box<dyn Simulator>) -> Channel {
        let policy = provider.capabilities().policy;
        let id = ChannelId::from_u128(id);
        Channel { id, policy, way: Way::Wire { provider, simulator }, tick_at: None }
    }

    fn without_wire(seed: u64) -> Vec<Channel> {
        let wallet = |id: u64, strict| Channel {
            id: ChannelId::from_u128(u128::from(id)),
            policy: Policy::default(),
            way: Way::Wallet(Wallet::new(seed ^ id, strict)),
            tick_at: None,
        };
        vec![wallet(1, true), wallet(2, false)]
    }

    /// A payer's code that asks for a treatment.
    pub fn code_for(&self, treatment: Treatment, salt: u64) -> PayerCode {
        let digits = match &self.way {
            Way::Wire { simulator, .. } => simulator.code_for(treatment, salt),
            Way::Wallet(_) => format!("62{salt:016}"),
        };
        PayerCode::parse(&digits).expect("a provider's fake makes codes that can be read")
    }

    /// How the provider will treat an order; before its first request.
    pub fn treat(&mut self, order: PaymentId, treatment: Treatment) {
        match &mut self.way {
            Way::Wire { simulator, .. } => simulator.treat(order.into(), treatment),
            Way::Wallet(wallet) => wallet.treat(order, treatment),
        }
    }

    /// The question as it leaves.
    pub fn cargo(&self, out: &CallOut, good_until: Timestamp, moment: &Moment) -> Cargo {
        match &self.way {
            Way::Wire { provider, .. } => {
                let order = Order::of(&out.payment, &out.ask, out.code.clone(), &self.policy);
                match provider.call(&out.ask, &order, moment) {
                    Ok(call) => {
                        Cargo::Wire { order: Box::new(order), request: Box::new(HttpRequest::from(&call)) }
                    }
                    Err(_) => Cargo::Nothing,
                }
            }
            Way::Wallet(wallet) => {
                letter(wallet, &self.policy, out, good_until).map_or(Cargo::Nothing, Cargo::Letter)
            }
        }
    }

    /// For the test that the checks can fail: another letter about another order.
    pub fn letter_again(&self, letter: &Letter, ask: Ask, order: PaymentId, code: u64) -> Cargo {
        match &self.way {
            Way::Wallet(wallet) => {
                Cargo::Letter(wallet.letter(ask, order, letter.fen, letter.by_qr, code, letter.good_until))
            }
            Way::Wire { .. } => Cargo::Nothing,
        }
    }

    /// The question arrives; the answer comes after the provider's own delay, if it does.
    pub fn serve(&mut self, cargo: &Cargo, moment: &Moment) -> Option<(Back, Duration)> {
        match (&mut self.way, cargo) {
            (Way::Wire { simulator, .. }, Cargo::Wire { request, .. }) => {
                match simulator.serve(request, moment) {
                    Delivery::Reply { reply, delay } => Some((Back::Wire(reply), delay)),
                    Delivery::Nothing => None,
                }
            }
            (Way::Wallet(wallet), Cargo::Letter(letter)) => {
                wallet.serve(letter, moment.now).map(|(echo, delay)| (Back::Echo(echo), delay))
            }
            _ => None,
        }
    }

    /// What an answer proves.
    pub fn answer(
        &self,
        ask: &Ask,
        about: PaymentId,
        cargo: &Cargo,
        back: Back,
        moment: &Moment,
        checked: bool,
    ) -> Answer {
        match (&self.way, cargo, back) {
            (Way::Wire { provider, .. }, Cargo::Wire { order, .. }, Back::Wire(reply)) => {
                provider.answer(ask, order, &Reply::from(reply), moment)
            }
            (Way::Wallet(wallet), _, Back::Echo(echo)) => {
                Answer { verdict: wallet.open(&echo, about, checked), said: Said::default() }
            }
            _ => unreachable!("an answer comes the way its question went"),
        }
    }

    /// Payers who finish, notifications that go out.
    pub fn tick(&mut self, moment: &Moment) -> Vec<Post> {
        match &mut self.way {
            Way::Wire { simulator, .. } => simulator
                .tick(moment)
                .into_iter()
                .map(|out| Post::Wire {
                    request: Box::new(HttpRequest::from(&out.call)),
                    notice_id: out.notice_id,
                })
                .collect(),
            Way::Wallet(wallet) => wallet.tick(moment.now).into_iter().map(Post::Note).collect(),
        }
    }

    /// When [`Channel::tick`] has something to do.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.way {
            Way::Wire { simulator, .. } => simulator.due(),
            Way::Wallet(wallet) => wallet.due(),
        }
    }

    /// What a notification says, if it can be believed, and what we answer to it.
    pub fn notice(&self, post: &Post, moment: &Moment, checked: bool) -> (Option<Notice>, Receipt) {
        match (&self.way, post) {
            (Way::Wire { provider, .. }, Post::Wire { request, .. }) => {
                let read = provider.notice(request, moment);
                let receipt = provider.acknowledge(read.as_ref().map(|_| ()));
                (read.ok(), Receipt::Wire(receipt))
            }
            (Way::Wallet(wallet), Post::Note(note)) => {
                let read = wallet.read(note, checked);
                let taken = read.is_some();
                (read, Receipt::Taken(taken))
            }
            _ => unreachable!("a notification comes from its own provider"),
        }
    }

    /// Tells the provider what became of its notification: our answer, or nothing.
    pub fn notified(&mut self, post: &Post, receipt: Option<Receipt>, now: Timestamp) {
        match (&mut self.way, post) {
            (Way::Wire { simulator, .. }, Post::Wire { notice_id, .. }) => {
                let reply = match &receipt {
                    Some(Receipt::Wire(reply)) => Some(reply),
                    _ => None,
                };
                simulator.notified(notice_id, reply, now);
            }
            (Way::Wallet(wallet), Post::Note(note)) => {
                wallet.notified(note.number, matches!(receipt, Some(Receipt::Taken(true))), now);
            }
            _ => unreachable!("a notification comes from its own provider"),
        }
    }

    /// The customer scans the shown QR.
    pub fn scan(&mut self, order: PaymentId, now: Timestamp) -> bool {
        match &mut self.way {
            Way::Wire { simulator, .. } => simulator.scan(order.into(), now),
            Way::Wallet(wallet) => wallet.scan(order, now),
        }
    }

    /// The provider is down in one of two ways, or up.
    pub fn set_down(&mut self, down: Option<Down>) {
        match &mut self.way {
            Way::Wire { simulator, .. } => simulator.set_down(down.is_some()),
            Way::Wallet(wallet) => wallet.set_down(down),
        }
    }

    /// The provider's line of one order.
    pub fn line(&self, order: PaymentId) -> Option<Line> {
        match &self.way {
            Way::Wire { simulator, .. } => simulator.book(order.into()).and_then(|book| line(&book)),
            Way::Wallet(wallet) => wallet.line(order),
        }
    }

    /// All lines of the provider's books.
    pub fn lines(&self) -> Vec<Line> {
        match &self.way {
            Way::Wire { simulator, .. } => simulator.books().iter().filter_map(line).collect(),
            Way::Wallet(wallet) => wallet.lines().collect(),
        }
    }
}

/// Whether this world speaks WeChat's API v2, and how it is signed; whether it speaks Alipay's REST. One world in three
/// each, drawn beside everything else, so that nothing else of a world changes with it.
fn other_faces(seed: u64) -> (Option<SignType>, bool) {
    let mut random = Random::new(seed ^ 0x5eed_face);
    let old = match random.between(0, 6) {
        0 => Some(SignType::Md5),
        1 => Some(SignType::HmacSha256),
        _ => None,
    };
    (old, random.between(0, 3) == 0)
}

/// The question in values, or nothing if it cannot be put.
fn letter(wallet: &Wallet, policy: &Policy, out: &CallOut, good_until: Timestamp) -> Option<Letter> {
    let payment = &out.payment;
    let by_qr = !payment.request.method.is_payer_code();
    let code = match (&out.ask, &out.code) {
        (Ask::Charge, Some(code)) => code.reveal().parse().ok()?,
        (Ask::Charge, None) => return None,
        _ => 0,
    };
    let good = if by_qr { payment.requested_at + policy.qr_lifetime } else { good_until };
    let fen = payment.request.amount.minor();
    Some(wallet.letter(out.ask, payment.request.id, fen, by_qr, code, good))
}

/// Damages what travels; whatever is changed, the seal or the signature no longer fits. Nothing else is drawn from.
pub(super) fn damage(back: &mut Back, random: &mut Random) {
    match back {
        Back::Wire(reply) if reply.body.is_empty() => {
            reply.body.extend_from_slice(b"<html>bad gateway</html>");
        }
        Back::Wire(reply) => {
            let signed = signed_part(&reply.body);
            let at = random.between(signed.start as u64, signed.end as u64) as usize;
            if random.permille(300) {
                reply.body.truncate(at);
            } else {
                reply.body[at] ^= 1 << random.between(0, 7);
            }
        }
        Back::Echo(echo) => match random.between(0, 4) {
            0 => echo.seal ^= 1 << random.between(0, 64),
            1 if echo.verdict != Verdict::Closed => echo.verdict = Verdict::Closed,
            1 => echo.verdict = Verdict::Returned,
            2 if echo.verdict != wallet::paid(7) => echo.verdict = wallet::paid(7),
            2 => echo.verdict = wallet::paid(8),
            _ => echo.order = PaymentId::from_u128(echo.order.as_u128() ^ 1),
        },
    }
}

/// The same notification with something of it changed; nothing if nothing of it can be.
pub(super) fn forged(post: &Post, random: &mut Random) -> Option<Post> {
    let mut forged = post.clone();
    match &mut forged {
        Post::Wire { request, .. } => {
            // What is proved by its opening alone shows a change of its first block always.
            if let Some(start) = sealed_at(&request.body) {
                request.body[start] ^= 1;
                return Some(forged);
            }
            let signed = signed_part(&request.body);
            let from = random.between(signed.start as u64, signed.end as u64) as usize;
            let position = (from..signed.end).find(|at| means_something(&request.body, *at))?;
            let digit = request.body[position];
            request.body[position] = if digit == b'9' { b'0' } else { digit + 1 };
        }
        Post::Note(note) => match random.between(0, 2) {
            0 => note.number ^= 1 << 40,
            _ => note.seal ^= 1 << random.between(0, 64),
        },
    }
    Some(forged)
}

/// Where the text of a notification begins that is encrypted and not signed.
fn sealed_at(body: &[u8]) -> Option<usize> {
    const OPENING: &[u8] = b"<req_info><![CDATA[";
    let at = body.windows(OPENING.len()).position(|window| window == OPENING)?;
    Some(at + OPENING.len())
}

/// What of a document is signed: what is enciphered in it, or all of it.
fn signed_part(body: &[u8]) -> Range<usize> {
    let find = |mark: &[u8]| body.windows(mark.len()).position(|part| part == mark);
    match (find(b"<encrypt>"), find(b"</encrypt>")) {
        (Some(begin), Some(end)) => begin + b"<encrypt>".len()..end,
        _ => 0..body.len(),
    }
}

/// Whether the digit at this place is covered by the signature: neither half of an escape nor part of the
/// name of the signature's kind.
fn means_something(body: &[u8], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map(|at| body[at]);
    let escaped = before(1) == Some(b'%') || before(2) == Some(b'%');
    body[at].is_ascii_digit() && !escaped && before(1) != Some(b'A')
}

fn line(book: &provider_contract::Book) -> Option<Line> {
    let order = book.order_no.parse::<OrderNo>().ok()?.id();
    let refunds = book.refunds.iter();
    let refund = |(number, amount): &(String, base::Money)| {
        Some((number.parse::<RefundNo>().ok()?.id(), amount.minor(), None))
    };
    Some(Line {
        order,
        paid: book.paid.map(base::Money::minor),
        charges: book.charges,
        reversed: book.reversed,
        refunds: refunds.filter_map(refund).collect(),
        paid_at: None,
        reversed_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Faces = (Option<SignType>, bool);

    #[test]
    fn some_worlds_speak_each_protocol() {
        let faces: Vec<_> = (0..300).map(other_faces).collect();
        let share = |of: &dyn Fn(&Faces) -> bool| faces.iter().filter(|face| of(face)).count();
        assert!((60..140).contains(&share(&|(old, _)| old.is_some())));
        assert!((20..80).contains(&share(&|(old, _)| *old == Some(SignType::Md5))));
        assert!((60..140).contains(&share(&|(_, rest)| *rest)));
        assert!(share(&|(old, rest)| old.is_some() && *rest) > 10, "both in one world");
    }
}
