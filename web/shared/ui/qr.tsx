// A QR code drawn as one SVG path: sharp at every size, no image request.
import { useMemo } from "react";
import { encode } from "uqr";

export function Qr({ content, label }: { content: string; label: string }) {
  const { path, size } = useMemo(() => draw(content), [content]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** The quiet zone of 4 modules belongs to the symbol: without it phones hesitate. */
export function draw(content: string): { path: string; size: number } {
  const { data, size } = encode(content, { border: 4, ecc: "M" });
  const runs: string[] = [];
  data.forEach((row, y) => {
    for (let x = 0; x < size; x += 1) {
      if (!row[x] || row[x - 1]) continue;
      let length = 1;
      while (row[x + length]) length += 1;
      runs.push(`M${x} ${y}h${length}v1h-${length}z`);
    }
  });
  return { path: runs.join(""), size };
}
