//! A message as it is sent: the news it tells, found again among the payment's facts, and the body around it.

use crate::TEST;
use base::{Timestamp, Zone};
use drive::Handle;
use payment::News;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use store::{MerchantScope, Message, StoreError, Webhook};

/// What a message says about its news, as it will be.
pub type Tell<'a> = Pin<Box<dyn Future<Output = Result<Value, StoreError>> + Send + 'a>>;

/// Puts news into the words of the HTTP API.
pub trait Telling: Send + Sync {
    /// The message's `data`. The same news is always told the same way.
    fn tell<'a>(&'a self, news: &'a News) -> Tell<'a>;
}

/// The number of a message: the same for every try, and for every system that is told this.
pub fn message_id(message: &Message) -> String {
    let kind = message.kind.replace('.', "_");
    match message.payment {
        Some(payment) => format!("msg_{payment}_{}_{kind}", message.version),
        None => format!("msg_{kind}_{}", message.subject),
    }
}

/// The body of a message; nothing if the payment's facts do not tell it any more.
pub(crate) async fn body(
    handle: &Handle,
    telling: &dyn Telling,
    webhook: &Webhook,
    message: &Message,
) -> Result<Option<Vec<u8>>, StoreError> {
    let data = match message.payment {
        None if message.kind == TEST => json!({}),
        None => return Ok(None),
        Some(payment) => {
            let scope = MerchantScope(webhook.merchant);
            let Some(entries) = handle.store().payment_entries(&scope, payment).await? else {
                return Ok(None);
            };
            let policy = handle.policy(payment::fold(&entries[..1]).request.channel);
            let told = payment::news(&entries, &policy).into_iter().find(|news| tells(message, news));
            let Some(news) = told else { return Ok(None) };
            telling.tell(&news).await?
        }
    };
    Ok(Some(envelope(&message.kind, message.at, data)))
}

/// Whether this is the news that the message is about.
fn tells(message: &Message, news: &News) -> bool {
    news.payment.version == message.version
        && news.what.code() == message.kind
        && news.what.refund().map_or(String::new(), |id| id.to_string()) == message.subject
}

fn envelope(kind: &str, at: Timestamp, data: Value) -> Vec<u8> {
    let body = json!({ "type": kind, "timestamp": at.rfc3339(Zone::CHINA), "data": data });
    serde_json::to_vec(&body).expect("JSON can be written")
}
