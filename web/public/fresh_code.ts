// A demo code for one more payment.

/**
 * Another code of the same wallet that plays the same case. Like a real one a code is good for one payment; its first
 * two digits name the wallet and its last six the case, the rest is free.
 */
export function freshened(code: string): string {
  const free = crypto.getRandomValues(new Uint8Array(code.length - 8));
  return code.slice(0, 2) + [...free].map((byte) => byte % 10).join("") + code.slice(-6);
}
