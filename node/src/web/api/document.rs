//! The OpenAPI document, made of the very table that is served.
//!
//! Schemas of answers are those of the types that the command line reads; the body of a request is the variant of
//! [`Request`] that its row names, without what stands in the address.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::endpoints::{ENDPOINTS, Endpoint, Gives, Kind};
use super::refusal::Refused;
use crate::control::Request;
use crate::node::Scope;

/// What stands above the addresses.
const SAYS: &str = "What the page of a home node can do, for programs of its household. A program shows a token: \
     `Authorization: Bearer …`. The JSON is that of `streetlamp --json`. Cameras send films to `/intake/film` with \
     tokens of their own.";

/// The document as JSON.
pub(super) fn document() -> Value {
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    let mut add = |all: Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>| {
        for (name, schema) in all {
            schemas.entry(name).or_insert_with(|| json!(schema));
        }
    };
    for endpoint in ENDPOINTS {
        if let Gives::One(shape) | Gives::Many(shape) = endpoint.gives {
            add((shape.schemas)());
        }
    }
    let mut parts = vec![(Refused::name().into_owned(), Refused::schema())];
    Request::schemas(&mut parts);
    add(parts);
    let commands = json!(Request::schema());
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in ENDPOINTS {
        let path = paths.entry(endpoint.address()).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            let method = endpoint.method.as_str().to_lowercase();
            methods.insert(method, operation(endpoint, &commands));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Streetlamp home node",
            "description": SAYS,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "tags": Scope::ALL.map(|scope| json!({ "name": scope.word() })),
    })
}

fn operation(endpoint: &Endpoint, commands: &Value) -> Value {
    let in_path = endpoint.in_path().map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let behind = endpoint.query.iter().map(|(name, kind)| {
        let of = match kind {
            Kind::Text => "string",
            Kind::Number => "integer",
            Kind::Flag => "boolean",
        };
        json!({ "name": name, "in": "query", "required": false, "schema": { "type": of } })
    });
    let parameters: Vec<_> = in_path.into_iter().chain(behind).collect();
    let mut operation = json!({
        "operationId": endpoint.command,
        "summary": endpoint.says,
        "description": format!("For programs with the scope `{}`.", endpoint.scope),
        "tags": [endpoint.scope.word()],
        "security": [{ "token": [] }],
        "parameters": parameters,
        "responses": responses(endpoint.gives),
    });
    let body = body(endpoint, commands);
    if let (Some(schema), Some(operation)) = (body, operation.as_object_mut()) {
        let content = json!({ "application/json": { "schema": schema } });
        operation.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": content }),
        );
    }
    operation
}

fn responses(gives: Gives) -> Value {
    let reference = |name: String| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = match gives {
        Gives::One(shape) => json!({ "application/json": { "schema": reference((shape.name)()) } }),
        Gives::Many(shape) => {
            let items = reference((shape.name)());
            json!({ "application/json": { "schema": { "type": "array", "items": items } } })
        }
        Gives::Film => json!({ "application/octet-stream": {} }),
    };
    let refused =
        json!({ "application/json": { "schema": reference(Refused::name().into_owned()) } });
    let refusal = |says: &str| json!({ "description": says, "content": refused });
    json!({
        "200": { "description": "Done", "content": content },
        "401": refusal("No token, or one that is not known"),
        "403": refusal("The token has another scope, or the home is locked"),
        "404": refusal("What was named does not exist"),
        "409": refusal("The state of things forbids it"),
        "422": refusal("What was sent makes no sense"),
        "503": refusal("Somebody or something is away for now"),
    })
}

/// The fields of a command that are sent as JSON; nothing if there are none.
fn body(endpoint: &Endpoint, commands: &Value) -> Option<Value> {
    if endpoint.method == Method::GET || endpoint.method == Method::DELETE {
        return None;
    }
    let variants = commands.get("oneOf")?.as_array()?;
    let mut schema = variants.iter().find_map(|variant| {
        let command = variant.get("properties")?.get(endpoint.command)?;
        Some(command.clone())
    })?;
    let Some(name) = endpoint.in_path() else {
        return Some(schema);
    };
    let fields = schema.get_mut("properties")?.as_object_mut()?;
    fields.remove(name);
    if fields.is_empty() {
        return None;
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|field| field != name);
    }
    Some(schema)
}
