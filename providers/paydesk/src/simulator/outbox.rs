//! Notifications of payments made by scanning: repeated until they are taken.

use crate::notify::{AT, News, about};
use base::Timestamp;
use provider_contract::seal::{HEADER, Seal};
use provider_contract::{Call, HttpMethod, Moment, Outgoing, Treatment};
use std::time::Duration;

/// Seconds from one try to the next; the last one repeats.
const PAUSES: [u64; 7] = [15, 15, 30, 180, 600, 1_200, 10_800];
const TRIES_MAX: usize = 16;

#[derive(Default)]
pub(super) struct Outbox(Vec<Letter>);

struct Letter {
    key: String,
    id: String,
    due: Option<Timestamp>,
    tries: usize,
    /// How often it must still be taken.
    wanted: u32,
    treatment: Treatment,
}

impl Outbox {
    pub fn announce(&mut self, key: &str, treatment: Treatment, now: Timestamp) {
        let late = treatment == Treatment::NotifyLate;
        let due = now + Duration::from_secs(if late { 180 } else { 1 });
        let id = format!("n-{key}");
        let wanted = if treatment == Treatment::NotifyTwice { 2 } else { 1 };
        self.0.push(Letter { key: key.to_owned(), id, due: Some(due), tries: 0, wanted, treatment });
    }

    pub fn due(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(|letter| letter.due).min()
    }

    pub fn taken(&mut self, id: &str) {
        for letter in self.0.iter_mut().filter(|letter| letter.id == id) {
            letter.wanted = letter.wanted.saturating_sub(1);
            if letter.wanted == 0 {
                letter.due = None;
            }
        }
    }

    pub fn take(&mut self, seal: &Seal, moment: &Moment) -> Vec<Outgoing> {
        let now = moment.now;
        let due = self.0.iter_mut().filter(|letter| letter.due.is_some_and(|due| due <= now));
        due.map(|letter| letter.send(seal, now)).collect()
    }
}

impl Letter {
    fn send(&mut self, seal: &Seal, now: Timestamp) -> Outgoing {
        let pause = PAUSES[self.tries.min(PAUSES.len() - 1)];
        self.tries += 1;
        self.due = (self.tries < TRIES_MAX).then(|| now + Duration::from_secs(pause));
        let news = News {
            order_no: self.key.clone(),
            refund_no: None,
            claim: "paid".to_owned(),
            notice_id: self.id.clone(),
        };
        let body = serde_json::to_vec(&news).expect("plain JSON");
        let at = now.as_micros().to_string();
        let spoiled = matches!(self.treatment, Treatment::WrongSignature | Treatment::SignatureProbe);
        let about = if spoiled && self.tries == 1 { "spoiled".to_owned() } else { about(&at) };
        let headers = vec![(HEADER, seal.make(&about, 0, &body)), (AT, at)];
        let call = Call {
            method: HttpMethod::Post,
            url: "http://till/notify".to_owned(),
            headers,
            body,
            client_certificate: false,
        };
        Outgoing { call, notice_id: self.id.clone() }
    }
}
