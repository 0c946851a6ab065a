//! Looks over everything that became durable for what no single payment can show, and raises it by name: two attempts
//! that paid one sale.
//!
//! A cashier scans, sees nothing, scans again, and both codes are charged. Each payment by itself is right; only side by
//! side they are one too many. They are known by the merchant's own number for the sale (`reference`): the same number
//! and the same amount, both kept whole, begun within half a day, so that a counter that starts again every morning
//! accuses nobody. A sale that is paid in parts by design has parts that differ, or numbers that do.
//!
//! What is found is an alarm with one button, which gives the second back; where the shop's policy says so, it goes
//! back by itself. One server looks; it follows the events, so that a crash makes it look again and not away.

use base::{PaymentId, RefundId};
use drive::{DriveError, Handle};
use payment::{Command, Payment, RefundRequest, RefundWay};
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
    /// The second goes back by itself; otherwise a person presses the button.
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
    // Of cash and a wallet, the wallet's goes back: the provider proves it, and nobody has to open a drawer.
    let by_hand = |payment: &Payment| payment.request.method.is_by_hand();
    let (first, second) =
        if by_hand(&second) && !by_hand(&first) { (second, first) } else { (first, second) };
    let id = second.request.id;
    let detail = format!("{} first {} second {id}", twice.reference, first.request.id);
    let alarm = ToRaise {
        merchant: twice.merchant,
        what: SALE_PAID_TWICE,
        subject: &id.to_string(),
        detail: &detail,
        once: true,
        at: handle.clock().now(),
    };
    handle.store().raise(alarm).await?;
    if !policy.gives_back || by_hand(&second) {
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

async fn read(handle: &Handle, twice: &PaidTwice, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let entries = handle.store().payment_entries(&MerchantScope(twice.merchant), id).await?;
    Ok(entries.map(|entries| payment::fold(&entries)))
}
