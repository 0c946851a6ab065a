//! Sends what is due, to each system by itself: a slow one holds up no other.

use crate::pauses::again_at;
use crate::post::{Post, Posted};
use crate::{Networks, Seal, SigningSecret, TEST, Telling, message, secret_name, spread};
use base::{Timestamp, WebhookId};
use drive::Handle;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{By, Message, MessageState, StoreError, ToRaise, Tried, Webhook};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Looked at least so often: whatever another server recorded, and what has become due.
const EVERY: Duration = Duration::from_secs(1);
/// Changes that come this close together are looked at once.
const GATHER: Duration = Duration::from_millis(50);
/// Who is told is read again so often, in case another server changed it.
const READ_EVERY: Duration = Duration::from_secs(2);
/// Messages to one system under way at once.
const AT_ONCE: u32 = 8;
/// Delivered messages are shown for so long.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// Sends messages.
pub(crate) struct Sender {
    shared: Arc<Shared>,
    webhooks: Vec<Webhook>,
    read_at: Option<Instant>,
    cleaned_at: Instant,
}

struct Shared {
    handle: Handle,
    seal: Arc<dyn Seal>,
    telling: Arc<dyn Telling>,
    post: Post,
    /// Systems that are being told.
    busy: Mutex<BTreeSet<WebhookId>>,
}

impl Sender {
    pub(crate) fn new(
        handle: Handle,
        seal: Arc<dyn Seal>,
        telling: Arc<dyn Telling>,
        networks: Networks,
    ) -> Sender {
        let post = Post::new(networks);
        let shared = Arc::new(Shared { handle, seal, telling, post, busy: Mutex::default() });
        Sender { shared, webhooks: Vec::new(), read_at: None, cleaned_at: Instant::now() }
    }

    pub(crate) async fn run(mut self, poked: Arc<Notify>) {
        let mut stirred = self.shared.handle.stirred();
        let mut sending = JoinSet::new();
        loop {
            if self.shared.handle.leads()
                && let Err(error) = self.look(&mut sending).await
            {
                tracing::warn!("webhooks: {error}");
            }
            while sending.try_join_next().is_some() {}
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = poked.notified() => self.read_at = None,
                more = stirred.changed(), if !self.webhooks.is_empty() => {
                    if more.is_err() {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                    stirred.mark_unchanged();
                }
            }
        }
    }

    /// Turns what happened into messages, and begins to send to whom something is due.
    async fn look(&mut self, sending: &mut JoinSet<()>) -> Result<(), StoreError> {
        let shared = &self.shared;
        if self.read_at.is_none_or(|at| at.elapsed() >= READ_EVERY) {
            self.webhooks = shared.handle.store().told_webhooks().await?;
            self.read_at = Some(Instant::now());
        }
        while spread::spread_some(&shared.handle, shared.now()).await? {}
        if self.webhooks.is_empty() {
            return Ok(());
        }
        for id in shared.handle.store().webhooks_with_due(shared.now()).await? {
            let Some(webhook) = self.webhooks.iter().find(|webhook| webhook.id == id) else { continue };
            if shared.busy().insert(id) {
                sending.spawn(Arc::clone(shared).send_to(webhook.clone()));
            }
        }
        if self.cleaned_at.elapsed() >= HOUSEKEEPING {
            self.cleaned_at = Instant::now();
            shared.handle.store().drop_messages(shared.now() - KEPT, 1_000).await?;
        }
        Ok(())
    }
}

impl Shared {
    fn now(&self) -> Timestamp {
        self.handle.clock().now()
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<WebhookId>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends to one system until nothing is due.
    async fn send_to(self: Arc<Self>, webhook: Webhook) {
        if let Err(error) = self.send_all(&webhook).await {
            tracing::warn!(webhook = %webhook.id, "a webhook waits: {error}");
        }
        self.busy().remove(&webhook.id);
    }

    async fn send_all(self: &Arc<Self>, webhook: &Webhook) -> Result<(), StoreError> {
        let store = self.handle.store();
        loop {
            let due = store.due_messages(webhook.id, self.now(), AT_ONCE).await?;
            if due.is_empty() || !self.handle.leads() {
                return Ok(());
            }
            let mut under_way = JoinSet::new();
            for message in due {
                let (shared, webhook) = (Arc::clone(self), webhook.clone());
                under_way.spawn(async move { shared.send_one(&webhook, &message).await });
            }
            let mut gone = false;
            while let Some(sent) = under_way.join_next().await {
                gone |= sent.unwrap_or(Ok(false))?;
            }
            if gone {
                return Ok(());
            }
        }
    }

    /// Sends one message and records what came of it; true if the system wants no more.
    async fn send_one(&self, webhook: &Webhook, message: &Message) -> Result<bool, StoreError> {
        let told = message::body(&self.handle, self.telling.as_ref(), webhook, message).await?;
        let now = self.now();
        let posted = match told {
            Some(body) => self.post_signed(webhook, message, now, body).await,
            None => Posted::Unanswered("the payment has nothing of this kind to tell any more".into()),
        };
        let ended = self.now();
        let gone = matches!(posted, Posted::Answered { status: 410, .. });
        let tried = judged(message, posted, ended);
        self.handle.store().tried(message.no, &tried).await?;
        if tried.state == MessageState::Parked && message.kind != TEST {
            self.raise(webhook, "webhook_parked", &tried.answer, ended).await?;
        }
        if gone && message.kind != TEST {
            self.disable(webhook, ended).await?;
        }
        Ok(gone)
    }

    async fn post_signed(
        &self,
        webhook: &Webhook,
        message: &Message,
        now: Timestamp,
        body: Vec<u8>,
    ) -> Posted {
        let id = message::message_id(message);
        let name = secret_name(webhook.id);
        let before = webhook.sealed_before.as_ref().filter(|_| now < webhook.before_until);
        let secrets = [Some(&webhook.sealed), before].into_iter().flatten();
        let opened = secrets.map(|sealed| {
            let text = self.seal.open(&name, sealed)?;
            SigningSecret::parse(text.reveal())
        });
        let Some(secrets) = opened.collect::<Option<Vec<SigningSecret>>>() else {
            return Posted::Unanswered("its secret does not open with this server's master key".into());
        };
        let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(&id, now, &body)).collect();
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", now.as_seconds().to_string()),
            ("webhook-signature", signatures.join(" ")),
        ];
        self.post.send(&webhook.url, &headers, body).await
    }

    /// The system said that it is gone for good, and asked to be told no more.
    async fn disable(&self, webhook: &Webhook, now: Timestamp) -> Result<(), StoreError> {
        let why = "410 Gone".to_owned();
        let off = Webhook { disabled: Some(now), why: why.clone(), ..webhook.clone() };
        let by = By { actor: "webhook", at: now };
        if let Err(error) = self.handle.store().change_webhook(&off, "webhook.disabled", by).await {
            tracing::warn!(webhook = %webhook.id, "a webhook that is gone stays for now: {error}");
        }
        self.raise(webhook, "webhook_gone", &why, now).await
    }

    async fn raise(
        &self,
        webhook: &Webhook,
        what: &'static str,
        answer: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        tracing::warn!(webhook = %webhook.id, what, "a webhook does not take messages");
        let detail = format!("{}: {answer}", webhook.url);
        let subject = webhook.id.to_string();
        let alarm =
            ToRaise { merchant: webhook.merchant, what, subject: &subject, detail: &detail, once: false, at };
        self.handle.store().raise(alarm).await
    }
}

/// What becomes of a message after a try. A test is tried once: whoever asked for it looks at the answer.
fn judged(message: &Message, posted: Posted, now: Timestamp) -> Tried {
    let (status, answer) = match posted {
        Posted::Answered { status, words } => (Some(status), words),
        Posted::Unanswered(why) => (None, why),
    };
    let taken = status.is_some_and(|status| (200..300).contains(&status));
    let again = match message.kind == TEST {
        true => None,
        false => again_at(message.since, now, message.tries.saturating_add(1), message.no.unsigned_abs()),
    };
    let (state, due_at) = match (taken, again) {
        (true, _) => (MessageState::Delivered, now),
        (false, Some(again)) => (MessageState::Waiting, again),
        (false, None) => (MessageState::Parked, now),
    };
    Tried { state, due_at, status, answer, at: now }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_becomes_of_a_message_after_a_try() {
        let start = Timestamp::from_micros(1_795_400_000_000_000);
        let message = |kind: &str, tries| Message {
            no: 11,
            webhook: WebhookId::from_u128(1),
            payment: None,
            version: 3,
            kind: kind.to_owned(),
            subject: String::new(),
            at: start,
            state: MessageState::Waiting,
            since: start,
            tries,
            due_at: start,
            tried_at: None,
            status: None,
            answer: String::new(),
        };
        let check = |kind, tries, posted: Posted, after: Duration| {
            let tried = judged(&message(kind, tries), posted, start + after);
            let status = tried.status.map_or("-".to_owned(), |status| status.to_string());
            let wait = tried.due_at.since(start + after).as_secs();
            format!("{kind} {status} {} {wait} s\n", tried.state.code())
        };
        let answered = |status| Posted::Answered { status, words: String::new() };
        let silent = || Posted::Unanswered("no answer".into());
        let (soon, late) = (Duration::from_secs(1), crate::pauses::TRIED_FOR);
        let lines = [
            check("payment.paid", 0, answered(204), soon),
            check("payment.paid", 0, answered(302), soon),
            check("payment.paid", 0, answered(500), soon),
            check("payment.paid", 4, silent(), soon),
            check("payment.paid", 70, silent(), late),
            check("payment.paid", 70, answered(200), late),
            check(TEST, 0, answered(200), soon),
            check(TEST, 0, answered(404), soon),
        ];
        expect![[r#"
            payment.paid 204 delivered 0 s
            payment.paid 302 waiting 5 s
            payment.paid 500 waiting 5 s
            payment.paid - waiting 1800 s
            payment.paid - parked 0 s
            payment.paid 200 delivered 0 s
            webhook.test 200 delivered 0 s
            webhook.test 404 parked 0 s
        "#]]
        .assert_eq(&lines.concat());
    }
}
