//! Programs that may use the API.

use zeroize::Zeroizing;

use super::super::answers::{Moment, TokenItem, TokenMade, TokenRemoved};
use crate::error::Result;
use crate::node::{NodeHandle, Program, Scope};
use crate::secret::Secret;

pub(super) async fn add(handle: &NodeHandle, name: String, scopes: &[String]) -> Result<TokenMade> {
    let scopes = scopes.iter().map(|word| word.parse());
    let scopes: Vec<Scope> = scopes.collect::<Result<_>>()?;
    let token = handle.add_program(&name, &scopes).await?;
    Ok(TokenMade {
        name,
        scopes: words(&scopes),
        token: Secret(Zeroizing::new(token)),
    })
}

pub(super) async fn list(handle: &NodeHandle) -> Result<Vec<TokenItem>> {
    let item = |program: Program| TokenItem {
        scopes: words(&program.scopes),
        name: program.name,
        made: Moment(program.made),
    };
    Ok(handle.programs().await?.into_iter().map(item).collect())
}

pub(super) async fn remove(handle: &NodeHandle, name: String) -> Result<TokenRemoved> {
    handle.remove_program(&name).await?;
    Ok(TokenRemoved { name })
}

fn words(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(ToString::to_string).collect()
}
