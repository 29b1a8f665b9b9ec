/**
 * The environment variable that closes a feature when it is `false`, whatever the store says: `checkout-v2` becomes
 * `FEATURE_CHECKOUT_V2_ENABLED`. Keys that differ in punctuation only share one variable.
 */
export function hardKillVariable(feature: string): string {
  return `FEATURE_${feature.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_ENABLED`;
}
