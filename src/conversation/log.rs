//! What a conversation tells the log: events with features in the place of their text, and what was decided.

use std::mem;

use super::Conversation;
use super::ruling::Ruling;
use crate::audit::LogEntry;
use crate::error::Error;
use crate::event::Event;
use crate::utterance::Utterance;

impl Conversation {
    /// As [`Conversation::advance_at`]; where there is a log, it is told.
    pub(super) fn advance_logged(
        &mut self,
        event: Event,
        otherwise: Option<f64>,
        said: Option<&Utterance<'_>>,
    ) -> Result<Ruling<'_>, Error> {
        self.begin_log(&event, otherwise)?;
        // Read twice where there is a log: the reading that counts takes the message in.
        let reader = self.log.is_some().then(|| self.reader.clone());
        self.advance_at(&event, otherwise, said)?;
        if let Some(mut reader) = reader {
            // Not that of the decision: a score moves it, and not the time by which an event happens that has none.
            let at = event.at().or(otherwise).unwrap_or_else(|| self.assessment.now());
            let decision = self.last_decision();
            let entry = decision.map(|decision| LogEntry::new(reader.read(event), at, decision));
            self.log.get_or_insert_default().extend(entry);
        }
        self.latest()
    }

    /// A log holds events and no options, so one of a conversation in a stated language begins by saying it, as an
    /// event like any other.
    fn begin_log(&mut self, first: &Event, otherwise: Option<f64>) -> Result<(), Error> {
        let language = self.language.clone().filter(|_| self.log.is_some() && self.applied == 0);
        if language.is_none() || matches!(first, Event::Started { language: Some(_), .. }) {
            return Ok(());
        }
        first.check()?;
        let started = Event::Started { channel: None, language, at: first.at().or(otherwise) };
        let decision = self.advance_at(&started, otherwise, None)?.decision();
        self.log.get_or_insert_default().push(LogEntry { event: started.for_log(decision.at), decision });
        Ok(())
    }

    /// Keeps an entry for the log of every event from now on, until it is taken.
    pub fn keep_log(&mut self) {
        self.log.get_or_insert_default();
    }

    /// The entries since the last time, for [`AuditLog`](crate::audit::AuditLog).
    pub fn take_log(&mut self) -> Vec<LogEntry> {
        self.log.as_mut().map(mem::take).unwrap_or_default()
    }

    /// The event as a log without texts keeps it: with the `features` of its text, as this conversation reads
    /// it, in the text's place. Applied next, it leads to the same decision as the event itself.
    #[must_use]
    pub fn without_text(&mut self, event: Event) -> Event {
        match &event {
            // A message that is there already is read and forgotten: it says nothing new.
            Event::CustomerMessage { id, .. } if self.assessment.knows(id) => self.reader.clone().read(event),
            _ => self.reader.read(event),
        }
    }
}
