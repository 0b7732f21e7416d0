//! Where configuration and data live on this machine.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::{Trouble, TroubleKind};

/// The configuration file when none is named.
///
/// # Errors
/// When no home directory is known.
pub fn config_file() -> Result<PathBuf, Trouble> {
    Ok(dirs("--config FILE")?.config_dir().join("config.toml"))
}

/// The data directory when none is named.
///
/// # Errors
/// When no home directory is known.
pub fn data_dir() -> Result<PathBuf, Trouble> {
    Ok(dirs("--data-dir DIR")?.data_dir().to_path_buf())
}

fn dirs(option: &str) -> Result<ProjectDirs, Trouble> {
    ProjectDirs::from("", "", "cardex").ok_or_else(|| {
        Trouble::new(
            TroubleKind::Local,
            "looking for your home directory: none is known",
        )
        .with_hint(format!("set HOME, or name the place with {option}"))
    })
}

/// Replaces a leading `~/` by the home directory.
pub fn expand_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(base)) => base.home_dir().join(rest),
        _ => Path::new(path).to_path_buf(),
    }
}
