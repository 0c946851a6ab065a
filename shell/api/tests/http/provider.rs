//! A provider that does what the amount says, over a real socket: 1.01 waits for the payer, 1.02 is declined, unless the
//! payer pays all the same, and everything else is paid at once. It lends money for 3.00 and more, and of 1.04 it tells
//! plans that nobody can read.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use base::{Money, OrderNo, Text};
use payment::{Answer, Ask, Doubt, Installments, Notice, Paid, Policy, Reason, Said, Verdict};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpMethod, HttpReply, HttpRequest, Moment, NoPlans,
    OffersInstallments, Order, Provider, RenewsKeys, Reply, Trouble,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the provider was asked, in order, and which waiting orders were paid since.
#[derive(Clone, Default)]
pub struct Book {
    calls: Arc<Mutex<Vec<String>>>,
    paid: Arc<Mutex<BTreeSet<String>>>,
    shown: Arc<Mutex<BTreeSet<String>>>,
}

impl Book {
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("no test panics in here").clone()
    }

    /// The payer confirms.
    pub fn pay(&self, order_no: &str) {
        self.paid.lock().expect("no test panics in here").insert(order_no.to_owned());
    }

    /// The payer scans a code that was shown; false if none was, or it is paid already.
    pub fn scan(&self, order_no: &str) -> bool {
        let shown = self.shown.lock().expect("no test panics in here").contains(order_no);
        shown && self.paid.lock().expect("no test panics in here").insert(order_no.to_owned())
    }

    fn answer(&self, ask: &str, order_no: &str, minor: i64) -> String {
        self.calls.lock().expect("no test panics in here").push(ask.to_owned());
        let paid = self.paid.lock().expect("no test panics in here").contains(order_no);
        if ask == "present" {
            self.shown.lock().expect("no test panics in here").insert(order_no.to_owned());
        }
        match (ask, minor) {
            ("charge", 101) => "awaiting".to_owned(),
            ("charge", 102) => "declined".to_owned(),
            ("inquire", 102) if !paid => "declined".to_owned(),
            ("present", _) => "qr".to_owned(),
            ("inquire", 101) if !paid => "awaiting".to_owned(),
            ("reverse" | "close", _) => "closed".to_owned(),
            ("refund" | "inquire_refund", _) => format!("refunded {minor}"),
            ("plans", 104) => "???".to_owned(),
            ("plans", 300..) => "plans".to_owned(),
            ("plans", _) => "too little for instalments".to_owned(),
            _ => format!("paid {minor}"),
        }
    }
}

/// Serves the book on a free port; gives the provider that asks it.
pub async fn scripted(book: Book) -> (Scripted, Book) {
    let app = Router::new().route("/{ask}/{order}/{minor}", post(reply)).with_state(book.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (Scripted { url, qr_wallets: &[] }, book)
}

async fn reply(State(book): State<Book>, Path((ask, order, minor)): Path<(String, String, i64)>) -> String {
    book.answer(&ask, &order, minor)
}

/// The provider's translation.
pub struct Scripted {
    url: String,
    /// The wallets whose QR codes it makes; all if none is named.
    qr_wallets: &'static [&'static str],
}

impl Scripted {
    /// One that cannot be reached, and makes QR codes of the wallet `twin` alone.
    pub fn away() -> Scripted {
        Scripted { url: "http://127.0.0.1:1".to_owned(), qr_wallets: &["twin"] }
    }
}

impl Provider for Scripted {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "scripted",
            title: Text::new("脚本支付", "Scripted Pay"),
            wallets: &[],
            qr_wallets: self.qr_wallets,
            payer_code: true,
            shown_qr: true,
            policy: quick(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        let (name, amount) = match ask {
            Ask::Charge => ("charge", order.amount),
            Ask::Present => ("present", order.amount),
            Ask::Inquire => ("inquire", order.amount),
            Ask::Reverse => ("reverse", order.amount),
            Ask::Close => ("close", order.amount),
            Ask::Refund { amount, .. } => ("refund", *amount),
            Ask::InquireRefund { .. } => ("inquire_refund", order.amount),
        };
        Ok(post_to(format!("{}/{name}/{}/{}", self.url, order.order_no, amount.minor())))
    }

    fn answer(&self, _: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        let text = String::from_utf8_lossy(&reply.body);
        let (word, minor) = text.split_once(' ').unwrap_or((&text, "0"));
        let amount = Money::cny(minor.parse().unwrap_or(0));
        let verdict = match word {
            "paid" => Verdict::Paid(Paid {
                amount,
                transaction: format!("T{}", order.order_no),
                at: None,
                payer: String::new(),
                funds: String::new(),
            }),
            "awaiting" => Verdict::AwaitingPayer,
            "declined" => Verdict::Declined(Reason::InsufficientBalance),
            "qr" => Verdict::QrReady { content: "scripted://pay".into(), expires_at: None },
            "closed" => Verdict::Closed,
            "refunded" => Verdict::Refunded { amount, at: None },
            _ => Verdict::Unclear(Doubt::Garbled),
        };
        Answer { verdict, said: Said::new(word.to_uppercase(), "as the script says") }
    }

    fn notice(&self, request: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        if request.header("x-signature") != Some("right") {
            return Err(BadNotice::WrongSignature);
        }
        let text = String::from_utf8_lossy(&request.body);
        let order_no: OrderNo = text.parse().map_err(|_| BadNotice::Garbled)?;
        Ok(Notice { order_no, refund_no: None, claim: "SUCCESS".into(), notice_id: format!("N{order_no}") })
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        match verdict {
            Ok(()) => HttpReply::new(200, "text/plain", "taken"),
            Err(_) => HttpReply::new(401, "text/plain", "refused"),
        }
    }

    fn trouble(&self, _: &Ask, _: &Order, _: &Reply, _: &Moment) -> Option<Trouble> {
        None
    }

    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn provider_contract::bills::Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn OffersInstallments> {
        Some(self)
    }
}

impl OffersInstallments for Scripted {
    fn plans_call(&self, number: OrderNo, amount: Money, _: &Moment) -> Result<Call, CannotAsk> {
        Ok(post_to(format!("{}/plans/{number}/{}", self.url, amount.minor())))
    }

    fn plans(&self, _: OrderNo, amount: Money, reply: &Reply) -> Result<Vec<Installments>, NoPlans> {
        match String::from_utf8_lossy(&reply.body).as_ref() {
            "plans" => Ok(vec![two_for(amount)]),
            "???" => Err(NoPlans::Unclear(Doubt::Garbled)),
            words => Err(NoPlans::Refused(words.to_owned())),
        }
    }
}

/// Two instalments, for ten fen.
fn two_for(amount: Money) -> Installments {
    let half = Money::cny((amount.minor() + 10) / 2);
    let total = Money::cny(amount.minor() + 10);
    Installments { count: 2, rate: "1%".into(), fee: Money::cny(10), first: half, later: half, total }
}

fn post_to(url: String) -> Call {
    let (headers, body) = (vec![], vec![]);
    Call { method: HttpMethod::Post, url, headers, body, client_certificate: false }
}

/// Everything soon, but inquiries only when somebody wants to know.
pub fn quick() -> Policy {
    Policy {
        first_inquiry: Duration::from_secs(20),
        reverse_not_before: Duration::ZERO,
        qr_inquiry_every: Duration::from_secs(20),
        ..Policy::default()
    }
}
