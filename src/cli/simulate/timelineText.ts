import { type Line, memberOf, numberOf, textOf } from './lines.ts';

const OUTCOMES: Readonly<Record<string, string>> = {
  completed: 'It would have completed',
  rolledBack: 'It would have been rolled back',
  paused: 'It would have been paused, and wait for a person',
  unfinished: 'The period ended before the rollout',
};

/** One line of a simulation as a person reads it; nothing of what nobody has to. */
export function timelineText(line: Line): string {
  switch (line['type']) {
    case 'begun':
      return begunText(line);
    case 'decision':
      return decisionText(line);
    case 'stage':
      return stageText(line);
    case 'result':
      return resultText(line);
    default:
      return '';
  }
}

function begunText(line: Line): string {
  const as =
    line['as'] === 'split' ? 'everybody, dealt at random into two cohorts' : 'its cohorts as they were recorded';
  const given = Array.isArray(line['takenAsGiven']) ? line['takenAsGiven'].join('; ') : '';
  const period = `${textOf(line, 'from')} to ${textOf(line, 'to')}, every ${numberOf(line, 'pollIntervalSeconds')} s`;
  return `${textOf(line, 'feature')}, ${period}, on ${as}\nTaken as given: ${given}.\n\n`;
}

function decisionText(line: Line): string {
  const [before, after] = [numberOf(line, 'percentageBefore'), numberOf(line, 'percentageAfter')];
  const percentage = before === after ? `${after} %` : `${before} → ${after} %`;
  const why = line['reason'] === 'ready' || line['reason'] === null ? '' : `${textOf(line, 'reason')}: `;
  const given = line['approvalTakenAsGiven'] === true ? ' (its approval taken as given)' : '';
  const what = `${textOf(line, 'decision').padEnd(11)}${textOf(line, 'stageId').padEnd(16)}${percentage.padEnd(14)}`;
  return `${textOf(line, 'at')}  ${what}${why}${textOf(line, 'detail')}${given}\n`;
}

function stageText(line: Line): string {
  const held = Object.entries(memberOf(line, 'heldHours')).map(([reason, hours]) => `${reason} ${String(hours)} h`);
  const where = `${textOf(line, 'stageId')} at ${numberOf(line, 'percentage')} % (${textOf(line, 'phase')})`;
  const waited = held.length === 0 ? '' : `; held for ${held.join(', ')}`;
  return `    ${where}: ${numberOf(line, 'hours')} h, ${metText(line)}${waited}\n`;
}

function metText(line: Line): string {
  if (line['requests'] === null) return 'requests are not counted';
  return `${numberOf(line, 'requestsMet')} of ${numberOf(line, 'requests')} requests would have met it`;
}

function resultText(line: Line): string {
  const ended = line['endedAt'] === null ? '' : ` at ${textOf(line, 'endedAt')}`;
  const rollbacks = numberOf(line, 'rollbacks') > 0 ? `, with ${numberOf(line, 'rollbacks')} rollbacks` : '';
  const outcome = `${OUTCOMES[textOf(line, 'outcome')] ?? textOf(line, 'outcome')}${ended}${rollbacks}.`;
  return `\n${outcome}\nIn all, ${metText(line)}.\n${falseAlarmsText(memberOf(line, 'falseAlarms'), line['notDealt'])}`;
}

function falseAlarmsText(alarms: Line, notDealt: unknown): string {
  if (alarms['repetitions'] === undefined) return '';
  const of = numberOf(alarms, 'repetitions');
  const part = (member: string) => {
    const { count, low, high } = memberOf(alarms, member);
    return `${String(count)} of ${of} (${percent(low)} to ${percent(high)} %)`;
  };
  const median = alarms['medianHoursToComplete'];
  const hours = median === null ? '' : `, in ${Number(median).toFixed(1)} h (median)`;
  const same = Array.isArray(notDealt) && notDealt.length > 0 ? ` The same for both: ${notDealt.join(', ')}.` : '';
  return [
    `Of ${of} A/A splits of the same data, in which nothing was wrong with either cohort:${same}`,
    `    rolled back wrongly ${part('rolledBack')}, paused ${part('paused')}`,
    `    completed ${part('completed')}${hours}, unfinished ${part('unfinished')}\n`,
  ].join('\n');
}

const percent = (share: unknown) => (Number(share) * 100).toFixed(1);
