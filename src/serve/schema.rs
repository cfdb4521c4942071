//! The shapes of bodies and answers, in a language short enough to be read: `name:type`, with blanks between.
//!
//! A type is `int`, `nat` (from 0), `pos` (from 1), `pct`, `num`, `bool`, `str`, `text` (that says something), `time`,
//! `name` (of a thing), `ref` (a name or an id), `obj`, `most` (how many at once), `few` (up to 16), `place` (a
//! module, or a list of them), `a|b|c` (one of these words), `Thing` (a shape by its name), or
//! `[type]`; behind it `?` says that it may be null, and `!` that it must be there. A name `a|b` stands for two fields of
//! which there may be one.

use serde_json::{Map, Value, json};

/// A shape with a name.
pub type Shape = (&'static str, &'static str);

/// The names of the fields.
pub fn names(fields: &str) -> Vec<&str> {
    each(fields).flat_map(|(names, ..)| names.split('|')).collect()
}

/// The fields one by one: name, type, whether it must be there.
pub fn each(fields: &str) -> impl Iterator<Item = (&str, Value, bool)> {
    fields.split_whitespace().filter_map(|field| {
        let (name, kind) = field.split_once(':')?;
        let (kind, must) = kind.strip_suffix('!').map_or((kind, false), |kind| (kind, true));
        Some((name, of(kind), must))
    })
}

/// An object with these fields, and no others: what a body may be.
pub fn body(fields: &str) -> Value {
    let must: Vec<&str> = each(fields).filter(|(name, _, must)| *must && !name.contains('|')).map(|f| f.0).collect();
    let mut object = object(fields, &must);
    let either = each(fields).filter(|(names, ..)| names.contains('|')).map(|(names, _, must)| {
        let names: Vec<&str> = names.split('|').collect();
        match must {
            true => json!({"oneOf": names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>()}),
            false => json!({"not": {"required": names}}),
        }
    });
    let either: Vec<Value> = either.collect();
    if !either.is_empty() {
        object["allOf"] = json!(either);
    }
    object
}

/// An object with all of these fields: what an answer is.
pub fn answer(fields: &str) -> Value {
    object(fields, &names(fields))
}

fn object(fields: &str, must: &[&str]) -> Value {
    let all =
        each(fields).flat_map(|(names, kind, _)| names.split('|').map(move |name| (name.to_owned(), kind.clone())));
    let properties: Map<String, Value> = all.collect();
    let mut object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !must.is_empty() {
        object["required"] = json!(must);
    }
    object
}

/// A type.
pub fn of(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix('?') {
        return match of(kind) {
            Value::Object(mut plain) if plain.contains_key("type") && !plain.contains_key("enum") => {
                plain["type"] = json!([plain["type"], "null"]);
                Value::Object(plain)
            }
            other => json!({"anyOf": [other, {"type": "null"}]}),
        };
    }
    if let Some(one) = kind.strip_prefix('[').and_then(|k| k.strip_suffix(']')) {
        return json!({"type": "array", "items": of(one)});
    }
    match kind {
        "int" => json!({"type": "integer", "format": "int64"}),
        "nat" => json!({"type": "integer", "format": "int64", "minimum": 0}),
        "pos" => json!({"type": "integer", "format": "int64", "minimum": 1}),
        "most" => json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 100}),
        "few" => json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 16}),
        "pct" => json!({"type": "number", "minimum": 0, "maximum": 100}),
        "num" => json!({"type": "number"}),
        "bool" => json!({"type": "boolean"}),
        "str" => json!({"type": "string"}),
        "text" => json!({"type": "string", "pattern": "\\S"}),
        "time" => json!({"type": "string", "format": "date-time"}),
        "name" => json!({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}),
        "ref" => json!({"oneOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}],
                        "description": "a name or an id"}),
        "place" => json!({"oneOf": [of("text"), {"type": "array", "items": of("text"), "minItems": 1}],
                          "description": "a module, or several that run side by side"}),
        "obj" => json!({"type": "object"}),
        words if words.contains('|') => json!({"type": "string", "enum": words.split('|').collect::<Vec<_>>()}),
        shape => json!({"$ref": format!("#/components/schemas/{shape}")}),
    }
}
