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

/// What this process's threads took so far; nothing where the kernel does not tell. (The figures of proc(5)'s `stat` are
/// guessed from where the clock's ticks fall, and threads that run for a moment between two are never seen.)
pub fn of_process(id: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| of_schedstat(&fs::read_to_string(thread.path().join("schedstat")).ok()?))
        .sum()
}

/// What this thread took so far.
pub fn thread_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    of_schedstat(&text).unwrap_or_default()
}

/// The first figure: nanoseconds on a processor.
fn of_schedstat(text: &str) -> Option<Duration> {
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_line_is_read() {
        assert_eq!(of_schedstat("1067128 116378 2\n"), Some(Duration::from_nanos(1_067_128)));
        assert_eq!(of_schedstat(""), None);
        assert!(of_process(std::process::id()) > Duration::ZERO);
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
