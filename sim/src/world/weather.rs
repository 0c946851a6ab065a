//! What goes wrong in one world. Each world draws which kinds of trouble it has and how strong each is (swarm
//! testing): some have one kind in plenty, others many at once; trouble everywhere at a low rate finds less.

use crate::random::Random;
use provider_contract::Treatment;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $strengths:expr;)*) => {
        /// A kind of trouble.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every kind.
            pub const ALL: &[Fault] = &[$(Fault::$name,)*];

            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Fault::$name => $text,)* }
            }

            /// How strong it can be where it is on: chances in a thousand, or how often in a world.
            fn strengths(self) -> &'static [u32] {
                match self { $(Fault::$name => &$strengths,)* }
            }
        }
    };
}

faults! {
    /// A call cannot leave.
    NeverLeft = "call_never_left", [20, 200];
    /// A request vanishes on its way to the provider.
    RequestLost = "request_lost", [20, 150];
    /// A request arrives long after we stopped waiting.
    RequestLate = "request_late", [30, 150];
    /// A request arrives twice.
    RequestTwice = "request_twice", [20, 200];
    /// A reply vanishes.
    ReplyLost = "reply_lost", [20, 150];
    /// A reply arrives damaged.
    ReplyDamaged = "reply_damaged", [20, 100];
    /// A provider drops everything for a while.
    ProviderSilent = "provider_silent", [1, 3];
    /// A provider answers for a while that it failed inside.
    ProviderFailing = "provider_failing", [1, 3];
    /// One node cannot reach one provider for a while.
    ProviderLinkCut = "provider_link_cut", [1, 3];
    /// A notification vanishes.
    NoticeLost = "notice_lost", [100, 300];
    /// A notification comes twice.
    NoticeTwice = "notice_twice", [100, 300];
    /// A notification comes minutes late, after others that were sent later.
    NoticeLate = "notice_late", [100, 300];
    /// A changed notification comes beside the true one.
    NoticeForged = "notice_forged", [100, 300];
    /// A till's request, or the answer to it, vanishes.
    TillLossy = "till_lossy", [50, 200];
    /// A till cannot reach any node for a while.
    TillLinkCut = "till_link_cut", [1, 3];
    /// The store refuses a transaction and says so.
    StoreFails = "store_fails", [3, 15];
    /// The store keeps a transaction and the node is told that it failed.
    StoreKeepsUntold = "store_keeps_untold", [3, 15];
    /// One node cannot reach the store for a while.
    StoreLinkCut = "store_link_cut", [1, 2];
    /// A node dies; whether the store keeps what it had just offered is drawn.
    Crash = "crash", [1, 4];
    /// A node dies between two things that a transaction permitted.
    CrashMidway = "crash_midway", [2, 10];
    /// A node stands still for a while and comes back believing that no time has passed.
    Pause = "pause", [1, 3];
    /// A node falls asleep with calls in its hand that are durable and not yet sent.
    PauseInHand = "pause_in_hand", [3, 15];
    /// A node's clock is set forward.
    ClockForward = "clock_forward", [1, 4];
    /// A node's clock is set back.
    ClockBack = "clock_back", [1, 4];
    /// The nodes' clocks differ.
    ClockSkew = "clock_skew", [300, 1_000];
    /// The cashier or the customer changes the plan.
    SecondThoughts = "second_thoughts", [100, 400];
    /// Providers and payers misbehave, each in ways that the world draws.
    Treatments = "treatments", [200, 500];
}

/// A set of kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Faults(u64);

impl Faults {
    /// Every kind.
    pub const ALL: Faults = Faults(u64::MAX);

    /// Without this kind.
    pub fn without(self, fault: Fault) -> Faults {
        Faults(self.0 & !(1 << fault as u64))
    }

    /// Whether this kind is in it.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u64) != 0
    }
}

/// The trouble of one world.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    strength: [u32; Fault::ALL.len()],
    treatments: Vec<Treatment>,
}

impl Weather {
    /// Draws it; only kinds of `permitted` are on.
    pub fn draw(random: &mut Random, permitted: Faults) -> Weather {
        // One world in ten is calm, one in ten has nothing but trouble with clocks: there the treatment alone must
        // decide what becomes of a payment.
        let mood = random.between(0, 10);
        let mut strength = [0; Fault::ALL.len()];
        for fault in Fault::ALL {
            let on = random.permille(400);
            let drawn = random.pick(fault.strengths());
            let drawn = if mood == 1 && *fault != Fault::Treatments { 6 * drawn } else { drawn };
            let on = match (mood, fault) {
                (0, Fault::Treatments) => true,
                (0, _) => false,
                (1, Fault::ClockForward | Fault::ClockBack | Fault::ClockSkew | Fault::Treatments) => true,
                (1, _) => false,
                (_, Fault::Treatments) => true,
                _ => on,
            };
            if on && permitted.has(*fault) {
                strength[*fault as usize] = drawn;
            }
        }
        Weather { strength, treatments: treatments(random) }
    }

    /// How strong a kind is: 0 if it is off.
    pub fn of(&self, fault: Fault) -> u32 {
        self.strength[fault as usize]
    }

    /// Nothing is on but how payers and providers behave, and clocks.
    pub fn only_clocks(&self) -> bool {
        let clock = |fault: &Fault| {
            matches!(fault, Fault::ClockForward | Fault::ClockBack | Fault::ClockSkew | Fault::Treatments)
        };
        Fault::ALL.iter().filter(|fault| !clock(fault)).all(|fault| self.of(*fault) == 0)
    }

    /// Some trouble with clocks is on.
    pub fn clocks_interfere(&self) -> bool {
        [Fault::ClockForward, Fault::ClockBack, Fault::ClockSkew].iter().any(|fault| self.of(*fault) > 0)
    }

    /// The storm is over.
    pub fn clear_up(&mut self) {
        let skew = self.of(Fault::ClockSkew);
        self.strength = [0; Fault::ALL.len()];
        self.strength[Fault::ClockSkew as usize] = skew;
    }

    /// How the next sale's payer and provider behave.
    pub fn treatment(&self, random: &mut Random) -> Treatment {
        if random.permille(self.of(Fault::Treatments)) {
            random.pick(&self.treatments)
        } else {
            Treatment::Normal
        }
    }
}

fn treatments(random: &mut Random) -> Vec<Treatment> {
    let all = Treatment::ALL.iter().map(|(treatment, _)| *treatment);
    if random.permille(300) {
        return all.collect();
    }
    let some: Vec<_> = all.filter(|_| random.permille(300)).collect();
    if some.is_empty() { vec![Treatment::Normal] } else { some }
}
