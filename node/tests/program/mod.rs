//! The program under test, with a home of its own and nothing of the tester's environment.
#![allow(dead_code, reason = "each test binary uses what it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A place for a home that is gone after the test.
#[derive(Debug)]
pub(crate) struct TestHome {
    place: TempDir,
}

/// What the program said, with the path of the home as `[HOME]`.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestHome {
    /// A place where no home is yet.
    pub(crate) fn empty() -> Self {
        Self {
            place: tempfile::tempdir().unwrap(),
        }
    }

    /// A home that was just made.
    pub(crate) fn made() -> Self {
        let home = Self::empty();
        let said = home.say(&["init", "--name", "Ada", "--cell", "u33dc1"]);
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        home
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// Where the recovery sheet is written.
    pub(crate) fn sheet(&self) -> PathBuf {
        self.place.path().join("home-recovery-sheet.txt")
    }

    /// The program, ready to start.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_streetlamp"));
        program
            .args(args)
            .env_clear()
            .env("STREETLAMP_HOME", self.dir())
            .current_dir(self.place.path());
        program.stdin(Stdio::null());
        program
    }

    /// Runs the program to its end.
    pub(crate) fn say(&self, args: &[&str]) -> Said {
        let output = self.program(args).output().unwrap();
        Said::of(&output, &self.dir())
    }
}

impl Said {
    fn of(output: &Output, dir: &Path) -> Self {
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace(&dir.display().to_string(), "[HOME]")
        };
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Standard output with every whole id as `[ID]`.
    pub(crate) fn redacted(&self) -> String {
        let word = |word: &str| match word.trim_end().len() == 64
            && word.trim_end().bytes().all(|b| b.is_ascii_hexdigit())
        {
            true => word.replace(word.trim_end(), "[ID]"),
            false => word.to_owned(),
        };
        self.stdout
            .split_inclusive(char::is_whitespace)
            .map(word)
            .collect()
    }
}

/// Standard output as one JSON value.
pub(crate) fn json(said: &Said) -> serde_json::Value {
    serde_json::from_str(&said.stdout).unwrap_or_else(|e| panic!("{e}: {said:?}"))
}
