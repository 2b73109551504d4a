// <simmerdown-handoff> beside a frontend that lets a page put no buttons of its own between its messages.

import { SimmerdownHandoff } from "../element.js";

/** Makes one for `conversation`, in `place` or else behind `neighbour`. */
export function placeHandoff(conversation, { place, neighbour, texts }) {
  SimmerdownHandoff.define();
  const element = document.createElement(SimmerdownHandoff.tag);
  if (texts !== undefined) element.texts = texts;
  element.conversation = conversation;
  if (place) place.append(element);
  else neighbour.after(element);
  return element;
}
