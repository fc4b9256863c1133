//! The forms of the settings page, and what comes of each.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use streetlamp_proto::household::{Command, Failure, Retention};
use streetlamp_proto::identity::Words;
use zeroize::Zeroizing;

use super::GB;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::home::NewDevice;
use crate::node::Scope;
use crate::secret::{Kept, Secret};
use crate::web::App;
use crate::web::language::{Language, say};
use crate::web::proof::{self, Proven};

/// One of the page's forms, as it was sent.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(in crate::web) enum Asked {
    EndSession {
        session: String,
    },
    EndOthers,
    /// Speak this language in this browser.
    Language {
        language: String,
    },
    Keep {
        days: String,
        gigabytes: String,
        #[serde(flatten)]
        proven: Proven,
    },
    AutoLock {
        minutes: String,
        #[serde(flatten)]
        proven: Proven,
    },
    SheetIsSafe,
    /// Another passphrase, typed twice. It ends every other session.
    ChangePassphrase {
        #[serde(flatten)]
        proven: Proven,
        new: String,
        again: String,
    },
    AddProgram {
        name: String,
        #[serde(flatten)]
        allowed: Allowed,
        #[serde(flatten)]
        proven: Proven,
    },
    RemoveProgram {
        name: String,
    },
    AddDevice {
        approver: Option<String>,
        words: String,
    },
    RemoveDevice {
        device: String,
        words: String,
    },
}

/// What a program may do: a box for each scope.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Allowed {
    read: Option<String>,
    post: Option<String>,
    clips: Option<String>,
    films: Option<String>,
    street: Option<String>,
    cameras: Option<String>,
    home: Option<String>,
    metrics: Option<String>,
}

impl Allowed {
    fn scopes(&self) -> Vec<Scope> {
        let ticked = |scope: &Scope| match scope {
            Scope::Read => self.read.is_some(),
            Scope::Post => self.post.is_some(),
            Scope::Clips => self.clips.is_some(),
            Scope::Films => self.films.is_some(),
            Scope::Street => self.street.is_some(),
            Scope::Cameras => self.cameras.is_some(),
            Scope::Home => self.home.is_some(),
            Scope::Metrics => self.metrics.is_some(),
        };
        Scope::ALL.into_iter().filter(ticked).collect()
    }
}

/// What came of a form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::web) enum News {
    SessionEnded,
    Kept,
    LockChosen,
    SheetSafe,
    PassphraseChanged,
    /// The directory of another device was made.
    #[serde(skip)]
    DeviceMade(PathBuf),
    DeviceRemoved,
    /// A program was let in, with this token.
    #[serde(skip)]
    ProgramAdded(Secret),
    ProgramRemoved,
    /// The browser keeps it; nothing if it should be asked.
    #[serde(skip)]
    LanguageChosen(Option<Language>),
}

impl News {
    /// Its word in the link back: a fixed set, so that a forged link says nothing new.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::SessionEnded => "session-ended",
            Self::Kept => "kept",
            Self::LockChosen => "lock-chosen",
            Self::SheetSafe => "sheet-safe",
            Self::PassphraseChanged => "passphrase-changed",
            Self::DeviceMade(_) => "device-made",
            Self::DeviceRemoved => "device-removed",
            Self::ProgramAdded(_) => "program-added",
            Self::ProgramRemoved => "program-removed",
            Self::LanguageChosen(_) => "language-chosen",
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::SessionEnded => say!("settings-session-ended"),
            Self::Kept => say!("settings-kept"),
            Self::LockChosen => say!("settings-lock-chosen"),
            Self::SheetSafe => say!("settings-sheet-safe"),
            Self::PassphraseChanged => say!("settings-passphrase-changed"),
            Self::DeviceMade(_) => say!("settings-device-made"),
            Self::DeviceRemoved => say!("settings-device-removed"),
            Self::ProgramAdded(_) => say!("settings-program-added"),
            Self::ProgramRemoved => say!("settings-program-removed"),
            Self::LanguageChosen(_) => String::new(),
        }
    }
}

/// What to do with the directory of a device that was made.
pub(super) fn made_words(dir: &Path) -> String {
    say!("settings-made", dir = dir.display().to_string())
}

/// Where the directory of another device is made.
pub(super) fn beside(home: &Path) -> PathBuf {
    let named = |end: &str| {
        let mut name = home.file_name().unwrap_or_default().to_owned();
        name.push(end);
        home.with_file_name(name)
    };
    let numbered = (2..).map(|number: u32| named(&format!("-device-{number}")));
    let mut free = numbered.filter(|dir| !dir.exists());
    free.next().unwrap_or_else(|| named("-device"))
}

pub(super) async fn carry_out(app: &App, session: Kept, asked: Asked) -> Result<News> {
    let handle = &app.handle;
    match asked {
        Asked::EndSession { session: named } => {
            let unknown = || Error::new(ErrorKind::NotFound, say!("settings-no-session"));
            let ended = app.gate.sessions.end_named(&named);
            ended.then_some(News::SessionEnded).ok_or_else(unknown)
        }
        Asked::Language { language } => Ok(News::LanguageChosen(Language::coded(&language))),
        Asked::EndOthers => {
            app.gate.sessions.end_others(session);
            Ok(News::SessionEnded)
        }
        Asked::Keep {
            days,
            gigabytes,
            proven,
        } => {
            let retention = Retention {
                days: days_of(&days)?,
                bytes: bytes_of(&gigabytes)?,
            };
            // Clips may be destroyed by it.
            proof::demand(app, session, proven).await?;
            handle.command(Command::Retain(retention)).await?;
            Ok(News::Kept)
        }
        Asked::AutoLock { minutes, proven } => {
            // Not a number, like no time at all, is refused with the others.
            let minutes: u64 = minutes.parse().unwrap_or_default();
            let idle = Duration::from_secs(minutes.saturating_mul(60));
            proof::demand(app, session, proven).await?;
            handle.set_auto_lock(idle).await?;
            Ok(News::LockChosen)
        }
        Asked::SheetIsSafe => {
            handle.home().confirm_recovery_sheet()?;
            Ok(News::SheetSafe)
        }
        Asked::ChangePassphrase { proven, new, again } => {
            let current = Zeroizing::new(proven.passphrase);
            let (new, again) = (Zeroizing::new(new), Zeroizing::new(again));
            if new != again {
                return Err(Error::new(ErrorKind::Invalid, say!("first-use-differ")));
            }
            let home = handle.home();
            // Before the current one is tried: a weak one is no guess at it.
            home.takes_passphrase(&new)?;
            let change = async { home.change_passphrase(&current, &new) };
            proof::tried(app, session, &current, change).await?;
            // Whoever knows the old one is out: in every other browser, and by links that wait.
            app.gate.sessions.end_others(session);
            app.gate.links.end_all();
            Ok(News::PassphraseChanged)
        }
        Asked::AddProgram {
            name,
            allowed,
            proven,
        } => {
            proof::demand(app, session, proven).await?;
            let token = handle.add_program(&name, &allowed.scopes()).await?;
            Ok(News::ProgramAdded(Secret(Zeroizing::new(token))))
        }
        Asked::RemoveProgram { name } => {
            handle.remove_program(&name).await?;
            Ok(News::ProgramRemoved)
        }
        Asked::AddDevice { approver, words } => {
            let words = words_of(words)?;
            let last_serial = handle.read(|household, _| {
                let devices = household.devices().into_iter();
                devices.map(|view| view.cert.statement().serial).max()
            });
            let home = handle.home();
            let new = NewDevice {
                words,
                approves: approver.is_some(),
                last_serial: last_serial.await?.unwrap_or_default().max(home.serial()),
                now: handle.now(),
            };
            let dir = beside(home.dir());
            home.add_device(&dir, &new, &Entropy::System)?;
            Ok(News::DeviceMade(dir))
        }
        Asked::RemoveDevice { device, words } => {
            let root = words_of(words)?.root();
            let found = handle.read(move |household, _| {
                let mut devices = household.devices().into_iter();
                devices.find(|view| view.cert.statement().device.to_string() == device)
            });
            let found = found
                .await?
                .ok_or_else(|| Error::new(ErrorKind::NotFound, say!("settings-no-device")))?;
            let said = found.cert.statement();
            if root.household() != said.household {
                return Err(Failure::OtherRoot.into());
            }
            let ending = root.certify(said.ending(handle.now()));
            handle.command(Command::Certify(Box::new(ending))).await?;
            Ok(News::DeviceRemoved)
        }
    }
}

/// The words of the sheet, with or without their numbers.
fn words_of(typed: String) -> Result<Words> {
    let typed = Zeroizing::new(typed);
    let is_word = |part: &&str| part.trim_end_matches('.').parse::<u8>().is_err();
    let words: Vec<_> = typed.split_whitespace().filter(is_word).collect();
    Words::parse(&Zeroizing::new(words.join(" ")))
        .map_err(|e| Error::new(ErrorKind::Invalid, say!("settings-not-the-words")).because(e))
}

fn days_of(typed: &str) -> Result<Option<u32>> {
    match typed.trim() {
        "" => Ok(None),
        days => match days.parse() {
            Ok(days) if days > 0 => Ok(Some(days)),
            _ => Err(Error::new(ErrorKind::Invalid, say!("settings-odd-days"))),
        },
    }
}

/// Gigabytes with at most one decimal, as bytes.
fn bytes_of(typed: &str) -> Result<Option<u64>> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return Ok(None);
    }
    let (whole, tenth) = typed.split_once('.').unwrap_or((&typed, "0"));
    let tenths = (tenth.len() == 1).then_some(()).and_then(|()| {
        let whole: u64 = whole.parse().ok()?;
        whole.checked_mul(10)?.checked_add(tenth.parse().ok()?)
    });
    let bytes = tenths.and_then(|tenths| tenths.checked_mul(GB / 10));
    bytes
        .filter(|bytes| *bytes > 0)
        .map(Some)
        .ok_or_else(|| Error::new(ErrorKind::Invalid, say!("settings-odd-gigabytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_gigabytes_are_taken_as_people_type_them() {
        assert_eq!(days_of(" 30 ").unwrap(), Some(30));
        assert_eq!(days_of("").unwrap(), None);
        assert_eq!(bytes_of("0,5").unwrap(), Some(500_000_000));
        assert_eq!(bytes_of("20").unwrap(), Some(20_000_000_000));
        assert_eq!(bytes_of(" ").unwrap(), None);
        for odd in ["0", "-1", "1.55", "x", "1.", "99999999999999999999"] {
            assert!(bytes_of(odd).is_err(), "{odd}");
        }
        assert!(days_of("0").is_err() && days_of("1.5").is_err());
    }
}
