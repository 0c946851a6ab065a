//! The heart: facts, what they add up to, and what to do next.
