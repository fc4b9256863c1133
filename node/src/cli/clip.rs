//! `clip`: films in, films out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::export::{self, ExportArgs, VerifyArgs};
use super::outfile::OutFile;
use super::print::{self, short, size};
use super::progress::Bar;
use super::{Context, amount};
use crate::clock::Clock;
use crate::control::answers::{AddedItem, ClipItem, Deleted, Fetched, Keeping, Pinned, Written};
use crate::control::{Progress, Request};
use crate::error::{Error, Result};
use crate::when::{self, When};

#[derive(Debug, Subcommand)]
pub(super) enum ClipCommand {
    /// Take a film (MP4) in: cleaned of location and device data, then sealed
    ///
    /// Works while the home is locked. The file itself stays as it is.
    Add {
        /// The film
        file: PathBuf,
        /// Which camera it is from
        #[arg(long, value_name = "NAME", default_value = "file")]
        camera: String,
        /// When the recording began: a time, or a span ago (10m); now if left out
        #[arg(long, value_name = "TIME")]
        at: Option<When>,
    },
    /// List clips, own and granted, the newest first
    ///
    /// A device that may grant also lists the newest that its household's other devices recorded, while they are online.
    List,
    /// Show one clip
    Show {
        /// The clip's id, or its first 8 or more characters
        clip: String,
    },
    /// Write the film of a clip to a file
    ///
    /// Needs an unlocked home. The ledger gets an entry first.
    Open {
        /// The clip's id, or its first 8 or more characters
        clip: String,
        #[command(flatten)]
        output: Output,
    },
    /// Write a clip to a file for someone outside the street, such as an insurer
    ///
    /// Needs an unlocked home. The ledger gets an entry first. It is your own act: nobody can ask for it.
    ///
    /// Beside FILE come FILE.manifest, by which an outsider can check where it is from, and FILE.note.txt, which says how.
    Export(ExportArgs),
    /// Check a file that was exported, by the manifest beside it
    ///
    /// Anybody can do that: it needs no home and no running node.
    Verify(VerifyArgs),
    /// Get the sealed bytes of a granted clip, or of an own one from a keeper or another device
    ///
    /// Goes on where an earlier fetch stopped. The owner and the keepers that can be reached give parts of it at the same time.
    Fetch {
        /// The clip's id, or its first 8 or more characters
        clip: String,
    },
    /// Say how long own clips stay, or look it up
    ///
    /// What is over is destroyed as 'clip delete' does it, within a minute. For good, unless you say otherwise here.
    Keep {
        /// So many days from the recording on
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// So many sealed bytes in all, such as 50GB; the oldest clips go first
        #[arg(long, value_name = "BYTES", value_parser = amount::bytes)]
        bytes: Option<u64>,
        /// For good, but for what else is said here
        #[arg(long)]
        no_limit: bool,
    },
    /// Keep a clip however long the others stay
    Pin {
        /// The clip's id, or its first 8 or more characters
        clip: String,
    },
    /// Let a clip go with the others
    Unpin {
        /// The clip's id, or its first 8 or more characters
        clip: String,
    },
    /// Destroy a clip: first what opens it, then its sealed bytes
    ///
    /// Its grants end, too. It cannot be undone here, and it cannot recall what others fetched or were sent. Keepers hold
    /// their sealed copy for a week more: a thief who has the box can delete clips, too.
    Delete {
        /// The clip's id, or its first 8 or more characters
        clip: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Output {
    /// The file to write
    #[arg(short, long = "output", value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub(super) force: bool,
}

pub(super) fn clip(context: &Context, command: ClipCommand) -> Result<ExitCode> {
    match command {
        ClipCommand::Add { file, camera, at } => add(context, &file, camera, at),
        ClipCommand::List => {
            let clips: Vec<ClipItem> = context.node()?.ask(&Request::ClipList)?;
            context.out.answer(&clips, |clips| list_words(clips))
        }
        ClipCommand::Show { clip } => {
            let clip: ClipItem = context.node()?.ask(&Request::ClipShow { clip })?;
            context.out.answer(&clip, words)
        }
        ClipCommand::Keep {
            days,
            bytes,
            no_limit,
        } => {
            let kept: Keeping = context.node()?.ask(&Request::ClipKeep {
                days,
                bytes,
                no_limit,
            })?;
            context.out.answer(&kept, keep_words)
        }
        ClipCommand::Pin { clip } => pin(context, clip, true),
        ClipCommand::Unpin { clip } => pin(context, clip, false),
        ClipCommand::Delete { clip } => {
            let deleted: Deleted = context.node()?.ask(&Request::ClipDelete { clip })?;
            context.out.answer(&deleted, |deleted| match &deleted.still_at {
                Some(device) => format!(
                    "The copy here is gone. The device that recorded the clip still has it: delete it there, too ({}).",
                    short(device)
                ),
                None => "Deleted: nobody can open it from this home any more. Sealed copies at keepers go after a week. Copies that others fetched or were sent stay with them, and the ledger still says who got the key.".to_owned(),
            })
        }
        ClipCommand::Open { clip, output } => write(context, &Request::ClipOpen { clip }, &output),
        ClipCommand::Export(args) => export::export(context, args),
        ClipCommand::Verify(args) => return export::verify(context, &args),
        ClipCommand::Fetch { clip } => {
            let bar = Bar::new("Fetching");
            let fetched: Fetched = context
                .node()?
                .work(&Request::ClipFetch { clip }, |now| bar.show(now))?;
            drop(bar);
            context.out.answer(&fetched, |fetched| {
                let others = match fetched.also_from.len() {
                    0 => String::new(),
                    1 => " and one more".to_owned(),
                    more => format!(" and {more} more"),
                };
                format!(
                    "Here: {} from {}{others}. Watch it with 'streetlamp clip open'.",
                    size(fetched.bytes),
                    short(&fetched.from)
                )
            })
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

fn pin(context: &Context, clip: String, pinned: bool) -> Result<()> {
    let pinned: Pinned = context.node()?.ask(&Request::ClipPin { clip, pinned })?;
    context.out.answer(&pinned, |pinned| match pinned.pinned {
        true => "It stays until you delete it.".to_owned(),
        false => "It goes with the others.".to_owned(),
    })
}

fn keep_words(kept: &Keeping) -> String {
    let pinned = "Pinned clips stay; so do copies that others fetched.";
    match (kept.days, kept.bytes) {
        (None, None) => "Own clips stay until you delete them.".to_owned(),
        (Some(days), None) => format!("Own clips go after {days} days. {pinned}"),
        (None, Some(bytes)) => format!(
            "The oldest own clips go when all are more than {}. {pinned}",
            size(bytes)
        ),
        (Some(days), Some(bytes)) => format!(
            "Own clips go after {days} days, and the oldest when all are more than {}. {pinned}",
            size(bytes)
        ),
    }
}

fn add(context: &Context, file: &Path, camera: String, at: Option<When>) -> Result<()> {
    let file = std::path::absolute(file)
        .map_err(|e| Error::io(format!("{} cannot be read", file.display()), e))?;
    let at_ms = at.map(|at| at.ago(Clock::System.now()).as_ms());
    let bar = Bar::new("Sealing");
    let added: AddedItem = context.node()?.work(
        &Request::ClipAdd {
            file,
            camera,
            at_ms,
        },
        |now| bar.show(now),
    )?;
    drop(bar);
    context.out.answer(&added, |added| {
        format!(
            "Sealed: {:.1} seconds, {}.\nclip  {}",
            added.duration_s,
            size(added.sealed_bytes),
            added.clip
        )
    })
}

/// Writes a film to a file.
fn write(context: &Context, request: &Request, output: &Output) -> Result<()> {
    let mut file = OutFile::create(&output.output, output.force)?;
    let bar = Bar::new("Writing");
    let mut done = 0;
    let start = context.node()?.film(request, |start, bytes| {
        file.write(bytes)?;
        done += u64::try_from(bytes.len()).unwrap_or(0);
        bar.show(Progress {
            done,
            total: start.len,
        });
        Ok(())
    })?;
    drop(bar);
    let written = Written {
        file: file.finish()?.display().to_string(),
        bytes: start.len,
        ledger_seq: start.ledger_seq,
    };
    context.out.answer(&written, |written| {
        format!(
            "Wrote {} ({}). Ledger entry {}.",
            written.file,
            size(written.bytes),
            written.ledger_seq
        )
    })
}

fn list_words(clips: &[ClipItem]) -> String {
    if clips.is_empty() {
        return "No clips yet: add one with 'streetlamp clip add FILE'.".to_owned();
    }
    let rows = clips.iter().map(|clip| {
        let whose = if let Some(device) = &clip.recorder {
            format!("own, at {}", short(device))
        } else if clip.mine {
            "own".to_owned()
        } else {
            format!("of {}", short(&clip.owner))
        };
        let shared = match clip.granted_to.len() {
            0 => String::new(),
            neighbours => format!("granted to {neighbours}"),
        };
        let state = if clip.here {
            shared
        } else {
            "not fetched yet".to_owned()
        };
        [
            short(&clip.clip).to_owned(),
            when::readable(clip.recorded.0),
            format!("{:.0} s", clip.duration_s),
            size(clip.sealed_bytes),
            clip.camera.clone(),
            whose,
            state,
        ]
    });
    print::table(
        [
            "CLIP", "RECORDED", "LENGTH", "SEALED", "CAMERA", "WHOSE", "STATE",
        ],
        rows,
    )
}

fn words(clip: &ClipItem) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let mut text = format!(
        "clip        {}
camera      {}
recorded    {}
length      {:.1} seconds
sealed      {}
owner       {}{}
here        {}
offered     {}
",
        clip.clip,
        clip.camera,
        when::readable(clip.recorded.0),
        clip.duration_s,
        size(clip.sealed_bytes),
        clip.owner,
        if clip.mine { " (this household)" } else { "" },
        yes(clip.here),
        yes(clip.offered),
    );
    for household in &clip.granted_to {
        text.push_str(&format!("granted to  {household}\n"));
    }
    if let Some(expires) = clip.expires {
        let end = if clip.mine {
            "goes on    "
        } else {
            "served till"
        };
        text.push_str(&format!("{end} {}\n", when::readable(expires.0)));
    }
    if let Some(device) = &clip.recorder {
        text.push_str(&format!(
            "recorded by {device} (another device of this household)\n"
        ));
    }
    if clip.pinned {
        text.push_str("pinned      yes: it stays until you delete it\n");
    }
    text
}
