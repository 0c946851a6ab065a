//! A provider's daily bill: where to ask for it, how to unpack it, how to read it line by line.
//!
//! Files of millions of rows are never held as a whole: a reader takes lines and gives rows that borrow them. After
//! the head was read, stretches of the file may be read side by side by [`BillReader::fork`]s, as long as their ends
//! are [joined](BillReader::join) in the order of the file.

use crate::{Call, Moment, Reply};
use base::{Text, Timestamp};
use payment::Doubt;
use settlement::{BillRow, Day};
use std::io::{Read, Seek, Write};

/// What a bill lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillSort {
    /// Every payment and refund.
    Trades,
    /// Every movement of the merchant's account.
    Funds,
}

impl BillSort {
    /// Its name in the store, on the wire and in commands. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            BillSort::Trades => "trades",
            BillSort::Funds => "funds",
        }
    }
}

/// A provider that makes bills.
pub trait Bills: Send + Sync {
    /// The sorts it makes; trades first.
    fn sorts(&self) -> &'static [BillSort];

    /// From when on the bill of `day` can be expected.
    fn ready_at(&self, day: Day) -> Timestamp;

    /// The call that asks where a bill is.
    fn locate(&self, sort: BillSort, day: Day, moment: &Moment) -> Call;

    /// What the reply to it says.
    fn located(&self, reply: &Reply, moment: &Moment) -> Result<Located, NoBill>;

    /// The call that fetches it. The reply's body is the file; it is not signed.
    fn download(&self, located: &Located, moment: &Moment) -> Result<Call, NoBill>;

    /// Unpacks what was downloaded and proves it whole, as far as the provider gives means to.
    fn unpack(&self, located: &Located, from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill>;

    /// Reads the bill of one day.
    fn reader(&self, sort: BillSort, day: Day) -> Box<dyn BillReader>;
}

/// A file that can be read from anywhere.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Where a bill is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its address, good for seconds or minutes.
    pub url: String,
    /// SHA-1 of the unpacked file in lower-case hex, if the provider gives it.
    pub sha1: Option<String>,
}

/// Why there is no bill to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBill {
    /// Not made yet; ask later.
    NotReady,
    /// Nothing happened that day, so no bill is made.
    NothingHappened,
    /// There is none, and the provider does not say whether none is made yet or none ever will be.
    NotThere,
    /// Refused for good: the provider's own words.
    Refused(String),
    /// Nothing can be concluded; ask again.
    Unclear(Doubt),
}

/// Reads a bill line by line.
pub trait BillReader: Send {
    /// Takes line `number` (from 1, without its end) and gives the row it is, if it is one.
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill>;

    /// Whether the head was read, so that rows can follow.
    fn is_past_head(&self) -> bool;

    /// A reader for a later stretch of the same file, that has counted nothing yet.
    fn fork(&self) -> Box<dyn BillReader>;

    /// What was counted since the head.
    fn tally(&self) -> Tally;

    /// Adds what was counted in the next stretch.
    fn join(&mut self, next: &Tally);

    /// The file is at its end: whether it is whole and adds up.
    fn end(&self) -> Result<(), BadBill>;
}

/// What a stretch of a bill adds up to. Amounts in minor units, as the file's own sums count them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that are sales, or money that came in.
    pub first: (u64, i128),
    /// Rows that are refunds, or money that went out.
    pub second: (u64, i128),
    /// Fees.
    pub fees: i128,
    /// The file's own sums, once they were met.
    pub stated: Option<Stated>,
    /// Whether the foot of the file was met.
    pub foot: bool,
    /// Rows of the day that was asked for.
    pub of_the_day: u64,
    /// The first row of a neighboring day: its line and its day.
    pub of_another: Option<(u64, Day)>,
}

/// What the file says that it adds up to; what it does not say is not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// How many sales, or movements in.
    pub first_count: Option<u64>,
    /// Adding up to.
    pub first_amount: Option<i128>,
    /// How many refunds, or movements out.
    pub second_count: Option<u64>,
    /// Adding up to.
    pub second_amount: Option<i128>,
    /// How many rows of either kind.
    pub rows: Option<u64>,
    /// The fees.
    pub fees: Option<i128>,
}

impl Tally {
    /// Both stretches together.
    pub fn plus(&self, next: &Tally) -> Tally {
        Tally {
            first: (self.first.0 + next.first.0, self.first.1 + next.first.1),
            second: (self.second.0 + next.second.0, self.second.1 + next.second.1),
            fees: self.fees + next.fees,
            stated: merged(self.stated.clone(), next.stated.clone()),
            foot: self.foot || next.foot,
            of_the_day: self.of_the_day + next.of_the_day,
            of_another: self.of_another.or(next.of_another),
        }
    }

    /// Whether the rows are what the foot says.
    pub fn check(&self) -> Result<(), BadBill> {
        let Some(stated) = self.stated.as_ref().filter(|_| self.foot) else { return Err(BadBill::Truncated) };
        let whole = |count: Option<u64>| count.map(i128::from);
        let rows = self.first.0 + self.second.0;
        // A few rows of a neighboring day are differences; a file full of them is another day's.
        if let Some((line, found)) = self.of_another.filter(|_| self.of_the_day * 2 < rows) {
            return Err(BadBill::WrongDay { line, found: found.to_string() });
        }
        // Whether a provider's count of "trades" includes refunds is told differently in different places.
        let rows_stated = stated.rows.filter(|stated| *stated != self.first.0);
        for (what, stated, counted) in [
            ("rows", whole(rows_stated), i128::from(rows)),
            ("sales", whole(stated.first_count), i128::from(self.first.0)),
            ("sales' amount", stated.first_amount, self.first.1),
            ("refunds", whole(stated.second_count), i128::from(self.second.0)),
            ("refunds' amount", stated.second_amount, self.second.1),
            ("fees", stated.fees, self.fees),
        ] {
            if let Some(stated) = stated.filter(|stated| *stated != counted) {
                return Err(BadBill::SumsDiffer { what, stated, counted });
            }
        }
        Ok(())
    }
}

fn merged(one: Option<Stated>, other: Option<Stated>) -> Option<Stated> {
    let (one, other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => return one.or(other),
    };
    Some(Stated {
        first_count: one.first_count.or(other.first_count),
        first_amount: one.first_amount.or(other.first_amount),
        second_count: one.second_count.or(other.second_count),
        second_amount: one.second_amount.or(other.second_amount),
        rows: one.rows.or(other.rows),
        fees: one.fees.or(other.fees),
    })
}

/// Why a bill cannot be used. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadBill {
    /// The packing is broken: how.
    CannotUnpack(String),
    /// The file is not the one that the provider announced.
    WrongHash,
    /// Not this provider's bill: what is missing from its head.
    NotThisFormat(String),
    /// Written in another encoding than this provider's.
    WrongEncoding,
    /// A bill of another merchant: which.
    WrongMerchant(String),
    /// A row of another day.
    WrongDay {
        /// Where.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// A row that cannot be read.
    BrokenRow {
        /// Where.
        line: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// The foot is missing: the file was cut off.
    Truncated,
    /// Rows after the foot, or two feet.
    AfterTheFoot {
        /// Where.
        line: u64,
    },
    /// The rows do not add up to what the foot says.
    SumsDiffer {
        /// Of what.
        what: &'static str,
        /// What the foot says; a count, or minor units.
        stated: i128,
        /// What the rows add up to.
        counted: i128,
    },
}

impl BadBill {
    /// The error's name on the wire and in reports. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            BadBill::CannotUnpack(_) => "cannot_unpack",
            BadBill::WrongHash => "wrong_hash",
            BadBill::NotThisFormat(_) => "not_this_format",
            BadBill::WrongEncoding => "wrong_encoding",
            BadBill::WrongMerchant(_) => "wrong_merchant",
            BadBill::WrongDay { .. } => "wrong_day",
            BadBill::BrokenRow { .. } => "broken_row",
            BadBill::Truncated => "truncated",
            BadBill::AfterTheFoot { .. } => "after_the_foot",
            BadBill::SumsDiffer { .. } => "sums_differ",
        }
    }

    /// What is wrong with the file, for people.
    pub fn text(&self) -> Text {
        match self {
            BadBill::CannotUnpack(why) => {
                Text::new(format!("账单文件解不开：{why}"), format!("The bill cannot be unpacked: {why}"))
            }
            BadBill::WrongHash => Text::new(
                "账单文件和支付方公布的校验值不符，可能没下载完整或被改过",
                "The bill is not the file that the provider announced: it was cut off or changed on the way",
            ),
            BadBill::NotThisFormat(what) => Text::new(
                format!("这不是这家支付方的账单：缺少 {what}"),
                format!("This is not a bill of this provider: {what} is missing"),
            ),
            BadBill::WrongEncoding => Text::new(
                "账单文件的编码不对，是不是用表格软件另存过？请用原始文件",
                "The bill is in a wrong encoding; was it saved again by a spreadsheet? Use the original file",
            ),
            BadBill::WrongMerchant(found) => Text::new(
                format!("这是商户 {found} 的账单，不是本通道的"),
                format!("This is the bill of merchant {found}, not of this channel"),
            ),
            BadBill::WrongDay { line, found } => Text::new(
                format!("第 {line} 行是 {found} 的，不是要对的这一天"),
                format!("Line {line} is of {found}, not of the day to be reconciled"),
            ),
            BadBill::BrokenRow { line, why } => Text::new(
                format!("第 {line} 行读不出来：{why}"),
                format!("Line {line} cannot be read: {why}"),
            ),
            BadBill::Truncated => Text::new(
                "账单文件不完整，缺少结尾的合计",
                "The bill is cut off: the sums at its end are missing",
            ),
            BadBill::AfterTheFoot { line } => Text::new(
                format!("第 {line} 行在合计之后还有内容"),
                format!("Line {line} comes after the sums that end a bill"),
            ),
            BadBill::SumsDiffer { what, stated, counted } => Text::new(
                format!("账单自己的合计对不上（{what}）：写的是 {stated}，各行加起来是 {counted}"),
                format!("The bill does not add up ({what}): it says {stated}, its rows make {counted}"),
            ),
        }
    }
}

impl std::fmt::Display for BadBill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadBill {}

/// Reads a whole file that is in memory, row by row: for small bills and for tests.
pub fn read_bill(
    mut reader: Box<dyn BillReader>,
    bytes: &[u8],
    mut row: impl FnMut(&BillRow<'_>),
) -> Result<Tally, BadBill> {
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    for (number, line) in (1..).zip(whole.split(|byte| *byte == b'\n')) {
        if let Some(found) = reader.line(number, line)? {
            row(&found);
        }
    }
    reader.end()?;
    Ok(reader.tally())
}
