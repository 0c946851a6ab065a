//! The tills' printers as the server's pages see them, and what their slips say of the shop.

use crate::config::Printer;
use api::{PrinterStatus, ReceiptLinks};
use base::{MerchantId, StoreId, TillId};
use device_contract::PrinterState;
use drive::print::{PrinterSetup, Printers};
use drive::{Clock, Handle};
use payment::Payment;
use receipt::{Language, Place};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use store::{Places, Store, StoreError};
use tokio::sync::broadcast;

/// Changes a slow page may fall behind before it misses some.
const CHANGES: usize = 64;

/// The printers, started once the server runs.
pub struct TillPrinters {
    started: OnceLock<Printers>,
    changes: broadcast::Sender<(TillId, PrinterStatus)>,
}

impl Default for TillPrinters {
    fn default() -> TillPrinters {
        TillPrinters { started: OnceLock::new(), changes: broadcast::channel(CHANGES).0 }
    }
}

impl TillPrinters {
    /// Connects to every printer; those at tills that do not exist are named and left out.
    pub async fn start(
        &self,
        printers: &[Printer],
        store: &Store,
        handle: &Handle,
        links: ReceiptLinks,
        clock: Arc<dyn Clock>,
    ) -> Result<(), StoreError> {
        let places = Arc::new(store.people().places().await?);
        let mut setups = Vec::new();
        for printer in printers {
            let Some(till) = places.tills.iter().find(|till| till.id == printer.till) else {
                eprintln!(
                    "paydesk: the printer {} is at till {}, which does not exist",
                    printer.address, printer.till
                );
                continue;
            };
            setups.push(PrinterSetup {
                merchant: till.merchant,
                till: till.id,
                address: printer.address.clone(),
                profile: printer.profile.clone(),
                place: place_of(Arc::clone(&places), links.clone(), printer.language),
            });
        }
        let started = Printers::start(setups, handle, clock);
        for (till, state) in started.watch() {
            tokio::spawn(tell(till, state, self.changes.clone()));
        }
        let _ = self.started.set(started);
        Ok(())
    }

    /// Closes the connections.
    pub fn stop(&self) {
        if let Some(started) = self.started.get() {
            started.stop();
        }
    }
}

impl api::Printers for TillPrinters {
    fn status(&self, till: TillId) -> PrinterStatus {
        let state = self.started.get().and_then(|started| started.state(till));
        state.map_or_else(|| api::NoPrinters.status(till), status)
    }

    fn changes(&self) -> Option<broadcast::Receiver<(TillId, PrinterStatus)>> {
        Some(self.changes.subscribe())
    }

    fn queued(&self, till: TillId) {
        if let Some(started) = self.started.get() {
            started.poke(till);
        }
    }
}

async fn tell(
    till: TillId,
    mut state: tokio::sync::watch::Receiver<PrinterState>,
    changes: broadcast::Sender<(TillId, PrinterStatus)>,
) {
    while state.changed().await.is_ok() {
        let now = *state.borrow_and_update();
        // Nobody looking is no fault.
        let _ = changes.send((till, status(now)));
    }
}

fn status(state: PrinterState) -> PrinterStatus {
    PrinterStatus { state: state.code(), text: state.sentence() }
}

fn place_of(
    places: Arc<Places>,
    links: ReceiptLinks,
    language: Language,
) -> Arc<dyn Fn(&Payment) -> Place + Send + Sync> {
    let shops: BTreeMap<MerchantId, String> =
        places.merchants.iter().map(|m| (m.id, m.name.clone())).collect();
    let stores: BTreeMap<StoreId, String> = places.stores.iter().map(|s| (s.id, s.name.clone())).collect();
    let tills: BTreeMap<TillId, String> = places.tills.iter().map(|t| (t.id, t.name.clone())).collect();
    Arc::new(move |payment| {
        let request = &payment.request;
        Place {
            shop: shops.get(&request.merchant).cloned().unwrap_or_default(),
            store: stores.get(&request.store).cloned().unwrap_or_default(),
            till: tills.get(&request.till).cloned().unwrap_or_default(),
            receipt_url: Some(links.url(request.id)),
            bill: None,
            language,
        }
    })
}
