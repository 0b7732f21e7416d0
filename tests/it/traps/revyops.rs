//! RevyOps' traps and what its pages leave open or contradict each other in.

use super::{Row, open, trap};

/// Runs every switch of the fake both ways.
const WORLDS: &str = "every_promise_is_kept_in_every_world_of_revyops";

pub(super) const TRAPS: &[Row] = &[
    trap(
        1,
        "host and sign-in of the introduction may be wrong",
        &[
            "true_base_url_unknown_so_that_both_candidates_are_named_and_none_is_taken",
            "revyops_is_signed_in_to_by_a_header_by_client_id_or_by_both",
            "a_host_that_is_not_found_suggests_the_other_one_by_name",
            "what_each_part_of_the_sign_in_is_worth_is_told",
            "revyops/request-base-url-without-path",
        ],
    ),
    trap(
        2,
        "401 is not yours, 403 is a bad key",
        &[
            "trap_401_is_another_clients_and_403_is_a_bad_key",
            "a_wrong_key_is_a_matter_of_signing_in_and_shows_nowhere",
            "revyops/refused-read",
            "revyops/refused-write",
            "revyops/refused-list",
        ],
    ),
    trap(
        3,
        "client_id is a secret in the address",
        &[
            "client_id_is_a_secret_in_the_address_and_is_printed_by_nothing_that_works",
            "client_id_and_key_are_taken_out_of_whatever_a_server_quotes",
            "client_id_is_a_secret_in_the_address_and_a_variable_in_a_copied_line",
            "no_request_holds_authentication",
        ],
    ),
    trap(
        4,
        "company_id out is a number, in may be a domain",
        &[
            "trap_company_out_is_a_number_and_in_may_be_a_domain",
            "digits_are_never_sent_as_a_text",
            "revyops/company-digits-as-a-number",
            "revyops/company-domain-as-a-text",
            "revyops/write-answer-company-resolved",
        ],
    ),
    trap(
        5,
        "one name in two members",
        &[
            "a_name_is_two_fields_and_never_one",
            "revyops/update-first-name-alone",
        ],
    ),
    trap(
        6,
        "contact_custom_fields against contact_custom_fields_input",
        &[
            "revyops/contact-custom-fields-input",
            "custom_fields_read_alike_in_every_form",
            WORLDS,
        ],
    ),
    trap(
        7,
        "FLAT changes the type of a member",
        &[
            "revyops/request-first-page",
            "revyops/request-contact",
            "revyops/update-first-name-alone",
            "revyops/write-answer-custom-fields-flat",
            "two_fields_of_one_name_are_said_and_what_became_of_an_edit_is_told",
        ],
    ),
    trap(
        8,
        "form bodies can not express null",
        &[
            "revyops/custom-field-removed-by-null",
            "revyops/company-null-detaches",
        ],
    ),
    trap(
        9,
        "ids are whole numbers; a look-up stands beside them",
        &[
            "only_whole_numbers_reach_a_path",
            "revyops/refuse-contact-lookup",
            "revyops/refuse-contact-traversal",
            "revyops/refuse-id",
        ],
    ),
    trap(
        10,
        "a webhook changes a contact while its form is open",
        &[WORLDS],
    ),
    trap(
        11,
        "two contacts of one name, and without e-mail",
        &[
            "revyops/contact-missing-members",
            "revyops/contact-answer-about-somebody-else",
            "contacts_of_one_name_without_an_email_are_kept_apart_by_their_ids",
        ],
    ),
    trap(
        12,
        "the envelopes of version 1 and 2",
        &[
            "revyops/page-bare-array",
            "revyops/page-of-version-1-has-no-next",
            "revyops/page-envelope-of-the-list-page",
        ],
    ),
];

pub(super) const OPEN: &[Row] = &[
    open(
        "true base URL of an account",
        &[
            "true_base_url_unknown_so_that_both_candidates_are_named_and_none_is_taken",
            "no_page_is_asked_for_at_a_host_that_next_names",
        ],
    ),
    open(
        "true sign-in of an account",
        &["what_each_part_of_the_sign_in_is_worth_is_told", WORLDS],
    ),
    open(
        "match semantics of filters",
        &[
            "filter_match_semantics_unknown_so_a_narrowed_list_is_a_beginning",
            WORLDS,
        ],
    ),
    open(
        "order of lists",
        &[
            "unknown_order_a_list_that_shifts_while_it_is_walked_still_names_each_contact_once",
            "revyops/page-order-unknown-one-contact-twice",
        ],
    ),
    open(
        "default and largest page size",
        &["revyops/request-first-page", WORLDS],
    ),
    open(
        "which envelope a page has",
        &[
            "revyops/page-envelope-of-the-introduction",
            "revyops/page-both-envelopes",
            "revyops/page-without-hints",
            "paging_stays_where_it_is_and_goes_on",
            WORLDS,
        ],
    ),
    open(
        "a page past the end",
        &["revyops/page-past-the-end", WORLDS],
    ),
    open(
        "a list without contacts",
        &[
            "revyops/page-no-contacts",
            "revyops/page-not-found-is-no-end",
            "an_account_without_contacts_is_empty_and_not_broken_in_every_form_of_an_empty_list",
        ],
    ),
    open(
        "status vocabulary and spelling",
        &[
            "revyops/update-status-keeps-its-case",
            "changes_with_an_unknown_effect_carry_a_caution",
            WORLDS,
        ],
    ),
    open(
        "custom fields that an update does not name",
        &["revyops/custom-field-set", WORLDS],
    ),
    open(
        "null against the empty text of a custom field",
        &[
            "revyops/contact-custom-field-null-against-empty",
            "revyops/custom-field-removed-by-null",
            "revyops/custom-field-empty-text",
            WORLDS,
        ],
    ),
    open(
        "the empty text of a standard member",
        &[
            "revyops/clear-email-sends-an-empty-text",
            "changes_with_an_unknown_effect_carry_a_caution",
            WORLDS,
        ],
    ),
    open(
        "a custom field without a value",
        &["revyops/contact-custom-fields"],
    ),
    open(
        "a domain, or a number, of no company",
        &["revyops/refused-write", WORLDS],
    ),
    open(
        "strict mode's answer to a new field",
        &[
            "trap_a_mistyped_field_name_is_asked_about_and_names_count_letter_for_letter",
            WORLDS,
        ],
    ),
    open("the body of a 400", &["revyops/refused-write", WORLDS]),
    open(
        "length limits",
        &[
            "revyops/custom-field-2500-characters",
            "revyops/refuse-custom-field-2501-characters",
            "revyops/refuse-tags-2500-together",
            WORLDS,
        ],
    ),
    open(
        "time zone of timestamps",
        &["revyops/contact-times", WORLDS],
    ),
    open(
        "members missing in the answer to an update",
        &[
            "revyops/write-answer",
            "revyops/write-answer-company-detached",
            "revyops/write-answer-cleared-email",
            WORLDS,
        ],
    ),
];
