//! The note beside an exported file: for somebody who has never heard of Streetlamp, and may have to explain it to a
//! court.
//!
//! It says what the papers say, how to check each line with programs that others made, and what none of it proves. It
//! is made from the papers alone; what it claims, `clip verify` or the commands in it can refute.

use std::path::Path;

use data_encoding::HEXUPPER;
use streetlamp_proto::clip::ExportHeader;
use streetlamp_proto::export::{ExportedFilm, Papers};
use streetlamp_proto::recipient::ExportRecipient;
use streetlamp_proto::signed::{Signed, Statement};

use super::in_words;
use crate::when;

/// How an Ed25519 public key begins in the form that openssl reads (RFC 8410, section 4).
const PUBLIC_KEY_DER: &str = "302A300506032B6570032100";

/// The note for a file.
pub(crate) fn of(papers: &Papers, file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let parts = [
        what(papers, &name),
        who(papers),
        how_to_open(papers, &name),
        how_to_check(papers, &name),
        what_it_shows(papers),
    ];
    parts.join("\n")
}

fn what(papers: &Papers, name: &str) -> String {
    let manifest = papers.manifest.statement();
    let seconds = f64::from(manifest.duration_ms) / 1_000.0;
    let is = match &papers.film {
        None => format!(
            "It is a film that a camera's home node encrypted when it was recorded. The bytes behind the first\n{} are the very bytes that were stored then.",
            header_len(papers)
        ),
        Some(film) => format!(
            "It was made from a film that a camera's home node encrypted when it was recorded.\n{}",
            changes(film.statement())
        ),
    };
    format!(
        "VERIFICATION NOTE\n\nThis note belongs to the file {name}\nand to {name}.manifest, which holds the signatures.\n\n{is}\n\nRecorded     {}, by the clock of the device, for {seconds:.1} seconds\nClip         {}\n             (the BLAKE3 hash of its {} encrypted bytes, which is its name)\n{}",
        when::readable(manifest.recorded),
        manifest.clip,
        manifest.sealed_len,
        papers.film.as_ref().map_or_else(String::new, |film| {
            let film = film.statement();
            format!(
                "This film    {}\n             (the BLAKE3 hash of its {} bytes)\n",
                film.film, film.len
            )
        })
    )
}

/// Bytes in front of what was encrypted when it was recorded.
fn header_len(papers: &Papers) -> usize {
    papers.to().map_or(0, ExportHeader::len_for)
}

/// What was done to a film on its way out.
fn changes(film: &ExportedFilm) -> String {
    match (film.muted, film.hidden) {
        (false, 0) => "Nothing was changed: it is the film as it was encrypted.".to_owned(),
        (true, 0) => "It is a NEW FILE: the household took the sound out. The pictures were copied as they were.".to_owned(),
        (muted, areas) => format!(
            "It is a NEW FILE: the household covered {areas} area{} of the picture{}, so all pictures were coded anew.\nIt is not the recording any more, and the signature of the recorder is not about it.",
            if areas == 1 { "" } else { "s" },
            if muted { " and took the sound out" } else { "" }
        ),
    }
}

fn who(papers: &Papers) -> String {
    let card = papers.card.statement();
    let to = papers.to().map_or_else(
        || "nobody in particular: anybody can watch it".to_owned(),
        |to| in_words(&to.to_string()),
    );
    format!(
        "Household    {}\n             (it calls itself \"{}\")\nSealed by    device {}\nExported by  device {}\nExported     {}, as entry {} of the household's ledger\nTo           {to}\n",
        card.household,
        card.name,
        papers.recorder.statement().device,
        papers.exporter.statement().device,
        when::readable(papers.entry.at),
        papers.entry.seq,
    )
}

fn how_to_open(papers: &Papers, name: &str) -> String {
    let text = match papers.to() {
        None => "It is an ordinary MP4 film.".to_owned(),
        Some(to) => format!(
            "With the free program age (https://age-encryption.org{}) and the secret key that belongs to the\nrecipient above. Nobody else can open this file; the household has the film under keys of its own.\n\n    age -d -i KEYFILE -o film.mp4 {}",
            match to {
                ExportRecipient::X25519(_) => "",
                ExportRecipient::Hybrid(_) => ", version 1.3 or later",
            },
            quoted(name)
        ),
    };
    format!("HOW TO OPEN IT\n\n{text}\n")
}

fn how_to_check(papers: &Papers, name: &str) -> String {
    let manifest = papers.manifest.statement();
    let file = quoted(name);
    let (program, hash) = match &papers.film {
        None => (
            format!("streetlamp clip verify {file} --identity KEYFILE"),
            format!(
                "1. The hash of the encrypted bytes. It must print {}\n\n    tail -c +{} {file} | b3sum --no-names\n",
                manifest.clip,
                header_len(papers) + 1
            ),
        ),
        Some(film) => (
            match papers.to() {
                None => format!("streetlamp clip verify {file}"),
                Some(_) => format!("streetlamp clip verify film.mp4 --manifest {file}.manifest"),
            },
            format!(
                "1. The hash of the film. It must print {}\n\n    b3sum --no-names {}\n",
                film.statement().film,
                if papers.to().is_none() {
                    file.as_str()
                } else {
                    "film.mp4"
                }
            ),
        ),
    };
    let said = match &papers.film {
        None => proof(
            "2. The recording device signed a statement with that hash in it (compare: the long number begins\nafter the words \"streetlamp/1 clip manifest\").",
            &papers.manifest,
        ),
        Some(film) => proof(
            "2. The exporting device signed a statement with that hash in it.",
            film,
        ),
    };
    let device = match &papers.film {
        None => &papers.recorder,
        Some(_) => &papers.exporter,
    };
    let certified = proof(
        "3. The household's own key signed that this device is one of its devices (the device's number\nabove stands in the statement).",
        device,
    );
    format!(
        "HOW TO CHECK IT\n\nWith the program Streetlamp, on any machine and without the household:\n\n    {program}\n\nOr by hand, with b3sum, openssl (3.0 or later) and the basic tools of any Linux:\n\n{hash}\n{said}\n{certified}"
    )
}

/// The commands that check a signature.
fn proof<T: Statement>(says: &str, signed: &Signed<T>) -> String {
    format!(
        "{says}\nIt must print \"Signature Verified Successfully\".\n\n    echo {PUBLIC_KEY_DER}{} | basenc -d --base16 > key.der\n    echo {} | basenc -d --base16 > statement.bin\n    echo {} | basenc -d --base16 > signature.bin\n    openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in statement.bin -sigfile signature.bin\n",
        HEXUPPER.encode(signed.signer().as_bytes()),
        HEXUPPER.encode(&signed.covered()),
        HEXUPPER.encode(signed.signature()),
    )
}

fn what_it_shows(papers: &Papers) -> String {
    let shows = match &papers.film {
        None => {
            "- Not one bit of the encrypted film was changed since that device sealed it.\n- With --identity: the key inside is the one that the device committed to when it sealed. Without that\n  check, a household that prepared for it could show two readers two different films in the same bytes.\n"
        }
        Some(_) => {
            "- The household states that it made exactly this file from that clip, and what it changed.\n  Whether that is so can only be seen by comparing it with the clip, which the household has.\n"
        }
    };
    format!(
        "WHAT THIS SHOWS\n\n{shows}- Whoever holds the household's key had certified the device.\n- The export stands in the household's ledger, where an entry cannot be taken out without the rest\n  showing it.\n\nWHAT THIS DOES NOT SHOW\n\n- Who the household is. Its number is a key; anybody can make one and call it what he likes. Ask the\n  household for its number in person and compare it.\n- That what is seen really happened. A camera can be pointed at a screen, and the household could\n  have put in a film of its own making.\n- That the time is right. It is the clock of the household's device.\n- That there are no other recordings.\n"
    )
}

/// A file name as one word of a shell.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+,=@".contains(c);
    if name.chars().all(plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    format!("'./{}'", name.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_one_word_of_a_shell() {
        assert_eq!(quoted("clip.mp4.age"), "clip.mp4.age");
        assert_eq!(quoted("-rf"), "'./-rf'");
        assert_eq!(quoted("a b"), "'./a b'");
        assert_eq!(quoted("it's; rm x"), "'./it'\\''s; rm x'");
    }
}
