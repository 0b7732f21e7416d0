//! Laws of the update, on generated contacts and patches, and what the table says. Exchanges are golden
//! cases under `tests/codec/opencx`.
