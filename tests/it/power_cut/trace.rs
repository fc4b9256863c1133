//! What a process did to its files, as strace tells it: `strace -y -xx`, so that every string is hexadecimal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which calls the recorder writes down: those that change files or make them durable, and those that tell others.
pub(super) const CALLS: &str = "openat,lseek,write,pwrite64,sendto,ftruncate,fsync,fdatasync,\
     rename,renameat,renameat2,unlink,unlinkat";

/// One thing that a process did.
#[derive(Debug)]
pub(super) enum Call {
    /// Opened a file for writing, and made it or cut it to nothing if need be.
    Open { path: PathBuf, truncates: bool },
    /// Wrote into a file.
    Write {
        path: PathBuf,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// Made a file so long.
    Truncate { path: PathBuf, len: usize },
    /// Made a file or directory durable, as far as it was changed before this many calls.
    Sync { path: PathBuf, begun: usize },
    /// Gave a file another name.
    Rename { from: PathBuf, to: PathBuf },
    /// Removed a name.
    Unlink { path: PathBuf },
    /// Told somebody on a socket.
    Say { bytes: Vec<u8> },
}

/// Reads a trace. Calls stand in the order in which they ended; what happened to files outside of `home` is
/// left out.
pub(super) fn read(trace: &str, home: &Path) -> Vec<Call> {
    let mut reader = Reader {
        home,
        calls: Vec::new(),
        begun: BTreeMap::new(),
        offsets: BTreeMap::new(),
    };
    for line in trace.lines() {
        reader.line(line);
    }
    reader.calls
}

struct Reader<'a> {
    home: &'a Path,
    calls: Vec<Call>,
    /// Calls of threads that had not ended when another thread's came between, and how many had ended before each.
    begun: BTreeMap<&'a str, (&'a str, usize)>,
    /// Where each open file is written next.
    offsets: BTreeMap<u64, usize>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        let Some((thread, rest)) = line.split_once(' ') else {
            return;
        };
        let rest = rest.trim_start();
        if let Some(head) = rest.strip_suffix("<unfinished ...>") {
            self.begun.insert(thread, (head, self.calls.len()));
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let tail = resumed.split_once("resumed>").map(|(_, tail)| tail);
            if let (Some((head, begun)), Some(tail)) = (self.begun.remove(thread), tail) {
                self.call(&format!("{head}{tail}"), begun);
            }
        } else {
            self.call(rest, self.calls.len());
        }
    }

    fn call(&mut self, text: &str, begun: usize) {
        let Some((name, rest)) = text.split_once('(') else {
            return;
        };
        let Some((args, result)) = rest.rsplit_once(") ") else {
            return;
        };
        let args: Vec<_> = args.split(", ").map(str::trim).collect();
        let result = result.trim_start().trim_start_matches("= ");
        if result.starts_with('-') {
            return;
        }
        let arg = |n: usize| args.get(n).copied().unwrap_or_default();
        match name {
            "openat" => self.open(arg(2), result),
            "lseek" => {
                if let Some(at) = number(result) {
                    self.offsets.insert(descriptor(arg(0)), at);
                }
            }
            "write" => {
                let bytes = string(arg(1));
                let place = self.offsets.entry(descriptor(arg(0))).or_default();
                let offset = *place;
                *place += bytes.len();
                self.write(arg(0), offset, bytes);
            }
            "pwrite64" => {
                let offset = number(arg(3)).expect("an offset");
                self.write(arg(0), offset, string(arg(1)));
            }
            "sendto" => {
                let bytes = string(arg(1));
                self.calls.push(Call::Say { bytes });
            }
            "ftruncate" => {
                let len = number(arg(1)).expect("a length");
                self.inside(named(arg(0)), |path| Call::Truncate { path, len });
            }
            "fsync" | "fdatasync" => {
                self.inside(named(arg(0)), |path| Call::Sync { path, begun });
            }
            "rename" => self.rename(arg(0), arg(1)),
            "renameat" | "renameat2" => self.rename(arg(1), arg(3)),
            "unlink" => self.inside(path(arg(0)), |path| Call::Unlink { path }),
            "unlinkat" => self.inside(path(arg(1)), |path| Call::Unlink { path }),
            _ => {}
        }
    }

    fn open(&mut self, flags: &str, result: &str) {
        self.offsets.insert(descriptor(result), 0);
        let truncates = flags.contains("O_TRUNC");
        if flags.contains("O_CREAT") || truncates {
            self.inside(named(result), |path| Call::Open { path, truncates });
        }
    }

    fn write(&mut self, descriptor: &str, offset: usize, bytes: Vec<u8>) {
        self.inside(named(descriptor), |path| Call::Write {
            path,
            offset,
            bytes,
        });
    }

    fn rename(&mut self, from: &str, to: &str) {
        let to = path(to);
        self.inside(path(from), |from| Call::Rename { from, to });
    }

    /// The shared memory of SQLite is made anew after a crash, and no part of what is durable.
    fn inside(&mut self, path: PathBuf, call: impl FnOnce(PathBuf) -> Call) {
        let shared = path.to_string_lossy().ends_with("-shm");
        if path.starts_with(self.home) && !shared {
            self.calls.push(call(path));
        }
    }
}

/// `12<path>`: the number.
fn descriptor(text: &str) -> u64 {
    let digits = text.split('<').next().unwrap_or_default();
    digits.parse().unwrap_or(u64::MAX)
}

/// `12<path>`: the path.
fn named(text: &str) -> PathBuf {
    let path = text.split_once('<').map_or("", |(_, path)| path);
    path_of(&unescape(path.trim_end_matches('>')))
}

/// `"path"`.
fn path(text: &str) -> PathBuf {
    path_of(&string(text))
}

fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn number(text: &str) -> Option<usize> {
    text.split_whitespace().next()?.parse().ok()
}

/// `"…"`, perhaps with something behind it.
fn string(text: &str) -> Vec<u8> {
    let quoted = text.split('"').nth(1).unwrap_or_default();
    assert!(!text.contains("\"..."), "strace cut a string short");
    unescape(quoted)
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'\\', [b'x', high, low, tail @ ..]) => {
                let digit = |d: &u8| char::from(*d).to_digit(16).expect("hexadecimal");
                bytes.push(u8::try_from(digit(high) * 16 + digit(low)).expect("two digits"));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}
