//! The bill of payments and refunds: `ALL`, `SUCCESS` or `REFUND`.

use super::form::{self, Places};
use base::Currency;
use provider_contract::bills::{
    BadBill, Flaw, Form, LineKind, Names, Part, Reading, Row, RowRead, Separator, Tally, Total,
};
use settlement::{BillRow, Kind, Moved, cell};
use std::borrow::Cow;

const SUMS: &[(&str, Total)] = &[
    ("总交易单数", Total::Rows),
    ("订单总金额", Total::FirstAmount),
    ("申请退款总金额", Total::SecondAmount),
    ("手续费总金额", Total::Fees),
];

/// Reads a trade bill.
pub(super) struct Trades {
    /// Whose bill it must be.
    pub mchid: String,
}

/// Where the columns stand that we read; what only some bills have may be missing.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    at: usize,
    mchid: usize,
    transaction: usize,
    order_no: usize,
    state: usize,
    currency: usize,
    fee: usize,
    amount: usize,
    refund: Option<RefundColumns>,
    /// The first of the two columns whose text the shop chose, if the other stands behind it.
    free: Option<usize>,
}

/// What bills of payments alone have not.
#[derive(Clone, Copy)]
struct RefundColumns {
    transaction: usize,
    number: usize,
    amount: usize,
    state: usize,
}

impl Form for Trades {
    const SEPARATOR: Separator = Separator::BackTick;
    type Columns = Columns;
    type Notes = Places;

    fn kind_of(&self, number: u64, line: &[u8], part: Part) -> Result<LineKind, BadBill> {
        form::kind_of(number, line, part)
    }

    fn text<'a>(&self, line: &'a [u8]) -> Result<Cow<'a, str>, BadBill> {
        form::text(line)
    }

    fn columns(&self, names: &Names<'_>) -> Result<Columns, BadBill> {
        let of = |name: &str| names.column(&[name]);
        let refund = || {
            Some(RefundColumns {
                transaction: names.find("微信退款单号")?,
                number: names.find("商户退款单号")?,
                amount: names.find("申请退款金额")?,
                state: names.find("退款状态")?,
            })
        };
        let at = of("交易时间")?;
        let (goods, attached) = (of("商品名称")?, of("商户数据包")?);
        Ok(Columns {
            at,
            mchid: of("商户号")?,
            transaction: of("微信订单号")?,
            order_no: of("商户订单号")?,
            state: of("交易状态")?,
            currency: of("货币种类")?,
            fee: of("手续费")?,
            amount: of("订单金额")?,
            refund: refund(),
            free: (attached == goods + 1).then_some(goods),
        })
    }

    fn free(columns: &Columns) -> Option<usize> {
        columns.free
    }

    fn row<'a>(&self, columns: &Columns, row: &Row<'a, '_>, tally: &mut Tally) -> RowRead<'a> {
        let mchid = row.cell(columns.mchid);
        if mchid != self.mchid.as_bytes() {
            let found = String::from_utf8_lossy(mchid).chars().take(32).collect();
            return Err(BadBill::WrongMerchant(found));
        }
        let at = row.moment(columns.at, tally)?;
        let order_no = row.cell(columns.order_no);
        let fee = row.fen(columns.fee, Flaw::FeeUnreadable)?;
        tally.fees += i128::from(fee);
        let sale = BillRow {
            line: row.line,
            kind: Kind::Sale,
            id: cell::our_number(order_no),
            order_no,
            refund_no: b"",
            transaction: row.cell(columns.transaction),
            amount: row.fen(columns.amount, Flaw::AmountUnreadable)?,
            currency: currency(row.cell(columns.currency))
                .ok_or_else(|| row.broken(Flaw::CurrencyUnknown))?,
            fee,
            moved: Moved::Yes,
            at: Some(at),
        };
        let found = match row.cell(columns.state) {
            b"SUCCESS" => {
                tally.count_first(sale.amount);
                sale
            }
            state @ (b"REFUND" | b"REVOKED") => {
                let refund = refund(columns, row, sale, state)?;
                tally.count_second(refund.amount);
                refund
            }
            _ => return Err(row.broken(Flaw::StateUnknown)),
        };
        if found.amount < 0 {
            return Err(row.broken(Flaw::AmountNegative));
        }
        Ok(Some(found))
    }

    fn aside(&self, number: u64, line: &[u8], reading: &mut Reading<Places>) -> Result<(), BadBill> {
        form::foot(number, line, SUMS, reading)
    }
}

fn refund<'a>(
    columns: &Columns,
    row: &Row<'a, '_>,
    sale: BillRow<'a>,
    state: &[u8],
) -> Result<BillRow<'a>, BadBill> {
    let Some(of_refund) = columns.refund else {
        return Err(row.broken(Flaw::RefundColumnsMissing));
    };
    // A reversal has no number of its own: in the book it is the refund with the payment's number.
    let number = if state == b"REFUND" { row.cell(of_refund.number) } else { b"".as_slice() };
    Ok(BillRow {
        kind: Kind::Refund,
        id: if state == b"REFUND" { cell::our_number(number) } else { sale.id },
        refund_no: number,
        transaction: row.cell(of_refund.transaction),
        amount: row.fen(of_refund.amount, Flaw::RefundUnreadable)?,
        moved: moved(row.cell(of_refund.state)),
        ..sale
    })
}

fn currency(code: &[u8]) -> Option<Currency> {
    Currency::from_code(std::str::from_utf8(code).ok()?)
}

/// A refund that stands in the bill has moved money unless its state says otherwise.
fn moved(state: &[u8]) -> Moved {
    match state {
        b"SUCCESS" | b"" => Moved::Yes,
        b"FAIL" | b"CLOSED" => Moved::No,
        _ => Moved::UnderWay,
    }
}
