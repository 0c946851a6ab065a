//! Every case a person can play by hand: a payer's code each, and what will happen.

use base::Text;
use provider_contract::Treatment;

/// Those that a person at the till can bring about. A reversal that has to be repeated follows a charge that is paid at
/// once, which nobody can cancel.
pub fn playable() -> impl Iterator<Item = Treatment> {
    let all = Treatment::ALL.iter().map(|(treatment, _)| *treatment);
    all.filter(|treatment| *treatment != Treatment::ReverseNeedsRepeat)
}

/// What a treatment looks like from the till.
pub fn story(treatment: Treatment) -> Text {
    let (zh, en) = match treatment {
        Treatment::Normal => ("立即收款成功", "Paid at once"),
        Treatment::PasswordThenPaid => {
            ("顾客要输密码，约 6 秒后收款成功", "The customer types a password and has paid after about 6 s")
        }
        Treatment::PasswordNeverTyped => (
            "顾客一直不输密码；到时限后自动撤销，未收款",
            "The customer never types the password; at the deadline it is reversed: not paid",
        ),
        Treatment::PasswordThenRefused => {
            ("顾客在密码页取消，未收款", "The customer refuses at the password: not paid")
        }
        Treatment::Slow => ("平台答复很慢，最后收款成功", "The provider is slow; paid in the end"),
        Treatment::LostBefore => (
            "请求在路上丢了；查询后确认没有扣款",
            "The request is lost on its way; asking shows that nothing was taken",
        ),
        Treatment::LostAfter => (
            "钱扣了，答复丢了；查询后收款成功",
            "The money is taken and the answer lost; asking finds it paid",
        ),
        Treatment::NotifyTwice => ("通知来两次，只算一次", "The notification comes twice and counts once"),
        Treatment::NotifyLate => {
            ("通知晚几分钟才到，结果不变", "The notification comes minutes late and changes nothing")
        }
        Treatment::InsufficientBalance => {
            ("余额不足，未收款；请顾客换一种方式", "Too little money: not paid; another method is offered")
        }
        Treatment::CodeExpired => ("付款码过期，请顾客刷新后再扫", "The code is too old; scan a fresh one"),
        Treatment::CodeUsed => {
            ("付款码用过了，请顾客刷新后再扫", "The code was used before; scan a fresh one")
        }
        Treatment::CodeWrong => ("不是有效的付款码", "Not a valid payment code"),
        Treatment::PayerLimit => ("超过顾客的限额，未收款", "Above the customer's limit: not paid"),
        Treatment::Risk => ("被风控拒绝，未收款", "Refused by risk control: not paid"),
        Treatment::ErrorButPaid => (
            "平台报错，其实扣了款；查询后收款成功",
            "The provider fails, yet took the money; asking finds it paid",
        ),
        Treatment::ErrorNotPaid => (
            "平台报错，没有扣款；查询后未收款",
            "The provider fails and took nothing; asking finds it not paid",
        ),
        Treatment::Maintenance => ("平台维护中，未收款", "The provider is closed for maintenance: not paid"),
        Treatment::WrongSignature => (
            "答复的签名不对，不采信；查询后收款成功",
            "The answer is wrongly signed and not believed; asking finds it paid",
        ),
        Treatment::SignatureProbe => (
            "平台故意发来探测签名，不采信；查询后收款成功",
            "The provider probes with a false signature; not believed; asking finds it paid",
        ),
        Treatment::WrongAmount => (
            "平台说的金额和要收的不一样，请店主核对",
            "The provider says another amount: the owner is called",
        ),
        Treatment::ReverseNeedsRepeat => {
            ("撤销要做几次才完成", "The reversal has to be repeated before it is done")
        }
        Treatment::PaidAfterReverse => (
            "先撤销这笔；顾客随后又付成了：钱自动退回",
            "Cancel it; the customer pays after it was undone: the money goes back by itself",
        ),
        Treatment::RefundSlow => ("收款成功；退款要等一会儿", "Paid; a refund takes its time"),
        Treatment::RefundRefused => ("收款成功；退款会被拒绝", "Paid; a refund is refused"),
    };
    Text::new(zh, en)
}
