use age::secrecy::SecretString;
use minicbor::decode as decode_one;

use super::*;

/// Key pair of the `age` project's own tests (rage, `age/src/x25519.rs`).
const SECRET: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const PUBLIC: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(Zeroizing::new([seed; 32]))
}

#[test]
fn keys_read_and_print_as_age_does() {
    let identity: Identity = SECRET.parse().unwrap();
    assert_eq!(identity.recipient().to_string(), PUBLIC);
    assert_eq!(*identity.expose(), SECRET);
    let recipient: Recipient = PUBLIC.parse().unwrap();
    assert_eq!(recipient, identity.recipient());
    assert_eq!(Recipient::from_bytes(recipient.to_bytes()), Ok(recipient));
}

#[test]
fn any_32_bytes_are_a_secret_key() {
    for seed in [0, 1, 0x7f, 0xff] {
        let identity = identity(seed);
        let same: Identity = identity.expose().parse().unwrap();
        assert_eq!(same.recipient(), identity.recipient());
    }
}

#[test]
fn weak_points_are_refused_as_recipients() {
    for point in LOW_ORDER {
        assert_eq!(Recipient::from_bytes(point), Err(RecipientError::Weak));
        let text = bech32::encode("age", point.to_base32(), Variant::Bech32).unwrap();
        assert_eq!(text.parse::<Recipient>(), Err(RecipientError::Weak));
        let mut second_spelling = point;
        second_spelling[31] |= 0x80;
        assert_eq!(
            Recipient::from_bytes(second_spelling),
            Err(RecipientError::NotCanonical)
        );
    }
}

#[test]
fn every_point_on_the_list_makes_the_shared_secret_zero() {
    // The header of CCTV `x25519_low_order` and `x25519_identity` is refused for the same reason, when it is opened.
    for point in LOW_ORDER {
        let text = bech32::encode("age", point.to_base32(), Variant::Bech32).unwrap();
        let unchecked: age::x25519::Recipient = text.parse().unwrap();
        let sealed = std::panic::catch_unwind(|| age::encrypt(&unchecked, b""));
        assert!(sealed.is_err(), "{text}");
    }
}

#[test]
fn only_the_reduced_spelling_of_a_key_is_taken() {
    for above in 0..19 {
        let mut bytes = PRIME;
        bytes[0] += above;
        assert_eq!(
            Recipient::from_bytes(bytes),
            Err(RecipientError::NotCanonical)
        );
    }
    let mut below = PRIME;
    below[0] -= 2;
    assert!(Recipient::from_bytes(below).is_ok());
}

#[test]
fn texts_that_are_no_keys_are_refused() {
    for text in ["", "age1", "age1pq1xyz", SECRET, &PUBLIC[1..], "AGE1QQQQ"] {
        assert_eq!(
            text.parse::<Recipient>(),
            Err(RecipientError::NotRecipient),
            "{text}"
        );
    }
    for text in ["", PUBLIC, &SECRET[..SECRET.len() - 1]] {
        let refused = text.parse::<Identity>().unwrap_err();
        assert_eq!(refused, RecipientError::NotIdentity);
    }
}

#[test]
fn the_wire_takes_no_weak_key() {
    let recipient = identity(1).recipient();
    let bytes = minicbor::to_vec(&recipient).unwrap();
    assert_eq!(decode_one::<Recipient>(&bytes).unwrap(), recipient);
    let mut weak = Vec::new();
    Encoder::new(&mut weak).bytes(&[0; 32]).unwrap();
    assert!(decode_one::<Recipient>(&weak).is_err());
}

#[test]
fn what_was_sealed_opens_for_its_recipient_only() {
    for len in [0, 1, 300, 70_000] {
        let plaintext = vec![7; len];
        let sealed = identity(1).recipient().seal(&plaintext).unwrap();
        assert_eq!(*identity(1).open(&sealed, len).unwrap(), plaintext);
        assert_eq!(
            identity(2).open(&sealed, len),
            Err(RecipientError::NotForThisKey)
        );
    }
}

#[test]
fn more_than_the_caller_allows_is_not_opened() {
    let sealed = identity(1).recipient().seal(&[7; 101]).unwrap();
    assert_eq!(
        identity(1).open(&sealed, 100),
        Err(RecipientError::TooLarge {
            got: 101,
            limit: 100
        })
    );
}

#[test]
fn no_part_and_no_altered_copy_opens() {
    let sealed = identity(1).recipient().seal(b"to one neighbour").unwrap();
    for len in 0..sealed.len() {
        assert!(identity(1).open(&sealed[..len], 1_000).is_err(), "{len}");
    }
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(identity(1).open(&altered, 1_000).is_err(), "{at}");
    }
    let longer = [sealed.as_slice(), b"\0"].concat();
    assert!(identity(1).open(&longer, 1_000).is_err());
}

#[test]
fn headers_are_read_within_bounds() {
    let stanza = "-> a\n\n";
    let header = |stanzas: usize| format!("{VERSION_LINE}{}---", stanza.repeat(stanzas));
    let open = |header: &str| identity(1).open(header.as_bytes(), 0).unwrap_err();
    assert_eq!(open(&header(HEADER_STANZAS)), RecipientError::Malformed);
    assert_eq!(
        open(&header(HEADER_STANZAS + 1)),
        RecipientError::TooManyStanzas
    );

    let line = format!("{}\n", "A".repeat(64));
    let endless = format!("{VERSION_LINE}-> a\n{}", line.repeat(HEADER_BYTES));
    assert_eq!(open(&endless), RecipientError::HeaderTooLong);
    let argument = format!("{VERSION_LINE}-> {}", "a".repeat(10 * HEADER_BYTES));
    assert_eq!(open(&argument), RecipientError::HeaderTooLong);
    assert_eq!(open(&header(0)), RecipientError::Malformed);
}

#[test]
fn a_file_that_asks_for_a_passphrase_is_refused_before_any_work() {
    let passphrase = SecretString::from("street".to_owned());
    let mut scrypt = age::scrypt::Recipient::new(passphrase);
    scrypt.set_work_factor(2);
    let sealed = age::encrypt(&scrypt, b"bomb").unwrap();
    assert_eq!(
        identity(1).open(&sealed, 100),
        Err(RecipientError::Passphrase)
    );
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", identity(1)), "Identity(secret)");
    let recipient: Recipient = PUBLIC.parse().unwrap();
    assert_eq!(format!("{recipient:?}"), "Recipient(age1t7rxyev2)");
}
