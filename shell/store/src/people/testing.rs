//! People and places for the tests of this folder.

use super::*;
use crate::folder::Folder;
use base::{MerchantId, Secret, StaffId, StoreId, TillId};

pub(super) const AT: Timestamp = Timestamp::from_micros(1_000_000);
pub(super) const BY: By<'static> = By { actor: "test", at: AT };

/// An empty store, and the folder that it lives in.
pub(super) async fn store() -> (Folder, Store) {
    let folder = Folder::new();
    let store = folder.open().await.expect("a fresh database opens");
    (folder, store)
}

pub(super) fn merchant(number: u128) -> Merchant {
    Merchant { id: MerchantId::from_u128(number), name: format!("merchant {number}") }
}

pub(super) fn shop(number: u128, merchant: &Merchant) -> Shop {
    Shop { id: StoreId::from_u128(number), merchant: merchant.id, name: "shop".into() }
}

pub(super) fn till(number: u128, shop: &Shop) -> Till {
    Till { id: TillId::from_u128(number), merchant: shop.merchant, store: shop.id, name: "till".into() }
}

pub(super) fn staff(number: u128, merchant: &Merchant, login: &str) -> NewStaff {
    NewStaff {
        id: StaffId::from_u128(number),
        merchant: merchant.id,
        till: None,
        login: login.into(),
        name: "Zhang Min".into(),
        role: Role::Cashier,
        password_hash: Secret::new("$argon2id$...".into()),
    }
}

pub(super) fn session(of: &NewStaff, token: &str, expires: i64) -> NewSession {
    NewSession {
        token_hash: token.into(),
        staff: of.id,
        expires: Timestamp::from_micros(expires),
        address: "10.0.0.1".into(),
    }
}

pub(super) async fn actions(store: &Store, merchant: &Merchant) -> Vec<String> {
    let mut list = store.people().audit(merchant.id, 100).await.expect("audit");
    list.reverse();
    let mut actions: Vec<String> = list.into_iter().map(|entry| entry.action).collect();
    actions.sort();
    actions
}
