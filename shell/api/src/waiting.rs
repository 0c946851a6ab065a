//! Waiting until a payment stands as the caller wants, or until the caller's patience is over.

use crate::payments::wrong_parameter;
use crate::problem::Problem;
use crate::state::ApiState;
use drive::Watch;
use engine::Told;
use payment::{Charge, Next, Payment};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest a caller may wait, in seconds.
pub(crate) const WAIT_MAX_S: u64 = 10;
/// What changed is looked up again at least so often, should the word of it ever get lost.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How a payment stands.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) payment: Arc<Payment>,
    pub(crate) next: Next,
}

/// Waits until it stands well enough, or until the patience is over. `watch` must be older than `standing`.
pub(crate) async fn until(
    state: &ApiState,
    watch: &mut Watch,
    mut standing: Standing,
    patience: Duration,
    enough: impl Fn(&Standing) -> bool,
) -> Result<Standing, Problem> {
    let over = Instant::now() + patience;
    while !enough(&standing) {
        let left = over.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let heard = tokio::select! {
            heard = watch.past(standing.payment.version, left.min(LOOK_AGAIN)) => heard,
            // The server is about to end; the caller can wait at another one.
            () = state.handle().draining() => break,
        };
        standing = match heard {
            Some(changed) => {
                let change = &changed.change;
                Standing { payment: change.payment.clone(), next: change.next.clone() }
            }
            None => read(state, &standing.payment).await?,
        };
    }
    Ok(standing)
}

/// Seconds asked for; more than the longest is refused, so that nobody counts on it.
pub(crate) fn patience(wait_s: Option<u64>) -> Result<Duration, Problem> {
    let wait_s = wait_s.unwrap_or(0);
    if wait_s > WAIT_MAX_S {
        return Err(wrong_parameter("wait"));
    }
    Ok(Duration::from_secs(wait_s))
}

/// There is something to show for it: a result, or something the customer has to do.
pub(crate) fn shows_something(standing: &Standing) -> bool {
    match &standing.payment.charge {
        Charge::Recorded { .. } | Charge::Paid { .. } | Charge::NotPaid { .. } | Charge::Returned { .. } => {
            true
        }
        Charge::AwaitingPayer { .. } => standing.payment.undo.is_none(),
        Charge::NotAsked | Charge::NeverLeft { .. } | Charge::Unclear { .. } => rests(standing),
    }
}

/// Nothing more will happen by itself.
pub(crate) fn rests(standing: &Standing) -> bool {
    matches!(standing.next, Next::Rest(_))
}

async fn read(state: &ApiState, payment: &Payment) -> Result<Standing, Problem> {
    let scope = store::MerchantScope(payment.request.merchant);
    let payment = state.read_payment(&scope, payment.request.id).await?;
    Ok(Standing { next: state.next(&payment), payment: payment.into() })
}

impl From<Told> for Standing {
    fn from(told: Told) -> Standing {
        Standing { payment: told.payment, next: told.next }
    }
}
