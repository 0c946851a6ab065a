//! The gateway's honest fake: checks what the real one checks, signs what it signs, keeps its own books, and
//! treats each order as it is told to.

mod answers;
mod bills;
mod books;
mod checks;
mod gate;
mod keys;
mod outbox;
mod rest;
mod trade;
mod treat;
mod zipped;

pub use keys::{APP_ID, BadKeys, Credentials, Keys};

use crate::wire::{Api, Params, Response};
use crate::{Alipay, AlipayRest, Settings, sign};
use base::{OrderNo, Timestamp};
use books::{Books, Phase, Step};
use gate::{Admitted, Complaint, Gate, Refused};
use outbox::{Letter, Outbox};
use provider_contract::bill_desk::Desk;
use provider_contract::bill_faults::BillFault;
use provider_contract::signing::{Checksum, Sign, Verify};
use provider_contract::{
    Book, Call, Delivery, HttpMethod, HttpReply, HttpRequest, Moment, Outgoing, Treatment,
};
use settlement::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use trade::Outcome;
use treat::{Opening, Spoilt};

/// The gateway's path at any host.
pub const GATEWAY_PATH: &str = "/gateway.do";

/// The one merchant.
const SELLER_ID: &str = "2088000000000001";

/// Replies come as this, though they are JSON.
const REPLY_TYPE: &str = "text/html;charset=utf-8";

/// In which protocol a request came, and is answered.
enum Face {
    /// The classic gateway, with the member of the reply that holds the answer.
    Classic(String),
    /// REST.
    Rest,
}

/// How an answer is signed.
#[derive(Clone, Copy)]
enum Signature {
    /// Rightly.
    Right,
    /// Not at all.
    Missing,
    /// With something that is no signature.
    Nonsense,
    /// With the signature of another text.
    OfAnotherText,
}

/// The simulator.
pub struct Simulator {
    app_sign: Arc<dyn Sign>,
    app_verify: Arc<dyn Verify>,
    alipay_sign: Arc<dyn Sign>,
    alipay_verify: Arc<dyn Verify>,
    pems: Option<Keys>,
    books: Books,
    outbox: Outbox,
    treatments: BTreeMap<String, Treatment>,
    /// Orders whose first request was lost or broke.
    met: BTreeSet<String>,
    down: bool,
    bills: Desk,
}

impl Simulator {
    /// With fresh RSA keys; takes about a second.
    pub fn fresh() -> Simulator {
        Simulator::with_keys(Keys::generate()).expect("fresh keys are good keys")
    }

    /// With kept keys.
    pub fn with_keys(keys: Keys) -> Result<Simulator, BadKeys> {
        let (app, alipay) = keys.read()?;
        let (app_verify, alipay_verify) = (app.verifier(), alipay.verifier());
        Ok(Simulator {
            pems: Some(keys),
            ..Simulator::signing(
                Arc::new(app),
                Arc::new(app_verify),
                Arc::new(alipay),
                Arc::new(alipay_verify),
            )
        })
    }

    /// With signatures that cost nothing, for the simulated world.
    pub fn cheap(seed: u64) -> Simulator {
        let app = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(1) });
        let alipay = Arc::new(Checksum { key: seed.wrapping_mul(2).wrapping_add(2) });
        Simulator::signing(app.clone(), app, alipay.clone(), alipay)
    }

    fn signing(
        app_sign: Arc<dyn Sign>,
        app_verify: Arc<dyn Verify>,
        alipay_sign: Arc<dyn Sign>,
        alipay_verify: Arc<dyn Verify>,
    ) -> Simulator {
        Simulator {
            app_sign,
            app_verify,
            alipay_sign,
            alipay_verify,
            pems: None,
            books: Books::default(),
            outbox: Outbox::default(),
            treatments: BTreeMap::new(),
            met: BTreeSet::new(),
            down: false,
            bills: Desk::new(bills::ADDRESS_LIVES),
        }
    }

    /// The keys, to be kept; none if signatures cost nothing.
    pub fn keys(&self) -> Option<&Keys> {
        self.pems.as_ref()
    }

    /// What a client needs, if this simulator answers at `origin` (`http://127.0.0.1:9002`); none if
    /// signatures cost nothing.
    pub fn credentials(&self, origin: &str) -> Option<Credentials> {
        let keys = self.pems.as_ref()?;
        Some(Credentials {
            base_url: format!("{origin}{GATEWAY_PATH}"),
            app_id: APP_ID.to_owned(),
            app_private_key_pem: keys.app_private_key_pem.reveal().clone(),
            alipay_public_key_pem: keys.alipay_public_key_pem.clone(),
        })
    }

    /// Our own client of this simulator at `origin`; without a `notify_url` it asks for no notifications.
    pub fn client(&self, origin: &str, notify_url: Option<&str>) -> Alipay {
        let settings = Settings {
            notify_url: notify_url.map(str::to_owned),
            seller_id: Some(SELLER_ID.to_owned()),
            ..Settings::new(APP_ID, format!("{origin}{GATEWAY_PATH}"))
        };
        Alipay::with_keys(settings, self.app_sign.clone(), self.alipay_verify.clone())
    }

    /// The same by REST.
    pub fn rest_client(&self, origin: &str, notify_url: Option<&str>) -> AlipayRest {
        let settings = Settings {
            notify_url: notify_url.map(str::to_owned),
            seller_id: Some(SELLER_ID.to_owned()),
            ..Settings::new(APP_ID, origin)
        };
        AlipayRest::with_keys(settings, self.app_sign.clone(), self.alipay_verify.clone())
    }

    /// Like [`provider_contract::Simulator::treat`], for any order number; an order that is open already is treated
    /// so from now on.
    pub fn treat_any(&mut self, out_trade_no: &str, treatment: Treatment) {
        match self.books.trade_mut(out_trade_no) {
            Some(trade) => {
                trade.treatment = treatment;
                trade.cancels_to_repeat = treat::cancels_to_repeat(treatment);
            }
            None => {
                self.treatments.insert(out_trade_no.to_owned(), treatment);
            }
        }
    }

    /// Like [`provider_contract::Simulator::scan`], for any order number.
    pub fn scan_any(&mut self, out_trade_no: &str, now: Timestamp) -> bool {
        if self.down {
            return false;
        }
        self.settle(now);
        let Some(trade) = self.books.trade(out_trade_no) else { return false };
        if trade.by_qr && trade.slips_through() {
            self.paid(out_trade_no, now);
            return true;
        }
        if trade.phase != Phase::Unscanned {
            return false;
        }
        if let treat::Payer::Cannot(_) = treat::payer(trade.treatment) {
            return false;
        }
        // Its end was put on the agenda when it was opened.
        self.payer_acts(out_trade_no, now, Timestamp::MAX);
        true
    }

    /// Like [`provider_contract::Simulator::book`], for any order number.
    pub fn book_any(&self, out_trade_no: &str) -> Option<Book> {
        self.books.trade(out_trade_no).map(|trade| trade.line(out_trade_no))
    }

    /// What was planned for a moment up to `now` happens.
    fn settle(&mut self, now: Timestamp) {
        while let Some((at, order_no, step)) = self.books.next_due(now) {
            self.happens(&order_no, step, at);
        }
    }

    fn happens(&mut self, order_no: &str, step: Step, at: Timestamp) {
        let trade = self.books.trade_mut(order_no).expect("only known orders are on the agenda");
        match step {
            Step::PayerPays if trade.phase == Phase::Waiting || trade.slips_through() => {
                self.paid(order_no, at)
            }
            Step::PayerRefuses if trade.phase == Phase::Waiting => trade.phase = Phase::Closed,
            Step::Expires if trade.phase == Phase::Waiting => trade.phase = Phase::Closed,
            Step::Expires if trade.phase == Phase::Unscanned => trade.phase = Phase::Lapsed,
            Step::ReturnDone(request_no) => self.return_done(order_no, &request_no, at),
            Step::PayerPays | Step::PayerRefuses | Step::Expires => {}
        }
    }

    fn handle(&mut self, call: &Admitted, now: Timestamp) -> Outcome {
        let result = match call.api {
            Api::Pay => self.pay(call, now),
            Api::Precreate => self.precreate(call, now),
            Api::Query => self.query(call).map(Outcome::Answer),
            Api::Cancel => self.cancel(call, now).map(Outcome::Answer),
            Api::Close => self.close(call).map(Outcome::Answer),
            Api::Refund => self.refund(call, now).map(Outcome::Answer),
            Api::RefundQuery => self.refund_query(call).map(Outcome::Answer),
            Api::BillAddress => self.bill_address(call, now).map(Outcome::Answer),
        };
        result.unwrap_or_else(|refusal| Outcome::Answer(answers::refused(refusal)))
    }

    fn deliver(&self, face: &Face, outcome: Outcome, moment: &Moment) -> Delivery {
        match outcome {
            Outcome::Answer(response) => at_once(self.signed(face, &response, moment)),
            Outcome::Opened(spoilt, response) => self.spoil(face, &spoilt, &response, moment),
            Outcome::Nothing(Opening::Lost) => Delivery::Nothing,
            Outcome::Nothing(Opening::Broken) => at_once(page(502, "Bad Gateway", moment)),
            Outcome::Nothing(Opening::Maintenance | Opening::Handled) => {
                at_once(page(503, "系统维护中", moment))
            }
        }
    }

    fn spoil(&self, face: &Face, spoilt: &Spoilt, response: &Response, moment: &Moment) -> Delivery {
        let signed = |signature| at_once(self.worded(face, response, signature, moment));
        match spoilt {
            Spoilt::Not => signed(Signature::Right),
            Spoilt::Slow => {
                Delivery::Reply { reply: self.signed(face, response, moment), delay: treat::SLOW_ANSWER }
            }
            Spoilt::Lost => Delivery::Nothing,
            Spoilt::SystemError => at_once(self.signed(face, &answers::unknown(), moment)),
            Spoilt::WrongSignature => signed(Signature::Nonsense),
            Spoilt::SignatureOfAnotherText => signed(Signature::OfAnotherText),
        }
    }

    fn signed(&self, face: &Face, response: &Response, moment: &Moment) -> HttpReply {
        self.worded(face, response, Signature::Right, moment)
    }

    /// The answer as its protocol writes it.
    fn worded(&self, face: &Face, response: &Response, signature: Signature, moment: &Moment) -> HttpReply {
        let sign = |text: &[u8]| match signature {
            Signature::Right => Some(self.alipay_sign.sign(text)),
            Signature::Missing => None,
            Signature::Nonsense => Some("AAAA".to_owned()),
            Signature::OfAnotherText => {
                Some(self.alipay_sign.sign(b"{\"code\":\"10000\",\"msg\":\"Success\"}"))
            }
        };
        match face {
            Face::Classic(key) => {
                let source = source(response);
                let signature = sign(source.as_bytes());
                reply(key, &source, signature.as_deref(), moment)
            }
            Face::Rest => rest::reply(response, sign, moment),
        }
    }

    /// Who is turned away at a door.
    fn turned_away(&self, refused: &Refused, moment: &Moment) -> HttpReply {
        let told = |face: &Face, complaint: &Complaint, signature| {
            self.worded(face, &complaint.response(), signature, moment)
        };
        match refused {
            Refused::Http(status, why) => page(*status, why, moment),
            Refused::Unsigned(face, complaint) => told(face, complaint, Signature::Missing),
            Refused::Signed(face, complaint) => told(face, complaint, Signature::Right),
        }
    }

    fn write(&self, number: u64, letter: &Letter, now: Timestamp) -> Option<Outgoing> {
        let trade = self.books.trade(&letter.order_no)?;
        let to = trade.notify.as_ref()?;
        let notice_id = format!("{}00222{number:021}", trade.created_at.local("%Y%m%d", base::Zone::CHINA));
        let common = [
            ("notify_time", answers::time(now)),
            ("notify_type", "trade_status_sync".to_owned()),
            ("notify_id", notice_id.clone()),
            ("app_id", APP_ID.to_owned()),
            ("auth_app_id", APP_ID.to_owned()),
            ("charset", "utf-8".to_owned()),
            ("version", "1.0".to_owned()),
            ("sign_type", "RSA2".to_owned()),
        ];
        let fields = answers::notice_fields(&letter.order_no, trade, letter);
        let mut params: Params =
            common.into_iter().chain(fields).map(|(name, value)| (name.to_owned(), value)).collect();
        let text = if letter.forged { "another text".to_owned() } else { sign::notice_text(&params) };
        let signature = self.alipay_sign.sign(text.as_bytes());
        params.insert("sign".to_owned(), signature);
        let headers = vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
        let body = sign::encode_form(&params).into_bytes();
        Some(Outgoing {
            call: Call {
                method: HttpMethod::Post,
                url: to.url.clone(),
                headers,
                body,
                client_certificate: false,
            },
            notice_id,
        })
    }
}

impl provider_contract::Simulator for Simulator {
    fn serve(&mut self, request: &HttpRequest, moment: &Moment) -> Delivery {
        if self.down {
            return Delivery::Nothing;
        }
        self.settle(moment.now);
        if request.path() == bills::FILE_PATH {
            return at_once(self.bill_file(request, moment));
        }
        let gate = Gate { path: GATEWAY_PATH, app_id: APP_ID, key: self.app_verify.as_ref() };
        let by_rest = request.path().starts_with(rest::PREFIX);
        let admitted =
            if by_rest { gate.admit_rest(request, moment.now) } else { gate.admit(request, moment.now) };
        match admitted {
            Ok(call) => {
                let outcome = self.handle(&call, moment.now);
                let face = if by_rest { Face::Rest } else { Face::Classic(call.api.response_key()) };
                self.deliver(&face, outcome, moment)
            }
            Err(refused) => at_once(self.turned_away(&refused, moment)),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        if self.down {
            return None;
        }
        [self.books.due(), self.outbox.due()].into_iter().flatten().min()
    }

    fn tick(&mut self, moment: &Moment) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        if self.down {
            return outgoing;
        }
        self.settle(moment.now);
        while let Some((number, letter)) = self.outbox.next_due(moment.now) {
            let Some(letter_out) = self.write(number, &letter, moment.now) else { continue };
            outgoing.extend(std::iter::repeat_n(letter_out, letter.copies.into()));
        }
        outgoing
    }

    fn notified(&mut self, notice_id: &str, reply: Option<&HttpReply>, _now: Timestamp) {
        let taken = reply.is_some_and(|reply| reply.status == 200 && reply.body == b"success");
        let number = notice_id.len().checked_sub(21).and_then(|at| notice_id.get(at..));
        if let (true, Some(number)) = (taken, number.and_then(|digits| digits.parse().ok())) {
            self.outbox.acknowledged(number);
        }
    }

    fn treat(&mut self, order_no: OrderNo, treatment: Treatment) {
        self.treat_any(&order_no.to_string(), treatment);
    }

    fn scan(&mut self, order_no: OrderNo, now: Timestamp) -> bool {
        self.scan_any(&order_no.to_string(), now)
    }

    fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    fn rotate_keys(&mut self, _now: Timestamp) -> bool {
        false
    }

    fn books(&self) -> Vec<Book> {
        self.books.lines()
    }

    fn book(&self, order_no: OrderNo) -> Option<Book> {
        self.book_any(&order_no.to_string())
    }

    fn spoil_bill(&mut self, day: Day, fault: BillFault) {
        self.bills.spoil(day, fault);
    }

    fn bills_at_once(&mut self) {
        self.bills.at_once();
    }

    fn code_for(&self, treatment: Treatment, salt: u64) -> String {
        format!("28{:010}{}", salt % 10_000_000_000, treatment.code_ending())
    }
}

/// The answer's source text, with slashes escaped as the gateway does: a client that re-serializes before it
/// verifies is found out.
fn source(response: &Response) -> String {
    serde_json::to_string(response).expect("texts make JSON").replace('/', "\\/")
}

fn reply(key: &str, source: &str, signature: Option<&str>, moment: &Moment) -> HttpReply {
    let body = match signature {
        Some(signature) => format!("{{\"{key}\":{source},\"sign\":\"{signature}\"}}"),
        None => format!("{{\"{key}\":{source}}}"),
    };
    traced(HttpReply::new(200, REPLY_TYPE, body), moment)
}

fn page(status: u16, why: &str, moment: &Moment) -> HttpReply {
    traced(HttpReply::new(status, REPLY_TYPE, format!("<html><body>{why}</body></html>")), moment)
}

fn traced(mut reply: HttpReply, moment: &Moment) -> HttpReply {
    reply.headers.push(("trace_id", moment.nonce_str().to_ascii_lowercase()));
    reply
}

fn at_once(reply: HttpReply) -> Delivery {
    Delivery::Reply { reply, delay: Duration::ZERO }
}
