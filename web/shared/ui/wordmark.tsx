// The product's sign: a slip leaving a counter.
export function Wordmark({ label }: { label: string }) {
  return (
    <span className="wordmark">
      <Mark />
      <span>{label}</span>
    </span>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#2b46c0" />
      <path d="M10 6h12v14l-2-1.4-2 1.4-2-1.4-2 1.4-2-1.4-2 1.4z" fill="#fff" />
      <path d="M13 10h6M13 14h4" stroke="#2b46c0" strokeWidth="1.8" strokeLinecap="round" />
      <path d="M6 24h20" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
