import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { scratchProject } from './scratchProject.ts';

const IMPORTS = 'lint/style/noRestrictedImports';
const GLOBALS = 'lint/style/noRestrictedGlobals';
const CYCLES = 'lint/suspicious/noImportCycles';
const ENVIRONMENT = 'lint/style/noProcessEnv';

/** One line per file: the file, what it holds, and the rule that must object. */
const REFUSED: readonly (readonly [path: string, source: string, rule: string])[] = [
  ['src/domain/toControl.ts', importing('../control/tick.ts'), IMPORTS],
  ['src/domain/toConfig.ts', importing('../config.ts'), IMPORTS],
  ['src/domain/toPackage.ts', importing('fastify'), IMPORTS],
  ['src/domain/toFileSystem.ts', importing('node:fs'), IMPORTS],
  [
    'src/domain/toRandomBytes.ts',
    "import { randomBytes } from 'node:crypto';\nexport const a = randomBytes;\n",
    IMPORTS,
  ],
  ['src/domain/rollout/toControl.ts', importing('../../control/tick.ts'), IMPORTS],
  ['src/domain/rollout/toAdapters.ts', importing('../../adapters/redis/store.ts'), IMPORTS],
  ['src/domain/rollout/toTypes.ts', "import type { X } from '../../control/tick.ts';\nexport type Y = X;\n", IMPORTS],
  ['src/domain/rollout/lazily.ts', "export const a = () => import('../../control/tick.ts');\n", IMPORTS],
  ['src/domain/rollout/again.ts', "export { X } from '../../control/tick.ts';\n", IMPORTS],
  ['src/domain/rollout/a/deep.ts', importing('../../../control/tick.ts'), IMPORTS],
  ['src/domain/rollout/a/b/tooDeep.ts', importing('./other.ts'), IMPORTS],
  ['src/domain/dateNow.ts', 'export const now = () => Date.now();\n', 'plugin'],
  ['src/domain/dateNowAlias.ts', 'export const now = Date.now;\n', 'plugin'],
  ['src/domain/newDate.ts', 'export const now = () => new Date();\n', 'plugin'],
  ['src/domain/dateCall.ts', 'export const now = () => Date();\n', 'plugin'],
  ['src/domain/random.ts', 'export const chance = () => Math.random();\n', 'plugin'],
  ['src/domain/temporal.ts', 'export const now = () => Temporal.Now.instant();\n', 'plugin'],
  ['src/domain/rollout/deepClock.ts', 'export const now = () => Date.now();\n', 'plugin'],
  ['src/domain/performance.ts', 'export const now = () => performance.now();\n', GLOBALS],
  ['src/domain/timer.ts', 'export const later = (f: () => void) => setTimeout(f, 1);\n', GLOBALS],
  ['src/domain/uuid.ts', 'export const id = () => crypto.randomUUID();\n', GLOBALS],
  ['src/domain/network.ts', "export const get = () => fetch('http://localhost');\n", GLOBALS],
  ['src/domain/environment.ts', "export const a = process.env['A'];\n", GLOBALS],
  ['src/control/toAdapters.ts', importing('../adapters/redis/store.ts'), IMPORTS],
  ['src/control/toHttp.ts', importing('../http/server.ts'), IMPORTS],
  ['src/control/toPackage.ts', importing('ioredis'), IMPORTS],
  ['src/control/ports/toAdapters.ts', importing('../../adapters/redis/store.ts'), IMPORTS],
  ['src/control/clock.ts', 'export const now = () => Date.now();\n', 'plugin'],
  ['src/control/timer.ts', 'export const later = (f: () => void) => setInterval(f, 1);\n', GLOBALS],
  ['src/http/toAdapters.ts', importing('../adapters/redis/store.ts'), IMPORTS],
  ['src/http/toCompose.ts', importing('../compose.ts'), IMPORTS],
  ['src/http/toDatabase.ts', importing('pg'), IMPORTS],
  ['src/http/routes/toAdapters.ts', importing('../../adapters/redis/store.ts'), IMPORTS],
  ['src/http/routes/clock.ts', 'export const now = () => new Date();\n', 'plugin'],
  ['src/adapters/redis/toSibling.ts', importing('../postgres/ledger.ts'), IMPORTS],
  ['src/adapters/redis/toHttp.ts', importing('../../http/server.ts'), IMPORTS],
  ['src/adapters/redis/toCompose.ts', importing('../../compose.ts'), IMPORTS],
  ['src/adapters/redis/toFastify.ts', importing('fastify'), IMPORTS],
  ['src/adapters/redis/a/toSibling.ts', importing('../../postgres/ledger.ts'), IMPORTS],
  ['src/adapters/toSibling.ts', importing('./postgres/ledger.ts'), IMPORTS],
  ['src/demo/toDomain.ts', importing('../domain/other.ts'), IMPORTS],
  ['src/demo/shop/toDomain.ts', importing('../../domain/other.ts'), IMPORTS],
  ['src/cli/toDomain.ts', importing('../domain/ledger/chain.ts'), IMPORTS],
  ['src/cli/toControl.ts', importing('../control/application.ts'), IMPORTS],
  ['src/cli/toPackage.ts', importing('zod'), IMPORTS],
  ['src/cli/verify/toDomain.ts', importing('../../domain/ledger/chain.ts'), IMPORTS],
  ['src/cli/verify/toHttp.ts', importing('../../http/server.ts'), IMPORTS],
  ['src/cli/verify/environment.ts', "export const a = process.env['A'];\n", ENVIRONMENT],
  ['src/provider/toSchema.ts', importing('zod'), IMPORTS],
  ['src/provider/toLedger.ts', importing('../domain/ledger/chain.ts'), IMPORTS],
  ['src/provider/toControl.ts', importing('../control/application.ts'), IMPORTS],
  ['src/provider/toMetrics.ts', importing('prom-client'), IMPORTS],
  ['src/provider/environment.ts', "export const a = process.env['A'];\n", ENVIRONMENT],
  ['src/provider/deeper/file.ts', importing('node:os'), IMPORTS],
  ['src/main.ts', importing('./adapters/redis/store.ts'), IMPORTS],
  ['src/config.ts', importing('./control/tick.ts'), IMPORTS],
  ['src/other.ts', importing('./adapters/redis/store.ts'), IMPORTS],
  ['src/openOutside.ts', importing('./http/server.ts'), IMPORTS],
  ['src/compose.ts', importing('./demo/story.ts'), IMPORTS],
  ['src/domain/toCli.ts', importing('../cli/main.ts'), IMPORTS],
  ['src/adapters/redis/toCli.ts', importing('../../cli/main.ts'), IMPORTS],
  ['src/adapters/redis/environment.ts', "export const a = process.env['A'];\n", ENVIRONMENT],
  ['src/adapters/redis/chicken.ts', "import { egg } from './egg.ts';\nexport const chicken = () => egg;\n", CYCLES],
  ['src/adapters/redis/egg.ts', "import { chicken } from './chicken.ts';\nexport const egg = () => chicken;\n", CYCLES],
  ['src/domain/yin.ts', "import type { Yang } from './yang.ts';\nexport type Yin = { a: Yang };\n", CYCLES],
  ['src/domain/yang.ts', "import type { Yin } from './yin.ts';\nexport type Yang = { a: Yin };\n", CYCLES],
  [
    'src/adapters/redis/floating.ts',
    'async function go(): Promise<void> {}\nexport function start() {\n  go();\n}\n',
    'lint/nursery/noFloatingPromises',
  ],
  [
    'src/domain/inexhaustive.ts',
    "export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    'lint/nursery/useExhaustiveSwitchCases',
  ],
  ['src/domain/any.ts', 'export const a = (x: any) => x;\n', 'lint/suspicious/noExplicitAny'],
  ['src/domain/nonNull.ts', 'export const a = (x?: string) => x!.length;\n', 'lint/style/noNonNullAssertion'],
  ['src/domain/typeOnly.ts', "import { X } from './other.ts';\nexport type Y = X;\n", 'lint/style/useImportType'],
  ['src/domain/default.ts', 'export default 1;\n', 'lint/style/noDefaultExport'],
  ['src/domain/barrel.ts', "export * from './other.ts';\n", 'lint/performance/noReExportAll'],
  ['src/domain/Some-Name.ts', 'export const a = 1;\n', 'lint/style/useFilenamingConvention'],
  ['src/domain/long.ts', `${'export type A = 1;\n'.repeat(251)}`, 'lint/style/noExcessiveLinesPerFile'],
  ['test/domain/only.test.ts', "test.only('a', () => {});\n", 'lint/suspicious/noFocusedTests'],
  ['test/domain/skip.test.ts', "test.skip('a', () => {});\n", 'lint/suspicious/noSkippedTests'],
];

/** The imports that must stay open: a rule that refuses everything would pass the table above. */
const ALLOWED: readonly (readonly [path: string, source: string])[] = [
  ['src/domain/allowed.ts', importing('./rollout/other.ts', 'zod')],
  ['src/domain/hash.ts', "import { createHash } from 'node:crypto';\n\nexport const a = createHash;\n"],
  ['src/domain/date.ts', 'export const at = (milliseconds: number) => new Date(milliseconds);\n'],
  ['src/domain/rollout/allowed.ts', importing('../health/sli.ts', '../other.ts', './other.ts', 'zod')],
  ['src/domain/rollout/a/allowed.ts', importing('../../health/sli.ts', '../other.ts')],
  ['src/control/allowed.ts', importing('../domain/other.ts', './ports/clock.ts')],
  ['src/control/ports/allowed.ts', importing('../../domain/other.ts', '../other.ts', './other.ts')],
  ['src/http/allowed.ts', importing('../control/tick.ts', '../domain/other.ts', '@fastify/helmet', 'fastify', 'zod')],
  ['src/http/routes/allowed.ts', importing('../../control/tick.ts', '../../domain/other.ts', '../auth.ts')],
  ['src/adapters/redis/allowed.ts', importing('../../control/tick.ts', '../../domain/other.ts', './x.ts', 'ioredis')],
  ['src/adapters/redis/a/allowed.ts', importing('../../../domain/other.ts', '../x.ts')],
  ['src/cli/allowed.ts', importing('../domain/audit/chainVerifier.ts', './x.ts', 'node:fs', 'node:fs/promises')],
  ['src/cli/verify/allowed.ts', importing('../../domain/audit/read.ts', '../x.ts', './x.ts', 'node:buffer')],
  [
    'src/provider/allowed.ts',
    importing('../domain/feature/evaluation.ts', './x.ts', '@openfeature/core', 'node:fs/promises'),
  ],
  ['src/demo/shop/allowed.ts', importing('../story.ts', './x.ts', 'prom-client')],
  ['src/demo/environment.ts', "export const a = process.env['A'];\n"],
];

const Report = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
});

describe('the boundaries of the house', () => {
  const objections = new Map<string, string[]>();

  beforeAll(async () => {
    await using project = await scratchProject({
      ...Object.fromEntries(REFUSED.map(([path, source]) => [path, source])),
      ...Object.fromEntries(ALLOWED),
    });
    const { output } = await project.run('biome', 'lint', '--reporter=json', '--max-diagnostics=none', 'src', 'test');
    const report = Report.parse(JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)));
    for (const { category, location } of report.diagnostics) {
      objections.set(location.path, [...(objections.get(location.path) ?? []), category]);
    }
  });

  test.for(REFUSED)('refuses %s', ([path, , rule]) => {
    expect(objections.get(path) ?? []).toContain(rule);
  });

  test.for(ALLOWED)('allows %s', ([path]) => {
    expect(objections.get(path) ?? []).toEqual([]);
  });
});

function importing(...modules: readonly string[]): string {
  const names = modules.map((_, index) => `a${index}`);
  const imports = modules.map((module, index) => `import { a${index} } from '${module}';\n`).join('');
  return `${imports}\nexport const all = [${names.join(', ')}];\n`;
}
