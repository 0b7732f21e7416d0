//! What the screen asks about a change of many contacts before it is a run: which tags they have, the plan, the
//! plan as a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shell;
use crate::app::bulk::{self, Asked};
use crate::app::session::{Session, store_trouble};
use crate::app::teller::Teller;
use crate::domain::{Frozen, Patch, TagCounts, Trouble, TroubleKind};
use crate::engine::Plan;
use crate::engine::plan::file;
use crate::tui::msg::{Msg, Ticket};

/// Contacts whose tags are read in one go: a window of the list waits for one go at most.
const CHUNK: usize = 500;

/// After so many contacts the screen is told how far the count is.
const TOLD_EVERY: usize = 10_000;

impl Shell {
    pub(super) fn count_tags(&mut self, ticket: Ticket, chosen: Arc<Frozen>) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = counted(&session, &sender, ticket, &chosen).await;
            sender.tell(Msg::TagsCounted { ticket, result });
        });
    }

    /// Makes a plan; one that is being made is given up.
    pub(super) fn plan(
        &mut self,
        ticket: Ticket,
        chosen: Arc<Frozen>,
        change: Patch,
        filter: Option<String>,
    ) {
        self.stop_planning();
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let task = tokio::spawn(async move {
            let asked = Asked {
                patch: change,
                filter,
                present: true,
                ..Asked::default()
            };
            let result = bulk::by_ids(&session, &chosen.ids, &asked).await;
            let result = result.map(Arc::new);
            sender.tell(Msg::Planned { ticket, result });
        });
        self.tasks.push(task.abort_handle());
        self.planning = Some(task.abort_handle());
    }

    pub(super) fn stop_planning(&mut self) {
        if let Some(task) = self.planning.take() {
            task.abort();
        }
    }

    pub(super) fn write_plan(&mut self, ticket: Ticket, plan: Arc<Plan>, path: &str) {
        let sender = self.sender.clone();
        let place = place(path);
        let typed = path.to_string();
        self.spawn(async move {
            let work = tokio::task::spawn_blocking(move || write(&plan, &place));
            let written = work.await.unwrap_or_else(|e| Err(io::Error::other(e)));
            let result = match written {
                Ok(()) => Ok(typed),
                Err(error) => Err(not_written(&typed, &error)),
            };
            sender.tell(Msg::PlanWritten { ticket, result });
        });
    }
}

/// The tags of contacts, read bit by bit; the screen is told now and then.
async fn counted(
    session: &Session,
    sender: &Teller,
    ticket: Ticket,
    chosen: &Frozen,
) -> Result<Arc<TagCounts>, Trouble> {
    let mut counts = TagCounts::default();
    let mut told = 0;
    for chunk in chosen.ids.chunks(CHUNK) {
        let name = &session.account().name;
        let some = session.contacts().tags_held(name, chunk.to_vec()).await;
        counts.join(some.map_err(|e| store_trouble("counting tags", &e))?);
        let looked = counts.known() + counts.untold();
        if looked >= told + TOLD_EVERY && looked < chosen.ids.len() {
            told = looked;
            let result = Ok(Arc::new(counts.clone()));
            sender.tell(Msg::TagsCounted { ticket, result });
        }
    }
    Ok(Arc::new(counts))
}

/// The place that a typed path means.
pub(super) fn place(path: &str) -> PathBuf {
    let home = std::env::var_os("HOME").filter(|_| path.starts_with("~/"));
    match (home, path.strip_prefix("~/")) {
        (Some(home), Some(rest)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// A file that nobody else may read. One that is there already is left alone.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a plan to a new file.
fn write(plan: &Plan, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(new_file(path)?);
    file::write(plan, &mut out)?;
    out.flush()
}

fn not_written(path: &str, error: &io::Error) -> Trouble {
    let message = format!("writing the plan to {path}: {error}");
    let hint = match error.kind() {
        io::ErrorKind::AlreadyExists => "choose another name; nothing was written over",
        _ => "the plan is still here; choose another place",
    };
    Trouble::new(TroubleKind::Local, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountName, ProviderId};
    use crate::engine::plan::{Allowed, Header};

    #[test]
    fn a_plan_is_written_for_its_maker_alone_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.jsonl");
        let plan = Plan {
            header: Header {
                account: AccountName::new("demo"),
                provider: ProviderId::Local,
                place: String::new(),
                made_at: jiff::Timestamp::UNIX_EPOCH,
                made_by: "me".into(),
                change: None,
                allowed: Allowed::default(),
                reason: None,
                undo_of: None,
                filter: None,
                doubts: Vec::new(),
            },
            rows: Vec::new(),
        };
        write(&plan, &path).unwrap();
        let text = std::fs::read(&path).unwrap();
        assert_eq!(file::read(text.as_slice()).unwrap(), (plan.clone(), None));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let again = write(&plan, &path).unwrap_err();
        let trouble = not_written("plan.jsonl", &again);
        assert!(trouble.hint.unwrap().contains("another name"));
        assert_eq!(std::fs::read(&path).unwrap(), text);
    }
}
