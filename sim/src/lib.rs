//! The simulated world: one seed, one virtual clock.
