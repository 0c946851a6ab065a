//! What every provider must be able to say: ask to call, reply to answer.
