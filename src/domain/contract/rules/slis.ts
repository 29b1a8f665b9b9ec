import { placedCriteria, placedSlis } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** An SLI's `id` is its name in the contract: two of one name would leave open which one a criterion means. */
export const uniqueSlis: Rule = ({ proposal }) => {
  const names = proposal.slis.map(nameOf);
  return proposal.slis.flatMap((sli, index) => {
    const name = nameOf(sli);
    if (names.indexOf(name) === index) return [];
    const at = ['slis', index, 'use' in sli ? 'use' : 'id'];
    return [violation('SLI_UNIQUE', at, name, 'a name of its own', 'names an earlier SLI too')];
  });
};

/** "over SLIs that the contract defines or names from the installation's catalogue" */
export const knownSlis: Rule = ({ proposal }) => {
  const names = proposal.slis.map(nameOf);
  return placedCriteria(proposal)
    .filter(({ criterion }) => !names.includes(criterion.sli))
    .map(({ criterion, at }) => {
      const allowed = names.length === 0 ? 'an SLI that the contract defines' : `one of ${names.join(', ')}`;
      const message = 'must be an SLI that the contract defines, or one of GET /v1/slis';
      return violation('SLI_UNKNOWN', [...at, 'sli'], criterion.sli, allowed, message);
    });
};

/** "`source` names a metric source of the installation; a contract can't name a URL" */
export const knownSources: Rule = ({ proposal, sources }) =>
  placedSlis(proposal)
    .filter(({ sli }) => !sources.has(sli.source))
    .map(({ sli, at }) => {
      const allowed = sources.size === 0 ? 'none: no source is configured' : `one of ${[...sources.keys()].join(', ')}`;
      return violation(
        'SOURCE_UNKNOWN',
        [...at, 'source'],
        sli.source,
        allowed,
        'must be a metric source of this installation',
      );
    });

const nameOf = (sli: { readonly id: string } | { readonly use: string }) => ('use' in sli ? sli.use : sli.id);
