//! What a resident says about an alert with one tap or a few words: "I saw it too", a comment, that it was not so.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use streetlamp_proto::alert::{Act, Comment, FlagReason, Reason};
use streetlamp_proto::household::{Change, Command};
use streetlamp_proto::signed::StatementId;
use streetlamp_proto::text::TextError;

use super::App;
use super::form::Fields;
use super::gate::see_other;
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
    pub(super) const fn done(self) -> &'static str {
        match self {
            Self::Confirm => "Your neighbours see that you saw it, too.",
            Self::Cancel => {
                "Taken back. Every home that has the alert shows that above it, also homes that were off."
            }
            Self::Resolve => "Your neighbours see that it is over.",
            Self::Comment => "Your comment is on its way.",
            Self::CloseComments => "No more comments are shown from now on.",
            Self::Flag => "Flagged. A home hides an alert that three neighbours flagged.",
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
        let unclear = |what: &str, e: TextError| {
            let words = format!("the {what} was not taken: {e}");
            Error::new(ErrorKind::Invalid, words)
        };
        Ok(match self {
            Self::Confirm => Act::Confirm,
            Self::Cancel if text.trim().is_empty() => Act::Cancel(None),
            Self::Cancel => {
                Act::Cancel(Some(Reason::clean(text).map_err(|e| unclear("reason", e))?))
            }
            Self::Resolve => Act::Resolve,
            Self::Comment => Act::Comment(Comment::clean(text).map_err(|e| unclear("comment", e))?),
            Self::CloseComments => Act::CloseComments,
            Self::Flag => {
                Act::Flag(text.parse::<FlagReason>().map_err(|_| {
                    Error::new(ErrorKind::Invalid, "choose why it should not be seen")
                })?)
            }
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
        "./?done={}#alert-{alert}",
        said.act.word()
    )))
}
