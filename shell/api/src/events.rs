//! Live events: every change of a merchant's payments and printers, as it becomes durable, and nothing missed
//! after a break.

use crate::body::Asked;
use crate::guard::Caller;
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::{ApiState, PrinterStatus};
use crate::till::PrinterView;
use crate::views::{TextView, time};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use base::{PaymentId, TillId};
use futures_util::Stream;
use payment::{Next, Payment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;
use store::{EventId, MerchantScope, StoreError};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

/// Nothing for so long, and a comment says that the line is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// So often it is looked whether the listener is still let in; whoever was signed out hears no more.
const STILL_IN_EVERY: Duration = Duration::from_secs(30);
/// Whoever missed more than this reads the lists again instead.
const RESUME_MAX: u32 = 2_000;
/// Events that may wait for a slow listener.
const BUFFER: usize = 64;

/// The first event of a stream.
#[derive(Debug, Serialize)]
struct Hello {
    server_time: String,
    /// Whether everything since the last event heard follows; if not, read the lists again.
    resumed: bool,
}

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AfterQuery {
    /// The id of the last event heard, for those who cannot send `Last-Event-ID`, such as a new `EventSource`.
    pub after: Option<i64>,
}

/// A printer changed.
#[derive(Debug, Serialize)]
struct PrinterEvent {
    till: String,
    state: &'static str,
    text: TextView,
}

/// Live events: `hello`, `payment` (a Payment), `printer` ({till, state, text}).
///
/// `Last-Event-ID` resumes after a break; `hello` says whether that was possible or the lists must be read again.
#[utoipa::path(get, path = "/v1/events", operation_id = "streamEvents", tag = "events",
    params(AfterQuery, ("Last-Event-ID" = Option<String>, Header, description = "the id of the last event heard; counts before `after`")),
    responses(
    (status = 200, description = "a stream of events", content_type = "text/event-stream", body = String),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn stream(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<AfterQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let heard = last_heard(&headers)?.or(query.after.map(EventId));
    let (out, events) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        let telling = Telling { scope: caller.scope(), caller, state, out };
        // However it ended, the listener comes back and resumes.
        if let Err(Ended::Store(why)) = telling.tell(heard).await {
            tracing::error!(error = %why, "the store failed a stream of events");
        }
    });
    Ok(Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Why a stream ended.
enum Ended {
    Listener,
    SignedOut,
    Drive,
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(why: StoreError) -> Ended {
        Ended::Store(why)
    }
}

struct Telling {
    state: ApiState,
    caller: Caller,
    scope: MerchantScope,
    out: mpsc::Sender<Result<Event, Infallible>>,
}

impl Telling {
    async fn tell(&self, heard: Option<EventId>) -> Result<Infallible, Ended> {
        let store = self.state.store();
        let newest = store.last_event(&self.scope).await?;
        // An id from beyond our own belongs to another database: there is nothing to resume from.
        let heard = heard.filter(|heard| *heard <= newest);
        let begin = heard.unwrap_or(newest);
        // Listening begins before the past is read, so that nothing falls between the two.
        let mut changes = self.state.handle().changes();
        let mut printers = self.state.setup.printers.changes();
        let mut last = self.catch_up(begin, heard.is_some()).await?;
        let mut still_in = tokio::time::interval(STILL_IN_EVERY);
        loop {
            tokio::select! {
                changed = changes.recv() => match changed {
                    Ok(changed) => {
                        let change = &changed.change;
                        let ours = change.payment.request.merchant == self.scope.0;
                        if ours && changed.event_id > last {
                            last = changed.event_id;
                            self.payment(last, &change.payment, &change.next).await?;
                        }
                    }
                    Err(RecvError::Lagged(_)) => last = self.catch_up(last, true).await?,
                    Err(RecvError::Closed) => return Err(Ended::Drive),
                },
                (till, status) = next_printer(&mut printers) => self.printer(till, status).await?,
                _ = still_in.tick() => if !self.caller.still_admitted(&self.state).await? {
                    return Err(Ended::SignedOut);
                },
                // Whoever listens comes back, to another server.
                () = self.state.handle().draining() => return Err(Ended::Drive),
                () = self.out.closed() => return Err(Ended::Listener),
            }
        }
    }

    /// Tells what was missed since `last`, each payment once, as it stands now. Gives the last event told.
    async fn catch_up(&self, last: EventId, resuming: bool) -> Result<EventId, Ended> {
        let store = self.state.store();
        let missed = store.events_after(&self.scope, last, RESUME_MAX + 1).await?;
        let too_many = missed.len() > RESUME_MAX as usize;
        if too_many {
            let newest = store.last_event(&self.scope).await?;
            self.hello(false, newest).await?;
            return Ok(newest);
        }
        self.hello(resuming, last).await?;
        let newest: BTreeMap<PaymentId, EventId> =
            missed.iter().map(|event| (event.payment, event.id)).collect();
        let mut order: Vec<(EventId, PaymentId)> =
            newest.into_iter().map(|(payment, id)| (id, payment)).collect();
        order.sort_unstable();
        for (id, payment) in &order {
            if let Some(entries) = store.payment_entries(&self.scope, *payment).await? {
                let payment = payment::fold(&entries);
                self.payment(*id, &payment, &self.state.next(&payment)).await?;
            }
        }
        Ok(missed.last().map_or(last, |event| event.id))
    }

    /// Carries an id, so that whoever breaks off before the first payment can resume as well.
    async fn hello(&self, resumed: bool, at: EventId) -> Result<(), Ended> {
        let hello = Hello { server_time: time(self.state.now()), resumed };
        self.send(Event::default().event("hello").id(at.to_string()), &hello).await
    }

    async fn payment(&self, id: EventId, payment: &Payment, next: &Next) -> Result<(), Ended> {
        let view = self.state.view(payment, next).await?;
        self.send(Event::default().event("payment").id(id.to_string()), &view).await
    }

    async fn printer(&self, till: TillId, status: PrinterStatus) -> Result<(), Ended> {
        let places = self.state.places_with(till).await?;
        if places.till(till).is_none_or(|till| till.merchant != self.scope.0) {
            return Ok(());
        }
        let PrinterView { state, text } = status.into();
        let event = PrinterEvent { till: till.to_string(), state, text };
        self.send(Event::default().event("printer"), &event).await
    }

    async fn send(&self, event: Event, data: &impl Serialize) -> Result<(), Ended> {
        let event = event.json_data(data).expect("a view is plain JSON");
        self.out.send(Ok(event)).await.map_err(|_| Ended::Listener)
    }
}

/// The next printer that changes; never, if there are no printers.
async fn next_printer(
    printers: &mut Option<broadcast::Receiver<(TillId, PrinterStatus)>>,
) -> (TillId, PrinterStatus) {
    loop {
        let Some(changes) = printers else { return std::future::pending().await };
        match changes.recv().await {
            Ok(changed) => return changed,
            // The next change tells how it is; what was missed is old.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => *printers = None,
        }
    }
}

fn last_heard(headers: &HeaderMap) -> Result<Option<EventId>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    let wrong = || Problem::with(Code::UnacceptableQuery, "Last-Event-ID", "Last-Event-ID");
    number.map(EventId).map(Some).ok_or_else(wrong)
}
