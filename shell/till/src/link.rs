//! The way to the server for what is not about a single payment: pairing, signs of life, journals, taking over.

use crate::learn::Told;
use crate::{Identity, Named, WalletInfo};
use base::Secret;
use drive::{NoReply, Wire};
use journal::{Entry, Head};
use provider_contract::seal::{ABOUT, FENCE, HEADER, Seal};
use provider_contract::{Call, HttpMethod, Reply};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// The server answers such requests at once; one that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the server.
pub struct Link {
    wire: Wire,
    server: String,
    till: String,
    key: Secret<String>,
    seal: Seal,
}

/// Why the server's word is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It could not be reached, or what came back is not its word.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// It refused.
    #[error("the server refused ({code}): {en}")]
    Refused {
        /// The refusal's name.
        code: String,
        /// The refusal in Chinese.
        zh: String,
        /// The refusal in English.
        en: String,
    },
}

/// What the server answers to pairing.
#[derive(Deserialize)]
pub struct Paired {
    agent: String,
    key: String,
    fence: u64,
    current: bool,
    merchant: Named,
    info: TillInfo,
}

#[derive(Deserialize)]
struct TillInfo {
    till: Named,
    store: Named,
    wallets: Vec<WalletCodes>,
    limits: Limits,
    currency: String,
    #[serde(default)]
    public_url: Option<String>,
}

#[derive(Deserialize)]
struct Limits {
    max: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Amount {
    pub amount: i64,
    pub currency: String,
}

#[derive(Deserialize)]
pub(crate) struct Words {
    pub zh: String,
    pub en: String,
}

#[derive(Deserialize)]
struct WalletCodes {
    wallet: String,
    label: Words,
    prefixes: Vec<String>,
    lengths: [usize; 2],
    #[serde(default)]
    wins: bool,
    available: bool,
}

/// Who stands for the till, and what the server holds of this device's journal.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stand {
    pub fence: u64,
    pub current: bool,
    pub name: String,
    pub since: String,
    pub beat: u64,
    pub seen_at: String,
    pub journal: String,
    /// What changed since the mark; nothing from a server that does not tell.
    #[serde(default)]
    pub known: Option<Told>,
}

/// An attempt as the server knows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Known {
    pub attempt: String,
    pub money: String,
    pub kept: bool,
    pub refunds: Vec<KnownRefund>,
    pub matched: Option<KnownMatch>,
    pub settled: Option<KnownSettlement>,
}

/// A return of money as the server knows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KnownRefund {
    pub key: Option<String>,
    pub number: String,
    pub amount: Amount,
    pub state: String,
    pub done_at: Option<String>,
    /// Nothing also from a server that does not tell why.
    #[serde(default)]
    pub refuse_reason: Option<String>,
}

/// What a record was found as there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KnownMatch {
    pub source: String,
    pub name: String,
    pub row: u64,
    pub amount: Amount,
    pub transaction: String,
    pub paid_at: Option<String>,
    pub by: String,
}

/// What a person decided there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KnownSettlement {
    pub paid: bool,
    pub reason: String,
    pub by: String,
}

/// What became of entries.
#[derive(Debug, Deserialize)]
pub(crate) struct TakenIn {
    pub refused: Option<RefusedEntry>,
}

/// An entry that the server refused.
#[derive(Debug, Deserialize)]
pub(crate) struct RefusedEntry {
    pub seq: u64,
    pub code: String,
    pub expected: Option<u64>,
}

/// What a device that took over has to know.
#[derive(Deserialize)]
pub(crate) struct TakenOver {
    pub fence: u64,
    pub open: Vec<OpenAttempt>,
}

/// An attempt without an end.
#[derive(Deserialize)]
pub(crate) struct OpenAttempt {
    pub attempt: String,
    pub created_at: String,
    pub amount: Amount,
    pub method: String,
    pub code_hint: String,
    pub wallet: String,
    pub wallet_label: Words,
    pub description: String,
}

/// A person whom the server let in.
#[derive(Deserialize)]
pub(crate) struct LetIn {
    pub staff: Staff,
}

/// Who that is.
#[derive(Deserialize)]
pub(crate) struct Staff {
    pub id: String,
    pub login: String,
    pub name: String,
    pub role: String,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    zh: String,
    en: String,
}

impl Link {
    /// The way from this device.
    pub fn new(identity: &Identity) -> Link {
        Link {
            wire: Wire::new(),
            server: identity.server.clone(),
            till: identity.till.id.clone(),
            key: identity.key(),
            seal: Seal::of_key(&identity.key),
        }
    }

    /// Pairs a device by the code that the server gave, and says who it is from then on.
    pub async fn pair(server: &str, code: &str, name: &str, prints: bool) -> Result<Identity, LinkError> {
        let body = json!({ "code": code, "name": name, "prints": prints });
        let call = Call {
            method: HttpMethod::Post,
            url: format!("{server}/v1/pairing"),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            client_certificate: false,
        };
        let reply = sent(Wire::new().ask(call, PATIENCE).await)?;
        let paired: Paired = understood(&reply)?;
        Ok(Identity {
            server: server.to_owned(),
            public_url: paired.info.public_url,
            agent: paired.agent,
            key: paired.key,
            sealed_key: None,
            fence: paired.fence,
            current: paired.current,
            merchant: paired.merchant,
            store: paired.info.store,
            till: paired.info.till,
            limit: paired.info.limits.max.amount,
            currency: paired.info.currency,
            wallets: paired.info.wallets.into_iter().map(wallet).collect(),
        })
    }

    /// What the till takes now, put into its identity.
    pub async fn refresh(&self, identity: &mut Identity) -> Result<(), LinkError> {
        let info: TillInfo = self.get("/v1/till").await?;
        identity.till.name = info.till.name;
        identity.store.name = info.store.name;
        identity.limit = info.limits.max.amount;
        identity.public_url = info.public_url.or(identity.public_url.take());
        identity.wallets = info.wallets.into_iter().map(wallet).collect();
        Ok(())
    }

    pub(crate) async fn beat(
        &self,
        fence: u64,
        prints: bool,
        head: Option<(base::SegmentId, Head)>,
        mark: Option<String>,
    ) -> Result<Stand, LinkError> {
        let head = head.map(|(segment, head)| {
            json!({ "segment": segment.to_string(), "seq": head.seq, "hash": head.hash.to_string() })
        });
        let mut body = json!({ "prints": prints, "head": head });
        if let Some(mark) = mark {
            body["mark"] = Value::String(mark);
        }
        self.post("beat", fence, body).await
    }

    pub(crate) async fn hand_in(
        &self,
        fence: u64,
        entries: &[Entry],
        handing_in: bool,
    ) -> Result<TakenIn, LinkError> {
        let entries: Vec<Value> = entries.iter().map(entry).collect();
        self.post("journal", fence, json!({ "entries": entries, "handing_in": handing_in })).await
    }

    pub(crate) async fn take_over(&self, fence: u64, beat: Option<u64>) -> Result<TakenOver, LinkError> {
        self.post("takeover", fence, json!({ "fence": fence, "beat": beat })).await
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &Secret<String>) -> Result<LetIn, LinkError> {
        let body = json!({ "login": login, "password": password.reveal() });
        self.ask(HttpMethod::Post, "/v1/session".to_owned(), 0, body.to_string().into_bytes()).await
    }

    async fn get<T: for<'a> Deserialize<'a>>(&self, path: &str) -> Result<T, LinkError> {
        self.ask(HttpMethod::Get, path.to_owned(), 0, Vec::new()).await
    }

    async fn post<T: for<'a> Deserialize<'a>>(
        &self,
        what: &str,
        fence: u64,
        body: Value,
    ) -> Result<T, LinkError> {
        let path = format!("/v1/tills/{}/{what}", self.till);
        self.ask(HttpMethod::Post, path, fence, body.to_string().into_bytes()).await
    }

    /// Only a sealed word is the server's word: a portal on the way that answers everything is not the server.
    async fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        method: HttpMethod,
        path: String,
        fence: u64,
        body: Vec<u8>,
    ) -> Result<T, LinkError> {
        let headers = vec![
            ("authorization", format!("Bearer {}", self.key.reveal())),
            ("content-type", "application/json".to_owned()),
            (FENCE, fence.to_string()),
            (ABOUT, path.clone()),
        ];
        let url = format!("{}{path}", self.server);
        let call = Call { method, url, headers, body, client_certificate: false };
        let reply = sent(self.wire.ask(call, PATIENCE).await)?;
        let seal = reply.header(HEADER).unwrap_or_default();
        if !self.seal.fits(&path, reply.status, &reply.body, seal) {
            let what = format!("something answered {} that is not the server", reply.status);
            return Err(LinkError::Unreachable(what));
        }
        understood(&reply)
    }
}

fn sent(reply: Result<Reply, NoReply>) -> Result<Reply, LinkError> {
    reply.map_err(|why| {
        LinkError::Unreachable(match why {
            NoReply::Lost(payment::Lost::TimedOut) => "it did not answer in time".to_owned(),
            NoReply::Lost(_) => "the connection broke".to_owned(),
            NoReply::NeverLeft { why, .. } => why,
            NoReply::TooLong => "it answered with too much".to_owned(),
        })
    })
}

fn understood<T: for<'a> Deserialize<'a>>(reply: &Reply) -> Result<T, LinkError> {
    if (200..300).contains(&reply.status) {
        let unread =
            |error: serde_json::Error| LinkError::Unreachable(format!("its answer cannot be read: {error}"));
        return serde_json::from_slice(&reply.body).map_err(unread);
    }
    match serde_json::from_slice::<Problem>(&reply.body) {
        Ok(Problem { code, zh, en }) if reply.status < 500 => Err(LinkError::Refused { code, zh, en }),
        Ok(Problem { en, .. }) => Err(LinkError::Unreachable(en)),
        Err(_) => Err(LinkError::Unreachable(format!("it answered {}", reply.status))),
    }
}

fn wallet(codes: WalletCodes) -> WalletInfo {
    WalletInfo {
        wallet: codes.wallet,
        zh: codes.label.zh,
        en: codes.label.en,
        prefixes: codes.prefixes,
        shortest: codes.lengths[0],
        longest: codes.lengths[1],
        wins: codes.wins,
        available: codes.available,
    }
}

fn entry(entry: &Entry) -> Value {
    json!({
        "segment": entry.segment.to_string(),
        "seq": entry.seq,
        "prev": entry.prev.to_string(),
        "hash": entry.hash.to_string(),
        "body": entry.body,
    })
}
