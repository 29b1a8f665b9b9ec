import type { FastifyRequest } from 'fastify';
import type { Application } from '../control/application.ts';
import { LedgerUnreachable } from '../control/ports/ledger.ts';
import { Refusal } from '../control/refusal.ts';
import { mayTouch, type Principal } from '../domain/governance/role.ts';
import { callerOf, requireReach } from './auth.ts';

/** Tokens bound to features: what such a token names must be one of its own. Others are not asked anything. */
type Reach = (request: FastifyRequest) => Promise<void>;

/** Features by key, in the path or (creating) in the body. */
export const featureInReach: Reach = async (request) => {
  const { params, body } = request;
  const key = member(params, 'key') ?? member(params, 'feature') ?? member(body, 'key');
  if (key !== null) requireReach(callerOf(request), key);
};

/** What belongs to no feature, and tells of the installation as a whole. */
export const installationInReach: Reach = async (request) => {
  if (callerOf(request).features === null) return;
  throw new Refusal('FORBIDDEN', 'the token is for some features, and this is of the whole installation');
};

/** Contracts by id, in the path, or (proposing) by the feature that the body names. */
export function contractInReach(application: Application): Reach {
  return async (request) => {
    const principal = callerOf(request);
    if (principal.features === null) return;
    const id = member(request.params, 'id');
    if (id !== null) return hideUnless(await touchesContract(application, principal, id));
    const feature = member(request.body, 'feature');
    if (feature !== null) requireReach(principal, feature);
  };
}

/** Waivers by id, in the path, or (asking) by the feature that the body names. */
export function waiverInReach({ waivers }: Application): Reach {
  return async (request) => {
    const principal = callerOf(request);
    if (principal.features === null) return;
    const id = member(request.params, 'id');
    if (id !== null) return hideUnless(mayTouch(principal, (await waivers.get(id)).state.feature));
    const feature = member(request.body, 'feature');
    if (feature !== null) requireReach(principal, feature);
  };
}

/** Simulations, by the feature of the contract that is tried. */
export const simulatedInReach: Reach = async (request) => {
  const { body } = request;
  const contract = typeof body === 'object' && body !== null && 'contract' in body ? body.contract : null;
  const feature = member(contract, 'feature');
  if (feature !== null) requireReach(callerOf(request), feature);
};

/** Rollouts by id, in the path, or (creating) by the contract that the body names. */
export function rolloutInReach(application: Application): Reach {
  return async (request) => {
    const principal = callerOf(request);
    if (principal.features === null) return;
    const id = member(request.params, 'id') ?? member(request.params, 'rolloutId');
    if (id !== null) return hideUnless(await touchesRollout(application, principal, id));
    const contractId = member(request.body, 'contractId');
    if (contractId !== null) hideUnless(await touchesContract(application, principal, contractId));
  };
}

async function touchesContract({ contracts }: Application, principal: Principal, id: string): Promise<boolean> {
  const { state } = await contracts.get(id);
  return mayTouch(principal, state.contract.feature);
}

async function touchesRollout({ rollouts, flags }: Application, principal: Principal, id: string): Promise<boolean> {
  try {
    const { state } = await rollouts.get(id);
    return mayTouch(principal, state.feature);
  } catch (error) {
    if (!(error instanceof LedgerUnreachable)) throw error;
    // Closing must work without the ledger: what lookups are served says which rollout is live.
    const isServed = principal.features?.some((feature) => flags.document(feature)?.live?.rolloutId === id);
    if (isServed !== true) throw error;
    return true;
  }
}

/** As if it did not exist: an id tells nothing of its feature, so neither may the answer. */
function hideUnless(touches: boolean): void {
  if (!touches) throw new Refusal('NOT_FOUND', 'there is nothing of this id');
}

function member(input: unknown, name: string): string | null {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, name)) return null;
  const value: unknown = Reflect.get(input, name);
  return typeof value === 'string' ? value : null;
}
