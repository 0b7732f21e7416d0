//! The way back to the screen: messages, each with the account's opening that it belongs to. What comes
//! late from an account that was left would speak of other contacts with the same ids.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::tui::msg::Msg;

/// Sends messages of one opening. Clones are of the same opening.
#[derive(Debug, Clone)]
pub struct Teller {
    sender: UnboundedSender<(u64, Msg)>,
    opening: u64,
}

/// Receives them.
pub struct Inbox {
    receiver: UnboundedReceiver<(u64, Msg)>,
    opening: u64,
}

/// A way back to the screen.
pub fn pair() -> (Teller, Inbox) {
    let (sender, receiver) = unbounded_channel();
    (
        Teller { sender, opening: 0 },
        Inbox {
            receiver,
            opening: 0,
        },
    )
}

impl Teller {
    /// Sends a message; the screen may have closed already, then nobody needs to know.
    pub fn tell(&self, msg: Msg) {
        let _ = self.sender.send((self.opening, msg));
    }

    /// The teller of the next opening.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            sender: self.sender.clone(),
            opening: self.opening + 1,
        }
    }
}

impl Inbox {
    /// From now on only messages of this teller's opening count.
    pub fn follow(&mut self, teller: &Teller) {
        self.opening = teller.opening;
    }

    /// The next message that still counts; `None` when every teller is gone.
    pub async fn recv(&mut self) -> Option<Msg> {
        loop {
            let told = self.receiver.recv().await?;
            if let Some(msg) = self.counts(told) {
                return Some(msg);
            }
        }
    }

    /// The next message that still counts, if it is there.
    pub fn at_hand(&mut self) -> Option<Msg> {
        while let Ok(told) = self.receiver.try_recv() {
            if let Some(msg) = self.counts(told) {
                return Some(msg);
            }
        }
        None
    }

    /// The end of a save and how a run stands always count: the person waits for it wherever they went.
    fn counts(&self, (opening, msg): (u64, Msg)) -> Option<Msg> {
        let always = matches!(msg, Msg::Saved { .. } | Msg::Run(_));
        (always || opening == self.opening).then_some(msg)
    }
}

#[cfg(test)]
mod tests {
    use super::pair;
    use crate::tui::msg::Msg;

    #[test]
    fn what_an_account_that_was_left_still_says_is_not_heard() {
        let (old, mut inbox) = pair();
        let new = old.next();
        old.tell(Msg::StoreChanged);
        inbox.follow(&new);
        old.tell(Msg::StoreChanged);
        new.tell(Msg::Woke);
        assert_eq!(inbox.at_hand(), Some(Msg::Woke));
        assert_eq!(inbox.at_hand(), None);
    }
}
