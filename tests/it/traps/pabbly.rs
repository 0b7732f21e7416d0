//! Pabbly's traps and what its pages leave open.

use super::{Row, open, trap};

pub(super) const TRAPS: &[Row] = &[
    trap(
        1,
        "a limit above 25 is silently 25",
        &[
            "pabbly/page-full",
            "pabbly/page-last",
            "a_pabbly_list_is_whole_and_follows_what_was_deleted",
        ],
    ),
    trap(
        2,
        "tags replace, attributes merge, an empty attribute deletes",
        &[
            "pabbly/tags-add-and-remove",
            "pabbly/attributes-set",
            "pabbly/attributes-remove",
            "pabbly/refuse-attributes-empty",
            "undefined_and_emptied_attributes_are_pointed_out",
        ],
    ),
    trap(
        3,
        "\"string\" types",
        &[
            "pabbly/tags-delta-array",
            "pabbly/tags-delta-text",
            "pabbly/attributes-set",
        ],
    ),
    trap(
        4,
        "_id, and the attributes' own",
        &[
            "pabbly/contact-plain",
            "pabbly/contact-unreadable",
            "an_update_does_what_was_asked_and_then_nothing",
        ],
    ),
    trap(
        5,
        "a whole contact sent back",
        &[
            "pabbly/update-everything",
            "an_update_names_nothing_that_the_patch_does_not",
        ],
    ),
    trap(
        6,
        "a body wrapped as in the private API",
        &["pabbly/update-everything"],
    ),
    trap(
        7,
        "page and skip together",
        &["pabbly/request-page-3", "pabbly/request-filtered-page-2"],
    ),
    trap(
        8,
        "names with commas, quotes, other case",
        &[
            "pabbly/tags-comma",
            "pabbly/tags-case-matters",
            "pabbly/refuse-tags-delta-text-comma",
            "pabbly/narrow-tag-with-comma-is-not-asked",
        ],
    ),
    trap(
        9,
        "consent that changes meanwhile",
        &[
            "pabbly/flags-optin-same",
            "trap_9_an_opt_out_meanwhile_is_a_conflict_and_is_not_overwritten",
        ],
    ),
    trap(10, "times are ISO 8601", &["pabbly/contact-plain"]),
    trap(
        11,
        "messages are prose",
        &["pabbly/success-that-failed", "pabbly/errors"],
    ),
];

pub(super) const OPEN: &[Row] = &[
    open(
        "total count",
        &[
            "pabbly/page-total",
            "pabbly/page-total-full",
            "every_promise_is_kept_in_every_world",
        ],
    ),
    open(
        "shape of settings/tags",
        &[
            "pabbly/catalogue",
            "pabbly/catalogue-unreadable",
            "unknown_catalogue_every_shape_is_read_and_none_is_said",
        ],
    ),
    open(
        "type of the tag deltas",
        &[
            "unknown_delta_type_every_way_of_sending_tags_is_stored_or_told_as_drift",
            "unknown_delta_type_tags_never_go_with_deltas_and_no_name_stands_in_both",
            "pabbly/write-answer-delta",
        ],
    ),
    open(
        "tags and attributes that Settings does not know",
        &["unknown_names_are_stored_or_refused_or_told_as_drift"],
    ),
    open(
        "how filters match, and what lists are sorted by",
        &[
            "every_promise_is_kept_in_every_world",
            "pabbly/narrow-fields",
            "pabbly/narrow-tag-one",
            "pabbly_is_asked_for_flags_and_read_whole_for_texts",
        ],
    ),
    open(
        "the error for a number that another contact has",
        &["unknown_duplicate_number_is_shown_as_refused"],
    ),
    open(
        "rate numbers",
        &["unknown_rate_starts_at_two_a_second_and_a_429_teaches_the_rest"],
    ),
    open(
        "what a key is good for",
        &["pabbly/about", "check_tells_account_user_version_and_pace"],
    ),
    open(
        "whether sent attributes merge",
        &[
            "what_a_write_took_along_with_it_is_drift",
            "every_promise_is_kept_in_every_world",
        ],
    ),
    open(
        "limits on lengths and on the number of tags",
        &["unknown_limits_are_the_servers_to_name"],
    ),
    open(
        "both envelopes, and neither",
        &[
            "pabbly/contact-success-envelope",
            "pabbly/contact-no-envelope",
            "pabbly/page-data-is-array",
        ],
    ),
    open(
        "an emptied name",
        &[
            "every_promise_is_kept_in_every_world",
            "pabbly/update-name-clear",
            "texts",
        ],
    ),
    open(
        "an unset opt-in",
        &[
            "pabbly/refuse-flags-clear",
            "pabbly/contact-missing-members",
        ],
    ),
];
