//! What is at which path: one file a resource. A handler builds a definition or a filter, and calls what the command
//! line calls.

mod connection;
mod doctor;
mod driver;
mod group;
mod group_run;
mod hook;
mod introspect;
mod module;
mod run;
mod schedule;
mod setting;
mod watermark;

use super::response::{Failure, Response};
use super::router::{Answer, Call, Route, not_understood, read_body};
use super::schema::Shape;
use super::{metrics, openapi};
use crate::clock;
use crate::error::{Error, Result as Done};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Every route, by resource.
pub const ROUTES: &[&[Route]] = &[
    connection::ROUTES,
    driver::ROUTES,
    module::ROUTES,
    watermark::ROUTES,
    hook::ROUTES,
    group::ROUTES,
    schedule::ROUTES,
    group_run::ROUTES,
    run::ROUTES,
    introspect::ROUTES,
    setting::ROUTES,
    doctor::ROUTES,
    metrics::ROUTES,
    &[Route::get("/api/openapi.json", "This API, as an OpenAPI document", "obj", |_| ok(&openapi::document()))],
];

/// Every shape, by resource.
pub const SHAPES: &[&[Shape]] = &[
    connection::SHAPES,
    driver::SHAPES,
    module::SHAPES,
    watermark::SHAPES,
    hook::SHAPES,
    group::SHAPES,
    schedule::SHAPES,
    group_run::SHAPES,
    run::SHAPES,
    setting::SHAPES,
    doctor::SHAPES,
];

/// Every shape of a part of a body.
pub const PARTS: &[&[Shape]] = &[module::PARTS, introspect::PARTS];

/// A document.
fn ok(document: &impl Serialize) -> Result<Answer, Failure> {
    Ok(Response::json(200, document).into())
}

/// What was made, and where it is.
fn made(path: &str, id: i64, document: &impl Serialize) -> Result<Answer, Failure> {
    Ok(Response::json(201, document).header("Location", format!("/api/{path}/{id}")).into())
}

/// A definition with the fields of a body put in the place of its own; `null` takes a value away. What refers to
/// another thing may do so by `connection` or by `connection_id`, as when it is made.
fn changed<T: Serialize + DeserializeOwned>(body: &str, now: &T) -> Done<T> {
    let given: Map<String, Value> = read_body(body)?;
    let mut all = serde_json::to_value(now).map_err(|e| not_understood(&e))?;
    for (key, value) in given {
        let name = match key.as_str() {
            "driver_id" | "connection_id" | "group_id" | "source_connection_id" | "dest_connection_id" => {
                key.trim_end_matches("_id").to_owned()
            }
            _ => key,
        };
        all[name] = value;
    }
    serde_json::from_value(all).map_err(|e| not_understood(&e))
}

/// A body without fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A body that may say `force`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Force {
    #[serde(default)]
    force: bool,
}

/// A part of a module as it is made: which module (`module_id` or `module`, a name or an id), and the part.
fn part<T: DeserializeOwned>(body: &str) -> Done<(String, T)> {
    let mut given: Map<String, Value> = read_body(body)?;
    let module = match (given.remove("module_id"), given.remove("module")) {
        (Some(Value::String(name)), None) | (None, Some(Value::String(name))) => name,
        (Some(Value::Number(id)), None) | (None, Some(Value::Number(id))) => id.to_string(),
        _ => return Err(Error::invalid("the body does not say of which module: `module_id`, a name or an id")),
    };
    Ok((module, serde_json::from_value(Value::Object(given)).map_err(|e| not_understood(&e))?))
}

/// A number in the query, between 1 and `most`.
fn limit(call: &Call<'_>, most: i64) -> Result<Option<i64>, Failure> {
    let Some(text) = call.query("limit") else { return Ok(None) };
    match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(Some(n)),
        _ => Err(Failure::new(400, "invalid", format!("limit is `{text}`, and must be a number from 1 to {most}"))),
    }
}

/// Which part of the log a query asks for.
struct Part {
    statuses: Vec<String>,
    since: Option<String>,
    before_id: Option<i64>,
    /// At most so many: one more than that tells whether there are more.
    most: i64,
}

impl Part {
    /// How many there are where nobody says.
    const PAGE: i64 = 100;

    fn of(call: &Call<'_>, all_statuses: &[&str]) -> Result<Part, Failure> {
        let statuses = call.query("status").unwrap_or_default().split(',').filter(|s| !s.is_empty());
        let statuses: Vec<String> = statuses.map(str::to_owned).collect();
        if let Some(other) = statuses.iter().find(|s| !all_statuses.contains(&s.as_str())) {
            return Err(Error::invalid(format!("there is no status `{other}`")).hint(all_statuses.join(", ")).into());
        }
        let before_id = match call.query("cursor") {
            Some(text) => Some(text.parse().map_err(|_| Error::invalid("cursor is what a Link header gave"))?),
            None => None,
        };
        let since = call.query("since").map(|since| clock::since(since).map(clock::text)).transpose()?;
        Ok(Part { statuses, since, before_id, most: limit(call, 1000)?.unwrap_or(Part::PAGE) })
    }

    /// The answer with the rows that were found, and the way to their rest.
    fn answer<T>(
        &self,
        call: &Call<'_>,
        mut rows: Vec<T>,
        id: impl Fn(&T) -> i64,
        document: impl Fn(&T) -> Value,
    ) -> Result<Answer, Failure> {
        let more = i64::try_from(rows.len()).is_ok_and(|n| n > self.most);
        rows.truncate(usize::try_from(self.most).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|last| id(last).to_string());
        let documents: Vec<_> = rows.iter().map(document).collect();
        Ok(linked(call, Response::json(200, &documents), next).into())
    }
}

/// A list that is in memory, from behind the cursor on, and the way to its rest. `key` is what it is sorted by.
fn page<T: Serialize>(call: &Call<'_>, all: Vec<T>, key: impl Fn(&T) -> &str) -> Result<Answer, Failure> {
    let limit = limit(call, 100_000)?.and_then(|n| usize::try_from(n).ok());
    let mut rest = all;
    if let Some(cursor) = call.query("cursor") {
        rest.retain(|one| key(one) > cursor);
    }
    let more = limit.is_some_and(|n| rest.len() > n);
    rest.truncate(limit.unwrap_or(usize::MAX));
    let next = rest.last().filter(|_| more).map(|last| key(last).to_owned());
    Ok(linked(call, Response::json(200, &rest), next).into())
}

/// A list's answer with the way to its rest (RFC 8288).
fn linked(call: &Call<'_>, response: Response, next: Option<String>) -> Response {
    let Some(cursor) = next else { return response };
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect()
    };
    let mut fields: Vec<String> = call
        .head
        .query
        .iter()
        .filter(|(name, _)| name != "cursor")
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    fields.push(format!("cursor={}", encode(&cursor)));
    response.header("Link", format!("<{}?{}>; rel=\"next\"", call.head.raw_path, fields.join("&")))
}
