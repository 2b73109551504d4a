//! Figures of how well numbers tell what is known, with intervals by bootstrap.

/// How often messages are drawn again, and the share of the draws inside of an interval.
pub const DRAWS: usize = 1_000;
const INSIDE: f64 = 0.95;

/// Messages in the order of a number, those of equal numbers together.
#[derive(Debug, Clone)]
pub struct Order {
    truth: Vec<bool>,
    places: Vec<usize>,
    /// Where each group of equal numbers ends.
    ends: Vec<usize>,
}

impl Order {
    /// From lowest to highest.
    pub fn new(numbers: &[f64], truth: &[bool]) -> Order {
        let mut places: Vec<usize> = (0..numbers.len()).collect();
        let number = |place: &usize| numbers.get(*place).copied().unwrap_or_default();
        places.sort_by(|a, b| number(a).total_cmp(&number(b)));
        let mut ends = Vec::new();
        for (at, pair) in places.windows(2).enumerate() {
            if let [a, b] = pair
                && number(a).total_cmp(&number(b)).is_ne()
            {
                ends.push(at + 1);
            }
        }
        ends.push(places.len());
        Order { truth: truth.to_vec(), places, ends }
    }

    /// The weights of true and of false in each group, lowest first.
    fn groups<'a>(&'a self, weights: &'a [u32]) -> impl DoubleEndedIterator<Item = (f64, f64)> + 'a {
        let starts = std::iter::once(0).chain(self.ends.iter().copied()).take(self.ends.len()).collect::<Vec<_>>();
        starts.into_iter().zip(self.ends.iter().copied()).collect::<Vec<_>>().into_iter().map(move |(from, to)| {
            let mut sums = (0_u64, 0_u64);
            for place in self.places.get(from..to).unwrap_or_default() {
                let weight = u64::from(weights.get(*place).copied().unwrap_or_default());
                if self.truth.get(*place).copied().unwrap_or_default() {
                    sums.0 += weight;
                } else {
                    sums.1 += weight;
                }
            }
            (sums.0 as f64, sums.1 as f64)
        })
    }

    /// The share of pairs of a true and a false message where the true one has the higher number; ties count half.
    pub fn auroc(&self, weights: &[u32]) -> f64 {
        let (mut above, mut yes, mut no) = (0.0, 0.0, 0.0);
        for (yes_here, no_here) in self.groups(weights) {
            above += yes_here * (no + no_here / 2.0);
            yes += yes_here;
            no += no_here;
        }
        above / (yes * no)
    }

    /// Precision, averaged over the steps of recall.
    pub fn average_precision(&self, weights: &[u32]) -> f64 {
        let (mut sum, mut yes, mut all) = (0.0, 0.0, 0.0);
        for (yes_here, no_here) in self.groups(weights).rev() {
            yes += yes_here;
            all += yes_here + no_here;
            if all > 0.0 {
                sum += yes_here * yes / all;
            }
        }
        sum / yes
    }

    /// The points of the ROC curve: shares of false and of true messages at or above each number.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let ones = vec![1; self.truth.len()];
        let steps: Vec<_> = self.groups(&ones).rev().collect();
        let total = steps.iter().fold((0.0, 0.0), |sum, step| (sum.0 + step.0, sum.1 + step.1));
        let (mut yes, mut no) = (0.0, 0.0);
        let mut points = vec![(0.0, 0.0)];
        for (yes_here, no_here) in steps {
            yes += yes_here;
            no += no_here;
            points.push((no / total.1, yes / total.0));
        }
        points
    }
}

/// F1 by label, averaged over the labels that are true of some message.
pub fn macro_f1(truth: &[i8], told: &[i8], weights: &[u32]) -> f64 {
    let (mut sum, mut labels) = (0.0, 0.0);
    for label in [-1, 0, 1] {
        let (mut hit, mut true_of, mut told_of) = (0_u64, 0_u64, 0_u64);
        for ((truth, told), weight) in truth.iter().zip(told).zip(weights) {
            let weight = u64::from(*weight);
            hit += if truth == told && *truth == label { weight } else { 0 };
            true_of += if *truth == label { weight } else { 0 };
            told_of += if *told == label { weight } else { 0 };
        }
        if true_of > 0 {
            labels += 1.0;
            sum += 2.0 * hit as f64 / (true_of + told_of) as f64;
        }
    }
    sum / labels
}

/// The share of messages whose label is the true one.
pub fn accuracy(truth: &[i8], told: &[i8], weights: &[u32]) -> f64 {
    let right = truth.iter().zip(told).map(|(truth, told)| truth == told);
    share(right, weights)
}

/// The share of messages of which something holds.
pub fn share(holds: impl Iterator<Item = bool>, weights: &[u32]) -> f64 {
    let (mut yes, mut all) = (0_u64, 0_u64);
    for (holds, weight) in holds.zip(weights) {
        yes += if holds { u64::from(*weight) } else { 0 };
        all += u64::from(*weight);
    }
    yes as f64 / all as f64
}

/// A figure and its values over the draws.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Over all messages.
    pub value: f64,
    drawn: Vec<f64>,
}

impl Figure {
    /// The interval that 95 of 100 draws lie in.
    pub fn interval(&self) -> (f64, f64) {
        interval(&self.drawn)
    }

    /// The interval of what this figure is above another of the same draws.
    pub fn above(&self, other: &Figure) -> (f64, f64) {
        interval(&self.drawn.iter().zip(&other.drawn).map(|(own, other)| own - other).collect::<Vec<_>>())
    }
}

fn interval(values: &[f64]) -> (f64, f64) {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (share * (sorted.len().max(1) - 1) as f64).round() as usize;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    };
    (at((1.0 - INSIDE) / 2.0), at(f64::midpoint(1.0, INSIDE)))
}

/// A measure of weighted messages.
pub type Measure<'a> = Box<dyn Fn(&[u32]) -> f64 + 'a>;

/// Each measure over `count` messages, and over the same draws of `units` (a message or a whole dialogue each), so
/// that measures can be compared.
pub fn figures(count: usize, units: Option<&[Vec<usize>]>, seed: u64, measures: &[Measure<'_>]) -> Vec<Figure> {
    let whole = vec![1; count];
    let mut figures: Vec<Figure> =
        measures.iter().map(|measure| Figure { value: measure(&whole), drawn: Vec::with_capacity(DRAWS) }).collect();
    let mut state = seed | 1;
    let mut draw = |below: usize| {
        // Xorshift (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut weights = vec![0_u32; count];
    for _ in 0..DRAWS {
        weights.fill(0);
        match units {
            None => {
                for _ in 0..count {
                    if let Some(weight) = weights.get_mut(draw(count)) {
                        *weight += 1;
                    }
                }
            }
            Some(units) => {
                for _ in 0..units.len() {
                    for place in units.get(draw(units.len())).into_iter().flatten() {
                        if let Some(weight) = weights.get_mut(*place) {
                            *weight += 1;
                        }
                    }
                }
            }
        }
        for (figure, measure) in figures.iter_mut().zip(measures) {
            figure.drawn.push(measure(&weights));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONES: [u32; 4] = [1; 4];

    /// As scikit-learn's `roc_auc_score` and `average_precision_score`.
    #[test]
    fn ranking_is_judged_as_by_others() {
        let order = Order::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]);
        assert!((order.auroc(&ONES) - 0.75).abs() < 1e-12);
        assert!((order.average_precision(&ONES) - 0.833_333_333_333).abs() < 1e-9);
        let tied = Order::new(&[0.5; 4], &[false, true, false, true]);
        assert!((tied.auroc(&ONES) - 0.5).abs() < 1e-12);
        assert!((order.auroc(&[1, 0, 1, 1]) - 1.0).abs() < 1e-12);
        assert_eq!(order.curve().last(), Some(&(1.0, 1.0)));
    }

    #[test]
    fn labels_are_judged_by_class() {
        let truth = [-1, -1, 0, 1];
        assert!((macro_f1(&truth, &truth, &ONES) - 1.0).abs() < 1e-12);
        // F1 is 2/3, 2/3 and 0.
        assert!((macro_f1(&truth, &[-1, 0, 0, 0], &ONES) - (2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-12);
        assert!((accuracy(&truth, &[-1, 0, 0, 0], &ONES) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn an_interval_holds_the_value_and_is_the_same_each_time() {
        let truth: Vec<bool> = (0..400).map(|n| n % 4 == 0).collect();
        let measure = |weights: &[u32]| share(truth.iter().copied(), weights);
        let of = |seed| figures(400, None, seed, &[Box::new(measure)]).remove(0);
        let (low, high) = of(7).interval();
        assert!(low < 0.25 && 0.25 < high && high - low > 0.06 && high - low < 0.11, "{low} to {high}");
        assert_eq!(of(7).interval(), (low, high));
        assert_eq!(of(7).above(&of(7)), (0.0, 0.0));
    }
}
