//! Every run of a very small world, not only drawn ones: one payment, two tills that press, two nodes over one store,
//! a provider, and so many faults in any combination and order: messages lost, late and twice, nodes that die or stand
//! still, clocks that are set. What decides is the real thing: [`payment::fold`], [`payment::next()`], [`payment::decide`]
//! and the leases of [`engine::lease`]. The model is only what lies around them.
//!
//! Time goes in steps of a second and only when nothing that must happen before is left: nodes that are awake do what is
//! due, messages arrive or are lost before they are too old. So every run ends, and one that ends without a definite
//! outcome is a broken promise: that is liveness, given that faults are finite.

mod state;
mod step;

use state::State;
use stateright::{Checker, Expectation, HasDiscoveries, Model, Property};
use std::time::{Duration, Instant};
pub use step::Action;

/// What to explore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many faults may happen in one run, of all kinds together.
    pub faults: u8,
    /// A safety line to remove.
    pub planted: Option<Planted>,
}

/// A safety line that can be removed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// The store takes facts from anybody, in whatever order.
    NobodyIsFenced,
    /// A node that stood still sends what it had decided on before.
    LeaseIsNotLookedAt,
    /// A charge without a reply is read as refused.
    SilenceIsRefusal,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Explored {
    /// States looked at, with repeats.
    pub states: usize,
    /// Different states.
    pub unique: usize,
    /// The longest run, in actions.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Each property, and the shortest run that breaks it.
    pub properties: Vec<(&'static str, Option<Vec<String>>)>,
}

impl Explored {
    /// Whether every property holds in every state.
    pub fn holds(&self) -> bool {
        self.properties.iter().all(|(_, broken)| broken.is_none())
    }
}

/// Explores every state within the bounds.
pub fn explore(bounds: Bounds, threads: usize) -> Explored {
    let began = Instant::now();
    let checker = Small { bounds }
        .checker()
        .threads(threads)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let broken = |name| {
        checker.discovery(name).map(|path| {
            let actions = path.into_actions();
            actions.iter().map(|action| format!("{action:?}")).collect()
        })
    };
    let properties = checker.model().properties();
    let failures = properties.iter().filter(|property| property.expectation == Expectation::Always);
    Explored {
        states: checker.state_count(),
        unique: checker.unique_state_count(),
        depth: checker.max_depth(),
        took: began.elapsed(),
        properties: failures.map(|property| (property.name, broken(property.name))).collect(),
    }
}

/// The small world.
pub(crate) struct Small {
    bounds: Bounds,
}

impl Model for Small {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::first(self.bounds.faults)]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        step::possible(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        step::take(&mut state, action, self.bounds.planted);
        state.order();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("at most one charge", |_, state: &State| state.charged_at_most_once()),
            Property::always("no goods on unpaid", |_, state: &State| state.goods_are_paid()),
            Property::always("no false paid and no false not paid", |_, state: &State| {
                state.outcome_is_true()
            }),
            Property::always("no more goes back than came", |_, state: &State| state.returned_within_paid()),
            Property::always("a node that counts no more never acts", |_, state: &State| !state.fenced_acted),
            Property::always("every run ends in a definite outcome", |_, state| {
                !step::over(state) || state.settled()
            }),
            Property::sometimes("a payment is paid", |_, state: &State| state.is_paid()),
            Property::sometimes("a node takes over from another", |_, state: &State| state.taken_over()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_within_one_fault_keeps_every_property() {
        let explored = explore(Bounds { faults: 1, planted: None }, 2);
        assert!(explored.holds(), "{:?}", explored.properties);
        assert!(explored.unique > 10_000, "{}", explored.unique);
    }

    #[test]
    fn a_store_that_fences_nobody_is_found_out() {
        found_out(Planted::NobodyIsFenced, 2);
    }

    #[test]
    fn a_lease_that_is_not_looked_at_is_found_out() {
        found_out(Planted::LeaseIsNotLookedAt, 1);
    }

    #[test]
    fn silence_read_as_refusal_is_found_out() {
        found_out(Planted::SilenceIsRefusal, 1);
    }

    fn found_out(planted: Planted, faults: u8) {
        let explored = explore(Bounds { faults, planted: Some(planted) }, 2);
        assert!(!explored.holds(), "{planted:?} breaks nothing in {} states", explored.unique);
    }
}
