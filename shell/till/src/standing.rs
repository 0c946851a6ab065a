//! What this device knows of itself: whether it stands for the till, whether the server can be reached, what is wrong.

use crate::link::{LinkError, Stand};
use api::{AgentView, Code, ConnectionView, JournalView, Problem, StandbyView, Standing, TakenOverView};
use base::{Text, Timestamp, Zone};
use std::time::{Duration, Instant};

/// What a device knows of itself.
#[derive(Debug)]
pub(crate) struct State {
    pub till: api::NamedView,
    pub standing: Standing,
    pub taken_over: Option<(String, String)>,
    pub reachable: Option<bool>,
    pub since: Timestamp,
    pub why: Option<String>,
    /// The device that stands for the till, as last told, and when its beat was seen to grow, by this device's clock.
    pub other: Option<(Stand, Instant)>,
    pub takes_over_after: Option<Duration>,
    pub unsent: u64,
    pub flaw: Option<Text>,
}

impl State {
    /// The server answered.
    pub fn heard(&mut self, now: Timestamp) {
        if self.reachable != Some(true) {
            (self.reachable, self.since, self.why) = (Some(true), now, None);
        }
    }

    /// It did not.
    pub fn unheard(&mut self, error: &LinkError, now: Timestamp) {
        if self.reachable != Some(false) {
            (self.reachable, self.since) = (Some(false), now);
        }
        self.why = Some(error.to_string());
    }

    /// For how long the device that stands for the till has given no sign of life, while the server could be asked.
    pub fn silent(&self) -> Duration {
        self.other.as_ref().map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    pub fn may_act(&self) -> Result<(), Problem> {
        match self.standing {
            Standing::Selling | Standing::Server => Ok(()),
            Standing::Standby => Err(Code::TillIsStandby.into()),
            Standing::Refused => Err(Code::UnknownApiKey.into()),
            Standing::TakenOver => Err(match &self.taken_over {
                Some((by, at)) => {
                    Problem::with(Code::TillWasTakenOver, format!("{by}，{at}"), format!("{by}, {at}"))
                }
                None => Code::TillWasTakenOver.into(),
            }),
        }
    }

    pub fn view(&self) -> AgentView {
        let why = self.why.as_ref().map(|why| {
            Text::new(format!("连不上服务器：{why}"), format!("The server cannot be reached: {why}"))
        });
        let standby = self.other.as_ref().filter(|_| self.standing == Standing::Standby);
        AgentView {
            standing: self.standing,
            till: Some(self.till.clone()),
            server: Some(ConnectionView {
                reachable: self.reachable.unwrap_or(false),
                since: self.since.rfc3339(Zone::CHINA),
                why: why.filter(|_| self.reachable == Some(false)).map(Into::into),
            }),
            taken_over: self
                .taken_over
                .as_ref()
                .filter(|_| self.standing == Standing::TakenOver)
                .map(|(by, at)| TakenOverView { by: by.clone(), at: at.clone() }),
            standby: standby.map(|(other, since)| StandbyView {
                current: other.name.clone(),
                seen_at: other.seen_at.clone(),
                silent_s: since.elapsed().as_secs(),
                takes_over_after_s: self.takes_over_after.map(|after| after.as_secs()),
            }),
            journal: Some(JournalView { unsent: self.unsent, flaw: self.flaw.clone().map(Into::into) }),
            text: self.text().into(),
        }
    }

    fn text(&self) -> Text {
        match (self.standing, self.reachable) {
            (Standing::TakenOver, _) => {
                let (by, at) = self.taken_over.clone().unwrap_or_default();
                Text::new(
                    format!("这台收银机已被“{by}”在 {at} 接管，不再收款"),
                    format!("{by} took over this till at {at}; this device takes no money any more"),
                )
            }
            (Standing::Refused, _) => Text::new(
                "服务器不认这台收银机的密钥，请重新配对",
                "The server refuses this device's key; pair it again",
            ),
            (Standing::Standby, Some(false)) => Text::new(
                "备用收银机，连不上服务器，现在不能接管",
                "A spare device; the server cannot be reached, so it cannot take over now",
            ),
            (Standing::Standby, _) => {
                Text::new("备用收银机，随时可以接管", "A spare device, ready to take over")
            }
            (_, Some(false)) => Text::new(
                "连不上服务器：新的扫码收款发不出去，未定的收款恢复后会自动核实",
                "The server cannot be reached: new scans cannot be sent; what is open is checked by itself when it is back",
            ),
            (_, None) => Text::new("正在连接服务器", "Connecting to the server"),
            (_, Some(true)) => Text::new("已连接服务器", "Connected to the server"),
        }
    }
}
