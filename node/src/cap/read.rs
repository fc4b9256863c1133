//! Reading XML: what the OASIS schema allows, in its order, and nothing else, so that whatever is carried is valid where
//! it comes out.
//!
//! The bytes are a stranger's. A document type is refused, so there are no entities but the five of XML; size and
//! number of nodes are bounded before the tree is made, and no code here goes deeper than the schema does.

use std::iter::Peekable;
use std::str::FromStr;

use roxmltree::{Document, Node, ParsingOptions};
use streetlamp_proto::publisher::{Certainty, Severity, Status, Urgency};

use super::error::CapError;
use super::lists::{Category, MessageKind, Response, Scope};
use super::message::{Info, Message, Moment, Pair, Place, Resource};
use super::write::capitalised;
use super::{MESSAGE_BYTES, NAMESPACE, NODES, POINTS, SHAPES, SIGNATURES};

/// The namespace of `schemaLocation`, the one attribute that a message may have.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads a message.
///
/// # Errors
/// Every [`CapError`] about XML and the schema.
pub fn read(bytes: &[u8]) -> Result<Message, CapError> {
    let document = tree(bytes)?;
    let root = document.root_element();
    if root.tag_name().namespace() != Some(NAMESPACE) || root.tag_name().name() != "alert" {
        return Err(CapError::Version);
    }
    let message = alert(root)?;
    within_bounds(&message)?;
    Ok(message)
}

/// Whether bytes look like a message of CAP, of whatever version, rather than something that lists messages.
pub fn is_cap(bytes: &[u8]) -> bool {
    tree(bytes).is_ok_and(|document| {
        let name = document.root_element().tag_name();
        let ours = |namespace: &str| namespace.contains(":emergency:cap:");
        name.name() == "alert" && name.namespace().is_some_and(ours)
    })
}

fn tree(bytes: &[u8]) -> Result<Document<'_>, CapError> {
    if bytes.len() > MESSAGE_BYTES {
        return Err(CapError::Large);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| CapError::Encoding)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => CapError::Large,
        other => CapError::Xml(other.to_string().chars().take(200).collect()),
    })
}

/// The child elements of an element, from the first to the last.
struct Children<'a> {
    left: Peekable<Box<dyn Iterator<Item = Node<'a, 'a>> + 'a>>,
}

impl<'a> Children<'a> {
    fn of(node: Node<'a, 'a>) -> Result<Self, CapError> {
        let name = node.tag_name().name();
        if node.attributes().any(|a| a.namespace() != Some(INSTANCE)) {
            return Err(CapError::element(name, "has an attribute"));
        }
        let stray = |child: &Node<'_, '_>| {
            child.is_text() && !child.text().unwrap_or_default().trim().is_empty()
        };
        if node.children().any(|child| stray(&child)) {
            return Err(CapError::element(name, "has text beside its elements"));
        }
        let children: Box<dyn Iterator<Item = Node<'a, 'a>> + 'a> =
            Box::new(node.children().filter(Node::is_element));
        Ok(Self {
            left: children.peekable(),
        })
    }

    fn maybe(&mut self, name: &str) -> Option<Node<'a, 'a>> {
        self.left.next_if(|node| {
            node.tag_name().namespace() == Some(NAMESPACE) && node.tag_name().name() == name
        })
    }

    fn one(&mut self, name: &str) -> Result<Node<'a, 'a>, CapError> {
        self.maybe(name)
            .ok_or_else(|| CapError::element(name, "is missing, or not where it belongs"))
    }

    fn all<T>(
        &mut self,
        name: &str,
        read: impl Fn(Node<'a, 'a>) -> Result<T, CapError>,
    ) -> Result<Vec<T>, CapError> {
        let mut all = Vec::new();
        while let Some(node) = self.maybe(name) {
            all.push(read(node)?);
        }
        Ok(all)
    }

    fn text(&mut self, name: &str) -> Result<String, CapError> {
        text(self.one(name)?)
    }

    fn maybe_text(&mut self, name: &str) -> Result<Option<String>, CapError> {
        self.maybe(name).map(text).transpose()
    }

    fn maybe_moment(&mut self, name: &str) -> Result<Option<Moment>, CapError> {
        let text = self.maybe_text(name)?;
        text.map(|text| Moment::read(&text)).transpose()
    }

    fn maybe_like(
        &mut self,
        name: &str,
        is_one: impl Fn(&str) -> bool,
        what: &'static str,
    ) -> Result<Option<String>, CapError> {
        match self.maybe_text(name)? {
            Some(text) if !is_one(text.trim()) => Err(CapError::element(name, what)),
            text => Ok(text),
        }
    }

    fn end(mut self) -> Result<(), CapError> {
        match self.left.next() {
            Some(node) => Err(CapError::element(
                node.tag_name().name(),
                "is not known to CAP 1.2, or not where it belongs",
            )),
            None => Ok(()),
        }
    }
}

fn alert(node: Node<'_, '_>) -> Result<Message, CapError> {
    let mut children = Children::of(node)?;
    let message = Message {
        identifier: children.text("identifier")?,
        sender: children.text("sender")?,
        sent: Moment::read(&children.text("sent")?)?,
        status: listed(children.one("status")?, Status::ALL, Status::word)?,
        kind: listed(
            children.one("msgType")?,
            MessageKind::ALL,
            MessageKind::word,
        )?,
        source: children.maybe_text("source")?,
        scope: listed(children.one("scope")?, Scope::ALL, Scope::word)?,
        restriction: children.maybe_text("restriction")?,
        addresses: children.maybe_text("addresses")?,
        codes: children.all("code", text)?,
        note: children.maybe_text("note")?,
        references: children.maybe_text("references")?,
        incidents: children.maybe_text("incidents")?,
        infos: children.all("info", info)?,
        signed: signatures(&mut children),
    };
    children.end()?;
    Ok(message)
}

/// Passes over whatever stands at the end of a message in the namespace of signatures.
fn signatures(children: &mut Children<'_>) -> bool {
    let is_one = |node: &Node<'_, '_>| node.tag_name().namespace() == Some(SIGNATURES);
    let mut signed = false;
    while children.left.next_if(is_one).is_some() {
        signed = true;
    }
    signed
}

fn info(node: Node<'_, '_>) -> Result<Info, CapError> {
    let mut children = Children::of(node)?;
    let language = children.maybe_like("language", is_language, "is no language (RFC 3066)")?;
    let categories = children.all("category", |node| {
        listed(node, Category::ALL, Category::word)
    })?;
    if categories.is_empty() {
        return Err(CapError::element("category", "is missing"));
    }
    let info = Info {
        language,
        categories,
        event: children.text("event")?,
        responses: children.all("responseType", |node| {
            listed(node, Response::ALL, Response::word)
        })?,
        urgency: listed(children.one("urgency")?, Urgency::ALL, Urgency::word)?,
        severity: listed(children.one("severity")?, Severity::ALL, Severity::word)?,
        certainty: listed(children.one("certainty")?, Certainty::ALL, Certainty::word)?,
        audience: children.maybe_text("audience")?,
        event_codes: children.all("eventCode", pair)?,
        effective: children.maybe_moment("effective")?,
        onset: children.maybe_moment("onset")?,
        expires: children.maybe_moment("expires")?,
        sender_name: children.maybe_text("senderName")?,
        headline: children.maybe_text("headline")?,
        description: children.maybe_text("description")?,
        instruction: children.maybe_text("instruction")?,
        web: children.maybe_like("web", is_uri, "is no URI")?,
        contact: children.maybe_text("contact")?,
        parameters: children.all("parameter", pair)?,
        resources: children.all("resource", resource)?,
        places: children.all("area", place)?,
    };
    children.end()?;
    Ok(info)
}

fn resource(node: Node<'_, '_>) -> Result<Resource, CapError> {
    let mut children = Children::of(node)?;
    let resource = Resource {
        description: children.text("resourceDesc")?,
        mime_type: children.text("mimeType")?,
        size: children.maybe_like("size", is_integer, "is no whole number")?,
        uri: children.maybe_like("uri", is_uri, "is no URI")?,
        deref_uri: children.maybe_text("derefUri")?,
        digest: children.maybe_text("digest")?,
    };
    children.end()?;
    Ok(resource)
}

fn place(node: Node<'_, '_>) -> Result<Place, CapError> {
    let mut children = Children::of(node)?;
    let place = Place {
        description: children.text("areaDesc")?,
        polygons: children.all("polygon", text)?,
        circles: children.all("circle", text)?,
        geocodes: children.all("geocode", pair)?,
        altitude: children.maybe_like("altitude", is_decimal, "is no number")?,
        ceiling: children.maybe_like("ceiling", is_decimal, "is no number")?,
    };
    children.end()?;
    Ok(place)
}

fn pair(node: Node<'_, '_>) -> Result<Pair, CapError> {
    let mut children = Children::of(node)?;
    let pair = Pair {
        name: children.text("valueName")?,
        value: children.text("value")?,
    };
    children.end()?;
    Ok(pair)
}

/// The text of an element that has nothing else; comments in it are passed over.
fn text(node: Node<'_, '_>) -> Result<String, CapError> {
    let name = node.tag_name().name();
    if node.attributes().len() > 0 {
        return Err(CapError::element(name, "has an attribute"));
    }
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            return Err(CapError::element(name, "has elements in it"));
        }
        if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    Ok(text)
}

/// A word of a closed list. CAP writes each with a capital letter.
fn listed<T: Copy>(
    node: Node<'_, '_>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<T, CapError> {
    let said = text(node)?;
    let found = all.iter().find(|value| capitalised(word(**value)) == said);
    found.copied().ok_or_else(|| {
        let name = node.tag_name().name();
        CapError::element(name, "is none of the words that CAP 1.2 lists")
    })
}

fn is_language(text: &str) -> bool {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = text.split('-').next().unwrap_or_default();
    text.split('-').all(part) && first.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_integer(text: &str) -> bool {
    i128::from_str(text).is_ok()
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.bytes().any(|b| b.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().filter(|b| *b == b'.').count() <= 1
}

/// What schema checkers take for a URI: an absolute or relative one (RFC 3986), and letters beyond ASCII (RFC 3987).
fn is_uri(text: &str) -> bool {
    let plain = |c: char| !c.is_ascii() || c.is_ascii_graphic() && !"<>\"\\^`{|}[]".contains(c);
    let hex = |b: Option<&u8>| b.is_some_and(u8::is_ascii_hexdigit);
    let escapes = text.match_indices('%').all(|(at, _)| {
        let bytes = text.as_bytes();
        hex(bytes.get(at + 1)) && hex(bytes.get(at + 2))
    });
    let one = text.matches('#').count() <= 1;
    let base = url::Url::parse("https://example.invalid/").ok();
    let parser = url::Url::options().base_url(base.as_ref()).parse(text);
    text.chars().all(plain) && escapes && one && parser.is_ok()
}

fn within_bounds(message: &Message) -> Result<(), CapError> {
    let places = message.infos.iter().flat_map(|info| &info.places);
    let (mut shapes, mut points) = (0, 0);
    for place in places {
        shapes += place.polygons.len() + place.circles.len();
        let of_polygons = place.polygons.iter().map(|p| p.split_whitespace().count());
        points += of_polygons.sum::<usize>();
    }
    match shapes <= SHAPES && points <= POINTS {
        true => Ok(()),
        false => Err(CapError::Large),
    }
}
