//! Which open payment an idempotency key belongs to.

use base::{MerchantId, PaymentId};
use std::collections::BTreeMap;

/// The keys of the open payments, looked up without making a key of one's own.
#[derive(Debug, Default)]
pub(crate) struct Keys(BTreeMap<MerchantId, BTreeMap<String, PaymentId>>);

impl Keys {
    pub(crate) fn get(&self, merchant: MerchantId, key: &str) -> Option<PaymentId> {
        self.0.get(&merchant)?.get(key).copied()
    }

    pub(crate) fn insert(&mut self, merchant: MerchantId, key: String, payment: PaymentId) {
        self.0.entry(merchant).or_default().insert(key, payment);
    }

    pub(crate) fn remove(&mut self, merchant: MerchantId, key: &str) {
        let Some(keys) = self.0.get_mut(&merchant) else { return };
        keys.remove(key);
        if keys.is_empty() {
            self.0.remove(&merchant);
        }
    }
}
