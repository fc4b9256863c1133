use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::recipient::{ExportIdentity, ExportRecipient, LOW_ORDER, PRIME};

/// Secret key of the C2SP CCTV vectors (`vectors/age-hybrid`).
const SECRET: &str =
    "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG";

/// A key that passes every check and belongs to nobody.
fn nobody() -> [u8; HYBRID_KEY] {
    let mut key = [0; HYBRID_KEY];
    key[MLKEM_KEY..].copy_from_slice(&[9; 32]);
    key
}

#[test]
fn a_key_whose_x25519_half_makes_the_secret_known_to_all_is_refused() {
    for point in LOW_ORDER {
        let mut key = nobody();
        key[MLKEM_KEY..].copy_from_slice(&point);
        assert_eq!(HybridRecipient::from_bytes(&key), Err(RecipientError::Weak));
    }
    let mut key = nobody();
    key[MLKEM_KEY..].copy_from_slice(&PRIME);
    assert_eq!(
        HybridRecipient::from_bytes(&key),
        Err(RecipientError::NotCanonical)
    );
}

#[test]
fn the_wire_carries_either_kind_of_key_and_nothing_else() {
    let hybrid = ExportRecipient::Hybrid(HybridRecipient::from_bytes(&nobody()).unwrap());
    let bytes = minicbor::to_vec(&hybrid).unwrap();
    assert_eq!(minicbor::decode::<ExportRecipient>(&bytes).unwrap(), hybrid);
    for len in [0, 31, 33, HYBRID_KEY - 1, HYBRID_KEY + 1] {
        let mut other = Vec::new();
        minicbor::Encoder::new(&mut other)
            .bytes(&vec![9; len])
            .unwrap();
        assert!(
            minicbor::decode::<ExportRecipient>(&other).is_err(),
            "{len}"
        );
    }
}

#[cfg(not(feature = "pq"))]
#[test]
fn a_program_without_hybrid_keys_says_so() {
    let key = HybridRecipient::from_bytes(&nobody()).unwrap();
    let refused = key.to_string().parse::<ExportRecipient>().unwrap_err();
    assert_eq!(refused, RecipientError::WithoutHybrid);
    assert!(refused.to_string().contains("was built without them"));
    assert_eq!(
        SECRET.parse::<ExportIdentity>().unwrap_err(),
        RecipientError::WithoutHybrid
    );
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    assert_eq!(
        key.wrap(&[1; 16], &mut rng).unwrap_err(),
        RecipientError::WithoutHybrid
    );
}

#[cfg(feature = "pq")]
mod built {
    use age_core::secrecy::ExposeSecret;
    use proptest::prelude::*;

    use super::*;

    fn rng(seed: u8) -> ChaCha20Rng {
        ChaCha20Rng::from_seed([seed; 32])
    }

    fn identity() -> HybridIdentity {
        SECRET.parse().unwrap()
    }

    #[test]
    fn keys_read_and_print_as_age_does() {
        let recipient = identity().recipient().unwrap();
        let text = recipient.to_string();
        // As `age-encryption` 0.3.1 for JavaScript derives it.
        assert!(text.starts_with("age1pq1z4f9zeapqujpskesfxhujkg525ymk8mep"));
        assert!(text.ends_with("0gnhas8sccjjwu0rnsa3"));
        assert_eq!(text.len(), 1959);
        let read: ExportRecipient = text.parse().unwrap();
        assert_eq!(read, ExportRecipient::Hybrid(recipient));
        assert!(matches!(
            text.to_uppercase().parse(),
            Ok(ExportRecipient::Hybrid(_))
        ));
        assert!(matches!(SECRET.parse(), Ok(ExportIdentity::Hybrid(_))));
        for wrong in [&text[..1958], "age1pq1", "age1pq1qqqq", SECRET] {
            let refused = wrong.parse::<HybridRecipient>().unwrap_err();
            assert_eq!(refused, RecipientError::NotHybridRecipient, "{wrong}");
        }
    }

    #[test]
    fn a_file_key_opens_for_its_recipient_only_and_in_no_altered_stanza() {
        let key = [5; 16];
        let recipient = identity().recipient().unwrap();
        let stanza = recipient.wrap(&key, &mut rng(1)).unwrap();
        let opened = identity().file_key(&[stanza]).unwrap().unwrap();
        assert_eq!(*opened.expose_secret(), key);

        let other = HybridIdentity(Box::new(Zeroizing::new([7; 32])));
        let stanza = || recipient.wrap(&key, &mut rng(1)).unwrap();
        assert!(other.file_key(&[stanza()]).is_none());
        let mut altered = stanza();
        altered.body[3] ^= 1;
        assert!(identity().file_key(&[altered]).is_none());
        for len in [0, 16, 31, 33] {
            let mut resized = stanza();
            resized.body.resize(len, 0);
            let refused = identity().file_key(&[resized]).unwrap();
            assert_eq!(refused.err(), Some(RecipientError::Malformed));
        }
    }

    /// `hpke` takes all of these, and so would whoever trusts it.
    #[test]
    fn a_stanza_whose_x25519_share_makes_the_secret_known_to_all_is_refused() {
        let recipient = identity().recipient().unwrap();
        for point in LOW_ORDER {
            let mut stanza = recipient.wrap(&[5; 16], &mut rng(1)).unwrap();
            let mut encapsulated = BASE64_NOPAD.decode(stanza.args[0].as_bytes()).unwrap();
            encapsulated[ENCAPSULATED - X25519_KEY..].copy_from_slice(&point);
            stanza.args = vec![BASE64_NOPAD.encode(&encapsulated)];
            let refused = identity().file_key(&[stanza]).unwrap();
            assert_eq!(refused.err(), Some(RecipientError::Malformed));
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", identity()), "HybridIdentity(secret)");
        let recipient = identity().recipient().unwrap();
        assert_eq!(
            format!("{recipient:?}").len(),
            "HybridRecipient(age1pq1xxxxxxx)".len()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Both coefficients of three bytes replaced: the check agrees with that of the `hpke` crate.
        #[test]
        fn the_modulus_is_checked_as_hpke_checks_it(at in 0..COEFFICIENTS / 3, to: [u8; 3], near: bool) {
            let mut key = *identity().recipient().unwrap().as_bytes();
            let three = if near { [to[0], 0x0d, to[2] & 0xd1] } else { to };
            key[3 * at..][..3].copy_from_slice(&three);
            let taken = HybridRecipient::from_bytes(&key).is_ok();
            prop_assert_eq!(taken, xwing::seal(&key, INFO, &[1; 16], &mut rng(1)).is_ok());
        }
    }
}
