//! Questions at a terminal: asked until the answer will do, passwords unseen, and Ctrl-C leaves nothing behind.

use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What Ctrl-C does: while questions are asked nothing is written yet, so it ends at once and leaves the terminal as it
/// was; once files are being written it waits the second that takes.
pub struct Interrupt {
    writing: Arc<Mutex<bool>>,
}

impl Interrupt {
    /// From here on Ctrl-C ends with nothing written.
    pub fn watch() -> Result<Interrupt> {
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

    /// From here on it waits.
    pub fn writing_begins(&self) {
        *self.writing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
    }
}

/// Why an answer will not do, in both languages; nothing if it will.
pub type Check = fn(&str) -> Option<&'static str>;

/// Any answer will do.
pub const ANYTHING: Check = |_| None;

/// Asks until the answer will do.
pub fn asked(question: &str, usual: &str, check: Check) -> Result<String> {
    loop {
        let answer = asked_once(question, usual)?;
        match check(&answer) {
            None => return Ok(answer),
            Some(why) => again(why),
        }
    }
}

/// Says why an answer will not do.
pub fn again(why: &str) {
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
pub fn asked_unseen(question: &str) -> Result<String> {
    ensure!(echo(false), "this terminal cannot hide what is typed: give the password with --password-file");
    let answer = asked_once(question, "");
    echo(true);
    println!();
    answer
}

/// Shows what is typed, or hides it; whether the terminal obeyed.
pub fn echo(on: bool) -> bool {
    let word = if on { "echo" } else { "-echo" };
    let done = Command::new("stty").arg(word).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

/// Yes or no; no if nothing is typed.
pub fn agreed(question: &str) -> Result<bool> {
    const YES: [&str; 3] = ["y", "yes", "是"];
    const EITHER: Check = |answer| {
        let known = YES.contains(&answer.to_lowercase().as_str()) || ["n", "no", "否"].contains(&answer);
        (!known).then_some("answer y or n / 请回答 y 或 n")
    };
    let answer = asked(&format!("{question} (y/n)"), "n", EITHER)?;
    Ok(YES.contains(&answer.to_lowercase().as_str()))
}

/// How this command was called, so that what it proposes can be typed.
pub fn called_as() -> String {
    std::env::args().next().unwrap_or_else(|| "paydesk".to_owned())
}
