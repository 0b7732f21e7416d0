//! The fake against the documents: every call, every error, every switch.
