//! `paydesk webhooks`: what merchants' own systems were told and answered, and sending it again.

use crate::cli::{Verdict, say};
use crate::config::Config;
use crate::serve::open_store;
use anyhow::{Context, Result, bail};
use base::{Timestamp, WebhookId, Zone};
use clap::Subcommand;
use drive::{Clock, SystemClock};
use serde_json::{Value, json};
use std::path::PathBuf;
use store::{Again, By, Message, MessageState, Store, Webhook};
use webhooks::{message_id, why_not};

const AFTER: &str = "\
Examples:
  paydesk webhooks list --config shop/paydesk.toml
  paydesk webhooks messages 018f3c1e-5b7a-7c3d-9e2f-0123456789ab --state parked
  paydesk webhooks replay 018f3c1e-5b7a-7c3d-9e2f-0123456789ab --parked
  paydesk webhooks replay 018f3c1e-5b7a-7c3d-9e2f-0123456789ab --since 2026-11-22T00:00:00+08:00

The running server sends; this only says what is to be sent. Registering and removing is done on the console's page Notices
or over the API, since a secret is sealed and told there.";

/// What to do.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    #[command(subcommand)]
    what: What,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml", global = true)]
    config: PathBuf,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// The systems that are told, and how much each has still to be told
    #[command(after_help = "Example:\n  paydesk webhooks list --config shop/paydesk.toml --json")]
    List,
    /// What was sent to a system, newest first, and what it answered
    #[command(
        after_help = "Example:\n  paydesk webhooks messages 018f3c1e-5b7a-7c3d-9e2f-0123456789ab --state parked"
    )]
    Messages {
        /// The system's id, as `list` prints it
        webhook: String,
        /// Only those that are `waiting`, `delivered` or `parked`
        #[arg(long)]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Send messages once more: one, everything that was given up, or everything since a moment
    #[command(
        after_help = "Example:\n  paydesk webhooks replay 018f3c1e-5b7a-7c3d-9e2f-0123456789ab --parked"
    )]
    Replay {
        /// The system's id, as `list` prints it
        webhook: String,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The message of this number
    #[arg(long, value_name = "NUMBER")]
    message: Option<i64>,
    /// Everything that was given up
    #[arg(long)]
    parked: bool,
    /// Everything that was learnt since then, delivered or not
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

/// Says or does it.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = open_store(&config.database).await?;
        let done = match options.what {
            What::List => list(&store, options.json).await,
            What::Messages { webhook, state, limit } => {
                messages(&store, &webhook, state.as_deref(), limit, options.json).await
            }
            What::Replay { webhook, which } => replay(&store, &webhook, which, options.json).await,
        };
        store.close().await;
        done
    })
}

/// Exit code 1 if something was given up and waits for a person.
async fn list(store: &Store, as_json: bool) -> Result<Verdict> {
    let (mut told, mut verdict) = (Vec::new(), Verdict::Good);
    for webhook in all(store).await? {
        let backlog = store.backlog(webhook.id).await?;
        if backlog.parked > 0 {
            verdict = Verdict::Bad;
        }
        if !as_json {
            let standing = if webhook.disabled.is_some() { "off" } else { "on" };
            say(format_args!("{}  {standing:<3}  {}", webhook.id, webhook.url));
            say(format_args!("    to be sent {}, given up {}", backlog.waiting, backlog.parked));
            say(format_args!("    {}", webhook.kinds.join(", ")));
        }
        told.push(json!({
            "id": webhook.id.to_string(),
            "url": webhook.url,
            "events": webhook.kinds,
            "disabled_at": webhook.disabled.map(|at| at.rfc3339(Zone::CHINA)),
            "waiting": backlog.waiting,
            "parked": backlog.parked,
        }));
    }
    match (as_json, told.is_empty()) {
        (true, _) => say(json!({ "webhooks": told })),
        (false, true) => say("no system is told anything; one is registered on the console's page Notices"),
        (false, false) => {}
    }
    Ok(verdict)
}

async fn messages(
    store: &Store,
    webhook: &str,
    state: Option<&str>,
    limit: u32,
    as_json: bool,
) -> Result<Verdict> {
    let webhook = find(store, webhook).await?;
    let state = match state {
        None => None,
        Some(code) => Some(
            MessageState::from_code(code)
                .with_context(|| format!("--state {code:?}: it is waiting, delivered or parked"))?,
        ),
    };
    let scope = store::MerchantScope(webhook.merchant);
    let found = store.messages(&scope, webhook.id, state, None, limit).await?;
    if as_json {
        say(json!({ "messages": found.iter().map(message_json).collect::<Vec<_>>() }));
    } else if found.is_empty() {
        say("there is no such message");
    } else {
        found.iter().for_each(tell);
    }
    Ok(Verdict::Good)
}

async fn replay(store: &Store, webhook: &str, which: Which, as_json: bool) -> Result<Verdict> {
    let webhook = find(store, webhook).await?;
    let again = match (which.message, which.since) {
        (Some(number), _) => Again::One(number),
        (None, Some(since)) => {
            let at = Timestamp::parse(&since);
            Again::Since(at.with_context(|| format!("--since {since:?}: write 2026-11-22T00:00:00+08:00"))?)
        }
        (None, None) => Again::Parked,
    };
    let scope = store::MerchantScope(webhook.merchant);
    let by = By { actor: "paydesk webhooks", at: SystemClock.now() };
    let count = store.send_again(&scope, webhook.id, again, by).await?;
    if count == 0 && matches!(again, Again::One(_)) {
        bail!(
            "this system has no message of that number; `paydesk webhooks messages {}` lists them",
            webhook.id
        );
    }
    match as_json {
        true => say(json!({ "messages": count })),
        false if webhook.disabled.is_some() => {
            say(format_args!("{count} messages are to be sent again, once the system is enabled"));
        }
        false => say(format_args!("{count} messages are sent again by the running server")),
    }
    Ok(Verdict::Good)
}

async fn all(store: &Store) -> Result<Vec<Webhook>> {
    let mut all = Vec::new();
    for merchant in store.people().places().await?.merchants {
        all.extend(store.webhooks(&store::MerchantScope(merchant.id)).await?);
    }
    Ok(all)
}

async fn find(store: &Store, id: &str) -> Result<Webhook> {
    let wanted: Option<WebhookId> = id.parse().ok();
    let found = all(store).await?.into_iter().find(|webhook| Some(webhook.id) == wanted);
    found.with_context(|| format!("there is no webhook {id:?}; `paydesk webhooks list` names them"))
}

fn reason(message: &Message) -> Option<base::Text> {
    let not_taken = message.state != MessageState::Delivered && message.tries > 0;
    not_taken.then(|| why_not(message.status, &message.answer))
}

fn tell(message: &Message) {
    let about = message.payment.map(|id| id.to_string()).unwrap_or_default();
    let (state, at) = (message.state.code(), message.at.rfc3339(Zone::CHINA));
    say(format_args!("{:>8}  {state:<9}  {at}  {}  {about}", message.no, message.kind));
    if let Some(why) = reason(message) {
        say(format_args!("          tried {} times. {}", message.tries, why.en));
    }
}

fn message_json(message: &Message) -> Value {
    json!({
        "number": message.no,
        "id": message_id(message),
        "event": message.kind,
        "payment": message.payment.map(|id| id.to_string()),
        "at": message.at.rfc3339(Zone::CHINA),
        "state": message.state.code(),
        "tries": message.tries,
        "status": message.status,
        "answer": message.answer,
        "reason": reason(message).map(|why| json!({ "zh": why.zh, "en": why.en })),
    })
}
