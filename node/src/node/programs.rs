//! Programs that use the API: what each may do, and the hash of its token.
//!
//! A token is shown once. What is kept of it lets nobody in (see [`crate::secret`]), so a database that is stolen opens
//! no API.

use std::fmt;
use std::str::FromStr;

use streetlamp_proto::identity::Name;
use streetlamp_proto::time::Timestamp;

use super::NodeHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{self, Kept};
use crate::store::ProgramRow;

/// Most programs of a home.
const PROGRAMS: usize = 32;

/// A part of what residents can do that a program may do for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read what the street and publishers say, and who is there.
    Read,
    /// Tell the street, and say more about alerts.
    Post,
    /// Look at clips, grants, keepers and the ledger, without opening anything.
    Clips,
    /// Open films, and give, export and delete them.
    Films,
    /// Let households in, vouch, vote, knock, leave.
    Street,
    /// See, add, trigger and remove cameras.
    Cameras,
    /// Lock, unlock, and decide what is kept and shown.
    Home,
    /// Count how the node is: sums and conditions, and nothing of what was said or of whom.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Post,
        Self::Clips,
        Self::Films,
        Self::Street,
        Self::Cameras,
        Self::Home,
        Self::Metrics,
    ];

    /// Its word for people and scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Post => "post",
            Self::Clips => "clips",
            Self::Films => "films",
            Self::Street => "street",
            Self::Cameras => "cameras",
            Self::Home => "home",
            Self::Metrics => "metrics",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|scope| scope.word() == word);
        found.ok_or_else(|| {
            let all = Self::ALL.map(Self::word).join(", ");
            let message = format!("'{word}' is nothing that a program may do: choose of {all}");
            Error::new(ErrorKind::Invalid, message)
        })
    }
}

/// A program as residents see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// How the household calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub made: Timestamp,
}

impl NodeHandle {
    /// Lets a program in. The token, which is shown this once.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a name that cannot be used or no scope, [`ErrorKind::Conflict`] for a name that is
    /// taken or too many programs; the store's failure.
    pub async fn add_program(&self, name: &str, scopes: &[Scope]) -> Result<String> {
        let name = Name::clean(name).map_err(|e| {
            let message = format!("the name of the program was not taken: {e}");
            Error::new(ErrorKind::Invalid, message)
        })?;
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            let message = "say what the program may do";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let (token, kept) = secret::draw(&mut self.shared.entropy.generator()?);
        let words: Vec<_> = scopes.into_iter().map(Scope::word).collect();
        let row = ProgramRow {
            name: name.to_string(),
            token: *kept.as_bytes(),
            scopes: words.join(" "),
            made: self.now(),
        };
        self.with_store(move |store| {
            let known = store.programs()?;
            if known.iter().any(|known| known.name == row.name) {
                let message = "there is a program of that name already: remove it first, or choose another name";
                return Err(Error::new(ErrorKind::Conflict, message));
            }
            if known.len() >= PROGRAMS {
                let message = format!("a home lets {PROGRAMS} programs in at most: remove one first");
                return Err(Error::new(ErrorKind::Conflict, message));
            }
            store.keep_program(&row)
        })
        .await?;
        Ok(token)
    }

    /// Every program, by name.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn programs(&self) -> Result<Vec<Program>> {
        let rows = self.with_store(|store| store.programs()).await?;
        Ok(rows.into_iter().map(program).collect())
    }

    /// Lets a program in no more.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none of that name; the store's failure.
    pub async fn remove_program(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.with_store(move |store| match store.forget_program(&name)? {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::NotFound, "there is no such program")),
        })
        .await
    }

    /// The program that shows this token. Hashes are compared, each in constant time.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn program_of(&self, token: &str) -> Result<Option<Program>> {
        let shown = Kept::of(token);
        let rows = self.with_store(|store| store.programs()).await?;
        let mut found = rows
            .into_iter()
            .filter(|row| Kept::from_bytes(row.token) == shown);
        Ok(found.next().map(program))
    }
}

/// A word that this version does not know allows nothing.
fn program(row: ProgramRow) -> Program {
    let scopes = row.scopes.split(' ').filter_map(|word| word.parse().ok());
    Program {
        scopes: scopes.collect(),
        name: row.name,
        made: row.made,
    }
}
