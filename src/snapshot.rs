//! A conversation as data: what survives a reload of the page and a rebuilt wasm instance.
//!
//! It holds no unredacted text, and expires after 24 hours. Restored, the conversation goes on as if nothing
//! had happened; under another policy, the messages that are kept are judged anew by its rules.

use std::fmt::Display;
use std::mem;
use std::sync::Arc;

use serde::Serialize;

use crate::assessment::Assessment;
use crate::conversation::{Conversation, Options};
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventKind, Failure, MAX_TIME};
use crate::json::{decimal, from_json, to_json};
use crate::packet::Contact;
use crate::parts::{Part, Parts, Row, parts_of_struct, put_all};
use crate::policy::Policy;
use crate::reading::{Fields, Flaw, Read, Reading, deserialize_by_tree};
use crate::redact::{Redaction, redact};
use crate::transcript::{Transcript, TranscriptMessage};
use crate::tree::Tree;
use crate::words::cut_text;

/// How old a snapshot may be, in milliseconds: 24 hours.
pub const MAX_SNAPSHOT_AGE_MS: f64 = 86_400_000.0;
/// The longest snapshot, in UTF-8 bytes. One of a conversation that filled every bound is shorter.
pub const MAX_SNAPSHOT_LENGTH: usize = 4 * 1_024 * 1_024;

/// What happened since a checkpoint is kept up to this many entries while nothing is under way: none is due before.
pub const ENTRIES_AT_REST: u32 = 256;
/// And up to this many in any case.
const MAX_ENTRIES: u32 = 4_096;

/// Whether a checkpoint should take the place of what happened since the last one: `entries` of it, and whether no
/// answer and no delivery is on its way. Seldom, since it costs as much as a few hundred decisions.
#[must_use]
pub const fn checkpoint_is_due(entries: u32, at_rest: bool) -> bool {
    entries >= if at_rest { ENTRIES_AT_REST } else { MAX_ENTRIES }
}

/// The version of the format.
const VERSION: u32 = 1;

/// A conversation as it may be stored: JSON of a few keys, and of a row of plain values whose order belongs to
/// the version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    version: u32,
    /// Milliseconds since the epoch.
    saved_at: f64,
    state: Vec<Part>,
}

impl Read for Snapshot {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::of(tree, "a snapshot", &["version", "savedAt", "state"], reading);
        let version = fields.needed("version", f64::from(VERSION));
        if version != f64::from(VERSION) {
            fields.refuse(Flaw::new(format!("it is of version {}, this is version {VERSION}", decimal(version))));
        }
        let (saved_at, state) = (fields.needed("savedAt", 0.0), fields.needed("state", Vec::new()));
        Snapshot { version: VERSION, saved_at, state }
    }
}

deserialize_by_tree!(Snapshot);

/// What of the last decision does not follow from the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Last {
    pub cause: EventKind,
    pub at: f64,
    /// The decision before it was another one.
    pub changed: bool,
}

parts_of_struct!(Last { cause, at, changed });

impl Snapshot {
    /// What is said of a snapshot that cannot be read.
    pub(crate) fn refused(problem: impl Display) -> Error {
        Error::new(ErrorCode::InvalidSnapshot, format!("the snapshot cannot be used, begin anew: {problem}"))
    }
}

impl Conversation {
    /// The conversation as it stands, for [`Conversation::from_snapshot`]. All text in it is redacted. `now` is
    /// the time in milliseconds since the epoch, from which on the snapshot is good for 24 hours; `waiting` names
    /// the messages that a scorer has been asked about: once restored, nobody waits for these answers any more,
    /// and their scores count as given up.
    #[must_use]
    pub fn to_snapshot(&self, now: f64, waiting: &[String]) -> Snapshot {
        // A placeholder can be longer than what it replaces.
        let redacted = |text: &str| cut_text(&redact(text, Redaction::ALL)).to_owned();
        self.saved(now, waiting, &self.transcript.mapped(redacted))
    }

    /// As [`Conversation::to_snapshot`], to be held in memory and nowhere else: the transcript keeps what the agent
    /// needs. What the customer left for a reply stands apart, in [`Conversation::contact`].
    #[must_use]
    pub fn to_checkpoint(&self, now: f64, waiting: &[String]) -> Snapshot {
        self.saved(now, waiting, &self.transcript.mapped(str::to_owned))
    }

    fn saved(&self, now: f64, waiting: &[String], transcript: &[TranscriptMessage]) -> Snapshot {
        let mut state = Vec::new();
        // In the order in which it is read again.
        self.id.put(&mut state);
        self.language.put(&mut state);
        self.applied.put(&mut state);
        self.bot_messages.put(&mut state);
        self.now.put(&mut state);
        self.live.put(&mut state);
        // What a customer has forbidden stays forbidden.
        self.remote_scoring.put(&mut state);
        self.last.as_ref().map(|decided| decided.last).put(&mut state);
        self.lifecycle.put(&mut state);
        self.reader.put(&mut state);
        self.tally.put(&mut state);
        self.assessment.put(&mut state);
        put_all(transcript, &mut state);
        put_all(waiting, &mut state);
        Snapshot { version: VERSION, saved_at: now, state }
    }

    /// The conversation of a checkpoint, as it was. It does not expire: it belongs to a conversation that goes on.
    ///
    /// # Errors
    /// As [`Conversation::from_snapshot`].
    pub fn from_checkpoint(
        saved: Snapshot,
        contact: Option<Contact>,
        policy: impl Into<Arc<Policy>>,
        options: Options,
    ) -> Result<Self, Error> {
        let now = saved.saved_at;
        // What was said meanwhile holds, not what the conversation began with.
        let options = Options { id: None, language: None, ..options };
        let mut restored = Conversation::from_snapshot(saved, policy, options, now)?;
        restored.contact = contact;
        Ok(restored)
    }

    /// The conversation of a snapshot, under a policy that has been read and checked and these options. Its name and its language are the snapshot's where
    /// the options give none. `now` is the time in milliseconds since the epoch.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidSnapshot`] for what no conversation leaves behind, [`ErrorCode::ExpiredSnapshot`] for
    /// one older than 24 hours, and as [`Conversation::with_policy`] for the options.
    pub fn from_snapshot(
        saved: Snapshot,
        policy: impl Into<Arc<Policy>>,
        mut options: Options,
        now: f64,
    ) -> Result<Self, Error> {
        if !(f64::NEG_INFINITY..=MAX_SNAPSHOT_AGE_MS).contains(&(now - saved.saved_at)) {
            let message = "the snapshot is older than 24 hours, begin anew";
            return Err(Error::new(ErrorCode::ExpiredSnapshot, message));
        }
        let mut row = Row::of(saved.state);
        let (id, language) = (row.take(), row.take());
        let (applied, bot_messages, now, live, remote_scoring) =
            (row.take(), row.take(), row.take(), row.take(), row.take());
        let last: Option<Last> = row.take();
        let (lifecycle, reader, tally) = (row.take(), row.take(), row.take());
        let assessment = row.take();
        let (transcript, waiting): (_, Vec<String>) = (row.take(), row.take());
        if !row.is_read() {
            return Err(Snapshot::refused("it is not as a conversation leaves it"));
        }
        if !(0.0..=MAX_TIME).contains(&now) {
            return Err(Snapshot::refused("its time is out of range"));
        }
        options.id = options.id.or(id);
        options.language = options.language.or(language);
        let mut restored = Conversation::with_policy(policy, options)?;
        restored.assessment = Assessment::restore(&restored.policy, assessment)
            .ok_or_else(|| Snapshot::refused("its messages do not follow one another"))?;
        restored.lifecycle = lifecycle;
        restored.reader = reader;
        restored.tally = tally;
        restored.transcript = Transcript::of(transcript);
        restored.applied = applied;
        restored.bot_messages = bot_messages;
        restored.now = now;
        restored.live = live;
        restored.set_remote_scoring(remote_scoring);
        if let Some(last) = last {
            restored.look_back(last);
        }
        for message_id in waiting {
            restored.apply(Event::ScoreFailed { message_id, failure: Failure::Cancelled, at: None })?;
        }
        Ok(restored)
    }

    /// As [`Conversation::to_snapshot`], as JSON.
    ///
    /// # Errors
    /// None for what a conversation holds.
    pub fn snapshot(&self, now: f64) -> Result<String, Error> {
        to_json(&self.to_snapshot(now, &[])).map_err(Snapshot::refused)
    }

    /// As [`Conversation::from_snapshot`], from JSON and with the policy of the options.
    ///
    /// # Errors
    /// Also as [`Conversation::new`], and [`ErrorCode::InvalidSnapshot`] for what is no JSON, no snapshot, one of another version, or longer
    /// than [`MAX_SNAPSHOT_LENGTH`].
    pub fn restore(json: &str, options: Options, now: f64) -> Result<Self, Error> {
        if json.len() > MAX_SNAPSHOT_LENGTH {
            return Err(Snapshot::refused(format_args!("it is longer than {MAX_SNAPSHOT_LENGTH} bytes")));
        }
        let mut options = options;
        let policy = mem::take(&mut options.policy).policy()?;
        Conversation::from_snapshot(from_json(json).map_err(Snapshot::refused)?, policy, options, now)
    }
}
