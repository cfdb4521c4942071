//! What the statements of a script do with the rows that its transfers bring: which of them belong to which transfer.

use super::address::Place;
use super::event::{Event, Site, Transfer, What};
use super::load::{After, How, Load, Pending, take_deletes};
use super::report::Told;
use super::sql::{self, Name};
use super::statement::{self, By, Insert, Statement};
use super::value::{Lookup, Piece, Value};
use crate::sql::lexer;

/// What a script's events come to.
#[derive(Debug, Default)]
pub struct Merges<'e> {
    /// Its transfers.
    pub loads: Vec<Load<'e>>,
    /// Statements that belong to none, as the script has no transfer.
    pub alone: Vec<After>,
    /// What could not be read: where and why.
    pub unread: Vec<(Site, String)>,
}

/// The loads of a script, by what it does.
pub fn read(events: &[Event]) -> Merges<'_> {
    let mut reading = Reading { out: Merges::default(), pending: Vec::new(), copies: Vec::new(), last: None };
    for (at, event) in events.iter().enumerate() {
        if let What::Transfer(transfer) = &event.what {
            reading.transfer(at, event, transfer);
        }
    }
    for (at, event) in events.iter().enumerate() {
        match &event.what {
            What::Execute { place, sql, file } => reading.statements(at, event, place, sql, file.as_deref()),
            What::Unread(why)
                if event.condition.as_deref() != Some("it runs only where the command before it fails") =>
            {
                reading.out.unread.push((event.site.clone(), why.clone()));
            }
            _ => {}
        }
    }
    reading.end();
    reading.out
}

struct Reading<'e> {
    out: Merges<'e>,
    pending: Vec<Pending>,
    /// Tables that are copies of others.
    copies: Vec<(Name, Name)>,
    /// The load whose rows came in last.
    last: Option<usize>,
}

impl<'e> Reading<'e> {
    fn transfer(&mut self, at: usize, event: &Event, transfer: &'e Transfer) {
        let mut faults = Vec::new();
        let mut fault = |why: String| faults.push((event.site.clone(), why));
        if let Some(condition) = &event.condition {
            fault(format!("the transfer may run not at all or several times: {condition}"));
        }
        let table = transfer.table.known();
        if table.is_none() {
            fault(format!(
                "the table of -dt is not known: {}",
                transfer.table.why_unknown().unwrap_or("it is the result of a query")
            ));
        }
        self.out.loads.push(Load {
            transfer,
            site: event.site.clone(),
            staging: Name::of(&table.unwrap_or_default()),
            insert: None,
            delete: None,
            hooks: Vec::new(),
            faults,
            remarks: Vec::new(),
            is_emptied: false,
            emptied: None,
            at,
        });
    }

    fn statements(&mut self, at: usize, event: &Event, place: &Place, sql: &Value, file: Option<&str>) {
        let site = event.site.clone();
        if let Some(why) = sql.why_unknown() {
            let why = format!("what runs here is not known: {why}");
            return self.fault_near(at, site, why);
        }
        let text: String = sql
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text, _) => text.clone(),
                Piece::Lookup(Lookup { name, .. }) => {
                    format!("{{{}}}", name.as_deref().unwrap_or("lookup").to_lowercase())
                }
                Piece::Unknown(..) => String::new(),
            })
            .collect();
        let (text, odd) = sql::without_psql(&sql::clean(&text));
        if let Some(odd) = odd {
            return self.fault_near(at, site, format!("{odd} is not followed"));
        }
        let statements = match &*place.address.vendor {
            "mysql" => lexer::statements_of_mysql(&text),
            _ => lexer::statements(&text),
        };
        for one in statements {
            // In a file, the line within it says more.
            let line = text[..one.as_ptr() as usize - text.as_ptr() as usize].matches('\n').count() + 1;
            let site = file.map_or(site.clone(), |file| Site { file: file.to_owned(), line });
            self.statement(at, event, place, one, sql.has_lookup(), site);
        }
    }

    fn statement(&mut self, at: usize, event: &Event, place: &Place, sql: &str, has_lookup: bool, site: Site) {
        match statement::read(sql, place.address.vendor == "sqlserver") {
            Statement::Transaction | Statement::Setting => {}
            Statement::Table { table, copy_of } => match copy_of {
                Some(from) => self.copies.push((table, from)),
                None => {
                    for load in self.out.loads.iter_mut().filter(|load| load.staging.can_be(&table)) {
                        load.is_emptied = true;
                    }
                }
            },
            Statement::Truncate { tables, beside } => {
                for table in tables {
                    let by = match beside {
                        None => By::All,
                        Some(beside) => By::Other(format!("TRUNCATE … {beside}")),
                    };
                    self.deletes((at, event), place, table, by, How::Truncate, &site);
                }
            }
            Statement::Delete { table, by } => self.deletes((at, event), place, table, by, How::Delete, &site),
            Statement::Insert(insert) => self.insert(at, event, place, insert, sql, &site),
            Statement::After => self.after(at, event, place, sql, has_lookup, site),
            Statement::Other(word) => {
                let why = match &*word {
                    "UPDATE" => "UPDATE changes rows in their place; a merge of pipekit deletes and inserts".to_owned(),
                    "MERGE" => "MERGE changes rows in their place; a merge of pipekit deletes and inserts".to_owned(),
                    "ROLLBACK" => "ROLLBACK takes back what was done".to_owned(),
                    _ if has_lookup => "it has the result of a query in it".to_owned(),
                    "SET" => "a SET that changes what names or rights mean".to_owned(),
                    word => format!("a statement that begins with {word} is not one that a merge of pipekit has"),
                };
                self.fault_near(at, site, why);
            }
        }
    }

    /// Whether a table that is emptied is one that a transfer fills. If its rows go on from there, it is only prepared;
    /// if not, it is the destination, and this is how it is emptied.
    fn empties(&mut self, one: &Pending) -> bool {
        let mut found = self.copies.iter().any(|(copy, _)| copy.can_be(&one.table));
        for load in self.out.loads.iter_mut().filter(|load| load.staging.can_be(&one.table)) {
            load.is_emptied = true;
            if one.at < load.at {
                load.emptied = Some(one.clone());
            }
            found = true;
        }
        found
    }

    fn deletes(&mut self, (at, event): (usize, &Event), place: &Place, table: Name, by: By, how: How, site: &Site) {
        let one = Pending {
            table,
            by,
            how,
            site: site.clone(),
            at,
            condition: event.condition.clone(),
            address: place.address.clone(),
        };
        let is_all = one.by == By::All || how == How::Truncate;
        if !is_all || !self.empties(&one) {
            self.pending.push(one);
        }
    }

    /// The load whose table this is, or of whose table it is a copy; the last one before, where there are several.
    fn load_of(&self, table: &Name, at: usize) -> Option<usize> {
        let table = self.copies.iter().find(|(copy, _)| copy.can_be(table)).map_or(table, |(_, from)| from);
        let fits = |load: &Load<'_>| load.staging.can_be(table);
        let before = self.out.loads.iter().rposition(|load| fits(load) && load.at < at);
        before.or(self.out.loads.iter().position(fits))
    }

    fn insert(&mut self, at: usize, event: &Event, place: &Place, insert: Insert, sql: &str, site: &Site) {
        let load = insert.from.as_ref().and_then(|from| self.load_of(from, at));
        let Some(index) = load else {
            // A line in a log of its own, after the rows are in.
            let is_values = insert.odd.as_deref().is_some_and(|odd| odd.contains("no INSERT … SELECT"));
            if is_values && self.last.is_some() {
                return self.after(at, event, place, sql, false, site.clone());
            }
            let why = match insert.odd {
                Some(odd) if insert.from.is_none() => format!("an INSERT into {}: {odd}", insert.table.text),
                _ => {
                    format!("an INSERT into {} from another table than the one that is pulled into", insert.table.text)
                }
            };
            return self.fault_near(at, site.clone(), why);
        };
        let pending = std::mem::take(&mut self.pending);
        let (mine, others): (Vec<_>, Vec<_>) = pending.into_iter().partition(|p| p.table.can_be(&insert.table));
        self.pending = others;
        let load = &mut self.out.loads[index];
        if at < load.at {
            load.faults.push((site.clone(), "the rows are merged before they are pulled".to_owned()));
        }
        if let Some((first, _)) = &load.insert {
            let why = match first.table.can_be(&insert.table) {
                true => "the rows are inserted twice".to_owned(),
                false => format!(
                    "the rows go into two tables, {} and {}; a module has one",
                    first.table.text, insert.table.text
                ),
            };
            load.faults.push((site.clone(), why));
        }
        if let Some(odd) = &insert.odd {
            load.faults.push((site.clone(), format!("the INSERT can't be taken over: {odd}")));
        }
        if let Some(condition) = &event.condition {
            load.faults.push((site.clone(), format!("the INSERT may run not at all or several times: {condition}")));
        }
        if !place.address.can_be(&load.transfer.dest.address) {
            load.faults
                .push((site.clone(), "the INSERT runs on another server or database than that of -dcu".to_owned()));
        }
        if let (Some(one), Some(other)) = (&place.user, &load.transfer.dest.user)
            && one != other
        {
            let why = format!("the script does it as {one}, the pull as {other}");
            load.remarks.push(Told::guess(&format!("{other} may merge"), &why).at(site));
        }
        take_deletes(load, mine, &self.copies);
        load.insert = Some((insert, site.clone()));
        self.last = Some(index);
    }

    fn after(&mut self, at: usize, event: &Event, place: &Place, sql: &str, has_lookup: bool, site: Site) {
        let index = self.last.or_else(|| self.out.loads.iter().rposition(|load| load.at < at));
        if let Some(condition) = &event.condition {
            return self.fault_near(at, site, format!("it may run not at all or several times: {condition}"));
        }
        let word = sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        let is_maintenance = matches!(&*word, "ANALYZE" | "ANALYSE" | "VACUUM");
        let staging = |load: &Load<'_>| {
            sql::tokens(sql, true).windows(3).any(|w| {
                let text: String = w.iter().map(|t| t.text).collect();
                load.staging.parts.len() > 1 && text.eq_ignore_ascii_case(&load.staging.text)
            })
        };
        if let Some(load) = self.out.loads.iter().position(|load| load.insert.is_some() && staging(load)) {
            if !is_maintenance {
                self.out.loads[load]
                    .faults
                    .push((site, "it uses the table that is pulled into, which is another one in pipekit".to_owned()));
            }
            return;
        }
        if has_lookup {
            return self.fault_near(at, site, "it has the result of a query in it, which a hook can't have".to_owned());
        }
        let after = After { place: place.clone(), sql: sql.to_owned(), site };
        match index {
            Some(index) => self.out.loads[index].hooks.push(after),
            None if self.out.loads.is_empty() => self.out.alone.push(after),
            None => {
                let why = "it runs before the rows are pulled; pipekit has hooks after a merge only".to_owned();
                self.out.unread.push((after.site, why));
            }
        }
    }

    /// A statement that can't be taken over is a fault of the load that is at work by then.
    fn fault_near(&mut self, at: usize, site: Site, why: String) {
        let before = self.out.loads.iter().rposition(|load| load.at < at).or(self.last);
        match before.or(self.out.loads.first().map(|_| 0)) {
            Some(index) => self.out.loads[index].faults.push((site, why)),
            None => self.out.unread.push((site, why)),
        }
    }

    fn end(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let mut left = Vec::new();
        for one in pending {
            // A load without an INSERT goes straight into its destination.
            let direct =
                self.out.loads.iter().rposition(|load| load.insert.is_none() && load.staging.can_be(&one.table));
            match direct {
                Some(index) => take_deletes(&mut self.out.loads[index], vec![one], &[]),
                None => left.push(one),
            }
        }
        for one in left {
            let why = format!("rows are deleted from {}, into which nothing is loaded here", one.table.text);
            self.fault_near(one.at, one.site, why);
        }
        self.refuse_together();
        for load in &mut self.out.loads {
            if load.insert.is_none()
                && let Some(one) = load.emptied.take()
            {
                take_deletes(load, vec![one], &[]);
            }
            load.finish();
        }
    }
    /// Transfers whose rows come together, in staging or in the destination, can't be modules by themselves.
    fn refuse_together(&mut self) {
        let table =
            |load: &Load<'_>| load.insert.as_ref().map_or(load.staging.clone(), |(insert, _)| insert.table.clone());
        let mut faults = Vec::new();
        for (i, one) in self.out.loads.iter().enumerate() {
            for other in self.out.loads.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| other) {
                // One that is emptied between is another pull into the same table.
                let apart = one.insert.is_some() && other.insert.is_some();
                if one.staging.can_be(&other.staging) && !apart {
                    faults.push((i, format!("several transfers fill {} before its rows go on", one.staging.text)));
                } else if table(one).can_be(&table(other)) {
                    faults.push((
                        i,
                        format!(
                            "several transfers go into {}, and only together they are what it holds",
                            table(one).text
                        ),
                    ));
                }
            }
        }
        for (i, why) in faults {
            let site = self.out.loads[i].site.clone();
            self.out.loads[i].faults.push((site, why));
        }
    }
}
