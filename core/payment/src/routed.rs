//! Why a payment goes over its channel and over no other: what was known when the way was chosen. Kept with the request
//! as evidence; it decides nothing any more, and it never changes.

use base::{ChannelId, Text};

/// How one of several ways to the same wallet was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// Why the way that was taken was taken.
    pub why: WhyRouted,
    /// Every way there was, the one that the configuration prefers first.
    pub ways: Vec<Considered>,
}

/// Why a way was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyRouted {
    /// A person said that it is to be this one.
    Pinned {
        /// Who.
        by: String,
    },
    /// A rule of the configuration said so.
    Rule {
        /// The rule's name.
        name: String,
    },
    /// It is the first that works well.
    Preferred,
    /// It works clearly better than the first.
    BetterRate,
    /// It had failed before, and one payment tries whether it works again.
    Probe,
    /// Too little is known of it, and one payment in many finds out.
    Trial,
    /// Every way fails just now; this one fails least.
    LeastBad,
}

/// A way that could have been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// Its channel.
    pub channel: ChannelId,
    /// The channel's name.
    pub name: String,
    /// How many of a thousand calls worked of late.
    pub rate_permille: u32,
    /// Calls that this is known from, newer ones counting more; in thousandths of a call.
    pub known_from: u64,
    /// How it stood.
    pub standing: WayStanding,
}

/// How a way stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayStanding {
    /// Payments go over it.
    Open,
    /// It fails too often; only probes go over it.
    Eliminated,
    /// A person has shut it.
    ShutByPerson {
        /// Who.
        by: String,
    },
    /// A rule of the configuration keeps such payments off it.
    ShutByRule {
        /// The rule's name.
        name: String,
    },
}

impl Routed {
    /// The choice in a sentence, for the timeline: `chosen` is the channel that the payment went over.
    pub fn text(&self, chosen: ChannelId) -> Text {
        let why = self.why.text();
        let name = self.ways.iter().find(|way| way.channel == chosen).map_or("", |way| way.name.as_str());
        let others: Vec<Text> =
            self.ways.iter().filter(|way| way.channel != chosen).map(Considered::text).collect();
        let join =
            |pick: fn(&Text) -> &str, with: &str| others.iter().map(pick).collect::<Vec<_>>().join(with);
        Text::new(
            format!("走通道 {name}：{}；另有 {}", why.zh, join(|text| &text.zh, "、")),
            format!("over channel {name}: {}; there was also {}", why.en, join(|text| &text.en, ", ")),
        )
    }
}

impl WhyRouted {
    /// Its name in stored facts and on the wire. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            WhyRouted::Pinned { .. } => "pinned",
            WhyRouted::Rule { .. } => "rule",
            WhyRouted::Preferred => "preferred",
            WhyRouted::BetterRate => "better_rate",
            WhyRouted::Probe => "probe",
            WhyRouted::Trial => "trial",
            WhyRouted::LeastBad => "least_bad",
        }
    }

    /// Whoever or whatever said so: a person, a rule; empty for what was learned.
    pub fn said_by(&self) -> &str {
        match self {
            WhyRouted::Pinned { by } => by,
            WhyRouted::Rule { name } => name,
            WhyRouted::Preferred
            | WhyRouted::BetterRate
            | WhyRouted::Probe
            | WhyRouted::Trial
            | WhyRouted::LeastBad => "",
        }
    }

    /// The reason of this [`WhyRouted::code`], said by this person or rule.
    pub fn from_code(code: &str, said_by: String) -> Option<WhyRouted> {
        Some(match code {
            "pinned" => WhyRouted::Pinned { by: said_by },
            "rule" => WhyRouted::Rule { name: said_by },
            "preferred" => WhyRouted::Preferred,
            "better_rate" => WhyRouted::BetterRate,
            "probe" => WhyRouted::Probe,
            "trial" => WhyRouted::Trial,
            "least_bad" => WhyRouted::LeastBad,
            _ => return None,
        })
    }

    /// In words.
    pub fn text(&self) -> Text {
        match self {
            WhyRouted::Pinned { by } => {
                Text::new(format!("{by} 指定走这里"), format!("{by} said to use this one"))
            }
            WhyRouted::Rule { name } => {
                Text::new(format!("规则“{name}”指定"), format!("the rule \"{name}\" says so"))
            }
            WhyRouted::Preferred => Text::new("首选通道，工作正常", "it is the first choice and works well"),
            WhyRouted::BetterRate => {
                Text::new("成功率明显更高", "it works clearly better than the first choice")
            }
            WhyRouted::Probe => Text::new(
                "之前故障，用这一笔试探是否恢复",
                "it had failed before; this payment tries whether it works again",
            ),
            WhyRouted::Trial => Text::new(
                "用得少，用这一笔了解它的成功率",
                "little is known of it; this payment finds out how well it works",
            ),
            WhyRouted::LeastBad => Text::new(
                "各通道都在故障，选故障最少的",
                "every channel fails just now and this one fails least",
            ),
        }
    }
}

impl WayStanding {
    /// Its name in stored facts and on the wire. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            WayStanding::Open => "open",
            WayStanding::Eliminated => "eliminated",
            WayStanding::ShutByPerson { .. } => "shut_by_person",
            WayStanding::ShutByRule { .. } => "shut_by_rule",
        }
    }

    /// Whoever or whatever shut it; empty if nobody did.
    pub fn said_by(&self) -> &str {
        match self {
            WayStanding::ShutByPerson { by } => by,
            WayStanding::ShutByRule { name } => name,
            WayStanding::Open | WayStanding::Eliminated => "",
        }
    }

    /// The standing of this [`WayStanding::code`], because of this person or rule.
    pub fn from_code(code: &str, said_by: String) -> Option<WayStanding> {
        Some(match code {
            "open" => WayStanding::Open,
            "eliminated" => WayStanding::Eliminated,
            "shut_by_person" => WayStanding::ShutByPerson { by: said_by },
            "shut_by_rule" => WayStanding::ShutByRule { name: said_by },
            _ => return None,
        })
    }
}

impl Considered {
    fn text(&self) -> Text {
        let Considered { name, rate_permille, known_from, standing, .. } = self;
        let percent = format!("{}.{}%", rate_permille / 10, rate_permille % 10);
        let rate = match known_from {
            0 => Text::new("还没有记录", "nothing known yet"),
            _ => Text::new(format!("成功率 {percent}"), format!("{percent} worked")),
        };
        let how = match standing {
            WayStanding::Open => rate,
            WayStanding::Eliminated => {
                Text::new(format!("故障停用，{}", rate.zh), format!("out of use, {}", rate.en))
            }
            WayStanding::ShutByPerson { by } => Text::new(format!("{by} 关闭了它"), format!("shut by {by}")),
            WayStanding::ShutByRule { name } => {
                Text::new(format!("规则“{name}”不用它"), format!("kept out by the rule \"{name}\""))
            }
        };
        Text::new(format!("{name}（{}）", how.zh), format!("{name} ({})", how.en))
    }
}
