//! Composition: builds the parts, carries out what the machines ask, owns terminal, clock, network and
//! database. It translates; it does not judge.

pub mod background;
pub mod browser;
pub mod bulk;
pub mod checkup;
pub mod clock;
pub mod demo;
pub mod describe;
pub mod editor;
pub mod execute;
pub mod failure;
pub mod loader;
pub mod log;
pub mod marking;
pub mod outside;
pub mod practice;
pub mod roster;
pub mod saves;
pub mod screen;
pub mod session;
pub mod setup;
pub mod teller;
pub mod terminal;
pub mod trail;
pub mod user;
pub mod vocabulary;
pub mod walks;
