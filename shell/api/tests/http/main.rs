//! The API from outside: requests as lines of text, answers as lines of text, against a provider by the script.

mod attention;
mod bad_input;
mod by_hand;
mod demo;
mod events;
mod installments;
mod pages;
mod payments;
mod people;
mod provider;
mod routes;
mod sales;
mod staff;
mod tills;
mod webhooks;
mod world;
