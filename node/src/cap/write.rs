//! Writing XML, in the order of the OASIS schema.

use std::io;

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::NAMESPACE;
use super::message::{Info, Message, Moment, Pair, Place, Resource};

type Out<'a> = &'a mut Writer<Vec<u8>>;

/// Writes a message. A signature, which would not hold any more, is not written.
pub fn write(message: &Message) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // A vector takes all that is written to it.
    let _written = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| alert(&mut writer, message));
    let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

/// A word of a bulletin's list as CAP writes it.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn alert(out: Out<'_>, message: &Message) -> io::Result<()> {
    let element = out
        .create_element("alert")
        .with_attribute(("xmlns", NAMESPACE));
    element.write_inner_content(|out| {
        one(out, "identifier", &message.identifier)?;
        one(out, "sender", &message.sender)?;
        one(out, "sent", message.sent.as_str())?;
        one(out, "status", &capitalised(message.status.word()))?;
        one(out, "msgType", message.kind.word())?;
        maybe(out, "source", message.source.as_deref())?;
        one(out, "scope", message.scope.word())?;
        maybe(out, "restriction", message.restriction.as_deref())?;
        maybe(out, "addresses", message.addresses.as_deref())?;
        all(out, "code", message.codes.iter().map(String::as_str))?;
        maybe(out, "note", message.note.as_deref())?;
        maybe(out, "references", message.references.as_deref())?;
        maybe(out, "incidents", message.incidents.as_deref())?;
        message.infos.iter().try_for_each(|part| info(out, part))
    })?;
    Ok(())
}

fn info(out: Out<'_>, part: &Info) -> io::Result<()> {
    out.create_element("info").write_inner_content(|out| {
        maybe(out, "language", part.language.as_deref())?;
        all(out, "category", part.categories.iter().map(|c| c.word()))?;
        one(out, "event", &part.event)?;
        all(out, "responseType", part.responses.iter().map(|r| r.word()))?;
        one(out, "urgency", &capitalised(part.urgency.word()))?;
        one(out, "severity", &capitalised(part.severity.word()))?;
        one(out, "certainty", &capitalised(part.certainty.word()))?;
        maybe(out, "audience", part.audience.as_deref())?;
        pairs(out, "eventCode", &part.event_codes)?;
        maybe(
            out,
            "effective",
            part.effective.as_ref().map(Moment::as_str),
        )?;
        maybe(out, "onset", part.onset.as_ref().map(Moment::as_str))?;
        maybe(out, "expires", part.expires.as_ref().map(Moment::as_str))?;
        maybe(out, "senderName", part.sender_name.as_deref())?;
        maybe(out, "headline", part.headline.as_deref())?;
        maybe(out, "description", part.description.as_deref())?;
        maybe(out, "instruction", part.instruction.as_deref())?;
        maybe(out, "web", part.web.as_deref())?;
        maybe(out, "contact", part.contact.as_deref())?;
        pairs(out, "parameter", &part.parameters)?;
        part.resources
            .iter()
            .try_for_each(|file| resource(out, file))?;
        part.places.iter().try_for_each(|area| place(out, area))
    })?;
    Ok(())
}

fn resource(out: Out<'_>, file: &Resource) -> io::Result<()> {
    out.create_element("resource").write_inner_content(|out| {
        one(out, "resourceDesc", &file.description)?;
        one(out, "mimeType", &file.mime_type)?;
        maybe(out, "size", file.size.as_deref())?;
        maybe(out, "uri", file.uri.as_deref())?;
        maybe(out, "derefUri", file.deref_uri.as_deref())?;
        maybe(out, "digest", file.digest.as_deref())
    })?;
    Ok(())
}

fn place(out: Out<'_>, area: &Place) -> io::Result<()> {
    out.create_element("area").write_inner_content(|out| {
        one(out, "areaDesc", &area.description)?;
        all(out, "polygon", area.polygons.iter().map(String::as_str))?;
        all(out, "circle", area.circles.iter().map(String::as_str))?;
        pairs(out, "geocode", &area.geocodes)?;
        maybe(out, "altitude", area.altitude.as_deref())?;
        maybe(out, "ceiling", area.ceiling.as_deref())
    })?;
    Ok(())
}

fn pairs(out: Out<'_>, name: &str, pairs: &[Pair]) -> io::Result<()> {
    pairs.iter().try_for_each(|pair| {
        out.create_element(name).write_inner_content(|out| {
            one(out, "valueName", &pair.name)?;
            one(out, "value", &pair.value)
        })?;
        Ok(())
    })
}

fn all<'a>(out: Out<'_>, name: &str, mut texts: impl Iterator<Item = &'a str>) -> io::Result<()> {
    texts.try_for_each(|text| one(out, name, text))
}

fn maybe(out: Out<'_>, name: &str, text: Option<&str>) -> io::Result<()> {
    text.map_or(Ok(()), |text| one(out, name, text))
}

fn one(out: Out<'_>, name: &str, text: &str) -> io::Result<()> {
    let kept: String = text.chars().filter(|c| is_xml(*c)).collect();
    // A carriage return that is not escaped comes back as a line feed (XML 1.0, section 2.11).
    let escaped = escape(kept.as_str()).replace('\r', "&#13;");
    out.create_element(name)
        .write_text_content(BytesText::from_escaped(escaped))?;
    Ok(())
}

/// Whether XML 1.0 has a character (section 2.2).
pub(super) const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
