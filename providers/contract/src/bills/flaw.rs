//! What is wrong with a line of a bill, by name and in words.

use base::Text;

macro_rules! flaws {
    ($($name:ident, $doc:literal, $zh:literal, $en:literal;)*) => {
        /// What is wrong with a line that cannot be read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Flaw {
            $(#[doc = $doc] $name,)*
        }

        impl Flaw {
            /// It in a few words.
            pub fn text(self) -> Text {
                match self { $(Flaw::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

flaws! {
    TooFewValues, "Fewer values than there are columns.",
        "列数比表头少", "too few values";
    TooManyValues, "More values than there are columns.",
        "列数比表头多", "too many values";
    AboveTheHeader, "It comes before the names of the columns.",
        "它在表头之前", "it stands above the names of the columns";
    TimeUnreadable, "The time.",
        "时间不是时间", "the time is not a time";
    AmountUnreadable, "The amount.",
        "金额不是数字", "the amount is not an amount";
    ReceivedUnreadable, "What the merchant received.",
        "实收金额不是数字", "what was received is not an amount";
    RefundUnreadable, "The amount of the refund.",
        "退款金额不是数字", "the refund's amount is not an amount";
    FeeUnreadable, "The fee.",
        "手续费不是数字", "the fee is not an amount";
    BalanceUnreadable, "The balance of the account.",
        "账户余额不是数字", "the balance is not an amount";
    AmountNegative, "An amount that must not be negative is.",
        "金额是负数", "the amount is negative";
    SaleNegative, "A sale of less than nothing.",
        "收款金额是负数", "a sale's amount is negative";
    NeitherInNorOut, "Money that neither came in nor went out.",
        "分不清是收入还是支出", "neither money in nor money out";
    BusinessUnknown, "A kind of business that is not listed.",
        "业务类型不认识", "the kind of business is not known";
    CurrencyUnknown, "A currency that is not listed.",
        "币种不认识", "the currency is not known";
    StateUnknown, "A state of a trade that is not listed.",
        "交易状态不认识", "the state of the trade is not known";
    RefundColumnsMissing, "A refund where no columns of refunds are.",
        "有退款，却没有退款的列", "a refund in a bill without the columns of refunds";
    SumsMissing, "The values of the sums.",
        "缺少合计的数值", "the sums are missing";
    NeitherRowNorSums, "Neither a row nor the names of the sums.",
        "既不是明细，也不是合计的表头", "neither a row nor the header of the sums";
    SumsUnreadable, "The sums at the end.",
        "合计读不出来", "the sums cannot be read";
    NotARowOfABook, "No row of a book that was written for measuring.",
        "不是账册的一行", "not a row of a book";
}
