//! Notifications on their way: when each is sent, and again, until it is acknowledged.

use base::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// From one try to the next, as the provider's manual gives them: eight tries within about 25 hours.
pub(super) const RETRIES: [Duration; 7] = [
    Duration::from_secs(4 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(15 * 3600),
];

/// One notification: what was so when it was written.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// The order.
    pub order_no: Box<str>,
    /// `TRADE_SUCCESS` or `TRADE_CLOSED`.
    pub status: &'static str,
    /// For a return: its number, what all returns came to, and when.
    pub refund: Option<(Box<str>, i64, Timestamp)>,
    /// How often it is sent each time.
    pub copies: u8,
    /// Its signature is wrong the first time.
    pub forged: bool,
}

#[derive(Debug)]
struct Pending {
    letter: Letter,
    tries: usize,
}

/// All notifications not yet acknowledged.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pending: BTreeMap<u64, Pending>,
    agenda: BTreeMap<(Timestamp, u64), ()>,
    written: u64,
}

impl Outbox {
    /// Will send `letter` at `at`.
    pub fn post(&mut self, at: Timestamp, letter: Letter) {
        self.written += 1;
        self.pending.insert(self.written, Pending { letter, tries: 0 });
        self.agenda.insert((at, self.written), ());
    }

    /// When something is to be sent.
    pub fn due(&self) -> Option<Timestamp> {
        self.agenda.keys().next().map(|(at, _)| *at)
    }

    /// The next letter to send by `now`, with its number. Unless it is acknowledged it comes again later.
    pub fn next_due(&mut self, now: Timestamp) -> Option<(u64, Letter)> {
        loop {
            let entry = self.agenda.first_entry().filter(|entry| entry.key().0 <= now)?;
            let ((_, number), ()) = entry.remove_entry();
            let Some(pending) = self.pending.get_mut(&number) else { continue };
            let letter = pending.letter.clone();
            pending.letter.forged = false;
            match RETRIES.get(pending.tries) {
                Some(wait) => self.agenda.insert((now + *wait, number), ()),
                None => self.pending.remove(&number).map(|_| ()),
            };
            if let Some(pending) = self.pending.get_mut(&number) {
                pending.tries += 1;
            }
            return Some((number, letter));
        }
    }

    /// The letter of that number arrived.
    pub fn acknowledged(&mut self, number: u64) {
        self.pending.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_comes_eight_times_within_25_hours_and_then_no_more() {
        let start = Timestamp::from_micros(0);
        let letter =
            Letter { order_no: "a".into(), status: "TRADE_SUCCESS", refund: None, copies: 1, forged: false };
        let mut outbox = Outbox::default();
        outbox.post(start, letter);
        let mut minutes = Vec::new();
        while let Some(at) = outbox.due() {
            if outbox.next_due(at).is_some() {
                minutes.push(at.as_seconds() / 60);
            }
        }
        assert_eq!(minutes, [0, 4, 14, 24, 84, 204, 564, 1464]);
        assert!(outbox.pending.is_empty());
    }
}
