//! Slips: for the shop by a payment's id, for the customer by an address nobody can guess, and on paper again.

use crate::body::{AtPath, id};
use crate::guard::{Caller, Permission};
use crate::problem::{Code, Problem, ProblemBody};
use crate::secrets::{mark, same_mark};
use crate::state::ApiState;
use crate::views::{AmountView, MoneyView, TextView, time};
use aws_lc_rs::hmac;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::PaymentId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::Which;
use payment::{Next, Payment, Refusal, explain};
use receipt::{Align, Copy, Language, Line, Place, ReceiptFacts, Size};
use serde::Serialize;
use std::num::NonZeroU32;
use utoipa::ToSchema;

/// Makes and reads the addresses of public receipts: the payment's id and 128 bits of an HMAC over it, so that an
/// address can be made anywhere without storing it, and none can be guessed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ReceiptLinks {
    base_url: String,
    key: hmac::Key,
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
#[utoipa::path(get, path = "/v1/receipts/{token}", operation_id = "readPublicReceipt", tag = "public", params(("token" = String, Path)), responses(
    (status = 200, body = PublicReceipt),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "no_such_receipt"),
))]
pub(crate) async fn public(
    State(state): State<ApiState>,
    AtPath(token): AtPath,
) -> Result<Json<PublicReceipt>, Problem> {
    let payment = state.receipts.payment(&token).ok_or(Code::NoSuchReceipt)?;
    let payment = of_any_merchant(&state, payment).await?;
    let next = state.next(&payment);
    let slip_of = |language| slip(&state, &payment, &next, language);
    let facts = slip_of(Language::Chinese).await?.ok_or(Code::NoSuchReceipt)?;
    let facts_en = slip_of(Language::English).await?.ok_or(Code::NoSuchReceipt)?;
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
        ReceiptLinks { base_url: base_url.trim_end_matches('/').to_owned(), key }
    }

    /// Where a payment's public receipt is.
    pub fn url(&self, payment: PaymentId) -> String {
        format!("{}/r/{}", self.base_url, self.token(payment))
    }

    fn token(&self, payment: PaymentId) -> String {
        let mut bytes = payment.as_u128().to_be_bytes().to_vec();
        bytes.extend(self.proof(payment));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The payment of a token that we made; nothing for any other text.
    pub(crate) fn payment(&self, token: &str) -> Option<PaymentId> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (id, proof) = bytes.split_at(16);
        let payment = PaymentId::from_u128(u128::from_be_bytes(id.try_into().ok()?));
        same_mark(&self.proof(payment), proof).then_some(payment)
    }

    fn proof(&self, payment: PaymentId) -> [u8; 16] {
        let whole = mark(&self.key, [payment.as_u128().to_be_bytes().as_slice()]);
        std::array::from_fn(|index| whole[index])
    }
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
    let place = Place {
        shop: names.merchant.name,
        store: names.store.name,
        till: names.till.name,
        receipt_url: Some(state.receipts.url(payment.request.id)),
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
    use crate::secrets::marking_key;
    use base::Secret;

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
}
