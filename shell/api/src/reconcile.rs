//! Days held against providers' bills: what they add up to, what differs, and what is done about it.

use crate::body::{Asked, Strict, id};
use crate::guard::{Caller, Permission};
use crate::payments::wrong_parameter;
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::ApiState;
use crate::views::{AmountView, TextView};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{ChannelId, Currency, Money, Text, Zone};
use reconcile::DayVerdict;
use serde::{Deserialize, Serialize};
use settlement::{Class, Day, DifferenceState, Flow, Kind, Sum};
use store::{BillDay, BillState, DifferenceAct, DifferenceFilter, FundsDay, KeptDifference, OpenDifferences};
use utoipa::{IntoParams, ToSchema};

/// Days and channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconcileDays {
    /// Channels whose provider makes bills.
    pub channels: Vec<BillChannel>,
    /// Bills, newest day first.
    pub days: Vec<BillDayView>,
    /// How many differences wait for a person.
    pub raised: u64,
}

/// A channel whose provider makes bills.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillChannel {
    /// Its id.
    pub id: String,
    /// The provider's name.
    pub title: TextView,
}

/// A channel's bill of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillDayView {
    /// The channel.
    pub channel: String,
    /// The provider's name.
    pub title: TextView,
    /// The day, as `2026-11-22`.
    pub day: String,
    /// How far the reading is: `running`, `not_ready`, `done`, `nothing` or `failed`.
    pub state: String,
    /// What the day has come to: `running`, `not_ready`, `failed`, `raised` (a person must see to something), `open` (the
    /// provider is being asked, or a bill is awaited), `agrees` (nothing is left to do) or `nothing`.
    #[schema(value_type = String)]
    pub verdict: &'static str,
    /// So many differences need a person.
    pub raised: u64,
    /// So many differences are being seen to by themselves.
    pub under_way: u64,
    /// Why it failed or waits; nothing if it does not.
    pub problem: Option<TextView>,
    /// Money taken, by our book.
    pub book_sales: BillSum,
    /// Money given back, by our book.
    pub book_refunds: BillSum,
    /// Money taken, by the bill.
    pub bill_sales: BillSum,
    /// Money given back, by the bill.
    pub bill_refunds: BillSum,
    /// What the provider kept.
    pub fees: AmountView,
    /// Rows that are equal on both sides.
    pub equal: u64,
    /// The account's movements of the day; nothing if they were not asked for, or the provider makes no bill of them.
    pub funds: Option<FundsView>,
    /// When it was last read.
    pub updated_at: String,
}

/// What moved on the merchant's account at the provider on a day, by the account's own bill.
#[derive(Debug, Serialize, ToSchema)]
pub struct FundsView {
    /// Came in: payments.
    pub payments: BillSum,
    /// Went out: refunds and reversals.
    pub refunds: BillSum,
    /// Went out: fees.
    pub fees: BillSum,
    /// Came in: fees given back with refunds.
    pub fees_back: BillSum,
    /// Went out to the merchant's bank account.
    pub withdrawals: BillSum,
    /// Everything else, in or out, such as deposits and transfers.
    pub other: BillSum,
    /// What the account held at both ends of the day; nothing if the account's bill does not say.
    pub balance: Option<BalanceView>,
    /// False if the movements could not be fetched: then the sums say nothing.
    pub known: bool,
    /// How the movements do not agree with the trade bill, or why they are not known; nothing if all is well.
    pub problem: Option<TextView>,
}

/// What the account held, and what moved between. It adds up, unless `problem` says otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountBalance)]
pub struct BalanceView {
    /// Before the first movement of the day.
    pub opening: AmountView,
    /// Came in.
    pub came: AmountView,
    /// Went out.
    pub went: AmountView,
    /// After the last one.
    pub closing: AmountView,
}

/// So many, adding up to so much.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillSum {
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: AmountView,
}

/// Which differences.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// Of this channel only.
    pub channel: Option<String>,
    /// Of this day only.
    pub day: Option<String>,
    /// In this state only.
    pub state: Option<String>,
    /// Of this class only.
    pub class: Option<String>,
}

/// Differences.
#[derive(Debug, Serialize, ToSchema)]
pub struct Differences {
    /// Those that need a person first; at most 1000.
    pub items: Vec<DifferenceView>,
}

/// Book and bill differ here.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceView {
    /// The channel.
    pub channel: String,
    /// The provider's name.
    pub title: TextView,
    /// The bill's day.
    pub day: String,
    /// Its name within that bill.
    pub key: String,
    /// `missing_here`, `missing_there`, `currency`, `amount`, `status`, `fee`, `duplicate`, `late`, `day_cut`.
    pub class: String,
    /// `sale` or `refund`.
    pub kind: String,
    /// `note`, `record_fee`, `look`, `give_back`, `await_next_bill`, `person`.
    pub cure: String,
    /// How it stands, which decides what `todo` says: `asking`, `waiting`, `raised`, `cured`, `noted`, `settled`, `gone`.
    pub state: String,
    /// What book and bill say.
    pub happened: TextView,
    /// What that means.
    pub means: TextView,
    /// What is done, or must be.
    pub todo: TextView,
    /// Our amount, if we have one.
    pub ours: Option<AmountView>,
    /// The bill's amount, if it has one.
    pub theirs: Option<AmountView>,
    /// The payment, if it is one of ours.
    pub payment: Option<String>,
    /// Records by hand that it may be.
    pub candidates: Vec<String>,
    /// The bill's order number; empty if the bill has no such row.
    pub order_no: String,
    /// The provider's number; empty if the bill has no such row.
    pub transaction: String,
    /// Which line of the bill it is.
    pub line: Option<u64>,
    /// When it was found.
    pub found_at: String,
}

/// A difference with what was done about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceStory {
    /// The difference.
    pub difference: DifferenceView,
    /// What was done, oldest first.
    pub acts: Vec<DifferenceActView>,
}

/// Something that was done about a difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceActView {
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub act: String,
    /// What is worth knowing about it.
    pub detail: String,
}

/// Which difference.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneDifferenceQuery {
    /// The channel.
    pub channel: String,
    /// The bill's day.
    pub day: String,
    /// Its name within that bill.
    pub key: String,
}

/// A wish to read a bill now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReconcileRun {
    /// The channel.
    pub channel: String,
    /// The day.
    pub day: String,
}

/// A wish about a difference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDifferenceAct {
    /// The channel.
    pub channel: String,
    /// The bill's day.
    pub day: String,
    /// Its name within that bill.
    pub key: String,
    /// What is to be done.
    pub act: WantedAct,
    /// Why, or the words; needed for `settle` and `note`.
    #[serde(default)]
    pub reason: String,
}

/// What may be done about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DifferenceActWanted)]
pub enum WantedAct {
    /// Ask the provider again.
    Look,
    /// It is settled, for the reason that is given.
    Settle,
    /// Keep these words with it.
    Note,
}

/// Which days were held against bills, and how they stand.
#[utoipa::path(get, path = "/v1/reconcile/days", operation_id = "listReconcileDays", tag = "reconcile", responses(
    (status = 200, body = ReconcileDays),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn days(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Json<ReconcileDays>, Problem> {
    caller.must(Permission::ViewAll)?;
    let scope = caller.scope();
    let days = state.store().bill_days(&scope, 400).await?;
    let open = state.store().open_differences(&scope).await?;
    let raised = open.values().map(|open| open.raised).sum();
    let channels = state.handle().channels().filter(|setup| setup.merchant == scope.0);
    let channels = channels.filter(|setup| setup.provider.bills().is_some());
    let channels = channels.map(|setup| BillChannel {
        id: setup.id.to_string(),
        title: setup.provider.capabilities().title.into(),
    });
    let channels = channels.collect();
    let open = |bill: &BillDay| open.get(&(bill.channel, bill.day)).copied().unwrap_or_default();
    let days = days.iter().map(|bill| day_view(&state, bill, open(bill))).collect();
    Ok(Json(ReconcileDays { channels, days, raised }))
}

/// What differs.
#[utoipa::path(get, path = "/v1/reconcile/differences", operation_id = "listDifferences", tag = "reconcile",
    params(DifferenceQuery), responses(
    (status = 200, body = Differences),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn differences(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<DifferenceQuery>,
) -> Result<Json<Differences>, Problem> {
    caller.must(Permission::ViewAll)?;
    let filter = DifferenceFilter {
        channel: query.channel.as_deref().map(|text| id(text, "channel")).transpose()?,
        day: query.day.as_deref().map(day_of).transpose()?,
        state: match query.state.as_deref() {
            None => None,
            Some(code) => Some(DifferenceState::from_code(code).ok_or_else(|| wrong_parameter("state"))?),
        },
        class: match query.class {
            Some(code) if Class::from_code(&code).is_none() => return Err(wrong_parameter("class")),
            class => class,
        },
        limit: 1_000,
    };
    let items = state.store().differences(&caller.scope(), &filter).await?;
    Ok(Json(Differences { items: items.iter().map(|one| view(&state, one)).collect() }))
}

/// One difference and its story.
#[utoipa::path(get, path = "/v1/reconcile/difference", operation_id = "readDifference", tag = "reconcile",
    params(OneDifferenceQuery), responses(
    (status = 200, body = DifferenceStory),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn difference(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<OneDifferenceQuery>,
) -> Result<Json<DifferenceStory>, Problem> {
    caller.must(Permission::ViewAll)?;
    let (channel, day) = (id(&query.channel, "channel")?, day_of(&query.day)?);
    Ok(Json(story(&state, &caller, channel, day, &query.key).await?))
}

/// Reads a bill now; what comes of it is seen in the list of days.
#[utoipa::path(post, path = "/v1/reconcile/runs", operation_id = "reconcileDay", tag = "reconcile",
    request_body = NewReconcileRun, responses(
    (status = 202),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn run(
    State(state): State<ApiState>,
    caller: Caller,
    Strict(wish): Strict<NewReconcileRun>,
) -> Result<StatusCode, Problem> {
    caller.must(Permission::Refund)?;
    let (channel, day): (ChannelId, Day) = (id(&wish.channel, "channel")?, day_of(&wish.day)?);
    let setup = state.handle().channel(channel).filter(|setup| setup.merchant == caller.principal.merchant);
    if setup.is_none_or(|setup| setup.provider.bills().is_none()) {
        return Err(Code::NoSuchChannel.into());
    }
    let reconciler = state.setup.reconciler.clone();
    tokio::spawn(async move {
        if let Err(error) = reconciler.day(channel, day, None).await {
            tracing::warn!(%channel, %day, "not reconciled: {error}");
        }
    });
    Ok(StatusCode::ACCEPTED)
}

/// Does something about a difference.
#[utoipa::path(post, path = "/v1/reconcile/acts", operation_id = "actOnDifference", tag = "reconcile",
    request_body = NewDifferenceAct, responses(
    (status = 200, body = DifferenceStory),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn act(
    State(state): State<ApiState>,
    caller: Caller,
    Strict(wish): Strict<NewDifferenceAct>,
) -> Result<Json<DifferenceStory>, Problem> {
    caller.must(Permission::Refund)?;
    let (channel, day): (ChannelId, Day) = (id(&wish.channel, "channel")?, day_of(&wish.day)?);
    let scope = caller.scope();
    let found = state.store().difference(&scope, channel, day, &wish.key).await?;
    let (one, _) = found.ok_or(Code::NoSuchDifference)?;
    if one.state.is_closed() {
        return Err(Code::DifferenceIsClosed.into());
    }
    let reason: String = wish.reason.trim().chars().filter(|c| !c.is_control()).take(500).collect();
    let actor = caller.by();
    let done = match wish.act {
        WantedAct::Look => state.setup.reconciler.look(&one, &actor).await?,
        WantedAct::Settle | WantedAct::Note if reason.is_empty() => {
            return Err(payment::Refusal::ReasonMissing.into());
        }
        WantedAct::Settle | WantedAct::Note => {
            let settled = wish.act == WantedAct::Settle;
            let after = if settled { DifferenceState::Settled } else { one.state };
            let act = if settled { "settled" } else { "note" };
            let act = DifferenceAct { at: state.now(), actor, act: act.to_owned(), detail: reason };
            state.store().act_on_difference(&scope, &KeptDifference { state: after, ..one }, &act).await?
        }
    };
    if !done {
        return Err(Code::DifferenceIsClosed.into());
    }
    Ok(Json(story(&state, &caller, channel, day, &wish.key).await?))
}

async fn story(
    state: &ApiState,
    caller: &Caller,
    channel: ChannelId,
    day: Day,
    key: &str,
) -> Result<DifferenceStory, Problem> {
    let found = state.store().difference(&caller.scope(), channel, day, key).await?;
    let (one, acts) = found.ok_or(Code::NoSuchDifference)?;
    let act = |act: DifferenceAct| DifferenceActView {
        at: act.at.rfc3339(Zone::CHINA),
        actor: act.actor,
        act: act.act,
        detail: act.detail,
    };
    Ok(DifferenceStory { difference: view(state, &one), acts: acts.into_iter().map(act).collect() })
}

fn day_of(text: &str) -> Result<Day, Problem> {
    let unread =
        |_| Problem::with(Code::UnacceptableQuery, "day 要写成 2026-11-22", "write day as 2026-11-22");
    text.parse().map_err(unread)
}

fn title(state: &ApiState, channel: ChannelId) -> Text {
    let setup = state.handle().channel(channel);
    setup.map_or(Text::new("支付方", "The provider"), |setup| setup.provider.capabilities().title)
}

fn day_view(state: &ApiState, bill: &BillDay, open: OpenDifferences) -> BillDayView {
    let troubled = matches!(bill.state, BillState::Failed | BillState::NotReady);
    BillDayView {
        channel: bill.channel.to_string(),
        title: title(state, bill.channel).into(),
        day: bill.day.to_string(),
        state: bill.state.code().to_owned(),
        verdict: DayVerdict::of(bill, open).code(),
        raised: open.raised,
        under_way: open.under_way,
        problem: troubled.then(|| bill.problem.1.clone().into()),
        book_sales: sum(bill.sums.book_sales),
        book_refunds: sum(bill.sums.book_refunds),
        bill_sales: sum(bill.sums.bill_sales),
        bill_refunds: sum(bill.sums.bill_refunds),
        fees: amount(bill.sums.fees),
        equal: bill.sums.equal,
        funds: bill.funds.as_ref().map(funds_view),
        updated_at: bill.updated_at.rfc3339(Zone::CHINA),
    }
}

fn funds_view(funds: &FundsDay) -> FundsView {
    let of = |flow| sum(funds.flows.of(flow));
    FundsView {
        payments: of(Flow::Payment),
        refunds: of(Flow::Refund),
        fees: of(Flow::Fee),
        fees_back: of(Flow::FeeBack),
        withdrawals: of(Flow::Withdrawal),
        other: of(Flow::Other),
        balance: funds.balance.map(|balance| BalanceView {
            opening: amount(balance.opening),
            came: amount(balance.came),
            went: amount(balance.went),
            closing: amount(balance.closing),
        }),
        known: funds.is_known(),
        problem: (!funds.problem.0.is_empty()).then(|| funds.problem.1.clone().into()),
    }
}

fn amount(minor: i64) -> AmountView {
    Money::new(minor, Currency::Cny).into()
}

fn sum(sum: Sum) -> BillSum {
    BillSum { count: sum.count, amount: amount(sum.amount) }
}

fn view(state: &ApiState, one: &KeptDifference) -> DifferenceView {
    let (difference, title) = (&one.difference, title(state, one.channel));
    let story = difference.story(&title, one.state);
    let theirs = difference.theirs.as_ref();
    DifferenceView {
        channel: one.channel.to_string(),
        title: title.into(),
        day: one.day.to_string(),
        key: difference.key(),
        class: difference.class.code().to_owned(),
        kind: if difference.kind == Kind::Sale { "sale" } else { "refund" }.to_owned(),
        cure: one.cure.code().to_owned(),
        state: one.state.code().to_owned(),
        happened: story.happened.into(),
        means: story.means.into(),
        todo: story.todo.into(),
        ours: difference.ours.map(|ours| Money::new(ours.amount, ours.currency).into()),
        theirs: theirs.map(|theirs| Money::new(theirs.amount, theirs.currency).into()),
        payment: one.payment.map(|id| id.to_string()),
        candidates: one.candidates.iter().map(ToString::to_string).collect(),
        order_no: theirs.map(|theirs| theirs.order_no.clone()).unwrap_or_default(),
        transaction: theirs.map(|theirs| theirs.transaction.clone()).unwrap_or_default(),
        line: theirs.map(|theirs| theirs.line),
        found_at: one.found_at.rfc3339(Zone::CHINA),
    }
}
