//! The names of what keys do, and of the places where they do it.

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $(#[doc = $doc:literal] $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = $doc] $variant,)* }

        impl $name {
            /// The name in a user's keymap and in the palette.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it is, in a few words.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii(),)* }
            }
        }
    };
}

named! {
    /// Everything that a key can do.
    Action {
        /// One down.
        Down = "down",
        /// One up.
        Up = "up",
        /// To the first.
        Top = "top",
        /// To the last.
        Bottom = "bottom",
        /// Half a page down.
        HalfDown = "half-page-down",
        /// Half a page up.
        HalfUp = "half-page-up",
        /// A page down.
        PageDown = "page-down",
        /// A page up.
        PageUp = "page-up",
        /// Opens the contact.
        Open = "open",
        /// Opens the form.
        Edit = "edit",
        /// Shows or hides the details pane.
        Details = "details",
        /// Opens the filter line.
        Filter = "filter",
        /// Opens the sort menu.
        Sort = "sort",
        /// Opens the choice of columns.
        Columns = "columns",
        /// Opens the copy menu.
        Copy = "copy",
        /// Opens the contact in a browser.
        Browser = "browser",
        /// Loads everything again.
        Refresh = "refresh",
        /// Pauses loading, or goes on with it.
        PauseLoading = "pause-loading",
        /// Opens the accounts.
        Accounts = "accounts",
        /// Opens the request log.
        Log = "log",
        /// Masks private data, or shows it again.
        Mask = "mask",
        /// Opens help.
        Help = "help",
        /// Opens the palette.
        Palette = "palette",
        /// Leaves the program.
        Quit = "quit",
        /// Cancels the current thing; twice quits.
        Cancel = "cancel",
        /// Puts the program into the background.
        Suspend = "suspend",
        /// One step back.
        Back = "back",
        /// Takes what is chosen.
        Accept = "accept",
        /// The next field.
        NextField = "next-field",
        /// The previous field.
        PrevField = "previous-field",
        /// Validates and opens the review.
        Save = "save",
        /// This field back to the stored value.
        Revert = "revert",
        /// This field in the external editor.
        EditExternally = "external-editor",
        /// Takes the repair that is offered for this field.
        Repair = "repair",
        /// All fields back to the stored values, the draft forgotten.
        DiscardDraft = "discard-draft",
        /// Reads this contact again.
        Reread = "read-again",
        /// The next state.
        CycleNext = "next-state",
        /// The previous state.
        CyclePrev = "previous-state",
        /// Adds an attribute row.
        AddAttribute = "add-attribute",
        /// Removes this attribute row.
        RemoveAttribute = "remove-attribute",
        /// Opens the tag picker.
        PickTags = "pick-tags",
        /// The next contact.
        NextContact = "next-contact",
        /// The previous contact.
        PrevContact = "previous-contact",
        /// Copies the requests as curl lines.
        CopyCurl = "copy-curl",
        /// Keeps what was typed here.
        TakeMine = "take-mine",
        /// Takes what is stored now.
        TakeTheirs = "take-theirs",
        /// The next value or name that other contacts have.
        NextSeen = "next-seen",
        /// Shows who has a value that is taken.
        WhoHasIt = "who-has-it",
        /// Marks the contact or unmarks it.
        Mark = "mark",
        /// Begins a range to mark, or ends it.
        MarkRange = "mark-range",
        /// Begins a range to unmark, or ends it.
        UnmarkRange = "unmark-range",
        /// Inverts the marks of what is shown.
        InvertMarks = "invert-marks",
        /// Marks all that are loaded and shown.
        MarkLoaded = "mark-loaded",
        /// Marks all that match at the provider.
        MarkMatching = "mark-matching",
        /// Brings the last marks back.
        RestoreMarks = "restore-marks",
        /// Adds a tag to the marked contacts by name.
        AddTag = "add-tag",
        /// Removes a tag from the marked contacts by name.
        RemoveTag = "remove-tag",
        /// Changes the marked contacts otherwise: an attribute, blocked, opt-in.
        BulkChange = "bulk-change",
        /// Strikes a row of the plan out, or takes that back.
        Strike = "strike-out",
        /// Strikes every row that is shown out, or takes that back.
        StrikeShown = "strike-out-shown",
        /// Shows the next kind of rows.
        NextKind = "next-kind",
        /// Shows all of a row.
        RowDetails = "row-details",
        /// Changes what the plan does.
        Operation = "change-operation",
        /// Writes the plan to a file.
        WritePlan = "write-plan",
        /// Copies the command line that does the same.
        CopyCommand = "copy-command",
        /// Applies the plan, after a question.
        Apply = "apply",
        /// Shows the run that is under way, or was left.
        Runs = "runs",
        /// Opens the history.
        History = "history",
        /// Takes a change back, after a preview.
        Undo = "undo",
        /// Pauses the run, or goes on with it.
        PauseRun = "pause-run",
        /// Stops the run after the requests in flight.
        StopRun = "stop-run",
        /// Fewer requests a minute.
        Slower = "slower",
        /// More requests a minute, inside of the limit.
        Faster = "faster",
        /// Shows the next kind of rows.
        NextRows = "next-rows",
        /// Tries failed rows again.
        RetryRun = "retry-run",
        /// Ends the rows that are left as given up.
        GiveUpRun = "give-up-run",
        /// Writes what came of the rows to a file.
        WriteResults = "write-results",
    }
}

named! {
    /// Where a binding holds.
    Context {
        /// On every screen.
        Everywhere = "everywhere",
        /// The list.
        List = "list",
        /// The filter line.
        Filter = "filter",
        /// The form.
        Form = "form",
        /// The form, on a flag.
        Flag = "flag",
        /// The form, on a row that adds an attribute.
        AddRow = "add-row",
        /// The form, on the tags.
        TagsRow = "tags-row",
        /// The form, in a text of several lines.
        TextBox = "text-box",
        /// The review.
        Review = "review",
        /// The conflict screen.
        Conflict = "conflict",
        /// Who has a value that is taken.
        Holder = "holder",
        /// The tag picker.
        Picker = "picker",
        /// The tag picker with nothing typed.
        PickerEmpty = "picker-empty",
        /// Screens to read: help and the like.
        Reader = "reader",
        /// Menus and choices.
        Menu = "menu",
        /// The palette and command line.
        Palette = "palette",
        /// What would be done to many contacts.
        Preview = "preview",
        /// A question with an answer to type.
        Prompt = "prompt",
        /// A bulk run that has rows left.
        Run = "run",
        /// A bulk run at its end.
        Ended = "ended-run",
        /// The rows of a bulk run.
        Results = "results",
        /// The history.
        History = "history",
        /// A run that has rows left, at start.
        Paused = "paused-run",
        /// A question.
        Confirm = "confirm",
    }
}

impl Context {
    /// Every context, in help order.
    pub const ALL: [Self; 24] = [
        Self::List,
        Self::Filter,
        Self::Form,
        Self::Flag,
        Self::AddRow,
        Self::TagsRow,
        Self::TextBox,
        Self::Picker,
        Self::PickerEmpty,
        Self::Review,
        Self::Conflict,
        Self::Holder,
        Self::Preview,
        Self::Prompt,
        Self::Run,
        Self::Ended,
        Self::Results,
        Self::History,
        Self::Paused,
        Self::Menu,
        Self::Palette,
        Self::Reader,
        Self::Confirm,
        Self::Everywhere,
    ];

    /// What help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::List => "List",
            Self::Filter => "Filter line",
            Self::Form => "Form",
            Self::Flag => "Form: on a flag",
            Self::AddRow => "Form: on \"+ attribute\"",
            Self::TagsRow => "Form: on the tags",
            Self::TextBox => "Form: in a text of several lines",
            Self::Review => "Review",
            Self::Conflict => "Conflict",
            Self::Holder => "Who has it",
            Self::Picker => "Tag picker",
            Self::PickerEmpty => "Tag picker, nothing typed",
            Self::Reader => "Help, request log",
            Self::Menu => "Menus",
            Self::Palette => "Palette and commands",
            Self::Preview => "Preview of a bulk change",
            Self::Prompt => "Questions with an answer to type",
            Self::Run => "Bulk run with rows left",
            Self::Ended => "Bulk run at its end",
            Self::Results => "Rows of a bulk run",
            Self::History => "History",
            Self::Paused => "Unfinished run, at start",
            Self::Confirm => "Questions",
        }
    }
}
