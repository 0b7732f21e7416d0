//! Small pieces that several screens draw or edit with.

pub mod line;
pub mod text;
