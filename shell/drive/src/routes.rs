//! How well each channel works, learned from every payment's first call and shared with other servers through the store;
//! and the choice among several ways to a wallet, by what is in memory.
//!
//! What was not saved yet when a server dies is forgotten: it says nothing about money, and is soon learned anew.

use crate::clock::{Clock, PaymentClock};
use crate::node::Seat;
use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use payment::Routed;
use routing::{
    Counts, Failure, NoneOpen, Order, Policy, Rule, Score, Showed, Slot, Tally, Way, Wish, choose,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{CountedSlot, RouteKey, RouteOrder, Store, StoreError};

/// What was learned is saved, and what others learned is read, so often.
const EVERY: Duration = Duration::from_secs(2);
/// Another server's counts arrive at most so much later.
const LATE: Duration = Duration::from_secs(120);
/// What the page shows of the past.
const KEPT: Duration = Duration::from_secs(24 * 3600);
const TIDY_EVERY: Duration = Duration::from_secs(600);
/// So many failures of a channel are shown.
const SHOWN: usize = 5;

/// What is known of the ways to wallets.
#[derive(Debug, Default)]
pub struct Routes {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    channels: BTreeMap<ChannelId, Learned>,
    unsaved: BTreeMap<(ChannelId, Slot), CountedSlot>,
    orders: BTreeMap<RouteKey, RouteOrder>,
}

#[derive(Debug, Default)]
struct Learned {
    tally: Tally,
    failures: BTreeMap<Slot, (Failure, PaymentId)>,
}

/// A channel's standing, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// What is known of it.
    pub score: Score,
    /// What was seen in the last hour.
    pub hour: Counts,
    /// The last failures, newest first: when about, what, and of which payment.
    pub failures: Vec<(Timestamp, Failure, PaymentId)>,
}

/// One of several ways: its channel and that channel's name.
pub type Named<'a> = (ChannelId, &'a str);

impl Routes {
    /// Chooses among `ways`, which come in the configuration's order, and counts that the payment was given it.
    pub fn choose(
        &self,
        merchant: MerchantId,
        wish: &Wish<'_>,
        ways: &[Named<'_>],
        rules: &[Rule],
        policy: &Policy,
    ) -> Result<(ChannelId, Routed), NoneOpen> {
        let mut known = self.lock();
        let scored: Vec<Way<'_>> = ways
            .iter()
            .map(|(channel, name)| Way {
                channel: *channel,
                name,
                score: known.score(*channel, policy, wish.at),
                order: known.order(merchant, wish.wallet, *channel),
            })
            .collect();
        let (chosen, routed) = choose(wish, &scored, rules, policy)?;
        let asked = CountedSlot { counts: Counts { asked: 1, ..Counts::default() }, failure: None };
        known.saw(chosen, Slot::of(wish.at), asked);
        Ok((chosen, routed))
    }

    /// How a channel stands; with nothing known, well.
    pub fn learnt(&self, channel: ChannelId, policy: &Policy, now: Timestamp) -> Learnt {
        let known = self.lock();
        let hour = Slot::of(now - Duration::from_secs(3600));
        let learned = known.channels.get(&channel);
        let failures = learned.map(|learned| {
            let newest = learned.failures.iter().rev().take(SHOWN);
            newest.map(|(slot, (failure, payment))| (slot.start(), *failure, *payment)).collect()
        });
        Learnt {
            score: known.score(channel, policy, now),
            hour: learned.map(|learned| learned.tally.since(hour)).unwrap_or_default(),
            failures: failures.unwrap_or_default(),
        }
    }

    /// Whether any person ordered anything; where nobody did, most choices need no look.
    pub fn are_ordered(&self) -> bool {
        !self.lock().orders.is_empty()
    }

    /// What a person ordered of a way, as far as it holds still.
    pub fn order(&self, of: &RouteKey, now: Timestamp) -> Option<RouteOrder> {
        self.lock().orders.get(of).filter(|ordered| ordered.order.holds(now)).cloned()
    }

    /// An order is durable: it holds here from now on, and with other servers in a moment.
    pub fn ordered(&self, ordered: RouteOrder) {
        self.lock().orders.insert(ordered.of.clone(), ordered);
    }

    /// An order was taken back.
    pub fn taken_back(&self, of: &RouteKey) {
        self.lock().orders.remove(of);
    }

    /// A payment's first call over a channel ended.
    pub(crate) fn saw(&self, channel: ChannelId, payment: PaymentId, showed: Showed, at: Timestamp) {
        let seen = match showed {
            Showed::Worked => {
                CountedSlot { counts: Counts { worked: 1, ..Counts::default() }, failure: None }
            }
            Showed::Failed(failure) => CountedSlot {
                counts: Counts { failed: 1, ..Counts::default() },
                failure: Some((failure, payment)),
            },
        };
        self.lock().saw(channel, Slot::of(at), seen);
    }

    /// Reads what is known from the store, and goes on saving and reading for as long as the drive runs.
    pub(crate) async fn keep(self: Arc<Self>, store: Store, clock: Arc<PaymentClock>, seat: Arc<Seat>) {
        let mut since = KEPT;
        let mut tidied = tokio::time::Instant::now();
        loop {
            match self.share(&store, Slot::of(clock.now() - since)).await {
                Ok(()) => since = LATE,
                Err(error) => tracing::warn!("how channels work is known to this server alone: {error}"),
            }
            tokio::time::sleep(EVERY).await;
            if tidied.elapsed() >= TIDY_EVERY && seat.leads() {
                tidied = tokio::time::Instant::now();
                self.tidy(&store, Slot::of(clock.now() - KEPT)).await;
            }
        }
    }

    /// Saves what was learned here, then reads what everybody learned since `slot`.
    async fn share(&self, store: &Store, since: Slot) -> Result<(), StoreError> {
        self.save(store).await?;
        let (counts, orders) = (store.route_counts(since).await?, store.all_route_orders().await?);
        let mut known = self.lock();
        for ((channel, slot), seen) in counts {
            known.put(channel, slot, seen);
        }
        known.orders = orders.into_iter().map(|ordered| (ordered.of.clone(), ordered)).collect();
        Ok(())
    }

    /// Saves what was learned here. What the store refused is kept for the next time; if it took it after all, that is
    /// counted twice, which hurts nobody.
    pub(crate) async fn save(&self, store: &Store) -> Result<(), StoreError> {
        let unsaved = std::mem::take(&mut self.lock().unsaved);
        if unsaved.is_empty() {
            return Ok(());
        }
        let saved = store.add_route_counts(&unsaved).await;
        if saved.is_err() {
            let mut known = self.lock();
            unsaved.into_iter().for_each(|(place, seen)| add(known.unsaved.entry(place).or_default(), seen));
        }
        saved
    }

    async fn tidy(&self, store: &Store, before: Slot) {
        if let Err(error) = store.drop_route_counts(before).await {
            tracing::warn!("how channels worked long ago stays a little longer: {error}");
        }
        for learned in self.lock().channels.values_mut() {
            learned.tally.forget_before(before);
            learned.failures = learned.failures.split_off(&before);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn score(&self, channel: ChannelId, policy: &Policy, now: Timestamp) -> Score {
        match self.channels.get(&channel) {
            Some(learned) => learned.tally.score(policy, now),
            None => Tally::default().score(policy, now),
        }
    }

    fn order(&self, merchant: MerchantId, wallet: &str, channel: ChannelId) -> Option<&Order> {
        if self.orders.is_empty() {
            return None;
        }
        let key = RouteKey { merchant, wallet: wallet.to_owned(), channel };
        self.orders.get(&key).map(|ordered| &ordered.order)
    }

    fn saw(&mut self, channel: ChannelId, slot: Slot, seen: CountedSlot) {
        let learned = self.channels.entry(channel).or_default();
        learned.tally.add(slot, seen.counts);
        if let Some(failure) = seen.failure {
            learned.failures.insert(slot, failure);
        }
        add(self.unsaved.entry((channel, slot)).or_default(), seen);
    }

    /// What everybody saw in a slot, and what was seen here since and is not in the store yet.
    fn put(&mut self, channel: ChannelId, slot: Slot, mut seen: CountedSlot) {
        if let Some(more) = self.unsaved.get(&(channel, slot)) {
            add(&mut seen, more.clone());
        }
        let learned = self.channels.entry(channel).or_default();
        learned.tally.put(slot, seen.counts);
        if let Some(failure) = seen.failure {
            learned.failures.insert(slot, failure);
        }
    }
}

fn add(known: &mut CountedSlot, more: CountedSlot) {
    known.counts = known.counts.plus(more.counts);
    known.failure = more.failure.or(known.failure);
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Money, TillId};
    use routing::Standing;

    const MERCHANT: MerchantId = MerchantId::from_u128(1);
    const WAYS: [Named<'static>; 2] =
        [(ChannelId::from_u128(1), "first"), (ChannelId::from_u128(2), "second")];

    fn wish(seconds: i64) -> Wish<'static> {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        Wish { amount: Money::cny(1), wallet: "blue", till: TillId::from_u128(3), at, chance: 999 }
    }

    fn chosen(routes: &Routes, seconds: i64) -> ChannelId {
        let chosen = routes.choose(MERCHANT, &wish(seconds), &WAYS, &[], &Policy::default());
        chosen.expect("one is open").0
    }

    async fn store(name: &str) -> (std::path::PathBuf, Store) {
        let folder = std::env::temp_dir().join(format!("paydesk-routes-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("the temporary folder takes a folder");
        let database = format!("sqlite:{}/paydesk.db", folder.display());
        (folder, Store::open(&store::StoreConfig { database }).await.expect("it opens"))
    }

    #[test]
    fn failures_move_payments_to_the_other_way_and_one_probes_at_a_time() {
        let routes = Routes::default();
        assert_eq!(chosen(&routes, 1_000), WAYS[0].0);
        for _ in 0..3 {
            let at = wish(1_000).at;
            routes.saw(WAYS[0].0, PaymentId::from_u128(7), Showed::Failed(Failure::NoAnswer), at);
        }
        assert_eq!(chosen(&routes, 1_001), WAYS[1].0);
        assert_eq!(chosen(&routes, 1_030), WAYS[0].0, "a probe");
        assert_eq!(chosen(&routes, 1_030), WAYS[1].0, "while it is under way no other");
        let learnt = routes.learnt(WAYS[0].0, &Policy::default(), wish(1_030).at);
        assert_eq!(learnt.score.standing, Standing::Eliminated { probe_due: false, worked: 0 });
        assert_eq!(learnt.hour, Counts { asked: 2, worked: 0, failed: 3 });
        assert_eq!(learnt.failures.len(), 1);
    }

    #[tokio::test]
    async fn what_one_server_learned_the_others_know_and_so_does_the_next_start() {
        let (folder, store) = store("shared").await;
        let (one, other) = (Routes::default(), Routes::default());
        let at = wish(1_000).at;
        for routes in [&one, &other] {
            assert_eq!(chosen(routes, 1_000), WAYS[0].0, "one payment each");
            for _ in 0..2 {
                routes.saw(WAYS[0].0, PaymentId::from_u128(7), Showed::Failed(Failure::NeverLeft), at);
            }
        }
        for routes in [&one, &other, &one] {
            routes.share(&store, Slot(0)).await.expect("shared");
        }
        let failed = |routes: &Routes| routes.learnt(WAYS[0].0, &Policy::default(), at).hour.failed;
        assert_eq!([failed(&one), failed(&other)], [4, 4]);
        let next = Routes::default();
        next.share(&store, Slot(0)).await.expect("read");
        assert_eq!(chosen(&next, 1_001), WAYS[1].0);
        store.close().await;
        let _ = std::fs::remove_dir_all(folder);
    }

    #[tokio::test]
    async fn what_the_store_did_not_take_is_saved_later() {
        let (folder, store) = store("later").await;
        let routes = Routes::default();
        let at = wish(1_000).at;
        routes.saw(WAYS[0].0, PaymentId::from_u128(7), Showed::Worked, at);
        let closed = store.clone();
        closed.close().await;
        assert!(routes.save(&closed).await.is_err());
        let database = format!("sqlite:{}/paydesk.db", folder.display());
        let store = Store::open(&store::StoreConfig { database }).await.expect("it opens");
        routes.save(&store).await.expect("saved");
        let counts = store.route_counts(Slot(0)).await.expect("read");
        assert_eq!(counts[&(WAYS[0].0, Slot::of(at))].counts.worked, 1);
        store.close().await;
        let _ = std::fs::remove_dir_all(folder);
    }
}
