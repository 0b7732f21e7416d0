//! Chatwoot's traps and open questions (application API; 21 to 23 are those of the public one), and tests that
//! have no better place.

use std::collections::{BTreeMap, BTreeSet};

use cardex::domain::{
    AccountName, Contact, ContactId, Edit, FieldKey, Filter, Flag, Patch, ProviderId, TagDelta,
};
use cardex::provider::chatwoot::Chatwoot;
use cardex::provider::{Codec, Context, TagsMode};
use serde_json::json;

use super::{Row, open, trap};

pub(super) const TRAPS: &[Row] = &[
    trap(
        1,
        "a token header with underscores",
        &["trap_1_the_token_goes_in_a_header_with_dashes"],
    ),
    trap(
        2,
        "the documented envelope, current_page, last_activity_at",
        &[
            "chatwoot/contact-envelopes",
            "chatwoot/page-integer-current-page",
            "chatwoot/contact-minimal",
            "chatwoot/write-answer",
            "every_recorded_success_decodes_to_what_it_says",
        ],
    ),
    trap(
        3,
        "writing labels replaces all of them",
        &[
            "chatwoot/labels-add",
            "chatwoot/refuse-labels-read-no",
            "labels_are_never_written_over_labels_that_were_not_read",
            "every_promise_is_kept_in_every_world",
        ],
    ),
    trap(
        4,
        "labels with capitals, blanks, commas",
        &[
            "chatwoot/labels-add-lower-cased",
            "chatwoot/refuse-labels-comma",
            "names_that_would_be_mangled_are_refused_one_by_one",
            "tags",
        ],
    ),
    trap(
        5,
        "labels that the account does not have",
        &[
            "a_label_outside_the_catalogue_is_warned_of_and_stored",
            "trap_5_no_label_is_created",
        ],
    ),
    trap(
        6,
        "labels do not come with the contact",
        &[
            "labels_of_a_chatwoot_list_are_true",
            "a_label_is_asked_for_and_no_other_label_and_no_other_contact",
            "no_more_than_the_allowed_number_is_under_way_and_a_dropped_call_gives_its_place_back",
        ],
    ),
    trap(
        7,
        "a bulk action is queued, not done",
        &["traps_7_and_9_an_update_knows_three_addresses_and_its_own_members"],
    ),
    trap(
        8,
        "only destroy_custom_attributes removes a key",
        &[
            "chatwoot/attributes-remove",
            "chatwoot/attributes-set-and-remove",
        ],
    ),
    trap(
        9,
        "additional_attributes sent back whole",
        &[
            "traps_7_and_9_an_update_knows_three_addresses_and_its_own_members",
            "chatwoot/attributes-set",
        ],
    ),
    trap(
        10,
        "the server validates no attribute, and one bad value breaks typed filters",
        &[
            "attributes_by_type",
            "typed_attributes_keep_their_types",
            "trap_10_numbers_dates_and_what_is_not_defined_are_not_looked_for",
        ],
    ),
    trap(
        11,
        "an identifier of \"\", and two ways to be empty",
        &[
            "chatwoot/update-identifier-clear",
            "chatwoot/update-identifier-empty-text",
            "chatwoot/update-phone-clear",
            "chatwoot/update-phone-clear-absent",
            "chatwoot/contact-odd-members",
        ],
    ),
    trap(
        12,
        "blocked: null",
        &[
            "chatwoot/refuse-blocked-unknown",
            "chatwoot/update-blocked-off",
        ],
    ),
    trap(
        13,
        "the server's unanchored rule for phones",
        &["telephones"],
    ),
    trap(
        14,
        "an address comes back in small letters",
        &[
            "trap_14_an_address_comes_back_in_small_letters_and_is_verified",
            "an_address_in_other_letters_is_neither_a_conflict_nor_a_change",
        ],
    ),
    trap(
        15,
        "pages without sort, a search's count as total, per_page",
        &[
            "trap_15_every_list_is_sorted_and_no_page_is_0",
            "chatwoot/search-pages",
            "ties_over_page_borders_give_everybody_once",
        ],
    ),
    trap(
        16,
        "filter: a text for a list, an operator on the last condition, several labels in one",
        &[
            "trap_16_conditions_are_lists_joined_but_for_the_last",
            "chatwoot/narrow-fields",
            "chatwoot/narrow-blocked-and-any-label",
        ],
    ),
    trap(
        17,
        "401 is also a permission problem",
        &[
            "chatwoot/errors",
            "every_answer_means_and_advises_what_the_table_says",
            "every_recorded_refusal_is_taken_for_what_it_is",
        ],
    ),
    trap(
        18,
        "429 without Retry-After",
        &[
            "without_retry_after_the_full_minute_is_waited_for",
            "chatwoot/errors",
        ],
    ),
    trap(19, "message split at commas", &["chatwoot/rejected-fields"]),
    trap(
        20,
        "labels refused because of an old phone number",
        &["trap_20_labels_refused_for_an_old_phone_number_name_the_phone"],
    ),
    trap(
        21,
        "public: an update merges and destroys; blanks do not clear; GET tells little",
        &[
            "trap_21_a_get_tells_six_members_and_a_patch_the_whole_record_with_iso_times",
            "the_merged_contact_is_told_by_its_record_and_read_back_under_the_same_source_id",
        ],
    ),
    trap(
        22,
        "public: a wrong hash is a 500",
        &[
            "trap_22_a_wrong_hash_is_a_500_and_every_other_refusal_is_taken_for_what_it_is",
            "hashes_are_those_that_a_server_took",
        ],
    ),
    trap(
        23,
        "public: id, identifier and source_id; the pubsub_token",
        &[
            "the_inbox_is_put_into_its_own_segment_only",
            "the_merged_contact_is_told_by_its_record_and_read_back_under_the_same_source_id",
        ],
    ),
    trap(
        24,
        "repeating what may have arrived",
        &[
            "only_idempotent_or_undelivered_calls_are_sent_again",
            "an_unclear_write_is_settled_by_reading_again",
            "a_filter_sent_with_post_is_a_read",
        ],
    ),
    trap(
        25,
        "a contact that leaves the list by an edit",
        &[
            "a_contact_that_would_vanish_from_chatwoots_list_is_warned_of",
            "trap_25_a_contact_without_its_last_identifier_stays_in_reach",
            "every_promise_is_kept_in_every_world",
        ],
    ),
];

pub(super) const OPEN: &[Row] = &[
    open(
        "a blank search",
        &["chatwoot/search-pages", "a_blank_search_is_never_sent"],
    ),
    open(
        "the body of a 400",
        &[
            "chatwoot/errors",
            "any_answer_is_judged_and_none_above_299_is_ok",
        ],
    ),
    open(
        "public: what a failed hash and an unknown contact are answered by",
        &["trap_22_a_wrong_hash_is_a_500_and_every_other_refusal_is_taken_for_what_it_is"],
    ),
    open(
        "the spelling that a written label is echoed in",
        &[
            "chatwoot/write-labels-answer",
            "tags_ignoring_case_are_removed_in_their_stored_spelling",
        ],
    ),
    open(
        "public: an empty PATCH",
        &["an_empty_patch_leaves_even_the_time_of_the_last_change"],
    ),
    open(
        "limits in front of the cloud, and its release",
        &[
            "one_calls_429_holds_the_others",
            "check_tells_account_user_version_and_pace",
        ],
    ),
    open(
        "what changed in which release: search, filter",
        &[
            "blocked_contacts_are_found_by_the_filter_in_both_versions",
            "every_promise_is_kept_in_every_world",
        ],
    ),
    open(
        "roles with fewer rights",
        &["chatwoot/errors", "every_promise_is_kept_in_every_world"],
    ),
];

fn context() -> Context {
    Context {
        account: AccountName::new("traps"),
        base_url: "https://chat.example".into(),
        account_id: Some(7),
        email_attribute: None,
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

fn contact() -> Contact {
    let id = ContactId::new("481");
    let mut contact = Contact::new(id, AccountName::new("traps"), ProviderId::Chatwoot);
    contact.attributes = BTreeMap::from([("old".to_string(), json!("x"))]);
    contact.extra.insert("City".into(), "London".into());
    contact
}

fn everything() -> Patch {
    let set = |text: &str| Edit::Set(text.to_string());
    Patch {
        fields: BTreeMap::from([
            (FieldKey::Name, set("Ada")),
            (FieldKey::Email, set("ada@example.org")),
            (FieldKey::Phone, set("+442071838750")),
            (FieldKey::Identifier, set("crm-1")),
            (FieldKey::AvatarUrl, set("https://example.org/a.png")),
        ]),
        tags: TagDelta {
            add: BTreeSet::from(["vip".to_string(), "new one".to_string()]),
            remove: BTreeSet::new(),
        },
        attributes: BTreeMap::from([
            ("plan".to_string(), Edit::Set(json!("gold"))),
            ("old".to_string(), Edit::Clear),
        ]),
        flags: BTreeMap::from([(Flag::Blocked, Edit::Set(true))]),
    }
}

#[test]
fn trap_1_the_token_goes_in_a_header_with_dashes() {
    let scheme = Chatwoot.facts().auth.unwrap();
    assert_eq!((scheme.header, scheme.prefix), ("api-access-token", ""));
}

#[test]
fn traps_7_and_9_an_update_knows_three_addresses_and_its_own_members() {
    let calls = Chatwoot
        .update(&context(), &contact(), &everything())
        .unwrap();
    let base = "https://chat.example/api/v1/accounts/7/contacts/481";
    let urls: Vec<&str> = calls.iter().map(|c| c.request.url.as_str()).collect();
    let destroy = format!("{base}/destroy_custom_attributes");
    let labels = format!("{base}/labels");
    assert_eq!(urls, [base, destroy.as_str(), labels.as_str()]);
    let body = calls[0].request.body.as_ref().unwrap().as_object().unwrap();
    let members: BTreeSet<&str> = body.keys().map(String::as_str).collect();
    let known = [
        "avatar_url",
        "blocked",
        "custom_attributes",
        "email",
        "identifier",
        "name",
        "phone_number",
    ];
    assert_eq!(members, BTreeSet::from(known));
    assert!(body["custom_attributes"].is_object());
}

#[test]
fn trap_5_no_label_is_created() {
    let calls = Chatwoot
        .update(&context(), &contact(), &everything())
        .unwrap();
    let creates = |url: &str| url.ends_with("/accounts/7/labels");
    assert!(!calls.iter().any(|c| creates(&c.request.url)));
}

#[test]
fn trap_16_conditions_are_lists_joined_but_for_the_last() {
    for text in [
        "blocked:yes has:tags",
        "name:a email:b phone:1234",
        "attr.plan=gold has:attr.site blocked:no",
        "name:a",
    ] {
        let narrowed = Chatwoot
            .narrow(&context(), &Filter::parse(text).unwrap())
            .unwrap();
        let body = Chatwoot
            .page(&context(), Some(&narrowed.start))
            .request
            .body
            .unwrap();
        let conditions = body["payload"].as_array().unwrap();
        let (last, others) = conditions.split_last().unwrap();
        assert_eq!(last["query_operator"], json!(null), "{text}");
        assert!(
            others.iter().all(|c| c["query_operator"] == "AND"),
            "{text}"
        );
        for condition in conditions {
            let values = condition["values"].as_array().unwrap();
            assert!(values.len() <= 1, "{text}: {condition}");
        }
    }
}

#[test]
fn a_blank_search_is_never_sent() {
    for text in [
        "\"  \"",
        "name:\" \"",
        "email:\"\t\"",
        "phone:\"()\"",
        "identifier:\" \"",
        "-ada",
    ] {
        let narrowed = Chatwoot.narrow(&context(), &Filter::parse(text).unwrap());
        assert_eq!(narrowed, None, "{text}");
    }
    assert_eq!(Chatwoot.holders(&context(), FieldKey::Email, " "), None);
}
