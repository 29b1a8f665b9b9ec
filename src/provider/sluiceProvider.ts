import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import {
  type CommonProvider,
  DefaultLogger,
  type EvaluationContext,
  type JsonValue,
  type ResolutionDetails,
  SafeLogger,
  type ServerProviderStatus,
} from '@openfeature/core';
import { FaultLog } from './faultLog.ts';
import { FlagDocuments } from './flagDocuments.ts';
import { Freshness } from './freshness.ts';
import { hardKillsIn } from './hardKills.ts';
import { ProviderEvents } from './providerEvents.ts';
import { type SluiceProviderOptions, settingsOf } from './providerOptions.ts';
import { resolve } from './resolution.ts';
import { Session } from './session.ts';
import { SnapshotFile } from './snapshotFile.ts';

const monotonicMs = () => performance.now();

/**
 * Sluice's flags by the OpenFeature server SDK, evaluated in this process by the code of Sluice itself: no lookup waits for a network, and
 * none fails because Sluice is away. The constructor throws a `TypeError` where options are mistaken; no lookup ever throws.
 */
export class SluiceProvider implements CommonProvider<ServerProviderStatus> {
  readonly metadata = { name: 'sluice' } as const;
  readonly runsOn = 'server';
  readonly events = new ProviderEvents();
  readonly #documents: FlagDocuments;
  readonly #open: () => Session;
  #session: Session | null = null;

  constructor(options: SluiceProviderOptions) {
    const settings = settingsOf(options, hostname(), randomBytes(4).toString('hex'));
    const freshness = new Freshness(monotonicMs);
    const faults = new FaultLog(new SafeLogger(options.logger ?? new DefaultLogger()));
    const isHardKilled = hardKillsIn(options.environment ?? process.env, faults);
    const documents = new FlagDocuments({ isHardKilled, isStale: () => freshness.isStale() });
    const file = options.cacheFile === undefined ? null : new SnapshotFile(options.cacheFile, settings.url);
    const { events } = this;
    this.#documents = documents;
    this.#open = () => new Session({ settings, documents, freshness, events, faults, file, monotonicMs });
  }

  /**
   * By the SDK. Resolves with the flags of Sluice or, where it is away, with those of the disk. Rejects where there are neither; READY
   * follows once Sluice is heard.
   */
  async initialize(): Promise<void> {
    await this.onClose();
    this.#session = this.#open();
    await this.#session.begin();
  }

  /** By the SDK. Takes leave of Sluice; nothing is open after it, and the last known flags are still answered. */
  async onClose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.end();
  }

  async resolveBooleanEvaluation(
    feature: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return resolve(this.#documents, { feature, type: 'boolean', fallback }, context);
  }

  async resolveStringEvaluation(
    feature: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return resolve(this.#documents, { feature, type: 'string', fallback }, context);
  }

  async resolveNumberEvaluation(
    feature: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return resolve(this.#documents, { feature, type: 'number', fallback }, context);
  }

  /** The value is frozen: it is the same one for everybody. */
  async resolveObjectEvaluation<T extends JsonValue>(
    feature: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return resolve(this.#documents, { feature, type: 'object', fallback }, context);
  }
}
