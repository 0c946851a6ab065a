//! Keeps the keys that providers sign with fresh: at the start, twice a day, and when a key turns up that is not held.
//!
//! Anybody can send a notification that names an unknown key, so what is asked because of one is limited.

use crate::calls::Calls;
use crate::channel::Channel;
use crate::contact::Contact;
use base::ChannelId;
use provider_contract::{CannotRenew, Renewed};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Providers announce a new key many hours before it signs; they ask to be asked at least so often.
const EVERY: Duration = Duration::from_secs(12 * 3600);
/// After a failure; doubled with each in a row, up to the second.
const TRY_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// Questions because of unknown keys: so many at once, and one more each time this has passed.
const UNASKED_MAX: u32 = 3;
const UNASKED_EVERY: Duration = Duration::from_secs(60);

/// One task for each channel whose provider renews its keys.
pub(crate) fn keep_all(calls: &Calls) -> Vec<JoinHandle<()>> {
    let renewing =
        calls.channels.iter().filter(|(_, channel)| channel.setup.provider.renews_keys().is_some());
    renewing.map(|(id, _)| tokio::spawn(keep(calls.clone(), *id))).collect()
}

async fn keep(calls: Calls, id: ChannelId) {
    let channel = &calls.channels[&id];
    let mut allowance = Allowance::full(Instant::now());
    let mut failures = 0;
    loop {
        match renew(&calls, channel).await {
            Ok(()) => failures = 0,
            Err(why) => {
                failures += 1;
                tracing::warn!(channel = %id, "the provider's keys were not renewed: {why}");
            }
        }
        let pause = if failures == 0 { EVERY } else { retry_after(failures) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = wanted(channel, &mut allowance) => {}
        }
    }
}

/// Until somebody meets an unknown key and another question is allowed.
async fn wanted(channel: &Channel, allowance: &mut Allowance) {
    channel.keys_wanted.notified().await;
    let wait = allowance.wait(Instant::now());
    tokio::time::sleep(wait).await;
    allowance.take(Instant::now());
}

fn retry_after(failures: u32) -> Duration {
    TRY_AGAIN.0.saturating_mul(1 << (failures - 1).min(16)).min(TRY_AGAIN.1)
}

async fn renew(calls: &Calls, channel: &Channel) -> Result<(), String> {
    let provider = channel.provider();
    let renewed = fetch(calls, channel, provider).await?;
    let keys: Vec<String> =
        renewed.keys.iter().map(|key| format!("{} until {}", key.id, key.until)).collect();
    tracing::info!(channel = %channel.setup.id, "keys in use: {}", keys.join(", "));
    channel.take_into_use(renewed.provider);
    Ok(())
}

/// One question for the keys. What it shows of the provider is noted like that of any exchange.
async fn fetch(
    calls: &Calls,
    channel: &Channel,
    provider: Arc<dyn provider_contract::Provider>,
) -> Result<Renewed, String> {
    let asking = Arc::clone(&provider);
    let question = calls.on_signer(asking, |provider, moment| {
        provider.renews_keys().map(|renewal| renewal.keys_call(moment))
    });
    let call = question.await.flatten().ok_or("the question could not be made")?;
    let reply = match channel.wire(&calls.wire).ask(call, channel.setup.policy.call_timeout).await {
        Ok(reply) => reply,
        Err(no_reply) => {
            let contact = Contact::from(&no_reply);
            let why = contact.found().en;
            channel.heard(contact, calls.wall.now());
            return Err(why);
        }
    };
    let reading = calls.on_signer(provider, move |provider, moment| {
        let renewal = provider.renews_keys().expect("it had a question for its keys");
        renewal.with_keys(&reply, moment)
    });
    let outcome: Option<Result<Renewed, CannotRenew>> = reading.await;
    outcome.ok_or("the answer could not be read")?.map_err(|why| why.to_string())
}

/// How often may still be asked unplanned.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    left: u32,
    /// When what is left was last counted.
    counted: Instant,
}

impl Allowance {
    fn full(now: Instant) -> Allowance {
        Allowance { left: UNASKED_MAX, counted: now }
    }

    /// How long to wait until one may be taken.
    fn wait(&mut self, now: Instant) -> Duration {
        self.refill(now);
        if self.left > 0 {
            Duration::ZERO
        } else {
            (self.counted + UNASKED_EVERY).saturating_duration_since(now)
        }
    }

    fn take(&mut self, now: Instant) {
        self.refill(now);
        self.left = self.left.saturating_sub(1);
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.counted).as_secs() / UNASKED_EVERY.as_secs();
        if self.left >= UNASKED_MAX {
            self.counted = now;
        } else if passed > 0 {
            let more = u32::try_from(passed).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(more).min(UNASKED_MAX);
            self.counted += UNASKED_EVERY.saturating_mul(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_make_us_ask_often() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut allowance = Allowance::full(start);
        for _ in 0..UNASKED_MAX {
            assert_eq!(allowance.wait(at(1)), Duration::ZERO);
            allowance.take(at(1));
        }
        assert_eq!(allowance.wait(at(2)), Duration::from_secs(59), "three at once and no fourth");
        assert_eq!(allowance.wait(at(61)), Duration::ZERO);
        allowance.take(at(61));
        assert!(allowance.wait(at(62)) > Duration::ZERO, "one more a minute");
        assert_eq!(allowance.wait(at(100_000)), Duration::ZERO);
        allowance.take(at(100_000));
        assert_eq!(allowance.left, UNASKED_MAX - 1, "and never more than three at once");
    }

    #[test]
    fn failures_are_tried_again_soon_and_then_seldom() {
        let seconds: Vec<u64> = [1, 2, 5, 9, 99].map(|n| retry_after(n).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 16, 256, 300]);
    }
}
