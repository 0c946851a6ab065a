//! Systems of merchants that are told what became of payments: which there are, what each is still to be told, and
//! what it answered. How far the outbox was turned into messages is kept in the transaction that makes them, so that a
//! crash loses none and repeats none.

use crate::followers::follow;
use crate::people::{By, PeopleError, record};
use crate::sql::{Connection, QueryBuilder, from_columns, query, query_as};
use crate::{EventId, MerchantScope, Store, StoreError};
use base::{MerchantId, PaymentId, Timestamp, WebhookId, Zone};

/// A merchant's system that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose payments it is told of.
    pub merchant: MerchantId,
    /// Where messages are sent.
    pub url: String,
    /// The kinds it wants, by their names.
    pub kinds: Vec<String>,
    /// The secret that signs, sealed by the caller.
    pub sealed: String,
    /// The secret before it, which signs as well until [`Webhook::before_until`].
    pub sealed_before: Option<String>,
    /// Until when.
    pub before_until: Timestamp,
    /// When it was registered.
    pub created: Timestamp,
    /// Since when it is told, without a pause; nothing that was learnt before.
    pub told_from: Timestamp,
    /// Since when it is told no more.
    pub disabled: Option<Timestamp>,
    /// Why not, if not a person wanted it so.
    pub why: String,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It is to be sent, now or later.
    Waiting,
    /// It was taken.
    Delivered,
    /// It was given up after many tries, until a person sends it again.
    Parked,
}

/// One thing to tell one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number, in the order in which messages are sent.
    pub no: i64,
    /// To whom.
    pub webhook: WebhookId,
    /// About which payment; nothing for a test.
    pub payment: Option<PaymentId>,
    /// The payment's fact that it is about.
    pub version: u32,
    /// What kind of news.
    pub kind: String,
    /// Which refund, or what tells tests apart; empty otherwise.
    pub subject: String,
    /// When what it tells was learnt.
    pub at: Timestamp,
    /// How far it is.
    pub state: MessageState,
    /// Since when it is to be sent.
    pub since: Timestamp,
    /// How often it was sent.
    pub tries: u32,
    /// When it is to be sent next.
    pub due_at: Timestamp,
    /// When it was last sent.
    pub tried_at: Option<Timestamp>,
    /// The last answer's HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What the last answer said, or why there was none.
    pub answer: String,
}

/// A message to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// To whom.
    pub webhook: WebhookId,
    /// Whose payment.
    pub merchant: MerchantId,
    /// About which payment; nothing for a test.
    pub payment: Option<PaymentId>,
    /// The payment's fact that it is about.
    pub version: u32,
    /// What kind of news.
    pub kind: String,
    /// Which refund, or what tells tests apart; empty otherwise.
    pub subject: String,
    /// When what it tells was learnt.
    pub at: Timestamp,
}

/// What a try to send a message came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// How far it is now.
    pub state: MessageState,
    /// When it is to be sent next.
    pub due_at: Timestamp,
    /// The answer's HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What it said, or why there was none.
    pub answer: String,
    /// When.
    pub at: Timestamp,
}

/// How much of what is open for a system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// To be sent.
    pub waiting: i64,
    /// Given up.
    pub parked: i64,
}

/// Which messages are sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// This one, whatever became of it.
    One(i64),
    /// All that were given up.
    Parked,
    /// All that were learnt since then, delivered ones too.
    Since(Timestamp),
}

impl std::fmt::Display for Again {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Again::One(no) => write!(f, "message {no}"),
            Again::Parked => write!(f, "parked"),
            Again::Since(at) => write!(f, "since {}", at.rfc3339(Zone::CHINA)),
        }
    }
}

impl MessageState {
    /// Its name for programs. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            MessageState::Waiting => "waiting",
            MessageState::Delivered => "delivered",
            MessageState::Parked => "parked",
        }
    }

    /// The state of this name.
    pub fn from_code(code: &str) -> Option<MessageState> {
        [MessageState::Waiting, MessageState::Delivered, MessageState::Parked]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// Who turns events into messages.
const FOLLOWER: &str = "webhooks";

const WEBHOOK: &str = "SELECT id, merchant, url, kinds, sealed, sealed_before, before_until, created, \
     told_from, disabled, why FROM webhooks";
const MESSAGE: &str = "SELECT no, webhook, payment, version, kind, subject, at, state, since, tries, due_at, tried_at, \
     status, answer FROM webhook_messages";

impl Store {
    /// Adds a system; refused as `AlreadyThere` if the merchant has one at this address.
    pub async fn create_webhook(&self, webhook: &Webhook, by: By<'_>) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO webhooks (id, merchant, url, kinds, sealed, before_until, created, told_from, why) \
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7, '')",
        )
        .bind(webhook.id.to_string())
        .bind(webhook.merchant.to_string())
        .bind(webhook.url.clone())
        .bind(webhook.kinds.join(","))
        .bind(webhook.sealed.clone())
        .bind(webhook.created.as_micros())
        .bind(webhook.told_from.as_micros())
        .execute(&mut *tx)
        .await
        .map_err(PeopleError::refused)?;
        let subject = webhook.id.to_string();
        record(&mut tx, webhook.merchant, by, "webhook.created", &subject, &webhook.url).await?;
        Ok(tx.commit().await.map_err(StoreError::failed("record a change"))?)
    }

    /// Stores what may change about a system, with its audit row; false if the merchant has no such system.
    pub async fn change_webhook(
        &self,
        webhook: &Webhook,
        action: &'static str,
        by: By<'_>,
    ) -> Result<bool, PeopleError> {
        let mut tx = self.begin().await?;
        let changed = query(
            "UPDATE webhooks SET url = $3, kinds = $4, sealed = $5, sealed_before = $6, before_until = $7, \
             disabled = $8, why = $9, told_from = $10 WHERE id = $1 AND merchant = $2",
        )
        .bind(webhook.id.to_string())
        .bind(webhook.merchant.to_string())
        .bind(webhook.url.clone())
        .bind(webhook.kinds.join(","))
        .bind(webhook.sealed.clone())
        .bind(webhook.sealed_before.clone())
        .bind(webhook.before_until.as_micros())
        .bind(webhook.disabled.map(Timestamp::as_micros))
        .bind(webhook.why.clone())
        .bind(webhook.told_from.as_micros())
        .execute(&mut *tx)
        .await
        .map_err(PeopleError::refused)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        let subject = webhook.id.to_string();
        record(&mut tx, webhook.merchant, by, action, &subject, &webhook.url).await?;
        tx.commit().await.map_err(StoreError::failed("record a change"))?;
        Ok(true)
    }

    /// Forgets a system with all that was or was to be sent to it, and keeps the audit row; false if the merchant has no
    /// such system.
    pub async fn remove_webhook(
        &self,
        scope: &MerchantScope,
        webhook: WebhookId,
        by: By<'_>,
    ) -> Result<bool, PeopleError> {
        let doing = "remove a webhook";
        let mut tx = self.begin().await?;
        let Some(url) = address(&mut tx, scope, webhook).await? else { return Ok(false) };
        for text in ["DELETE FROM webhook_messages WHERE webhook = $1", "DELETE FROM webhooks WHERE id = $1"]
        {
            query(text)
                .bind(webhook.to_string())
                .execute(&mut *tx)
                .await
                .map_err(StoreError::failed(doing))?;
        }
        record(&mut tx, scope.0, by, "webhook.removed", &webhook.to_string(), &url).await?;
        tx.commit().await.map_err(StoreError::failed(doing))?;
        Ok(true)
    }

    /// A merchant's systems, oldest first.
    pub async fn webhooks(&self, scope: &MerchantScope) -> Result<Vec<Webhook>, StoreError> {
        let rows: Vec<WebhookRow> = query_as(format!("{WEBHOOK} WHERE merchant = $1 ORDER BY created, id"))
            .bind(scope.text())
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read webhooks"))?;
        rows.into_iter().map(Webhook::try_from).collect()
    }

    /// Every merchant's systems that are told: for whoever sends.
    pub async fn told_webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows: Vec<WebhookRow> = query_as(format!("{WEBHOOK} WHERE disabled IS NULL ORDER BY id"))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read webhooks"))?;
        rows.into_iter().map(Webhook::try_from).collect()
    }

    /// Up to which event everything to be told has become messages.
    pub async fn spread_to(&self) -> Result<EventId, StoreError> {
        Ok(self.followed(FOLLOWER).await?.unwrap_or_default())
    }

    /// Keeps messages and that everything up to `event` has become messages, in one transaction. A message that is
    /// there already stays as it is.
    pub async fn spread(
        &self,
        messages: &[NewMessage],
        event: EventId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        insert(&mut tx, messages, now).await?;
        follow(&mut tx, FOLLOWER, event).await?;
        tx.commit().await.map_err(StoreError::failed("keep messages for webhooks"))
    }

    /// Keeps one message that no event has brought.
    pub async fn queue_message(&self, message: &NewMessage, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        insert(&mut tx, std::slice::from_ref(message), now).await?;
        tx.commit().await.map_err(StoreError::failed("keep messages for webhooks"))
    }

    /// The systems for which something is to be sent at `now`.
    pub async fn webhooks_with_due(&self, now: Timestamp) -> Result<Vec<WebhookId>, StoreError> {
        let rows: Vec<(String,)> = query_as(
            "SELECT DISTINCT m.webhook FROM webhook_messages m JOIN webhooks w ON w.id = m.webhook \
             WHERE m.state = 'waiting' AND m.due_at <= $1 AND w.disabled IS NULL",
        )
        .bind(now.as_micros())
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("read what is to be sent"))?;
        Ok(rows.iter().map(|(id,)| id.parse()).collect::<Result<_, _>>()?)
    }

    /// What is to be sent to one system at `now`, oldest first: of each payment only what comes first, so that what
    /// is told of one payment stays in order.
    pub async fn due_messages(
        &self,
        webhook: WebhookId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let text = format!(
            "{MESSAGE} m WHERE m.webhook = $1 AND m.state = 'waiting' AND m.due_at <= $2 AND NOT EXISTS \
             (SELECT 1 FROM webhook_messages e WHERE e.webhook = m.webhook AND e.payment = m.payment \
             AND e.state = 'waiting' AND e.no < m.no) ORDER BY m.no LIMIT $3"
        );
        let rows: Vec<MessageRow> = query_as(text)
            .bind(webhook.to_string())
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read what is to be sent"))?;
        rows.into_iter().map(Message::try_from).collect()
    }

    /// Records what a try came to.
    pub async fn tried(&self, no: i64, tried: &Tried) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "UPDATE webhook_messages SET state = $2, due_at = $3, status = $4, answer = $5, tried_at = $6, \
             tries = tries + 1 WHERE no = $1 AND state = 'waiting'",
        )
        .bind(no)
        .bind(tried.state.code())
        .bind(tried.due_at.as_micros())
        .bind(tried.status.map(i64::from))
        .bind(tried.answer.clone())
        .bind(tried.at.as_micros())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::failed("record an answer"))?;
        tx.commit().await.map_err(StoreError::failed("record an answer"))
    }

    /// Lets messages be sent once more and records who wanted it; gives how many, and records nothing if it is none.
    pub async fn send_again(
        &self,
        scope: &MerchantScope,
        webhook: WebhookId,
        which: Again,
        by: By<'_>,
    ) -> Result<u64, StoreError> {
        let doing = "send messages again";
        let mut again =
            QueryBuilder::new("UPDATE webhook_messages SET state = 'waiting', tries = 0, since = ");
        again.push_bind(by.at.as_micros()).push(", due_at = ").push_bind(by.at.as_micros());
        again.push(" WHERE webhook = ").push_bind(webhook.to_string());
        again.push(" AND merchant = ").push_bind(scope.text());
        match which {
            Again::One(no) => again.push(" AND no = ").push_bind(no),
            Again::Parked => again.push(" AND state = 'parked'"),
            Again::Since(at) => again.push(" AND at >= ").push_bind(at.as_micros()),
        };
        let mut tx = self.begin().await?;
        let done = again.build().execute(&mut *tx).await.map_err(StoreError::failed(doing))?;
        let count = done.rows_affected();
        if count > 0 {
            let url = address(&mut tx, scope, webhook).await?.unwrap_or_default();
            let detail = format!("{url}\n{which}: {count}");
            record(&mut tx, scope.0, by, "webhook.replayed", &webhook.to_string(), &detail).await?;
        }
        tx.commit().await.map_err(StoreError::failed(doing))?;
        Ok(count)
    }

    /// A system's messages, newest first, before this number.
    pub async fn messages(
        &self,
        scope: &MerchantScope,
        webhook: WebhookId,
        state: Option<MessageState>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let mut list = QueryBuilder::new(MESSAGE);
        list.push(" WHERE webhook = ").push_bind(webhook.to_string());
        list.push(" AND merchant = ").push_bind(scope.text());
        if let Some(state) = state {
            list.push(" AND state = ").push_bind(state.code());
        }
        if let Some(before) = before {
            list.push(" AND no < ").push_bind(before);
        }
        list.push(" ORDER BY no DESC LIMIT ").push_bind(i64::from(limit));
        let rows: Vec<MessageRow> = list
            .build_query_as()
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list messages"))?;
        rows.into_iter().map(Message::try_from).collect()
    }

    /// How much is open for a system.
    pub async fn backlog(&self, webhook: WebhookId) -> Result<Backlog, StoreError> {
        let rows: Vec<(String, i64)> = query_as(
            "SELECT state, count(*) FROM webhook_messages WHERE webhook = $1 AND state <> 'delivered' GROUP BY state",
        )
        .bind(webhook.to_string())
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("count messages"))?;
        let count = |state: MessageState| {
            rows.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, count)| *count)
        };
        Ok(Backlog { waiting: count(MessageState::Waiting), parked: count(MessageState::Parked) })
    }

    /// Drops at most `limit` messages that were delivered before then; gives how many.
    pub async fn drop_messages(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM webhook_messages WHERE no IN (SELECT no FROM webhook_messages \
                    WHERE state = 'delivered' AND at < $1 ORDER BY no LIMIT $2)";
        let dropped = query(text)
            .bind(before.as_micros())
            .bind(i64::from(limit))
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("drop old messages"))?;
        tx.commit().await.map_err(StoreError::failed("drop old messages"))?;
        Ok(dropped.rows_affected())
    }
}

/// Where a merchant's system is told; nothing if the merchant has no such system.
async fn address(
    tx: &mut Connection,
    scope: &MerchantScope,
    webhook: WebhookId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = query_as("SELECT url FROM webhooks WHERE id = $1 AND merchant = $2")
        .bind(webhook.to_string())
        .bind(scope.text())
        .fetch_optional(tx)
        .await
        .map_err(StoreError::failed("read webhooks"))?;
    Ok(row.map(|(url,)| url))
}

async fn insert(tx: &mut Connection, messages: &[NewMessage], now: Timestamp) -> Result<(), StoreError> {
    for some in messages.chunks(500) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO webhook_messages (webhook, merchant, payment, version, kind, subject, at, state, since, \
             tries, due_at, answer) ",
        );
        insert.push_values(some, |row, message| {
            row.push_bind(message.webhook.to_string())
                .push_bind(message.merchant.to_string())
                .push_bind(message.payment.map_or(String::new(), |id| id.to_string()))
                .push_bind(i64::from(message.version))
                .push_bind(message.kind.clone())
                .push_bind(message.subject.clone())
                .push_bind(message.at.as_micros())
                .push_bind("waiting")
                .push_bind(now.as_micros())
                .push_bind(0_i64)
                .push_bind(now.as_micros())
                .push_bind("");
        });
        insert.push(" ON CONFLICT (webhook, payment, version, kind, subject) DO NOTHING");
        let insert = insert.build().persistent(some.len() == 1);
        insert.execute(&mut *tx).await.map_err(StoreError::failed("keep messages for webhooks"))?;
    }
    Ok(())
}

struct WebhookRow {
    id: String,
    merchant: String,
    url: String,
    kinds: String,
    sealed: String,
    sealed_before: Option<String>,
    before_until: i64,
    created: i64,
    told_from: i64,
    disabled: Option<i64>,
    why: String,
}

from_columns!(WebhookRow {
    id,
    merchant,
    url,
    kinds,
    sealed,
    sealed_before,
    before_until,
    created,
    told_from,
    disabled,
    why,
});

impl TryFrom<WebhookRow> for Webhook {
    type Error = StoreError;
    fn try_from(row: WebhookRow) -> Result<Webhook, StoreError> {
        Ok(Webhook {
            id: row.id.parse()?,
            merchant: row.merchant.parse()?,
            url: row.url,
            kinds: row.kinds.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
            sealed: row.sealed,
            sealed_before: row.sealed_before,
            before_until: Timestamp::from_micros(row.before_until),
            created: Timestamp::from_micros(row.created),
            told_from: Timestamp::from_micros(row.told_from),
            disabled: row.disabled.map(Timestamp::from_micros),
            why: row.why,
        })
    }
}

struct MessageRow {
    no: i64,
    webhook: String,
    payment: String,
    version: i64,
    kind: String,
    subject: String,
    at: i64,
    state: String,
    since: i64,
    tries: i64,
    due_at: i64,
    tried_at: Option<i64>,
    status: Option<i64>,
    answer: String,
}

from_columns!(MessageRow {
    no,
    webhook,
    payment,
    version,
    kind,
    subject,
    at,
    state,
    since,
    tries,
    due_at,
    tried_at,
    status,
    answer,
});

impl TryFrom<MessageRow> for Message {
    type Error = StoreError;
    fn try_from(row: MessageRow) -> Result<Message, StoreError> {
        let state = MessageState::from_code(&row.state);
        let unreadable = || StoreError::Unreadable(format!("a message's state {:?}", row.state));
        Ok(Message {
            no: row.no,
            webhook: row.webhook.parse()?,
            payment: Some(row.payment).filter(|id| !id.is_empty()).map(|id| id.parse()).transpose()?,
            version: u32::try_from(row.version).unwrap_or(0),
            kind: row.kind,
            subject: row.subject,
            at: Timestamp::from_micros(row.at),
            state: state.ok_or_else(unreadable)?,
            since: Timestamp::from_micros(row.since),
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            due_at: Timestamp::from_micros(row.due_at),
            tried_at: row.tried_at.map(Timestamp::from_micros),
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            answer: row.answer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Merchant;
    use crate::folder::Folder;
    use std::time::Duration;

    const BY: By<'static> = By { actor: "test", at: Timestamp::from_micros(1) };
    const SHOP: MerchantId = MerchantId::from_u128(0x51);
    const START: Timestamp = Timestamp::from_micros(1_000_000);

    fn webhook(id: u128, url: &str) -> Webhook {
        Webhook {
            id: WebhookId::from_u128(id),
            merchant: SHOP,
            url: url.into(),
            kinds: vec!["payment.paid".into(), "refund.done".into()],
            sealed: "sealed".into(),
            sealed_before: None,
            before_until: Timestamp::from_micros(0),
            created: START,
            told_from: START,
            disabled: None,
            why: String::new(),
        }
    }

    fn message(payment: u128, version: u32) -> NewMessage {
        NewMessage {
            webhook: WebhookId::from_u128(1),
            merchant: SHOP,
            payment: Some(PaymentId::from_u128(payment)),
            version,
            kind: "payment.paid".into(),
            subject: String::new(),
            at: START,
        }
    }

    async fn shop(folder: &Folder) -> Store {
        let store = folder.open().await.expect("it opens");
        let merchant = Merchant { id: SHOP, name: "one".into() };
        store.people().create_merchant(&merchant, BY).await.expect("new");
        store.create_webhook(&webhook(1, "https://one.test/"), BY).await.expect("new");
        store
    }

    fn tried(state: MessageState, due: Timestamp) -> Tried {
        Tried { state, due_at: due, status: Some(500), answer: "no".into(), at: START }
    }

    async fn due(store: &Store, now: Timestamp) -> Vec<(u128, u32)> {
        let due = store.due_messages(WebhookId::from_u128(1), now, 9).await.expect("read");
        due.iter().map(|one| (one.payment.map_or(0, PaymentId::as_u128), one.version)).collect()
    }

    #[tokio::test]
    async fn a_webhook_is_kept_as_it_is_and_only_its_merchants() {
        let folder = Folder::new();
        let store = shop(&folder).await;
        let scope = MerchantScope(SHOP);
        assert_eq!(store.webhooks(&scope).await.expect("read"), [webhook(1, "https://one.test/")]);
        let again = store.create_webhook(&webhook(2, "https://one.test/"), BY).await;
        assert!(matches!(again, Err(PeopleError::AlreadyThere)), "{again:?}");
        let changed = Webhook {
            kinds: Vec::new(),
            sealed_before: Some("sealed".into()),
            sealed: "anew".into(),
            before_until: Timestamp::from_micros(7),
            disabled: Some(START),
            told_from: START + Duration::from_secs(7),
            why: "gone".into(),
            ..webhook(1, "https://two.test/")
        };
        assert!(store.change_webhook(&changed, "webhook.changed", BY).await.expect("changed"));
        assert_eq!(store.webhooks(&scope).await.expect("read"), std::slice::from_ref(&changed));
        assert!(store.told_webhooks().await.expect("read").is_empty(), "a disabled one is told nothing");
        let other = MerchantId::from_u128(0x52);
        let foreign = Webhook { merchant: other, ..changed };
        assert!(!store.change_webhook(&foreign, "webhook.changed", BY).await.expect("looked at"));
        assert!(store.webhooks(&MerchantScope(other)).await.expect("read").is_empty());
    }

    /// How far events have become messages never gets ahead of the messages.
    #[tokio::test]
    async fn messages_that_could_not_be_kept_are_made_again() {
        let folder = Folder::new();
        let store = shop(&folder).await;
        store.spread(&[message(1, 3)], EventId(4), START).await.expect("kept");
        let nobodys = NewMessage { webhook: WebhookId::from_u128(9), ..message(2, 3) };
        store.spread(&[nobodys], EventId(9), START).await.expect_err("no such webhook");
        assert_eq!(store.spread_to().await.expect("read"), EventId(4));
        store.spread(&[message(2, 3)], EventId(9), START).await.expect("kept");
        assert_eq!(due(&store, START).await, [(1, 3), (2, 3)]);
    }

    #[tokio::test]
    async fn what_is_removed_is_gone_with_its_messages_and_the_record_stays() {
        let folder = Folder::new();
        let store = shop(&folder).await;
        let (scope, id) = (MerchantScope(SHOP), WebhookId::from_u128(1));
        store.queue_message(&message(7, 1), START).await.expect("kept");
        let foreign = MerchantScope(MerchantId::from_u128(0x52));
        assert!(!store.remove_webhook(&foreign, id, BY).await.expect("looked at"));
        assert_eq!(due(&store, START).await, [(7, 1)]);
        assert!(store.remove_webhook(&scope, id, BY).await.expect("removed"));
        assert!(!store.remove_webhook(&scope, id, BY).await.expect("looked at"), "it is gone");
        assert!(store.webhooks(&scope).await.expect("read").is_empty());
        assert!(store.messages(&scope, id, None, None, 9).await.expect("read").is_empty());
        let record = store.people().story(SHOP, &id.to_string(), 9).await.expect("read");
        assert!(record.iter().any(
            |one| (one.action.as_str(), one.detail.as_str()) == ("webhook.removed", "https://one.test/")
        ));
    }

    #[tokio::test]
    async fn messages_are_made_once_and_sent_in_order_of_each_payment() {
        let folder = Folder::new();
        let store = shop(&folder).await;
        let (scope, hook) = (MerchantScope(SHOP), WebhookId::from_u128(1));
        let all = [message(1, 3), message(1, 5), message(2, 3)];
        for event in [EventId(4), EventId(9), EventId(7)] {
            store.spread(&all, event, START).await.expect("kept");
        }
        assert_eq!(store.spread_to().await.expect("read"), EventId(9), "it never goes back");
        assert_eq!(due(&store, START - Duration::from_secs(1)).await, []);
        assert_eq!(due(&store, START).await, [(1, 3), (2, 3)]);
        assert_eq!(store.webhooks_with_due(START).await.expect("read"), [hook]);
        let first = store.due_messages(hook, START, 1).await.expect("read").remove(0);
        let later = START + Duration::from_secs(60);
        store.tried(first.no, &tried(MessageState::Waiting, later)).await.expect("kept");
        assert_eq!(due(&store, START).await, [(2, 3)], "what comes after it waits for it");
        assert_eq!(due(&store, later).await, [(1, 3), (2, 3)]);
        store.tried(first.no, &tried(MessageState::Parked, later)).await.expect("kept");
        assert_eq!(due(&store, START).await, [(1, 5), (2, 3)], "what was given up holds up nothing");
        let backlog = store.backlog(hook).await.expect("read");
        assert_eq!(backlog, Backlog { waiting: 2, parked: 1 });
        let parked = store.messages(&scope, hook, Some(MessageState::Parked), None, 9).await.expect("read");
        assert_eq!((parked.len(), parked[0].tries, parked[0].status), (1, 2, Some(500)));
        let by = By { actor: "zhang", at: later };
        let again = store.send_again(&scope, hook, Again::Parked, by).await.expect("done");
        assert_eq!((again, due(&store, later).await), (1, vec![(1, 3), (2, 3)]));
        let foreign = MerchantScope(MerchantId::from_u128(0x52));
        assert_eq!(store.send_again(&foreign, hook, Again::Since(START), by).await.expect("none"), 0);
        assert_eq!(store.send_again(&scope, hook, Again::Since(later), by).await.expect("none"), 0);
        let one = Again::One(first.no);
        assert_eq!(store.send_again(&scope, hook, one, by).await.expect("done"), 1);
        let record = store.people().story(SHOP, &hook.to_string(), 9).await.expect("read");
        let mut replays: Vec<_> = record.iter().filter(|one| one.action == "webhook.replayed").collect();
        replays.sort_by_key(|one| &one.detail);
        let details: Vec<_> = replays.iter().map(|one| one.detail.as_str()).collect();
        let of_one = format!("https://one.test/\nmessage {}: 1", first.no);
        assert_eq!(
            details,
            [of_one.as_str(), "https://one.test/\nparked: 1"],
            "what came to nothing is not there"
        );
        assert!(replays.iter().all(|one| (one.actor.as_str(), one.at) == ("zhang", later)));
        store.tried(first.no, &tried(MessageState::Delivered, later)).await.expect("kept");
        store.spread(&all, EventId(9), later).await.expect("kept");
        assert_eq!(due(&store, later).await, [(1, 5), (2, 3)], "what was delivered is not made again");
        assert_eq!(store.drop_messages(START, 9).await.expect("none"), 0);
        assert_eq!(store.drop_messages(later, 9).await.expect("dropped"), 1);
    }
}
