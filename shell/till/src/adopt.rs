//! Open payments of the till that another device began: taken into this one's journal as asked and not yet answered,
//! so that the engine asks what became of them, by the same number.

use crate::Identity;
use crate::link::OpenAttempt;
use crate::opening::standing;
use base::{ChannelId, Currency, Money, OrderNo, PaymentId, Text, TillId, Timestamp};
use engine::{Batch, Row, Which};
use payment::{Ask, Entry, Fact, Method, Policy, Request};
use store::{Store, StoreError};

/// The channel by which a till takes a wallet: the same on every device of that till.
pub fn channel_of(till: TillId, wallet: &str) -> ChannelId {
    // FNV-1a over the wallet's name, mixed into the till's id.
    let seed: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let hash = wallet.bytes().fold(seed, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    ChannelId::from_u128(till.as_u128() ^ hash)
}

/// Takes in what this device does not know yet; gives which.
pub(crate) async fn adopt(
    store: &Store,
    identity: &Identity,
    open: &[OpenAttempt],
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<PaymentId>, StoreError> {
    let attempts: Vec<(PaymentId, &OpenAttempt)> = open
        .iter()
        .filter_map(|attempt| Some((attempt.attempt.parse::<OrderNo>().ok()?.id(), attempt)))
        .collect();
    let wanted: Vec<Which> = attempts.iter().map(|(id, _)| Which::Id(*id)).collect();
    let known = store.load(&wanted).await?;
    let mut batch = Batch::default();
    let mut adopted = Vec::new();
    for ((id, attempt), (_, facts)) in attempts.iter().zip(known) {
        let Some(request) = request(*id, attempt, identity).filter(|_| facts.is_none()) else { continue };
        let facts = asked_elsewhere(request, Timestamp::parse(&attempt.created_at).unwrap_or(now).min(now));
        let rows = (1..).zip(&facts).map(|(seq, entry)| Row { payment: *id, seq, entry: entry.clone() });
        batch.rows.extend(rows);
        batch.changes.push(standing(&facts, policy, now));
        adopted.push(*id);
    }
    store.commit(&batch, now).await?;
    Ok(adopted)
}

/// That it was asked for and sent by the other device is all that is known.
fn asked_elsewhere(request: Request, at: Timestamp) -> [Entry; 2] {
    let ask = if request.method.is_payer_code() { Ask::Charge } else { Ask::Present };
    [
        Entry { at, fact: Fact::Requested(request.into()) },
        Entry { at, fact: Fact::Asked { call: 1, ask, trace: None } },
    ]
}

fn request(id: PaymentId, attempt: &OpenAttempt, identity: &Identity) -> Option<Request> {
    let currency = Currency::from_code(&attempt.amount.currency)?;
    let scanned = attempt.method == "payer_code";
    Some(Request {
        id,
        merchant: identity.merchant(),
        store: identity.store(),
        till: identity.till(),
        cashier: String::new(),
        key: attempt.attempt.clone(),
        content: [0; 32],
        amount: Money::new(attempt.amount.amount, currency),
        channel: channel_of(identity.till(), &attempt.wallet),
        routed: None,
        wallet: attempt.wallet.clone(),
        wallet_name: Text::new(attempt.wallet_label.zh.clone(), attempt.wallet_label.en.clone()),
        method: if scanned { Method::PayerCode { hint: attempt.code_hint.clone() } } else { Method::ShownQr },
        description: attempt.description.clone(),
        reference: String::new(),
        part: None,
        installments: None,
    })
}
