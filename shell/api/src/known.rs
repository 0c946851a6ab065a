//! What the server knows of a till's attempts, told with a sign of life: those that changed since the till's mark, so
//! that a copy which rests there learns of refunds, late truths and matches that were made here.

use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::{AmountView, MoneyView, RefundStateView, refund_view, time};
use base::{OrderNo, TillId};
use payment::{Match, MoneyState, Payment, Settled, Settlement, Source};
use serde::Serialize;
use store::{Mark, MerchantScope};
use utoipa::ToSchema;

/// Attempts told at once.
const AT_ONCE: u32 = 100;

/// What changed since a till's mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownAttempts {
    /// The attempts as they stand now, each once.
    pub attempts: Vec<KnownAttempt>,
    /// To be given with a later sign of life, once these are recorded.
    pub mark: String,
    /// There is more at once.
    pub more: bool,
}

/// An attempt as the server knows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownAttempt {
    /// The till's number of it.
    pub attempt: String,
    /// Where the money is.
    pub money: MoneyView,
    /// A person decided that it is kept, in spite of what was raised about it.
    pub kept: bool,
    /// Its returns, in the order they were asked for.
    pub refunds: Vec<KnownRefund>,
    /// What a payment recorded by hand was found as.
    pub matched: Option<KnownMatch>,
    /// What a person decided.
    pub settled: Option<KnownSettlement>,
}

/// A return of money as the server knows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownRefund {
    /// The key it was asked for with: the till's own number, if the till asked.
    pub key: Option<String>,
    /// The server's number of it.
    pub number: String,
    /// How much went back, or shall.
    pub amount: AmountView,
    /// How far it is.
    pub state: RefundStateView,
    /// When the payer had the money.
    pub done_at: Option<String>,
    /// Why it was refused.
    pub refuse_reason: Option<String>,
}

/// What a payment recorded by hand was found as.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownMatch {
    /// `bill` or `notice`.
    #[schema(value_type = String)]
    pub source: &'static str,
    /// The bill's name, or the notification's id.
    pub name: String,
    /// The row in the bill, from 1; 0 for a notification.
    pub row: u64,
    /// How much came.
    pub amount: AmountView,
    /// The provider's number of the transaction.
    pub transaction: String,
    /// When, if the provider said.
    pub paid_at: Option<String>,
    /// The person who matched it; empty if Paydesk did.
    pub by: String,
}

/// What a person decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownSettlement {
    /// The money is the shop's; otherwise it never came.
    pub paid: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
}

/// What changed at this till since `mark`, which is empty for a till that has none.
pub(crate) async fn since(
    state: &ApiState,
    scope: &MerchantScope,
    till: TillId,
    mark: &str,
) -> Result<KnownAttempts, Problem> {
    let unread = |_| Problem::with(Code::UnacceptableBody, "mark", "mark");
    let mark: Option<Mark> = (!mark.is_empty()).then(|| mark.parse().map_err(unread)).transpose()?;
    let changed = state.store().changed_at_till(scope, till, mark.as_ref(), AT_ONCE, state.now()).await?;
    let attempts = changed.payments.iter().filter_map(|payment| known(state, payment)).collect();
    Ok(KnownAttempts { attempts, mark: changed.mark.to_string(), more: changed.more })
}

/// Nothing of a payment that no till's device asked for.
fn known(state: &ApiState, payment: &Payment) -> Option<KnownAttempt> {
    let request = &payment.request;
    let attempt = match request.method.is_by_hand() {
        // What a person vouched for has one number everywhere.
        true => OrderNo::from(request.id),
        false => request.key.parse().ok()?,
    };
    let refund = |refund: &payment::Refund| {
        let view = refund_view(refund);
        let done = matches!(view.state, RefundStateView::Done);
        KnownRefund {
            key: view.key,
            number: view.refund_no,
            amount: if done { refund.returned.into() } else { view.amount },
            state: view.state,
            done_at: view.done_at,
            refuse_reason: view.refuse_reason,
        }
    };
    Some(KnownAttempt {
        attempt: attempt.to_string(),
        money: MoneyState::of(payment, &state.next(payment)).into(),
        kept: payment.accepted,
        refunds: payment.refunds.iter().map(refund).collect(),
        matched: payment.matched.as_ref().map(matched),
        settled: payment.settled.as_ref().map(settled),
    })
}

fn matched(found: &Match) -> KnownMatch {
    let (source, name, row) = match &found.source {
        Source::Bill { name, row } => ("bill", name.clone(), *row),
        Source::Notice { notice_id } => ("notice", notice_id.clone(), 0),
    };
    KnownMatch {
        source,
        name,
        row,
        amount: found.paid.amount.into(),
        transaction: found.paid.transaction.clone(),
        paid_at: found.paid.at.map(time),
        by: found.by.clone(),
    }
}

fn settled(settlement: &Settlement) -> KnownSettlement {
    KnownSettlement {
        paid: settlement.verdict == Settled::Paid,
        reason: settlement.reason.clone(),
        by: settlement.by.clone(),
    }
}
