//! A terminal against the simulated host: transactions, and the batch they are settled in.

mod counter;
mod settling;
mod transactions;
