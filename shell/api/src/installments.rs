//! Paying in instalments: the plans that a wallet offers for an amount, shown before the customer pays, and the one that was
//! chosen, kept with the payment.

use crate::body::Asked;
use crate::guard::{Caller, Permission};
use crate::ids::fresh_id;
use crate::payments::{NewAmount, money};
use crate::problem::{Code, Problem, ProblemBody};
use crate::routes;
use crate::state::ApiState;
use crate::views::{AmountView, TextView};
use axum::Json;
use axum::extract::State;
use base::{ChannelId, MerchantId, Money, OrderNo, PaymentId, Text};
use payment::Installments;
use provider_contract::NoPlans;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// For what plans are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlansQuery {
    /// Which wallet lends the money.
    pub wallet: String,
    /// How much the sale comes to, in minor units.
    pub amount: i64,
    /// ISO 4217 letters.
    pub currency: String,
}

/// What a wallet offers for an amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstallmentPlans {
    /// The wallet.
    pub wallet: String,
    /// Its name.
    pub label: TextView,
    /// The amount.
    pub amount: AmountView,
    /// The plans, in the wallet's order; none if it offers none for this amount.
    pub items: Vec<InstallmentsView>,
    /// What this means for whoever stands at the counter.
    pub text: TextView,
}

/// One plan: an amount and its fee, paid monthly to whoever lends it. The shop gets the amount at once.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Installments)]
pub struct InstallmentsView {
    /// How many instalments.
    pub count: u32,
    /// The fee's rate as the lender writes it; empty if it says none.
    pub rate: String,
    /// The whole fee.
    pub fee: AmountView,
    /// The first instalment.
    pub first: AmountView,
    /// Each later one; zero if there is only one.
    pub later: AmountView,
    /// The amount and the fee.
    pub total: AmountView,
    /// All of it in a sentence.
    pub text: TextView,
}

/// The plan that the customer was shown and chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInstallments {
    /// How many instalments.
    pub count: u32,
    /// The fee's rate as the lender writes it.
    pub rate: Option<String>,
    /// The whole fee.
    pub fee: NewAmount,
    /// The first instalment.
    pub first: NewAmount,
    /// Each later one; zero if there is only one.
    pub later: NewAmount,
    /// The amount and the fee.
    pub total: NewAmount,
}

impl NewInstallments {
    /// All of it, to tell whether a repeated request is the same.
    pub(crate) fn in_a_line(&self) -> String {
        let money = |money: &NewAmount| format!("{} {}", money.amount, money.currency);
        let parts = [&self.fee, &self.first, &self.later, &self.total].map(money);
        format!("{}\n{}\n{}", self.count, parts.join("\n"), self.rate.as_deref().unwrap_or_default())
    }
}

/// The plans of a wallet for an amount, asked of its provider.
///
/// Nothing is charged and nothing is kept. The customer makes the choice on the phone; what was shown at the counter is kept
/// with the payment if it comes along (`installments` in `POST /v1/payments`).
#[utoipa::path(get, path = "/v1/installments", operation_id = "listInstallments", tag = "payments", params(PlansQuery), responses(
    (status = 200, body = InstallmentPlans),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "no_installments, amount_not_acceptable"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "installments_not_told"),
))]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<PlansQuery>,
) -> Result<Json<InstallmentPlans>, Problem> {
    caller.must(Permission::Take)?;
    let merchant = caller.principal.merchant;
    let amount = money(&NewAmount { amount: query.amount, currency: query.currency })?;
    payment::check_money(amount, state.limit(merchant))?;
    let channel = lender(&state, merchant, &query.wallet).ok_or(Code::NoInstallments)?;
    let label = state.wallet_label(&query.wallet);
    let (items, text) = match offered(&state, channel, amount).await? {
        Ok(plans) => (plans, to_choose(&label)),
        Err(words) => (Vec::new(), refused(&label, &words)),
    };
    Ok(Json(InstallmentPlans {
        wallet: query.wallet,
        label: label.into(),
        amount: amount.into(),
        items: items.iter().map(InstallmentsView::from).collect(),
        text: text.into(),
    }))
}

/// The channel whose wallet tells its plans, if this merchant has one.
pub(crate) fn lender(state: &ApiState, merchant: MerchantId, wallet: &str) -> Option<ChannelId> {
    let lends = |channel: &ChannelId| {
        state.handle().channel(*channel).is_some_and(|setup| setup.provider.installments().is_some())
    };
    let ways = [true, false].into_iter().flat_map(|scanned| routes::ways(state, merchant, wallet, scanned));
    ways.map(|(channel, _)| channel).find(lends)
}

/// The plan that comes with a payment, if it is a possible one for its amount and its wallet has any.
pub(crate) fn chosen(
    state: &ApiState,
    merchant: MerchantId,
    wallet: &str,
    amount: Money,
    wanted: &NewInstallments,
) -> Result<Installments, Problem> {
    lender(state, merchant, wallet).ok_or(Code::NoInstallments)?;
    let terms = Installments {
        count: wanted.count,
        rate: wanted.rate.clone().unwrap_or_default(),
        fee: money(&wanted.fee)?,
        first: money(&wanted.first)?,
        later: money(&wanted.later)?,
        total: money(&wanted.total)?,
    };
    terms.for_amount(amount).map_err(|payment::DoNotAddUp| Code::InstallmentsDoNotAddUp.into())
}

/// What the provider offers, or its words for why it offers nothing.
async fn offered(
    state: &ApiState,
    channel: ChannelId,
    amount: Money,
) -> Result<Result<Vec<Installments>, String>, Problem> {
    let number = OrderNo::from(PaymentId::from_u128(fresh_id(state.now())));
    let asker = state.handle().asker();
    let asked = asker.question(channel, move |provider, moment| {
        provider.installments()?.plans_call(number, amount, moment).ok()
    });
    let (reply, _) = asked.await.map_err(not_told)?;
    let setup = state.handle().channel(channel).ok_or(Code::NoInstallments)?;
    let lender = setup.provider.installments().ok_or(Code::NoInstallments)?;
    match lender.plans(number, amount, &reply) {
        Ok(plans) => Ok(Ok(plans)),
        Err(NoPlans::Refused(words)) => Ok(Err(words)),
        Err(NoPlans::Unclear(doubt)) => Err(not_told(format!("{doubt:?}"))),
    }
}

fn not_told(why: impl std::fmt::Display) -> Problem {
    tracing::warn!(%why, "the plans for instalments are not known");
    Code::InstallmentsNotTold.into()
}

fn to_choose(label: &Text) -> Text {
    Text::new(
        format!("请顾客看清分期方案；收款时顾客在手机的{}里选同样的期数", label.zh),
        format!("Let the customer read the plans; the same one is chosen on the phone, in {}", label.en),
    )
}

fn refused(label: &Text, words: &str) -> Text {
    Text::new(
        format!("{}：{words}。可以一次付清，或换一种付款方式", label.zh),
        format!("{}: {words}. Take it in one payment, or another way", label.en),
    )
}

impl From<&Installments> for InstallmentsView {
    fn from(terms: &Installments) -> InstallmentsView {
        InstallmentsView {
            count: terms.count,
            rate: terms.rate.clone(),
            fee: terms.fee.into(),
            first: terms.first.into(),
            later: terms.later.into(),
            total: terms.total.into(),
            text: terms.text().into(),
        }
    }
}
