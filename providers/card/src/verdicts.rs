//! What an answer proves about a payment: from a host's trusted answer, or the reason to mistrust it, to a verdict.
//!
//! Nothing is proven by an answer that is not trusted, by a code that is not listed, and by one with which somebody on
//! the way says that he does not know. What follows such an answer to a sale is a reversal.

use crate::incoming::{HostAnswer, Mistrust};
use crate::response_codes::{CodeVerdict, response_code, reversal_is_over};
use base::Money;
use payment::{Answer, Doubt, Paid, Said, Trace, Verdict};

/// What the answer to a sale proves. It is known by what the host calls it, or else by its own number.
pub fn sale_answer(read: Result<HostAnswer, Mistrust>, asked: Money, trace: Trace) -> Answer {
    told(read, |answer| match verdict_of(answer) {
        CodeVerdict::Approved | CodeVerdict::ApprovedInPart | CodeVerdict::ApprovedToBeChecked => {
            let number = || format!("{:06}{:06}", trace.batch, trace.number);
            Verdict::Paid(Paid {
                amount: approved_amount(answer, asked),
                transaction: answer.retrieval.clone().unwrap_or_else(number),
                at: None,
                payer: String::new(),
                funds: String::new(),
            })
        }
        CodeVerdict::Declined(reason) => Verdict::Declined(reason),
        CodeVerdict::Unclear => Verdict::Unclear(doubt_of(answer)),
    })
}

/// What the answer to a reversal proves. A host that has nothing to take back may still be sent it: whoever asks goes on
/// until nothing can be under way any more.
pub fn reversal_answer(read: Result<HostAnswer, Mistrust>) -> Answer {
    told(read, |answer| match answer.code.as_str() {
        "00" => Verdict::Closed,
        code if reversal_is_over(code) => Verdict::NotFound,
        _ => Verdict::Unclear(doubt_of(answer)),
    })
}

/// What the answer to a void or a refund proves.
pub fn refund_answer(read: Result<HostAnswer, Mistrust>, asked: Money) -> Answer {
    told(read, |answer| match verdict_of(answer) {
        CodeVerdict::Approved | CodeVerdict::ApprovedInPart | CodeVerdict::ApprovedToBeChecked => {
            Verdict::Refunded { amount: approved_amount(answer, asked), at: None }
        }
        CodeVerdict::Declined(reason) => Verdict::RefundRefused(reason),
        CodeVerdict::Unclear => Verdict::Unclear(doubt_of(answer)),
    })
}

fn told(read: Result<HostAnswer, Mistrust>, verdict: impl Fn(&HostAnswer) -> Verdict) -> Answer {
    match read {
        Ok(answer) => {
            let reference = answer.retrieval.clone().unwrap_or_default();
            let said = Said { code: answer.code.clone(), message: String::new(), reference };
            Answer { verdict: verdict(&answer), said }
        }
        Err(Mistrust::WrongMac) => Answer::unclear(Doubt::BadSignature, Said::default()),
        Err(_) => Answer::unclear(Doubt::Garbled, Said::default()),
    }
}

fn verdict_of(answer: &HostAnswer) -> CodeVerdict {
    response_code(&answer.code).map_or(CodeVerdict::Unclear, |line| line.verdict)
}

fn doubt_of(answer: &HostAnswer) -> Doubt {
    response_code(&answer.code).map_or(Doubt::UnknownCode, |_| Doubt::ProviderError)
}

/// What was approved: a part, if the answer says so.
fn approved_amount(answer: &HostAnswer, asked: Money) -> Money {
    let fen = answer.amount.and_then(|fen| i64::try_from(fen).ok());
    fen.map_or(asked, |fen| Money::new(fen, asked.currency()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use payment::Reason;

    const ASKED: Money = Money::cny(1250);
    const TRACE: Trace = Trace { batch: 1, number: 7 };

    fn answer(code: &str) -> HostAnswer {
        HostAnswer {
            code: code.to_owned(),
            amount: Some(1250),
            retrieval: Some("000000000042".to_owned()),
            authorization: None,
            date: None,
            time: None,
            settled_on: None,
            batch: None,
            totals: None,
            chip: None,
            wants: None,
        }
    }

    fn paid(amount: Money, transaction: &str) -> Verdict {
        let (payer, funds) = (String::new(), String::new());
        Verdict::Paid(Paid { amount, transaction: transaction.to_owned(), at: None, payer, funds })
    }

    #[test]
    fn a_sale_is_paid_or_declined_by_a_listed_code_alone() {
        let of = |answer| sale_answer(Ok(answer), ASKED, TRACE).verdict;
        assert_eq!(of(answer("00")), paid(ASKED, "000000000042"));
        assert_eq!(of(answer("A2")), paid(ASKED, "000000000042"), "taken, and to be checked");
        let part = HostAnswer { amount: Some(1000), ..answer("10") };
        assert_eq!(of(part), paid(Money::cny(1000), "000000000042"), "as much as was taken");
        assert_eq!(of(HostAnswer { retrieval: None, ..answer("00") }), paid(ASKED, "000001000007"));
        assert_eq!(of(answer("51")), Verdict::Declined(Reason::InsufficientBalance));
        for nobody_knows in ["09", "68", "94", "98"] {
            assert_eq!(of(answer(nobody_knows)), Verdict::Unclear(Doubt::ProviderError), "{nobody_knows}");
        }
        assert_eq!(of(answer("Q7")), Verdict::Unclear(Doubt::UnknownCode));
    }

    #[test]
    fn an_answer_that_is_not_trusted_proves_nothing_whatever_was_asked() {
        for (why, doubt) in [
            (Mistrust::WrongMac, Doubt::BadSignature),
            (Mistrust::OtherField(11), Doubt::Garbled),
            (Mistrust::NoResponseCode, Doubt::Garbled),
        ] {
            let answers = [
                sale_answer(Err(why.clone()), ASKED, TRACE),
                reversal_answer(Err(why.clone())),
                refund_answer(Err(why), ASKED),
            ];
            assert!(answers.iter().all(|answer| answer.verdict == Verdict::Unclear(doubt)), "{answers:?}");
        }
    }

    #[test]
    fn a_reversal_is_confirmed_by_one_code_and_two_say_that_there_was_nothing() {
        let of = |code: &str| reversal_answer(Ok(answer(code))).verdict;
        assert_eq!(of("00"), Verdict::Closed);
        assert_eq!([of("12"), of("25")], [Verdict::NotFound, Verdict::NotFound]);
        assert_eq!(of("96"), Verdict::Unclear(Doubt::ProviderError));
        assert_eq!(of("51"), Verdict::Unclear(Doubt::ProviderError), "a refusal to reverse leaves the sale");
        assert_eq!(of("Q7"), Verdict::Unclear(Doubt::UnknownCode));
    }

    #[test]
    fn a_refund_is_done_refused_or_unclear() {
        let of = |code: &str| refund_answer(Ok(answer(code)), ASKED).verdict;
        assert_eq!(of("00"), Verdict::Refunded { amount: ASKED, at: None });
        assert!(matches!(of("25"), Verdict::RefundRefused(_)), "{:?}", of("25"));
        assert_eq!(of("98"), Verdict::Unclear(Doubt::ProviderError));
    }
}
