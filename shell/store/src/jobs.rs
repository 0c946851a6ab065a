//! Receipts to print: queued in the transaction that makes a payment paid, and every copy asked for later.

use crate::insert::{Columns, Insert};
use crate::sql::{Kind, QueryBuilder, from_columns, query, query_as};
use crate::{MerchantScope, Store, StoreError};
use base::{MerchantId, PaymentId, StoreId, TillId, Timestamp};
use engine::Change;
use payment::Outcome;
use std::collections::BTreeMap;

const COLUMNS: Columns = &[
    ("merchant", Kind::Text),
    ("store", Kind::Text),
    ("till", Kind::Text),
    ("payment", Kind::Text),
    ("copy", Kind::Int),
    ("state", Kind::Text),
    ("why", Kind::Text),
    ("created_at", Kind::Int),
    ("updated_at", Kind::Int),
];
const FIELDS: &str =
    "SELECT id, merchant, store, till, payment, copy, state, why, created_at, updated_at FROM print_jobs";

/// A device at the counter with a printer of its own prints what it took; nobody else does.
const NOT_PRINTED_AT_THE_TILL: &str = " AND NOT EXISTS (SELECT 1 FROM till_fences JOIN till_agents \
     ON till_agents.id = till_fences.agent WHERE till_fences.till = print_jobs.till AND till_agents.prints)";

/// How far a print job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nothing has left for the printer.
    Queued,
    /// Nothing has left, and the printer cannot print now.
    Held,
    /// The bytes have left or are about to.
    Sent,
    /// The printer said that it is on paper.
    Printed,
    /// It may be on paper and it may not; it is never sent again by itself.
    Unknown,
}

impl JobState {
    /// Every state.
    pub const ALL: [JobState; 5] =
        [JobState::Queued, JobState::Held, JobState::Sent, JobState::Printed, JobState::Unknown];

    /// The state's name in the store and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Held => "held",
            JobState::Sent => "sent",
            JobState::Printed => "printed",
            JobState::Unknown => "unknown",
        }
    }

    fn from_code(code: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// One receipt to print once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintJob {
    /// Its number; jobs are printed in this order.
    pub id: i64,
    /// Whose.
    pub merchant: MerchantId,
    /// Where.
    pub store: StoreId,
    /// At which till.
    pub till: TillId,
    /// The receipt of this payment.
    pub payment: PaymentId,
    /// 0 for the receipt itself, 1, 2 ... for copies, which are marked as such.
    pub copy: u32,
    /// How far it is.
    pub state: JobState,
    /// Why it is held or unknown, in the printer's code; empty otherwise.
    pub why: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What became of a payment's receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The newest job's state.
    pub state: JobState,
    /// How many copies were asked for, besides the receipt itself.
    pub copies: u32,
}

impl Store {
    /// Queues one more copy of this payment's receipt, the receipt itself if it has none yet; nothing if the
    /// merchant has no such payment.
    pub async fn queue_copy(
        &self,
        scope: &MerchantScope,
        payment: PaymentId,
        at: Timestamp,
    ) -> Result<Option<PrintJob>, StoreError> {
        let text = "INSERT INTO print_jobs (merchant, store, till, payment, copy, state, why, created_at, updated_at) \
                    SELECT merchant, store, till, id, \
                    (SELECT coalesce(max(copy) + 1, 0) FROM print_jobs WHERE payment = $1), \
                    'queued', '', $3, $3 FROM payments WHERE id = $1 AND merchant = $2 \
                    RETURNING id, merchant, store, till, payment, copy, state, why, created_at, updated_at";
        let mut transaction = self.begin().await?;
        let row: Option<JobRow> = query_as(text)
            .bind(payment.to_string())
            .bind(scope.text())
            .bind(at.as_micros())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(StoreError::failed("queue a copy"))?;
        transaction.commit().await.map_err(StoreError::failed("queue a copy"))?;
        row.map(PrintJob::try_from).transpose()
    }

    /// The jobs of a till that are not settled (queued, held, sent), oldest first.
    pub async fn waiting_jobs(&self, till: TillId, limit: u32) -> Result<Vec<PrintJob>, StoreError> {
        let rows: Vec<JobRow> = QueryBuilder::new(FIELDS)
            .push(" WHERE state IN ('queued', 'held', 'sent') AND till = ")
            .push_bind(till.to_string())
            .push(NOT_PRINTED_AT_THE_TILL)
            .push(" ORDER BY id LIMIT ")
            .push_bind(i64::from(limit))
            .build_query_as()
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list print jobs"))?;
        rows.into_iter().map(PrintJob::try_from).collect()
    }

    /// The jobs that were queued after this one and their tills, oldest first; so many at a time. Of two servers that
    /// queue at the same moment the later number may be seen first, so this tells when to look and not what there is.
    pub async fn jobs_after(&self, job: i64) -> Result<Vec<(i64, TillId)>, StoreError> {
        let rows: Vec<(i64, String)> =
            query_as("SELECT id, till FROM print_jobs WHERE id > $1 ORDER BY id LIMIT 1000")
                .bind(job)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("list new print jobs"))?;
        rows.into_iter().map(|(id, till)| Ok((id, till.parse()?))).collect()
    }

    /// The job that was queued last; 0 if there is none.
    pub async fn newest_job(&self) -> Result<i64, StoreError> {
        let (newest,): (i64,) = query_as("SELECT coalesce(max(id), 0) FROM print_jobs")
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the newest print job"))?;
        Ok(newest)
    }

    /// Records how far a job is. `Sent` must be recorded before a byte leaves.
    pub async fn move_job(
        &self,
        id: i64,
        state: JobState,
        why: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        query("UPDATE print_jobs SET state = $2, why = $3, updated_at = $4 WHERE id = $1")
            .bind(id)
            .bind(state.code())
            .bind(why)
            .bind(at.as_micros())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed("record a print job"))?;
        transaction.commit().await.map_err(StoreError::failed("record a print job"))
    }

    /// What became of the receipts of these payments; those that have none are left out.
    pub async fn printed(
        &self,
        scope: &MerchantScope,
        payments: &[PaymentId],
    ) -> Result<BTreeMap<PaymentId, Printed>, StoreError> {
        let mut found = BTreeMap::new();
        for some in payments.chunks(1_000) {
            let mut query =
                QueryBuilder::new("SELECT payment, copy, state FROM print_jobs WHERE merchant = ");
            query.push_bind(scope.text()).push(" AND payment IN (");
            let mut list = query.separated(", ");
            some.iter().for_each(|id| {
                list.push_bind(id.to_string());
            });
            query.push(") ORDER BY payment, copy");
            let rows: Vec<(String, i64, String)> = query
                .build_query_as()
                .persistent(some.len() == 1)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read print jobs"))?;
            for (payment, copy, state) in rows {
                let printed = Printed { state: job_state(&state)?, copies: u32::try_from(copy).unwrap_or(0) };
                found.insert(payment.parse()?, printed);
            }
        }
        Ok(found)
    }
}

/// A receipt for every payment that became paid; none twice.
pub(crate) fn receipts(changes: &[Change], at: Timestamp) -> Insert {
    let mut jobs = Insert::new("print_jobs", COLUMNS, " ON CONFLICT (payment, copy) DO NOTHING");
    for change in changes.iter().filter(|change| change.became == Some(Outcome::Paid)) {
        let request = &change.payment.request;
        jobs.row([
            request.merchant.to_string().into(),
            request.store.to_string().into(),
            request.till.to_string().into(),
            request.id.to_string().into(),
            0_i64.into(),
            JobState::Queued.code().into(),
            "".into(),
            at.as_micros().into(),
            at.as_micros().into(),
        ]);
    }
    jobs
}

struct JobRow {
    id: i64,
    merchant: String,
    store: String,
    till: String,
    payment: String,
    copy: i64,
    state: String,
    why: String,
    created_at: i64,
    updated_at: i64,
}

from_columns!(JobRow { id, merchant, store, till, payment, copy, state, why, created_at, updated_at });

impl TryFrom<JobRow> for PrintJob {
    type Error = StoreError;
    fn try_from(row: JobRow) -> Result<PrintJob, StoreError> {
        Ok(PrintJob {
            id: row.id,
            merchant: row.merchant.parse()?,
            store: row.store.parse()?,
            till: row.till.parse()?,
            payment: row.payment.parse()?,
            copy: u32::try_from(row.copy).unwrap_or(0),
            state: job_state(&row.state)?,
            why: row.why,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

fn job_state(code: &str) -> Result<JobState, StoreError> {
    JobState::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("print job state {code:?}")))
}
