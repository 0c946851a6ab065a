//! What this machine could do at most: sign, commit in groups, answer an empty request.

use super::bulk::{Whose, commit_paid};
use super::load::Connection;
use super::processor::thread_time;
use crate::serve::open_store;
use anyhow::{Context, Result};
use provider_contract::signing::{FreshKeys, RsaSigner, Sign};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Rates nothing on this machine can exceed.
pub struct Ceilings {
    /// RSA-2048 signatures, all cores busy with nothing else.
    pub signatures_per_s: f64,
    /// What one signature takes of a core, in milliseconds; a busy machine hardly changes it.
    pub signature_core_ms: f64,
    /// Whole payments made durable, a hundred at a time.
    pub group_commit_payments_per_s: f64,
    /// Requests to a route that does nothing.
    pub empty_route_per_s: f64,
}

const SPAN: Duration = Duration::from_millis(1500);
const GROUP: usize = 100;

/// Measures one after the other; about six seconds.
pub async fn measure(folder: Option<PathBuf>) -> Result<Ceilings> {
    let (signatures_per_s, signature_core_ms) =
        tokio::task::spawn_blocking(signatures).await.context("the signers broke")?;
    Ok(Ceilings {
        signatures_per_s,
        signature_core_ms,
        group_commit_payments_per_s: group_commits(folder).await?,
        empty_route_per_s: empty_route().await?,
    })
}

/// Signatures a second, and what one takes of a core in milliseconds.
fn signatures() -> (f64, f64) {
    let pem = FreshKeys::generate().private_pem;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let signer = || {
        let signer = RsaSigner::from_pem(&pem).expect("a fresh key");
        let (began, mut count) = (Instant::now(), 0_u64);
        let spent = thread_time();
        while began.elapsed() < SPAN {
            std::hint::black_box(signer.sign(b"POST\n/v3/pay/transactions/codepay\n1795400000\nnonce\n{}\n"));
            count += 1;
        }
        let spent = thread_time().saturating_sub(spent);
        (count as f64 / began.elapsed().as_secs_f64(), spent.as_secs_f64() * 1000.0 / count as f64)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(signer)).collect();
        let each: Vec<_> =
            threads.into_iter().map(|thread| thread.join().expect("a signer does not panic")).collect();
        (
            each.iter().map(|(rate, _)| rate).sum(),
            each.iter().map(|(_, core)| core).sum::<f64>() / cores as f64,
        )
    })
}

/// Whole payments, a hundred at a time: two transactions and nothing else.
async fn group_commits(folder: Option<PathBuf>) -> Result<f64> {
    let parent = folder.unwrap_or_else(std::env::temp_dir);
    let path = parent.join(format!("paydesk-ceiling-{:016x}.sqlite", rand::random::<u64>()));
    let store = open_store(&format!("sqlite:{}", path.display())).await?;
    let (began, mut payments) = (Instant::now(), 0);
    while began.elapsed() < SPAN {
        commit_paid(&store, Whose::NOBODYS, GROUP).await?;
        payments += GROUP;
    }
    let rate = payments as f64 / began.elapsed().as_secs_f64();
    store.close().await;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    Ok(rate)
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
