//! The shapes people's pages and programs see: a payment and everything around it, as JSON.
//!
//! Nothing here decides: each shape is told from what the facts add up to, what is next, and `explain`'s words.

use crate::installments::InstallmentsView;
use crate::sales::PartView;
use base::{Money, OrderNo, RefundNo, Text, Timestamp, Zone};
use payment::{Charge, Method, Next, Payment, Policy, Refund, RefundState, explain};
use serde::Serialize;
use utoipa::ToSchema;

/// A sentence in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Text)]
pub struct TextView {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// An amount in minor units: 1250 of CNY is 12.50 yuan.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Amount)]
pub struct AmountView {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 letters.
    #[schema(value_type = String, example = "CNY")]
    pub currency: &'static str,
}

/// Something with an id and a name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// Where a payment was taken.
#[derive(Debug, Clone)]
pub struct PlaceNames {
    /// Whose money it is.
    pub merchant: Named,
    /// In which store.
    pub store: Named,
    /// At which till.
    pub till: Named,
}

/// A QR code the customer can pay by scanning.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ShownQr)]
pub struct QrView {
    /// The text to draw.
    pub content: String,
    /// When it stops being payable.
    pub expires_at: Option<String>,
}

/// Where the money is, in one word.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MoneyState)]
pub enum MoneyView {
    /// 等待顾客: the customer has to do something.
    Waiting,
    /// 正在核实: we are finding out.
    Verifying,
    /// 已登记，未核实: a person recorded it by hand; not ours until it is verified.
    Recorded,
    /// 收款成功: it is ours.
    Paid,
    /// 未收款: it was not taken.
    NotPaid,
    /// 已退回: it was taken and went back.
    Returned,
}

/// How the customer pays.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PayMethod)]
pub enum MethodView {
    /// We scanned the customer's code.
    PayerCode,
    /// The customer scans ours.
    ShowQr,
    /// Notes and coins that a person counted.
    Cash,
    /// The customer scanned the shop's printed code, and a person recorded what they saw.
    ShopCode,
}

/// Cash over the counter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CountedCash)]
pub struct CashView {
    /// What the customer handed over.
    pub tendered: AmountView,
    /// What goes back at once.
    pub change: AmountView,
}

/// A payment to the shop's printed code, recorded by hand.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ManualRecord)]
pub struct RecordView {
    /// What the cashier saw on the customer's phone.
    pub seen: String,
    /// The last digits of the transaction's number, as far as they were read.
    pub digits: Option<String>,
    /// By when it must have been verified before a person is called.
    pub verify_by: String,
    /// It was found at the provider: `bill` or `notice`.
    pub matched: Option<String>,
    /// What a person decided, and why.
    pub settled: Option<String>,
}

/// A payment found paid after the till had lost sight of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FoundPaid)]
pub struct FoundView {
    /// How: `matched`, `too_late`, `kept` or `after_restart`.
    pub how: String,
    /// It in words.
    pub text: TextView,
    /// Who has seen it; nothing while it is to be announced.
    pub seen_by: Option<String>,
}

/// The one primary button of a state.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Action)]
pub enum ActionView {
    /// Done: serve the next customer.
    NextCustomer,
    /// Nothing to do but wait.
    Wait,
    /// Ask the customer to look at the phone.
    AskCustomer,
    /// Ask for a fresh code and scan it.
    ScanNewCode,
    /// Take the money another way.
    OtherMethod,
    /// Try once more.
    TryAgain,
    /// Call whoever runs the shop.
    CallOwner,
    /// Show the QR to the customer.
    ShowQr,
}

/// A state in words: what happened, what it means, what to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Explain)]
pub struct ExplainView {
    /// What happened, in one line.
    pub headline: TextView,
    /// What it means.
    pub detail: TextView,
    /// What is awaited, if anything.
    pub awaiting: Option<TextView>,
    /// What the cashier does next.
    pub next_step: TextView,
    /// May the goods be handed over?
    pub may_hand_over: bool,
    /// May this sale be charged again, by any method?
    pub may_charge_again: bool,
    /// The primary button.
    pub action: ActionView,
    /// The words on it.
    pub action_label: TextView,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundState)]
pub enum RefundStateView {
    /// Asked for; the end is not known yet.
    Processing,
    /// The payer has the money.
    Done,
    /// It will not happen.
    Refused,
}

/// One return of money.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundView {
    /// Its id.
    pub id: String,
    /// The key it was asked for with; nothing if late money went back by itself.
    pub key: Option<String>,
    /// The number the provider knows it by.
    pub refund_no: String,
    /// How much.
    pub amount: AmountView,
    /// How far it is.
    pub state: RefundStateView,
    /// Why it was asked for, if anybody said.
    pub reason: Option<String>,
    /// Why it was refused, as a name for programs.
    pub refuse_reason: Option<String>,
    /// When it was asked for.
    pub requested_at: String,
    /// When the payer had the money.
    pub done_at: Option<String>,
    /// It was given back over the counter.
    pub in_cash: bool,
    /// It in words.
    pub text: TextView,
}

/// What became of a payment's slips.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Printed)]
pub struct PrintedView {
    /// The newest slip: `queued`, `held`, `sent`, `printed`, `unknown`.
    pub state: String,
    /// How many reprints were asked for.
    pub copies: u32,
}

/// A payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView {
    /// Its id.
    pub id: String,
    /// How many facts there are; grows with every one.
    pub version: u32,
    /// When it was asked for.
    pub created_at: String,
    /// When the last fact was learnt.
    pub updated_at: String,
    /// Whose money it is.
    pub merchant: Named,
    /// In which store.
    pub store: Named,
    /// At which till.
    pub till: Named,
    /// Who took it; nothing for a machine.
    pub cashier: Option<String>,
    /// The number the provider knows it by.
    pub order_no: String,
    /// The caller's own number for the sale.
    pub reference: Option<String>,
    /// Which part of a sale it is, if several payments pay one.
    pub part: Option<PartView>,
    /// The plan that the customer was shown and chose, where the wallet lends the money.
    pub installments: Option<InstallmentsView>,
    /// What is bought.
    pub description: String,
    /// How much was asked for.
    pub amount: AmountView,
    /// How much came, once it is known.
    pub paid: Option<AmountView>,
    /// How much has gone back by refunds.
    pub refunded: AmountView,
    /// How much could still be asked back.
    pub refundable: AmountView,
    /// How the customer pays.
    pub method: MethodView,
    /// Our short name of the wallet.
    pub wallet: String,
    /// Its name for people.
    pub wallet_label: TextView,
    /// What was counted, if it was cash.
    pub cash: Option<CashView>,
    /// What was recorded, if the customer paid by the shop's printed code.
    pub record: Option<RecordView>,
    /// It was found paid after the till had lost sight of it.
    pub found: Option<FoundView>,
    /// Two digits at either end of the payer's code.
    pub code_hint: Option<String>,
    /// What to show the customer while the money is awaited.
    pub qr: Option<QrView>,
    /// Where the money is.
    pub money: MoneyView,
    /// Why it was not taken, as a name for programs.
    pub reason: Option<String>,
    /// The provider's number of the transaction.
    pub provider_transaction: Option<String>,
    /// The provider's last code about the charge.
    pub provider_code: Option<String>,
    /// The provider's last message about the charge.
    pub provider_message: Option<String>,
    /// A person must know about it.
    pub escalated: bool,
    /// A person may decide what it is.
    pub to_settle: bool,
    /// The money came after giving up and is going back.
    pub owed_back: bool,
    /// By when there will be a result, while there is none.
    pub until: Option<String>,
    /// It in words.
    pub explain: ExplainView,
    /// Its returns, in the order they were asked for.
    pub refunds: Vec<RefundView>,
    /// What became of its slips; nothing if it has none.
    pub printed: Option<PrintedView>,
    /// Where its public receipt is, once there is one.
    pub receipt_url: Option<String>,
}

/// Everything that a view of a payment is told from.
pub struct Subject<'a> {
    /// What its facts add up to.
    pub payment: &'a Payment,
    /// What is next.
    pub next: &'a Next,
    /// Its channel's timing.
    pub policy: &'a Policy,
    /// The provider's name for people.
    pub provider: &'a Text,
    /// What became of its slips.
    pub printed: Option<PrintedView>,
    /// Where its public receipt would be.
    pub receipt_url: String,
}

/// The view of a payment.
pub fn payment_view(subject: Subject<'_>, place: PlaceNames) -> PaymentView {
    let Subject { payment, next, policy, provider, printed, receipt_url } = subject;
    let request = &payment.request;
    let words = explain(payment, next, policy, provider);
    let settled = !matches!(words.money, payment::MoneyState::Waiting | payment::MoneyState::Verifying);
    PaymentView {
        id: request.id.to_string(),
        version: payment.version,
        created_at: time(payment.requested_at),
        updated_at: time(payment.updated_at),
        merchant: place.merchant,
        store: place.store,
        till: place.till,
        cashier: some_text(&request.cashier),
        order_no: OrderNo::from(request.id).to_string(),
        reference: some_text(&request.reference),
        part: request.part.as_ref().map(PartView::from),
        installments: request.installments.as_ref().map(InstallmentsView::from),
        description: request.description.clone(),
        amount: request.amount.into(),
        paid: payment.paid().map(|paid| paid.amount.into()),
        refunded: payment.refunded().into(),
        refundable: payment.refundable().into(),
        method: method(&request.method),
        wallet: request.wallet.clone(),
        wallet_label: request.wallet_name.clone().into(),
        cash: cash(payment),
        record: record(payment, policy),
        found: payment.found().map(|found| FoundView {
            how: found.code().to_owned(),
            text: found.text().into(),
            seen_by: payment.acknowledged.clone(),
        }),
        code_hint: code_hint(&request.method),
        qr: qr(payment),
        money: words.money.into(),
        reason: reason(payment),
        provider_transaction: payment.paid().and_then(|paid| some_text(&paid.transaction)),
        provider_code: some_text(&payment.said.code),
        provider_message: some_text(&payment.said.message),
        escalated: matches!(next, Next::Escalate { .. }),
        to_settle: payment.waits_for_a_decision(),
        owed_back: payment.owed_back(),
        until: words.until.map(time),
        refunds: payment.refunds.iter().map(refund_view).collect(),
        printed,
        receipt_url: settled.then_some(receipt_url),
        explain: explain_view(words),
    }
}

/// A moment on China's wall clock, RFC 3339.
pub fn time(at: Timestamp) -> String {
    at.rfc3339(Zone::CHINA)
}

/// Nothing for an empty text.
pub fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A refund's view.
pub fn refund_view(refund: &Refund) -> RefundView {
    let (state, refuse_reason, done_at) = match refund.state {
        RefundState::Wanted | RefundState::Unclear | RefundState::Processing => {
            (RefundStateView::Processing, None, None)
        }
        RefundState::Done { at } => (RefundStateView::Done, None, Some(time(at))),
        RefundState::Refused(why) => (RefundStateView::Refused, Some(why.code().to_owned()), None),
    };
    RefundView {
        id: refund.id.to_string(),
        key: refund.request.as_ref().map(|request| request.key.clone()),
        refund_no: RefundNo::from(refund.id).to_string(),
        amount: refund.amount.into(),
        state,
        reason: refund.request.as_ref().and_then(|request| some_text(&request.reason)),
        refuse_reason,
        requested_at: time(refund.requested_at),
        done_at,
        in_cash: refund.in_cash(),
        text: payment::refund_text(refund).into(),
    }
}

fn explain_view(words: payment::Explanation) -> ExplainView {
    ExplainView {
        headline: words.headline.into(),
        detail: words.detail.into(),
        awaiting: words.awaiting.map(TextView::from),
        next_step: words.next_step.into(),
        may_hand_over: words.may_hand_over,
        may_charge_again: words.may_charge_again,
        action: words.action.into(),
        action_label: words.action.text().into(),
    }
}

fn method(method: &Method) -> MethodView {
    match method {
        Method::PayerCode { .. } => MethodView::PayerCode,
        Method::ShownQr => MethodView::ShowQr,
        Method::Cash { .. } => MethodView::Cash,
        Method::ShopCode { .. } => MethodView::ShopCode,
    }
}

fn cash(payment: &Payment) -> Option<CashView> {
    let Method::Cash { tendered } = payment.request.method else { return None };
    Some(CashView { tendered: tendered.into(), change: payment.request.change().into() })
}

fn record(payment: &Payment, policy: &Policy) -> Option<RecordView> {
    let Method::ShopCode { seen, digits } = &payment.request.method else { return None };
    let source = |found: &payment::Match| match found.source {
        payment::Source::Bill { .. } => "bill".to_owned(),
        payment::Source::Notice { .. } => "notice".to_owned(),
    };
    Some(RecordView {
        seen: seen.clone(),
        digits: some_text(digits),
        verify_by: time(payment::verify_by(payment.requested_at, policy)),
        matched: payment.matched.as_ref().map(source),
        settled: payment.settled.as_ref().map(|settled| settled.reason.clone()),
    })
}

fn code_hint(method: &Method) -> Option<String> {
    match method {
        Method::PayerCode { hint } => Some(hint.clone()),
        Method::ShownQr | Method::Cash { .. } | Method::ShopCode { .. } => None,
    }
}

/// Shown only while paying it is wanted.
/// The code to show, while there is one to scan.
pub(crate) fn qr(payment: &Payment) -> Option<QrView> {
    match &payment.charge {
        Charge::AwaitingPayer { qr: Some(qr), .. } if payment.undo.is_none() => {
            Some(QrView { content: qr.content.clone(), expires_at: qr.expires_at.map(time) })
        }
        Charge::AwaitingPayer { .. }
        | Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::Recorded { .. }
        | Charge::Paid { .. }
        | Charge::NotPaid { .. }
        | Charge::Returned { .. } => None,
    }
}

fn reason(payment: &Payment) -> Option<String> {
    match payment.charge {
        Charge::NotPaid { reason, .. } => Some(reason.code().to_owned()),
        Charge::NotAsked | Charge::NeverLeft { .. } => {
            payment.undo.map(|undo| undo.why.reason().code().to_owned())
        }
        Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. }
        | Charge::Recorded { .. }
        | Charge::Paid { .. }
        | Charge::Returned { .. } => None,
    }
}

impl From<Text> for TextView {
    fn from(text: Text) -> TextView {
        TextView { zh: text.zh, en: text.en }
    }
}

impl From<Money> for AmountView {
    fn from(money: Money) -> AmountView {
        AmountView { amount: money.minor(), currency: money.currency().code() }
    }
}

impl From<payment::MoneyState> for MoneyView {
    fn from(state: payment::MoneyState) -> MoneyView {
        match state {
            payment::MoneyState::Waiting => MoneyView::Waiting,
            payment::MoneyState::Verifying => MoneyView::Verifying,
            payment::MoneyState::Recorded => MoneyView::Recorded,
            payment::MoneyState::Paid => MoneyView::Paid,
            payment::MoneyState::NotPaid => MoneyView::NotPaid,
            payment::MoneyState::Returned => MoneyView::Returned,
        }
    }
}

impl From<payment::Action> for ActionView {
    fn from(action: payment::Action) -> ActionView {
        match action {
            payment::Action::NextCustomer => ActionView::NextCustomer,
            payment::Action::Wait => ActionView::Wait,
            payment::Action::AskCustomer => ActionView::AskCustomer,
            payment::Action::ScanNewCode => ActionView::ScanNewCode,
            payment::Action::OtherMethod => ActionView::OtherMethod,
            payment::Action::TryAgain => ActionView::TryAgain,
            payment::Action::CallOwner => ActionView::CallOwner,
            payment::Action::ShowQr => ActionView::ShowQr,
        }
    }
}
