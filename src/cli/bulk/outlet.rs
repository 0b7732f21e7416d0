//! A file that is written at the end and found to be writable at the beginning, before anything is sent.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Trouble, TroubleKind};

/// A file to be written, open. What it held stays until then; one that was made for it and never written is taken
/// away again.
#[derive(Debug)]
pub struct Outlet {
    path: PathBuf,
    file: File,
    made: bool,
}

impl Outlet {
    /// Opens a file for writing; one that is made is for its owner alone.
    ///
    /// # Errors
    /// It can not be written. `what` is put there, in words.
    pub fn open(path: &Path, what: &str) -> Result<Self, Trouble> {
        let made = !path.exists();
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|e| {
            let message = format!("writing {what} to {}: {e}", path.display());
            Trouble::new(TroubleKind::Local, message)
                .with_hint("nothing was sent; name a file that can be written")
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            file,
            made,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, empty.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(&mut self) -> io::Result<BufWriter<&File>> {
        // Pipes and devices have nothing to be emptied of.
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
            self.file.rewind()?;
        }
        self.made = false;
        Ok(BufWriter::new(&self.file))
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(
        mut self,
        fill: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut writer = self.begin()?;
        fill(&mut writer)?;
        writer.flush()
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if self.made {
            // An empty file that stays is no loss.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_as_it_was_until_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        std::fs::write(&old, "what was there before").unwrap();
        drop(Outlet::open(&old, "it").unwrap());
        drop(Outlet::open(&new, "it").unwrap());
        assert_eq!(std::fs::read(&old).unwrap(), b"what was there before");
        assert!(!new.exists());
        for path in [&old, &new] {
            let outlet = Outlet::open(path, "it").unwrap();
            outlet.write(|out| out.write_all(b"now")).unwrap();
            assert_eq!(std::fs::read(path).unwrap(), b"now");
        }
        let nowhere = folder.path().join("no/where");
        let refused = Outlet::open(&nowhere, "the plan").unwrap_err();
        assert!(refused.message.contains("the plan") && refused.message.contains("no/where"));
    }
}
