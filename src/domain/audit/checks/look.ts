import type { Books } from '../books/books.ts';
import type { Told } from '../books/told.ts';

/** One law over one entry, with the books as they were before it: what breaks it; null where it has nothing to say of such an entry. */
export type Look = (told: Told, books: Books) => readonly string[] | null;

/** The message, where it applies. */
export const when = (applies: boolean, message: string): readonly string[] => (applies ? [message] : []);
