//! What processes took of the processors, as the kernel counts it: a busy machine makes a bench slower, and this hardly.

use super::rounded;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// What each part of a bench took so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The servers.
    pub server: Threads,
    /// The provider's simulator.
    pub simulator: Threads,
    /// This process, which makes the load.
    pub generator: Threads,
}

/// What each thread took so far, by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threads(BTreeMap<u32, Duration>);

impl Spent {
    /// Milliseconds of one core for each of so many payments, of what was spent after `earlier`.
    pub fn per_payment(&self, earlier: &Spent, payments: usize) -> Value {
        let each = |spent: Duration| rounded(spent.as_secs_f64() * 1000.0 / payments.max(1) as f64, 3);
        let server = self.server.since(&earlier.server);
        let simulator = self.simulator.since(&earlier.simulator);
        let generator = self.generator.since(&earlier.generator);
        json!({
            "server": each(server),
            "simulator": each(simulator),
            "generator": each(generator),
            "total": each(server + simulator + generator),
        })
    }
}

impl Threads {
    /// Those of these processes; none where the kernel does not tell. (The figures of proc(5)'s `stat` are guessed from
    /// where the clock's ticks fall, and threads that run for a moment between two are never seen.)
    pub fn of(processes: impl IntoIterator<Item = u32>) -> Threads {
        let threads =
            processes.into_iter().flat_map(|id| fs::read_dir(format!("/proc/{id}/task")).into_iter());
        let spent = threads.flatten().flatten().filter_map(|thread| {
            let number = thread.file_name().to_str()?.parse().ok()?;
            Some((number, of_schedstat(&fs::read_to_string(thread.path().join("schedstat")).ok()?)?))
        });
        Threads(spent.collect())
    }

    /// What they spent after `earlier`; those that ended meanwhile are left out.
    fn since(&self, earlier: &Threads) -> Duration {
        let before = |number| earlier.0.get(number).copied().unwrap_or_default();
        self.0.iter().map(|(number, spent)| spent.saturating_sub(before(number))).sum()
    }
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
        assert!(!Threads::of([std::process::id()]).0.is_empty());
    }

    #[test]
    fn what_a_payment_takes_is_the_sum_of_its_parts() {
        let threads = |spent: &[(u32, u64)]| {
            Threads(spent.iter().map(|(number, ms)| (*number, Duration::from_millis(*ms))).collect())
        };
        // Thread 2 had ended by then, thread 3 had not begun.
        let earlier = Spent { server: threads(&[(1, 1_000), (2, 9_000)]), ..Spent::default() };
        let later = Spent {
            server: threads(&[(1, 2_000), (3, 1_000)]),
            simulator: threads(&[(4, 1_000)]),
            generator: threads(&[(5, 500)]),
        };
        let each = later.per_payment(&earlier, 1_000);
        assert_eq!(each, json!({ "server": 2.0, "simulator": 1.0, "generator": 0.5, "total": 3.5 }));
    }
}
