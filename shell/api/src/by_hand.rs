//! What a till took without the server, cash and records by hand, comes into the server's book with its journal: each
//! payment and each return once, known by its key.

use crate::payments::recorded_over;
use crate::problem::Problem;
use crate::state::ApiState;
use base::PaymentId;
use drive::{Begin, DriveError};
use journal::{Entry, Record};
use payment::{Command, Fact};
use store::{Agent, MerchantScope};

/// Does what an entry records of a payment that no provider moves. Anything else is evidence and no more.
pub(crate) async fn take_in(state: &ApiState, agent: &Agent, entry: &Entry) -> Result<(), Problem> {
    let Some((id, _, fact)) = Record::read(&entry.body).and_then(|record| store::fact_of(&record)) else {
        return Ok(());
    };
    let done = match fact.fact {
        Fact::Requested(request) => {
            let mut request = std::sync::Arc::unwrap_or_clone(request);
            let ours = request.merchant == agent.merchant && request.till == agent.till && request.id == id;
            if !request.method.is_by_hand() || !ours {
                return Ok(());
            }
            // The device adds its sales up itself; its numbers within a sale are not the server's.
            request.part = None;
            request.channel = recorded_over(state, request.merchant, &request.wallet, &request.method);
            state.handle().begin(Begin { request, code: None }).await
        }
        Fact::RefundRequested(request) => command(state, agent, id, Command::Refund(request)).await?,
        Fact::CancelRequested { by } => command(state, agent, id, Command::Cancel { by }).await?,
        _ => return Ok(()),
    };
    match done {
        Ok(_) => Ok(()),
        // It went over the server and was done there, or the book knows better; the entry stays as evidence.
        Err(DriveError::Refused(payment::Refusal::NoSuchPayment)) => Ok(()),
        Err(DriveError::Refused(refusal)) => {
            tracing::warn!(payment = %id, code = refusal.code(), "a till's entry changes nothing");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn command(
    state: &ApiState,
    agent: &Agent,
    id: PaymentId,
    command: Command,
) -> Result<Result<engine::Told, DriveError>, Problem> {
    let scope = MerchantScope(agent.merchant);
    let entries = state.store().payment_entries(&scope, id).await?;
    // A payment that went over the server is known there by another number and was commanded there.
    let by_hand = entries.is_some_and(|entries| payment::fold(&entries).request.method.is_by_hand());
    if !by_hand {
        return Ok(Err(DriveError::Refused(payment::Refusal::NoSuchPayment)));
    }
    Ok(state.handle().command(id, agent.merchant, command).await)
}
