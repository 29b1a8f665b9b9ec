/** New and old variant side by side; null where there is no number (yet, or no old variant any more). */
export type Comparison = { readonly treatment: number | null; readonly control: number | null };

/** How a rollout stands at this moment. */
export type Standing = {
  readonly feature: string;
  readonly percentage: number;
  /** `half, 2 of 3`; empty where there is none. */
  readonly stage: string;
  /** Share of requests. */
  readonly errors: Comparison;
  readonly latencySeconds: Comparison;
  readonly waitsFor: string;
};

/** Where a person watches. */
export interface Screen {
  /** A line outside of any story. */
  say(text: string): void;
  /** A story begins; times count from here. */
  chapter(title: string, atMs: number): void;
  /** Something happened, at epoch ms. */
  happened(atMs: number, text: string): void;
  stands(standing: Standing, atMs: number): void;
}
