//! The weather service of the United States says in GeoJSON what it says in CAP, one feature for each message
//! (api.weather.gov). This makes the message of a feature, with every property of it that CAP has a place for.
//!
//! The file lists what holds in a state or zone; homes' places are never part of the question.

use geojson::{FeatureCollection, GeoJson, GeometryValue};
use serde::Deserialize;
use serde_json::{Map, Value};
use streetlamp_proto::publisher::{Certainty, Severity, Status, Urgency};

use super::error::CapError;
use super::lists::{Category, MessageKind, Response, Scope};
use super::message::{Info, Message, Moment, Pair, Place};
use super::write::capitalised;

/// What the service says of a message. What CAP has no place for is left alone: zones, replacement notices, links.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    id: String,
    area_desc: String,
    #[serde(default)]
    geocode: Map<String, Value>,
    #[serde(default)]
    references: Vec<Reference>,
    sent: String,
    effective: Option<String>,
    onset: Option<String>,
    expires: Option<String>,
    status: String,
    message_type: String,
    category: String,
    severity: String,
    certainty: String,
    urgency: String,
    event: String,
    sender: String,
    sender_name: Option<String>,
    headline: Option<String>,
    description: Option<String>,
    instruction: Option<String>,
    response: Option<String>,
    #[serde(default)]
    parameters: Map<String, Value>,
    scope: Option<String>,
    code: Option<String>,
    language: Option<String>,
    web: Option<String>,
    #[serde(default)]
    event_code: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    identifier: String,
    sender: String,
    sent: String,
}

/// Whether bytes are JSON rather than XML.
pub fn is_geojson(bytes: &[u8]) -> bool {
    bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

/// Reads every message of a collection, or of a single feature. One that cannot be read does not hide the others.
///
/// # Errors
/// [`CapError::Version`] if it is no GeoJSON.
pub fn read_geojson(bytes: &[u8]) -> Result<Vec<Result<Message, CapError>>, CapError> {
    let parsed: GeoJson = serde_json::from_slice(bytes).map_err(|_| CapError::Version)?;
    let features = match parsed {
        GeoJson::FeatureCollection(FeatureCollection { features, .. }) => features,
        GeoJson::Feature(feature) => vec![feature],
        GeoJson::Geometry(_) => return Err(CapError::Version),
    };
    let messages = features.into_iter().map(|feature| {
        let properties = feature.properties.map(Value::Object).unwrap_or_default();
        let properties: Properties = serde_json::from_value(properties).map_err(|_| {
            CapError::element(
                "properties",
                "are not those of an alert of the weather service",
            )
        })?;
        let polygons = feature.geometry.map(|geometry| polygons(&geometry.value));
        message(properties, polygons.unwrap_or_default())
    });
    Ok(messages.collect())
}

fn message(said: Properties, polygons: Vec<String>) -> Result<Message, CapError> {
    let references = said.references.iter().map(|earlier| {
        let Reference {
            sender,
            identifier,
            sent,
        } = earlier;
        format!("{sender},{identifier},{sent}")
    });
    let references = references.collect::<Vec<_>>().join(" ");
    let moment = |text: &Option<String>| text.as_deref().map(Moment::read).transpose();
    let info = Info {
        language: said.language,
        categories: vec![listed(
            "category",
            &said.category,
            Category::ALL,
            Category::word,
        )?],
        event: said.event,
        responses: match said.response {
            Some(word) => vec![listed("response", &word, Response::ALL, Response::word)?],
            None => Vec::new(),
        },
        urgency: listed("urgency", &said.urgency, Urgency::ALL, Urgency::word)?,
        severity: listed("severity", &said.severity, Severity::ALL, Severity::word)?,
        certainty: listed(
            "certainty",
            &said.certainty,
            Certainty::ALL,
            Certainty::word,
        )?,
        audience: None,
        event_codes: pairs(&said.event_code),
        effective: moment(&said.effective)?,
        onset: moment(&said.onset)?,
        expires: moment(&said.expires)?,
        sender_name: said.sender_name,
        headline: said.headline,
        description: said.description,
        instruction: said.instruction,
        web: said.web,
        contact: None,
        parameters: pairs(&said.parameters),
        resources: Vec::new(),
        places: vec![Place {
            description: said.area_desc,
            polygons,
            circles: Vec::new(),
            geocodes: pairs(&said.geocode),
            altitude: None,
            ceiling: None,
        }],
    };
    let scope = said.scope.as_deref().unwrap_or(Scope::Public.word());
    Ok(Message {
        identifier: said.id,
        sender: said.sender,
        sent: Moment::read(&said.sent)?,
        status: listed("status", &said.status, Status::ALL, Status::word)?,
        kind: listed(
            "messageType",
            &said.message_type,
            MessageKind::ALL,
            MessageKind::word,
        )?,
        source: None,
        scope: listed("scope", scope, Scope::ALL, Scope::word)?,
        restriction: None,
        addresses: None,
        codes: said.code.into_iter().collect(),
        note: None,
        references: Some(references).filter(|references| !references.is_empty()),
        incidents: None,
        infos: vec![info],
        signed: false,
    })
}

/// The outer edges of a geometry, as CAP writes them: latitude first.
fn polygons(geometry: &GeometryValue) -> Vec<String> {
    let edge = |rings: &Vec<Vec<geojson::Position>>| {
        let points = rings.first()?.iter().map(|at| match at.as_slice() {
            [longitude, latitude, ..] => Some(format!("{latitude},{longitude}")),
            _ => None,
        });
        Some(points.collect::<Option<Vec<_>>>()?.join(" "))
    };
    match geometry {
        GeometryValue::Polygon { coordinates } => edge(coordinates).into_iter().collect(),
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter().filter_map(edge).collect()
        }
        _ => Vec::new(),
    }
}

/// Each name with each of its values.
fn pairs(map: &Map<String, Value>) -> Vec<Pair> {
    let pairs = map.iter().flat_map(|(name, values)| {
        let values = match values {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        values.iter().map(move |value| Pair {
            name: name.clone(),
            value: value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        })
    });
    pairs.collect()
}

fn listed<T: Copy>(
    name: &str,
    said: &str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<T, CapError> {
    let found = all.iter().find(|value| capitalised(word(**value)) == said);
    found
        .copied()
        .ok_or_else(|| CapError::element(name, "is none of the words that CAP 1.2 lists"))
}
