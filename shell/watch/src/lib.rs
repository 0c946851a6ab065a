//! Looks over everything that became durable for what no single payment can show, and raises it by name: two attempts
//! that paid one sale.
//!
//! A cashier scans, sees nothing, scans again, and both codes are charged. Each payment by itself is right; only side by
//! side they are one too many. They are known by the merchant's own number for the sale (`reference`): the same number
//! and the same amount, both kept whole, begun within half a day, so that a counter that starts again every morning
//! accuses nobody. Two equal parts of one sale look the same, so this is a question to a person: an alarm with one
//! button, which gives the second back.
//!
//! Where the shop's policy says so, the second goes back by itself, and only where the facts prove that it is one too
//! many: the same payer paid both, and nobody knew what had become of the first when the second was asked for. Whoever
//! pays in parts has seen the first part paid, or is somebody else.
//!
//! One server looks; it follows the events, so that a crash makes it look again and not away.

use base::{PaymentId, RefundId};
use drive::{DriveError, Handle};
use payment::{Charge, Command, Entry, Payment, RefundRequest, RefundWay};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{EventId, MerchantScope, PaidTwice, StoreError, ToRaise};
use tokio::task::JoinHandle;

/// The alarm's name for programs. A promise: never changed.
pub const SALE_PAID_TWICE: &str = "sale_paid_twice";

/// Who follows the events.
const FOLLOWER: &str = "sales";
/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Events looked over at once.
const AT_ONCE: i64 = 5_000;
/// Two payments begun further apart than this are two sales, whatever their number.
const ONE_SALE: Duration = Duration::from_secs(12 * 3600);

/// What is done about a sale that was paid twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The second goes back by itself where it is proved to be one too many; otherwise a person presses the button.
    pub gives_back: bool,
}

/// Looks until the task is ended; of several servers on one database, the leading one does. Everything that happens
/// after this has returned is looked over; what was before the very first time is nobody's business any more.
pub async fn start(handle: Handle, policy: Policy) -> Result<JoinHandle<()>, StoreError> {
    let store = handle.store();
    if store.followed(FOLLOWER).await?.is_none() {
        store.keep_followed(FOLLOWER, store.newest_event().await?).await?;
    }
    Ok(tokio::spawn(async move {
        loop {
            if handle.leads()
                && let Err(error) = look(&handle, policy).await
            {
                tracing::warn!("sales paid twice are looked for again: {error}");
            }
            tokio::time::sleep(EVERY).await;
        }
    }))
}

/// The refund that gives the second payment of a sale back: the same however often it is wanted, by whomever. What came
/// over the counter goes back over the counter.
pub fn give_back(second: &Payment, by: &str) -> Command {
    let id = second.request.id;
    let digest: [u8; 32] = Sha256::digest(format!("sale paid twice {id}")).into();
    let half: [u8; 16] = digest[..16].try_into().expect("a hash has 32 bytes");
    Command::Refund(RefundRequest {
        id: RefundId::from_u128(u128::from_be_bytes(half)),
        key: format!("sale-paid-twice-{id}"),
        content: digest,
        amount: second.refundable(),
        reason: "同一笔买卖付了两次".to_owned(),
        by: by.to_owned(),
        way: if second.request.method.is_by_hand() { RefundWay::Cash } else { RefundWay::Provider },
    })
}

async fn look(handle: &Handle, policy: Policy) -> Result<(), StoreError> {
    let store = handle.store();
    let newest = store.newest_event().await?;
    let mut seen = store.followed(FOLLOWER).await?.unwrap_or(newest);
    while seen < newest {
        let to = newest.min(EventId(seen.0 + AT_ONCE));
        for twice in store.sales_paid_twice(seen, to).await? {
            if twice.between <= ONE_SALE && !settle(handle, policy, &twice).await? {
                // Nobody can say that of a payment that passes from one server to another; soon somebody can.
                return Ok(());
            }
        }
        store.keep_followed(FOLLOWER, to).await?;
        seen = to;
    }
    Ok(())
}

/// Raises it, and gives the second back if that is the policy; false if that must be tried again.
async fn settle(handle: &Handle, policy: Policy, twice: &PaidTwice) -> Result<bool, StoreError> {
    let Some(first) = read(handle, twice, twice.first).await? else { return Ok(true) };
    let Some(second) = read(handle, twice, twice.second).await? else { return Ok(true) };
    let proved = is_one_too_many(&first, &second);
    let (first, second) = (payment::fold(&first), payment::fold(&second));
    // Of cash and a wallet, the wallet's goes back: the provider proves it, and nobody has to open a drawer.
    let by_hand = |payment: &Payment| payment.request.method.is_by_hand();
    let (first, second) =
        if by_hand(&second) && !by_hand(&first) { (second, first) } else { (first, second) };
    let id = second.request.id;
    let proof =
        if proved { "; the same payer, who was charged again while the first was in doubt" } else { "" };
    let detail = format!("{} first {} second {id}{proof}", twice.reference, first.request.id);
    let alarm = ToRaise {
        merchant: twice.merchant,
        what: SALE_PAID_TWICE,
        subject: &id.to_string(),
        detail: &detail,
        once: true,
        at: handle.clock().now(),
    };
    handle.store().raise(alarm).await?;
    if !policy.gives_back || !proved {
        return Ok(true);
    }
    match handle.command(id, twice.merchant, give_back(&second, "Paydesk")).await {
        // It went back meanwhile, or somebody decided otherwise: the alarm says the rest.
        Ok(_) | Err(DriveError::Refused(_)) => Ok(true),
        Err(error) => {
            tracing::warn!(payment = %id, "the second payment of a sale waits to be given back: {error}");
            Ok(false)
        }
    }
}

/// Whether the facts of two payments of one sale leave no other explanation than that it was charged twice: one payer,
/// and a first payment of which nobody knew what had become of it when the second was asked for. Cash has no payer, and
/// a code that two people can scan at once is no doubt.
fn is_one_too_many(one: &[Entry], other: &[Entry]) -> bool {
    let (Some(one_begun), Some(other_begun)) = (one.first(), other.first()) else { return false };
    let (earlier, later_begun) =
        if one_begun.at <= other_begun.at { (one, other_begun.at) } else { (other, one_begun.at) };
    let known: Vec<Entry> = earlier.iter().take_while(|entry| entry.at <= later_begun).cloned().collect();
    let in_doubt = matches!(payment::fold(&known).charge, Charge::Unclear { .. });
    let (one, other) = (payment::fold(one), payment::fold(other));
    let same_wallet = one.request.wallet == other.request.wallet;
    let payer = |payment: &Payment| payment.paid().map(|paid| paid.payer.clone()).filter(|it| !it.is_empty());
    in_doubt && same_wallet && payer(&one).is_some() && payer(&one) == payer(&other)
}

async fn read(handle: &Handle, twice: &PaidTwice, id: PaymentId) -> Result<Option<Vec<Entry>>, StoreError> {
    handle.store().payment_entries(&MerchantScope(twice.merchant), id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{ChannelId, MerchantId, Money, StoreId, Text, TillId, Timestamp};
    use payment::{Answer, Ask, Fact, Lost, Method, Paid, Request, Said, Verdict};

    /// Facts at seconds: asked for at the first, what became of it at each further one.
    fn facts(id: u128, payer: &str, begun: i64, then: &[(i64, &str)]) -> Vec<Entry> {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let request = Request {
            id: PaymentId::from_u128(id),
            merchant: MerchantId::from_u128(1),
            store: StoreId::from_u128(2),
            till: TillId::from_u128(3),
            cashier: String::new(),
            key: id.to_string(),
            content: [0; 32],
            amount: Money::cny(5000),
            channel: ChannelId::from_u128(4),
            routed: None,
            wallet: "blue".into(),
            wallet_name: Text::new("蓝", "Blue"),
            method: Method::PayerCode { hint: String::new() },
            description: String::new(),
            reference: "T-1".into(),
            part: None,
            installments: None,
        };
        let mut entries = vec![Entry { at: at(begun), fact: Fact::Requested(request.into()) }];
        let mut call = 0;
        for (second, what) in then {
            let paid = Paid {
                amount: Money::cny(5000),
                transaction: id.to_string(),
                at: None,
                payer: payer.into(),
                funds: String::new(),
            };
            let answered =
                |verdict| Fact::Answered { call, answer: Answer { verdict, said: Said::default() } };
            let fact = match *what {
                "asked" | "inquired" => {
                    call += 1;
                    Fact::Asked {
                        call,
                        ask: if *what == "asked" { Ask::Charge } else { Ask::Inquire },
                        trace: None,
                    }
                }
                "lost" => Fact::Lost { call, why: Lost::TimedOut },
                "awaiting" => answered(Verdict::AwaitingPayer),
                "paid" => answered(Verdict::Paid(paid)),
                unknown => panic!("nothing is {unknown}"),
            };
            entries.push(Entry { at: at(*second), fact });
        }
        entries
    }

    #[test]
    fn only_what_the_facts_prove_goes_back_by_itself() {
        let doubted =
            |payer| facts(1, payer, 0, &[(0, "asked"), (5, "lost"), (20, "inquired"), (21, "paid")]);
        let seen_paid = facts(1, "li", 0, &[(0, "asked"), (2, "paid")]);
        let awaited = facts(1, "li", 0, &[(0, "asked"), (1, "awaiting"), (19, "inquired"), (20, "paid")]);
        let second = |payer| facts(2, payer, 10, &[(10, "asked"), (11, "paid")]);
        let cases = [
            ("charged again while the first was in doubt", doubted("li"), second("li"), true),
            ("somebody else's part", doubted("li"), second("wang"), false),
            ("payers that are not known", doubted(""), second(""), false),
            ("the first part was seen paid", seen_paid, second("li"), false),
            ("two parts asked for side by side", awaited, second("li"), false),
        ];
        for (what, first, second, proved) in cases {
            assert_eq!(is_one_too_many(&first, &second), proved, "{what}");
            assert_eq!(is_one_too_many(&second, &first), proved, "{what}, the other way round");
        }
    }
}
