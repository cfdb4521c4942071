//! Which request is answered by what: the one table of routes, which the OpenAPI document is made from too.

use super::request::Head;
use super::response::{Failure, Response};
use super::{Server, api, sse};
use crate::error::Error;
use crate::store::Store;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What a handler works with.
pub struct Call<'a> {
    /// The server.
    pub server: &'a Arc<Server>,
    /// The database.
    pub store: &'a mut Store,
    /// What was asked.
    pub head: &'a Head,
    /// What stands in the path for `{id}` or `{key}`.
    pub id: String,
    /// The body of a POST.
    pub body: &'a str,
}

impl Call<'_> {
    /// A field of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.head.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as what it should be.
    ///
    /// # Errors
    /// 400, saying which field is wrong.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        Ok(read_body(self.body)?)
    }

    /// The number in the path.
    ///
    /// # Errors
    /// 404 where it is none.
    pub fn number(&self, kind: &str) -> Result<i64, Failure> {
        self.id.parse().map_err(|_| Failure::new(404, "not_found", format!("there is no {kind} `{}`", self.id)))
    }
}

/// A body as what it should be. None at all is an object without fields.
///
/// # Errors
/// `Invalid`, saying which field is wrong.
pub fn read_body<T: DeserializeOwned>(text: &str) -> crate::error::Result<T> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    // serde would take a list for the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err(Error::invalid("the body is not understood: it is no JSON object"));
    }
    serde_json::from_str(text).map_err(|e| not_understood(&e))
}

/// The error for a body that is no JSON, or the wrong one.
pub fn not_understood(e: &serde_json::Error) -> Error {
    Error::invalid(format!("the body is not understood: {e}"))
}

/// What a handler answers.
pub enum Answer {
    /// All at once.
    Whole(Response),
    /// The log of a run, as it comes.
    Stream(sse::Watch),
}

/// What is at a path, for a method.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path; `{id}` or `{key}` stands for a segment.
    pub path: &'static str,
    /// What it does, as a line.
    pub about: &'static str,
    /// The fields of its query, in the language of [`super::schema`].
    pub query: &'static str,
    /// The fields of its body, in that language. `None` takes none.
    pub body: &'static str,
    /// What it answers: a type of that language, `text` or `stream`.
    pub answer: &'static str,
    /// The status of a success.
    pub status: u16,
    /// What answers it.
    pub handle: fn(&mut Call<'_>) -> Result<Answer, Failure>,
}

type Handler = fn(&mut Call<'_>) -> Result<Answer, Failure>;

impl Route {
    /// A route that reads.
    pub const fn get(path: &'static str, about: &'static str, answer: &'static str, handle: Handler) -> Route {
        Route { method: "GET", path, about, query: "", body: "", answer, status: 200, handle }
    }

    /// A route that writes.
    pub const fn post(path: &'static str, about: &'static str, answer: &'static str, handle: Handler) -> Route {
        Route { method: "POST", path, about, query: "", body: "", answer, status: 200, handle }
    }

    /// With these fields in its query.
    pub const fn query(self, query: &'static str) -> Route {
        Route { query, ..self }
    }

    /// With these fields in its body.
    pub const fn body(self, body: &'static str) -> Route {
        Route { body, ..self }
    }

    /// With another status for a success.
    pub const fn status(self, status: u16) -> Route {
        Route { status, ..self }
    }

    /// What the path has of the request's, where it is this route's: the segment that stands for `{id}`.
    fn matches(&self, segments: &[String]) -> Option<String> {
        let mut id = String::new();
        let mine: Vec<&str> = self.path.split('/').skip(1).collect();
        if mine.len() != segments.len() {
            return None;
        }
        for (mine, theirs) in mine.iter().zip(segments) {
            match mine.starts_with('{') {
                true if !theirs.is_empty() => id.clone_from(theirs),
                false if mine == theirs => {}
                _ => return None,
            }
        }
        Some(id)
    }
}

/// Every route, in order.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    api::ROUTES.iter().flat_map(|routes| routes.iter())
}

/// The route of a request.
///
/// # Errors
/// 404, and 405 for another method.
pub fn find(head: &Head) -> Result<(&'static Route, String), Failure> {
    let method = if head.method == "HEAD" { "GET" } else { &*head.method };
    let mut allowed = Vec::new();
    for route in routes() {
        let Some(id) = route.matches(&head.path) else { continue };
        if route.method == method {
            return Ok((route, id));
        }
        allowed.push(route.method);
    }
    if head.path == ["health"] {
        allowed.push("GET");
    }
    if allowed.is_empty() {
        return Err(Failure::new(404, "not_found", "there is nothing here")
            .hint("GET /api/openapi.json has everything that there is"));
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    let allowed = allowed.join(", ");
    Err(Failure::new(405, "method_not_allowed", format!("{} is not understood here, but {allowed}", head.method))
        .header("Allow", allowed))
}

/// Refuses what a route does not know in a query, by name.
///
/// # Errors
/// 400.
pub fn check_query(route: &Route, head: &Head) -> Result<(), Failure> {
    let known: Vec<&str> = super::schema::names(route.query);
    for (i, (name, value)) in head.query.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            let all = if known.is_empty() { "there are none here".to_owned() } else { known.join(", ") };
            return Err(Failure::new(400, "invalid", format!("the query has an unknown field `{name}`")).hint(all));
        }
        if value.is_empty() {
            return Err(Failure::new(400, "invalid", format!("the query's field `{name}` is empty")));
        }
        if head.query[..i].iter().any(|(before, _)| before == name) {
            return Err(Failure::new(400, "invalid", format!("the query has `{name}` twice")));
        }
    }
    Ok(())
}
