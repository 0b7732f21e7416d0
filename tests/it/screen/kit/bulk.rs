//! What is asked about many contacts, answered from the list in memory with the planner itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use cardex::domain::{Filter, Frozen, Marks, Order, Patch, TagCounts, TagsRead};
use cardex::engine::plan::{Allowed, Header};
use cardex::engine::{Plan, Planner};
use cardex::tui::{Effect, Msg};

use super::{Script, row_of};

impl Script {
    pub(super) fn bulk_answer(&self, effect: &Effect) -> Vec<Msg> {
        match effect {
            Effect::Freeze {
                ticket,
                marks,
                filter,
                order,
            } => vec![Msg::Frozen {
                ticket: *ticket,
                result: Ok(Arc::new(self.frozen(marks, filter, *order))),
            }],
            Effect::CountTags { ticket, chosen } => {
                let mut counts = TagCounts::default();
                for id in &chosen.ids {
                    let contact = self.store.iter().find(|c| c.id == *id);
                    let told = contact.filter(|c| c.tags_read != TagsRead::No);
                    counts.add(told.map(|c| c.tags.clone()));
                }
                vec![Msg::TagsCounted {
                    ticket: *ticket,
                    result: Ok(Arc::new(counts)),
                }]
            }
            Effect::PlanChange {
                ticket,
                chosen,
                change,
                filter,
            } => vec![Msg::Planned {
                ticket: *ticket,
                result: match &self.plan_fails {
                    Some(trouble) => Err(trouble.clone()),
                    None => Ok(Arc::new(self.plan(chosen, change, filter.clone()))),
                },
            }],
            Effect::WritePlan { ticket, path, .. } => vec![Msg::PlanWritten {
                ticket: *ticket,
                result: Ok(path.clone()),
            }],
            _ => Vec::new(),
        }
    }

    fn frozen(&self, marks: &Marks, filter: &Filter, order: Order) -> Frozen {
        let shown = self.found(filter, order);
        let marked = |c: &&cardex::domain::Contact| marks.contains(row_of(c));
        let all = self.found(&Filter::default(), order);
        let hidden = all.iter().filter(marked).filter(|c| !shown.contains(c));
        let mut ids: Vec<_> = hidden.map(|c| c.id.clone()).collect();
        let hidden = ids.len();
        ids.extend(shown.iter().filter(marked).map(|c| c.id.clone()));
        Frozen {
            gone: marks.len() - ids.len(),
            ids,
            hidden,
        }
    }

    fn plan(&self, chosen: &Frozen, change: &Patch, filter: Option<String>) -> Plan {
        let definitions = self.model.desk.vocabulary.definitions.clone();
        let names = BTreeSet::from_iter(self.model.desk.vocabulary.names.clone());
        let mut planner = Planner::new(
            self.account.table.clone(),
            definitions,
            self.account.region.clone(),
            self.catalogue.clone(),
            names,
            Allowed::default(),
        );
        let each = chosen.ids.iter().filter_map(|id| {
            let contact = self.store.iter().find(|c| c.id == *id)?;
            Some(planner.row(contact, change, |_, _| None))
        });
        let rows = each.collect();
        Plan {
            header: Header {
                account: self.account.name.clone(),
                provider: self.account.provider,
                place: String::new(),
                made_at: self.now,
                made_by: "ada".into(),
                change: Some(change.clone()),
                allowed: Allowed::default(),
                reason: None,
                undo_of: None,
                filter,
                doubts: Vec::new(),
            },
            rows,
        }
    }
}
