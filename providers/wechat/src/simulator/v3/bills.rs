//! The simulator's daily bills, made of its own books and spoilt on request.

use super::super::Simulator;
use super::super::books::{Kind, Order};
use super::super::checks::{Refusal, param, refusal};
use super::serve::parameter;
use super::words::Outcome;
use crate::v3::bill::{BillAddress, FundLine, READY_HOUR, TradeLine, funds_bill, sha1, trades_bill};
use base::Timestamp;
use flate2::Compression;
use flate2::write::GzEncoder;
use provider_contract::HttpRequest;
use provider_contract::bill_desk::fee;
use provider_contract::bill_faults::{BillFault, SpoilableLine};
use provider_contract::bills::BillSort;
use settlement::Day;
use std::io::Write;
use std::time::Duration;

/// Where files are fetched.
pub(super) const FILE_PATH: &str = "/v3/billdownload/file";
/// How long an address lives.
pub(in crate::simulator) const ADDRESS_LIVES: Duration = Duration::from_secs(300);
impl Simulator {
    /// `GET /v3/bill/tradebill` and `GET /v3/bill/fundflowbill`
    pub(super) fn bill_address(
        &mut self,
        sort: BillSort,
        request: &HttpRequest,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let day = parameter(request, "bill_date").and_then(|date| date.parse::<Day>().ok());
        let day = day.ok_or(param("bill_date 应为 YYYY-MM-DD"))?;
        let packed = match parameter(request, "tar_type") {
            None => false,
            Some("GZIP") => true,
            Some(_) => return Err(param("tar_type 应为 GZIP")),
        };
        if !self.bills.is_ready(day, READY_HOUR, now) {
            return Err(refusal(400, "STATEMENT_CREATING", "账单生成中"));
        }
        let bill_type = parameter(request, "bill_type").unwrap_or("ALL");
        let bill = match sort {
            BillSort::Trades => self.trade_bill(day, bill_type)?,
            BillSort::Funds => self.fund_bill(day),
        };
        let Some(bill) = bill else {
            return Err(refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在"));
        };
        let bill = self.bills.file(day, bill, utf_16);
        let announced: &[u8] = if self.bills.has(day, BillFault::WrongHash) { b"another" } else { &bill };
        let hash = sha1(announced);
        let token = self.bills.lay_out(if packed { gzipped(&bill) } else { bill }, now);
        let host = request.header("host").unwrap_or("127.0.0.1");
        Ok(Outcome::json(
            200,
            &BillAddress {
                hash_type: "SHA1".to_owned(),
                hash_value: hash,
                download_url: format!("http://{host}{FILE_PATH}?token={token}"),
            },
        ))
    }

    /// `GET` of an address that was given out.
    pub(super) fn bill_file(&mut self, request: &HttpRequest, now: Timestamp) -> Result<Outcome, Refusal> {
        match parameter(request, "token").and_then(|token| self.bills.fetch(token, now)) {
            Some(file) => Ok(Outcome { body: file.to_vec(), ..Outcome::empty(200) }),
            None => Err(refusal(400, "INVALID_REQUEST", "下载地址已失效，请重新申请")),
        }
    }

    /// The trade bill; none if nothing happened.
    fn trade_bill(&self, day: Day, bill_type: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let wanted: fn(&TradeLine) -> bool = match bill_type {
            "ALL" => |_| true,
            "SUCCESS" => |line| line.state == "SUCCESS",
            "REFUND" => |line| line.state != "SUCCESS",
            _ => return Err(param("bill_type 应为 ALL、SUCCESS 或 REFUND")),
        };
        let of_sort = |day| self.trade_lines(|at| Day::of(at) == day).into_iter().filter(wanted).collect();
        let lines = self.bills.lines(day, of_sort);
        Ok((!lines.is_empty()).then(|| trades_bill(&lines).into_bytes()))
    }

    fn fund_bill(&self, day: Day) -> Option<Vec<u8>> {
        let opening = self.fund_lines(|at| at < day.start()).iter().map(|line| line.amount).sum();
        let lines = self.fund_lines(|at| Day::of(at) == day);
        (!lines.is_empty()).then(|| funds_bill(opening, &lines).into_bytes())
    }

    /// What moved on the account then, by time; it held nothing before the first order.
    fn fund_lines(&self, when: impl Fn(Timestamp) -> bool) -> Vec<FundLine> {
        let fund = |line: &TradeLine| {
            let (name, amount) = match line.state.as_str() {
                "SUCCESS" => ("交易", line.amount),
                _ => ("退款", -line.refund_amount),
            };
            let movement = FundLine {
                at: line.at,
                transaction: line.transaction.clone(),
                name: name.to_owned(),
                amount,
            };
            let fee =
                FundLine { name: "扣除交易手续费".to_owned(), amount: -line.fee, ..movement.clone() };
            [movement, fee].into_iter().filter(|line| line.amount != 0)
        };
        self.trade_lines(when).iter().flat_map(fund).collect()
    }

    /// What happened then, by time.
    fn trade_lines(&self, when: impl Fn(Timestamp) -> bool) -> Vec<TradeLine> {
        let sales = self.books.orders().filter(|(_, order)| order.charges > 0 && when(order.paid_at));
        let sales = sales.map(|(at, order)| self.line(at, order, order.paid_at));
        let reversals = self.books.orders().filter_map(|(at, order)| {
            let sale = self.line(at, order, order.returned_at.filter(|at| when(*at))?);
            Some(TradeLine {
                state: "REVOKED".to_owned(),
                amount: 0,
                refund: ("0".to_owned(), String::new()),
                refund_amount: sale.amount,
                fee: -sale.fee,
                ..sale
            })
        });
        let refunds = self.books.refunds().filter(|(_, refund)| when(refund.done_at));
        let refunds = refunds.map(|(number, refund)| TradeLine {
            state: "REFUND".to_owned(),
            amount: 0,
            refund: (self.books.refund_id(number), refund.number.to_string()),
            refund_amount: refund.amount,
            refund_state: "SUCCESS".to_owned(),
            fee: -fee(refund.amount),
            ..self.line(refund.order, self.books.order(refund.order), refund.done_at)
        });
        let mut lines: Vec<TradeLine> = sales.chain(reversals).chain(refunds).collect();
        lines.sort_by(|one, other| (one.at, &one.order_no).cmp(&(other.at, &other.order_no)));
        lines
    }

    fn line(&self, at: u32, order: &Order, when: Timestamp) -> TradeLine {
        TradeLine {
            at: when,
            appid: self.identity.appid.clone(),
            mchid: self.identity.mchid.clone(),
            transaction: self.books.transaction_id(at),
            order_no: order.number.to_string(),
            trade_type: if order.kind == Kind::Micropay { "MICROPAY" } else { "NATIVE" }.to_owned(),
            state: "SUCCESS".to_owned(),
            currency: "CNY".to_owned(),
            amount: order.paid,
            refund: ("0".to_owned(), "0".to_owned()),
            refund_amount: 0,
            refund_state: String::new(),
            description: "结账".to_owned(),
            fee: fee(order.paid),
        }
    }
}

fn utf_16(bill: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bill).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

impl SpoilableLine for TradeLine {
    fn is_sale(&self) -> bool {
        self.state == "SUCCESS"
    }

    fn at(&self) -> Timestamp {
        self.at
    }

    fn add_fen(&mut self) {
        self.amount += 1;
    }

    fn exchange(&mut self) {
        self.currency = "USD".to_owned();
    }

    fn turn(&mut self) {
        self.state = "REVOKED".to_owned();
        self.refund_amount = std::mem::take(&mut self.amount);
        self.refund = ("0".to_owned(), String::new());
    }

    fn add_fee(&mut self) {
        self.fee += 1;
    }

    fn rename(&mut self, order_no: &str, transaction: &str) {
        (self.order_no, self.transaction) = (order_no.to_owned(), transaction.to_owned());
    }

    fn describe(&mut self, text: &str) {
        self.description = text.to_owned();
    }

    fn shift(&mut self, by: Duration) {
        self.at = self.at + by;
    }

    fn disown(&mut self) {
        self.mchid = "1999999999".to_owned();
    }
}
