//! Asking the provider itself for what the filter asks, where the contacts here may not be all.

use super::List;
use crate::domain::{ProviderId, Trouble};
use crate::tui::effect::Effect;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{LoadPhase, Ticket};
use crate::tui::screen::{Ctx, Outcome};

impl List {
    /// The filter is kept. While the list is loading, and where nobody here matches, the provider is asked as
    /// well: the contact may be on a page that has not come yet, or be newer than the copy.
    pub(super) fn accept(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.typing = false;
        let filter = self.filter();
        let nobody = !self.stale && self.rows.as_ref().is_some_and(|r| r.matched == 0);
        if filter.is_empty() || !is_remote(ctx.desk) || (is_whole(ctx.desk) && !nobody) {
            return Outcome::nothing();
        }
        let ticket = ctx.tickets.draw();
        self.searching = Some(ticket);
        Outcome::effects(vec![Effect::Search { ticket, filter }])
            .saying(Notice::info("asking the provider for it, too …"))
    }

    /// The provider's answer; what it found is in the store.
    pub(super) fn searched(
        &mut self,
        ticket: Ticket,
        result: Result<Option<usize>, Trouble>,
    ) -> Outcome {
        if self.searching != Some(ticket) {
            return Outcome::nothing();
        }
        self.searching = None;
        Outcome::notice(match result {
            Ok(Some(0)) => Notice::info("the provider finds nobody else"),
            Ok(Some(1)) => Notice::info("the provider finds one contact"),
            Ok(Some(n)) => Notice::info(format!("the provider finds {n} contacts")),
            Ok(None) => Notice::info("the provider itself can not look for this"),
            Err(trouble) => Notice::trouble(&trouble),
        })
    }
}

fn is_remote(desk: &Desk) -> bool {
    desk.account
        .as_ref()
        .is_some_and(|a| a.provider != ProviderId::Local)
}

/// Whether every contact of the list is here.
fn is_whole(desk: &Desk) -> bool {
    let phase = desk.loading.as_ref().map(|l| &l.phase);
    matches!(
        phase,
        Some(LoadPhase::Complete | LoadPhase::Idle | LoadPhase::Tags)
    )
}
