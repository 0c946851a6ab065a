//! What each [`Treatment`] does to an order: how its opening goes, what the payer does, how the answer is spoilt.

use super::books::Refusal;
use provider_contract::Treatment;
use std::time::Duration;

/// How long a payer takes to type the password, or to refuse.
pub(super) const PAYER_TAKES: Duration = Duration::from_secs(6);
/// How long a slow answer takes.
pub(super) const SLOW_ANSWER: Duration = Duration::from_secs(8);
/// How long after an accepted cancel the payment succeeds after all.
pub(super) const LATE_SUCCESS: Duration = Duration::from_secs(5);
/// How long a slow return takes.
pub(super) const SLOW_RETURN: Duration = Duration::from_secs(30);
/// How many cancels of an order do not finish.
pub(super) fn cancels_to_repeat(treatment: Treatment) -> u8 {
    if treatment == Treatment::ReverseNeedsRepeat { 2 } else { 0 }
}

/// What becomes of the request that opens an order.
pub(super) enum Opening {
    /// Its first request is lost and does nothing.
    Lost,
    /// Its first request fails inside and does nothing.
    Broken,
    /// Its first request is turned away.
    Maintenance,
    /// It is handled.
    Handled,
}

pub(super) fn opening(treatment: Treatment, seen_before: bool) -> Opening {
    match treatment {
        Treatment::LostBefore if !seen_before => Opening::Lost,
        Treatment::ErrorNotPaid if !seen_before => Opening::Broken,
        Treatment::Maintenance if !seen_before => Opening::Maintenance,
        _ => Opening::Handled,
    }
}

/// What the payer does once the order is in front of them.
pub(super) enum Payer {
    /// Pays at once.
    Pays,
    /// Is asked for the password and types it.
    TypesPassword,
    /// Is asked for the password and does nothing.
    Sleeps,
    /// Is asked for the password and refuses.
    Refuses,
    /// Cannot pay.
    Cannot(Refusal),
}

pub(super) fn payer(treatment: Treatment) -> Payer {
    if let Some(refusal) = refusal(treatment) {
        return Payer::Cannot(refusal);
    }
    match treatment {
        Treatment::PasswordThenPaid => Payer::TypesPassword,
        Treatment::PasswordNeverTyped | Treatment::PaidAfterReverse => Payer::Sleeps,
        Treatment::PasswordThenRefused => Payer::Refuses,
        _ => Payer::Pays,
    }
}

fn refusal(treatment: Treatment) -> Option<Refusal> {
    let (sub_code, sub_msg) = match treatment {
        Treatment::InsufficientBalance => ("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"),
        Treatment::CodeExpired => ("ACQ.PAYMENT_AUTH_CODE_INVALID", "SOUNDWAVE_PARSER_FAIL"),
        Treatment::CodeUsed | Treatment::CodeWrong => {
            ("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款")
        }
        Treatment::PayerLimit => ("ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "买家付款日限额超限"),
        Treatment::Risk => ("ACQ.PAYMENT_REQUEST_HAS_RISK", "支付有风险"),
        _ => return None,
    };
    Some(Refusal { sub_code, sub_msg })
}

/// How the answer to the request that charged a payer's code is spoilt.
pub(super) enum Spoilt {
    /// Not at all.
    Not,
    /// It takes long.
    Slow,
    /// It never arrives.
    Lost,
    /// It says that the gateway does not know.
    SystemError,
    /// Its signature is wrong.
    WrongSignature,
    /// Its signature is another text's.
    SignatureOfAnotherText,
}

/// How the answer to the request that opened an order for a QR code is spoilt. Where a signature shall be
/// wrong it is the notification's, once the order is paid.
pub(super) fn spoilt_qr(treatment: Treatment) -> Spoilt {
    match spoilt(treatment) {
        Spoilt::WrongSignature | Spoilt::SignatureOfAnotherText => Spoilt::Not,
        other => other,
    }
}

pub(super) fn spoilt(treatment: Treatment) -> Spoilt {
    match treatment {
        Treatment::Slow => Spoilt::Slow,
        Treatment::LostAfter => Spoilt::Lost,
        Treatment::ErrorButPaid => Spoilt::SystemError,
        Treatment::WrongSignature => Spoilt::WrongSignature,
        Treatment::SignatureProbe => Spoilt::SignatureOfAnotherText,
        _ => Spoilt::Not,
    }
}
