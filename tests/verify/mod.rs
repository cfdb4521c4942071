//! `module verify`: what it finds, and what it does not.

mod audited;
mod found;
mod planted;
mod repaired;
mod written;
