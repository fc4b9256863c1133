//! The examples of the guide to the API, run as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{homes, place};

/// The guide's calls of curl, as one would paste them.
fn examples() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(here.join("../docs/guide/api.md")).expect("the guide");
    let blocks = guide.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    let calls = blocks.filter_map(|block| block.strip_prefix("$ "));
    calls
        .filter(|call| call.starts_with("curl"))
        .map(str::to_owned)
        .collect()
}

/// What a call prints, at this address and with this token.
fn paste(call: &str, web: &str, token: &str) -> Value {
    paste_in(Path::new("."), call, web, token)
}

/// The same in a directory, where a film lies.
fn paste_in(dir: &Path, call: &str, web: &str, token: &str) -> Value {
    let call = call.replace("http://127.0.0.1:8420", web);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{} --silent --show-error", call.trim_end())]);
    shell.env("TOKEN", token).env("CAMERA", token);
    let output = shell.current_dir(dir).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).unwrap_or_else(|e| panic!("{call}: {e}: {said}"))
}

#[test]
fn the_calls_of_the_guide_read_the_feed_tell_the_street_and_send_a_film() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: no curl");
        return;
    }
    let place = place();
    let [ada] = homes(place.path(), ["Ada"]);
    assert_eq!(ada.run(&["street", "new", "Elm Lane"]).code, Some(0));
    let added = ada.run(&["token", "add", "Kitchen display", "--scope", "read,post"]);
    assert_eq!(added.code, Some(0), "{}", added.words);
    let token = added.text("token");
    let web = ada.ready()["web"].as_str().unwrap_or_default().to_owned();
    let [read, tell, send] = &examples()[..] else {
        panic!("the guide has three calls")
    };
    assert_eq!(paste(read, &web, &token), Value::Array(Vec::new()));
    let told = paste(tell, &web, &token);
    assert_eq!(told["state"], "queued");
    assert_eq!(paste(read, &web, &token)[0]["alert"], told["alert"]);
    assert_eq!(
        ada.run(&["alert", "list"]).json[0]["title"],
        "Drilling until six"
    );

    let film =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/camera/film/fixtures/porch.mp4");
    fs::copy(film, place.path().join("film.mp4")).expect("a film");
    // Of a program that reads and posts it takes none.
    assert!(paste_in(place.path(), send, &web, &token)["error"].is_string());
    let camera = ada.run(&["camera", "add", "--name", "Door", "--push"]);
    let sent = paste_in(place.path(), send, &web, &camera.text("token"));
    assert_eq!(
        ada.run(&["clip", "list"]).json[0]["clip"],
        sent["clip"],
        "{sent}"
    );

    let listed = ada.run(&["token", "list"]);
    assert_eq!(
        listed.json[0]["scopes"],
        serde_json::json!(["read", "post"])
    );
    assert_eq!(
        ada.run(&["token", "remove", "Kitchen display"]).code,
        Some(0)
    );
    assert!(paste(read, &web, &token)["error"].is_string());
    assert_eq!(
        ada.run(&["token", "add", "X", "--scope", "all"]).code,
        Some(2)
    );
}
