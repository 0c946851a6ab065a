//! Why a payment or refund failed, in a shop's words.
//!
//! JD's error codes are in no open source, so none is listed here, and no code decides about money: what is definite is a
//! signed answer with a definite `status`. The description beside it chooses the reason, by words that every gateway uses and
//! by those below. Which codes say that there is no such trade is a setting ([`crate::Settings::not_found_codes`]).

use payment::Reason;
use provider_contract::words;

/// Words of JD's own, before all others: Baitiao has balances and limits too.
const BAITIAO: &[&str] = &["白条", "分期"];

/// Why a payment whose status is failed did fail.
pub fn why_failed(description: &str) -> Reason {
    if BAITIAO.iter().any(|word| description.contains(word)) {
        return Reason::InstallmentUnavailable;
    }
    words::why_unpaid(description)
}

/// Why a refund whose status is failed did fail.
pub fn why_not_refunded(description: &str) -> Reason {
    words::why_not_returned(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_chooses_the_reason() {
        assert_eq!(why_failed("白条额度不足"), Reason::InstallmentUnavailable);
        assert_eq!(why_failed("用户额度超限"), Reason::PayerLimitExceeded);
        assert_eq!(why_failed("交易失败"), Reason::PayerCancelledOrTimedOut);
        assert_eq!(why_not_refunded("商户余额不足"), Reason::MerchantBalanceTooLow);
    }
}
