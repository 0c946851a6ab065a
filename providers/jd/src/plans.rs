//! Baitiao's instalment plans for an amount: shown before the customer pays, since in a payment by code the customer picks
//! one on the phone.

use crate::Jd;
use crate::translate::{AMOUNT_MAX, Opened, opened, result_of, sealed};
use crate::wire::{DONE, Service};
use base::{Money, OrderNo};
use payment::{Doubt, Installments, RATE_CHARACTERS_MAX};
use provider_contract::fields::{fen, payable, plain};
use provider_contract::{Call, CannotAsk, Moment, NoPlans, OffersInstallments, Reply};
use strict_xml::Element;

impl OffersInstallments for Jd {
    fn plans_call(&self, number: OrderNo, amount: Money, _: &Moment) -> Result<Call, CannotAsk> {
        let fields =
            vec![("tradeNum", number.to_string()), ("amount", payable(amount, AMOUNT_MAX)?.to_string())];
        Ok(sealed(self, Service::Plans, &fields))
    }

    fn plans(&self, number: OrderNo, amount: Money, reply: &Reply) -> Result<Vec<Installments>, NoPlans> {
        read(self, number, amount, reply)
    }
}

fn read(jd: &Jd, number: OrderNo, amount: Money, reply: &Reply) -> Result<Vec<Installments>, NoPlans> {
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
fn plan(bill: &Element, amount: Money) -> Option<Installments> {
    let money = |name| bill.text_of(name).and_then(fen_or_none);
    let count = bill.text_of("plan")?.parse().ok()?;
    let terms = Installments {
        count,
        rate: plain(bill.text_of("rate").unwrap_or_default(), RATE_CHARACTERS_MAX),
        fee: money("fee")?,
        first: money("firstPay")?,
        later: if count == 1 { Money::cny(0) } else { money("laterPay")? },
        total: money("total")?,
    };
    terms.for_amount(amount).ok()
}

fn fen_or_none(text: &str) -> Option<Money> {
    if text == "0" { Some(Money::cny(0)) } else { fen(text) }
}
