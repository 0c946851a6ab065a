//! Writes bills as WeChat Pay writes them, for the simulator and for measuring.

use base::{Money, Timestamp, Zone};
use std::fmt::Write;

const TRADES: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,\
付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,\
商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const TRADES_SUMS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
const FUNDS: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),\
资金变更提交申请人,备注,业务凭证号";
const FUNDS_SUMS: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

/// One line of a trade bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeLine {
    /// When.
    pub at: Timestamp,
    /// Application and merchant.
    pub appid: String,
    /// Merchant.
    pub mchid: String,
    /// WeChat's number of the order.
    pub transaction: String,
    /// The merchant's number of the order.
    pub order_no: String,
    /// `MICROPAY`, `NATIVE`.
    pub trade_type: String,
    /// `SUCCESS`, `REFUND`, `REVOKED`.
    pub state: String,
    /// `CNY`
    pub currency: String,
    /// What the order cost, fen; nothing for refunds.
    pub amount: i64,
    /// WeChat's and the merchant's numbers of the refund; empty for sales.
    pub refund: (String, String),
    /// What went back, fen.
    pub refund_amount: i64,
    /// `SUCCESS`, `PROCESSING`; empty for sales.
    pub refund_state: String,
    /// What was bought.
    pub description: String,
    /// Fen.
    pub fee: i64,
}

/// One line of a fund-flow bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundLine {
    /// When.
    pub at: Timestamp,
    /// WeChat's number of what moved it.
    pub transaction: String,
    /// `交易`, `退款`, `扣除交易手续费`.
    pub name: String,
    /// Fen; negative if it went out.
    pub amount: i64,
}

/// A whole trade bill.
pub fn trades_bill(lines: &[TradeLine]) -> String {
    let mut bill = String::new();
    write_trades(&mut bill, lines.iter());
    bill
}

/// A whole trade bill, line by line.
pub fn write_trades<'a>(to: &mut impl Write, lines: impl Iterator<Item = &'a TradeLine>) {
    let mut sums = (0u64, 0i64, 0i64, 0i64);
    let mut put = |text: std::fmt::Arguments<'_>| to.write_fmt(text).expect("a bill is written to memory");
    put(format_args!("\u{FEFF}{TRADES}\r\n"));
    for line in lines {
        sums = (sums.0 + 1, sums.1 + line.amount, sums.2 + line.refund_amount, sums.3 + line.fee);
        let of_refund = |text: &str| if line.state == "SUCCESS" { "0".to_owned() } else { text.to_owned() };
        let refund_type = if line.state == "SUCCESS" { "" } else { "ORIGINAL" };
        put(format_args!(
            "`{},`{},`{},`0,`,`{},`{},`,`{},`{},`OTHERS,`{},`{},`0.00,`{},`{},`{},`0.00,`{},`{},`{},`,`{},`0.60%,`{},`{},`\r\n",
            line.at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA),
            line.appid,
            line.mchid,
            line.transaction,
            line.order_no,
            line.trade_type,
            line.state,
            line.currency,
            yuan(line.amount),
            of_refund(&line.refund.0),
            of_refund(&line.refund.1),
            yuan(line.refund_amount),
            refund_type,
            line.refund_state,
            line.description,
            fee(line.fee),
            yuan(line.amount),
            yuan(line.refund_amount),
        ));
    }
    put(format_args!("{TRADES_SUMS}\r\n"));
    let (rows, sales, refunds, fees) = sums;
    put(format_args!(
        "`{rows},`{},`{},`0.00,`{},`{},`{}\r\n",
        yuan(sales),
        yuan(refunds),
        fee(fees),
        yuan(sales),
        yuan(refunds)
    ));
}

/// A whole fund-flow bill of an account that opens with so much (fen).
pub fn funds_bill(opening: i64, lines: &[FundLine]) -> String {
    let mut bill = format!("\u{FEFF}{FUNDS}\r\n");
    let (mut ins, mut outs, mut balance) = ((0, 0), (0, 0), opening);
    for (number, line) in lines.iter().enumerate() {
        let side = if line.amount < 0 { &mut outs } else { &mut ins };
        *side = (side.0 + 1, side.1 + line.amount.abs());
        balance += line.amount;
        bill += &format!(
            "`{},`{},`{number:032},`{},`{},`{},`{},`{},`system,`,`{}\r\n",
            line.at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA),
            line.transaction,
            line.name,
            line.name,
            if line.amount < 0 { "支出" } else { "收入" },
            yuan(line.amount.abs()),
            yuan(balance),
            line.transaction,
        );
    }
    bill += &format!(
        "{FUNDS_SUMS}\r\n`{},`{},`{},`{},`{}\r\n",
        lines.len(),
        ins.0,
        yuan(ins.1),
        outs.0,
        yuan(outs.1)
    );
    bill
}

fn yuan(fen: i64) -> String {
    Money::cny(fen).to_string()
}

/// Fees are written with five decimals.
fn fee(fen: i64) -> String {
    format!("{}000", Money::cny(fen))
}
