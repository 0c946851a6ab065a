//! Names of merchants, stores and tills, kept in memory: every view needs them and they hardly ever change.

use crate::views::{Named, PlaceNames};
use base::{MerchantId, StoreId, TillId};
use payment::Request;
use std::collections::BTreeMap;
use store::{Merchant, Places, Shop, Till};

/// Every place by its id.
#[derive(Debug, Default)]
pub(crate) struct PlaceIndex {
    merchants: BTreeMap<MerchantId, Merchant>,
    stores: BTreeMap<StoreId, Shop>,
    tills: BTreeMap<TillId, Till>,
    /// Tills oldest first, as people know them.
    order: Vec<TillId>,
}

impl PlaceIndex {
    pub(crate) fn new(places: Places) -> PlaceIndex {
        PlaceIndex {
            order: places.tills.iter().map(|till| till.id).collect(),
            merchants: places.merchants.into_iter().map(|merchant| (merchant.id, merchant)).collect(),
            stores: places.stores.into_iter().map(|shop| (shop.id, shop)).collect(),
            tills: places.tills.into_iter().map(|till| (till.id, till)).collect(),
        }
    }

    pub(crate) fn till(&self, id: TillId) -> Option<&Till> {
        self.tills.get(&id)
    }

    /// This merchant's tills, oldest first.
    pub(crate) fn tills_of(&self, merchant: MerchantId) -> Vec<&Till> {
        let tills = self.order.iter().filter_map(|id| self.tills.get(id));
        tills.filter(|till| till.merchant == merchant).collect()
    }

    /// The merchant, if there is only one, as on a till's own device.
    pub(crate) fn only_merchant(&self) -> Option<MerchantId> {
        let mut all = self.merchants.keys();
        all.next().copied().filter(|_| all.next().is_none())
    }

    pub(crate) fn merchant(&self, id: MerchantId) -> Named {
        let name = self.merchants.get(&id).map_or("", |merchant| merchant.name.as_str());
        Named { id: id.to_string(), name: name.to_owned() }
    }

    pub(crate) fn shop(&self, id: StoreId) -> Named {
        let name = self.stores.get(&id).map_or("", |shop| shop.name.as_str());
        Named { id: id.to_string(), name: name.to_owned() }
    }

    pub(crate) fn named_till(&self, id: TillId) -> Option<Named> {
        self.till(id).map(|till| Named { id: till.id.to_string(), name: till.name.clone() })
    }

    pub(crate) fn names(&self, request: &Request) -> PlaceNames {
        let till = self.tills.get(&request.till).map_or("", |till| till.name.as_str());
        PlaceNames {
            merchant: self.merchant(request.merchant),
            store: self.shop(request.store),
            till: Named { id: request.till.to_string(), name: till.to_owned() },
        }
    }
}
