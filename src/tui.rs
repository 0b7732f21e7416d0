//! The screen as a pure machine: a message in, effects out, time as an argument; and a view that only
//! reads the model. Terminal, clock, network and database belong to `app`.
//!
//! ```text
//!  Msg ─► update ─► keymap (keys become actions) ─► top screen, else the list ─► Outcome ─► Effects
//!                                  Model ─► view ─► frame
//! ```
//!
//! How a screen is built stands at the top of [`screen`].

pub mod canvas;
pub mod effect;
pub mod keymap;
pub mod layout;
pub mod model;
pub mod msg;
pub mod runs;
pub mod screen;
pub mod scroll;
mod sgr;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;

pub use effect::Effect;
pub use keymap::Keymap;
pub use model::Model;
pub use msg::Msg;
pub use theme::Theme;
pub use update::update;
pub use view::view;
