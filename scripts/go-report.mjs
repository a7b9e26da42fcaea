// Reads `go test -json` and prints what a person wants of it: a line a package, the whole output of what failed, and a
// closing line with counts. Ends with status 1 when anything failed.
//
//   go test -json ./… | node scripts/go-report.mjs LABEL
import { createInterface } from 'node:readline';

const label = process.argv[2] ?? 'go';
const counts = { pass: 0, fail: 0, skip: 0 };
const output = new Map(); // "package test" → its lines so far
const skipped = [];
let broken = 0; // packages that failed without a failing test: did not build, timed out, panicked outside

const keyOf = (event) => `${event.Package ?? event.ImportPath} ${event.Test ?? ''}`;
const failedTests = new Map(); // package → number

for await (const line of createInterface({ input: process.stdin })) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line); // what go prints beside the stream, e.g. a download's error
    continue;
  }
  const key = keyOf(event);
  switch (event.Action) {
    case 'output':
    case 'build-output':
      output.set(key, [...(output.get(key) ?? []), event.Output]);
      break;
    case 'build-fail':
      process.stdout.write((output.get(key) ?? []).join(''));
      output.delete(key);
      break;
    case 'pass':
    case 'fail':
    case 'skip':
      settle(event, key);
      break;
  }
}

function settle(event, key) {
  const lines = (output.get(key) ?? []).join('');
  output.delete(key);
  if (event.Test !== undefined) {
    counts[event.Action] += 1;
    if (event.Action === 'skip') skipped.push(`${event.Package} ${event.Test}: ${reason(lines)}`);
    if (event.Action === 'fail') {
      failedTests.set(event.Package, (failedTests.get(event.Package) ?? 0) + 1);
      console.log(`--- FAIL: ${event.Package} ${event.Test}`);
      process.stdout.write(lines);
    }
    return;
  }
  if (event.Action === 'pass') console.log(`ok  \t${event.Package}\t${event.Elapsed.toFixed(2)}s`);
  if (event.Action === 'fail') {
    if (!failedTests.has(event.Package)) broken += 1;
    // A panic or a timeout ends the package in the middle of tests, which then have no end of their own.
    for (const [unfinished, said] of output) {
      if (!unfinished.startsWith(`${event.Package} `)) continue;
      console.log(`--- FAIL: ${unfinished} (unfinished)`);
      process.stdout.write(said.join(''));
      output.delete(unfinished);
    }
    process.stdout.write(lines);
  }
}

/** The text of t.Skip: the last line that is not the test's own header. */
function reason(lines) {
  const said = lines.split('\n').filter((l) => l.trim() && !/^\s*(=== |--- )/.test(l));
  return (said.at(-1) ?? 'no reason given').trim();
}

for (const line of skipped) console.log(`skipped: ${line}`);
const failed = counts.fail + broken;
console.log(`${label}: ${counts.pass} passed, ${failed} failed, ${counts.skip} skipped`);
process.exitCode = failed > 0 || counts.pass === 0 ? 1 : 0;
