/** Where all flags are looked up; a slash and a key behind it, one. */
export const FLAGS_PATH = '/ofrep/v1/evaluate/flags';
