//! Devices that stand for tills, as the server knows them: pairing, fences, beats, and the journals they hand in.

use crate::journal::read_hash;
use crate::sql::{Connection, from_columns, query, query_as, query_scalar};
use crate::{By, MerchantScope, NewApiKey, PeopleError, Store, StoreError};
use base::{AgentId, MerchantId, PaymentId, Secret, SegmentId, StaffId, TillId, Timestamp};
use journal::{Chain, Entry, Flaw, Head, Held, Known, Record, Standing, Taken};

/// A device that is paired with a till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Whose till it is.
    pub merchant: MerchantId,
    /// Which till.
    pub till: TillId,
    /// What people call it.
    pub name: String,
    /// The key by which it is let in.
    pub key: StaffId,
    /// Whether it prints receipts itself.
    pub prints: bool,
    /// Grows with every sign of life.
    pub beat: u64,
    /// When the last one came, by the server's clock; for people.
    pub seen_at: Timestamp,
}

/// A device to pair.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Its id.
    pub id: AgentId,
    /// What people call it.
    pub name: String,
    /// Whether it prints receipts itself.
    pub prints: bool,
    /// Its key.
    pub key: NewApiKey,
}

/// Who stands for a till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The till's fence number.
    pub fence: u64,
    /// The device.
    pub agent: AgentId,
    /// Since when.
    pub since: Timestamp,
}

/// A device's sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Whether it prints receipts itself.
    pub prints: bool,
    /// The segment it writes and its last entry there.
    pub head: Option<(SegmentId, Head)>,
}

/// What became of entries that were handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Taken in now.
    pub taken: u32,
    /// Were here before.
    pub known: u32,
    /// The first that was refused, and why; those after it were not looked at.
    pub refused: Option<(u64, Flaw)>,
}

/// What is wrong with a till's journal as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raised {
    /// It went on twice from one entry.
    Fork,
    /// Its disk was set back to an older state.
    Rollback,
    /// A device found its own journal broken and began a fresh segment.
    Broken,
    /// An attempt was on the device and never reached the server.
    NeverSent,
}

/// Something wrong that a person should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TillAlarm {
    /// Which till.
    pub till: TillId,
    /// Which device told.
    pub agent: AgentId,
    /// When it was found.
    pub at: Timestamp,
    /// What, as [`Raised::code`].
    pub what: String,
    /// Where: a segment and a place, or a payment.
    pub place: String,
}

/// What a till's journal says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The device that wrote it.
    pub agent: AgentId,
    /// What it recorded.
    pub record: Record,
}

impl Raised {
    /// Its name for programs. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Raised::Fork => "fork",
            Raised::Rollback => "rollback",
            Raised::Broken => "broken",
            Raised::NeverSent => "never_sent",
        }
    }
}

impl Store {
    /// Keeps a pairing code, and forgets those that have ended.
    pub async fn keep_pairing_code(
        &self,
        code_hash: &str,
        till: (MerchantId, TillId),
        expires: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "keep a pairing code";
        let mut transaction = self.begin().await?;
        query("DELETE FROM pairing_codes WHERE expires <= $1")
            .bind(at.as_micros())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        query("INSERT INTO pairing_codes (code_hash, merchant, till, expires) VALUES ($1, $2, $3, $4)")
            .bind(code_hash.to_owned())
            .bind(till.0.to_string())
            .bind(till.1.to_string())
            .bind(expires.as_micros())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))
    }

    /// Spends a pairing code: the till it is for, or nothing if it is unknown, spent or too old.
    pub async fn spend_pairing_code(
        &self,
        code_hash: &str,
        at: Timestamp,
    ) -> Result<Option<(MerchantId, TillId)>, StoreError> {
        let doing = "spend a pairing code";
        let mut transaction = self.begin().await?;
        let text = "DELETE FROM pairing_codes WHERE code_hash = $1 AND expires > $2 RETURNING merchant, till";
        let row: Option<(String, String)> = query_as(text)
            .bind(code_hash.to_owned())
            .bind(at.as_micros())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        row.map(|(merchant, till)| Ok((merchant.parse()?, till.parse()?))).transpose()
    }

    /// Pairs a device with its till. The first one of a till stands for it; further ones are spares.
    pub async fn pair(&self, agent: &NewAgent, till: TillId, by: By<'_>) -> Result<Stand, PeopleError> {
        self.people().create_api_key(&agent.key, by).await?;
        let doing = "pair a device";
        let failed = |why| PeopleError::StoreFailed(StoreError::failed(doing)(why));
        let mut transaction = self.begin().await?;
        query(
            "INSERT INTO till_agents (id, merchant, till, name, api_key, prints, beat, seen_at, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(agent.id.to_string())
        .bind(agent.key.merchant.to_string())
        .bind(till.to_string())
        .bind(agent.name.clone())
        .bind(agent.key.id.to_string())
        .bind(agent.prints)
        .bind(1_i64)
        .bind(by.at.as_micros())
        .bind(by.at.as_micros())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        query(
            "INSERT INTO till_fences (till, merchant, fence, agent, since) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (till) DO NOTHING",
        )
        .bind(till.to_string())
        .bind(agent.key.merchant.to_string())
        .bind(1_i64)
        .bind(agent.id.to_string())
        .bind(by.at.as_micros())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        let stand = stand_in(&mut transaction, till).await?.ok_or(PeopleError::NoSuchPlace)?;
        transaction.commit().await.map_err(failed)?;
        Ok(stand)
    }

    /// The device with this key.
    pub async fn agent_of_key(&self, key: StaffId) -> Result<Option<Agent>, StoreError> {
        let row: Option<AgentRow> = query_as(AGENT_OF_KEY)
            .bind(key.to_string())
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read a till's devices"))?;
        row.map(Agent::try_from).transpose()
    }

    /// Whose device this is, and the hash of its key, also once the key was revoked; nothing if there is no such device.
    pub async fn key_of_agent(
        &self,
        agent: AgentId,
    ) -> Result<Option<(MerchantId, Secret<String>)>, StoreError> {
        let text = "SELECT a.merchant, k.key_hash FROM till_agents a JOIN api_keys k ON k.id = a.api_key \
                    WHERE a.id = $1";
        let row: Option<(String, String)> = query_as(text)
            .bind(agent.to_string())
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read a till's devices"))?;
        row.map(|(merchant, hash)| Ok((merchant.parse()?, Secret::new(hash)))).transpose()
    }

    /// The devices of a till, oldest first.
    pub async fn agents(&self, scope: &MerchantScope, till: TillId) -> Result<Vec<Agent>, StoreError> {
        let rows: Vec<AgentRow> = query_as(AGENTS_OF_TILL)
            .bind(scope.text())
            .bind(till.to_string())
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read a till's devices"))?;
        rows.into_iter().map(Agent::try_from).collect()
    }

    /// Who stands for a till; nothing if no device is paired with it.
    pub async fn stand(&self, till: TillId) -> Result<Option<Stand>, StoreError> {
        let row: Option<(i64, String, i64)> = query_as(STAND)
            .bind(till.to_string())
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read a till's fence"))?;
        row.map(stand_of).transpose()
    }

    /// Another device stands for the till from now on, if its fence is still `fence`, and, where `beat` is given, the
    /// device that stood for it has given no sign of life since. Nothing if that is no longer so.
    pub async fn take_over(
        &self,
        agent: &Agent,
        fence: u64,
        beat: Option<u64>,
        at: Timestamp,
    ) -> Result<Option<Stand>, StoreError> {
        let doing = "take a till over";
        let mut transaction = self.begin().await?;
        let text = "UPDATE till_fences SET fence = fence + 1, agent = $1, since = $2 \
                    WHERE till = $3 AND fence = $4 AND ($5 = 0 OR EXISTS (SELECT 1 FROM till_agents a \
                    WHERE a.id = till_fences.agent AND a.beat = $6))";
        let changed = query(text)
            .bind(agent.id.to_string())
            .bind(at.as_micros())
            .bind(agent.till.to_string())
            .bind(signed(fence))
            .bind(i64::from(beat.is_some()))
            .bind(signed(beat.unwrap_or(0)))
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        let stand = stand_in(&mut transaction, agent.till).await?;
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(stand.filter(|_| changed.rows_affected() == 1))
    }

    /// A sign of life, and how the device's journal stands against what is held of it; what is wrong is raised.
    pub async fn till_beat(&self, agent: &Agent, beat: Beat, at: Timestamp) -> Result<Standing, StoreError> {
        let doing = "record a sign of life";
        let mut transaction = self.begin().await?;
        query("UPDATE till_agents SET beat = beat + 1, seen_at = $1, prints = $2 WHERE id = $3")
            .bind(at.as_micros())
            .bind(beat.prints)
            .bind(agent.id.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        let standing = match beat.head {
            Some((segment, head)) => {
                let known = known(&mut transaction, agent.till, segment, head).await?;
                let standing = journal::compare(head, known);
                let what = match standing {
                    Standing::RolledBack { .. } => Some(Raised::Rollback),
                    Standing::Forked => Some(Raised::Fork),
                    Standing::Level | Standing::TillAhead { .. } => None,
                };
                if let Some(what) = what {
                    let place = format!("{segment}/{}", head.seq);
                    raise(&mut transaction, agent, what, &place, at).await?;
                }
                standing
            }
            None => Standing::Level,
        };
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(standing)
    }

    /// Takes entries of a till's journal into the book, in order and each once; stops at the first that is refused.
    pub async fn take_entries(
        &self,
        agent: &Agent,
        entries: &[Entry],
        at: Timestamp,
    ) -> Result<Offered, StoreError> {
        let doing = "take in a till's journal";
        let mut offered = Offered::default();
        let mut transaction = self.begin().await?;
        for entry in entries {
            let chain = Chain::begin(agent.till, entry.segment);
            let held = held(&mut transaction, agent.till, entry).await?;
            let verdict = match (chain.check(entry), Record::read(&entry.body)) {
                (Err(flaw), _) => Taken::Refused(flaw),
                (Ok(()), None) => Taken::Refused(Flaw::Edited { seq: entry.seq }),
                (Ok(()), Some(_)) => journal::take(entry, held),
            };
            match verdict {
                Taken::Known => offered.known += 1,
                Taken::New => {
                    insert(&mut transaction, agent, entry, at).await?;
                    offered.taken += 1;
                }
                Taken::Fork => {
                    insert(&mut transaction, agent, entry, at).await?;
                    let place = format!("{}/{}", entry.segment, entry.seq);
                    raise(&mut transaction, agent, Raised::Fork, &place, at).await?;
                    offered.taken += 1;
                }
                Taken::Refused(flaw) => {
                    offered.refused = Some((entry.seq, flaw));
                    break;
                }
            }
        }
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(offered)
    }

    /// Raises something about a till; once for each place.
    pub async fn raise_till(
        &self,
        agent: &Agent,
        what: Raised,
        place: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        raise(&mut transaction, agent, what, place, at).await?;
        transaction.commit().await.map_err(StoreError::failed("raise an alarm"))
    }

    /// What was raised about this merchant's tills, newest first.
    pub async fn till_alarms(&self, scope: &MerchantScope, limit: u32) -> Result<Vec<TillAlarm>, StoreError> {
        let text = "SELECT till, agent, at, what, place FROM till_alarms WHERE merchant = $1 \
                    ORDER BY no DESC LIMIT $2";
        let rows: Vec<(String, String, i64, String, String)> = query_as(text)
            .bind(scope.text())
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read alarms"))?;
        let alarm = |(till, agent, at, what, place): (String, String, i64, String, String)| {
            let at = Timestamp::from_micros(at);
            Ok(TillAlarm { till: till.parse()?, agent: agent.parse()?, at, what, place })
        };
        rows.into_iter().map(alarm).collect()
    }

    /// What tills' journals say about an attempt, in the order in which it was taken in.
    pub async fn evidence(
        &self,
        scope: &MerchantScope,
        attempt: PaymentId,
    ) -> Result<Vec<Evidence>, StoreError> {
        let text = "SELECT agent, body FROM till_entries WHERE merchant = $1 AND payment = $2 \
                    ORDER BY received_at, segment, seq";
        let rows: Vec<(String, String)> = query_as(text)
            .bind(scope.text())
            .bind(attempt.to_string())
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read a till's evidence"))?;
        let evidence = |(agent, body): (String, String)| {
            let record = Record::read(&body);
            let record = record.ok_or_else(|| StoreError::Unreadable("an entry of a till".to_owned()))?;
            Ok(Evidence { agent: agent.parse()?, record })
        };
        rows.into_iter().map(evidence).collect()
    }

    /// How many entries of a till are held.
    pub async fn entries_held(&self, scope: &MerchantScope, till: TillId) -> Result<u64, StoreError> {
        let count: i64 = query_scalar("SELECT count(*) FROM till_entries WHERE merchant = $1 AND till = $2")
            .bind(scope.text())
            .bind(till.to_string())
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("count a till's entries"))?;
        Ok(count.unsigned_abs())
    }
}

const STAND: &str = "SELECT fence, agent, since FROM till_fences WHERE till = $1";
const AGENT_OF_KEY: &str =
    "SELECT id, merchant, till, name, api_key, prints, beat, seen_at FROM till_agents WHERE api_key = $1";
const AGENTS_OF_TILL: &str = "SELECT id, merchant, till, name, api_key, prints, beat, seen_at FROM till_agents \
                              WHERE merchant = $1 AND till = $2 ORDER BY created, id";

async fn stand_in(connection: &mut Connection, till: TillId) -> Result<Option<Stand>, StoreError> {
    let row: Option<(i64, String, i64)> = query_as(STAND)
        .bind(till.to_string())
        .fetch_optional(connection)
        .await
        .map_err(StoreError::failed("read a till's fence"))?;
    row.map(stand_of).transpose()
}

fn stand_of((fence, agent, since): (i64, String, i64)) -> Result<Stand, StoreError> {
    let since = Timestamp::from_micros(since);
    Ok(Stand { fence: fence.unsigned_abs(), agent: agent.parse()?, since })
}

async fn held(connection: &mut Connection, till: TillId, entry: &Entry) -> Result<Held, StoreError> {
    let failed = StoreError::failed("read a till's journal");
    let text = "SELECT seq, hash FROM till_entries WHERE till = $1 AND segment = $2 AND seq IN ($3, $4)";
    let near: Vec<(i64, String)> = query_as(text)
        .bind(till.to_string())
        .bind(entry.segment.to_string())
        .bind(signed(entry.seq))
        .bind(signed(entry.seq) - 1)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let here = |seq: u64| near.iter().filter(move |(at, _)| at.unsigned_abs() == seq);
    Ok(Held {
        itself: here(entry.seq).any(|(_, hash)| *hash == entry.hash.to_string()),
        other: here(entry.seq).any(|(_, hash)| *hash != entry.hash.to_string()),
        previous: entry.seq == 1 || here(entry.seq - 1).any(|(_, hash)| *hash == entry.prev.to_string()),
        last: last(connection, till, entry.segment).await?,
    })
}

async fn known(
    connection: &mut Connection,
    till: TillId,
    segment: SegmentId,
    head: Head,
) -> Result<Known, StoreError> {
    let text = "SELECT hash FROM till_entries WHERE till = $1 AND segment = $2 AND seq = $3";
    let hashes: Vec<String> = query_scalar(text)
        .bind(till.to_string())
        .bind(segment.to_string())
        .bind(signed(head.seq))
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::failed("read a till's journal"))?;
    let hashes = hashes.iter().map(|hash| read_hash(hash)).collect::<Result<Vec<_>, _>>()?;
    Ok(Known { told_head: hashes.contains(&head.hash), last: last(connection, till, segment).await? })
}

async fn last(connection: &mut Connection, till: TillId, segment: SegmentId) -> Result<u64, StoreError> {
    let text = "SELECT coalesce(max(seq), 0) FROM till_entries WHERE till = $1 AND segment = $2";
    let last: i64 = query_scalar(text)
        .bind(till.to_string())
        .bind(segment.to_string())
        .fetch_one(connection)
        .await
        .map_err(StoreError::failed("read a till's journal"))?;
    Ok(last.unsigned_abs())
}

async fn insert(
    connection: &mut Connection,
    agent: &Agent,
    entry: &Entry,
    at: Timestamp,
) -> Result<(), StoreError> {
    let record = Record::read(&entry.body);
    let payment = match record {
        Some(Record::Fact { payment, merchant, .. }) if merchant == agent.merchant => {
            Some(payment.to_string())
        }
        _ => None,
    };
    query(
        "INSERT INTO till_entries (till, segment, seq, hash, prev, merchant, agent, payment, body, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(agent.till.to_string())
    .bind(entry.segment.to_string())
    .bind(signed(entry.seq))
    .bind(entry.hash.to_string())
    .bind(entry.prev.to_string())
    .bind(agent.merchant.to_string())
    .bind(agent.id.to_string())
    .bind(payment)
    .bind(entry.body.clone())
    .bind(at.as_micros())
    .execute(connection)
    .await
    .map_err(StoreError::failed("take in a till's entry"))?;
    Ok(())
}

async fn raise(
    connection: &mut Connection,
    agent: &Agent,
    what: Raised,
    place: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO till_alarms (merchant, till, agent, at, what, place) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (till, what, place) DO NOTHING",
    )
    .bind(agent.merchant.to_string())
    .bind(agent.till.to_string())
    .bind(agent.id.to_string())
    .bind(at.as_micros())
    .bind(what.code())
    .bind(place.to_owned())
    .execute(connection)
    .await
    .map_err(StoreError::failed("raise an alarm"))?;
    Ok(())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

struct AgentRow {
    id: String,
    merchant: String,
    till: String,
    name: String,
    api_key: String,
    prints: bool,
    beat: i64,
    seen_at: i64,
}

from_columns!(AgentRow { id, merchant, till, name, api_key, prints, beat, seen_at });

impl TryFrom<AgentRow> for Agent {
    type Error = StoreError;
    fn try_from(row: AgentRow) -> Result<Agent, StoreError> {
        Ok(Agent {
            id: row.id.parse()?,
            merchant: row.merchant.parse()?,
            till: row.till.parse()?,
            name: row.name,
            key: row.api_key.parse()?,
            prints: row.prints,
            beat: row.beat.unsigned_abs(),
            seen_at: Timestamp::from_micros(row.seen_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;
    use crate::{Merchant, Role, Shop, Till};
    use base::StoreId;
    use engine::{Batch, Change, Row};
    use journal::{Opening, Why};
    use payment::{Fact, Method, Next, Policy, Request};

    const SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(1));
    const TILL: TillId = TillId::from_u128(3);
    const SEGMENT: SegmentId = SegmentId::from_u128(0x5e);
    const AT: Timestamp = Timestamp::from_micros(1_795_400_000_000_000);
    const BY: By<'static> = By { actor: "test", at: AT };

    async fn world() -> (Folder, Store) {
        let folder = Folder::new();
        let store = folder.open().await.expect("an empty database");
        let (people, shop) = (store.people(), StoreId::from_u128(2));
        people.create_merchant(&Merchant { id: SHOP.0, name: "shop".into() }, BY).await.expect("new");
        people.create_store(&Shop { id: shop, merchant: SHOP.0, name: "one".into() }, BY).await.expect("new");
        let till = Till { id: TILL, merchant: SHOP.0, store: shop, name: "1".into() };
        people.create_till(&till, BY).await.expect("new");
        (folder, store)
    }

    async fn paired(store: &Store, number: u128) -> (Agent, Stand) {
        let key = NewApiKey {
            id: StaffId::from_u128(number),
            merchant: SHOP.0,
            till: Some(TILL),
            name: format!("device {number}"),
            role: Role::Till,
            key_hash: format!("hash {number}"),
            hint: "hint".into(),
        };
        let agent = NewAgent { id: AgentId::from_u128(number), name: key.name.clone(), prints: false, key };
        let stand = store.pair(&agent, TILL, BY).await.expect("paired");
        let found = store.agent_of_key(agent.key.id).await.expect("read").expect("known");
        (found, stand)
    }

    fn entries(count: u64) -> Vec<Entry> {
        let mut chain = Chain::begin(TILL, SEGMENT);
        let agent = AgentId::from_u128(7);
        let opening = Opening { agent, fence: 1, why: Why::First, after: None };
        let open = chain.append(Record::Open(opening).write());
        let fact = |n| format!("fact {} {n} {} 5 {{}}", PaymentId::from_u128(9), SHOP.0);
        std::iter::once(open).chain((1..count).map(|n| chain.append(fact(n)))).collect()
    }

    #[tokio::test]
    async fn a_pairing_code_works_once_and_not_for_ever() {
        let (_folder, store) = world().await;
        let later = AT + std::time::Duration::from_secs(60);
        store.keep_pairing_code("a", (SHOP.0, TILL), later, AT).await.expect("kept");
        assert_eq!(store.spend_pairing_code("b", AT).await.expect("read"), None);
        assert_eq!(store.spend_pairing_code("a", AT).await.expect("read"), Some((SHOP.0, TILL)));
        assert_eq!(store.spend_pairing_code("a", AT).await.expect("read"), None);
        store.keep_pairing_code("c", (SHOP.0, TILL), later, AT).await.expect("kept");
        assert_eq!(store.spend_pairing_code("c", later).await.expect("read"), None);
    }

    #[tokio::test]
    async fn one_device_stands_for_a_till_and_the_fence_grows() {
        let (_folder, store) = world().await;
        let (first, stand) = paired(&store, 0xa).await;
        assert_eq!((stand.agent, stand.fence), (first.id, 1));
        let (spare, stand) = paired(&store, 0xb).await;
        assert_eq!((stand.agent, stand.fence), (first.id, 1), "a second device is a spare");
        let beat = Beat { prints: false, head: None };
        store.till_beat(&first, beat, AT).await.expect("alive");
        let silent = store.take_over(&spare, 1, Some(first.beat), AT).await.expect("asked");
        assert_eq!(silent, None, "it has given a sign of life since");
        assert_eq!(store.take_over(&spare, 7, None, AT).await.expect("asked"), None, "another fence");
        let stand = store.take_over(&spare, 1, Some(first.beat + 1), AT).await.expect("asked");
        assert_eq!(stand.map(|stand| (stand.agent, stand.fence)), Some((spare.id, 2)));
        let again = store.take_over(&first, 1, None, AT).await.expect("asked");
        assert_eq!(again, None, "the old fence takes nothing");
    }

    #[tokio::test]
    async fn entries_come_in_once_in_order_and_forks_and_rollbacks_are_raised() {
        let (_folder, store) = world().await;
        let (agent, _) = paired(&store, 0xa).await;
        let all = entries(5);
        let offer = |some: Vec<Entry>| {
            let (store, agent) = (store.clone(), agent.clone());
            async move { store.take_entries(&agent, &some, AT).await.expect("taken") }
        };
        let gap = offer(all[2..].to_vec()).await;
        assert_eq!(gap.refused, Some((3, Flaw::Gap { expected: 1, found: 3 })));
        assert_eq!(offer(all[..3].to_vec()).await, Offered { taken: 3, known: 0, refused: None });
        assert_eq!(offer(all.clone()).await, Offered { taken: 2, known: 3, refused: None });
        let edited = Entry { body: all[4].body.replace('5', "6"), ..all[4].clone() };
        assert_eq!(offer(vec![edited]).await.refused, Some((5, Flaw::Edited { seq: 5 })));
        assert_eq!(store.entries_held(&SHOP, TILL).await.expect("counted"), 5);

        let head = |entry: &Entry| Some((SEGMENT, Head { seq: entry.seq, hash: entry.hash }));
        let set_back = Beat { prints: false, head: head(&all[2]) };
        let standing = store.till_beat(&agent, set_back, AT).await.expect("alive");
        assert_eq!(standing, Standing::RolledBack { held: 5 });
        let mut chain = Chain::at(TILL, SEGMENT, Head { seq: 3, hash: all[2].hash });
        let other = chain.append(all[3].body.replace(" 5 ", " 8 "));
        assert_eq!(offer(vec![other.clone()]).await, Offered { taken: 1, known: 0, refused: None });
        let raised = store.till_alarms(&SHOP, 10).await.expect("read");
        let raised: Vec<&str> = raised.iter().map(|alarm| alarm.what.as_str()).collect();
        assert_eq!(raised, ["fork", "rollback"]);
        let forked = Beat { prints: false, head: head(&other) };
        let standing = store.till_beat(&agent, forked, AT).await.expect("alive");
        assert_eq!(standing, Standing::RolledBack { held: 5 });
        assert_eq!(store.entries_held(&SHOP, TILL).await.expect("counted"), 6, "nothing is thrown away");
    }

    /// The facts of a sale that nobody could send.
    fn sale(number: u128) -> Batch {
        let request = Request {
            id: PaymentId::from_u128(number),
            merchant: SHOP.0,
            store: StoreId::from_u128(2),
            till: TILL,
            cashier: String::new(),
            key: format!("k-{number}"),
            content: [0; 32],
            amount: base::Money::cny(100),
            channel: base::ChannelId::from_u128(4),
            routed: None,
            wallet: "blue".into(),
            wallet_name: base::Text::new("蓝", "Blue"),
            method: Method::ShownQr,
            description: String::new(),
            reference: String::new(),
            part: None,
            installments: None,
        };
        let first = payment::Entry { at: AT, fact: Fact::Requested(request.into()) };
        let look = payment::Entry { at: AT, fact: Fact::LookRequested { by: "a\nb".into() } };
        let payment = payment::fold(&[first.clone(), look.clone()]);
        let next: Next = payment::next(&payment, &Policy::default(), AT);
        let id = payment.request.id;
        Batch {
            rows: vec![Row { payment: id, seq: 1, entry: first }, Row { payment: id, seq: 2, entry: look }],
            changes: vec![Change { payment: payment.into(), next, due: Some(AT), became: None }],
            ..Batch::default()
        }
    }

    #[tokio::test]
    async fn facts_and_their_entries_are_durable_together_or_not_at_all() {
        let (_folder, store) = world().await;
        let opening = Opening { agent: AgentId::from_u128(7), fence: 1, why: Why::First, after: None };
        store.open_segment(TILL, SEGMENT, &opening).await.expect("opened");
        store.commit(&sale(1), AT).await.expect("durable");
        store.commit(&sale(1), AT).await.expect_err("these facts are there");
        store.commit(&sale(2), AT).await.expect("durable");
        let written = store.journal(0, 100).await.expect("read");
        let mut chain = Chain::begin(TILL, SEGMENT);
        for numbered in &written {
            chain.follow(&numbered.entry).expect("whole");
        }
        assert_eq!((written.len(), chain.head().seq), (5, 5));
        assert_eq!(store.facts_without_entry().await.expect("counted"), 0);
        let (id, place, fact) =
            crate::fact_of(&Record::read(&written[2].entry.body).expect("a line")).expect("a fact");
        assert_eq!((id, place), (PaymentId::from_u128(1), 2));
        assert_eq!(fact.fact, Fact::LookRequested { by: "a\nb".into() });
        query("UPDATE facts SET body = 'x' WHERE seq = 2 AND payment = $1")
            .bind(PaymentId::from_u128(1).to_string())
            .execute(crate::sql::On::Write(store.read()))
            .await
            .expect("changed behind our back");
        let changed = store.journal(0, 100).await.expect("read");
        let mut chain = Chain::begin(TILL, SEGMENT);
        let flaw = changed.iter().find_map(|numbered| chain.follow(&numbered.entry).err());
        assert_eq!(flaw, Some(Flaw::Edited { seq: 3 }));
    }
}
