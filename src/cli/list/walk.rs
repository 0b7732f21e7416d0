//! Getting contacts from the provider into the store for `cardex list`, with progress on a terminal.

use std::io::IsTerminal;

use tokio::sync::watch;

use super::super::ListFormat;
use super::super::columns::Column;
use super::super::output::Output;
use crate::app::loader::{self, First, LoadEvent, TagWalk, Tagged};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Contact, Filter, Trouble, TroubleKind, count, shown};

/// Up to so many contacts are read one by one for their tags, rather than walking every tag's list.
const ONE_BY_ONE: usize = 10;

/// Getting contacts from the provider into the store, with progress on a terminal.
pub(super) struct Walk {
    tags: TagWalk,
    shows_tags: bool,
    progress: Progress,
}

impl Walk {
    pub(super) fn new(
        session: &Session,
        filter: &Filter,
        columns: &[Column],
        format: ListFormat,
        out: Output,
    ) -> Self {
        let shows_tags = match format {
            ListFormat::Ids => false,
            ListFormat::Table | ListFormat::Csv => {
                columns.is_empty() || columns.contains(&Column::Tags)
            }
            ListFormat::Json => true,
        };
        let needed = session.tags_need_walk() && (shows_tags || !filter.is_empty());
        Self {
            tags: if needed {
                TagWalk::Catalogue
            } else {
                TagWalk::None
            },
            shows_tags,
            progress: Progress::new(out),
        }
    }

    /// What the filter asks for, where the provider itself can tell; else the whole list.
    pub(super) async fn matching(
        &self,
        session: &Session,
        filter: &Filter,
        shown: Tagged,
        out: Output,
    ) -> Result<(), Trouble> {
        if !filter.is_empty() {
            let report = |event| self.report(event);
            let tagged = self.shows_tags.then_some(shown);
            let certain = loader::load_matching(session, filter, tagged, report).await;
            self.end();
            if certain? {
                return Ok(());
            }
        }
        self.whole(session, out).await
    }

    /// The whole list.
    async fn whole(&self, session: &Session, out: Output) -> Result<(), Trouble> {
        let (_keep, paused) = watch::channel(false);
        let report = |event| self.report(event);
        let loaded = loader::load(session, &self.tags, paused, report).await;
        self.end();
        let loaded = loaded?;
        if let Some(trouble) = loaded.untagged {
            return Err(trouble);
        }
        if let Some(shortfall) = loaded.shortfall() {
            out.warning(&shortfall);
        }
        Ok(())
    }

    /// The first contacts in the provider's order, and nothing of what the store knew before.
    pub(super) async fn first(
        &self,
        session: &Session,
        limit: usize,
        out: Output,
    ) -> Result<Vec<Contact>, Trouble> {
        let found = self.find_first(session, limit).await;
        self.end();
        let (contacts, shortfall) = found?;
        if let Some(shortfall) = shortfall {
            out.warning(&shortfall);
        }
        Ok(contacts)
    }

    async fn find_first(
        &self,
        session: &Session,
        limit: usize,
    ) -> Result<(Vec<Contact>, Option<String>), Trouble> {
        let report = |event| self.report(event);
        let First { ids, shortfall } = loader::load_first(session, limit, report).await?;
        let one_by_one = self.tags != TagWalk::None && ids.len() <= ONE_BY_ONE;
        if !one_by_one {
            let (_keep, mut paused) = watch::channel(false);
            let mut report = |event| self.report(event);
            loader::load_tags(session, &self.tags, None, &mut paused, &mut report).await?;
        }
        let name = &session.account().name;
        let mut contacts = Vec::with_capacity(ids.len());
        for id in &ids {
            if one_by_one {
                match session.read(id).await {
                    Ok(contact) => {
                        session.remember_contact(&contact).await;
                        contacts.push(contact);
                    }
                    // Deleted since the page came.
                    Err(trouble) if trouble.kind == TroubleKind::NotFound => {}
                    Err(trouble) => return Err(trouble),
                }
                continue;
            }
            let found = session.contacts().contact(name, id).await;
            contacts.extend(found.map_err(|e| store_trouble("reading the contacts", &e))?);
        }
        Ok((contacts, shortfall))
    }

    fn report(&self, event: LoadEvent) {
        self.progress.report(event);
    }

    fn end(&self) {
        self.progress.end();
    }
}

/// The line that tells how far loading is, where somebody watches.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Progress(bool);

impl Progress {
    pub(in crate::cli) fn new(out: Output) -> Self {
        Self(!out.quiet && std::io::stderr().is_terminal())
    }

    pub(in crate::cli) fn report(self, event: LoadEvent) {
        if !self.0 {
            return;
        }
        let line = match event {
            LoadEvent::Page {
                loaded,
                total: Some(total),
            } => format!("loaded {loaded} of {total}"),
            LoadEvent::Page {
                loaded,
                total: None,
            } => format!("{loaded} loaded"),
            LoadEvent::Confirming { left } => format!("{} left to confirm", count::contacts(left)),
            LoadEvent::Tags { tag } => format!("reading tag {}", shown::one_line(&tag)),
            LoadEvent::Tagged | LoadEvent::Paused | LoadEvent::Resumed => return,
        };
        show_progress(&line);
    }

    pub(in crate::cli) fn end(self) {
        if self.0 {
            show_progress("");
        }
    }
}

/// Replaces the line of progress.
pub(in crate::cli) fn show_progress(line: &str) {
    let mut error = std::io::stderr().lock();
    // Progress that nobody sees is no loss.
    let _ = std::io::Write::write_fmt(&mut error, format_args!("\r\u{1b}[K{line}"));
    let _ = std::io::Write::flush(&mut error);
}
