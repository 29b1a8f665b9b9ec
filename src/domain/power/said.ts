import type { ComparisonPower, Detection, Power, SeenAfterHours, WindowPower } from './criterionPower.ts';

const RISES: ReadonlyMap<number, string> = new Map([
  [1.5, 'a rise by half'],
  [2, 'a doubling'],
  [5, 'five times as many'],
]);

/** One plain sentence; times are those within which nine of ten such releases are noticed. */
export function powerSaid(power: Power): string {
  switch (power.kind) {
    case 'comparison':
      return comparisonSaid(power);
    case 'window':
      return windowSaid(power);
    case 'unknown':
      return `what it can notice is not known: ${power.detail}`;
  }
}

/** "with 2,000 requests an hour in each arm, 1 % of them bad, this stage sees a doubling after 2 h 20 min; a rise by half not within its 24 h" */
function comparisonSaid(power: ComparisonPower): string {
  const { seen = [], missed = [] } = Object.groupBy(power.detections, ({ p90Hours }) =>
    p90Hours === 'notWithinWindow' ? 'missed' : 'seen',
  );
  const parts = [
    seen.map((one) => `${riseSaid(one)} ${afterSaid(one.p90Hours)}`).join(', '),
    missed.map(riseSaid).join(' or ') + (missed.length > 0 ? ` not within its ${durationSaid(power.windowHours)}` : ''),
  ];
  const told = parts.filter((part) => part !== '').join('; ');
  return `with ${trafficSaid(power)}, ${numberSaid(power.baseRate * 100)} % of them bad, this stage sees ${told}`;
}

function trafficSaid({ treatmentPerHour, controlPerHour }: ComparisonPower): string {
  const [treatment, control] = [numberSaid(treatmentPerHour), numberSaid(controlPerHour)];
  if (treatment === control) return `${treatment} requests an hour in each arm`;
  return `${treatment} exposed and ${control} control requests an hour`;
}

const riseSaid = ({ relativeRisk, badShare }: Detection) =>
  badShare === 1 ? 'an outage' : (RISES.get(relativeRisk) ?? `${numberSaid(relativeRisk)} times as many`);

const afterSaid = (hours: SeenAfterHours) =>
  hours === 'notWithinWindow' || hours < 1 / 60 ? 'within a minute' : `after ${durationSaid(hours)}`;

function windowSaid({ windowSeconds, expectedSamples, minSamples, enough }: WindowPower): string {
  const holds = `its window of ${durationSaid(windowSeconds / 3600)} will hold about ${numberSaid(expectedSamples)} requests`;
  const asks = `its criterion asks for ${numberSaid(minSamples)}`;
  return enough ? `${holds}, ${asks}` : `${holds}, ${asks}: it would hold for ever`;
}

/** Two units at most, and no finer than the estimate is: `45 s`, `12 min`, `2 h 20 min`, `3 d 4 h`. */
export function durationSaid(hours: number): string {
  const seconds = Math.round(hours * 3600);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (hours < 24) return twoUnits(Math.round(minutes / 5) * 5, 60, 'h', 'min');
  return twoUnits(Math.round(hours), 24, 'd', 'h');
}

function twoUnits(count: number, per: number, large: string, small: string): string {
  const [whole, rest] = [Math.floor(count / per), count % per];
  return rest === 0 ? `${whole} ${large}` : `${whole} ${large} ${rest} ${small}`;
}

/** Three digits, thousands apart: `2,000`, `0.125`. */
function numberSaid(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded < 1000 ? String(rounded) : String(rounded).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
