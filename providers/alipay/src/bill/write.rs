//! Writes bills as the gateway writes them, for the simulator and for measuring.

use base::{Money, Timestamp, Zone};
use encoding_rs::GBK;
use settlement::Day;
use std::fmt::Write;

const DETAIL: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,\
订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,\
商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";
const SUMMARY: &str = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,\
卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）";
const ACCOUNT: &str = "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注";
const RULE: &str = "-----------------------------------------";

/// One line of a detail file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailLine {
    /// The gateway's number of the trade.
    pub transaction: String,
    /// The merchant's number of the order.
    pub order_no: String,
    /// `交易`, `退款`.
    pub business: String,
    /// What was bought.
    pub description: String,
    /// When.
    pub at: Timestamp,
    /// Fen, negative for refunds.
    pub amount: i64,
    /// The merchant's number of the refund; empty for sales and cancels.
    pub refund_no: String,
    /// Fen, never negative; written with the amount's opposite sign.
    pub fee: i64,
}

/// A whole detail file, in GBK.
pub fn detail_bill(account: &str, day: Day, lines: &[DetailLine]) -> Vec<u8> {
    let mut bill = String::new();
    write_detail(&mut bill, account, day, lines.iter());
    GBK.encode(&bill).0.into_owned()
}

/// A whole detail file line by line, not yet encoded.
pub fn write_detail<'a>(
    to: &mut impl Write,
    account: &str,
    day: Day,
    lines: impl Iterator<Item = &'a DetailLine>,
) {
    let clock = |at: Timestamp| at.local("%Y年%m月%d日 %H:%M:%S", Zone::CHINA);
    let mut put = |text: std::fmt::Arguments<'_>| to.write_fmt(text).expect("a bill is written to memory");
    put(format_args!("#支付宝业务明细查询\r\n#账号：[{account}]\r\n"));
    put(format_args!("#起始日期：[{}]   终止日期：[{}]\r\n", clock(day.start()), clock(day.end())));
    put(format_args!("#{RULE}业务明细列表{RULE}\r\n{DETAIL}\r\n"));
    let (mut sales, mut refunds) = ((0u64, 0i64), (0u64, 0i64));
    for line in lines {
        let side = if line.business == "退款" { &mut refunds } else { &mut sales };
        *side = (side.0 + 1, side.1 + line.amount);
        let at = line.at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA);
        let amount = Money::cny(line.amount);
        let fee = Money::cny(if line.amount < 0 { line.fee } else { -line.fee });
        put(format_args!(
            "{}\t,{}\t,{}\t,{},{at},{at},\t,\t,\t,\t,**明(138******00)\t,{amount},{amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,{}\t,{fee},0.00,\r\n",
            line.transaction, line.order_no, line.business, line.description, line.refund_no,
        ));
    }
    put(format_args!("#{RULE}业务明细列表结束{RULE}\r\n"));
    put(format_args!("#交易合计：{}笔，商家实收共{}元，商家优惠共0.00元\r\n", sales.0, Money::cny(sales.1)));
    put(format_args!(
        "#退款合计：{}笔，商家实收退款共{}元，商家优惠退款共0.00元\r\n",
        refunds.0,
        Money::cny(refunds.1)
    ));
    put(format_args!("#导出时间：[{}]\r\n", clock(day.end())));
}

/// One line of an account file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// The gateway's number of the trade.
    pub transaction: String,
    /// The merchant's number of the order.
    pub order_no: String,
    /// When.
    pub at: Timestamp,
    /// Fen; negative if it went out.
    pub amount: i64,
    /// `交易付款`, `交易退款`, `收费`, `退费`, `提现`.
    pub business: String,
}

/// A whole account file, in GBK, of an account that opens with so much (fen).
pub fn account_bill(account: &str, day: Day, opening: i64, lines: &[AccountLine]) -> Vec<u8> {
    let clock = |at: Timestamp| at.local("%Y年%m月%d日 %H:%M:%S", Zone::CHINA);
    let mut bill = format!(
        "#支付宝账务明细查询\r\n#账号：[{account}]\r\n#起始日期：[{}]   终止日期：[{}]\r\n#{RULE}账务明细列表{RULE}\r\n{ACCOUNT}\r\n",
        clock(day.start()),
        clock(day.end())
    );
    let (mut ins, mut outs, mut balance) = ((0, 0), (0, 0), opening);
    for (number, line) in lines.iter().enumerate() {
        let side = if line.amount < 0 { &mut outs } else { &mut ins };
        *side = (side.0 + 1, side.1 + line.amount);
        balance += line.amount;
        let (came, went) = (line.amount.max(0), line.amount.min(0));
        let shown = |fen: i64| if fen == 0 { " ".to_owned() } else { Money::cny(fen).to_string() };
        bill += &format!(
            "{number:032}\t,{}\t,{}\t,结账,{},**明(138******00)\t,{},{},{},支付宝\t,{}\t,\r\n",
            line.transaction,
            line.order_no,
            line.at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA),
            shown(came),
            shown(went),
            Money::cny(balance),
            line.business,
        );
    }
    bill += &format!(
        "#{RULE}账务明细列表结束{RULE}\r\n#支出合计：{}笔，共{}元\r\n#收入合计：{}笔，共{}元\r\n#导出时间：[{}]\r\n",
        outs.0,
        Money::cny(outs.1),
        ins.0,
        Money::cny(ins.1),
        clock(day.end())
    );
    GBK.encode(&bill).0.into_owned()
}

/// The summary file that lies beside the detail file, in GBK.
pub(crate) fn summary_bill(account: &str, lines: &[DetailLine]) -> Vec<u8> {
    let sum = |business: &str| {
        let of = lines.iter().filter(|line| line.business == business);
        of.fold((0u64, 0i64), |sum, line| (sum.0 + 1, sum.1 + line.amount))
    };
    let (sales, refunds) = (sum("交易"), sum("退款"));
    let net = Money::cny(sales.1 + refunds.1);
    let text = format!(
        "#支付宝业务汇总查询\r\n#账号：[{account}]\r\n{SUMMARY}\r\n合计\t,\t,{},{},{net},{net},0.00,0.00,0.00,0.00,0.00,{net}\r\n",
        sales.0, refunds.0
    );
    GBK.encode(&text).0.into_owned()
}
