//! The sample payments: today and the same day last week, spread over opening hours, most of them paid, some
//! refused, some refunded; and a few now, while the clock is right, that wait or end before one's eyes.
//!
//! They are made through the shop's own API against the simulated providers, so every one of them has its facts.

use super::World;
use super::clock::SetClock;
use super::shop::DemoShop;
use crate::bench::load::Connection;
use anyhow::{Context, Result, ensure};
use base::{Timestamp, Zone};
use drive::{Clock, SystemClock};
use provider_contract::Treatment;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Doors open at half past seven; the last possible sample is at nine in the evening.
const OPENING: (u64, u64) = (7 * 3600 + 1800, 21 * 3600);
/// Between two customers on average; busier around breakfast, noon and after work.
const GAP_S: u64 = 560;

/// What is sold: name and price in fen.
const MENU: [(&str, i64); 8] = [
    ("美式咖啡", 1800),
    ("拿铁", 2600),
    ("燕麦拿铁", 3000),
    ("手冲单品", 3800),
    ("可颂", 1600),
    ("早餐套餐", 3200),
    ("两杯拿铁", 5200),
    ("咖啡豆 250g", 9800),
];

/// How one sample ends.
#[derive(Clone, Copy)]
enum End {
    Paid,
    Refused(Treatment),
    RefundedWhole,
    RefundedPart,
}

/// A till that takes sample payments.
struct Seat<'a> {
    connection: Connection,
    keys: Vec<String>,
    world: &'a World,
    random: u64,
}

/// Where the sample payments begin.
pub fn first_midnight() -> Result<Timestamp> {
    let today = SystemClock.now().local("%Y-%m-%d", Zone::CHINA);
    let midnight = Timestamp::parse(&format!("{today}T00:00:00+08:00")).context("today has a midnight")?;
    Ok(midnight - 7 * DAY)
}

/// Last week's day and today's until a moment ago.
pub async fn play(origin: &str, shop: &DemoShop, world: &World, clock: &SetClock) -> Result<()> {
    let mut seat = Seat::open(origin, shop, world).await?;
    let now = SystemClock.now();
    let last_week = first_midnight()?;
    let midnight = last_week + 7 * DAY;
    seat.day(last_week, last_week + DAY, clock).await?;
    // A shop that is opened at night shows yesterday's evening as well.
    seat.day(midnight - DAY, midnight, clock).await?;
    seat.day(midnight, now - Duration::from_secs(120), clock).await?;
    clock.release();
    Ok(())
}

/// A few that print, wait and fail before one's eyes.
pub async fn play_now(origin: &str, shop: &DemoShop, world: &World) -> Result<()> {
    let mut seat = Seat::open(origin, shop, world).await?;
    for end in [End::Paid, End::Refused(Treatment::InsufficientBalance), End::Paid] {
        seat.sale(0, end).await?;
    }
    seat.begin(0, "wechat", Treatment::PasswordThenPaid, MENU[1], 0).await?;
    seat.show_qr("alipay", MENU[2]).await?;
    Ok(())
}

impl<'a> Seat<'a> {
    async fn open(origin: &str, shop: &DemoShop, world: &'a World) -> Result<Seat<'a>> {
        let address = origin.trim_start_matches("http://");
        let keys = shop.keys.iter().map(|key| format!("Bearer {}", key.reveal())).collect();
        Ok(Seat { connection: Connection::open(address).await?, keys, world, random: 0x2545_f491_4f6c_dd1d })
    }

    /// xorshift64: the same samples every time.
    fn draw(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % below.max(1)
    }

    /// One day's sales from its midnight on, none after `until`.
    async fn day(&mut self, midnight: Timestamp, until: Timestamp, clock: &SetClock) -> Result<()> {
        let mut second = OPENING.0;
        loop {
            second += 20 + self.draw(2 * gap_s(second));
            let at = midnight + Duration::from_secs(second);
            if second > OPENING.1 || at > until {
                return Ok(());
            }
            clock.set(at);
            let end = match self.draw(40) {
                0 => End::Refused(Treatment::InsufficientBalance),
                1 => End::Refused(Treatment::CodeExpired),
                2 => End::Refused(Treatment::Risk),
                3 => End::RefundedPart,
                4 => End::RefundedWhole,
                _ => End::Paid,
            };
            let till = self.draw(3).min(1) as usize;
            self.sale(till, end).await?;
        }
    }

    async fn sale(&mut self, till: usize, end: End) -> Result<()> {
        let wallet = if self.draw(5) < 3 { "wechat" } else { "alipay" };
        let goods = MENU[self.draw(MENU.len() as u64) as usize];
        let treatment = if let End::Refused(treatment) = end { treatment } else { Treatment::Normal };
        let payment = self.begin(till, wallet, treatment, goods, 10).await?;
        match end {
            End::Paid | End::Refused(_) => Ok(()),
            End::RefundedWhole => self.refund(till, &payment, goods.1, "做错了").await,
            End::RefundedPart => self.refund(till, &payment, goods.1 / 2, "少给了一份").await,
        }
    }

    async fn begin(
        &mut self,
        till: usize,
        wallet: &str,
        treatment: Treatment,
        (name, fen): (&str, i64),
        wait_s: u32,
    ) -> Result<Value> {
        let code = self.world.code(wallet, treatment);
        let body = json!({
            "amount": { "amount": fen, "currency": "CNY" },
            "method": { "payer_code": { "code": code } },
            "description": name,
        });
        self.post(till, &format!("/v1/payments?wait={wait_s}"), &body).await
    }

    async fn show_qr(&mut self, wallet: &str, (name, fen): (&str, i64)) -> Result<Value> {
        let body = json!({
            "amount": { "amount": fen, "currency": "CNY" },
            "method": { "show_qr": { "wallet": wallet } },
            "description": name,
        });
        self.post(0, "/v1/payments", &body).await
    }

    async fn refund(&mut self, till: usize, payment: &Value, fen: i64, reason: &str) -> Result<()> {
        let id = payment["id"].as_str().context("a payment has an id")?;
        let body = json!({ "amount": { "amount": fen, "currency": "CNY" }, "reason": reason });
        self.post(till, &format!("/v1/payments/{id}/refunds"), &body).await?;
        Ok(())
    }

    async fn post(&mut self, till: usize, target: &str, body: &Value) -> Result<Value> {
        let key = format!("{:032x}", rand::random::<u128>());
        let headers = [
            ("authorization", self.keys[till].as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let answer = self.connection.ask("POST", target, &headers, body.to_string().into_bytes()).await?;
        ensure!(
            answer.status == 201,
            "{target} was answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        serde_json::from_slice(&answer.body).context("a payment is JSON")
    }
}

/// Seconds between customers at this time of day: short in the three rushes.
fn gap_s(second: u64) -> u64 {
    match second / 3600 {
        8 | 12 | 18 => GAP_S / 3,
        9 | 11 | 13 | 17 => GAP_S / 2,
        _ => GAP_S,
    }
}
