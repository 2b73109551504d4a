//! The files of the conversation log: written by one thread, and answered for only once on disk.
//!
//! What comes while the disk is busy is written and synced together ("group commit"), so that many writers cost as
//! few waits as one. A line is either whole in a file or not there: what a failed write left behind is cut off, and
//! so is what a killed process left, when the next one starts.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

use super::entries::Line;
use super::seen::Seen;
use crate::input::Input;
use crate::serve::clock::Clock;
use crate::serve::settings::LogSettings;

/// Batches that may wait for the disk; with the largest body, 64 MB of memory.
const QUEUE: usize = 1024;
/// Batches written and synced together.
const GROUP: usize = 512;
/// How far back files are read to know what is kept.
const MEMORY: Duration = Duration::from_secs(48 * 60 * 60);
/// How often the folder is measured while its cap is reached: somebody may have made room.
const MEASURE: Duration = Duration::from_secs(1);
/// What a file is called that has been compressed in its place.
const COMPRESSED: [&str; 2] = [".jsonl.gz", ".jsonl.zst"];

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is on disk now.
    New,
    /// It was already.
    Before,
}

/// Why a batch was not kept. Nothing of it is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKept {
    /// The disk, or the space meant for the log, is full.
    Full,
    /// The disk cannot be written.
    Broken,
    /// Too many are waiting.
    Busy,
}

type Outcome = Result<Kept, NotKept>;

/// A batch and who waits for it.
struct Job {
    line: Line,
    done: oneshot::Sender<Outcome>,
}

/// The way to the writing thread.
#[derive(Debug)]
pub struct Journal {
    jobs: mpsc::Sender<Job>,
    well: Arc<AtomicBool>,
}

impl Journal {
    /// Takes hold of the folder, mends what a killed process left, learns what is kept, and starts the thread.
    pub fn open(settings: &LogSettings) -> Result<Journal> {
        let folder = Folder::open(settings)?;
        let well = Arc::new(AtomicBool::new(true));
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = Writer::new(folder, settings.rotate, settings.cap, Clock::System)?;
        let told = Arc::clone(&well);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_all(writer, queue, &told))?;
        Ok(Journal { jobs, well })
    }

    /// Keeps a batch; resolves once it is on disk.
    pub async fn keep(&self, line: Line) -> Outcome {
        let (done, outcome) = oneshot::channel();
        self.jobs.try_send(Job { line, done }).map_err(|_| NotKept::Busy)?;
        outcome.await.unwrap_or(Err(NotKept::Broken))
    }

    /// Whether the last batch could be kept.
    pub fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }
}

/// The thread: takes what is there, writes it, answers.
fn write_all<D: Disk>(mut writer: Writer<D>, mut queue: mpsc::Receiver<Job>, well: &AtomicBool) {
    let mut group = Vec::with_capacity(GROUP);
    while let Some(first) = queue.blocking_recv() {
        group.push(first);
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        let lines: Vec<&Line> = group.iter().map(|job| &job.line).collect();
        let outcomes = writer.keep(&lines);
        well.store(outcomes.iter().all(Result::is_ok), Ordering::Relaxed);
        for (job, outcome) in group.drain(..).zip(outcomes) {
            // Who has gone away will send it again, and then it is known.
            let _ = job.done.send(outcome);
        }
    }
}

/// A file of the log.
trait LogFile: Write {
    /// Cuts it to that length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// Resolves once all of it would survive a power cut.
    fn sync(&mut self) -> io::Result<()>;
}

impl LogFile for File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length)).map(drop)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Where files are made; in tests, a disk that fails.
trait Disk {
    type File: LogFile;
    /// A new file, whose name survives a power cut.
    fn create(&mut self, now: Duration) -> io::Result<Self::File>;
    /// Mends the files, and gives what is kept in them.
    fn kept(&mut self) -> Result<Seen>;
    /// Bytes of all files.
    fn size(&mut self) -> io::Result<u64>;
}

/// Writes groups of lines.
struct Writer<D: Disk> {
    disk: D,
    file: Option<D::File>,
    /// Bytes of the file that are whole lines.
    length: u64,
    /// Bytes of all files, as measured then; time since 1970.
    total: u64,
    measured: Duration,
    rotate: u64,
    cap: u64,
    day: u64,
    clock: Clock,
    seen: Seen,
}

impl<D: Disk> Writer<D> {
    fn new(mut disk: D, rotate: u64, cap: u64, clock: Clock) -> Result<Writer<D>> {
        let seen = disk.kept()?;
        let (total, measured, day) = (disk.size()?, clock.now(), clock.day());
        Ok(Writer { disk, file: None, length: 0, total, measured, rotate, cap, day, clock, seen })
    }

    /// Whether so much more would pass the cap, whatever somebody has moved away by now.
    fn is_over_with(&mut self, more: u64) -> bool {
        let now = self.clock.now();
        if self.total.saturating_add(more) > self.cap
            && now.saturating_sub(self.measured) >= MEASURE
            && let Ok(total) = self.disk.size()
        {
            (self.total, self.measured) = (total, now);
        }
        self.total.saturating_add(more) > self.cap
    }

    /// Keeps what is new of a group, all of it or, where the disk fails, nothing.
    fn keep(&mut self, lines: &[&Line]) -> Vec<Outcome> {
        let day = self.clock.day();
        if day != self.day {
            self.day = day;
            self.seen.turn();
            self.file = None;
        }
        let mut bytes = Vec::new();
        let mut group = BTreeSet::new();
        let mut refused = false;
        let outcomes: Vec<Outcome> = lines
            .iter()
            .map(|line| {
                if self.seen.has(&line.id, line.seq) {
                    return Ok(Kept::Before);
                }
                // Answered like its twin, which is written below.
                if group.contains(&(line.id.as_str(), line.seq)) {
                    return Ok(Kept::New);
                }
                if self.is_over_with((bytes.len() + line.line.len()) as u64) {
                    refused = true;
                    return Err(NotKept::Full);
                }
                group.insert((line.id.as_str(), line.seq));
                bytes.extend_from_slice(&line.line);
                Ok(Kept::New)
            })
            .collect();
        if refused {
            tracing::error!("the conversation log has reached its cap: move old files away, or raise --log-cap-mb");
        }
        if let Err(why) = self.write(&bytes) {
            return outcomes
                .into_iter()
                .map(|outcome| if outcome == Ok(Kept::New) { Err(why) } else { outcome })
                .collect();
        }
        group.into_iter().for_each(|(id, seq)| self.seen.add(id, seq));
        outcomes
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), NotKept> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.append(bytes).map_err(|error| {
            tracing::error!(kind = ?error.kind(), "the conversation log cannot be written");
            match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    NotKept::Full
                }
                _ => NotKept::Broken,
            }
        })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.length >= self.rotate {
            self.file = None;
        }
        if self.file.is_none() {
            self.file = Some(self.disk.create(self.clock.now())?);
            self.length = 0;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let done = file.write_all(bytes).and_then(|()| file.sync());
        if let Err(error) = done {
            // What half-written lines there are must not be taken for kept, nor spoil the file.
            let clean = file.cut(self.length).and_then(|()| file.sync()).is_ok();
            let no_longer = self.length > 0 && error.kind() == io::ErrorKind::FileTooLarge;
            // A file that is known to be clean is written on once there is room again: a full disk is not littered
            // with empty ones. Where even that fails nobody knows what is on disk, and a new one is begun.
            if no_longer || !clean {
                self.file = None;
            }
            return if no_longer { self.append(bytes) } else { Err(error) };
        }
        let more = bytes.len() as u64;
        self.length += more;
        self.total += more;
        metrics::counter!("simmerdown_log_bytes_total").increment(more);
        Ok(())
    }
}

/// A folder of log files.
struct Folder {
    path: PathBuf,
    /// Held as long as the process lives: two would cut off each other's lines.
    _lock: File,
    made: u64,
}

/// Enough of a line to know it again.
#[derive(Deserialize)]
struct Name {
    id: String,
    seq: u64,
}

impl Folder {
    fn open(settings: &LogSettings) -> Result<Folder> {
        let path = settings.folder.clone();
        let name = || format!("--log or SIMMERDOWN_LOG: cannot keep a log in `{}`", path.display());
        fs::create_dir_all(&path).with_context(name)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(".lock"));
        let lock = lock.with_context(name)?;
        if lock.try_lock().is_err() {
            bail!("{}: another proxy does; give each its own folder", name());
        }
        let mut folder = Folder { path: path.clone(), _lock: lock, made: 0 };
        // Counted on from the newest file: two processes may follow each other within a second.
        folder.made = folder.files().with_context(name)?.last().map_or(0, |path| number(path).unwrap_or_default());
        Ok(folder)
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.ends_with(".jsonl") || is_compressed(name) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// The number in a file's name, as [`Folder::create`] writes it.
fn number(path: &Path) -> Option<u64> {
    let (_, rest) = path.file_name()?.to_str()?.split_once("Z-")?;
    rest.split('.').next()?.parse().ok()
}

impl Disk for Folder {
    type File = File;

    fn create(&mut self, now: Duration) -> io::Result<File> {
        let day_and_time =
            humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + now).to_string().replace(':', "-");
        loop {
            self.made += 1;
            // Names sort by age.
            let path = self.path.join(format!("{day_and_time}-{:06}.jsonl", self.made));
            match OpenOptions::new().create_new(true).append(true).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                file => {
                    let file = file?;
                    File::open(&self.path)?.sync_all()?;
                    return Ok(file);
                }
            }
        }
    }

    fn kept(&mut self) -> Result<Seen> {
        let mut seen = Seen::default();
        let oldest = SystemTime::now().checked_sub(MEMORY);
        for path in self.files()? {
            let place = || format!("cannot read `{}`", path.display());
            let compressed = path.to_str().is_some_and(is_compressed);
            if !compressed {
                mend(&path).with_context(place)?;
            }
            let changed = fs::metadata(&path)?.modified()?;
            if oldest.is_none_or(|oldest| changed >= oldest) {
                match learn(&path, &mut seen) {
                    // Perhaps it is being compressed at the moment; the file it is made of is still there then.
                    Err(_) if compressed => {
                        tracing::warn!(file = %path.display(), "cannot read all of a compressed file of the log");
                    }
                    learned => learned.with_context(place)?,
                }
            }
        }
        Ok(seen)
    }

    fn size(&mut self) -> io::Result<u64> {
        // A file that is gone by now takes no room.
        Ok(self.files()?.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum())
    }
}

fn is_compressed(name: &str) -> bool {
    COMPRESSED.iter().any(|end| name.ends_with(end))
}

/// Cuts off a last line that has no end: its writer was killed before it could be answered for.
fn mend(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut end = length;
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let Some(part) = block.get_mut(..usize::try_from(end - start).unwrap_or_default()) else { break };
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(place) = part.iter().rposition(|byte| *byte == b'\n') {
            end = start + place as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        tracing::warn!(bytes = length - end, "cut off an unfinished line of the conversation log");
        file.set_len(end)?;
        file.sync_data()?;
    }
    Ok(())
}

/// Takes note of the batches in a file.
fn learn(path: &Path, seen: &mut Seen) -> Result<()> {
    let path = path.to_str().context("its name is not UTF-8")?;
    let mut lines = BufReader::new(Input::open(path, &ProgressBar::hidden())?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        // A line that says something else was put there by somebody else.
        if let Ok(Name { id, seq }) = serde_json::from_slice(&line) {
            seen.add(&id, seq);
        }
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// A disk in memory that writes only so many bytes, or does not sync.
    #[derive(Clone, Default)]
    struct Fake {
        files: Rc<RefCell<Vec<Vec<u8>>>>,
        room: Rc<RefCell<usize>>,
        sync_fails: Rc<RefCell<bool>>,
    }

    struct FakeFile(Fake, usize);

    impl Write for FakeFile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut room = self.0.room.borrow_mut();
            let now = bytes.len().min(*room);
            if now == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            *room -= now;
            self.0.files.borrow_mut()[self.1].extend_from_slice(&bytes[..now]);
            Ok(now)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl LogFile for FakeFile {
        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.0.files.borrow_mut()[self.1].truncate(length as usize);
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            if *self.0.sync_fails.borrow() { Err(io::Error::other("no sync")) } else { Ok(()) }
        }
    }

    impl Disk for Fake {
        type File = FakeFile;

        fn create(&mut self, _: Duration) -> io::Result<FakeFile> {
            self.files.borrow_mut().push(Vec::new());
            Ok(FakeFile(self.clone(), self.files.borrow().len() - 1))
        }

        fn kept(&mut self) -> Result<Seen> {
            Ok(Seen::default())
        }

        fn size(&mut self) -> io::Result<u64> {
            Ok(self.files.borrow().iter().map(|file| file.len() as u64).sum())
        }
    }

    impl Fake {
        fn text(&self) -> String {
            self.files.borrow().iter().map(|file| String::from_utf8_lossy(file).into_owned()).collect()
        }
    }

    fn line(id: &str, seq: u64) -> Line {
        Line { id: id.to_owned(), seq, line: format!("{id}{seq}------\n").into_bytes() }
    }

    fn writer(room: usize, rotate: u64, cap: u64) -> (Fake, Writer<Fake>) {
        let fake = Fake { room: Rc::new(RefCell::new(room)), ..Fake::default() };
        (fake.clone(), Writer::new(fake, rotate, cap, Clock::System).unwrap())
    }

    #[test]
    fn a_repeated_batch_is_kept_once_also_within_a_group() {
        let (fake, mut writer) = writer(1000, 1000, 1000);
        let (a, b) = (line("a", 0), line("b", 0));
        assert_eq!(writer.keep(&[&a, &b, &a]), [Ok(Kept::New); 3]);
        assert_eq!(writer.keep(&[&b]), [Ok(Kept::Before)]);
        assert_eq!(fake.text(), "a0------\nb0------\n");
    }

    #[test]
    fn a_full_disk_keeps_nothing_of_a_group_and_leaves_no_half_line() {
        let (fake, mut writer) = writer(21, 1000, 1000);
        assert_eq!(writer.keep(&[&line("a", 0)]), [Ok(Kept::New)]);
        assert_eq!(
            writer.keep(&[&line("a", 0), &line("a", 1), &line("a", 2)]),
            [Ok(Kept::Before), Err(NotKept::Full), Err(NotKept::Full)]
        );
        assert_eq!(fake.text(), "a0------\n");
        for _ in 0..100 {
            *fake.room.borrow_mut() = 5;
            assert_eq!(writer.keep(&[&line("a", 1)]), [Err(NotKept::Full)]);
        }
        *fake.room.borrow_mut() = 1000;
        assert_eq!(writer.keep(&[&line("a", 1)]), [Ok(Kept::New)]);
        assert_eq!(
            (fake.text().as_str(), fake.files.borrow().len()),
            ("a0------\na1------\n", 1),
            "nor a file each time"
        );
    }

    #[test]
    fn what_could_not_be_synced_is_not_answered_for() {
        let (fake, mut writer) = writer(1000, 1000, 1000);
        *fake.sync_fails.borrow_mut() = true;
        assert_eq!(writer.keep(&[&line("a", 0)]), [Err(NotKept::Broken)]);
        *fake.sync_fails.borrow_mut() = false;
        assert_eq!(writer.keep(&[&line("a", 0)]), [Ok(Kept::New)]);
        assert_eq!((fake.text().as_str(), fake.files.borrow().len()), ("a0------\n", 2));
    }

    #[test]
    fn files_rotate_and_the_cap_holds() {
        let (fake, mut writer) = writer(1000, 18, 45);
        let outcomes: Vec<_> = (0..6).map(|seq| writer.keep(&[&line("a", seq)])[0]).collect();
        assert_eq!(outcomes, [[Ok(Kept::New)].repeat(5), vec![Err(NotKept::Full)]].concat());
        assert_eq!(fake.files.borrow().iter().map(Vec::len).collect::<Vec<_>>(), [18, 18, 9]);
    }

    #[tokio::test(start_paused = true)]
    async fn room_that_somebody_makes_is_found() {
        let fake = Fake { room: Rc::new(RefCell::new(1000)), ..Fake::default() };
        let clock = Clock::Tokio(tokio::time::Instant::now());
        let mut writer = Writer::new(fake.clone(), 9, 20, clock).unwrap();
        let (first, second, third) = (line("a", 0), line("a", 1), line("a", 2));
        assert_eq!(writer.keep(&[&first, &second, &third]), [Ok(Kept::New), Ok(Kept::New), Err(NotKept::Full)]);
        fake.files.borrow_mut()[0].clear();
        assert_eq!(writer.keep(&[&third]), [Err(NotKept::Full)], "it is not measured for every batch");
        tokio::time::advance(MEASURE).await;
        assert_eq!(writer.keep(&[&third]), [Ok(Kept::New)]);
    }

    #[test]
    fn an_unfinished_line_is_cut_off_and_the_rest_is_known() {
        let folder = std::env::temp_dir().join(format!("simmerdown-journal-{}", std::process::id()));
        let settings = LogSettings { folder: folder.clone(), rotate: 1000, cap: 1_000_000 };
        let long = format!("{{\"id\":\"b\",\"seq\":7,\"events\":[],\"x\":\"{}\"}}\n", "y".repeat(9000));
        for (name, text) in [
            ("1.jsonl", "{\"id\":\"a\",\"seq\":0,\"events\":[]}\n{\"id\":\"a\",\"seq\":1,\"ev".to_owned()),
            ("2.jsonl", "x".repeat(5000)),
            ("3.jsonl", format!("{long}{}", "z".repeat(9000))),
            ("4.jsonl", String::new()),
            ("5.jsonl.gz", "no gzip".to_owned()),
        ] {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), text).unwrap();
        }
        let mut disk = Folder::open(&settings).unwrap();
        assert!(Folder::open(&settings).is_err(), "one at a time");
        let seen = disk.kept().unwrap();
        let lengths: Vec<_> = disk.files().unwrap().iter().map(|file| fs::metadata(file).unwrap().len()).collect();
        assert_eq!(lengths, [31, 0, long.len() as u64, 0, 7]);
        assert_eq!(disk.size().unwrap(), 38 + long.len() as u64);
        assert!(seen.has("a", 0) && !seen.has("a", 1) && seen.has("b", 7));
        fs::remove_dir_all(folder).unwrap();
    }
}
