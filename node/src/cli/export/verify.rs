//! `clip verify`: checks an exported file against the manifest file beside it.
//!
//! For whoever got the file: it reads no home and asks no node. Everything in both files is a stranger's. What is wrong
//! is said in words that somebody can act on who sees Streetlamp for the first time.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use streetlamp_proto::clip::{ExportHeader, HeaderError};
use streetlamp_proto::export::{Papers, header_len};
use streetlamp_proto::recipient::{ExportIdentity, HEADER_BYTES, RecipientError};
use streetlamp_proto::signed::Signed;
use streetlamp_proto::wire::limits::PAPERS_BYTES;
use zeroize::Zeroizing;

use super::named;
use crate::cli::Context;
use crate::control::answers::{Checked, Moment};
use crate::error::{Error, ErrorKind, Result};
use crate::export::{MANIFEST, in_words};
use crate::when;

/// Bytes that are read at a time.
const PIECE: usize = 1024 * 1024;
/// Most bytes of a key file that are read. What `age-keygen` writes has 189.
const KEY_FILE_BYTES: usize = 4 * 1024;

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// The exported file
    file: PathBuf,
    /// The manifest file, if it is not FILE.manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Also check that the key inside is the one that the recording device committed to. For whom the file was sealed
    /// to: the file with his age secret key
    #[arg(long, value_name = "KEYFILE")]
    identity: Option<PathBuf>,
}

pub(in crate::cli) fn verify(context: &Context, args: &VerifyArgs) -> Result<ExitCode> {
    let beside = args
        .manifest
        .clone()
        .unwrap_or_else(|| named(&args.file, MANIFEST));
    let papers = read_papers(&beside)?;
    let file = File::open(&args.file).map_err(|e| unreadable(&args.file, e))?;
    let identity = args.identity.as_deref().map(read_identity).transpose()?;
    let fault = match papers.verify() {
        Err(fault) => Some(fault.to_string()),
        Ok(_) => {
            fault_of(&papers, file, identity.as_ref()).map_err(|e| unreadable(&args.file, e))?
        }
    };
    let checked = checked(&papers, fault);
    context.out.answer(&checked, words)?;
    Ok(if checked.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_papers(path: &Path) -> Result<Papers> {
    let file = File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::new(
            ErrorKind::NotFound,
            format!(
                "there is no manifest {}: whoever gave you the file has it; name it with --manifest",
                path.display()
            ),
        ),
        _ => unreadable(path, e),
    })?;
    let mut bytes = Vec::new();
    let bound = u64::try_from(PAPERS_BYTES).unwrap_or(u64::MAX);
    file.take(bound + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(path, e))?;
    Papers::from_bytes(&bytes).map_err(|e| {
        Error::new(
            ErrorKind::Invalid,
            format!("{}: {e}. Ask for it again", path.display()),
        )
    })
}

/// Reads a key as `age-keygen` writes it.
fn read_identity(path: &Path) -> Result<ExportIdentity> {
    let mut text = Zeroizing::new(String::with_capacity(KEY_FILE_BYTES));
    let bound = u64::try_from(KEY_FILE_BYTES).unwrap_or(u64::MAX);
    File::open(path)
        .and_then(|file| file.take(bound).read_to_string(&mut text))
        .map_err(|e| unreadable(path, e))?;
    text.lines().find_map(|line| line.trim().parse().ok()).ok_or_else(|| {
        let message = format!(
            "{} has no line that begins with AGE-SECRET-KEY-1: name the file that 'age-keygen' wrote",
            path.display()
        );
        Error::new(ErrorKind::Invalid, message)
    })
}

/// What is wrong with a file whose papers hold.
fn fault_of(
    papers: &Papers,
    mut file: File,
    identity: Option<&ExportIdentity>,
) -> io::Result<Option<String>> {
    let mut start = Vec::new();
    let bound = u64::try_from(HEADER_BYTES).unwrap_or(u64::MAX) + 1;
    (&mut file).take(bound).read_to_end(&mut start)?;
    let header = header_len(&start);
    let manifest = papers.manifest.statement();
    match (&papers.film, header) {
        (None, Ok(header)) => {
            let (header, sealed) = start.split_at_checked(header).unwrap_or_default();
            if let Some(fault) = fault_of_header(papers, header, identity) {
                return Ok(Some(fault));
            }
            let (len, hash) = measure(sealed, file)?;
            Ok(compare(
                ("encrypted bytes", "was sealed"),
                (len, manifest.sealed_len),
                hash.as_bytes() == manifest.clip.as_bytes(),
            ))
        }
        (None, Err(RecipientError::Malformed)) => Ok(Some(
            "the file is not the sealed clip: the manifest is about the file as it was exported, which opens with age. Verify that one, not the film that came out of it".to_owned(),
        )),
        (None, Err(error)) => Ok(Some(format!("the file's first lines are no header that an export has: {error}"))),
        (Some(_), Ok(_)) => Ok(Some(
            "the file is sealed, and the manifest is about the film inside it: open it with age first, then verify the film with --manifest".to_owned(),
        )),
        (Some(film), Err(_)) => {
            let film = film.statement();
            let (len, hash) = measure(&start, file)?;
            Ok(compare(
                ("bytes", "the household wrote"),
                (len, film.len),
                hash.as_bytes() == film.film.as_bytes(),
            ))
        }
    }
}

/// What is wrong with the header in front of a sealed clip.
fn fault_of_header(
    papers: &Papers,
    header: &[u8],
    identity: Option<&ExportIdentity>,
) -> Option<String> {
    let header = match ExportHeader::parse(header) {
        Ok(header) => header,
        Err(error) => {
            return Some(format!(
                "its first lines are not those of an export: {error}"
            ));
        }
    };
    let key = match header.unwrap(identity?) {
        Ok(key) => key,
        Err(HeaderError::NotForThisKey) => {
            return Some("it was sealed to another key than the one in your key file".to_owned());
        }
        Err(error) => return Some(format!("its first lines were altered: {error}")),
    };
    (key.commit() != papers.manifest.statement().key_commit).then(|| {
        "the key inside is not the one that the recording device committed to: you would be shown another film than the one that was sealed. Do not trust what you see".to_owned()
    })
}

/// Length and hash of `start` and the rest of the file.
fn measure(start: &[u8], mut rest: File) -> io::Result<(u64, blake3::Hash)> {
    let mut hash = blake3::Hasher::new();
    hash.update(start);
    let mut buffer = vec![0; PIECE];
    loop {
        match rest.read(&mut buffer) {
            Ok(0) => return Ok((hash.count(), hash.finalize())),
            Ok(read) => {
                hash.update(buffer.get(..read).unwrap_or_default());
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn compare((what, how): (&str, &str), (len, expected): (u64, u64), same: bool) -> Option<String> {
    if len < expected {
        return Some(format!(
            "the file was cut short: it has {len} {what} of the {expected} that {how}. Ask for it again"
        ));
    }
    if len > expected {
        return Some(format!(
            "the file is too long: it has {len} {what}, and {expected} are what {how}. Something was added, or it is another file"
        ));
    }
    (!same).then(|| {
        format!("the file is not what {how}: its length is right, but at least one bit was changed, or it is another file")
    })
}

fn checked(papers: &Papers, fault: Option<String>) -> Checked {
    let (card, manifest) = (papers.card.statement(), papers.manifest.statement());
    let film = papers.film.as_ref().map(Signed::statement);
    Checked {
        ok: fault.is_none(),
        clip: manifest.clip.to_string(),
        household: card.household.to_string(),
        name: card.name.to_string(),
        device: papers.recorder.statement().device.to_string(),
        recorded: Moment(manifest.recorded),
        duration_s: f64::from(manifest.duration_ms) / 1_000.0,
        exported: Moment(papers.entry.at),
        ledger_seq: papers.entry.seq,
        to: papers.to().map(ToString::to_string),
        sealed: film.is_none(),
        muted: film.is_some_and(|film| film.muted),
        hidden: film.map_or(0, |film| film.hidden),
        fault,
    }
}

fn words(checked: &Checked) -> String {
    if let Some(fault) = &checked.fault {
        return format!("This file does NOT match its manifest: {fault}.");
    }
    let what = match (checked.sealed, checked.muted, checked.hidden) {
        (true, ..) => "It is, bit by bit, what the device sealed when it recorded.".to_owned(),
        (false, false, 0) => {
            "The household states that this is the film of the clip, unchanged.".to_owned()
        }
        (false, muted, hidden) => format!(
            "The household states that it made this film from the clip: {}{}.",
            if muted {
                "without its sound"
            } else {
                "with its sound"
            },
            match hidden {
                0 => String::new(),
                1 => ", with 1 area of the picture covered".to_owned(),
                areas => format!(", with {areas} areas of the picture covered"),
            }
        ),
    };
    let to = checked
        .to
        .as_deref()
        .map_or_else(|| "anybody".to_owned(), in_words);
    format!(
        "This file matches its manifest. {what}
clip       {}
recorded   {}, {:.1} seconds, by the clock of the device
household  {} (calls itself \"{}\")
device     {}
exported   {}, ledger entry {}
to         {}
Compare the household's number with the one that it tells you in person. What this does not show: that what is seen
happened, and that the clock was right.",
        checked.clip,
        when::readable(checked.recorded.0),
        checked.duration_s,
        checked.household,
        checked.name,
        checked.device,
        when::readable(checked.exported.0),
        checked.ledger_seq,
        to,
    )
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::io(format!("{} cannot be read", path.display()), error)
}
