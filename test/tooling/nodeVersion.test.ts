import { describe, expect, test } from 'vitest';
import { nodeVersionRefusal } from '../../src/nodeVersion.js';

describe('the guard of the Node version', () => {
  test.for(['20.20.2', '25.9.0', '9.0.0'])('refuses %s and says what to do', (version) => {
    expect(nodeVersionRefusal(version)).toContain(`this is Node ${version}`);
    expect(nodeVersionRefusal(version)).toContain('npm rebuild node');
  });

  test.for(['26.0.0', '26.10.0', '100.0.0'])('lets %s pass', (version) => {
    expect(nodeVersionRefusal(version)).toBeUndefined();
  });

  test('the tests run on the pinned Node', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect(process.versions.node).toBe(manifest.devDependencies.node);
  });
});
