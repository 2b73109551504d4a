//! The assessment as a snapshot keeps it: the states before the oldest message a score may still reach, and
//! the entries. Folding these again gives the rest.

use std::sync::Arc;

use super::{Assessment, Entry, Fold, MAX_ENTRIES, Mark, States};
use crate::event::redact_attributes;
use crate::parts::{Part, Parts, parts_of_struct};
use crate::policy::Policy;

/// An assessment without what follows from the rest.
#[derive(Debug, Clone)]
pub(crate) struct SavedAssessment {
    /// The folds before the first of the entries that are folded again.
    folds: Vec<Fold>,
    /// Entries before that one; they are only looked back on.
    earlier: usize,
    entries: Vec<Entry>,
}

impl Assessment {
    /// Writes the assessment as a snapshot keeps it, in the order of [`SavedAssessment`]: an address or a number among
    /// the attributes is not stored.
    pub fn put(&self, row: &mut Vec<Part>) {
        let earlier = self.first_amendable().unwrap_or(self.entries.len());
        let before = self.entries.get(earlier).and_then(Entry::message).and_then(|message| message.before.as_ref());
        self.folds.len().put(row);
        for (index, fold) in self.folds.iter().enumerate() {
            let mut fold = fold.clone();
            if let Some(before) = before.and_then(|before| before.get(index)) {
                fold.state.clone_from(before);
                fold.tracker.truncate(before.readings());
            }
            fold.state.redact();
            fold.put(row);
        }
        earlier.put(row);
        self.entries.len().put(row);
        for entry in &self.entries {
            if let Entry::Other { mark: Mark::Customer { attributes }, at } = entry {
                let mut attributes = attributes.clone();
                redact_attributes(Arc::make_mut(&mut attributes));
                Entry::Other { mark: Mark::Customer { attributes }, at: *at }.put(row);
            } else {
                entry.put(row);
            }
        }
    }

    /// The assessment that was saved; the messages that are kept are judged anew by these rules, which under the
    /// same ones leads to the same. `None` for what no assessment leaves behind.
    pub fn restore(policy: &Policy, saved: SavedAssessment) -> Option<Assessment> {
        let SavedAssessment { folds, earlier, entries } = saved;
        let mut restored = Assessment::new(policy);
        let awaited = |entry: &Entry| entry.message().is_some_and(|message| message.awaited);
        if folds.len() > 1 || entries.iter().any(awaited) {
            restored.split(policy);
        }
        for fold in &mut restored.folds {
            let base = folds.iter().find(|base| base.view == fold.view).or_else(|| folds.first())?;
            fold.state.clone_from(&base.state);
            fold.tracker.clone_from(&base.tracker);
            fold.state.fit(policy, fold.tracker.count());
            fold.tell_trend(policy);
        }
        let mut turn = None;
        for (place, mut entry) in entries.into_iter().take(MAX_ENTRIES).enumerate() {
            if let Entry::Message(message) = &mut entry {
                // The messages of a conversation are numbered without a gap.
                if turn.is_some_and(|turn| message.turn != turn + 1) || message.turn == u32::MAX {
                    return None;
                }
                turn = Some(message.turn);
                restored.messages += 1;
                if place >= earlier {
                    message.before = States::of(&restored.folds);
                }
            }
            restored.entries.push(entry);
            if place >= earlier {
                for fold in &mut restored.folds {
                    fold.step(policy, &restored.entries, place);
                }
            }
        }
        Some(restored)
    }
}

parts_of_struct!(SavedAssessment { folds, earlier, entries });
