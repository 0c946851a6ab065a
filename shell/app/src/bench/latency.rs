//! What Paydesk adds to the provider's own time when nothing else is going on: payments through Paydesk and
//! requests straight to the provider take turns, and the difference is reported.

use super::load::{Connection, pay};
use super::rig::Rig;
use super::{cpu_pressure, machine_is_quiet, percentile_ms, rounded};
use crate::channels::connector_to_simulator;
use crate::cli::Verdict;
use crate::clock;
use crate::providers::named;
use crate::setup::fresh_id;
use anyhow::{Context, Result, ensure};
use base::{Currency, Money, OrderNo, PaymentId};
use payment::{Ask, PayerCode};
use provider_contract::{Order, Provider, Simulator, Treatment};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// How many payments
    #[arg(long, default_value_t = 400)]
    payments: u64,
    /// Where the database goes; the system's temporary folder otherwise
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Measure although the machine is busy
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Between two payments: a counter, not a stress test.
const PAUSE: Duration = Duration::from_millis(10);

/// Measures and prints.
pub async fn run(options: Options) -> Result<Verdict> {
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let pressure = cpu_pressure();
    let rig = Rig::start(options.folder.clone()).await?;
    let (mut through_us, mut direct_us) = measure(&rig, options.payments).await?;
    through_us.sort_unstable();
    direct_us.sort_unstable();
    let of = |part| (percentile_ms(&through_us, part), percentile_ms(&direct_us, part));
    let ((p50, provider_p50), (p99, provider_p99)) = (of(0.50), of(0.99));
    let report = json!({
        "added_p50_ms": rounded(p50 - provider_p50, 2),
        "added_p99_ms": rounded(p99 - provider_p99, 2),
        "payment_p50_ms": rounded(p50, 2),
        "payment_p99_ms": rounded(p99, 2),
        "provider_p50_ms": rounded(provider_p50, 2),
        "provider_p99_ms": rounded(provider_p99, 2),
        "payments": through_us.len(),
        "cpu_pressure": pressure,
    });
    if options.json {
        println!("{report:#}");
    } else {
        println!(
            "added by Paydesk      p50 {} ms, p99 {} ms",
            report["added_p50_ms"], report["added_p99_ms"]
        );
        println!(
            "a payment through it  p50 {} ms, p99 {} ms",
            report["payment_p50_ms"], report["payment_p99_ms"]
        );
        println!(
            "the provider alone    p50 {} ms, p99 {} ms",
            report["provider_p50_ms"], report["provider_p99_ms"]
        );
    }
    Ok(Verdict::Good)
}

/// Times through Paydesk and straight to the provider, in microseconds.
async fn measure(rig: &Rig, payments: u64) -> Result<(Vec<u64>, Vec<u64>)> {
    let codes = wechat::Simulator::cheap(1);
    let credentials =
        std::fs::read_to_string(&rig.credentials).context("the simulator wrote its credentials")?;
    let client = connector_to_simulator(named("wechat")?, &credentials, String::new())?;
    let mut server = Connection::open(&rig.server_address).await?;
    let mut provider = Connection::open(&rig.simulator_address).await?;
    let (mut through_us, mut direct_us) = (Vec::new(), Vec::new());
    for round in 0..payments + 20 {
        let warm = round >= 20;
        tokio::time::sleep(PAUSE).await;
        let took = pay(&mut server, &rig.api_key, &codes.code_for(Treatment::Normal, 2 * round)).await?;
        through_us.extend(warm.then_some(took.as_micros() as u64));
        tokio::time::sleep(PAUSE).await;
        let took =
            ask_directly(client.as_ref(), &mut provider, &codes.code_for(Treatment::Normal, 2 * round + 1))
                .await?;
        direct_us.extend(warm.then_some(took.as_micros() as u64));
    }
    Ok((through_us, direct_us))
}

/// The same charge, signed beforehand and not verified afterwards: the provider's own time and the wire's.
async fn ask_directly(client: &dyn Provider, provider: &mut Connection, code: &str) -> Result<Duration> {
    let now = clock::now();
    let order = Order {
        order_no: OrderNo::from(PaymentId::from_u128(fresh_id())),
        amount: Money::new(1250, Currency::Cny),
        description: "Bench".to_owned(),
        requested_at: now,
        expires_at: now + Duration::from_secs(300),
        terminal: "bench".to_owned(),
        shown_qr: false,
        payer_code: PayerCode::parse(code).ok(),
        transaction: None,
        refund_no: None,
        refund_reason: String::new(),
        trace: None,
        charge_trace: None,
    };
    let call = client.call(&Ask::Charge, &order, &clock::moment()).context("a charge can be asked")?;
    let target = call.url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
    let headers: Vec<(&str, &str)> =
        call.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let began = Instant::now();
    let answer = provider.ask(call.method.as_str(), &target, &headers, call.body).await?;
    let took = began.elapsed();
    ensure!(answer.status == 200, "the provider answered {}", answer.status);
    Ok(took)
}
