//! Why a payment was not made, in the shop's words: the canonical reasons that every provider's own
//! codes are translated to, and the sentence a new cashier needs for each.

use base::Text;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $advice:ident, $zh:literal, $en:literal;)*) => {
        /// Why money was definitely not taken (or, for a refund, not given back).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the table.
            pub const ALL: &[Reason] = &[$(Reason::$name,)*];

            /// The reason's name in stored facts and on the wire. A promise: never changed.
            pub fn code(self) -> &'static str {
                match self { $(Reason::$name => $code,)* }
            }

            /// What the cashier can best do about it.
            pub fn advice(self) -> Advice {
                match self { $(Reason::$name => Advice::$advice,)* }
            }

            /// What happened, in one short sentence.
            pub fn text(self) -> Text {
                match self { $(Reason::$name => Text::new($zh, $en),)* }
            }
        }
    };
}

/// What helps when a payment was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Ask the customer for a fresh code and scan again.
    NewCode,
    /// Another wallet, a card or cash.
    OtherMethod,
    /// Somebody of the shop must act: its account or its settings stand in the way.
    CallOwner,
    /// Simply try once more.
    TryAgain,
}

reasons! {
    /// The payer's account does not hold enough.
    InsufficientBalance, "insufficient_balance", OtherMethod,
        "顾客余额不足", "The customer's balance is too low";
    /// A limit of the payer: for the day, the month, or one payment.
    PayerLimitExceeded, "payer_limit_exceeded", OtherMethod,
        "超过了顾客的支付限额", "This is above the customer's own payment limit";
    /// A limit of the merchant at the provider.
    MerchantLimitExceeded, "merchant_limit_exceeded", CallOwner,
        "超过了本店的收款限额", "This is above the shop's limit with the provider";
    /// The payment code is too old.
    CodeExpired, "code_expired", NewCode,
        "付款码已过期", "The payment code has expired";
    /// The payment code is spent, or not one at all.
    CodeInvalidOrUsed, "code_invalid_or_used", NewCode,
        "付款码无效或已用过", "The payment code is invalid or was used before";
    /// The code belongs to another wallet than the one it was sent to.
    CodeOfAnotherWallet, "code_of_another_wallet", NewCode,
        "这个付款码不是该钱包的", "The payment code belongs to another wallet";
    /// The payer refused, or did not confirm in time.
    PayerCancelledOrTimedOut, "payer_cancelled_or_timed_out", NewCode,
        "顾客取消了付款或没有及时确认", "The customer canceled or did not confirm in time";
    /// Too many wrong passwords.
    PasswordWrong, "password_wrong", OtherMethod,
        "顾客支付密码错误", "The customer's password was wrong";
    /// The payer's card or method cannot be used here.
    CardNotSupported, "card_not_supported", OtherMethod,
        "顾客的银行卡或付款方式不能用于本次付款", "The customer's card or method cannot be used for this payment";
    /// The provider's risk control refused.
    RiskControl, "risk_control", OtherMethod,
        "钱包的风险控制拒绝了这笔付款", "The wallet's risk control refused this payment";
    /// The payer's account is frozen, unverified or otherwise unfit.
    PayerAccountAbnormal, "payer_account_abnormal", OtherMethod,
        "顾客的账户状态异常", "The customer's account is not in order";
    /// The merchant's account is frozen or restricted.
    MerchantFrozen, "merchant_frozen", CallOwner,
        "本店的收款账户被限制", "The shop's account with the provider is restricted";
    /// Wrong settings: keys, numbers, permissions.
    MerchantConfig, "merchant_config", CallOwner,
        "本店的收款设置有误", "The shop's settings with the provider are wrong";
    /// The order was closed before it was paid.
    OrderClosed, "order_closed", TryAgain,
        "订单已关闭", "The order was closed";
    /// The order number was used with other content.
    OrderNumberConflict, "order_number_conflict", TryAgain,
        "订单号冲突", "The order number is already taken";
    /// Pay-later or instalments are not available to this payer.
    InstallmentUnavailable, "installment_unavailable", OtherMethod,
        "顾客不能使用分期或先享后付", "Pay-later is not available to this customer";
    /// The provider is closed for maintenance and said so.
    ProviderMaintenance, "provider_maintenance", OtherMethod,
        "支付机构正在维护", "The provider is closed for maintenance";
    /// Every try to reach the provider failed before a byte was sent.
    ProviderUnreachable, "provider_unreachable", OtherMethod,
        "连不上支付机构，没有发出收款请求", "The provider could not be reached; nothing was sent";
    /// The order never arrived at the provider.
    NeverArrived, "never_arrived", TryAgain,
        "支付机构没有收到这笔收款", "The provider never received this payment";
    /// No payment by the deadline; the order was closed.
    NotPaidInTime, "not_paid_in_time", TryAgain,
        "到时间仍未付款，订单已撤销", "Not paid in time; the order was closed";
    /// The cashier gave up, and the order was closed before any money moved.
    CancelledByCashier, "cancelled_by_cashier", TryAgain,
        "收银员已取消", "Canceled by the cashier";
    /// A refund only: the merchant's account cannot pay it.
    MerchantBalanceTooLow, "merchant_balance_too_low", CallOwner,
        "本店在支付机构的余额不足，退不了款", "The shop's balance with the provider is too low to refund";
    /// A refund only: too late, or the payment's state does not allow it.
    RefundNotPossible, "refund_not_possible", CallOwner,
        "支付机构不允许这笔退款", "The provider does not allow this refund";
    /// A person looked into it and decided that the money never came.
    NeverVerified, "never_verified", CallOwner,
        "核对后认定没有收到这笔钱", "It was checked and decided that this money never came";
    /// A refund only: the provider's time for refunds of this payment is over.
    RefundTooLate, "refund_too_late", CallOwner,
        "超过了支付机构的退款期限，退不了款；可以与顾客商量退现金或转账",
        "The provider's time for refunding this payment is over; agree with the customer on cash or a transfer";
    /// A refund only: the payer's account or bank does not take it, because it is closed or frozen.
    RefundNotTaken, "refund_not_taken", CallOwner,
        "顾客的账户或银行卡已注销或冻结，收不了退款；可以与顾客商量退现金或转账",
        "The customer's account or bank card is closed or frozen and takes no refund; agree with the customer on cash or a transfer";
}

impl Reason {
    /// The reason with this [`Reason::code`].
    pub fn from_code(code: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}
