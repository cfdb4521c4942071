//! Reading SQL as text: where a statement ends, what is a quote or a comment, where placeholders stand, which columns a
//! query selects.
//!
//! Nothing here parses a grammar, and of databases only their quotes and comments are known: free-form SQL of any dialect
//! goes in, and every byte that is not replaced comes out as it was.

pub mod columns;
pub mod lexer;
pub mod placeholders;
pub mod steady;
