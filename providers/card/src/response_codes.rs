//! What field 39 says: for the money, for the sale, for the cashier.
//!
//! Meanings and classes: public tables of a results query, ismpos.cn 3046, iiapos 2315, a payment SDK and a terminal's
//! source. An acquirer may use a code in another way, so a profile can replace a line; a code that is not listed proves
//! nothing, whatever it looks like.

use base::Text;
use payment::Reason;

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseCode {
    /// As in field 39.
    pub code: &'static str,
    /// What it says of the money.
    pub verdict: CodeVerdict,
    /// Who can do something about it.
    pub owner: Owner,
    /// Whether asking again is safe, and when it helps.
    pub again: Again,
    zh: &'static str,
    en: &'static str,
}

impl ResponseCode {
    /// What it means and what the cashier does.
    pub fn text(&self) -> Text {
        Text::new(self.zh, self.en)
    }
}

/// What a response code says of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// Taken.
    Approved,
    /// A part of it is taken: field 4 says how much.
    ApprovedInPart,
    /// Taken, and something about it is to be checked when the day is reconciled.
    ApprovedToBeChecked,
    /// Not taken.
    Declined(Reason),
    /// Not told: somebody on the way does not know. A reversal makes it certain.
    Unclear,
}

/// Who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody needs to.
    Nobody,
    /// The customer, with another card, another PIN, or a call to the bank.
    Cardholder,
    /// The cashier.
    Cashier,
    /// The terminal, by signing in again.
    Terminal,
    /// The shop's acquirer.
    Acquirer,
    /// The bank, the network, in time.
    Network,
    /// Whoever maintains this software.
    Software,
}

/// Whether asking again is safe, and when it helps. Each time it is a new transaction with a trace number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing is to be asked again.
    Not,
    /// At once.
    Now,
    /// After the terminal has signed in.
    AfterSignIn,
    /// In some minutes.
    Later,
    /// Not with this card.
    OtherCard,
    /// Only when it is known what became of this one.
    WhenThisIsKnown,
}

/// The line for a code; nothing for one that is not listed, and then the money is unclear.
pub fn response_code(code: &str) -> Option<&'static ResponseCode> {
    RESPONSE_CODES.iter().find(|line| line.code == code)
}

/// What is said of a code that is not listed.
pub fn unlisted() -> Text {
    Text::new(
        "收单机构返回了未登记的应答码，不能确定是否扣款；正在冲正，请等待结果",
        "The acquirer answered with a code that is not known here, so nobody knows whether money was taken; it is being reversed, please wait",
    )
}

/// Whether a reversal that was answered so is over: taken back, or there was nothing to take back.
pub fn reversal_is_over(code: &str) -> bool {
    matches!(code, "00" | "12" | "25")
}

/// Every line, in the order of the codes.
pub const RESPONSE_CODES: &[ResponseCode] = &[
    line("00", CodeVerdict::Approved, Owner::Nobody, Again::Not, "交易成功", "Approved"),
    declined(
        "01",
        Reason::RiskControl,
        Owner::Cardholder,
        Again::OtherCard,
        "发卡行要求持卡人与其联系；请顾客换一张卡或换一种付款方式",
        "The card's bank wants to be called by its customer; take another card or another way to pay",
    ),
    declined(
        "02",
        Reason::RiskControl,
        Owner::Cardholder,
        Again::OtherCard,
        "发卡行要求持卡人与其联系；请顾客换一张卡或换一种付款方式",
        "The card's bank wants to be called by its customer; take another card or another way to pay",
    ),
    declined(
        "03",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Not,
        "商户号无效；请联系收单机构，在此之前不能刷卡收款",
        "The merchant number is not valid; call the acquirer, no card can be taken until then",
    ),
    declined(
        "04",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "发卡行要求没收此卡；不要强行扣留，不要交货，请联系收单机构",
        "The card's bank wants the card kept; do not use force, do not hand over goods, call the acquirer",
    ),
    declined(
        "05",
        Reason::RiskControl,
        Owner::Cardholder,
        Again::OtherCard,
        "发卡行不承兑；请顾客换一张卡",
        "The card's bank refuses; take another card",
    ),
    declined(
        "06",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Later,
        "交易失败；请联系收单机构",
        "It failed at the acquirer; call the acquirer",
    ),
    declined(
        "07",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "发卡行要求没收此卡；不要强行扣留，不要交货，请联系收单机构",
        "The card's bank wants the card kept; do not use force, do not hand over goods, call the acquirer",
    ),
    line(
        "09",
        CodeVerdict::Unclear,
        Owner::Network,
        Again::WhenThisIsKnown,
        "对方仍在处理，不能确定是否扣款；正在冲正，请等待结果",
        "It is still being worked on, so nobody knows whether money was taken; it is being reversed, please wait",
    ),
    line(
        "10",
        CodeVerdict::ApprovedInPart,
        Owner::Cashier,
        Again::Not,
        "只批准了一部分金额；请收取差额，或撤销这一笔",
        "A part of the amount was approved; collect the rest, or void it",
    ),
    line("11", CodeVerdict::Approved, Owner::Nobody, Again::Not, "交易成功（贵宾）", "Approved (VIP)"),
    declined(
        "12",
        Reason::CardNotSupported,
        Owner::Software,
        Again::OtherCard,
        "无效交易；请换一种付款方式，并报告技术支持",
        "The transaction is not valid; take another way to pay and tell support",
    ),
    declined(
        "13",
        Reason::MerchantConfig,
        Owner::Cashier,
        Again::Now,
        "金额无效；请重新输入金额",
        "The amount is not valid; enter it again",
    ),
    declined(
        "14",
        Reason::CardNotSupported,
        Owner::Cashier,
        Again::Now,
        "卡号无效；请重新读卡，仍不行就换一张卡",
        "The card's number is not valid; read the card again, then take another card",
    ),
    declined(
        "15",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有这家发卡行；请顾客换一张卡",
        "There is no such bank; take another card",
    ),
    declined(
        "19",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Now,
        "对方要求重新发送；请再试一次",
        "The other side wants it sent again; try once more",
    ),
    declined(
        "20",
        Reason::ProviderMaintenance,
        Owner::Acquirer,
        Again::OtherCard,
        "发卡行应答无效；请换一张卡，或联系收单机构",
        "The card's bank answered wrongly; take another card, or call the acquirer",
    ),
    declined(
        "21",
        Reason::PayerAccountAbnormal,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡未启用或已休眠；请持卡人联系发卡行",
        "The card is not activated or is dormant; its owner must call the bank",
    ),
    declined(
        "22",
        Reason::MerchantConfig,
        Owner::Terminal,
        Again::AfterSignIn,
        "与原交易不符；请核对原交易，重新签到后再试",
        "It does not match the original; check the original, sign in and try again",
    ),
    declined(
        "23",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Not,
        "手续费设置不被接受；请联系收单机构",
        "The fee is not accepted; call the acquirer",
    ),
    declined(
        "25",
        Reason::RefundNotPossible,
        Owner::Acquirer,
        Again::Not,
        "找不到原交易；请核对原小票，退款请联系收单机构办理",
        "The original is not found; check the original slip, a refund is made by the acquirer",
    ),
    declined(
        "30",
        Reason::MerchantConfig,
        Owner::Software,
        Again::Not,
        "报文格式错误；请换一种付款方式，并报告技术支持",
        "The message was malformed; take another way to pay and tell support",
    ),
    declined(
        "31",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡在这里不能受理；请顾客换一张卡",
        "This card is not taken here; take another card",
    ),
    declined(
        "33",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡已过期；请顾客换一张卡",
        "The card has expired; take another card",
    ),
    declined(
        "34",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "有作弊嫌疑；不要交货，请联系收单机构",
        "Fraud is suspected; do not hand over goods, call the acquirer",
    ),
    declined(
        "35",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "请联系收单机构；不要交货",
        "Call the acquirer; do not hand over goods",
    ),
    declined(
        "36",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "此卡受限制；请顾客换一张卡，并联系收单机构",
        "The card is restricted; take another card and call the acquirer",
    ),
    declined(
        "37",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "请联系收单机构的风控部门；不要交货",
        "Call the acquirer's security; do not hand over goods",
    ),
    declined(
        "38",
        Reason::PasswordWrong,
        Owner::Cardholder,
        Again::OtherCard,
        "密码错误次数超限；请顾客换一张卡，持卡人联系发卡行",
        "Too many wrong PINs; take another card, its owner must call the bank",
    ),
    declined(
        "39",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此账户；请顾客换一张卡",
        "There is no such account; take another card",
    ),
    declined(
        "40",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "发卡行不支持这种交易；请顾客换一张卡",
        "The card's bank does not do this; take another card",
    ),
    declined(
        "41",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "此卡已挂失；不要强行扣留，不要交货，请联系收单机构",
        "The card is reported lost; do not use force, do not hand over goods, call the acquirer",
    ),
    declined(
        "42",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此账户；请顾客换一张卡",
        "There is no such account; take another card",
    ),
    declined(
        "43",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "此卡已报失窃；不要强行扣留，不要交货，请联系收单机构",
        "The card is reported stolen; do not use force, do not hand over goods, call the acquirer",
    ),
    declined(
        "44",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此账户；请顾客换一张卡",
        "There is no such account; take another card",
    ),
    declined(
        "45",
        Reason::CardNotSupported,
        Owner::Cashier,
        Again::Now,
        "这张卡有芯片，不允许刷磁条；请插卡",
        "The card has a chip and must not be swiped; insert it",
    ),
    declined(
        "51",
        Reason::InsufficientBalance,
        Owner::Cardholder,
        Again::OtherCard,
        "可用余额不足；请顾客换一张卡，或分开付款",
        "The balance is too low; take another card, or split the bill",
    ),
    declined(
        "52",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此账户；请顾客换一张卡",
        "There is no such account; take another card",
    ),
    declined(
        "53",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此账户；请顾客换一张卡",
        "There is no such account; take another card",
    ),
    declined(
        "54",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡已过期；请顾客换一张卡",
        "The card has expired; take another card",
    ),
    declined(
        "55",
        Reason::PasswordWrong,
        Owner::Cardholder,
        Again::Now,
        "密码错误；请重新刷卡并重新输入密码",
        "The PIN is wrong; read the card again and enter the PIN again",
    ),
    declined(
        "56",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "没有此卡的记录；请顾客换一张卡",
        "There is no record of this card; take another card",
    ),
    declined(
        "57",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "发卡行不允许此卡做这种交易；请顾客换一张卡",
        "The card's bank does not allow this card to do it; take another card",
    ),
    declined(
        "58",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Not,
        "终端没有这种交易的权限；请联系收单机构",
        "The terminal has no right to do this; call the acquirer",
    ),
    declined(
        "59",
        Reason::RiskControl,
        Owner::Cashier,
        Again::Now,
        "卡片校验错；请插卡重新读取，仍不行就换一张卡",
        "The card did not pass its check; insert it again, then take another card",
    ),
    declined(
        "60",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "请联系收单机构的风控部门；不要交货",
        "Call the acquirer's security; do not hand over goods",
    ),
    declined(
        "61",
        Reason::PayerLimitExceeded,
        Owner::Cardholder,
        Again::OtherCard,
        "超过此卡的金额限制；请顾客换一张卡，或分开付款",
        "This is above the card's limit; take another card, or split the bill",
    ),
    declined(
        "62",
        Reason::PayerAccountAbnormal,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡受限制；请顾客换一张卡",
        "The card is restricted; take another card",
    ),
    declined(
        "63",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "违反安全规定；请联系收单机构",
        "It breaks a rule of security; call the acquirer",
    ),
    declined(
        "64",
        Reason::RefundNotPossible,
        Owner::Cashier,
        Again::Now,
        "金额与原交易不符；请核对原交易金额",
        "The amount does not match the original; check the original's amount",
    ),
    declined(
        "65",
        Reason::PayerLimitExceeded,
        Owner::Cardholder,
        Again::OtherCard,
        "超过此卡的次数限制；请顾客换一张卡",
        "The card was used too often; take another card",
    ),
    declined(
        "66",
        Reason::RiskControl,
        Owner::Acquirer,
        Again::OtherCard,
        "请联系收单机构的风控部门；不要交货",
        "Call the acquirer's security; do not hand over goods",
    ),
    line(
        "68",
        CodeVerdict::Unclear,
        Owner::Network,
        Again::WhenThisIsKnown,
        "发卡行应答超时，不能确定是否扣款；正在冲正，请等待结果",
        "The card's bank answered too late, so nobody knows whether money was taken; it is being reversed, please wait",
    ),
    declined(
        "75",
        Reason::PasswordWrong,
        Owner::Cardholder,
        Again::OtherCard,
        "密码错误次数超限；请顾客换一张卡，持卡人联系发卡行",
        "Too many wrong PINs; take another card, its owner must call the bank",
    ),
    declined(
        "77",
        Reason::MerchantConfig,
        Owner::Terminal,
        Again::AfterSignIn,
        "批次号不一致，正在重新签到；签到后请再试一次",
        "The batch numbers differ; signing in again, then try once more",
    ),
    declined(
        "79",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Not,
        "终端上传的卡表被拒绝；请联系收单机构",
        "The terminal's list of cards was refused; call the acquirer",
    ),
    declined(
        "90",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Later,
        "系统正在日切；请 5 到 10 分钟后再试，或换一种付款方式",
        "The day is being closed; try again in 5 to 10 minutes, or take another way to pay",
    ),
    declined(
        "91",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Later,
        "发卡行系统不可用；请稍后再试，或换一张卡",
        "The card's bank cannot be used now; try again later, or take another card",
    ),
    declined(
        "92",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Later,
        "到发卡行的网络不通；请稍后再试，或换一张卡",
        "The card's bank cannot be reached; try again later, or take another card",
    ),
    line(
        "94",
        CodeVerdict::Unclear,
        Owner::Software,
        Again::WhenThisIsKnown,
        "流水号重复，可能已经扣款；正在核实，不要重复收款",
        "The trace number came twice, so it may be paid already; it is being looked into, do not charge again",
    ),
    declined(
        "96",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Later,
        "转接系统故障；请稍后再试，或换一种付款方式",
        "The network is out of order; try again later, or take another way to pay",
    ),
    declined(
        "97",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::Not,
        "终端未登记；请核对终端号和商户号，联系收单机构",
        "The terminal is not registered; check its number and the merchant's, call the acquirer",
    ),
    line(
        "98",
        CodeVerdict::Unclear,
        Owner::Network,
        Again::WhenThisIsKnown,
        "没有收到发卡行应答，不能确定是否扣款；正在冲正，请等待结果",
        "No answer came from the card's bank, so nobody knows whether money was taken; it is being reversed, please wait",
    ),
    declined(
        "99",
        Reason::MerchantConfig,
        Owner::Terminal,
        Again::AfterSignIn,
        "密码格式错误，正在重新签到；签到后请再试一次",
        "The PIN could not be read; signing in again, then try once more",
    ),
    declined(
        "A0",
        Reason::MerchantConfig,
        Owner::Terminal,
        Again::AfterSignIn,
        "报文校验错误，正在重新签到；签到后请再试一次",
        "The MAC was wrong; signing in again, then try once more",
    ),
    declined(
        "A1",
        Reason::MerchantConfig,
        Owner::Acquirer,
        Again::OtherCard,
        "转账货币不一致；请换一种付款方式",
        "The currencies differ; take another way to pay",
    ),
    to_check("A2"),
    declined(
        "A3",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "收款账户不正确；请换一种付款方式",
        "The account is wrong; take another way to pay",
    ),
    to_check("A4"),
    to_check("A5"),
    to_check("A6"),
    declined(
        "A7",
        Reason::ProviderMaintenance,
        Owner::Network,
        Again::Later,
        "安全处理失败；请稍后再试",
        "Security processing failed; try again later",
    ),
    declined(
        "YM",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡需要短信验证，这里不支持；请顾客换一张卡",
        "The card wants a code by message, which is not done here; take another card",
    ),
    declined(
        "YT",
        Reason::CardNotSupported,
        Owner::Cardholder,
        Again::OtherCard,
        "此卡需要先开通；请顾客换一张卡",
        "The card must be activated first; take another card",
    ),
];

const fn line(
    code: &'static str,
    verdict: CodeVerdict,
    owner: Owner,
    again: Again,
    zh: &'static str,
    en: &'static str,
) -> ResponseCode {
    ResponseCode { code, verdict, owner, again, zh, en }
}

const fn declined(
    code: &'static str,
    reason: Reason,
    owner: Owner,
    again: Again,
    zh: &'static str,
    en: &'static str,
) -> ResponseCode {
    line(code, CodeVerdict::Declined(reason), owner, again, zh, en)
}

/// Approved with a flaw: goods are handed over, and the day's reconciliation looks at it.
const fn to_check(code: &'static str) -> ResponseCode {
    line(
        code,
        CodeVerdict::ApprovedToBeChecked,
        Owner::Nobody,
        Again::Not,
        "交易成功，请向发卡行确认；对账时会再核对",
        "Approved, to be confirmed with the card's bank; it is looked at again when the day is reconciled",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_there_once_and_in_order() {
        let codes: Vec<_> = RESPONSE_CODES.iter().map(|line| line.code).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted);
        assert!(codes.iter().all(|code| code.len() == 2));
    }

    #[test]
    fn a_code_that_is_not_listed_proves_nothing() {
        for code in ["", "0", "000", "ZZ", "a0", "08"] {
            assert_eq!(response_code(code), None, "{code:?}");
        }
    }

    #[test]
    fn whoever_does_not_know_is_not_asked_again_blindly() {
        for line in RESPONSE_CODES {
            let unclear = line.verdict == CodeVerdict::Unclear;
            assert_eq!(unclear, line.again == Again::WhenThisIsKnown, "{}", line.code);
            let signs_in = line.again == Again::AfterSignIn;
            assert!(!signs_in || line.owner == Owner::Terminal, "{}", line.code);
        }
    }

    #[test]
    fn a_reversal_of_nothing_is_over_too() {
        assert!(["00", "12", "25"].into_iter().all(reversal_is_over));
        assert!(!["", "96", "98", "A0", "40"].into_iter().any(reversal_is_over));
    }
}
