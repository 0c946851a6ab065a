//! What the configuration says of wallets' codes and of choosing among channels: `[[wallet]]`, `[routing]` and
//! `[[routing.rule]]`, every mistake named with its line.

use crate::config::{Channel, Mistake, Place};
use crate::wallets;
use base::{ChannelId, Text, TillId};
use payment::WalletRule;
use routing::{Hours, Policy, Rule, Then, When};
use serde::Deserialize;
use std::time::Duration;
use toml::Spanned;

/// Another look of a wallet's codes, or a wallet that the table does not have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalletFile {
    name: Spanned<String>,
    title: Option<TitleFile>,
    prefixes: Vec<Spanned<String>>,
    digits: Spanned<[usize; 2]>,
    #[serde(default)]
    wins: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleFile {
    zh: String,
    en: String,
}

/// How one of several channels is chosen.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingFile {
    half_life_s: Option<Spanned<i64>>,
    failures: Option<Spanned<i64>>,
    rate_min_percent: Option<Spanned<i64>>,
    probe_every_s: Option<Spanned<i64>>,
    probes_good: Option<Spanned<i64>>,
    margin_percent: Option<Spanned<i64>>,
    trial_permille: Option<Spanned<i64>>,
    #[serde(default)]
    rule: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    name: Spanned<String>,
    wallet: Option<String>,
    amount_from: Option<Spanned<i64>>,
    amount_below: Option<Spanned<i64>>,
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    #[serde(default)]
    tills: Vec<Spanned<String>>,
    prefer: Option<Spanned<String>>,
    avoid: Option<Spanned<String>>,
}

const NAME: &str = "use 1 to 32 lowercase letters, digits or _";
const PREFIX: &str =
    "write the digits that codes begin with, such as \"62\", or \"25-30\" for all from 25 to 30";
const DIGITS: &str = "write the fewest and the most digits, from 16 to 24, such as [18, 18]";
const CLOCK: &str = "write a time of the day on China's clock, such as \"22:00\"";

/// The wallets that the file adds.
pub fn wallets(at: &Place<'_>, files: &[WalletFile]) -> Result<Vec<api::Wallet>, Mistake> {
    files.iter().map(|file| wallet(at, file)).collect()
}

fn wallet(at: &Place<'_>, file: &WalletFile) -> Result<api::Wallet, Mistake> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let name = at.read(&file.name, "wallet.name", NAME, |name| {
        (1..=32)
            .contains(&name.len())
            .then_some(name)
            .filter(|name| name.chars().all(good))
            .map(str::to_owned)
    })?;
    let [shortest, longest] = *file.digits.get_ref();
    if !(16..=24).contains(&shortest) || !(shortest..=24).contains(&longest) {
        return Err(at.mistake(&file.digits, "wallet.digits", DIGITS));
    }
    let mut prefixes = Vec::new();
    for text in &file.prefixes {
        prefixes.extend(at.read(text, "wallet.prefixes", PREFIX, WalletRule::prefixes)?);
    }
    if prefixes.is_empty() {
        return Err(at.mistake(&file.name, "wallet.prefixes", PREFIX));
    }
    let told = file.title.as_ref().map(|title| Text::new(title.zh.clone(), title.en.clone()));
    let label = told.or_else(|| wallets::label(&name)).ok_or_else(|| {
        at.mistake(
            &file.name,
            "wallet.title",
            "write title = { zh = \"…\", en = \"…\" } for a wallet of your own",
        )
    })?;
    let rule = WalletRule { wallet: name, prefixes, shortest, longest, wins: file.wins };
    Ok(api::Wallet { rule, label })
}

/// The rules and the pace of learning.
pub fn routing(at: &Place<'_>, file: &RoutingFile, channels: &[Channel]) -> Result<api::Routing, Mistake> {
    Ok(api::Routing {
        rules: file.rule.iter().map(|rule| read_rule(at, rule, channels)).collect::<Result<_, _>>()?,
        policy: policy(at, file)?,
    })
}

fn policy(at: &Place<'_>, file: &RoutingFile) -> Result<Policy, Mistake> {
    let number = |value: &Option<Spanned<i64>>, key: &str, (low, high): (i64, i64)| match value {
        None => Ok(None),
        Some(value) if (low..=high).contains(value.get_ref()) => Ok(Some(*value.get_ref() as u64)),
        Some(value) => {
            let why = format!("{} will not do; write between {low} and {high}", value.get_ref());
            Err(at.mistake(value, &format!("routing.{key}"), &why))
        }
    };
    let usual = Policy::default();
    let seconds = |value: Option<u64>, usual: Duration| value.map_or(usual, Duration::from_secs);
    let small =
        |value: Option<u64>, usual: u32, times: u32| value.map_or(usual, |value| value as u32 * times);
    Ok(Policy {
        half_life: seconds(number(&file.half_life_s, "half_life_s", (30, 86_400))?, usual.half_life),
        // Failures a while ago count a little less than a whole one, so half a failure may be missing.
        failures_min: number(&file.failures, "failures", (1, 1_000))?
            .map_or(usual.failures_min, |failures| failures * 1_000 - 500),
        rate_min_permille: small(
            number(&file.rate_min_percent, "rate_min_percent", (1, 100))?,
            usual.rate_min_permille,
            10,
        ),
        probe_every: seconds(number(&file.probe_every_s, "probe_every_s", (15, 3_600))?, usual.probe_every),
        probes_good: small(number(&file.probes_good, "probes_good", (1, 20))?, usual.probes_good, 1),
        margin_permille: small(
            number(&file.margin_percent, "margin_percent", (0, 100))?,
            usual.margin_permille,
            10,
        ),
        trial_permille: small(
            number(&file.trial_permille, "trial_permille", (0, 1_000))?,
            usual.trial_permille,
            1,
        ),
    })
}

fn read_rule(at: &Place<'_>, file: &RuleFile, channels: &[Channel]) -> Result<Rule, Mistake> {
    let name = at.read(&file.name, "routing.rule.name", "write 1 to 40 characters", |name| {
        (1..=40).contains(&name.chars().count()).then(|| name.to_owned())
    })?;
    let channel = |name: &Spanned<String>, key: &str| -> Result<ChannelId, Mistake> {
        let names = channels.iter().map(|channel| format!("\"{}\"", channel.name));
        let known = format!("the channels are {}", names.collect::<Vec<_>>().join(", "));
        at.read(name, key, &known, |name| {
            channels.iter().find(|channel| channel.name == name).map(|channel| channel.id)
        })
    };
    let then = match (&file.prefer, &file.avoid) {
        (Some(name), None) => Then::Prefer(channel(name, "routing.rule.prefer")?),
        (None, Some(name)) => Then::Avoid(channel(name, "routing.rule.avoid")?),
        (Some(_), Some(_)) | (None, None) => {
            let why = "write prefer = \"CHANNEL\" or avoid = \"CHANNEL\", one of the two";
            return Err(at.mistake(&file.name, "routing.rule", why));
        }
    };
    let hours = match (&file.from, &file.to) {
        (None, None) => None,
        (Some(from), Some(to)) => Some(Hours {
            from: at.read(from, "routing.rule.from", CLOCK, Hours::minute)?,
            to: at.read(to, "routing.rule.to", CLOCK, Hours::minute)?,
        }),
        (Some(one), None) | (None, Some(one)) => {
            return Err(at.mistake(one, "routing.rule", "write both from and to"));
        }
    };
    let tills = file.tills.iter().map(|till| at.id::<TillId>(till, "routing.rule.tills"));
    Ok(Rule {
        name,
        when: When {
            wallet: file.wallet.clone(),
            tills: tills.collect::<Result<_, _>>()?,
            amount_from: amount(at, &file.amount_from, "routing.rule.amount_from")?,
            amount_below: amount(at, &file.amount_below, "routing.rule.amount_below")?,
            hours,
        },
        then,
    })
}

fn amount(at: &Place<'_>, value: &Option<Spanned<i64>>, key: &str) -> Result<Option<i64>, Mistake> {
    match value {
        Some(value) if *value.get_ref() <= 0 => {
            Err(at.mistake(value, key, "write an amount in fen, such as 100000 for 1000 yuan"))
        }
        value => Ok(value.as_ref().map(|value| *value.get_ref())),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use std::path::PathBuf;

    const HEAD: &str = r#"[server]
listen = "127.0.0.1:8080"
public_url = "https://pay.example.cn"
[database]
url = "sqlite:paydesk.sqlite"
[secrets]
file = "paydesk.secrets"
master_key_file = "paydesk.key"
[shop]
currency = "CNY"
payment_max = 5000000
[[channel]]
name = "direct"
id = "018f3c1e-5b7a-7c3d-9e2f-0123456789ab"
merchant = "018f3c1e-5b7a-7c3d-9e2f-0123456789ac"
provider = "wechat"
wallets = ["wechat"]
"#;

    /// What is made of the file with `more` at its end, in short; or the mistake.
    fn check(more: &str, expected: &str) {
        let said = match Config::parse(&format!("{HEAD}{more}"), PathBuf::new()) {
            Ok(config) => {
                let rules = &config.routing.rules;
                let wallets: Vec<String> = config
                    .wallets
                    .iter()
                    .map(|wallet| format!("{} {}", wallet.rule.wallet, wallet.rule.prefixes.join(" ")))
                    .collect();
                let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
                format!("{} | {} | {:?}", wallets.join(", "), names.join(", "), config.channels[0].wallets)
            }
            Err(mistake) => mistake.to_string(),
        };
        assert!(said.starts_with(expected), "{more}\n  said     {said}\n  expected {expected}");
    }

    #[test]
    fn wallets_and_rules_are_read() {
        check("", " |  | Some([\"wechat\"])");
        check(
            "[[wallet]]\nname = \"jd\"\nprefixes = [\"62\", \"18-19\"]\ndigits = [18, 19]\nwins = true\n",
            "jd 62 18 19 |  |",
        );
        check(
            "[[wallet]]\nname = \"mine\"\ntitle = { zh = \"本店卡\", en = \"Ours\" }\nprefixes = [\"7001\"]\ndigits = [16, 16]\n",
            "mine 7001 |  |",
        );
        check(
            "[routing]\nhalf_life_s = 60\n[[routing.rule]]\nname = \"大额\"\namount_from = 100000\nfrom = \"22:00\"\nto = \"06:00\"\n\
             tills = [\"018f3c1e-5b7a-7c3d-9e2f-0123456789ad\"]\nprefer = \"direct\"\n[[routing.rule]]\nname = \"never\"\navoid = \"direct\"\n",
            " | 大额, never |",
        );
    }

    #[test]
    fn what_is_not_written_stays_as_usual() {
        let read = |more: &str| {
            Config::parse(&format!("{HEAD}{more}"), PathBuf::new()).expect("it is good").routing.policy
        };
        let usual = routing::Policy::default();
        assert_eq!(read(""), usual);
        let own = read("[routing]\nfailures = 5\nmargin_percent = 0\ntrial_permille = 0\n");
        let expected =
            routing::Policy { failures_min: 4_500, margin_permille: 0, trial_permille: 0, ..usual };
        assert_eq!(own, expected);
    }

    #[test]
    fn every_mistake_says_where_and_what_to_write() {
        let wallet = |name: &str, prefixes: &str, digits: &str| {
            format!("[[wallet]]\nname = \"{name}\"\nprefixes = {prefixes}\ndigits = {digits}\n")
        };
        check(&wallet("J D", "[\"18\"]", "[18, 18]"), "line 19: wallet.name: \"J D\" will not do");
        check(
            &wallet("jd", "[\"1x\"]", "[18, 18]"),
            "line 20: wallet.prefixes: \"1x\" will not do; write the digits",
        );
        check(&wallet("jd", "[]", "[18, 18]"), "line 19: wallet.prefixes: write the digits");
        check(&wallet("jd", "[\"18\"]", "[12, 18]"), "line 21: wallet.digits: write the fewest");
        check(&wallet("jd", "[\"18\"]", "[19, 18]"), "line 21: wallet.digits:");
        check(&wallet("mine", "[\"18\"]", "[18, 18]"), "line 19: wallet.title: write title");
        let rule = |more: &str| format!("[[routing.rule]]\nname = \"r\"\n{more}\n");
        check(&rule(""), "line 19: routing.rule: write prefer");
        check(&rule("prefer = \"direct\"\navoid = \"direct\""), "line 19: routing.rule: write prefer");
        check(
            &rule("prefer = \"bank\""),
            "line 20: routing.rule.prefer: \"bank\" will not do; the channels are \"direct\"",
        );
        check(&rule("prefer = \"direct\"\nfrom = \"22:00\""), "line 21: routing.rule: write both");
        check(
            &rule("prefer = \"direct\"\nfrom = \"25:00\"\nto = \"01:00\""),
            "line 21: routing.rule.from: \"25:00\"",
        );
        check(
            &rule("prefer = \"direct\"\namount_from = 0"),
            "line 21: routing.rule.amount_from: write an amount",
        );
        check(
            &rule("prefer = \"direct\"\ntills = [\"2\"]"),
            "line 21: routing.rule.tills: \"2\" will not do",
        );
        check(
            "[routing]\nprobe_every_s = 1\n",
            "line 19: routing.probe_every_s: 1 will not do; write between 15 and 3600",
        );
        check(
            "[[channel]]\nname = \"b\"\nid = \"018f3c1e-5b7a-7c3d-9e2f-0123456789af\"\nmerchant = \"018f3c1e-5b7a-7c3d-9e2f-0123456789ac\"\nprovider = \"wechat\"\nwallets = [\"Ali Pay\"]\n",
            "line 23: channel.wallets: \"Ali Pay\" will not do; write a wallet's short name",
        );
        check("[routing]\nhalf_life = 1\n", "line 19: unknown field `half_life`");
    }
}
