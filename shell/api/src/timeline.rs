//! One payment's evidence: every fact in order, who it comes from, and its words.

use crate::body::{AtPath, id};
use crate::guard::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::{TextView, some_text, time};
use axum::Json;
use axum::extract::State;
use base::{PaymentId, Text};
use payment::{Answer, Ask, Entry, Fact, Match, Method, Refusal, Source, Verdict, entry_text};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that happened to a payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// What happened, oldest first.
    pub entries: Vec<TimelineEntry>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its place, from 1.
    pub seq: u32,
    /// When we learnt it.
    pub at: String,
    /// Who says so.
    pub who: Who,
    /// What kind of thing it is.
    pub kind: Kind,
    /// It in words.
    pub text: TextView,
    /// The provider's code, if it gave one.
    pub code: Option<String>,
    /// The provider's message, if it gave one.
    pub message: Option<String>,
    /// Particulars, by their names.
    pub fields: Vec<Field>,
}

/// Who says so.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A person of the shop, or its machine.
    Cashier,
    /// This server.
    Paydesk,
    /// The provider.
    Provider,
    /// The network, by its silence.
    Network,
    /// The till's own journal.
    Till,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TimelineKind)]
pub enum Kind {
    /// Somebody wanted the amount taken.
    Requested,
    /// The provider was asked something.
    Asked,
    /// The provider answered.
    Answered,
    /// No answer will come.
    Lost,
    /// The question was never sent.
    NeverLeft,
    /// The provider said something unasked.
    Noticed,
    /// Somebody wanted it undone.
    CancelRequested,
    /// Somebody wanted money returned.
    RefundRequested,
    /// Somebody wanted to know at once.
    LookRequested,
    /// What was recorded by hand was found at the provider.
    Matched,
    /// That finding was taken back.
    MatchWithdrawn,
    /// A person decided.
    Settled,
    /// A person was called.
    Raised,
    /// The provider returned money unasked.
    RefundFound,
    /// What was found to be returned did not go back after all.
    RefundWithdrawn,
    /// A person has seen that it was found paid.
    FoundAcknowledged,
}

/// A particular.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineField)]
pub struct Field {
    /// Its name for programs.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A payment's evidence.
#[utoipa::path(get, path = "/v1/payments/{id}/timeline", operation_id = "readTimeline", tag = "payments", params(("id" = String, Path)), responses(
    (status = 200, body = Timeline),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
) -> Result<Json<Timeline>, Problem> {
    let payment: PaymentId = id(&payment, "payment")?;
    let entries = state.store().payment_entries(&caller.scope(), payment).await?;
    let entries = entries.ok_or(Refusal::NoSuchPayment)?;
    let provider = state.provider_title(&payment::fold(&entries));
    let mut shown: Vec<TimelineEntry> =
        (1..).zip(&entries).map(|(seq, entry)| view(seq, entry, &provider)).collect();
    shown.extend(till_knew(&state, &caller, &entries, shown.len() as u32 + 1).await?);
    Ok(Json(Timeline { entries: shown }))
}

/// What the till's own journal says about it, if a till asked for it and has handed its journal in.
async fn till_knew(
    state: &ApiState,
    caller: &Caller,
    entries: &[Entry],
    first_seq: u32,
) -> Result<Vec<TimelineEntry>, Problem> {
    let Some(Fact::Requested(request)) = entries.first().map(|entry| &entry.fact) else {
        return Ok(Vec::new());
    };
    let Ok(attempt) = request.key.parse::<base::OrderNo>() else { return Ok(Vec::new()) };
    let evidence = state.store().evidence(&caller.scope(), attempt.id()).await?;
    let known = evidence.iter().filter_map(|evidence| store::fact_of(&evidence.record));
    let server = Text::new("服务器", "the server");
    let shown = (first_seq..).zip(known).map(|(seq, (_, _, entry))| {
        let told = view(seq, &entry, &server);
        let text = TextView {
            zh: format!("收银机记着：{}", told.text.zh),
            en: format!("The till knew: {}", told.text.en),
        };
        TimelineEntry { who: Who::Till, text, ..told }
    });
    Ok(shown.collect())
}

fn view(seq: u32, entry: &Entry, provider: &Text) -> TimelineEntry {
    let said = match &entry.fact {
        Fact::Answered { answer, .. } => Some(&answer.said),
        _ => None,
    };
    let (who, kind) = sort(&entry.fact);
    TimelineEntry {
        seq,
        at: time(entry.at),
        who,
        kind,
        text: entry_text(entry, provider).into(),
        code: said.and_then(|said| some_text(&said.code)),
        message: said.and_then(|said| some_text(&said.message)),
        fields: particulars(&entry.fact).into_iter().filter_map(field).collect(),
    }
}

fn sort(fact: &Fact) -> (Who, Kind) {
    match fact {
        Fact::Requested(_) => (Who::Cashier, Kind::Requested),
        Fact::Asked { .. } => (Who::Paydesk, Kind::Asked),
        Fact::Answered { .. } => (Who::Provider, Kind::Answered),
        Fact::Lost { .. } => (Who::Network, Kind::Lost),
        Fact::NeverLeft { .. } => (Who::Network, Kind::NeverLeft),
        Fact::Noticed(_) => (Who::Provider, Kind::Noticed),
        Fact::CancelRequested { .. } => (Who::Cashier, Kind::CancelRequested),
        Fact::RefundRequested(_) => (Who::Cashier, Kind::RefundRequested),
        Fact::LookRequested { .. } => (Who::Cashier, Kind::LookRequested),
        Fact::Matched(found) if found.by.is_empty() => (Who::Paydesk, Kind::Matched),
        Fact::Matched(_) => (Who::Cashier, Kind::Matched),
        Fact::MatchWithdrawn { .. } => (Who::Cashier, Kind::MatchWithdrawn),
        Fact::Settled(_) => (Who::Cashier, Kind::Settled),
        Fact::Raised(_) => (Who::Paydesk, Kind::Raised),
        Fact::RefundFound(_) => (Who::Provider, Kind::RefundFound),
        Fact::RefundWithdrawn(_) => (Who::Provider, Kind::RefundWithdrawn),
        Fact::FoundAcknowledged { .. } => (Who::Cashier, Kind::FoundAcknowledged),
    }
}

fn field((name, value): (&'static str, String)) -> Option<Field> {
    some_text(&value).map(|value| Field { name: name.to_owned(), value })
}

fn particulars(fact: &Fact) -> Vec<(&'static str, String)> {
    match fact {
        Fact::Requested(request) => {
            let (hint, tendered, seen) = match &request.method {
                Method::PayerCode { hint } => (hint.clone(), String::new(), String::new()),
                Method::ShownQr => (String::new(), String::new(), String::new()),
                Method::Cash { tendered } => (String::new(), tendered.to_string(), String::new()),
                Method::ShopCode { seen, .. } => (String::new(), String::new(), seen.clone()),
            };
            vec![
                ("tendered", tendered),
                ("seen", seen),
                ("order_no", request.order_no().to_string()),
                ("amount", request.amount.to_string()),
                ("currency", request.amount.currency().code().to_owned()),
                ("wallet", request.wallet.clone()),
                ("code_hint", hint),
                ("cashier", request.cashier.clone()),
                ("reference", request.reference.clone()),
                ("channel", request.channel.to_string()),
                (
                    "routed",
                    request.routed.as_ref().map_or(String::new(), |routed| routed.why.code().to_owned()),
                ),
            ]
        }
        Fact::Asked { call, ask, .. } => {
            let mut list = vec![("call", call.to_string()), ("ask", ask_code(ask).to_owned())];
            if let Ask::Refund { refund, .. } | Ask::InquireRefund { refund } = ask {
                list.push(("refund_no", base::RefundNo::from(*refund).to_string()));
            }
            list
        }
        Fact::Answered { call, answer } => answered(*call, answer),
        Fact::Lost { call, .. } => vec![("call", call.to_string())],
        Fact::NeverLeft { call, why } => vec![("call", call.to_string()), ("why", why.clone())],
        Fact::Noticed(notice) => {
            vec![("claim", notice.claim.clone()), ("notice_id", notice.notice_id.clone())]
        }
        Fact::RefundRequested(request) => vec![
            ("amount", request.amount.to_string()),
            ("refund_no", base::RefundNo::from(request.id).to_string()),
            ("reason", request.reason.clone()),
            ("by", request.by.clone()),
        ],
        Fact::RefundFound(found) => {
            vec![("amount", found.amount.to_string()), ("refund_no", found.number.clone())]
        }
        Fact::RefundWithdrawn(withdrawn) => vec![
            ("refund_no", withdrawn.number.clone()),
            ("reason", withdrawn.why.code().to_owned()),
            ("by", withdrawn.by.clone()),
        ],
        Fact::CancelRequested { by } | Fact::LookRequested { by } | Fact::FoundAcknowledged { by } => {
            vec![("by", by.clone())]
        }
        Fact::Matched(found) => matched(found),
        Fact::MatchWithdrawn { by, reason } => vec![("by", by.clone()), ("reason", reason.clone())],
        Fact::Raised(alarm) => vec![("alarm", alarm.code().to_owned())],
        Fact::Settled(settlement) => {
            vec![("by", settlement.by.clone()), ("reason", settlement.reason.clone())]
        }
    }
}

fn matched(found: &Match) -> Vec<(&'static str, String)> {
    let (source, place) = match &found.source {
        Source::Bill { name, row } => ("bill", format!("{name}:{row}")),
        Source::Notice { notice_id } => ("notice", notice_id.clone()),
    };
    vec![
        ("source", source.to_owned()),
        ("place", place),
        ("amount", found.paid.amount.to_string()),
        ("transaction", found.paid.transaction.clone()),
        ("by", found.by.clone()),
    ]
}

fn answered(call: u32, answer: &Answer) -> Vec<(&'static str, String)> {
    let mut list = vec![
        ("call", call.to_string()),
        ("verdict", verdict_code(&answer.verdict).to_owned()),
        ("reference", answer.said.reference.clone()),
    ];
    match &answer.verdict {
        Verdict::Paid(paid) => list.extend([
            ("amount", paid.amount.to_string()),
            ("transaction", paid.transaction.clone()),
            ("payer", paid.payer.clone()),
            ("funds", paid.funds.clone()),
        ]),
        Verdict::Declined(reason) | Verdict::RefundRefused(reason) => {
            list.push(("reason", reason.code().to_owned()))
        }
        Verdict::Refunded { amount, .. } => list.push(("amount", amount.to_string())),
        Verdict::Unclear(doubt) => list.push(("doubt", doubt.code().to_owned())),
        Verdict::AwaitingPayer
        | Verdict::QrReady { .. }
        | Verdict::NotFound
        | Verdict::Closed
        | Verdict::Returned
        | Verdict::AskAgain
        | Verdict::RefundProcessing => {}
    }
    list
}

fn ask_code(ask: &Ask) -> &'static str {
    match ask {
        Ask::Charge => "charge",
        Ask::Present => "present",
        Ask::Inquire => "inquire",
        Ask::Reverse => "reverse",
        Ask::Close => "close",
        Ask::Refund { .. } => "refund",
        Ask::InquireRefund { .. } => "inquire_refund",
    }
}

fn verdict_code(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Paid(_) => "paid",
        Verdict::AwaitingPayer => "awaiting_payer",
        Verdict::QrReady { .. } => "qr_ready",
        Verdict::Declined(_) => "declined",
        Verdict::NotFound => "not_found",
        Verdict::Closed => "closed",
        Verdict::Returned => "returned",
        Verdict::AskAgain => "ask_again",
        Verdict::RefundProcessing => "refund_processing",
        Verdict::Refunded { .. } => "refunded",
        Verdict::RefundRefused(_) => "refund_refused",
        Verdict::Unclear(_) => "unclear",
    }
}
