//! The processes of a bench: a provider's simulator and a server, each on its own, with a database on disk.

use super::bulk::Whose;
use super::load::Connection;
use super::processor::{Spent, Threads};
use crate::providers::named;
use crate::setup::{Installed, Plan, channel_from_json, install, new_api_key};
use anyhow::{Context, Result, bail, ensure};
use base::{ChannelId, Secret};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::Role;

/// Both processes, running. They end, and their folder goes, when this is dropped.
pub struct Rig {
    folder: PathBuf,
    config: PathBuf,
    simulator: Child,
    server: Child,
    more_servers: Vec<Child>,
    /// Where the simulator answers: `127.0.0.1:9001`.
    pub simulator_address: String,
    /// Where the server answers.
    pub server_address: String,
    /// Where it answers and where those beside it do.
    pub addresses: Vec<String>,
    /// The simulator's credentials.
    pub credentials: PathBuf,
    /// The shop, and its way to the simulator.
    pub whose: Whose,
    /// A key for its API.
    pub api_key: Secret<String>,
    /// From starting the server's process to its first answer.
    pub started_in: Duration,
}

impl Rig {
    /// Starts both; the database is on the disk that `folder` is on.
    pub async fn start(folder: Option<PathBuf>) -> Result<Rig> {
        Rig::start_on(folder, "sqlite:paydesk.sqlite", 1).await
    }

    /// The same on this database, with so many servers.
    pub async fn start_on(folder: Option<PathBuf>, database: &str, nodes: usize) -> Result<Rig> {
        let parent = folder.unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("paydesk-bench-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let credentials = folder.join("wechat.json");
        let (simulator, simulator_address) = spawn(&[
            "simulate",
            "wechat",
            "--port",
            "0",
            "--credentials",
            &credentials.display().to_string(),
        ])?;
        let (installed, channel, api_key) = installed(&folder, &credentials, database).await?;
        let whose = Whose { merchant: installed.merchant, channel };
        let config = installed.config;
        let (server, server_address, started_in) = serve(&config).await?;
        let (mut more_servers, mut addresses) = (Vec::new(), vec![server_address.clone()]);
        for _ in 1..nodes {
            let (server, address, _) = serve(&config).await?;
            more_servers.push(server);
            addresses.push(address);
        }
        Ok(Rig {
            folder,
            config,
            simulator,
            server,
            more_servers,
            simulator_address,
            server_address,
            addresses,
            credentials,
            whose,
            api_key,
            started_in,
        })
    }

    /// Ends the server's process.
    pub fn stop_server(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    /// Starts the server anew on the same database.
    pub async fn restart_server(&mut self) -> Result<()> {
        self.stop_server();
        (self.server, self.server_address, self.started_in) = serve(&self.config).await?;
        Ok(())
    }

    /// The server's database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("shop").join("paydesk.sqlite")
    }

    /// How large it is.
    pub fn database_mb(&self) -> u64 {
        fs::metadata(self.database()).map_or(0, |meta| meta.len() / 1_000_000)
    }

    /// What all processes took of the processors so far.
    pub fn spent(&self) -> Spent {
        let servers = self.more_servers.iter().chain([&self.server]);
        Spent {
            server: Threads::of(servers.map(Child::id)),
            simulator: Threads::of([self.simulator.id()]),
            generator: Threads::of([std::process::id()]),
        }
    }

    /// The server's memory now, in megabytes.
    pub fn server_rss_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or_default();
        kilobytes / 1024.0
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        for child in self.more_servers.iter_mut().chain([&mut self.server, &mut self.simulator]) {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Starts the server and asks it until it answers: process, address, time taken.
async fn serve(config: &Path) -> Result<(Child, String, Duration)> {
    let began = Instant::now();
    let (process, address) = spawn(&["serve", "--config", &config.display().to_string()])?;
    let answer = Connection::open(&address).await?.ask("GET", "/v1/health", &[], Vec::new()).await?;
    ensure!(answer.status == 200, "the server's health was answered {}", answer.status);
    Ok((process, address, began.elapsed()))
}

/// Starts this very binary and waits for the line that says where it listens.
fn spawn(words: &[&str]) -> Result<(Child, String)> {
    let binary = std::env::current_exe().context("this binary has no path")?;
    let mut child = Command::new(binary)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start paydesk {}", words.join(" ")))?;
    let said = child.stdout.take().context("its output is piped")?;
    for line in BufReader::new(said).lines() {
        let line = line.context("cannot read what it says")?;
        if let Some((_, url)) = line.split_once("http://") {
            let address = url.split('/').next().unwrap_or_default().to_owned();
            return Ok((child, address));
        }
    }
    let _ = child.wait();
    bail!("paydesk {} ended before it listened", words.join(" "))
}

async fn installed(
    folder: &Path,
    credentials: &Path,
    database: &str,
) -> Result<(Installed, ChannelId, Secret<String>)> {
    let plan = Plan {
        folder: folder.join("shop"),
        listen: "127.0.0.1:0".to_owned(),
        public_url: "http://127.0.0.1:1".to_owned(),
        database: database.to_owned(),
        shop: "Bench".to_owned(),
        store: "Store 1".to_owned(),
        till: "Till 1".to_owned(),
        payment_max: 5_000_000,
        // A database that is given from outside may have seen a bench before.
        login: format!("owner-{:08x}", rand::random::<u32>()),
        password: api::fresh_password(),
        channels: vec![channel_from_json(named("wechat")?, credentials)?],
        printer: None,
    };
    let installed = install(&plan).await?;
    let config = crate::config::Config::load(&installed.config)?;
    let store = crate::serve::open_store(&config.database).await?;
    let key = new_api_key(&store, installed.merchant, Some(installed.till), "bench", Role::Owner).await?;
    store.close().await;
    let channel = config.channels.first().context("a channel was installed")?.id;
    Ok((installed, channel, key))
}
