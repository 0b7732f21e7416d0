//! One integration binary: quick to link. Each module says what it proves.

mod screen;
