//! Reads the bill of payments and refunds.

use super::cells::{BYTE_ORDER_MARK, Cells, bare, column, names};
use base::{Currency, Timestamp};
use provider_contract::bills::{BadBill, BillReader, Stated, Tally};
use settlement::{BillRow, Day, Kind, Moved, cell};
use std::sync::Arc;

/// Reads a trade bill of `ALL`, `SUCCESS` or `REFUND`.
pub(super) struct Trades {
    expected: Arc<Expected>,
    columns: Option<Columns>,
    part: Part,
    tally: Tally,
}

/// Whose bill of which day it must be.
struct Expected {
    mchid: Vec<u8>,
    day: Day,
    date: String,
}

/// Which part of the file comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Rows,
    Sums,
    Nothing,
}

/// Where the columns stand that we read; what only some bills have may be missing.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    at: usize,
    mchid: usize,
    transaction: usize,
    order_no: usize,
    state: usize,
    currency: usize,
    fee: usize,
    amount: usize,
    refund_transaction: Option<usize>,
    refund_no: Option<usize>,
    refund_amount: Option<usize>,
    refund_state: Option<usize>,
    /// The first and last column whose text the shop chose, which may hold anything.
    free: (usize, usize),
}

impl Trades {
    pub fn new(mchid: &str, day: Day) -> Trades {
        let expected = Expected { mchid: mchid.as_bytes().to_vec(), day, date: day.to_string() };
        Trades { expected: Arc::new(expected), columns: None, part: Part::Header, tally: Tally::default() }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), BadBill> {
        let names = names(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line))?;
        let of = |name: &str| column(&names, name);
        self.columns = Some(Columns {
            count: names.len(),
            at: of("交易时间")?,
            mchid: of("商户号")?,
            transaction: of("微信订单号")?,
            order_no: of("商户订单号")?,
            state: of("交易状态")?,
            currency: of("货币种类")?,
            fee: of("手续费")?,
            amount: of("订单金额")?,
            refund_transaction: of("微信退款单号").ok(),
            refund_no: of("商户退款单号").ok(),
            refund_amount: of("申请退款金额").ok(),
            refund_state: of("退款状态").ok(),
            free: (of("商品名称")?, of("商户数据包")?),
        });
        self.part = Part::Rows;
        Ok(())
    }

    fn row<'a>(&mut self, line: u64, text: &'a [u8]) -> Result<BillRow<'a>, BadBill> {
        let columns = self.columns.expect("rows come after the header");
        let broken = |why| BadBill::BrokenRow { line, why };
        let cells = Cells::split(text).ok_or(broken("too many values"))?;
        let surplus = cells.count().checked_sub(columns.count).ok_or(broken("too few values"))?;
        let cell_at = |at: usize| {
            // A shop's own text may look like several values; what stands behind it is counted from the end.
            cells.at(if at > columns.free.0 { at + surplus } else { at })
        };
        if surplus > 0 && columns.free.1 != columns.free.0 + 1 {
            return Err(broken("too many values"));
        }
        if cell_at(columns.mchid) != self.expected.mchid {
            let found = String::from_utf8_lossy(cell_at(columns.mchid)).chars().take(32).collect();
            return Err(BadBill::WrongMerchant(found));
        }
        let at = self.moment(line, cell_at(columns.at))?;
        let currency = std::str::from_utf8(cell_at(columns.currency)).ok().and_then(Currency::from_code);
        let currency = currency.ok_or(broken("the currency is not known"))?;
        let fee = cell::yuan(cell_at(columns.fee)).ok_or(broken("the fee is not an amount"))?;
        let order_no = cell_at(columns.order_no);
        let sale = BillRow {
            line,
            kind: Kind::Sale,
            id: cell::our_number(order_no),
            order_no,
            refund_no: b"",
            transaction: cell_at(columns.transaction),
            amount: cell::yuan(cell_at(columns.amount)).ok_or(broken("the amount is not an amount"))?,
            currency,
            fee,
            moved: Moved::Yes,
            at: Some(at),
        };
        self.tally.fees += i128::from(fee);
        let state = cell_at(columns.state);
        if state == b"SUCCESS" {
            self.tally.first.0 += 1;
            self.tally.first.1 += i128::from(sale.amount);
            return Ok(sale).and_then(|row| not_negative(row, line));
        }
        let optional = |at: Option<usize>| at.map_or(b"".as_slice(), &cell_at);
        let amount = cell::yuan(optional(columns.refund_amount))
            .ok_or(broken("the refund's amount is not an amount"))?;
        let refund_no = optional(columns.refund_no);
        let refund = BillRow {
            kind: Kind::Refund,
            refund_no,
            transaction: optional(columns.refund_transaction),
            amount,
            moved: moved(optional(columns.refund_state)),
            ..sale
        };
        self.tally.second.0 += 1;
        self.tally.second.1 += i128::from(amount);
        match state {
            b"REFUND" => not_negative(BillRow { id: cell::our_number(refund_no), ..refund }, line),
            // A reversal has no number of its own: in the book it is the refund with the payment's number.
            b"REVOKED" => not_negative(BillRow { refund_no: b"", ..refund }, line),
            _ => Err(broken("the state of the trade is not known")),
        }
    }

    /// A neighboring day's row is a difference; any other day's is another file.
    fn moment(&mut self, line: u64, text: &[u8]) -> Result<Timestamp, BadBill> {
        let at = cell::wall_clock(text).ok_or(BadBill::BrokenRow { line, why: "the time is not a time" })?;
        if text.starts_with(self.expected.date.as_bytes()) {
            self.tally.of_the_day += 1;
            return Ok(at);
        }
        let found = Day::of(at);
        if found == self.expected.day.previous() || found == self.expected.day.next() {
            self.tally.of_another.get_or_insert((line, found));
            return Ok(at);
        }
        Err(BadBill::WrongDay { line, found: found.to_string() })
    }

    fn sums(&mut self, line: u64, text: &[u8]) -> Result<(), BadBill> {
        let broken = BadBill::BrokenRow { line, why: "the sums cannot be read" };
        let stated = self.tally.stated.as_mut().expect("the sums come after their header");
        let cells = Cells::split(text).ok_or(broken.clone())?;
        let rows = cells.at(0).strip_suffix(b".0").unwrap_or(cells.at(0));
        let rows = std::str::from_utf8(rows).ok().and_then(|rows| rows.parse().ok()).ok_or(broken.clone())?;
        let amount = |at: Option<u64>| match at {
            None => Ok(None),
            Some(at) => {
                cell::yuan(cells.at(at as usize)).map(|fen| Some(i128::from(fen))).ok_or(broken.clone())
            }
        };
        // The header left the places of the sums here; now come the sums.
        let (first, second, fees) = (stated.first_count, stated.second_count, stated.rows);
        *stated = Stated {
            rows: Some(rows),
            first_amount: amount(first)?,
            second_amount: amount(second)?,
            fees: amount(fees)?,
            ..Stated::default()
        };
        self.tally.foot = true;
        self.part = Part::Nothing;
        Ok(())
    }

    fn sums_header(&mut self, line: u64, text: &[u8]) -> Result<(), BadBill> {
        let names = names(text)?;
        if names.first() != Some(&"总交易单数") {
            return Err(BadBill::BrokenRow { line, why: "neither a row nor the header of the sums" });
        }
        let place = |name: &str| names.iter().position(|known| *known == name).map(|at| at as u64);
        self.tally.stated = Some(Stated {
            first_count: place("订单总金额"),
            second_count: place("申请退款总金额"),
            rows: place("手续费总金额"),
            ..Stated::default()
        });
        self.part = Part::Sums;
        Ok(())
    }
}

fn not_negative(row: BillRow<'_>, line: u64) -> Result<BillRow<'_>, BadBill> {
    if row.amount < 0 {
        return Err(BadBill::BrokenRow { line, why: "the amount is negative" });
    }
    Ok(row)
}

/// A refund that stands in the bill has moved money unless its state says otherwise.
fn moved(state: &[u8]) -> Moved {
    match state {
        b"SUCCESS" | b"" => Moved::Yes,
        b"FAIL" | b"CLOSED" => Moved::No,
        _ => Moved::UnderWay,
    }
}

impl BillReader for Trades {
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill> {
        let line = bare(line);
        match (self.part, line.first()) {
            (Part::Header, _) => self.header(line).map(|()| None),
            (Part::Rows, Some(b'`')) => self.row(number, line).map(Some),
            (Part::Rows, _) => self.sums_header(number, line).map(|()| None),
            (Part::Sums, Some(b'`')) => self.sums(number, line).map(|()| None),
            (Part::Sums, _) => Err(BadBill::BrokenRow { line: number, why: "the sums are missing" }),
            (Part::Nothing, None) => Ok(None),
            (Part::Nothing, Some(_)) => Err(BadBill::AfterTheFoot { line: number }),
        }
    }

    fn is_past_head(&self) -> bool {
        self.part != Part::Header
    }

    fn fork(&self) -> Box<dyn BillReader> {
        Box::new(Trades {
            expected: Arc::clone(&self.expected),
            columns: self.columns,
            part: self.part,
            tally: Tally::default(),
        })
    }

    fn tally(&self) -> Tally {
        self.tally.clone()
    }

    fn join(&mut self, next: &Tally) {
        self.tally = self.tally.plus(next);
        if next.foot {
            self.part = Part::Nothing;
        }
    }

    fn end(&self) -> Result<(), BadBill> {
        if self.part == Part::Header {
            return Err(BadBill::Truncated);
        }
        self.tally.check()
    }
}
