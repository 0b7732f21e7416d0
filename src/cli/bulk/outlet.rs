//! A file that is written at the end and found to be writable at the beginning, before anything is sent. What it held
//! stays until all of the new is written: it is written beside, and takes the old one's place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Trouble, TroubleKind};

/// A file to be written.
#[derive(Debug)]
pub struct Outlet {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    /// A file, new or not, in a folder that new files can be made in; links are followed.
    Beside(PathBuf),
    /// A file in a folder that takes no new ones.
    Itself(File),
    /// A pipe, a device, or what the program was started with: what comes is added.
    Stream(File),
}

impl Outlet {
    /// Finds out whether a file can be written; one that is made is for its owner alone.
    ///
    /// # Errors
    /// It can not be written. `what` is put there, in words.
    pub fn open(path: &Path, what: &str) -> Result<Self, Trouble> {
        let to = to(path).map_err(|e| {
            let message = format!("writing {what} to {}: {e}", path.display());
            Trouble::new(TroubleKind::Local, message)
                .with_hint("nothing was sent; name a file that can be written")
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            to,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The new file, empty.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(self) -> io::Result<Filling> {
        match self.to {
            To::Itself(file) => {
                file.set_len(0)?;
                Ok(Filling::of(file, None))
            }
            To::Stream(file) => Ok(Filling::of(file, None)),
            To::Beside(path) => {
                let beside = beside(&path);
                let file = new_file(&beside)?;
                if let Ok(old) = fs::metadata(&path) {
                    file.set_permissions(old.permissions())?;
                }
                Ok(Filling::of(file, Some((beside, path))))
            }
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(self, fill: impl FnOnce(&mut Filling) -> io::Result<()>) -> io::Result<()> {
        let mut filling = self.begin()?;
        fill(&mut filling)?;
        filling.finish()
    }
}

/// A file that is being written. Where it is not [finished](Self::finish), the old one stays.
#[derive(Debug)]
pub struct Filling {
    writer: BufWriter<File>,
    /// Where it is written, and where it belongs.
    place: Option<(PathBuf, PathBuf)>,
}

impl Filling {
    fn of(file: File, place: Option<(PathBuf, PathBuf)>) -> Self {
        Self {
            writer: BufWriter::new(file),
            place,
        }
    }

    /// Puts it in the old one's place.
    ///
    /// # Errors
    /// What the system says; the old one is left then.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some((beside, path)) = &self.place {
            self.writer.get_ref().sync_all()?;
            fs::rename(beside, path)?;
            self.place = None;
        }
        Ok(())
    }
}

impl Write for Filling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.place {
            // A part of a file that stays is no loss.
            let _ = fs::remove_file(beside);
        }
    }
}

fn to(path: &Path) -> io::Result<To> {
    let known = match fs::metadata(path) {
        Ok(known) => known,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            try_beside(path)?;
            return Ok(To::Beside(path.to_path_buf()));
        }
        Err(e) => return Err(e),
    };
    // The standard streams have names there: whoever redirected them to a file has it open.
    if !known.is_file() || path.starts_with("/dev") || path.starts_with("/proc") {
        return Ok(To::Stream(OpenOptions::new().append(true).open(path)?));
    }
    // One that may not be written is not to be replaced either.
    let file = OpenOptions::new().write(true).open(path)?;
    let real = fs::canonicalize(path)?;
    Ok(match try_beside(&real) {
        Ok(()) => To::Beside(real),
        Err(_) => To::Itself(file),
    })
}

/// Makes a file beside this one, and takes it away again.
fn try_beside(path: &Path) -> io::Result<()> {
    let beside = beside(path);
    drop(new_file(&beside)?);
    fs::remove_file(beside)
}

/// A name of this process's own, in the same folder.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
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
        let broken = |out: &mut Filling| {
            out.write_all(b"half of it")?;
            Err(io::Error::other("the disk is full"))
        };
        assert!(Outlet::open(&old, "it").unwrap().write(broken).is_err());
        assert_eq!(std::fs::read(&old).unwrap(), b"now");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 2, "something was left behind");
        let nowhere = folder.path().join("no/where");
        let refused = Outlet::open(&nowhere, "the plan").unwrap_err();
        assert!(refused.message.contains("the plan") && refused.message.contains("no/where"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_device_and_the_old_permissions_stay_what_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "before").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        let outlet = Outlet::open(&link, "it").unwrap();
        outlet.write(|out| out.write_all(b"now")).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"now");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let outlet = Outlet::open(Path::new("/dev/null"), "it").unwrap();
        outlet.write(|out| out.write_all(b"now")).unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
        assert!(Outlet::open(folder.path(), "it").is_err());
    }
}
