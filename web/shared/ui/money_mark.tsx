// The shape that goes with each money state, so that color is never the only sign.
import type { Money } from "../api/types";

/** A disc with a check, an octagon with a cross, a clock, a lens, an arrow that turns back: a clipboard: six outlines, six states. */
export function MoneyMark({ money, size = "1em" }: { money: Money; size?: string }) {
  return (
    <svg className={`money-mark money-mark-${money}`} viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      {SHAPES[money]}
    </svg>
  );
}

const LINE = { fill: "none", stroke: "currentColor", strokeWidth: 4, strokeLinecap: "round", strokeLinejoin: "round" } as const;

const SHAPES: Record<Money, React.ReactNode> = {
  paid: (
    <>
      <circle cx="24" cy="24" r="22" fill="currentColor" />
      <path d="M14 25l7 7 14-15" {...LINE} stroke="var(--mark-hole, #fff)" strokeWidth={5} />
    </>
  ),
  not_paid: (
    <>
      <path d="M15 2h18l13 13v18L33 46H15L2 33V15z" fill="currentColor" />
      <path d="M16 16l16 16M32 16L16 32" {...LINE} stroke="var(--mark-hole, #fff)" strokeWidth={5} />
    </>
  ),
  waiting: (
    <>
      <circle cx="24" cy="24" r="20" {...LINE} />
      <path d="M24 12v12l8 5" {...LINE} />
    </>
  ),
  verifying: (
    <>
      <circle cx="21" cy="21" r="15" {...LINE} />
      <path d="M32 32l12 12" {...LINE} strokeWidth={6} />
      <path d="M14.5 21h.1M21 21h.1M27.5 21h.1" {...LINE} strokeWidth={5} />
    </>
  ),
  recorded: (
    <>
      <path d="M10 8h28v36H10z" {...LINE} />
      <path d="M18 4h12v8H18z" fill="currentColor" />
      <path d="M17 22h14M17 30h14M17 38h7" {...LINE} />
    </>
  ),
  returned: (
    <>
      <path d="M16 8L5 19l11 11" {...LINE} strokeWidth={5} />
      <path d="M6 19h23a11 11 0 0 1 0 22H17" {...LINE} strokeWidth={5} />
    </>
  ),
};
