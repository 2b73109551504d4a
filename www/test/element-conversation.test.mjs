// A whole conversation with <simmerdown-chat>, from calm to a person and back, in Chromium, Firefox and WebKit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STRICT, inEachEngine, open, problems, servedPages } from "./element-page.mjs";

const ANGRY = "This is the third time I'm asking. This is ridiculous, you are completely useless!";

const pages = servedPages();

inEachEngine((name, engine) => {
  test("a conversation from calm to a person and back", async () => {
    const page = await open(engine, pages.url({ csp: STRICT }));
    const part = (wanted) => page.evaluate((wanted) => t.shows(wanted), wanted);
    const status = (text) => page.evaluate((text) => t.seen.announced.filter((said) => said.includes(text)).length, text);
    const press = (text) => page.click((text) => t.button(text), text);
    const say = async (text) => {
      await page.click(() => t.part("composer"));
      await page.type(`${text}\n`);
    };

    // Calm: the entry is there, and nothing else.
    assert.deepEqual([await part("entry"), await part("offer"), await part("ask"), await part("queue")], [true, false, false, false]);
    await say("Where is my parcel?");
    await page.evaluate(() => t.until(() => t.all("from-bot").includes("Reply to: Where is my parcel?")));
    assert.equal(await part("offer"), false);

    // It boils over: the offer, announced once, and the focus stays where it was.
    await say(ANGRY);
    await page.evaluate(() => t.until(() => t.shows("offer")));
    assert.equal(await page.evaluate(() => t.focused()), "composer");
    await page.evaluate(() => t.until(() => t.asked.length === 2));
    assert.deepEqual(await page.evaluate(() => [t.asked[0].tone.label, t.asked[1].tone.label]), ["neutral", "negative"]);
    assert.deepEqual(await page.evaluate(() => t.asked[1].history), [
      { role: "customer", text: "Where is my parcel?" },
      { role: "bot", text: "Reply to: Where is my parcel?" },
    ]);
    assert.equal(await status("Talk to a human"), 1);

    // One press: the page is told, and the customer waits.
    await press("Talk to a human");
    await page.evaluate(() => t.until(() => t.shows("queue") && t.seen.packets.length === 1));
    assert.equal(await page.evaluate(() => t.part("entry").getAttribute("aria-disabled")), "true");
    assert.match(await page.evaluate(() => t.seen.packets[0].reason), /./);
    await page.evaluate(() => t.until(() => t.all("from-bot").length === 2), "the bot goes on until somebody accepted");

    await page.evaluate(() => t.apply({ type: "handoff-queued", waitMs: 240_000, position: 2, reference: "R-7" }));
    assert.match(await page.evaluate(() => t.text("queue")), /number 2 in line.*4 minutes.*R-7/);
    assert.equal(await page.evaluate(() => t.seen.decisions.at(-1).botMuted), true);
    await say("Are you there?");
    await page.evaluate(() => t.settled());
    assert.equal(await page.evaluate(() => t.asked.length), 2, "the bot is silent");

    // A person joins, and leaves again.
    await page.evaluate(() => t.apply({ type: "human-joined" }));
    await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
    assert.deepEqual(await page.evaluate(() => t.all("from-agent")), ["Hello, this is Mara."]);
    await say("Thank you, Mara.");
    await page.evaluate(() => t.settled());
    assert.equal(await page.evaluate(() => t.asked.length), 2, "the bot is silent");
    await press("End this chat");
    await page.evaluate(() => t.until(() => !t.shows("queue") && t.part("entry").getAttribute("aria-disabled") === "false"));
    assert.equal(await page.evaluate(() => t.seen.decisions.at(-1).handoff), "returned");

    // Back with the bot, and old context brings nobody.
    await say("What are your opening hours?");
    await page.evaluate(() => t.until(() => t.all("from-bot").includes("Reply to: What are your opening hours?")));
    assert.deepEqual([await part("offer"), await part("ask"), await part("queue")], [false, false, false]);

    // Markup stays text.
    const markup = "<img src=x onerror=alert(1)>";
    await say(markup);
    await page.evaluate(() => t.until(() => t.all("from-bot").at(-1) === "Reply to: <img src=x onerror=alert(1)>"));
    await page.evaluate((markup) => t.chat.agentSaid(markup), markup);
    await page.evaluate(() => t.until(() => t.all("from-agent").length === 2));
    assert.equal(await page.evaluate((markup) => t.all("message").filter((text) => text.includes(markup)).length, markup), 3);
    assert.equal(await page.evaluate(() => t.chat.shadowRoot.querySelectorAll("img").length), 0);

    assert.deepEqual(await problems(page), []);
    await page.close();
  });
});
