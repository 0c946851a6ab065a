//! `paydesk init`: a few questions, then a new installation. Every answer can be given as an option instead.

use crate::cli::Verdict;
use crate::config::{is_host_and_port, is_public_url};
use crate::files::write_private;
use crate::setup::{self, NewChannel, Plan, channel_from_json, install, new_api_key};
use anyhow::{Context, Result, bail, ensure};
use api::{Code, PASSWORD_SHORTEST, is_weak_password};
use base::{Secret, Text};
use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use store::Role;

const AFTER: &str = "\
Examples:
  paydesk init --dir shop
  paydesk init --dir shop --database postgres://paydesk@db.example.cn/paydesk
  paydesk init --dir shop --yes --shop 南山咖啡 --login owner --password-file pw.txt --wechat wechat.json

A credentials file is one JSON object with the keys that `paydesk simulate` writes; for real money leave base_url out:
  wechat   mchid, appid, merchant_serial, merchant_private_key_pem, apiv3_key, platform_public_key_id,
           platform_public_key_pem
  alipay   app_id, app_private_key_pem, alipay_public_key_pem
Without one, init asks for each value and for the paths of the key files.";

/// Answers given beforehand.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The new installation's folder
    #[arg(long, value_name = "DIR", default_value = "paydesk")]
    dir: PathBuf,
    /// Ask nothing: take the defaults for what is not given
    #[arg(long)]
    yes: bool,
    /// The merchant's name, as customers know it
    #[arg(long)]
    shop: Option<String>,
    /// The first store's name
    #[arg(long)]
    store: Option<String>,
    /// The first till's name
    #[arg(long)]
    till: Option<String>,
    /// What the owner signs in with
    #[arg(long)]
    login: Option<String>,
    /// A file with the owner's password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long)]
    listen: Option<String>,
    /// How customers' phones and providers reach it
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// An empty PostgreSQL database instead of one file: postgres://USER@HOST/NAME, the password in PGPASSWORD
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// WeChat Pay's credentials
    #[arg(long, value_name = "FILE")]
    wechat: Option<PathBuf>,
    /// Alipay's credentials
    #[arg(long, value_name = "FILE")]
    alipay: Option<PathBuf>,
    /// The till's receipt printer
    #[arg(long, value_name = "HOST:PORT")]
    printer: Option<String>,
    /// The printer's model
    #[arg(long, value_name = "MODEL")]
    printer_model: Option<String>,
    /// Make a key for machines with the owner's rights and write it to this file
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
}

/// Asks, installs, says what next.
pub fn run(options: Options) -> Result<Verdict> {
    ensure!(
        options.yes || std::io::stdin().is_terminal(),
        "there is nobody to ask: give the answers as options and add --yes (see paydesk init --help)"
    );
    setup::refuse_to_overwrite(&options.dir)?;
    let interrupt = (!options.yes).then(Interrupt::watch).transpose()?;
    let plan = plan(&options)?;
    if let Some(interrupt) = interrupt {
        interrupt.writing_begins();
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let installed = runtime.block_on(async {
        let installed = install(&plan).await?;
        if let Some(path) = &options.api_key_file {
            let config = crate::config::Config::load(&installed.config)?;
            let store = crate::serve::open_store(&config.database).await?;
            let till = Some(installed.till);
            let key =
                new_api_key(&store, installed.merchant, till, "made by paydesk init", Role::Owner).await?;
            store.close().await;
            write_private(path, key.reveal())?;
        }
        anyhow::Ok(installed)
    })?;
    let config = installed.config.display();
    let database = if plan.database == setup::IN_ONE_FILE { " and its database" } else { "" };
    println!("Written: {config}, with its sealed secrets, its master key{database} beside it.");
    println!("Keep a copy of the master key elsewhere: without it the secrets cannot be opened.");
    println!("Next:  paydesk doctor --config {config}");
    println!("       paydesk serve --config {config}");
    Ok(Verdict::Good)
}

/// What Ctrl-C does: while questions are asked nothing is written yet, so it ends at once and leaves the terminal as it
/// was; once files are being written it waits the second that takes.
struct Interrupt {
    writing: Arc<Mutex<bool>>,
}

impl Interrupt {
    fn watch() -> Result<Interrupt> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot watch for Ctrl-C")?;
        let mut signals = {
            let _inside = runtime.enter();
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
                .context("cannot watch for Ctrl-C")?
        };
        let writing = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&writing);
        std::thread::spawn(move || {
            runtime.block_on(async {
                while signals.recv().await.is_some() {
                    let writing = seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    if *writing {
                        eprintln!("paydesk: a moment, the files are being written");
                        continue;
                    }
                    echo(true);
                    eprintln!("\npaydesk: stopped; nothing was written / 已停止，什么都没有写入");
                    std::process::exit(130);
                }
            });
        });
        Ok(Interrupt { writing })
    }

    fn writing_begins(&self) {
        *self.writing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
    }
}

/// Why an answer will not do, in both languages; nothing if it will.
type Check = fn(&str) -> Option<&'static str>;

const NAME: Check = |name| {
    let good = !name.trim().is_empty() && name.chars().count() <= 64;
    (!good).then_some("a name has 1 to 64 characters / 名称为 1 到 64 个字")
};
const LISTEN: Check = |text| {
    let good = text.parse::<std::net::SocketAddr>().is_ok();
    (!good).then_some("write an address and a port, such as 127.0.0.1:8080 / 请写地址和端口")
};
const LOGIN: Check = |login| {
    (!api::is_login(login))
        .then_some("a login has 2 to 64 characters and no spaces / 登录名 2 到 64 个字符，不能有空格")
};
const PUBLIC_URL: Check = |text| {
    (!is_public_url(text)).then_some(
        "write http:// or https:// and a host, no path, such as https://pay.example.cn / 请写 http(s):// 加域名",
    )
};
const PRINTER: Check = |text| {
    let good = text.is_empty() || is_host_and_port(text);
    (!good).then_some("write a host and a port, such as 192.168.1.50:9100 / 请写地址和端口")
};
const MODEL: Check = |text| {
    let known = ::printer::Profile::named(text).is_some();
    (!known).then_some("the models are generic-58, generic-80, epson-58 and epson-80 / 请从这些型号中选")
};

fn plan(options: &Options) -> Result<Plan> {
    let ask = |given: &Option<String>, question: &str, usual: &str, check: Check| match given {
        Some(answer) => Ok(answer.clone()),
        None if options.yes => Ok(usual.to_owned()),
        None => asked(question, usual, check),
    };
    let listen = ask(&options.listen, "Address and port to listen on / 监听地址", "127.0.0.1:8080", LISTEN)?;
    let shop = ask(&options.shop, "The shop's name / 商户名称", "我的店", NAME)?;
    let store = ask(&options.store, "The first store / 门店", "一店", NAME)?;
    let till = ask(&options.till, "Its first till / 收银台", "1号收银", NAME)?;
    let login = ask(&options.login, "The owner signs in as / 店主登录名", "owner", LOGIN)?;
    Ok(Plan {
        folder: options.dir.clone(),
        database: options.database.clone().unwrap_or_else(|| setup::IN_ONE_FILE.to_owned()),
        shop,
        store,
        till,
        payment_max: 5_000_000,
        password: password(options, &login)?,
        login,
        public_url: ask(
            &options.public_url,
            "Address that customers and providers reach / 对外网址",
            &format!("http://{listen}"),
            PUBLIC_URL,
        )?,
        listen,
        channels: channels(options)?,
        printer: printer(options)?,
    })
}

fn password(options: &Options, login: &str) -> Result<Secret<String>> {
    if let Some(path) = &options.password_file {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    ensure!(!options.yes, "the owner's password is needed: --password-file FILE");
    let question = format!(
        "The owner's password, at least {PASSWORD_SHORTEST} characters / 店主密码，至少 {PASSWORD_SHORTEST} 位"
    );
    loop {
        let first = asked_unseen(&question)?;
        if is_weak_password(&first, login) {
            let Text { zh, en } = Code::PasswordTooWeak.text();
            again(&format!("{en} / {zh}"));
            continue;
        }
        if first == asked_unseen("Once more / 再输入一次")? {
            return Ok(Secret::new(first));
        }
        again("the two differ / 两次输入不一致");
    }
}

fn channels(options: &Options) -> Result<Vec<NewChannel>> {
    let mut channels = Vec::new();
    let offers: [(&'static str, &str, &Option<PathBuf>); 2] = [
        ("wechat", "WeChat Pay / 微信支付", &options.wechat),
        ("alipay", "Alipay / 支付宝", &options.alipay),
    ];
    for (provider, title, given) in offers {
        if let Some(path) = given {
            channels.push(channel_from_json(provider, path)?);
        } else if !options.yes && agreed(&format!("Take {title}?"))? {
            channels.push(asked_channel(provider)?);
        }
    }
    Ok(channels)
}

/// Every field of a provider, one question each; for keys the path of the file that holds them.
fn asked_channel(provider: &'static str) -> Result<NewChannel> {
    loop {
        let question = "A JSON file with all credentials, or Enter to answer one by one / 凭证文件";
        let whole = asked(question, "", ANYTHING)?;
        if whole.is_empty() {
            break;
        }
        match channel_from_json(provider, Path::new(&whole)) {
            Ok(channel) => return Ok(channel),
            Err(why) => again(&format!("{why:#}")),
        }
    }
    let (settings, secrets) = setup::known_fields(provider);
    let mut channel = NewChannel { provider, settings: Vec::new(), secrets: Vec::new() };
    for (_, key) in settings.iter().filter(|(name, _)| !name.ends_with("_url")) {
        let answer = asked(&format!("  {key} (Enter if you have none)"), "", ANYTHING)?;
        if !answer.is_empty() {
            channel.settings.push((key, answer));
        }
    }
    for name in secrets {
        let answer = match name.strip_suffix("_pem") {
            Some(_) => asked_key_file(name)?,
            None => asked_unseen(&format!("  {name}"))?,
        };
        if !answer.is_empty() {
            channel.secrets.push((name, Secret::new(answer)));
        }
    }
    Ok(channel)
}

fn asked_key_file(name: &str) -> Result<String> {
    loop {
        let path = asked(&format!("  path of the file with {name} (Enter if you have none)"), "", ANYTHING)?;
        if path.is_empty() {
            return Ok(String::new());
        }
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(text),
            Err(why) => again(&format!("cannot read the key file {path}: {why} / 读不到这个文件")),
        }
    }
}

fn printer(options: &Options) -> Result<Option<(String, String)>> {
    let address = match &options.printer {
        Some(address) => address.clone(),
        None if options.yes => return Ok(None),
        None => {
            let question =
                "The receipt printer's address, such as 192.168.1.50:9100, or Enter for none / 打印机";
            asked(question, "", PRINTER)?
        }
    };
    if address.is_empty() {
        return Ok(None);
    }
    let model = match &options.printer_model {
        Some(model) => model.clone(),
        None if options.yes => "generic-58".to_owned(),
        None => asked("Its model: generic-58, generic-80, epson-58 or epson-80 / 型号", "generic-58", MODEL)?,
    };
    Ok(Some((address, model)))
}

const ANYTHING: Check = |_| None;

/// Asks until the answer will do.
fn asked(question: &str, usual: &str, check: Check) -> Result<String> {
    loop {
        let answer = asked_once(question, usual)?;
        match check(&answer) {
            None => return Ok(answer),
            Some(why) => again(why),
        }
    }
}

fn again(why: &str) {
    println!("  {why}");
}

fn asked_once(question: &str, usual: &str) -> Result<String> {
    let hint = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    print!("{question}{hint}: ");
    std::io::stdout().flush().context("cannot ask")?;
    let mut answer = String::new();
    if std::io::stdin().lock().read_line(&mut answer).context("cannot read the answer")? == 0 {
        bail!("the answers ended early; nothing was written");
    }
    let answer = answer.trim();
    Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
}

/// Without showing what is typed.
fn asked_unseen(question: &str) -> Result<String> {
    ensure!(echo(false), "this terminal cannot hide what is typed: give the password with --password-file");
    let answer = asked_once(question, "");
    echo(true);
    println!();
    answer
}

/// Shows what is typed, or hides it; whether the terminal obeyed.
fn echo(on: bool) -> bool {
    let word = if on { "echo" } else { "-echo" };
    let done = Command::new("stty").arg(word).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

fn agreed(question: &str) -> Result<bool> {
    const YES: [&str; 3] = ["y", "yes", "是"];
    const EITHER: Check = |answer| {
        let known = YES.contains(&answer.to_lowercase().as_str()) || ["n", "no", "否"].contains(&answer);
        (!known).then_some("answer y or n / 请回答 y 或 n")
    };
    let answer = asked(&format!("{question} (y/n)"), "n", EITHER)?;
    Ok(YES.contains(&answer.to_lowercase().as_str()))
}
