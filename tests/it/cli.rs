//! The built program, run as a process: what it prints where, how it ends, what it leaves behind. The
//! servers are sandboxes and hand-made answers on real loopback sockets.
//!
//! Every run checks that the token appears nowhere, that there is one complaint at most, and that with
//! `--json` standard output is JSON lines and nothing else.
#![allow(
    clippy::unwrap_used,
    reason = "in a test's helper, too, a failing step fails the test"
)]

mod afterwards;
mod answers;
mod bulk;
mod doctor;
mod editing;
mod files;
mod listing;
mod narrowed;
mod opencx;
mod pages;
mod program;
mod public;
mod revyops;
mod settings;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use cardex::http::HttpResponse;
use cardex::sandbox::faults::{Faults, Vendor};
use cardex::sandbox::server::{self, Options, Running};
use cardex::sandbox::{Fake, Received, seed};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The token of every account; must never be printed.
const SECRET: &str = "tok-8f31-Geheim";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A configuration and a data folder of their own.
struct Desk {
    home: TempDir,
}

impl Desk {
    fn new(configuration: &str) -> Self {
        let home = TempDir::new().unwrap();
        std::fs::write(home.path().join("config.toml"), configuration).unwrap();
        Self { home }
    }

    /// A configuration that names the sample contacts.
    fn demo() -> Self {
        Self::new("default_account = \"demo\"\n")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The program with its own folders and an empty environment.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardex"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("DESK_TOKEN", SECRET)
            .env("DESK_HMAC", seed::INBOX_KEY)
            .env("CARDEX_CONFIG", self.path("config.toml"))
            .env("CARDEX_DATA_DIR", self.data())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Said {
        let output = self.command().args(args).output().unwrap();
        Said::new(args, &output)
    }

    /// Runs and expects success; gives standard output.
    fn does(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{said:#?}");
        said.out
    }

    /// Runs with `--json` and expects success; gives the objects printed.
    fn tells(&self, args: &[&str]) -> Vec<Value> {
        let args = [args, &["--json"]].concat();
        lines(&self.does(&args))
    }

    /// Runs twice, as text and as JSON: the same code, one complaint with all `words`, and as data
    /// nothing, or the error as an object.
    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, words: &[&str]) {
        let said = self.run(args);
        said.complains(code, words);
        assert_eq!(said.out, "", "{said:#?}");
        let said = self.run(&[args, &["--json"]].concat());
        said.complains(code, words);
        let error = &lines(&said.out)[0]["error"];
        assert!(error["kind"].is_string(), "{said:#?}");
        let message = error["message"].as_str().unwrap();
        assert!(said.err.contains(message), "{said:#?}");
    }
}

/// What a run printed and how it ended.
#[derive(Debug)]
#[expect(dead_code, reason = "the arguments are for reading a failed test")]
struct Said {
    args: Vec<String>,
    code: i32,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn new(args: &[&str], output: &std::process::Output) -> Self {
        let said = Self {
            args: args.iter().map(|a| (*a).to_string()).collect(),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        };
        assert!(!said.out.contains(SECRET), "{said:#?}");
        assert!(!said.err.contains(SECRET), "{said:#?}");
        for inbox in [seed::INBOX, seed::INBOX_KEY] {
            assert!(
                !said.out.contains(inbox) && !said.err.contains(inbox),
                "{said:#?}"
            );
        }
        assert!(!said.err.contains("panicked"), "{said:#?}");
        assert!(said.err.matches("Error:").count() <= 1, "{said:#?}");
        assert!(!said.out.contains("Error:"), "{said:#?}");
        if args.contains(&"--json") {
            lines(&said.out);
        }
        said
    }

    /// Ended with this code, and with one complaint that holds all the words.
    #[track_caller]
    fn complains(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:#?}");
        assert_eq!(self.err.matches("Error:").count(), 1, "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is missing: {self:#?}");
        }
        // The same half sentence twice is noise.
        let said = self.err.split("Error: ").nth(1).unwrap();
        let parts: Vec<&str> = said.split([':', ';', '\n']).map(str::trim).collect();
        let long = parts.iter().filter(|p| p.len() > 12);
        for part in long {
            let count = parts.iter().filter(|p| p == &part).count();
            assert_eq!(count, 1, "{part:?} is said twice: {self:#?}");
        }
    }
}

/// JSON lines.
#[track_caller]
fn lines(text: &str) -> Vec<Value> {
    let parse = |line: &str| {
        serde_json::from_str(line)
            .map_err(|e| format!("{e}: {text}"))
            .unwrap()
    };
    text.lines().map(parse).collect()
}

/// Looks at a request before the fake does: may change it, or answer itself. Counts from 1.
type Hook = Box<dyn FnMut(usize, &mut Received) -> Option<HttpResponse> + Send>;

/// A fake behind the tests' token and a hook.
struct Hooked {
    inner: Box<dyn Fake>,
    hook: Hook,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Fake for Hooked {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        let mut request = request.clone();
        for (_, value) in &mut request.headers {
            *value = value.replace(SECRET, seed::KEY);
        }
        let number = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(request.clone());
            seen.len()
        };
        if let Some(answer) = (self.hook)(number, &mut request) {
            return answer;
        }
        self.inner.answer(&request, now)
    }
}

/// A running server.
struct Server {
    running: Running,
    vendor: Vendor,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    fn start(
        vendor: Vendor,
        inner: impl Fake + 'static,
        faults: &str,
        hook: impl FnMut(usize, &mut Received) -> Option<HttpResponse> + Send + 'static,
    ) -> Self {
        let seen = Arc::default();
        let fake = Hooked {
            inner: Box::new(inner),
            hook: Box::new(hook),
            seen: Arc::clone(&seen),
        };
        #[expect(clippy::disallowed_methods, reason = "the server lives in real time")]
        let mut options = Options::new(vendor, Timestamp::now);
        options.faults = Faults::parse(faults).unwrap();
        let running = RUNTIME
            .block_on(server::start(Box::new(fake), options))
            .unwrap();
        Self {
            running,
            vendor,
            seen,
        }
    }

    /// A Chatwoot with so many people.
    fn chatwoot(people: usize) -> Self {
        let fake = seed::chatwoot(&seed::people(people));
        Self::start(Vendor::Chatwoot, fake, "", |_, _| None)
    }

    /// A Chatflow with so many people.
    fn pabbly(people: usize) -> Self {
        let fake = seed::pabbly(&seed::people(people));
        Self::start(Vendor::Pabbly, fake, "", |_, _| None)
    }

    /// Answers everything itself.
    fn saying(
        vendor: Vendor,
        mut answer: impl FnMut(usize) -> HttpResponse + Send + 'static,
    ) -> Self {
        let fake = seed::pabbly(&[]);
        Self::start(vendor, fake, "", move |n, _| Some(answer(n)))
    }

    /// A desk with the account `desk` on this server, with more settings.
    fn desk(&self, more: &str) -> Desk {
        Desk::new(&account(self.vendor, &self.running.url(), more))
    }

    fn requests(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    /// Methods and bodies of the writes that arrived.
    fn writes(&self) -> Vec<(String, Value)> {
        let write = |r: &Received| {
            let body = serde_json::from_slice(&r.body).unwrap_or(Value::Null);
            (r.method != "GET").then(|| (r.method.clone(), body))
        };
        self.requests().iter().filter_map(write).collect()
    }
}

/// The configuration of the account `desk`.
fn account(vendor: Vendor, url: &str, more: &str) -> String {
    let own = match vendor {
        Vendor::Chatwoot => {
            format!("provider = \"chatwoot\"\nbase_url = \"{url}\"\naccount_id = 1")
        }
        Vendor::Pabbly => format!("provider = \"pabbly\"\nbase_url = \"{url}/api/v1\""),
        Vendor::OpenCx => format!("provider = \"opencx\"\nbase_url = \"{url}\""),
        Vendor::RevyOps => format!("provider = \"revyops\"\nbase_url = \"{url}/api\""),
    };
    format!(
        "[accounts.desk]\n{own}\ntoken = {{ env = \"DESK_TOKEN\" }}\nrate = \"60000/min\"\n{more}\n"
    )
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}
