//! `token`: programs that may use the API.

use clap::Subcommand;

use super::Context;
use super::print;
use crate::control::Request;
use crate::control::answers::{TokenItem, TokenMade, TokenRemoved};
use crate::error::Result;
use crate::node::Scope;
use crate::when;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Let a program use the API of the page; its token is shown this once
    Add {
        /// What to call the program
        name: String,
        /// What it may do: read, post, clips, films, street, cameras, home; several with commas between
        #[arg(long, value_name = "SCOPE", value_delimiter = ',', required = true)]
        scope: Vec<Scope>,
    },
    /// List the programs that may use the API
    List,
    /// Let a program use it no more, from this moment on
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) fn token(context: &Context, command: TokenCommand) -> Result<()> {
    match command {
        TokenCommand::Add { name, scope } => {
            let scopes = scope.iter().map(ToString::to_string).collect();
            let made: TokenMade = context.node()?.ask(&Request::TokenAdd { name, scopes })?;
            context.out.answer(&made, |made| {
                format!(
                    "'{}' may: {}.\ntoken  {}\nIt is not shown again. The program sends it as 'Authorization: Bearer TOKEN'.",
                    made.name,
                    made.scopes.join(", "),
                    *made.token.0
                )
            })
        }
        TokenCommand::List => {
            let programs: Vec<TokenItem> = context.node()?.ask(&Request::TokenList)?;
            context
                .out
                .answer(&programs, |programs| list_words(programs))
        }
        TokenCommand::Remove { name } => {
            let removed: TokenRemoved = context.node()?.ask(&Request::TokenRemove { name })?;
            context.out.answer(&removed, |removed| {
                format!(
                    "Removed: the token of '{}' is good for nothing any more.",
                    removed.name
                )
            })
        }
    }
}

fn list_words(programs: &[TokenItem]) -> String {
    if programs.is_empty() {
        return "No program may use the API.".to_owned();
    }
    let rows = programs.iter().map(|program| {
        [
            program.name.clone(),
            program.scopes.join(", "),
            when::readable(program.made.0),
        ]
    });
    print::table(["PROGRAM", "MAY", "SINCE"], rows)
}
