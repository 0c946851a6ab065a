//! What providers do of their own accord: payers who finish, notifications, the bills of the days.

use super::channel::{Post, forged};
use super::{Delivered, Event, Fault, Want, World};
use crate::Sabotage;
use engine::Wake;
use provider_contract::Moment;
use std::time::Duration;

impl World {
    /// Plans the provider's next doing.
    pub(super) fn plan_tick(&mut self, channel: usize) {
        let now = self.now;
        let Some(due) = self.channels[channel].due().map(|due| due.max(now)) else { return };
        if self.channels[channel].tick_at.is_none_or(|planned| due < planned) {
            self.channels[channel].tick_at = Some(due);
            self.plan(due, Event::Tick { channel });
        }
    }

    pub(super) fn tick(&mut self, channel: usize) {
        if self.channels[channel].tick_at != Some(self.now) {
            return;
        }
        self.channels[channel].tick_at = None;
        let moment = self.moment();
        for post in self.channels[channel].tick(&moment) {
            self.notify(channel, post);
        }
        self.plan_tick(channel);
    }

    fn notify(&mut self, channel: usize, post: Post) {
        if self.happens(Fault::NoticeLost) {
            return self.channels[channel].notified(&post, None, self.now);
        }
        let event = |kind, post: Post| Event::Notice { channel, post: Box::new(post), kind };
        if self.happens(Fault::NoticeTwice) {
            self.plan_in_ms(10, 5_000, event(Delivered::Twice, post.clone()));
        }
        if self.happens(Fault::NoticeForged) {
            let at = self.now + Duration::from_millis(self.random.between(10, 1_000));
            if let Some(forged) = forged(&post, &mut self.byte_random) {
                self.plan(at, event(Delivered::Forged, forged));
            }
        }
        if self.happens(Fault::NoticeLate) {
            return self.plan_in_ms(10_000, 250_000, event(Delivered::Late, post));
        }
        self.plan_in_ms(10, 800, event(Delivered::AsSent, post));
    }

    pub(super) fn notice_arrives(&mut self, channel: usize, post: &Post, kind: Delivered) {
        let node = self.random.between(0, self.nodes.len() as u64) as usize;
        let reachable = self.nodes[node].up && !self.nodes[node].asleep;
        if !reachable || self.nodes[node].provider_cut[channel] > 0 {
            return self.acknowledge(channel, post, None);
        }
        let moment = Moment { now: self.clock(node), nonce: 0 };
        let checked = !self.sabotaged(Sabotage::ForgedNoticesAreBelieved);
        let (read, receipt) = self.channels[channel].notice(post, &moment, checked);
        self.audit.notice_read(self.now, kind, read.as_ref());
        let Some(notice) = read else {
            if kind != Delivered::Forged {
                self.acknowledge(channel, post, Some(receipt));
            }
            return;
        };
        self.audit.count("notices");
        let channel_id = self.channels[channel].id;
        self.reach_node(node, Wake::Noticed { channel: channel_id, notice });
        self.acknowledge(channel, post, Some(receipt));
    }

    fn acknowledge(&mut self, channel: usize, post: &Post, receipt: Option<super::channel::Receipt>) {
        let now = self.now;
        self.channels[channel].notified(post, receipt, now);
        self.plan_tick(channel);
    }

    /// Somebody looks at a payment because the bill differs.
    pub(super) fn look_for_the_bill(&mut self, sale: usize, payment: base::PaymentId) {
        self.sales[sale].payment = Some(payment);
        self.plan_in_ms(0, 60_000, Event::Want { sale, want: Want::LookForTheBill });
    }
}
