/** What a benchmark is given. */
export type BenchContext = {
  /** Its own and empty; removed at the end. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** For the person who waits. */
  readonly say: (text: string) => void;
};

/** Numbers by name; the name ends with the unit. */
export type Figures = Readonly<Record<string, number>>;

export type Bench = {
  readonly name: string;
  /** By the name of the figure: what it must not exceed. */
  readonly limits: Figures;
  /** By the name of the figure: what it must reach. */
  readonly floors?: Figures;
  /** Ends every process that it started, whatever happens. */
  readonly run: (context: BenchContext) => Promise<Figures>;
};
