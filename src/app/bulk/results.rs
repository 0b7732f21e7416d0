//! What became of each contact of a run, as text: a JSON object a line, or CSV.

use std::io;

use serde_json::{Value, json};

use super::RunRow;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;

/// Rows read at once.
const CHUNK: usize = 1000;

/// Which rows are wanted.
pub type Wanted<'a> = &'a (dyn Fn(&RunRow) -> bool + Sync);

/// Hands the results out piece by piece.
///
/// # Errors
/// What `put` says, or that the run can not be read.
pub async fn write(
    session: &Session,
    run: RunId,
    csv: bool,
    wanted: Wanted<'_>,
    mut put: impl FnMut(&[u8]) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    if csv {
        put(b"row,id,name,end,reason,message,changes\n")?;
    }
    let mut from = 0;
    loop {
        let rows = session.journal().run_rows(run, from, CHUNK).await;
        let mut rows = rows.map_err(|e| store_trouble("reading the results", &e))?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        from = last.row + 1;
        rows.retain(|row| wanted(row));
        let mut text = Vec::new();
        let lines = match csv {
            true => csv_lines(&rows, &mut text),
            false => json_lines(&rows, &mut text),
        };
        lines.map_err(|e| Trouble::new(TroubleKind::Local, format!("writing the results: {e}")))?;
        put(&text)?;
    }
}

fn json_lines(rows: &[RunRow], text: &mut Vec<u8>) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *text, &object(row))?;
        text.push(b'\n');
    }
    Ok(())
}

/// A row as JSON. `end` is null while the row has none.
fn object(row: &RunRow) -> Value {
    let end = row.fold.end.as_ref();
    json!({
        "row": row.row,
        "id": row.id.as_str(),
        "name": row.name,
        "end": end.map(|e| e.outcome().as_str()),
        "reason": end.and_then(|e| e.reason()).map(|r| r.as_str()),
        "message": end.and_then(|e| e.message()),
        "changes": row.fold.changes(),
    })
}

fn csv_lines(rows: &[RunRow], text: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(text);
    for row in rows {
        let end = row.fold.end.as_ref();
        let changes = serde_json::to_string(&row.fold.changes())?;
        writer.write_record([
            row.row.to_string().as_str(),
            row.id.as_str(),
            &row.name,
            end.map_or("", |e| e.outcome().as_str()),
            end.and_then(|e| e.reason()).map_or("", |r| r.as_str()),
            end.and_then(|e| e.message()).unwrap_or_default(),
            &changes,
        ])?;
    }
    writer.flush()
}
