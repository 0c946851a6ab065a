//! Why a bill cannot be used, by name and in words.

use super::{Flaw, Total};
use base::Text;

/// Why a bill cannot be used. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadBill {
    /// The packing is broken: how.
    CannotUnpack(String),
    /// It unpacks to more than a bill can be: made to fill the disk.
    TooLarge {
        /// The most that would have been taken, bytes.
        max: u64,
    },
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
        why: Flaw,
    },
    /// A line longer than any row can be.
    LineTooLong {
        /// Where.
        line: u64,
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
        of: Total,
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
            BadBill::TooLarge { .. } => "too_large",
            BadBill::WrongHash => "wrong_hash",
            BadBill::NotThisFormat(_) => "not_this_format",
            BadBill::WrongEncoding => "wrong_encoding",
            BadBill::WrongMerchant(_) => "wrong_merchant",
            BadBill::WrongDay { .. } => "wrong_day",
            BadBill::BrokenRow { .. } => "broken_row",
            BadBill::LineTooLong { .. } => "line_too_long",
            BadBill::Truncated => "truncated",
            BadBill::AfterTheFoot { .. } => "after_the_foot",
            BadBill::SumsDiffer { .. } => "sums_differ",
        }
    }

    /// What is wrong with the file, what that means and what to do, for people.
    pub fn text(&self) -> Text {
        let (happened, todo) = (self.happened(), self.todo());
        Text::new(
            format!("{}。这份账单没有采用，账没有变；{}", happened.zh, todo.zh),
            format!("{}. Nothing of it was used and the book is as it was; {}", happened.en, todo.en),
        )
    }

    fn happened(&self) -> Text {
        match self {
            BadBill::CannotUnpack(why) => {
                Text::new(format!("账单文件解不开：{why}"), format!("The bill cannot be unpacked: {why}"))
            }
            BadBill::TooLarge { max } => Text::new(
                format!("账单文件解开后超过 {max} 字节，大得不像账单"),
                format!("The bill unpacks to more than {max} bytes, more than a bill can be"),
            ),
            BadBill::WrongHash => Text::new(
                "账单文件和支付方公布的校验值不符，可能没下载完整或被改过",
                "The bill is not the file that the provider announced: it was cut off or changed on the way",
            ),
            BadBill::NotThisFormat(what) => Text::new(
                format!("这不是这家支付方的账单：缺少 {what}"),
                format!("This is not a bill of this provider: {what} is missing"),
            ),
            BadBill::WrongEncoding => Text::new(
                "账单文件的编码不对，可能用表格软件另存过",
                "The bill is in a wrong encoding, as if a spreadsheet had saved it again",
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
                format!("第 {line} 行读不出来：{}", why.text().zh),
                format!("Line {line} cannot be read: {}", why.text().en),
            ),
            BadBill::LineTooLong { line } => Text::new(
                format!("第 {line} 行长得不像账单的一行"),
                format!("Line {line} is longer than a line of a bill can be"),
            ),
            BadBill::Truncated => Text::new(
                "账单文件不完整，缺少结尾的合计",
                "The bill is cut off: the sums at its end are missing",
            ),
            BadBill::AfterTheFoot { line } => Text::new(
                format!("第 {line} 行在合计之后还有内容"),
                format!("Line {line} comes after the sums that end a bill"),
            ),
            BadBill::SumsDiffer { of, stated, counted } => {
                let (what, stated, counted) = (of.text(), of.shown(*stated), of.shown(*counted));
                Text::new(
                    format!("账单自己的合计对不上（{}）：写的是 {stated}，各行加起来是 {counted}", what.zh),
                    format!(
                        "The bill does not add up ({}): it says {stated}, its rows make {counted}",
                        what.en
                    ),
                )
            }
        }
    }

    fn todo(&self) -> Text {
        match self {
            BadBill::CannotUnpack(_) | BadBill::WrongHash | BadBill::Truncated => Text::new(
                "请重新取一次；还是这样就从商户平台下载原始文件再对",
                "fetch it again, and if it stays so download the original from the provider's own site",
            ),
            BadBill::WrongMerchant(_) => Text::new(
                "请换本通道商户号的账单，或检查通道的商户号",
                "take this channel's own bill, or check the channel's merchant number",
            ),
            BadBill::WrongDay { .. } => {
                Text::new("请换这一天的账单", "take the bill of the day that is to be reconciled")
            }
            BadBill::TooLarge { .. }
            | BadBill::NotThisFormat(_)
            | BadBill::WrongEncoding
            | BadBill::LineTooLong { .. } => Text::new(
                "请用支付方给的原始文件，不要打开另存",
                "use the provider's own file as it was downloaded, not saved again by another program",
            ),
            BadBill::BrokenRow { .. } | BadBill::AfterTheFoot { .. } | BadBill::SumsDiffer { .. } => {
                Text::new(
                    "请用原始文件重新对；还是这样，支付方可能改了账单格式，请把这句话发给技术支持",
                    "try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system",
                )
            }
        }
    }
}

impl std::fmt::Display for BadBill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadBill {}
