//! Payments in bulk, straight into a store: the engine's own rows, a group at a time, without any HTTP.

use crate::clock;
use crate::setup::fresh_id;
use anyhow::{Context, Result};
use base::{ChannelId, Currency, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use engine::{After, Batch, End, Engine, Wake};
use payment::{Answer, Method, Paid, Request, Said, Verdict};
use std::collections::BTreeMap;
use std::time::Duration;
use store::Store;

/// Whose payments these are, and over which channel.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The merchant.
    pub merchant: MerchantId,
    /// The way to the provider.
    pub channel: ChannelId,
}

impl Whose {
    /// A merchant whom no server knows.
    pub const NOBODYS: Whose = Whose { merchant: MerchantId::from_u128(1), channel: ChannelId::from_u128(1) };
}

/// Makes a group of paid payments durable: one transaction for what is asked, one for what was answered.
pub async fn commit_paid(store: &Store, whose: Whose, group: usize) -> Result<()> {
    let mut engine = Engine::new(BTreeMap::new());
    let asked = asked(&mut engine, whose, group, clock::now());
    commit(store, &mut engine, &asked).await?;
    for after in asked.after {
        let After::Call(call) = after else { continue };
        let end = End::Answered(paid(call.payment.request.amount));
        engine.handle(Wake::Ended { payment: call.payment.request.id, call: call.call, end }, clock::now());
    }
    let answered = engine.take().batch;
    commit(store, &mut engine, &answered).await
}

/// Makes a group of payments durable of which nobody knows what became: asked ten minutes ago, and then the power went.
pub async fn commit_open(store: &Store, whose: Whose, group: usize) -> Result<()> {
    let mut engine = Engine::new(BTreeMap::new());
    let asked = asked(&mut engine, whose, group, clock::now() - Duration::from_secs(600));
    commit(store, &mut engine, &asked).await
}

fn asked(engine: &mut Engine, whose: Whose, group: usize, at: Timestamp) -> Batch {
    for caller in 0..group as u64 {
        engine.handle(Wake::Begin { request: request(whose), code: None, caller }, at);
    }
    for which in engine.take().loads {
        engine.handle(Wake::Loaded { which, entries: None }, at);
    }
    engine.take().batch
}

async fn commit(store: &Store, engine: &mut Engine, batch: &Batch) -> Result<()> {
    store.commit(batch, clock::now()).await.context("cannot commit")?;
    engine.committed(batch);
    Ok(())
}

fn paid(amount: Money) -> Answer {
    let transaction = format!("42000{:023}", rand::random::<u64>());
    let paid = Paid {
        amount,
        transaction,
        at: Some(clock::now()),
        payer: "o••••••••••••k".to_owned(),
        funds: "OTHERS".to_owned(),
    };
    Answer { verdict: Verdict::Paid(paid), said: Said::default() }
}

fn request(whose: Whose) -> Request {
    let id = fresh_id();
    Request {
        id: PaymentId::from_u128(id),
        merchant: whose.merchant,
        store: StoreId::from_u128(1),
        till: TillId::from_u128(1),
        cashier: String::new(),
        key: format!("{id:x}"),
        content: [0; 32],
        amount: Money::new(1250, Currency::Cny),
        channel: whose.channel,
        routed: None,
        wallet: "wechat".to_owned(),
        wallet_name: Text::new("微信支付", "WeChat Pay"),
        method: Method::PayerCode { hint: "13••••••••••••••00".to_owned() },
        description: "Bench".to_owned(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}
