//! The suite every provider must pass against its own simulator: text in, text out. Filled in with the first provider.
