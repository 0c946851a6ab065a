//! What a till needs to know to begin: ways to be paid, wallets' codes, limits, its printer.

use crate::body::Asked;
use crate::guard::Caller;
use crate::payments::till_of;
use crate::problem::{Problem, ProblemBody};
use crate::state::{ApiState, PrinterStatus, Route, Wallet};
use crate::views::{AmountView, Named, TextView, time};
use axum::Json;
use axum::extract::State;
use base::MerchantId;
use serde::{Deserialize, Serialize};
use store::Till;
use utoipa::{IntoParams, ToSchema};

/// Which till.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TillQuery {
    /// Its id; needed only by those who stand at several.
    pub till: Option<String>,
}

/// What a till needs to know.
#[derive(Debug, Serialize, ToSchema)]
pub struct TillInfo {
    /// The till.
    pub till: Named,
    /// The store it stands in.
    pub store: Named,
    /// Ways to be paid, in the order in which they are tried.
    pub methods: Vec<PayWay>,
    /// How wallets' codes look.
    pub wallets: Vec<WalletCodes>,
    /// Limits.
    pub limits: Limits,
    /// The currency.
    pub currency: String,
    /// The printer.
    pub printer: PrinterView,
    /// Whether this is a demo: nothing is real, and a customer can be pretended.
    pub demo: bool,
    /// Where customers open their receipts, without a slash at the end.
    pub public_url: String,
    /// This server's clock.
    pub server_time: String,
}

/// A way to be paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayWay {
    /// Over which channel.
    pub channel: String,
    /// With which wallet.
    pub wallet: String,
    /// The wallet's name.
    pub label: TextView,
    /// Takes a customer's code.
    pub payer_code: bool,
    /// Shows a code to the customer.
    pub show_qr: bool,
    /// Tells the plans for paying in instalments.
    pub installments: bool,
}

/// How a wallet's codes look.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletCodes {
    /// The wallet.
    pub wallet: String,
    /// Its name.
    pub label: TextView,
    /// Its codes begin with one of these.
    pub prefixes: Vec<String>,
    /// Fewest and most digits.
    pub lengths: [usize; 2],
    /// Where another wallet's codes begin just so, it is this one's.
    pub wins: bool,
    /// Whether this shop takes it.
    pub available: bool,
}

/// Limits of one payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Limits {
    /// The most.
    pub max: AmountView,
}

/// How a printer is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrinterState)]
pub struct PrinterView {
    /// `ready`, `near_end`, `paper_out`, `cover_open`, `cutter_error`, `hot`, `offline`, `unknown` or `none`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// What it means.
    pub text: TextView,
}

/// What a till needs to know.
#[utoipa::path(get, path = "/v1/till", operation_id = "readTill", tag = "till", params(TillQuery), responses(
    (status = 200, body = TillInfo),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_till"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "till_not_chosen"),
))]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Asked(query): Asked<TillQuery>,
) -> Result<Json<TillInfo>, Problem> {
    let till = till_of(&state, &caller, query.till.as_deref())?;
    Ok(Json(info(&state, till)))
}

/// What this till needs to know.
pub(crate) fn info(state: &ApiState, till: Till) -> TillInfo {
    let merchant = till.merchant;
    let limit = state.limit(merchant);
    let config = &state.setup.config;
    let routes = || config.routes.iter().filter(|route| route.merchant == merchant);
    TillInfo {
        store: state.places().shop(till.store),
        methods: once_each(routes().filter_map(|route| way(state, route))),
        wallets: config.wallets.iter().map(|wallet| codes(state, merchant, wallet)).collect(),
        limits: Limits { max: limit.into() },
        currency: limit.currency().code().to_owned(),
        printer: state.setup.printers.status(till.id).into(),
        demo: state.setup.demo.is_some(),
        public_url: config.public_base_url.trim_end_matches('/').to_owned(),
        server_time: time(state.now()),
        till: Named { id: till.id.to_string(), name: till.name },
    }
}

/// One way to be paid for each wallet, however many channels lead there: which of them is taken is the server's choice.
fn once_each(ways: impl Iterator<Item = PayWay>) -> Vec<PayWay> {
    let mut all: Vec<PayWay> = Vec::new();
    for way in ways {
        match all.iter_mut().find(|known| known.wallet == way.wallet) {
            Some(known) => {
                known.payer_code |= way.payer_code;
                known.show_qr |= way.show_qr;
                known.installments |= way.installments;
            }
            None => all.push(way),
        }
    }
    all
}

fn way(state: &ApiState, route: &Route) -> Option<PayWay> {
    let provider = &state.handle().channel(route.channel)?.provider;
    let can = provider.capabilities();
    Some(PayWay {
        channel: route.channel.to_string(),
        wallet: route.wallet.clone(),
        label: state.wallet_label(&route.wallet).into(),
        payer_code: can.take(&route.wallet, true),
        show_qr: can.take(&route.wallet, false),
        installments: provider.installments().is_some(),
    })
}

fn codes(state: &ApiState, merchant: MerchantId, wallet: &Wallet) -> WalletCodes {
    let mut routes = state.setup.config.routes.iter();
    WalletCodes {
        wallet: wallet.rule.wallet.clone(),
        label: wallet.label.clone().into(),
        prefixes: wallet.rule.prefixes.clone(),
        lengths: [wallet.rule.shortest, wallet.rule.longest],
        wins: wallet.rule.wins,
        available: routes.any(|route| route.merchant == merchant && route.wallet == wallet.rule.wallet),
    }
}

impl From<PrinterStatus> for PrinterView {
    fn from(status: PrinterStatus) -> PrinterView {
        PrinterView { state: status.state, text: status.text.into() }
    }
}
