//! A QR that is shown for long is asked about more seldom: providers count questions, and a notification tells it anyway.

#[expect(dead_code, reason = "nobody scans it, so there is neither a code nor a proof")]
mod sale;

use base::Timestamp;
use payment::{Answer, Ask, Entry, Fact, Method, Next, Payment, Policy, Said, Verdict, next};
use sale::request;

/// The seconds between the looks at a QR that nobody scans, each answered at once, until it is payable no more.
fn pauses(policy: &Policy) -> Vec<u64> {
    let start = Timestamp::from_micros(1_795_400_000_000_000);
    let first = Entry { at: start, fact: Fact::Requested(request(Method::ShownQr).into()) };
    let (mut payment, mut now, mut looks) = (Payment::begin(&first), start, Vec::new());
    while now < start + policy.qr_lifetime {
        match next(&payment, policy, now) {
            Next::Wait { until, .. } => now = until,
            Next::Ask(ask) => {
                let call = payment.history.calls + 1;
                let shown = Verdict::QrReady { content: "wallet://1".to_owned(), expires_at: None };
                let verdict = if ask == Ask::Present { shown } else { Verdict::AwaitingPayer };
                looks.extend((ask == Ask::Inquire).then_some(now));
                let answer = Answer { verdict, said: Said::default() };
                for fact in [Fact::Asked { call, ask, trace: None }, Fact::Answered { call, answer }] {
                    payment.apply(&Entry { at: now, fact });
                }
            }
            done => panic!("a QR that nobody scanned is waited for: {done:?}"),
        }
    }
    looks.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect()
}

#[test]
fn the_longer_a_code_is_shown_the_more_seldom_it_is_asked_about() {
    let policy = Policy::default();
    let pauses = pauses(&policy);
    let (often, seldom) = (policy.qr_inquiry_every.as_secs(), policy.qr_inquiry_every.as_secs() * 3);
    assert!(pauses[..9].iter().all(|pause| *pause == often), "most customers scan soon: {pauses:?}");
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert_eq!(pauses.last(), Some(&seldom), "{pauses:?}");
    assert!(pauses.len() < 50, "{} looks in five minutes", pauses.len());
}
