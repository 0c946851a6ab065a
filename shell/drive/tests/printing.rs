//! Receipts on paper, against the virtual printer on a real port: what waits is printed once, whatever happens.

use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use device_contract::PrinterState;
use drive::print::{PrinterSetup, Printers};
use drive::{Drive, Handle, SystemClock};
use engine::{Batch, End, Engine, Wake};
use payment::{Answer, Method, Paid, Request, Said, Verdict};
use printer::{Fault, Model, Profile, VirtualPrinter};
use receipt::{Language, Place};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{MerchantScope, Store, StoreConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const MERCHANT: MerchantId = MerchantId::from_u128(1);
const TILL: TillId = TillId::from_u128(3);
const PAYMENT: PaymentId = PaymentId::from_u128(7);
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

static FOLDERS: AtomicU32 = AtomicU32::new(0);

type Printer = Arc<Mutex<VirtualPrinter>>;

#[tokio::test]
async fn a_receipt_waits_for_paper_and_prints_once() {
    let shop = Shop::open().await;
    let printer = shop.printer(|printer| printer.set(Fault::PaperOut, true)).await;
    shop.pay().await;
    let printers = shop.start(&printer.address);
    shop.until("the job is held", || async { shop.job().await == Some(store::JobState::Held) }).await;
    assert_eq!(printer.slips(), Vec::<String>::new());
    printer.change(|printer| printer.set(Fault::PaperOut, false));
    shop.until("the job is printed", || async { shop.job().await == Some(store::JobState::Printed) }).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let slips = printer.slips();
    assert_eq!(slips.len(), 1, "printed once");
    assert!(slips[0].contains("￥12.50"), "{}", slips[0]);
    printers.stop();
}

/// The payment is made durable past this server's engine, as another server on the same database does it.
#[tokio::test]
async fn what_another_server_queued_prints_where_the_printer_is() {
    let shop = Shop::open().await;
    let printer = shop.printer(|_| ()).await;
    let printers = shop.start(&printer.address);
    shop.until("the printer is ready", || async { printers.state(TILL) == Some(PrinterState::Ready) }).await;
    shop.pay().await;
    shop.until("the receipt is printed", || async { printer.slips().len() == 1 }).await;
    shop.store.queue_copy(&MerchantScope(MERCHANT), PAYMENT, NOW).await.expect("queued").expect("ours");
    shop.until("the copy is printed", || async { printer.slips().len() == 2 }).await;
    printers.stop();
}

#[tokio::test]
async fn a_copy_is_marked_and_counted() {
    let shop = Shop::open().await;
    let printer = shop.printer(|_| ()).await;
    shop.pay().await;
    let printers = shop.start(&printer.address);
    shop.until("the receipt is printed", || async { printer.slips().len() == 1 }).await;
    shop.store.queue_copy(&MerchantScope(MERCHANT), PAYMENT, NOW).await.expect("queued").expect("ours");
    printers.poke(TILL);
    shop.until("the copy is printed", || async { printer.slips().len() == 2 }).await;
    assert!(printer.slips()[1].contains("补打 第1次"), "{}", printer.slips()[1]);
    printers.stop();
}

#[tokio::test]
async fn a_printer_that_is_away_stops_nothing_and_prints_when_it_comes() {
    let shop = Shop::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let printers = shop.start(&address);
    shop.pay().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(shop.job().await, Some(store::JobState::Queued));
    let listener = TcpListener::bind(&address).await.expect("the same port");
    let printer = Shop::host(listener, VirtualPrinter::new(Model::of(&Profile::epson_58())));
    shop.until("the receipt is printed", || async { printer.slips().len() == 1 }).await;
    printers.stop();
}

#[tokio::test]
async fn what_was_under_way_when_the_server_stopped_is_unknown_and_not_sent_again() {
    let shop = Shop::open().await;
    shop.pay().await;
    let job = shop.store.waiting_jobs(TILL, 1).await.expect("jobs")[0].id;
    shop.store.move_job(job, store::JobState::Sent, "", NOW).await.expect("moved");
    let printer = shop.printer(|_| ()).await;
    let printers = shop.start(&printer.address);
    shop.until("the job is unknown", || async { shop.job().await == Some(store::JobState::Unknown) }).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(printer.slips().len(), 0);
    printers.stop();
}

/// A store on disk and whoever works on it.
struct Shop {
    store: Store,
    handle: Handle,
    _folder: Folder,
}

/// A virtual printer behind a port.
struct Hosted {
    address: String,
    printer: Printer,
    task: JoinHandle<()>,
}

/// A folder that goes with the test.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hosted {
    fn change(&self, how: impl FnOnce(&mut VirtualPrinter)) {
        how(&mut self.printer.lock().expect("the printer"));
    }

    fn slips(&self) -> Vec<String> {
        self.printer.lock().expect("the printer").papers().map(printer::Paper::to_text).collect()
    }
}

impl Shop {
    async fn open() -> Shop {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("paydesk-printing-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        let database = format!("sqlite:{}", folder.join("shop.db").display());
        let store = Store::open(&StoreConfig { database }).await.expect("a database");
        let handle = Drive::start(store.clone(), Vec::new(), Arc::new(SystemClock));
        Shop { store, handle, _folder: Folder(folder) }
    }

    async fn printer(&self, prepare: impl FnOnce(&mut VirtualPrinter)) -> Hosted {
        let mut printer = VirtualPrinter::new(Model::of(&Profile::epson_58()));
        prepare(&mut printer);
        Shop::host(TcpListener::bind("127.0.0.1:0").await.expect("a port"), printer)
    }

    fn host(listener: TcpListener, printer: VirtualPrinter) -> Hosted {
        let address = listener.local_addr().expect("an address").to_string();
        let printer = Arc::new(Mutex::new(printer));
        let task = tokio::spawn(serve(listener, printer.clone()));
        Hosted { address, printer, task }
    }

    fn start(&self, address: &str) -> Printers {
        let place = |_: &payment::Payment| Place {
            shop: "小明便利店".into(),
            store: String::new(),
            till: "2号收银".into(),
            receipt_url: None,
            bill: None,
            language: Language::Chinese,
        };
        let setup = PrinterSetup {
            merchant: MERCHANT,
            till: TILL,
            address: address.to_owned(),
            profile: Profile::epson_58(),
            place: Arc::new(place),
        };
        Printers::start(vec![setup], &self.handle, Arc::new(SystemClock))
    }

    /// One paid payment in the store, with its receipt queued.
    async fn pay(&self) {
        let mut engine = Engine::default();
        engine.handle(Wake::Begin { request: request(), code: None, caller: 1 }, NOW);
        for which in engine.take().loads {
            engine.handle(Wake::Loaded { which, entries: None }, NOW);
        }
        self.commit(&mut engine).await;
        let paid = Paid {
            amount: Money::cny(1250),
            transaction: "42000021".into(),
            at: Some(NOW),
            payer: String::new(),
            funds: String::new(),
        };
        let answer = Answer { verdict: Verdict::Paid(paid), said: Said::default() };
        engine.handle(Wake::Ended { payment: PAYMENT, call: 1, end: End::Answered(answer) }, NOW);
        self.commit(&mut engine).await;
    }

    async fn commit(&self, engine: &mut Engine) {
        let batch: Batch = engine.take().batch;
        self.store.commit(&batch, NOW).await.expect("committed");
        engine.committed(&batch);
    }

    async fn job(&self) -> Option<store::JobState> {
        let printed = self.store.printed(&MerchantScope(MERCHANT), &[PAYMENT]).await.expect("jobs");
        printed.get(&PAYMENT).map(|printed| printed.state)
    }

    async fn until<Checked: Future<Output = bool>>(&self, what: &str, check: impl Fn() -> Checked) {
        for _ in 0..200 {
            if check().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("waited ten seconds, and still not: {what}");
    }
}

fn request() -> Request {
    Request {
        id: PAYMENT,
        merchant: MERCHANT,
        store: StoreId::from_u128(2),
        till: TILL,
        cashier: "张敏".into(),
        key: "key".into(),
        content: [0; 32],
        amount: Money::cny(1250),
        channel: ChannelId::from_u128(9),
        routed: None,
        wallet: "purse".into(),
        wallet_name: Text::new("顺手钱包", "Any Wallet"),
        method: Method::PayerCode { hint: "13••••89".into() },
        description: "商品".into(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}

async fn serve(listener: TcpListener, printer: Printer) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut incoming = [0; 4096];
        loop {
            let reading = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut incoming));
            match reading.await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(count)) => {
                    printer.lock().expect("the printer").receive(&incoming[..count]);
                }
                Err(_) => {}
            }
            let answers = printer.lock().expect("the printer").take_answers();
            if stream.write_all(&answers).await.is_err() {
                break;
            }
        }
    }
}
