// A small runner: named checks, one line each, and a last line that says how many held.
export class Runner {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** A check that is known not to hold yet: said and counted, with its reason. */
  skip(name, why) {
    this.skipped += 1;
    console.log(`SKIPPED  ${name}: ${why}`);
  }

  async check(name, run) {
    const start = performance.now();
    try {
      const note = await run();
      this.passed += 1;
      console.log(`ok    ${name}${note ? `: ${note}` : ""} (${seconds(start)})`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL  ${name} (${seconds(start)})\n      ${String(error?.stack ?? error).split("\n").slice(0, 6).join("\n      ")}`);
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}

export function equal(actual, expected, what) {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
