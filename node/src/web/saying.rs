//! What a resident says about an alert with one tap or a few words: "I saw it too", a comment, that it was not so.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::alert::{Act, Comment, FlagReason, Reason};
use streetlamp_proto::household::{Change, Command};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::text::TextError;

use super::App;
use super::draft::text_fault;
use super::form::Fields;
use super::gate::see_other;
use super::language::say;
use super::problem::Problem;
use crate::error::{Error, ErrorKind, Result};

/// A button under an alert, and what was written beside it.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    alert: String,
    act: Button,
    #[serde(default)]
    text: String,
}

/// The buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Button {
    Confirm,
    Cancel,
    Resolve,
    Comment,
    CloseComments,
    Flag,
}

impl Button {
    /// What the page says when it is done.
    pub(super) fn done(self) -> String {
        match self {
            Self::Confirm => say!("street-confirmed-done"),
            Self::Cancel => say!("street-cancel-done"),
            Self::Resolve => say!("street-resolved-done"),
            Self::Comment => say!("street-comment-done"),
            Self::CloseComments => say!("street-closed-done"),
            Self::Flag => say!("street-flag-done"),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
            Self::Resolve => "resolve",
            Self::Comment => "comment",
            Self::CloseComments => "close-comments",
            Self::Flag => "flag",
        }
    }

    fn act(self, text: &str) -> Result<Act> {
        let unclear = |what: String, e: TextError| {
            let words = say!("street-not-taken", what = what, why = text_fault(&e));
            Error::new(ErrorKind::Invalid, words)
        };
        Ok(match self {
            Self::Confirm => Act::Confirm,
            Self::Cancel if text.trim().is_empty() => Act::Cancel(None),
            Self::Cancel => Act::Cancel(Some(
                Reason::clean(text).map_err(|e| unclear(say!("street-the-reason"), e))?,
            )),
            Self::Resolve => Act::Resolve,
            Self::Comment => Act::Comment(
                Comment::clean(text).map_err(|e| unclear(say!("street-the-comment"), e))?,
            ),
            Self::CloseComments => Act::CloseComments,
            Self::Flag => Act::Flag(
                text.parse::<FlagReason>()
                    .map_err(|_| Error::new(ErrorKind::Invalid, say!("street-choose-flag")))?,
            ),
        })
    }
}

pub(super) async fn say(
    State(app): State<App>,
    Fields(said): Fields<Said>,
) -> Result<Response, Problem> {
    let alert: StatementId = said.alert.parse().map_err(|_| Problem::not_found())?;
    let change = Change::Act(said.act.act(&said.text)?);
    app.handle
        .command(Command::FollowUp { alert, change })
        .await?;
    Ok(see_other(&format!(
        "./alerts/{alert}?done={}",
        said.act.word()
    )))
}
