#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeVersionRefusal } from '../nodeVersion.js';

// What `npx sluice` starts. JavaScript, since npx takes the machine's Node, which may be too old for the first .ts file: then
// all of it runs again on the Node that `npm ci` has installed.

const PINNED_NODE = join(import.meta.dirname, '..', '..', 'node_modules', 'node', 'bin', 'node');

const refusal = nodeVersionRefusal(process.versions.node);
if (refusal === undefined) await import('./main.ts');
else if (existsSync(PINNED_NODE)) runAgain();
else fail(refusal);

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
