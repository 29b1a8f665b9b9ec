/** What a refused input can be told: stable names that waivers, documents and clients may hold on to. */
export const RULE_IDS = [
  'SCHEMA',
  'TEXT',
  'NESTING',
  'STAGES_MINIMUM',
  'STAGE_ID_UNIQUE',
  'TARGETS_RISING',
  'SCOPES_WIDEN',
  'PERCENTAGE_RANGE',
  'AUDIENCE_BACKWARDS',
  'INTERNAL_SCOPE',
  'INITIAL_ABOVE_EXPOSED',
  'INITIAL_MAXIMUM_CRITICAL',
  'INITIAL_WITHIN_FIRST_TARGET',
  'FIRST_TARGET_ABOVE_EXPOSED',
  'FIRST_TARGET_MAXIMUM',
  'BLAST_RADIUS',
  'OBSERVATION_WINDOW_MINIMUM',
  'CRITERION_WINDOW_FITS',
  'SUCCESS_CRITERION_REQUIRED',
  'ROLLBACK_TRIGGER_REQUIRED',
  'SUCCESS_CRITERION_WITHOUT_CONTROL',
  'ROLLBACK_TRIGGER_WITHOUT_CONTROL',
  'SLI_UNIQUE',
  'SLI_UNKNOWN',
  'SOURCE_UNKNOWN',
  'COHORT_REQUIRED',
  'BASELINE_UNUSED',
  'SEQUENTIAL_SLI',
  'SEQUENTIAL_THRESHOLD',
  'MANN_WHITNEY_SLI',
  'SAMPLE_RATIO_COUNTS',
  'SAMPLE_RATIO_SLI',
  'POLL_LIMIT',
  'SCRAPE_PROMQL',
  'SCRAPE_OFFSET',
  'LATEST_SAMPLE_KIND',
  'PROMQL_COHORT',
  'PROMQL_WINDOW',
  'PROMQL_PLACEHOLDER',
  'REQUIRED_METRIC',
  'COOLDOWN_MINIMUM',
  'SUPERSEDES_LIVE',
  'SUPERSEDES_SCOPE',
  'NOT_YET_SUPPORTED',
] as const;

/** What a request for a waiver or a change of a feature can be told, and a start that today's policy no longer allows. No plan can break these. */
export const GOVERNANCE_RULE_IDS = [
  'FEATURE_UNKNOWN',
  'WAIVER_RULES_REQUIRED',
  'WAIVER_RULE_REPEATED',
  'WAIVER_RULE_UNKNOWN',
  'WAIVER_UNWAIVABLE',
  'WAIVER_RATIONALE',
  'WAIVER_EXPIRY',
  'APPROVERS_MINIMUM',
  'APPROVAL_AGE',
  'CONCURRENT_ROLLOUTS',
  'VARIANT_OFF_FIXED',
  'VARIANT_ON_MET',
  'PREREQUISITE_DROPPED',
  'PREREQUISITE_UNKNOWN',
  'PREREQUISITE_CIRCULAR',
] as const;

/** What a proposal can be told that takes something of the installation's catalogue, before any rule looks at its plan. */
export const CATALOGUE_RULE_IDS = ['CATALOGUE_SLI_UNKNOWN', 'CATALOGUE_SLI_DIFFERS'] as const;
export type RuleId =
  | (typeof RULE_IDS)[number]
  | (typeof GOVERNANCE_RULE_IDS)[number]
  | (typeof CATALOGUE_RULE_IDS)[number];

/** What is said about a contract that is accepted all the same. */
export const WARNING_IDS = [
  'INCREMENT_OFF_LINE',
  'INCREMENT_SHRINKING',
  'STAGE_ADDS_NOTHING',
  'PROMQL_FIXED_WINDOW',
  'MANN_WHITNEY_WINDOW',
  'MANN_WHITNEY_REPEATED',
  'SAMPLE_RATIO_REQUESTS',
] as const;
export type WarningId = (typeof WARNING_IDS)[number];
