//! demo
use super::Context;
use crate::error::Result;
use clap::Args;
/// See it work
#[derive(Args)]
pub struct Demo {}
impl Demo {
    pub fn run(self, _context: &Context) -> Result<u8> {
        Ok(0)
    }
}
