//! The default keys: one row a binding. Within a context no two rows share a key, and on every screen a
//! key keeps its meaning.

use super::{Action as A, Context as C};

/// Context, key sequences, action, label, place in the footer.
pub(super) type Row = (C, &'static [&'static str], A, &'static str, Option<u8>);

/// The table.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (C::List, &["Enter", "l", "Right"], A::Open, "open", None),
    (C::List, &["e"], A::Edit, "edit", Some(0)),
    (C::List, &["/"], A::Filter, "filter", Some(1)),
    (C::List, &["j", "Down"], A::Down, "down", None),
    (C::List, &["k", "Up"], A::Up, "up", None),
    (C::List, &["g g", "Home"], A::Top, "first", None),
    (C::List, &["G", "End"], A::Bottom, "last", None),
    (C::List, &["Ctrl-d"], A::HalfDown, "half a page down", None),
    (C::List, &["Ctrl-u"], A::HalfUp, "half a page up", None),
    (C::List, &["PgDn", "Ctrl-f"], A::PageDown, "page down", None),
    (C::List, &["PgUp", "Ctrl-b"], A::PageUp, "page up", None),
    (C::List, &["d"], A::Details, "details", Some(2)),
    (C::List, &["s"], A::Sort, "sort", Some(3)),
    (C::List, &["c"], A::Columns, "columns", Some(7)),
    (C::List, &["y"], A::Copy, "copy", Some(6)),
    (C::List, &["o"], A::Browser, "open in browser", None),
    (C::List, &["r", "F5"], A::Refresh, "refresh", Some(8)),
    (C::List, &["p"], A::Accounts, "accounts", Some(9)),
    (C::List, &["P"], A::PauseLoading, "pause or continue loading", None),
    (C::List, &["Esc"], A::Back, "clear filter", None),
    (C::List, &["q"], A::Quit, "quit", Some(5)),
    (C::List, &["@"], A::Log, "request log", None),

    (C::Filter, &["Enter"], A::Accept, "keep filter", Some(0)),
    (C::Filter, &["Esc"], A::Back, "clear filter", Some(1)),
    (C::Filter, &["Down"], A::Down, "down", None),
    (C::Filter, &["Up"], A::Up, "up", None),
    (C::Filter, &["PgDn"], A::PageDown, "page down", None),
    (C::Filter, &["PgUp"], A::PageUp, "page up", None),

    (C::Form, &["Ctrl-s", "F2"], A::Save, "review and save", Some(0)),
    (C::Form, &["Tab", "Down", "Enter"], A::NextField, "next field", Some(2)),
    (C::Form, &["Shift-Tab", "Up"], A::PrevField, "previous field", None),
    (C::Form, &["Ctrl-r"], A::Revert, "revert field", Some(4)),
    (C::Form, &["Ctrl-o"], A::EditExternally, "field in $EDITOR", Some(5)),
    (C::Form, &["Ctrl-y"], A::Repair, "take the repair", None),
    (C::Form, &["Ctrl-t"], A::PickTags, "tags", Some(3)),
    (C::Form, &["Ctrl-x"], A::RemoveAttribute, "remove attribute", None),
    (C::Form, &["Ctrl-g"], A::DiscardDraft, "discard all changes (twice)", None),
    (C::Form, &["Ctrl-n"], A::NextSeen, "next value seen elsewhere", None),
    (C::Form, &["Ctrl-l", "F3"], A::WhoHasIt, "who has the taken value", None),
    (C::Form, &["F5"], A::Reread, "read the contact again", None),
    (C::Form, &["PgDn"], A::PageDown, "some fields down", None),
    (C::Form, &["PgUp"], A::PageUp, "some fields up", None),
    (C::Form, &["Esc"], A::Back, "back, keeps a draft", Some(1)),

    (C::Flag, &["Space", "Right"], A::CycleNext, "next state", Some(1)),
    (C::Flag, &["Left"], A::CyclePrev, "previous state", None),

    (C::AddRow, &["Enter", "Space"], A::AddAttribute, "add attribute", Some(1)),

    (C::TagsRow, &["Enter", "Space"], A::PickTags, "change tags", Some(1)),

    (C::TextBox, &["Down"], A::Down, "line down, then next field", None),
    (C::TextBox, &["Up"], A::Up, "line up, then previous field", None),

    (C::Review, &["Enter"], A::Accept, "send", Some(0)),
    (C::Review, &["Esc", "q"], A::Back, "back to the form", Some(1)),
    (C::Review, &["y"], A::CopyCurl, "copy as curl", Some(2)),
    (C::Review, &["j", "Down"], A::Down, "down", None),
    (C::Review, &["k", "Up"], A::Up, "up", None),
    (C::Review, &["g g", "Home"], A::Top, "top", None),
    (C::Review, &["G", "End"], A::Bottom, "bottom", None),
    (C::Review, &["PgDn", "Ctrl-f", "Ctrl-d"], A::PageDown, "page down", None),
    (C::Review, &["PgUp", "Ctrl-b", "Ctrl-u"], A::PageUp, "page up", None),
    (C::Review, &["@"], A::Log, "request log", None),

    (C::Conflict, &["j", "Down", "Tab"], A::Down, "next field", None),
    (C::Conflict, &["k", "Up", "Shift-Tab"], A::Up, "previous field", None),
    (C::Conflict, &["Space"], A::CycleNext, "mine or theirs", Some(1)),
    (C::Conflict, &["t", "Left"], A::TakeTheirs, "take theirs", Some(3)),
    (C::Conflict, &["m", "Right"], A::TakeMine, "keep mine", Some(4)),
    (C::Conflict, &["Enter", "Ctrl-s", "F2"], A::Save, "review and save", Some(0)),
    (C::Conflict, &["Esc", "q"], A::Back, "back to the form", Some(2)),

    (C::Holder, &["Enter", "e"], A::Open, "open that contact", Some(0)),
    (C::Holder, &["Esc", "q"], A::Back, "back to the form", Some(1)),
    (C::Holder, &["j", "Down"], A::Down, "down", None),
    (C::Holder, &["k", "Up"], A::Up, "up", None),
    (C::Holder, &["g g", "Home"], A::Top, "top", None),
    (C::Holder, &["G", "End"], A::Bottom, "bottom", None),
    (C::Holder, &["PgDn", "Ctrl-f"], A::PageDown, "page down", None),
    (C::Holder, &["PgUp", "Ctrl-b"], A::PageUp, "page up", None),

    (C::PickerEmpty, &["Space"], A::CycleNext, "leave, add, remove", None),
    (C::Picker, &["Tab"], A::CycleNext, "leave, add, remove", Some(1)),
    (C::Picker, &["Shift-Tab"], A::CyclePrev, "other way round", None),
    (C::Picker, &["Down", "Ctrl-n"], A::Down, "down", None),
    (C::Picker, &["Up", "Ctrl-p"], A::Up, "up", None),
    (C::Picker, &["PgDn"], A::PageDown, "page down", None),
    (C::Picker, &["PgUp"], A::PageUp, "page up", None),
    (C::Picker, &["Enter"], A::Accept, "accept", Some(0)),
    (C::Picker, &["Esc"], A::Back, "close, nothing changed", Some(2)),

    (C::Menu, &["Enter"], A::Accept, "choose", Some(0)),
    (C::Menu, &["Space"], A::CycleNext, "switch on or off", None),
    (C::Menu, &["Esc", "q"], A::Back, "close", Some(2)),
    (C::Menu, &["j", "Down"], A::Down, "down", None),
    (C::Menu, &["k", "Up"], A::Up, "up", None),
    (C::Menu, &["g g", "Home"], A::Top, "first", None),
    (C::Menu, &["G", "End"], A::Bottom, "last", None),

    (C::Palette, &["Enter"], A::Accept, "do it", Some(0)),
    (C::Palette, &["Esc"], A::Back, "close", Some(2)),
    (C::Palette, &["Tab"], A::CycleNext, "complete", Some(1)),
    (C::Palette, &["Down", "Ctrl-n"], A::Down, "down", None),
    (C::Palette, &["Up", "Ctrl-p"], A::Up, "up", None),

    (C::Reader, &["Esc", "q"], A::Back, "close", Some(0)),
    (C::Reader, &["j", "Down"], A::Down, "down", None),
    (C::Reader, &["k", "Up"], A::Up, "up", None),
    (C::Reader, &["g g", "Home"], A::Top, "top", None),
    (C::Reader, &["G", "End"], A::Bottom, "bottom", None),
    (C::Reader, &["PgDn", "Ctrl-f", "Space"], A::PageDown, "page down", None),
    (C::Reader, &["PgUp", "Ctrl-b"], A::PageUp, "page up", None),
    (C::Reader, &["Ctrl-d"], A::HalfDown, "half a page down", None),
    (C::Reader, &["Ctrl-u"], A::HalfUp, "half a page up", None),

    (C::Confirm, &["y"], A::Accept, "yes", Some(0)),
    (C::Confirm, &["Esc", "n", "q"], A::Back, "no", Some(1)),

    (C::Everywhere, &["?", "F1"], A::Help, "help", Some(10)),
    (C::Everywhere, &[":", "Ctrl-p"], A::Palette, "commands", Some(11)),
    (C::Everywhere, &["M"], A::Mask, "mask private data", None),
    (C::Everywhere, &["Ctrl-c"], A::Cancel, "cancel; twice quits", None),
    (C::Everywhere, &["Ctrl-z"], A::Suspend, "suspend", None),
];
