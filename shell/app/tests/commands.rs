//! Commands as a person meets them: what they say, what they leave behind, and their exit codes.

mod folder;

use folder::Folder;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn paydesk(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paydesk"))
        .args(words)
        .env_remove("PAYDESK_MASTER_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Exit code, and everything said.
fn said(words: &[&str]) -> (i32, String) {
    let output = paydesk(words);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

fn check(words: &[&str], exit: i32, expected: &str) {
    let (code, text) = said(words);
    assert!(
        code == exit && text.contains(expected),
        "{words:?}: exit {code}, said:\n{text}\nexpected: {expected}"
    );
}

fn credentials(folder: &Folder) -> String {
    let given = wechat::Keys::fresh().credentials("http://127.0.0.1:1").unwrap();
    folder.write("wechat.json", &serde_json::to_string(&given).unwrap())
}

fn init<'a>(dir: &'a str, password: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words =
        vec!["init", "--yes", "--dir", dir, "--password-file", password, "--listen", "127.0.0.1:0"];
    words.extend(more);
    words
}

#[test]
fn a_new_shop_is_sealed_and_never_overwritten() {
    let folder = Folder::new("init");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough\n"));
    let (key, wechat) = (folder.path("api.key"), credentials(&folder));
    check(
        &init(&dir, &password, &["--wechat", &wechat, "--api-key-file", &key]),
        0,
        "paydesk serve --config",
    );

    for name in ["paydesk.key", "paydesk.secrets"] {
        let mode = fs::metadata(Path::new(&dir).join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert!(fs::read_to_string(&key).unwrap().starts_with("pk_"));
    let config = fs::read_to_string(format!("{dir}/paydesk.toml")).unwrap();
    let secrets = fs::read_to_string(format!("{dir}/paydesk.secrets")).unwrap();
    assert!(!format!("{config}{secrets}").contains("PRIVATE KEY") && !config.contains("apiv3_key"));
    check(&init(&dir, &password, &[]), 3, "exists already; choose another folder with --dir");

    let config = format!("{dir}/paydesk.toml");
    check(&["migrate", "--config", &config], 0, "up to date");
    let (code, report) = said(&["doctor", "--config", &config, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(code, 1, "the provider at port 1 does not answer");
    let wrong: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == "wrong")
        .map(|check| check["what"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, ["provider wechat"]);
}

/// A till's own device says how its key lies, what that means and what to do.
#[test]
fn doctor_looks_at_a_tills_device() {
    let folder = Folder::new("device");
    let named = r#"{"id":"00000000-0000-0000-0000-000000000001","name":"n"}"#;
    let identity = folder.write(
        "till.identity",
        &format!(
            r#"{{"server":"http://127.0.0.1:1","agent":"00000000-0000-0000-0000-000000000001","key":"pk_secret",
            "fence":1,"current":true,"merchant":{named},"store":{named},"till":{named},"limit":1,"currency":"CNY",
            "wallets":[]}}"#
        ),
    );
    let config = folder.write("till.toml", "listen = \"127.0.0.1:8090\"\n");
    let about = |what: &str| {
        let (code, report) = said(&["doctor", "--till", &config, "--json"]);
        assert_eq!(code, 1, "nobody listens at port 1: {report}");
        assert!(!report.contains("pk_secret"), "a key is never told");
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["what"].as_str().unwrap().starts_with(what)).unwrap()
    };
    let told = |check: &serde_json::Value| {
        let text = |part: &str| check[part].as_str().unwrap().to_owned();
        format!("{} {} -> {}", text("state"), text("found"), text("next_step"))
    };
    for (mode, begins) in [(0o644, "wrong other users"), (0o600, "good in clear")] {
        fs::set_permissions(&identity, PermissionsExt::from_mode(mode)).unwrap();
        let key = about("device key");
        assert!(told(&key).starts_with(begins), "{key}");
        assert!(!key["next_step_zh"].as_str().unwrap().is_empty(), "{key}");
    }
    assert!(told(&about("device key")).contains("Name a master_key_file in till.toml"));
    assert!(told(&about("server")).contains("only cash and the printed code can be taken"));
    let key = folder.write("till.key", &"0f".repeat(32));
    fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    folder.write("till.toml", "listen = \"127.0.0.1:8090\"\nmaster_key_file = \"till.key\"\n");
    assert!(told(&about("device key")).starts_with("wrong still in clear"));
    let (code, missing) = said(&["doctor", "--till", &folder.path("none.toml")]);
    assert!(code == 1 && missing.contains("paydesk till init writes one"), "{missing}");
}

/// `paydesk serve | head -1`: whoever reads no more does not end a server.
#[test]
fn a_server_nobody_listens_to_goes_on() {
    let folder = Folder::new("unheard");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    check(&init(&dir, &password, &[]), 0, "paydesk serve --config");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = format!("{dir}/paydesk.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("listen = \"127.0.0.1:0\"", &format!("listen = \"127.0.0.1:{port}\"")))
        .unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_paydesk"))
        .args(["serve", "--config", &config])
        .env_remove("PAYDESK_MASTER_KEY")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(server.stdout.take());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let answered = loop {
        let health = || {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
            stream.write_all(b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            Some(answer).filter(|answer| answer.starts_with("HTTP/1.1"))
        };
        let over = server.try_wait().unwrap().is_some() || std::time::Instant::now() > deadline;
        if let Some(answer) = health().or(over.then(String::new)) {
            break answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let _ = server.kill();
    let _ = server.wait();
    assert!(answered.starts_with("HTTP/1.1 200"), "it answers: {answered:?}");
}

#[test]
fn what_init_cannot_use_it_names_and_leaves_nothing_behind() {
    let folder = Folder::new("refused");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    let short = folder.write("short", "123");
    check(&["init", "--dir", &dir], 3, "there is nobody to ask");
    check(&["init", "--yes", "--dir", &dir], 3, "--password-file");
    check(&init(&dir, &short, &[]), 3, "at least 10 characters");
    let guessed = folder.write("guessed", "owner-2026");
    check(&init(&dir, &guessed, &[]), 3, "the owner's password: This password is too easily guessed");
    for login in ["a", "two words", "tab\there"] {
        check(
            &init(&dir, &password, &["--login", login]),
            3,
            "the owner's login: A login has 2 to 64 characters",
        );
    }
    check(&init(&dir, &password, &["--public-url", "pay.example.cn"]), 3, "server.public_url");
    check(&init(&dir, &password, &["--printer", "somewhere"]), 3, "printer.address");
    check(&init(&dir, &password, &["--wechat", "/nonexistent.json"]), 3, "cannot read the credentials");
    let strange = folder.write("strange.json", r#"{"mchid": "1900000001", "colour": "green"}"#);
    check(&init(&dir, &password, &["--wechat", &strange]), 3, "\"colour\", which wechat does not know");
    let half = folder.write("half.json", r#"{"mchid": "1900000001"}"#);
    check(&init(&dir, &password, &["--wechat", &half]), 3, "channel wechat");
    let wrong =
        fs::read_to_string(credentials(&folder)).unwrap().replacen("\"mchid\":\"", "\"mchid\":\"x", 1);
    let wrong = folder.write("wrong.json", &wrong);
    check(&init(&dir, &password, &["--wechat", &wrong]), 3, "微信支付商户号应为 8 到 32 位数字");
    for name in ["paydesk.toml", "paydesk.key", "paydesk.secrets"] {
        assert!(!Path::new(&dir).join(name).exists(), "{name} was left behind");
    }
}

#[test]
fn a_configuration_that_cannot_work_says_where() {
    let folder = Folder::new("config");
    let (dir, password, wechat) =
        (folder.path("shop"), folder.write("pw", "long enough"), credentials(&folder));
    check(&["serve", "--config", &folder.path("none.toml")], 3, "paydesk init writes one");
    check(&init(&dir, &password, &["--wechat", &wechat]), 0, "Written");
    let good = fs::read_to_string(format!("{dir}/paydesk.toml")).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let path = format!("{dir}/changed.toml");
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        path
    };
    check(&["serve", "--config", &changed("listen =", "lisen =")], 3, "unknown field `lisen`");
    let nowhere = changed("url = \"sqlite:paydesk.sqlite", "url = \"sqlite:/nonexistent/folder/x.sqlite");
    check(&["serve", "--config", &nowhere], 3, "cannot make anything durable");
    check(&["serve", "--config", &changed("127.0.0.1:0", "127.0.0.1:1:2")], 3, "server.listen");
    check(&["serve", "--config", &changed("paydesk.key", "other.key")], 3, "there is no master key");
}

/// A broken channel is named; the server serves all the same.
#[test]
fn a_wrong_key_stops_its_channel_and_nothing_else() {
    let folder = Folder::new("channel");
    let (dir, password, wechat) =
        (folder.path("shop"), folder.write("pw", "long enough"), credentials(&folder));
    check(&init(&dir, &password, &["--wechat", &wechat]), 0, "Written");
    let config = format!("{dir}/paydesk.toml");
    let text = fs::read_to_string(&config).unwrap().replace("mchid =", "mchid = \"x\" #");
    fs::write(&config, text).unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_paydesk"))
        .args(["serve", "--config", &config])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
    server.kill().unwrap();
    let output = server.wait_with_output().unwrap();
    let warned = String::from_utf8(output.stderr).unwrap();
    assert!(first.starts_with("Paydesk listens on http://127.0.0.1:"), "{first}");
    assert!(
        warned.contains("channel wechat (line ") && warned.contains("mchid must be 8 to 32 digits"),
        "{warned}"
    );
    assert!(warned.contains("still working: no provider, the pages"), "{warned}");
}

/// A simulator in a process of its own, and where it listens.
struct Simulator(std::process::Child, String);

impl Simulator {
    fn start(words: &[&str]) -> Simulator {
        let mut child = Command::new(env!("CARGO_BIN_EXE_paydesk"))
            .args(["simulate"])
            .args(words)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().rsplit_once("http://").unwrap().1.split('/').next().unwrap().to_owned();
        Simulator(child, address)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What doctor finds of the one provider of an installation made with these credentials: exit code, finding, next step.
fn doctor_says(
    folder: &Folder,
    name: &str,
    provider: &str,
    credentials: &serde_json::Value,
) -> (i32, String) {
    let (dir, password) = (folder.path(name), folder.write("pw", "long enough"));
    let file = folder.write(&format!("{name}.json"), &credentials.to_string());
    let option = format!("--{provider}");
    check(&init(&dir, &password, &[&option, &file]), 0, "Written");
    let (code, report) = said(&["doctor", "--config", &format!("{dir}/paydesk.toml"), "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let provider = checks.iter().find(|check| check["what"].as_str().unwrap().starts_with("provider"));
    let text = |key: &str| provider.unwrap()[key].as_str().unwrap().to_owned();
    assert!(!text("found_zh").is_empty(), "{report:#}");
    (code, [text("found"), text("next_step")].join("\n"))
}

fn with(credentials: &serde_json::Value, key: &str, value: &str) -> serde_json::Value {
    let mut changed = credentials.clone();
    changed[key] = value.into();
    changed
}

fn json_in(folder: &Folder, name: &str) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(folder.path(name)).unwrap()).unwrap()
}

/// One harmless question to each simulator, with everything that can be wrong between us and a provider.
#[test]
fn doctor_tells_one_cause_from_another() {
    let folder = Folder::new("doctor");
    let wechat = Simulator::start(&["wechat", "--credentials", &folder.path("given")]);
    let good = json_in(&folder, "given");
    let stranger = wechat::Keys::fresh();
    let stranger_key = stranger.merchant_private_key_pem.as_str();
    let other_platform = stranger.credentials("").unwrap().platform_public_key_pem;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cases = [
        ("good", good.clone(), 0, "accepts our signature"),
        ("key", with(&good, "merchant_private_key_pem", stranger_key), 1, "refuses our signature"),
        ("mchid", with(&good, "mchid", "1900009999"), 1, "does not know our merchant"),
        ("serial", with(&good, "merchant_serial", "5F5F"), 1, "does not know our merchant"),
        ("platform", with(&good, "platform_public_key_pem", &other_platform), 1, "signed wrongly"),
        ("dns", with(&good, "base_url", "http://no-such-host.invalid"), 1, "leads to no address"),
        ("port", with(&good, "base_url", &format!("http://{nobody}")), 1, "Connection refused"),
        ("tls", with(&good, "base_url", &format!("https://{}", wechat.1)), 1, "No safe connection"),
        (
            "path",
            with(&good, "base_url", &format!("http://{}/_simulator", wechat.1)),
            1,
            "is not the provider",
        ),
    ];
    for (name, credentials, exit, expected) in cases {
        let (code, found) = doctor_says(&folder, name, "wechat", &credentials);
        assert!(code == exit && found.contains(expected), "{name}: exit {code}, {found}");
        assert!(exit == 0 || found.contains("cash and other wallets work"), "{name}: {found}");
    }

    let alipay = Simulator::start(&["alipay", "--credentials", &folder.path("given")]);
    let good = json_in(&folder, "given");
    let cases = [
        ("a-good", good.clone(), 0, "accepts our signature"),
        ("a-key", with(&good, "app_private_key_pem", stranger_key), 1, "refuses our signature"),
        ("a-id", with(&good, "app_id", "2021000000009999"), 1, "does not know our merchant"),
        ("a-theirs", with(&good, "alipay_public_key_pem", &other_platform), 1, "signed wrongly"),
        (
            "a-path",
            with(&good, "base_url", &format!("http://{}/_simulator/books", alipay.1)),
            1,
            "not the provider",
        ),
    ];
    for (name, credentials, exit, expected) in cases {
        let (code, found) = doctor_says(&folder, name, "alipay", &credentials);
        assert!(code == exit && found.contains(expected), "{name}: exit {code}, {found}");
    }
}

/// A merchant without the public key: the certificates are fetched, and a wrong key that should open them is named.
#[test]
fn doctor_fetches_certificates() {
    let folder = Folder::new("certificates");
    let _wechat = Simulator::start(&["wechat", "--certificates", "--credentials", &folder.path("given")]);
    let good = json_in(&folder, "given");
    assert!(good.get("platform_public_key_id").is_none());
    let (code, found) = doctor_says(&folder, "good", "wechat", &good);
    assert!(code == 0 && found.contains("It gave 1 certificates, the last valid until 20"), "{found}");
    let other = with(&good, "apiv3_key", &"f".repeat(32));
    let (code, found) = doctor_says(&folder, "other", "wechat", &other);
    assert!(code == 1 && found.contains("the APIv3 key does not decrypt"), "{found}");
    check(&["simulate", "alipay", "--port", "0", "--certificates"], 3, "only WeChat Pay");
}

#[test]
fn a_provider_is_added_later_and_its_keys_are_changed() {
    let folder = Folder::new("channels");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    check(&init(&dir, &password, &["--printer", "127.0.0.1:9"]), 0, "Written");
    let config = format!("{dir}/paydesk.toml");
    let channel = |more: &[&str], exit: i32, expected: &str| {
        let words = ["channel", "--config", &config];
        check(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>(), exit, expected);
    };
    let first = credentials(&folder);
    let before = fs::read_to_string(&config).unwrap();
    channel(&["add", "wechat"], 3, "there is nobody to ask");
    channel(&["keys", "wechat", "--credentials", &first], 3, "there is no channel \"wechat\"");
    let wrong = fs::read_to_string(&first).unwrap().replacen("\"mchid\":\"", "\"mchid\":\"x", 1);
    let wrong = folder.write("wrong.json", &wrong);
    channel(&["add", "wechat", "--credentials", &wrong], 3, "微信支付商户号应为 8 到 32 位数字");
    assert_eq!(fs::read_to_string(&config).unwrap(), before, "a refused channel changed the configuration");
    channel(&["add", "wechat", "--credentials", &first], 0, "The keys of wechat are sealed");
    channel(&["add", "wechat", "--credentials", &first], 3, "is there already");
    let after = fs::read_to_string(&config).unwrap();
    assert!(after.starts_with(&before) && after.contains("[[channel]]"), "{after}");
    let (_, report) = said(&["doctor", "--config", &config, "--json"]);
    assert!(report.contains("channels that can be used: 1"), "{report}");

    let sealed = format!("{dir}/paydesk.secrets");
    let old = fs::read_to_string(&sealed).unwrap();
    let garbled = folder.write("garbled.json", r#"{"apiv3_key": "too short"}"#);
    channel(&["keys", "wechat", "--credentials", &garbled], 3, "APIv3 密钥应为 32 个字母或数字");
    assert_eq!(fs::read_to_string(&sealed).unwrap(), old, "refused keys were sealed");
    let other = folder.write("other.json", r#"{"apiv3_key": "0123456789abcdef0123456789abcdef"}"#);
    channel(&["keys", "wechat", "--credentials", &other], 0, "The keys of wechat are sealed");
    assert_ne!(fs::read_to_string(&sealed).unwrap(), old);
    assert_eq!(fs::read_to_string(&config).unwrap(), after);
}

#[test]
fn a_till_is_added_to_a_store_that_is_there_or_made() {
    let folder = Folder::new("tills");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    check(&init(&dir, &password, &[]), 0, "Written");
    let config = format!("{dir}/paydesk.toml");
    let add = |more: &[&str], exit: i32, expected: &str| {
        let words = ["till", "add", "--config", &config, "--name"];
        check(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>(), exit, expected);
    };
    add(&["1号收银"], 3, "has a till \"1号收银\" already");
    add(&[" "], 3, "a name has 1 to 64 characters");
    add(&["2号收银"], 0, "The till \"2号收银\" is there. Restart the server");
    add(&["1号收银", "--store", "二店"], 0, "已添加收银台“1号收银”");
    // The names as they are known now: a code is asked for without saying which till.
    let (code, listed) = said(&["till", "pair", "--config", &config]);
    let tills: Vec<&str> = listed.lines().filter_map(|line| line.trim().strip_prefix("--till ")).collect();
    let names: Vec<&str> = tills.iter().filter_map(|till| till.split("  ").nth(1)).collect();
    assert_eq!((code, names), (3, vec!["1号收银", "2号收银", "1号收银"]), "{listed}");
}

/// What was half there is named, and nothing half is left.
#[test]
fn init_leaves_nothing_half() {
    let folder = Folder::new("half");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    fs::create_dir_all(format!("{dir}/paydesk.sqlite-wal")).unwrap();
    check(&init(&dir, &password, &[]), 3, "nothing was started");
    for name in ["paydesk.toml", "paydesk.key", "paydesk.secrets", "paydesk.sqlite"] {
        assert!(!Path::new(&dir).join(name).exists(), "{name} was left behind");
    }
    fs::write(format!("{dir}/paydesk.key"), "x").unwrap();
    check(&init(&dir, &password, &[]), 3, "paydesk.key exists, and no configuration beside it");
    assert_eq!(fs::read_to_string(format!("{dir}/paydesk.key")).unwrap(), "x");
}

/// Facts that begin in the middle: nobody can tell what they add up to.
#[test]
fn a_server_whose_engine_broke_ends_and_says_so() {
    let folder = Folder::new("broken");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    check(&init(&dir, &password, &[]), 0, "Written");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(damage(&format!("sqlite:{dir}/paydesk.sqlite")));
    let config = format!("{dir}/paydesk.toml");
    check(&["serve", "--config", &config], 3, "start Paydesk again and it takes up every payment");
}

/// An open payment that was never asked for.
async fn damage(database: &str) {
    let database = database.to_owned();
    let store = store::Store::open(&store::StoreConfig { database }).await.unwrap();
    let payment = base::PaymentId::from_u128(1);
    let at = base::Timestamp::from_micros(1);
    let request = payment::Request {
        id: payment,
        merchant: base::MerchantId::from_u128(1),
        store: base::StoreId::from_u128(1),
        till: base::TillId::from_u128(1),
        cashier: String::new(),
        key: "1".to_owned(),
        content: [0; 32],
        amount: base::Money::cny(1250),
        channel: base::ChannelId::from_u128(1),
        routed: None,
        wallet: "wechat".to_owned(),
        wallet_name: base::Text::new("微信支付", "WeChat Pay"),
        method: payment::Method::ShownQr,
        description: "breakfast".to_owned(),
        reference: String::new(),
        part: None,
        installments: None,
    };
    let first = payment::Entry { at, fact: payment::Fact::Requested(request.into()) };
    let looked = payment::Entry { at, fact: payment::Fact::LookRequested { by: "wang".to_owned() } };
    let change = engine::Change {
        payment: payment::Payment::begin(&first).into(),
        next: payment::Next::Wait { until: at, why: payment::Waiting::Reply },
        due: Some(at),
        became: None,
    };
    let rows = vec![engine::Row { payment, seq: 1, entry: looked }];
    let batch = engine::Batch { rows, changes: vec![change], ..engine::Batch::default() };
    store.commit(&batch, at).await.unwrap();
    store.close().await;
}

#[test]
fn simulators_refuse_what_they_cannot_follow() {
    let folder = Folder::new("simulate");
    let script = folder.write("script.txt", "treat 1 lost_after\nfrobnicate\n");
    check(&["simulate", "wechat", "--port", "0", "--script", &script], 3, "line 2: write 'treat ORDERS");
    check(&["simulate", "printer", "--port", "0", "--profile", "typewriter"], 3, "there is no printer model");
    check(&["simulate", "cash", "--port", "0"], 2, "invalid value 'cash'");
    check(&["sim", "--payments", "0"], 3, "at least 1");
}

#[test]
fn the_api_s_description_is_the_checked_in_one() {
    let checked_in = include_str!("../../api/openapi.json");
    assert_eq!(said(&["openapi"]).1, checked_in, "run: ./paydesk openapi > shell/api/openapi.json");
}

#[test]
fn two_runs_of_a_simulated_world_are_the_same() {
    let run = || {
        let (code, text) = said(&["sim", "--payments", "400", "--seed", "5", "--json"]);
        let mut report: serde_json::Value = serde_json::from_str(&text).unwrap();
        report["elapsed_s"] = 0.into();
        (code, report)
    };
    let first = run();
    assert_eq!((first.0, &first.1["violations"]), (0, &0.into()));
    assert_eq!(run(), first);
}

/// What a merchant's own system did not take is seen and sent again from the command line.
#[tokio::test]
async fn messages_that_were_given_up_are_listed_and_sent_again() {
    use base::{Timestamp, WebhookId};
    let folder = Folder::new("webhooks");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    check(&init(&dir, &password, &[]), 0, "paydesk serve --config");
    let config = format!("{dir}/paydesk.toml");
    check(&["webhooks", "list", "--config", &config], 0, "no system is told anything");
    let id = "00000000-0000-0000-0000-000000000007";
    check(&["webhooks", "messages", id, "--config", &config], 3, "there is no webhook");
    check(&["webhooks", "replay", id, "--config", &config], 2, "--parked");

    let database = format!("sqlite:{dir}/paydesk.sqlite");
    let store = store::Store::open(&store::StoreConfig { database }).await.unwrap();
    let merchant = store.people().places().await.unwrap().merchants[0].id;
    let at = Timestamp::from_micros(1_795_400_000_000_000);
    let (webhook, by) = (WebhookId::from_u128(7), store::By { actor: "test", at });
    let system = store::Webhook {
        id: webhook,
        merchant,
        url: "https://shop.example/hook".to_owned(),
        kinds: vec!["payment.paid".to_owned()],
        sealed: "sealed".to_owned(),
        sealed_before: None,
        before_until: at,
        created: at,
        told_from: at,
        disabled: None,
        why: String::new(),
    };
    store.create_webhook(&system, by).await.unwrap();
    let (kind, subject) = ("payment.paid".to_owned(), String::new());
    let message = store::NewMessage { webhook, merchant, payment: None, version: 3, kind, subject, at };
    store.queue_message(&message, at).await.unwrap();
    let no = store.due_messages(webhook, at, 1).await.unwrap()[0].no;
    let state = store::MessageState::Parked;
    let tried = store::Tried { state, due_at: at, status: Some(503), answer: "busy".to_owned(), at };
    store.tried(no, &tried).await.unwrap();
    store.close().await;

    check(&["webhooks", "list", "--config", &config], 1, "to be sent 0, given up 1");
    check(
        &["webhooks", "messages", id, "--state", "lost", "--config", &config],
        3,
        "waiting, delivered or parked",
    );
    check(&["webhooks", "messages", id, "--state", "parked", "--config", &config], 0, "It answered 503");
    check(
        &["webhooks", "replay", id, "--message", "999", "--config", &config],
        3,
        "no message of that number",
    );
    check(&["webhooks", "replay", id, "--since", "yesterday", "--config", &config], 3, "2026-11-22T00:00:00");
    check(&["webhooks", "replay", id, "--parked", "--config", &config, "--json"], 0, r#"{"messages":1}"#);
    check(&["webhooks", "list", "--config", &config], 0, "to be sent 1, given up 0");
}
