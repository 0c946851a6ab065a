//! Slips: for the shop by a payment's id, for the customer by an address nobody can guess, and on paper again.

use crate::body::{AtPath, id};
use crate::guard::{Caller, Permission};
use crate::problem::{Code, Problem, ProblemBody};
use crate::secrets::{mark, marking_key, same_mark};
use crate::state::ApiState;
use crate::views::{AmountView, MoneyView, TextView, time};
use aws_lc_rs::hmac;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{AgentId, OrderNo, PaymentId, Secret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::Which;
use payment::{Next, Payment, Refusal, explain};
use receipt::{Align, Copy, Language, Line, Place, ReceiptFacts, Size};
use serde::Serialize;
use std::num::NonZeroU32;
use store::MerchantScope;
use utoipa::ToSchema;

/// Makes and reads the addresses of public receipts: the payment's id and 128 bits of an HMAC over it, so that an
/// address can be made anywhere without storing it, and none can be guessed. A till's own device makes them with a key
/// that its server can make too, and puts its own id in front, since the payment may not be at the server yet.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct ReceiptLinks {
    base_url: String,
    key: hmac::Key,
    device: Option<AgentId>,
}

/// One line of a slip.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = SlipLine)]
pub enum LineView {
    /// Words.
    Text {
        /// What they say.
        text: String,
        /// `left`, `center` or `right`.
        #[schema(value_type = String)]
        align: &'static str,
        /// 1, 2 or 3 times the normal font.
        size: usize,
        /// Heavier strokes.
        bold: bool,
    },
    /// A name and its value.
    Pair {
        /// The name.
        label: String,
        /// The value.
        value: String,
    },
    /// A line across the paper.
    Rule,
    /// A code to scan.
    Qr {
        /// What a scanner reads.
        content: String,
    },
    /// An empty row.
    Blank,
    /// The end of the paper.
    Cut,
}

/// A slip as the shop sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Its lines.
    pub lines: Vec<LineView>,
    /// How many reprints were asked for.
    pub reprint: u32,
}

/// A receipt as the customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicReceipt {
    /// Who took the money.
    pub merchant: String,
    /// In which store.
    pub store: String,
    /// The slip's lines in Chinese.
    pub lines: Vec<LineView>,
    /// The slip's lines in English.
    pub lines_en: Vec<LineView>,
    /// The payment itself.
    pub payment: PublicPayment,
}

/// What a customer may know of a payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicPayment {
    /// How much.
    pub amount: AmountView,
    /// How much has gone back.
    pub refunded: AmountView,
    /// Where the money is.
    pub state: MoneyView,
    /// The state in one word.
    pub state_label: TextView,
    /// The wallet.
    pub wallet_label: TextView,
    /// When.
    pub time: String,
    /// The number the provider knows it by.
    pub order_no: String,
}

/// A slip that waits for a printer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PrintJob)]
pub struct PrintJobView {
    /// Its number.
    pub id: String,
    /// `queued` and so on.
    pub state: String,
    /// 0 for the slip itself, 1, 2 ... for reprints.
    pub copies: u32,
}

/// A payment's slip.
#[utoipa::path(get, path = "/v1/payments/{id}/receipt", operation_id = "readReceipt", tag = "payments", params(("id" = String, Path)), responses(
    (status = 200, body = Receipt),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_print_yet"),
))]
pub(crate) async fn of_payment(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
) -> Result<Json<Receipt>, Problem> {
    let payment: PaymentId = id(&payment, "payment")?;
    let scope = caller.scope();
    let payment = state.read_payment(&scope, payment).await?;
    let next = state.next(&payment);
    let facts = slip(&state, &payment, &next, Language::Chinese).await?.ok_or(Code::NothingToPrintYet)?;
    let printed = state.store().printed(&scope, &[payment.request.id]).await?;
    let reprint = printed.get(&payment.request.id).map_or(0, |printed| printed.copies);
    let copy = NonZeroU32::new(reprint).map_or(Copy::Original, |count| Copy::Reprint { count });
    Ok(Json(Receipt { lines: lines(&facts, copy), reprint }))
}

/// Prints a payment's slip once more, marked and counted.
#[utoipa::path(post, path = "/v1/payments/{id}/print", operation_id = "printReceipt", tag = "payments", params(("id" = String, Path)), responses(
    (status = 202, body = PrintJobView),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "nothing_to_print_yet, no_printer"),
))]
pub(crate) async fn print(
    State(state): State<ApiState>,
    caller: Caller,
    AtPath(payment): AtPath,
) -> Result<(StatusCode, Json<PrintJobView>), Problem> {
    caller.must(Permission::Take)?;
    let payment: PaymentId = id(&payment, "payment")?;
    let scope = caller.scope();
    let payment = state.read_payment(&scope, payment).await?;
    let next = state.next(&payment);
    slip(&state, &payment, &next, Language::Chinese).await?.ok_or(Code::NothingToPrintYet)?;
    if !state.has_printer(payment.request.till) {
        return Err(Code::NoPrinter.into());
    }
    let job = state.store().queue_copy(&scope, payment.request.id, state.now()).await?;
    let job = job.ok_or(Refusal::NoSuchPayment)?;
    state.setup.printers.queued(payment.request.till);
    let view = PrintJobView { id: job.id.to_string(), state: job.state.code().to_owned(), copies: job.copy };
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// A customer's receipt. Nobody has to sign in; the address is the proof.
///
/// A slip that a till's own device printed has an address too before the till has reported the payment: then
/// `receipt_comes_later`.
#[utoipa::path(get, path = "/v1/receipts/{token}", operation_id = "readPublicReceipt", tag = "public", params(("token" = String, Path)), responses(
    (status = 200, body = PublicReceipt),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_receipt, receipt_comes_later"),
))]
pub(crate) async fn public(
    State(state): State<ApiState>,
    AtPath(token): AtPath,
) -> Result<Json<PublicReceipt>, Problem> {
    let (payment, missing) = match state.receipts.payment(&token) {
        Some(payment) => (of_any_merchant(&state, payment).await?, Code::NoSuchReceipt),
        None => (of_a_device(&state, &token).await?, Code::ReceiptComesLater),
    };
    let next = state.next(&payment);
    let slip_of = |language| slip(&state, &payment, &next, language);
    let facts = slip_of(Language::Chinese).await?.ok_or(missing)?;
    let facts_en = slip_of(Language::English).await?.ok_or(missing)?;
    let words = explain(&payment, &next, &state.policy(&payment), &state.provider_title(&payment));
    Ok(Json(PublicReceipt {
        merchant: facts.shop.clone(),
        store: facts.store.clone(),
        lines: lines(&facts, Copy::Original),
        lines_en: lines(&facts_en, Copy::Original),
        payment: PublicPayment {
            amount: facts.amount.into(),
            refunded: payment.refunded().into(),
            state: words.money.into(),
            state_label: words.money.text().into(),
            wallet_label: payment.request.wallet_name.clone().into(),
            time: time(facts.time),
            order_no: facts.order_number.clone(),
        },
    }))
}

impl ReceiptLinks {
    pub(crate) fn new(base_url: &str, key: hmac::Key) -> ReceiptLinks {
        ReceiptLinks { base_url: base_url.trim_end_matches('/').to_owned(), key, device: None }
    }

    /// The addresses that a till's own device makes; `key_hash` is what its server keeps of the device's key.
    pub fn of_device(base_url: &str, device: AgentId, key_hash: &Secret<String>) -> ReceiptLinks {
        let key = marking_key(key_hash, "receipts of a device");
        ReceiptLinks { device: Some(device), ..ReceiptLinks::new(base_url, key) }
    }

    /// Where a payment's public receipt is.
    pub fn url(&self, payment: PaymentId) -> String {
        format!("{}/r/{}", self.base_url, self.token(payment))
    }

    fn token(&self, payment: PaymentId) -> String {
        let mut bytes = self.maker();
        bytes.extend(payment.as_u128().to_be_bytes());
        bytes.extend(self.proof(payment));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The payment of a token that we made; nothing for any other text.
    pub(crate) fn payment(&self, token: &str) -> Option<PaymentId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let bytes: [u8; 32] = bytes.strip_prefix(self.maker().as_slice())?.try_into().ok()?;
        let (id, proof) = bytes.split_at(16);
        let payment = PaymentId::from_u128(u128::from_be_bytes(id.try_into().ok()?));
        same_mark(&self.proof(payment), proof).then_some(payment)
    }

    fn maker(&self) -> Vec<u8> {
        self.device.map_or(Vec::new(), |device| device.as_u128().to_be_bytes().to_vec())
    }

    fn proof(&self, payment: PaymentId) -> [u8; 16] {
        let whole = mark(&self.key, [payment.as_u128().to_be_bytes().as_slice()]);
        std::array::from_fn(|index| whole[index])
    }
}

/// The device that a token names; nothing for a text that cannot be a device's token.
fn device_of(token: &str) -> Option<AgentId> {
    let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    Some(AgentId::from_u128(u128::from_be_bytes(bytes[..16].try_into().ok()?)))
}

/// The payment on a slip that a till's own device printed: known here by the till's number as its key, or, if a person
/// vouched for it, by the same number.
async fn of_a_device(state: &ApiState, token: &str) -> Result<Payment, Problem> {
    let device = device_of(token).ok_or(Code::NoSuchReceipt)?;
    let known = state.store().key_of_agent(device).await?.ok_or(Code::NoSuchReceipt)?;
    let (merchant, key_hash) = known;
    let links = ReceiptLinks::of_device("", device, &key_hash);
    let payment = links.payment(token).ok_or(Code::NoSuchReceipt)?;
    let scope = MerchantScope(merchant);
    let by_key = state.store().payment_of_key(&scope, &OrderNo::from(payment).to_string()).await?;
    let entries = match by_key {
        Some(entries) => Some(entries),
        None => state.store().payment_entries(&scope, payment).await?,
    };
    Ok(payment::fold(&entries.ok_or(Code::ReceiptComesLater)?))
}

/// The one place that reads a payment without a merchant's scope: the token is the proof.
async fn of_any_merchant(state: &ApiState, payment: PaymentId) -> Result<Payment, Problem> {
    let found = state.store().load(&[Which::Id(payment)]).await?;
    let entries = found.into_iter().find_map(|(_, entries)| entries).ok_or(Code::NoSuchReceipt)?;
    Ok(payment::fold(&entries))
}

async fn slip(
    state: &ApiState,
    payment: &Payment,
    next: &Next,
    language: Language,
) -> Result<Option<ReceiptFacts>, Problem> {
    let names = state.names(payment).await?;
    let bill = match &payment.request.part {
        Some(part) => {
            let scope = MerchantScope(payment.request.merchant);
            receipt::bill_of(payment, &state.store().payments_of_sale(&scope, part.sale).await?)
        }
        None => None,
    };
    let place = Place {
        shop: names.merchant.name,
        store: names.store.name,
        till: names.till.name,
        receipt_url: Some(state.receipts.url(payment.request.id)),
        bill,
        language,
    };
    Ok(receipt::of_payment(payment, next, place))
}

fn lines(facts: &ReceiptFacts, copy: Copy) -> Vec<LineView> {
    receipt::receipt(facts, copy).lines.into_iter().map(line).collect()
}

fn line(line: Line) -> LineView {
    match line {
        Line::Text { text, align, size, bold, fit: _ } => {
            LineView::Text { text, align: align_code(align), size: Size::times(size), bold }
        }
        Line::Pair { label, value } => LineView::Pair { label, value },
        Line::Rule => LineView::Rule,
        Line::Qr { content } => LineView::Qr { content },
        Line::Blank => LineView::Blank,
        Line::Cut => LineView::Cut,
    }
}

fn align_code(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_lead_to_a_payment() {
        let links =
            ReceiptLinks::new("https://pay.example/", marking_key(&Secret::new("s".into()), "receipts"));
        let payment = PaymentId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0123456789ab);
        let url = links.url(payment);
        let token = url.strip_prefix("https://pay.example/r/").expect("the base and the path");
        assert_eq!(links.payment(token), Some(payment));
        assert_eq!(links.payment(&token[..42]), None);
        for position in [0, 20, 42] {
            let mut other: Vec<char> = token.chars().collect();
            other[position] = if other[position] == 'A' { 'B' } else { 'A' };
            assert_eq!(links.payment(&other.into_iter().collect::<String>()), None, "{position}");
        }
        let elsewhere = ReceiptLinks::new("", marking_key(&Secret::new("other".into()), "receipts"));
        assert_eq!(elsewhere.payment(token), None);
    }

    #[test]
    fn a_devices_tokens_are_its_own() {
        let payment = PaymentId::from_u128(7);
        let links = |device: u128, hash: &str| {
            ReceiptLinks::of_device("", AgentId::from_u128(device), &Secret::new(hash.into()))
        };
        let url = links(1, "h").url(payment);
        let token = url.strip_prefix("/r/").expect("the path");
        assert_eq!(
            (device_of(token), links(1, "h").payment(token)),
            (Some(AgentId::from_u128(1)), Some(payment))
        );
        assert_eq!(links(2, "h").payment(token), None);
        assert_eq!(links(1, "x").payment(token), None);
        assert_eq!(
            ReceiptLinks::new("", marking_key(&Secret::new("h".into()), "receipts")).payment(token),
            None
        );
        assert_eq!(device_of(&token[..62]), None);
    }
}
