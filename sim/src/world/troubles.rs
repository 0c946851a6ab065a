//! Troubles that last a while: they begin and end at drawn moments of the storm.

use super::wallet::Down;
use super::{Event, Fault, World};
use std::time::Duration;

/// A trouble that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A provider drops everything, or answers that it failed inside.
    Provider { channel: usize, failing: bool },
    /// A node cannot reach a provider.
    ProviderLink { node: usize, channel: usize },
    /// A node cannot reach the store.
    StoreLink { node: usize },
    /// A till cannot reach any node.
    TillLink { till: usize },
    /// A node dies. It starts again by itself.
    Crash { node: usize },
    /// A node stands still.
    Pause { node: usize },
    /// A node's clock is so many seconds off.
    Clock { node: usize, off_s: i64 },
}

impl World {
    pub(super) fn plan_troubles(&mut self, storm: Duration) {
        let nodes = self.nodes.len() as u64;
        for fault in Fault::ALL {
            let lasting = matches!(
                fault,
                Fault::ProviderSilent
                    | Fault::ProviderFailing
                    | Fault::ProviderLinkCut
                    | Fault::StoreLinkCut
                    | Fault::TillLinkCut
                    | Fault::Crash
                    | Fault::Pause
                    | Fault::ClockForward
                    | Fault::ClockBack
            );
            let times = if lasting { self.weather.of(*fault) } else { 0 };
            for _ in 0..times {
                let node = self.random.between(0, nodes) as usize;
                let trouble = self.draw_trouble(*fault, node);
                let from = self.now + Duration::from_millis(self.random.between(0, storm.as_millis() as u64));
                let most_ms = self.random.pick(&[2_000, 20_000, 90_000]);
                let lasts = Duration::from_millis(self.random.between(200, most_ms));
                self.audit.fault(*fault);
                self.plan(from, Event::Trouble { trouble, begins: true });
                self.plan(from + lasts, Event::Trouble { trouble, begins: false });
            }
        }
    }

    fn draw_trouble(&mut self, fault: Fault, node: usize) -> Trouble {
        let channel = self.random.between(0, self.channels.len() as u64) as usize;
        let till = self.random.between(0, super::till::TILLS as u64) as usize;
        let most_s = self.random.pick(&[5, 60, 1_200, 40_000]);
        let off_s = self.random.between(1, most_s) as i64;
        match fault {
            Fault::ProviderSilent => Trouble::Provider { channel, failing: false },
            Fault::ProviderFailing => Trouble::Provider { channel, failing: true },
            Fault::ProviderLinkCut => Trouble::ProviderLink { node, channel },
            Fault::StoreLinkCut => Trouble::StoreLink { node },
            Fault::TillLinkCut => Trouble::TillLink { till },
            Fault::Crash => Trouble::Crash { node },
            Fault::Pause => Trouble::Pause { node },
            Fault::ClockForward => Trouble::Clock { node, off_s },
            _ => Trouble::Clock { node, off_s: -off_s },
        }
    }

    pub(super) fn trouble(&mut self, trouble: Trouble, begins: bool) {
        let change = |count: &mut u32| *count = if begins { *count + 1 } else { count.saturating_sub(1) };
        match trouble {
            Trouble::Provider { channel, failing } => {
                let down = if failing { Down::Failing } else { Down::Silent };
                self.channels[channel].set_down(begins.then_some(down));
                self.plan_tick(channel);
                self.audit.healthy_again(Some(channel), self.now);
            }
            Trouble::ProviderLink { node, channel } => {
                change(&mut self.nodes[node].provider_cut[channel]);
                self.audit.healthy_again(Some(channel), self.now);
            }
            Trouble::StoreLink { node } => {
                change(&mut self.nodes[node].store_cut);
                self.audit.healthy_again(None, self.now);
                self.plan_round(node);
            }
            Trouble::TillLink { till } => change(&mut self.tills_cut[till]),
            Trouble::Crash { node } if begins => self.crash(node),
            Trouble::Crash { .. } => {}
            Trouble::Pause { node } if begins => self.fall_asleep(node),
            Trouble::Pause { node } => self.wake_up(node),
            Trouble::Clock { node, off_s } => self.set_wall(node, if begins { off_s * 1_000_000 } else { 0 }),
        }
    }

    /// The storm is over: everybody is up, awake and connected.
    pub(super) fn end_troubles(&mut self) {
        for channel in &mut self.channels {
            channel.set_down(None);
        }
        self.tills_cut = Default::default();
        for number in 0..self.nodes.len() {
            self.nodes[number].store_cut = 0;
            self.nodes[number].provider_cut = Default::default();
            if self.nodes[number].up {
                self.wake_up(number);
                self.plan_round(number);
            } else {
                self.start(number);
            }
        }
        for channel in 0..self.channels.len() {
            self.plan_tick(channel);
        }
    }
}
