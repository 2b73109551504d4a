/** The name of every error of this package. */
export const OURS = "SimmerdownError";

/** An error of this package. */
export function failure(code, message, cause) {
  return Object.assign(new Error(message, { cause }), { name: OURS, code });
}
