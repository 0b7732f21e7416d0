//! Sources against the real file system and real programs.

use super::*;

fn command(argv: &[&str]) -> TokenSource {
    TokenSource::Command(argv.iter().map(ToString::to_string).collect())
}

#[test]
fn an_unset_variable_is_named() {
    let error = TokenSource::Env("CARDEX_TEST_NO_SUCH".into())
        .resolve()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable CARDEX_TEST_NO_SUCH is not set; \
         export CARDEX_TEST_NO_SUCH=… and start again"
    );
}

#[test]
fn a_set_variable_is_read() {
    let path = std::env::var("PATH").unwrap();
    let secret = TokenSource::Env("PATH".into()).resolve().unwrap();
    assert_eq!(secret.expose(), path.trim());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(text: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's a token");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_private_file_is_read_and_trimmed() {
        for mode in [0o600, 0o400] {
            let (_folder, path) = file(b"tok-1\n", mode);
            assert_eq!(TokenSource::File(path).resolve().unwrap().expose(), "tok-1");
        }
    }

    #[test]
    fn a_file_others_can_read_is_refused_with_the_repair() {
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let (_folder, path) = file(b"tok-1\n", mode);
            let error = TokenSource::File(path.clone())
                .resolve()
                .unwrap_err()
                .to_string();
            let quoted = path.display().to_string().replace('\'', r"'\''");
            assert!(error.contains(&format!("mode 0{mode:o}")), "{error}");
            assert!(error.ends_with(&format!("chmod 600 '{quoted}'")), "{error}");
        }
    }

    #[test]
    fn folders_missing_files_and_two_lines_are_refused() {
        let (folder, path) = file(b"tok-1\ntok-2\n", 0o600);
        let two = TokenSource::File(path).resolve().unwrap_err();
        assert!(two.to_string().contains("more than one line"), "{two}");
        assert!(!format!("{two:?}").contains("tok-"), "{two:?}");
        let directory = TokenSource::File(folder.path().into()).resolve();
        assert!(matches!(directory, Err(SourceError::NotAFile { .. })));
        let missing = TokenSource::File(folder.path().join("none"))
            .resolve()
            .unwrap_err();
        assert!(
            missing
                .to_string()
                .contains("can not be read: no such file"),
            "{missing}"
        );
        let (_folder, path) = file(&[0xff, 0xfe], 0o600);
        let binary = TokenSource::File(path).resolve().unwrap_err();
        assert!(binary.to_string().contains("it is not text"), "{binary}");
        let (_folder, path) = file(b" \n", 0o600);
        let empty = TokenSource::File(path).resolve().unwrap_err();
        assert!(empty.to_string().contains("it is empty"), "{empty}");
    }

    #[test]
    fn a_command_gives_its_first_line() {
        let source = command(&["printf", "  tok-1 \nuser: ada\n"]);
        assert_eq!(source.resolve().unwrap().expose(), "tok-1");
    }

    #[test]
    fn no_shell_reads_the_arguments() {
        let source = command(&["echo", "$HOME;id"]);
        assert_eq!(source.resolve().unwrap().expose(), "$HOME;id");
    }

    #[test]
    fn a_failing_command_shows_its_complaint_but_not_its_output() {
        let source = command(&["sh", "-c", "echo tok-1; echo 'locked: tok-1' >&2; exit 3"]);
        // The command line is the user's own and is shown; what the program printed is not.
        let Err(SourceError::CommandFailed { status, said, .. }) = source.resolve() else {
            panic!("a failing command gave a token");
        };
        assert_eq!(
            (status.as_str(), said.as_str()),
            ("exit status: 3", ": locked: ***")
        );
    }

    #[test]
    fn commands_that_do_not_exist_print_nothing_or_hang() {
        let missing = command(&["cardex-no-such-program"]).resolve().unwrap_err();
        assert!(
            missing
                .to_string()
                .contains("could not be started: no such file"),
            "{missing}"
        );
        let silent = command(&["true"]).resolve().unwrap_err();
        assert!(
            silent
                .to_string()
                .contains("the command `true` gave is no token: it is empty")
        );
        assert_eq!(command(&[]).resolve().unwrap_err(), SourceError::NoCommand);
        let argv: Vec<String> = ["sleep", "30"].map(String::from).to_vec();
        let hung = first_line(&argv, Duration::from_millis(50)).unwrap_err();
        assert!(matches!(hung, SourceError::CommandHung { .. }), "{hung}");
    }

    #[test]
    fn a_helper_that_keeps_the_pipe_open_counts_as_hung() {
        let argv: Vec<String> = ["sh", "-c", "sleep 5 & echo tok-1"]
            .map(String::from)
            .to_vec();
        let hung = first_line(&argv, Duration::from_millis(100)).unwrap_err();
        assert!(matches!(hung, SourceError::CommandHung { .. }), "{hung}");
    }

    #[test]
    fn much_output_does_not_block_the_command() {
        let argv = ["sh", "-c", "echo tok-1; head -c 300000 /dev/zero"].map(String::from);
        assert_eq!(first_line(&argv, COMMAND_LIMIT).unwrap(), b"tok-1");
    }
}
