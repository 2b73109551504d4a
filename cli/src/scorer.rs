//! Whose scores the recorded conversations are judged by, for `replay` and `tune` alike.

use clap::ValueEnum;
use simmerdown::replay::Scorer;

/// Whose scores are used.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Scores {
    /// The recorded ones.
    Recorded,
    /// The on-device scorer's; recorded scores are left out.
    OnDevice,
}

impl From<Scores> for Scorer {
    fn from(scores: Scores) -> Scorer {
        match scores {
            Scores::Recorded => Scorer::Recorded,
            Scores::OnDevice => Scorer::OnDevice,
        }
    }
}
