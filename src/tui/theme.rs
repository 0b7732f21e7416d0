//! Named styles; views never name a colour. The terminal's own 16 colours, so that a person's palette
//! holds; with `NO_COLOR` attributes only. Nothing is told by colour alone.

use ratatui::style::{Color, Modifier, Style};

use super::model::Tone;

/// The styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The header line.
    pub header: Style,
    /// Column titles and labels.
    pub label: Style,
    /// The row or field with the cursor.
    pub current: Style,
    /// The mark beside it.
    pub marker: Style,
    /// Less important text.
    pub dim: Style,
    /// Keys in the footer.
    pub key: Style,
    /// Headings and frames of overlays.
    pub title: Style,
    /// Frames.
    pub frame: Style,
    /// Something good.
    pub good: Style,
    /// Something that needs a look.
    pub warning: Style,
    /// Something wrong.
    pub error: Style,
    /// Changed values, and what stands where there was nothing.
    pub added: Style,
    /// Removed values.
    pub removed: Style,
    /// A text field.
    pub input: Style,
}

impl Theme {
    /// The theme for a background: dark, light or unknown.
    pub fn new(dark: Option<bool>, no_color: bool) -> Self {
        let plain = Style::new();
        let with = |color: Color| if no_color { plain } else { plain.fg(color) };
        // Yellow and green are hard to read on white in most palettes, blue on black.
        let warning = if dark == Some(false) {
            Color::Magenta
        } else {
            Color::Yellow
        };
        let accent = match dark {
            Some(true) => Color::LightCyan,
            Some(false) => Color::Blue,
            None => Color::Cyan,
        };
        Self {
            header: plain.add_modifier(Modifier::REVERSED),
            label: plain.add_modifier(Modifier::BOLD),
            current: with(accent).add_modifier(Modifier::BOLD),
            marker: with(accent),
            dim: plain.add_modifier(Modifier::DIM),
            key: plain.add_modifier(Modifier::BOLD),
            title: with(accent).add_modifier(Modifier::BOLD),
            frame: plain.add_modifier(Modifier::DIM),
            good: with(Color::Green),
            warning: with(warning),
            error: with(Color::Red).add_modifier(Modifier::BOLD),
            added: with(Color::Green),
            removed: with(Color::Red).add_modifier(Modifier::CROSSED_OUT),
            input: plain.add_modifier(Modifier::UNDERLINED),
        }
    }
}

impl Theme {
    /// The style of a notice.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Info => Style::new(),
            Tone::Good => self.good,
            Tone::Warning => self.warning,
            Tone::Error => self.error,
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(None, false)
    }
}
