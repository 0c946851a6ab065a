//! Cashiers, who press twice and change their minds, and customers, who scan or walk away.

use super::{Event, Fault, Press, Want, World};
use crate::Sabotage;
use base::{MerchantId, Money, PaymentId, RefundId, StoreId, Text, TillId, Timestamp};
use engine::{Caller, Told, Wake};
use payment::{Command, Method, Next, Outcome, PayerCode, RefundRequest, RefundWay, Refusal, Request};
use provider_contract::Treatment;
use std::time::Duration;

pub(super) const MERCHANT: MerchantId = MerchantId::from_u128(1);
/// How many tills there are.
pub(super) const TILLS: usize = 4;

/// The sale that a payment was begun for: a payment's id ends in its sale's number.
pub(super) fn sale_of(id: PaymentId) -> usize {
    (id.as_u128() as u32) as usize
}

/// How long a payer's code can be charged after it was shown.
const CODE_LIVES: Duration = Duration::from_secs(60);

/// A sale as its till sees it.
pub(super) struct Sale {
    pub key: String,
    pub channel: usize,
    pub amount: Money,
    pub code: Option<PayerCode>,
    /// Whether another sale scanned the same code before.
    pub same_code_as: Option<usize>,
    pub treatment: Treatment,
    /// A payer's code is good until then.
    pub code_good_until: Timestamp,
    /// How often the till tried, which decides where it tries next.
    tries: usize,
    /// Known once the server has answered.
    pub payment: Option<PaymentId>,
    pub canceled: bool,
    pressed: bool,
    qr_seen: bool,
    thought_again: bool,
    pub refunds: Vec<RefundWish>,
}

/// A refund as its till sees it.
pub(super) struct RefundWish {
    pub key: String,
    pub amount: Money,
    answered: bool,
}

/// What a caller of the server wanted, to understand the answer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Sale { sale: usize, how: Press },
    Want { sale: usize, want: Want },
}

impl World {
    pub(super) fn open_sale(&mut self) -> usize {
        let number = self.sales.len();
        let channel = self.random.between(0, self.channels.len() as u64) as usize;
        let treatment = self.weather.treatment(&mut self.random);
        let by_code = self.random.permille(850);
        let twin = self.code_scanned_before(channel).filter(|_| by_code);
        let code = match twin {
            Some(twin) => self.sales[twin].code.clone(),
            None if by_code => Some(self.channels[channel].code_for(treatment, number as u64)),
            None => None,
        };
        let amount = Money::cny(self.random.between(1, 50_000) as i64);
        self.sales.push(Sale {
            key: format!("sale {number}"),
            channel,
            amount,
            code,
            same_code_as: twin,
            treatment: if twin.is_some() { Treatment::Normal } else { treatment },
            code_good_until: Timestamp::MAX,
            tries: 0,
            payment: None,
            canceled: false,
            pressed: false,
            qr_seen: false,
            thought_again: false,
            refunds: Vec::new(),
        });
        number
    }

    /// Now and then the same code is scanned for a second sale.
    fn code_scanned_before(&mut self, channel: usize) -> Option<usize> {
        let last = self.sales.len().checked_sub(1)?;
        let fits = self.sales[last].channel == channel && self.sales[last].code.is_some();
        (fits && self.random.permille(self.weather.of(Fault::SecondThoughts) / 10)).then_some(last)
    }

    pub(super) fn press(&mut self, sale: usize, how: Press) {
        let known = self.sales[sale].payment.is_some();
        match how {
            Press::UntilAnswered if known => return,
            Press::UntilAnswered => {
                self.first_press(sale);
                self.plan_in_ms(4_000, 6_000, Event::Press { sale, how });
            }
            Press::OtherContent if !known => return,
            Press::Again | Press::OtherContent => {}
        }
        let Some(node) = self.node_for(sale) else { return };
        let caller = self.caller(Wish::Sale { sale, how });
        let request = self.request(sale, how);
        let code = self.sales[sale].code.clone();
        self.reach_node(node, Wake::Begin { request, code, caller });
    }

    /// The node that a sale's till reaches this time, if any: each try goes to the next.
    fn node_for(&mut self, sale: usize) -> Option<usize> {
        if self.tills_cut[sale % TILLS] > 0 || self.happens(Fault::TillLossy) {
            return None;
        }
        let tries = self.sales[sale].tries;
        self.sales[sale].tries += 1;
        Some((sale + tries) % self.nodes.len())
    }

    /// With the first press it is settled what else the cashier will do.
    fn first_press(&mut self, sale: usize) {
        if std::mem::replace(&mut self.sales[sale].pressed, true) {
            return;
        }
        self.sales[sale].code_good_until = self.now + CODE_LIVES;
        let chance = self.weather.of(Fault::SecondThoughts);
        if self.random.permille(chance) {
            self.plan_in_ms(0, 20_000, Event::Press { sale, how: Press::Again });
        }
        if self.random.permille(chance / 4) {
            self.plan_in_ms(5_000, 60_000, Event::Press { sale, how: Press::OtherContent });
        }
        if self.random.permille(chance / 2) {
            let patience_ms = self.random.pick(&[15_000, 70_000]);
            self.plan_in_ms(0, patience_ms, Event::Want { sale, want: Want::Cancel });
        }
        if self.random.permille(chance / 2) {
            self.plan_in_ms(0, 70_000, Event::Want { sale, want: Want::Look });
        }
        if self.random.permille(chance / 8) {
            self.plan_in_ms(0, 70_000, Event::Want { sale, want: Want::LookAsAnotherMerchant });
        }
    }

    fn request(&mut self, number: usize, how: Press) -> Request {
        let id = PaymentId::from_u128((self.random.wide() << 32) | number as u128);
        let sale = &self.sales[number];
        let other = how == Press::OtherContent;
        let amount = if other { Money::cny(sale.amount.minor() + 1) } else { sale.amount };
        Request {
            id,
            merchant: MERCHANT,
            store: StoreId::from_u128(2),
            till: TillId::from_u128(3),
            cashier: String::new(),
            key: sale.key.clone(),
            content: [u8::from(other && self.sabotage != Some(Sabotage::OtherContentLooksTheSame)); 32],
            amount,
            channel: self.channels[sale.channel].id,
            routed: None,
            wallet: String::new(),
            wallet_name: Text::default(),
            method: sale
                .code
                .as_ref()
                .map_or(Method::ShownQr, |code| Method::PayerCode { hint: code.hint() }),
            description: "goods".to_owned(),
            reference: String::new(),
            part: None,
            installments: None,
        }
    }

    pub(super) fn want(&mut self, sale: usize, want: Want) {
        let Some(payment) = self.sales[sale].payment else { return };
        let Some(command) = self.command(sale, want) else { return };
        if want == Want::Cancel {
            self.sales[sale].canceled = true;
        }
        let stranger = want == Want::LookAsAnotherMerchant;
        let stranger = stranger && !self.sabotaged(Sabotage::MerchantIsNotAsked);
        let merchant = if stranger { MerchantId::from_u128(99) } else { MERCHANT };
        let Some(node) = self.node_for(sale) else { return };
        let caller = self.caller(Wish::Want { sale, want });
        self.reach_node(node, Wake::Command { payment, merchant, command, caller });
    }

    fn command(&mut self, sale: usize, want: Want) -> Option<Command> {
        let by = "Li".to_owned();
        match want {
            Want::Cancel => Some(Command::Cancel { by }),
            Want::Look | Want::LookAsAnotherMerchant | Want::LookForTheBill => Some(Command::Look { by }),
            Want::Refund(which) => self.refund_pressed(sale, which).map(Command::Refund),
        }
    }

    /// A refund is pressed until it is answered, each time under the same key.
    fn refund_pressed(&mut self, sale: usize, which: usize) -> Option<RefundRequest> {
        let id = RefundId::from_u128(self.random.wide());
        let wish = &mut self.sales[sale].refunds[which];
        if wish.answered {
            return None;
        }
        let request = RefundRequest {
            id,
            key: wish.key.clone(),
            content: [wish.amount.minor() as u8; 32],
            amount: wish.amount,
            reason: String::new(),
            by: "Li".to_owned(),
            way: RefundWay::Provider,
        };
        self.plan_in_ms(4_000, 6_000, Event::Want { sale, want: Want::Refund(which) });
        Some(request)
    }

    /// The server's answer to a till.
    pub(super) fn told(&mut self, caller: Caller, answer: Result<Box<Told>, Refusal>) {
        let Some(wish) = self.callers.remove(&caller) else { return };
        self.audit.answered(self.now, wish, &self.sales, &answer);
        if self.happens(Fault::TillLossy) {
            return;
        }
        let careless = self.sabotage == Some(Sabotage::GoodsLeaveUnpaid);
        if let (Wish::Sale { .. } | Wish::Want { want: Want::Look, .. }, Ok(told)) = (wish, &answer)
            && (told.next == Next::Rest(Outcome::Paid) || careless)
        {
            self.audit.goods_leave(told.payment.request.id);
        }
        if let (Wish::Sale { sale, .. } | Wish::Want { sale, .. }, Ok(told)) = (wish, &answer)
            && self.journals.is_some()
        {
            let (payment, place) = (told.payment.request.id, told.payment.version);
            self.till_learns(sale % TILLS, payment, place, format!("{:?}", told.next));
        }
        match (wish, answer) {
            (Wish::Sale { sale, .. }, Ok(told)) => self.sales[sale].payment = Some(told.payment.request.id),
            (Wish::Want { sale, want: Want::Refund(which) }, _) => {
                self.sales[sale].refunds[which].answered = true
            }
            (Wish::Sale { .. } | Wish::Want { .. }, _) => {}
        }
    }

    /// The customer sees the QR for the first time and scans it, perhaps.
    pub(super) fn qr_shown(&mut self, sale: usize) {
        if std::mem::replace(&mut self.sales[sale].qr_seen, true) {
            return;
        }
        let lifetime_ms = self.channels[self.sales[sale].channel].policy.qr_lifetime.as_millis() as u64;
        match self.random.between(0, 10) {
            0..=7 => self.plan_in_ms(500, 20_000, Event::Scan { sale }),
            8 => self.plan_in_ms(500, lifetime_ms + 30_000, Event::Scan { sale }),
            _ => {}
        }
    }

    pub(super) fn scan(&mut self, sale: usize) {
        let channel = self.sales[sale].channel;
        let Some(payment) = self.sales[sale].payment else { return };
        let paid = self.channels[channel].scan(payment, self.now);
        self.audit.note(payment, self.now, || format!("  the customer scans: {paid}"));
        self.plan_tick(channel);
    }

    /// The sale is paid for; some customers bring things back.
    pub(super) fn customer_thinks_again(&mut self, number: usize) {
        let again = self.random.permille(self.weather.of(Fault::SecondThoughts));
        let sale = &mut self.sales[number];
        if std::mem::replace(&mut sale.thought_again, true) || !again {
            return;
        }
        let all = sale.amount.minor();
        let half = all / 2;
        let amounts = match self.random.between(0, 6) {
            0 => vec![all],
            1 => vec![half, all - half],
            2 => vec![half],
            3 => vec![all + 1],
            4 => vec![all, all],
            _ => vec![0, half, all],
        };
        for amount in amounts {
            let which = self.sales[number].refunds.len();
            let wish = RefundWish {
                key: format!("refund {number}.{which}"),
                amount: Money::cny(amount),
                answered: false,
            };
            self.sales[number].refunds.push(wish);
            let within = Duration::from_millis(self.random.between(0, 90_000));
            self.plan(self.now + within, Event::Want { sale: number, want: Want::Refund(which) });
        }
    }

    fn caller(&mut self, wish: Wish) -> Caller {
        self.last_caller += 1;
        self.callers.insert(self.last_caller, wish);
        self.last_caller
    }
}
