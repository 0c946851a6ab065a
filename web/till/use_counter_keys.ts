// The counter's keyboard: every key press passes here first, so that scanner and keyboard work wherever the focus is.
import { useLayoutEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { characterOf, ScannerEar, type Heard } from "./scanner";

export interface CounterKeys {
  /** A digit, ".", "Enter", "Backspace", "Escape" or a function key, pressed by a person. */
  typed: (key: string) => void;
  /** A scan; the first `typed` of its keys may have been told as typing before. */
  scanned: (keys: string, typed: number) => void;
}

const COMMANDS = /^(Backspace|Delete|Escape|F1|F2|F3|F4|F6|F7|F8|F9|F10)$/;

export function useCounterKeys(active: boolean, handlers: CounterKeys): void {
  // Before the browser can deliver the next key, never after it: a stale handler would see the sale before this one.
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });

  useLayoutEffect(() => {
    if (!active) return;
    const ear = new ScannerEar();
    let timer: ReturnType<typeof setTimeout> | undefined;

    // Several keys may be told at once, after a hesitation over whether they are a scan: each must find what the one
    // before it has changed, or a digit would be missing from the amount.
    function tell(heard: Heard[]) {
      for (const one of heard) {
        flushSync(() => {
          if (one.kind === "typed") latest.current.typed(one.key);
          else latest.current.scanned(one.keys, one.typed);
        });
      }
    }

    function arm() {
      clearTimeout(timer);
      const at = ear.settlesAt();
      if (at === null) return;
      // The extra turn lets key events that are already queued be counted before silence is declared.
      timer = setTimeout(() => setTimeout(() => (tell(ear.settle(performance.now())), arm())), at - performance.now());
    }

    function pressed(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && event.repeat) return event.preventDefault();
      if (COMMANDS.test(event.key)) {
        event.preventDefault();
        tell(ear.settle(Number.POSITIVE_INFINITY));
        latest.current.typed(event.key);
        return;
      }
      const character = characterOf(event);
      if (character === null) return;
      const onControl = (event.target as Element | null)?.closest?.("button, a, summary, select") ?? null;
      if (character === " " && onControl) return;
      const heard = ear.press(character, event.timeStamp);
      const plainEnter = character === "Enter" && heard.at(-1)?.kind === "typed";
      if (plainEnter && onControl) {
        tell(heard.slice(0, -1));
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      tell(heard);
      arm();
    }

    function pasted(event: ClipboardEvent) {
      const text = (event.clipboardData?.getData("text") ?? "").trim().replaceAll(/\s/g, "");
      if (text === "") return;
      event.preventDefault();
      latest.current.scanned(text, 0);
    }

    // A button pressed by finger or mouse gives the focus back, or the next Enter would press it again instead of
    // the one that the screen shows as first.
    function clicked(event: MouseEvent) {
      const button = (event.target as Element | null)?.closest?.("button");
      if (event.detail > 0 && button) button.blur();
    }

    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed, true);
    document.addEventListener("paste", pasted, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("click", clicked);
      document.removeEventListener("keydown", pressed, true);
      document.removeEventListener("paste", pasted, true);
    };
  }, [active]);
}
