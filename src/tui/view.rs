//! The frame: header, list, screens over it, footer. Reads the model only.

use ratatui::Frame;
use ratatui::widgets::Clear;

use super::layout;
use super::model::Model;
use super::theme::Theme;

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>, theme: &Theme) {
    let areas = layout::areas(model.desk.size);
    let frame_area = frame.area();
    for screen in &model.stack {
        let layer = screen.layer();
        let area = layer.area(areas.body, &model.desk).intersection(frame_area);
        frame.render_widget(Clear, area);
        layer.draw(frame, area, &model.desk, theme);
    }
}
