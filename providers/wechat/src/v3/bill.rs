//! WeChat Pay's daily bills: asking for them, unpacking, reading line by line; and writing them, for the simulator.
//!
//! Facts: UTF-8 with a byte order mark; a plain header line; every value behind a back-tick, values joined by commas,
//! so a value may hold commas; then a plain header and back-ticked values of the sums. Amounts in yuan, fees with up
//! to five decimals. Sources: the manual's format pages for trade and fund-flow bills; `wechatpay-apiv3/wechatpay-php`
//! tests/fixtures/bill.ALL.csv. Doubtful, and so kept as data below: the spelling of the two error codes, how long an
//! address lives, what a row of a reversed payment looks like (here: state `REVOKED`, no refund number), whether the
//! count of trades includes refunds (the fixture's does).

mod form;
mod funds;
mod trades;
mod write;

pub use write::{FundLine, TradeLine, funds_bill, trades_bill, write_trades};

use super::wire::Failure;
use super::{WeChat, translate};
use base::{Timestamp, hex};
use flate2::read::MultiGzDecoder;
use payment::Doubt;
use provider_contract::bills::{
    BILL_BYTES_MAX, BadBill, BillReader, BillSort, Bills, Located, NoBill, ReadSeek, Sheet, cannot_unpack,
    copy, unpacked_max,
};
use provider_contract::{Call, HttpMethod, Moment, Reply};
use serde::{Deserialize, Serialize};
use settlement::Day;
use std::io::{Read, SeekFrom, Write};
use std::time::Duration;

/// The hour from which yesterday's bill can be had.
pub const READY_HOUR: u64 = 10;

/// Codes that say: no trades that day, so no bill. The spelling is not certain; only the beginning was seen.
pub const NOTHING_HAPPENED: &[&str] = &["NO_STATEMENT_EXIST", "NO_STATEMENT_EXISTS"];
/// Codes that say: not made yet.
pub const NOT_READY: &[&str] = &["STATEMENT_CREATING", "STATEMENT_CREATEING"];

/// Where a bill is, as WeChat answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct BillAddress {
    /// `SHA1`.
    pub hash_type: String,
    /// Of the unpacked file, hex.
    pub hash_value: String,
    /// Good for half a minute or five; sources differ.
    pub download_url: String,
}

impl Bills for WeChat {
    fn sorts(&self) -> &'static [BillSort] {
        &[BillSort::Trades, BillSort::Funds]
    }

    fn ready_at(&self, day: Day) -> Timestamp {
        day.end() + Duration::from_secs(READY_HOUR * 3600)
    }

    fn locate(&self, sort: BillSort, day: Day, moment: &Moment) -> Call {
        let target = match sort {
            BillSort::Trades => format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP"),
            BillSort::Funds => {
                format!("/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC&tar_type=GZIP")
            }
        };
        translate::signed(self, HttpMethod::Get, &target, Vec::new(), moment)
    }

    fn located(&self, reply: &Reply, moment: &Moment) -> Result<Located, NoBill> {
        translate::trusted(self, reply, moment).map_err(NoBill::Unclear)?;
        if reply.status != 200 {
            return Err(refusal(reply));
        }
        let address: BillAddress =
            serde_json::from_slice(&reply.body).map_err(|_| NoBill::Unclear(Doubt::Garbled))?;
        let known_hash = address.hash_type == "SHA1" && address.hash_value.len() == 40;
        if !known_hash || !address.download_url.starts_with("http") {
            return Err(NoBill::Unclear(Doubt::Garbled));
        }
        Ok(Located { url: address.download_url, sha1: Some(address.hash_value.to_ascii_lowercase()) })
    }

    fn download(&self, located: &Located, moment: &Moment) -> Result<Call, NoBill> {
        // The signature covers path and query; only our own provider's host may get a signed request.
        let target =
            located.url.strip_prefix(self.config.base_url.as_str()).filter(|rest| rest.starts_with('/'));
        let target = target.ok_or_else(|| {
            NoBill::Refused("the bill's address is not at the provider's own host".to_owned())
        })?;
        Ok(translate::signed(self, HttpMethod::Get, target, Vec::new(), moment))
    }

    fn unpack(&self, located: &Located, from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill> {
        let mut magic = [0; 2];
        let packed = from.read_exact(&mut magic).is_ok() && magic == [0x1F, 0x8B];
        let max = unpacked_max(from.seek(SeekFrom::End(0)).map_err(cannot_unpack)?);
        from.seek(SeekFrom::Start(0)).map_err(cannot_unpack)?;
        let mut hash = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY);
        let unpacked: Box<dyn Read> =
            if packed { Box::new(MultiGzDecoder::new(from)) } else { Box::new(from) };
        copy(unpacked, to, if packed { max } else { BILL_BYTES_MAX }, |bytes| hash.update(bytes))?;
        let found = hex(hash.finish().as_ref());
        match &located.sha1 {
            Some(announced) if *announced != found => Err(BadBill::WrongHash),
            _ => Ok(()),
        }
    }

    fn reader(&self, sort: BillSort, day: Day) -> Box<dyn BillReader> {
        match sort {
            BillSort::Trades => {
                Box::new(Sheet::new(trades::Trades { mchid: self.config.mchid.clone() }, day))
            }
            BillSort::Funds => Box::new(Sheet::new(funds::Funds, day)),
        }
    }
}

fn refusal(reply: &Reply) -> NoBill {
    let Ok(failure) = serde_json::from_slice::<Failure>(&reply.body) else {
        return NoBill::Unclear(if reply.status >= 500 { Doubt::ProviderError } else { Doubt::Garbled });
    };
    match failure.code.as_str() {
        code if NOTHING_HAPPENED.contains(&code) => NoBill::NothingHappened,
        code if NOT_READY.contains(&code) => NoBill::NotReady,
        _ if reply.status >= 500 => NoBill::Unclear(Doubt::ProviderError),
        _ if reply.status == 429 => NoBill::Unclear(Doubt::RateLimited),
        _ => NoBill::Refused(format!("{} {}", failure.code, failure.message)),
    }
}

/// SHA-1 in lower-case hex.
pub(crate) fn sha1(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}
