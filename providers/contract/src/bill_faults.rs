//! How a simulator spoils a bill on request: the same faults for every provider, so that each is played everywhere.

use base::Timestamp;
use std::time::Duration;

/// What is wrong with a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillFault {
    /// A sale is left out.
    MissingRow,
    /// A sale nobody made.
    ExtraRow,
    /// A sale with one fen more.
    OtherAmount,
    /// A sale counted in US dollars, where a bill names currencies.
    OtherCurrency,
    /// A sale turned into another kind of row.
    OtherStatus,
    /// A fee with one fen more.
    OtherFee,
    /// A row twice.
    DuplicateRow,
    /// The last sale of the day stands in the next day's bill instead.
    NextDay,
    /// The rows in another order.
    Reordered,
    /// Texts that spreadsheets, terminals and splitters of lines would obey.
    HostileCells,
    /// The file is cut off. The hash is the cut file's, so that only reading finds it.
    Truncated,
    /// The announced hash is another's; for a zip, the checksum inside.
    WrongHash,
    /// Written in another encoding.
    WrongEncoding,
    /// The bill of another day under this day's address.
    WrongDay,
    /// Another merchant's bill under this one's address.
    WrongMerchant,
}

impl BillFault {
    /// Every fault with its short name, as scripts write it.
    pub const ALL: &'static [(BillFault, &'static str)] = &[
        (BillFault::MissingRow, "missing_row"),
        (BillFault::ExtraRow, "extra_row"),
        (BillFault::OtherAmount, "other_amount"),
        (BillFault::OtherCurrency, "other_currency"),
        (BillFault::OtherStatus, "other_status"),
        (BillFault::OtherFee, "other_fee"),
        (BillFault::DuplicateRow, "duplicate_row"),
        (BillFault::NextDay, "next_day"),
        (BillFault::Reordered, "reordered"),
        (BillFault::HostileCells, "hostile_cells"),
        (BillFault::Truncated, "truncated"),
        (BillFault::WrongHash, "wrong_hash"),
        (BillFault::WrongEncoding, "wrong_encoding"),
        (BillFault::WrongDay, "wrong_day"),
        (BillFault::WrongMerchant, "wrong_merchant"),
    ];

    /// The fault of that short name.
    pub fn named(name: &str) -> Option<BillFault> {
        BillFault::ALL.iter().find(|(_, known)| *known == name).map(|(fault, _)| *fault)
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        BillFault::ALL
            .iter()
            .find(|(known, _)| *known == self)
            .map(|(_, name)| *name)
            .expect("ALL lists every one")
    }
}

/// What a bill's line must let be done to it.
pub trait SpoilableLine: Clone {
    /// A sale, as opposed to a refund.
    fn is_sale(&self) -> bool;
    /// When.
    fn at(&self) -> Timestamp;
    /// One fen more.
    fn add_fen(&mut self);
    /// US dollars; nothing where a bill names no currency.
    fn exchange(&mut self);
    /// Another state.
    fn turn(&mut self);
    /// One fen more of fee.
    fn add_fee(&mut self);
    /// Another order's.
    fn rename(&mut self, order_no: &str, transaction: &str);
    /// Another description.
    fn describe(&mut self, text: &str);
    /// Another day's, by so much.
    fn shift(&mut self, by: Duration);
    /// Another merchant's.
    fn disown(&mut self);
}

/// What formulas, quotes, terminals and splitters of lines would obey; line ends are left out, since a file that has
/// them inside a row is broken for everybody.
pub const HOSTILE: &str = "=HYPERLINK(\"http://x\",\"1\"),`\"'@+-\u{1b}[2J\0;--,,`0.00,\t|";

/// Spoils the rows as `faults` say, each on a sale of its own as long as there are any; a fault named twice hits two.
/// `arriving` are rows that the day before owed to this one.
pub fn spoil<L: SpoilableLine>(lines: &mut Vec<L>, faults: &[BillFault], arriving: Vec<L>) {
    let sales: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].is_sale()).collect();
    let mut dropped: Vec<usize> = Vec::new();
    let mut added: Vec<L> = arriving;
    for (number, fault) in faults.iter().enumerate() {
        let Some(&at) = sales.get(number % sales.len().max(1)) else { break };
        match fault {
            BillFault::MissingRow => dropped.push(at),
            BillFault::NextDay => dropped.extend(sales.last()),
            BillFault::ExtraRow => {
                let mut extra = lines[at].clone();
                extra.rename(&format!("shop-board-{number}"), &format!("4299{number:024}"));
                added.push(extra);
            }
            BillFault::OtherAmount => lines[at].add_fen(),
            BillFault::OtherCurrency => lines[at].exchange(),
            BillFault::OtherStatus => lines[at].turn(),
            BillFault::OtherFee => lines[at].add_fee(),
            BillFault::DuplicateRow => added.push(lines[at].clone()),
            BillFault::HostileCells => lines[at].describe(HOSTILE),
            BillFault::WrongDay => {
                lines.iter_mut().for_each(|line| line.shift(Duration::from_secs(7 * 86_400)))
            }
            BillFault::WrongMerchant => lines.iter_mut().for_each(SpoilableLine::disown),
            BillFault::Reordered | BillFault::Truncated | BillFault::WrongHash | BillFault::WrongEncoding => {
            }
        }
    }
    let mut at = 0;
    lines.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
    lines.extend(added);
    if faults.contains(&BillFault::Reordered) {
        lines.reverse();
        let middle = lines.len() / 3;
        lines.rotate_left(middle);
    }
}

/// The row that [`BillFault::NextDay`] takes out of a day.
pub fn pushed_to_the_next_day<L: SpoilableLine>(lines: &[L], faults: &[BillFault]) -> Vec<L> {
    let pushed = faults.contains(&BillFault::NextDay);
    lines.iter().rfind(|line| line.is_sale()).filter(|_| pushed).cloned().into_iter().collect()
}
