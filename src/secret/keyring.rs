//! Tokens in the desktop's Secret Service: read, store, forget.
//!
//! Built with the `keyring` feature on Linux only; every other build answers
//! [`SourceError::KeyringUnsupported`]. No default store is installed process-wide: each call opens
//! the service anew, which is rare and cheap.

use super::{Secret, SourceError};

/// The service name that entries are filed under unless the configuration says otherwise.
pub const SERVICE: &str = "cardex";

/// Stores a token under the account's name, over what was there. Blocks.
///
/// # Errors
/// [`SourceError::KeyringFailed`], [`SourceError::KeyringUnsupported`].
pub fn store_in_keyring(account: &str, secret: &Secret) -> Result<(), SourceError> {
    let secret = secret.clone();
    desktop::with_entry(SERVICE, account, move |entry| {
        entry.set_password(secret.expose())
    })
}

/// Removes the account's token. Blocks.
///
/// # Errors
/// [`SourceError::KeyringEmpty`] where there was none, else as [`store_in_keyring`].
pub fn forget(account: &str) -> Result<(), SourceError> {
    desktop::with_entry(SERVICE, account, |entry| entry.delete_credential())
}

/// The stored text; [`super::TokenSource::resolve`] makes a [`Secret`] of it.
pub(super) fn read(service: &str, account: &str) -> Result<String, SourceError> {
    desktop::with_entry(service, account, |entry| entry.get_password())
}

#[cfg(all(feature = "keyring", target_os = "linux"))]
mod desktop {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{Entry, Error, Result};
    use zbus_secret_service_keyring_store::Store;

    use super::SourceError;

    /// How long the desktop may take, its question for a password included.
    const LIMIT: Duration = Duration::from_secs(60);

    /// Works on one entry, on a thread of its own: the store starts a runtime inside, which panics
    /// on a thread that already drives one.
    pub(super) fn with_entry<T: Send + 'static>(
        service: &str,
        account: &str,
        work: impl FnOnce(&Entry) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, SourceError> {
        let (sender, receiver) = mpsc::channel();
        let names = (service.to_string(), account.to_string());
        thread::spawn(move || {
            let result = Store::new()
                .and_then(|store| store.build(&names.0, &names.1, None))
                .and_then(|entry| work(&entry));
            let _ = sender.send(result);
        });
        let failed = |problem: String| SourceError::KeyringFailed {
            account: account.to_string(),
            problem,
        };
        match receiver.recv_timeout(LIMIT) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Error::NoEntry)) => Err(SourceError::KeyringEmpty {
                account: account.to_string(),
            }),
            Ok(Err(error)) => Err(failed(words(&error))),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(failed(format!(
                "it did not answer within {} s",
                LIMIT.as_secs()
            ))),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(failed("it stopped working".into())),
        }
    }

    /// The error in words that can not hold the entry itself.
    fn words(error: &Error) -> String {
        match error {
            Error::PlatformFailure(cause) => format!("no desktop key store answers ({cause})"),
            Error::NoStorageAccess(cause) => format!("it is locked or refuses access ({cause})"),
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                "the entry is not text; run cardex login again".into()
            }
            Error::Ambiguous(_) => {
                "it has several entries for this account; remove all but one".into()
            }
            Error::TooLong(what, limit) => format!("{what} is longer than {limit}"),
            Error::Invalid(what, why) => format!("{what} is invalid: {why}"),
            _ => "it failed in a way it does not explain".into(),
        }
    }
}

#[cfg(not(all(feature = "keyring", target_os = "linux")))]
mod desktop {
    use super::SourceError;

    /// Stands in for the store's entry, so that callers are the same in every build.
    pub(super) struct Entry;

    impl Entry {
        pub(super) fn set_password(&self, _: &str) {}
        pub(super) fn delete_credential(&self) {}
        pub(super) fn get_password(&self) -> String {
            String::new()
        }
    }

    pub(super) fn with_entry<T>(
        _: &str,
        _: &str,
        _: impl FnOnce(&Entry) -> T,
    ) -> Result<T, SourceError> {
        Err(SourceError::KeyringUnsupported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::TokenSource;

    /// Without a session bus (or without the feature) reading ends in words, not in a panic, even
    /// on a thread that drives a runtime. Where a desktop is running its key store is left alone.
    #[tokio::test]
    async fn a_missing_key_store_is_explained() {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
        if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
            || runtime.is_some_and(|folder| folder.join("bus").exists())
        {
            return;
        }
        let source = TokenSource::Keyring {
            service: SERVICE.into(),
            account: "no-such-account".into(),
        };
        let error = source.resolve().unwrap_err().to_string();
        let expected = match cfg!(all(feature = "keyring", target_os = "linux")) {
            true => "the key store could not be used for no-such-account: ",
            false => "a key store is not supported in this build",
        };
        assert!(error.starts_with(expected), "{error}");
        assert!(error.contains("token = { env = … }"), "{error}");
    }
}
