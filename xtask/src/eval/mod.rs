//! `cargo xtask eval DATA`: the on-device scorer and its npm peers side by side over every set of a folder.
//!
//! Writes docs/scorer.md between its marks and the plots in docs/images.

mod figures;
mod plot;
mod report;
mod scorers;
mod sets;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;
use simmerdown::{Conversation, CustomerSaid, Options};

use crate::clone::Clone;
use crate::command::{program, run as run_command, stage};
use crate::{package, tools};
use figures::{Figure, Measure, Order, accuracy, figures, macro_f1, share};
use scorers::Told;
use sets::{Message, Set};

/// Settings of `eval`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Folder with the sets, as `DATA/dev/*.jsonl`, `DATA/train/*.jsonl` or `DATA/*.jsonl`.
    data: PathBuf,
    /// Prints the report and leaves docs/scorer.md as it is.
    #[arg(long)]
    print: bool,
    /// Leaves the wasm, which takes minutes to build, out of what is timed.
    #[arg(long)]
    native: bool,
}

/// The draws of the bootstrap begin here.
const SEED: u64 = 20_261_125;
/// Calm messages must stay below this (the presets' threshold).
pub const FRUSTRATED: f64 = 0.75;
/// Calm messages must stay above this (the presets' threshold).
pub const STRONG: f64 = -0.6;

/// What one scorer reaches on one set.
#[derive(Debug)]
pub struct Reached {
    /// The scorer.
    pub name: String,
    /// F1 averaged over the labels; accuracy; AUROC and average precision of negative.
    pub sentiment: Option<[Figure; 4]>,
    /// AUROC and average precision of frustration.
    pub frustration: Option<[Figure; 2]>,
    /// The same by how negative a message is called, as the peers have it, of a scorer that tells frustration, too.
    pub by_score: Option<[Figure; 2]>,
    /// Of calm questions, the share labelled negative; at or above frustration 0.75; at or below score -0.6.
    pub calm: Option<[Figure; 3]>,
}

/// How the estimate of frustration does with and without what happened before, on dialogues.
#[derive(Debug)]
pub struct History {
    /// AUROC without, with.
    pub auroc: [Figure; 2],
    /// Average precision without, with.
    pub precision: [Figure; 2],
    /// Customer messages.
    pub messages: usize,
    /// Those of dissatisfied customers.
    pub dissatisfied: usize,
    /// Of messages of satisfied customers the share at or above frustration 0.75, without and with.
    pub satisfied_strong: [Figure; 2],
}

/// What was found on one set.
#[derive(Debug)]
pub struct Found {
    /// The set.
    pub set: Set,
    /// The scorer first, then the peers.
    pub reached: Vec<Reached>,
    /// Messages without a score.
    pub unknown: usize,
    /// Requests for a person: found, of so many; and found in messages that are none, of so many.
    pub asks_human: Option<[usize; 4]>,
    /// With history, where there are dialogues.
    pub history: Option<History>,
    /// What the scorer said, for the plots.
    pub own: Told,
    /// What the peers said.
    pub peers: Vec<Told>,
}

/// Evaluates.
pub fn run(clone: &Clone, settings: &Settings) -> Result<()> {
    tools::npm(clone)?;
    tools::peers(clone)?;
    let mut scoring = None;
    stage("building", || {
        run_command(clone.cargo().args(["build", "--release", "--package", "simmerdown-cli", "--package", "xtask"]))?;
        if !settings.native {
            tools::wasm_target()?;
            tools::wasm_bindgen(clone)?;
            scoring = Some(package::scoring_alone(clone)?);
        }
        Ok(())
    })?;
    let mut sets = sets::read(&settings.data)?;
    for name in sets::OURS {
        sets.push(sets::read_set(format!("ours/{name}"), &clone.root.join(format!("tests/data/{name}.jsonl")))?);
    }
    let texts: Vec<&str> = sets.iter().flat_map(|set| &set.messages).map(|message| message.text.as_str()).collect();
    println!("\n{} messages of {} sets", texts.len(), sets.len());
    let release = clone.target.join("release");
    let (own, rate) = scorers::own(&release.join("simmerdown"), &texts)?;
    let native = scorers::speed(&release.join("xtask"), &texts)?;
    let mut node = program("node", &clone.root.join("benches/page"));
    node.arg("peers.mjs");
    if let Some(scoring) = scoring {
        node.arg(scoring);
    }
    let (peers, measured) = scorers::peers(&mut node, &texts)?;
    let mut from = 0;
    let mut found = Vec::new();
    for set in sets {
        let to = from + set.messages.len();
        println!("{}: {} messages", set.name, set.messages.len());
        let peers = peers.iter().map(|told| told.part(from, to)).collect();
        found.push(judge(set, own.part(from, to), peers)?);
        from = to;
    }
    let weights = weights_and_cues(clone)?;
    let speed = report::Speed { rate, native, measured, weights };
    report::write(clone, &found, &speed, settings.print)
}

fn judge(set: Set, own: Told, peers: Vec<Told>) -> Result<Found> {
    let reached = reached(&set.messages, &own, &peers);
    let asked = |expected: bool| {
        let hits = own.asks_human.iter().zip(&set.messages).filter(|(_, message)| message.asks_human == Some(expected));
        (hits.clone().filter(|(hit, _)| **hit).count(), hits.count())
    };
    let (found, asking, wrong, others) = (asked(true).0, asked(true).1, asked(false).0, asked(false).1);
    let history = if set.dialogues.is_empty() { None } else { Some(history(&set)?) };
    Ok(Found {
        reached,
        unknown: own.unknown.iter().filter(|unknown| **unknown).count(),
        asks_human: (asking + others > 0).then_some([found, asking, wrong, others]),
        history,
        own,
        peers,
        set,
    })
}

/// The places of the messages of which something is known, and what.
fn known<T>(messages: &[Message], of: impl Fn(&Message) -> Option<T>) -> (Vec<usize>, Vec<T>) {
    messages.iter().enumerate().filter_map(|(place, message)| Some((place, of(message)?))).unzip()
}

fn at<T: Copy>(list: &[T], places: &[usize]) -> Vec<T> {
    places.iter().filter_map(|place| list.get(*place).copied()).collect()
}

fn mixed(truth: &[bool]) -> bool {
    truth.contains(&true) && truth.contains(&false)
}

/// Every figure of every scorer, over the same draws.
fn reached(messages: &[Message], own: &Told, peers: &[Told]) -> Vec<Reached> {
    let all: Vec<&Told> = std::iter::once(own).chain(peers).collect();
    let mut reached: Vec<Reached> = all
        .iter()
        .map(|told| Reached { name: told.name.clone(), sentiment: None, frustration: None, by_score: None, calm: None })
        .collect();
    let (places, truth) = known(messages, |message| message.sentiment);
    let negative: Vec<bool> = truth.iter().map(|sentiment| *sentiment < 0).collect();
    if mixed(&negative) {
        let ranked: Vec<_> = all.iter().map(|told| told.ranking(&places, &negative, None)).collect();
        let labels: Vec<_> = all.iter().map(|told| at(&told.labels, &places)).collect();
        let mut measures: Vec<Measure<'_>> = Vec::new();
        for (order, labels) in ranked.iter().zip(&labels) {
            measures.push(Box::new(|weights| macro_f1(&truth, labels, weights)));
            measures.push(Box::new(|weights| accuracy(&truth, labels, weights)));
            measures.push(Box::new(|weights| order.auroc(weights)));
            measures.push(Box::new(|weights| order.average_precision(weights)));
        }
        let mut figures = figures(places.len(), None, SEED, &measures).into_iter();
        for reached in &mut reached {
            reached.sentiment = next_of(&mut figures);
        }
    }
    let (places, truth) = known(messages, |message| message.frustrated);
    if mixed(&truth) {
        let frustrated = all.iter().map(|told| told.ranking(&places, &truth, told.frustration.as_deref()));
        let ranked: Vec<_> = frustrated.chain([own.ranking(&places, &truth, None)]).collect();
        let mut measures: Vec<Measure<'_>> = Vec::new();
        for order in &ranked {
            measures.push(Box::new(|weights| order.auroc(weights)));
            measures.push(Box::new(|weights| order.average_precision(weights)));
        }
        let mut figures = figures(places.len(), None, SEED, &measures).into_iter();
        for reached in &mut reached {
            reached.frustration = next_of(&mut figures);
        }
        if let Some(own) = reached.first_mut() {
            own.by_score = next_of(&mut figures);
        }
    }
    let (places, _) = known(messages, |message| message.calm.then_some(()));
    if !places.is_empty() {
        for (reached, told) in reached.iter_mut().zip(&all) {
            let labels = at(&told.labels, &places);
            let frustration = told.frustration.as_ref().map(|list| at(list, &places)).unwrap_or_default();
            let score = at(told.numbers.first().map_or(&[], Vec::as_slice), &places);
            let measures: Vec<Measure<'_>> = vec![
                Box::new(|weights| share(labels.iter().map(|label| *label < 0), weights)),
                Box::new(|weights| share(frustration.iter().map(|told| *told >= FRUSTRATED), weights)),
                Box::new(|weights| share(score.iter().map(|told| *told <= STRONG), weights)),
            ];
            reached.calm = next_of(&mut figures(places.len(), None, SEED, &measures).into_iter());
        }
    }
    reached
}

fn next_of<const N: usize>(figures: &mut impl Iterator<Item = Figure>) -> Option<[Figure; N]> {
    figures.take(N).collect::<Vec<_>>().try_into().ok()
}

impl Told {
    /// Of the messages from one place to another.
    fn part(&self, from: usize, to: usize) -> Told {
        fn cut<T: Copy>(list: &[T], from: usize, to: usize) -> Vec<T> {
            list.get(from..to).unwrap_or_default().to_vec()
        }
        Told {
            name: self.name.clone(),
            numbers: self.numbers.iter().map(|list| cut(list, from, to)).collect(),
            labels: cut(&self.labels, from, to),
            frustration: self.frustration.as_ref().map(|list| cut(list, from, to)),
            asks_human: cut(&self.asks_human, from, to),
            unknown: cut(&self.unknown, from, to),
        }
    }

    /// Messages in the order of `by`, or else of the negated number that does best for this scorer.
    fn ranking(&self, places: &[usize], truth: &[bool], by: Option<&[f64]>) -> Order {
        if let Some(by) = by {
            return Order::new(&at(by, places), truth);
        }
        let ones = vec![1; places.len()];
        let orders = self.numbers.iter().map(|numbers| {
            let negated: Vec<f64> = at(numbers, places).iter().map(|number| -number).collect();
            Order::new(&negated, truth)
        });
        let best = orders.max_by(|a, b| a.auroc(&ones).total_cmp(&b.auroc(&ones)));
        best.unwrap_or_else(|| Order::new(&[], &[]))
    }
}

/// Each dialogue told to a `Conversation`, and its estimates of frustration beside those of the messages alone.
fn history(set: &Set) -> Result<History> {
    let mut alone = vec![0.0; set.messages.len()];
    let mut within = vec![0.0; set.messages.len()];
    for dialogue in &set.dialogues {
        let mut conversation = Conversation::new(Options::default())?;
        for turn in dialogue {
            match &turn.said {
                Ok(place) => {
                    let message = set.messages.get(*place).context("a turn without its message")?;
                    let said = CustomerSaid { text: message.text.clone(), ..CustomerSaid::default() };
                    let told = conversation.customer_said(said)?.decision.sentiment;
                    if let (Some(slot), Some(told)) = (within.get_mut(*place), told) {
                        *slot = told.score.frustration();
                    }
                    if let (Some(slot), Ok(score)) =
                        (alone.get_mut(*place), simmerdown::on_device::score(&message.text, None))
                    {
                        *slot = score.frustration();
                    }
                }
                Err(text) => {
                    conversation.bot_said(text, None, None)?;
                }
            }
        }
    }
    let (places, truth) = known(&set.messages, |message| message.frustrated);
    let orders = [&alone, &within].map(|list| Order::new(&at(list, &places), &truth));
    let strong = [&alone, &within].map(|list| at(list, &places));
    let calm = |list: &[f64], weights: &[u32]| {
        let (holds, weights): (Vec<bool>, Vec<u32>) = list
            .iter()
            .zip(&truth)
            .zip(weights)
            .filter(|((_, truth), _)| !**truth)
            .map(|((told, _), weight)| (*told >= FRUSTRATED, *weight))
            .unzip();
        share(holds.into_iter(), &weights)
    };
    let mut measures: Vec<Measure<'_>> = Vec::new();
    for (order, strong) in orders.iter().zip(&strong) {
        measures.push(Box::new(|weights| order.auroc(weights)));
        measures.push(Box::new(|weights| order.average_precision(weights)));
        measures.push(Box::new(|weights| calm(strong, weights)));
    }
    // Turns of one dialogue belong together, so whole dialogues are drawn.
    let mut units: Vec<Vec<usize>> = Vec::new();
    for dialogue in &set.dialogues {
        let own = dialogue.iter().filter_map(|turn| turn.said.as_ref().ok());
        units.push(own.filter_map(|place| places.binary_search(place).ok()).collect());
    }
    let found = figures(places.len(), Some(&units), SEED, &measures);
    let pair =
        |place: usize| -> Option<[Figure; 2]> { Some([found.get(place)?.clone(), found.get(place + 3)?.clone()]) };
    let missing = "a figure is missing";
    Ok(History {
        auroc: pair(0).context(missing)?,
        precision: pair(1).context(missing)?,
        satisfied_strong: pair(2).context(missing)?,
        messages: places.len(),
        dissatisfied: truth.iter().filter(|truth| **truth).count(),
    })
}

/// Bytes of the weights and the English cues after brotli.
fn weights_and_cues(clone: &Clone) -> Result<Value> {
    let script = "const { readFileSync } = require('fs'); const zlib = require('zlib'); \
                  const { weights } = JSON.parse(readFileSync('www/budget.json')); \
                  const bytes = Buffer.concat(weights.files.map((file) => readFileSync(file))); \
                  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 24 }; \
                  console.log(JSON.stringify({ bytes: zlib.brotliCompressSync(bytes, { params }).length, limit: weights.limit }))";
    let told = crate::command::output(Command::new("node").current_dir(&clone.root).args(["-e", script]))?;
    Ok(serde_json::from_str(&told)?)
}
