//! What the screen asks of the list: its windows, the rows that a marking key means, all that match, the
//! marked contacts as ids.

use std::sync::Arc;

use super::Shell;
use crate::app::describe;
use crate::app::marking::{self, Gathering};
use crate::app::session::store_trouble;
use crate::domain::{Filter, Marks, Order, Span};
use crate::store::{Query, StoreError, View};
use crate::tui::msg::{Msg, Picked, Ticket};

impl Shell {
    pub(super) fn query(&mut self, ticket: Ticket, query: Query) {
        let sender = self.sender.clone();
        let hand_on = move |answer: Result<View, StoreError>| {
            let msg = match answer {
                Ok(view) => Msg::Rows {
                    ticket,
                    rows: describe::rows(view),
                },
                Err(e) => Msg::Failed(store_trouble("reading the list", &e)),
            };
            sender.tell(msg);
        };
        self.session.contacts().view_then(query, hand_on);
    }

    pub(super) fn pick(&mut self, ticket: Ticket, filter: &Filter, order: Order, span: Span) {
        let (reply, sender) = (
            self.session.contacts().pick(filter, order, span),
            self.sender.clone(),
        );
        self.spawn(async move {
            let result = match reply.await {
                Ok(rows) => Ok(Picked {
                    rows: Arc::new(rows),
                    remark: None,
                }),
                Err(error) => Err(store_trouble("reading the list", &error)),
            };
            sender.tell(Msg::Picked { ticket, result });
        });
    }

    /// Starts to gather all that match; what was gathered before is given up.
    pub(super) fn gather(&mut self, ticket: Ticket, filter: Filter, order: Order) {
        self.stop_gathering();
        let gathering = Gathering {
            session: self.session.clone(),
            sender: self.sender.clone(),
            ticket,
            walks: self.walks.clone(),
        };
        let task = tokio::spawn(async move {
            let result = gathering.run(&filter, order).await;
            gathering.sender.tell(Msg::Picked { ticket, result });
        });
        self.tasks.push(task.abort_handle());
        self.gathering = Some(task.abort_handle());
    }

    /// Gives up gathering. A walk over the whole list goes on: it is the list's own.
    pub(super) fn stop_gathering(&mut self) {
        if let Some(task) = self.gathering.take() {
            task.abort();
        }
    }

    pub(super) fn freeze(
        &mut self,
        ticket: Ticket,
        marks: Arc<Marks>,
        filter: Filter,
        order: Order,
    ) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = marking::freeze(&session, &marks, &filter, order).await;
            let result = result.map(Arc::new);
            sender.tell(Msg::Frozen { ticket, result });
        });
    }
}
