//! One item made while another is in use: reading, checking and sending take turns otherwise, and each waits for all.

use futures::stream::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

/// What a stream gives, made in a task of its own, at most two items ahead. Dropping it ends the task.
#[derive(Debug)]
pub(crate) struct Ahead<T> {
    made: mpsc::Receiver<T>,
    _task: AbortOnDropHandle<()>,
}

impl<T: Send + 'static> Ahead<T> {
    /// Begins at once.
    pub(crate) fn of(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        let (to, made) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            let mut stream = std::pin::pin!(stream);
            while let Some(item) = stream.next().await {
                if to.send(item).await.is_err() {
                    return;
                }
            }
        });
        Self {
            made,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// The next item; nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<T> {
        self.made.recv().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::stream;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn items_come_in_order_and_few_are_made_before_they_are_wanted() {
        let made = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&made);
        let numbers = stream::iter(0..10).inspect(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let mut ahead = Ahead::of(numbers);
        for number in 0..10 {
            for _ in 0..10 {
                yield_now().await;
            }
            assert_eq!(made.load(Ordering::Relaxed), 10.min(number + 2));
            assert_eq!(ahead.next().await, Some(number));
        }
        assert_eq!(ahead.next().await, None);
    }

    #[tokio::test]
    async fn whoever_stops_asking_stops_the_work() {
        let held = Arc::new(());
        let in_task = Arc::clone(&held);
        let never = stream::pending().inspect(move |()| drop(Arc::clone(&in_task)));
        drop(Ahead::of(never));
        while Arc::strong_count(&held) > 1 {
            yield_now().await;
        }
    }
}
