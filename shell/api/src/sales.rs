//! Sales that several payments pay: how one stands, those that are not paid yet, and giving one back.
//!
//! A sale begins with its first payment (`POST /v1/payments` with `sale`) and is what its payments add up to. Parts of one
//! sale are begun in turn, so that each is admitted knowing all before it; across servers the store sees to it that a
//! number within a sale is given once.

use crate::body::{Asked, AtPath, Strict, id, idempotency_key, line};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::payments::{NewAmount, WaitQuery, money};
use crate::problem::{Problem, ProblemBody};
use crate::secrets::mark;
use crate::state::ApiState;
use crate::tills;
use crate::views::{AmountView, PaymentView, TextView, some_text, time};
use crate::waiting::{self, Standing, patience};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{Money, RefundId, SaleId, TillId};
use drive::{Begin, DriveError, Watch};
use engine::Told;
use payment::{Command, Part, Payment, RefundRequest, Refusal, Request};
use sale::{Sale, State as Stand};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::MerchantScope;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

/// Another server may have taken the number meanwhile, or the payment passes from one to another: so long the sale is added
/// up anew and the part is tried again.
const PATIENCE: Duration = Duration::from_secs(8);
/// Sales that take turns beside each other.
const TURNS: usize = 64;
/// Sales begun longer ago are not listed as unpaid: whoever stood there has left.
const UNPAID_SINCE: Duration = Duration::from_secs(24 * 3600);
/// Unpaid sales listed at most.
const UNPAID_MAX: u32 = 50;

/// The sale that a payment is a part of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    /// The sale's id, a UUID made by the caller: the same for every payment of the sale.
    pub id: String,
    /// What the whole sale comes to; the same in every payment of it.
    pub total: NewAmount,
    /// What people call it, such as a table.
    pub note: Option<String>,
}

/// Which part of a sale a payment is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SalePart)]
pub struct PartView {
    /// The sale.
    pub sale: String,
    /// 1 for the first payment of the sale.
    pub number: u32,
    /// What the whole sale comes to.
    pub total: AmountView,
    /// What people call it.
    pub note: Option<String>,
}

/// How far a sale is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SaleState)]
pub enum SaleStateView {
    /// Something is left to pay.
    Open,
    /// Nothing more may be charged, and it is not known yet whether what was asked for comes.
    Waiting,
    /// Paid in full; some may have gone back since.
    Settled,
    /// More was paid than it came to; the rest is to go back.
    Overpaid,
    /// It was paid in full, and everything went back.
    Returned,
}

/// How a sale stands, in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SaleWords)]
pub struct SaleWordsView {
    /// What happened, in one line.
    pub headline: TextView,
    /// The sum, item by item.
    pub detail: TextView,
    /// What the cashier does next.
    pub next_step: TextView,
    /// May the goods be handed over?
    pub may_hand_over: bool,
}

/// A sale: what its payments add up to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sale)]
pub struct SaleView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub note: Option<String>,
    /// How far it is.
    pub state: SaleStateView,
    /// What it comes to.
    pub total: AmountView,
    /// What is the shop's, before refunds.
    pub paid: AmountView,
    /// What went back by refunds.
    pub returned: AmountView,
    /// What was asked for and has no result yet; it counts as taken.
    pub open: AmountView,
    /// The part of it that was recorded by hand and is not verified.
    pub recorded: AmountView,
    /// What may still be charged.
    pub left: AmountView,
    /// What was paid beyond the total.
    pub over: AmountView,
    /// What could still be given back.
    pub refundable: AmountView,
    /// When it was paid in full.
    pub settled_at: Option<String>,
    /// It in words.
    pub explain: SaleWordsView,
    /// Its payments, in the order of their numbers.
    pub payments: Vec<PaymentView>,
}

/// Sales that are not paid in full, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnpaidSales {
    /// The sales.
    pub items: Vec<SaleView>,
}

/// Whose sales.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnpaidQuery {
    /// Begun at this till.
    pub till: Option<String>,
}

/// What of a sale is to go back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSaleRefund {
    /// How much; at most what is left of its payments.
    pub amount: NewAmount,
    /// Why, for the slips.
    pub reason: Option<String>,
}

/// One sale.
#[utoipa::path(get, path = "/v1/sales/{id}", operation_id = "readSale", tag = "sales", params(("id" = String, Path)), responses(
    (status = 200, body = SaleView),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_sale"),
))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(sale): AtPath,
) -> Result<Json<SaleView>, Problem> {
    let sale = id(&sale, "sale")?;
    Ok(Json(view_of(&state, &caller.scope(), sale).await?))
}

/// Sales of the last 24 hours that are not paid in full.
///
/// Another till can go on with any of them.
#[utoipa::path(get, path = "/v1/sales", operation_id = "listUnpaidSales", tag = "sales", params(UnpaidQuery), responses(
    (status = 200, body = UnpaidSales),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<UnpaidQuery>,
) -> Result<Json<UnpaidSales>, Problem> {
    let till: Option<TillId> = query.till.as_deref().map(|text| id(text, "till")).transpose()?;
    let scope = caller.scope();
    let since = state.now() - UNPAID_SINCE;
    let mut items = Vec::new();
    for sale in state.store().sales_begun(&scope, since, till, UNPAID_MAX).await? {
        let payments = state.store().payments_of_sale(&scope, sale).await?;
        let Some(sale) = sale::fold(&payments) else { continue };
        if matches!(sale.state(), Stand::Open | Stand::Waiting) {
            items.push(view(&state, &scope, &sale, &payments).await?);
        }
    }
    Ok(Json(UnpaidSales { items }))
}

/// Gives money of a sale back, each share by the method it came by, the newest payment first.
///
/// The same key with the same content is the same refund: sending again is safe, answers 200, and finishes what an
/// interruption left undone.
#[utoipa::path(post, path = "/v1/sales/{id}/refunds", operation_id = "refundSale", tag = "sales", request_body = NewSaleRefund,
    params(("id" = String, Path), WaitQuery, ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for every refund")),
    responses(
    (status = 201, body = SaleView, description = "under way, or done"),
    (status = 200, body = SaleView, description = "the same request came before; this is how it stands"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_sale"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "idempotency_key_reused_with_other_content"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "refund_exceeds_what_is_left, nothing_to_refund, amount_must_be_positive"),
))]
pub(crate) async fn refund(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(sale): AtPath,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
    Strict(wanted): Strict<NewSaleRefund>,
) -> Result<(StatusCode, Json<SaleView>), Problem> {
    caller.must(Permission::Refund)?;
    tills::admit(&state, &caller, &headers).await?;
    let sale: SaleId = id(&sale, "sale")?;
    let until = Instant::now() + patience(query.wait)?;
    let return_of = Return {
        sale,
        amount: money(&wanted.amount)?,
        request: RefundRequest {
            id: RefundId::from_u128(0),
            key: idempotency_key(&headers)?,
            content: refund_content(&state, &caller, sale, &wanted),
            amount: money(&wanted.amount)?,
            reason: line(wanted.reason.as_deref().unwrap_or_default(), "reason", 80)?,
            by: caller.by(),
            way: payment::RefundWay::Provider,
        },
    };
    let asked = ask_back(&state, &caller, return_of).await?;
    let status = if asked.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    for (mut watch, standing) in asked {
        let patience = until.saturating_duration_since(Instant::now());
        let ended = |now: &Standing| !now.payment.refunds.iter().any(|refund| refund.under_way());
        waiting::until(&state, &mut watch, standing, patience, ended).await?;
    }
    Ok((status, Json(view_of(&state, &caller.scope(), sale).await?)))
}

/// What is to be given back of which sale; the request is that of every share but for its id, amount and way.
struct Return {
    sale: SaleId,
    amount: Money,
    request: RefundRequest,
}

/// Asks each payment for its share; gives those that were asked now.
async fn ask_back(
    state: &ApiState,
    caller: &Caller,
    wanted: Return,
) -> Result<Vec<(Watch, Standing)>, Problem> {
    let _turn = state.turns.of(wanted.sale).await;
    let payments = state.store().payments_of_sale(&caller.scope(), wanted.sale).await?;
    if payments.is_empty() {
        return Err(sale::Refusal::NoSuchSale.into());
    }
    let left = not_yet_asked(&payments, &wanted)?;
    let fresh: Vec<Payment> =
        payments.into_iter().filter(|payment| share_of(payment, &wanted.request.key).is_none()).collect();
    let shares = match sale::give_back(&fresh, left) {
        Ok(shares) => shares,
        Err(most) if most.is_zero() => return Err(Refusal::NothingToRefund.into()),
        Err(most) => return Err(Refusal::RefundExceedsWhatIsLeft { left: most }.into()),
    };
    let mut asked = Vec::new();
    for share in shares {
        let request = RefundRequest {
            id: RefundId::from_u128(fresh_id(state.now())),
            amount: share.amount,
            way: share.way,
            ..wanted.request.clone()
        };
        let watch = state.handle().watch(share.payment);
        let told = state.handle().command(share.payment, caller.principal.merchant, Command::Refund(request));
        asked.push((watch, told.await?.into()));
    }
    Ok(asked)
}

/// What of the amount no payment was asked for under this key before.
fn not_yet_asked(payments: &[Payment], wanted: &Return) -> Result<Money, Problem> {
    if !wanted.amount.is_positive() {
        return Err(Refusal::AmountMustBePositive.into());
    }
    let mut left = wanted.amount;
    for share in payments.iter().filter_map(|payment| share_of(payment, &wanted.request.key)) {
        if share.content != wanted.request.content {
            return Err(Refusal::IdempotencyKeyReusedWithOtherContent.into());
        }
        left = left.minus(share.amount).map_err(|_| Refusal::CurrencyNotAccepted)?;
    }
    Ok(left)
}

fn share_of<'a>(payment: &'a Payment, key: &str) -> Option<&'a RefundRequest> {
    payment.refunds.iter().filter_map(|refund| refund.request.as_ref()).find(|request| request.key == key)
}

fn refund_content(state: &ApiState, caller: &Caller, sale: SaleId, wanted: &NewSaleRefund) -> [u8; 32] {
    let (merchant, sale) = (caller.principal.merchant.to_string(), sale.to_string());
    let amount = wanted.amount.amount.to_be_bytes();
    let parts: [&[u8]; 6] = [
        b"POST /v1/sales/refunds",
        merchant.as_bytes(),
        sale.as_bytes(),
        &amount,
        wanted.amount.currency.as_bytes(),
        wanted.reason.as_deref().unwrap_or_default().as_bytes(),
    ];
    mark(&state.content_key, parts)
}

/// Begins a payment; if it is a part of a sale, in the sale's turn and only if the sale admits it.
pub(crate) async fn begin(state: &ApiState, scope: &MerchantScope, begin: Begin) -> Result<Told, Problem> {
    let Some(part) = begin.request.part.clone() else { return Ok(state.handle().begin(begin).await?) };
    let Begin { mut request, code } = begin;
    let _turn = state.turns.of(part.sale).await;
    let until = Instant::now() + PATIENCE;
    loop {
        request.part = place(state, scope, &request, &part).await?;
        match state.handle().begin(Begin { request: request.clone(), code: code.clone() }).await {
            Err(DriveError::Moved) if Instant::now() < until => {}
            told => return Ok(told?),
        }
    }
}

/// The part with its number, if the sale admits it. A request that came before keeps the place it has.
async fn place(
    state: &ApiState,
    scope: &MerchantScope,
    request: &Request,
    part: &Part,
) -> Result<Option<Part>, Problem> {
    if let Some(known) = state.store().payment_of_key(scope, &request.key).await? {
        return Ok(payment::fold(&known).request.part.clone());
    }
    let payments = state.store().payments_of_sale(scope, part.sale).await?;
    let number = sale::place_for(sale::fold(&payments).as_ref(), part.total, request.amount)?;
    Ok(Some(Part { number, ..part.clone() }))
}

/// The part that a caller names. Its number is given when it is begun.
pub(crate) fn part(wanted: &NewPart) -> Result<Part, Problem> {
    let total = money(&wanted.total)?;
    let note = line(wanted.note.as_deref().unwrap_or_default(), "note", 40)?;
    Ok(Part { sale: id(&wanted.id, "sale")?, number: 0, total, note })
}

/// Who may begin a part of a sale now: one at a time for each sale.
#[derive(Debug)]
pub(crate) struct Turns(Arc<[Mutex<()>]>);

impl Default for Turns {
    fn default() -> Turns {
        Turns((0..TURNS).map(|_| Mutex::new(())).collect())
    }
}

impl Turns {
    async fn of(&self, sale: SaleId) -> MutexGuard<'_, ()> {
        // Ids that pages make are random, so any of their bits will do.
        let place = usize::try_from(sale.as_u128() % TURNS as u128).expect("a small number");
        self.0[place].lock().await
    }
}

async fn view_of(state: &ApiState, scope: &MerchantScope, sale: SaleId) -> Result<SaleView, Problem> {
    let payments = state.store().payments_of_sale(scope, sale).await?;
    let sale = sale::fold(&payments).ok_or(sale::Refusal::NoSuchSale)?;
    view(state, scope, &sale, &payments).await
}

async fn view(
    state: &ApiState,
    scope: &MerchantScope,
    sale: &Sale,
    payments: &[Payment],
) -> Result<SaleView, Problem> {
    let zero = Money::zero(sale.total.currency());
    let refundable = payments.iter().fold(zero, |sum, one| sum.plus(one.refundable()).unwrap_or(sum));
    let words = sale::explain(sale);
    Ok(SaleView {
        id: sale.id.to_string(),
        note: some_text(&sale.note),
        state: sale.state().into(),
        total: sale.total.into(),
        paid: sale.paid.into(),
        returned: sale.returned.into(),
        open: sale.open.into(),
        recorded: sale.recorded.into(),
        left: sale.left().into(),
        over: sale.over().into(),
        refundable: refundable.into(),
        settled_at: sale.settled_at.map(time),
        explain: SaleWordsView {
            headline: words.headline.into(),
            detail: words.detail.into(),
            next_step: words.next_step.into(),
            may_hand_over: words.may_hand_over,
        },
        payments: state.views(scope, payments).await?,
    })
}

impl From<&Part> for PartView {
    fn from(part: &Part) -> PartView {
        PartView {
            sale: part.sale.to_string(),
            number: part.number,
            total: part.total.into(),
            note: some_text(&part.note),
        }
    }
}

impl From<Stand> for SaleStateView {
    fn from(state: Stand) -> SaleStateView {
        match state {
            Stand::Open => SaleStateView::Open,
            Stand::Waiting => SaleStateView::Waiting,
            Stand::Settled => SaleStateView::Settled,
            Stand::Overpaid => SaleStateView::Overpaid,
            Stand::Returned => SaleStateView::Returned,
        }
    }
}
