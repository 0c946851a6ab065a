//! Runs the engine: store, provider calls, signing threads, timers.
