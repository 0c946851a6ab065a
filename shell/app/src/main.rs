//! The binary: serve, demo, simulate, init, doctor, bench.
fn main() {}
