/** The client went away before the answer was out. */
const GONE = '499';

/** Values of the label `code`: they all begin at 0, so there is a list of them. */
export const STATUS_CODE_LABELS = [
  ...['200', '201', '202', '204', '206', '300', '301', '302', '303', '304', '307', '308'],
  ...['400', '401', '403', '404', '405', '409', '410', '412', '413', '415', '422', '428', '429', GONE],
  ...['500', '501', '502', '503', '504'],
] as const;

const KNOWN: ReadonlySet<string> = new Set(STATUS_CODE_LABELS);

/** A code that is on no list counts as the first of its hundred, so that `code=~"5.."` finds it, and finds it begun at 0. */
export function statusCodeLabel(status: number, isFinished: boolean): string {
  if (!isFinished) return GONE;
  const code = String(status);
  if (KNOWN.has(code)) return code;
  const hundred = `${code[0]}00`;
  return KNOWN.has(hundred) ? hundred : '500';
}
