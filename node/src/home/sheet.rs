//! The recovery sheet: the one paper that restores a household, readable by people and by stock `age`.

use streetlamp_proto::identity::{Name, Words};
use zeroize::Zeroizing;

/// The text of the sheet.
pub(super) fn text(
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
