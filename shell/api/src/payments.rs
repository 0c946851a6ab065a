//! Taking money, and looking at what was taken: create, read, list, cancel, look.

use crate::body::{Asked, AtPath, Strict, id, idempotency_key, line, visible_key};
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::installments::{self, NewInstallments};
use crate::problem::{Code, Problem, ProblemBody};
use crate::routes;
use crate::sales::{self, NewPart};
use crate::secrets::mark;
use crate::state::ApiState;
use crate::tills;
use crate::views::PaymentView;
use crate::waiting::{self, Standing, patience};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{ChannelId, Currency, MerchantId, Money, PaymentId, TillId, Timestamp};
use drive::Begin;
use payment::{
    Command, Method, MoneyState, NotAPayerCode, PayerCode, Payment, Recognized, Refusal, Request, Routed,
    recognize,
};
use serde::{Deserialize, Serialize};
use store::{Cursor, PaymentFilter, Till};
use utoipa::{IntoParams, ToSchema};

/// The wallet of what is paid in notes and coins.
pub(crate) const CASH: &str = "cash";

/// Payments on a page unless the caller says otherwise, and at most.
const PAGE: u32 = 50;
const PAGE_MAX: u32 = 200;

/// What is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// At which till; needed only by those who stand at several.
    pub till: Option<String>,
    /// How much.
    pub amount: NewAmount,
    /// How the customer pays.
    pub method: NewMethod,
    /// What is bought, as the customer's phone shows it; the merchant's name unless said.
    pub description: Option<String>,
    /// The caller's own number for the sale.
    pub reference: Option<String>,
    /// The sale that this payment is a part of, if several payments pay one.
    pub sale: Option<NewPart>,
    /// The plan that the customer was shown and chose, where the wallet lends the money.
    pub installments: Option<NewInstallments>,
}

/// An amount in minor units.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAmount {
    /// Minor units: 1250 is 12.50 yuan.
    pub amount: i64,
    /// ISO 4217 letters.
    #[schema(example = "CNY")]
    pub currency: String,
}

/// How the customer pays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NewMethod {
    /// We scanned the customer's code.
    PayerCode(ScannedCode),
    /// The customer scans ours.
    ShowQr(WantedQr),
    /// Notes and coins, counted already.
    Cash(CountedCash),
    /// The customer scanned the shop's printed code over their own network.
    ShopCode(SeenPayment),
}

/// Cash that was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCash)]
pub struct CountedCash {
    /// What the customer handed over; what is above the amount goes back as change.
    pub tendered: NewAmount,
}

/// What the cashier saw on the customer's phone. It is recorded, and verified later.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecord)]
pub struct SeenPayment {
    /// Of which wallet.
    pub wallet: String,
    /// What the phone showed, in the cashier's words.
    pub seen: String,
    /// The last 4 to 8 digits of the transaction's number, if they were read.
    pub digits: Option<String>,
}

/// A scanned payment code. It is never stored and never logged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewScannedCode)]
pub struct ScannedCode {
    /// Its digits.
    pub code: String,
    /// Which wallet the customer says it is, where several make such codes (`wallet_ambiguous`).
    pub wallet: Option<String>,
}

/// A QR code to show.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedQr {
    /// Of which wallet.
    pub wallet: String,
}

/// How long to wait for something to show.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for a result, 0 to 10.
    pub wait: Option<u64>,
}

/// How long to wait for news.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewsQuery {
    /// Seconds to wait, 0 to 10.
    pub wait: Option<u64>,
    /// Wait for a version above this one; without it, for the end.
    pub after: Option<u32>,
}

/// Which payments to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Requested then or later (RFC 3339).
    pub from: Option<String>,
    /// Requested before (RFC 3339).
    pub to: Option<String>,
    /// `waiting`, `verifying`, `recorded`, `paid`, `not_paid` or `returned`.
    pub state: Option<String>,
    /// Our short name of the wallet.
    pub wallet: Option<String>,
    /// At this till.
    pub till: Option<String>,
    /// An order number, a provider's transaction number, an amount such as 12.50, or a reference; whole.
    pub q: Option<String>,
    /// How many, 1 to 200.
    pub limit: Option<u32>,
    /// Where the page begins: the `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of payments, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentPage {
    /// The payments.
    pub items: Vec<PaymentView>,
    /// The cursor of the next page; nothing if this is the last.
    pub next: Option<String>,
}

/// Takes money.
///
/// The same key with the same content is the same payment: sending again is safe and answers 200. A payment that is a part
/// of a sale is refused if the sale's other parts, the open ones among them, leave less to pay.
#[utoipa::path(post, path = "/v1/payments", operation_id = "createPayment", tag = "payments", request_body = NewPayment,
    params(WaitQuery, ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, new for every sale")),
    responses(
    (status = 201, body = PaymentView, description = "under way, or done"),
    (status = 200, body = PaymentView, description = "the same request came before; this is how it stands"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "idempotency_key_reused_with_other_content, total_of_the_sale_is_another, sale_is_paid_in_full, open_parts_may_pay_the_rest"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "refused; nothing was sent to any provider"),
))]
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<WaitQuery>,
    headers: HeaderMap,
    Strict(wanted): Strict<NewPayment>,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    caller.must(Permission::Take)?;
    tills::admit(&state, &caller, &headers).await?;
    let key = idempotency_key(&headers)?;
    let patience = patience(query.wait)?;
    let begin = match parse(&state, &caller, key.clone(), &wanted, None) {
        // A sale that was begun before its channels were shut is answered as what it is.
        Err(shut) if shut.code() == Code::NoRouteOpen.name() => {
            let known = of_key(&state, &caller, &key).await.map_err(|_| shut)?;
            parse(&state, &caller, key, &wanted, Some(known.request.channel))?
        }
        begin => begin?,
    };
    let id = begin.request.id;
    let mut watch = state.handle().watch(id);
    let mut standing = Standing::from(sales::begin(&state, &caller.scope(), begin).await?);
    let known = standing.payment.request.id;
    if known != id {
        watch = state.handle().watch(known);
        let payment = state.read_payment(&caller.scope(), known).await?;
        standing = Standing { next: state.next(&payment), payment: payment.into() };
    }
    let enough = waiting::shows_something;
    let standing = waiting::until(&state, &mut watch, standing, patience, enough).await?;
    let status = if known == id { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(state.view(&standing.payment, &standing.next).await?)))
}

/// One payment.
#[utoipa::path(get, path = "/v1/payments/{id}", operation_id = "readPayment", tag = "payments", params(("id" = String, Path), NewsQuery), responses(
    (status = 200, body = PaymentView),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_payment"),
))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
    Asked(query): Asked<NewsQuery>,
) -> Result<Json<PaymentView>, Problem> {
    let payment: PaymentId = id(&payment, "payment")?;
    let patience = patience(query.wait)?;
    let mut watch = state.handle().watch(payment);
    let payment = state.read_payment(&caller.scope(), payment).await?;
    let standing = Standing { next: state.next(&payment), payment: payment.into() };
    let news = |standing: &Standing| match query.after {
        Some(version) => standing.payment.version > version,
        None => waiting::rests(standing),
    };
    let standing = waiting::until(&state, &mut watch, standing, patience, news).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}

/// The payment of an idempotency key.
///
/// Tells a till that was interrupted whether its request arrived. A request that is still on its way is not known
/// yet; sending it again with the same key is safe whatever the answer.
#[utoipa::path(get, path = "/v1/payments/by-key/{key}", operation_id = "findPaymentByKey", tag = "payments",
    params(("key" = String, Path, description = "the Idempotency-Key it was sent with, percent-encoded")), responses(
    (status = 200, body = PaymentView),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "idempotency_key_malformed"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_payment: no request with this key has been taken up"),
))]
pub(crate) async fn by_key(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(key): AtPath,
) -> Result<Json<PaymentView>, Problem> {
    let payment = of_key(&state, &caller, &key).await?;
    Ok(Json(state.view(&payment, &state.next(&payment)).await?))
}

/// The merchant's payment that was asked for with this key.
pub(crate) async fn of_key(state: &ApiState, caller: &Caller, key: &str) -> Result<Payment, Problem> {
    let key = visible_key(key.as_bytes())?;
    let found = state.store().payment_of_key(&caller.scope(), &key).await?;
    Ok(payment::fold(&found.ok_or(Refusal::NoSuchPayment)?))
}

/// Payments, newest first.
#[utoipa::path(get, path = "/v1/payments", operation_id = "listPayments", tag = "payments", params(ListQuery), responses(
    (status = 200, body = PaymentPage),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<PaymentPage>, Problem> {
    let cursor = query.cursor.as_deref().map(str::parse::<Cursor>).transpose();
    let cursor = cursor.map_err(|_| wrong_parameter("cursor"))?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(wrong_parameter("limit"));
    }
    let filter = filter_of(&caller, query)?;
    let scope = caller.scope();
    let page = state.store().page(&scope, &filter, cursor, limit).await?;
    let items = state.views(&scope, &page.items).await?;
    Ok(Json(PaymentPage { items, next: page.next.map(|cursor| cursor.to_string()) }))
}

/// The payments that a query asks for, as far as the caller may see them.
pub(crate) fn filter_of(caller: &Caller, query: ListQuery) -> Result<PaymentFilter, Problem> {
    let asked = query.till.as_deref().map(|text| id(text, "till")).transpose()?;
    Ok(PaymentFilter {
        from: query.from.as_deref().map(|text| moment(text, "from")).transpose()?,
        to: query.to.as_deref().map(|text| moment(text, "to")).transpose()?,
        state: query.state.as_deref().map(money_state).transpose()?,
        wallet: query.wallet,
        store: None,
        till: caller.seen_till(asked)?,
        q: query.q.filter(|q| !q.trim().is_empty()),
    })
}

/// Undoes a payment that has not ended.
#[utoipa::path(post, path = "/v1/payments/{id}/cancel", operation_id = "cancelPayment", tag = "payments", params(("id" = String, Path), WaitQuery), responses(
    (status = 200, body = PaymentView, description = "being undone, or undone already"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "cannot_cancel_a_finished_payment"),
))]
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
    Asked(query): Asked<WaitQuery>,
) -> Result<Json<PaymentView>, Problem> {
    caller.must(Permission::Take)?;
    canceled(&state, &caller, &payment, query.wait).await
}

/// Wants the payment undone and waits until it is, or until the caller's patience is over.
pub(crate) async fn canceled(
    state: &ApiState,
    caller: &Caller,
    payment: &str,
    wait_s: Option<u64>,
) -> Result<Json<PaymentView>, Problem> {
    let command = Command::Cancel { by: caller.by() };
    let standing = carry_out(state, caller, payment, command, wait_s, waiting::rests).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}

/// Asks the provider now rather than at the next planned time.
#[utoipa::path(post, path = "/v1/payments/{id}/look", operation_id = "lookAtPayment", tag = "payments", params(("id" = String, Path), WaitQuery), responses(
    (status = 200, body = PaymentView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn look(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
    Asked(query): Asked<WaitQuery>,
) -> Result<Json<PaymentView>, Problem> {
    if !caller.may(Permission::ViewAll) {
        caller.must(Permission::Take)?;
    }
    let command = Command::Look { by: caller.by() };
    let looked = |standing: &Standing| standing.payment.look_wanted.is_none();
    let standing = carry_out(&state, &caller, &payment, command, query.wait, looked).await?;
    Ok(Json(state.view(&standing.payment, &standing.next).await?))
}

/// Puts a command and waits until `enough`.
pub(crate) async fn carry_out(
    state: &ApiState,
    caller: &Caller,
    payment: &str,
    command: Command,
    wait_s: Option<u64>,
    enough: impl Fn(&Standing) -> bool,
) -> Result<Standing, Problem> {
    let payment: PaymentId = id(payment, "payment")?;
    let patience = patience(wait_s)?;
    let mut watch = state.handle().watch(payment);
    let told = state.handle().command(payment, caller.principal.merchant, command).await?;
    waiting::until(state, &mut watch, told.into(), patience, enough).await
}

/// The amount a caller names, if it is one that can be counted.
pub(crate) fn money(amount: &NewAmount) -> Result<Money, Problem> {
    let currency = Currency::from_code(&amount.currency).ok_or(Refusal::CurrencyNotAccepted)?;
    Ok(Money::new(amount.amount, currency))
}

/// The till a caller acts at: the one it names, its own, or the only one there is.
pub(crate) fn till_of(state: &ApiState, caller: &Caller, named: Option<&str>) -> Result<Till, Problem> {
    let merchant = caller.principal.merchant;
    let places = state.places();
    let named: Option<TillId> = named.map(|text| id(text, "till")).transpose()?;
    let till = match named.or(caller.principal.till) {
        Some(id) => places.till(id).filter(|till| till.merchant == merchant).ok_or(Code::NoSuchTill)?,
        None => match places.tills_of(merchant).as_slice() {
            [only] => *only,
            _ => return Err(Code::TillNotChosen.into()),
        },
    };
    Ok(till.clone())
}

/// What is wanted, over the channel that was chosen before if there is one.
fn parse(
    state: &ApiState,
    caller: &Caller,
    key: String,
    wanted: &NewPayment,
    before: Option<ChannelId>,
) -> Result<Begin, Problem> {
    let merchant = caller.principal.merchant;
    let amount = money(&wanted.amount)?;
    let till = till_of(state, caller, wanted.till.as_deref())?;
    let reference = line(wanted.reference.as_deref().unwrap_or_default(), "reference", 64)?;
    let description = line(wanted.description.as_deref().unwrap_or_default(), "description", 120)?;
    let (wallet, method, code) = how(state, merchant, &wanted.method)?;
    let (channel, routed) = match (before, method.is_by_hand()) {
        (Some(before), _) => (before, None),
        (None, true) => (recorded_over(state, merchant, &wallet, &method), None),
        (None, false) => chosen(state, merchant, &wallet, till.id, amount, &method)?,
    };
    let terms = wanted.installments.as_ref();
    let terms =
        terms.map(|terms| installments::chosen(state, merchant, &wallet, amount, terms)).transpose()?;
    let request = Request {
        id: PaymentId::from_u128(fresh_id(state.now())),
        merchant,
        store: till.store,
        till: till.id,
        cashier: caller.cashier(),
        key,
        content: content(state, merchant, wanted),
        amount,
        channel,
        routed,
        wallet_name: state.wallet_label(&wallet),
        wallet,
        method,
        description: if description.is_empty() {
            state.places().merchant(merchant).name
        } else {
            description
        },
        reference,
        part: wanted.sale.as_ref().map(sales::part).transpose()?,
        installments: terms,
    };
    payment::check_amount(&request, state.limit(merchant))?;
    Ok(Begin { request, code })
}

/// The wallet, and what is kept and what is spent of the customer's code.
fn how(
    state: &ApiState,
    merchant: MerchantId,
    method: &NewMethod,
) -> Result<(String, Method, Option<PayerCode>), Problem> {
    match method {
        NewMethod::ShowQr(wanted) => Ok((known_wallet(state, &wanted.wallet)?, Method::ShownQr, None)),
        NewMethod::Cash(counted) => {
            Ok((CASH.to_owned(), Method::Cash { tendered: money(&counted.tendered)? }, None))
        }
        NewMethod::ShopCode(recorded) => {
            let wallet = known_wallet(state, &recorded.wallet)?;
            let seen = line(&recorded.seen, "seen", 80)?;
            let digits = recorded.digits.clone().unwrap_or_default();
            let few = (4..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if seen.trim().is_empty() || !(digits.is_empty() || few) {
                return Err(Code::RecordIncomplete.into());
            }
            Ok((wallet, Method::ShopCode { seen, digits }, None))
        }
        NewMethod::PayerCode(scanned) => {
            let code = PayerCode::parse(&scanned.code).map_err(|why| match why {
                NotAPayerCode::NotDigits => Code::CodeNotDigits,
                NotAPayerCode::WrongLength => Code::CodeWrongLength,
            })?;
            let wallet = whose(state, merchant, &code, scanned.wallet.as_deref())?;
            Ok((wallet, Method::PayerCode { hint: code.hint() }, Some(code)))
        }
    }
}

fn known_wallet(state: &ApiState, wallet: &str) -> Result<String, Problem> {
    let known = state.rules.iter().any(|rule| rule.wallet == wallet);
    known.then(|| wallet.to_owned()).ok_or(Code::WalletHasNoChannel.into())
}

/// Whose code it is; `said` by the customer where several wallets make such codes.
fn whose(
    state: &ApiState,
    merchant: MerchantId,
    code: &PayerCode,
    said: Option<&str>,
) -> Result<String, Problem> {
    let routes = &state.setup.config.routes;
    let is_taken =
        |wallet: &str| routes.iter().any(|route| route.merchant == merchant && route.wallet == wallet);
    match recognize(code, &state.rules, is_taken) {
        Recognized::As(wallet) => Ok(wallet.to_owned()),
        Recognized::OneOf(wallets) => match said.filter(|said| wallets.contains(said)) {
            Some(said) => Ok(said.to_owned()),
            None => {
                let labels: Vec<_> = wallets.iter().map(|wallet| state.wallet_label(wallet)).collect();
                let (zh, en): (Vec<_>, Vec<_>) = labels.into_iter().map(|label| (label.zh, label.en)).unzip();
                Err(Problem::with(Code::WalletAmbiguous, zh.join("、"), en.join(", ")))
            }
        },
        Recognized::WrongLength => Err(Code::CodeWrongLength.into()),
        Recognized::Unknown => Err(Code::WalletNotRecognised.into()),
    }
}

/// The channel that what a person vouches for is kept with. Cash has none; a record has the wallet's, whose bill will
/// show it.
pub(crate) fn recorded_over(
    state: &ApiState,
    merchant: MerchantId,
    wallet: &str,
    method: &Method,
) -> ChannelId {
    let over = |scanned| routes::ways(state, merchant, wallet, scanned).next().map(|(channel, _)| channel);
    match method {
        Method::ShopCode { .. } => over(true).or_else(|| over(false)).unwrap_or(ChannelId::NONE),
        Method::Cash { .. } | Method::PayerCode { .. } | Method::ShownQr => ChannelId::NONE,
    }
}

/// The channel that a provider is asked over, and why this one if there are several.
fn chosen(
    state: &ApiState,
    merchant: MerchantId,
    wallet: &str,
    till: TillId,
    amount: Money,
    method: &Method,
) -> Result<(ChannelId, Option<Routed>), Problem> {
    let wish = routing::Wish { amount, wallet, till, at: state.now(), chance: rand::random_range(0..1_000) };
    routes::choose(state, merchant, &wish, method.is_payer_code())
}

/// What makes the request the same request. Keyed with a secret of this server, because a bare hash of a payer's
/// code could be found out by trying all codes.
fn content(state: &ApiState, merchant: MerchantId, wanted: &NewPayment) -> [u8; 32] {
    let (kind, detail) = match &wanted.method {
        NewMethod::PayerCode(scanned) => {
            let said = scanned.wallet.as_ref().map_or(String::new(), |wallet| format!("\n{wallet}"));
            ("payer_code", format!("{}{said}", scanned.code))
        }
        NewMethod::ShowQr(qr) => ("show_qr", qr.wallet.clone()),
        NewMethod::Cash(counted) => {
            ("cash", format!("{} {}", counted.tendered.amount, counted.tendered.currency))
        }
        NewMethod::ShopCode(recorded) => {
            let digits = recorded.digits.as_deref().unwrap_or_default();
            ("shop_code", format!("{}\n{digits}\n{}", recorded.wallet, recorded.seen))
        }
    };
    let merchant = merchant.to_string();
    let amount = wanted.amount.amount.to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![
        b"POST /v1/payments",
        merchant.as_bytes(),
        wanted.till.as_deref().unwrap_or_default().as_bytes(),
        &amount,
        wanted.amount.currency.as_bytes(),
        kind.as_bytes(),
        detail.as_bytes(),
        wanted.description.as_deref().unwrap_or_default().as_bytes(),
        wanted.reference.as_deref().unwrap_or_default().as_bytes(),
    ];
    let total = wanted.sale.as_ref().map(|sale| sale.total.amount.to_be_bytes());
    if let (Some(sale), Some(total)) = (&wanted.sale, &total) {
        let note = sale.note.as_deref().unwrap_or_default();
        parts.extend([sale.id.as_bytes(), total, sale.total.currency.as_bytes(), note.as_bytes()]);
    }
    let terms = wanted.installments.as_ref().map(NewInstallments::in_a_line);
    if let Some(terms) = &terms {
        parts.extend([b"installments".as_slice(), terms.as_bytes()]);
    }
    mark(&state.content_key, parts)
}

fn moment(text: &str, name: &'static str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).ok_or_else(|| wrong_parameter(name))
}

fn money_state(code: &str) -> Result<MoneyState, Problem> {
    use MoneyState::{NotPaid, Paid, Recorded, Returned, Verifying, Waiting};
    let states = [Waiting, Verifying, Recorded, Paid, NotPaid, Returned];
    states.into_iter().find(|state| state.code() == code).ok_or_else(|| wrong_parameter("state"))
}

pub(crate) fn wrong_parameter(name: &'static str) -> Problem {
    Problem::with(Code::UnacceptableQuery, name, name)
}
