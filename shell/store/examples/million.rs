//! How long it takes to open a database of a million payments and to find the open ones among them:
//! `cargo run -p store --example million -- /tmp/million.db`. Makes the database if the file is not there.

use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::time::Instant;
use store::{Store, StoreConfig, StoreError};

const MILLION: &str = "
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
    INSERT INTO payments (id, merchant, store, till, key, cashier, channel, wallet, reference, currency, amount,
        created_at, state, paid, paid_at, refunded, undone, escalated, transaction_no, due_at, updated_at, version)
    SELECT printf('%08x-0000-7000-8000-%012x', i, i * 7919 % 1000003), 'm', 's', 't', printf('%016x', i * 48271),
        'wang', 'c', 'w', '', 'CNY', i, i * 1000000, 'paid', i, i * 1000000, 0, 0, 0, printf('42%026d', i),
        CASE WHEN i % 500 = 0 THEN i * 1000000 END, i * 1000000, 3 FROM n";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file? million.db, for instance")?;
    let config = StoreConfig { database: format!("sqlite:{path}") };
    if !Path::new(&path).exists() {
        Store::open(&config).await?.close().await;
        let mut connection = SqliteConnection::connect(&config.database).await?;
        sqlx::query(MILLION).execute(&mut connection).await?;
        connection.close().await?;
    }
    let began = Instant::now();
    let store = Store::open(&config).await?;
    println!("opened after {:?}", began.elapsed());
    let began = Instant::now();
    let found = open_payments(&store).await?;
    println!("{found} open payments listed in {:?}", began.elapsed());
    Ok(())
}

async fn open_payments(store: &Store) -> Result<usize, StoreError> {
    let (mut after, mut found) = (None, 0);
    loop {
        let page = store.open_payments(after, 1_000).await?;
        found += page.len();
        match page.last() {
            Some(last) => after = Some(*last),
            None => return Ok(found),
        }
    }
}
