//! Slower and faster, as a person asks for it: steps of the share that background calls may use, and above the
//! whole share, where nothing else is in the way, steps of how many are under way at once.

/// Percent of the limit.
const SHARES: [u8; 9] = [5, 10, 15, 25, 35, 50, 65, 80, 100];

/// Calls under way at once.
const WIDTHS: [u32; 8] = [1, 2, 3, 4, 6, 8, 12, 16];

/// No more calls are ever under way at once on one account.
pub(super) const WIDEST: u32 = 64;

/// Where background work stands on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Percent of the limit.
    pub(super) share: u8,
    /// Calls under way at once.
    pub(super) width: u32,
}

impl Step {
    /// The next step down from here; `usual` is where it began. Nothing on the lowest.
    pub(super) fn slower(self, usual: Self) -> Option<Self> {
        if self.width > usual.width {
            let width = WIDTHS.into_iter().rev().find(|w| *w < self.width);
            let width = width.unwrap_or(usual.width).max(usual.width);
            return Some(Self { width, ..self });
        }
        let share = SHARES.into_iter().rev().find(|s| *s < self.share)?;
        Some(Self { share, ..self })
    }

    /// The next step up. Nothing on the highest.
    pub(super) fn faster(self) -> Option<Self> {
        if let Some(share) = SHARES.into_iter().find(|s| *s > self.share) {
            return Some(Self { share, ..self });
        }
        let width = WIDTHS.into_iter().find(|w| *w > self.width)?;
        Some(Self { width, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_leads_down_and_up_again_and_has_two_ends() {
        let usual = Step {
            share: 50,
            width: 2,
        };
        let mut at = usual;
        let mut seen = Vec::new();
        while let Some(next) = at.slower(usual) {
            at = next;
            seen.push(at.share);
        }
        assert_eq!(seen, [35, 25, 15, 10, 5]);
        while let Some(next) = at.faster() {
            at = next;
        }
        assert_eq!((at.share, at.width), (100, 16));
        for _ in 0..6 {
            at = at.slower(usual).unwrap();
        }
        assert_eq!((at.share, at.width), (100, 2));
        assert_eq!(at.slower(usual).unwrap().share, 80);
    }

    #[test]
    fn a_step_between_the_rungs_finds_its_neighbours() {
        let usual = Step {
            share: 40,
            width: 5,
        };
        assert_eq!(usual.slower(usual).unwrap().share, 35);
        assert_eq!(usual.faster().unwrap().share, 50);
        let wide = Step { width: 6, ..usual };
        assert_eq!(wide.slower(usual).unwrap().width, 5);
    }
}
