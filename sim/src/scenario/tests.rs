use super::*;

const SMALL: &str = r#"
name = "small"
says = "Nothing."
duration = "10m"
"#;

fn complaint(text: &str) -> String {
    Scenario::parse(text).unwrap_err().to_string()
}

#[test]
fn a_scenario_of_three_lines_gets_every_default_and_reads_back_as_itself() {
    let scenario = Scenario::parse(SMALL).unwrap();
    assert_eq!(scenario.town.homes, 100);
    assert!(scenario.lines.contains_key("cable"));
    assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario);
}

#[test]
fn a_word_that_does_not_belong_is_refused_with_its_line() {
    let told = complaint(&format!("{SMALL}\n[town]\nhouses = 10\n"));
    assert!(told.contains("line 7") && told.contains("houses"), "{told}");
    let told = complaint(&format!("{SMALL}\nwarm-up = \"soon\"\n"));
    assert!(told.contains("line 6") && told.contains("30m"), "{told}");
}

#[test]
fn values_that_make_no_sense_are_refused_with_what_would() {
    for (text, words) in [
        ("[town]\nhomes = 0", "town.homes"),
        ("[town]\ndensity = { nowhere = 1.0 }", "six characters"),
        (
            "[lines.bad]\nshare = 1.0\nup = 1.0\ndown = 0.0\nlast-mile-ms = [1, 2]",
            "0.01 Mbit/s",
        ),
        ("[expect]\nluck = { at-least = 1.0 }", "there are: "),
        (
            "[adversaries.quiet]\nkind = \"silent\"\none-address = true",
            "an address of its own",
        ),
        ("[expect]\ndelivered = {}", "at-least or at-most"),
        (
            "[[happens]]\nat = \"11m\"\nwhat = \"power-cut\"",
            "later than the end",
        ),
        (
            "[[happens]]\nat = \"1m\"\nwhat = \"net-down\"\nwhom = { line = \"pigeon\" }",
            "cable",
        ),
    ] {
        let told = complaint(&format!("{SMALL}\n{text}\n"));
        assert!(told.contains(words), "{text}: {told}");
    }
}

#[test]
fn a_value_is_changed_by_its_path_and_an_unknown_one_is_refused() {
    let change =
        |key: &str, value: &str| Scenario::parse_with(SMALL, &[(key.to_owned(), value.to_owned())]);
    assert_eq!(change("town.homes", "7").unwrap().town.homes, 7);
    assert_eq!(
        change("duration", "1h").unwrap().duration.0.as_secs(),
        3_600
    );
    assert!((change("lines.dsl.up", "2").unwrap().lines["dsl"].up - 2.0).abs() < 1e-9);
    assert!(change("town.houses", "7").is_err());
    assert!(change("town.homes", "many").is_err());
}

#[test]
fn every_scenario_that_ships_reads_and_is_called_as_its_file() {
    for shipped in shipped() {
        let scenario = shipped
            .scenario()
            .unwrap_or_else(|e| panic!("{}: {e}", shipped.name));
        assert_eq!(scenario.name, shipped.name);
        assert!(scenario.says.ends_with('.'), "{}", shipped.name);
        assert!(
            !scenario.expect.is_empty(),
            "{} expects nothing",
            shipped.name
        );
    }
}
