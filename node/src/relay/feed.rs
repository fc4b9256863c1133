//! What a feed lists: messages that stand in it, or addresses where they are.

use url::Url;

use crate::cap::{CapError, is_cap, is_geojson, read_geojson, write};
use crate::error::{Error, ErrorKind, Result};

/// Entries of a feed that are looked at.
const ENTRIES: usize = 4_096;
/// Characters of an address.
const URL_CHARS: usize = 2_048;

/// One thing that a feed lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A message, in XML.
    Message(Vec<u8>),
    /// A message that lies elsewhere, and what the feed says of its version.
    At {
        /// Where.
        url: Url,
        /// When it was last changed, as far as the feed says.
        changed: Option<i64>,
    },
    /// Something that cannot be read.
    Odd(String),
}

/// What a file lists that came from `base`: Atom, RSS, the weather service's GeoJSON, or a single message.
///
/// # Errors
/// [`ErrorKind::Invalid`] if it is none of these.
pub(super) fn entries(bytes: &[u8], base: &Url) -> Result<Vec<Entry>> {
    if is_geojson(bytes) {
        let messages = read_geojson(bytes).map_err(|_: CapError| {
            Error::new(
                ErrorKind::Invalid,
                "the feed is JSON, and not that of a weather service",
            )
        })?;
        let entries = messages
            .into_iter()
            .take(ENTRIES)
            .map(|message| match message {
                Ok(message) => Entry::Message(write(&message).into_bytes()),
                Err(error) => Entry::Odd(error.to_string()),
            });
        return Ok(entries.collect());
    }
    if is_cap(bytes) {
        return Ok(vec![Entry::Message(bytes.to_vec())]);
    }
    // The reader of feeds passes over document types, which no feed needs.
    if bytes
        .windows(9)
        .any(|nine| nine.eq_ignore_ascii_case(b"<!doctype"))
    {
        return Err(Error::new(
            ErrorKind::Invalid,
            "the feed has a document type",
        ));
    }
    let feed = feed_rs::parser::Builder::new()
        .build()
        .parse(bytes)
        .map_err(|e| {
            let what = "the feed is neither Atom, RSS, GeoJSON nor CAP";
            Error::new(ErrorKind::Invalid, what).because(e.to_string())
        })?;
    let entries = feed.entries.iter().take(ENTRIES);
    Ok(entries.map(|entry| entry_of(entry, base)).collect())
}

fn entry_of(entry: &feed_rs::model::Entry, base: &Url) -> Entry {
    let inside = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_ref());
    if let Some(body) = inside.filter(|body| is_cap(body.as_bytes())) {
        return Entry::Message(body.clone().into_bytes());
    }
    let links = || entry.links.iter();
    let is_message =
        |kind: &Option<String>| kind.as_deref().is_some_and(|kind| kind.contains("cap+xml"));
    let link = links()
        .find(|link| is_message(&link.media_type))
        .or_else(|| links().find(|link| matches!(link.rel.as_deref(), None | Some("alternate"))))
        .or_else(|| links().next());
    let address = link.map_or(entry.id.as_str(), |link| link.href.as_str());
    let url = base.join(address).ok();
    let url = url.filter(|url| url.scheme() == "https" && url.as_str().len() <= URL_CHARS);
    match url {
        Some(url) => Entry::At {
            url,
            changed: entry.updated.or(entry.published).map(|at| at.timestamp()),
        },
        None => {
            let address: String = address.chars().take(100).collect();
            Entry::Odd(format!("'{address}' is no https address of a message"))
        }
    }
}
