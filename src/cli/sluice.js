#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { nodeVersionRefusal } from '../nodeVersion.js';

// What `npx sluice` starts. JavaScript, since npx takes the machine's Node, which may be too old for the first .ts file: then
// all of it runs again on the Node that `npm ci` has installed.

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const PINNED_NODE = join(MODULES, 'node', 'bin', 'node');

const refusal = nodeVersionRefusal(process.versions.node);
if (refusal === undefined) await run();
else if (existsSync(PINNED_NODE)) runAgain();
else fail(refusal);

async function run() {
  // As `src/nodeVersionGuard.js` does: half of what a start costs.
  module.enableCompileCache(join(MODULES, '.cache', 'sluice'));
  await import('./main.ts');
}

function runAgain() {
  const child = spawn(PINNED_NODE, process.argv.slice(1), { stdio: 'inherit' });
  // Whoever ends this one means the other, whose exit code is the answer.
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`${error.message}\n`));
  child.on('exit', (code) => {
    process.exitCode = code ?? 2;
  });
}

/** @param {string} text */
function fail(text) {
  process.stderr.write(text);
  process.exitCode = 2;
}
