//! `cardex tag`: a change for many contacts, chosen by a filter, by ids, or all: plan, look, ask, run.

use std::collections::HashSet;
use std::path::Path;

use tokio::sync::watch;

use super::bulk::{Outlet, column};
use super::edit::args::patch_of;
use super::output::{Output, interrupted};
use super::{EditArgs, TagArgs, bulk};
use crate::app::bulk::{Asked, by_filter, by_ids};
use crate::app::loader::{self, TagWalk};
use crate::app::session::Session;
use crate::cli::interrupt::{telling_waits, unless_interrupted};
use crate::domain::validate::{self, Problem};
use crate::domain::{Contact, ContactId, FieldKey, Filter, Patch, Trouble, TroubleKind};
use crate::engine::plan::{Kind, Plan};

/// Plans, and does it or shows it. Returns the exit code.
///
/// # Errors
/// When an argument is wrong, or nothing could be begun.
pub async fn run(session: &Session, args: &TagArgs, out: Output) -> Result<u8, Trouble> {
    let sends = !args.dry_run && args.plan.is_none();
    if session.account().read_only && sends {
        return Err(session.read_only());
    }
    let kept = args.plan.as_ref();
    let kept = kept
        .map(|path| Outlet::open(path, "the plan"))
        .transpose()?;
    let results = bulk::results_of(&args.how)?;
    let planning = telling_waits(session, out, plan(session, args, out));
    let Some(plan) = unless_interrupted(planning).await? else {
        return Ok(interrupted());
    };
    let mut plan = plan?;
    if plan.rows.is_empty() {
        return Ok(bulk::nothing_matched(out));
    }
    bulk::within(plan.rows.len(), args.how.max)?;
    // What nobody will look at is decided when its turn comes; what somebody will is read before.
    let unread = plan.counts().of(Kind::Unread) > 0;
    if unread && (!sends || bulk::asks(&args.how)) {
        match bulk::looked_at(session, plan, out).await? {
            Some(looked) => plan = looked,
            None => return Ok(interrupted()),
        }
    }
    match sends {
        true => bulk::apply(session, plan, &args.how, results, out).await,
        false => bulk::keep_or_show(&plan, kept, args.dry_run, out),
    }
}

async fn plan(session: &Session, args: &TagArgs, out: Output) -> Result<Plan, Trouble> {
    let patch = patch(session, args, out).await?;
    let text = args.filter.join(" ");
    let mut asked = Asked {
        patch,
        allowed: bulk::allowed(&args.how),
        reason: args.how.reason.clone(),
        filter: (!text.is_empty()).then(|| text.clone()),
        present: true,
    };
    if let Some(path) = &args.ids {
        let ids = ids_of(session, path)?;
        bulk::within(ids.len(), args.how.max)?;
        asked.present = session.is_local();
        return by_ids(session, &ids, &asked).await;
    }
    let filter = Filter::parse(&text).map_err(|e| {
        Trouble::new(TroubleKind::Invalid, e.to_string())
            .with_hint("see `cardex tag --help` for tag:, email:, attr.")
    })?;
    if filter.is_empty() && !args.all {
        return Err(
            invalid("tag: nobody was chosen").with_hint("name a filter, --ids FILE, or --all")
        );
    }
    load(session, &filter, out).await?;
    by_filter(session, &filter, &asked).await
}

/// What is to be changed, the same for every contact.
async fn patch(session: &Session, args: &TagArgs, out: Output) -> Result<Patch, Trouble> {
    let edit = EditArgs {
        set: args.set.clone(),
        set_attr: args.set_attr.clone(),
        unset_attr: args.unset_attr.clone(),
        add_tag: args.add.iter().map(|tag| bare(tag, out)).collect(),
        remove_tag: args.remove.clone(),
        flag: args.flag.clone(),
        ..EditArgs::default()
    };
    let definitions = match args.set_attr.is_empty() {
        true => Vec::new(),
        false => session.definitions().await?,
    };
    let account = session.account();
    let blank = Contact::new(ContactId::new(""), account.name.clone(), account.provider);
    let patch = patch_of(&edit, session, &blank, &definitions)?;
    if patch.is_empty() {
        return Err(invalid("tag: nothing to change was named").with_hint(
            "use --add TAG, --remove TAG, --set-attr NAME=VALUE, --flag … (see --help)",
        ));
    }
    if let Some(key) = patch.fields.keys().find(|key| is_personal(**key)) {
        let message = format!("tag: --set {key}: many contacts would get one person's {key}");
        return Err(invalid(&message).with_hint("`cardex edit ID --set …` changes one contact"));
    }
    let region = account.default_region.as_deref();
    let wrong = validate::patch(session.table(), &definitions, region, &blank, &patch);
    // What no contact could store is not planned for any of them.
    if let Some((key, problem)) = (wrong.into_iter()).find(|(k, p)| k != "tags" && p.is_error()) {
        return Err(invalid(&format!("tag: {key}: {}", problem.message))
            .with_hint("nothing was planned or sent"));
    }
    let spec = &session.table().tags;
    for name in patch.tags.add.iter().filter(|_| spec.access.can_set()) {
        if let Some(problem) = validate::tag(spec, None, name).filter(Problem::is_error) {
            return Err(invalid(&format!("tag: --add: {}", problem.message)));
        }
    }
    Ok(patch)
}

/// A tag without blanks around it, which nobody means and nobody sees.
fn bare(tag: &str, out: Output) -> String {
    let bare = tag.trim();
    if bare != tag && !bare.is_empty() {
        out.warning(&format!("--add: {tag:?} is taken for {bare:?}"));
    }
    bare.to_string()
}

/// Whether a field tells people apart, so that no two contacts have the same.
fn is_personal(key: FieldKey) -> bool {
    !matches!(
        key,
        FieldKey::ContactStatus | FieldKey::Origin | FieldKey::CompanyId
    )
}

/// Makes the mirror hold what the filter finds at the provider.
async fn load(session: &Session, filter: &Filter, out: Output) -> Result<(), Trouble> {
    super::roster::before_listing(session, filter, out).await?;
    if session.is_local() {
        return Ok(());
    }
    let progress = super::list::Progress::new(out);
    if !filter.is_empty()
        && loader::load_matching(session, filter, None, |e| progress.report(e)).await?
    {
        progress.end();
        return Ok(());
    }
    let tags = match session.tags_need_walk() && !filter.is_empty() {
        true => TagWalk::Catalogue,
        false => TagWalk::None,
    };
    let (_keep, paused) = watch::channel(false);
    let loaded = loader::load(session, &tags, paused, |e| progress.report(e)).await;
    progress.end();
    let loaded = loaded?;
    if let Some(trouble) = loaded.untagged {
        return Err(trouble);
    }
    if let Some(shortfall) = loaded.shortfall() {
        out.warning(&shortfall);
    }
    Ok(())
}

/// The ids in a file; an id that is there twice counts once.
fn ids_of(session: &Session, path: &Path) -> Result<Vec<ContactId>, Trouble> {
    let name = path.display();
    let failed = |why: String| {
        invalid(&format!("--ids: {name}: {why}")).with_hint(
            "nothing was sent; a file of ids holds one a line, or a column `id` under a header",
        )
    };
    let text = column::text_of(path);
    let text = text.map_err(|e| invalid(&format!("--ids: reading {name}: {e}")))?;
    let found = match column::of_table(&text, "id").map_err(failed)? {
        Some(cells) => cells,
        None => column::of_lines(&text, "id").map_err(failed)?,
    };
    let mut seen = HashSet::new();
    let mut ids = Vec::new();
    for (number, id) in found {
        let id = session.check_id(&id);
        let id = id.map_err(|t| failed(format!("line {number}: {}", t.message)))?;
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn invalid(message: &str) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}
