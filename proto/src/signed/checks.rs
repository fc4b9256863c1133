//! How often this thread checked signatures, and how it is spared checking the same ones again.
//!
//! In a house every home checks everything by itself, and nothing here changes that. A simulation runs a whole street on
//! one thread, where each home checks the same cards and alerts as all others; there [`once`] makes the second and every
//! later check of the same bytes a look at what was found before. It remembers signatures that were found good, under a
//! hash of all that was checked, so that nothing is accepted that a check would refuse.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::PublicKey;

thread_local! {
    static MADE: Cell<u64> = const { Cell::new(0) };
    // Ordered, not hashed: a hash map would draw the keys of its order, and change everything random after it.
    static GOOD: RefCell<Option<BTreeSet<[u8; 32]>>> = const { RefCell::new(None) };
}

/// How many signatures this thread was asked to check so far, whether it had seen them before or not.
pub fn made() -> u64 {
    MADE.get()
}

/// From now on this thread checks each signature once. It remembers 32 bytes of each without end, so that only what ends
/// itself may ask for it.
pub fn once() {
    GOOD.with_borrow_mut(|good| {
        good.get_or_insert_default();
    });
}

/// Runs a check, unless it was made before and found the signature good.
pub(super) fn unless_known<E>(
    signer: PublicKey,
    covered: &[u8],
    signature: &[u8; 64],
    check: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    MADE.set(MADE.get().wrapping_add(1));
    let known = GOOD.with_borrow(|good| {
        let good = good.as_ref()?;
        let name = name(signer, covered, signature);
        Some((name, good.contains(&name)))
    });
    match known {
        Some((_, true)) => Ok(()),
        Some((name, false)) => {
            check()?;
            GOOD.with_borrow_mut(|good| good.as_mut().is_some_and(|good| good.insert(name)));
            Ok(())
        }
        None => check(),
    }
}

/// Signer and signature have lengths of their own, so that no two checks have one name.
fn name(signer: PublicKey, covered: &[u8], signature: &[u8; 64]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(signer.as_bytes());
    hash.update(signature);
    hash.update(covered);
    *hash.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks whether a signature is good, and tells whether it was really checked.
    fn ask(covered: &[u8], good: bool) -> (Result<(), ()>, bool) {
        let mut checked = false;
        let answer = unless_known(PublicKey::from_bytes([1; 32]), covered, &[2; 64], || {
            checked = true;
            if good { Ok(()) } else { Err(()) }
        });
        (answer, checked)
    }

    #[test]
    fn a_thread_that_asks_for_it_checks_a_good_signature_once_and_a_bad_one_every_time() {
        for _ in 0..2 {
            assert_eq!(ask(b"card", true), (Ok(()), true), "nobody asked for it");
        }
        once();
        assert_eq!(ask(b"card", true), (Ok(()), true));
        assert_eq!(ask(b"card", true), (Ok(()), false));
        assert_eq!(ask(b"cards", true), (Ok(()), true), "other bytes");
        for _ in 0..2 {
            assert_eq!(ask(b"forged", false), (Err(()), true));
        }
        assert_eq!(made(), 7);
        let other = std::thread::spawn(|| (ask(b"card", true), made()));
        let (asked, made) = other.join().unwrap();
        assert_eq!(
            (asked, made),
            ((Ok(()), true), 1),
            "another thread is another home"
        );
    }
}
