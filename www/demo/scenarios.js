// The examples a visitor can let type. Each has several wordings, used in turn,
// so that pressing one again goes on with the conversation instead of repeating it.

export const SCENARIOS = [
  {
    name: "Calm question",
    messages: [
      "Hi, can you tell me where my parcel is?",
      "The order number is BB-48213.",
      "Which carrier brings it?",
      "What are your opening hours?",
    ],
  },
  {
    name: "Third time asking",
    messages: [
      "This is the third time I'm asking: where is my parcel? You keep sending me the same answer.",
      "I already told you that. Where is my parcel? I have been waiting for two weeks.",
      "Same answer again. It still doesn't work and nobody can tell me where my parcel is.",
    ],
  },
  {
    name: "Furious",
    messages: [
      "This is ridiculous! Two weeks of waiting and a useless bot. Worst service I have ever had.",
      "Are you kidding me?! This is absolutely unacceptable, I am furious. You are completely useless.",
      "I am done with this terrible shop. Worst company ever, I want my money back NOW!",
    ],
  },
  {
    name: "Thanks",
    messages: [
      "Great, thank you so much, that was really helpful!",
      "Perfect, that solved it. Thanks a lot, you are wonderful!",
    ],
  },
  {
    name: "“A real person, please”",
    messages: ["Can I talk to a real person?", "I said I want to talk to a human, please."],
  },
];

/** Fills `list` with one button per scenario; `say` gets the text to type. */
export function offerExamples(list, say) {
  for (const { name, messages } of SCENARIOS) {
    let next = 0;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = name;
    button.addEventListener("click", () => {
      say(messages[next % messages.length]);
      next += 1;
    });
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
}
