//! What is read from files that people and spreadsheets make, what is written to files, and values that nobody could
//! have: found out before anything is planned.

use serde_json::json;

use super::*;

fn path(desk: &Desk, name: &str) -> String {
    desk.path(name).display().to_string()
}

fn ids(desk: &Desk) -> Vec<String> {
    let text = desk.does(&["list", "--format", "ids", "--sort", "id"]);
    text.lines().map(String::from).collect()
}

#[test]
fn ids_are_taken_from_what_a_spreadsheet_writes() {
    let desk = Desk::demo();
    let (all, file) = (ids(&desk), path(&desk, "ids"));
    let (one, two) = (&all[0], &all[1]);
    for text in [
        format!("\u{feff}id\r\n{one}\r\n\r\n{two}\r\n"),
        format!("Name,ID,Note\r\n\"Doe, Jane\",{one},\r\nX,{two},\"a\nb\"\r\n"),
        desk.does(&["show", one, "--json"]) + two + "\n",
    ] {
        std::fs::write(&file, &text).unwrap();
        let said = desk.run(&["tag", "--ids", &file, "--add", "from-file", "--dry-run"]);
        assert_eq!(said.code, 0, "{said:#?}");
        assert_eq!(said.out.lines().count(), 3, "{text:?}: {said:#?}");
        assert!(said.out.contains("2 contacts: "), "{said:#?}");
    }
    std::fs::write(&file, format!("{one}\n{two},Jane\n")).unwrap();
    let change = ["tag", "--ids", &file, "--add", "x"];
    desk.fails(&change, 2, &["line 2", "several columns", "a column `id`"]);
    std::fs::write(&file, format!("name,id\nJane,{one}\nBo,no id\n")).unwrap();
    desk.fails(&change, 2, &["line 3", "no id"]);
    assert!(desk.tells(&["runs"]).is_empty());
}

#[test]
fn a_value_that_no_contact_could_have_is_refused_before_anything_is_planned() {
    let people = seed::people(4);
    let server = Server::start(Vendor::Chatwoot, seed::chatwoot(&people), "", |_, _| None);
    let desk = server.desk("");
    for (change, words) in [
        (["--set-attr", "seats=many"], ["attr.seats", "many"]),
        (
            ["--set-attr", "plan=gold"],
            ["attr.plan", "not in the list"],
        ),
        (
            ["--set-attr", "customer_code=x"],
            ["attr.customer_code", "AB-1234"],
        ),
        (["--flag", "optin=no"], ["optin", "no opt-in"]),
    ] {
        let kept = path(&desk, "plan");
        let args = [&["tag", "--all", "--plan", &kept][..], &change].concat();
        desk.fails(&args, 2, &words);
        assert!(!desk.path("plan").exists());
    }
    let listed = server.requests();
    let listed = listed.iter().filter(|r| r.path().ends_with("/contacts"));
    assert_eq!(listed.count(), 0, "contacts were read");
}

#[test]
fn results_take_the_place_of_earlier_ones_only_when_they_are_whole() {
    let desk = Desk::demo();
    let (all, file, kept) = (ids(&desk), path(&desk, "ids"), path(&desk, "kept.csv"));
    std::fs::write(&file, all[..3].join("\n")).unwrap();
    std::fs::write(&kept, "of another day").unwrap();
    // Refused before it begins: what was there stays.
    desk.fails(
        &["tag", "--ids", &file, "--add", " ", "--results", &kept],
        2,
        &["a tag needs a name"],
    );
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "of another day");
    let change = [
        "tag",
        "--ids",
        &file,
        "--add",
        "new-one",
        "--results",
        &kept,
    ];
    desk.does(&change);
    let text = std::fs::read_to_string(&kept).unwrap();
    assert!(text.starts_with("row,id,name,end"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
    // And they say which rows are to be taken back.
    let some: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(n, _)| *n != 2)
        .map(|(_, l)| l)
        .collect();
    std::fs::write(&kept, some.join("\r\n")).unwrap();
    let back = desk.tells(&["runs", "undo", "last", "--rows", &kept]);
    assert_eq!(back[0]["selected"], json!(2), "{back:?}");
    let held = desk.does(&["list", "tag:new-one", "--format", "ids"]);
    assert_eq!(held.trim(), all[1]);
}

#[test]
fn a_tag_that_is_spelled_like_another_one_is_taken_without_blanks_and_doubted() {
    let desk = Desk::demo();
    let (all, file) = (ids(&desk), path(&desk, "ids"));
    std::fs::write(&file, all[..2].join("\n")).unwrap();
    desk.does(&["edit", &all[5], "--add-tag", "Big Fish"]);
    let said = |tag: &str| desk.run(&["tag", "--ids", &file, "--add", tag, "--dry-run"]);
    let doubted = said("big  fish");
    let words = "there is already a tag \"Big Fish\"; \"big  fish\" is another one";
    assert!(
        doubted.code == 0 && doubted.err.contains(words),
        "{doubted:#?}"
    );
    let bare = said(" Big Fish ");
    let words = "--add: \" Big Fish \" is taken for \"Big Fish\"";
    assert!(bare.err.contains(words), "{bare:#?}");
    assert!(!bare.err.contains("already a tag"), "{bare:#?}");
    assert_eq!(said("other fish").err, "");
    // The plan keeps the doubt for whoever reviews it.
    let plan = path(&desk, "plan");
    desk.does(&["tag", "--ids", &file, "--add", "BIG FISH", "--plan", &plan]);
    assert!(
        std::fs::read_to_string(&plan)
            .unwrap()
            .contains("already a tag")
    );
}

#[test]
fn a_plan_that_was_damaged_says_where_and_what_can_be_done() {
    let desk = Desk::demo();
    let (all, file, plan) = (ids(&desk), path(&desk, "ids"), path(&desk, "plan"));
    std::fs::write(&file, all[..3].join("\n")).unwrap();
    desk.does(&["tag", "--ids", &file, "--add", "fresh", "--plan", &plan]);
    let good = std::fs::read_to_string(&plan).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        std::fs::write(&plan, lines.join("\r\n")).unwrap();
    };
    let part: String = lines[2].chars().take(30).collect();
    with(2, &part);
    desk.fails(
        &["apply", &plan],
        2,
        &["line 3: it breaks off after 30 characters", "take it out"],
    );
    with(1, "id,name");
    desk.fails(
        &["apply", &plan],
        2,
        &["line 2: it is no JSON object", "take it out"],
    );
    with(0, "PK");
    desk.fails(
        &["apply", &plan],
        2,
        &["line 1 is not the beginning", "tag --plan FILE"],
    );
    std::fs::write(&plan, [good.as_bytes(), b"\xff\n"].concat()).unwrap();
    desk.fails(&["apply", &plan], 2, &["line 5: it is not UTF-8"]);
    // What an editor adds at the beginning and at the ends of lines does no harm.
    std::fs::write(&plan, format!("\u{feff}{}", good.replace('\n', "\r\n"))).unwrap();
    desk.does(&["apply", &plan]);
}

#[cfg(unix)]
#[test]
fn results_on_a_stream_are_added_to_what_is_there() {
    let desk = Desk::demo();
    let (all, file, log) = (ids(&desk), path(&desk, "ids"), desk.path("log"));
    std::fs::write(&file, &all[0]).unwrap();
    std::fs::write(&log, "before\n").unwrap();
    let to = std::fs::OpenOptions::new().append(true).open(&log).unwrap();
    let mut command = desk.command();
    command.args([
        "tag",
        "--ids",
        &file,
        "--add",
        "streamed",
        "--results",
        "/dev/stdout",
    ]);
    assert!(command.stdout(to).status().unwrap().success());
    let text = std::fs::read_to_string(&log).unwrap();
    let heads: Vec<&str> = text.lines().map(|l| l.split(' ').next().unwrap()).collect();
    assert_eq!((heads[0], heads.len()), ("before", 3), "{text}");
    assert!(
        text.contains("\"end\":\"applied\"") && text.contains("Run 1:"),
        "{text}"
    );
}
