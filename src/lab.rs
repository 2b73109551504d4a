//! The lab: a log held in memory, judged again and again while thresholds move.
//!
//! What `simmerdown replay` does once over a stream, the lab does many times over the same conversations: the log is
//! read once, the policy it is compared with is run once, and each moved threshold runs the conversations anew, in
//! steps, so that a page can draw between them. Its figures are those of [`crate::report`].

mod reading;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::decision::{Action, Severity};
use crate::error::Error;
use crate::event::Event;
use crate::policy::Policy;
use crate::replay::{Record, Scorer, Setting};
use crate::report::{Course, Point, Report, ReportDocument};
use crate::summary::Summary;
use reading::Held;
pub use reading::{Complaint, Contents, MAX_CONVERSATIONS, MAX_LINE};

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// All of them.
    All,
    /// Those that the rules escalate.
    Escalated,
    /// Those that the policies decide differently.
    Changed,
    /// Those that the rules escalate, and nobody was needed.
    FalseAlarms,
    /// Those that the rules do not escalate, and a person was needed.
    Misses,
}

/// One conversation in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its place, for [`Lab::timeline`].
    pub place: usize,
    /// Its name.
    pub id: String,
    /// Customer messages.
    pub messages: u32,
    /// The verdict, where there is one.
    pub needed: Option<bool>,
    /// Under the moved policy.
    pub now: Judged,
    /// Under the policy it is compared with.
    pub before: Judged,
}

/// What a policy makes of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The strongest outcome the rules called for.
    pub outcome: Action,
    /// The worst severity.
    pub severity: Severity,
    /// Whether the rules escalated.
    pub escalated: bool,
    /// At which customer message, from 1.
    pub at_turn: Option<u32>,
}

impl Judged {
    fn of(course: &Course) -> Judged {
        let (outcome, severity) = (course.summary.outcome, course.summary.severity);
        Judged { outcome, severity, escalated: course.escalated, at_turn: course.at_turn }
    }
}

/// Some rows of the list, and how many there are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rows {
    /// How many the filter lets through.
    pub all: usize,
    /// Those asked for.
    pub rows: Vec<Row>,
}

/// One conversation message by message, under both policies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BothTimelines {
    /// Its name.
    pub id: String,
    /// Under the moved policy.
    pub now: Vec<Point>,
    /// Under the policy it is compared with.
    pub before: Vec<Point>,
}

/// The conversations, judged up to some place.
#[derive(Debug)]
struct Run {
    setting: Setting,
    report: Report,
    /// The place of the next record.
    next: usize,
    rows: Vec<Row>,
}

/// A log in memory, and what policies make of it.
#[derive(Debug, Default)]
pub struct Lab {
    file: String,
    line: u64,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// Whether the line is longer than any may be, and is passed over.
    skipping: bool,
    read: u64,
    held: BTreeMap<(u64, String), Held>,
    /// From here on ids are left out.
    bound: Option<(u64, String)>,
    summaries: Vec<Summary>,
    left_out: u64,
    bad: u64,
    complaints: Vec<Complaint>,
    records: Vec<Arc<Record>>,
    /// The policy compared with, and what it makes of each record judged so far.
    before: Option<(Setting, Vec<Option<Course>>)>,
    run: Option<Run>,
}

impl Lab {
    /// An empty lab.
    #[must_use]
    pub fn new() -> Lab {
        Lab::default()
    }

    /// Begins to judge every conversation by `policy`, beside what `before` makes of them.
    pub fn begin(&mut self, policy: Policy, before: Policy) {
        let known = self.before.as_ref().is_some_and(|(setting, _)| *setting.policy == before);
        let mut report = Report::new(&policy, Some(&before));
        if !known {
            self.before = Some((Setting::new(before), Vec::new()));
        }
        for summary in &self.summaries {
            report.add_summary(summary);
        }
        self.run = Some(Run { setting: Setting::new(policy), report, next: 0, rows: Vec::new() });
    }

    /// Judges up to `count` more conversations, and says how many are left.
    pub fn step(&mut self, count: usize) -> usize {
        let (Some(run), Some((setting, courses))) = (&mut self.run, &mut self.before) else { return 0 };
        for record in self.records.iter().skip(run.next).take(count) {
            let place = run.next;
            run.next += 1;
            if courses.len() == place {
                courses.push(Course::of(record, &setting_of(record, setting), false).ok());
            }
            // Every event was found good when the log was read, so none is missing.
            let Some(Some(other)) = courses.get(place) else { continue };
            let Ok(now) = Course::of(record, &setting_of(record, &run.setting), false) else { continue };
            run.rows.push(Row {
                place,
                id: record.id.clone(),
                messages: now.summary.turns,
                needed: now.needed(),
                now: Judged::of(&now),
                before: Judged::of(other),
            });
            run.report.add(&record.id, now, Some(other));
        }
        self.records.len().saturating_sub(run.next)
    }

    /// The report on what has been judged so far; none before [`Lab::begin`].
    #[must_use]
    pub fn report(&self) -> Option<ReportDocument> {
        self.run.as_ref().map(|run| run.report.document())
    }

    /// The conversations judged so far that a filter lets through, `count` of them from the `from`th on.
    #[must_use]
    pub fn rows(&self, filter: Filter, from: usize, count: usize) -> Rows {
        let through = |row: &&Row| match filter {
            Filter::All => true,
            Filter::Escalated => row.now.escalated,
            Filter::Changed => row.now != row.before,
            Filter::FalseAlarms => row.now.escalated && row.needed == Some(false),
            Filter::Misses => !row.now.escalated && row.needed == Some(true),
        };
        let rows = self.run.iter().flat_map(|run| &run.rows).filter(through);
        Rows { all: rows.clone().count(), rows: rows.skip(from).take(count).cloned().collect() }
    }

    /// The conversation at a place, message by message, under both policies.
    #[must_use]
    pub fn timeline(&self, place: usize) -> Option<BothTimelines> {
        let (record, run, (before, _)) = (self.records.get(place)?, self.run.as_ref()?, self.before.as_ref()?);
        let points = |setting| Course::of(record, &setting_of(record, setting), true).ok().map(Course::into_points);
        Some(BothTimelines { id: record.id.clone(), now: points(&run.setting)?, before: points(before)? })
    }
}

/// Whether nothing of a conversation was scored, and there are texts to do so by.
fn lacks_scores(record: &Record) -> bool {
    let scored = |event: &Event| matches!(event, Event::Score { .. } | Event::ScoreFailed { .. });
    let text = |event: &Event| matches!(event, Event::CustomerMessage { text: Some(_), .. });
    record.events.iter().any(text) && !record.events.iter().any(scored)
}

/// The setting for one record: an archive that was never scored is, by the on-device scorer.
fn setting_of(record: &Record, setting: &Setting) -> Setting {
    let scorer = if lacks_scores(record) { Scorer::OnDevice } else { setting.scorer };
    Setting { scorer, ..setting.clone() }
}

/// Judges what has happened in a conversation by another policy, from its beginning: one point a customer message.
/// What the page has shown meanwhile stays in it, so it is what the rules call for (`outcome`) that compares.
///
/// # Errors
/// [`crate::ErrorCode::InvalidEvent`] for events that are none of a conversation.
pub fn redecide(events: &[Event], policy: Policy) -> Result<Vec<Point>, Error> {
    let (id, events) = ("conversation".to_owned(), events.to_vec());
    let record = Record { id, events, outcome: None, seq: None, decisions: Vec::new() };
    Ok(Course::of(&record, &Setting::new(policy), true)?.into_points())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::Edit;
    use crate::report::Course;

    fn log(conversations: u64) -> String {
        simmerdown_material::log(0x1AB, conversations)
    }

    fn balanced() -> Policy {
        Policy::preset("balanced").unwrap()
    }

    fn loose() -> Policy {
        let edits = ["rules[3].when.any[0].atLeast", "rules[7].when.any[0].atLeast"]
            .map(|path| Edit { path: path.to_owned(), value: json!(0.4) });
        balanced().edited(&edits).unwrap()
    }

    fn filled(chunks: impl Iterator<Item = Vec<u8>>) -> (Lab, Contents) {
        let mut lab = Lab::new();
        lab.open("log.jsonl");
        for chunk in chunks {
            lab.feed(&chunk);
        }
        let contents = lab.settle();
        (lab, contents)
    }

    fn judged(lab: &mut Lab, policy: Policy) -> ReportDocument {
        lab.begin(policy, balanced());
        while lab.step(7) > 0 {}
        lab.report().unwrap()
    }

    #[test]
    fn the_lab_comes_to_what_a_replay_comes_to() {
        let text = log(300);
        for size in [1, 1_000, 1 << 20] {
            let (mut lab, contents) = filled(text.as_bytes().chunks(size).map(<[u8]>::to_vec));
            assert_eq!((contents.conversations, contents.bad, contents.left_out), (300, 0, 0));
            let lab = judged(&mut lab, loose());
            let (loose, balanced) = (loose(), balanced());
            let mut report = Report::new(&loose, Some(&balanced));
            let (one, other) = (Setting::new(loose), Setting::new(balanced));
            for line in text.lines() {
                let record = Record::parse(line).unwrap();
                let course = |setting| Course::of(&record, setting, false).unwrap();
                report.add(&record.id, course(&one), Some(&course(&other)));
            }
            assert_eq!(lab, report.document());
            assert!(lab.comparison.unwrap().only_this > 0, "lower thresholds escalate more");
        }
    }

    #[test]
    fn the_list_shows_what_the_figures_count() {
        let (mut lab, _) = filled(std::iter::once(log(400).into_bytes()));
        let report = judged(&mut lab, loose());
        let verdicts = report.all.verdicts.unwrap();
        let count = |filter| lab.rows(filter, 0, 0).all as u64;
        assert_eq!(count(Filter::All), 400);
        assert_eq!(count(Filter::Escalated), report.all.escalated.count);
        assert_eq!(count(Filter::FalseAlarms), verdicts.false_alarms);
        assert_eq!(count(Filter::Misses), verdicts.misses);
        assert!(count(Filter::Changed) >= report.comparison.unwrap().only_this);
        let page = lab.rows(Filter::Changed, 1, 2);
        assert_eq!(page.rows.len(), 2);
        assert!(page.rows.iter().all(|row| row.now != row.before));
        let both = lab.timeline(page.rows[0].place).unwrap();
        assert_eq!((both.id.as_str(), both.now.len()), (page.rows[0].id.as_str(), page.rows[0].messages as usize));
        assert_ne!(both.now, both.before);
        assert_eq!(lab.timeline(400), None);
    }

    #[test]
    fn parts_summaries_and_bad_lines_are_told_apart() {
        let whole = log(1);
        let record: serde_json::Value = serde_json::from_str(whole.trim_end()).unwrap();
        let events = record["events"].as_array().unwrap();
        let part = |seq: u64, events: &[serde_json::Value]| {
            let decisions: Vec<_> = events.iter().map(|_| json!({ "shadow": true })).collect();
            json!({ "id": "parts", "seq": seq, "events": events, "decisions": decisions }).to_string()
        };
        let mut conversation = crate::Conversation::new(crate::Options::default()).unwrap();
        conversation.apply(serde_json::from_value(events[0].clone()).unwrap()).unwrap();
        let summary = serde_json::to_string(&conversation.summary()).unwrap();
        let (later, sooner) = (part(8, &events[3..]), part(7, &events[..3]));
        let text = format!("{later}\nno JSON\n\n{summary}\n{sooner}\n{sooner}\n{{\"id\":\"x\",\"events\":[{{}}]}}");
        let (mut lab, contents) = filled(std::iter::once([text.as_bytes(), b"\n\xff"].concat()));
        assert_eq!((contents.conversations, contents.summaries, contents.bad), (1, 1, 3));
        let lines: Vec<_> = contents.complaints.iter().map(|complaint| complaint.line).collect();
        assert_eq!(lines, [Some(2), Some(7), Some(8)]);
        assert!(contents.complaints[1].problem.contains("events[0]"), "{:?}", contents.complaints);
        let report = judged(&mut lab, balanced());
        assert_eq!((report.all.conversations, report.all.summaries), (2, 1));
        let record = Record::parse(whole.trim_end()).unwrap();
        let setting = Setting { mode: crate::Mode::Shadow, ..Setting::new(balanced()) };
        let points = Course::of(&record, &setting, true).unwrap().into_points();
        assert_eq!(lab.timeline(0).unwrap().now, points, "joined in order, in shadow as it was");
    }

    #[test]
    fn an_archive_that_was_never_scored_is_scored_here() {
        let said = |id: &str, text: &str| json!({ "type": "customer-message", "id": id, "text": text });
        let events = [said("m1", "Where is my order?"), said("m2", "This is terrible, I am so angry.")];
        let text = json!({ "id": "archive", "events": events }).to_string();
        let (mut lab, contents) = filled(std::iter::once(text.clone().into_bytes()));
        assert_eq!((contents.conversations, contents.scored_here), (1, 1));
        assert_eq!(judged(&mut lab, balanced()).all.escalated.count, 1);
        let record = Record::parse(&text).unwrap();
        let setting = Setting { scorer: Scorer::OnDevice, ..Setting::new(balanced()) };
        assert_eq!(lab.timeline(0).unwrap().now, Course::of(&record, &setting, true).unwrap().into_points());
        assert_eq!(filled(std::iter::once(log(3).into_bytes())).1.scored_here, 0);
    }

    #[test]
    fn a_longer_log_is_sampled_whatever_its_order() {
        let line = |number: usize| format!("{{\"id\":\"c{number}\",\"events\":[]}}\n");
        let more = MAX_CONVERSATIONS + 500;
        let (forth, contents) = filled((0..more).map(|number| line(number).into_bytes()));
        let (back, _) = filled((0..more).rev().map(|number| line(number).into_bytes()));
        assert_eq!((contents.conversations, contents.left_out), (MAX_CONVERSATIONS, 500));
        let ids = |lab: &Lab| {
            let mut ids: Vec<_> = lab.records.iter().map(|record| record.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&forth), ids(&back));
        let (mut lab, contents) =
            filled([vec![b'x'; MAX_LINE], vec![b'x'; 2], line(1).into_bytes(), line(2).into_bytes()].into_iter());
        assert_eq!((contents.conversations, contents.bad), (1, 1), "{:?}", contents.complaints);
        assert!(lab.rest.is_empty() && lab.settle().conversations == 1);
    }

    #[test]
    fn a_conversation_is_judged_again_as_a_replay_judges_it() {
        for line in log(40).lines() {
            let record = Record::parse(line).unwrap();
            let points = redecide(&record.events, loose()).unwrap();
            assert_eq!(points, Course::of(&record, &Setting::new(loose()), true).unwrap().into_points());
            assert!(!points.is_empty());
        }
        assert_eq!(redecide(&[], balanced()).unwrap(), []);
        assert!(redecide(&[Event::Tick { at: Some(-1.0) }], balanced()).is_err());
    }
}
