//! The gateway's daily bills: asking for them, unpacking the zip, reading the detail file line by line; and writing
//! them, for the simulator.
//!
//! Facts: a zip whose entry names are GBK and whose order is not certain, so the detail file is known by its content.
//! GBK text; comment lines begin with `#`; texts carry a trailing tab; amounts in yuan; refunds have the business type
//! 退款 and mostly negative amounts. Columns are found by name, since newer files add and move them. Sources: fixtures of
//! detail files in public repositories, and the aliases of columns that merchants' tools accept. Doubtful, and so told
//! here rather than hidden: the hour a bill is ready; the sign of fees and of refunds (their size alone is read); which
//! request number a cancel's refund bears (here: none, or the order's own); whether "does not exist" means not yet; the
//! names of the businesses in the account file and the words of its foot.

mod accounts;
mod details;
mod form;
mod write;
mod zip;

pub use write::{AccountLine, DetailLine, account_bill, detail_bill, write_detail};

use crate::wire::{Api, Content, Envelope, Response};
use crate::{Alipay, classic};
use base::Timestamp;
use payment::Doubt;
use provider_contract::bills::{BadBill, BillReader, BillSort, Bills, Located, NoBill, ReadSeek, Sheet};
use provider_contract::{Call, HttpMethod, Moment, Reply};
use settlement::Day;
use std::io::Write;
use std::time::Duration;

pub(crate) use write::summary_bill;

/// The hour from which yesterday's bill can be expected; not documented, seen in the export times of fixtures.
pub const READY_HOUR: u64 = 9;

/// The ways the gateway says that there is no bill.
pub const NOT_THERE: &[&str] = &["isp.bill_not_exist", "BILL_NOT_EXIST", "isv.bill_not_exist"];

impl Bills for Alipay {
    fn sorts(&self) -> &'static [BillSort] {
        &[BillSort::Trades, BillSort::Funds]
    }

    fn ready_at(&self, day: Day) -> Timestamp {
        day.end() + Duration::from_secs(READY_HOUR * 3600)
    }

    fn locate(&self, sort: BillSort, day: Day, moment: &Moment) -> Call {
        let content = Content {
            bill_type: Some(bill_type(sort).to_owned()),
            bill_date: Some(day.to_string()),
            ..Content::default()
        };
        classic::signed(Api::BillAddress, &content, moment, &self.settings, self.ours.as_ref())
    }

    fn located(&self, reply: &Reply, _moment: &Moment) -> Result<Located, NoBill> {
        let unclear = |doubt| Err(NoBill::Unclear(doubt));
        if reply.status != 200 {
            return unclear(if reply.status == 429 { Doubt::RateLimited } else { Doubt::ProviderError });
        }
        let opened = std::str::from_utf8(&reply.body).ok();
        let opened = opened.and_then(|body| Envelope::open(body, &Api::BillAddress.response_key()));
        let Some(envelope) = opened else { return unclear(Doubt::Garbled) };
        let Ok(response) = serde_json::from_str::<Response>(envelope.response) else {
            return unclear(Doubt::Garbled);
        };
        let signed =
            envelope.sign.is_some_and(|sign| self.theirs.verify(envelope.response.as_bytes(), &sign));
        if !signed {
            return unclear(Doubt::BadSignature);
        }
        let code = response.sub_code.as_deref().or(response.code.as_deref()).unwrap_or_default();
        match (response.code.as_deref(), response.bill_download_url) {
            (Some("10000"), Some(url)) if url.starts_with("http") => Ok(Located { url, sha1: None }),
            (Some("10000"), _) | (None, _) => unclear(Doubt::Garbled),
            _ if NOT_THERE.contains(&code) => Err(NoBill::NotThere),
            (Some("20000"), _) => unclear(Doubt::ProviderError),
            _ => Err(NoBill::Refused(format!("{code} {}", response.sub_msg.unwrap_or_default()))),
        }
    }

    fn download(&self, located: &Located, _moment: &Moment) -> Result<Call, NoBill> {
        Ok(Call {
            method: HttpMethod::Get,
            url: located.url.clone(),
            headers: Vec::new(),
            body: Vec::new(),
            client_certificate: false,
        })
    }

    fn unpack(&self, _located: &Located, from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill> {
        zip::unpack(from, to, &marks())
    }

    fn reader(&self, sort: BillSort, day: Day) -> Box<dyn BillReader> {
        let account = self.settings.seller_id.as_deref();
        match sort {
            BillSort::Trades => Box::new(Sheet::new(details::Details::new(account, day), day)),
            BillSort::Funds => Box::new(Sheet::new(accounts::Accounts::new(account, day), day)),
        }
    }
}

/// What the gateway calls this sort of bill.
pub(crate) fn bill_type(sort: BillSort) -> &'static str {
    match sort {
        BillSort::Trades => "trade",
        BillSort::Funds => "signcustomer",
    }
}

/// By what a file that is wanted is known in its first lines: in the gateway's encoding, or in the one that a wrong tool
/// made of it, so that the reader can say so.
fn marks() -> Vec<Vec<u8>> {
    let marks = ["支付宝业务明细查询", "支付宝账务明细查询"];
    marks
        .iter()
        .flat_map(|mark| [encoding_rs::GBK.encode(mark).0.into_owned(), mark.as_bytes().to_vec()])
        .collect()
}
