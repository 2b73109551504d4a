//! The conversations that are looked at: read from the logs, joined, and drawn by a hash of their ids.

use anyhow::Result;
use simmerdown::replay::{Record, Setting, follow, sample_key};

use super::Settings;
use super::tally::Case;
use crate::blocks::{Block, in_order};
use crate::replay::{Entry, threads};
use crate::spool::Spool;

/// The same conversation with the on-device scores as recorded ones and without texts: neither is read again for every
/// setting that is tried.
pub fn scored(record: &Record, setting: &Setting) -> Result<Record> {
    let mut events = Vec::with_capacity(2 * record.events.len());
    follow(record, setting, |event, _| events.push(event.clone()))?;
    Ok(Record { events, ..record.clone() }.without_texts()?)
}

/// The sample, and how many lines were bad.
pub fn sample(settings: &Settings) -> Result<(Vec<Case>, u64, u64)> {
    let (mut bad, mut all) = (0_u64, 0_u64);
    let mut spool = Spool::default();
    // Those with the lowest hashes: the same whatever the order of the log.
    let mut kept: std::collections::BTreeMap<(u64, String), Record> = std::collections::BTreeMap::new();
    let mut keep = |record: Record, all: &mut u64| {
        *all += 1;
        kept.insert((sample_key(&record.id), format!("{}\0{all}", record.id)), record);
        if kept.len() > settings.sample {
            kept.pop_last();
        }
    };
    in_order(
        &settings.files,
        threads(settings.threads),
        || {
            |block: &Block| {
                let read = |(number, line): (u64, Option<&str>)| {
                    let entry = line.map_or_else(|| Err("it is not UTF-8".to_owned()), Entry::parse);
                    (number, entry, line.map(str::to_owned))
                };
                (block.file.clone(), block.lines().map(read).collect::<Vec<_>>())
            }
        },
        |(file, lines)| {
            for (number, entry, line) in lines {
                match entry {
                    Ok(Entry::Record(record)) if record.seq.is_some() => {
                        spool.add(&record.id, &line.unwrap_or_default())?;
                    }
                    Ok(Entry::Record(record)) => keep(record, &mut all),
                    Ok(Entry::Summary(_)) => {
                        bad += 1;
                        eprintln!("{file}:{number}: a summary has no events to decide on");
                    }
                    Err(why) => {
                        bad += 1;
                        eprintln!("{file}:{number}: {why}");
                    }
                }
            }
            Ok(())
        },
    )?;
    spool.each(|lines| {
        let parts = lines.iter().filter_map(|line| Record::parse(line).ok()).collect();
        match Record::join(parts) {
            Ok(record) => keep(record, &mut all),
            Err(error) => {
                bad += 1;
                eprintln!("{error}");
            }
        }
        Ok(())
    })?;
    Ok((kept.into_values().map(Case::new).collect(), all, bad))
}
