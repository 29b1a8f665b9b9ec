import type { EffectivenessReport, RollbackFact } from '../../domain/projection/effectiveness.ts';
import type { Spread } from '../../domain/projection/spread.ts';
import { escapedHtml } from './escapedHtml.ts';

const STYLE = `
body { font: 14px/1.4 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #111 }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { border-bottom: 1px solid #bbb; padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
@media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr { break-inside: avoid } }`;

/** The report as a page that can be printed: no script, nothing from elsewhere. */
export function effectivenessPage(report: EffectivenessReport): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice: effectiveness</title>
<style>${STYLE}</style>
<h1>Effectiveness</h1>
<p>${day(report.from)} to ${day(report.to)}, UTC. Dry runs are left out.</p>
${sections(report).join('\n')}
</html>
`;
}

function sections(report: EffectivenessReport): readonly string[] {
  const { rollouts, incidents, alerts, waivers } = report;
  return [
    '<h2>Rollouts</h2>',
    facts([
      ['started', rollouts.started],
      ['completed', rollouts.completed],
      ['rolled back to zero', rollouts.rolledBack],
      ['superseded', rollouts.superseded],
      ['features killed', rollouts.killedFeatures],
      ['automatic rollbacks', report.automaticRollbacks],
      ['of these false alarms', report.falseAlarms],
    ]),
    '<h2>How fast</h2>',
    speeds(report),
    '<h2>Exposure taken back</h2>',
    report.rollbacks.length === 0 ? '<p>None.</p>' : rollbackTable(report.rollbacks),
    '<h2>Incidents</h2>',
    facts([
      ['linked to rollouts', incidents.linked],
      ['seen by Sluice first', incidents.detectedBySluice],
      ['seen by others first', incidents.detectedByOthers],
    ]),
    '<h2>Alerts</h2>',
    facts([
      ['raised', alerts.raised],
      ['reviewed', alerts.reviewed],
    ]),
    '<h2>Waivers</h2>',
    facts([
      ['requested', waivers.requested],
      ['words of approval', waivers.approvals],
      ['rejected', waivers.rejected],
      ['expired', waivers.expired],
      ['used by contracts', waivers.used.length],
    ]),
  ];
}

function facts(rows: readonly (readonly [string, number])[]): string {
  return table(
    rows.map(([what, count]) => `<tr><td>${what}</td><td class="n">${count}</td></tr>`),
    '',
  );
}

function speeds({ timeToDetectSeconds, timeToRemoveSeconds, timeToConfirmSeconds }: EffectivenessReport): string {
  const row = (what: string, spread: Spread | null) => {
    const cells = spread === null ? ['0', '', '', ''] : [spread.count, spread.median, spread.p90, spread.longest];
    return `<tr><td>${what}</td>${cells.map((cell) => `<td class="n">${cell}</td>`).join('')}</tr>`;
  };
  const head = '<tr><th>seconds<th class="n">count<th class="n">median<th class="n">p90<th class="n">longest</tr>';
  const rows = [
    row('from the last rise to the trigger (automatic)', timeToDetectSeconds),
    row('from the trigger to removed', timeToRemoveSeconds),
    row('from the trigger to confirmed by all', timeToConfirmSeconds),
  ];
  return table(rows, head);
}

function rollbackTable(rollbacks: readonly RollbackFact[]): string {
  const head =
    '<tr><th>when<th>feature<th>rollout<th>from<th>why<th class="n">%<th class="n">people<th class="n">detected s<th class="n">removed s<th class="n">confirmed s<th>noted</tr>';
  return table(rollbacks.map(rollbackRow), head);
}

function rollbackRow(rollback: RollbackFact): string {
  const who = rollback.automatic ? 'by itself' : 'by a person';
  const noted = [
    ...(rollback.mode === 'progressive' ? ['step by step'] : []),
    ...(rollback.unheard > 0 ? [`${rollback.unheard} not heard from`] : []),
    ...(rollback.health === 'notRecovered' ? ['has not helped'] : []),
    ...(rollback.falseAlarm ? ['false alarm'] : []),
    ...rollback.incidents,
  ].join(', ');
  const texts = [
    day(rollback.at),
    rollback.feature,
    rollback.rolloutId,
    rollback.fromStage,
    `${rollback.reason}, ${who}`,
  ];
  const numbers = [
    `${rollback.percentageBefore} → ${rollback.percentageAfter}`,
    rollback.affectedCustomers ?? '',
    rollback.detectedAfterSeconds ?? '',
    rollback.removedAfterSeconds ?? '',
    rollback.confirmedAfterSeconds ?? '',
  ];
  const cells = [
    ...texts.map((text) => `<td>${escapedHtml(text)}</td>`),
    ...numbers.map((number) => `<td class="n">${number}</td>`),
    `<td>${escapedHtml(noted)}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

const table = (rows: readonly string[], head: string) => `<table>${head}${rows.join('')}</table>`;

const day = (at: string) => at.slice(0, 16).replace('T', ' ');
