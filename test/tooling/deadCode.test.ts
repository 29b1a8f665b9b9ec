import { describe, expect, test } from 'vitest';
import { scratchProject } from './scratchProject.ts';

const LIVING = {
  'src/main.ts': "import { used } from './living.ts';\n\nused();\n",
  'src/living.ts': 'export function used(): void {}\n',
};
const ONLY_CODE = ['--include', 'files,exports,types', '--no-config-hints'];

describe('dead code', () => {
  test('is not seen where there is none', async () => {
    await using project = await scratchProject(LIVING);
    expect(await project.run('knip', ...ONLY_CODE)).toEqual({ code: 0, output: expect.any(String) });
  });

  test('fails: an export nobody imports, a type nobody imports, a file nobody imports', async () => {
    await using project = await scratchProject({
      ...LIVING,
      'src/living.ts': `${LIVING['src/living.ts']}export const forgotten = 1;\nexport type Forgotten = 1;\n`,
      'src/orphan.ts': 'export const orphan = 1;\n',
    });
    const { code, output } = await project.run('knip', ...ONLY_CODE);
    expect(code).not.toBe(0);
    expect(output).toMatch(/forgotten .*src\/living\.ts/);
    expect(output).toMatch(/Forgotten .*src\/living\.ts/);
    expect(output).toMatch(/src\/orphan\.ts/);
  });

  test('fails: a file of src that only a test imports', async () => {
    await using project = await scratchProject({
      ...LIVING,
      'src/orphan.ts': 'export const orphan = 1;\n',
      'test/domain/orphan.test.ts': "import { orphan } from '../../src/orphan.ts';\n\nvoid orphan;\n",
    });
    const { code, output } = await project.run('knip', '--production', '--include', 'files', '--no-config-hints');
    expect(code).not.toBe(0);
    expect(output).toMatch(/src\/orphan\.ts/);
  });
});
