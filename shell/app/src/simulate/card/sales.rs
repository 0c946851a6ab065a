//! Sales by card through the whole of the shell: numbers from a real database, frames over a real port, the simulated
//! host's own books. The card stands in the test, since no reader gives one to a payment.

use super::{MERCHANT, TERMINAL, accept, host};
use base::{ChannelId, MerchantId, Money, PaymentId, Secret, StoreId, Text, TillId};
use card::simulator::{Host, Mishap};
use card::{
    Acquirer, Algorithm, Card, Kind, Mac, Numbers, Original, Pan, Read, ReversalReason, SignIn, Terminal,
    Tmk, Transaction, read_answer, refund_answer, reversal_answer, sale_answer, signed_in,
};
use drive::{Begin, ChannelSetup, Drive, Handle, SystemClock, Wire};
use iso8583::{PosHeader, Tpdu};
use payment::{
    Answer, Ask, Command, Fact, Method, Next, Notice, Outcome, PayerCode, Payment, Policy, Reason,
    RefundRequest, RefundWay, Request, Trace,
};
use provider_contract::bills::Bills;
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, OffersInstallments, Order,
    Provider, RenewsKeys, Reply, Trouble,
};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{MerchantScope, Store, StoreConfig};
use tokio::net::TcpListener;

const SHOP: MerchantId = MerchantId::from_u128(1);
const CHANNEL: ChannelId = ChannelId::from_u128(2);

/// A terminal that has signed in, with a card in it.
struct CardInTerminal {
    address: String,
    acquirer: Acquirer,
    terminal: Terminal,
    mac: Mac,
}

impl CardInTerminal {
    /// What goes to the host; the same for the same question, so that its answer can be held against it.
    fn frame(&self, ask: &Ask, order: &Order) -> Result<Vec<u8>, CannotAsk> {
        let numbers = |trace: Trace| Numbers { batch: trace.batch, trace: trace.number };
        let own = order.trace.map(numbers).ok_or(CannotAsk::NotSupported)?;
        let sale = Transaction {
            kind: Kind::Sale,
            amount: Some(order.amount.minor().unsigned_abs()),
            numbers: own,
            card: card(),
            pin_block: None,
            original: None,
            organization: None,
        };
        let (acquirer, terminal, mac) = (&self.acquirer, &self.terminal, &self.mac);
        let written = match ask {
            Ask::Charge => sale.request(acquirer, terminal, mac),
            Ask::Reverse => sale.reversal(ReversalReason::NoAnswer, acquirer, terminal, mac),
            Ask::Refund { .. } => {
                let numbers = order.charge_trace.map(numbers);
                let original =
                    Some(Original { numbers, retrieval: order.transaction.clone(), ..Original::default() });
                Transaction { kind: Kind::SaleVoid, original, ..sale }.request(acquirer, terminal, mac)
            }
            Ask::Present | Ask::Inquire | Ask::Close | Ask::InquireRefund { .. } => {
                return Err(CannotAsk::NotSupported);
            }
        };
        written.map_err(|why| CannotAsk::OrderNotAcceptable(why.to_string()))
    }
}

impl Provider for CardInTerminal {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "card",
            title: Text::new("银行卡", "Bank card"),
            wallets: &[],
            qr_wallets: &[],
            payer_code: true,
            shown_qr: false,
            policy: policy(),
        }
    }

    fn call(&self, ask: &Ask, order: &Order, _: &Moment) -> Result<Call, CannotAsk> {
        Ok(Call::frame(&self.address, self.frame(ask, order)?))
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _: &Moment) -> Answer {
        let question = self.frame(ask, order).expect("it was asked");
        let read = read_answer(&self.acquirer, &question, &reply.body, Some(&self.mac));
        match ask {
            Ask::Reverse => reversal_answer(read),
            Ask::Refund { amount, .. } => refund_answer(read, *amount),
            _ => sale_answer(read, order.amount, order.trace.expect("it was asked under one")),
        }
    }

    fn notice(&self, _: &HttpRequest, _: &Moment) -> Result<Notice, BadNotice> {
        Err(BadNotice::OfNoInterest)
    }

    fn acknowledge(&self, _: Result<(), &BadNotice>) -> HttpReply {
        HttpReply::new(404, "text/plain", "")
    }

    fn trouble(&self, _: &Ask, _: &Order, _: &Reply, _: &Moment) -> Option<Trouble> {
        None
    }

    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn Bills> {
        None
    }

    fn installments(&self) -> Option<&dyn OffersInstallments> {
        None
    }
}

/// A card for tests.
fn card() -> Card {
    Card {
        pan: Pan::parse("6226090000000048").expect("digits"),
        expiry: Some("4912".to_owned().into()),
        sequence: None,
        track_2: None,
        track_is_encrypted: false,
        chip: None,
        read: Read::Inserted,
        fallback: false,
    }
}

/// Everything happens within seconds, so that tests do.
fn policy() -> Policy {
    let ms = Duration::from_millis;
    Policy {
        numbered: true,
        can_inquire: false,
        reverse_not_before: ms(0),
        reverse_backoff: vec![ms(20)],
        refund_backoff: vec![ms(20)],
        inquiry_every: ms(50),
        in_flight_max: ms(300),
        ..Policy::default()
    }
}

/// A shop with one terminal at the host.
struct Counter {
    host: Arc<Mutex<Host>>,
    setup: ChannelSetup,
    handle: Handle,
    folder: PathBuf,
}

impl Counter {
    async fn open(name: &str) -> Counter {
        let (host, master_key) = host();
        let host = Arc::new(Mutex::new(host));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(accept(listener, Arc::clone(&host)));
        let provider = Arc::new(signed_on(address, &master_key).await);
        let setup = ChannelSetup { id: CHANNEL, merchant: SHOP, provider, policy: policy(), identity: None };
        let folder = std::env::temp_dir().join(format!("paydesk-card-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder takes a folder");
        let handle = serve(&folder, &setup).await;
        Counter { host, setup, handle, folder }
    }

    async fn restart(&mut self) {
        self.handle.stop().await;
        self.handle = serve(&self.folder, &self.setup).await;
    }

    /// Begins a sale of so many fen and waits until it rests.
    async fn sell(&self, id: u128, fen: i64) -> (Payment, Outcome) {
        let begin = Begin { request: request(id, fen), code: Some(code()) };
        self.handle.begin(begin).await.expect("it is recorded");
        self.rested(id, 0).await
    }

    /// Waits until the payment rests, after more facts than these.
    async fn rested(&self, id: u128, facts: u32) -> (Payment, Outcome) {
        let id = PaymentId::from_u128(id);
        let mut watch = self.handle.watch(id);
        for _ in 0..300 {
            let payment = payment::fold(&self.entries(id).await);
            let next = payment::next(&payment, &policy(), self.handle.clock().now());
            if let (Next::Rest(outcome), true) = (next, payment.version > facts) {
                return (payment, outcome);
            }
            watch.past(payment.version, Duration::from_millis(100)).await;
        }
        panic!("it did not come to rest")
    }

    async fn entries(&self, id: PaymentId) -> Vec<payment::Entry> {
        let entries = self.handle.store().payment_entries(&MerchantScope(SHOP), id).await;
        entries.expect("it reads").expect("the payment is there")
    }

    /// How often it was asked to undo.
    async fn reversals(&self, id: u128) -> usize {
        let entries = self.entries(PaymentId::from_u128(id)).await;
        entries.iter().filter(|entry| matches!(entry.fact, Fact::Asked { ask: Ask::Reverse, .. })).count()
    }

    /// By the host's books: the number of each sale that took effect, and what the merchant has of it.
    fn books(&self) -> Vec<(u32, u64)> {
        let sales = self.host.lock().expect("nobody panicked").sales(TERMINAL);
        sales.iter().map(|line| (line.numbers.trace, line.kept)).collect()
    }

    async fn close(self) {
        self.handle.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn serve(folder: &std::path::Path, setup: &ChannelSetup) -> Handle {
    let database = format!("sqlite:{}/paydesk.db", folder.display());
    let store = Store::open(&StoreConfig { database }).await.expect("a database");
    Drive::start(store, vec![setup.clone()], Arc::new(SystemClock))
}

async fn signed_on(address: String, master_key: &Secret<String>) -> CardInTerminal {
    let digits = master_key.reveal();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits");
    let tmk = Tmk::new(Algorithm::TripleDes, &(0..32).step_by(2).map(byte).collect::<Vec<_>>());
    let acquirer = Acquirer::up_pos();
    let terminal = Terminal {
        number: TERMINAL.to_owned(),
        merchant: MERCHANT.to_owned(),
        tpdu: Tpdu { id: 0x60, destination: 6, source: 0 },
        header: PosHeader::of([0x60, 0x31, 0, 0x31, 0x10, 3]),
    };
    let sign_in = SignIn { numbers: Numbers { batch: 0, trace: 1 }, operator: "01", about: "" };
    let question = sign_in.request(&acquirer, &terminal).expect("it can be written");
    let call = Call::frame(&address, question.clone());
    let reply = Wire::new().ask(call, Duration::from_secs(30)).await.expect("it answers");
    let signed = signed_in(&acquirer, &tmk.expect("a key"), &question, &reply.body).expect("right keys");
    let mac = Mac::new(signed.keys.mac, acquirer.mac).expect("they go together");
    CardInTerminal { address, acquirer, terminal, mac }
}

fn code() -> PayerCode {
    PayerCode::parse("134567890123456789").expect("a code")
}

fn request(id: u128, fen: i64) -> Request {
    Request {
        id: PaymentId::from_u128(id),
        merchant: SHOP,
        store: StoreId::from_u128(2),
        till: TillId::from_u128(3),
        cashier: String::new(),
        key: format!("key-{id}"),
        content: [7; 32],
        amount: Money::cny(fen),
        channel: CHANNEL,
        routed: None,
        wallet: String::new(),
        wallet_name: Text::default(),
        method: Method::PayerCode { hint: code().hint() },
        description: "goods".into(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}

fn amount_of(mishap: Mishap) -> i64 {
    i64::try_from(mishap.amount()).expect("it is small")
}

/// Whatever is lost, and wherever, the sale is taken back until the host confirms it, under the sale's own number.
#[tokio::test]
async fn what_nobody_knows_of_a_sale_is_reversed_until_it_is_confirmed() {
    let counter = Counter::open("reversed").await;
    let mishaps = [
        (Mishap::LostBefore, Reason::NeverArrived),
        (Mishap::LostAfter, Reason::NotPaidInTime),
        (Mishap::WrongMac, Reason::NotPaidInTime),
        (Mishap::SaysItDoesNotKnow, Reason::NotPaidInTime),
        (Mishap::ReversalLostOnce, Reason::NotPaidInTime),
    ];
    for ((mishap, reason), id) in mishaps.into_iter().zip(1_u128..) {
        let (_, outcome) = counter.sell(id, amount_of(mishap)).await;
        assert_eq!(outcome, Outcome::NotPaid(reason), "{mishap:?}");
    }
    assert!(counter.reversals(1).await >= 2, "what has not come may still come");
    assert_eq!([counter.reversals(2).await, counter.reversals(5).await], [1, 2]);
    assert_eq!(counter.books(), [(2, 0), (3, 0), (4, 0), (5, 0)], "the host has nothing left of any");
    counter.close().await;
}

#[tokio::test]
async fn a_sale_is_paid_refused_or_given_back_and_after_a_restart_its_numbers_go_on() {
    let mut counter = Counter::open("sold").await;
    let (paid, outcome) = counter.sell(1, 1250).await;
    assert_eq!((outcome, paid.trace), (Outcome::Paid, Some(Trace { batch: 1, number: 1 })));
    let (_, outcome) = counter.sell(2, 9951).await;
    assert_eq!(outcome, Outcome::NotPaid(Reason::InsufficientBalance), "99.51 is answered with 51");
    let (id, amount, way) = (base::RefundId::from_u128(9), Money::cny(1250), RefundWay::Provider);
    let (reason, by) = (String::new(), "wang".to_owned());
    let refund = RefundRequest { id, key: "back".into(), content: [1; 32], amount, reason, by, way };
    counter.handle.command(PaymentId::from_u128(1), SHOP, Command::Refund(refund)).await.expect("recorded");
    let (back, outcome) = counter.rested(1, paid.version).await;
    assert_eq!(outcome, Outcome::Returned);
    assert_eq!(back.refund(id).and_then(|refund| refund.trace), Some(Trace { batch: 1, number: 3 }));
    counter.restart().await;
    let (_, outcome) = counter.sell(3, 800).await;
    assert_eq!(outcome, Outcome::Paid);
    assert_eq!(counter.books(), [(1, 0), (33, 800)], "what was reserved before is skipped");
    counter.close().await;
}
