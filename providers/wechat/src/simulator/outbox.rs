//! Notifications on their way out, repeated on WeChat's schedule until they are acknowledged.
//!
//! Source of the schedule: wechatpay-skills, on handling callbacks.

use super::Twist;
use base::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Waits between attempts, seconds: 15 s, 15 s, 30 s, 3, 10, 20, 30, 30, 30 min, 1, 3, 3, 3, 6, 6 h.
pub(super) const RETRIES: [u64; 15] =
    [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600];

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// This order is paid.
    Order(u32),
    /// This refund arrived.
    Refund(u32),
}

/// A notification that is to be written and sent now.
pub(super) struct Sending {
    pub about: About,
    pub url: Arc<str>,
    pub created: Timestamp,
    pub notice_id: String,
    pub twist: Twist,
}

/// One notification.
pub(super) struct Notice {
    pub about: About,
    pub url: Arc<str>,
    pub created: Timestamp,
    /// Sent so often, extra copies not counted.
    pub attempts: usize,
    next: Option<Slot>,
    copies: u32,
}

/// A place in the queue: when, and a running number that keeps the order of equal times.
type Slot = (Timestamp, u64);

/// The queue.
#[derive(Default)]
pub(super) struct Outbox {
    notices: BTreeMap<u64, Notice>,
    queue: BTreeMap<Slot, (u64, bool)>,
    sequence: u64,
}

impl Outbox {
    /// Plans a notification for `at`, and an unasked-for copy a second later if `twice`.
    pub fn plan(&mut self, about: About, url: Arc<str>, created: Timestamp, at: Timestamp, twice: bool) {
        self.sequence += 1;
        let no = self.sequence;
        let copies = u32::from(twice);
        self.notices.insert(no, Notice { about, url, created, attempts: 0, next: None, copies });
        let slot = self.put(at, no, false);
        self.notices.get_mut(&no).expect("just planned").next = Some(slot);
        if twice {
            self.put(at + Duration::from_secs(1), no, true);
        }
    }

    fn put(&mut self, at: Timestamp, no: u64, copy: bool) -> Slot {
        self.sequence += 1;
        self.queue.insert((at, self.sequence), (no, copy));
        (at, self.sequence)
    }

    /// When the next one is due.
    pub fn due(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next notification due by `now` and plans its repeat.
    pub fn pop(&mut self, now: Timestamp) -> Option<(u64, &Notice)> {
        let slot = self.queue.first_key_value().map(|(slot, _)| *slot).filter(|(at, _)| *at <= now)?;
        let (no, copy) = self.queue.remove(&slot).expect("just seen");
        if copy {
            self.notices.get_mut(&no).expect("kept while copies are due").copies -= 1;
            return self.notices.get(&no).map(|notice| (no, notice));
        }
        let attempts = self.notices[&no].attempts;
        let next = RETRIES.get(attempts).map(|&wait| self.put(now + Duration::from_secs(wait), no, false));
        let notice = self.notices.get_mut(&no).expect("kept until acknowledged");
        notice.attempts += 1;
        notice.next = next;
        Some((no, notice))
    }

    /// What that notification is about; nothing if it was taken already.
    pub fn about(&self, no: u64) -> Option<About> {
        self.notices.get(&no).map(|notice| notice.about)
    }

    /// Its receiver took it: no more repeats.
    pub fn acknowledged(&mut self, no: u64) {
        let Some(notice) = self.notices.get_mut(&no) else { return };
        if let Some(slot) = notice.next.take() {
            self.queue.remove(&slot);
        }
        if notice.copies == 0 {
            self.notices.remove(&no);
        }
    }

    /// Nothing goes out before `at`: the provider is down.
    pub fn hold(&mut self, at: Timestamp) {
        while let Some((slot, (no, copy))) = self.queue.pop_first() {
            if slot.0 >= at {
                self.queue.insert(slot, (no, copy));
                return;
            }
            let moved = self.put(at, no, copy);
            if !copy {
                self.notices.get_mut(&no).expect("kept while due").next = Some(moved);
            }
        }
    }
}
