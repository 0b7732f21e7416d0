//! Small pieces that several screens draw or edit with.

pub mod line;
pub mod panel;
pub mod reader;
pub mod text;
