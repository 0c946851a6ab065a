//! The simulator's daily bills, made of its own books and spoilt on request.

use super::answers::success;
use super::books::{Refusal, Trade};
use super::gate::Admitted;
use super::zipped::zipped;
use super::{SELLER_ID, Simulator, page};
use crate::bill::{AccountLine, DetailLine, READY_HOUR, account_bill, bill_type, detail_bill, summary_bill};
use crate::wire::Response;
use base::Timestamp;
use encoding_rs::GBK;
use provider_contract::bill_desk::fee;
use provider_contract::bill_faults::{BillFault, SpoilableLine};
use provider_contract::bills::BillSort;
use provider_contract::{HttpReply, HttpRequest, Moment};
use settlement::Day;
use std::time::Duration;

/// Where files are fetched.
pub(super) const FILE_PATH: &str = "/bill/file";
/// How long an address lives.
pub(super) const ADDRESS_LIVES: Duration = Duration::from_secs(30);
const NOT_THERE: Refusal = Refusal { sub_code: "isp.bill_not_exist", sub_msg: "账单不存在" };

impl Simulator {
    /// `alipay.data.dataservice.bill.downloadurl.query`
    pub(super) fn bill_address(&mut self, call: &Admitted, now: Timestamp) -> Result<Response, Refusal> {
        let wrong = |sub_msg| Refusal { sub_code: "isv.invalid-arguments", sub_msg };
        let asked = call.content.bill_type.as_deref();
        let sort =
            [BillSort::Trades, BillSort::Funds].into_iter().find(|sort| asked == Some(bill_type(*sort)));
        let sort = sort.ok_or(wrong("bill_type 应为 trade 或 signcustomer"))?;
        let day = call.content.bill_date.as_deref().and_then(|date| date.parse::<Day>().ok());
        let day = day.ok_or(wrong("bill_date 应为 yyyy-MM-dd"))?;
        if !self.bills.is_ready(day, READY_HOUR, now) {
            return Err(NOT_THERE);
        }
        let zip = match sort {
            BillSort::Trades => self.trade_bill(day),
            BillSort::Funds => self.account_bill(day),
        };
        let zip = zip.ok_or(NOT_THERE)?;
        let token = self.bills.lay_out(zip, now);
        let url = format!("http://{}{FILE_PATH}?token={token}", call.host);
        Ok(Response { bill_download_url: Some(url), ..success() })
    }

    /// `GET` of an address that was given out.
    pub(super) fn bill_file(&self, request: &HttpRequest, moment: &Moment) -> HttpReply {
        let token = request.query().strip_prefix("token=");
        match token.and_then(|token| self.bills.fetch(token, moment.now)) {
            Some(file) => HttpReply::new(200, "application/zip", file.to_vec()),
            None => page(403, "下载地址已失效", moment),
        }
    }

    /// The day's zip; none if nothing happened.
    fn trade_bill(&self, day: Day) -> Option<Vec<u8>> {
        let lines = self.bills.lines(day, |day| self.lines(|at| Day::of(at) == day));
        if lines.is_empty() {
            return None;
        }
        let has = |fault| self.bills.has(day, fault);
        let account = if has(BillFault::WrongMerchant) { "2088999999999999" } else { SELLER_ID };
        let stated = if has(BillFault::WrongDay) { day.next() } else { day };
        let account = format!("{account}0156");
        let detail = detail_bill(&account, stated, &lines);
        let detail = self.bills.file(day, detail, |gbk| GBK.decode(gbk).0.into_owned().into_bytes());
        let name = |what: &str| {
            GBK.encode(&format!("{account}_{}_{what}.csv", day.to_string().replace('-', ""))).0.into_owned()
        };
        let summary = summary_bill(&account, &lines);
        // The order of entries is not certain, so the summary comes first as often as not.
        let files = [(name("业务明细(汇总)"), summary), (name("业务明细"), detail)];
        let files: Vec<(&[u8], &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_slice(), bytes.as_slice())).collect();
        let mut zip = zipped(&files);
        if has(BillFault::WrongHash) {
            // Spoils the checksum that the directory gives for the detail file.
            let entry = memchr::memmem::rfind(&zip, b"PK\x01\x02").expect("a zip has a directory");
            zip[entry + 16] ^= 1;
        }
        Some(zip)
    }

    /// The day's zip of the account's movements; none if nothing moved. It is never spoilt, so that a spoilt trade bill
    /// does not agree with it.
    fn account_bill(&self, day: Day) -> Option<Vec<u8>> {
        let opening = self.account_lines(|at| at < day.start()).iter().map(|line| line.amount).sum();
        let lines = self.account_lines(|at| Day::of(at) == day);
        let account = format!("{SELLER_ID}0156");
        let name = format!("{account}_{}_账务明细.csv", day.to_string().replace('-', ""));
        let bill = account_bill(&account, day, opening, &lines);
        (!lines.is_empty()).then(|| zipped(&[(&GBK.encode(&name).0, &bill)]))
    }

    /// What moved on the account then, by time; it held nothing before the first order.
    fn account_lines(&self, when: impl Fn(Timestamp) -> bool) -> Vec<AccountLine> {
        let movements = |line: &DetailLine| {
            let sale = line.amount > 0;
            let movement = AccountLine {
                transaction: line.transaction.clone(),
                order_no: line.order_no.clone(),
                at: line.at,
                amount: line.amount,
                business: if sale { "交易付款" } else { "交易退款" }.to_owned(),
            };
            let fee = AccountLine {
                amount: if sale { -line.fee } else { line.fee },
                business: if sale { "收费" } else { "退费" }.to_owned(),
                ..movement.clone()
            };
            [movement, fee].into_iter().filter(|line| line.amount != 0)
        };
        self.lines(when).iter().flat_map(movements).collect()
    }

    /// What happened then, by time.
    fn lines(&self, when: impl Fn(Timestamp) -> bool) -> Vec<DetailLine> {
        let mut lines = Vec::new();
        for (order_no, trade) in self.books.all() {
            let then = |at: &Timestamp| when(*at);
            if let Some((fen, at)) = trade.paid.filter(|(_, at)| then(at)) {
                lines.push(line(order_no, trade, "交易", fen, at, ""));
            }
            if let Some(at) = trade.reversed_at.filter(then) {
                lines.push(line(order_no, trade, "退款", -trade.paid_fen(), at, ""));
            }
            for given in &trade.returns {
                if let Some(at) = given.done_at.filter(then) {
                    lines.push(line(order_no, trade, "退款", -given.fen, at, &given.request_no));
                }
            }
        }
        lines.sort_by(|one, other| (one.at, &one.order_no).cmp(&(other.at, &other.order_no)));
        lines
    }
}

fn line(
    order_no: &str,
    trade: &Trade,
    business: &str,
    fen: i64,
    at: Timestamp,
    refund_no: &str,
) -> DetailLine {
    DetailLine {
        transaction: trade.trade_no(),
        order_no: order_no.to_owned(),
        business: business.to_owned(),
        description: "结账".to_owned(),
        at,
        amount: fen,
        refund_no: refund_no.to_owned(),
        fee: fee(fen.abs()),
    }
}

impl SpoilableLine for DetailLine {
    fn is_sale(&self) -> bool {
        self.business == "交易"
    }

    fn at(&self) -> Timestamp {
        self.at
    }

    fn add_fen(&mut self) {
        self.amount += 1;
    }

    /// Its bills are in yuan, and do not say so.
    fn exchange(&mut self) {}

    fn turn(&mut self) {
        self.business = "退款".to_owned();
        self.amount = -self.amount;
    }

    fn add_fee(&mut self) {
        self.fee += 1;
    }

    fn rename(&mut self, order_no: &str, transaction: &str) {
        (self.order_no, self.transaction) = (order_no.to_owned(), transaction.to_owned());
    }

    fn describe(&mut self, text: &str) {
        // The gateway's columns are split by commas and tabs; a text that holds them moves what stands behind it.
        self.description = text.replace('`', "，");
    }

    fn shift(&mut self, by: Duration) {
        self.at = self.at + by;
    }

    fn disown(&mut self) {}
}
