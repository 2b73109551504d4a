//! Which conversations are held out.

use crate::cue::hash;

/// Where a name falls between 0 and 1, the same every time. Names are often numbered, and a hash of such differs in its
/// low bits only, so these are spread over all of them (the last step of MurmurHash3, Appleby 2011).
pub(super) fn lot(id: &str) -> f64 {
    let mut hash = hash(id);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    f64::from(hash ^ (hash >> 16)) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However a host names its conversations, the share held out is the one asked for, within four standard
    /// deviations; and it is another one for each.
    #[test]
    fn the_holdout_is_the_share_asked_for_whatever_the_names_look_like() {
        let names: [fn(u32) -> String; 6] = [
            |n| n.to_string(),
            |n| format!("c{n}"),
            |n| format!("live-c{n}"),
            |n| format!("chat-{:06}", n + 4_711),
            |n| format!("{:08x}-0000-4000-8000-000000000000", n * 7_919),
            |n| format!("https://shop.example/chat?id={n}&lang=en"),
        ];
        for (place, name) in names.into_iter().enumerate() {
            for share in [0.05, 0.1, 0.3, 0.5] {
                let all = 5_000_u32;
                let held = (0..all).filter(|n| lot(&name(*n)) < share).count() as f64;
                let deviation = (f64::from(all) * share * (1.0 - share)).sqrt();
                let off = (held - f64::from(all) * share).abs() / deviation;
                assert!(off < 4.0, "names {place}: {held} of {all} at {share}, {off:.1} deviations off");
            }
        }
    }
}
