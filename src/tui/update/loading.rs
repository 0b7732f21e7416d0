//! Pausing what is being loaded: the list, or all that match for marking.

use super::Turn;
use crate::tui::effect::Effect;
use crate::tui::model::Notice;
use crate::tui::msg::LoadPhase;

impl Turn<'_> {
    /// Pauses what is being loaded, or goes on with it.
    pub(super) fn pause(&mut self) {
        let gathering = self.model.list.gathering();
        let loading = gathering.or(self.model.desk.loading.as_ref());
        let phase = loading.map(|l| &l.phase);
        let (words, effect) = match phase {
            Some(LoadPhase::Paused) => ("loading goes on", Some(false)),
            Some(LoadPhase::Idle | LoadPhase::Complete | LoadPhase::Failed(_)) | None => {
                ("nothing is being loaded", None)
            }
            Some(
                LoadPhase::Starting
                | LoadPhase::Running
                | LoadPhase::Waiting { .. }
                | LoadPhase::Tags,
            ) => ("loading pauses", Some(true)),
        };
        self.effects.extend(effect.map(Effect::PauseLoading));
        self.model.notice = Some(Notice::info(words));
    }
}
