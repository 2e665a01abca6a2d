// A plugin's id in an address: its slash is written as a tilde.
export const idParam = (id: string): string => id.replace('/', '~');
