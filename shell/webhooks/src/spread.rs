//! Turns events into messages: for every payment that changed, what its facts have to tell to whom, and how far that
//! has come, in one transaction.

use base::{MerchantId, PaymentId, Timestamp};
use drive::Handle;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{MerchantScope, NewMessage, StoreError, Webhook};

/// Events looked at in one go.
const AT_ONCE: u32 = 500;
/// Where nobody is told, so many events may pass before that is written down.
const UNWRITTEN_MAX: i64 = 5_000;
/// What was learnt longer ago than this was told before or never will be: events are kept for a week, delivered
/// messages for longer than this.
const NEWS_FOR: Duration = Duration::from_secs(20 * 24 * 3600);

/// Turns some events into messages; true if there may be more.
pub(crate) async fn spread_some(handle: &Handle, now: Timestamp) -> Result<bool, StoreError> {
    let store = handle.store();
    let (newest, told) = (store.newest_event().await?, store.spread_to().await?);
    if newest <= told {
        return Ok(false);
    }
    // Read after the newest event, and nothing later than that is looked at: whoever was registered before an event is
    // among these.
    let webhooks = store.told_webhooks().await?;
    if webhooks.is_empty() {
        if newest.0 - told.0 >= UNWRITTEN_MAX {
            store.spread(&[], newest, now).await?;
        }
        return Ok(false);
    }
    let mut of_merchant: BTreeMap<MerchantId, Vec<&Webhook>> = BTreeMap::new();
    for webhook in &webhooks {
        of_merchant.entry(webhook.merchant).or_default().push(webhook);
    }
    let mut events = store.all_events_after(told, AT_ONCE).await?;
    let more = events.len() >= AT_ONCE as usize;
    events.retain(|(event, ..)| *event <= newest);
    let Some((last, ..)) = events.last().copied() else { return Ok(false) };
    // In the order of their first event, so that messages are numbered as things happened.
    let (mut seen, mut messages) = (BTreeSet::new(), Vec::new());
    for (_, merchant, payment) in events {
        let Some(webhooks) = of_merchant.get(&merchant) else { continue };
        if seen.insert(payment) {
            messages.extend(messages_of(handle, merchant, payment, webhooks, now).await?);
        }
    }
    store.spread(&messages, last, now).await?;
    Ok(more)
}

/// Everything about one payment that its merchant's systems want to hear. What they heard before is among it; the
/// store keeps each message once.
async fn messages_of(
    handle: &Handle,
    merchant: MerchantId,
    id: PaymentId,
    webhooks: &[&Webhook],
    now: Timestamp,
) -> Result<Vec<NewMessage>, StoreError> {
    let Some(entries) = handle.store().payment_entries(&MerchantScope(merchant), id).await? else {
        return Ok(Vec::new());
    };
    let policy = handle.policy(payment::fold(&entries[..1]).request.channel);
    let mut messages = Vec::new();
    for news in payment::news(&entries, &policy) {
        let kind = news.what.code();
        let wants = |webhook: &&&Webhook| {
            news.at >= webhook.told_from
                && news.at + NEWS_FOR >= now
                && webhook.kinds.iter().any(|wanted| wanted == kind)
        };
        messages.extend(webhooks.iter().filter(wants).map(|webhook| NewMessage {
            webhook: webhook.id,
            merchant,
            payment: Some(id),
            version: news.payment.version,
            kind: kind.to_owned(),
            subject: news.what.refund().map_or(String::new(), |refund| refund.to_string()),
            at: news.at,
        }));
    }
    Ok(messages)
}
