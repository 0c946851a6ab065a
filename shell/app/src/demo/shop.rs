//! The demo's shop: a merchant, a store, two tills, three people.

use crate::setup::new_api_key;
use anyhow::{Context, Result};
use api::DemoCredential;
use base::{ChannelId, MerchantId, Secret, StaffId, StoreId, TillId};
use store::{By, Merchant, NewStaff, Role, Shop, Store, Till};

/// The merchant.
pub const MERCHANT: MerchantId = MerchantId::from_u128(0x019aa000_0000_7000_8000_000000000001);
const STORE: StoreId = StoreId::from_u128(0x019aa000_0000_7000_8000_000000000002);
/// The till with the printer.
pub const FIRST_TILL: TillId = TillId::from_u128(0x019aa000_0000_7000_8000_000000000003);
const SECOND_TILL: TillId = TillId::from_u128(0x019aa000_0000_7000_8000_000000000004);

/// Login, password, name, role, till. Nothing here is a secret.
const PEOPLE: [(&str, &str, &str, Role, Option<TillId>); 3] = [
    ("owner", "owner-demo", "陈店主", Role::Owner, None),
    ("cashier", "cashier-demo", "张敏", Role::Cashier, Some(FIRST_TILL)),
    ("support", "support-demo", "李工", Role::Support, None),
];

/// The opened shop.
pub struct DemoShop {
    /// Whether it has no payments yet.
    pub is_new: bool,
    /// A key for each till, for the sample payments.
    pub keys: Vec<Secret<String>>,
}

/// The channels, one for each provider in the order of their list; the same at every start.
pub fn channels() -> impl Iterator<Item = ChannelId> {
    (0..).map(|number: u128| ChannelId::from_u128(0x019aa000_0000_7000_8000_0000000000c1 + number))
}

/// Opens the shop, setting it up the first time.
pub async fn open(store: &Store) -> Result<DemoShop> {
    let is_new = store.people().places().await?.merchants.is_empty();
    if is_new {
        set_up(store).await.context("cannot set up the demo's shop")?;
    }
    let mut keys = Vec::new();
    for till in [FIRST_TILL, SECOND_TILL] {
        keys.push(new_api_key(store, MERCHANT, Some(till), "sample payments", Role::Owner).await?);
    }
    Ok(DemoShop { is_new, keys })
}

async fn set_up(store: &Store) -> Result<()> {
    let by = By { actor: "paydesk demo", at: crate::clock::now() };
    let people = store.people();
    people.create_merchant(&Merchant { id: MERCHANT, name: "南山咖啡".to_owned() }, by).await?;
    people.create_store(&Shop { id: STORE, merchant: MERCHANT, name: "南山店".to_owned() }, by).await?;
    for (id, name) in [(FIRST_TILL, "1号收银"), (SECOND_TILL, "2号收银")] {
        people.create_till(&Till { id, merchant: MERCHANT, store: STORE, name: name.to_owned() }, by).await?;
    }
    for (login, password, name, role, till) in PEOPLE {
        let staff = NewStaff {
            id: StaffId::from_u128(crate::setup::fresh_id()),
            merchant: MERCHANT,
            till,
            login: login.to_owned(),
            name: name.to_owned(),
            role,
            password_hash: api::hash_password(&Secret::new(password.to_owned())),
        };
        people.create_staff(&staff, by).await?;
    }
    Ok(())
}

/// A role as the pages call it in Chinese.
pub fn role_zh(role: &str) -> &'static str {
    match role {
        "owner" => "店主",
        "cashier" => "收银员",
        _ => "技术支持",
    }
}

/// Who may sign in.
pub fn credentials() -> Vec<DemoCredential> {
    let shown = |(login, password, _, role, _): &(&str, &str, &str, Role, Option<TillId>)| DemoCredential {
        login: (*login).to_owned(),
        password: (*password).to_owned(),
        role: role.code().to_owned(),
    };
    PEOPLE.iter().map(shown).collect()
}
