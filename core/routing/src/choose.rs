//! Choosing: a person's word first, then the rules, then what was learned. Whatever is chosen comes with why.

use crate::{Policy, Rule, Score, Standing, Then};
use base::{ChannelId, Money, TillId, Timestamp};
use payment::{Considered, Routed, WayStanding, WhyRouted};

/// The payment that a way is chosen for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// How much.
    pub amount: Money,
    /// Our short name of the wallet.
    pub wallet: &'a str,
    /// At which till.
    pub till: TillId,
    /// Now.
    pub at: Timestamp,
    /// A number drawn from 0 to 999.
    pub chance: u32,
}

/// A way that the payment could take, and what is known of it.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// Its channel.
    pub channel: ChannelId,
    /// The channel's name.
    pub name: &'a str,
    /// What was learned of it.
    pub score: Score,
    /// What a person ordered of it.
    pub order: Option<&'a Order>,
}

/// What a person ordered of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it is.
    pub word: Word,
    /// It holds until then; until it is taken back if there is no end.
    pub until: Option<Timestamp>,
    /// Who.
    pub by: String,
}

/// What a person can order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Every payment of this wallet goes over it.
    Pin,
    /// None does.
    Shut,
}

impl Order {
    /// Whether it still holds.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

/// Every way is shut, by persons or by rules: there is none to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoneOpen;

/// The way to take, and the evidence of the choice. `ways` come in the configuration's order, the preferred first.
pub fn choose(
    wish: &Wish<'_>,
    ways: &[Way<'_>],
    rules: &[Rule],
    policy: &Policy,
) -> Result<(ChannelId, Routed), NoneOpen> {
    let fitting: Vec<&Rule> = rules.iter().filter(|rule| rule.when.fits(wish)).collect();
    let ways: Vec<Judged<'_>> = ways.iter().map(|way| judged(way, wish.at, &fitting)).collect();
    let (chosen, why) = decide(wish, &ways, &fitting, policy).ok_or(NoneOpen)?;
    let considered = ways.iter().map(Judged::considered).collect();
    Ok((chosen, Routed { why, ways: considered }))
}

/// A way and how it stands for this payment.
struct Judged<'a> {
    way: &'a Way<'a>,
    standing: WayStanding,
}

impl Judged<'_> {
    fn is_open(&self) -> bool {
        matches!(self.standing, WayStanding::Open | WayStanding::Eliminated)
    }

    fn is_sound(&self) -> bool {
        self.standing == WayStanding::Open
    }

    fn rate(&self) -> u32 {
        self.way.score.rate_permille
    }

    fn considered(&self) -> Considered {
        Considered {
            channel: self.way.channel,
            name: self.way.name.to_owned(),
            rate_permille: self.rate(),
            known_from: self.way.score.known_from,
            standing: self.standing.clone(),
        }
    }
}

fn judged<'a>(way: &'a Way<'a>, at: Timestamp, rules: &[&Rule]) -> Judged<'a> {
    let avoids = |rule: &&&Rule| rule.then == Then::Avoid(way.channel);
    let standing = match ordered(way, at) {
        Some(Order { word: Word::Shut, by, .. }) => WayStanding::ShutByPerson { by: by.clone() },
        // A person knows more than a rule that was written before.
        Some(Order { word: Word::Pin, .. }) => WayStanding::Open,
        None => match rules.iter().find(avoids) {
            Some(rule) => WayStanding::ShutByRule { name: rule.name.clone() },
            None if way.score.standing == Standing::Sound => WayStanding::Open,
            None => WayStanding::Eliminated,
        },
    };
    Judged { way, standing }
}

fn ordered<'a>(way: &'a Way<'_>, at: Timestamp) -> Option<&'a Order> {
    way.order.filter(|order| order.holds(at))
}

fn decide(
    wish: &Wish<'_>,
    ways: &[Judged<'_>],
    rules: &[&Rule],
    policy: &Policy,
) -> Option<(ChannelId, WhyRouted)> {
    let open: Vec<&Judged<'_>> = ways.iter().filter(|way| way.is_open()).collect();
    let pinned = open.iter().find_map(|way| {
        let order = ordered(way.way, wish.at).filter(|order| order.word == Word::Pin)?;
        Some((way.way.channel, WhyRouted::Pinned { by: order.by.clone() }))
    });
    let sound: Vec<&Judged<'_>> = open.iter().copied().filter(|way| way.is_sound()).collect();
    pinned
        .or_else(|| by_rule(&sound, rules))
        .or_else(|| probe(&open, &sound))
        .or_else(|| trial(wish, &sound, policy))
        .or_else(|| learned(&sound, policy))
        .or_else(|| best(&open).map(|way| (way.way.channel, WhyRouted::LeastBad)))
}

fn by_rule(sound: &[&Judged<'_>], rules: &[&Rule]) -> Option<(ChannelId, WhyRouted)> {
    rules.iter().find_map(|rule| {
        let Then::Prefer(channel) = rule.then else { return None };
        let usable = sound.iter().any(|way| way.way.channel == channel);
        usable.then(|| (channel, WhyRouted::Rule { name: rule.name.clone() }))
    })
}

/// A way that is out of use is tried while another one works, never the only one left: that is used anyhow.
fn probe(open: &[&Judged<'_>], sound: &[&Judged<'_>]) -> Option<(ChannelId, WhyRouted)> {
    let due = |way: &&&Judged<'_>| {
        !way.is_sound() && matches!(way.way.score.standing, Standing::Eliminated { probe_due: true, .. })
    };
    let way = open.iter().find(due).filter(|_| !sound.is_empty())?;
    Some((way.way.channel, WhyRouted::Probe))
}

fn trial(wish: &Wish<'_>, sound: &[&Judged<'_>], policy: &Policy) -> Option<(ChannelId, WhyRouted)> {
    if wish.chance >= policy.trial_permille {
        return None;
    }
    let unknown = |way: &&&Judged<'_>| way.way.score.known_from < policy.failures_min;
    let way = sound.iter().skip(1).find(unknown)?;
    Some((way.way.channel, WhyRouted::Trial))
}

fn learned(sound: &[&Judged<'_>], policy: &Policy) -> Option<(ChannelId, WhyRouted)> {
    let (first, best) = (sound.first()?, best(sound)?);
    match best.rate() >= first.rate() + policy.margin_permille {
        true => Some((best.way.channel, WhyRouted::BetterRate)),
        false => Some((first.way.channel, WhyRouted::Preferred)),
    }
}

/// The way with the highest rate; of equal ones the first.
fn best<'a, 'b>(ways: &[&'a Judged<'b>]) -> Option<&'a Judged<'b>> {
    ways.iter().copied().reduce(|best, way| if way.rate() > best.rate() { way } else { best })
}
