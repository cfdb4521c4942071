//! Reading SQL as text: where a statement ends, what is a quote or a comment, where placeholders stand.
//!
//! Nothing here knows a database or parses a grammar: free-form SQL of any dialect goes in, and every byte that is
//! not replaced comes out as it was.

pub mod columns;
pub mod lexer;
pub mod placeholders;
