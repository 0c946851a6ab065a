//! Threads for what costs processor time, so that a burst of signatures does not hold up sockets and timers.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Task = Box<dyn FnOnce() + Send>;

/// A few threads that do one task after another, in the order they came. They end with the last clone of this.
#[derive(Clone)]
pub(crate) struct Signers {
    queue: Arc<Queue>,
    _last: Arc<Closing>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    closed: bool,
}

/// Ends the threads when it goes.
struct Closing(Arc<Queue>);

impl Signers {
    /// As many threads as there are processors.
    pub(crate) fn start() -> Signers {
        let queue = Arc::new(Queue::default());
        let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            let thread = std::thread::Builder::new().name(format!("signer-{number}"));
            thread.spawn(move || work(&queue)).expect("the system gives a thread at the start");
        }
        Signers { _last: Arc::new(Closing(Arc::clone(&queue))), queue }
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
        self.queue.lock().tasks.push_back(task);
        self.queue.more.notify_one();
        result.await.ok()
    }
}

/// Does `task` here and now; nothing if it panicked. For what takes less time than handing it to a thread.
pub(crate) fn run_here<T>(task: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(task));
    if done.is_err() {
        tracing::error!("a provider's translation panicked; the call ends without it");
    }
    done.ok()
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; nothing once no more can come.
    fn next(&self) -> Option<Task> {
        let nothing = |waiting: &mut Waiting| waiting.tasks.is_empty() && !waiting.closed;
        let mut waiting = self.more.wait_while(self.lock(), nothing).unwrap_or_else(PoisonError::into_inner);
        waiting.tasks.pop_front()
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.more.notify_all();
    }
}

fn work(queue: &Queue) {
    while let Some(task) = queue.next() {
        run_here(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_takes_neither_the_thread_nor_the_others_with_it() {
        let signers = Signers::start();
        for _ in 0..64 {
            assert_eq!(signers.run(|| -> u8 { panic!("a translation with a bug") }).await, None);
        }
        assert_eq!(signers.run(|| 7).await, Some(7));
    }

    #[tokio::test]
    async fn the_threads_end_with_the_last_who_could_hand_them_a_task() {
        let signers = Signers::start();
        let (queue, other) = (Arc::downgrade(&signers.queue), signers.clone());
        drop(signers);
        assert_eq!(other.run(|| 7).await, Some(7));
        drop(other);
        while queue.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    }
}
