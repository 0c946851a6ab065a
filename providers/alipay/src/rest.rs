//! Alipay's REST interface (OpenAPI v3): a path for each method, JSON both ways, signatures in headers.
//!
//! Source of addresses, headers and what is signed: the official npm package `alipay-sdk` 4.14.0 (`curl`) and Alipay's
//! published v3 description of these methods. Notifications and bills are those of the classic gateway.

pub mod sign;
mod translate;
mod trouble;
pub mod wire;

use crate::bill::{NOT_THERE, bill_type};
use crate::wire::{Api, Content};
use crate::{Alipay, BadConfig, Config, Settings, capabilities, notify};
use base::Timestamp;
use payment::{Answer, Ask, Doubt, Notice};
use provider_contract::bills::{BadBill, BillReader, BillSort, Bills, Located, NoBill, ReadSeek};
use provider_contract::signing::{Sign, Verify};
use provider_contract::{
    BadNotice, Call, CannotAsk, Capabilities, HttpReply, HttpRequest, Moment, Order, Provider, RenewsKeys,
    Reply, Trouble,
};
use settlement::Day;
use std::io::Write;
use std::sync::Arc;

/// One application at the REST interface.
#[derive(Clone, Debug)]
pub struct AlipayRest(Alipay);

impl AlipayRest {
    /// Reads the keys of `config`, whose address is the one that paths follow.
    pub fn new(config: Config) -> Result<AlipayRest, BadConfig> {
        let host = config.settings.gateway_url.split_once("://").map_or("", |(_, host)| host);
        if host.contains('/') {
            return Err(BadConfig::EndpointHasAPath);
        }
        Alipay::new(config).map(AlipayRest)
    }

    /// With keys that are already at hand: `ours` signs requests, `theirs` verifies answers and notifications.
    pub fn with_keys(settings: Settings, ours: Arc<dyn Sign>, theirs: Arc<dyn Verify>) -> AlipayRest {
        AlipayRest(Alipay::with_keys(settings, ours, theirs))
    }
}

impl Provider for AlipayRest {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn call(&self, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
        translate::call(ask, order, moment, &self.0.settings, self.0.ours.as_ref())
    }

    fn answer(&self, ask: &Ask, order: &Order, reply: &Reply, _moment: &Moment) -> Answer {
        translate::answer(ask, order, reply, self.0.theirs.as_ref())
    }

    fn notice(&self, request: &HttpRequest, _moment: &Moment) -> Result<Notice, BadNotice> {
        notify::notice(request, &self.0.settings, self.0.theirs.as_ref())
    }

    fn acknowledge(&self, verdict: Result<(), &BadNotice>) -> HttpReply {
        notify::acknowledge(verdict)
    }

    fn trouble(&self, _: &Ask, _: &Order, reply: &Reply, _: &Moment) -> Option<Trouble> {
        trouble::of(reply, self.0.theirs.as_ref())
    }

    /// Its public key is configured; there is none to fetch.
    fn renews_keys(&self) -> Option<&dyn RenewsKeys> {
        None
    }

    fn bills(&self) -> Option<&dyn Bills> {
        Some(self)
    }

    fn installments(&self) -> Option<&dyn provider_contract::OffersInstallments> {
        None
    }
}

/// Where a bill is, is asked the REST way; the bill itself is the classic gateway's.
impl Bills for AlipayRest {
    fn sorts(&self) -> &'static [BillSort] {
        self.0.sorts()
    }

    fn ready_at(&self, day: Day) -> Timestamp {
        self.0.ready_at(day)
    }

    fn locate(&self, sort: BillSort, day: Day, moment: &Moment) -> Call {
        let content = Content {
            bill_type: Some(bill_type(sort).to_owned()),
            bill_date: Some(day.to_string()),
            ..Content::default()
        };
        translate::signed(Api::BillAddress, &content, moment, &self.0.settings, self.0.ours.as_ref())
    }

    fn located(&self, reply: &Reply, _moment: &Moment) -> Result<Located, NoBill> {
        let answer =
            wire::read(reply, self.0.theirs.as_ref()).map_err(|doubt| NoBill::Unclear(doubt.doubt))?;
        match answer {
            wire::Said::Done(response) => match response.bill_download_url {
                Some(url) if url.starts_with("http") => Ok(Located { url, sha1: None }),
                _ => Err(NoBill::Unclear(Doubt::Garbled)),
            },
            wire::Said::Refused(failure) if NOT_THERE.contains(&failure.code.as_str()) => {
                Err(NoBill::NotThere)
            }
            wire::Said::Refused(failure) => {
                Err(NoBill::Refused(format!("{} {}", failure.code, failure.message)))
            }
        }
    }

    fn download(&self, located: &Located, moment: &Moment) -> Result<Call, NoBill> {
        self.0.download(located, moment)
    }

    fn unpack(&self, located: &Located, from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill> {
        self.0.unpack(located, from, to)
    }

    fn reader(&self, sort: BillSort, day: Day) -> Box<dyn BillReader> {
        self.0.reader(sort, day)
    }
}
