//! Who drives what when several servers share one store: leases, without comparing the clocks of two computers.
//!
//! Every server is a *member* from the moment it joins: a row with a [`Fence`], a number that is given once, and a
//! *beat* that it raises about once a second. The others read the beats. Whoever sees a beat stand still for the
//! lease time, by its own steady clock, *fences* that member: one compare-and-set on fence and beat. From then on no
//! commit of the fenced member succeeds, so what it held may be driven by others.
//!
//! ```text
//!  join ──► alive ──beat──► alive ──leave──► left      what it held is nobody's, at once
//!             └──its beat stood still──► fenced        what it held is nobody's; it finds out and joins anew
//! ```
//!
//! Safety rests on the store alone, never on time: a commit succeeds only while the member's row is alive, and
//! changes only payments whose holder is that member or nobody who is alive. Time only decides how soon somebody
//! else takes over, and keeps a member that was asleep from sending what it decided on before ([`Lease::holds`]).
//!
//! Times here are readings of one member's own steady clock: durations since whenever it began to count.

use std::collections::BTreeMap;
use std::time::Duration;

/// One membership, from joining to its end. Later ones have larger numbers; none is given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub i64);

impl Fence {
    /// The holder of a payment that nobody holds.
    pub const NOBODY: Fence = Fence(0);
}

impl std::fmt::Display for Fence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Whether a member still counts. It never comes back from the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may commit.
    Alive,
    /// Another member, or its own successor, put an end to it.
    Fenced,
    /// It ended by itself and left its payments to the others.
    Left,
}

/// What everybody may read about a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its number.
    pub fence: Fence,
    /// The server's name, the same after a restart. Of one name, one member is alive.
    pub name: String,
    /// Where the others reach it; empty if they cannot.
    pub address: String,
    /// Raised about once a second while it is well.
    pub beat: i64,
    /// Whether it counts.
    pub standing: Standing,
}

/// The members as the store has them, and the rules of joining, beating, fencing and committing. The simulated
/// world keeps its store's rules with it; the real store keeps the same rules in SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    all: BTreeMap<Fence, Member>,
    last: i64,
}

impl Members {
    /// Members as they were read.
    pub fn read(members: impl IntoIterator<Item = Member>) -> Members {
        let all: BTreeMap<Fence, Member> = members.into_iter().map(|member| (member.fence, member)).collect();
        Members { last: all.keys().next_back().map_or(0, |fence| fence.0), all }
    }

    /// A server joins. An earlier member of its name is fenced: it is the same server before its restart, or
    /// somebody who took its name, and there can only be one.
    pub fn join(&mut self, name: &str, address: &str) -> Fence {
        for earlier in self.all.values_mut().filter(|member| member.name == name && member.alive()) {
            earlier.standing = Standing::Fenced;
        }
        self.last += 1;
        let fence = Fence(self.last);
        let (name, address) = (name.to_owned(), address.to_owned());
        self.all.insert(fence, Member { fence, name, address, beat: 0, standing: Standing::Alive });
        fence
    }

    /// A member says that it is well. False if it counts no more.
    pub fn beat(&mut self, fence: Fence) -> bool {
        let alive = self.all.get_mut(&fence).filter(|member| member.alive());
        alive.map(|member| member.beat += 1).is_some()
    }

    /// Fences a member whose beat is still the one that was seen. False if it has moved, or counts no more.
    pub fn fence(&mut self, suspect: Suspect) -> bool {
        let still = |member: &&mut Member| member.alive() && member.beat == suspect.beat;
        let found = self.all.get_mut(&suspect.fence).filter(still);
        found.map(|member| member.standing = Standing::Fenced).is_some()
    }

    /// A member ends by itself.
    pub fn leave(&mut self, fence: Fence) {
        if let Some(member) = self.all.get_mut(&fence).filter(|member| member.alive()) {
            member.standing = Standing::Left;
        }
    }

    /// A member, if it was ever seen.
    pub fn member(&self, fence: Fence) -> Option<&Member> {
        self.all.get(&fence)
    }

    /// Every member, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.all.values()
    }

    /// Whether this member may commit at all.
    pub fn may_commit(&self, fence: Fence) -> bool {
        self.all.get(&fence).is_some_and(Member::alive)
    }

    /// Whether `me` may change a payment that `holder` holds: its own, nobody's, or a dead member's.
    pub fn may_drive(&self, me: Fence, holder: Fence) -> bool {
        holder == me || !self.may_commit(holder)
    }
}

impl Member {
    fn alive(&self) -> bool {
        self.standing == Standing::Alive
    }
}

/// A member to be fenced, if its beat is still this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Which.
    pub fence: Fence,
    /// The beat that stood still.
    pub beat: i64,
}

/// Why a member counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    /// The others took it for dead. It forgets everything and joins anew.
    Fenced,
    /// A later member has its name: the server was started twice. It must end, or the two would fence each other
    /// for ever.
    Replaced,
}

/// One member's view of its own lease and of the others'.
#[derive(Clone, Debug)]
pub struct Lease {
    me: Fence,
    lasts: Duration,
    sure_until: Duration,
    looked: Duration,
    seen: BTreeMap<Fence, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    beat: i64,
    since: Duration,
}

impl Lease {
    /// The lease time unless it is configured: with beats and looks between, a dead member's payments are taken up
    /// within five seconds.
    pub const USUAL: Duration = Duration::from_secs(4);

    /// The lease of a member that has joined; `began` is when it set about it.
    pub fn new(me: Fence, lasts: Duration, began: Duration) -> Lease {
        Lease { me, lasts, sure_until: began + lasts, looked: began, seen: BTreeMap::new() }
    }

    /// Which member this is.
    pub fn me(&self) -> Fence {
        self.me
    }

    /// Between two beats: several fit into a lease, and one a second is enough.
    pub fn beat_every(&self) -> Duration {
        (self.lasts / 5).min(Duration::from_secs(1))
    }

    /// Between two looks at the others.
    pub fn look_every(&self) -> Duration {
        (self.lasts / 10).min(Duration::from_millis(500))
    }

    /// A beat is durable that was begun at `began`. Whoever reads it does so later, so nobody can count from earlier.
    pub fn beaten(&mut self, began: Duration) {
        self.sure_until = self.sure_until.max(began + self.lasts);
    }

    /// Whether nobody can have fenced this member yet. When it no longer holds, nothing new may be sent: the others
    /// may be asking about the same payment already.
    pub fn holds(&self, now: Duration) -> bool {
        now < self.sure_until
    }

    /// Looks at the members as they were read between `began` and `ended`: who is to be fenced, or why this member is
    /// out itself.
    pub fn look(&mut self, members: &Members, began: Duration, ended: Duration) -> Result<Vec<Suspect>, Out> {
        if !members.may_commit(self.me) {
            return Err(self.why_out(members));
        }
        // While nobody could look, nobody could beat either, or it was this member that slept: count anew.
        let blind = began.saturating_sub(self.looked) > self.lasts / 2;
        self.looked = ended;
        let others = members.iter().filter(|member| member.alive() && member.fence != self.me);
        let mut seen = BTreeMap::new();
        let mut suspects = Vec::new();
        for member in others {
            let known = self.seen.get(&member.fence).filter(|seen| seen.beat == member.beat && !blind);
            let since = known.map_or(ended, |seen| seen.since);
            if began.saturating_sub(since) >= self.lasts {
                suspects.push(Suspect { fence: member.fence, beat: member.beat });
            }
            seen.insert(member.fence, Seen { beat: member.beat, since });
        }
        self.seen = seen;
        Ok(suspects)
    }

    fn why_out(&self, members: &Members) -> Out {
        let name = members.member(self.me).map(|me| me.name.as_str());
        let successor =
            |member: &Member| member.fence > self.me && member.alive() && Some(member.name.as_str()) == name;
        if members.iter().any(successor) { Out::Replaced } else { Out::Fenced }
    }
}
