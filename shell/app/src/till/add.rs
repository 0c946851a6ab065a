//! Another till for the shop, or a till in another store.

use crate::cli::Verdict;
use crate::clock;
use crate::config::Config;
use crate::serve::open_store;
use crate::setup::fresh_id;
use anyhow::{Context, Result, bail, ensure};
use base::{StoreId, TillId};
use std::path::PathBuf;
use store::{By, Places, Shop, Store, Till};

const AFTER: &str = "\
Examples:
  paydesk till add --config shop/paydesk.toml --name 2号收银
  paydesk till add --config shop/paydesk.toml --name 外卖窗口 --store 二店

A store that is not known yet is made. Restart the server afterwards: it reads its tills when it starts. The id that is
printed is what a [[printer]] of the configuration names.";

/// Which till, where.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// The new till's name
    #[arg(long)]
    name: String,
    /// The name of its store; the first store unless said
    #[arg(long)]
    store: Option<String>,
}

/// Makes it and says what next.
pub fn run(options: Options) -> Result<Verdict> {
    let (name, wanted) = (named(&options.name)?, options.store.as_deref().map(named).transpose()?);
    let config = Config::load(&options.config)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = open_store(&config.database).await?;
        let till = add(&store, name, wanted).await?;
        store.close().await;
        println!("{till}");
        eprintln!(
            "The till \"{name}\" is there. Restart the server, and choose it when you sign in at /till/."
        );
        eprintln!("已添加收银台“{name}”。请重启服务器，然后在 /till/ 登录时选它。");
        Ok(Verdict::Good)
    })
}

fn named(name: &str) -> Result<&str> {
    let name = name.trim();
    ensure!((1..=64).contains(&name.chars().count()), "a name has 1 to 64 characters");
    Ok(name)
}

async fn add(store: &Store, name: &str, wanted: Option<&str>) -> Result<TillId> {
    let by = By { actor: "paydesk till add", at: clock::now() };
    let places = store.people().places().await?;
    let [merchant] = places.merchants.as_slice() else {
        bail!("this database holds {} merchants; tills are added where there is one", places.merchants.len());
    };
    let shop = match standing(&places, wanted) {
        Some(shop) => shop.id,
        None => {
            let name = wanted.context("there is no store yet: name one with --store")?.to_owned();
            let shop = Shop { id: StoreId::from_u128(fresh_id()), merchant: merchant.id, name };
            store.people().create_store(&shop, by).await?;
            shop.id
        }
    };
    ensure!(
        !places.tills.iter().any(|till| till.store == shop && till.name == name),
        "that store has a till \"{name}\" already; give the new one another name"
    );
    let till =
        Till { id: TillId::from_u128(fresh_id()), merchant: merchant.id, store: shop, name: name.to_owned() };
    store.people().create_till(&till, by).await?;
    Ok(till.id)
}

/// The store of this name, or the first if none is asked for.
fn standing<'a>(places: &'a Places, wanted: Option<&str>) -> Option<&'a Shop> {
    match wanted {
        Some(name) => places.stores.iter().find(|shop| shop.name == name),
        None => places.stores.first(),
    }
}
