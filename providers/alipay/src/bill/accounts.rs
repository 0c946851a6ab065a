//! The account file (账务明细): every movement of the merchant's account. Its rows are only added up, by what moved the money.

use super::form::{self, Form as Common, Sum, gbk};
use provider_contract::bills::{
    BadBill, Flaw, Form, LineKind, Names, Part, Reading, Row, RowRead, Separator, Tally, Total,
};
use settlement::{Day, Flow};
use std::borrow::Cow;

const SUMS: &[Sum] = &[
    ("#收入合计：", Total::FirstCount, "共", Total::FirstAmount),
    ("#支出合计：", Total::SecondCount, "共", Total::SecondAmount),
];

/// What a movement is by its kind of business: as money in, as money out. Kinds that are not listed are something else.
const FLOWS: &[(&str, Flow, Flow)] = &[
    ("交易付款", Flow::Payment, Flow::Other),
    ("在线支付", Flow::Payment, Flow::Other),
    ("交易退款", Flow::Other, Flow::Refund),
    ("退款", Flow::Other, Flow::Refund),
    ("收费", Flow::Other, Flow::Fee),
    ("退费", Flow::FeeBack, Flow::Other),
    ("提现", Flow::Other, Flow::Withdrawal),
];

/// Reads the account file of one day.
pub(super) struct Accounts {
    common: Common,
    /// [`FLOWS`] as the file writes the names.
    flows: Vec<(Vec<u8>, Flow, Flow)>,
}

#[derive(Clone, Copy)]
pub(super) struct Columns {
    at: usize,
    came: usize,
    went: usize,
    business: usize,
    /// What the account holds after the movement; not in every file.
    after: Option<usize>,
    /// Whose text the shop chose, which may hold commas.
    description: Option<usize>,
}

impl Accounts {
    pub fn new(account: Option<&str>, day: Day) -> Accounts {
        let common = Common::new(account, day, "账务流水号", "账务明细列表结束", SUMS);
        let flows = FLOWS.iter().map(|(name, as_in, as_out)| (gbk(name), *as_in, *as_out)).collect();
        Accounts { common, flows }
    }
}

impl Form for Accounts {
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
        Ok(Columns {
            at: names.column(&["发生时间"])?,
            came: names.column(&["收入金额（+元）"])?,
            went: names.column(&["支出金额（-元）"])?,
            business: names.column(&["业务类型"])?,
            after: ["账户余额（元）", "账户余额(元)"].iter().find_map(|name| names.find(name)),
            description: names.find("商品名称"),
        })
    }

    fn free(columns: &Columns) -> Option<usize> {
        columns.description
    }

    fn row<'a>(&self, columns: &Columns, row: &Row<'a, '_>, tally: &mut Tally) -> RowRead<'a> {
        row.moment(columns.at, tally)?;
        let side = |column: usize| match row.cell(column).trim_ascii() {
            b"" => Ok(0),
            _ => row.fen(column, Flaw::AmountUnreadable),
        };
        // What went out is written with a sign in some files and without in others.
        let (came, went) = (side(columns.came)?, side(columns.went)?.abs());
        let business = row.cell(columns.business).trim_ascii();
        let known = self.flows.iter().find(|(known, ..)| *known == business);
        let (as_in, as_out) =
            known.map_or((Flow::Other, Flow::Other), |(_, as_in, as_out)| (*as_in, *as_out));
        match (came, went) {
            (1.., 0) => {
                tally.count_first(came);
                tally.flows.count(as_in, came);
            }
            (0, 1..) => {
                tally.count_second(went);
                tally.flows.count(as_out, went);
            }
            _ => return Err(row.broken(Flaw::NeitherInNorOut)),
        }
        row.hold(columns.after, came - went, tally)?;
        Ok(None)
    }

    fn aside(&self, number: u64, line: &[u8], reading: &mut Reading<()>) -> Result<(), BadBill> {
        self.common.comment(number, line, reading)
    }
}
