//! Golden cases of every provider's codec: a folder a case, under `tests/codec/PROVIDER/CASE/`.
//!
//! | file | what it is |
//! |---|---|
//! | `../context.json` | the provider's account: `account`, `base_url`, `account_id`, `email_attribute`, `tags_mode`, `identity_hash`, `read_only` |
//! | `context.json` | members of it that this case has otherwise |
//! | `fresh.json`, `patch.json` | a contact as just read (only the members that matter) and a patch, as serialised |
//! | `purpose` | one line: `page [CURSOR]`, `contact ID`, `tags ID`, `write`, `write-tags`, `definitions`, `catalogue`, `about`, `tagged TAG [CURSOR]`, `narrow-whole FILTER`, `narrow-beginning FILTER`, `holders FIELD VALUE`; a number in front of it (`2 about`) picks the second call of that purpose |
//! | `requests.http` | expected: the requests of the patch, or of the purpose where there is no patch and no response |
//! | `refused.json` | expected in place of `requests.http` where the codec refuses |
//! | `response.http`, `response-LABEL.http` | an answer: status line, headers, blank line, body |
//! | `expected.json`, `expected-LABEL.json` | expected: the verdict and, if that is ok, the reply or the decoding error |
//!
//! An answer is read as that of the call that `purpose` names; of the patch's calls where there is a
//! patch. Every other file name is an error, so is an expectation that nothing produces, and a provider
//! with a codec but without cases. `CARDEX_BLESS=1 cargo test --test it codec::` writes the expectations.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can not go on says so by panicking"
)]

mod case;
mod laws;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cardex::domain::{Contact, Patch, ProviderId};
use cardex::provider::{Call, Context, codec};

use case::Case;
pub(crate) use case::calls_of;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codec")
}

/// The names in a folder, sorted; folders end in a slash.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let slash = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{slash}", entry.file_name().to_string_lossy())
        })
        .collect();
    names.sort();
    names
}

/// The account of a provider's golden cases.
pub fn golden_context(id: ProviderId) -> Context {
    let folder = root().join(id.as_str());
    case::account(&folder.join("context.json")).unwrap_or_else(|e| panic!("{id}: {e}"))
}

/// What a golden case makes the codec send.
pub struct Golden {
    /// Provider and folder.
    pub place: String,
    /// The account.
    pub context: Context,
    /// What is edited, and how, where something is.
    pub edit: Option<(Contact, Patch)>,
    /// The calls of a case that edits nothing.
    pub asked: Vec<Call>,
}

/// The golden cases of a provider.
pub fn golden(id: ProviderId) -> Vec<Golden> {
    let Some(codec) = codec(id) else {
        return Vec::new();
    };
    let folder = root().join(id.as_str());
    let mut all = Vec::new();
    for name in names(&folder) {
        let Some(name) = name.strip_suffix('/') else {
            continue;
        };
        let case =
            Case::load(id, codec, &folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        all.push(Golden {
            place: format!("{id}/{name}"),
            context: case.context().clone(),
            edit: case.edit().cloned(),
            asked: case.asked(),
        });
    }
    all
}

#[test]
fn every_golden_case_holds() {
    let bless = std::env::var_os("CARDEX_BLESS").is_some_and(|v| v == "1");
    let mut failures = String::new();
    let mut cases = 0;
    let mut found: BTreeSet<String> = names(&root()).into_iter().collect();
    for id in ProviderId::ALL {
        let Some(codec) = codec(id) else { continue };
        if !found.remove(&format!("{id}/")) {
            writeln!(failures, "{id} has a codec but no golden cases").unwrap();
            continue;
        }
        let folder = root().join(id.as_str());
        for name in names(&folder) {
            let Some(name) = name.strip_suffix('/') else {
                if name != "context.json" {
                    writeln!(failures, "{id}/{name}: unknown file").unwrap();
                }
                continue;
            };
            cases += 1;
            let outcome = Case::load(id, codec, &folder.join(name)).and_then(|c| c.check(bless));
            if let Err(failure) = outcome {
                writeln!(failures, "── {id}/{name}\n{failure}").unwrap();
            }
        }
    }
    for stray in found {
        writeln!(failures, "{stray}: belongs to no provider that has a codec").unwrap();
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases > 0, "no cases under {}", root().display());
}
