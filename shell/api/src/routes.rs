//! The ways to the wallets: choosing one for a payment, showing how well each works, and taking a person's word for it.

use crate::body::{Strict, id};
use crate::guard::{Caller, Permission};
use crate::problem::{Code, Problem, ProblemBody};
use crate::state::{ApiState, Route};
use crate::views::{TextView, time};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use base::{ChannelId, MerchantId, Text, Timestamp};
use payment::Routed;
use routing::{Order, Rule, Standing, Then, Wish, Word};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{By, RouteKey, RouteOrder};
use utoipa::ToSchema;

/// An order holds at most so long: a week.
const MINUTES_MAX: u32 = 7 * 24 * 60;

/// Every wallet that is taken, and the ways to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteList {
    /// The wallets.
    pub items: Vec<WalletRoutes>,
    /// A way out of use is tried by one payment, so often.
    pub probe_every_s: u64,
    /// What was seen counts half as much after so long.
    pub half_life_s: u64,
}

/// A wallet and the ways to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletRoutes {
    /// The wallet.
    pub wallet: String,
    /// Its name.
    pub label: TextView,
    /// The ways, the preferred first.
    pub routes: Vec<RouteView>,
    /// The rules that are asked before what was learned.
    pub rules: Vec<RuleView>,
}

/// A way to a wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub struct RouteView {
    /// Its channel.
    pub channel: String,
    /// The channel's name.
    pub name: String,
    /// The provider's name.
    pub provider: TextView,
    /// `in_use`, `pinned`, `passed_over` (another is pinned), `eliminated`, `probing` or `shut`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// What that means.
    pub state_text: TextView,
    /// How many of a thousand calls worked of late.
    pub rate_permille: u32,
    /// Whether that is known from enough calls to say anything.
    pub known: bool,
    /// Calls of the last hour that worked.
    pub worked: u32,
    /// Calls of the last hour that failed, and the way is to blame.
    pub failed: u32,
    /// The last failures, newest first.
    pub failures: Vec<RouteFailure>,
    /// What a person ordered.
    pub order: Option<OrderView>,
}

/// A failure of a way.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteFailure {
    /// When, to a quarter of a minute.
    pub at: String,
    /// Its name for programs.
    pub code: String,
    /// It in words.
    pub text: TextView,
    /// The payment that met it.
    pub payment: String,
}

/// What a person ordered of a way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteOrder)]
pub struct OrderView {
    /// `pin` or `shut`.
    pub word: String,
    /// It holds until then; until it is taken back if there is no end.
    pub until: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

/// A rule of the configuration.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteRule)]
pub struct RuleView {
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: TextView,
}

/// For how long an order holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRouteOrder {
    /// Minutes, 1 to 10080; until it is taken back if left out.
    pub minutes: Option<u32>,
}

/// Every way to every wallet, how well it works, and what was ordered of it.
#[utoipa::path(get, path = "/v1/routes", operation_id = "listRoutes", tag = "routes", responses(
    (status = 200, body = RouteList),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<RouteList>, Problem> {
    caller.must(Permission::ViewAll)?;
    Ok(Json(view(&state, caller.principal.merchant)))
}

/// Sends every payment of this wallet over this channel.
///
/// What was ordered of the wallet's other channels stays; a channel that was pinned before yields.
#[utoipa::path(post, path = "/v1/routes/{wallet}/{channel}/pin", operation_id = "pinRoute", tag = "routes",
    params(("wallet" = String, Path), ("channel" = String, Path)), request_body = NewRouteOrder, responses(
    (status = 200, body = RouteList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_route"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn pin(
    State(state): State<ApiState>,
    caller: Caller,
    place: Result<Path<(String, String)>, PathRejection>,
    Strict(wanted): Strict<NewRouteOrder>,
) -> Result<Json<RouteList>, Problem> {
    let of = ordered_of(&state, &caller, place)?;
    let others: Vec<RouteKey> = ways_of(&state, of.merchant, &of.wallet)
        .map(|route| RouteKey { channel: route.channel, ..of.clone() })
        .filter(|other| *other != of && is_pinned(&state, other))
        .collect();
    for other in others {
        take_back(&state, &caller, &other).await?;
    }
    order(&state, &caller, of, Word::Pin, wanted.minutes).await
}

/// Sends no payment of this wallet over this channel.
#[utoipa::path(post, path = "/v1/routes/{wallet}/{channel}/shut", operation_id = "shutRoute", tag = "routes",
    params(("wallet" = String, Path), ("channel" = String, Path)), request_body = NewRouteOrder, responses(
    (status = 200, body = RouteList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_route"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn shut(
    State(state): State<ApiState>,
    caller: Caller,
    place: Result<Path<(String, String)>, PathRejection>,
    Strict(wanted): Strict<NewRouteOrder>,
) -> Result<Json<RouteList>, Problem> {
    let of = ordered_of(&state, &caller, place)?;
    order(&state, &caller, of, Word::Shut, wanted.minutes).await
}

/// Takes back what was ordered of this channel; the same again changes nothing.
#[utoipa::path(post, path = "/v1/routes/{wallet}/{channel}/release", operation_id = "releaseRoute", tag = "routes",
    params(("wallet" = String, Path), ("channel" = String, Path)), responses(
    (status = 200, body = RouteList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "malformed_id"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_route"),
))]
pub(crate) async fn release(
    State(state): State<ApiState>,
    caller: Caller,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<RouteList>, Problem> {
    let of = ordered_of(&state, &caller, place)?;
    take_back(&state, &caller, &of).await?;
    Ok(Json(view(&state, of.merchant)))
}

/// The way that a payment takes, and why where there are several. Nothing is looked up: what is known is in memory.
pub(crate) fn choose(
    state: &ApiState,
    merchant: MerchantId,
    wish: &Wish<'_>,
    scanned: bool,
) -> Result<(ChannelId, Option<Routed>), Problem> {
    let (routes, config) = (state.handle().routes(), &state.setup.config.routing);
    let ways: Vec<(ChannelId, &str)> = ways(state, merchant, wish.wallet, scanned).collect();
    match ways.as_slice() {
        [] => Err(Code::WalletHasNoChannel.into()),
        [(only, _)] if config.rules.is_empty() && !routes.are_ordered() => Ok((*only, None)),
        ways => {
            let (chosen, routed) = routes
                .choose(merchant, wish, ways, &config.rules, &config.policy)
                .map_err(|routing::NoneOpen| Code::NoRouteOpen)?;
            Ok((chosen, Some(routed).filter(|_| ways.len() > 1)))
        }
    }
}

/// A merchant's channels to a wallet that can do what is wanted, the preferred first.
pub(crate) fn ways<'a>(
    state: &'a ApiState,
    merchant: MerchantId,
    wallet: &'a str,
    scanned: bool,
) -> impl Iterator<Item = (ChannelId, &'a str)> {
    let able = move |route: &&Route| {
        let capabilities = state.handle().channel(route.channel).map(|setup| setup.provider.capabilities());
        capabilities.is_some_and(|can| can.take(wallet, scanned))
    };
    ways_of(state, merchant, wallet).filter(able).map(|route| (route.channel, route.name.as_str()))
}

fn ways_of<'a>(
    state: &'a ApiState,
    merchant: MerchantId,
    wallet: &'a str,
) -> impl Iterator<Item = &'a Route> {
    let routes = state.setup.config.routes.iter();
    routes.filter(move |route| route.merchant == merchant && route.wallet == wallet)
}

/// The way that an order is about, if the caller may give one and it is a way.
fn ordered_of(
    state: &ApiState,
    caller: &Caller,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<RouteKey, Problem> {
    // Whoever decides where money goes sees all of it and may send some back: owners and managers.
    caller.must(Permission::ViewAll)?;
    caller.must(Permission::Refund)?;
    let Path((wallet, channel)) = place.map_err(|_| Code::MalformedId)?;
    let channel: ChannelId = id(&channel, "channel")?;
    let merchant = caller.principal.merchant;
    let known = ways_of(state, merchant, &wallet).any(|route| route.channel == channel);
    if !known {
        return Err(Code::NoSuchRoute.into());
    }
    Ok(RouteKey { merchant, wallet, channel })
}

async fn order(
    state: &ApiState,
    caller: &Caller,
    of: RouteKey,
    word: Word,
    minutes: Option<u32>,
) -> Result<Json<RouteList>, Problem> {
    if minutes.is_some_and(|minutes| !(1..=MINUTES_MAX).contains(&minutes)) {
        return Err(Problem::with(Code::UnacceptableBody, "minutes 是 1 到 10080", "minutes is 1 to 10080"));
    }
    let at = state.now();
    let until = minutes.map(|minutes| at + Duration::from_secs(60 * u64::from(minutes)));
    let merchant = of.merchant;
    let ordered = RouteOrder { of, order: Order { word, until, by: caller.by() }, at };
    state.store().order_route(&ordered).await?;
    state.handle().routes().ordered(ordered);
    Ok(Json(view(state, merchant)))
}

async fn take_back(state: &ApiState, caller: &Caller, of: &RouteKey) -> Result<(), Problem> {
    let by = caller.by();
    state.store().take_route_order_back(of, By { actor: &by, at: state.now() }).await?;
    state.handle().routes().taken_back(of);
    Ok(())
}

fn is_pinned(state: &ApiState, of: &RouteKey) -> bool {
    let ordered = state.handle().routes().order(of, state.now());
    ordered.is_some_and(|ordered| ordered.order.word == Word::Pin)
}

fn view(state: &ApiState, merchant: MerchantId) -> RouteList {
    let config = &state.setup.config;
    let mut wallets: Vec<&str> = Vec::new();
    for route in config.routes.iter().filter(|route| route.merchant == merchant) {
        if !wallets.contains(&route.wallet.as_str()) {
            wallets.push(&route.wallet);
        }
    }
    RouteList {
        items: wallets.into_iter().map(|wallet| wallet_view(state, merchant, wallet)).collect(),
        probe_every_s: config.routing.policy.probe_every.as_secs(),
        half_life_s: config.routing.policy.half_life.as_secs(),
    }
}

fn wallet_view(state: &ApiState, merchant: MerchantId, wallet: &str) -> WalletRoutes {
    let routes: Vec<&Route> = ways_of(state, merchant, wallet).collect();
    let key = |route: &Route| RouteKey { merchant, wallet: wallet.to_owned(), channel: route.channel };
    let pinned = routes.iter().find(|route| is_pinned(state, &key(route))).map(|route| route.channel);
    let name = |channel| routes.iter().find(|route| route.channel == channel).map(|route| &route.name);
    let about = |rule: &&Rule| {
        rule.when.wallet.as_ref().is_none_or(|of| of == wallet) && name(channel_of(rule)).is_some()
    };
    let rules = state.setup.config.routing.rules.iter().filter(about);
    WalletRoutes {
        wallet: wallet.to_owned(),
        label: state.wallet_label(wallet).into(),
        rules: rules
            .map(|rule| RuleView {
                name: rule.name.clone(),
                text: rule_text(rule, name(channel_of(rule)).map_or("", String::as_str)).into(),
            })
            .collect(),
        routes: routes.iter().map(|route| route_view(state, route, &key(route), pinned)).collect(),
    }
}

fn route_view(state: &ApiState, route: &Route, key: &RouteKey, pinned: Option<ChannelId>) -> RouteView {
    let (now, policy) = (state.now(), &state.setup.config.routing.policy);
    let (routes, setup) = (state.handle().routes(), state.handle().channel(route.channel));
    let learnt = routes.learnt(route.channel, policy, now);
    let ordered = routes.order(key, now);
    let shut = ordered.as_ref().is_some_and(|ordered| ordered.order.word == Word::Shut);
    let condition = match (shut, pinned, learnt.score.standing) {
        (true, _, _) => "shut",
        (false, Some(channel), _) if channel == route.channel => "pinned",
        (false, Some(_), _) => "passed_over",
        (false, None, Standing::Sound) => "in_use",
        (false, None, Standing::Eliminated { worked: 0, .. }) => "eliminated",
        (false, None, Standing::Eliminated { .. }) => "probing",
    };
    RouteView {
        channel: route.channel.to_string(),
        name: route.name.clone(),
        provider: setup.map_or(Text::default(), |setup| setup.provider.capabilities().title).into(),
        state: condition,
        state_text: condition_text(condition, policy.probe_every).into(),
        rate_permille: learnt.score.rate_permille,
        known: learnt.score.known_from > 0,
        worked: learnt.hour.worked,
        failed: learnt.hour.failed,
        failures: learnt.failures.into_iter().map(failure_view).collect(),
        order: ordered.map(order_view),
    }
}

fn failure_view((at, failure, payment): (Timestamp, routing::Failure, base::PaymentId)) -> RouteFailure {
    RouteFailure {
        at: time(at),
        code: failure.code().to_owned(),
        text: failure.text().into(),
        payment: payment.to_string(),
    }
}

fn order_view(ordered: RouteOrder) -> OrderView {
    OrderView {
        word: match ordered.order.word {
            Word::Pin => "pin".to_owned(),
            Word::Shut => "shut".to_owned(),
        },
        until: ordered.order.until.map(time),
        by: ordered.order.by,
        at: time(ordered.at),
    }
}

fn condition_text(condition: &str, probe_every: Duration) -> Text {
    let every = probe_every.as_secs();
    match condition {
        "in_use" => Text::new("可用，按规则和成功率选用", "Open; chosen by rules and by how well it works"),
        "pinned" => Text::new("已指定，这个钱包的收款都走它", "Every payment of this wallet goes over it"),
        "passed_over" => Text::new("另一通道已被指定，暂不走它", "Another channel is set for all payments"),
        "eliminated" => Text::new(
            format!("技术故障太多，暂时停用；每 {every} 秒用一笔试探，恢复了自动启用"),
            format!(
                "Out of use after too many technical failures; one payment tries it every {every} s, and it comes back by itself"
            ),
        ),
        "probing" => {
            Text::new("试探成功，再成功一次就恢复使用", "A try worked; it is back in use after one more")
        }
        _ => Text::new("已被人关闭，不走它", "Shut by a person; nothing goes over it"),
    }
}

fn channel_of(rule: &Rule) -> ChannelId {
    match rule.then {
        Then::Prefer(channel) | Then::Avoid(channel) => channel,
    }
}

/// A rule as it reads: `1000.00 元起，22:00–06:00：优先走 bank`.
fn rule_text(rule: &Rule, channel: &str) -> Text {
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut when: Vec<(String, String)> = Vec::new();
    if let Some(from) = rule.when.amount_from {
        when.push((format!("{} 元起", yuan(from)), format!("from {}", yuan(from))));
    }
    if let Some(below) = rule.when.amount_below {
        when.push((format!("{} 元以下", yuan(below)), format!("below {}", yuan(below))));
    }
    if let Some(hours) = rule.when.hours {
        let hours = format!("{}–{}", clock(hours.from), clock(hours.to));
        when.push((hours.clone(), hours));
    }
    if !rule.when.tills.is_empty() {
        let count = rule.when.tills.len();
        when.push((format!("{count} 个收银台"), format!("at {count} tills")));
    }
    if when.is_empty() {
        when.push(("每一笔".to_owned(), "every payment".to_owned()));
    }
    let (zh, en): (Vec<String>, Vec<String>) = when.into_iter().unzip();
    let (zh, en) = (zh.join("，"), en.join(", "));
    match rule.then {
        Then::Prefer(_) => {
            Text::new(format!("{zh}：优先走 {channel}"), format!("{en}: over {channel} while it works"))
        }
        Then::Avoid(_) => Text::new(format!("{zh}：不走 {channel}"), format!("{en}: not over {channel}")),
    }
}
