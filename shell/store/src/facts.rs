//! Facts: added, never changed; and how the engine gets them back.

use crate::insert::{Columns, Insert};
use crate::sql::{Kind, QueryBuilder, query_as};
use crate::{MerchantScope, Store, StoreError, stored};
use base::{MerchantId, PaymentId, Timestamp};
use engine::lease::Fence;
use engine::{Row, Which};
use payment::{Entry, Fact};
use std::collections::BTreeMap;

const COLUMNS: Columns = &[
    ("payment", Kind::Text),
    ("seq", Kind::Int),
    ("merchant", Kind::Text),
    ("at", Kind::Int),
    ("body", Kind::Text),
];
/// Payments looked up by one statement.
const LOOK_UP_MAX: usize = 1_000;

/// What a server finds when it looks up a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is none.
    Nothing,
    /// Its facts; this server may drive it.
    Here(Vec<Entry>),
    /// Its facts; another server drives it.
    Elsewhere {
        /// The facts, for reading alone.
        entries: Vec<Entry>,
        /// Who drives it.
        holder: Fence,
    },
}

impl Store {
    /// The facts of each payment asked for, in the order asked; nothing where there is no such payment.
    /// For the engine alone: it knows no scope and checks the merchant itself.
    pub async fn load(&self, wanted: &[Which]) -> Result<Vec<(Which, Option<Vec<Entry>>)>, StoreError> {
        let keys: Vec<(&MerchantId, &String)> = wanted
            .iter()
            .filter_map(|which| match which {
                Which::Key(merchant, key) => Some((merchant, key)),
                Which::Id(_) => None,
            })
            .collect();
        let by_key = self.ids_of_keys(&keys).await?;
        let id_of = |which: &Which| match which {
            Which::Id(id) => Some(*id),
            Which::Key(merchant, key) => by_key.get(&(merchant.to_string(), key.clone())).copied(),
        };
        let mut ids: Vec<PaymentId> = wanted.iter().filter_map(id_of).collect();
        ids.sort_unstable();
        ids.dedup();
        let entries = self.entries_of(&ids).await?;
        let found = |which: &Which| id_of(which).and_then(|id| entries.get(&id).cloned());
        Ok(wanted.iter().map(|which| (which.clone(), found(which))).collect())
    }

    /// The same for a server that shares the database: what another server drives is marked as such.
    pub async fn load_as(&self, me: Fence, wanted: &[Which]) -> Result<Vec<(Which, Found)>, StoreError> {
        let loaded = self.load(wanted).await?;
        let id = |entries: &Vec<Entry>| match entries.first().map(|first| &first.fact) {
            Some(Fact::Requested(request)) => Some(request.id),
            _ => None,
        };
        let ids: Vec<PaymentId> =
            loaded.iter().filter_map(|(_, entries)| entries.as_ref().and_then(id)).collect();
        let elsewhere = if self.is_shared() { self.held_elsewhere(me, &ids).await? } else { BTreeMap::new() };
        let found = |entries: Option<Vec<Entry>>| match entries {
            None => Found::Nothing,
            Some(entries) => match id(&entries).and_then(|id| elsewhere.get(&id)) {
                Some(holder) => Found::Elsewhere { entries, holder: *holder },
                None => Found::Here(entries),
            },
        };
        Ok(loaded.into_iter().map(|(which, entries)| (which, found(entries))).collect())
    }

    /// The facts of one payment of this merchant, oldest first; nothing if it has no such payment.
    pub async fn payment_entries(
        &self,
        scope: &MerchantScope,
        id: PaymentId,
    ) -> Result<Option<Vec<Entry>>, StoreError> {
        let text = "SELECT at, body FROM facts WHERE payment = $1 AND merchant = $2 ORDER BY seq";
        let rows: Vec<(i64, String)> = query_as(text)
            .bind(id.to_string())
            .bind(scope.text())
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read a payment's facts"))?;
        let entries = rows.iter().map(|(at, body)| read_entry(*at, body)).collect::<Result<Vec<_>, _>>()?;
        Ok((!entries.is_empty()).then_some(entries))
    }

    /// The facts of the payment that this merchant asked for with this key; nothing if no such request is durable.
    pub async fn payment_of_key(
        &self,
        scope: &MerchantScope,
        key: &str,
    ) -> Result<Option<Vec<Entry>>, StoreError> {
        let key = key.to_owned();
        let found = self.ids_of_keys(&[(&scope.0, &key)]).await?.into_values().next();
        match found {
            Some(id) => self.payment_entries(scope, id).await,
            None => Ok(None),
        }
    }

    /// The facts of many payments. The ids come from a query that had a scope, or from the engine.
    pub(crate) async fn entries_of(
        &self,
        ids: &[PaymentId],
    ) -> Result<BTreeMap<PaymentId, Vec<Entry>>, StoreError> {
        let mut found: BTreeMap<PaymentId, Vec<Entry>> = BTreeMap::new();
        for some in ids.chunks(LOOK_UP_MAX) {
            let mut query = QueryBuilder::new("SELECT payment, at, body FROM facts WHERE payment IN (");
            let mut list = query.separated(", ");
            some.iter().for_each(|id| {
                list.push_bind(id.to_string());
            });
            query.push(") ORDER BY payment, seq");
            let rows: Vec<(String, i64, String)> = query
                .build_query_as()
                .persistent(some.len() == 1)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read facts"))?;
            for (payment, at, body) in rows {
                found.entry(payment.parse()?).or_default().push(read_entry(at, &body)?);
            }
        }
        Ok(found)
    }

    async fn ids_of_keys(
        &self,
        keys: &[(&MerchantId, &String)],
    ) -> Result<BTreeMap<(String, String), PaymentId>, StoreError> {
        let mut found = BTreeMap::new();
        for some in keys.chunks(LOOK_UP_MAX) {
            let mut query =
                QueryBuilder::new("SELECT merchant, key, id FROM payments WHERE (merchant, key) IN (");
            query.push_values(some, |row, (merchant, key)| {
                row.push_bind(merchant.to_string()).push_bind(key.as_str());
            });
            query.push(")");
            let rows: Vec<(String, String, String)> = query
                .build_query_as()
                .persistent(some.len() == 1)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("look up keys"))?;
            for (merchant, key, id) in rows {
                found.insert((merchant, key), id.parse()?);
            }
        }
        Ok(found)
    }
}

/// Adds facts. A place that is taken (another server drove the same payment) fails the whole transaction.
pub(crate) fn append(rows: &[Row], owners: &BTreeMap<PaymentId, MerchantId>) -> Insert {
    let mut facts = Insert::new("facts", COLUMNS, "");
    for row in rows {
        let owner = owners.get(&row.payment).expect("a payment with a new fact is among the changes");
        facts.row([
            row.payment.to_string().into(),
            i64::from(row.seq).into(),
            owner.to_string().into(),
            row.entry.at.as_micros().into(),
            stored::write(&row.entry.fact).into(),
        ]);
    }
    facts
}

fn read_entry(at: i64, body: &str) -> Result<Entry, StoreError> {
    let fact = stored::read(body).map_err(|why| StoreError::Unreadable(format!("a fact: {why}")))?;
    Ok(Entry { at: Timestamp::from_micros(at), fact })
}
