//! Merchants, their stores, and the tills in them.

use super::audit::record;
use super::rows::id;
use super::{By, People, PeopleError, commit, refused};
use crate::StoreError;
use crate::sql::{FromRow, Row, query, query_as};
use base::{MerchantId, StoreId, TillId};

/// A merchant: whoever the money belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// Its name as customers know it.
    pub name: String,
}

/// A store of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub id: StoreId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Its name as customers know it.
    pub name: String,
}

/// A till in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Till {
    /// Its id.
    pub id: TillId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The store it stands in.
    pub store: StoreId,
    /// Its name in the store.
    pub name: String,
}

/// Every merchant, store and till of this server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Merchants, oldest first.
    pub merchants: Vec<Merchant>,
    /// Stores, oldest first.
    pub stores: Vec<Shop>,
    /// Tills, oldest first.
    pub tills: Vec<Till>,
}

impl People<'_> {
    /// Adds a merchant.
    pub async fn create_merchant(&self, merchant: &Merchant, by: By<'_>) -> Result<(), PeopleError> {
        let change = query("INSERT INTO merchants (id, name, created) VALUES ($1, $2, $3)")
            .bind(merchant.id.to_string())
            .bind(merchant.name.clone())
            .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        let subject = merchant.id.to_string();
        record(&mut tx, merchant.id, by, "merchant.created", &subject, &merchant.name).await?;
        commit(tx).await
    }

    /// Adds a store.
    pub async fn create_store(&self, shop: &Shop, by: By<'_>) -> Result<(), PeopleError> {
        let change = query("INSERT INTO stores (id, merchant, name, created) VALUES ($1, $2, $3, $4)")
            .bind(shop.id.to_string())
            .bind(shop.merchant.to_string())
            .bind(shop.name.clone())
            .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        record(&mut tx, shop.merchant, by, "store.created", &shop.id.to_string(), &shop.name).await?;
        commit(tx).await
    }

    /// Adds a till to a store of the same merchant.
    pub async fn create_till(&self, till: &Till, by: By<'_>) -> Result<(), PeopleError> {
        let change =
            query("INSERT INTO tills (id, merchant, store, name, created) VALUES ($1, $2, $3, $4, $5)")
                .bind(till.id.to_string())
                .bind(till.merchant.to_string())
                .bind(till.store.to_string())
                .bind(till.name.clone())
                .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        record(&mut tx, till.merchant, by, "till.created", &till.id.to_string(), &till.name).await?;
        commit(tx).await
    }

    /// Every merchant, store and till.
    pub async fn places(&self) -> Result<Places, StoreError> {
        let reader = self.store.read();
        let merchants = query_as("SELECT id, name FROM merchants ORDER BY created, id");
        let stores = query_as("SELECT id, merchant, name FROM stores ORDER BY created, id");
        let tills = query_as("SELECT id, merchant, store, name FROM tills ORDER BY created, id");
        Ok(Places {
            merchants: merchants.fetch_all(reader).await.map_err(StoreError::failed("read merchants"))?,
            stores: stores.fetch_all(reader).await.map_err(StoreError::failed("read stores"))?,
            tills: tills.fetch_all(reader).await.map_err(StoreError::failed("read tills"))?,
        })
    }
}

impl FromRow for Merchant {
    fn from_row(row: &Row) -> Result<Merchant, sqlx::Error> {
        Ok(Merchant { id: id(row, "id")?, name: row.try_get("name")? })
    }
}

impl FromRow for Shop {
    fn from_row(row: &Row) -> Result<Shop, sqlx::Error> {
        Ok(Shop { id: id(row, "id")?, merchant: id(row, "merchant")?, name: row.try_get("name")? })
    }
}

impl FromRow for Till {
    fn from_row(row: &Row) -> Result<Till, sqlx::Error> {
        Ok(Till {
            id: id(row, "id")?,
            merchant: id(row, "merchant")?,
            store: id(row, "store")?,
            name: row.try_get("name")?,
        })
    }
}
