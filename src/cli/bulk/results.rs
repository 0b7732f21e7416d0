//! What became of each contact of a run, as a file.

use std::io::{self, Write};

use super::outlet::Outlet;
use crate::app::bulk::results::write;
use crate::app::session::Session;
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;

/// Writes the results to a file; as CSV where its name ends so.
///
/// # Errors
/// The file can not be written, or the run not be read.
pub(super) async fn write_file(
    session: &Session,
    run: RunId,
    outlet: Outlet,
) -> Result<(), Trouble> {
    let path = outlet.path().to_path_buf();
    let csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let failed = |e: io::Error| {
        let message = format!("writing the results to {}: {e}", path.display());
        Trouble::new(TroubleKind::Local, message)
            .with_hint(format!("`cardex runs results {run}` prints them"))
    };
    let mut file = outlet.begin().map_err(failed)?;
    write(session, run, csv, &|_| true, |bytes| {
        file.write_all(bytes).map_err(failed)
    })
    .await?;
    file.finish().map_err(failed)
}
