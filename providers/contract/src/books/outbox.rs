//! A simulated wallet's notifications on their way: when each is sent, and again, until it is taken.

use base::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One notification.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The order.
    pub order_no: Box<str>,
    /// For a refund: its number.
    pub refund_no: Option<Box<str>>,
    /// How often it is sent each time.
    pub copies: u8,
    /// Its signature is wrong this time.
    pub forged: bool,
}

/// All notifications not yet taken.
#[derive(Debug)]
pub struct Outbox {
    retries: &'static [Duration],
    pending: BTreeMap<u64, (Letter, usize)>,
    agenda: BTreeSet<(Timestamp, u64)>,
    written: u64,
}

impl Outbox {
    /// Nothing yet; what is not taken comes again after these waits.
    pub fn new(retries: &'static [Duration]) -> Outbox {
        Outbox { retries, pending: BTreeMap::new(), agenda: BTreeSet::new(), written: 0 }
    }

    /// Will send `letter` at `at`.
    pub fn post(&mut self, at: Timestamp, letter: Letter) {
        self.written += 1;
        self.pending.insert(self.written, (letter, 0));
        self.agenda.insert((at, self.written));
    }

    /// When something is to be sent.
    pub fn due(&self) -> Option<Timestamp> {
        self.agenda.first().map(|(at, _)| *at)
    }

    /// The next letter to send by `now`, with its number, which stays the same when it comes again.
    pub fn next_due(&mut self, now: Timestamp) -> Option<(u64, Letter)> {
        loop {
            let (at, number) = self.agenda.first().copied().filter(|(at, _)| *at <= now)?;
            self.agenda.remove(&(at, number));
            let Some((letter, tries)) = self.pending.get_mut(&number) else { continue };
            let sent = letter.clone();
            letter.forged = false;
            *tries += 1;
            match self.retries.get(*tries - 1) {
                Some(wait) => {
                    self.agenda.insert((now + *wait, number));
                }
                None => {
                    self.pending.remove(&number);
                }
            }
            return Some((number, sent));
        }
    }

    /// The letter of that number was taken.
    pub fn taken(&mut self, number: u64) {
        self.pending.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_comes_again_until_it_is_taken_or_the_waits_are_over() {
        const WAITS: &[Duration] = &[Duration::from_secs(60), Duration::from_secs(120)];
        let letter = || Letter { order_no: "a".into(), refund_no: None, copies: 1, forged: true };
        let mut outbox = Outbox::new(WAITS);
        outbox.post(Timestamp::from_micros(0), letter());
        let mut sent = Vec::new();
        while let Some(at) = outbox.due() {
            sent.extend(outbox.next_due(at).map(|(number, letter)| (at.as_seconds(), number, letter.forged)));
        }
        assert_eq!(sent, [(0, 1, true), (60, 1, false), (180, 1, false)]);
        outbox.post(Timestamp::from_micros(0), letter());
        outbox.taken(2);
        assert!(outbox.next_due(Timestamp::MAX).is_none());
    }
}
