//! The servers that share this database, by the rules of [`engine::lease`]: joining, beating, fencing, leaving.
//!
//! A fenced server's commits in flight end before it is fenced: a commit holds its server's row against `FOR UPDATE`,
//! which fencing takes first. On SQLite writers take turns anyway.

use crate::sql::{On, from_columns, query, query_as, query_scalar};
use crate::{Store, StoreError};
use base::Timestamp;
use engine::lease::{Fence, Member, Members, Standing, Suspect};

/// Members that ended are forgotten when so many have joined since.
const REMEMBERED: i64 = 100;

impl Store {
    /// Whether other servers can share this database at all. SQLite's file belongs to one.
    pub fn is_shared(&self) -> bool {
        self.read().is_postgres()
    }

    /// A server joins under its name; an earlier one of that name is fenced. `address` is where the others reach it.
    pub async fn join(&self, name: &str, address: &str) -> Result<Fence, StoreError> {
        let doing = "let this server join the others";
        loop {
            match self.try_join(name, address).await {
                // Another of the same name was quicker; it is the earlier one now.
                Err(error) if crate::failure::is_duplicate(&error) => {}
                joined => return joined.map(Fence).map_err(StoreError::failed(doing)),
            }
        }
    }

    async fn try_join(&self, name: &str, address: &str) -> Result<i64, sqlx::Error> {
        let mut transaction = self.pulse().begin().await?;
        let earlier = "SELECT fence FROM nodes WHERE name = $1 AND standing = 'alive'";
        let earlier: Vec<i64> = query_scalar(format!("{earlier}{}", self.read().for_update()))
            .bind(name)
            .fetch_all(&mut *transaction)
            .await?;
        for fence in earlier {
            let fenced = query("UPDATE nodes SET standing = 'fenced' WHERE fence = $1").bind(fence);
            fenced.execute(&mut *transaction).await?;
        }
        let new =
            "INSERT INTO nodes (name, address, beat, standing) VALUES ($1, $2, 0, 'alive') RETURNING fence";
        let fence: i64 = query_scalar(new).bind(name).bind(address).fetch_one(&mut *transaction).await?;
        query("DELETE FROM nodes WHERE standing <> 'alive' AND fence < $1")
            .bind(fence - REMEMBERED)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(fence)
    }

    /// A server says that it is well; false if it counts no more.
    pub async fn beat(&self, fence: Fence) -> Result<bool, StoreError> {
        // One statement: a server that falls asleep in the middle holds no lock against whoever must fence it.
        let alive = query("UPDATE nodes SET beat = beat + 1 WHERE fence = $1 AND standing = 'alive'")
            .bind(fence.0)
            .execute(On::Write(self.pulse()))
            .await
            .map_err(StoreError::failed("record that this server is well"))?;
        Ok(alive.rows_affected() > 0)
    }

    /// Every server that is remembered.
    pub async fn members(&self) -> Result<Members, StoreError> {
        let rows: Vec<NodeRow> =
            query_as("SELECT fence, name, address, beat, standing FROM nodes ORDER BY fence")
                .fetch_all(self.pulse())
                .await
                .map_err(StoreError::failed("read the servers"))?;
        rows.into_iter().map(Member::try_from).collect::<Result<Vec<_>, _>>().map(Members::read)
    }

    /// What the clock shows that all who share this database can read: the database's own. Nothing where the database is
    /// one server's alone.
    pub async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        if !self.is_shared() {
            return Ok(None);
        }
        let text = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let shown: i64 = query_scalar(text)
            .fetch_one(self.pulse())
            .await
            .map_err(StoreError::failed("read the database's clock"))?;
        Ok(Some(Timestamp::from_micros(shown)))
    }

    /// Fences a server if its beat is still the one that was seen; false if it has moved or counts no more.
    pub async fn fence(&self, suspect: Suspect) -> Result<bool, StoreError> {
        self.end(suspect.fence, Some(suspect.beat), Standing::Fenced).await
    }

    /// A server ends by itself; what it held is nobody's at once.
    pub async fn leave(&self, fence: Fence) -> Result<(), StoreError> {
        self.end(fence, None, Standing::Left).await.map(drop)
    }

    async fn end(&self, fence: Fence, beat: Option<i64>, standing: Standing) -> Result<bool, StoreError> {
        let doing = "end a server's membership";
        let mut transaction = self.pulse().begin().await.map_err(StoreError::failed(doing))?;
        let text = "SELECT beat FROM nodes WHERE fence = $1 AND standing = 'alive'";
        let found: Option<i64> = query_scalar(format!("{text}{}", self.read().for_update()))
            .bind(fence.0)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        if found.is_none() || beat.is_some() && found != beat {
            return Ok(false);
        }
        query("UPDATE nodes SET standing = $2 WHERE fence = $1")
            .bind(fence.0)
            .bind(code(standing))
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(true)
    }
}

struct NodeRow {
    fence: i64,
    name: String,
    address: String,
    beat: i64,
    standing: String,
}

from_columns!(NodeRow { fence, name, address, beat, standing });

impl TryFrom<NodeRow> for Member {
    type Error = StoreError;
    fn try_from(row: NodeRow) -> Result<Member, StoreError> {
        let standing = [Standing::Alive, Standing::Fenced, Standing::Left].into_iter();
        let standing = standing.into_iter().find(|standing| code(*standing) == row.standing);
        let unreadable = || StoreError::Unreadable(format!("a server's standing {:?}", row.standing));
        Ok(Member {
            standing: standing.ok_or_else(unreadable)?,
            fence: Fence(row.fence),
            name: row.name,
            address: row.address,
            beat: row.beat,
        })
    }
}

fn code(standing: Standing) -> &'static str {
    match standing {
        Standing::Alive => "alive",
        Standing::Fenced => "fenced",
        Standing::Left => "left",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::CONNECTIONS_MAX;
    use crate::folder::Folder;

    #[tokio::test]
    async fn a_shared_database_tells_the_time_and_a_file_does_not() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let first = store.clock().await.expect("read");
        assert_eq!(first.is_some(), store.is_shared());
        let second = store.clock().await.expect("read");
        assert!(second >= first, "{first:?} {second:?}");
        let of_this_century = |shown: Timestamp| shown > Timestamp::from_micros(1_700_000_000_000_000);
        assert!(second.is_none_or(of_this_century), "microseconds since 1970: {second:?}");
    }

    #[tokio::test]
    async fn a_beat_does_not_wait_for_the_connections_that_payments_hold() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let me = store.join("a", "").await.expect("joined");
        let mut busy = Vec::new();
        for _ in 0..if store.is_shared() { CONNECTIONS_MAX } else { 0 } {
            busy.push(store.begin().await.expect("a connection"));
        }
        assert!(store.beat(me).await.expect("beaten"));
        assert!(store.members().await.expect("members").may_commit(me));
    }

    /// The same steps by the rules and in the database.
    #[tokio::test]
    async fn the_database_keeps_the_rules_of_the_lease() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let mut rules = Members::default();
        for step in 0..400_u32 {
            // A fixed sequence that mixes everything.
            let pick = step.wrapping_mul(2_654_435_761) >> 16;
            let name = ["a", "b", "c"][(pick % 3) as usize];
            let fence = Fence(i64::from(pick / 16 % 24));
            match pick / 3 % 5 {
                0 => assert_eq!(rules.join(name, "x"), store.join(name, "x").await.expect("joined")),
                1 | 2 => assert_eq!(rules.beat(fence), store.beat(fence).await.expect("beaten")),
                3 => {
                    let beat =
                        rules.member(fence).map_or(0, |member| member.beat) + i64::from(pick / 512 % 2);
                    let suspect = Suspect { fence, beat };
                    assert_eq!(rules.fence(suspect), store.fence(suspect).await.expect("looked at"));
                }
                _ => {
                    rules.leave(fence);
                    store.leave(fence).await.expect("left");
                }
            }
            if rules.iter().count() < REMEMBERED as usize {
                assert_eq!(rules, store.members().await.expect("members"), "after step {step}");
            }
        }
        assert!(rules.iter().count() > 20, "the sequence made members");
    }
}
