//! cardex: a terminal contact editor for support agents and support-ops people.
//!
//! # The idea
//!
//! Pure machines, each *event in, effects out, time as an argument*: the screen ([`tui`]), one save
//! ([`engine::save`]), a bulk run ([`engine::run`]), one HTTP call with pacing and retries
//! ([`transport::exchange`]). Providers are pure codecs: patch → request values, response value → contact
//! ([`provider`]). A thin shell ([`app`]) owns terminal, tokio runtime, clock, network and database, and does what
//! the machines ask.
//!
//! ```text
//!  key ─► tui::keymap ─► Msg ─► tui::update(&mut Model, Msg, now) ─► Model ─► tui::view ─► screen
//!                         ▲            └─► Vec<Effect> (plain data, comparable)
//!                         │                     ▼
//!                         │             app::execute ─► store (SQLite thread)
//!                         │                     ├─► engine::Save (read → check → write → verify)
//!                         │                     └─► provider codec ─► HttpRequest ─► review · dry run · curl
//!                         │                                               ▼
//!                         │                          transport::Lane (pace → auth → send → judge → wait)
//!                         └── results ◄── Contact | Verdict ◄── provider codec ◄── HttpResponse
//! ```
//!
//! Review, dry run and "copy as curl" leave the line before the transport: they show the very value that
//! would be sent. Authentication is added last, inside [`transport`], so none of them can hold a token.
//!
//! # Modules, and what each may use
//!
//! | module | what lives there | may use |
//! |---|---|---|
//! | [`domain`] | contact, field table, patch, difference, filter language, validation | nothing of ours |
//! | [`http`] | request, response and verdict values, curl text | nothing of ours |
//! | [`provider`] | `Codec`, facts per provider, a folder per provider | domain, http |
//! | [`secret`] | a secret that can not be printed, and where secrets come from | nothing of ours |
//! | [`transport`] | exchange, limiter, retry table, auth, the HTTP client, request log | http, secret |
//! | [`engine`] | machines of one save and of a bulk run, plans, what the journal holds | domain, http (field problems) |
//! | [`store`] | SQLite: contacts, mirrors, rosters, drafts, runs, list index | domain, engine (plans, journal) |
//! | [`sandbox`] | each vendor's API as a pure function, and a loopback server around them | http |
//! | [`config`] | accounts and settings | domain, provider (facts), secret (sources) |
//! | [`tui`] | model, messages, effects, keymap, views, screens | domain, engine, http (curl text) |
//! | [`app`] | composition: sessions, loading, terminal, clock | everything but cli |
//! | [`cli`] | the command line and its headless commands | everything but tui and transport |
//!
//! `tests/it/architecture.rs` reads the `use` lines and holds this table.
//!
//! # Invariants
//!
//! 1. ratatui stands only under [`tui`] and in `app::terminal`, reqwest only in [`transport::client`], SQLite
//!    only under [`store`], the system clock only in [`app::clock`]; providers never import each other.
//! 2. A save reads right before it writes; a field that changed meanwhile is a conflict, never overwritten
//!    unasked; a success status alone is never "done".
//! 3. Tags are additions and removals. Where an API only replaces the set, it is merged with what was read
//!    right before.
//! 4. A contact vanishes from the mirror only after a complete walk did not meet it.
//! 5. Text from a provider reaches a terminal only through [`domain::shown`].
//! 6. What is typed is handed to the store before it is drawn, in the order of typing: a draft survives a crash.
//! 7. What reaches beyond the contact that is edited ([`domain::guard`]) is sent only when it was allowed by name.
//! 8. What a call did not tell (`tags_read`, `attributes_known`) is neither taken for nothing, nor called verified,
//!    nor written over.
//! 9. Neither a save nor a bulk run sends what the journal does not hold, and one at a time writes to a contact of one
//!    account; what may have arrived is looked at before it is sent again, and not sent where another run changed the
//!    same since; a row's end is one of four, and they add up to the selection.
//! 10. The view reads the model and nothing else; drawing twice, or not at all, changes nothing.
//! 11. What is marked is a fixed set of row numbers ([`domain::selection`]), none of which the store ever gives to
//!     another contact; a filter is asked once, when it is marked, and never again while anything is written.
//!
//! # Where to start
//!
//! * Adding a provider: [`provider::Codec`], then [`provider::pabbly`] as the smaller example.
//! * What an answer means, and what can be done about it: the rows of [`provider::taxonomy::table`].
//! * Adding a screen: the header of [`tui::screen`], then a neighbour.
//! * Finding one contact where the API has no call for it: [`provider::Reading`], [`provider::opencx::find`].
//! * What happens on `Ctrl-s`: [`tui::screen::review`], [`app::session`], [`engine::save`].
//! * What the marking keys do: [`tui::screen::list`], [`app::marking`], [`domain::selection`].
//! * What a bulk change does: [`engine::plan`], [`engine::run`], then [`app::bulk`] which drives it.
//! * A new test: `tests/codec` for wire formats, `tests/it/screen.rs` for screens, `tests/scenarios` for runs.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod provider;
pub mod sandbox;
pub mod secret;
pub mod store;
pub mod transport;
pub mod tui;
