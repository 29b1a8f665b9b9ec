/** Where the installation's hooks are, and the key that their requests are signed with. */
export type GateHookSettings = {
  readonly addresses: readonly { readonly hook: GateHookSetting; readonly url: string }[];
  /** Secret: never logged. */
  readonly key: Uint8Array;
  readonly timeoutMs: number;
};

export type ReadGateHooks = {
  /** null where no hook is set, or something is wrong. */
  readonly settings: GateHookSettings | null;
  readonly mistakes: readonly { readonly variable: string; readonly message: string }[];
};

const HOOKS = ['beforeStart', 'beforeAdvance', 'beforeComplete', 'onRollback'] as const;
type GateHookSetting = (typeof HOOKS)[number];

const SECRET_PREFIX = 'whsec_';
const SHORTEST_SECRET = 32;
/** What Standard Webhooks asks of a symmetric key. */
const KEY_BYTES = { least: 24, most: 64 };

/** Reads `GATE_HOOKS` and `GATE_HOOK_SECRET`: every mistake, never with a value. */
export function readGateHooks(list: string, secret: string, timeoutSeconds: number): ReadGateHooks {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const read = entries.map(readHook);
  const addresses = read.filter((address) => address !== null);
  const key = keyOf(secret);
  const mistakes = [...hookMistakes(read), ...secretMistakes(secret, key, entries.length > 0)];
  if (addresses.length === 0 || key === null || mistakes.length > 0) return { settings: null, mistakes };
  return { settings: { addresses, key, timeoutMs: timeoutSeconds * 1000 }, mistakes };
}

function readHook(entry: string): GateHookSettings['addresses'][number] | null {
  const [name, ...rest] = entry.split('=');
  const url = rest.join('=');
  const hook = HOOKS.find((known) => known === name);
  const isWeb = /^https?:$/.test(URL.parse(url)?.protocol ?? '');
  return hook === undefined || !isWeb ? null : { hook, url };
}

function hookMistakes(read: readonly (GateHookSettings['addresses'][number] | null)[]): ReadGateHooks['mistakes'] {
  const names = read.map((address) => address?.hook);
  const unreadable = read.flatMap((address, index) =>
    address === null ? [`entry ${index + 1} must be name=URL with a name of ${HOOKS.join(', ')}`] : [],
  );
  const repeated = HOOKS.filter((hook) => names.indexOf(hook) !== names.lastIndexOf(hook));
  const messages = [...unreadable, ...repeated.map((hook) => `${hook} is given more than once`)];
  return messages.map((message) => ({ variable: 'GATE_HOOKS', message }));
}

function secretMistakes(secret: string, key: Uint8Array | null, isNeeded: boolean): ReadGateHooks['mistakes'] {
  const told = (message: string) => [{ variable: 'GATE_HOOK_SECRET', message }];
  if (secret === '') return isNeeded ? told('is needed where GATE_HOOKS is set') : [];
  if (key !== null) return [];
  const { least, most } = KEY_BYTES;
  return told(
    `must be ${SECRET_PREFIX} and ${least} to ${most} bytes in base64, or ${SHORTEST_SECRET} to ${most} characters`,
  );
}

/** After `whsec_` base64 stands for the key; any other text is the key itself. */
function keyOf(secret: string): Uint8Array | null {
  if (secret.startsWith(SECRET_PREFIX)) return decoded(secret.slice(SECRET_PREFIX.length));
  const key = Buffer.from(secret, 'utf8');
  return secret.length >= SHORTEST_SECRET && key.length <= KEY_BYTES.most ? key : null;
}

function decoded(text: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= KEY_BYTES.least && key.length <= KEY_BYTES.most ? key : null;
}
