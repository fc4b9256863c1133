//! Who was connected to whom, in GraphML (Brandes et al., graphml.graphdrawing.org), which networkx, igraph and Gephi
//! read.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use streetlamp::error::Result;

use super::undrawn;
use crate::record::{Home, Link, Micros, Record, Role};

/// What is told of homes and of connections: element, name, type.
const KEYS: [(&str, &str, &str); 10] = [
    ("node", "name", "string"),
    ("node", "cell", "string"),
    ("node", "street", "long"),
    ("node", "line", "string"),
    ("node", "availability", "string"),
    ("node", "role", "string"),
    ("edge", "one_way_ms", "double"),
    ("edge", "opened_s", "double"),
    ("edge", "closed_s", "double"),
    ("edge", "times", "long"),
];

/// The graph of a run. Connections have no direction.
pub(super) fn graphml(record: &Record) -> Result<Vec<u8>> {
    draw(record).map_err(|e| undrawn("the graph", e))
}

fn draw(record: &Record) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("graphml")
        .with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"))
        .write_inner_content(|writer| {
            for (element, name, kind) in KEYS {
                writer
                    .create_element("key")
                    .with_attribute(("id", name))
                    .with_attribute(("for", element))
                    .with_attribute(("attr.name", name))
                    .with_attribute(("attr.type", kind))
                    .write_empty()?;
            }
            writer
                .create_element("graph")
                .with_attribute(("id", record.scenario.as_str()))
                .with_attribute(("edgedefault", "undirected"))
                .write_inner_content(|writer| {
                    record
                        .homes
                        .iter()
                        .try_for_each(|home| node(writer, home))?;
                    record.links.iter().try_for_each(|link| edge(writer, link))
                })?;
            Ok(())
        })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn node(writer: &mut Writer<Vec<u8>>, home: &Home) -> io::Result<()> {
    let role = match &home.role {
        Role::Home => "home",
        Role::Publisher => "publisher",
        Role::Adversary(kind) => kind,
    };
    writer
        .create_element("node")
        .with_attribute(("id", home.number.0.to_string().as_str()))
        .write_inner_content(|writer| {
            data(writer, "name", &home.name)?;
            data(writer, "cell", &home.cell)?;
            if let Some(street) = home.street {
                data(writer, "street", &street.to_string())?;
            }
            data(writer, "line", &home.link)?;
            data(writer, "availability", &home.availability)?;
            data(writer, "role", role)
        })?;
    Ok(())
}

fn edge(writer: &mut Writer<Vec<u8>>, link: &Link) -> io::Result<()> {
    let seconds = |time: Micros| (time.as_ms() / 1_000.0).to_string();
    writer
        .create_element("edge")
        .with_attribute(("source", link.a.0.to_string().as_str()))
        .with_attribute(("target", link.b.0.to_string().as_str()))
        .write_inner_content(|writer| {
            data(writer, "one_way_ms", &link.one_way.as_ms().to_string())?;
            data(writer, "opened_s", &seconds(link.opened))?;
            if let Some(closed) = link.closed {
                data(writer, "closed_s", &seconds(closed))?;
            }
            data(writer, "times", &link.times.to_string())
        })?;
    Ok(())
}

fn data(writer: &mut Writer<Vec<u8>>, key: &str, value: &str) -> io::Result<()> {
    writer
        .create_element("data")
        .with_attribute(("key", key))
        .write_text_content(BytesText::new(value))?;
    Ok(())
}
