//! What can be wrong with a journal, by name and place.

use base::Text;

/// What is wrong, and at which entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Entries are missing.
    Gap {
        /// The entry that should come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry comes that was passed already.
    OutOfOrder {
        /// The entry that should come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry does not follow the one before it: one of them was replaced.
    WrongPrevious {
        /// Which.
        seq: u64,
    },
    /// An entry's content is not what was recorded.
    Edited {
        /// Which.
        seq: u64,
    },
    /// An entry belongs to another segment than it stands in.
    OtherSegment {
        /// Which.
        seq: u64,
    },
    /// Another till's journal.
    OtherTill,
    /// The end is missing.
    Truncated {
        /// The last entry that is there.
        last: u64,
        /// How many there should be.
        expected: u64,
    },
    /// A line that is no entry, counted from 1.
    Unreadable {
        /// Which line.
        line: u64,
    },
    /// The file itself is of no kind or version that we know.
    NotAJournal,
}

impl Flaw {
    /// Its name for programs. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            Flaw::Gap { .. } => "gap",
            Flaw::OutOfOrder { .. } => "out_of_order",
            Flaw::WrongPrevious { .. } => "wrong_previous",
            Flaw::Edited { .. } => "edited",
            Flaw::OtherSegment { .. } => "other_segment",
            Flaw::OtherTill => "other_till",
            Flaw::Truncated { .. } => "truncated",
            Flaw::Unreadable { .. } => "unreadable",
            Flaw::NotAJournal => "not_a_journal",
        }
    }

    /// What is wrong and where, for people.
    pub fn text(&self) -> Text {
        match self {
            Flaw::Gap { expected, found } => Text::new(
                format!("缺少第 {expected} 条到第 {} 条", found.saturating_sub(1)),
                format!("entries {expected} to {} are missing", found.saturating_sub(1)),
            ),
            Flaw::OutOfOrder { expected, found } => Text::new(
                format!("该是第 {expected} 条，却又出现第 {found} 条"),
                format!("entry {found} comes again where entry {expected} should be"),
            ),
            Flaw::WrongPrevious { seq } => Text::new(
                format!("第 {seq} 条接不上前一条，其中一条被换过"),
                format!("entry {seq} does not follow the one before it; one of them was replaced"),
            ),
            Flaw::Edited { seq } => Text::new(
                format!("第 {seq} 条的内容被改过或损坏"),
                format!("the content of entry {seq} was changed or damaged"),
            ),
            Flaw::OtherSegment { seq } => Text::new(
                format!("第 {seq} 条属于另一段流水"),
                format!("entry {seq} belongs to another segment"),
            ),
            Flaw::OtherTill => Text::new("这是另一个收银台的流水", "this is the journal of another till"),
            Flaw::Truncated { last, expected } => Text::new(
                format!("只到第 {last} 条，应有 {expected} 条，后面的丢了"),
                format!("it ends after entry {last} of {expected}; the rest is missing"),
            ),
            Flaw::Unreadable { line } => {
                Text::new(format!("第 {line} 行读不出来"), format!("line {line} cannot be read"))
            }
            Flaw::NotAJournal => Text::new(
                "这不是收银台流水文件，或版本不认识",
                "this is no till journal, or of a version this program does not know",
            ),
        }
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for Flaw {}
