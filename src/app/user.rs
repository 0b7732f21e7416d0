//! Who uses this machine, for the history of runs.

/// The variables that a session of a person sets.
const NAMES: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// The name of the user; of one that the environment does not name, as in a job or a container, what the system has
/// under the number of the process's user, else that number.
pub fn name() -> String {
    let named = NAMES
        .iter()
        .find_map(|name| filled(std::env::var(name).ok()));
    named.unwrap_or_else(of_process)
}

fn filled(name: Option<String>) -> Option<String> {
    name.filter(|n| !n.trim().is_empty())
}

#[cfg(unix)]
fn of_process() -> String {
    let number = rustix::process::getuid().as_raw();
    // Users of a directory service are not in it; their number is better than nothing.
    let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    listed(&table, number).unwrap_or_else(|| format!("uid {number}"))
}

#[cfg(not(unix))]
fn of_process() -> String {
    "unknown".into()
}

/// The name of a number in a table of users: `name:password:number:…`.
#[cfg(unix)]
fn listed(table: &str, number: u32) -> Option<String> {
    table.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        let own: u32 = parts.nth(1)?.parse().ok()?;
        filled(Some(name.to_string())).filter(|_| own == number)
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_name_that_the_system_gives_it() {
        let table = "root:x:0:0:root:/root:/bin/sh\n# a remark\nana:x:1000:1000:Ana,,,:/home/ana:/bin/sh\n:x:7:7\n";
        assert_eq!(listed(table, 1000).as_deref(), Some("ana"));
        assert_eq!(listed(table, 0).as_deref(), Some("root"));
        for number in [7, 100, 1001] {
            assert_eq!(listed(table, number), None, "{number}");
        }
    }
}
