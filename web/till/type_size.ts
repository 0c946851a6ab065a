// Normal or large type, remembered on this device.
const LARGE = "paydesk.till.large";

export function isLarge(): boolean {
  return localStorage.getItem(LARGE) === "1";
}

export function setLarge(large: boolean): void {
  localStorage.setItem(LARGE, large ? "1" : "0");
  restoreTypeSize();
}

export function restoreTypeSize(): void {
  document.documentElement.classList.toggle("large-type", isLarge());
}
