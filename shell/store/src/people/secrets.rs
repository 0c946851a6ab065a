//! Secrets of this server that protect nothing but what this very database holds.

use super::People;
use crate::StoreError;
use crate::sql::query;
use base::Secret;

impl People<'_> {
    /// A secret of this server that outlives restarts: `fresh` the first time, the same ever after. For secrets
    /// that protect nothing but what this very database holds.
    pub async fn server_secret(
        &self,
        name: &str,
        fresh: Secret<String>,
    ) -> Result<Secret<String>, StoreError> {
        let mut tx = self.begin().await?;
        query("INSERT INTO server_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_owned())
            .bind(fresh.reveal().clone())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        let row = query("SELECT value FROM server_secrets WHERE name = $1")
            .bind(name.to_owned())
            .fetch_one(&mut *tx)
            .await
            .map_err(StoreError::failed("read its secrets"))?;
        let value = row.try_get("value").map_err(StoreError::failed("read its secrets"))?;
        tx.commit().await.map_err(StoreError::failed("keep its secrets"))?;
        Ok(Secret::new(value))
    }
}
