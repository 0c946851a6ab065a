//! Whether another part may be charged, and which number it gets.

use crate::sum::{Sale, State};
use base::{Money, Text};

/// So many payments a sale can have, refused ones among them.
pub const PARTS_MAX: u32 = 100;

/// Why a part is not charged. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sale came before with another total.
    TotalOfTheSaleIsAnother {
        /// What it comes to.
        total: Money,
    },
    /// It was paid in full already.
    SaleIsPaidInFull,
    /// Parts that are still open may pay all that is left.
    OpenPartsMayPayTheRest {
        /// What they come to.
        open: Money,
    },
    /// More than is left to pay.
    PartExceedsWhatIsLeft {
        /// What is left.
        left: Money,
    },
    /// It has had too many payments.
    TooManyParts,
    /// No such sale, or not one of yours.
    NoSuchSale,
}

/// The number of the next part of `sale`, which nobody else may get, or why it is not charged. `sale` is nothing if
/// this is the first part; `total` is what the caller says that the sale comes to.
pub fn place_for(sale: Option<&Sale>, total: Money, amount: Money) -> Result<u32, Refusal> {
    let Some(sale) = sale else {
        let fits = amount.currency() == total.currency() && amount.minor() <= total.minor();
        return if fits { Ok(1) } else { Err(Refusal::PartExceedsWhatIsLeft { left: total }) };
    };
    if total != sale.total {
        return Err(Refusal::TotalOfTheSaleIsAnother { total: sale.total });
    }
    if matches!(sale.state(), State::Settled | State::Overpaid | State::Returned) {
        return Err(Refusal::SaleIsPaidInFull);
    }
    let left = sale.left();
    if left.is_zero() {
        return Err(Refusal::OpenPartsMayPayTheRest { open: sale.open });
    }
    if amount.currency() != left.currency() || amount.minor() > left.minor() {
        return Err(Refusal::PartExceedsWhatIsLeft { left });
    }
    if sale.parts >= PARTS_MAX {
        return Err(Refusal::TooManyParts);
    }
    Ok(sale.parts + 1)
}

impl Refusal {
    /// The refusal's name on the wire. A promise: never changed.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::TotalOfTheSaleIsAnother { .. } => "total_of_the_sale_is_another",
            Refusal::SaleIsPaidInFull => "sale_is_paid_in_full",
            Refusal::OpenPartsMayPayTheRest { .. } => "open_parts_may_pay_the_rest",
            Refusal::PartExceedsWhatIsLeft { .. } => "part_exceeds_what_is_left",
            Refusal::TooManyParts => "too_many_parts",
            Refusal::NoSuchSale => "no_such_sale",
        }
    }

    /// What happened and what to do, for people.
    pub fn text(&self) -> Text {
        match self {
            Refusal::TotalOfTheSaleIsAnother { total } => Text::new(
                format!("这一单总共 {}，和这次说的不一样，没有收款；请核对总额", total.for_people()),
                format!(
                    "This sale comes to {}, not to what was said now, so nothing was charged; check the total",
                    total.for_people()
                ),
            ),
            Refusal::SaleIsPaidInFull => Text::new(
                "这一单已经付清，没有再收；请接待下一位",
                "This sale is paid in full, so nothing more was charged; serve the next customer",
            ),
            Refusal::OpenPartsMayPayTheRest { open } => Text::new(
                format!(
                    "这一单还有 {} 正在核实，可能就是剩下的钱，没有再收；请等结果，或先撤销那一笔",
                    open.for_people()
                ),
                format!(
                    "{} of this sale is still being found out and may be all that is left, so nothing more was charged; wait for it, or cancel that payment",
                    open.for_people()
                ),
            ),
            Refusal::PartExceedsWhatIsLeft { left } => Text::new(
                format!("这一单最多还能收 {}，没有收款；请改小金额", left.for_people()),
                format!(
                    "At most {} of this sale may still be charged, so nothing was; make the amount smaller",
                    left.for_people()
                ),
            ),
            Refusal::TooManyParts => Text::new(
                format!("这一单已经收了 {PARTS_MAX} 次，不能再分；剩下的请另开一单"),
                format!(
                    "This sale has had {PARTS_MAX} payments, which is the most; charge the rest as a new sale"
                ),
            ),
            Refusal::NoSuchSale => Text::new(
                "找不到这一单；请在今天的收款里找，或另开一单",
                "There is no such sale; look for it in today's payments, or begin a new one",
            ),
        }
    }
}
