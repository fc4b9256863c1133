//! Amounts as people type them.

/// Bytes as people write them: a number, or one with KB, MB, GB or TB (powers of 1,000).
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_uppercase();
    let units = [
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000_u64),
        ("", 1),
    ];
    let (number, unit) = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((&text, 1));
    let number: u64 = number
        .trim()
        .parse()
        .map_err(|_| "give a number of bytes, such as 500000000 or 20GB".to_owned())?;
    number
        .checked_mul(unit)
        .ok_or_else(|| "that is more than there is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_a_number_or_one_with_a_unit() {
        assert_eq!(bytes("123"), Ok(123));
        assert_eq!(bytes("20gb"), Ok(20_000_000_000));
        assert_eq!(bytes("1 MB"), Ok(1_000_000));
        for wrong in ["", "GB", "-1", "1.5GB", "20XB", "99999999999TB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
