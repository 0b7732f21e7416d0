//! Following a list from page to page until it ends, whatever the provider answers: pages without contacts,
//! pages met before, cursors that lead back, cursors without end.
//!
//! Pages are asked for elsewhere; this only says whether to go on.

use std::collections::HashSet;

use crate::provider::Cursor;

/// Pages in a row that hold contacts, but none that was not met before, after which a list is given up: a
/// provider may not heed the cursor at all.
const STALE_PAGES: usize = 3;

/// Pages in a row without any contact after which a list is given up: a filter may leave some of them empty.
const EMPTY_PAGES: usize = 30;

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The next page.
    Go(Cursor),
    /// Nothing: the list was seen to its end.
    End,
    /// Nothing: a page without contacts leads back. For a walk that is an end; that a contact was not met does
    /// not prove that it is gone.
    OddEnd,
    /// Nothing: it does not end as a list should, and contacts may not have been shown. Says how, a half
    /// sentence about the list.
    Fault(&'static str),
}

/// The way through one list so far.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    followed: HashSet<String>,
    stale: usize,
    empty: usize,
}

impl Trail {
    /// The way through a list that begins at a cursor, or with its first page.
    pub fn from(start: Option<&Cursor>) -> Self {
        Self {
            followed: start.map(|c| c.0.clone()).into_iter().collect(),
            ..Self::default()
        }
    }

    /// What comes after a page that held so many contacts, so many of them not met before in this list, and
    /// that says that the list goes on at `next`.
    pub fn after(&mut self, contacts: usize, new: usize, next: Option<Cursor>) -> Turn {
        let Some(next) = next else {
            return Turn::End;
        };
        if !self.followed.insert(next.0.clone()) {
            // A page without contacts that leads to a page which was seen leads to nothing new.
            return match contacts {
                0 => Turn::OddEnd,
                _ => Turn::Fault("leads back to a page that was shown already"),
            };
        }
        match (contacts, new) {
            (0, _) => self.empty += 1,
            (_, 0) => self.stale += 1,
            (_, _) => (self.stale, self.empty) = (0, 0),
        }
        if self.stale >= STALE_PAGES {
            return Turn::Fault("shows the same contacts again and again");
        }
        if self.empty >= EMPTY_PAGES {
            return Turn::Fault("goes on and on without contacts");
        }
        Turn::Go(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(name: &str) -> Option<Cursor> {
        Some(Cursor(name.into()))
    }

    #[test]
    fn a_list_ends_where_nothing_follows() {
        let mut trail = Trail::from(None);
        assert_eq!(trail.after(2, 2, to("a")), Turn::Go(Cursor("a".into())));
        assert_eq!(trail.after(2, 1, None), Turn::End);
    }

    #[test]
    fn a_repeated_cursor_is_a_fault_and_not_followed_at_whatever_distance() {
        let mut trail = Trail::from(None);
        for name in ["a", "b", "c"] {
            assert!(matches!(trail.after(2, 2, to(name)), Turn::Go(_)));
        }
        assert!(matches!(trail.after(2, 2, to("a")), Turn::Fault(_)));
        let mut trail = Trail::from(to("start").as_ref());
        assert!(matches!(trail.after(2, 2, to("start")), Turn::Fault(_)));
    }

    #[test]
    fn an_empty_page_that_leads_back_is_an_odd_end() {
        let mut trail = Trail::from(None);
        assert!(matches!(trail.after(2, 2, to("a")), Turn::Go(_)));
        assert_eq!(trail.after(0, 0, to("a")), Turn::OddEnd);
    }

    #[test]
    fn empty_pages_are_followed_but_not_for_ever() {
        let mut trail = Trail::from(None);
        let mut pages = 0;
        while let Turn::Go(_) = trail.after(0, 0, to(&pages.to_string())) {
            pages += 1;
            assert!(pages < 100);
        }
        assert!(pages > 10, "{pages}");
        // A contact in between begins the count anew.
        let mut trail = Trail::from(None);
        for page in 0..100 {
            let new = usize::from(page % 7 == 0);
            assert!(matches!(
                trail.after(new, new, to(&page.to_string())),
                Turn::Go(_)
            ));
        }
    }

    #[test]
    fn a_provider_that_does_not_heed_the_cursor_is_noticed() {
        let mut trail = Trail::from(None);
        assert!(matches!(trail.after(5, 5, to("1")), Turn::Go(_)));
        assert!(matches!(trail.after(5, 0, to("2")), Turn::Go(_)));
        assert!(matches!(trail.after(5, 0, to("3")), Turn::Go(_)));
        assert!(matches!(trail.after(5, 0, to("4")), Turn::Fault(_)));
    }
}
