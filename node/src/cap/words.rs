//! What of a message a bulletin says: the part that residents read.
//!
//! A message says the same in several languages, or different things about parts of one event. A bulletin is in one
//! language, and says what is worst. Texts that are too long are cut, with a sign that they were. These rules stand in
//! `docs/protocol.md`, so that every home finds the same words in the message that a bulletin carries.

use std::time::Duration;

use streetlamp_proto::publisher::{
    Bulletin, Certainty, Contact, Headline, Instruction, Kind, Message as Act, Notice, Severity,
    Status, Urgency,
};
use streetlamp_proto::text::{Line, Prose};
use streetlamp_proto::time::Timestamp;
use streetlamp_proto::wire::limits::{
    BULLETIN_CHARS, BULLETIN_LIFE, CONTACT_CHARS, HEADLINE_CHARS, INSTRUCTION_CHARS,
};

use super::error::CapError;
use super::lists::{Category, MessageKind, Response, Scope};
use super::message::{Info, Message};

/// For how long a message holds that does not say so, after it was sent.
const UNSAID_LIFE: Duration = Duration::from_secs(24 * 3600);
/// The name of a parameter with the kind of a bulletin.
pub(super) const KIND: &str = "streetlamp-kind";
/// The name of the list of event codes that radios and sirens know (47 CFR 11.31).
const SAME: &str = "SAME";
/// What those codes call tests, although messages with them are sent as if they were meant: a required weekly or monthly
/// test, a demonstration, a network's own.
const TESTS: [&str; 4] = ["RWT", "RMT", "DMO", "NPT"];

/// What somebody wants of a message.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The language; that of the first part if none.
    pub language: Option<String>,
    /// What it is to be about, in place of what the message suggests.
    pub kind: Option<Kind>,
}

/// What a bulletin says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub status: Status,
    pub kind: Kind,
    pub severity: Severity,
    pub urgency: Urgency,
    pub certainty: Certainty,
    pub headline: Headline,
    pub text: Notice,
    pub instruction: Instruction,
    pub contact: Contact,
    /// When it is over.
    pub expires: Timestamp,
}

impl Message {
    /// Whether everybody may hear of this message, and whether it says something to people.
    ///
    /// # Errors
    /// [`CapError::Scope`], [`CapError::MessageKind`], [`CapError::Draft`].
    pub fn is_for_residents(&self) -> Result<(), CapError> {
        if self.scope != Scope::Public {
            return Err(CapError::Scope(self.scope.word()));
        }
        if matches!(self.kind, MessageKind::Ack | MessageKind::Error) {
            return Err(CapError::MessageKind(self.kind.word()));
        }
        if self.status == Status::Draft {
            return Err(CapError::Draft);
        }
        Ok(())
    }

    /// What a bulletin says of it.
    ///
    /// # Errors
    /// [`CapError::NoInfo`], [`CapError::Element`] if it does not even name an event.
    pub fn words(&self, wanted: &Wanted) -> Result<Words, CapError> {
        let language = match &wanted.language {
            Some(language) => language.clone(),
            None => self.infos.first().ok_or(CapError::NoInfo)?.language(),
        };
        let speaks = |info: &&Info| is_in(&info.language(), &language);
        let infos: Vec<_> = self.infos.iter().filter(speaks).collect();
        let worst = infos.iter().min_by_key(|info| rank(info));
        let info = worst.ok_or(CapError::NoInfo)?;
        let expires = infos.iter().filter_map(|info| info.expires.as_ref());
        let expires = expires.map(super::Moment::time).max();
        Ok(Words {
            status: self.meant(),
            kind: wanted.kind.unwrap_or_else(|| info.kind()),
            severity: info.severity,
            urgency: info.urgency,
            certainty: info.certainty,
            headline: info.line()?,
            text: prose::<BULLETIN_CHARS>(info.description.as_deref()),
            instruction: prose::<INSTRUCTION_CHARS>(info.instruction.as_deref()),
            contact: info.whom_to_ask(),
            expires: expires.unwrap_or_else(|| self.sent.time().after(UNSAID_LIFE)),
        })
    }

    /// Whether a bulletin says what this message says.
    pub(super) fn agrees_with(&self, said: &Bulletin) -> bool {
        let takes_back = self.kind == MessageKind::Cancel;
        if self.meant() != said.status || takes_back != matches!(said.message, Act::Cancel(_)) {
            return false;
        }
        // A cancellation repeats what it takes back, and the message may say nothing.
        takes_back
            || self.infos.iter().any(|info| {
                let wanted = Wanted {
                    language: Some(info.language()),
                    kind: Some(said.kind),
                };
                self.words(&wanted).is_ok_and(|words| words.are_in(said))
            })
    }

    /// Its status, or that it is a test if it has the code of one.
    fn meant(&self) -> Status {
        let mut codes = self.infos.iter().flat_map(|info| &info.event_codes);
        let test = codes.any(|code| code.name == SAME && TESTS.contains(&code.value.trim()));
        match self.status {
            Status::Actual if test => Status::Test,
            status => status,
        }
    }
}

impl Words {
    /// How long a bulletin with these words lives from now on.
    ///
    /// # Errors
    /// [`CapError::Expired`].
    pub fn life(&self, now: Timestamp) -> Result<Duration, CapError> {
        match self.expires.since(now) {
            Duration::ZERO => Err(CapError::Expired),
            life => Ok(life.min(BULLETIN_LIFE)),
        }
    }

    fn are_in(&self, said: &Bulletin) -> bool {
        (self.severity, self.urgency, self.certainty)
            == (said.severity, said.urgency, said.certainty)
            && (&self.headline, &self.text) == (&said.headline, &said.text)
            && (&self.instruction, &self.contact) == (&said.instruction, &said.contact)
    }
}

/// The worst first: by severity, then urgency, then certainty, as CAP orders their words.
const fn rank(info: &Info) -> (Severity, Urgency, Certainty) {
    (info.severity, info.urgency, info.certainty)
}

/// Whether a language is another one, or a dialect of it: `fr-CA` is French.
fn is_in(language: &str, wanted: &str) -> bool {
    let (language, wanted) = (language.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let dialect = language.strip_prefix(&wanted);
    dialect.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

impl Info {
    /// Its language, or the one that CAP assumes.
    fn language(&self) -> String {
        let said = self.language.as_deref().map(str::trim);
        said.unwrap_or("en-US").to_owned()
    }

    /// What it is about: what this program said itself, what radios call it, or the first category that fits a kind.
    fn kind(&self) -> Kind {
        let own = self.parameters.iter().find(|pair| pair.name == KIND);
        if let Some(kind) = own.and_then(|pair| pair.value.trim().parse().ok()) {
            return kind;
        }
        let mut codes = self.event_codes.iter().filter(|code| code.name == SAME);
        let coded = codes.find_map(|code| match code.value.trim() {
            "EVI" => Some(Kind::Evacuation),
            "CAE" | "MEP" => Some(Kind::MissingPerson),
            "LEW" => Some(Kind::PoliceActivity),
            "FRW" => Some(Kind::Fire),
            _ => None,
        });
        if let Some(kind) = coded {
            return kind;
        }
        if self.responses.contains(&Response::Evacuate) {
            return Kind::Evacuation;
        }
        let kinds = self
            .categories
            .iter()
            .filter_map(|category| match category {
                Category::Met => Some(Kind::Weather),
                Category::Fire => Some(Kind::Fire),
                Category::Security => Some(Kind::PoliceActivity),
                Category::Transport => Some(Kind::RoadClosure),
                _ => None,
            });
        kinds.into_iter().next().unwrap_or(Kind::Hazard)
    }

    fn line(&self) -> Result<Headline, CapError> {
        let said = [self.headline.as_deref(), Some(self.event.as_str())];
        let mut lines = said.into_iter().flatten().map(spaced);
        let line = lines.find_map(|text| Line::clean(&cut(&text, HEADLINE_CHARS)).ok());
        line.ok_or_else(|| CapError::element("event", "is empty"))
    }

    fn whom_to_ask(&self) -> Contact {
        let said = [self.contact.as_deref(), self.web.as_deref()];
        let lines: Vec<_> = said.into_iter().flatten().map(str::trim).collect();
        prose::<CONTACT_CHARS>(Some(&lines.join("\n")))
    }
}

/// A text without the indentation that it had in the XML, cut to what a bulletin holds.
fn prose<const CHARS: usize>(text: Option<&str>) -> Prose<CHARS> {
    let text = text.unwrap_or_default();
    let lines: Vec<_> = text
        .lines()
        .map(|line| spaced(line).trim().to_owned())
        .collect();
    // A tower of accents is no text.
    Prose::clean(&cut(lines.join("\n").trim(), CHARS)).unwrap_or_default()
}

/// Text without the control characters that separate words.
fn spaced(text: &str) -> String {
    let space = |c: char| if c.is_whitespace() { ' ' } else { c };
    text.chars().map(space).collect()
}

/// At most so many characters, cut between words if it has to be.
fn cut(text: &str, chars: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(chars) else {
        return text.to_owned();
    };
    let room = text.char_indices().nth(chars.saturating_sub(2));
    let head = text.get(..room.map_or(end, |(at, _)| at)).unwrap_or(text);
    let words = head.rsplit_once(char::is_whitespace);
    // A language without spaces, or one long word.
    let whole = words.map_or(
        head,
        |(words, last)| if last.len() > 80 { head } else { words },
    );
    format!("{} …", whole.trim_end())
}
