//! Pairing: a code from the server, and what the device keeps of it.

use super::config::{Config, text};
use crate::cli::Verdict;
use crate::serve::open_store;
use crate::{clock, files};
use anyhow::{Context, Result, bail, ensure};
use base::TillId;
use std::path::PathBuf;
use std::time::Duration;
use till::Link;

const PAIR_AFTER: &str = "\
Example:
  paydesk till pair --config shop/paydesk.toml";
const INIT_AFTER: &str = "\
Example:
  paydesk till init --server https://pay.example.cn --code 7K4M-2Q9X --dir till --name 'counter PC'";

/// How long the code can be spent.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// For which till.
#[derive(clap::Args)]
#[command(after_help = PAIR_AFTER)]
pub struct PairOptions {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// The till's id; needed if there are several
    #[arg(long)]
    till: Option<TillId>,
}

/// Which server, and how the device shall be.
#[derive(clap::Args)]
#[command(after_help = INIT_AFTER)]
pub struct InitOptions {
    /// Where the server is, such as https://pay.example.cn
    #[arg(long, value_name = "URL")]
    server: String,
    /// The code that the server gave
    #[arg(long)]
    code: String,
    /// A new folder for the device's files
    #[arg(long, default_value = "till")]
    dir: PathBuf,
    /// What people call the device
    #[arg(long, default_value = "收银机")]
    name: String,
    /// Where its pages shall be
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: String,
    /// A spare takes over by itself after so many seconds of silence; 0 is never
    #[arg(long, default_value_t = 0)]
    takes_over_after: u64,
    /// Its receipt printer, such as 192.168.1.50:9100
    #[arg(long)]
    printer: Option<String>,
    /// The printer's model
    #[arg(long, default_value = "generic-58")]
    printer_model: String,
}

/// Prints a code.
pub fn pair(options: PairOptions) -> Result<Verdict> {
    let config = crate::config::Config::load(&options.config)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = open_store(&config.database).await?;
        let tills = store.people().places().await?.tills;
        let till = match (options.till, tills.as_slice()) {
            (Some(id), _) => tills.iter().find(|till| till.id == id).context("there is no such till")?,
            (None, [only]) => only,
            (None, _) => {
                let list: String =
                    tills.iter().map(|till| format!("\n  --till {}  {}", till.id, till.name)).collect();
                bail!("say which till:{list}")
            }
        };
        let (code, now) = (api::fresh_code(), clock::now());
        let letters: String = code.reveal().chars().filter(char::is_ascii_alphanumeric).collect();
        let kept = api::token_hash(&letters);
        store.keep_pairing_code(&kept, (till.merchant, till.id), now + LIFETIME, now).await?;
        store.close().await;
        println!("{}", code.reveal());
        eprintln!("Type this code at the new device of \"{}\" within 15 minutes; it works once.", till.name);
        Ok(Verdict::Good)
    })
}

/// Pairs this device.
pub fn init(options: InitOptions) -> Result<Verdict> {
    let server = options.server.trim_end_matches('/').to_owned();
    ensure!(
        server.starts_with("https://") || server.starts_with("http://"),
        "--server: write https:// and the server's name"
    );
    let path = options.dir.join("till.toml");
    ensure!(!path.exists(), "{} exists already; choose another folder with --dir", path.display());
    let printer = options.printer.as_deref().map(|address| (address, options.printer_model.as_str()));
    let text = text(&options.listen, options.takes_over_after, printer);
    files::make_folder(&options.dir)?;
    files::write_private(&path, &text)?;
    // Read before the code is spent: a mistake costs no code.
    let config = match Config::load(&path) {
        Ok(config) => config,
        Err(mistake) => {
            let _ = std::fs::remove_file(&path);
            return Err(mistake);
        }
    };
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let paired =
        runtime.block_on(Link::pair(&server, &options.code, &options.name, config.printer.is_some()));
    let identity = match paired {
        Ok(identity) => identity,
        Err(error) => {
            let _ = std::fs::remove_file(&path);
            return Err(error).context("this device was not paired");
        }
    };
    config.identity()?.write(&identity)?;
    let role = if identity.current { "It stands for" } else { "It is a spare device of" };
    println!("Paired. {role} the till \"{}\" of \"{}\".", identity.till.name, identity.merchant.name);
    println!("Next:  paydesk till --config {}", path.display());
    Ok(Verdict::Good)
}
