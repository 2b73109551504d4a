// The article's tracker and engine as one would write them by hand in JavaScript: what the package is measured beside.

export class Tracker {
  scores = [];

  get trend() {
    const recent = this.scores.slice(-3);
    const change = recent.length < 2 ? 0 : recent.at(-1).score - recent[0].score;
    return change < -0.3 ? "declining" : change > 0.3 ? "improving" : "stable";
  }

  get peakFrustration() {
    return Math.max(0, ...this.scores.map(({ frustration }) => frustration));
  }
}

const TONES = {
  negative: "Acknowledge the trouble briefly, then say the next step.",
  neutral: "Be friendly, clear and to the point.",
  positive: "Be warm and brief.",
};

export function decide(tracker, score) {
  tracker.scores.push(score);
  const { trend } = tracker;
  const [reason, severity] =
    score.frustration >= 0.9 ? ["Customer is extremely frustrated", "critical"]
    : score.score <= -0.6 && trend === "declining" ? ["Sustained negative sentiment with declining trend", "high"]
    : score.frustration >= 0.75 ? ["Frustration level exceeds threshold", "medium"]
    : ["", "low"];
  return {
    shouldEscalate: reason !== "", reason, severity, trend, tone: TONES[score.label] ?? TONES.neutral, sentiment: score,
    peakFrustration: tracker.peakFrustration, sentimentHistory: tracker.scores.map(({ score }) => score),
  };
}
