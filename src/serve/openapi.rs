//! The OpenAPI 3.1 document, made from the table of routes: what is not in it is not there.

use super::router::{Route, routes};
use super::{VERSION, api, schema};
use serde_json::{Map, Value, json};

/// The whole document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let path = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(route);
    }
    paths.insert(
        "/health".to_owned(),
        json!({"get": {
            "summary": "Whether the server lives", "operationId": "get_health", "security": [],
            "responses": {"200": {
                "description": "It does",
                "content": {"application/json": {"schema": schema::answer("status:str version:str")}},
            }, "default": failure()},
        }}),
    );
    let mut schemas: Map<String, Value> = Map::new();
    for (name, fields) in api::SHAPES.iter().flat_map(|shapes| shapes.iter()) {
        schemas.insert((*name).to_owned(), schema::answer(fields));
    }
    for (name, fields) in api::PARTS.iter().flat_map(|shapes| shapes.iter()) {
        schemas.insert((*name).to_owned(), schema::body(fields));
    }
    schemas.insert(
        "Error".to_owned(),
        json!({
            "type": "object", "required": ["error"], "properties": {"error": {
                "type": "object", "required": ["code", "message", "hint"], "properties": {
                    "code": {"type": "string"}, "message": {"type": "string"}, "hint": {"type": ["string", "null"]},
                },
            }},
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "pipekit", "version": VERSION,
            "description": "GET reads, POST writes. JSON has the database's column names; times are ISO 8601 in UTC. \
                            Where a list is cut, a Link header leads to the rest.",
        },
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
    })
}

fn failure() -> Value {
    json!({
        "description": "It is refused, or failed: the error says why, and the hint what to do",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    })
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if let Some(name) = route.path.split('/').find_map(|s| s.strip_prefix('{')?.strip_suffix('}')) {
        let numbered = ["/api/runs", "/api/watermarks", "/api/hooks"].iter().any(|of| route.path.starts_with(of));
        let kind = if numbered { schema::of("int") } else { json!({"type": "string", "minLength": 1}) };
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": kind}));
    }
    for (name, kind, must) in schema::each(route.query) {
        parameters.push(json!({"name": name, "in": "query", "required": must, "schema": kind}));
    }
    let (kind, shape) = match route.answer {
        "text" => ("text/plain", json!({"type": "string"})),
        "stream" => ("text/event-stream", json!({})),
        answer => ("application/json", schema::of(answer)),
    };
    let mut operation = json!({
        "summary": route.about,
        "operationId": operation_id(route),
        "parameters": parameters,
        "responses": {
            route.status.to_string(): {"description": route.about, "content": {kind: {"schema": shape}}},
            "default": failure(),
        },
    });
    if route.method == "POST" {
        // Always, though it may be empty: without a Content-Type it could be a form's.
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema::body(route.body)}}});
    }
    operation
}

/// `POST /api/modules/{id}/run` is `post_modules_id_run`.
fn operation_id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/api").split('/').filter(|s| !s.is_empty());
    let words: Vec<String> = words.map(|s| s.trim_matches(['{', '}']).replace(['-', '.'], "_")).collect();
    format!("{}_{}", route.method.to_lowercase(), words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` of a value.
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| match value {
                Value::String(to) if key == "$ref" => found.push(to.clone()),
                other => refs(other, found),
            }),
            Value::Array(list) => list.iter().for_each(|value| refs(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_route_is_in_the_document_once_and_every_reference_leads_somewhere() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        let operations: Vec<&Value> = paths.values().flat_map(|of| of.as_object().unwrap().values()).collect();
        assert_eq!(operations.len(), routes().count() + 1, "a route is there twice, or not at all");
        let mut ids: Vec<_> = operations.iter().map(|o| o["operationId"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), operations.len(), "two operations have one id");
        let mut found = Vec::new();
        refs(&document, &mut found);
        for to in found {
            assert!(document.pointer(&to[1..]).is_some(), "{to} leads nowhere");
        }
    }
}
