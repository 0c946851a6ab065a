//! Reads the detail file.

use base::{Currency, Timestamp};
use encoding_rs::GBK;
use memchr::{memchr_iter, memmem};
use provider_contract::bills::{BadBill, BillReader, Tally};
use settlement::{BillRow, Day, Kind, Moved, cell};
use std::sync::Arc;

/// More columns than any bill has.
const COLUMNS_MAX: usize = 48;

/// Reads the detail file of one day.
pub(super) struct Details {
    expected: Arc<Expected>,
    columns: Option<Columns>,
    past_rows: bool,
    tally: Tally,
}

/// Whose bill of which day it must be, and the words by which rows are told apart, as the file writes them.
struct Expected {
    account: Option<String>,
    day: Day,
    date: String,
    sale: Vec<u8>,
    refund: Vec<u8>,
    first_column: Vec<u8>,
}

/// Where the columns stand that we read.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    transaction: usize,
    order_no: usize,
    business: usize,
    created: usize,
    finished: usize,
    amount: usize,
    received: usize,
    refund_no: usize,
    fee: usize,
    /// Whose text the shop chose, which may hold commas.
    description: usize,
}

impl Details {
    pub fn new(account: Option<&str>, day: Day) -> Details {
        let expected = Expected {
            account: account.map(str::to_owned),
            day,
            date: day.to_string(),
            sale: gbk("交易"),
            refund: gbk("退款"),
            first_column: gbk("支付宝交易号"),
        };
        Details { expected: Arc::new(expected), columns: None, past_rows: false, tally: Tally::default() }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), BadBill> {
        let text = decoded(line)?;
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let of = |name: &str| {
            let at = names.iter().position(|known| *known == name).filter(|at| *at < COLUMNS_MAX);
            at.ok_or_else(|| BadBill::NotThisFormat(name.to_owned()))
        };
        self.columns = Some(Columns {
            count: names.len(),
            transaction: of("支付宝交易号")?,
            order_no: of("商户订单号")?,
            business: of("业务类型")?,
            created: of("创建时间")?,
            finished: of("完成时间")?,
            amount: of("订单金额（元）")?,
            received: of("商家实收（元）")?,
            refund_no: of("退款批次号/请求号")?,
            fee: of("服务费（元）")?,
            description: of("商品名称")?,
        });
        Ok(())
    }

    /// A line before the header or after the rows.
    fn comment(&mut self, line: u64, bytes: &[u8]) -> Result<(), BadBill> {
        let text = decoded(bytes)?;
        let between = |from: &str, to: &str| {
            let rest = text.split_once(from)?.1;
            rest.split_once(to).map(|(inside, _)| inside.trim())
        };
        if let (Some(found), Some(ours)) = (between("#账号：[", "]"), &self.expected.account) {
            // Files were seen that add four digits to the account's sixteen.
            if !found.starts_with(ours.as_str()) {
                return Err(BadBill::WrongMerchant(found.chars().take(32).collect()));
            }
        }
        if let Some(begins) = between("#起始日期：[", " ") {
            let date = begins.replace(['年', '月'], "-").replace('日', "");
            if date != self.expected.date {
                return Err(BadBill::WrongDay { line, found: date.chars().take(16).collect() });
            }
        }
        if text.contains("业务明细列表结束") {
            self.past_rows = true;
            self.tally.foot = true;
        }
        let fen = |text: Option<&str>| text.and_then(|t| cell::yuan(t.as_bytes())).map(i128::from);
        let stated = self.tally.stated.get_or_insert_default();
        if text.starts_with("#交易合计：") {
            stated.first_count = between("#交易合计：", "笔").and_then(|count| count.parse().ok());
            stated.first_amount = fen(between("商家实收共", "元"));
        }
        if text.starts_with("#退款合计：") {
            stated.second_count = between("#退款合计：", "笔").and_then(|count| count.parse().ok());
            stated.second_amount = fen(between("商家实收退款共", "元")).map(i128::abs);
        }
        Ok(())
    }

    fn row<'a>(&mut self, line: u64, text: &'a [u8]) -> Result<BillRow<'a>, BadBill> {
        let columns = self.columns.expect("rows come after the header");
        let broken = |why| BadBill::BrokenRow { line, why };
        // A comma is never half of a GBK character, so bytes can be searched for it.
        let (mut commas, mut count) = ([0u32; COLUMNS_MAX], 0);
        for at in memchr_iter(b',', text) {
            *commas.get_mut(count).ok_or(broken("too many values"))? = at as u32;
            count += 1;
        }
        let surplus = (count + 1).checked_sub(columns.count).ok_or(broken("too few values"))?;
        let cell_at = |at: usize| {
            // The shop's own text may hold commas; what stands behind it is counted from the end.
            let at = if at > columns.description { at + surplus } else { at };
            let from = if at == 0 { 0 } else { commas[at - 1] as usize + 1 };
            let to = if at < count { commas[at] as usize } else { text.len() };
            text[from..to].strip_suffix(b"\t").unwrap_or(&text[from..to])
        };
        let fen = |at: usize, why| cell::yuan(cell_at(at)).ok_or(BadBill::BrokenRow { line, why });
        let (amount, received) = (
            fen(columns.amount, "the amount is not an amount")?,
            fen(columns.received, "what was received is not an amount")?,
        );
        let fee = fen(columns.fee, "the fee is not an amount")?;
        let finished = cell_at(columns.finished);
        let at = self.moment(line, if finished.is_empty() { cell_at(columns.created) } else { finished })?;
        let order_no = cell_at(columns.order_no);
        let sale = BillRow {
            line,
            kind: Kind::Sale,
            id: cell::our_number(order_no),
            order_no,
            refund_no: b"",
            transaction: cell_at(columns.transaction),
            amount: amount.abs(),
            currency: Currency::Cny,
            fee: fee.abs(),
            moved: Moved::Yes,
            at: Some(at),
        };
        let business = cell_at(columns.business);
        if business == self.expected.sale {
            self.tally.first.0 += 1;
            self.tally.first.1 += i128::from(received);
            return if amount < 0 { Err(broken("a sale's amount is negative")) } else { Ok(sale) };
        }
        if business != self.expected.refund {
            return Err(broken("the kind of business is not known"));
        }
        self.tally.second.0 += 1;
        self.tally.second.1 += i128::from(received.abs());
        let refund_no = cell_at(columns.refund_no);
        // What a cancel returned has no number of its own: in the book it is the refund with the payment's number.
        let id = if refund_no.is_empty() { sale.id } else { cell::our_number(refund_no) };
        Ok(BillRow { kind: Kind::Refund, id, refund_no, fee: -fee.abs(), ..sale })
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
}

impl BillReader for Details {
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.first(), &self.columns) {
            (None, _) => Ok(None),
            (Some(b'#'), _) => self.comment(number, line).map(|()| None),
            (_, None) if line.starts_with(&self.expected.first_column) => self.header(line).map(|()| None),
            (_, None) if memmem::find(line, "支付宝交易号".as_bytes()).is_some() => {
                Err(BadBill::WrongEncoding)
            }
            (_, None) => Err(BadBill::NotThisFormat("支付宝交易号".to_owned())),
            (_, Some(_)) if self.past_rows => Err(BadBill::AfterTheFoot { line: number }),
            (_, Some(_)) => self.row(number, line).map(Some),
        }
    }

    fn is_past_head(&self) -> bool {
        self.columns.is_some()
    }

    fn fork(&self) -> Box<dyn BillReader> {
        Box::new(Details {
            expected: Arc::clone(&self.expected),
            columns: self.columns,
            past_rows: self.past_rows,
            tally: Tally::default(),
        })
    }

    fn tally(&self) -> Tally {
        self.tally.clone()
    }

    fn join(&mut self, next: &Tally) {
        self.tally = self.tally.plus(next);
        self.past_rows |= next.foot;
    }

    fn end(&self) -> Result<(), BadBill> {
        if self.columns.is_none() {
            return Err(BadBill::Truncated);
        }
        self.tally.check()
    }
}

/// A line's text; a line that is not GBK is another encoding's.
fn decoded(line: &[u8]) -> Result<String, BadBill> {
    let utf8 = line.starts_with("\u{FEFF}".as_bytes()) || memmem::find(line, "支付宝".as_bytes()).is_some();
    match GBK.decode_without_bom_handling_and_without_replacement(line) {
        Some(text) if !utf8 => Ok(text.into_owned()),
        _ => Err(BadBill::WrongEncoding),
    }
}

fn gbk(text: &str) -> Vec<u8> {
    GBK.encode(text).0.into_owned()
}
