//! One home: its directory, its node's process, its command line.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Reply;

/// How long an event may take on a busy machine of two cores.
const PATIENCE: Duration = Duration::from_secs(120);

/// A home and, while it runs, its node.
#[derive(Debug)]
pub struct Home {
    program: PathBuf,
    dir: PathBuf,
    node: Option<Running>,
    /// Where the node listened last: a home keeps its ports.
    listen: Vec<String>,
    /// What else its node is started with.
    more: Vec<String>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    events: Receiver<Value>,
    ready: Value,
}

impl Home {
    /// A home that does not exist yet, in `dir`, with `program` as its streetlamp.
    pub fn at(program: &str, dir: &Path) -> Self {
        Self {
            program: program.into(),
            dir: dir.to_owned(),
            node: None,
            listen: Vec::new(),
            more: Vec::new(),
        }
    }

    /// Makes the home with everything that a resident would say.
    pub fn init(&self, name: &str) -> Reply {
        self.run(&["init", "--name", name, "--cell", "u33dc1"])
    }

    /// Starts its node with these arguments, too, from now on.
    pub fn runs_with(&mut self, more: &[&str]) {
        self.more = more.iter().map(ToString::to_string).collect();
    }

    /// Stops the node, and takes other ports the next time.
    ///
    /// # Errors
    /// As [`Home::stop`].
    pub fn moves_out(&mut self) -> io::Result<()> {
        self.stop()?;
        self.listen.clear();
        Ok(())
    }

    /// The home directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs one command to its end.
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

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--home")
            .arg(&self.dir)
            .arg("--json")
            .args(args);
        command
            .env("STREETLAMP_PASSPHRASE", "maple")
            .stdin(Stdio::null());
        command
    }

    /// Starts the node on loopback and waits until it is ready.
    ///
    /// # Errors
    /// If it is not ready in time.
    pub fn start(&mut self) -> io::Result<()> {
        let mut command = self.command(&["run", "--web", "127.0.0.1:0", "--no-mdns"]);
        if self.listen.is_empty() {
            command.args([
                "--listen",
                "/ip4/127.0.0.1/tcp/0",
                "--listen",
                "/ip4/127.0.0.1/udp/0/quic-v1",
            ]);
        }
        for address in &self.listen {
            command.args(["--listen", address]);
        }
        command.args(&self.more);
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn()?;
        let lines = child
            .stdout
            .take()
            .map(BufReader::new)
            .ok_or(io::ErrorKind::BrokenPipe)?;
        let (tell, events) = channel();
        std::thread::spawn(move || {
            for event in lines
                .lines()
                .map_while(Result::ok)
                .filter_map(|line| serde_json::from_str(&line).ok())
            {
                if tell.send(event).is_err() {
                    return;
                }
            }
        });
        self.node = Some(Running {
            child,
            events,
            ready: Value::Null,
        });
        let ready = self.wait_for("ready", |_| true)?;
        let addresses = ready
            .get("listen")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let addresses = addresses.iter().filter_map(Value::as_str);
        self.listen = addresses
            .filter_map(|a| a.split("/p2p/").next())
            .map(str::to_owned)
            .collect();
        if let Some(node) = &mut self.node {
            node.ready = ready;
        }
        Ok(())
    }

    /// What the node said when it was ready.
    pub fn ready(&self) -> &Value {
        self.node.as_ref().map_or(&Value::Null, |node| &node.ready)
    }

    /// The process id of the node, if one runs.
    pub fn pid(&self) -> Option<u32> {
        self.node.as_ref().map(|node| node.child.id())
    }

    /// Waits for an event of this kind that `fits`.
    ///
    /// # Errors
    /// If it does not come in time, or the node is gone.
    pub fn wait_for(&mut self, event: &str, fits: impl Fn(&Value) -> bool) -> io::Result<Value> {
        let node = self
            .node
            .as_mut()
            .ok_or_else(|| io::Error::other("no node runs"))?;
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let next = node.events.recv_timeout(left);
            let next = next.map_err(|_| io::Error::other(format!("no '{event}' came")))?;
            if next.get("event").and_then(Value::as_str) == Some(event) && fits(&next) {
                return Ok(next);
            }
        }
    }

    /// Sends the node a signal, such as `-TERM`, and does not wait.
    ///
    /// # Errors
    /// If it cannot be signalled.
    pub fn send(&self, signal: &str) -> io::Result<()> {
        let pid = self.pid().map(|pid| pid.to_string());
        let mut kill = Command::new("kill");
        kill.arg(signal).args(pid).status().map(drop)
    }

    /// Stops the node as a service manager would, and says how it ended.
    ///
    /// # Errors
    /// If it cannot be signalled or waited for.
    pub fn stop(&mut self) -> io::Result<Option<i32>> {
        if self.node.is_some() {
            self.send("-TERM")?;
        }
        let Some(mut node) = self.node.take() else {
            return Ok(None);
        };
        Ok(node.child.wait()?.code())
    }

    /// Kills the node as a power cut would.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        let Some(mut node) = self.node.take() else {
            return Ok(());
        };
        node.child.kill()?;
        node.child.wait().map(drop)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}
