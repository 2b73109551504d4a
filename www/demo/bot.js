// The shop's scripted assistant. It knows a handful of topics by keyword and answers each in the
// tone the decision asked for. It forgets what it was told, as such bots do; that is what the demo is about.
// Its words never name what the customer may feel.

const TOPICS = [
  {
    name: "person",
    pattern: /\b(human|person|agent|representative|somebody real|someone real|real people)\b/i,
    neutral: "I can bring in a person for you. “Talk to a person” at the top of this chat works at any time.",
    negative: "Yes. A person can take over from here: “Talk to a person” at the top of this chat works at any time.",
    positive: "Of course! “Talk to a person” at the top of this chat works at any time.",
  },
  {
    name: "order number",
    pattern: /\bBB-?\d{3,}\b|\b\d{5,}\b/i,
    neutral: "Thank you. This order left our warehouse on Tuesday and is with the carrier. Usual delivery is three to five working days.",
    negative: "I have the order in front of me. It left our warehouse on Tuesday. Last scan: Wednesday, 06:40, at the regional depot. There has been no scan since then.",
    positive: "Found it, thank you! Your order left our warehouse on Tuesday and is well on its way to you.",
  },
  {
    name: "refund",
    pattern: /\b(refund|money back|return|send it back|give it back)\b/i,
    neutral: "You can return any item within 30 days. Please give me the order number and I will send you a label.",
    negative: "You can have the money back. What I need: the order number. What happens then: a return label by e-mail today, the money within three working days of arrival.",
    positive: "Sure thing! Tell me the order number and the return label is on its way to you.",
  },
  {
    name: "damage",
    pattern: /\b(broken|cracked|damaged|scratched|wrong item|missing part|does ?n[o']t work)\b/i,
    neutral: "We replace items that arrive damaged. Could you tell me the order number and which item it is?",
    negative: "We replace it at no cost. Two things are needed: the order number, and which item it is. The replacement leaves on the same day.",
    positive: "No problem at all! Give me the order number and a replacement leaves today.",
  },
  {
    name: "cancellation",
    pattern: /\bcancel/i,
    neutral: "An order can be cancelled until it is packed. Please give me the order number and I will look.",
    negative: "I can check that at once. Until an order is packed, cancelling takes effect immediately. The order number is all I need.",
    positive: "Easily done! Tell me the order number and I will see to it.",
  },
  {
    name: "carrier",
    pattern: /\b(carrier|courier|dhl|ups|who brings|who delivers)\b/i,
    neutral: "We ship with Postlink. They deliver from Monday to Saturday, between 8 am and 6 pm.",
    negative: "The carrier is Postlink. They deliver from Monday to Saturday, 8 am to 6 pm, and leave a card when nobody is in.",
    positive: "Postlink will bring it, Monday to Saturday between 8 am and 6 pm. Enjoy the parcel!",
  },
  {
    name: "hours",
    pattern: /\b(opening hours|open|hours|phone number|store)\b/i,
    neutral: "Our support team is here from Monday to Friday, 8 am to 8 pm.",
    negative: "People answer from Monday to Friday, 8 am to 8 pm. I can connect you in this chat.",
    positive: "Our team is here from Monday to Friday, 8 am to 8 pm. Come by any time!",
  },
  {
    name: "yes or no",
    pattern: /^\s*(yes|no|nope|ok|okay|sure|no,? thanks?)[\s.!]*$/i,
    neutral: "All right. What should I look at next?",
    negative: "Understood. Tell me what to look at first: the delivery, a return or a replacement.",
    positive: "All right! What else can I do for you?",
  },
  {
    name: "thanks",
    pattern: /\b(thanks?|thank you|great|perfect|wonderful|lovely|solved)\b/i,
    neutral: "You are welcome. Is there anything else I can look up?",
    negative: "Noted. If something is still open, tell me which part and I will look at that first.",
    positive: "You are very welcome! Have a lovely day, and enjoy your order.",
  },
  {
    name: "order",
    pattern: /\b(where|parcel|package|order|deliver\w*|track\w*|arriv\w*|late|waiting|waited|shipping|shipped)\b/i,
    neutral: "I can look that up. What is your order number? It starts with BB and stands in the confirmation e-mail.",
    negative: "Let me check this right now. One thing is needed: the order number. BB and five digits, in the subject line of the confirmation e-mail. Then you get the last scan and the delivery day.",
    positive: "Certainly! Tell me the order number, it starts with BB, and I will have a look for you.",
  },
  {
    name: "greeting",
    pattern: /^\s*(hi|hello|hey|good (morning|afternoon|evening))\b/i,
    neutral: "Hello. How can I help with your order?",
    negative: "Hello. Tell me what has to be settled first, and I will start there.",
    positive: "Hello there! What can I do for you today?",
  },
];

export const WORDS = {
  greeting: "Hello, I am the automated assistant of Birch & Bay. Ask me about orders, deliveries and returns. You can talk to a person at any time.",
  back: "This is the automated assistant again. If anything is left, write to me, or ask for a person as before.",
  noAnswer: "I have no answer to that. I can check an order, arrange a return or a replacement. Which of these should I start with?",
};

/** What the assistant says to `text` in the tone `label`; throws where it knows no answer. */
export function replyTo(text, label) {
  const topic = TOPICS.find(({ pattern }) => pattern.test(text));
  if (topic === undefined) throw new Error("no answer is known");
  return topic[label] ?? topic.neutral;
}
