//! `module verify`: what it finds, and what it does not.

mod audited;
mod external;
mod found;
mod planted;
mod repaired;
mod types;
mod written;
