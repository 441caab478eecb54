/** A text as it is compared: without case, and without the difference between look-alike encodings of one letter. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase()
