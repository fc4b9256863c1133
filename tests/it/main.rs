//! Stories as neighbours would tell them, over real processes and loopback sockets.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a story that goes wrong stops and says where; one that is skipped says so"
)]

mod api;
mod attacks;
#[cfg(target_os = "linux")]
mod bad_disk;
mod bad_input;
mod bad_members;
mod cameras;
mod canaries;
mod devices;
mod exporting;
mod flooding_cameras;
mod harvest;
mod keepers;
mod kills;
mod letting_go;
mod lying_keeper;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod power_cut;
mod publishers;
mod reaching;
mod relaying;
mod rescue;
mod restoring;
mod rogue;
mod secrets;
mod sharing;
mod shredding;
mod story;
mod tidy;
#[cfg(target_os = "linux")]
mod uploads;
mod virtual_time;
mod web_server;

use std::path::{Path, PathBuf};

use streetlamp_tests::Home;
use tempfile::TempDir;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_lamp");

/// A place for homes that is gone after the test.
fn place() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

/// Homes with their nodes running.
fn homes<const N: usize>(place: &Path, names: [&str; N]) -> [Home; N] {
    names.map(|name| {
        let mut home = Home::at(PROGRAM, &place.join(name));
        assert_eq!(home.init(name).code, Some(0));
        home.start().expect("the node starts");
        home
    })
}

/// Two homes on one street.
fn street(place: &Path) -> [Home; 2] {
    let [ada, ben] = homes(place, ["Ada", "Ben"]);
    assert_eq!(ada.run(&["street", "new", "Maple Street"]).code, Some(0));
    let ticket = ada.run(&["street", "invite"]).text("ticket");
    let joined = ben.run(&["street", "join", &ticket]);
    assert_eq!(joined.code, Some(0), "{}", joined.words);
    [ada, ben]
}

/// A program that does what the real one does, but for a node, which runs behind `before`.
#[cfg(target_os = "linux")]
fn wrapper(place: &Path, before: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = place.join("wrapped");
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in\n*' run '*) exec {before} '{PROGRAM}' \"$@\" ;;\n*) exec '{PROGRAM}' \"$@\" ;;\nesac\n",
    );
    std::fs::write(&path, script).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("it may run");
    path
}

/// A film: some megabytes by ffmpeg where it is installed, else a small one that ships with the code.
fn film(place: &Path) -> PathBuf {
    let path = place.join("film.mp4");
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1280x720:rate=25",
        ])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440",
            "-t",
            "10",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ])
        .args([
            "-b:v",
            "4M",
            "-c:a",
            "aac",
            "-metadata",
            "location=+48.1371+011.5754/",
        ])
        .args(["-metadata", "title=Our porch"])
        .arg(&path)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!(
            "skipped: no ffmpeg here, so the story runs with a small film instead of megabytes"
        );
        let small = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../node/src/camera/film/fixtures/porch.mp4");
        std::fs::copy(small, &path).expect("the film that ships");
    }
    path
}
