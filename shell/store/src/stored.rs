//! The stored form of facts: JSON that says its version. A version that was ever released stays readable, and a
//! fact is written in the first version that can say it, so that texts never change for what was always said.

use base::{Currency, MalformedId, Money, Text, Timestamp};
use payment::{
    Alarm, Answer, Ask, Considered, ContentHash, Doubt, Fact, FoundRefund, Installments, Lost, Match, Method,
    Notice, Paid, Part, Reason, RefundRequest, RefundWay, Request, Routed, Said, Settled, Settlement, Source,
    Trace, Verdict, WayStanding, WhyRouted, WithdrawnRefund,
};
use serde::{Deserialize, Serialize};

/// Money that persons vouch for: cash, records of the shop's printed code, what verifies or settles them.
const BY_HAND: u32 = 2;
/// Payments that are parts of a sale.
const PARTS: u32 = 3;
/// Payments that had several ways to their wallet, with why they took theirs.
const ROUTED: u32 = 4;
/// Payments whose customer was shown instalments and chose some.
const INSTALLMENTS: u32 = 5;
/// Questions that were given a number of the terminal's.
const TRACED: u32 = 6;

/// The text to store for a fact. The payer's code is not in a fact, so it cannot be in the text.
pub(crate) fn write(fact: &Fact) -> String {
    let stored = Stored { v: version(fact), fact: FactV1::from(fact) };
    serde_json::to_string(&stored).expect("a fact has nothing that JSON cannot say")
}

/// The fact of a stored text, or why it cannot be read.
pub(crate) fn read(text: &str) -> Result<Fact, String> {
    let Version { v } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match v {
        1 | BY_HAND | PARTS | ROUTED | INSTALLMENTS | TRACED => {
            let stored: Stored = serde_json::from_str(text).map_err(|error| error.to_string())?;
            Fact::try_from(stored.fact).map_err(|Unreadable(why)| why)
        }
        newer => Err(format!("it is of version {newer}, which this Paydesk does not know")),
    }
}

/// The first version that can say this fact. An older Paydesk refuses a newer one rather than to misread it.
fn version(fact: &Fact) -> u32 {
    let new = match fact {
        Fact::Requested(request) if request.installments.is_some() => return INSTALLMENTS,
        Fact::Requested(request) if request.routed.is_some() => return ROUTED,
        Fact::Requested(request) if request.part.is_some() => return PARTS,
        Fact::Requested(request) => request.method.is_by_hand(),
        Fact::Answered { answer, .. } => match answer.verdict {
            Verdict::Declined(reason) | Verdict::RefundRefused(reason) => reason > Reason::RefundNotPossible,
            _ => false,
        },
        Fact::RefundRequested(request) => request.way != RefundWay::Provider,
        Fact::Matched(_)
        | Fact::MatchWithdrawn { .. }
        | Fact::Settled(_)
        | Fact::Raised(_)
        | Fact::RefundFound(_)
        | Fact::RefundWithdrawn(_)
        | Fact::FoundAcknowledged { .. } => true,
        Fact::Asked { trace: Some(_), .. } => return TRACED,
        Fact::Asked { .. }
        | Fact::Lost { .. }
        | Fact::NeverLeft { .. }
        | Fact::Noticed(_)
        | Fact::CancelRequested { .. }
        | Fact::LookRequested { .. } => false,
    };
    if new { BY_HAND } else { 1 }
}

/// What a stored value says that no fact can.
struct Unreadable(String);

impl From<MalformedId> for Unreadable {
    fn from(malformed: MalformedId) -> Unreadable {
        Unreadable(malformed.to_string())
    }
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    fact: FactV1,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FactV1 {
    Requested(RequestV1),
    Asked {
        call: u32,
        ask: AskV1,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace: Option<TraceV6>,
    },
    Answered {
        call: u32,
        verdict: VerdictV1,
        said: SaidV1,
    },
    Lost {
        call: u32,
        why: LostV1,
    },
    NeverLeft {
        call: u32,
        why: String,
    },
    Noticed(NoticeV1),
    CancelRequested {
        by: String,
    },
    RefundRequested(RefundRequestV1),
    LookRequested {
        by: String,
    },
    Matched {
        source: SourceV2,
        paid: PaidV1,
        by: String,
    },
    MatchWithdrawn {
        by: String,
        reason: String,
    },
    Settled {
        verdict: SettledV2,
        reason: String,
        by: String,
    },
    Raised(String),
    RefundFound {
        id: String,
        number: String,
        amount: MoneyV1,
        at: Option<i64>,
        source: SourceV2,
    },
    RefundWithdrawn {
        number: String,
        why: String,
        by: String,
    },
    FoundAcknowledged {
        by: String,
    },
}

#[derive(Serialize, Deserialize)]
struct TraceV6 {
    batch: u32,
    number: u32,
}

#[derive(Serialize, Deserialize)]
struct RequestV1 {
    id: String,
    merchant: String,
    store: String,
    till: String,
    cashier: String,
    key: String,
    content: String,
    amount: MoneyV1,
    channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    routed: Option<RoutedV4>,
    wallet: String,
    wallet_zh: String,
    wallet_en: String,
    method: MethodV1,
    description: String,
    reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<PartV3>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    installments: Option<InstallmentsV5>,
}

#[derive(Serialize, Deserialize)]
struct InstallmentsV5 {
    count: u32,
    rate: String,
    fee: MoneyV1,
    first: MoneyV1,
    later: MoneyV1,
    total: MoneyV1,
}

#[derive(Serialize, Deserialize)]
struct PartV3 {
    sale: String,
    number: u32,
    total: MoneyV1,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct RoutedV4 {
    why: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    said_by: String,
    ways: Vec<WayV4>,
}

#[derive(Serialize, Deserialize)]
struct WayV4 {
    channel: String,
    name: String,
    rate_permille: u32,
    known_from: u64,
    standing: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    said_by: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MethodV1 {
    PayerCode { hint: String },
    ShownQr,
    Cash { tendered: MoneyV1 },
    ShopCode { seen: String, digits: String },
}

#[derive(Serialize, Deserialize)]
struct PaidV1 {
    amount: MoneyV1,
    transaction: String,
    at: Option<i64>,
    payer: String,
    funds: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SourceV2 {
    Bill { name: String, row: u64 },
    Notice { notice_id: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SettledV2 {
    Paid,
    NotPaid,
}

#[derive(Serialize, Deserialize, Default, PartialEq)]
#[serde(rename_all = "snake_case")]
enum RefundWayV2 {
    #[default]
    Provider,
    Cash,
}

impl RefundWayV2 {
    fn is_through_the_provider(&self) -> bool {
        *self == RefundWayV2::Provider
    }
}

#[derive(Serialize, Deserialize)]
struct MoneyV1 {
    minor: i64,
    currency: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskV1 {
    Charge,
    Present,
    Inquire,
    Reverse,
    Close,
    Refund { refund: String, amount: MoneyV1 },
    InquireRefund { refund: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictV1 {
    Paid(PaidV1),
    AwaitingPayer,
    QrReady { content: String, expires_at: Option<i64> },
    Declined(String),
    NotFound,
    Closed,
    Returned,
    AskAgain,
    RefundProcessing,
    Refunded { amount: MoneyV1, at: Option<i64> },
    RefundRefused(String),
    Unclear(String),
}

#[derive(Serialize, Deserialize)]
struct SaidV1 {
    code: String,
    message: String,
    reference: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LostV1 {
    TimedOut,
    ConnectionBroke,
    WeStopped,
}

#[derive(Serialize, Deserialize)]
struct NoticeV1 {
    order_no: String,
    refund_no: Option<String>,
    claim: String,
    notice_id: String,
}

#[derive(Serialize, Deserialize)]
struct RefundRequestV1 {
    id: String,
    key: String,
    content: String,
    amount: MoneyV1,
    reason: String,
    by: String,
    #[serde(default, skip_serializing_if = "RefundWayV2::is_through_the_provider")]
    way: RefundWayV2,
}

impl From<&Fact> for FactV1 {
    fn from(fact: &Fact) -> FactV1 {
        match fact {
            Fact::Requested(request) => FactV1::Requested(request.as_ref().into()),
            Fact::Asked { call, ask, trace } => FactV1::Asked {
                call: *call,
                ask: ask.into(),
                trace: trace.map(|Trace { batch, number }| TraceV6 { batch, number }),
            },
            Fact::Answered { call, answer } => FactV1::Answered {
                call: *call,
                verdict: (&answer.verdict).into(),
                said: (&answer.said).into(),
            },
            Fact::Lost { call, why } => FactV1::Lost { call: *call, why: (*why).into() },
            Fact::NeverLeft { call, why } => FactV1::NeverLeft { call: *call, why: why.clone() },
            Fact::Noticed(notice) => FactV1::Noticed(notice.into()),
            Fact::CancelRequested { by } => FactV1::CancelRequested { by: by.clone() },
            Fact::RefundRequested(request) => FactV1::RefundRequested(request.into()),
            Fact::LookRequested { by } => FactV1::LookRequested { by: by.clone() },
            Fact::Matched(found) => FactV1::Matched {
                source: (&found.source).into(),
                paid: (&found.paid).into(),
                by: found.by.clone(),
            },
            Fact::MatchWithdrawn { by, reason } => {
                FactV1::MatchWithdrawn { by: by.clone(), reason: reason.clone() }
            }
            Fact::Settled(settlement) => FactV1::Settled {
                verdict: settlement.verdict.into(),
                reason: settlement.reason.clone(),
                by: settlement.by.clone(),
            },
            Fact::Raised(alarm) => FactV1::Raised(alarm.code().to_owned()),
            Fact::RefundFound(found) => FactV1::RefundFound {
                id: found.id.to_string(),
                number: found.number.clone(),
                amount: found.amount.into(),
                at: found.at.map(Timestamp::as_micros),
                source: (&found.source).into(),
            },
            Fact::RefundWithdrawn(withdrawn) => FactV1::RefundWithdrawn {
                number: withdrawn.number.clone(),
                why: withdrawn.why.code().to_owned(),
                by: withdrawn.by.clone(),
            },
            Fact::FoundAcknowledged { by } => FactV1::FoundAcknowledged { by: by.clone() },
        }
    }
}

impl TryFrom<FactV1> for Fact {
    type Error = Unreadable;
    fn try_from(stored: FactV1) -> Result<Fact, Unreadable> {
        Ok(match stored {
            FactV1::Requested(request) => Fact::Requested(Request::try_from(request)?.into()),
            FactV1::Asked { call, ask, trace } => Fact::Asked {
                call,
                ask: ask.try_into()?,
                trace: trace.map(|TraceV6 { batch, number }| Trace { batch, number }),
            },
            FactV1::Answered { call, verdict, said } => {
                Fact::Answered { call, answer: Answer { verdict: verdict.try_into()?, said: said.into() } }
            }
            FactV1::Lost { call, why } => Fact::Lost { call, why: why.into() },
            FactV1::NeverLeft { call, why } => Fact::NeverLeft { call, why },
            FactV1::Noticed(notice) => Fact::Noticed(notice.try_into()?),
            FactV1::CancelRequested { by } => Fact::CancelRequested { by },
            FactV1::RefundRequested(request) => Fact::RefundRequested(request.try_into()?),
            FactV1::LookRequested { by } => Fact::LookRequested { by },
            FactV1::Matched { source, paid, by } => {
                Fact::Matched(Match { source: source.into(), paid: paid.try_into()?, by })
            }
            FactV1::MatchWithdrawn { by, reason } => Fact::MatchWithdrawn { by, reason },
            FactV1::Settled { verdict, reason, by } => {
                Fact::Settled(Settlement { verdict: verdict.into(), reason, by })
            }
            FactV1::RefundFound { id, number, amount, at, source } => Fact::RefundFound(FoundRefund {
                id: id.parse()?,
                number,
                amount: amount.try_into()?,
                at: at.map(Timestamp::from_micros),
                source: source.into(),
            }),
            FactV1::RefundWithdrawn { number, why, by } => {
                Fact::RefundWithdrawn(WithdrawnRefund { number, why: reason(&why)?, by })
            }
            FactV1::FoundAcknowledged { by } => Fact::FoundAcknowledged { by },
            FactV1::Raised(code) => Fact::Raised(
                Alarm::from_code(&code).ok_or_else(|| Unreadable(format!("no alarm is named {code:?}")))?,
            ),
        })
    }
}

impl From<&Request> for RequestV1 {
    fn from(request: &Request) -> RequestV1 {
        RequestV1 {
            id: request.id.to_string(),
            merchant: request.merchant.to_string(),
            store: request.store.to_string(),
            till: request.till.to_string(),
            cashier: request.cashier.clone(),
            key: request.key.clone(),
            content: hex(&request.content),
            amount: request.amount.into(),
            channel: request.channel.to_string(),
            routed: request.routed.as_ref().map(RoutedV4::from),
            wallet: request.wallet.clone(),
            wallet_zh: request.wallet_name.zh.clone(),
            wallet_en: request.wallet_name.en.clone(),
            method: (&request.method).into(),
            description: request.description.clone(),
            reference: request.reference.clone(),
            part: request.part.as_ref().map(PartV3::from),
            installments: request.installments.as_ref().map(InstallmentsV5::from),
        }
    }
}

impl TryFrom<RequestV1> for Request {
    type Error = Unreadable;
    fn try_from(stored: RequestV1) -> Result<Request, Unreadable> {
        Ok(Request {
            id: stored.id.parse()?,
            merchant: stored.merchant.parse()?,
            store: stored.store.parse()?,
            till: stored.till.parse()?,
            cashier: stored.cashier,
            key: stored.key,
            content: unhex(&stored.content)?,
            amount: stored.amount.try_into()?,
            channel: stored.channel.parse()?,
            routed: stored.routed.map(Routed::try_from).transpose()?,
            wallet: stored.wallet,
            wallet_name: Text { zh: stored.wallet_zh, en: stored.wallet_en },
            method: stored.method.try_into()?,
            description: stored.description,
            reference: stored.reference,
            part: stored.part.map(Part::try_from).transpose()?,
            installments: stored.installments.map(Installments::try_from).transpose()?,
        })
    }
}

impl From<&Part> for PartV3 {
    fn from(part: &Part) -> PartV3 {
        PartV3 {
            sale: part.sale.to_string(),
            number: part.number,
            total: part.total.into(),
            note: part.note.clone(),
        }
    }
}

impl TryFrom<PartV3> for Part {
    type Error = Unreadable;
    fn try_from(stored: PartV3) -> Result<Part, Unreadable> {
        Ok(Part {
            sale: stored.sale.parse()?,
            number: stored.number,
            total: stored.total.try_into()?,
            note: stored.note,
        })
    }
}

impl From<&Installments> for InstallmentsV5 {
    fn from(terms: &Installments) -> InstallmentsV5 {
        InstallmentsV5 {
            count: terms.count,
            rate: terms.rate.clone(),
            fee: terms.fee.into(),
            first: terms.first.into(),
            later: terms.later.into(),
            total: terms.total.into(),
        }
    }
}

impl TryFrom<InstallmentsV5> for Installments {
    type Error = Unreadable;
    fn try_from(stored: InstallmentsV5) -> Result<Installments, Unreadable> {
        Ok(Installments {
            count: stored.count,
            rate: stored.rate,
            fee: stored.fee.try_into()?,
            first: stored.first.try_into()?,
            later: stored.later.try_into()?,
            total: stored.total.try_into()?,
        })
    }
}

impl From<&Routed> for RoutedV4 {
    fn from(routed: &Routed) -> RoutedV4 {
        let way = |way: &Considered| WayV4 {
            channel: way.channel.to_string(),
            name: way.name.clone(),
            rate_permille: way.rate_permille,
            known_from: way.known_from,
            standing: way.standing.code().to_owned(),
            said_by: way.standing.said_by().to_owned(),
        };
        RoutedV4 {
            why: routed.why.code().to_owned(),
            said_by: routed.why.said_by().to_owned(),
            ways: routed.ways.iter().map(way).collect(),
        }
    }
}

impl TryFrom<RoutedV4> for Routed {
    type Error = Unreadable;
    fn try_from(stored: RoutedV4) -> Result<Routed, Unreadable> {
        let unknown = |what: &str, code: &str| Unreadable(format!("no {what} is named {code:?}"));
        let way = |way: WayV4| {
            let standing = WayStanding::from_code(&way.standing, way.said_by);
            Ok(Considered {
                channel: way.channel.parse()?,
                name: way.name,
                rate_permille: way.rate_permille,
                known_from: way.known_from,
                standing: standing.ok_or_else(|| unknown("standing of a way", &way.standing))?,
            })
        };
        let why = WhyRouted::from_code(&stored.why, stored.said_by);
        Ok(Routed {
            why: why.ok_or_else(|| unknown("reason for a way", &stored.why))?,
            ways: stored.ways.into_iter().map(way).collect::<Result<_, Unreadable>>()?,
        })
    }
}

impl From<&Method> for MethodV1 {
    fn from(method: &Method) -> MethodV1 {
        match method {
            Method::PayerCode { hint } => MethodV1::PayerCode { hint: hint.clone() },
            Method::ShownQr => MethodV1::ShownQr,
            Method::Cash { tendered } => MethodV1::Cash { tendered: (*tendered).into() },
            Method::ShopCode { seen, digits } => {
                MethodV1::ShopCode { seen: seen.clone(), digits: digits.clone() }
            }
        }
    }
}

impl TryFrom<MethodV1> for Method {
    type Error = Unreadable;
    fn try_from(stored: MethodV1) -> Result<Method, Unreadable> {
        Ok(match stored {
            MethodV1::PayerCode { hint } => Method::PayerCode { hint },
            MethodV1::ShownQr => Method::ShownQr,
            MethodV1::Cash { tendered } => Method::Cash { tendered: tendered.try_into()? },
            MethodV1::ShopCode { seen, digits } => Method::ShopCode { seen, digits },
        })
    }
}

impl From<&Paid> for PaidV1 {
    fn from(paid: &Paid) -> PaidV1 {
        PaidV1 {
            amount: paid.amount.into(),
            transaction: paid.transaction.clone(),
            at: paid.at.map(Timestamp::as_micros),
            payer: paid.payer.clone(),
            funds: paid.funds.clone(),
        }
    }
}

impl TryFrom<PaidV1> for Paid {
    type Error = Unreadable;
    fn try_from(stored: PaidV1) -> Result<Paid, Unreadable> {
        Ok(Paid {
            amount: stored.amount.try_into()?,
            transaction: stored.transaction,
            at: stored.at.map(Timestamp::from_micros),
            payer: stored.payer,
            funds: stored.funds,
        })
    }
}

impl From<&Source> for SourceV2 {
    fn from(source: &Source) -> SourceV2 {
        match source {
            Source::Bill { name, row } => SourceV2::Bill { name: name.clone(), row: *row },
            Source::Notice { notice_id } => SourceV2::Notice { notice_id: notice_id.clone() },
        }
    }
}

impl From<SourceV2> for Source {
    fn from(stored: SourceV2) -> Source {
        match stored {
            SourceV2::Bill { name, row } => Source::Bill { name, row },
            SourceV2::Notice { notice_id } => Source::Notice { notice_id },
        }
    }
}

impl From<Settled> for SettledV2 {
    fn from(settled: Settled) -> SettledV2 {
        match settled {
            Settled::Paid => SettledV2::Paid,
            Settled::NotPaid => SettledV2::NotPaid,
        }
    }
}

impl From<SettledV2> for Settled {
    fn from(stored: SettledV2) -> Settled {
        match stored {
            SettledV2::Paid => Settled::Paid,
            SettledV2::NotPaid => Settled::NotPaid,
        }
    }
}

impl From<RefundWay> for RefundWayV2 {
    fn from(way: RefundWay) -> RefundWayV2 {
        match way {
            RefundWay::Provider => RefundWayV2::Provider,
            RefundWay::Cash => RefundWayV2::Cash,
        }
    }
}

impl From<RefundWayV2> for RefundWay {
    fn from(stored: RefundWayV2) -> RefundWay {
        match stored {
            RefundWayV2::Provider => RefundWay::Provider,
            RefundWayV2::Cash => RefundWay::Cash,
        }
    }
}

impl From<&Ask> for AskV1 {
    fn from(ask: &Ask) -> AskV1 {
        match ask {
            Ask::Charge => AskV1::Charge,
            Ask::Present => AskV1::Present,
            Ask::Inquire => AskV1::Inquire,
            Ask::Reverse => AskV1::Reverse,
            Ask::Close => AskV1::Close,
            Ask::Refund { refund, amount } => {
                AskV1::Refund { refund: refund.to_string(), amount: (*amount).into() }
            }
            Ask::InquireRefund { refund } => AskV1::InquireRefund { refund: refund.to_string() },
        }
    }
}

impl TryFrom<AskV1> for Ask {
    type Error = Unreadable;
    fn try_from(stored: AskV1) -> Result<Ask, Unreadable> {
        Ok(match stored {
            AskV1::Charge => Ask::Charge,
            AskV1::Present => Ask::Present,
            AskV1::Inquire => Ask::Inquire,
            AskV1::Reverse => Ask::Reverse,
            AskV1::Close => Ask::Close,
            AskV1::Refund { refund, amount } => {
                Ask::Refund { refund: refund.parse()?, amount: amount.try_into()? }
            }
            AskV1::InquireRefund { refund } => Ask::InquireRefund { refund: refund.parse()? },
        })
    }
}

impl From<&Verdict> for VerdictV1 {
    fn from(verdict: &Verdict) -> VerdictV1 {
        match verdict {
            Verdict::Paid(paid) => VerdictV1::Paid(paid.into()),
            Verdict::AwaitingPayer => VerdictV1::AwaitingPayer,
            Verdict::QrReady { content, expires_at } => VerdictV1::QrReady {
                content: content.clone(),
                expires_at: expires_at.map(Timestamp::as_micros),
            },
            Verdict::Declined(reason) => VerdictV1::Declined(reason.code().to_owned()),
            Verdict::NotFound => VerdictV1::NotFound,
            Verdict::Closed => VerdictV1::Closed,
            Verdict::Returned => VerdictV1::Returned,
            Verdict::AskAgain => VerdictV1::AskAgain,
            Verdict::RefundProcessing => VerdictV1::RefundProcessing,
            Verdict::Refunded { amount, at } => {
                VerdictV1::Refunded { amount: (*amount).into(), at: at.map(Timestamp::as_micros) }
            }
            Verdict::RefundRefused(reason) => VerdictV1::RefundRefused(reason.code().to_owned()),
            Verdict::Unclear(doubt) => VerdictV1::Unclear(doubt.code().to_owned()),
        }
    }
}

impl TryFrom<VerdictV1> for Verdict {
    type Error = Unreadable;
    fn try_from(stored: VerdictV1) -> Result<Verdict, Unreadable> {
        Ok(match stored {
            VerdictV1::Paid(paid) => Verdict::Paid(paid.try_into()?),
            VerdictV1::AwaitingPayer => Verdict::AwaitingPayer,
            VerdictV1::QrReady { content, expires_at } => {
                Verdict::QrReady { content, expires_at: expires_at.map(Timestamp::from_micros) }
            }
            VerdictV1::Declined(code) => Verdict::Declined(reason(&code)?),
            VerdictV1::NotFound => Verdict::NotFound,
            VerdictV1::Closed => Verdict::Closed,
            VerdictV1::Returned => Verdict::Returned,
            VerdictV1::AskAgain => Verdict::AskAgain,
            VerdictV1::RefundProcessing => Verdict::RefundProcessing,
            VerdictV1::Refunded { amount, at } => {
                Verdict::Refunded { amount: amount.try_into()?, at: at.map(Timestamp::from_micros) }
            }
            VerdictV1::RefundRefused(code) => Verdict::RefundRefused(reason(&code)?),
            VerdictV1::Unclear(code) => Verdict::Unclear(
                Doubt::from_code(&code).ok_or_else(|| Unreadable(format!("no doubt is named {code:?}")))?,
            ),
        })
    }
}

impl From<&Said> for SaidV1 {
    fn from(said: &Said) -> SaidV1 {
        SaidV1 { code: said.code.clone(), message: said.message.clone(), reference: said.reference.clone() }
    }
}

impl From<SaidV1> for Said {
    fn from(stored: SaidV1) -> Said {
        Said { code: stored.code, message: stored.message, reference: stored.reference }
    }
}

impl From<Lost> for LostV1 {
    fn from(lost: Lost) -> LostV1 {
        match lost {
            Lost::TimedOut => LostV1::TimedOut,
            Lost::ConnectionBroke => LostV1::ConnectionBroke,
            Lost::WeStopped => LostV1::WeStopped,
        }
    }
}

impl From<LostV1> for Lost {
    fn from(stored: LostV1) -> Lost {
        match stored {
            LostV1::TimedOut => Lost::TimedOut,
            LostV1::ConnectionBroke => Lost::ConnectionBroke,
            LostV1::WeStopped => Lost::WeStopped,
        }
    }
}

impl From<&Notice> for NoticeV1 {
    fn from(notice: &Notice) -> NoticeV1 {
        NoticeV1 {
            order_no: notice.order_no.to_string(),
            refund_no: notice.refund_no.map(|number| number.to_string()),
            claim: notice.claim.clone(),
            notice_id: notice.notice_id.clone(),
        }
    }
}

impl TryFrom<NoticeV1> for Notice {
    type Error = Unreadable;
    fn try_from(stored: NoticeV1) -> Result<Notice, Unreadable> {
        Ok(Notice {
            order_no: stored.order_no.parse()?,
            refund_no: stored.refund_no.map(|number| number.parse()).transpose()?,
            claim: stored.claim,
            notice_id: stored.notice_id,
        })
    }
}

impl From<&RefundRequest> for RefundRequestV1 {
    fn from(request: &RefundRequest) -> RefundRequestV1 {
        RefundRequestV1 {
            id: request.id.to_string(),
            key: request.key.clone(),
            content: hex(&request.content),
            amount: request.amount.into(),
            reason: request.reason.clone(),
            by: request.by.clone(),
            way: request.way.into(),
        }
    }
}

impl TryFrom<RefundRequestV1> for RefundRequest {
    type Error = Unreadable;
    fn try_from(stored: RefundRequestV1) -> Result<RefundRequest, Unreadable> {
        Ok(RefundRequest {
            id: stored.id.parse()?,
            key: stored.key,
            content: unhex(&stored.content)?,
            amount: stored.amount.try_into()?,
            reason: stored.reason,
            by: stored.by,
            way: stored.way.into(),
        })
    }
}

impl From<Money> for MoneyV1 {
    fn from(money: Money) -> MoneyV1 {
        MoneyV1 { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}

impl TryFrom<MoneyV1> for Money {
    type Error = Unreadable;
    fn try_from(stored: MoneyV1) -> Result<Money, Unreadable> {
        let currency = Currency::from_code(&stored.currency)
            .ok_or_else(|| Unreadable(format!("no currency is named {:?}", stored.currency)))?;
        Ok(Money::new(stored.minor, currency))
    }
}

fn reason(code: &str) -> Result<Reason, Unreadable> {
    Reason::from_code(code).ok_or_else(|| Unreadable(format!("no reason is named {code:?}")))
}

fn hex(hash: &ContentHash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

fn unhex(text: &str) -> Result<ContentHash, Unreadable> {
    let wrong = || Unreadable(format!("a content hash of {} characters, not 64 hex digits", text.len()));
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{OrderNo, PaymentId, RefundId, RefundNo};

    /// Version-1 texts as they were first written. A line here is never edited: whatever stored it still wants it read.
    const VERSION_1: &str = include_str!("../tests/golden/facts_v1.jsonl");

    /// Version-2 texts as they were first written. No line here is ever edited either.
    const VERSION_2: &str = include_str!("../tests/golden/facts_v2.jsonl");

    /// The same of version 4.
    const VERSION_4: &str = include_str!("../tests/golden/facts_v4.jsonl");

    /// The same of version 5.
    const VERSION_5: &str = include_str!("../tests/golden/facts_v5.jsonl");

    /// The same of version 6.
    const VERSION_6: &str = include_str!("../tests/golden/facts_v6.jsonl");

    /// The same of version 3.
    const VERSION_3: &str = include_str!("../tests/golden/facts_v3.jsonl");

    #[test]
    fn texts_of_every_version_are_read_as_what_they_were() {
        let facts =
            |golden: &str| -> Vec<Fact> { golden.lines().map(|line| read(line).expect(line)).collect() };
        assert_eq!(facts(VERSION_1), every_fact());
        assert_eq!(facts(VERSION_2), every_fact_by_hand());
        assert_eq!(facts(VERSION_3), [part_of_a_sale()]);
        assert_eq!(facts(VERSION_4), every_choice());
        assert_eq!(facts(VERSION_5), [in_installments()]);
        assert_eq!(facts(VERSION_6), every_number());
    }

    #[test]
    fn facts_are_written_in_the_first_version_that_can_say_them() {
        let written = |facts: Vec<Fact>| -> Vec<String> { facts.iter().map(write).collect() };
        assert_eq!(written(every_fact()), VERSION_1.lines().collect::<Vec<_>>());
        assert_eq!(written(every_fact_by_hand()), VERSION_2.lines().collect::<Vec<_>>());
        assert_eq!(written(vec![part_of_a_sale()]), VERSION_3.lines().collect::<Vec<_>>());
        assert_eq!(written(every_choice()), VERSION_4.lines().collect::<Vec<_>>());
        assert_eq!(written(vec![in_installments()]), VERSION_5.lines().collect::<Vec<_>>());
        assert_eq!(written(every_number()), VERSION_6.lines().collect::<Vec<_>>());
    }

    #[test]
    fn what_no_fact_can_be_is_refused_with_its_reason() {
        let id = "00000000-0000-0000-0000-000000000001";
        let declined = |code: &str| {
            format!(
                r#"{{"v":1,"fact":{{"answered":{{"call":1,"verdict":{{"declined":"{code}"}},"said":{{"code":"","message":"","reference":""}}}}}}}}"#
            )
        };
        let refund = |id: &str, currency: &str| {
            format!(
                r#"{{"v":1,"fact":{{"asked":{{"call":1,"ask":{{"refund":{{"refund":"{id}","amount":{{"minor":1,"currency":"{currency}"}}}}}}}}}}}}"#
            )
        };
        for (text, why) in [
            ("", "EOF while parsing"),
            (r#"{"fact":{}}"#, "missing field `v`"),
            (r#"{"v":7,"fact":{}}"#, "of version 7, which this Paydesk does not know"),
            (r#"{"v":1,"fact":{"paid":{}}}"#, "unknown variant `paid`"),
            (&declined("bad_luck"), "no reason is named \"bad_luck\""),
            (&refund(id, "XAU"), "no currency is named \"XAU\""),
            (&refund("7", "CNY"), "not an id of the form"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(read(&declined("code_expired")).is_ok() && read(&refund(id, "CNY")).is_ok());
    }

    /// Every variant that version 2 brought.
    fn every_fact_by_hand() -> Vec<Fact> {
        let paid = Paid {
            amount: Money::cny(1250),
            transaction: "4200009".into(),
            at: Some(Timestamp::from_micros(1_795_400_000_123_456)),
            payer: String::new(),
            funds: "OTHERS".into(),
        };
        let bill = Source::Bill { name: "2026-11-23".into(), row: 7 };
        let notice = Source::Notice { notice_id: "n-5".into() };
        let matched = |source, by: &str| Fact::Matched(Match { source, paid: paid.clone(), by: by.into() });
        let settled = |verdict| {
            Fact::Settled(Settlement { verdict, reason: "顾客出示了凭证".into(), by: "王芳".into() })
        };
        let declined = Verdict::Declined(Reason::NeverVerified);
        let mut facts = vec![
            requested(Method::Cash { tendered: Money::cny(2000) }),
            requested(Method::ShopCode { seen: "支付成功 12.50".into(), digits: "4321".into() }),
            matched(bill, ""),
            matched(notice, "王芳"),
            Fact::MatchWithdrawn { by: "王芳".into(), reason: "另一桌的".into() },
            settled(Settled::Paid),
            settled(Settled::NotPaid),
            Fact::RefundRequested(refund_request(RefundWay::Cash)),
            Fact::Answered { call: 1, answer: Answer { verdict: declined, said: Said::default() } },
        ];
        facts.extend(Alarm::ALL.iter().map(|alarm| Fact::Raised(*alarm)));
        facts.push(Fact::RefundFound(FoundRefund {
            id: RefundId::from_u128(0x3f),
            number: "50300009".into(),
            amount: Money::cny(500),
            at: Some(Timestamp::from_micros(1_795_400_000_123_456)),
            source: Source::Bill { name: "2026-11-23".into(), row: 9 },
        }));
        facts.push(Fact::RefundWithdrawn(WithdrawnRefund {
            number: "50300009".into(),
            why: Reason::RefundNotPossible,
            by: "server".into(),
        }));
        facts.push(Fact::FoundAcknowledged { by: "王芳".into() });
        facts
    }

    fn part_of_a_sale() -> Fact {
        let Fact::Requested(mut request) = requested(Method::Cash { tendered: Money::cny(2000) }) else {
            unreachable!("a request is requested")
        };
        let sale = base::SaleId::from_u128(0x5a);
        let part = Part { sale, number: 2, total: Money::cny(10_000), note: "5号桌".into() };
        std::sync::Arc::make_mut(&mut request).part = Some(part);
        Fact::Requested(request)
    }

    fn in_installments() -> Fact {
        let Fact::Requested(mut request) = part_of_a_sale() else { unreachable!("a request is requested") };
        let cny = Money::cny;
        let terms = Installments {
            count: 3,
            rate: "0.5".into(),
            fee: cny(30),
            first: cny(678),
            later: cny(676),
            total: cny(2030),
        };
        std::sync::Arc::make_mut(&mut request).installments = Some(terms);
        Fact::Requested(request)
    }

    /// Every variant that version 4 brought.
    fn every_choice() -> Vec<Fact> {
        let way = |number: u128, name: &str, standing| Considered {
            channel: base::ChannelId::from_u128(number),
            name: name.into(),
            rate_permille: 875,
            known_from: 12_500,
            standing,
        };
        let ways = vec![
            way(4, "direct", WayStanding::Open),
            way(5, "bank", WayStanding::Eliminated),
            way(6, "other", WayStanding::ShutByPerson { by: "王芳".into() }),
            way(7, "night", WayStanding::ShutByRule { name: "白天不用".into() }),
        ];
        let whys = [
            WhyRouted::Pinned { by: "王芳".into() },
            WhyRouted::Rule { name: "大额".into() },
            WhyRouted::Preferred,
            WhyRouted::BetterRate,
            WhyRouted::Probe,
            WhyRouted::Trial,
            WhyRouted::LeastBad,
        ];
        let routed = |why| {
            let Fact::Requested(request) = requested(Method::ShownQr) else {
                unreachable!("it is a request")
            };
            let routed = Some(Routed { why, ways: ways.clone() });
            Fact::Requested(Request { routed, ..(*request).clone() }.into())
        };
        whys.into_iter().map(routed).collect()
    }

    /// What version 6 brought.
    fn every_number() -> Vec<Fact> {
        let trace = |number| Some(Trace { batch: 7, number });
        let refund = Ask::Refund { refund: RefundId::from_u128(0x2f), amount: Money::cny(500) };
        vec![
            Fact::Asked { call: 1, ask: Ask::Charge, trace: trace(123) },
            Fact::Asked { call: 2, ask: refund, trace: trace(999_999) },
        ]
    }

    fn refund_request(way: RefundWay) -> RefundRequest {
        RefundRequest {
            id: RefundId::from_u128(0x2f),
            key: "r1".into(),
            content: [0xab; 32],
            amount: Money::cny(1250),
            reason: "太咸".into(),
            by: "wang".into(),
            way,
        }
    }

    /// Every variant of everything a fact of version 1 can hold.
    fn every_fact() -> Vec<Fact> {
        let amount = Money::cny(1250);
        let refund = RefundId::from_u128(0x2f);
        let mut facts = vec![
            requested(Method::PayerCode { hint: "13••••••••••••••89".into() }),
            requested(Method::ShownQr),
        ];
        let asks = [
            Ask::Charge,
            Ask::Present,
            Ask::Inquire,
            Ask::Reverse,
            Ask::Close,
            Ask::Refund { refund, amount },
            Ask::InquireRefund { refund },
        ];
        facts.extend((1..).zip(asks).map(|(call, ask)| Fact::Asked { call, ask, trace: None }));
        let at = Some(Timestamp::from_micros(1_795_400_000_123_456));
        let paid = Paid {
            amount,
            transaction: "4200001".into(),
            at,
            payer: "o***1".into(),
            funds: "CMB_DEBIT".into(),
        };
        let mut verdicts = vec![
            Verdict::Paid(paid.clone()),
            Verdict::Paid(Paid { at: None, ..paid }),
            Verdict::AwaitingPayer,
            Verdict::QrReady { content: "https://qr.example/x".into(), expires_at: at },
            Verdict::NotFound,
            Verdict::Closed,
            Verdict::Returned,
            Verdict::AskAgain,
            Verdict::RefundProcessing,
            Verdict::Refunded { amount, at },
        ];
        let first = Reason::ALL.iter().filter(|reason| **reason <= Reason::RefundNotPossible);
        verdicts.extend(first.map(|reason| Verdict::Declined(*reason)));
        verdicts.push(Verdict::RefundRefused(Reason::MerchantBalanceTooLow));
        verdicts.extend(Doubt::ALL.iter().map(|doubt| Verdict::Unclear(*doubt)));
        let said =
            Said {
                code: "NOTENOUGH".into(), message: "余额不足 \"!\"".into(), reference: "req-1".into()
            };
        facts.extend(
            (1..).zip(verdicts).map(|(call, verdict)| Fact::Answered {
                call,
                answer: Answer { verdict, said: said.clone() },
            }),
        );
        let losses = [Lost::TimedOut, Lost::ConnectionBroke, Lost::WeStopped];
        facts.extend((1..).zip(losses).map(|(call, why)| Fact::Lost { call, why }));
        facts.push(Fact::NeverLeft { call: 3, why: "Connection refused (os error 111)".into() });
        let order_no = OrderNo::from(PaymentId::from_u128(0x1a));
        let notice = Notice { order_no, refund_no: None, claim: "SUCCESS".into(), notice_id: "n-1".into() };
        facts.push(Fact::Noticed(notice.clone()));
        facts.push(Fact::Noticed(Notice { refund_no: Some(RefundNo::from(refund)), ..notice }));
        facts.push(Fact::CancelRequested { by: "王芳".into() });
        facts.push(Fact::RefundRequested(refund_request(RefundWay::Provider)));
        facts.push(Fact::LookRequested { by: "wang".into() });
        facts
    }

    fn requested(method: Method) -> Fact {
        let request = Request {
            id: PaymentId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0123456789ab),
            merchant: base::MerchantId::from_u128(1),
            store: base::StoreId::from_u128(2),
            till: base::TillId::from_u128(3),
            cashier: "王芳".into(),
            key: "k-1".into(),
            content: std::array::from_fn(|i| i as u8 * 8),
            amount: Money::cny(1250),
            channel: base::ChannelId::from_u128(4),
            routed: None,
            wallet: "blue".into(),
            wallet_name: Text::new("蓝钱包", "Blue"),
            method,
            description: "早餐".into(),
            reference: "R-7".into(),
            part: None,
            installments: None,
        };
        Fact::Requested(request.into())
    }
}
