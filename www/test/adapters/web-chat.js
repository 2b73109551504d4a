// Web Chat's own bundle, which sets a global, under the names of its npm package.
import "./node_modules/botframework-webchat/dist/webchat-minimal.js";

export const { createDirectLine, createStore, renderWebChat } = window.WebChat;
