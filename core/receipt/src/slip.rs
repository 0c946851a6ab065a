//! The slips themselves: which lines stand on a paid, unpaid, returned or refund slip, and their words.

use crate::document::{Document, Line, Size};
use crate::facts::{Bill, Copy, Language, Outcome, ReceiptFacts, RefundFact};
use base::{Text, Timestamp, Zone};

/// The document of a slip.
pub fn receipt(facts: &ReceiptFacts, copy: Copy) -> Document {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en), facts.language);
    let mut lines = Vec::new();
    lines.extend(copy_mark(copy, facts.language));
    lines.extend(head(facts));
    lines.push(Line::Rule);
    lines.extend(money(facts));
    lines.push(Line::Rule);
    lines.extend(particulars(facts));
    lines.push(Line::Rule);
    if let Some(bill) = &facts.bill {
        lines.extend(whole_bill(bill, facts.language));
        lines.push(Line::Rule);
    }
    lines.push(Line::Qr { content: facts.receipt_url.clone().unwrap_or_else(|| facts.order_number.clone()) });
    lines.push(Line::centered(match facts.receipt_url {
        Some(_) => say("扫码看电子小票", "Scan for the electronic receipt"),
        None => say("订单号", "Order number"),
    }));
    lines.push(Line::Blank);
    lines.push(Line::text(next_step(facts)));
    lines.push(Line::Cut);
    Document { lines }
}

/// A reprint says so first, so that two slips are never taken for two sales.
fn copy_mark(copy: Copy, language: Language) -> Vec<Line> {
    match copy {
        Copy::Original => vec![],
        Copy::Reprint { count } => {
            let mark = Text::new(format!("补打 第{count}次"), format!("REPRINT No. {count}"));
            vec![Line::headline(pick(&mark, language), Size::Double), Line::Blank]
        }
    }
}

fn head(facts: &ReceiptFacts) -> Vec<Line> {
    let mut lines = vec![Line::headline(&facts.shop, Size::Double)];
    if !facts.store.is_empty() {
        lines.push(Line::centered(&facts.store));
    }
    lines
}

/// The outcome in a word, then the amount it is about, as large as the paper allows.
fn money(facts: &ReceiptFacts) -> Vec<Line> {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en), facts.language);
    let completed = facts.bill.as_ref().filter(|bill| bill.completed);
    let (word, amount) = match &facts.outcome {
        Outcome::Paid { refunds } if refunds.is_empty() && completed.is_some() => {
            (say("整单付清", "BILL PAID"), completed.map_or(facts.amount, |bill| bill.total))
        }
        Outcome::Paid { .. } => (say("收款成功", "PAID"), facts.amount),
        Outcome::Recorded => (say("手工登记（未核实）", "RECORDED, NOT VERIFIED"), facts.amount),
        Outcome::NotPaid { .. } => (say("未收款", "NOT PAID"), facts.amount),
        Outcome::Returned { .. } => (say("已退回", "RETURNED"), facts.amount),
        Outcome::Refunded { refund } => (say("退款成功", "REFUNDED"), refund.amount),
    };
    vec![Line::headline(word, Size::Double), Line::headline(amount.for_people(), Size::Triple)]
}

fn particulars(facts: &ReceiptFacts) -> Vec<Line> {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en), facts.language);
    let mut lines = Vec::new();
    if let Outcome::NotPaid { reason } | Outcome::Returned { reason } = &facts.outcome {
        lines.push(Line::pair(say("原因", "Reason"), pick(reason, facts.language)));
    }
    if let Outcome::Refunded { .. } = &facts.outcome {
        lines.push(Line::pair(say("原收款", "Was paid"), facts.amount.for_people()));
    }
    let parted = facts.bill.is_some() && matches!(facts.outcome, Outcome::Paid { .. });
    if parted {
        lines.push(Line::pair(say("本次收款", "This payment"), facts.amount.for_people()));
    }
    lines.push(Line::pair(say("方式", "Method"), method(facts)));
    lines.extend(installments(facts));
    if let Some(counted) = &facts.counted {
        lines.push(Line::pair(say("收现金", "Cash received"), counted.tendered.for_people()));
        lines.push(Line::pair(say("找零", "Change"), counted.change.for_people()));
    }
    lines.push(Line::pair(say("时间", "Time"), clock(moment(facts))));
    lines.push(Line::pair(say("收银", "Till"), till(facts)));
    lines.push(Line::pair(say("订单号", "Order"), &facts.order_number));
    if let Some(number) = &facts.provider_number {
        lines.push(Line::pair(say("交易号", "Transaction"), number));
    }
    match &facts.outcome {
        Outcome::Paid { refunds } => {
            lines.extend(refunds.iter().flat_map(|refund| refunded(refund, facts.language)))
        }
        Outcome::Refunded { refund } => lines.push(Line::pair(say("退款号", "Refund"), &refund.number)),
        Outcome::Recorded | Outcome::NotPaid { .. } | Outcome::Returned { .. } => {}
    }
    lines
}

/// The terms stand on slips of money that is kept; who lends it has the last word on them.
fn installments(facts: &ReceiptFacts) -> Vec<Line> {
    let kept = matches!(facts.outcome, Outcome::Paid { .. });
    let Some(terms) = facts.installments.as_ref().filter(|_| kept) else { return Vec::new() };
    let label = Text::new("分期", "Instalments");
    let whose = Text::new("分期以顾客手机上所选为准", "The choice on the customer's phone counts");
    vec![
        Line::pair(pick(&label, facts.language), pick(terms, facts.language)),
        Line::text(pick(&whose, facts.language)),
    ]
}

/// Every payment of the bill with its method, and what is left: one slip tells the whole.
fn whole_bill(bill: &Bill, language: Language) -> Vec<Line> {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en), language);
    let mut lines = Vec::new();
    if !bill.note.is_empty() {
        lines.push(Line::pair(say("单据", "Bill"), &bill.note));
    }
    lines.push(Line::pair(say("整单合计", "Whole bill"), bill.total.for_people()));
    for (number, part) in (1..).zip(&bill.parts) {
        let mark = if part.recorded { say("（未核实）", " (not verified)") } else { String::new() };
        let label = format!("{number}. {}{mark}", pick(&part.wallet, language));
        lines.push(Line::pair(label, part.amount.for_people()));
    }
    if bill.left.is_positive() {
        lines.push(Line::pair(say("还差", "Left to pay"), bill.left.for_people()));
    }
    lines
}

fn refunded(refund: &RefundFact, language: Language) -> [Line; 2] {
    let label = if refund.in_cash {
        Text::new("已退现金", "Cash given back")
    } else {
        Text::new("已退款", "Refunded")
    };
    let label = pick(&label, language);
    let when = pick(&Text::new("退款时间", "on"), language);
    [Line::pair(label, refund.amount.for_people()), Line::pair(when, clock(refund.time))]
}

fn method(facts: &ReceiptFacts) -> String {
    let wallet = pick(&facts.wallet, facts.language);
    match (&facts.last_digits, facts.language) {
        (None, _) => wallet,
        (Some(digits), Language::Chinese) => format!("{wallet} 尾号{}", digits.as_str()),
        (Some(digits), Language::English) => format!("{wallet} ending {}", digits.as_str()),
    }
}

fn till(facts: &ReceiptFacts) -> String {
    format!("{} {}", facts.till, facts.cashier).trim().to_owned()
}

fn moment(facts: &ReceiptFacts) -> Timestamp {
    match &facts.outcome {
        Outcome::Refunded { refund } => refund.time,
        Outcome::Paid { .. } | Outcome::Recorded | Outcome::NotPaid { .. } | Outcome::Returned { .. } => {
            facts.time
        }
    }
}

fn clock(time: Timestamp) -> String {
    time.local("%Y-%m-%d %H:%M:%S", Zone::CHINA)
}

/// What the customer does next, if anything.
fn next_step(facts: &ReceiptFacts) -> String {
    let words = match &facts.outcome {
        Outcome::Paid { .. } if facts.counted.is_some() => Text::new(
            "退款：带此小票到店，退现金。",
            "Refunds: bring this slip to the store; cash is given back.",
        ),
        Outcome::Recorded => Text::new(
            "本店手工登记，尚未由支付机构核实。请保留手机上的付款记录。",
            "Recorded by the store and not yet verified by the provider. Keep the payment record on your phone.",
        ),
        Outcome::Refunded { refund } if refund.in_cash => Text::new(
            "现金已当面退还，请点清。",
            "The cash was given back over the counter; please count it.",
        ),
        Outcome::Paid { .. } => Text::new(
            "退款：带此小票到店，钱按原路退回付款账户。",
            "Refunds: bring this slip to the store; the money goes back the way it came.",
        ),
        Outcome::NotPaid { .. } => Text::new(
            "本单没有收到钱。手机若显示已付款，请出示此小票，店家按订单号查清并退回。",
            "No money was received. If your phone says paid, show this slip: the store looks the order up and returns it.",
        ),
        Outcome::Returned { .. } => Text::new(
            "钱已按原路退回付款账户，到账时间以该账户为准。",
            "The money went back the way it came; your account shows when it arrives.",
        ),
        Outcome::Refunded { .. } => Text::new(
            "钱按原路退回付款账户，到账时间以该账户为准。",
            "The money goes back the way it came; your account shows when it arrives.",
        ),
    };
    pick(&words, facts.language)
}

fn pick(text: &Text, language: Language) -> String {
    match language {
        Language::Chinese => text.zh.clone(),
        Language::English => text.en.clone(),
    }
}
