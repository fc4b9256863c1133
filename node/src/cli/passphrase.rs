//! Where a passphrase comes from: a file, the environment, or a terminal. Never an argument, which others can list.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::print;
use crate::error::{Error, ErrorKind, Result};

/// The variable that may hold a passphrase.
const VARIABLE: &str = "STREETLAMP_PASSPHRASE";
/// The one that may hold another, which is to take its place.
const NEW: &str = "STREETLAMP_NEW_PASSPHRASE";

/// Longest passphrase file in bytes. A longer file is some other file.
const FILE_BYTES: u64 = 4_096;

/// The passphrase of a home that exists.
///
/// # Errors
/// If there is none and nobody to ask.
pub(super) fn existing(file: Option<&Path>) -> Result<Zeroizing<String>> {
    if let Some(given) = given(file)? {
        return Ok(given);
    }
    if !print::at_terminal() {
        let message = format!(
            "a passphrase is needed: give --passphrase-file FILE, set {VARIABLE}, or run this in a terminal"
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let typed = prompt("Passphrase: ")?;
    if typed.is_empty() {
        Err(Error::new(ErrorKind::Invalid, "no passphrase was typed"))
    } else {
        Ok(typed)
    }
}

/// A passphrase for a new home; none if the resident leaves it to the program.
///
/// # Errors
/// If a source was named that cannot be read, or two typed ones differ.
pub(super) fn chosen(file: Option<&Path>) -> Result<Option<Zeroizing<String>>> {
    if let Some(given) = given(file)? {
        return Ok(Some(given));
    }
    if !print::at_terminal() {
        return Ok(None);
    }
    print::note(
        "Choose a passphrase for opening clips on this machine, or press Enter to have one made for you.",
    );
    let typed = prompt("Passphrase: ")?;
    if typed.is_empty() {
        return Ok(None);
    }
    if *prompt("The same again: ")? != *typed {
        return Err(Error::new(
            ErrorKind::Invalid,
            "the two passphrases differ: nothing was made, try again",
        ));
    }
    Ok(Some(typed))
}

/// The passphrase that takes the place of the one that a home has.
///
/// # Errors
/// If there is none and nobody to ask, or two typed ones differ.
pub(super) fn another(file: Option<&Path>) -> Result<Zeroizing<String>> {
    if let Some(path) = file {
        return from_file(path);
    }
    if let Some(given) = from_variable(NEW)? {
        return Ok(given);
    }
    if !print::at_terminal() {
        let message = format!(
            "a new passphrase is needed: give --new-passphrase-file FILE, set {NEW}, or run this in a terminal"
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let typed = prompt("New passphrase: ")?;
    if *prompt("The same again: ")? != *typed {
        let message = "the two passphrases differ: nothing was changed, try again";
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    Ok(typed)
}

/// Whether no script gave a passphrase, so that a person is to be asked.
pub(super) fn nobody_gave(file: Option<&Path>) -> bool {
    file.is_none() && std::env::var_os(VARIABLE).is_none()
}

/// A password of something in the house.
#[derive(Debug, Clone, Copy)]
pub(super) struct Password {
    /// Of what, as it is asked.
    pub(super) of: &'static str,
    /// The flag that names its file.
    flag: &'static str,
    /// The variable that may hold it.
    variable: &'static str,
}

impl Password {
    /// Of a camera, a recorder or a service.
    pub(super) const fn of(of: &'static str) -> Self {
        Self {
            of,
            flag: "--password-file",
            variable: "STREETLAMP_PASSWORD",
        }
    }

    /// Of an MQTT broker beside something that has a password of its own.
    pub(super) const OF_BROKER: Self = Self {
        of: "MQTT broker",
        flag: "--mqtt-password-file",
        variable: "STREETLAMP_MQTT_PASSWORD",
    };

    /// From a file, the environment, or a terminal.
    ///
    /// # Errors
    /// If there is none and nobody to ask.
    pub(super) fn asked(self, file: Option<&Path>) -> Result<Zeroizing<String>> {
        let Self { of, flag, variable } = self;
        if let Some(path) = file {
            return from_file(path);
        }
        if let Some(value) = from_variable(variable)? {
            return Ok(value);
        }
        if print::at_terminal() {
            return prompt(&format!("Password of the {of}: "));
        }
        let message = format!(
            "the password of the {of} is needed: give {flag} FILE, set {variable}, or run this in a terminal"
        );
        Err(Error::new(ErrorKind::Invalid, message))
    }
}

fn given(file: Option<&Path>) -> Result<Option<Zeroizing<String>>> {
    if let Some(path) = file {
        return from_file(path).map(Some);
    }
    from_variable(VARIABLE)
}

fn from_variable(variable: &str) -> Result<Option<Zeroizing<String>>> {
    match std::env::var(variable) {
        Ok(value) if value.is_empty() => Err(Error::new(
            ErrorKind::Invalid,
            format!("{variable} is set but empty"),
        )),
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => {
            Err(Error::new(ErrorKind::Invalid, format!("{variable} is not text")).because(error))
        }
    }
}

/// Reads a file and takes the line break at its end off.
fn from_file(path: &Path) -> Result<Zeroizing<String>> {
    let failed = |e| {
        Error::io(
            format!("the passphrase file {} cannot be read", path.display()),
            e,
        )
    };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.mode() & 0o077 != 0 {
        print::note(&format!(
            "warning: others can read {}: try 'chmod 600' on it",
            path.display()
        ));
    }
    let mut text = Zeroizing::new(String::new());
    let read = file
        .take(FILE_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let one_line = text.strip_suffix('\n').map_or(text.as_str(), |line| {
        line.strip_suffix('\r').unwrap_or(line)
    });
    if one_line.is_empty()
        || one_line.contains('\n')
        || u64::try_from(read).is_ok_and(|read| read > FILE_BYTES)
    {
        let message = format!(
            "{} is not a passphrase file: it must hold one line",
            path.display()
        );
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    Ok(Zeroizing::new(one_line.to_owned()))
}

pub(super) fn prompt(question: &str) -> Result<Zeroizing<String>> {
    let typed = rpassword::prompt_password(question)
        .map_err(|e| Error::io("the terminal cannot be read", e))?;
    Ok(Zeroizing::new(typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Zeroizing<String>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        std::fs::write(&path, text).unwrap();
        from_file(&path)
    }

    #[test]
    fn a_passphrase_file_holds_one_line() {
        assert_eq!(file("two words \n").unwrap().as_str(), "two words ");
        assert_eq!(file("crlf\r\n").unwrap().as_str(), "crlf");
        for odd in ["", "\n", "one\ntwo\n", &"long".repeat(2_000)] {
            assert!(file(odd).is_err());
        }
    }
}
