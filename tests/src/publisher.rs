//! An agency: its publisher's directory, its node's process, its command line.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Reply;

/// A publisher and, while it runs, its node.
#[derive(Debug)]
pub struct Publisher {
    program: PathBuf,
    dir: PathBuf,
    node: Option<Child>,
}

impl Publisher {
    /// A publisher that does not exist yet, in `dir`, with `program` as its streetlamp.
    pub fn at(program: &str, dir: &Path) -> Self {
        Self {
            program: program.into(),
            dir: dir.to_owned(),
            node: None,
        }
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs one command of `publisher` to its end.
    pub fn run(&self, args: &[&str]) -> Reply {
        match self.command(args).output() {
            Ok(output) => Reply::of(&output),
            Err(error) => Reply {
                code: None,
                json: Value::Null,
                words: error.to_string(),
            },
        }
    }

    /// Asks a feed once, whose server has a certificate of this authority, and gives the exit code and every line.
    pub fn relay(&self, authority: &Path, feed: &str, more: &[&str]) -> (Option<i32>, Vec<Value>) {
        let mut command = self.command(&["relay", "--once", "--allow-loopback", "--feed", feed]);
        let output = command.args(more).env("SSL_CERT_FILE", authority).output();
        let Ok(output) = output else {
            return (None, Vec::new());
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        (output.status.code(), lines.collect())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--home")
            .arg(&self.dir)
            .args(["--json", "publisher"])
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// Starts the node on loopback, connected to a home, and waits until it is ready.
    ///
    /// # Errors
    /// If it says anything else.
    pub fn start(&mut self, home: &str) -> io::Result<()> {
        let listen = ["--listen", "/ip4/127.0.0.1/tcp/0", "--connect", home];
        let mut command = self.command(&["run"]);
        command.args(listen).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut ready = String::new();
        BufReader::new(out).read_line(&mut ready)?;
        self.node = Some(child);
        match ready.contains("\"ready\"") {
            true => Ok(()),
            false => Err(io::Error::other(ready)),
        }
    }

    /// Kills the node as a power cut would.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        let Some(mut node) = self.node.take() else {
            return Ok(());
        };
        node.kill()?;
        node.wait().map(drop)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}
