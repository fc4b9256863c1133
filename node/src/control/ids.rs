//! What a resident types for an id: all of it, a prefix that is unique, or the name of a neighbour.

use std::fmt::Display;

use streetlamp_proto::identity::HouseholdId;

use crate::error::{Error, ErrorKind, Result};

/// Fewest characters of a prefix. Shorter ones become ambiguous while the resident still types.
const SHORTEST: usize = 8;

/// The one known id that begins with `given`.
pub(crate) fn resolve<T: Copy + Display>(
    what: &str,
    given: &str,
    known: impl IntoIterator<Item = T>,
) -> Result<T> {
    let given = given.trim().to_ascii_lowercase();
    if given.len() < SHORTEST || !given.bytes().all(|b| b.is_ascii_hexdigit()) {
        let message = format!(
            "'{given}' is not the id of a {what}: give {SHORTEST} or more of its characters"
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let mut matching = known
        .into_iter()
        .filter(|id| id.to_string().starts_with(&given));
    match (matching.next(), matching.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Error::new(
            ErrorKind::Invalid,
            format!("more than one {what} begins with '{given}': give more characters"),
        )),
        (None, _) => Err(unknown(what, &given)),
    }
}

/// The household with this name, or with an id that begins like this.
///
/// A name that looks like the beginning of an id means the id: nobody can take another's by choosing a name.
pub(super) fn household<N: Display>(
    given: &str,
    known: &[(HouseholdId, N)],
) -> Result<HouseholdId> {
    let by_id = resolve("household", given, known.iter().map(|(id, _)| *id));
    if by_id.is_ok() {
        return by_id;
    }
    let wanted = given.trim().to_lowercase();
    let mut called = known
        .iter()
        .filter(|(_, name)| name.to_string().to_lowercase() == wanted);
    match (called.next(), called.next()) {
        (Some((only, _)), None) => Ok(*only),
        (Some(_), Some(_)) => Err(Error::new(
            ErrorKind::Invalid,
            format!(
                "more than one household is called '{given}': give its id (see 'streetlamp street members')"
            ),
        )),
        (None, _) => match by_id {
            Err(error) if error.to_string().starts_with("more than one") => Err(error),
            _ => Err(Error::new(
                ErrorKind::NotFound,
                format!(
                    "there is no household '{given}' on this street: see 'streetlamp street members'"
                ),
            )),
        },
    }
}

fn unknown(what: &str, given: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("there is no {what} '{given}' here: see 'streetlamp {what} list'"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(first: u8, last: u8) -> HouseholdId {
        let mut bytes = [first; 32];
        bytes[31] = last;
        HouseholdId::from_bytes(bytes)
    }

    #[test]
    fn a_unique_prefix_of_eight_characters_is_enough() {
        let known = [id(0xaa, 0), id(0xbb, 0)];
        assert_eq!(resolve("clip", "AAAAaaaa", known).unwrap(), known[0]);
        assert_eq!(
            resolve("clip", &known[1].to_string(), known).unwrap(),
            known[1]
        );
    }

    #[test]
    fn a_short_ambiguous_or_unknown_prefix_is_refused_with_the_reason() {
        let known = [id(0xaa, 0), id(0xaa, 1)];
        let refused = |given: &str| resolve("clip", given, known).unwrap_err();
        assert!(refused("aaaaaaa").to_string().contains("8 or more"));
        assert!(
            refused("aaaaaaaa")
                .to_string()
                .starts_with("more than one clip")
        );
        assert_eq!(refused("cccccccc").kind(), ErrorKind::NotFound);
        assert_eq!(refused("the porch").kind(), ErrorKind::Invalid);
    }

    #[test]
    fn a_household_goes_by_its_name_if_that_is_unique() {
        let known = [
            (id(0xaa, 0), "Ada"),
            (id(0xbb, 0), "Ben"),
            (id(0xcc, 0), "Ben"),
        ];
        assert_eq!(household("ada", &known).unwrap(), known[0].0);
        assert_eq!(household("bbbbbbbb", &known).unwrap(), known[1].0);
        assert!(
            household("Ben", &known)
                .unwrap_err()
                .to_string()
                .starts_with("more than one household")
        );
        assert_eq!(
            household("Cleo", &known).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }

    #[test]
    fn a_name_cannot_take_the_place_of_an_id() {
        let known = [(id(0xaa, 0), "Ada"), (id(0xbb, 0), "aaaaaaaa")];
        assert_eq!(household("aaaaaaaa", &known).unwrap(), known[0].0);
    }
}
