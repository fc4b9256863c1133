//! The house keeps its own rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the workspace").to_owned()
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

#[test]
fn the_home_node_draws_its_randomness_from_the_system_alone() {
    for crate_ in ["proto", "node"] {
        let manifest = root().join(crate_).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).expect("the manifest");
        assert!(
            !manifest.contains("streetlamp-seeded"),
            "{crate_} links a generator that can be seeded"
        );
    }
}

#[test]
fn the_protocol_depends_on_nothing_that_does_io() {
    let manifest = fs::read_to_string(root().join("proto/Cargo.toml")).expect("the manifest");
    let dependencies = manifest
        .split("[dependencies]")
        .nth(1)
        .and_then(|s| s.split("\n[").next())
        .unwrap_or_default();
    for io in [
        "tokio",
        "libp2p",
        "rusqlite",
        "axum",
        "clap",
        "getrandom",
        "directories",
        "futures",
    ] {
        assert!(
            !dependencies.lines().any(|line| line.starts_with(io)),
            "proto depends on {io}"
        );
    }
    let mut sources = Vec::new();
    walk(&root().join("proto/src"), &mut sources);
    for source in sources.iter().filter(|s| {
        !["tests", "fuzz.rs"]
            .iter()
            .any(|t| s.to_string_lossy().contains(t))
    }) {
        let text = fs::read_to_string(source).expect("a source");
        for io in [
            "std::fs",
            "std::net",
            "std::env",
            "Instant::now",
            "SystemTime",
            "OsRng",
        ] {
            assert!(!text.contains(io), "{} uses {io}", source.display());
        }
    }
}

#[test]
fn every_file_that_the_documents_name_exists() {
    let mut documents = Vec::new();
    walk(&root().join("docs"), &mut documents);
    documents.push(root().join("README.md"));
    for document in documents
        .iter()
        .filter(|d| d.extension().is_some_and(|e| e == "md"))
    {
        let text = fs::read_to_string(document).expect("a document");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let path = document.parent().unwrap_or(Path::new(".")).join(target);
            assert!(path.exists(), "{} names {link}", document.display());
        }
    }
}

/// Names in backquotes that look like those of tests: sentences in snake case.
fn named_tests(document: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(document)).expect("a document");
    let quoted = text.split('`').skip(1).step_by(2);
    let is_sentence = |name: &&str| {
        name.matches('_').count() >= 3
            && name
                .chars()
                .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    quoted.filter(is_sentence).map(str::to_owned).collect()
}

#[test]
fn every_test_that_the_tables_of_attacks_and_promises_name_exists() {
    let mut sources = Vec::new();
    for part in ["proto/src", "node/src", "node/tests", "tests/it", "sim/src"] {
        walk(&root().join(part), &mut sources);
    }
    let mut tests = BTreeSet::new();
    for source in sources
        .iter()
        .filter(|s| s.extension().is_some_and(|e| e == "rs"))
    {
        let text = fs::read_to_string(source).expect("a source");
        for function in text.split("fn ").skip(1) {
            tests.extend(function.split('(').next().map(str::to_owned));
        }
    }
    for document in ["docs/conformance.md", "docs/threat-model.md"] {
        let named = named_tests(document);
        assert!(named.len() > 20, "{document} names {} tests", named.len());
        let vectors = |name: &String| {
            let of_age = ["age", "age-hybrid"].map(|set| root().join("proto/vectors").join(set));
            of_age.iter().any(|set| set.join(name).is_file())
        };
        let missing: Vec<_> = named
            .difference(&tests)
            .filter(|name| !vectors(name))
            .collect();
        assert!(missing.is_empty(), "{document} names {missing:?}");
    }
}

#[test]
fn every_story_is_told() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("the list");
    let told: BTreeSet<_> = main
        .lines()
        .filter_map(|l| l.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    for entry in fs::read_dir(root().join("tests/it"))
        .expect("the stories")
        .flatten()
    {
        let name = entry
            .file_name()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        assert!(
            name == "main" || told.contains(name.as_str()),
            "{name} is forgotten in main.rs"
        );
    }
}

#[test]
fn no_host_of_ours_is_in_the_code() {
    let mut sources = Vec::new();
    for part in [
        "proto/src",
        "node/src",
        "sim/src",
        "node/templates",
        "node/assets",
    ] {
        walk(&root().join(part), &mut sources);
    }
    let known = [
        "w3.org",
        "graphml.graphdrawing.org",
        // Names of ONVIF's XML, which nobody fetches.
        "www.onvif.org/",
        "schemas.xmlsoap.org/",
        "127.0.0.1",
        "localhost",
        "github.com",
        "c2sp.org",
        "age-encryption.org",
        "rfc-editor.org",
        "example.",
    ];
    // Tests name hosts of attackers.
    sources.retain(|source| !source.to_string_lossy().contains("tests"));
    assert!(sources.len() > 50, "the search looks at too little");
    for source in sources {
        let Ok(text) = fs::read_to_string(&source) else {
            continue;
        };
        let code: String = text
            .lines()
            .filter(|l| !l.trim_start().starts_with("//"))
            .collect();
        let text = code;
        for (at, _) in text.match_indices("://") {
            let rest: String = text[at + 3..]
                .chars()
                .take_while(|c| !c.is_whitespace() && *c != '"')
                .collect();
            let placeholder = rest.is_empty() || !rest.contains('.') || rest.starts_with('{');
            let fine = placeholder || known.iter().any(|host| rest.contains(host));
            assert!(fine, "P8: {} names the host {rest}", source.display());
        }
    }
}
