//! What is said when a request is refused: RFC 9457 problems with a name for programs and sentences for people.

use crate::pass::DrivenAt;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Text;
use payment::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// A refused request. Nothing was changed by it, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    text: Text,
    retry_after_s: Option<u64>,
    /// Which server drives the payment, if that is why.
    driven_at: Option<DrivenAt>,
}

/// A problem as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A name for programs, as a URI.
    pub r#type: String,
    /// The name in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, in English.
    pub detail: String,
    /// The name for programs.
    pub code: String,
    /// What happened and what to do, in Chinese.
    pub zh: String,
    /// What happened and what to do, in English.
    pub en: String,
}

macro_rules! problems {
    ($($name:ident, $status:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        /// Every refusal that the door itself makes; those of the payment itself are [`payment::Refusal`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant's sentence stands beside it in the table")]
        pub enum Code { $($name,)* }

        impl Code {
            /// Every one.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// Its name on the wire. A promise: never changed.
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// Its HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Code::$name => StatusCode::$status,)* }
            }

            /// What happened and what to do.
            pub fn text(self) -> Text {
                match self { $(Code::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

problems! {
    NotSignedIn, UNAUTHORIZED, "not_signed_in",
        "请先登录", "Sign in first";
    WrongLoginOrPassword, UNAUTHORIZED, "wrong_login_or_password",
        "账号或密码不对，请重新输入", "The login or the password is wrong; type them again";
    UnknownApiKey, UNAUTHORIZED, "unknown_api_key",
        "这个接口密钥无效或已停用，请换一个", "This API key is unknown or disabled; use another";
    TooManyAttempts, TOO_MANY_REQUESTS, "too_many_attempts",
        "尝试次数太多，请过一会儿再登录", "Too many attempts; wait a while, then sign in again";
    NotAllowed, FORBIDDEN, "not_allowed",
        "你的角色不能做这件事，请找店长", "Your role may not do this; ask the manager";
    CrossOriginRequest, FORBIDDEN, "cross_origin_request",
        "这个请求来自别的网站，没有执行", "This request came from another site, so nothing was done";
    NoSuchPage, NOT_FOUND, "no_such_page",
        "没有这个地址，请检查网址", "There is nothing at this address; check the URL";
    NoSuchTill, NOT_FOUND, "no_such_till",
        "没有这个收银台，请换一个", "There is no such till; choose another";
    NoSuchReceipt, NOT_FOUND, "no_such_receipt",
        "找不到这张小票，请检查链接", "There is no such receipt; check the link";
    ReceiptComesLater, NOT_FOUND, "receipt_comes_later",
        "这笔收款收银台还没有报上来，联网后就能看到小票，请过一会儿再打开", "The till has not reported this payment yet; the receipt comes when it has. Open this page again later";
    NoSuchPaper, NOT_FOUND, "no_such_paper",
        "没有这张纸，可能已被清掉", "There is no such piece of paper; it may have been thrown away";
    NoSuchChannel, NOT_FOUND, "no_such_channel",
        "没有这个支付通道，没有执行；请检查通道编号或通知地址",
        "There is no such channel, so nothing was done; check the channel's id or the notification address";
    NoSuchDifference, NOT_FOUND, "no_such_difference",
        "找不到这处差异，没有执行；账单可能重新核对过，请刷新列表再看",
        "There is no such difference, so nothing was done; the bill may have been read again since, so look at the list afresh";
    DifferenceIsClosed, CONFLICT, "difference_is_closed",
        "这处差异已经了结，或现在不能这样处理，没有执行；请刷新看它现在的情况",
        "This difference is closed, or this cannot be done to it now, so nothing was done; look at it afresh";
    MethodNotAllowed, METHOD_NOT_ALLOWED, "method_not_allowed",
        "这个地址不接受这种请求方法", "This address does not take that method";
    TillNotChosen, UNPROCESSABLE_ENTITY, "till_not_chosen",
        "请先选择收银台", "Choose a till first";
    MalformedId, BAD_REQUEST, "malformed_id",
        "编号的写法不对", "This is not an id";
    MalformedJson, BAD_REQUEST, "malformed_json",
        "请求不是正确的 JSON", "The request is not proper JSON";
    UnacceptableBody, UNPROCESSABLE_ENTITY, "unacceptable_body",
        "请求的内容不对", "The request's content is not right";
    UnacceptableQuery, BAD_REQUEST, "unacceptable_query",
        "网址里的参数不对", "A parameter of the address is not right";
    ContentTypeNotJson, UNSUPPORTED_MEDIA_TYPE, "content_type_not_json",
        "请求的类型必须是 application/json", "The request must be of the type application/json";
    BodyTooLarge, PAYLOAD_TOO_LARGE, "body_too_large",
        "请求太大，最多 64 KiB", "The request is too large; 64 KiB is the most";
    IdempotencyKeyMissing, BAD_REQUEST, "idempotency_key_missing",
        "缺少 Idempotency-Key 请求头，为防止重复收款没有执行",
        "The Idempotency-Key header is missing; to be safe against charging twice, nothing was done";
    IdempotencyKeyMalformed, BAD_REQUEST, "idempotency_key_malformed",
        "Idempotency-Key 必须是 1 到 128 个可见的 ASCII 字符",
        "The Idempotency-Key must be 1 to 128 visible ASCII characters";
    CodeNotDigits, UNPROCESSABLE_ENTITY, "code_not_digits",
        "扫到的不是付款码，请顾客打开付款码再扫",
        "What was scanned is not a payment code; ask the customer to open the payment code and scan again";
    CodeWrongLength, UNPROCESSABLE_ENTITY, "code_wrong_length",
        "付款码的位数不对，请再扫一次", "The payment code has a wrong number of digits; scan again";
    WalletNotRecognised, UNPROCESSABLE_ENTITY, "wallet_not_recognised",
        "认不出这是哪个钱包的付款码，请换一种付款方式",
        "No wallet we know makes such a code; take the money another way";
    WalletHasNoChannel, UNPROCESSABLE_ENTITY, "wallet_has_no_channel",
        "本店没有开通这个钱包，请换一种付款方式",
        "This shop does not take that wallet; take the money another way";
    WalletAmbiguous, UNPROCESSABLE_ENTITY, "wallet_ambiguous",
        "这种付款码不止一个钱包在用，请问顾客用的是哪个，选好再收",
        "Several wallets make such codes; ask the customer which one it is, then choose it";
    NoInstallments, UNPROCESSABLE_ENTITY, "no_installments",
        "本店的这个钱包不能分期，请一次付清或换一种付款方式",
        "That wallet offers no instalments in this shop; take it in one payment or another way";
    InstallmentsDoNotAddUp, UNPROCESSABLE_ENTITY, "installments_do_not_add_up",
        "分期方案与这笔金额对不上，没有收款；请重新查询分期方案",
        "The instalments do not add up to this amount, so nothing was charged; ask for the plans afresh";
    InstallmentsNotTold, SERVICE_UNAVAILABLE, "installments_not_told",
        "现在查不到分期方案；可以再试一次，或直接收款，顾客在手机上也能看到并选择分期",
        "The plans cannot be had just now; try again, or take the money: the customer's phone shows them too";
    NoRouteOpen, UNPROCESSABLE_ENTITY, "no_route_open",
        "这个钱包的通道都被关闭了，没有收款；请换一种付款方式，或请店长在管理台“通道”页打开",
        "Every channel to that wallet is shut, so nothing was charged; take the money another way, or have a manager open one on the console's Channels page";
    NoSuchRoute, NOT_FOUND, "no_such_route",
        "没有这个通道，没有改变；请刷新列表再看",
        "There is no such channel to that wallet, so nothing was changed; look at the list afresh";
    RecordIncomplete, UNPROCESSABLE_ENTITY, "record_incomplete",
        "请写下在顾客手机上看到的内容；交易号尾数填 4 到 8 位数字，或不填",
        "Write down what the customer's phone shows; the transaction's last digits are 4 to 8 digits, or left out";
    TextTooLong, UNPROCESSABLE_ENTITY, "text_too_long",
        "文字太长，请缩短", "A text is too long; make it shorter";
    TextNotPrintable, UNPROCESSABLE_ENTITY, "text_not_printable",
        "文字里有不能打印的字符，请去掉", "A text holds characters that cannot be printed; take them out";
    NoSuchPerson, NOT_FOUND, "no_such_person",
        "没有这个人，可能不在你的商户里", "There is no such person, at least not at your merchant";
    NoSuchApiKey, NOT_FOUND, "no_such_api_key",
        "没有这个接口密钥，可能不在你的商户里", "There is no such API key, at least not at your merchant";
    LoginTaken, CONFLICT, "login_taken",
        "这个账号已有人用，请换一个", "Another person has this login; choose another";
    LoginMalformed, UNPROCESSABLE_ENTITY, "login_malformed",
        "账号要 2 到 64 个字符，不能有空格", "A login has 2 to 64 characters and no spaces";
    UnknownRole, UNPROCESSABLE_ENTITY, "unknown_role",
        "没有这个角色，可选：owner、manager、cashier、support",
        "There is no such role; there are owner, manager, cashier and support";
    PasswordTooWeak, UNPROCESSABLE_ENTITY, "password_too_weak",
        "这个密码太容易猜到：至少 10 个字符，不要包含账号，也不要用常见的密码",
        "This password is too easily guessed: take at least 10 characters, without the login, and none that everybody uses";
    WrongCurrentPassword, UNPROCESSABLE_ENTITY, "wrong_current_password",
        "现在的密码不对，密码没有改", "The current password is wrong, so nothing was changed";
    NotAPerson, FORBIDDEN, "not_a_person",
        "接口密钥没有密码可改", "An API key has no password to change";
    NotYourself, CONFLICT, "not_yourself",
        "不能停用自己，请另一位店主来做", "You cannot shut yourself out; ask another owner";
    NotYourOwnRole, CONFLICT, "not_your_own_role",
        "不能改自己的角色，请另一位店主来做", "You cannot change your own role; ask another owner";
    LastOwner, CONFLICT, "last_owner",
        "这是最后一位店主，先让另一个人当店主", "This is the last owner; make somebody else an owner first";
    NothingToPrintYet, CONFLICT, "nothing_to_print_yet",
        "这笔还没有结果，等有结果再打小票", "This payment has no result yet; print once it has one";
    NoPrinter, CONFLICT, "no_printer",
        "这个收银台没有打印机，可以用电子小票", "This till has no printer; use the electronic receipt";
    NothingToScan, CONFLICT, "nothing_to_scan",
        "这个收款码现在没有钱可付，可能已经付了、取消了或过期了",
        "There is nothing to pay at this code now; it may be paid, canceled or expired";
    NotADemo, NOT_FOUND, "not_a_demo",
        "这台服务器不是演示", "This server is not a demo";
    TillWasTakenOver, CONFLICT, "till_was_taken_over",
        "另一台收银机已接管这个收银台，没有执行", "Another device stands for this till now, so nothing was done";
    NotATillsDevice, FORBIDDEN, "not_a_tills_device",
        "只有配对过的收银机可以这样做", "Only a device that is paired with this till may do this";
    PairingCodeWrong, UNAUTHORIZED, "pairing_code_wrong",
        "配对码不对、用过了或已过期，请在服务器上再要一个",
        "The pairing code is wrong, spent or too old; ask the server for another";
    TakeoverTooLate, CONFLICT, "takeover_too_late",
        "那台收银机又有动静，或已被别的机器接管；没有接管，请再看一眼",
        "That device is alive again, or another has taken over, so nothing was changed; look again";
    TillIsStandby, CONFLICT, "till_is_standby",
        "这是备用收银机，接管以后才能收款", "This is a spare device; take over the till before taking money";
    NoSuchWebhook, NOT_FOUND, "no_such_webhook",
        "没有登记这个接收系统，没有执行；请刷新列表再看",
        "There is no such webhook, at least not at your merchant, so nothing was done; look at the list afresh";
    NoSuchMessage, NOT_FOUND, "no_such_message",
        "这个接收系统没有这条消息，没有重发；请刷新列表再看",
        "This webhook has no such message, so nothing is sent again; look at the list afresh";
    WebhookUrlTaken, CONFLICT, "webhook_url_taken",
        "这个网址已经登记过", "There is a webhook at this address already";
    WebhookUrlUnfit, UNPROCESSABLE_ENTITY, "webhook_url_unfit",
        "不能往这个网址发通知", "Nothing can be sent to this address";
    WebhookSecretUnfit, UNPROCESSABLE_ENTITY, "webhook_secret_unfit",
        "签名密钥要写成 whsec_ 加 24 到 64 个字节的 base64，或不填，由服务器生成",
        "A secret is whsec_ and base64 of 24 to 64 bytes; or leave it out, and the server makes one";
    UnknownEvent, UNPROCESSABLE_ENTITY, "unknown_event",
        "没有这种事件，请看文档里的事件表", "There is no such event, or none was named; the documentation lists them";
    TooManyWebhooks, CONFLICT, "too_many_webhooks",
        "最多登记 20 个接收系统", "20 webhooks are the most";
    WebhooksNotSetUp, CONFLICT, "webhooks_not_set_up",
        "服务器没有主密钥，不能保存签名密钥；请管理员配置 secrets.master_key_file",
        "This server has no master key to seal the secret with; ask whoever runs it to set secrets.master_key_file";
    NoSuchAlarm, NOT_FOUND, "no_such_alarm",
        "没有这条提醒", "There is no such alarm";
    NothingToGiveBack, CONFLICT, "nothing_to_give_back",
        "这条提醒没有要退回的钱", "There is no money to give back because of this alarm";
    NotAnAgent, NOT_FOUND, "not_an_agent",
        "这里不是收银机", "This is not a till's own device";
    ServerNotReached, SERVICE_UNAVAILABLE, "server_not_reached",
        "连不上服务器，没有执行；请检查网络再试", "The server cannot be reached, so nothing was done; check the network and try again";
    TookTooLong, SERVICE_UNAVAILABLE, "took_too_long",
        "服务器太忙，没有按时处理完；请用同一个请求编号再试",
        "The server was too busy to finish in time; try again with the same request key";
    StoreFailed, SERVICE_UNAVAILABLE, "store_failed",
        "服务器的数据库出错，结果未知；请用同一个请求编号再试",
        "The server's database failed, so the outcome is unknown; try again with the same request key";
    Stopping, SERVICE_UNAVAILABLE, "stopping",
        "服务器正在停止，请用同一个请求编号再试",
        "The server is stopping; try again with the same request key";
    PaymentIsPassing, SERVICE_UNAVAILABLE, "payment_is_passing",
        "这笔收款正在换一台服务器处理，什么都没有改变；请稍后用同一个请求编号再试",
        "This payment is passing from one server to another and nothing was changed; try again in a moment with the same request key";
    OurMistake, INTERNAL_SERVER_ERROR, "our_mistake",
        "服务器内部出错，结果未知；请用同一个请求编号再试",
        "The server made a mistake, so the outcome is unknown; try again with the same request key";
}

impl Problem {
    /// A problem whose sentence adds `zh` and `en`, to say where exactly it lies.
    pub fn with(code: Code, zh: impl std::fmt::Display, en: impl std::fmt::Display) -> Problem {
        let text = code.text();
        let text = Text::new(format!("{}：{zh}", text.zh), format!("{}: {en}", text.en));
        Problem { text, ..Problem::from(code) }
    }

    /// The same, worth trying again after so long.
    pub fn retry_after(self, seconds: u64) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The name for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:paydesk:problem:{}", self.code),
            title: self.code.replace('_', " "),
            status: self.status.as_u16(),
            detail: self.text.en.clone(),
            code: self.code.to_owned(),
            zh: self.text.zh.clone(),
            en: self.text.en.clone(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Problem {
        Problem {
            status: code.status(),
            code: code.name(),
            text: code.text(),
            retry_after_s: None,
            driven_at: None,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = match refusal {
            Refusal::AmountMustBePositive
            | Refusal::AmountTooLarge { .. }
            | Refusal::CurrencyNotAccepted
            | Refusal::NothingToRefund
            | Refusal::TenderedTooLittle
            | Refusal::ReasonMissing
            | Refusal::RefundOnlyInCash
            | Refusal::RefundExceedsWhatIsLeft { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::IdempotencyKeyReusedWithOtherContent
            | Refusal::CannotCancelAFinishedPayment
            | Refusal::OnlyARecordCanBeMatched
            | Refusal::MatchedOtherwise
            | Refusal::RefundedAlready
            | Refusal::NothingToAcknowledge
            | Refusal::NothingToSettle => StatusCode::CONFLICT,
            Refusal::NoSuchPayment => StatusCode::NOT_FOUND,
        };
        Problem { status, code: refusal.code(), text: refusal.text(), retry_after_s: None, driven_at: None }
    }
}

impl From<sale::Refusal> for Problem {
    fn from(refusal: sale::Refusal) -> Problem {
        let status = match refusal {
            sale::Refusal::PartExceedsWhatIsLeft { .. } | sale::Refusal::TooManyParts => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            sale::Refusal::TotalOfTheSaleIsAnother { .. }
            | sale::Refusal::SaleIsPaidInFull
            | sale::Refusal::OpenPartsMayPayTheRest { .. } => StatusCode::CONFLICT,
            sale::Refusal::NoSuchSale => StatusCode::NOT_FOUND,
        };
        Problem { status, code: refusal.code(), text: refusal.text(), retry_after_s: None, driven_at: None }
    }
}

impl From<store::StoreError> for Problem {
    fn from(why: store::StoreError) -> Problem {
        tracing::error!(error = %why, "the store failed a request");
        Code::StoreFailed.into()
    }
}

impl From<drive::DriveError> for Problem {
    fn from(why: drive::DriveError) -> Problem {
        match why {
            drive::DriveError::Refused(refusal) => refusal.into(),
            drive::DriveError::StoreFailed(why) => {
                tracing::error!(error = %why, "the store failed a request");
                Code::StoreFailed.into()
            }
            drive::DriveError::NoSuchChannel => Code::WalletHasNoChannel.into(),
            drive::DriveError::Elsewhere(address) => {
                Problem { driven_at: Some(DrivenAt(address)), ..Code::PaymentIsPassing.into() }
            }
            drive::DriveError::Moved => Code::PaymentIsPassing.into(),
            drive::DriveError::Stopping => Code::Stopping.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).expect("a problem is plain text");
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(driven_at) = self.driven_at.clone() {
            response.extensions_mut().insert(driven_at);
        }
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Money;
    use std::collections::BTreeSet;

    fn refusals() -> [Refusal; 16] {
        [
            Refusal::AmountMustBePositive,
            Refusal::AmountTooLarge { max: Money::cny(1) },
            Refusal::CurrencyNotAccepted,
            Refusal::IdempotencyKeyReusedWithOtherContent,
            Refusal::CannotCancelAFinishedPayment,
            Refusal::NothingToRefund,
            Refusal::RefundExceedsWhatIsLeft { left: Money::cny(1) },
            Refusal::TenderedTooLittle,
            Refusal::OnlyARecordCanBeMatched,
            Refusal::MatchedOtherwise,
            Refusal::RefundedAlready,
            Refusal::NothingToSettle,
            Refusal::NothingToAcknowledge,
            Refusal::ReasonMissing,
            Refusal::RefundOnlyInCash,
            Refusal::NoSuchPayment,
        ]
    }

    fn refusals_of_sales() -> [sale::Refusal; 6] {
        [
            sale::Refusal::TotalOfTheSaleIsAnother { total: Money::cny(1) },
            sale::Refusal::SaleIsPaidInFull,
            sale::Refusal::OpenPartsMayPayTheRest { open: Money::cny(1) },
            sale::Refusal::PartExceedsWhatIsLeft { left: Money::cny(1) },
            sale::Refusal::TooManyParts,
            sale::Refusal::NoSuchSale,
        ]
    }

    #[test]
    fn every_problem_has_one_name_and_both_languages() {
        let mut names = BTreeSet::new();
        let problems = Code::ALL.iter().map(|code| Problem::from(*code));
        let refusals =
            refusals().map(Problem::from).into_iter().chain(refusals_of_sales().map(Problem::from));
        for problem in problems.chain(refusals) {
            assert!(names.insert(problem.code), "{} twice", problem.code);
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(&problem.text.zh), "{} lacks Chinese", problem.code);
            assert!(!chinese(&problem.text.en) && !problem.text.en.is_empty(), "{}", problem.code);
            assert!(problem.status.is_client_error() || problem.status.is_server_error());
        }
    }
}
