//! What a domain says about publishers: the file and the record, written and read.

use serde::{Deserialize, Serialize};
use streetlamp_proto::signed::PublicKey;

use crate::error::{Error, ErrorKind, Result};

/// Where the file is (RFC 8615).
pub(super) const PATH: &str = "/.well-known/streetlamp.json";
/// Most bytes of the file. With [`KEYS`] keys it has less than 2 KiB.
pub(super) const FILE_BYTES: usize = 16 * 1024;
/// Keys of one domain that are looked at.
const KEYS: usize = 16;
/// The version of the file.
const VERSION: u32 = 1;
/// How a record begins.
const MARK: &str = "v=streetlamp1";

/// The file. Fields that this version does not know are left alone: a domain may say more to later ones.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    streetlamp: u32,
    keys: Vec<String>,
}

/// The file that lists a key.
pub fn file_text(key: &PublicKey) -> String {
    let file = File {
        streetlamp: VERSION,
        keys: vec![key.to_string()],
    };
    let text = serde_json::to_string_pretty(&file).unwrap_or_default();
    format!("{text}\n")
}

/// The record that lists a key.
pub fn record_text(key: &PublicKey) -> String {
    format!("{MARK}; k=ed25519; p={key}")
}

/// The keys in a file.
pub(super) fn read_file(bytes: &[u8]) -> Result<Vec<PublicKey>> {
    let malformed = || invalid("the file is not one that this version reads");
    let file: File = serde_json::from_slice(bytes).map_err(|e| malformed().because(e))?;
    if file.streetlamp != VERSION || file.keys.len() > KEYS {
        return Err(malformed());
    }
    file.keys.iter().map(|key| read_key(key)).collect()
}

/// The keys in records. Records of others are left alone; without any of ours the domain said nothing.
pub(super) fn read_records(records: &[String]) -> Result<Vec<PublicKey>> {
    let ours = records.iter().filter_map(|record| {
        let mut fields = record.split(';').map(str::trim);
        (fields.next() == Some(MARK)).then_some(fields)
    });
    let keys = ours.map(|fields| {
        let fields: Vec<_> = fields.collect();
        let key = fields.iter().find_map(|field| field.strip_prefix("p="));
        match key.filter(|_| fields.contains(&"k=ed25519")) {
            Some(key) => read_key(key),
            None => Err(invalid("a record lists no key")),
        }
    });
    let keys: Vec<_> = keys.collect::<Result<_>>()?;
    if keys.is_empty() {
        return Err(invalid("the domain has no record of ours"));
    }
    Ok(keys)
}

fn read_key(text: &str) -> Result<PublicKey> {
    text.parse()
        .map_err(|e| invalid("a key is not 64 hexadecimal digits").because(e))
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> PublicKey {
        PublicKey::from_bytes([n; 32])
    }

    #[test]
    fn a_file_and_a_record_list_the_key_that_they_were_made_for() {
        assert_eq!(read_file(file_text(&key(7)).as_bytes()).unwrap(), [key(7)]);
        let records = [
            "v=spf1 -all".to_owned(),
            record_text(&key(7)),
            record_text(&key(8)),
        ];
        assert_eq!(read_records(&records).unwrap(), [key(7), key(8)]);
    }

    #[test]
    fn what_later_versions_add_does_no_harm() {
        let more = format!(r#"{{"streetlamp":1,"keys":["{}"],"contact":"x"}}"#, key(7));
        assert_eq!(read_file(more.as_bytes()).unwrap(), [key(7)]);
    }

    #[test]
    fn a_file_or_record_that_is_odd_lists_nobody() {
        let many = format!(
            r#"{{"streetlamp":1,"keys":{:?}}}"#,
            vec![key(7).to_string(); 17]
        );
        for odd in [
            "",
            "<html>",
            "[]",
            r#"{"streetlamp":2,"keys":[]}"#,
            r#"{"streetlamp":1}"#,
            r#"{"streetlamp":1,"keys":["00"]}"#,
            r#"{"streetlamp":1,"keys":[]} trailing"#,
            &many,
        ] {
            assert!(read_file(odd.as_bytes()).is_err(), "{odd}");
        }
        for odd in [
            "v=streetlamp1",
            "v=streetlamp1; k=rsa; p=00",
            "v=streetlamp1; k=ed25519; p=zz",
            "v=streetlamp2; k=ed25519; p=00",
            "",
        ] {
            assert!(read_records(&[odd.to_owned()]).is_err(), "{odd}");
        }
    }
}
