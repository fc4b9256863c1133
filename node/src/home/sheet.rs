//! The recovery sheet: the one paper that restores a household, readable by people and by stock `age`.
//!
//! As text, which any printer takes, or as a page (HTML) that prints on one sheet of A4, with the words as a picture too.

use std::ffi::OsStr;
use std::path::Path;

use askama::Template;
use qrcode::{EcLevel, QrCode, render};
use streetlamp_proto::identity::{Name, Words};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::picture::inside_a_page;

/// The sheet as a page.
#[derive(Template)]
#[template(path = "recovery_sheet.html")]
struct Page<'a> {
    name: &'a str,
    household: String,
    words: Vec<&'a str>,
    /// The words as a picture, in SVG.
    picture: &'a str,
    made_passphrase: Option<&'a str>,
    recovery: &'a str,
}

/// The sheet in the form that the name of its file asks for.
///
/// # Errors
/// If it cannot be drawn, which is a fault of this program.
pub(super) fn write(
    file: &Path,
    words: &Words,
    name: &Name,
    made_passphrase: Option<&Zeroizing<String>>,
) -> Result<Zeroizing<String>> {
    let ending = file.extension().map(OsStr::to_ascii_lowercase);
    if ending.is_some_and(|ending| ending == "html" || ending == "htm") {
        page(words, name, made_passphrase)
    } else {
        Ok(text(words, name, made_passphrase))
    }
}

fn page(
    words: &Words,
    name: &Name,
    made_passphrase: Option<&Zeroizing<String>>,
) -> Result<Zeroizing<String>> {
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Internal, "the recovery sheet cannot be drawn").because(cause)
    };
    let all = words.expose();
    let code = QrCode::with_error_correction_level(all.as_bytes(), EcLevel::M);
    let code = code.map_err(|e| failed(e.into()))?;
    let picture = Zeroizing::new(code.render::<render::svg::Color<'_>>().build());
    let recovery = words.recovery().expose();
    let page = Page {
        name: name.as_str(),
        household: words.root().household().to_string(),
        words: all.split(' ').collect(),
        picture: inside_a_page(&picture),
        made_passphrase: made_passphrase.map(|made| made.as_str()),
        recovery: recovery.as_str(),
    };
    page.render()
        .map(Zeroizing::new)
        .map_err(|e| failed(e.into()))
}

/// The text of the sheet.
fn text(
    words: &Words,
    name: &Name,
    made_passphrase: Option<&Zeroizing<String>>,
) -> Zeroizing<String> {
    let all = words.expose();
    let mut numbered = Zeroizing::new(String::new());
    for (n, word) in all.split(' ').enumerate() {
        numbered.push_str(&format!(
            "{:>2} {word:<10}{}",
            n + 1,
            if n % 4 == 3 { "\n" } else { "  " }
        ));
    }
    let passphrase = made_passphrase.map_or_else(
        || {
            Zeroizing::new(String::from(
                "You chose it yourself. It is not on this sheet.\n",
            ))
        },
        |made| Zeroizing::new(format!("This one was made for you:  {}\n", **made)),
    );
    Zeroizing::new(format!(
        "STREETLAMP RECOVERY SHEET

Household  {name}
Id         {household}

Print this, put it where you keep your passport, and remove the file from this machine.
Whoever holds this sheet can open every clip that this household made and speak in its name.
Nobody else has a copy: if home and sheet are lost, the clips are lost.

THE 24 WORDS (all keys of the household come from them)

{words}
PASSPHRASE (it unlocks the node on this machine)

{passphrase}
WITHOUT STREETLAMP (opens your clips with the free program 'age')

{recovery}

Save the line above as key.txt. A clip that you exported to it, or any clip of the archive with its header in front,
opens with:  age -d -i key.txt clip.mp4.age > clip.mp4
",
        household = words.root().household(),
        words = *numbered,
        passphrase = *passphrase,
        recovery = *words.recovery().expose(),
    ))
}
