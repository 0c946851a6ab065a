//! The bill of the account's movements. Its rows bear no order number that a payment could be found by, so they are
//! only added up: what came in, what went out, and what the account held before and after.

use super::form::{self, Places};
use provider_contract::bills::{
    BadBill, Flaw, Form, LineKind, Names, Part, Reading, Row, RowRead, Separator, Tally, Total,
};
use settlement::Flow;
use std::borrow::Cow;

const SUMS: &[(&str, Total)] = &[
    ("资金流水总笔数", Total::Rows),
    ("收入笔数", Total::FirstCount),
    ("收入金额", Total::FirstAmount),
    ("支出笔数", Total::SecondCount),
    ("支出金额", Total::SecondAmount),
];

/// What a movement is by its name: as money in, as money out. Names that are not listed are something else.
const FLOWS: &[(&str, Flow, Flow)] = &[
    ("交易", Flow::Payment, Flow::Other),
    ("退款", Flow::Other, Flow::Refund),
    ("扣除交易手续费", Flow::FeeBack, Flow::Fee),
    ("提现", Flow::Other, Flow::Withdrawal),
];

/// Reads a fund-flow bill.
pub(super) struct Funds;

#[derive(Clone, Copy)]
pub(super) struct Columns {
    at: usize,
    name: usize,
    direction: usize,
    amount: usize,
    /// What the account holds after the movement; not in every file.
    after: Option<usize>,
}

impl Form for Funds {
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
        Ok(Columns {
            at: names.column(&["记账时间"])?,
            name: names.column(&["业务名称", "业务类型"])?,
            direction: names.column(&["收支类型"])?,
            amount: names.column(&["收支金额(元)", "收支金额（元）"])?,
            after: ["账户结余(元)", "账户结余（元）"].iter().find_map(|name| names.find(name)),
        })
    }

    fn free(_: &Columns) -> Option<usize> {
        None
    }

    fn row<'a>(&self, columns: &Columns, row: &Row<'a, '_>, tally: &mut Tally) -> RowRead<'a> {
        row.moment(columns.at, tally)?;
        let amount = row.fen(columns.amount, Flaw::AmountUnreadable)?;
        if amount < 0 {
            return Err(row.broken(Flaw::AmountNegative));
        }
        let name = row.cell(columns.name);
        let known = FLOWS.iter().find(|(known, ..)| known.as_bytes() == name);
        let (as_in, as_out) =
            known.map_or((Flow::Other, Flow::Other), |(_, as_in, as_out)| (*as_in, *as_out));
        let moved = match std::str::from_utf8(row.cell(columns.direction)) {
            Ok("收入") => {
                tally.count_first(amount);
                tally.flows.count(as_in, amount);
                amount
            }
            Ok("支出") => {
                tally.count_second(amount);
                tally.flows.count(as_out, amount);
                -amount
            }
            _ => return Err(row.broken(Flaw::NeitherInNorOut)),
        };
        row.hold(columns.after, moved, tally)?;
        Ok(None)
    }

    fn aside(&self, number: u64, line: &[u8], reading: &mut Reading<Places>) -> Result<(), BadBill> {
        form::foot(number, line, SUMS, reading)
    }
}
