//! The detail file: every payment and refund.

use super::form::{self, Form as Common, Sum, gbk};
use base::Currency;
use provider_contract::bills::{
    BadBill, Flaw, Form, LineKind, Names, Part, Reading, Row, RowRead, Separator, Tally, Total,
};
use settlement::{BillRow, Day, Kind, Moved, cell};
use std::borrow::Cow;

const SUMS: &[Sum] = &[
    ("#交易合计：", Total::FirstCount, "商家实收共", Total::FirstAmount),
    ("#退款合计：", Total::SecondCount, "商家实收退款共", Total::SecondAmount),
];

/// Reads the detail file of one day.
pub(super) struct Details {
    common: Common,
    /// The words by which rows are told apart, as the file writes them.
    sale: Vec<u8>,
    refund: Vec<u8>,
}

/// Where the columns stand that we read.
#[derive(Clone, Copy)]
pub(super) struct Columns {
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
        let common = Common::new(account, day, "支付宝交易号", "业务明细列表结束", SUMS);
        Details { common, sale: gbk("交易"), refund: gbk("退款") }
    }
}

impl Form for Details {
    const SEPARATOR: Separator = Separator::Comma;
    type Columns = Columns;
    type Notes = ();

    fn kind_of(&self, number: u64, line: &[u8], part: Part) -> Result<LineKind, BadBill> {
        self.common.kind_of(number, line, part)
    }

    fn text<'a>(&self, line: &'a [u8]) -> Result<Cow<'a, str>, BadBill> {
        form::text(line)
    }

    fn columns(&self, names: &Names<'_>) -> Result<Columns, BadBill> {
        let of = |name: &str| names.column(&[name]);
        Ok(Columns {
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
        })
    }

    fn free(columns: &Columns) -> Option<usize> {
        Some(columns.description)
    }

    fn row<'a>(&self, columns: &Columns, row: &Row<'a, '_>, tally: &mut Tally) -> RowRead<'a> {
        let amount = row.fen(columns.amount, Flaw::AmountUnreadable)?;
        let received = row.fen(columns.received, Flaw::ReceivedUnreadable)?;
        let fee = row.fen(columns.fee, Flaw::FeeUnreadable)?;
        let unfinished = row.cell(columns.finished).is_empty();
        let at = row.moment(if unfinished { columns.created } else { columns.finished }, tally)?;
        let order_no = row.cell(columns.order_no);
        let sale = BillRow {
            line: row.line,
            kind: Kind::Sale,
            id: cell::our_number(order_no),
            order_no,
            refund_no: b"",
            transaction: row.cell(columns.transaction),
            amount: amount.abs(),
            currency: Currency::Cny,
            fee: fee.abs(),
            moved: Moved::Yes,
            at: Some(at),
        };
        let business = row.cell(columns.business);
        if business == self.sale {
            tally.count_first(received);
            return if amount < 0 { Err(row.broken(Flaw::SaleNegative)) } else { Ok(Some(sale)) };
        }
        if business != self.refund {
            return Err(row.broken(Flaw::BusinessUnknown));
        }
        tally.count_second(received.abs());
        let refund_no = row.cell(columns.refund_no);
        // What a cancel returned has no number of its own: in the book it is the refund with the payment's number.
        let id = if refund_no.is_empty() { sale.id } else { cell::our_number(refund_no) };
        Ok(Some(BillRow { kind: Kind::Refund, id, refund_no, fee: -fee.abs(), ..sale }))
    }

    fn aside(&self, number: u64, line: &[u8], reading: &mut Reading<()>) -> Result<(), BadBill> {
        self.common.comment(number, line, reading)
    }
}
