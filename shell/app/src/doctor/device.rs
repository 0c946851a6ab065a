//! A till's own device: whether it knows who it is, how its key lies on the disk, whether its journal is sound, and
//! whether its server takes it.

use super::{Check, State, as_it_is, reach_printer, space};
use crate::till::Config;
use base::Text;
use std::path::Path;
use store::{Store, StoreConfig};
use till::{Identity, IdentityError, IdentityFile, KeyLies, Link, LinkError};

/// Everything about the device with this configuration.
pub(super) async fn check_all(path: &Path) -> Vec<Check> {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(why) => {
            let next = Text::new(
                "没有配置，这台收银机无法启动。请按这里指出的行改正，或用 paydesk till init 重新配对。",
                "Without it this till cannot start. Mend the line named here, or pair the device anew with paydesk till init.",
            );
            return vec![Check::wrong("configuration", as_it_is(format!("{why:#}")), next)];
        }
    };
    let mut checks = vec![Check::good("configuration", as_it_is(path.display().to_string()))];
    let (key, identity) = key(&config);
    checks.push(key);
    checks.push(space(&config.folder));
    if let Some(identity) = identity {
        checks.push(journal(&config, &identity).await);
        checks.push(server(identity).await);
    }
    if let Some(printer) = &config.printer {
        checks.push(reach_printer(&printer.address).await);
    }
    checks
}

/// How the device's key lies, and who the device is if that can be read.
fn key(config: &Config) -> (Check, Option<Identity>) {
    let file = match config.identity() {
        Ok(file) => file,
        Err(why) => {
            let next = Text::new(
                "配置说密钥要用主密钥打开，但主密钥用不了，这台收银机启动不了。请按这里指出的改正主密钥文件。",
                "The configuration names a master key that cannot be used, so this till does not start. Mend the master key's file as said here.",
            );
            return (Check::wrong("device key", as_it_is(format!("{why:#}")), next), None);
        }
    };
    match (file.read(), file.lies()) {
        (Ok(identity), Ok(lies)) => (sealed_or_not(&file, lies), Some(identity)),
        (Err(why), _) | (Ok(_), Err(why)) => (unreadable(&why), None),
    }
}

fn sealed_or_not(file: &IdentityFile, lies: KeyLies) -> Check {
    match (lies, file.seals()) {
        (KeyLies::Sealed, _) => {
            let found = Text::new(
                "已用主密钥加密；只拷走这块硬盘，冒充不了这台收银机",
                "sealed by the master key; a copy of this disk alone cannot pass for this till",
            );
            Check::good("device key", found)
        }
        (KeyLies::InClear, true) => Check::wrong(
            "device key",
            Text::new("还是明文，主密钥已给出", "still in clear, though a master key is given"),
            Text::new(
                "下次启动时会自动加密；请重新启动 paydesk till。",
                "It is sealed at the next start: start paydesk till again.",
            ),
        ),
        // A choice that is open to whoever runs the till (decision 009), so it is told and not called wrong.
        (KeyLies::InClear, false) => Check::of(
            "device key",
            State::Good,
            Text::new("明文存放，仅本用户可读", "in clear, in a file that only its owner may read"),
            Text::new(
                "拷走这块硬盘的人可以冒充这台收银机。请在 till.toml 里设 master_key_file（64 位十六进制，仅本用户可读），或用 systemd 凭据 paydesk.key 交给它，再重新启动，密钥就会加密；设备丢失时，在管理台“收银台”页停用它。",
                "Whoever copies this disk can pass for this till. Name a master_key_file in till.toml (64 hex digits, readable by its owner alone) or hand one over as systemd's credential paydesk.key, and start again: the key is then sealed. A device that is lost is shut out on the console's page Tills.",
            ),
        ),
        (KeyLies::ReadableByOthers, _) => Check::wrong(
            "device key",
            Text::new("这台机器的其他用户也能读到密钥文件", "other users of this machine can read its file"),
            Text::new(
                "他们可以冒充这台收银机。请运行 chmod 600 till.identity。",
                "They can pass for this till. Run: chmod 600 till.identity",
            ),
        ),
    }
}

fn unreadable(why: &IdentityError) -> Check {
    let next = match why {
        IdentityError::Sealed { .. } => Text::new(
            "没有加密它的那把主密钥，这台收银机启动不了。请把那把主密钥放回去，或用 paydesk till init 重新配对。",
            "Without the master key that sealed it this till does not start. Put that key back, or pair the device anew with paydesk till init.",
        ),
        IdentityError::File { .. } | IdentityError::Damaged { .. } => Text::new(
            "这台收银机不知道自己是谁，启动不了。请检查文件和权限，或用 paydesk till init 重新配对。",
            "This till does not know who it is and does not start. Check the file and its rights, or pair the device anew with paydesk till init.",
        ),
    };
    Check::wrong("device key", as_it_is(why.to_string()), next)
}

async fn journal(config: &Config, identity: &Identity) -> Check {
    let path = config.database();
    if !path.exists() {
        let none = Text::new("还没有流水，第一次启动时建立", "none yet; the first start makes it");
        return Check::good("journal", none);
    }
    let database = format!("sqlite:{}", path.display());
    let store = match Store::open(&StoreConfig { database }).await {
        Ok(store) => store,
        Err(why) => return broken(as_it_is(why.to_string())),
    };
    let read = till::read_all(&store, identity.till()).await;
    store.close().await;
    match read {
        Ok((entries, None)) => {
            let count = entries.len();
            Check::good(
                "journal",
                Text::new(format!("{count} 条，完好"), format!("{count} entries, all sound")),
            )
        }
        Ok((_, Some(flaw))) => broken(flaw.text()),
        Err(why) => broken(as_it_is(why.to_string())),
    }
}

fn broken(found: Text) -> Check {
    let next = Text::new(
        "坏掉之前的流水还在，启动后会另存坏的部分并接着用；已上交服务器的不受影响。请检查这块硬盘。",
        "What stands before the flaw is sound; the next start keeps the rest aside and goes on, and what was handed in is safe. Check this disk.",
    );
    Check::wrong("journal", found, next)
}

/// Whether the server knows this device. Asking changes nothing, here or there.
async fn server(mut identity: Identity) -> Check {
    let what = format!("server {}", identity.server);
    match Link::new(&identity).refresh(&mut identity).await {
        Ok(()) => Check::good(what, Text::new("认得这台收银机", "knows this till")),
        Err(LinkError::Unreachable(why)) => Check::wrong(
            what,
            Text::new(format!("连不上：{why}"), format!("cannot be reached: {why}")),
            Text::new(
                "现在只能收现金和登记固定码收款，恢复后自动补交。请检查网络和服务器地址。",
                "Until it is back only cash and the printed code can be taken; they are handed in by themselves. Check the network and the server's address.",
            ),
        ),
        Err(LinkError::Refused { zh, en, .. }) => Check::wrong(
            what,
            Text::new(format!("不接受这台收银机：{zh}"), format!("refuses this till: {en}")),
            Text::new(
                "这台收银机可能已被停用。请在管理台“收银台”页查看，需要时用新的配对码重新配对。",
                "This device may have been shut out. Look at the console's page Tills, and pair it anew with a new code if it shall be used.",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_key_lies_is_told_with_what_to_do_about_it() {
        let seal = || crate::sealed::MasterKey::fresh_for_tests();
        let file = |sealing: bool| {
            let seal = sealing.then(|| std::sync::Arc::new(seal()) as std::sync::Arc<dyn till::KeySeal>);
            IdentityFile::new("till.identity".into(), seal)
        };
        for (lies, sealing, good, todo) in [
            (KeyLies::Sealed, true, true, ""),
            (KeyLies::InClear, true, false, "start paydesk till again"),
            (KeyLies::InClear, false, true, "master_key_file"),
            (KeyLies::ReadableByOthers, true, false, "chmod 600"),
        ] {
            let check = sealed_or_not(&file(sealing), lies);
            assert_eq!(check.state == State::Good, good, "{check:?}");
            assert!(check.next_step.contains(todo), "{check:?}");
            assert_eq!(check.next_step.is_empty(), check.next_step_zh.is_empty(), "{check:?}");
        }
    }

    #[tokio::test]
    async fn a_device_that_was_never_paired_is_told_how() {
        let checks = check_all(Path::new("/nonexistent/till.toml")).await;
        assert_eq!(checks.len(), 1);
        assert!(checks[0].found.contains("paydesk till init writes one"), "{checks:?}");
    }
}
