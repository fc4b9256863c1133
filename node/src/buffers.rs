//! Room for bytes that is used again and again by one transfer.
//!
//! Memory is wiped when it is given back to the system, and new room is wiped before its first use. For a slice of 1 MiB
//! that costs about as much as hashing it.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers of one transfer. Cheap to clone; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// Holds what its last user left in it; goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    home: Buffers,
}

impl Buffers {
    /// One that nobody uses, or a new one.
    pub(crate) fn take(&self) -> Buffer {
        let bytes = self.free(Vec::pop).unwrap_or_default();
        Buffer {
            bytes,
            home: self.clone(),
        }
    }

    fn free<T>(&self, with: impl FnOnce(&mut Vec<Vec<u8>>) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.home.free(|free| free.push(bytes));
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_that_was_given_back_is_used_again_and_two_users_never_share_it() {
        let buffers = Buffers::default();
        let mut one = buffers.take();
        one.extend_from_slice(&[7; 100]);
        let mut two = buffers.take();
        assert!(two.is_empty());
        two.push(1);
        let (first, room) = (one.as_ptr(), one.capacity());
        drop(one);
        let again = buffers.clone().take();
        assert_eq!((again.as_ptr(), again.capacity()), (first, room));
        assert_eq!(*two, [1]);
    }
}
