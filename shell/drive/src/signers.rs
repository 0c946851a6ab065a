//! Threads for what costs processor time, so that a burst of signatures does not hold up sockets and timers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

type Task = Box<dyn FnOnce() + Send>;

/// A few threads that do one task after another, in the order they came.
#[derive(Clone, Debug)]
pub(crate) struct Signers {
    tasks: Sender<Task>,
}

impl Signers {
    /// As many threads as there are processors.
    pub(crate) fn start() -> Signers {
        let (tasks, waiting) = channel::<Task>();
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
        for number in 0..threads {
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new().name(format!("signer-{number}"));
            thread.spawn(move || work(&waiting)).expect("the system gives a thread at the start");
        }
        Signers { tasks }
    }

    /// Does `task` on one of the threads; nothing if it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (done, result) = oneshot::channel();
        let task = Box::new(move || {
            // Nobody waits any more if the call ran out of time.
            let _ = done.send(task());
        });
        self.tasks.send(task).ok()?;
        result.await.ok()
    }
}

fn work(waiting: &Mutex<Receiver<Task>>) {
    loop {
        let task = match waiting.lock() {
            Ok(waiting) => waiting.recv(),
            Err(poisoned) => poisoned.into_inner().recv(),
        };
        let Ok(task) = task else { return };
        if catch_unwind(AssertUnwindSafe(task)).is_err() {
            tracing::error!("a provider's translation panicked; the call ends without it");
        }
    }
}
