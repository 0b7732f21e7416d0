//! Rows, counts and files of plans.
