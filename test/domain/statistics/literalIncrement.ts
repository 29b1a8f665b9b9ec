import type { PollCounts } from '../../../src/domain/statistics/armCounts.ts';

/** l(r) word for word as the formula is written, with the highest rate that the null's treatment may get; a slow, obvious twin. */
export function literalIncrement(
  poll: PollCounts,
  ph: number,
  margin: number,
  r: number,
  highestNullRate: number,
): number {
  const [nt, nc] = [poll.treatment.total, poll.control.total];
  const [bt, bc] = [poll.treatment.bad, poll.control.bad];
  if (ph < 1e-7) {
    const s = (margin * nt) / (margin * nt + nc);
    return bt * Math.log(r) - (bt + bc) * Math.log(1 + s * (r - 1));
  }
  const pc = Math.min(ph, highestNullRate / Math.max(margin, 1));
  const p0 = margin * pc;
  const pt = (r * p0) / (1 - p0 + r * p0);
  const a = nt * pt + nc * pc;
  const b = a * (1 + margin) + margin * nt * (1 - pt) + nc * (1 - pc);
  const q = (2 * a) / (b + Math.sqrt(b * b - 4 * margin * (nt + nc) * a));
  return (
    bt * Math.log(pt / (margin * q)) +
    bc * Math.log(pc / q) +
    (nt - bt) * Math.log1p((margin * q - pt) / (1 - margin * q)) +
    (nc - bc) * Math.log1p((q - pc) / (1 - q))
  );
}
