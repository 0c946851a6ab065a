//! What processes took of the processors, as the kernel counts it: a busy machine makes a bench slower, and this hardly.

use super::rounded;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// What each part of a bench took so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The servers.
    pub server: Duration,
    /// The provider's simulator.
    pub simulator: Duration,
    /// This process, which makes the load.
    pub generator: Duration,
}

impl Spent {
    /// What was spent after `earlier`.
    pub fn since(&self, earlier: &Spent) -> Spent {
        Spent {
            server: self.server.saturating_sub(earlier.server),
            simulator: self.simulator.saturating_sub(earlier.simulator),
            generator: self.generator.saturating_sub(earlier.generator),
        }
    }

    /// Milliseconds of one core for each of so many payments.
    pub fn per_payment(&self, payments: usize) -> Value {
        let each = |spent: Duration| rounded(spent.as_secs_f64() * 1000.0 / payments.max(1) as f64, 3);
        json!({
            "server": each(self.server),
            "simulator": each(self.simulator),
            "generator": each(self.generator),
            "total": each(self.server + self.simulator + self.generator),
        })
    }
}

/// What this process took so far, user and system; nothing where the kernel does not tell.
pub fn of_process(id: u32) -> Duration {
    fs::read_to_string(format!("/proc/{id}/stat")).ok().and_then(|text| of_stat(&text)).unwrap_or_default()
}

/// What this thread took so far, in nanoseconds as the kernel counts them; nothing where it does not tell.
pub fn thread_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(
        text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or_default(),
    )
}

/// Fields 14 and 15 of proc(5), hundredths of a second; the name before them may hold spaces and brackets.
fn of_stat(text: &str) -> Option<Duration> {
    let (_, after_name) = text.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_line_is_read_whatever_the_name() {
        let line = "7 (a) b (c)) S 1 7 7 0 -1 4194304 90 0 0 0 250 31 9 9 20 0 3 0 100";
        assert_eq!(of_stat(line), Some(Duration::from_millis(2_810)));
        assert_eq!(of_stat("7 (a) S 1"), None);
    }

    #[test]
    fn what_a_payment_takes_is_the_sum_of_its_parts() {
        let earlier = Spent { server: Duration::from_secs(1), ..Spent::default() };
        let later = Spent {
            server: Duration::from_secs(3),
            simulator: Duration::from_secs(1),
            generator: Duration::from_millis(500),
        };
        let each = later.since(&earlier).per_payment(1_000);
        assert_eq!(each, json!({ "server": 2.0, "simulator": 1.0, "generator": 0.5, "total": 3.5 }));
    }
}
