// The head of a page that needs a sentence on what it is for.
export function PageHead({ title, hint }: { title: string; hint: string }) {
  return (
    <div className="page-head tills-head">
      <h1>{title}</h1>
      <p>{hint}</p>
    </div>
  );
}
