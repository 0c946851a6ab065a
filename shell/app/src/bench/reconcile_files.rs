//! A made-up day on both sides, in files: a book, a bill, and known differences between them.

use anyhow::{Context, Result};
use base::Currency;
use provider_contract::bills::{BadBill, Flaw};
use settlement::{BookRow, Class, Day, Kind, Place, State, cell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Whose bill it is.
pub const MCHID: &str = "1900000001";
/// About so many differences of each class are planted.
const OF_EACH: u64 = 100;

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// What was planted, by class.
pub type Planted = BTreeMap<&'static str, u64>;

/// The day.
pub fn day() -> Day {
    "2026-11-22".parse().expect("it is a day")
}

/// One movement of money, made of nothing but its number and the seed.
struct Movement {
    id: u128,
    order: u128,
    kind: Kind,
    amount: i64,
    fee: i64,
    second: u64,
    fault: Option<Class>,
}

struct Plan {
    seed: u64,
    rows: u64,
    every: u64,
}

impl Plan {
    fn movement(&self, at: u64) -> Movement {
        let (high, low) = (mixed(self.seed ^ at), mixed(self.seed.wrapping_add(at) ^ 0xA5A5));
        let second = 60 + at * 86_000 / self.rows;
        let millis = 1_795_276_800_000 + second * 1000;
        let id = u128::from(millis) << 80 | 7 << 76 | u128::from(high & 0xFFF) << 64 | u128::from(low);
        let kind = if high >> 60 == 0 { Kind::Refund } else { Kind::Sale };
        let amount = 100 + (high >> 20 & 0xFFFF) as i64;
        let fee = (amount * 60 + 5_000) / 10_000;
        let classes = [
            Class::MissingHere,
            Class::MissingThere,
            Class::Currency,
            Class::Amount,
            Class::Status,
            Class::Fee,
            Class::Duplicate,
            Class::Late,
            Class::DayCut,
        ];
        let fault = classes.get((at % self.every) as usize).copied();
        let (kind, fee) = match kind {
            Kind::Refund if fault.is_none() => (Kind::Refund, -fee),
            _ => (Kind::Sale, fee),
        };
        Movement { id, order: id ^ 1 << 70, kind, amount, fee, second, fault }
    }
}

/// Writes both files; says what was planted.
pub fn write(seed: u64, rows: u64, book: &Path, bill: &Path) -> Result<Planted> {
    let plan = Plan { seed, rows, every: (rows / OF_EACH).max(20) };
    let mut planted = Planted::new();
    let open = |path: &Path| -> Result<BufWriter<File>> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    };
    let mut to = open(book)?;
    writeln!(to, "number,kind,amount,currency,fee,state,place")?;
    for at in 0..rows {
        let movement = plan.movement(at);
        if let Some(class) = movement.fault {
            *planted.entry(class.code()).or_default() += 1;
        }
        if movement.fault != Some(Class::MissingHere) {
            book_line(&mut to, &movement)?;
        }
    }
    to.flush()?;
    let mut to = open(bill)?;
    bill_lines(&mut to, &plan)?;
    to.flush()?;
    Ok(planted)
}

fn book_line(to: &mut impl Write, movement: &Movement) -> Result<()> {
    let kind = if movement.kind == Kind::Sale { "sale" } else { "refund" };
    let state = if movement.fault == Some(Class::Status) { "not_moved" } else { "moved" };
    let place = match movement.fault {
        Some(Class::Late) => "before",
        Some(Class::DayCut) => "near_the_end",
        _ => "inside",
    };
    let Movement { id, amount, fee, .. } = movement;
    Ok(writeln!(to, "{id:032x},{kind},{amount},CNY,{fee},{state},{place}")?)
}

fn bill_lines(to: &mut impl Write, plan: &Plan) -> Result<()> {
    writeln!(to, "\u{FEFF}{HEADER}")?;
    let (mut count, mut sales, mut refunds, mut fees) = (0u64, 0i64, 0i64, 0i64);
    // Another order than the book's: neither side is sorted like the other.
    let stride = (plan.rows / 3) | 1;
    let stride = (stride..).find(|stride| gcd(*stride, plan.rows) == 1).expect("primes do not end");
    for step in 0..plan.rows {
        let movement = plan.movement((u128::from(step) * u128::from(stride) % u128::from(plan.rows)) as u64);
        let copies = match movement.fault {
            Some(Class::MissingThere | Class::DayCut) => 0,
            Some(Class::Duplicate) => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let amount = movement.amount + i64::from(movement.fault == Some(Class::Amount));
            let fee = movement.fee + i64::from(movement.fault == Some(Class::Fee));
            bill_line(to, &movement, amount, fee)?;
            count += 1;
            fees += fee;
            if movement.kind == Kind::Sale { sales += amount } else { refunds += amount }
        }
    }
    let yuan =
        |fen: i64| format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100);
    writeln!(to, "{SUMS}")?;
    let (sales, refunds) = (yuan(sales), yuan(refunds));
    Ok(writeln!(to, "`{count}.0,`{sales},`{refunds},`0.00,`{}000,`{sales},`{refunds}", yuan(fees))?)
}

fn bill_line(to: &mut impl Write, movement: &Movement, amount: i64, fee: i64) -> Result<()> {
    let Movement { id, order, second, .. } = movement;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let currency = if movement.fault == Some(Class::Currency) { "USD" } else { "CNY" };
    let (yuan, cents, minus) = (amount / 100, amount % 100, if fee < 0 { "-" } else { "" });
    let (fee_yuan, fee_cents) = (fee.abs() / 100, fee.abs() % 100);
    let short = *id as u64;
    if movement.kind == Kind::Sale {
        writeln!(
            to,
            "`2026-11-22 {hour:02}:{minute:02}:{second:02},`wx0000000000000001,`{MCHID},`0,`,`4200{short:024},`{id:032x},`o{short:027},`MICROPAY,`SUCCESS,`OTHERS,`{currency},`{yuan}.{cents:02},`0.00,`0,`0,`0.00,`0.00,`,`,`结账,`,`{minus}{fee_yuan}.{fee_cents:02}000,`0.60%,`{yuan}.{cents:02},`0.00,`"
        )?;
    } else {
        writeln!(
            to,
            "`2026-11-22 {hour:02}:{minute:02}:{second:02},`wx0000000000000001,`{MCHID},`0,`,`4200{short:024},`{order:032x},`o{short:027},`MICROPAY,`REFUND,`OTHERS,`{currency},`0.00,`0.00,`5000{short:024},`{id:032x},`{yuan}.{cents:02},`0.00,`ORIGINAL,`SUCCESS,`结账,`,`{minus}{fee_yuan}.{fee_cents:02}000,`0.60%,`0.00,`{yuan}.{cents:02},`"
        )?;
    }
    Ok(())
}

/// Reads a line of the book's file.
pub fn book_row(line: u64, text: &[u8]) -> Result<Option<BookRow>, BadBill> {
    if line == 1 {
        return Ok(None);
    }
    let row = || {
        let mut cells = text.split(|byte| *byte == b',');
        let id = cell::our_number(cells.next()?)?;
        let kind = if cells.next()? == b"sale" { Kind::Sale } else { Kind::Refund };
        let amount = whole(cells.next()?)?;
        let currency = Currency::from_code(std::str::from_utf8(cells.next()?).ok()?)?;
        let fee = Some(whole(cells.next()?)?);
        let state = if cells.next()? == b"moved" { State::Moved } else { State::NotMoved };
        let place = match cells.next()? {
            b"before" => Place::Before,
            b"near_the_end" => Place::NearTheEnd,
            _ => Place::Inside,
        };
        Some(BookRow { kind, id, amount, currency, fee, state, place })
    };
    row().map(Some).ok_or(BadBill::BrokenRow { line, why: Flaw::NotARowOfABook })
}

fn whole(cell: &[u8]) -> Option<i64> {
    let (minus, digits) = match cell.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, cell),
    };
    let digit = |sum: i64, byte: &u8| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| sum.checked_mul(10)?.checked_add(i64::from(digit))).flatten()
    };
    digits.iter().try_fold(0, digit).map(|sum| sum * minus)
}

fn gcd(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// SplitMix64's last step: numbers in a row become numbers all over.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}
