//! Numbers of refunds for providers to whom payments and refunds share one kind of number.
//!
//! Here money that came too late goes back under the payment's own number. There that number is taken, so the refund gets
//! another one, always the same: the payment's with a `G` for its first digit.

use base::{OrderNo, RefundNo};

/// A refund's number there.
pub fn refund_number(refund_no: RefundNo, order_no: OrderNo) -> String {
    let (number, order) = (refund_no.to_string(), order_no.to_string());
    if number == order { given_back(&order) } else { number }
}

/// The number here of the refund that has this number there; nothing if it is none of ours.
pub fn refund_no(number: &str, order_no: &str) -> Option<RefundNo> {
    let ours = if number == given_back(order_no) { order_no } else { number };
    ours.parse().ok()
}

fn given_back(order_no: &str) -> String {
    format!("G{}", order_no.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PaymentId, RefundId};

    #[test]
    fn a_number_there_is_one_number_here() {
        let order = OrderNo::from(PaymentId::from_u128(0x018f_3c1e));
        let (own, other) =
            (RefundNo::from(RefundId::from_u128(0x018f_3c1e)), RefundNo::from(RefundId::from_u128(7)));
        let numbers = [own, other].map(|refund| refund_number(refund, order));
        assert_eq!(numbers, ["G00000000000000000000000018f3c1e", "00000000000000000000000000000007"]);
        let here = numbers.map(|number| refund_no(&number, &order.to_string()));
        assert_eq!(here, [Some(own), Some(other)]);
        assert_eq!(refund_no("nobody's", &order.to_string()), None);
    }
}
