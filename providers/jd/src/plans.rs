//! Baitiao's instalment plans for an amount: shown before the customer pays, since in a payment by code the customer picks
//! one on the phone.

use crate::Jd;
use crate::translate::{AMOUNT_MAX, Opened, opened, result_of, sealed};
use crate::wire::{DONE, Service};
use base::{Money, OrderNo};
use payment::Doubt;
use provider_contract::fields::{fen, payable};
use provider_contract::{Call, CannotAsk, Reply};
use strict_xml::Element;

/// Most instalments a plan may have; more is no plan.
const INSTALLMENTS_MAX: u32 = 60;

/// One plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In how many instalments, one a month.
    pub installments: u32,
    /// The fee's rate as JD writes it; empty if it says none.
    pub rate: String,
    /// The whole fee.
    pub fee: Money,
    /// The first instalment.
    pub first: Money,
    /// Each later one.
    pub later: Money,
    /// All of them: the amount and the fee.
    pub total: Money,
}

/// Why no plans can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPlans {
    /// JD offers none: its own words.
    Refused(String),
    /// Nothing can be concluded.
    Unclear(Doubt),
}

pub(crate) fn call(jd: &Jd, number: OrderNo, amount: Money) -> Result<Call, CannotAsk> {
    let fields = vec![("tradeNum", number.to_string()), ("amount", payable(amount, AMOUNT_MAX)?.to_string())];
    Ok(sealed(jd, Service::Plans, &fields))
}

pub(crate) fn read(jd: &Jd, number: OrderNo, amount: Money, reply: &Reply) -> Result<Vec<Plan>, NoPlans> {
    let garbled = || NoPlans::Unclear(Doubt::Garbled);
    let message = match opened(jd, reply) {
        Opened::Message(message) => message,
        Opened::Unsigned(_, description) => return Err(NoPlans::Refused(description)),
        Opened::Not(doubt) => return Err(NoPlans::Unclear(doubt)),
    };
    let (code, description) = result_of(&message);
    if code != DONE {
        return Err(NoPlans::Refused(description));
    }
    if message.text_of("tradeNum") != Some(number.to_string().as_str()) {
        return Err(garbled());
    }
    let listed = message.child("billsInfoList").map(|list| list.children.as_slice()).unwrap_or_default();
    listed.iter().map(|bill| plan(bill, amount).ok_or_else(garbled)).collect()
}

/// Whether amounts are in fen is not documented; a plan that does not add up in fen is not shown.
fn plan(bill: &Element, amount: Money) -> Option<Plan> {
    let money = |name| bill.text_of(name).and_then(fen_or_none);
    let installments = bill.text_of("plan")?.parse().ok().filter(|n| (1..=INSTALLMENTS_MAX).contains(n))?;
    let plan = Plan {
        installments,
        rate: bill.text_of("rate").unwrap_or_default().chars().take(16).collect(),
        fee: money("fee")?,
        first: money("firstPay")?,
        later: if installments == 1 { Money::cny(0) } else { money("laterPay")? },
        total: money("total")?,
    };
    let paid = plan.first.minor() + plan.later.minor() * i64::from(installments - 1);
    let adds_up = plan.total.minor() == amount.minor() + plan.fee.minor()
        && (paid - plan.total.minor()).abs() < i64::from(installments);
    adds_up.then_some(plan)
}

fn fen_or_none(text: &str) -> Option<Money> {
    if text == "0" { Some(Money::cny(0)) } else { fen(text) }
}
