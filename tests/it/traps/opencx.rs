//! OpenCX's traps and what its pages leave open.

use super::{Row, open, trap};

/// Runs every switch of the fake both ways.
const WORLDS: &str = "every_promise_is_kept_in_every_world_of_opencx";

pub(super) const TRAPS: &[Row] = &[
    trap(
        1,
        "phone, phone_number and phone again",
        &[
            "opencx/update-phone-is-written-as-phone",
            "opencx/page-documented",
            "opencx/page-phone-under-its-other-name",
            "opencx/search",
            "an_update_is_right_under_merge_and_under_replace",
        ],
    ),
    trap(
        2,
        "the body is wrapped in contact",
        &[
            "opencx/update-everything",
            "the_body_is_wrapped_and_custom_data_whole_and_of_texts",
        ],
    ),
    trap(
        3,
        "success has no body, and proves little",
        &[
            "opencx/write-answer",
            "unknown_answers_to_a_contact_that_is_gone_are_never_called_saved",
            WORLDS,
        ],
    ),
    trap(
        4,
        "the e-mail pattern needs look-aheads",
        &[
            "strict_addresses_at_the_border_of_the_pattern",
            "strict_addresses_are_those_of_the_pattern",
            "opencx/refuse-email-two-dots",
            "opencx/email-plus-before-at",
        ],
    ),
    trap(
        5,
        "500 is the only error declared, and not the only one there is",
        &[
            "opencx/errors-of-saving",
            "opencx/errors-of-listing",
            "keys_and_proxies_that_refuse_everything_are_told_apart",
        ],
    ),
    trap(
        6,
        "numbers and yes/no go out as texts",
        &[
            "opencx/custom-data-numbers-go-out-as-text",
            "a_number_is_asked_for_as_text_where_only_texts_are_stored",
            "unknown_other_types_in_custom_data_are_shown_and_never_converted_unasked",
        ],
    ),
    trap(
        7,
        "unverified twins of name, e-mail and custom data",
        &["opencx/page-non-verified-twins"],
    ),
    trap(
        8,
        "a change is safe to repeat",
        &[
            "opencx/update-everything",
            "an_update_is_right_under_merge_and_under_replace",
        ],
    ),
    trap(
        9,
        "another, older API under the same name",
        &[
            "opencx/request-first-page",
            "what_is_asked_without_an_edit_is_what_the_vendors_document",
        ],
    ),
    trap(
        10,
        "a document that strict validators reject",
        &["the_golden_requests_are_what_the_vendors_document"],
    ),
];

pub(super) const OPEN: &[Row] = &[
    open("the size of a page", &[WORLDS, "opencx/page-next"]),
    open(
        "the order of a list",
        &[
            WORLDS,
            "on_a_new_machine_a_contact_is_found_in_the_list_and_one_that_is_not_there_is_not_found",
        ],
    ),
    open(
        "a repeated cursor",
        &[
            "opencx/page-next-repeated",
            "a_repeated_cursor_is_a_fault_and_not_followed_at_whatever_distance",
            "trap_a_repeated_cursor_ends_the_walk_as_a_fault_and_nobody_vanishes",
            "a_list_that_does_not_end_as_it_should_is_shown_with_a_warning",
        ],
    ),
    open(
        "an empty page that leads on",
        &[
            "opencx/page-empty-with-next",
            "empty_pages_are_followed_but_not_for_ever",
            "an_empty_page_that_leads_back_is_an_odd_end",
            WORLDS,
        ],
    ),
    open(
        "an empty text for a cursor",
        &["opencx/page-next-empty-text-is-the-end", WORLDS],
    ),
    open(
        "a cursor of another shape",
        &["opencx/page-next-of-another-shape"],
    ),
    open("contacts on two pages", &["opencx/page-duplicates", WORLDS]),
    open(
        "bodies of 404, 409 and 422",
        &[
            "opencx/errors-of-saving",
            "unknown_uniqueness_a_taken_value_is_refused_with_its_field_or_stored",
            "unknown_answers_to_a_contact_that_is_gone_are_never_called_saved",
        ],
    ),
    open(
        "status and headers beyond the rate limit, and who is counted",
        &[
            "opencx/errors-of-saving",
            "the_pace_stays_below_one_call_in_650_ms",
        ],
    ),
    open(
        "merge or replace of custom data",
        &[
            "an_update_is_right_under_merge_and_under_replace",
            "unknown_merge_or_replace_others_keys_are_kept_and_a_kept_key_is_told",
            "a_key_that_stays_is_said_with_what_empties_it",
            "opencx/custom-data-remove",
            WORLDS,
        ],
    ),
    open(
        "the effect of empty texts",
        &[
            "opencx/update-name-clear",
            "opencx/update-phone-clear",
            "opencx/refuse-email-clear",
            "opencx/refuse-email-empty-text",
            WORLDS,
        ],
    ),
    open(
        "whether e-mail and phone are unique",
        &["unknown_uniqueness_a_taken_value_is_refused_with_its_field_or_stored"],
    ),
    open(
        "whether the phone's form is checked",
        &[
            "opencx/update-phone-without-plus",
            "unknown_phone_format_is_the_servers_to_judge_and_a_refused_one_keeps_nothing",
        ],
    ),
    open(
        "the scope of search",
        &[
            "opencx/errors-of-searching",
            "unknown_scope_of_search_its_absence_is_told_and_nothing_else_suffers",
            WORLDS,
        ],
    ),
    open(
        "whether a 200 carries the contact",
        &["opencx/write-answer", WORLDS],
    ),
    open(
        "finding one contact without a call for it, whatever the clocks",
        &[
            "after_a_write_what_was_changed_since_comes_first_with_slack_for_clocks",
            "the_window_of_creation_holds_it_however_bounds_and_seconds_are_meant",
            "without_times_the_list_is_read_and_a_search_is_enough_for_name_email_and_phone",
            "unknown_clocks_and_filters_do_not_keep_a_save_from_being_verified",
            "a_contact_that_can_not_be_reached_is_not_called_gone",
            "what_only_a_search_tells_verifies_a_name_and_is_no_base_for_custom_data",
        ],
    ),
    open(
        "times in a listing or none",
        &["opencx/page-without-times", "opencx/about-list", WORLDS],
    ),
    open(
        "values in custom data that are no texts",
        &[
            "opencx/page-custom-data-of-other-types",
            "opencx/refuse-custom-data-not-text",
            "opencx/custom-data-not-text-set-to-texts",
            "unknown_other_types_in_custom_data_are_shown_and_never_converted_unasked",
            "the_form_says_where_tags_are_kept_and_what_can_not_be_edited",
        ],
    ),
    open(
        "what the key may do",
        &[
            "opencx/about-list",
            "opencx/about-search",
            "a_read_only_key_lists_well_and_fails_at_the_save",
            "keys_that_may_not_do_this_end_with_the_code_of_permissions_and_name_the_scope",
        ],
    ),
    open(
        "tags, which OpenCX has on conversations only",
        &[
            "opencx/refuse-absent",
            "opencx/request-catalogue-tags-are-of-conversations",
            "opencx/page-tags-in-custom-data",
            "tags_in_custom_data_come_back_and_leave_the_rest_alone",
            "tags_text_stays_while_tags_do",
            "tags_are_found_and_shown_with_the_place_where_they_are_kept",
        ],
    ),
    open(
        "the shape of an id",
        &[
            "opencx/update-id-is-encoded",
            "opencx/refuse-contact-empty-segment",
            "opencx/page-unreadable",
        ],
    ),
];
