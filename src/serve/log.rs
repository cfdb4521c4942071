//! What a server says while nobody watches: one JSON document a line.

use crate::clock;
use serde_json::Value;
use std::sync::Arc;

/// Takes a line; only `cli` knows where to.
pub type Sink = dyn Fn(&str) + Send + Sync;

/// The log of a server.
#[derive(Clone)]
pub struct Log(Arc<Sink>);

impl Log {
    /// A log that gives its lines to `sink`.
    pub fn new(sink: Arc<Sink>) -> Log {
        Log(sink)
    }

    /// Says something, with the time before it.
    pub fn say(&self, document: &Value) {
        let mut line = serde_json::json!({"time": clock::now_text()});
        if let (Some(line), Some(fields)) = (line.as_object_mut(), document.as_object()) {
            line.extend(fields.clone());
        }
        (self.0)(&line.to_string());
    }
}
