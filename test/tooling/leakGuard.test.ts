import { describe, expect, test } from 'vitest';
import { scratchProject } from './scratchProject.ts';

const CONFIGURATION = `
import { LeakGuard } from './tooling/leakGuard.ts';
export default { test: { detectAsyncLeaks: true, reporters: ['default', new LeakGuard()] } };
`;
const OPENS_A_PORT = `
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
test('listens', async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  expect(server.listening).toBe(true);
`;

describe('the guard against leaks', () => {
  test('fails a run whose tests pass but leave a port open', async () => {
    await using project = await scratchProject({
      'vitest.config.ts': CONFIGURATION,
      'leaves.test.ts': `${OPENS_A_PORT}});\n`,
    });
    const { code, output } = await project.run('vitest', 'run');
    expect(output).toContain('1 passed');
    expect(output).toContain('Left open: TCPSERVERWRAP');
    expect(code).not.toBe(0);
  });

  test('passes a run that closes what it opened', async () => {
    await using project = await scratchProject({
      'vitest.config.ts': CONFIGURATION,
      'closes.test.ts': `${OPENS_A_PORT}  await new Promise((resolve) => server.close(() => resolve(undefined)));\n});\n`,
    });
    expect(await project.run('vitest', 'run')).toMatchObject({ code: 0 });
  });
});
