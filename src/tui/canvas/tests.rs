//! Whatever frames follow each other, a terminal shows the last one; and moving costs little.

use std::num::NonZero;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const COLUMNS: u16 = 24;
const ROWS: u16 = 12;

fn fixed() -> io::Result<Size> {
    Ok(Size::new(COLUMNS, ROWS))
}

fn emulator() -> vt100::Parser {
    vt100::Parser::new(
        NonZero::new(ROWS).unwrap(),
        NonZero::new(COLUMNS).unwrap(),
        0,
    )
}

type Frame = Vec<(String, u8)>;

fn style(kind: u8) -> Style {
    match kind {
        0 => Style::new(),
        1 => Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
        2 => Style::new().add_modifier(Modifier::REVERSED),
        _ => Style::new().fg(Color::Indexed(200)).bg(Color::Rgb(1, 2, 3)),
    }
}

fn draw(terminal: &mut Terminal<Canvas<Vec<u8>>>, frame: &Frame) -> Vec<u8> {
    terminal
        .draw(|f| {
            for (y, (text, kind)) in (0..ROWS).zip(frame) {
                f.buffer_mut()
                    .set_stringn(0, y, text, usize::from(COLUMNS), style(*kind));
            }
        })
        .unwrap();
    std::mem::take(&mut terminal.backend_mut().out)
}

fn frame() -> impl Strategy<Value = Frame> {
    let text = prop::collection::vec(
        prop::sample::select(vec!["a", "b", " ", "é", "世", "界", "xyz", "…"]),
        0..12,
    )
    .prop_map(|parts| parts.concat());
    prop::collection::vec((text, 0..4_u8), 0..usize::from(ROWS))
}

proptest! {
    #[test]
    fn a_terminal_shows_the_last_frame(frames in prop::collection::vec(frame(), 1..5)) {
        let mut terminal = Terminal::new(Canvas::new(Vec::new(), fixed).unwrap()).unwrap();
        let mut seen = emulator();
        for frame in &frames {
            seen.process(&draw(&mut terminal, frame));
        }
        let mut whole = emulator();
        let mut anew = Terminal::new(Canvas::new(Vec::new(), fixed).unwrap()).unwrap();
        whole.process(&draw(&mut anew, frames.last().unwrap()));
        let colours = |p: &vt100::Parser| {
            (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (x, y)))
                .map(|(x, y)| p.screen().cell(y, x).map(|c| (c.fgcolor(), c.bgcolor(), c.bold(), c.inverse())))
                .collect::<Vec<_>>()
        };
        let lines = |p: &vt100::Parser| -> Vec<String> {
            let mut rows: Vec<String> = p.screen().rows(0, COLUMNS).map(|l| l.trim_end().to_string()).collect();
            rows.truncate(usize::from(ROWS));
            rows
        };
        prop_assert_eq!(lines(&seen), lines(&whole));
        prop_assert_eq!(colours(&seen), colours(&whole));
        let expected: Vec<String> = frames.last().unwrap().iter().map(|(t, _)| {
            let mut room = usize::from(COLUMNS);
            let fits: String = t.chars().take_while(|c| {
                let w = c.to_string().width();
                let ok = w <= room;
                room = room.saturating_sub(w);
                ok
            }).collect();
            fits.trim_end().to_string()
        }).collect();
        for (line, wanted) in lines(&seen).iter().zip(&expected) {
            prop_assert_eq!(line, wanted);
        }
    }
}

#[test]
fn an_unchanged_frame_writes_nothing() {
    let mut terminal = Terminal::new(Canvas::new(Vec::new(), fixed).unwrap()).unwrap();
    let frame: Frame = vec![("hello".into(), 1)];
    draw(&mut terminal, &frame);
    assert_eq!(draw(&mut terminal, &frame), b"");
}

#[test]
fn a_list_that_moves_by_one_is_scrolled_by_the_terminal() {
    let mut terminal = Terminal::new(Canvas::new(Vec::new(), fixed).unwrap()).unwrap();
    let rows = |from: usize| -> Frame {
        (from..from + usize::from(ROWS))
            .map(|n| (format!("contact number {n:03}"), 0))
            .collect()
    };
    let mut seen = emulator();
    seen.process(&draw(&mut terminal, &rows(100)));
    let bytes = draw(&mut terminal, &rows(101));
    assert!(
        bytes.len() < 60,
        "{} bytes: {}",
        bytes.len(),
        String::from_utf8_lossy(&bytes)
    );
    seen.process(&bytes);
    assert!(seen.screen().contents().starts_with("contact number 101"));
    assert!(seen.screen().contents().ends_with("contact number 112"));
}

#[test]
fn behind_a_sign_of_doubtful_width_the_cursor_is_placed_anew() {
    let mut terminal = Terminal::new(Canvas::new(Vec::new(), fixed).unwrap()).unwrap();
    let bytes = draw(&mut terminal, &vec![("a👩🏿‍💻b".to_string(), 0)]);
    let text = String::from_utf8(bytes).unwrap();
    // The sign takes columns 2 and 3; whatever the terminal made of it, "b" goes to column 4.
    assert!(text.contains("👩🏿‍💻\x1b[1;4Hb"), "{text:?}");
}
