//! What must hold of any sale, whatever happens to its payments in whatever order.

mod bill;

use base::Money;
use bill::Bill;
use payment::RefundWay;
use proptest::prelude::*;
use sale::{Stand, State, fold, give_back, place_for, stand};

/// Something that can happen while a bill is paid. Places are taken modulo the number of parts.
#[derive(Clone, Debug)]
enum Happening {
    ByCode(i64),
    Cash(i64),
    Paid(usize),
    Declined(usize),
    Lost(usize),
    Refund { part: usize, fen: i64 },
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is the shop's and what may yet become so never exceed the total, late money aside, which goes back; and the
    /// order in which payments are read changes nothing.
    #[test]
    fn a_sale_never_takes_more_than_it_comes_to(total in 1i64..2_000, story in prop::collection::vec(happening(), 0..40)) {
        let mut bill = Bill::of(total);
        let mut was_settled = None;
        for happening in story {
            happen(&mut bill, happening);
            let Some(sale) = bill.sale() else { continue };
            let taken = sale.net().minor() + sale.open.minor();
            prop_assert!(taken <= total, "{sale:?}");
            prop_assert!(taken + sale.left().minor() <= total, "{sale:?}");
            if sale.settled_at.is_none() {
                prop_assert_eq!(taken + sale.left().minor(), total);
            }
            prop_assert!(sale.over().is_zero());
            let mut payments = bill.payments();
            // What a provider denies after it had said it may unsettle a sale until the doubt is over.
            if payments.iter().all(|payment| payment.contradicted.is_none()) {
                prop_assert!(was_settled.is_none() || sale.settled_at == was_settled, "a sale is settled once");
                was_settled = sale.settled_at;
            }
            payments.reverse();
            prop_assert_eq!(fold(&payments), Some(sale));
        }
    }

    /// Once paid in full a sale asks for nothing, whatever goes back afterwards.
    #[test]
    fn a_settled_sale_admits_no_part(total in 1i64..2_000, story in prop::collection::vec(happening(), 0..40), fen in 1i64..2_000) {
        let mut bill = Bill::of(total);
        story.into_iter().for_each(|happening| happen(&mut bill, happening));
        let sale = bill.sale();
        let settled = sale.as_ref().is_some_and(|sale| {
            matches!(sale.state(), State::Settled | State::Overpaid | State::Returned)
        });
        let admitted = place_for(sale.as_ref(), Money::cny(total), Money::cny(fen));
        let left = sale.as_ref().map_or(total, |sale| sale.left().minor());
        prop_assert_eq!(admitted.is_ok(), !settled && fen <= left, "{:?} {:?}", admitted, sale);
        prop_assert!(place_for(sale.as_ref(), Money::cny(total + 1), Money::cny(1)).is_ok() == sale.is_none());
    }

    /// What goes back is divided to the fen, and no payment gives more than came by it.
    #[test]
    fn shares_come_to_the_whole(total in 1i64..2_000, story in prop::collection::vec(happening(), 0..40), fen in 1i64..2_500) {
        let mut bill = Bill::of(total);
        story.into_iter().for_each(|happening| happen(&mut bill, happening));
        let payments = bill.payments();
        let most: i64 = payments.iter().map(|payment| payment.refundable().minor()).sum();
        match give_back(&payments, Money::cny(fen)) {
            Err(can) => prop_assert!(can.minor() == most && fen > most),
            Ok(shares) => {
                prop_assert_eq!(shares.iter().map(|share| share.amount.minor()).sum::<i64>(), fen);
                for share in shares {
                    let payment = payments.iter().find(|payment| payment.request.id == share.payment);
                    let can = payment.map(|payment| payment.refundable().minor());
                    prop_assert!(share.amount.is_positive() && Some(share.amount.minor()) <= can);
                }
            }
        }
    }

    /// Only money that nobody else gives back by itself is counted as the shop's.
    #[test]
    fn what_is_owed_back_is_not_kept(total in 1i64..2_000, story in prop::collection::vec(happening(), 0..40)) {
        let mut bill = Bill::of(total);
        story.into_iter().for_each(|happening| happen(&mut bill, happening));
        for payment in bill.payments() {
            prop_assert!(!payment.owed_back() || !matches!(stand(&payment), Stand::Kept(_)));
        }
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    let part = || 0usize..8;
    prop_oneof![
        3 => (1i64..1_200).prop_map(Happening::ByCode),
        2 => (1i64..1_200).prop_map(Happening::Cash),
        4 => part().prop_map(Happening::Paid),
        2 => part().prop_map(Happening::Declined),
        2 => part().prop_map(Happening::Lost),
        2 => (part(), 1i64..800).prop_map(|(part, fen)| Happening::Refund { part, fen }),
    ]
}

fn happen(bill: &mut Bill, happening: Happening) {
    let parts = bill.parts.len();
    match happening {
        // A part that is refused leaves the bill as it was; that is half of what is tested.
        Happening::ByCode(fen) => {
            let _ = bill.by_code(fen);
        }
        Happening::Cash(fen) => {
            let _ = bill.cash(fen);
        }
        Happening::Paid(part) if parts > 0 => bill.paid(part % parts),
        Happening::Declined(part) if parts > 0 => bill.declined(part % parts),
        Happening::Lost(part) if parts > 0 => bill.lost(part % parts),
        Happening::Refund { part, fen } if parts > 0 => {
            let by_hand = bill.payments()[part % parts].request.method.is_by_hand();
            let way = if by_hand { RefundWay::Cash } else { RefundWay::Provider };
            bill.refund(part % parts, fen, way);
        }
        Happening::Paid(_) | Happening::Declined(_) | Happening::Lost(_) | Happening::Refund { .. } => {}
    }
}
