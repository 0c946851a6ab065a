//! An honest fake of WeChat Pay, with its own books and a face for each protocol: what is opened in one can be looked at
//! and undone in the other.
//!
//! It checks what the real server checks (signature, clock, merchant, fields, the order's state) and signs what the
//! real one signs, errors included. How one order is treated is chosen by [`Treatment`]: by
//! [`provider_contract::Simulator::treat`], or by how the payer's code ends. A treatment that fails the
//! first request (`lost_before`, `error_not_paid`, `maintenance`) lets a second try through. Under `wrong_signature`
//! and `signature_probe` it is the charge's answer that is signed wrongly, and for a shown QR the first notification.

mod books;
mod checks;
mod keys;
mod orders;
mod outbox;
mod v2;
mod v3;

pub use keys::{BadKeys, Credentials, Keys, TlsKeys};

use crate::v2::sign::SignType;
use crate::v2::wire::Api;
use crate::v3::certificate::PlatformCertificate;
use crate::v3::sign;
use crate::{Config, PlatformKey, WeChat, WeChatV2};
use base::{OrderNo, Secret, Timestamp};
use books::{Books, Face, Kind, State};
use outbox::{About, Outbox, Sending};
use provider_contract::bill_desk::Desk;
use provider_contract::bill_faults::BillFault;
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{Book, Delivery, HttpReply, HttpRequest, Moment, Outgoing, Treatment};
use settlement::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The largest request that is read.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// From a payment to its notification, normally and when late.
const NOTIFY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(180));
/// While the provider is down its notifications wait so long at a time.
const DOWN_FOR: Duration = Duration::from_secs(15);
/// How long a payer takes to type a password.
const TYPING: Duration = Duration::from_secs(6);

/// The simulated WeChat Pay of one merchant.
pub struct Simulator {
    identity: Identity,
    keys: Option<Keys>,
    books: Books,
    treatments: BTreeMap<String, Treatment>,
    payers: BTreeMap<(Timestamp, u64), Due>,
    outbox: Outbox,
    urls: BTreeSet<Arc<str>>,
    sequence: u64,
    down: bool,
    certificates_by_default: bool,
    bills: Desk,
}

/// Who the merchant is and who signs.
struct Identity {
    mchid: String,
    appid: String,
    merchant_serial: String,
    apiv3_key: Secret<String>,
    /// The key of v2.
    api_key: Secret<String>,
    merchant_signer: Arc<dyn Sign>,
    merchant: Arc<dyn Verify>,
    platform: SigningKey,
    platform_key: PlatformKey,
    certificates: Certificates,
}

/// A platform key that signs answers.
#[derive(Clone)]
struct SigningKey {
    id: String,
    sign: Arc<dyn Sign>,
}

/// The platform's certificates, for merchants who have not moved to the public key: those it lists, oldest first, and
/// which of them signs.
#[derive(Default)]
struct Certificates {
    listed: Vec<Certificate>,
    signing: usize,
}

impl Certificates {
    fn signing(&self) -> Option<&Certificate> {
        self.listed.get(self.signing)
    }

    fn of_serial(&self, serial: &str) -> Option<&Certificate> {
        self.listed.iter().find(|one| one.key.id.eq_ignore_ascii_case(serial))
    }
}

/// One platform certificate.
struct Certificate {
    key: SigningKey,
    pem: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    fn of(read: PlatformCertificate, pem: &str, signer: impl Sign + 'static) -> Certificate {
        Certificate {
            key: SigningKey { id: read.key.id, sign: Arc::new(signer) },
            pem: pem.to_owned(),
            not_before: read.not_before,
            not_after: read.not_after,
        }
    }
}

/// What a payer will do.
#[derive(Clone, Copy, Debug)]
enum Due {
    /// Finishes paying this order.
    Pays(u32),
    /// Refuses to pay this order.
    GivesUp(u32),
}

/// How an answer is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twist {
    Honest,
    Lost,
    WrongSignature,
    Probe,
}

impl Simulator {
    /// With keys drawn now; takes about a second.
    pub fn fresh() -> Simulator {
        Simulator::from_keys(&Keys::fresh()).expect("fresh keys are good keys")
    }

    /// With kept keys.
    pub fn from_keys(keys: &Keys) -> Result<Simulator, BadKeys> {
        let merchant = keys::signer("merchant_private_key_pem", &keys.merchant_private_key_pem)?;
        let platform = keys::signer("platform_private_key_pem", &keys.platform_private_key_pem)?;
        let certified =
            keys::signer("platform_certificate_private_key_pem", &keys.platform_certificate_private_key_pem)?;
        let certificate = PlatformCertificate::from_pem(&keys.platform_certificate_pem)
            .map_err(|_| BadKeys::Certificate)?;
        let certificate_signs = certificate.key.verify.verify(b"", &certified.sign(b""));
        if !certificate_signs {
            return Err(BadKeys::Certificate);
        }
        if keys.apiv3_key.len() != 32 {
            return Err(BadKeys::Setting("apiv3_key"));
        }
        if keys.api_key.len() != 32 {
            return Err(BadKeys::Setting("api_key"));
        }
        if !keys::names_public_key(&keys.platform_public_key_id) {
            return Err(BadKeys::Setting("platform_public_key_id"));
        }
        let id = keys.platform_public_key_id.clone();
        let identity = Identity {
            mchid: keys.mchid.clone(),
            appid: keys.appid.clone(),
            merchant_serial: keys.merchant_serial.clone(),
            apiv3_key: Secret::new(keys.apiv3_key.clone()),
            api_key: Secret::new(keys.api_key.clone()),
            merchant: Arc::new(merchant.verifier()),
            merchant_signer: Arc::new(merchant),
            platform_key: PlatformKey { id: id.clone(), verify: Arc::new(platform.verifier()), valid: None },
            platform: SigningKey { id, sign: Arc::new(platform) },
            certificates: Certificates {
                listed: vec![Certificate::of(certificate, &keys.platform_certificate_pem, certified)],
                signing: 0,
            },
        };
        Ok(Simulator::of(identity, Some(keys.clone())))
    }

    /// With signatures that cost nothing, for the simulated world. It has no certificates.
    pub fn cheap(key: u64) -> Simulator {
        let (merchant, platform) = (Checksum { key }, Checksum { key: !key });
        let id = format!("{}{key:028}", sign::PUBLIC_KEY_ID);
        let identity = Identity {
            mchid: "1900000001".to_owned(),
            appid: "wx0000000000000001".to_owned(),
            merchant_serial: "51".to_owned(),
            apiv3_key: Secret::new(format!("{key:032x}")),
            api_key: Secret::new(format!("{:032x}", u128::from(key) + (1 << 64))),
            merchant_signer: Arc::new(merchant),
            merchant: Arc::new(merchant),
            platform: SigningKey { id: id.clone(), sign: Arc::new(platform) },
            platform_key: PlatformKey { id, verify: Arc::new(platform), valid: None },
            certificates: Certificates::default(),
        };
        Simulator::of(identity, None)
    }

    fn of(identity: Identity, keys: Option<Keys>) -> Simulator {
        Simulator {
            identity,
            keys,
            books: Books::default(),
            treatments: BTreeMap::new(),
            payers: BTreeMap::new(),
            outbox: Outbox::default(),
            urls: BTreeSet::new(),
            sequence: 0,
            down: false,
            certificates_by_default: false,
            bills: Desk::new(v3::bills::ADDRESS_LIVES),
        }
    }

    /// The keys to keep; none in a [`Simulator::cheap`] one.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// What an outside client that reaches it at `base_url` needs; none from a [`Simulator::cheap`] one.
    pub fn credentials(&self, base_url: &str) -> Option<Credentials> {
        self.keys.as_ref().map(|keys| keys.credentials(base_url).expect("keys were read before"))
    }

    /// Signs with the platform certificate unless a request names the public key: the older mode.
    pub fn answer_with_certificate(&mut self) {
        self.certificates_by_default = true;
    }

    /// Our own client for its merchant, in public-key mode.
    pub fn client(&self, base_url: &str, notify_url: &str) -> WeChat {
        let key = self.identity.platform_key.clone();
        WeChat::new(
            self.client_config(base_url, notify_url),
            Arc::clone(&self.identity.merchant_signer),
            vec![key],
        )
        .expect("the simulator's own merchant is configured well")
    }

    /// The configuration of that client.
    pub fn client_config(&self, base_url: &str, notify_url: &str) -> Config {
        Config {
            base_url: base_url.to_owned(),
            mchid: self.identity.mchid.clone(),
            appid: self.identity.appid.clone(),
            merchant_serial: self.identity.merchant_serial.clone(),
            apiv3_key: self.identity.apiv3_key.clone(),
            notify_url: notify_url.to_owned(),
            store_out_id: "S1".to_owned(),
        }
    }

    /// Our own client for its merchant in API v2.
    pub fn client_v2(&self, base_url: &str, notify_url: &str, sign_type: SignType) -> WeChatV2 {
        let config = crate::v2::Config {
            base_url: base_url.to_owned(),
            mchid: self.identity.mchid.clone(),
            appid: self.identity.appid.clone(),
            api_key: self.identity.api_key.clone(),
            sign_type,
            terminal_ip: "127.0.0.1".to_owned(),
            notify_url: notify_url.to_owned(),
        };
        WeChatV2::new(config).expect("the simulator's own merchant is configured well")
    }

    /// [`provider_contract::Simulator::treat`] for any client's order number.
    pub fn treat_number(&mut self, number: &str, treatment: Treatment) {
        match self.books.find(number) {
            Some(at) => self.books.order_mut(at).treatment = treatment,
            None => drop(self.treatments.insert(number.to_owned(), treatment)),
        }
    }

    /// [`provider_contract::Simulator::scan`] for any client's order number.
    pub fn scan_number(&mut self, number: &str, now: Timestamp) -> bool {
        self.advance(now);
        let Some(at) = self.books.find(number) else { return false };
        let order = self.books.order(at);
        if order.kind == Kind::Native && order.slips_through() {
            self.paid(at, now);
            return true;
        }
        if order.kind != Kind::Native || order.state != State::NotPay || order.expires_at <= now {
            return false;
        }
        match order.treatment {
            Treatment::PasswordThenPaid => self.later(now + TYPING, Due::Pays(at)),
            Treatment::PasswordNeverTyped
            | Treatment::PasswordThenRefused
            | Treatment::InsufficientBalance
            | Treatment::PayerLimit
            | Treatment::Risk => return false,
            _ => self.paid(at, now),
        }
        true
    }

    fn treatment(&mut self, number: &str, code: Option<&str>) -> Treatment {
        let chosen = self.treatments.remove(number);
        chosen.unwrap_or_else(|| code.map_or(Treatment::Normal, Treatment::of_code))
    }

    fn later(&mut self, at: Timestamp, due: Due) {
        self.sequence += 1;
        self.payers.insert((at, self.sequence), due);
    }

    /// One shared text for each notification address: there are few, and millions of orders.
    fn shared_url(&mut self, url: &str) -> Arc<str> {
        if let Some(known) = self.urls.get(url) {
            return Arc::clone(known);
        }
        let url: Arc<str> = Arc::from(url);
        self.urls.insert(Arc::clone(&url));
        url
    }

    /// Payers do what they were going to do by `now`.
    fn advance(&mut self, now: Timestamp) {
        while let Some((&slot, &due)) = self.payers.first_key_value().filter(|((at, _), _)| *at <= now) {
            self.payers.remove(&slot);
            match due {
                Due::Pays(at) => self.pays_late(at, slot.0),
                Due::GivesUp(at) => {
                    let order = self.books.order_mut(at);
                    if order.state == State::UserPaying {
                        order.state = State::PayError;
                    }
                }
            }
        }
    }

    /// A payer finishes. Too late for an order that was undone meanwhile, unless that is the treatment.
    fn pays_late(&mut self, at: u32, when: Timestamp) {
        let order = self.books.order(at);
        let open = matches!(order.state, State::UserPaying | State::NotPay);
        if (order.charges == 0 && open) || order.slips_through() {
            self.paid(at, when);
        }
    }

    /// A number for a salt, never the same twice.
    fn salt(&mut self, moment: &Moment) -> u128 {
        self.sequence += 1;
        moment.nonce.wrapping_add(u128::from(self.sequence) << 64)
    }

    /// The next notification that is due, written in the protocol in which it was asked for.
    fn send(&mut self, moment: &Moment) -> Option<Outgoing> {
        let (no, notice) = self.outbox.pop(moment.now)?;
        let (about, first) = (notice.about, notice.attempts == 1);
        let mut sending = Sending {
            about,
            url: Arc::clone(&notice.url),
            created: notice.created,
            notice_id: notice_id(no, notice.created),
            twist: Twist::Honest,
        };
        if let (About::Order(at), true) = (about, first) {
            sending.twist = match self.books.order(at).treatment {
                Treatment::WrongSignature => Twist::WrongSignature,
                Treatment::SignatureProbe => Twist::Probe,
                _ => Twist::Honest,
            };
        }
        let call = match self.face_of(about) {
            Face::V2(sign_type) => self.write_v2(&sending, sign_type, moment),
            Face::V3 => self.write_v3(&sending, moment),
        };
        Some(Outgoing { call, notice_id: sending.notice_id })
    }

    fn face_of(&self, about: About) -> Face {
        match about {
            About::Order(at) => self.books.order(at).face,
            About::Refund(at) => self.books.refund(at).face,
        }
    }

    fn paid(&mut self, at: u32, when: Timestamp) {
        self.books.pay(at, when);
        let order = self.books.order(at);
        let Some(url) = order.notify_url.clone() else { return };
        let late = order.treatment == Treatment::NotifyLate;
        let twice = order.treatment == Treatment::NotifyTwice;
        let after = if late { NOTIFY_AFTER.1 } else { NOTIFY_AFTER.0 };
        self.outbox.plan(About::Order(at), url, when, when + after, twice);
    }
}

impl provider_contract::Simulator for Simulator {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.down {
            return Delivery::Nothing;
        }
        self.advance(moment.now);
        match Api::at(request.path()) {
            Some(api) => self.serve_v2(api, request, moment),
            None => self.serve_v3(request, moment),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        let payer = self.payers.first_key_value().map(|((at, _), _)| *at);
        payer.into_iter().chain(self.outbox.due()).min()
    }

    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing> {
        self.advance(moment.now);
        if self.down {
            self.outbox.hold(moment.now + DOWN_FOR);
        }
        std::iter::from_fn(|| self.send(moment)).collect()
    }

    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, _now: Timestamp) {
        let no = notice_id.rsplit_once('-').and_then(|(_, tail)| u64::from_str_radix(tail, 16).ok());
        let (Some(no), Some(reply)) = (no, reply) else { return };
        let Some(about) = self.outbox.about(no) else { return };
        let taken = match self.face_of(about) {
            Face::V2(_) => v2::is_taken(reply),
            Face::V3 => matches!(reply.status, 200 | 204),
        };
        if taken {
            self.outbox.acknowledged(no);
        }
    }

    fn treat(&mut self, order_no: OrderNo, treatment: Treatment) {
        self.treat_number(&order_no.to_string(), treatment);
    }

    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool {
        self.scan_number(&order_no.to_string(), now)
    }

    fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    fn rotate_keys(&mut self, _now: Timestamp) -> bool {
        let certificates = &mut self.identity.certificates;
        match (certificates.listed.len(), certificates.signing) {
            (0, _) => return false,
            (1, _) => certificates.listed.push(keys::fresh_certificate()),
            (_, 0) => certificates.signing = 1,
            (_, newest) => {
                certificates.listed.drain(..newest);
                certificates.signing = 0;
            }
        }
        true
    }

    fn books(&self) -> Vec<Book> {
        self.books.lines()
    }

    fn book(&self, order_no: OrderNo) -> Option<Book> {
        self.books.find(&order_no.to_string()).map(|at| self.books.line(at))
    }

    fn spoil_bill(&mut self, day: Day, fault: BillFault) {
        self.bills.spoil(day, fault);
    }

    fn bills_at_once(&mut self) {
        self.bills.at_once();
    }

    fn code_for(&self, treatment: Treatment, salt: u64) -> String {
        format!("13{:010}{}", salt % 10_000_000_000, treatment.code_ending())
    }
}

/// Looks like the UUID the real one sends; its tail finds the notification again.
fn notice_id(no: u64, created: Timestamp) -> String {
    format!("{:08x}-5349-5eec-ab1e-{no:012x}", created.as_seconds() as u32)
}
