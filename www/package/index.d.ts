export * from "./simmerdown.js";
export { default } from "./simmerdown.js";
