//! `paydesk init` as a person meets it at a terminal: questions, wrong answers, a hidden password, Ctrl-C.
//!
//! The terminal is a real pseudo-terminal, made by `script` (of util-linux, on every Debian).

mod folder;

use folder::Folder;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// So long is waited for a question on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command at a terminal, and everything that terminal has shown.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    shown: String,
    read: usize,
}

impl Terminal {
    /// Runs `paydesk init --dir DIR`, then tells its exit code and the terminal's settings.
    fn init(dir: &str) -> Terminal {
        let paydesk = env!("CARGO_BIN_EXE_paydesk");
        // The shell around it must outlive a Ctrl-C to tell how it ended.
        let line = format!("trap : INT; {paydesk} init --dir {dir}; echo exit=$?; stty -a | tr ';' '\\n'");
        let mut child = Command::new("script")
            .args(["--quiet", "--flush", "--command", &line, "/dev/null"])
            .env("SHELL", "/bin/sh")
            .env_remove("PAYDESK_MASTER_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script (of util-linux) makes a terminal");
        let (seen, screen) = channel();
        let mut output = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(read) = output.read(&mut some) {
                if read == 0 || seen.send(some[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keyboard = child.stdin.take().unwrap();
        Terminal { child, keyboard, screen, shown: String::new(), read: 0 }
    }

    /// Waits until the terminal shows `text` after what was waited for before.
    fn expect(&mut self, text: &str) -> &mut Terminal {
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return self;
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(some) => self.shown.push_str(&String::from_utf8_lossy(&some)),
                Err(_) => panic!("waited for {text:?}; the terminal shows:\n{}", self.shown),
            }
        }
    }

    fn press(&mut self, keys: &str) -> &mut Terminal {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    fn answer(&mut self, question: &str, answer: &str) -> &mut Terminal {
        self.expect(question).press(&format!("{answer}\n"))
    }

    /// Everything that was shown, once the command has ended with this code and left the terminal showing what is typed.
    fn ended(mut self, code: i32) -> String {
        self.expect(&format!("exit={code}")).expect("icanon").expect(" echo ");
        drop(self.keyboard);
        self.child.wait().unwrap();
        self.shown
    }
}

fn left_behind(dir: &str) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn wrong_answers_are_asked_again_and_the_password_is_never_shown() {
    let folder = Folder::new("asking");
    let dir = folder.path("shop");
    let given = wechat::Keys::fresh().credentials("http://127.0.0.1:1").unwrap();
    fs::write(folder.path("wechat.json"), serde_json::to_string(&given).unwrap()).unwrap();
    fs::write(folder.path("half.json"), r#"{"mchid": "1900000001"}"#).unwrap();
    let mut terminal = Terminal::init(&dir);
    terminal
        .answer("listen on", "localhost")
        .expect("write an address and a port")
        .answer("listen on", "127.0.0.1:0")
        .answer("商户名称", "南山咖啡")
        .answer("门店", "")
        .answer("收银台", &"长".repeat(65))
        .expect("1 to 64 characters")
        .answer("收银台", "")
        .answer("店主登录名", "")
        .answer("店主密码", "hunter2")
        .expect("too easily guessed")
        .answer("店主密码", "owner-2026")
        .expect("太容易猜到")
        .answer("店主密码", "hunter2hunter2")
        .answer("再输入一次", "hunter3hunter3")
        .expect("the two differ")
        .answer("店主密码", "hunter2hunter2")
        .answer("再输入一次", "hunter2hunter2")
        .answer("对外网址", "pay.example.cn")
        .expect("no path")
        .answer("对外网址", "https://pay.example.cn")
        .answer("微信支付", "perhaps")
        .expect("answer y or n")
        .answer("微信支付", "y")
        .answer("凭证文件", &folder.path("nothing.json"))
        .expect("cannot read the credentials")
        .answer("凭证文件", &folder.path("half.json"))
        .expect("missing field")
        .answer("凭证文件", &folder.path("wechat.json"))
        .answer("支付宝", "n")
        .answer("银联云闪付", "n")
        .answer("京东支付", "n")
        .answer("拉卡拉", "n")
        .answer("打印机", "somewhere")
        .expect("such as 192.168.1.50:9100")
        .answer("打印机", "127.0.0.1:9")
        .answer("型号", "typewriter")
        .expect("the models are")
        .answer("型号", "")
        .expect("Written:");
    let shown = terminal.ended(0);
    assert!(!shown.contains("hunter"), "the password was shown:\n{shown}");
    let config = fs::read_to_string(Path::new(&dir).join("paydesk.toml")).unwrap();
    assert!(config.contains("public_url = \"https://pay.example.cn\"") && config.contains("generic-58"));

    let mut again = Terminal::init(&dir);
    again.expect("exists already");
    let shown = again.ended(3);
    assert!(!shown.contains("listen on"), "it asked before it refused:\n{shown}");
    assert_eq!(fs::read_to_string(Path::new(&dir).join("paydesk.toml")).unwrap(), config);
}

#[test]
fn a_provider_can_be_answered_field_by_field() {
    let folder = Folder::new("asking");
    let (dir, fresh) = (folder.path("shop"), wechat::Keys::fresh());
    fs::write(folder.path("merchant.pem"), &fresh.merchant_private_key_pem).unwrap();
    let given = fresh.credentials("http://127.0.0.1:1").unwrap();
    fs::write(folder.path("platform.pem"), &given.platform_public_key_pem).unwrap();
    let mut terminal = Terminal::init(&dir);
    for question in ["listen on", "商户名称", "门店", "收银台", "店主登录名"] {
        terminal.answer(question, "");
    }
    terminal
        .answer("店主密码", "hunter2hunter2")
        .answer("再输入一次", "hunter2hunter2")
        .answer("对外网址", "")
        .answer("微信支付", "是")
        .answer("凭证文件", "")
        .answer("mchid", "")
        .expect("this one is needed")
        .answer("mchid", "12")
        .answer("appid", &given.appid)
        .answer("merchant_serial", &given.merchant_serial)
        .answer("platform_public_key_id", &given.platform_public_key_id)
        .answer("store_out_id", "")
        .answer("merchant_private_key_pem", "/nonexistent.pem")
        .expect("cannot read the key file")
        .answer("merchant_private_key_pem", &folder.path("merchant.pem"))
        .answer("apiv3_key", &given.apiv3_key)
        .answer("platform_public_key_pem", &folder.path("platform.pem"))
        .answer("platform_certificate_pem", "")
        .answer("api_key", "")
        .answer("merchant_certificate_pem", "")
        .expect("微信支付商户号应为 8 到 32 位数字")
        .answer("重新填写", "y")
        .answer("mchid", &given.mchid);
    // Everything else is proposed as it was answered.
    let rest =
        ["appid", "merchant_serial", "platform_public_key_id", "store_out_id", "merchant_private_key_pem"];
    let keys = [
        "apiv3_key",
        "platform_public_key_pem",
        "platform_certificate_pem",
        "api_key",
        "merchant_certificate_pem",
    ];
    for question in rest.into_iter().chain(keys) {
        terminal.answer(question, "");
    }
    terminal
        .answer("支付宝", "y")
        .answer("凭证文件", "")
        .answer("app_id", "an app")
        .answer("seller_id", "")
        .answer("app_private_key_pem", &folder.path("merchant.pem"))
        .answer("alipay_public_key_pem", &folder.path("platform.pem"))
        .expect("app_id must be a number")
        .answer("重新填写", "n")
        .answer("银联云闪付", "n")
        .answer("京东支付", "n")
        .answer("拉卡拉", "n")
        .answer("打印机", "")
        .expect("Written:");
    let shown = terminal.ended(0);
    assert!(!shown.contains(&given.apiv3_key) && !shown.contains("hunter"), "a secret was shown:\n{shown}");
}

#[test]
fn ctrl_c_leaves_nothing_written_and_the_terminal_as_it_was() {
    let folder = Folder::new("asking");
    let dir = folder.path("shop");
    let mut early = Terminal::init(&dir);
    early.expect("listen on").press("\x03").expect("nothing was written");
    early.ended(130);
    let mut hidden = Terminal::init(&dir);
    for question in ["listen on", "商户名称", "门店", "收银台", "店主登录名"] {
        hidden.answer(question, "");
    }
    hidden.expect("店主密码").press("hunter2\x03").expect("nothing was written");
    let shown = hidden.ended(130);
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(!Path::new(&dir).exists(), "{:?}", left_behind(&dir));
}

#[test]
fn answers_that_end_early_leave_nothing() {
    let folder = Folder::new("asking");
    let dir = folder.path("shop");
    let mut terminal = Terminal::init(&dir);
    terminal.expect("listen on").press("\x04").expect("the answers ended early");
    terminal.ended(3);
    assert!(!Path::new(&dir).exists());
}
