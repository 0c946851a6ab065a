//! What this machine could do at most: sign, commit in groups, answer an empty request.

use super::load::Connection;
use crate::clock;
use crate::serve::open_store;
use crate::setup::fresh_id;
use anyhow::{Context, Result};
use base::{ChannelId, Currency, MerchantId, Money, PaymentId, StoreId, Text, TillId};
use engine::{Engine, Wake, Work};
use payment::{Method, Request};
use provider_contract::signing::{FreshKeys, RsaSigner, Sign};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::Store;

/// Rates nothing on this machine can exceed.
pub struct Ceilings {
    /// RSA-2048 signatures, all cores busy with nothing else.
    pub signatures_per_s: f64,
    /// Payments made durable, three commits each, a hundred at a time.
    pub group_commit_payments_per_s: f64,
    /// Requests to a route that does nothing.
    pub empty_route_per_s: f64,
}

const SPAN: Duration = Duration::from_millis(1500);
const GROUP: usize = 100;

/// Measures one after the other; about six seconds.
pub async fn measure(folder: Option<PathBuf>) -> Result<Ceilings> {
    let signatures_per_s = tokio::task::spawn_blocking(signatures).await.context("the signers broke")?;
    Ok(Ceilings {
        signatures_per_s,
        group_commit_payments_per_s: group_commits(folder).await?,
        empty_route_per_s: empty_route().await?,
    })
}

fn signatures() -> f64 {
    let pem = FreshKeys::generate().private_pem;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let signer = || {
        let signer = RsaSigner::from_pem(&pem).expect("a fresh key");
        let (began, mut count) = (Instant::now(), 0_u64);
        while began.elapsed() < SPAN {
            std::hint::black_box(signer.sign(b"POST\n/v3/pay/transactions/codepay\n1795400000\nnonce\n{}\n"));
            count += 1;
        }
        count as f64 / began.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(signer)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a signer does not panic")).sum()
    })
}

/// The engine's own first transactions of a hundred payments: request and charge, durable. A whole payment has
/// two such transactions, so the rate is halved.
async fn group_commits(folder: Option<PathBuf>) -> Result<f64> {
    let parent = folder.unwrap_or_else(std::env::temp_dir);
    let path = parent.join(format!("paydesk-ceiling-{:016x}.sqlite", rand::random::<u64>()));
    let store = open_store(&format!("sqlite:{}", path.display())).await?;
    let (mut spent, mut payments) = (Duration::ZERO, 0);
    while spent < SPAN {
        let work = hundred_requests();
        let began = Instant::now();
        commit(&store, &work).await?;
        spent += began.elapsed();
        payments += GROUP;
    }
    store.close().await;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    Ok(payments as f64 / spent.as_secs_f64() / 2.0)
}

async fn commit(store: &Store, work: &Work) -> Result<()> {
    store.commit(&work.batch, clock::now()).await.context("cannot commit")?;
    Ok(())
}

fn hundred_requests() -> Work {
    let mut engine = Engine::new(BTreeMap::new());
    for caller in 0..GROUP as u64 {
        engine.handle(Wake::Begin { request: request(), code: None, caller }, clock::now());
    }
    for which in engine.take().loads {
        engine.handle(Wake::Loaded { which, entries: None }, clock::now());
    }
    engine.take()
}

fn request() -> Request {
    let id = fresh_id();
    Request {
        id: PaymentId::from_u128(id),
        merchant: MerchantId::from_u128(1),
        store: StoreId::from_u128(1),
        till: TillId::from_u128(1),
        cashier: String::new(),
        key: format!("{id:x}"),
        content: [0; 32],
        amount: Money::new(1250, Currency::Cny),
        channel: ChannelId::from_u128(1),
        wallet: "wechat".to_owned(),
        wallet_name: Text::new("微信支付", "WeChat Pay"),
        method: Method::PayerCode { hint: "13••••••••••••••00".to_owned() },
        description: "Bench".to_owned(),
        reference: String::new(),
    }
}

/// Answered by a runtime of its own, asked over as many connections as there are tills in a usual bench.
async fn empty_route() -> Result<f64> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").context("cannot listen")?;
    listener.set_nonblocking(true).context("cannot listen")?;
    let address = listener.local_addr().context("a listener has an address")?.to_string();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(async {
            let router = axum::Router::new().route("/", axum::routing::get(|| async { "" }));
            let serve = axum::serve(tokio::net::TcpListener::from_std(listener)?, router);
            let _ = tokio::time::timeout(2 * SPAN, serve.into_future()).await;
            std::io::Result::Ok(())
        })
    });
    let until = Instant::now() + SPAN;
    let mut askers = Vec::new();
    for _ in 0..32 {
        let mut connection = Connection::open(&address).await?;
        askers.push(tokio::spawn(async move {
            let mut count = 0_u64;
            while Instant::now() < until {
                connection.ask("GET", "/", &[], Vec::new()).await?;
                count += 1;
            }
            anyhow::Ok(count)
        }));
    }
    let mut total = 0;
    for asker in askers {
        total += asker.await.context("an asker broke")??;
    }
    Ok(total as f64 / SPAN.as_secs_f64())
}
