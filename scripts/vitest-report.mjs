// Sums a vitest JSON report up in one plain line: node scripts/vitest-report.mjs LABEL FILE
import { readFileSync } from 'node:fs';

const [label, file] = process.argv.slice(2);
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // A file that could not be loaded has no tests of its own to fail.
  const unloaded = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length;
  const rest = report.numPendingTests + (report.numTodoTests ?? 0);
  console.log(`${label}: ${report.numPassedTests} passed, ${report.numFailedTests + unloaded} failed${rest ? `, ${rest} skipped` : ''}`);
} catch {
  console.log(`${label}: 0 passed, 1 failed (no report: the run ended before its first test)`);
}
