//! The project's own tools: ci, tidy, gen.
fn main() {}
