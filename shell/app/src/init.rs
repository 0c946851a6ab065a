//! `paydesk init`: a few questions, then a new installation. Every answer can be given as an option instead.

pub mod credentials;
pub mod terminal;

use crate::cli::Verdict;
use crate::config::{is_host_and_port, is_public_url};
use crate::files::write_private;
use crate::providers;
use crate::setup::{self, NewChannel, Plan, channel_from_json, install, new_api_key};
use anyhow::{Context, Result, ensure};
use api::{Code, PASSWORD_SHORTEST, is_weak_password};
use base::{Secret, Text};
use credentials::{CredentialFiles, asked_channel};
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use store::Role;
use terminal::{Check, Interrupt, again, agreed, asked, asked_unseen, called_as};

const AFTER: &str = "\
Examples:
  paydesk init --dir shop
  paydesk init --dir shop --database postgres://paydesk@db.example.cn/paydesk
  paydesk init --dir shop --yes --shop 南山咖啡 --login owner --password-file pw.txt --wechat wechat.json

A credentials file is one JSON object with the keys that `paydesk simulate` writes; for real money leave base_url out:
  wechat   mchid, appid, merchant_serial, merchant_private_key_pem, apiv3_key, platform_public_key_id,
           platform_public_key_pem
  alipay   app_id, app_private_key_pem, alipay_public_key_pem
  unionpay mer_id, private_key_pem, certificate_pem, root_certificate_pem, middle_certificate_pem
  jd       merchant, private_key_pem, des_key, not_found_codes
  lakala   appid, serial_no, merchant_no, term_no, private_key_pem, lakala_certificate_pem, not_found_codes
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
    #[command(flatten)]
    credentials: CredentialFiles,
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
    say_what_next(&plan, &installed.config);
    Ok(Verdict::Good)
}

fn say_what_next(plan: &Plan, config: &Path) {
    let (config, paydesk) = (config.display(), called_as());
    let in_one_file = plan.database == setup::IN_ONE_FILE;
    let (and_database, database) = if in_one_file { (" and its database", "和数据库") } else { ("", "") };
    println!("\nWritten: {config}, with its sealed secrets, its master key{and_database} beside it.");
    println!("已写好：{config}，封存的密钥、主密钥{database}在它旁边。");
    println!("Keep a copy of the master key elsewhere: without it the secrets cannot be opened.");
    println!("请把主密钥另存一份：没有它，封存的密钥就打不开。\n");
    println!("Next / 接下来:");
    println!("  {paydesk} doctor --config {config}    checks everything / 检查一遍");
    println!("  {paydesk} serve --config {config}     opens the shop at {} / 开店", plan.public_url);
    println!("Then sign in as {} at {}/till/ and {}/console/", plan.login, plan.public_url, plan.public_url);
    println!("然后用 {} 登录收银台 /till/ 和管理台 /console/", plan.login);
}

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
    for provider in providers::ALL {
        let Text { zh, en } = provider.title();
        if let Some(path) = options.credentials.of(*provider) {
            channels.push(channel_from_json(*provider, path)?);
        } else if !options.yes && agreed(&format!("Take {en} / {zh}?"))? {
            channels.extend(asked_channel(*provider)?);
        }
    }
    Ok(channels)
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
