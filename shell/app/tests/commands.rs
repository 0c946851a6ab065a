//! Commands as a person meets them: what they say, what they leave behind, and their exit codes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("paydesk-{name}-{:016x}", rand::random::<u64>()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

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

#[test]
fn what_init_cannot_use_it_names_and_leaves_nothing_behind() {
    let folder = Folder::new("refused");
    let (dir, password) = (folder.path("shop"), folder.write("pw", "long enough"));
    let short = folder.write("short", "123");
    check(&["init", "--dir", &dir], 3, "there is nobody to ask");
    check(&["init", "--yes", "--dir", &dir], 3, "--password-file");
    check(&init(&dir, &short, &[]), 3, "at least 8 characters");
    check(&init(&dir, &password, &["--public-url", "pay.example.cn"]), 3, "server.public_url");
    check(&init(&dir, &password, &["--printer", "somewhere"]), 3, "printer.address");
    check(&init(&dir, &password, &["--wechat", "/nonexistent.json"]), 3, "cannot read the credentials");
    let strange = folder.write("strange.json", r#"{"mchid": "1900000001", "colour": "green"}"#);
    check(&init(&dir, &password, &["--wechat", &strange]), 3, "\"colour\", which wechat does not know");
    let half = folder.write("half.json", r#"{"mchid": "1900000001"}"#);
    check(&init(&dir, &password, &["--wechat", &half]), 3, "channel wechat");
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
    let nowhere = changed("sqlite:paydesk.sqlite", "sqlite:/nonexistent/folder/x.sqlite");
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
