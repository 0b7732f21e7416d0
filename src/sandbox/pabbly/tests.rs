//! The fake against the vendor's documents: every call, every error, every switch.

use std::collections::BTreeSet;

use super::contact::Attribute;
use super::quirks::{Delta, Match, Overwrite, Precedence, Sent, Several, SortBy, Total, Unknown};
use super::*;

const KEY: &str = "pk_test";
const ANN: &str = "64b0c0ffee0123456789ab01";
const BEN: &str = "64b0c0ffee0123456789ab02";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

fn account() -> Pabbly {
    let mut fake = Pabbly::new(KEY);
    fake.tags = ["vip", "trial", "Ünï"].map(String::from).to_vec();
    fake.attributes = ["city", "plan", "email"].map(String::from).to_vec();
    let mut ann = Contact::new(ANN.into(), "12025550101", at(0));
    ann.name = Some("Ann Lee".into());
    ann.optin = Some(true);
    ann.tags = vec!["vip".into()];
    ann.attributes = vec![
        Attribute {
            id: object_id_of(1),
            name: "city".into(),
            value: "pune".into(),
        },
        Attribute {
            id: object_id_of(2),
            name: "email".into(),
            value: "a+b@example.com".into(),
        },
    ];
    let mut ben = Contact::new(BEN.into(), "442079460001", at(1));
    ben.name = Some("Ben Łuk".into());
    ben.source = "csv".into();
    ben.incoming_blocked = true;
    ben.tags = vec!["vip".into(), "trial".into()];
    fake.insert(ann);
    fake.insert(ben);
    fake
}

fn with(change: impl FnOnce(&mut Quirks)) -> Pabbly {
    let mut fake = account();
    change(&mut fake.quirks);
    fake
}

fn object_id_of(n: u64) -> String {
    super::contact::object_id(at(0), n)
}

fn request(method: &str, target: &str, body: &str) -> Received {
    let mut headers = vec![("Authorization".to_string(), format!("Bearer {KEY}"))];
    if !body.is_empty() {
        headers.push((
            "content-type".into(),
            "application/json; charset=utf-8".into(),
        ));
    }
    Received {
        method: method.into(),
        target: format!("{BASE}{target}"),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn send(fake: &mut Pabbly, method: &str, target: &str, body: &str) -> (u16, Value) {
    let answer = fake.answer(&request(method, target, body), at(100));
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    (answer.status, body)
}

fn get(fake: &mut Pabbly, target: &str) -> Value {
    let (status, body) = send(fake, "GET", target, "");
    assert_eq!(status, 200, "{target}: {body}");
    body
}

fn put(fake: &mut Pabbly, body: &str) -> (u16, Value) {
    send(fake, "PUT", &format!("/contacts/{ANN}"), body)
}

fn ids(body: &Value) -> Vec<&str> {
    let contacts = body["data"]["contacts"].as_array().unwrap();
    contacts
        .iter()
        .map(|c| c["_id"].as_str().unwrap())
        .collect()
}

#[test]
fn one_contact_looks_as_documented() {
    let mut fake = account();
    let body = get(&mut fake, &format!("/contacts/{ANN}"));
    assert_eq!(body["status"], "success");
    assert_eq!(body["message"], "Contact retrieved successfully.");
    let members: BTreeSet<&str> = body["data"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let documented = [
        "_id",
        "name",
        "mobile",
        "status",
        "source",
        "optin",
        "attributes",
        "incomingBlocked",
        "list",
        "tags",
        "__v",
        "createdAt",
        "updatedAt",
        "settingId",
        "userId",
        "broadcastIds",
    ];
    assert_eq!(members, BTreeSet::from(documented));
    assert_eq!(body["data"]["createdAt"], "2026-01-01T00:00:00.000Z");
    assert_eq!(
        body["data"]["attributes"][0],
        json!({"name": "city", "value": "pune", "_id": object_id_of(1)})
    );
    assert_eq!(
        send(&mut fake, "HEAD", &format!("/contacts/{ANN}"), "").0,
        200
    );
    // Ids compare as numbers do: the case of their letters does not matter.
    get(&mut fake, &format!("/contacts/{}", ANN.to_uppercase()));
}

#[test]
fn errors_have_the_documented_status_and_body() {
    let cases = [
        ("GET", "/contacts/zzz", "", 400, "Invalid contact id"),
        (
            "GET",
            "/contacts/64b0c0ffee0123456789abff",
            "",
            404,
            "Contact not found",
        ),
        (
            "PUT",
            "/contacts/64b0c0ffee0123456789abff",
            "{}",
            404,
            "Contact not found",
        ),
        (
            "DELETE",
            "/contacts/64b0c0ffee0123456789ab01",
            "",
            404,
            "Cannot DELETE /api/v1/contacts/",
        ),
        (
            "PATCH",
            "/contacts/64b0c0ffee0123456789ab01",
            "{}",
            404,
            "Cannot PATCH",
        ),
        ("GET", "/nothing", "", 404, "Cannot GET /api/v1/nothing"),
        (
            "PUT",
            "/contacts/64b0c0ffee0123456789ab01",
            "{",
            400,
            "Malformed JSON",
        ),
        (
            "PUT",
            "/contacts/64b0c0ffee0123456789ab01",
            "[]",
            400,
            "must be an object",
        ),
        (
            "PUT",
            "/contacts/64b0c0ffee0123456789ab01",
            "",
            400,
            "Content-Type",
        ),
        ("POST", "/contacts", "{}", 400, "must be an array"),
        (
            "POST",
            "/contacts?onDuplicate=merge",
            "[]",
            400,
            "onDuplicate",
        ),
        (
            "GET",
            "/contacts/?optin=yes",
            "",
            400,
            "Invalid value for optin",
        ),
        (
            "GET",
            "/contacts/?source=web",
            "",
            400,
            "Invalid value for source",
        ),
        (
            "GET",
            "/contacts/?order=asc",
            "",
            400,
            "Invalid value for order",
        ),
    ];
    for (method, target, body, status, text) in cases {
        let (got, answer) = send(&mut account(), method, target, body);
        assert_eq!(
            (got, &answer["success"]),
            (status, &json!(false)),
            "{method} {target}"
        );
        assert!(
            answer["error"].as_str().unwrap().contains(text),
            "{method} {target}: {answer}"
        );
    }
    let mut outside = request("GET", "", "");
    outside.target = "/contacts/".into();
    let answer = account().answer(&outside, at(0));
    assert_eq!(answer.status, 404);
    assert!(
        answer
            .text_body()
            .contains("<pre>Cannot GET /contacts/</pre>")
    );
}

#[test]
fn the_key_is_compared_exactly() {
    for header in [
        "",
        "Bearer",
        "Bearer pk_tes",
        "Bearer pk_test2",
        "bearer pk_test",
        "pk_test",
    ] {
        let mut asked = request("GET", "/contacts/", "");
        asked.headers = vec![("authorization".into(), header.into())];
        let answer = account().answer(&asked, at(0));
        assert_eq!(answer.status, 401, "{header}");
        assert_eq!(
            answer.text_body(),
            r#"{"success":false,"error":"Invalid API key"}"#
        );
    }
}

#[test]
fn refused_values_change_nothing() {
    let cases = [
        (r#"{"mobile":"+12025550123"}"#, "mobile must be"),
        (r#"{"mobile":"9190000000xx"}"#, "mobile must be"),
        (r#"{"mobile":""}"#, "mobile must be"),
        (r#"{"mobile":12025550123}"#, "mobile must be a string"),
        (r#"{"mobile":"442079460001"}"#, "already exists"),
        (r#"{"name":null}"#, "name must be a string"),
        (r#"{"optin":"true"}"#, "optin must be a boolean"),
        (
            r#"{"incomingBlocked":0}"#,
            "incomingBlocked must be a boolean",
        ),
        (r#"{"tags":"vip"}"#, "tags must be an array"),
        (r#"{"tags":["VIP"]}"#, "Tag VIP does not exist"),
        (r#"{"tagsToAdd":["nope"]}"#, "Tag nope does not exist"),
        (
            r#"{"attributes":{"name":"city","value":"x"}}"#,
            "attributes must be an array",
        ),
        (
            r#"{"attributes":[{"name":"city","value":null}]}"#,
            "attributes must be an array",
        ),
        (
            r#"{"attributes":[{"name":"City","value":"x"}]}"#,
            "Attribute City does not exist",
        ),
        (
            r#"{"attributes":[{"_id":"1","name":"city","value":"x"}]}"#,
            "must not carry _id",
        ),
    ];
    for (body, text) in cases {
        let mut fake = account();
        let before = fake.contact(ANN).cloned();
        // A member before the refused one must not be stored either; of two names the last counts.
        let body = body.replacen('{', r#"{"name":"New","#, 1);
        let (status, answer) = put(&mut fake, &body);
        assert_eq!(status, 400, "{body}");
        assert!(
            answer["error"].as_str().unwrap().contains(text),
            "{body}: {answer}"
        );
        assert_eq!(fake.contact(ANN).cloned(), before, "{body}");
    }
}

#[test]
fn an_update_changes_what_it_names() {
    let mut fake = account();
    let (status, body) = put(
        &mut fake,
        r#"{"mobile":"12025550199","name":"Ann 🌱","optin":false,"incomingBlocked":true,"list":["x"],
            "__v":99,"tags":["trial","Ünï"],
            "attributes":[{"name":"city","value":""},{"name":"plan","value":7},{"name":"email","value":" "}]}"#,
    );
    assert_eq!(
        (status, &body["message"]),
        (200, &json!("Contact updated successfully"))
    );
    let data = &body["data"];
    assert_eq!(data["name"], "Ann 🌱");
    assert_eq!(data["mobile"], "12025550199");
    assert_eq!(
        (&data["optin"], &data["incomingBlocked"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(data["tags"], json!(["trial", "Ünï"]));
    assert_eq!((&data["list"], &data["__v"]), (&json!(["all"]), &json!(1)));
    assert_eq!(data["updatedAt"], "2026-01-01T00:01:40.000Z");
    assert!(data.get("settingId").is_none());
    let ann = fake.contact(ANN).unwrap();
    assert_eq!(ann.attribute("city"), None);
    assert_eq!(
        (ann.attribute("plan"), ann.attribute("email")),
        (Some("7"), Some(" "))
    );

    // The private API's wrapper is an unknown member: success, and nothing happens.
    let (status, body) = put(&mut fake, r#"{"updateData":{"name":"Wrapped"}}"#);
    assert_eq!((status, &body["data"]["name"]), (200, &json!("Ann 🌱")));
}

#[test]
fn deltas_work_in_the_wanted_type_and_do_nothing_in_another() {
    let array = r#"{"tagsToAdd":["trial","vip"],"tagsToRemove":["vip"]}"#;
    let comma = r#"{"tagsToAdd":"trial, vip","tagsToRemove":"vip"}"#;
    for (delta, body, done) in [
        (Delta::Array, array, true),
        (Delta::Array, comma, false),
        (Delta::Comma, array, false),
        (Delta::Comma, comma, true),
        (Delta::Both, array, true),
        (Delta::Both, comma, true),
    ] {
        let mut fake = with(|quirks| quirks.delta = delta);
        let (status, answer) = put(&mut fake, body);
        assert_eq!((status, &answer["status"]), (200, &json!("success")));
        let wanted = if done {
            json!(["trial"])
        } else {
            json!(["vip"])
        };
        assert_eq!(answer["data"]["tags"], wanted, "{delta:?} {body}");
    }
    let both = r#"{"tags":["Ünï"],"tagsToAdd":["trial"]}"#;
    for (precedence, wanted) in [
        (Precedence::Tags, json!(["Ünï"])),
        (Precedence::Both, json!(["Ünï", "trial"])),
    ] {
        let mut fake = with(|quirks| quirks.precedence = precedence);
        assert_eq!(put(&mut fake, both).1["data"]["tags"], wanted);
    }
    assert_eq!(
        put(&mut with(|q| q.precedence = Precedence::Refuse), both).0,
        400
    );
}

#[test]
fn unknown_names_go_by_the_switch() {
    let body = r#"{"tags":["vip","new"],"attributes":[{"name":"fresh","value":"1"}]}"#;
    for (unknown, tags, attribute) in [
        (Unknown::Drop, json!(["vip"]), None),
        (Unknown::Create, json!(["vip", "new"]), Some("1")),
    ] {
        let mut fake = with(|quirks| {
            quirks.unknown_tag = unknown;
            quirks.unknown_attribute = unknown;
        });
        let (status, answer) = put(&mut fake, body);
        assert_eq!((status, &answer["data"]["tags"]), (200, &tags));
        assert_eq!(fake.contact(ANN).unwrap().attribute("fresh"), attribute);
        assert_eq!(
            fake.tags.contains(&"new".into()),
            unknown == Unknown::Create
        );
    }
    // What a refused request would have created is not there either.
    let mut fake = with(|quirks| quirks.unknown_tag = Unknown::Create);
    assert_eq!(put(&mut fake, body).0, 400);
    assert!(!fake.tags.contains(&"new".into()));
}

#[test]
fn other_update_switches() {
    let mut fake = with(|quirks| quirks.attributes = Sent::Replace);
    put(
        &mut fake,
        r#"{"attributes":[{"name":"city","value":"bonn"}]}"#,
    );
    let ann = fake.contact(ANN).unwrap();
    assert_eq!(
        (ann.attribute("city"), ann.attribute("email")),
        (Some("bonn"), None)
    );
    assert_eq!(ann.attributes[0].id, object_id_of(1));
    put(&mut fake, r#"{"name":"x"}"#);
    assert_eq!(fake.contact(ANN).unwrap().attribute("city"), Some("bonn"));

    let mut fake = with(|quirks| quirks.blank_removes = true);
    put(
        &mut fake,
        r#"{"attributes":[{"name":"city","value":"  "}]}"#,
    );
    assert_eq!(fake.contact(ANN).unwrap().attribute("city"), None);

    assert_eq!(put(&mut account(), r#"{"name":""}"#).0, 200);
    assert_eq!(
        put(&mut with(|q| q.name_required = true), r#"{"name":""}"#).0,
        400
    );
    let clash = r#"{"mobile":"442079460001"}"#;
    assert_eq!(put(&mut with(|q| q.unique_mobile = false), clash).0, 200);

    let mut fake = with(|quirks| quirks.strict = false);
    let (status, answer) = put(
        &mut fake,
        r#"{"optin":"false","name":5,"tags":"a","attributes":""}"#,
    );
    assert_eq!((status, &answer["data"]["optin"]), (200, &json!(true)));

    let mut fake = with(|quirks| {
        quirks.refusal = Refusal::InsideSuccess;
        quirks.failure = Failure::Private;
    });
    let (status, answer) = put(&mut fake, r#"{"tags":["nope"]}"#);
    assert_eq!(status, 200);
    assert_eq!(
        answer,
        json!({"status": "error", "message": "Tag nope does not exist"})
    );
    assert_eq!(
        send(&mut fake, "GET", "/contacts/64b0c0ffee0123456789abff", "").0,
        404
    );

    let mut fake = with(|quirks| quirks.envelope = Envelope::Success);
    let answer = get(&mut fake, &format!("/contacts/{ANN}"));
    assert_eq!(answer["success"], true);
    assert!(answer.get("status").is_none() && answer.get("message").is_none());
}

#[test]
fn filters_find_and_combine() {
    for (query, wanted) in [
        ("", vec![BEN, ANN]),
        ("order=1", vec![ANN, BEN]),
        ("order=-1", vec![BEN, ANN]),
        ("name=ann%20l", vec![ANN]),
        ("name=ann+l", vec![ANN]),
        ("name=%C5%82UK", vec![BEN]),
        ("mobile=5550", vec![ANN]),
        ("mobile=%2B12025550101", vec![]),
        ("tags=trial", vec![BEN]),
        ("tags=trial,vip", vec![BEN, ANN]),
        ("tags=Vip", vec![]),
        ("optin=true", vec![ANN]),
        ("optin=false", vec![]),
        ("incomingBlocked=true", vec![BEN]),
        ("incomingBlocked=false", vec![ANN]),
        ("source=csv", vec![BEN]),
        (
            "attributes[0][name]=city&attributes[0][value]=pune",
            vec![ANN],
        ),
        (
            "attributes%5B0%5D%5Bname%5D=email&attributes%5B0%5D%5Bvalue%5D=a%2Bb%40example.com",
            vec![ANN],
        ),
        // A plus that is not escaped is a blank.
        (
            "attributes[0][name]=email&attributes[0][value]=a+b@example.com",
            vec![],
        ),
        (
            "attributes[0][name]=city&attributes[0][value]=pune\
             &attributes[1][name]=email&attributes[1][value]=x",
            vec![],
        ),
        ("name=ann&optin=true&tags=vip&unknown=1", vec![ANN]),
        ("limit=1", vec![BEN]),
        ("limit=1&page=2", vec![ANN]),
        ("limit=1&skip=1", vec![ANN]),
        ("limit=1&skip=0&page=2", vec![ANN]),
        ("limit=1&page=1&skip=1", vec![BEN]),
        ("page=3", vec![]),
        ("limit=0&page=x", vec![BEN, ANN]),
    ] {
        for path in ["/contacts", "/contacts/"] {
            let body = get(&mut account(), &format!("{path}?{query}"));
            assert_eq!(ids(&body), wanted, "{query}");
        }
    }
    let mut exact = with(|quirks| {
        quirks.matching = Match::Exact;
        quirks.several_tags = Several::All;
    });
    assert_eq!(
        ids(&get(&mut exact, "/contacts/?name=Ann")),
        Vec::<&str>::new()
    );
    assert_eq!(ids(&get(&mut exact, "/contacts/?name=Ann%20Lee")), [ANN]);
    assert_eq!(ids(&get(&mut exact, "/contacts/?tags=trial,vip")), [BEN]);
    let mut lax = with(|quirks| quirks.strict = false);
    assert_eq!(
        ids(&get(&mut lax, "/contacts/?optin=maybe&order=up")),
        [BEN, ANN]
    );
    let mut moving = with(|quirks| quirks.sort_by = SortBy::Updated);
    assert!(moving.change(ANN, at(50), |ann| ann.tags.clear()));
    assert_eq!(ids(&get(&mut moving, "/contacts/")), [ANN, BEN]);
}

#[test]
fn pages_never_hold_more_than_25() {
    let mut fake = Pabbly::new(KEY);
    for n in 0..60 {
        fake.insert(Contact::new(
            object_id_of(n),
            &format!("1202555{n:04}"),
            at(0),
        ));
    }
    let mut seen = BTreeSet::new();
    for (page, wanted) in [(1, 25), (2, 25), (3, 10), (4, 0)] {
        let body = get(&mut fake, &format!("/contacts/?limit=100&page={page}"));
        let found = ids(&body);
        assert_eq!(found.len(), wanted);
        seen.extend(found.into_iter().map(String::from));
        assert_eq!(
            body["data"].as_object().unwrap().len(),
            1,
            "no total by default"
        );
    }
    assert_eq!(seen.len(), 60);

    for (total, pointer) in [
        (Total::TotalCount, "/data/totalCount"),
        (Total::Total, "/data/total"),
        (Total::Count, "/data/count"),
        (Total::Pagination, "/data/pagination/total"),
    ] {
        fake.quirks.total = total;
        assert_eq!(
            get(&mut fake, "/contacts/").pointer(pointer),
            Some(&json!(60))
        );
    }
    fake.quirks.data_is_array = true;
    let body = get(&mut fake, "/contacts/");
    assert_eq!(body["data"].as_array().unwrap().len(), 25);
    assert_eq!(body["totalCount"], 60);
}

#[test]
fn creation_stands_or_falls_entry_by_entry() {
    let mut fake = account();
    let entries = r#"[
        {"mobile":"12025550111","name":"Cy","optin":true,"tags":["vip"],
         "attributes":[{"name":"city","value":""},{"name":"plan","value":"gold"}]},
        {"mobile":"12025550101","name":"Skipped"},
        {"mobile":"12025550112","tags":["nope"]},
        {"name":"No number"}
    ]"#;
    let (status, body) = send(&mut fake, "POST", "/contacts", entries);
    assert_eq!(
        (status, &body["message"]),
        (200, &json!("1 contact saved successfully"))
    );
    let made = &body["data"]["createdContacts"][0];
    let cy = fake.contact(made["_id"].as_str().unwrap()).unwrap();
    assert!(is_object_id(&cy.id));
    assert_eq!(
        (cy.source.as_str(), cy.attributes.len(), cy.version),
        ("api", 1, 0)
    );
    let errors: Vec<_> = body["data"]["failedContacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["error"])
        .collect();
    assert_eq!(errors, ["Tag nope does not exist", "mobile is required"]);
    assert_eq!(fake.contact(ANN).unwrap().name.as_deref(), Some("Ann Lee"));
    assert_eq!(fake.contacts().len(), 3);

    let again = r#"[{"mobile":"12025550101","name":"Over"}]"#;
    for (overwrite, tags) in [(Overwrite::Wipe, 0), (Overwrite::Merge, 1)] {
        let mut fake = with(|quirks| quirks.overwrite = overwrite);
        send(&mut fake, "POST", "/contacts?onDuplicate=overwrite", again);
        let ann = fake.contact(ANN).unwrap();
        assert_eq!((ann.name.as_deref(), ann.tags.len()), (Some("Over"), tags));
    }
}

#[test]
fn catalogues_have_every_shape() {
    let mut fake = account();
    fake.tags.truncate(1);
    for (shape, wanted) in [
        (Catalogue::Strings, json!(["vip"])),
        (Catalogue::Objects, json!([{"name": "vip"}])),
        (Catalogue::Named, json!({"tags": ["vip"]})),
        (Catalogue::Items, json!({"items": [{"name": "vip"}]})),
        (
            Catalogue::NamedItems,
            json!({"tags": {"items": [{"name": "vip"}]}}),
        ),
    ] {
        fake.quirks.tag_catalogue = shape;
        assert_eq!(get(&mut fake, "/settings/tags")["data"], wanted);
    }
    fake.quirks.tag_catalogue = Catalogue::Missing;
    assert_eq!(send(&mut fake, "GET", "/settings/tags", "").0, 404);
    assert_eq!(
        get(&mut fake, "/contacts/lists")["data"],
        json!([{"name": "all"}])
    );
    fake.quirks.list_catalogue = Catalogue::Named;
    assert_eq!(
        get(&mut fake, "/contacts/lists")["data"],
        json!({"lists": ["all"]})
    );
}

#[test]
fn slashes_redirect_only_where_told() {
    let target = |fake: &mut Pabbly, path: &str| {
        let answer = fake.answer(&request("GET", path, ""), at(0));
        (answer.status, answer.header("location").map(String::from))
    };
    let mut fake = with(|quirks| quirks.slash = Slash::Add);
    let there = Some("/api/v1/contacts/?page=2".to_string());
    assert_eq!(target(&mut fake, "/contacts?page=2"), (301, there));
    assert_eq!(target(&mut fake, "/contacts/?page=2").0, 200);
    fake.quirks.slash = Slash::Remove;
    fake.quirks.redirect_origin = Some("https://elsewhere.example".into());
    let there = Some("https://elsewhere.example/api/v1/contacts".to_string());
    assert_eq!(target(&mut fake, "/contacts/"), (301, there));
    assert_eq!(target(&mut fake, "/contacts").0, 200);
}

#[test]
fn contacts_change_behind_the_clients_back() {
    let mut fake = account();
    assert!(fake.change(ANN, at(9), |ann| {
        ann.optin = Some(false);
        ann.id = "else".into();
    }));
    let ann = fake.contact(ANN).unwrap();
    assert_eq!(
        (ann.optin, ann.version, ann.updated_at),
        (Some(false), 1, at(9))
    );
    assert!(!fake.change("64b0c0ffee0123456789abff", at(9), |_| {}));
    assert_eq!(fake.remove(ANN).map(|c| c.id).as_deref(), Some(ANN));
    assert_eq!(
        (fake.contact(ANN), fake.contact(BEN).is_some()),
        (None, true)
    );
}
