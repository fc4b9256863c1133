use super::*;

fn chain(n: u64) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for seq in 1..=n {
        entries.push(Entry {
            seq,
            prev: entries.last().map_or(EntryHash::START, Entry::hash),
            at: Timestamp::from_ms(seq),
            act: Act::Open {
                clip: ClipId::from_bytes([3; 32]),
            },
            blind: Blind::from_bytes([u8::try_from(seq).unwrap(); 32]),
            ticket: None,
        });
    }
    entries
}

fn head(entries: &[Entry]) -> Head {
    let last = entries.last().unwrap();
    Head {
        household: HouseholdId::from_bytes([1; 32]),
        seq: last.seq,
        hash: last.hash(),
        at: last.at,
    }
}

#[test]
fn p7_a_whole_ledger_verifies() {
    let entries = chain(5);
    assert_eq!(verify(&entries, Some(&head(&entries))), Ok(5));
    assert_eq!(verify(&[], None), Ok(0));
}

#[test]
fn p7_an_entry_that_was_dropped_altered_or_added_is_noticed() {
    let entries = chain(5);
    let head = head(&entries);
    let without = |n: usize| {
        entries
            .iter()
            .enumerate()
            .filter(move |(i, _)| *i != n)
            .map(|(_, e)| e)
    };
    assert_eq!(
        verify(without(0), Some(&head)),
        Err(LedgerFault::Gap { expected: 1 })
    );
    assert_eq!(
        verify(without(2), Some(&head)),
        Err(LedgerFault::Gap { expected: 3 })
    );
    assert_eq!(
        verify(without(4), Some(&head)),
        Err(LedgerFault::Head { head: 5, last: 4 })
    );
    let mut altered = entries.clone();
    altered[2].act = Act::ExportPlain {
        clip: ClipId::from_bytes([3; 32]),
    };
    assert_eq!(
        verify(&altered, Some(&head)),
        Err(LedgerFault::Broken { seq: 4 })
    );
    let mut last = entries.clone();
    last[4].at = Timestamp::from_ms(99);
    assert_eq!(
        verify(&last, Some(&head)),
        Err(LedgerFault::Head { head: 5, last: 5 })
    );
    assert_eq!(verify(&entries, None), Err(LedgerFault::NoHead));
}

#[test]
fn what_an_entry_says_is_hidden_without_its_blind() {
    let (mut one, mut two) = (chain(1).remove(0), chain(1).remove(0));
    one.blind = Blind::from_bytes([8; 32]);
    two.blind = Blind::from_bytes([9; 32]);
    assert_ne!(one.hash(), two.hash());
}
