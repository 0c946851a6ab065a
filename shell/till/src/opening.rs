//! Opening a till's journal: checked from the first entry to the last. What is broken is named, set aside and never
//! written again; its sound part goes on in a fresh store, in a fresh segment that says what it follows.

use crate::Identity;
use base::{PaymentId, SegmentId, TillId, Timestamp};
use engine::{Batch, Change, Row};
use journal::{Chain, Entry, Flaw, Link, Opening, Record, Why};
use payment::{Next, Policy};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{By, Merchant, PeopleError, Shop, Store, StoreConfig, StoreError, Till};

/// Entries read at a time.
const PAGE: u32 = 2_000;

/// A till's store, ready to be driven.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What was wrong with the journal, and where the broken store was put.
    pub flaw: Option<(Flaw, PathBuf)>,
}

/// Why a till's store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its places.
    #[error(transparent)]
    Places(#[from] PeopleError),
    /// The broken store cannot be put aside.
    #[error("the broken journal {path} cannot be put aside: {source}")]
    Aside {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A newer program wrote it.
    #[error("entry {seq} of the journal was written by a newer Paydesk; run that version on this till")]
    Newer {
        /// Which entry.
        seq: u64,
    },
    /// There is a journal already.
    #[error("this till has a journal already; import into an empty folder")]
    NotEmpty,
}

/// Opens the journal at `path` and goes on with it. `policy` is the timing of the server's channel.
pub async fn open(
    path: &Path,
    identity: &Identity,
    policy: &Policy,
    now: Timestamp,
    fresh: impl Fn() -> u128,
) -> Result<Opened, OpeningError> {
    let (sound, flaw) = match try_open(path).await {
        Ok(store) => match read_all(&store, identity.till()).await? {
            (sound, None) => {
                make_places(&store, identity, now).await?;
                resume(&store, identity, sound.last(), fresh).await?;
                return Ok(Opened { store, flaw: None });
            }
            (sound, Some(flaw)) => {
                store.close().await;
                (sound, flaw)
            }
        },
        // Not a database any more: nothing of it can be read here. The server has what was handed in.
        Err(error @ StoreError::SchemaIsNewer { .. }) => return Err(error.into()),
        Err(_) => (Vec::new(), Flaw::NotAJournal),
    };
    let aside = put_aside(path, now)?;
    tracing::error!("the till's journal is broken: {flaw}; it lies in {}", aside.display());
    let store = Store::open(&config(path)).await?;
    make_places(&store, identity, now).await?;
    restore(&store, &sound, policy, now).await?;
    begin(&store, identity, Why::Broken, link_to(sound.last()), fresh).await?;
    Ok(Opened { store, flaw: Some((flaw, aside)) })
}

/// Puts an exported journal into an empty store.
pub async fn import(
    path: &Path,
    identity: &Identity,
    entries: &[Entry],
    policy: &Policy,
    now: Timestamp,
    fresh: impl Fn() -> u128,
) -> Result<(), OpeningError> {
    let store = Store::open(&config(path)).await?;
    if !store.segments().await?.is_empty() {
        return Err(OpeningError::NotEmpty);
    }
    make_places(&store, identity, now).await?;
    restore(&store, entries, policy, now).await?;
    begin(&store, identity, Why::Imported, link_to(entries.last()), fresh).await?;
    store.close().await;
    Ok(())
}

/// Every entry up to the first flaw, and the flaw.
pub async fn read_all(store: &Store, till: TillId) -> Result<(Vec<Entry>, Option<Flaw>), StoreError> {
    let (mut sound, mut after): (Vec<Entry>, i64) = (Vec::new(), 0);
    let mut chains: BTreeMap<SegmentId, Chain> = BTreeMap::new();
    loop {
        let page = match store.journal(after, PAGE).await {
            Ok(page) => page,
            Err(StoreError::Unreadable(_)) => {
                return Ok((sound, Some(Flaw::Unreadable { line: after.unsigned_abs() + 1 })));
            }
            Err(error) => return Err(error),
        };
        let Some(last) = page.last() else { break };
        after = last.no;
        for numbered in page {
            let entry = numbered.entry;
            let chain = chains.entry(entry.segment).or_insert_with(|| Chain::begin(till, entry.segment));
            if let Err(flaw) = chain.follow(&entry) {
                return Ok((sound, Some(flaw)));
            }
            sound.push(entry);
        }
    }
    let missing = store.facts_without_entry().await?;
    let last = sound.last().map_or(0, |entry| entry.seq);
    let flaw = (missing > 0).then_some(Flaw::Truncated { last, expected: last + missing });
    Ok((sound, flaw))
}

fn config(path: &Path) -> StoreConfig {
    StoreConfig { database: format!("sqlite:{}", path.display()) }
}

async fn try_open(path: &Path) -> Result<Store, StoreError> {
    let store = Store::open(&config(path)).await?;
    store.ping().await?;
    Ok(store)
}

/// Goes on in the segment of the last entry; a device that stands for the till and has none begins its first.
async fn resume(
    store: &Store,
    identity: &Identity,
    last: Option<&Entry>,
    fresh: impl Fn() -> u128,
) -> Result<(), OpeningError> {
    match last {
        Some(entry) => store.keep_journal(identity.till(), entry.segment).await,
        None if identity.current => begin(store, identity, Why::First, None, fresh).await?,
        None => {}
    }
    Ok(())
}

/// Begins a segment.
pub(crate) async fn begin(
    store: &Store,
    identity: &Identity,
    why: Why,
    after: Option<Link>,
    fresh: impl Fn() -> u128,
) -> Result<(), StoreError> {
    let segment = SegmentId::from_u128(fresh());
    let opening = Opening { agent: identity.agent(), fence: identity.fence, why, after };
    store.open_segment(identity.till(), segment, &opening).await?;
    Ok(())
}

pub(crate) fn link_to(last: Option<&Entry>) -> Option<Link> {
    last.map(|entry| Link { segment: entry.segment, seq: entry.seq, hash: entry.hash })
}

/// The database and what belongs to it, under a name that says when it broke.
fn put_aside(path: &Path, now: Timestamp) -> Result<PathBuf, OpeningError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let aside = |ending: &str| path.with_file_name(format!("{name}.broken-{}{ending}", now.as_micros()));
    for ending in ["", "-wal", "-shm"] {
        let from = path.with_file_name(format!("{name}{ending}"));
        if from.exists() {
            std::fs::rename(&from, aside(ending))
                .map_err(|source| OpeningError::Aside { path: from.display().to_string(), source })?;
        }
    }
    Ok(aside(""))
}

/// The entries as they are, the facts they record, and how the payments stand.
async fn restore(
    store: &Store,
    entries: &[Entry],
    policy: &Policy,
    now: Timestamp,
) -> Result<(), OpeningError> {
    let mut facts: BTreeMap<PaymentId, Vec<payment::Entry>> = BTreeMap::new();
    let mut rows = Vec::new();
    for entry in entries {
        let record = Record::read(&entry.body).ok_or(OpeningError::Newer { seq: entry.seq })?;
        if let Record::Open(_) = record {
            continue;
        }
        let (payment, seq, fact) = store::fact_of(&record).ok_or(OpeningError::Newer { seq: entry.seq })?;
        facts.entry(payment).or_default().push(fact.clone());
        rows.push(Row { payment, seq, entry: fact });
    }
    let changes = facts.values().map(|facts| standing(facts, policy, now)).collect();
    store.restore_journal(entries, &Batch { rows, changes, ..Batch::default() }, now).await?;
    Ok(())
}

/// How a payment stands; one that does not rest is due at once.
pub(crate) fn standing(facts: &[payment::Entry], policy: &Policy, now: Timestamp) -> Change {
    let payment = payment::fold(facts);
    let next = payment::next(&payment, policy, now.max(payment.updated_at));
    let rests = matches!(next, Next::Rest(_)) && payment.open_call.is_none();
    Change { payment: payment.into(), next, due: (!rests).then_some(now), became: None }
}

/// The names that pages and slips show.
async fn make_places(store: &Store, identity: &Identity, now: Timestamp) -> Result<(), OpeningError> {
    let people = store.people();
    if people.places().await?.tills.iter().any(|till| till.id == identity.till()) {
        return Ok(());
    }
    let by = By { actor: "paydesk till", at: now };
    let (merchant, shop) = (identity.merchant(), identity.store());
    people.create_merchant(&Merchant { id: merchant, name: identity.merchant.name.clone() }, by).await?;
    people.create_store(&Shop { id: shop, merchant, name: identity.store.name.clone() }, by).await?;
    let till = Till { id: identity.till(), merchant, store: shop, name: identity.till.name.clone() };
    people.create_till(&till, by).await?;
    Ok(())
}
