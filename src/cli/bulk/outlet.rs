//! A file that is written at the end and found to be writable at the beginning, before anything is sent. What it held
//! stays until all of the new is written: it is written beside, and takes the old one's place. Only where the folder
//! takes no new files is it emptied and written in its place.

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
                let (beside, file) = new_beside(&path)?;
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
            // A link to what is not there yet stays a link, and what it leads to is made. Links in a circle are
            // another error.
            if let Ok(target) = fs::read_link(path) {
                return to(&path.with_file_name("").join(target));
            }
            try_beside(path)?;
            return Ok(To::Beside(path.to_path_buf()));
        }
        Err(e) => return Err(e),
    };
    if !known.is_file() || is_open_already(path) {
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

/// Whether a path names what this program was started with: whoever redirected it to a file has that open.
fn is_open_already(path: &Path) -> bool {
    let in_folder = path.parent().is_some_and(|folder| {
        folder == Path::new("/dev/fd") || folder.starts_with("/proc") && folder.ends_with("fd")
    });
    in_folder || path == Path::new("/dev/stdout") || path == Path::new("/dev/stderr")
}

/// Makes a file beside this one, and takes it away again.
fn try_beside(path: &Path) -> io::Result<()> {
    let (beside, file) = new_beside(path)?;
    drop(file);
    fs::remove_file(beside)
}

/// Names that are tried for a file beside another.
const NAMES: u32 = 100;

/// A new file in the same folder, for its owner alone. It is made and never opened: what stands there under its name,
/// a link to somewhere else too, is let be and another name taken.
fn new_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut number = 0;
    loop {
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}-{number}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        match options.open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < NAMES => number += 1,
            Err(e) => return Err(e),
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

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_followed_and_a_name_that_is_taken_is_not() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("below")).unwrap();
        symlink("below/next", at("link")).unwrap();
        symlink("new", at("below/next")).unwrap();
        let victim = at("victim");
        std::fs::write(&victim, "not mine").unwrap();
        let taken = format!("below/.new.{}-0.tmp", std::process::id());
        symlink(&victim, at(&taken)).unwrap();
        let outlet = Outlet::open(&at("link"), "it").unwrap();
        outlet.write(|out| out.write_all(b"now")).unwrap();
        assert_eq!(std::fs::read(at("below/new")).unwrap(), b"now");
        assert_eq!(std::fs::read(&victim).unwrap(), b"not mine");
        for link in ["link", "below/next", &taken] {
            let kept = std::fs::symlink_metadata(at(link)).unwrap();
            assert!(kept.is_symlink(), "{link}");
        }
        symlink("round", at("round")).unwrap();
        assert!(Outlet::open(&at("round"), "it").is_err());
        symlink("no/where", at("astray")).unwrap();
        assert!(Outlet::open(&at("astray"), "it").is_err());
    }

    #[test]
    fn only_what_the_program_was_started_with_is_open_already() {
        let open = |path: &str| is_open_already(Path::new(path));
        for path in [
            "/dev/stdout",
            "/dev/stderr",
            "/dev/fd/3",
            "/proc/self/fd/1",
            "/proc/7/fd/1",
        ] {
            assert!(open(path), "{path}");
        }
        for path in [
            "/dev/shm/results",
            "/dev/shm/fd/1",
            "/proc/sys/x",
            "/tmp/fd/1",
            "stdout",
        ] {
            assert!(!open(path), "{path}");
        }
    }
}
