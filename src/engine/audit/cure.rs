//! The overlap as an expression for the resolver: tried before it is told, as SQL that looks back from a time may give
//! NULL, or a time in another zone, where that is kept as text.

use super::Audit;
use super::mark::Mark;
use crate::definition::cursor;
use crate::dialect::overlap::Overlap;
use crate::engine::databases::Databases;
use crate::engine::ledger::Ledger;
use crate::engine::watermark;
use crate::error::Result;
use crate::store::Store;
use crate::store::connection::Connection;
use crate::store::watermark::Watermark;

/// What an expression is to mend.
pub(super) struct Cure<'a> {
    /// The watermark.
    pub(super) watermark: &'a Watermark,
    /// Where its resolver runs.
    pub(super) connection: &'a Connection,
    /// Its value now.
    pub(super) value: &'a str,
    /// What that is.
    pub(super) now: Mark,
    /// How far from there the oldest row is that was passed by.
    pub(super) most: Overlap,
}

impl Cure<'_> {
    /// Puts the expression, the resolver, and what it gives into the report, or why there is none.
    pub(super) fn propose(&self, audit: &mut Audit, store: &mut Store, databases: &Databases) -> Result<()> {
        let overlap = self.most.rounded();
        audit.overlap = Some(overlap.to_string());
        let kind = &self.connection.kind;
        for form in 0.. {
            let mut expression = None;
            let sql = cursor::with_max(&self.watermark.resolver_sql, |max| {
                expression = overlap.forms(kind, max, self.value).into_iter().nth(form);
                expression.clone().unwrap_or_default()
            });
            let Some(sql) = sql else {
                let remark = "the resolver has no max(…) that could look back: take the overlap off its value";
                audit.remarks.push(remark.to_owned());
                return Ok(());
            };
            let Some(expression) = expression else { break };
            match self.gives(&sql, store, databases)? {
                Ok(gives) => {
                    (audit.expression, audit.resolver_sql, audit.gives) = (Some(expression), Some(sql), Some(gives));
                    audit.refused = None;
                    return Ok(());
                }
                Err(why) => {
                    // What is wrong with the plainest says most.
                    let said = format!(
                        "no expression can be proposed: {expression} in the resolver {why}; have it give a value that is \
                         {overlap} lower, in the form that it has now"
                    );
                    audit.refused = audit.refused.take().or(Some(said));
                }
            }
        }
        Ok(())
    }

    /// The value that a resolver gives, or why it won't do.
    fn gives(&self, sql: &str, store: &mut Store, databases: &Databases) -> Result<Result<String, String>> {
        // Without a default, so that NULL is seen.
        let tried = Watermark { resolver_sql: sql.to_owned(), default_value: None, ..self.watermark.clone() };
        let mut ledger = Ledger::new(store, None, databases);
        let resolved = watermark::resolve(&mut ledger, databases, &[(tried, self.connection.clone())]);
        let gives = match resolved {
            Ok(mut resolved) => resolved.values.remove(&self.watermark.name).unwrap_or_default(),
            Err(error) if watermark::is_of_null(&error) => {
                return Ok(Err("gives NULL, with which each run would begin at the default".to_owned()));
            }
            Err(error) => return Ok(Err(format!("could not be run: {}", error.message))),
        };
        let zone = databases.timezone();
        let looks_back = Mark::read(&gives).filter(|then| then.has_zone() == self.now.has_zone());
        let looks_back = looks_back.and_then(|then| then.behind(self.now, &zone));
        Ok(match looks_back {
            Some(back) if self.most.is_met_by(back) => Ok(gives),
            _ => Err(format!("gives {gives}, which is not so far back in the form of what it gives now")),
        })
    }
}
