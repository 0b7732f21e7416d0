//! `cardex list`: contacts of an account, filtered and sorted, as table, JSON lines, CSV or ids.

use std::collections::BTreeSet;
use std::io::IsTerminal;

use super::columns::Column;
use super::output::{Output, json_text};
use super::{ListArgs, ListFormat, exit, roster};
use crate::app::loader::Tagged;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Contact, Filter, Order, Trouble, TroubleKind, shown};

mod walk;

use walk::Walk;
pub(super) use walk::{Progress, show_progress};

/// The widest cell of a table on a terminal, in columns.
const WIDEST: usize = 36;

/// Loads, filters and prints. Returns the exit code.
///
/// # Errors
/// When an argument is wrong, or the contacts can not be had.
pub async fn run(session: &Session, args: &ListArgs, out: Output) -> Result<u8, Trouble> {
    let filter = Filter::parse(&args.filter.join(" ")).map_err(|e| {
        Trouble::new(TroubleKind::Invalid, e.to_string()).with_hint(
            "words must match somewhere; see `cardex list --help` for tag:, email:, attr.",
        )
    })?;
    let order = match &args.sort {
        Some(text) => Order::parse(text).map_err(|m| Trouble::new(TroubleKind::Invalid, m))?,
        None => Order::default(),
    };
    let columns = args
        .columns
        .iter()
        .map(|name| Column::parse(name.trim()))
        .collect::<Result<Vec<_>, _>>()?;
    let format = match (args.format, out.json) {
        (Some(format), _) => format,
        (None, true) => ListFormat::Json,
        (None, false) => ListFormat::Table,
    };
    roster::before_listing(session, &filter, out).await?;
    if !session.is_local() {
        let walk = Walk::new(session, &filter, &columns, format, out);
        // Only an unfiltered list in the provider's own order may stop early.
        if let Some(limit) = args.limit
            && filter.is_empty()
            && args.sort.is_none()
        {
            let contacts = walk.first(session, limit, out).await?;
            return Ok(print_all(session, &contacts, columns, format, out));
        }
        let shown = Tagged {
            order,
            limit: args.limit,
        };
        walk.matching(session, &filter, shown, out).await?;
    }
    let name = &session.account().name;
    let tried = "reading the contacts";
    let listing = session
        .contacts()
        .list(name, &filter, order, args.limit)
        .await;
    let mut listing = listing.map_err(|e| store_trouble(tried, &e))?;
    let matched = listing.matched();
    let columns = match (columns.is_empty(), format) {
        (false, _) => columns,
        (true, ListFormat::Csv) => {
            let names = attribute_names(session, &filter, order, args.limit).await?;
            Column::of_csv(session.table(), names)
        }
        (true, _) => Column::of_table(session.table()),
    };
    let mut printer = Printer::new(format, columns, out);
    while let Some(chunk) = listing.next_chunk() {
        let contacts = chunk.await.map_err(|e| store_trouble(tried, &e))?;
        if let Err(code) = printer.contacts(&contacts) {
            return Ok(code);
        }
    }
    if let Err(code) = printer.finish() {
        return Ok(code);
    }
    let nothing = matched == 0 && !filter.is_empty();
    if nothing {
        out.remark("Nothing matched.");
    }
    Ok(if nothing { exit::NOTHING } else { exit::DONE })
}

/// Prints contacts that are all at hand. Returns the exit code.
fn print_all(
    session: &Session,
    contacts: &[Contact],
    columns: Vec<Column>,
    format: ListFormat,
    out: Output,
) -> u8 {
    let columns = match (columns.is_empty(), format) {
        (false, _) => columns,
        (true, ListFormat::Csv) => {
            let names = contacts.iter().flat_map(|c| c.attributes.keys().cloned());
            Column::of_csv(session.table(), names.collect::<BTreeSet<_>>())
        }
        (true, _) => Column::of_table(session.table()),
    };
    let mut printer = Printer::new(format, columns, out);
    let printed = printer.contacts(contacts).and_then(|()| printer.finish());
    printed.err().unwrap_or(exit::DONE)
}

/// The attributes that occur among the contacts to print.
async fn attribute_names(
    session: &Session,
    filter: &Filter,
    order: Order,
    limit: Option<usize>,
) -> Result<BTreeSet<String>, Trouble> {
    let tried = "reading the attribute names";
    let failed = |e| store_trouble(tried, &e);
    let name = &session.account().name;
    let mut listing = session
        .contacts()
        .list(name, filter, order, limit)
        .await
        .map_err(failed)?;
    let mut names = BTreeSet::new();
    while let Some(chunk) = listing.next_chunk() {
        for contact in chunk.await.map_err(failed)? {
            names.extend(contact.attributes.into_keys());
        }
    }
    Ok(names)
}

/// Prints contacts as they come; a table waits for the first chunk to know its widths.
struct Printer {
    format: ListFormat,
    columns: Vec<Column>,
    out: Output,
    widths: Vec<usize>,
    started: bool,
    fits: bool,
}

impl Printer {
    fn new(format: ListFormat, columns: Vec<Column>, out: Output) -> Self {
        let fits = std::io::stdout().is_terminal();
        Self {
            format,
            columns,
            out,
            widths: Vec::new(),
            started: false,
            fits,
        }
    }

    fn contacts(&mut self, contacts: &[Contact]) -> Result<(), u8> {
        let mut text = String::new();
        match self.format {
            ListFormat::Ids => {
                for contact in contacts {
                    text.push_str(contact.id.as_str());
                    text.push('\n');
                }
            }
            ListFormat::Json => {
                for contact in contacts {
                    text.push_str(&json_text(&contact.to_json()));
                    text.push('\n');
                }
            }
            ListFormat::Csv => text = self.csv(contacts)?,
            ListFormat::Table => self.table(contacts, &mut text),
        }
        self.started = true;
        self.out.raw(text.as_bytes())
    }

    fn csv(&self, contacts: &[Contact]) -> Result<String, u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |_| exit::ERROR;
        if !self.started {
            writer
                .write_record(self.columns.iter().map(Column::header))
                .map_err(failed)?;
        }
        for contact in contacts {
            let cells = self.columns.iter().map(|c| match self.fits {
                // On a terminal the cells are for looking at.
                true => shown::one_line(&c.text(contact)).into_owned(),
                false => c.text(contact),
            });
            writer.write_record(cells).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|_| exit::ERROR)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn table(&mut self, contacts: &[Contact], text: &mut String) {
        let rows: Vec<Vec<String>> = contacts
            .iter()
            .map(|c| {
                self.columns
                    .iter()
                    .map(|k| shown::one_line(&k.listed(c)).into_owned())
                    .collect()
            })
            .collect();
        if !self.started {
            let headers: Vec<String> = self.columns.iter().map(Column::header).collect();
            self.widths = (0..self.columns.len())
                .map(|i| {
                    let cells = rows.iter().chain([&headers]).filter_map(|r| r.get(i));
                    cells
                        .map(|c| shown::width(c))
                        .max()
                        .unwrap_or(0)
                        .min(WIDEST)
                })
                .collect();
            self.row(&headers, text);
        }
        for row in &rows {
            self.row(row, text);
        }
    }

    fn row(&self, cells: &[String], text: &mut String) {
        let last = cells.len().saturating_sub(1);
        for (index, (cell, width)) in cells.iter().zip(&self.widths).enumerate() {
            let cell = if self.fits {
                shown::fit(cell, *width)
            } else {
                cell.clone()
            };
            text.push_str(&cell);
            if index != last {
                let pad = width.saturating_sub(shown::width(&cell)) + 2;
                text.extend(std::iter::repeat_n(' ', pad));
            }
        }
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
    }

    fn finish(&mut self) -> Result<(), u8> {
        if self.started || self.format != ListFormat::Csv {
            return Ok(());
        }
        let header = self.csv(&[])?;
        self.out.raw(header.as_bytes())
    }
}
